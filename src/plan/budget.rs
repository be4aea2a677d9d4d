//! Every deadline in one place, each with its relation to the others. Times are spans unless said otherwise.

use super::Form;
use crate::time::Micros;

/// A quick run has told its result by then, whatever happens.
pub const RUN: Micros = Micros::ms(12_000);

/// Since the run's start: what still runs is given up. [`LAST_LEDGER`] and a turn of the page fit before [`RUN`].
pub const GIVE_UP_ALL: Micros = Micros::ms(10_500);

/// The last read of the ledger may take that long. Less than [`RUN`] − [`GIVE_UP_ALL`].
pub const LAST_LEDGER: Micros = Micros::ms(1_000);

/// Unanswered for that long and four round trips the ledger is asked for again: the connection that the browser kept
/// for it may be dead, and the next one is not.
pub const LEDGER_AGAIN: Micros = Micros::ms(500);

/// Asking for the ledger again ends so long after the first time, unless the run's own end comes first.
pub const LEDGER_PATIENCE: Micros = Micros::ms(3_000);

/// A fetch, an `open` or an upgrade unanswered for that long is given up; beyond SockJS's and below the 20 s (Firefox)
/// to 240 s (Chromium) that browsers wait.
pub const OPEN: Micros = Micros::ms(8_000);

/// A control is given up after that long. What stands in front of a server that does not answer says so after seconds.
pub const CONTROL: Micros = Micros::ms(4_000);

/// Controls at once to one host. With [`LONG_REQUESTS`] and a poll they fill the six connections of HTTP/1.1.
pub const CONTROLS: usize = 2;

/// The padding of the one echo that is larger than a packet: it finds what passes small messages only.
pub const PADDED: usize = 2_000;

/// Which echo that is.
pub const PADDED_ECHO: u32 = 3;

/// An upgrade that is unanswered after that and four round trips has the word `waiting`, and the ledger is asked.
/// Far below [`OPEN`].
pub const WAITING: Micros = Micros::ms(2_000);

/// An answer that the server handed over so long ago would have come: an upgrade is not given up before. As long as the
/// slowest paths take for two round trips.
pub const ANSWER: Micros = Micros::ms(1_000);

/// A WebSocket that opened later than that and eight round trips opened slowly. Below [`WAITING`] + 4 RTT for RTT < 250 ms.
pub const SLOW_OPEN: Micros = Micros::ms(1_500);

/// A message that is due and does not come for that long is given up. With the longest tick gap (0.5 s) it leaves room
/// for loss and one retransmission; with [`OPEN`] it stays below [`GIVE_UP_ALL`].
pub const MESSAGE: Micros = Micros::ms(2_500);

/// The server's close handshake after our `end`; browsers wait 20 to 60 s.
pub const CLOSE: Micros = Micros::ms(1_500);

/// `close` after `error`: Chromium sends no `close` at all when a policy blocks.
pub const CLOSE_AFTER_ERROR: Micros = Micros::ms(500);

/// The hold that a long poll asks for: above the longest tick gap, so that a healthy one is answered with a tick.
pub const HOLD: Micros = Micros::ms(3_000);

/// The silence of the silent lanes.
pub const SILENCE: Micros = Micros::ms(4_000);

/// The silences of a thorough run, the longest first: below and above what boxes are set to (15, 30, 60, 100, 120 s).
pub const RUNGS: [Micros; 8] = [
    Micros::ms(125_000),
    Micros::ms(95_000),
    Micros::ms(65_000),
    Micros::ms(50_000),
    Micros::ms(35_000),
    Micros::ms(20_000),
    Micros::ms(10_000),
    Micros::ms(5_000),
];

/// The shortest hold of a long poll among them: apps hold for that long.
pub const LONG_HOLD: Micros = Micros::ms(20_000);

/// Long requests at once to one host and port of those that keep silent longest: the app may hold some, and over HTTP/2 they
/// share a connection, on which each breaks the others' silence.
pub const SILENT_REQUESTS: usize = 2;

/// How long browsers are told to wait until they ask for a stream again: more than the longest gap of the ticks, so that one
/// falls due meanwhile.
pub const RETRY: Micros = Micros::ms(700);

/// Between two beats: less than the shortest of [`RUNGS`].
pub const BEAT_PACE: Micros = Micros::ms(4_000);

/// A silence that long is outlived wherever apps send what keeps a connection awake, as most do every 25 s.
pub const USUAL_BEAT: Micros = Micros::ms(25_000);

/// Since its start a thorough run has told its result by then. The four longest of [`RUNGS`], one after another, fit.
pub const THOROUGH: Micros = Micros::ms(360_000);

/// A watch lasts that long where nobody says otherwise.
pub const WATCH: Micros = Micros::ms(900_000);

/// No watch is shorter.
pub const WATCH_LEAST: Micros = Micros::ms(10_000);

/// No watch is longer: a working day.
pub const WATCH_MOST: Micros = Micros::ms(28_800_000);

/// Between the first connections of its methods: those that one rule cuts at one age are then cut at different times, and those
/// that something common to all cuts, at one.
pub const WATCH_APART: Micros = Micros::ms(3_000);

/// However soon silence ends connections, in a watch nothing goes over them more often.
pub const LEAST_WATCH_BEAT: Micros = Micros::ms(2_000);

/// The heartbeat of the main thread in a watch: it wakes the device.
pub const WATCH_BEAT: Micros = Micros::ms(1_000);

/// A gap of the heartbeat of a hidden page that is more than how slow browsers make its timers: once a minute.
pub const HIDDEN_STALL: Micros = Micros::ms(90_000);

/// Until a connection that was cut is asked for again; twice as long each time that it did not last for
/// [`RECONNECT_MOST`].
pub const RECONNECT: Micros = Micros::ms(500);

/// It is asked for again by then.
pub const RECONNECT_MOST: Micros = Micros::ms(30_000);

/// Between the starts of two polls: their stamps spread over the ticks without becoming a load.
pub const POLL_PACE: Micros = Micros::ms(180);

/// Between two echoes.
pub const ECHO_PACE: Micros = Micros::ms(100);

/// A wake-up that comes so much after its deadline says that the page stood still.
pub const LATE: Micros = Micros::ms(300);

/// For that long after such a wake-up nothing is given up: what arrived meanwhile is still on its way to us.
pub const PATIENCE: Micros = Micros::ms(150);

/// A gap of the heartbeat from which on a deadline that fell into it proves nothing. Above the 1 s to which browsers
/// slow the timers of a hidden page, and below [`MESSAGE`].
pub const STALL: Micros = Micros::ms(1_500);

/// No further echo after that long: on slow paths fewer have to do. With [`OPEN`] a slow socket ends before
/// [`GIVE_UP_ALL`] when it opened within four seconds.
pub const ECHOES: Micros = Micros::ms(4_000);

/// The round trip assumed before one was measured.
pub const RTT_GUESS: Micros = Micros::ms(250);

/// The heartbeat of the main thread.
pub const BEAT: Micros = Micros::ms(50);

/// Long requests at once to one host and port: HTTP/1.1 allows six in all, and the app may hold some.
pub const LONG_REQUESTS: usize = 3;

/// Failing WebSockets in one run: browsers delay what follows more (Chromium after eight).
pub const FAILING_SOCKETS: usize = 8;

/// Times that an attempt that failed within its first [`WAITING`] is tried again, so that "2 of 2" can be told from once.
pub const RETRIES: u16 = 1;

/// The ticks of a stream that is tried once more, varied: it shows within two seconds whether they are kept.
pub const RELIEF_TICKS: u32 = 10;

/// What is left of a run when they may still begin: enough for their ticks, kept until the end.
pub const RELIEF: Micros = Micros::ms(4_000);

/// The messages of a burst, handed over in one turn.
pub const PARTS: u32 = 100;

/// The padding of each: together, with what frames them, a burst is 256 kB at most.
pub const PART_BYTES: u32 = 2_560;

/// With that part of the page's the server resets the connection: not one that it acknowledges.
pub const CUT_UP_AT: u32 = 55;

/// A burst is given up by then: what gives less than [`PARTS`] × [`PART_BYTES`] in it is no way for a push.
pub const BURST: Micros = Micros::ms(30_000);

/// Sizes and forms of messages that are tried, in their order: below and above what frames count their length by (RFC 6455
/// § 5.2), what boxes buffer, and what apps send.
pub const SIZES: [(Form, u32); 9] = [
    (Form::Text, 1),
    (Form::Text, 126),
    (Form::Text, 4_096),
    (Form::Text, 65_536),
    (Form::Text, 250_000),
    (Form::ArrayBuffer, 1),
    (Form::ArrayBuffer, 65_536),
    (Form::ArrayBuffer, 250_000),
    (Form::Blob, 4_096),
];

/// Requests that leave at once, more than browsers have connections for over HTTP/1.1.
pub const UPLOADS: u16 = 10;

/// The first of them leaves so long after the connection opened: elsewhere the first message leaves in `open`, and what comes
/// together with the handshake has its own ways to be lost.
pub const REST: Micros = Micros::ms(250);

/// The answer that is not read: more than browsers (Chromium 6 MB over HTTP/2) and their systems (Windows 16 MB) take in
/// advance.
pub const UNREAD_BYTES: u32 = 24_000_000;

/// For how long it is not read.
pub const UNREAD: Micros = Micros::ms(2_000);
