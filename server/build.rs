//! Puts the page and its files into the program, compressed and named by their content.

#[path = "build/served.rs"]
mod served;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    let www = Path::new("../www");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/served.rs");
    println!("cargo::rerun-if-changed=../www");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut files = Vec::new();
    collect(www, "", &mut files)?;
    files.sort();
    let mut table = String::from("const EMBEDDED: &[Embedded] = &[\n");
    for (i, (name, file)) in served::served(&files).into_iter().enumerate() {
        let content = fs::read(www.join(file))?;
        // A bundle is made small by who makes it.
        let content = if file == name {
            minified(name, content)
        } else {
            content
        };
        let hash = Sha256::digest(&content)
            .iter()
            .take(8)
            .fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
        let (gzip, brotli) = (gzip(&content)?, brotli(&content)?);
        for (suffix, bytes) in [("raw", &content), ("gz", &gzip), ("br", &brotli)] {
            fs::write(out.join(format!("{i}.{suffix}")), bytes)?;
        }
        let bytes =
            |suffix| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{i}.{suffix}\"))");
        let _ = writeln!(
            table,
            "    Embedded {{ name: {name:?}, hash: \"{hash}\", raw: {}, gzip: {}, brotli: {} }},",
            bytes("raw"),
            bytes("gz"),
            bytes("br"),
        );
    }
    table += "];\n";
    fs::write(out.join("embedded.rs"), table)
}

/// All files of a folder, by their paths in it.
fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.file_name();
        let Some(name) = file.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), names)?;
        } else {
            names.push(path);
        }
    }
    Ok(())
}

/// Scripts and style sheets without comments and indentation; `cargo xtask size` weighs them the same way. Examples are there to be
/// read, and their bundles are small already.
fn minified(name: &str, content: Vec<u8>) -> Vec<u8> {
    if name.starts_with("examples/") || name.starts_with("pkg/examples/") {
        return content;
    }
    match (name.rsplit_once('.'), std::str::from_utf8(&content)) {
        (Some((_, "js")), Ok(text)) => minifier::js::minify(text).to_string().into_bytes(),
        (Some((_, "css")), Ok(text)) => minifier::css::minify(text)
            .map_or_else(|_| content.clone(), |css| css.to_string().into_bytes()),
        _ => content,
    }
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    // The best quality takes seconds in a build script without optimisation: only for what is deployed.
    let quality = if env::var("PROFILE").as_deref() == Ok("release") {
        11
    } else {
        5
    };
    let params = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: 22,
        // `cargo xtask size` does the same. Small blocks suit the module best.
        lgblock: 16,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &params)?;
    Ok(compressed)
}
