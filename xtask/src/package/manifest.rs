//! The custom-elements manifest says what the element's declaration says.

use serde_json::Value;

const MANIFEST: &str = include_str!("../../package/custom-elements.json");
const DECLARED: &str = include_str!("../../../www/push-check.d.ts");

/// What stands between two marks of the declaration.
fn between(from: &str, to: &str) -> &'static str {
    let (_, rest) = DECLARED.split_once(from).unwrap_or_default();
    rest.split_once(to).unwrap_or_default().0
}

/// The words in backquotes, without what stands in brackets.
fn quoted(text: &str) -> Vec<String> {
    let mut depth = 0;
    let outside: String = text
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0 && *c != ')'
        })
        .collect();
    sorted(outside.split('`').skip(1).step_by(2).map(str::to_owned))
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = words.collect();
    words.sort();
    words
}

fn element() -> anyhow::Result<Value> {
    let mut manifest: Value = serde_json::from_str(MANIFEST)?;
    Ok(manifest["modules"][0]["declarations"][0].take())
}

fn names(element: &Value, list: &str) -> Vec<String> {
    let all = element[list].as_array().into_iter().flatten();
    let names = all.filter_map(|one| one["name"].as_str());
    sorted(names.filter(|name| !name.is_empty()).map(str::to_owned))
}

#[test]
fn it_lists_what_is_declared() -> anyhow::Result<()> {
    let element = element()?;
    assert_eq!(element["tagName"], "push-check");
    let attributes = quoted(between("Attributes: ", "`hidden` hides it."));
    assert!(attributes.len() > 8, "{attributes:?}");
    assert_eq!(names(&element, "attributes"), attributes);
    assert_eq!(
        names(&element, "slots"),
        quoted(between("* Slots:", "Without a name"))
    );
    assert_eq!(
        names(&element, "cssParts"),
        quoted(between("* Parts:", "*/"))
    );
    let custom = quoted(between("* Custom properties", "* Parts:"));
    let custom = custom
        .into_iter()
        .map(|name| match name.strip_prefix("--") {
            Some(_) => name,
            None => format!("--push-check{name}"),
        });
    assert_eq!(names(&element, "cssProperties"), sorted(custom));
    let events = between("interface HTMLElementEventMap {", "}\n}");
    let events = events
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split('"').next());
    assert_eq!(names(&element, "events"), sorted(events.map(str::to_owned)));
    Ok(())
}

#[test]
fn its_members_are_those_of_the_class() -> anyhow::Result<()> {
    let element = element()?;
    let class = between("export class PushCheck extends HTMLElement {", "\n}");
    let mut declared = Vec::new();
    for line in class
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with(['/', '*']))
    {
        let (line, readonly) = match line.strip_prefix("readonly ") {
            Some(line) => (line, true),
            None => (line, false),
        };
        let Some((name, rest)) = line.split_once(['(', ':']) else {
            continue;
        };
        let is_method = line.starts_with(&format!("{name}("));
        // A method's type stands behind its parameters.
        let kind = if is_method {
            rest.rsplit_once("): ").unwrap_or_default().1
        } else {
            rest
        };
        declared.push((
            name.to_owned(),
            is_method,
            readonly,
            kind.trim().trim_end_matches(';').to_owned(),
        ));
    }
    declared.sort();
    let mut listed: Vec<_> = element["members"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|member| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let is_method = member["kind"] == "method";
            let kind = if is_method {
                &member["return"]["type"]
            } else {
                &member["type"]
            };
            (
                text(&member["name"]),
                is_method,
                member["readonly"] == true,
                text(&kind["text"]),
            )
        })
        .collect();
    listed.sort();
    assert!(declared.len() > 6, "{declared:?}");
    assert_eq!(listed, declared);
    Ok(())
}
