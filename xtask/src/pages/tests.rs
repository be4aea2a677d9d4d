//! The pages as they are made of today's catalogue.

use std::collections::BTreeSet;
use std::path::Path;

use super::{blank, pages};
use crate::catalogue::{LANGUAGES, read};

/// What has no end tag.
const EMPTY: [&str; 2] = ["meta", "link"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the checkout")
}

fn all() -> Vec<(String, String)> {
    pages(root()).expect("the pages")
}

/// The tags of a page, each without its brackets.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<')
        .skip(1)
        .map(|rest| rest.split_once('>').map_or(rest, |(tag, _)| tag))
}

/// The values of an attribute.
fn values<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!(" {name}=\"");
    let values =
        tags(page).flat_map(|tag| tag.split(&*mark).skip(1).map(|rest| rest.split_once('"')));
    values.flatten().map(|(value, _)| value).collect()
}

/// A page without what stands in some element.
fn without(page: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut pieces = page.split(&*open);
    let first = pieces.next().unwrap_or_default().to_owned();
    first
        + &pieces
            .filter_map(|piece| Some(piece.split_once(&*close)?.1))
            .collect::<String>()
}

#[test]
fn every_code_has_a_page_and_stands_in_the_index() -> anyhow::Result<()> {
    let texts = read(&root().join("www/catalogue/en.json"))?;
    let codes = texts["causes"].as_object().expect("causes").keys();
    let mut wanted: BTreeSet<String> = codes.map(|code| format!("{code}.html")).collect();
    let pages = all();
    let index = &pages[0].1;
    let linked = values(index, "href");
    assert!(wanted.iter().all(|name| linked.contains(&&**name)));
    wanted.insert("index.html".into());
    assert_eq!(wanted, pages.into_iter().map(|(name, _)| name).collect());
    Ok(())
}

#[test]
fn every_tag_has_its_end_and_every_id_is_one() {
    for (name, page) in all() {
        let mut open = Vec::new();
        for tag in tags(&page).skip(1) {
            let kind = tag.split(' ').next().unwrap_or_default();
            match kind.strip_prefix('/') {
                Some(ended) => assert_eq!(open.pop(), Some(ended), "{name}"),
                None if EMPTY.contains(&kind) => {}
                None => open.push(kind),
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
        assert!(page.starts_with("<!doctype html>"), "{name}");
        let ids = values(&page, "id");
        assert_eq!(
            ids.iter().collect::<BTreeSet<_>>().len(),
            ids.len(),
            "{name}"
        );
    }
}

#[test]
fn nothing_is_left_to_fill_in_outside_of_what_is_pasted() {
    for (name, page) in all() {
        let told = without(&without(&page, "pre"), "code");
        assert!(!told.contains(['{', '}', '`']), "{name}: {told}");
    }
}

#[test]
fn no_page_has_a_script_or_a_style_of_its_own() {
    for (name, page) in all() {
        assert!(
            page.contains("<script type=\"module\" src=\"../causes-page.js\"></script>"),
            "{name}"
        );
        assert_eq!(page.matches("<script").count(), 1, "{name}");
        let has = |what: &str| tags(&page).any(|tag| tag.contains(what));
        assert!(!has(" style=") && !has("style>") && !has(" on"), "{name}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let pages = all();
    let names: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    for (name, page) in &pages {
        let linked = [values(page, "href"), values(page, "src")].concat();
        for link in linked {
            let is_there = match link.split_once('/') {
                None => match link.strip_prefix('#') {
                    Some(_) if name == "index.html" => true,
                    Some(id) => values(page, "id").contains(&id),
                    None => names.contains(link),
                },
                Some(("..", rest)) => root().join("www").join(rest).is_file(),
                Some((scheme, _)) => ["https:", "http:"].contains(&scheme),
            };
            assert!(is_there, "{name}: {link}");
        }
    }
}

#[test]
fn a_page_is_small() {
    for (name, page) in all() {
        let each = if name == "index.html" { 16_000 } else { 15_000 };
        let most = each * LANGUAGES.len();
        assert!(page.len() < most, "{name}: {} bytes", page.len());
    }
}

#[test]
fn a_page_has_all_languages_and_the_path_where_something_breaks() {
    let pages = all();
    let page = |code: &str| {
        let name = format!("{code}.html");
        let found = pages.iter().find(|(one, _)| *one == name);
        &*found.expect("a page").1
    };
    let filter = page("filter-rewrites-101");
    assert_eq!(values(filter, "id"), LANGUAGES);
    assert_eq!(
        values(filter, "data-place"),
        ["answer-altered"; LANGUAGES.len()]
    );
    assert!(filter.contains("<code>filter-101-close</code>"));
    let quiet = page("tls-inspection-present");
    assert!(values(quiet, "data-place").is_empty());
    let nginx = page("rp-no-upgrade");
    assert!(nginx.contains("<ol>") && nginx.contains("proxy_set_header Upgrade $http_upgrade;"));
}

#[test]
fn blanks_are_found() {
    assert!(blank("ProxyPass {path} x", '{', '}') && blank("a <your host> b", '<', '>'));
    assert!(!blank("server {", '{', '}') && !blank("map $a {b: c}", '{', '}'));
    assert!(!blank("a < b", '<', '>') && !blank("{}", '{', '}'));
}
