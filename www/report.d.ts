// The report, the options and the progress of pushcheck, as types.
//
// `report.schema.json` is the definition of the report; `tests/schema/` holds this file and the Rust types to it.
// Times end in `Us` (microseconds) or `Ms` (milliseconds); all numbers are integers; `null` is "unknown" unless the
// comment says otherwise. No imports here: the file becomes part of the generated `pkg/pushcheck.d.ts`.

/** One diagnosis by one page: codes and numbers; sentences are made where it is read. */
export interface Report {
    /** The version of this schema. */
    schema: 1;
    /** The widget. */
    software: Software;
    /** The version of what page and server say to each other. */
    wire: number;
    /** The run itself. */
    run: RunReport;
    /** Its result. */
    result: RunResult;
    /** The page's surroundings. */
    surroundings: Surroundings;
    /** Every lane, tried or not. */
    lanes: LaneInfo[];
    /** What the server said of itself; null: never heard. */
    about: AboutReport | null;
    /** Every method, tried or not. */
    methods: MethodReport[];
    /** Every finding; none on a healthy network. */
    findings: Finding[];
    /** What to use here; null: made without WebAssembly. */
    advice: Advice | null;
    /** The raw evidence; null: left out. */
    evidence: EvidenceReport | null;
}

/** A program and its version. */
export interface Software {
    /** Its name. */
    name: string;
    /** Its version (semver). */
    version: string;
}

/** The run itself. */
export interface RunReport {
    /** Its id: 32 hexadecimal digits. */
    id: string;
    /** When it began by the page's wall clock, ms since 1970. */
    startedAt: number;
    /** How long it took, µs. */
    durationUs: number;
    /** How much was asked for. */
    mode: Mode;
    /** The embedder's labels. */
    labels: Label[];
    /** Ended before all that was planned had been tried. */
    truncated: boolean;
}

/** How much a run tries. */
export type Mode =
    /** Every method, within 12 s. */
    | "quick"
    /** Further probes, up to minutes. */
    | "thorough"
    /** Holds what works and waits for cuts. */
    | "watch"
    /** Without WebAssembly: one attempt of three methods. */
    | "fallback";

/** A label of the embedder's. */
export interface Label {
    /** Its name. */
    name: string;
    /** Its value. */
    value: string;
}

/** The result of a run. */
export type RunResult =
    /** Every method passed that was asked for. */
    | "passed"
    /** Some work. */
    | "warning"
    /** None works, or a required one does not. */
    | "failed"
    /** A required one, or all, cannot be judged. */
    | "inconclusive"
    /** The page stopped it, or the widget failed. */
    | "aborted";

/** A way to push messages to a page over HTTP. */
export type Method =
    /** Asking again and again with short requests. */
    | "polling"
    /** Asking with a request that the server holds until there is news. */
    | "long-polling"
    /** `EventSource` (HTML § 9.2). */
    | "server-sent-events"
    /** A `fetch` whose body is read while it arrives. */
    | "streaming-fetch"
    /** `WebSocket` (RFC 6455). */
    | "web-socket";

/** The last word on a method while it was tried. */
export type Word =
    /** The first rung is climbed. */
    | "opens"
    /** Unanswered for longer than a handshake takes. */
    | "waiting"
    /** An attempt failed; others may not. */
    | "fails-so-far";

/** What is said of a method, a lane or an attempt in the end. */
export type Verdict =
    /** Every rung was climbed. */
    | "passed"
    /** It works, not as it should. */
    | "warning"
    /** It does not work. */
    | "failed"
    /** It was not tried. */
    | "skipped"
    /** It was tried, and cannot be judged. */
    | "inconclusive";

/** Where something breaks: the first rung at which page and server disagree. */
export type Place =
    /** No packet left the page. */
    | "page"
    /** It left, and nothing reached the server. */
    | "way-out"
    /** A connection reached the server, no request did. */
    | "secure"
    /** Somebody in between answered: an answer without the server's mark, and nothing arrived. */
    | "answered-for"
    /** The request arrived changed. */
    | "request-altered"
    /** The server answered, not as hoped. */
    | "server"
    /** The answer was changed on its way. */
    | "answer-altered"
    /** Some messages to the server never arrive, or arrive changed. */
    | "frames-out"
    /** Some messages to the page never arrive, or arrive changed. */
    | "frames-back"
    /** Complete, but late. */
    | "held"
    /** Worked, then was ended by neither end. */
    | "cut"
    /** Only the close code or reason was changed. */
    | "close"
    /** Nothing breaks. */
    | "nowhere";

/** A way to reach the server: scheme, host and port. */
export interface LaneInfo {
    /** `main`, the server's name for it, or `own-…` for an endpoint of the embedder's. */
    id: string;
    /** http or https; a WebSocket takes ws or wss accordingly. */
    scheme: Scheme;
    /** The port. */
    port: number;
    /** The host; null: not told. */
    host: string | null;
    /** Why it was not tried; null: it was. */
    skipped: Skipped | null;
    /** The embedder needs it besides `main`: where nothing works on it the run has failed. */
    required: boolean;
}

/** The scheme of a lane. */
export type Scheme =
    /** Plain HTTP and `ws:`. */
    | "http"
    /** HTTP over TLS and `wss:`. */
    | "https";

/** Why a lane was not tried. */
export type Skipped =
    /** A plain lane on an https page (Mixed Content § 5.3). */
    | "mixed-content"
    /** The options did not ask for it. */
    | "not-asked"
    /** The server lists no lane of that name, or was not heard. */
    | "unknown"
    /** Its certificate is bad by intent, and no method is tried there: whatever reaches the server passed somebody who accepts it. */
    | "bad-certificate";

/** What the server said of itself. */
export interface AboutReport {
    /** The process that answered: up to 16 hexadecimal digits. */
    instance: string;
    /** When it began, ms since 1970. */
    startedAt: number;
    /** What it can see. */
    vantage: Vantage;
    /** What it found when it tried itself from outside; null: it has not. */
    outsideIn: OutsideIn | null;
}

/** From where the server watches: facts outside its vantage are unknown. */
export interface Vantage {
    /** Who ends TLS. */
    tls: TlsVantage;
    /** Whose TCP connection the server sees. */
    tcp: TcpVantage;
    /** How many hops in front are the operator's own. */
    trustedHops: number;
    /** Nothing is declared to stand in front, and the request for this answer bore a field that proxies add (Via, Forwarded, X-Forwarded-For and its like): whose TLS and TCP the server sees is unsure, be it that of the operator's own proxy or of one on the visitor's way. */
    undeclaredFront: boolean;
}

/** Who ends TLS. */
export type TlsVantage =
    /** The server itself. */
    | "own"
    /** Something in front of it, by the operator's word. */
    | "terminated-before";

/** Whose TCP connection the server sees. */
export type TcpVantage =
    /** The visitor's, or that of a box in the visitor's network. */
    | "client"
    /** That of the operator's own proxy. */
    | "proxy";

/** The server's own tries of every method through its public address: what fails here fails for everybody. */
export interface OutsideIn {
    /** How long ago, ms. */
    ageMs: number;
    /** What was tried. */
    tries: OutsideTry[];
}

/** One method, tried from outside. */
export interface OutsideTry {
    /** Which. */
    method: Method;
    /** All rungs were climbed. */
    passed: boolean;
    /** The status of the answer, whoever gave it; null: none came. */
    status: number | null;
    /** The answer bore the server's mark; null: none came. */
    marked: boolean | null;
}

/** One method. */
export interface MethodReport {
    /** Which. */
    method: Method;
    /** The embedder needs it. */
    required: boolean;
    /** The last word while it ran; null: none yet. */
    word: Word | null;
    /** The verdict of its main lane. */
    verdict: Verdict;
    /** Where it breaks on its main lane; null: not determined. */
    place: Place | null;
    /** The two places that are left where it is not determined; none: nothing is known. */
    candidates: Place[];
    /** How late and how whole messages arrived on the main lane; null: none did. */
    delivery: Delivery | null;
    /** How messages are kept on their way there; null: they are not, or too few came to tell. */
    held: Held | null;
    /** What a message costs there beyond its payload; null: the server could not count it. */
    overhead: Overhead | null;
    /** The longest silence that a connection outlived, ms; longer is not tested. Null: none was. */
    idleTestedMs: number | null;
    /** A silence that connections do not outlive there; null: none within what was tested, or it does not work at all. */
    idleCut: IdleCut | null;
    /** Whether an event stream goes on where it ended, in a thorough run; null: not tried, or another method. */
    resume: Resume | null;
    /** What became of many messages at once, in a thorough run; null: not tried, or another method. */
    bursts: Bursts | null;
    /** What became of an answer that was not read, in a thorough run; null: as above, or the server's half is missing. */
    unread: Unread | null;
    /** What became of POSTs that were begun at once, in a thorough run; null: not tried, or another method than polling. */
    uploads: Uploads | null;
    /** Which messages came back as they were sent, in a thorough run, in their order; none: not tried, or another method. */
    sizes: SizeTried[];
    /** What became of a socket that was to compress; null: not tried, or another method. */
    compressed: Compressed | null;
    /** What became of its connections in a watch; null: it was not watched, or has none. */
    watched: Watched | null;
    /** The versions of HTTP that it uses on the main lane. */
    http: HttpVersions;
    /** Each lane that was tried. */
    lanes: LaneReport[];
}

/** One method's connections while it was watched. */
export interface Watched {
    /** How long the watch lasted, ms. */
    lastedMs: number;
    /** For how long of that a connection was open, ms. */
    heldMs: number;
    /** How often something went over it, ms; of a long poll its hold. */
    beatMs: number;
    /** How many connections, or long polls, there were. */
    connections: number;
    /** How many were cut: by neither end, while the page was awake and had a network. */
    cuts: number;
    /** Of those, how many within two seconds of a cut of another method: what is common to both did it. */
    together: number;
    /** How many ended while the page slept, stood still or was offline, or as the watch ended: who ended them is unknown. */
    unclear: number;
    /** How many our server ended, or refused. */
    byServer: number;
    /** How many did not open. */
    unopened: number;
    /** How often nothing came though it was due, on a connection that went on. */
    silences: number;
    /** The age at which they are cut, ms, where it is the same each time; null: it is not, or there were fewer than two. */
    everyMs: number | null;
    /** Those cuts, in order, as far as they are kept. */
    log: Cut[];
}

/** A connection that was cut. */
export interface Cut {
    /** When the page knew of it, µs since the run began. */
    atUs: number;
    /** How old the connection was, ms: by the server's clock where it saw the end; where neither side was told of it, how old it surely became. Null: not even that is known. */
    ageMs: number | null;
    /** For how long nothing had gone over it, ms. */
    quietMs: number;
    /** The page was told, by an end of the connection; otherwise nothing came any more. */
    told: boolean;
    /** The server saw that neither end did it; null: it is not known what it saw. */
    seen: boolean | null;
}

/** What became of numbered messages that were handed over at once; each null: not tried. */
export interface Bursts {
    /** From the server. */
    down: Burst | null;
    /** From the page. */
    up: Burst | null;
    /** From the server, which reset the connection when its socket had taken the last. */
    cutDown: Burst | null;
    /** From the page; the server reset the connection on the way. */
    cutUp: Burst | null;
}

/** Messages that were handed over at once, one way. Null is not measured, never nought. */
export interface Burst {
    /** How many the sender's socket took before its connection ended. */
    sent: number | null;
    /** How many of them the other side counted. */
    arrived: number | null;
    /** How many of those it could tell the sender of. */
    acknowledged: number | null;
    /** They came one behind the other. */
    inOrder: boolean | null;
    /** The connection ended before all had come. */
    cut: boolean;
    /** After all was sent again from the last one acknowledged: how many came at no time. */
    missing: number | null;
    /** And how many came both times, which only their numbers tell. */
    twice: number | null;
    /** Where they waited; null: not told, or over too soon. */
    queue: Queue | null;
}

/** Messages on their way. */
export interface Queue {
    /** Bytes at most that somebody on the way had taken over, and the other side had not. What was in the page's own system counts. */
    hiddenBytes: number;
    /** Bytes at most that were under way and that nobody had acknowledged; null: not told. */
    underWayBytes: number | null;
    /** How much later the last came than the first, each since it was handed over, µs. */
    waitedUs: number;
    /** How fast they came, bytes a second. */
    bytesPerS: number;
}

/** How far back a reader's slowness is felt. */
export type FlowControl =
    /** The server's writing waited. */
    | "reaches-server"
    /** Somebody took it all. */
    | "hidden";

/** What became of a large answer of which the page read nothing for two seconds. */
export interface Unread {
    /** Who felt it; null: it cannot be told. */
    flowControl: FlowControl | null;
    /** Bytes that the server could hand over meanwhile: what one slow reader costs those in between. */
    takenBytes: number;
}

/** What became of messages on a WebSocket that was to compress them (`permessage-deflate`, RFC 7692). */
export interface Compressed {
    /** It was agreed on with the page; null: that socket never opened. */
    agreed: boolean | null;
    /** Whether messages passed in both directions there; compressed only where it was agreed on. */
    verdict: Verdict;
    /** It was agreed on with the page on other sockets too, where our server takes no part in it: somebody on the way compresses. */
    onTheWay: boolean;
}

/** What became of POSTs that were begun in one turn. HTTP promises no order among requests, and browsers may send one again. */
export interface Uploads {
    /** How many were begun. */
    sent: number;
    /** How many were answered. */
    answered: number;
    /** How many of them arrived; null: the server's half is missing or incomplete. */
    arrived: number | null;
    /** How many of those arrived more than once; null: as above. */
    twice: number | null;
    /** The server took them up in the order in which they were begun; null: as above, or there were several servers. */
    inOrder: boolean | null;
}

/** What a message is handed over as (WebSockets § 3, `send`). */
export type Form =
    /** A string. */
    | "text"
    /** An `ArrayBuffer`. */
    | "array-buffer"
    /** A `Blob`. */
    | "blob";

/** One message, sent and echoed. */
export interface SizeTried {
    /** As what it was handed over. */
    form: Form;
    /** How large it was, without what is put before it. */
    bytes: number;
    /** Until it was back, every byte as it was, µs; null: it was lost. What may only have been slow is left out. */
    echoedUs: number | null;
}

/** Which HTTP a method uses, as either end sees it: between them others may translate. */
export interface HttpVersions {
    /** By the browser's word, an ALPN id: `http/1.1`, `h2`, `h3`; null: not told, as of WebSockets never. */
    page: string | null;
    /** As the requests arrived: `HTTP/1.0`, `HTTP/1.1`, `HTTP/2.0`; null: none did, or the server's half is missing. */
    server: string | null;
}

/** What became of a stream that the browser asked for again, as it does by itself (HTML § 9.2.3). */
export interface Resume {
    /** From the end until it was open again, µs, of which the browser was told to wait 0.7 s; null: it was not. */
    reconnectUs: number | null;
    /** `Last-Event-ID` reached the server; null: nothing arrived again, or its half is missing. */
    idArrived: boolean | null;
    /** It went on with the message behind the last one. */
    goesOn: boolean;
    /** The same process of the server went on; null: no message came. */
    sameInstance: boolean | null;
}

/** How a stream is kept. */
export type HeldAs =
    /** Until its end. */
    | "until-close"
    /** Until so many bytes are there. */
    | "block"
    /** For a while, whatever comes. */
    | "timer"
    /** Each message until the next one comes. */
    | "one-behind";

/** What was kept, and for how long. */
export interface Held {
    /** How; null: it is late, and what came shows no pattern. */
    heldAs: HeldAs | null;
    /** By how much a message came later than it would have, at the median, µs. */
    medianUs: number;
    /** Between two deliveries, of a timer, at the median, µs; null: it is none, or there were too few to call it steady. */
    everyUs: number | null;
    /** The bytes that came at once, of a block, at the median; null: it is none. */
    blockBytes: number | null;
    /** What was tried to let it pass at once. */
    reliefs: ReliefTried[];
}

/** What may let a stream pass at once. */
export type Relief =
    /** The answer says `X-Accel-Buffering: no`, which nginx and its like obey. */
    | "x-accel-buffering"
    /** The answer says `Cache-Control: no-transform` (RFC 9111 § 5.2.2.6): nobody should compress or rewrite it. */
    | "no-transform"
    /** Behind each event come four kilobytes of nothing: what waits until there is enough has enough. */
    | "padding";

/** Something that may let a stream pass at once. */
export interface ReliefTried {
    /** What. */
    relief: Relief;
    /** It did; null: that did not come whole, or too few messages came to tell. */
    relieves: boolean | null;
}

/** A silence that connections do not outlive. Its length is above `livedMs`, and at most `diedMs`. Where neither beat keeps them it is their age that they do not outlive. */
export interface IdleCut {
    /** The longest silence that one outlived, ms; 0: none was short enough. */
    livedMs: number;
    /** The shortest after which page or server knew of the end of one, or the page had no answer on it any more, ms. */
    diedMs: number;
    /** The same by the server's clock, from its last word to the end that it saw; null: it saw none. */
    serverDiedMs: number | null;
    /** The page was told: by an end of the connection. Otherwise it finds out only when it says something. */
    told: boolean;
    /** A connection over which the page said something every few seconds outlived that; null: not tested. */
    pageBeatKeeps: boolean | null;
    /** One over which the server sent pings as often did; null: not tested. */
    serverBeatKeeps: boolean | null;
    /** How often to send something, ms, so that connections are kept; null: nothing that was tested keeps them. */
    beatMs: number | null;
}

/** The same messages (ticks) over every method: what a message goes through here. */
export interface Delivery {
    /** Ticks that arrived. */
    n: number;
    /** The median delay from the moment a tick fell due to its arrival, µs. */
    medianUs: number;
    /** The worst, µs. */
    worstUs: number;
    /** The delays are right within this, µs; null where they are relative. */
    clockErrorUs: number | null;
    /** No echo gave a common clock: the delays count from the fastest tick. */
    relative: boolean;
    /** Ticks that never arrived. */
    missing: number;
    /** Ticks that arrived again. */
    duplicated: number;
    /** Ticks that arrived after a later one. */
    reordered: number;
    /** Polling: the delay to expect at usual intervals; null for the others. */
    atInterval: AtInterval[] | null;
}

/** What polling costs at an interval: half of it on average, the whole at worst, plus the measured round trip. */
export interface AtInterval {
    /** The interval, ms. */
    everyMs: number;
    /** The mean delay, µs. */
    meanUs: number;
    /** The worst delay, µs. */
    worstUs: number;
}

/** Bytes beyond the payload for each message delivered to the page, counted by the server above TLS. */
export interface Overhead {
    /** Over how many messages it was counted. */
    messages: number;
    /** From page to server, bytes per message delivered to the page. */
    upBytes: number;
    /** From server to page, bytes per message delivered to the page. */
    downBytes: number;
    /** Spent once to open, bytes both ways; 0 where every message is asked for anew. */
    openBytes: number;
    /** Bytes per message from page to server on the same connection; null where that takes a request of its own. */
    sendBytes: number | null;
    /** `upBytes + downBytes` against usual payloads. */
    ratios: Ratio[];
}

/** Overhead against a payload. */
export interface Ratio {
    /** The payload, bytes. */
    payloadBytes: number;
    /** Overhead by payload, ‰. */
    permille: number;
}

/** One method on one lane. */
export interface LaneReport {
    /** Which lane. */
    lane: string;
    /** The verdict of its decisive probe. */
    verdict: Verdict;
    /** Where it breaks; null: not determined. */
    place: Place | null;
    /** The two places that are left where it is not determined; none: nothing is known. */
    candidates: Place[];
    /** Its times. */
    timing: Timing;
    /** Every attempt. */
    attempts: Attempt[];
}

/** The times of a method on a lane, µs since its attempt's start. */
export interface Timing {
    /** Until the first attempt opened, µs. */
    openUs: number | null;
    /** Until its first message, µs. */
    firstMessageUs: number | null;
    /** Round trips of echoes or polls; the first poll, which opens the connection, is left out. Null: too few. */
    roundTrip: Spread | null;
}

/** A distribution in four numbers. */
export interface Spread {
    /** How many samples, at least 3. */
    n: number;
    /** The smallest, µs. */
    minUs: number;
    /** The median, µs. */
    medianUs: number;
    /** The median absolute deviation × 1.4826, comparable to a standard deviation, µs. */
    madUs: number;
}

/** What is known of one attempt. Times are µs since it started; null is unknown. */
export interface Attempt {
    /** Its trace's number. */
    id: number;
    /** Its probe. */
    probe: string;
    /** Its number within the probe, from 1. */
    attempt: number;
    /** Whose endpoint it tried. */
    endpoint: Endpoint;
    /** The verdict on it. */
    verdict: Verdict;
    /** Where it broke; null: not determined. */
    place: Place | null;
    /** The two places that are left where it is not determined; none: nothing is known. */
    candidates: Place[];
    /** Ids of the evidence for that: `trace:<n>`, `sighting:<n>`, `connection:<n>`. */
    because: string[];
    /** How it ended. */
    ended: Ended;
    /** The HTTP status of the answer; null: hidden from scripts, or none came. */
    status: number | null;
    /** Who saw that status; null: nobody. */
    statusFrom: StatusFrom | null;
    /** The answer bore the server's mark; null: no answer was readable. */
    marked: boolean | null;
    /** How the server refused: `count`, `rate`, `size` and `time` are its limits, `origin`, `subprotocol` and `version` its policy. */
    refused: string | null;
    /** The name of the error that the page got. */
    error: string | null;
    /** The directive of the page's policy that forbade it. */
    blockedBy: string | null;
    /** How often the server saw it arrive; null: its half is missing or incomplete. */
    arrivals: number | null;
    /** How long it waited in the browser or on its way until it reached the server, by the server's clock, less half a round trip, µs; null: nothing of it arrived, or no clock is known. */
    queuedUs: number | null;
    /** Until `open`, or the answer's head, µs. */
    openUs: number | null;
    /** Until the first message or body, µs. */
    firstMessageUs: number | null;
    /** Until it failed, µs. */
    failedUs: number | null;
    /** Until it ended, µs. */
    endedUs: number;
    /** Round trips of its echoes. */
    echo: Spread | null;
    /** How far the gaps between ticks' arrivals were from the gaps between their sending. */
    gapError: Spread | null;
    /** Ticks that arrived. */
    ticks: number;
    /** The `close` event. */
    close: Close | null;
    /** Its class; null: not a WebSocket, or it needed no close. */
    closeClass: CloseClass | null;
    /** The class of the time to failure. */
    timeClass: TimeClass | null;
    /** The HTTP version and phases that the browser told. */
    resourceTiming: ResourceTiming | null;
}

/** Whose endpoint was tried. */
export type Endpoint =
    /** The probe server's. */
    | "probe"
    /** The embedder's own, judged by the page alone. */
    | "own";

/** How an attempt ended, as the page saw it. */
export type Ended =
    /** All came that was wanted. */
    | "complete"
    /** It ended before that: an error, a close, a wrong answer. */
    | "failed"
    /** A deadline of the widget's ended it. */
    | "gave-up"
    /** The page stopped it. */
    | "stopped";

/** Who saw the status of an answer. */
export type StatusFrom =
    /** The page, of this attempt. */
    | "page"
    /** The server, which gave it. */
    | "server"
    /** The page, of a plain request for the same path. */
    | "same-path"
    /** The server, when it tried the method through its own public address. */
    | "outside-in";

/** A `close` event (WebSockets § 4). */
export interface Close {
    /** `code`. */
    code: number;
    /** `reason`, where it is the probe server's. */
    reason: string;
    /** `wasClean`. */
    wasClean: boolean;
}

/** What a `close` event says (RFC 6455 § 7.4, and how engines deviate). */
export type CloseClass =
    /** 1000, or a close frame without a code (1005). */
    | "clean"
    /** 1001: the other side leaves. */
    | "going-away"
    /** 1012: it restarts. */
    | "restart"
    /** 1008: its policy. */
    | "policy"
    /** 1009: a message was too big. */
    | "too-big"
    /** Somebody breaks the protocol. */
    | "protocol"
    /** 1011, 1013, 1014: the server, or what stands behind it, cannot. */
    | "server-error"
    /** 1015: the TLS handshake; Firefox tells pages, Chromium says 1006. */
    | "tls"
    /** 3000–4999: libraries and applications. */
    | "app-defined"
    /** No connection came to be. */
    | "abnormal-before-open"
    /** The connection ended without a close frame. */
    | "abnormal-after-open"
    /** It was asked to close and never said that it had. */
    | "never-closed";

/** How long a failure took, in the path's own measure. */
export type TimeClass =
    /** Sooner than any packet could have come back. */
    | "before-any-packet"
    /** One to four round trips. */
    | "round-trips"
    /** Later than that. */
    | "slow"
    /** When the widget gave up. */
    | "our-deadline";

/** The phases that Resource Timing gave; null: not told. */
export interface ResourceTiming {
    /** `nextHopProtocol`: an ALPN id, `http/1.1`, `h2`. */
    protocol: string | null;
    /** Name resolution, µs. */
    dnsUs: number | null;
    /** TCP, and TLS where there is any, µs. */
    connectUs: number | null;
    /** TLS alone, µs. */
    tlsUs: number | null;
    /** From the request's start to the answer's first byte, µs. */
    requestUs: number | null;
    /** From the answer's first byte to its last, µs. */
    responseUs: number | null;
}

/** One claim. */
export interface Finding {
    /** Unique in its report. */
    id: string;
    /** The cause: a stable kebab-case name. Later versions know further ones. */
    code: string;
    /** The method it is about; null: the run as a whole. */
    method: Method | null;
    /** The lane it is about; null: all. */
    lane: string | null;
    /** Where; null: not determined. */
    place: Place | null;
    /** How strongly. */
    strength: Strength;
    /** What it costs. */
    severity: Severity;
    /** In how many attempts it was seen … */
    seen: number;
    /** … of how many. */
    of: number;
    /** Ids of the evidence for it: `trace:<n>`, `sighting:<n>`, `surroundings`. */
    because: string[];
    /** That evidence, put into facts, at most 24. */
    facts: Fact[];
    /** Ids of the evidence against it. */
    against: string[];
    /** What could look the same. */
    rivals: Rival[];
    /** The id of the finding that explains this one. */
    foldedUnder: string | null;
}

/** One fact. */
export interface Fact {
    /** Its name. Later versions know further ones. */
    fact: string;
    /** Its value, where it has one. */
    value: string | null;
    /** The id of the evidence that it stands in: `trace:<n>`, …, `surroundings`, `about`, `method`. */
    from: string;
}

/** How much a finding promises. */
export type Strength =
    /** Fits, as others may. */
    | "possible"
    /** Fits better than anything else known. */
    | "likely"
    /** Nothing else can look like this. */
    | "proved";

/** What it costs the person. */
export type Severity =
    /** Good to know. */
    | "info"
    /** Works, worse than it should. */
    | "degraded"
    /** Does not work. */
    | "blocking";

/** Another explanation, and what would tell it apart. */
export interface Rival {
    /** Its code. */
    code: string;
    /** The probe or action that would separate them. */
    separatedBy: string;
}

/** What to use here. */
export interface Advice {
    /** What the app needs. */
    need: Need;
    /** Nobody said what the app needs: the usual is assumed. */
    assumed: boolean;
    /** Methods that work here as they should, best first; none: `reasons` says why. */
    order: Method[];
    /** Why in that order, and what it costs. */
    reasons: Reason[];
    /** Ids of the findings of what would have been better and does not work. */
    because: string[];
    /** How late messages come by the first of `order`; null: not known. */
    delay: Delay | null;
    /** Client settings by name, in the unit of the name. */
    settings: Setting[];
}

/** What an app needs. */
export interface Need {
    /** How often the page sends. */
    uplink: Often;
    /** How often the server sends: `rare` or `frequent`. */
    downlink: Often;
    /** How late a message may come, ms. */
    latencyMs: number;
    /** Whose networks it has to work in. */
    audience: Audience;
    /** How many servers answer for the app. */
    servers: Servers;
    /** JavaScript at both ends, so that one library can serve both. */
    javascriptBothEnds: boolean;
}

/** How often. */
export type Often =
    /** Never. */
    | "none"
    /** Now and then: a request each is no matter. */
    | "rare"
    /** Several times a second, or all the time. */
    | "frequent";

/** Whose networks an app has to work in. */
export type Audience =
    /** Anybody's. */
    | "any"
    /** Those of companies too, with their proxies and filters. */
    | "enterprise";

/** How many servers answer for an app. */
export type Servers =
    /** One, or each visitor stays with one. */
    | "one"
    /** Many, and each request may reach another. */
    | "many";

/** Why an advice is as it is. */
export type Reason =
    /** No method works here. */
    | "none-passed"
    /** Not one method was measured to its end. */
    | "not-measured"
    /** The page sends often. */
    | "frequent-uplink"
    /** The server sends often. */
    | "frequent-downlink"
    /** Messages may come seconds late: requests that end at once are the simplest. */
    | "lag-allowed"
    /** Each request may reach another server. */
    | "many-servers"
    /** Messages may not come late. Begin with polls: only the server has to change for long ones. */
    | "lag-not-allowed"
    /** It has to work in the networks of companies: what looks like any request goes first. */
    | "enterprise"
    /** WebSocket alone works here, and elsewhere may not: it has no fallback. */
    | "no-fallback"
    /** A library that falls back by itself serves both ends. */
    | "javascript-both-ends"
    /** What works here does not work as it should. */
    | "flawed"
    /** What suits the need best does not work here: this is what comes next. */
    | "next-best"
    /** The first of them is later than is needed. */
    | "too-late";

/** How late messages come. */
export interface Delay {
    /** Half of them come sooner, µs. Of polls: the mean at the advised interval. */
    typicalUs: number;
    /** The worst that was seen, µs. Of polls: that of the advised interval. */
    worstUs: number;
}

/** A client setting. */
export interface Setting {
    /** `heartbeatMs`, `holdMs`, `pollMs`, `connectMs`. */
    name: string;
    /** Its value, in the unit of the name. */
    value: number;
}

/** What the page knew of itself during the run. */
export interface Surroundings {
    /** The browser's name of itself, as sent. */
    userAgent: string;
    /** Its engine, by that name; null: not one that the project knows. */
    engine: Engine | null;
    /** `self.origin`; `null` for an opaque one, as of a sandboxed frame. */
    origin: string;
    /** `isSecureContext`. */
    secureContext: boolean;
    /** `crossOriginIsolated`: clocks are finer. */
    isolated: boolean;
    /** The page stands in a frame. */
    embedded: boolean;
    /** `navigator.language`. */
    language: string;
    /** `navigator.onLine` at the start. `true` proves nothing. */
    online: boolean;
    /** The clock's smallest step seen, µs; 0: not measured. */
    clockStepUs: number;
    /** How long the page was hidden during the run, µs. */
    hiddenUs: number;
    /** The main thread's longest gap between two beats of 50 ms, µs. */
    longestGapUs: number;
    /** By how much the beats came late in all, µs: timers throttled or the thread blocked. */
    lateUs: number;
    /** Changes of all that during the run. */
    notices: StampedNotice[];
    /** The page's own clients, one a method and one whose constructor threw; null: nobody looked at them. */
    clients: Client[] | null;
}

/** A client of the page's own: all that it did at one endpoint, from when it was looked at until the run ended. */
export interface Client {
    /** The method that it uses. */
    method: Method;
    /** The lane on which the run asked the same endpoint, from the same page; null: it did not. */
    lane: string | null;
    /** Connections or requests that it began. */
    began: number;
    /** Those of them that opened: `open`, or an answer with a status of 200 to 299. */
    opened: number;
    /** Those that failed before, and that the page itself had not ended. */
    failed: number;
    /** Those of the failed ones that began after the run. */
    failedInRun: number;
    /** Those that the page ended before they opened, by a timeout or to begin the same again. */
    endedEarly: number;
    /** Constructors that threw. */
    threw: number;
    /** Calls of `send()` before `open`, which throw, and what they threw nobody caught. */
    sentEarly: number;
    /** Calls of `send()` after `close`, which do nothing. */
    sentLate: number;
    /** Exceptions that left the page's handlers of `open`, `message`, `error` and `close`, unless messages after them were handled. */
    handlerThrew: number;
    /** Connections that ended, other than by the page and with close code 1000, while it listened to neither `error` nor `close`, and after which it began no other. */
    unheard: number;
    /** Event streams that it closed when they broke off, where the browser would have opened them again, and after which it began no other. */
    left: number;
    /** Answers of a type that streams have which it waits for as a whole, and which have not ended. */
    readWhole: number;
    /** The most that began within ten seconds, each at once after one before had ended. */
    atOnce: number;
    /** The last close code (RFC 6455 § 7.4); null: none came. */
    closeCode: number | null;
    /** The name of the last exception; null: there was none. */
    error: string | null;
}

/** A browser's engine. */
export interface Engine {
    /** Its family. */
    family: EngineFamily;
    /** Its major version, as the browser tells it. */
    version: number;
}

/** The families that the project runs against. */
export type EngineFamily =
    /** Chromium and what is built of it. */
    | "chromium"
    /** Firefox. */
    | "gecko"
    /** Safari and WebKitGTK. */
    | "web-kit";

/** A notice and when it came. */
export interface StampedNotice {
    /** Since the run began, µs. */
    at: number;
    /** What changed. */
    notice: Notice;
}

/** Something around the attempts that changed. */
export type Notice =
    /** `visibilitychange` to hidden. */
    | { what: "hidden" }
    /** `visibilitychange` to visible. */
    | { what: "visible" }
    /** `navigator.onLine` is true now. */
    | { what: "online" }
    /** `navigator.onLine` is false now. */
    | { what: "offline" }
    /** The wall clock went on by more than the page's: the device slept, or somebody set it. */
    | {
        what: "slept";
        /** By how much, µs. */
        us: number;
    }
    /** The main thread stood still: the device slept, or something else ran. */
    | {
        what: "stalled";
        /** For how long until now, µs. */
        us: number;
    }
    /** A policy of the page forbade something (CSP § 5.1). */
    | {
        what: "policy-violation";
        /** The effective directive. */
        directive: string;
    }
    /** A failure of the widget's own; nothing else is told of it. */
    | {
        what: "own-failure";
        /** Where: a file and line of the widget's. */
        place: string;
    };

/** The raw evidence: what each side saw, never an opinion. */
export interface EvidenceReport {
    /** The page's half: one per attempt. */
    traces: Trace[];
    /** The server's half: one per arrival. */
    sightings: Sighting[];
    /** What became of the connections that a watch held; null: there was no watch. */
    watch: WatchLog | null;
    /** Connections that brought the server no request. */
    connections: SeenConnection[];
    /** Who contributed to the server's half, and until when each watched; null: it was not read. */
    instances: LedgerInstance[] | null;
    /** The server's half is there and whole: a missing sighting proves that nothing arrived. */
    complete: boolean;
}

/** All that a watch saw. */
export interface WatchLog {
    /** When it began, µs since the run did. */
    startedAt: number;
    /** When it ended; null: it lasts. */
    endedAt: number | null;
    /** One for each method that was held. */
    holds: HoldLog[];
}

/** What became of one method's connections, one after the other. */
export interface HoldLog {
    /** Which method. */
    method: Method;
    /** Its probe: the path's segment. */
    probe: string;
    /** How often something goes over it at least, µs; of a long poll its hold. */
    beatUs: number;
    /** How many connections, or long polls, were asked for. */
    started: number;
    /** For how long one of them was open, in all, µs. */
    heldUs: number;
    /** Those that ended before their time, in order: the first 20 and the last 10. */
    ended: HoldEnded[];
    /** How many between those were left out. */
    omitted: number;
    /** Times at which nothing came though it was due, on connections that went on afterwards: the first 20. */
    silences: Silence[];
    /** How many silences there were in all. */
    silent: number;
}

/** A connection that ended before its time, or did not open. */
export interface HoldEnded {
    /** Its number within its probe, from 1. */
    attempt: number;
    /** When it was asked for. */
    startedAt: number;
    /** When it opened; null: it did not. */
    openedAt: number | null;
    /** When it was last heard of; null: never. */
    heardAt: number | null;
    /** When it ended. */
    at: number;
    /** How. */
    how: HoldEnd;
    /** `code` of the `close` event (WebSockets § 4); null: another method, or none came. */
    code: number | null;
    /** The page was hidden at some time since it was last heard of: its timers were slow. */
    hidden: boolean;
    /** The page stood still, or the device slept, since then. */
    stalled: boolean;
    /** The browser said since then, or just before, that its network went or came. */
    offline: boolean;
}

/** How a connection ended that was to be held. */
export type HoldEnd =
    /** The page was told: by `close`, by `error`, or by the end of the body. */
    | "told"
    /** Nothing came on it any more, and the page let go of it. */
    | "unanswered"
    /** Our server ended or refused it, by its own word. */
    | "by-server"
    /** It did not open. */
    | "unopened";

/** Nothing came though it was due. */
export interface Silence {
    /** What had come last before, when. */
    since: number;
    /** When something came again. */
    until: number;
}

/** All that the page saw of one attempt. */
export interface Trace {
    /** The attempt's number within the run, from 1. */
    id: number;
    /** Its probe. */
    probe: string;
    /** Its number within the probe, from 1. */
    attempt: number;
    /** The method that it tries. */
    method: Method;
    /** The lane that it takes. */
    lane: string;
    /** It went to an endpoint of the embedder's own: judged by the page alone. */
    own: boolean;
    /** Its probe decides its method's verdict; others only add what they outlived. */
    decisive: boolean;
    /** It tries no method: the same path was fetched, to tell where another attempt broke. */
    control: boolean;
    /** How many ticks it asked for. */
    ticksWanted: number;
    /** How it ended; null: it still ran. */
    ended: Ended | null;
    /** When it was started, µs since the run began. */
    startedAt: number;
    /** What happened, in order: the first 40 and the last 20. */
    events: StampedEvent[];
    /** How many events between the first and the last kept ones were left out. */
    omitted: number;
    /** Of those left out, messages that came. */
    omittedMessages: number;
    /** Of those left out, messages that were sent. */
    omittedSent: number;
}

/** An event and when its handler began, on the page's clock. */
export interface StampedEvent {
    /** Since the run began, µs. */
    at: number;
    /** What happened. */
    event: TraceEvent;
}

/** One thing that happened to an attempt, as its driver saw it. */
export type TraceEvent =
    /** The browser took it: the constructor returned, or `fetch` was called. */
    | { what: "constructed" }
    /** The constructor or call threw. */
    | {
        what: "threw";
        /** The name of the error: `SecurityError`, `TypeError`, … */
        name: string;
    }
    /** The browser has no such API. */
    | { what: "unsupported" }
    /** The `open` event (HTML § 9.2.2, WebSockets § 3). */
    | {
        what: "opened";
        /** The selected subprotocol; empty when none. */
        protocol: string;
        /** The extensions that were agreed on, as the browser tells them; empty when none. */
        extensions: string;
    }
    /** `fetch` resolved: the answer's head. */
    | {
        what: "head";
        /** The HTTP status. */
        status: number;
        /** The server's mark stood on it. */
        marked: boolean;
        /** The server's own refusal. */
        refused: string | null;
    }
    /** A line, SSE event or text message. */
    | {
        what: "message";
        /** The line; empty when it was not of the protocol. */
        line: string;
        /** Its length, bytes. */
        bytes: number;
        /** The event's id (HTML § 9.2.6). */
        id: string | null;
    }
    /** At a message's arrival the socket held that of what was sent: `bufferedAmount` (WebSockets § 3). Not told where it held nothing. */
    | {
        what: "buffered";
        /** How much. */
        bytes: number;
    }
    /** The whole body of an exchange. */
    | {
        what: "body";
        /** The text; empty when it was not of the protocol. */
        text: string;
        /** Its length, bytes. */
        bytes: number;
    }
    /** The end of a streamed body. */
    | { what: "finished" }
    /** The promise of `fetch`, or of reading its body, was rejected. */
    | {
        what: "failed";
        /** The name of the error: `TypeError`, `AbortError`, … */
        name: string;
    }
    /** The `error` event. */
    | {
        what: "errored";
        /** `readyState` is CLOSED: the browser does not try again by itself. */
        closed: boolean;
    }
    /** The `close` event (WebSockets § 4). */
    | {
        what: "closed";
        /** `code`. */
        code: number;
        /** `reason`; of an embedder's own endpoint always empty. */
        reason: string;
        /** `wasClean`. */
        wasClean: boolean;
    }
    /** A `securitypolicyviolation` that names this attempt (CSP § 5.1). */
    | {
        what: "blocked";
        /** The effective directive. */
        directive: string;
    }
    /** A message was handed to the browser. */
    | {
        what: "sent";
        /** The line. */
        line: string;
    }
    /** The entry of Resource Timing, read after the end. */
    | {
        what: "timed";
        /** What it tells. */
        timing: ResourceTiming;
    }
    /** The browser's log of its own network, which the visitor recorded, names why the attempt failed. */
    | {
        what: "net-error";
        /** `ERR_…` of Chromium, of Gecko `NS_ERROR_…` and the like; where it is not known, its number. */
        name: string;
    }
    /** A deadline of the widget's. */
    | { what: "gave-up" }
    /** The page stopped the run. */
    | { what: "stopped" };

/** One arrival of a request. Times are µs since the server's instance began. */
export interface Sighting {
    /** Which instance: stamps of two instances are never subtracted. */
    instance: string;
    /** Which probe. */
    probe: string;
    /** Which attempt of it. */
    attempt: number;
    /** What was asked. */
    kind: Kind;
    /** The request's method as received: `GET`, `POST`, `CONNECT`. */
    method: string;
    /** When its head had been read, µs. */
    at: number;
    /** When its connection was accepted, on the instance's clock. */
    connectedAt: number;
    /** `HTTP/1.0`, `HTTP/1.1`, `HTTP/2.0`. */
    httpVersion: string;
    /** Came over TLS that this server ended. */
    tls: boolean;
    /** The connection's number within the run, from 1: equal numbers shared one connection. */
    connection: number;
    /** The JA4 of its connection's ClientHello; null without TLS that this server ended. */
    ja4: string | null;
    /** The head's fields in the order in which the server keeps them. */
    headers: SeenHeader[];
    /** Order and spelling of the fields are the sender's. */
    spelled: boolean;
    /** The status that the server answered; null while unanswered. */
    status: number | null;
    /** Why the server refused. */
    refused: string | null;
    /** When the answer's head was handed over, µs. */
    answeredAt: number | null;
    /** WebSocket data frames received. */
    framesIn: number;
    /** Of them such as carried no line of the protocol, or other padding than was sent. */
    strangeIn: number;
    /** Frames received without a mask or with a reserved bit that was not agreed upon. */
    malformedIn: number;
    /** WebSocket data frames handed to the socket. */
    framesOut: number;
    /** Ticks handed to the socket. */
    ticksOut: number;
    /** Payload received, bytes: frames' or body's. */
    payloadIn: number;
    /** Payload handed over, bytes: frames', ticks' lines or body's. */
    payloadOut: number;
    /** Bytes that this exchange read above TLS; null where the connection carries others at once (HTTP/2). */
    bytesIn: number | null;
    /** Bytes that this exchange wrote above TLS; null as above. */
    bytesOut: number | null;
    /** Of `bytesIn`, the request's head, bytes; null as above. */
    headIn: number | null;
    /** Of `bytesOut`, the answer's head, bytes; null as above, and where it was not written apart from the body. */
    headOut: number | null;
    /** Many messages at once; null: there were none. */
    burst: SeenBurst | null;
    /** When payload was last handed over of an answer that is as large as was asked for; null: none was, or of another. */
    handedAt: number | null;
    /** The close frame from the page. */
    close: SeenClose | null;
    /** Its TCP connection, as the server's kernel knew it at the end; null where it does not tell. */
    tcp: SeenTcp | null;
    /** When it ended, µs; null while it lasts. */
    endedAt: number | null;
    /** How it ended; null while it lasts. */
    end: End | null;
}

/** What a page asks of the server in one attempt. */
export type Kind =
    /** The messages that are due, at once. */
    | "poll"
    /** The next message, held until it is due. */
    | "long-poll"
    /** Counts and hashes the body. */
    | "upload"
    /** Messages as `text/event-stream`. */
    | "events"
    /** Messages as lines of `text/plain`. */
    | "stream"
    /** A WebSocket. */
    | "web-socket";

/** A field of a request's head. */
export interface SeenHeader {
    /** The name, lower-case. */
    name: string;
    /** How long its value was, bytes; 0 where only presence is kept. */
    length: number;
    /** The value, for names on a short list; of `Origin` only the scheme. */
    value: string | null;
}

/** Many numbered messages at once on one socket, as the server saw them. */
export interface SeenBurst {
    /** The last part that was handed to the socket; 0: none. */
    lastOut: number;
    /** The last part of which the page said that it arrived; 0: of none. */
    lastAcked: number;
    /** The first part that came from the page; 0: none did. */
    firstIn: number;
    /** The last that followed the one before it. */
    lastIn: number;
    /** How many came that did not: out of turn, or again. */
    straysIn: number;
    /** Where the bytes of the parts were at each word from the page of what arrived; empty: the kernel does not tell. */
    queue: SeenQueue[];
}

/** Where bytes of a connection were, each number since the burst was asked for. With TLS they are a little more than the parts'; over HTTP/2 others' are among them. */
export interface SeenQueue {
    /** When the page's word came, on the instance's clock. */
    at: number;
    /** Sent to the network. */
    sent: number;
    /** Acknowledged by TCP, which whoever stands next on the way does. */
    acked: number;
    /** Arrived, by the page's word. */
    arrived: number;
}

/** A WebSocket close frame. */
export interface SeenClose {
    /** Its code; 1005 when the frame had none (RFC 6455 § 7.1.5). */
    code: number;
    /** How long its reason was, bytes. */
    reasonLength: number;
}

/** A TCP connection, as the server's kernel knows it: up to the nearest box that speaks TCP. */
export interface SeenTcp {
    /** The smoothed round trip, µs. */
    rttUs: number;
    /** Segments sent again. */
    retransmits: number;
    /** Segments sent and not acknowledged. */
    unacked: number;
    /** How often in a row the wait for an acknowledgement ended in vain (RFC 6298 § 5), since the last one came. */
    timeouts: number;
}

/** One instance's part of the server's half. */
export interface LedgerInstance {
    /** Its id. */
    id: string;
    /** When it began, ms since 1970. */
    startedAt: number;
    /** Until when it watched, µs on its own clock. */
    seenThrough: number;
    /** How many sightings of this run it has dropped for room. */
    evicted: number;
    /** How many requests of this run it refused by a limit. */
    refused: number;
    /** How many connections it cannot tell of: it has dropped them for room; and one more where any broke off meanwhile that came from another address to a port of a kind, plain or TLS, to which no request of the run came. Where any are, a missing one proves nothing. */
    connectionsLost: number;
}

/** A connection that made no request. Times are µs since the server's instance began. */
export interface SeenConnection {
    /** Which instance. */
    instance: string;
    /** What makes it this run's. */
    joinedBy: JoinedBy;
    /** When it was accepted, µs. */
    at: number;
    /** The port that it came to, on the server's side. */
    port: number;
    /** How far it came. */
    reached: Reached;
    /** Bytes that it brought, below TLS. */
    bytesIn: number;
    /** The TLS alert that it ended with; null: none, or not TLS. */
    alert: number | null;
    /** What is wrong with the certificate that it was shown, by the server's own look; null: it was shown none. */
    certificate: ShownCertificate | null;
    /** When it ended, µs; null while it lasts. */
    endedAt: number | null;
    /** How it ended; null while it lasts. */
    end: End | null;
}

/** What is wrong with a certificate, at the time and for the name that was asked for; of several the first. */
export type ShownCertificate =
    /** It is not valid yet, or no more. */
    | "expired"
    /** It does not cover the name. */
    | "other-name"
    /** It issued itself: only who was told so trusts it. */
    | "self-signed"
    /** Nothing that the server sees. Who issued it some browsers may not trust. */
    | "sound";

/** What makes a connection without a request a run's. */
export type JoinedBy =
    /** It came from an address that the run's requests came from, while the run lasted. */
    | "address"
    /** Its ClientHello named the run. */
    | "name";

/** How far a connection came that made no request. */
export type Reached =
    /** Not a byte came. */
    | "accepted"
    /** Bytes that begin neither HTTP nor TLS, or not all of either's beginning. */
    | "bytes"
    /** TLS came to a port that speaks plain HTTP. */
    | "tls-to-plain"
    /** Plain HTTP came to a port that speaks TLS. */
    | "plain-to-tls"
    /** A ClientHello came; the handshake was not finished. */
    | "hello"
    /** The TLS handshake was finished. */
    | "secured";

/** How an exchange ended, as the server saw it. */
export type End =
    /** All was sent, or the close handshake was done. */
    | "complete"
    /** The server refused. */
    | "refused"
    /** The other side ended it before all was sent. */
    | "peer-left"
    /** A reset came. */
    | "reset"
    /** Nothing came for so long that the kernel gave up. */
    | "timed-out"
    /** The connection broke otherwise. */
    | "broken"
    /** The server ended it: its limit or its shutdown. */
    | "our-limit";

// What goes in and what comes while it runs; not part of the report.

/** What `run` may be told. Whatever is left out has its default. */
export interface Options {
    /** URL of the probe server's base path. Default: the parent of the folder that `pushcheck.js` came from. */
    base?: string;
    /** The methods to try. Default: all. */
    methods?: Method[];
    /** The methods without which the result is `failed`. Default: none. */
    required?: Method[];
    /** Ids of further lanes to try beside `main`, as listed by the server. Default: none. */
    lanes?: string[];
    /** Those of them without which the page cannot work. Default: none. */
    requiredLanes?: string[];
    /** How much to try. Default: `quick`. */
    mode?: "quick" | "thorough" | "watch";
    /** A thorough run tries no longer silence, ms: 0 to 125000. Default: 125000, which takes minutes. */
    longestSilenceMs?: number;
    /** How long a watch lasts, ms: 10000 to 28800000. Default: 900000. */
    watchMs?: number;
    /** What the app needs, for the advice: all of it, a part, or a preset's name. Default: the usual, and the advice says so. */
    need?: "chat" | "game" | "live-prices" | "collaboration" | "notifications" | Partial<Need>;
    /** The run's key, 32 of 0-9 and a-f: whoever has it can read the run's ledger. Default: a fresh one, which nobody is told. */
    key?: string;
    /** Labels that the report carries: at most 20, each at most 200 characters. */
    labels?: Record<string, string>;
    /** Endpoints of your own to try beside the probe server's. */
    endpoints?: OwnEndpoints;
}

/** Endpoints of your own. Only what the page alone can see is judged there; no value of these enters the report. */
export interface OwnEndpoints {
    /** A WebSocket endpoint. */
    webSocket?: OwnEndpoint;
    /** A `text/event-stream` endpoint. */
    serverSentEvents?: OwnEndpoint;
    /** An endpoint that holds a request until there is news. */
    longPolling?: OwnEndpoint;
    /** An endpoint whose answer is read while it arrives. */
    streamingFetch?: OwnEndpoint;
}

/** An endpoint of your own. */
export interface OwnEndpoint {
    /** Its URL: `ws(s):` or `http(s):`. */
    url: string;
    /** Subprotocols to offer (WebSocket). */
    protocols?: string[];
    /** Send cookies (HTTP). Default: false. */
    withCredentials?: boolean;
    /** Further request headers (long polling and streaming fetch; browsers allow none for the others). */
    headers?: Record<string, string>;
    /** What to send once it is open (WebSocket). */
    firstMessage?: string;
    /** A text that one of its messages must contain. Default: opening is enough. */
    expect?: string;
    /** When to give up, ms. */
    timeoutMs?: number;
}

/** How far a run has come. */
export interface Progress {
    /** The run's id. */
    run: string;
    /** Since it began, µs. */
    elapsedUs: number;
    /** How far, 0 to 1000 ‰; never falls. */
    permille: number;
    /** How long it may still take, µs; null: not for long. */
    remainingUs: number | null;
    /** Every method that is tried. */
    methods: MethodProgress[];
}

/** How far a method has come. */
export interface MethodProgress {
    /** Which. */
    method: Method;
    /** The latest word; null: none yet. */
    word: Word | null;
    /** The verdict; null: not yet. */
    verdict: Verdict | null;
    /** How many of its connections ended before their time in a watch, so far. */
    ended: number;
}
