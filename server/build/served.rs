//! Which files of `www/` are put into the program, and under which names. Also compiled into a test.

/// Scripts that are served with all that they import in one file, made by `cargo xtask build`, so that a page asks once
/// instead of along a chain: the name, the bundle, and the folder of scripts that nothing else imports.
const BUNDLES: [(&str, &str, Option<&str>); 8] = [
    ("push-check.js", "pkg/push-check.js", None),
    ("push-check-observe.js", "pkg/push-check-observe.js", None),
    ("more.js", "pkg/more.js", Some("more/")),
    ("look.js", "pkg/look.js", None),
    ("link.js", "pkg/link.js", None),
    ("read.js", "pkg/read.js", None),
    ("tester.js", "pkg/tester.js", Some("tester/")),
    ("staff.js", "pkg/staff.js", Some("staff/")),
];

/// The kinds of files that a browser asks for; not types, notes and package descriptions.
const KINDS: [&str; 9] = [
    "html", "js", "jsx", "css", "json", "wasm", "svg", "png", "ico",
];
/// What describes packages, wherever it lies.
const DESCRIPTIONS: [&str; 2] = ["package.json", "package-lock.json"];

/// Of all files the names to serve, each with the file that is served under it. Where a bundle is not built yet, the
/// source is served, and what it imports.
pub(crate) fn served(files: &[String]) -> Vec<(&str, &str)> {
    let exists = |name: &str| files.iter().any(|file| file == name);
    let is_served = |file: &str| {
        let kind = file.rsplit_once('.').map(|(_, kind)| kind);
        kind.is_some_and(|kind| KINDS.contains(&kind))
            && !DESCRIPTIONS.contains(&file.rsplit('/').next().unwrap_or(file))
            && !file.starts_with("catalogue/")
            && BUNDLES.iter().all(|(name, bundle, folder)| {
                let is_within =
                    kind == Some("js") && folder.is_some_and(|folder| file.starts_with(folder));
                let is_bundled = exists(name) && exists(bundle);
                file != *bundle && !(is_bundled && is_within)
            })
    };
    let stands_for = |name: &str| {
        let bundle = BUNDLES.iter().find(|(bundled, ..)| *bundled == name);
        bundle
            .map(|(_, bundle, _)| *bundle)
            .filter(|bundle| exists(bundle))
    };
    let names = files.iter().map(String::as_str);
    names
        .filter(|file| is_served(file))
        .map(|name| (name, stands_for(name).unwrap_or(name)))
        .collect()
}
