//! Lines into a file of configuration: what says the same otherwise is replaced, what is there stays, all else is added.

use anyhow::{Context, Result, bail};

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Into the block that begins with that line: braces, an element of Apache's, or a section by its indentation.
    Block(String),
    /// Before that line.
    Before(String),
    /// Instead of that line, or of the block that it begins.
    Instead(String),
    /// To the end of the file.
    End,
}

impl Anchor {
    pub(super) fn of(text: &str) -> Self {
        let line = |line: &str| line.trim().to_owned();
        match (
            text.strip_prefix("before "),
            text.strip_prefix("instead of "),
        ) {
            (Some(at), _) => Self::Before(line(at)),
            (_, Some(at)) => Self::Instead(line(at)),
            _ if text == "end" => Self::End,
            _ => Self::Block(line(text)),
        }
    }
}

/// How many words of a line tell what it sets; 0: lines do not replace each other.
fn key_words(product: &str, line: &str) -> usize {
    let first = line.split_whitespace().next().unwrap_or_default();
    match (product, first) {
        ("nginx", "proxy_set_header" | "add_header")
        | ("haproxy", "timeout" | "option")
        | ("apache", "ProxyPass") => 2,
        ("nginx" | "haproxy" | "apache" | "mitmproxy", _) => 1,
        _ => 0,
    }
}

/// What a line sets.
fn key<'a>(product: &str, line: &'a str) -> Vec<&'a str> {
    let words = key_words(product, line);
    let set = line.trim_end_matches(';').split_whitespace().take(words);
    set.collect()
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// By how many braces a line opens more than it closes.
fn opens(line: &str) -> i64 {
    let count = |brace| line.matches(brace).count() as i64;
    count('{') - count('}')
}

/// Where that line is.
fn find(lines: &[String], wanted: &str) -> Result<usize> {
    let at = lines.iter().position(|line| line.trim() == wanted);
    at.with_context(|| format!("there is no line “{wanted}”"))
}

/// The line after the last one inside the block that begins there.
fn end_of(lines: &[String], begin: usize) -> Result<usize> {
    let header = lines[begin].trim();
    if header.ends_with('{') {
        let mut depth = 0;
        for (at, line) in lines.iter().enumerate().skip(begin) {
            depth += opens(line);
            if depth == 0 {
                return Ok(at);
            }
        }
        bail!("“{header}” is not closed");
    }
    let rest = || lines.iter().enumerate().skip(begin + 1);
    if header.starts_with('<') {
        let closed = rest().find(|(_, line)| line.trim().starts_with("</"));
        return closed
            .map(|(at, _)| at)
            .with_context(|| format!("“{header}” is not closed"));
    }
    let outer = indent(&lines[begin]).len();
    let next = rest().find(|(_, line)| !line.trim().is_empty() && indent(line).len() <= outer);
    let mut end = next.map_or(lines.len(), |(at, _)| at);
    while lines[end - 1].trim().is_empty() {
        end -= 1;
    }
    Ok(end)
}

/// Lines that belong together: a line by itself, or a block with all in it.
fn units(lines: &[String]) -> Vec<Vec<String>> {
    let (mut units, mut unit, mut depth) = (Vec::new(), Vec::new(), 0);
    for line in lines {
        depth += opens(line);
        unit.push(line.clone());
        if depth == 0 {
            units.push(std::mem::take(&mut unit));
        }
    }
    if !unit.is_empty() {
        units.push(unit);
    }
    units
}

/// The text with those lines in it.
///
/// # Errors
/// There is no such place in it.
pub(super) fn merged(text: &str, new: &[String], anchor: &Anchor, product: &str) -> Result<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let indented = |with: &str, unit: &[String]| -> Vec<String> {
        unit.iter().map(|line| format!("{with}{line}")).collect()
    };
    match anchor {
        Anchor::End => lines.extend_from_slice(new),
        Anchor::Before(at) => {
            let at = find(&lines, at)?;
            let with = indent(&lines[at]).to_owned();
            lines.splice(at..at, indented(&with, new));
        }
        Anchor::Instead(header) => {
            let begin = find(&lines, header)?;
            let with = indent(&lines[begin]).to_owned();
            let last = match header.ends_with('{') {
                true => end_of(&lines, begin)?,
                false => begin,
            };
            lines.splice(begin..=last, indented(&with, new));
        }
        Anchor::Block(header) => {
            let begin = find(&lines, header)?;
            for unit in units(new) {
                let end = end_of(&lines, begin)?;
                let inside = &lines[begin + 1..end];
                let with = inside.iter().find(|line| !line.trim().is_empty());
                let with = with.map_or("    ", |line| indent(line)).to_owned();
                let [line] = unit.as_slice() else {
                    lines.splice(end..end, indented(&with, &unit));
                    continue;
                };
                let mut depth = 0;
                let same = inside.iter().position(|other| {
                    let flat = depth == 0;
                    depth += opens(other);
                    let set = key(product, other.trim());
                    flat && !set.is_empty() && set == key(product, line)
                });
                match same {
                    Some(at) => lines[begin + 1 + at] = format!("{with}{line}"),
                    None => {
                        lines.insert(end, format!("{with}{line}"));
                    }
                }
            }
        }
    }
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NGINX: &str = "http {\n    server {\n        location / {\n            proxy_pass http://a;\n            \
        proxy_set_header Connection \"\";\n        }\n    }\n}\n";

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_says_the_same_otherwise_is_replaced_and_all_else_added() -> Result<()> {
        let at = Anchor::of("location / {");
        let new = lines(
            "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;",
        );
        let text = merged(NGINX, &new, &at, "nginx")?;
        assert!(!text.contains("\"\""), "{text}");
        assert!(
            text.contains("            proxy_set_header Connection $connection_upgrade;\n            proxy_set_header Upgrade $http_upgrade;\n        }"),
            "{text}"
        );
        Ok(())
    }

    #[test]
    fn a_block_is_put_in_whole_and_nothing_within_another_is_touched() -> Result<()> {
        let map = lines("map $a $b {\n    default 1;\n}");
        let text = merged(NGINX, &map, &Anchor::of("http {"), "nginx")?;
        assert!(
            text.ends_with("    map $a $b {\n        default 1;\n    }\n}\n"),
            "{text}"
        );
        let outer = merged(
            NGINX,
            &lines("proxy_pass http://b;"),
            &Anchor::of("server {"),
            "nginx",
        )?;
        assert!(
            outer.contains("http://a") && outer.contains("http://b"),
            "{outer}"
        );
        Ok(())
    }

    #[test]
    fn sections_end_where_the_next_begins() -> Result<()> {
        let text =
            "defaults\n    mode http\n    timeout tunnel 2s\n\nfrontend site\n    bind :80\n";
        let new = lines("timeout tunnel 1h\noption http-no-delay");
        let text = merged(text, &new, &Anchor::of("defaults"), "haproxy")?;
        assert_eq!(
            text,
            "defaults\n    mode http\n    timeout tunnel 1h\n    option http-no-delay\n\nfrontend site\n    bind :80\n"
        );
        Ok(())
    }

    #[test]
    fn lines_go_before_or_instead_of_others_or_to_the_end() -> Result<()> {
        let text = "a 1\n  b {\n    c\n  }\n";
        let new = lines("x");
        let put = |at: &str| merged(text, &new, &Anchor::of(at), "squid");
        assert_eq!(put("before b {")?, "a 1\n  x\n  b {\n    c\n  }\n");
        assert_eq!(put("instead of b {")?, "a 1\n  x\n");
        assert_eq!(put("instead of a 1")?, "x\n  b {\n    c\n  }\n");
        assert_eq!(put("end")?, "a 1\n  b {\n    c\n  }\nx\n");
        assert!(put("before z").is_err());
        let twice = merged(
            "chain {\n    a;\n}\n",
            &lines("x\ny"),
            &Anchor::of("chain {"),
            "nftables",
        )?;
        assert_eq!(
            twice, "chain {\n    a;\n    x\n    y\n}\n",
            "what has no key replaces nothing"
        );
        Ok(())
    }
}
