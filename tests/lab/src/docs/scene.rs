//! What of a page of the documentation runs in a browser, and the page that each piece of it runs in.

use anyhow::{Context, Result, ensure};

use super::blocks::Block;
use crate::browser::Browser;

/// Who stands for the reader's own probe server.
const PROBE: &str = "https://probe.example";
/// The same for WebSockets.
const SOCKETS: &str = "wss://probe.example";
/// Who stands for the reader's own page.
const APP: &str = "https://app.example";

/// What scripts and style sheets are put beside, where they do not say.
const TWO_LINES: &str = "<script type=\"module\" src=\"https://probe.example/push-check.js\"></script>\n<push-check></push-check>\n";
/// What every page begins with.
const HEAD: &str =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>A page</title>\n";

/// The clauses that a block which runs may have.
pub(crate) const CLAUSES: [&str; 11] = [
    "name",
    "in",
    "shows",
    "policy",
    "without",
    "same-origin",
    "starts",
    "imports",
    "then",
    "not-in",
    "expects",
];

/// A page with a block of the documentation in it, and what must become of it.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// Where the block stands.
    pub(crate) at: String,
    /// The page.
    html: String,
    /// The file beside it, with its name's end.
    beside: Option<(&'static str, String)>,
    /// The page's policy.
    policy: Option<String>,
    /// It stands on the server's own origin, mounted below `/check/`.
    pub(crate) same_origin: bool,
    /// The element is started, as by a click.
    pub(crate) starts: bool,
    /// What is done after that.
    pub(crate) then: Option<String>,
    /// The browser in which it does not run, as the page says.
    pub(crate) not_in: Option<String>,
    /// What must become true.
    pub(crate) expects: String,
    /// What it shows of the policy that forbids it something is no fault.
    pub(crate) is_forbidden: bool,
}

/// Whether a block runs in a browser by itself. What is quoted from a file is run with that, and what is put into one by whoever walks.
pub(crate) fn runs(block: &Block) -> bool {
    let shown = block.says("from") || block.says("file");
    matches!(block.kind.as_str(), "html" | "js" | "css") && !shown
}

/// The scenes of one page.
///
/// # Errors
/// A block says what nobody understands.
pub(crate) fn scenes(blocks: &[Block], page: &str) -> Result<Vec<Scene>> {
    let own: Vec<&Block> = blocks.iter().filter(|block| block.page == page).collect();
    let running = own.iter().filter(|block| runs(block));
    running
        .map(|block| scene(block, &own).with_context(|| block.at()))
        .collect()
}

fn scene(block: &Block, page: &[&Block]) -> Result<Scene> {
    for (name, _) in &block.clauses {
        ensure!(
            CLAUSES.contains(&name.as_str()),
            "there is no clause “{name}”"
        );
    }
    if let Some(browser) = block.clause("not-in") {
        let is_known = Browser::ALL.iter().any(|known| known.name() == browser);
        ensure!(is_known, "not-in: there is no browser “{browser}”");
    }
    let expects = block
        .clause("expects")
        .filter(|expects| !expects.is_empty());
    let expects = expects.context("it runs, and says nothing of what must become of it")?;
    let named = |kind: &str, name: &str| {
        let found = page
            .iter()
            .find(|one| one.kind == kind && one.clause("name") == Some(name));
        found.with_context(|| format!("there is no {kind} block “{name}”"))
    };
    let around = match block.clause("in") {
        Some(name) => named("html", name)?.text.as_str(),
        None => TWO_LINES,
    };
    let (html, beside) = match block.kind.as_str() {
        "html" => (block.text.clone(), None),
        "css" => (
            format!("<link rel=\"stylesheet\" href=\"FILE.css\">\n{around}"),
            Some(("css", block.text.clone())),
        ),
        _ => (
            format!("{around}<script type=\"module\" src=\"FILE.js\"></script>\n"),
            Some(("js", script(block))),
        ),
    };
    let html = match html.starts_with("<!doctype") {
        true => html,
        false => format!("{HEAD}{html}"),
    };
    let policy = block
        .clause("policy")
        .map(|name| policy(named("http", name)?, block));
    Ok(Scene {
        at: block.at(),
        html,
        beside,
        policy: policy.transpose()?,
        same_origin: block.says("same-origin"),
        starts: block.says("starts"),
        then: block.clause("then").map(str::to_owned),
        not_in: block.clause("not-in").map(str::to_owned),
        expects: expects.to_owned(),
        is_forbidden: block.says("without"),
    })
}

/// The script with what the page takes for granted before it, and what it must show after it.
fn script(block: &Block) -> String {
    let mut text = String::new();
    if block.says("imports") {
        text += "import init, { run } from \"https://probe.example/pkg/pushcheck.js\";\nawait init();\n";
    }
    text += &block.text;
    if let Some(names) = block.clause("shows") {
        for name in names.split(", ") {
            text += &format!(
                "Object.defineProperty(globalThis, \"{name}\", {{ get: () => {name} }});\n"
            );
        }
    }
    text
}

/// The policy of a block of header fields, with what the page's own files need besides.
fn policy(block: &Block, runs: &Block) -> Result<String> {
    let value = block.text.trim().strip_prefix("Content-Security-Policy: ");
    let value = value.with_context(|| format!("{} is no policy", block.at()))?;
    let mut policy = value.to_owned();
    if let Some(out) = runs.clause("without") {
        ensure!(policy.contains(out), "the policy has no {out}");
        policy = policy.replace(out, "");
    }
    match runs.kind.as_str() {
        "js" => policy = policy.replacen("script-src ", "script-src 'self' ", 1),
        "css" => policy += "; style-src 'self'",
        _ => {}
    }
    Ok(policy)
}

impl Scene {
    /// The policy, as [`crate::origin::Origin::site`] fills it.
    pub(crate) fn policy(&self) -> Option<String> {
        let policy = self.policy.as_ref()?;
        Some(
            policy
                .replace(SOCKETS, "{{WS_BASE}}")
                .replace(PROBE, "{{BASE}}"),
        )
    }

    /// Its files, by name, for a probe server at that base and a page of that origin; `name`: what they are called without their end.
    pub(crate) fn files(&self, name: &str, base: &str, own: &str) -> Vec<(String, String)> {
        let html = self.html.replace("FILE.", &format!("{name}."));
        let mut files = vec![(format!("{name}.html"), filled(&html, base, own))];
        if let Some((kind, text)) = &self.beside {
            files.push((format!("{name}.{kind}"), filled(text, base, own)));
        }
        files
    }

    /// What must become true in the page. What throws is not true yet; why stands in `thrown`.
    pub(crate) fn condition(&self, base: &str, own: &str) -> String {
        let expects = filled(&self.expects, base, own);
        format!(
            "(() => {{
                const check = document.querySelector('push-check');
                const report = globalThis.report ?? check?.report;
                const text = document.body?.innerText ?? '';
                const look = (part) => getComputedStyle(check.shadowRoot.querySelector(`[part~=${{part}}]`));
                globalThis.thrown = null;
                try {{
                    return ({expects});
                }} catch (error) {{
                    globalThis.thrown = error;
                    return false;
                }}
            }})()"
        )
    }
}

/// The text with the servers that there are instead of the ones that stand for them.
fn filled(text: &str, base: &str, own: &str) -> String {
    let base = base.trim_end_matches('/');
    text.replace(SOCKETS, &base.replacen("http", "ws", 1))
        .replace(PROBE, base)
        .replace(APP, own)
}

#[cfg(test)]
mod tests {
    use super::super::blocks;
    use super::*;

    fn of(text: &str) -> Result<Vec<Scene>> {
        scenes(&blocks::of("docs/x.md", text)?, "docs/x.md")
    }

    #[test]
    fn a_script_runs_beside_the_two_lines_or_in_what_it_names() -> Result<()> {
        let all = of(
            "<!-- docs: name one; starts; expects report -->\n```html\n<p>One\n```\n\n\
            <!-- docs: in one; shows a; expects a === 1; true -->\n```js\nconst a = \"https://probe.example/x\";\n```\n",
        )?;
        let files = all[1].files("s", "http://127.0.0.1:1/", "http://b");
        assert!(
            files[0].1.contains("<p>One") && files[0].1.contains("src=\"s.js\""),
            "{files:?}"
        );
        assert!(
            files[1]
                .1
                .starts_with("const a = \"http://127.0.0.1:1/x\";\n")
                && files[1].1.contains("get: () => a")
        );
        assert!(all[0].starts && all[1].condition("", "").contains("return (a === 1; true)"));
        Ok(())
    }

    #[test]
    fn what_says_nothing_of_its_outcome_or_names_what_is_not_there_is_refused() {
        for (text, named) in [
            ("```js\n1\n```\n", "nothing of what must become"),
            (
                "<!-- docs: in two; expects 1 -->\n```js\n1\n```\n",
                "no html block “two”",
            ),
            (
                "<!-- docs: expect 1 -->\n```js\n1\n```\n",
                "no clause “expect”",
            ),
            (
                "<!-- docs: not-in lynx; expects 1 -->\n```js\n1\n```\n",
                "no browser “lynx”",
            ),
            (
                "<!-- docs: policy p; expects 1 -->\n```html\n1\n```\n",
                "no http block “p”",
            ),
        ] {
            let said = format!("{:#}", of(text).expect_err(text));
            assert!(
                said.contains(named) && said.contains("docs/x.md:"),
                "{said}"
            );
        }
    }
}
