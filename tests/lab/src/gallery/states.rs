//! Every state of the page, and how it comes to it: what is photographed, and what must be accessible.

/// A state of the page.
#[derive(Debug)]
pub struct State<'a> {
    /// Its name, also of its pictures.
    pub name: &'a str,
    /// The golden case whose report is shown; none: nothing but what the script does.
    pub case: Option<&'a str>,
    /// The body of an async function that goes on from there: `check` is the element, `root` its shadow root, `report` the
    /// case's.
    pub script: &'a str,
}

const fn shown(name: &'static str, case: &'static str, script: &'static str) -> State<'static> {
    State {
        name,
        case: Some(case),
        script,
    }
}

/// All of them.
pub const STATES: &[State<'static>] = &[
    State {
        name: "idle",
        case: None,
        script: "",
    },
    State {
        name: "running",
        case: None,
        script: "check.start(); await until(() => root.querySelector('progress').value > 0.3 * 1000);",
    },
    shown("all-good", "direct-plain-chromium", ""),
    shown("one-blocked", "filter-101-close-chromium", ""),
    shown("not-needed", "filter-101-close-chromium", NOT_NEEDED),
    shown("degraded", "sse-held-timer-chromium", ""),
    shown("blocked", "blackholed-chromium", ""),
    shown("offline", "offline-chromium", ""),
    State {
        name: "partial",
        case: None,
        script:
            "check.start(); await until(() => root.querySelector('progress').value > 0.2 * 1000);
            check.stop(); await until(() => !check.running); await filled();",
    },
    State {
        name: "fallback",
        case: None,
        script: FALLBACK,
    },
    shown(
        "letter",
        "filter-101-close-chromium",
        "await tab('network');",
    ),
    shown("operator", "nginx-no-upgrade-firefox", "await tab('site');"),
    shown("report", "nginx-no-upgrade-firefox", "await tab('report');"),
    shown(
        "explained",
        "nginx-no-upgrade-firefox",
        "await unfold('[part=you] details');",
    ),
    shown(
        "side",
        "sse-held-timer-chromium",
        "await unfold('[data-room=side]');",
    ),
    shown(
        "charts",
        "idle-nginx-firefox",
        "await unfold('[data-room=charts]');",
    ),
    shown(
        "bursts",
        "burst-nginx-firefox",
        "await unfold('[data-room=charts]');",
    ),
    shown(
        "timeline",
        "server-killed-chromium",
        "await unfold('[data-room=timeline]');",
    ),
    shown("evidence", "nginx-no-upgrade-firefox", EVIDENCE),
    shown("compare", "nginx-no-upgrade-firefox", COMPARE),
    shown(
        "history",
        "direct-plain-chromium",
        "await unfold('[data-room=history]');",
    ),
    shown(
        "details",
        "tls-expired-chromium",
        "await unfold('[data-room=details]');",
    ),
    shown("watch", "watch-haproxy-firefox", ""),
    State {
        name: "another",
        case: None,
        script: ANOTHER,
    },
];

/// A browser without WebSockets, and a code for another device.
const ANOTHER: &str = "(window.wrappedJSObject ?? window).WebSocket = undefined; await check.start(); await filled();
    root.querySelector('.another button').click(); await until(() => root.querySelector('.another svg'));";

/// What can be tried without WebAssembly. The page's own element has loaded the widget by now, so this is done by hand.
const FALLBACK: &str = "const { fallback } = await import(new URL('fallback.js', location));
    await show(await fallback({ base: new URL('./', location).href }, new AbortController().signal, () => {}));";

/// The app needs what works.
const NOT_NEEDED: &str =
    "const sse = report.methods.find(({ method }) => method === 'server-sent-events');
    sse.required = true; await show(structuredClone(report));";

/// A reason's evidence, in the timeline.
const EVIDENCE: &str = "await unfold('[part=you] details');
    [...root.querySelectorAll('[part=cause] button')][0].click();
    await until(() => root.querySelector('[part=timeline] [aria-current]'));";

/// The same after a change that cured it.
const COMPARE: &str = "const cured = structuredClone(report);
    for (const method of cured.methods) if (method.verdict === 'failed') Object.assign(method, { verdict: 'passed', place: 'nowhere' });
    cured.findings = []; cured.result = 'passed'; cured.run.id = '1'.repeat(32);
    await show(cured); root.querySelector('[part=more]').replaceChildren(); check.previous = report; await filled();";

/// What the scripts may call. `report` is null where there is none.
pub(super) const PRELUDE: &str = "
    const until = async (test) => {
        for (let turn = 0; turn < 400; turn += 1) {
            if (test()) return;
            await new Promise((done) => setTimeout(done, 25));
        }
        throw new Error(`not in time: ${test}`);
    };
    await customElements.whenDefined('push-check');
    const old = document.querySelector('push-check');
    const check = document.createElement('push-check');
    check.lang = lang;
    check.setAttribute('theme', theme);
    if (texts) check.texts = texts;
    old.replaceWith(check);
    const root = check.shadowRoot;
    await until(() => root.querySelector('[part=card]'));
    const filled = () => until(() => root.querySelector('[part=readers]'));
    const show = async (one) => {
        root.querySelector('[part=more]').replaceChildren();
        check.report = one;
        await filled();
    };
    const tab = async (name) => {
        root.querySelector(`[role=tab][id$=-${name}]`).click();
        await until(() => root.querySelector(`[part=${name}]`).childElementCount);
    };
    const unfold = async (which) => {
        for (const fold of root.querySelectorAll(which)) fold.open = true;
        await new Promise((done) => setTimeout(done, 300));
    };
    if (report) await show(report);
";
