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
    /** Why there is none, or one of mode `fallback` only; null: there is one. */
    reason: Reason | null;
    /** The same in words for a developer. */
    message: string | null;
}

/**
 * `<push-check>`: defined when this module is imported, unless the page has an element of that name already.
 *
 * Attributes: `base` (URL of the probe server; default: where `push-check.js` came from), `auto` (starts by itself),
 * `methods`, `required`, `lanes` (words parted by spaces), `mode`, `longest-silence-ms`, `watch-ms`, `need` (a preset's
 * name), `lang` (`en` or `ja`; default: the page's, else the browser's; read once, when it is connected), `theme` (`light`, `dark`, `auto`: as the system).
 * `hidden` hides it.
 *
 * Events bubble and cross shadow boundaries. `pushcheck-start` comes before any connection: pause your own client there,
 * and go on at `pushcheck-end`. Where WebAssembly cannot run, `pushcheck-report` carries a report of mode `fallback`: one try
 * each of three methods, at best `inconclusive`.
 *
 * Slots: `intro` (above the answer), `actions` (beside the buttons). Without a name: shown until the element is there.
 *
 * Custom properties, each with its own default in light and in dark: `--push-check-background`, `-text`, `-muted`, `-line`,
 * `-soft`, `-accent`, `-on-accent`, `-good`, `-good-soft`, `-warn`, `-warn-soft`; `-radius`, `-shadow`, `-font`.
 *
 * Parts: `card`, `word`, `headline`, `summary`, `todo`, `change`, `progress`, `path`, `methods`, `method`, `next`, `consent`, `primary`,
 * `share`, `copy`, `download`, `offers`, `longer`, `watch`, `details`, `more`, and, once they are loaded, `readers`, `you`, `network`, `site`,
 * `report`, `cause`, `advice`, `log`.
 */
export class PushCheck extends HTMLElement {
    /** As for `run()`; what stands here goes before the attributes. */
    options: Options;
    /** Texts of your own, over those of the language: the keys of `text/en.js`, and in `rooms` those of `more/text/en.js`. Read when the element is connected. */
    texts: Record<string, unknown> | null;
    /** The last report; null: none. One that is set is shown as made elsewhere, null as nothing; while a run is on that does nothing. */
    report: Report | null;
    /** The report that the last one is held against, to say what a change did; null: none. Set by a second run. */
    previous: Report | null;
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
