// The widget without its element.

import type { Client, Options, Progress, Report } from "./report.js";

/**
 * Makes the widget ready; to be awaited before anything else here. Once for a page, tried anew after a failure.
 *
 * Rejects where WebAssembly cannot run: a page with a policy has to allow `'wasm-unsafe-eval'` in `script-src`.
 */
export default function init(): Promise<void>;

/**
 * Tries the ways from this page to a probe server. `base` is that server's URL: a package has none of its own.
 *
 * Resolves with a report whatever the network does, also when `signal` aborts; rejects only on misuse, with a `TypeError` that
 * names the field.
 */
export function run(
    options: Options & { base: string },
    signal?: AbortSignal | null,
    onProgress?: ((progress: Progress) => void) | null,
): Promise<Report>;

/** The id of the run that a key opens; undefined: it is no key. */
export function runOf(key: string): string | undefined;

/**
 * Takes a piece of a log: of `chrome://net-export`, or of Firefox's `about:logging` into a file. Nothing is kept of it but the
 * names of the errors of that run's attempts. False: more pieces would tell nothing.
 */
export function readNetLog(run: string, text: string): boolean;

/** Ends the log: the run's report, judged anew with what the log says; or why it tells nothing. */
export function judgeNetLog(run: string): Report | "empty" | "too-large" | "no-log" | "other-run";

/**
 * The run's report, judged anew with what the page's own clients did: what `pushCheckObserve.clients()` of `pushcheck/observe`
 * tells. Undefined: no such run, or nothing that it could have counted.
 */
export function judgeClients(run: string, clients: Client[] | null): Report | undefined;
