//! The Rust of README and `docs/` as functions, so that it is compiled where it would be used.

use std::path::Path;
use std::{env, fs};

#[path = "../lab/src/docs/blocks.rs"]
mod blocks;

fn main() {
    let root = Path::new("../..");
    println!("cargo::rerun-if-changed=../../README.md");
    println!("cargo::rerun-if-changed=../../docs");
    println!("cargo::rerun-if-changed=../lab/src/docs/blocks.rs");
    let mut text = String::new();
    let all = blocks::all(root).expect("the pages");
    let of_rust = all
        .iter()
        .filter(|block| block.kind == "rust" && !block.says("file"));
    for (at, block) in of_rust.enumerate() {
        text += &format!(
            "/// {}\npub async fn documented_{at}() -> Result<(), Box<dyn std::error::Error>> {{\n{}let _ = report;\nOk(())\n}}\n",
            block.at(),
            block.text
        );
    }
    assert!(!text.is_empty(), "there is no Rust on the pages");
    let out = env::var_os("OUT_DIR").expect("cargo names it");
    fs::write(Path::new(&out).join("documented.rs"), text).expect("it can be written");
}
