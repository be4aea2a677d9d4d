// `push-check.js` as types: the element, its events, and what they carry.

import type { Options, Progress, Report } from "./report.js";

/** Why a run ended without a report. */
export type Reason =
    /** The browser has no WebAssembly. */
    | "no-webassembly"
    /** The page's policy lacks `'wasm-unsafe-eval'`. */
    | "policy-wasm"
    /** The page's policy forbids loading the widget. */
    | "policy"
    /** The widget could not be loaded. */
    | "module"
    /** An attribute or option is wrong; the message names it. */
    | "misuse"
    /** It was stopped while the widget was loading. */
    | "stopped"
    /** The element itself failed. */
    | "own";

/** How a run ended. */
export interface End {
    /** The report's result; null: there is no report. */
    result: Report["result"] | null;
    /** Why there is none; null: there is one. */
    reason: Reason | null;
    /** The same in words for a developer. */
    message: string | null;
}

/**
 * `<push-check>`. Attributes: `base` (URL of the probe server; default: where `push-check.js` came from), `auto` (starts
 * by itself), `methods`, `required`, `lanes` (words parted by spaces), `mode`, `longest-silence-ms`, `watch-ms`,
 * `need` (a preset's name), `lang`. `hidden` hides it.
 *
 * Events bubble and cross shadow boundaries. `pushcheck-start` comes before any connection: pause your own client there,
 * and go on at `pushcheck-end`. Custom properties for theming: see the top of `style.js`.
 * Parts: `card`, `headline`, `summary`, `progress`, `methods`, `method`, `next`, `causes`, `cause`, `advice`, `log`, `consent`, `primary`, `watch`, `longer`, `copy`, `download`, `details`.
 */
export class PushCheck extends HTMLElement {
    /** As for `run()`; what stands here goes before the attributes. */
    options: Options;
    /** The last report; null: none yet. */
    readonly report: Report | null;
    /** A run is on. */
    readonly running: boolean;
    /**
     * Starts a run, or joins the one that is on. What is given goes before `options`, for this run. Never rejects; null:
     * there is no report, and the element says why.
     */
    start(more?: Options): Promise<Report | null>;
    /**
     * Reads a log of the browser's own network for the last report: of `chrome://net-export`, or of Firefox's `about:logging`
     * into a file, recorded while the run went on. Nothing but the names of errors of that run's attempts is kept. The report
     * is judged anew and told as `pushcheck-report`; null: the file tells nothing, and the element says why. Never rejects.
     */
    readNetLog(file: Blob): Promise<Report | null>;
    /** Ends the run that is on; its report tells what was known by then, and is sent only where the person closes the page in a watch and allowed it. */
    stop(): void;
}

declare global {
    interface HTMLElementTagNameMap {
        "push-check": PushCheck;
    }
    interface HTMLElementEventMap {
        "pushcheck-start": CustomEvent<{ options: Options }>;
        "pushcheck-progress": CustomEvent<Progress>;
        "pushcheck-report": CustomEvent<Report>;
        "pushcheck-end": CustomEvent<End>;
    }
}
