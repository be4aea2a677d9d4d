// What `push-check-observe.js` leaves behind in the page that loads it.

import type { Client, Options } from "./report.js";

/** What was counted of the page's own use of one endpoint. */
export interface Observed extends Omit<Client, "method" | "lane" | "failedInRun"> {
    /** By which interface of the browser's. */
    api: "WebSocket" | "EventSource" | "fetch";
    /** `ws`, `wss`, `http` or `https`; this and the following: none where the address is none. */
    scheme?: string;
    /** The host's name. */
    host?: string;
    /** The port; empty: the scheme's own. */
    port?: string;
    /** The path. */
    path?: string;
    /** The names of its query's parameters, without their values; `(bare)`: what has no value, since it may be a token. */
    query?: string[];
    /** There is a fragment, which no server gets. */
    fragment?: boolean;
    /** How many subprotocols were offered. */
    protocols: number;
    /** The names of request headers that the page set, without their values. */
    headers: string[];
}

/** The observer of a page's own clients. */
export interface PushCheckObserve {
    /**
     * Asks a run to try the endpoints of the page's clients, too: adds to `endpoints` what is not there yet, one a method. `<push-check>`
     * does so by itself; whoever calls `run()` calls this before, and `judgeClients()` after. `base` has to be given.
     */
    prepare(options: Options & { base: string }): void;
    /** What `judgeClients()` takes: the clients that the last run was asked to compare with; null: no run was prepared. */
    clients(): Client[] | null;
    /** Everything that was counted, for a developer's eyes: `console.table(pushCheckObserve.record())`. */
    record(): Observed[];
    /** Puts everything back as it was. */
    remove(): void;
    /** Set by the widget while it begins an attempt of its own. */
    aside: boolean;
}

declare global {
    var pushCheckObserve: PushCheckObserve | undefined;
}
