// The element in JSX: `import "pushcheck/react"` instead of `import "pushcheck"`. React 19 sets properties and listens to events by
// these names; React 18 sets attributes only, so properties and listeners go by a ref there.

import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { End, PushCheck } from "./push-check.js";
import type { Options, Progress, Report } from "./report.js";

export * from "./push-check.js";

/** What `<push-check>` takes in JSX. */
export interface PushCheckProps extends DetailedHTMLProps<HTMLAttributes<PushCheck>, PushCheck> {
    /** URL of the probe server. */
    base: string;
    /** Starts by itself. Attributes without a value are empty texts: React leaves `false` out. */
    auto?: boolean | "";
    methods?: string;
    required?: string;
    lanes?: string;
    mode?: Options["mode"];
    need?: string;
    theme?: "light" | "dark" | "auto";
    "longest-silence-ms"?: number;
    "watch-ms"?: number;
    options?: Options;
    texts?: Record<string, unknown> | null;
    report?: Report | null;
    previous?: Report | null;
    "onpushcheck-start"?: (event: CustomEvent<{ options: Options }>) => void;
    "onpushcheck-progress"?: (event: CustomEvent<Progress>) => void;
    "onpushcheck-report"?: (event: CustomEvent<Report>) => void;
    "onpushcheck-end"?: (event: CustomEvent<End>) => void;
}

declare module "react" {
    namespace JSX {
        interface IntrinsicElements {
            "push-check": PushCheckProps;
        }
    }
}
