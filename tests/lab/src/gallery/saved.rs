//! Golden cases, for whoever shows them.

use std::fs::File;
use std::io::Read;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use pushcheck::replay::again;
use serde_json::{Value, json};

use crate::lab::checkout;

/// A saved report, judged by today's rules.
///
/// # Errors
/// There is none of that name, or it has no evidence.
pub fn saved(name: &str) -> Result<Value> {
    let file = checkout().join("tests/cases").join(name);
    let mut text = String::new();
    let file = File::open(&file).with_context(|| format!("cannot read {}", file.display()))?;
    GzDecoder::new(file).read_to_string(&mut text)?;
    let report = again(serde_json::from_str(&text)?).context("it has no evidence")?;
    Ok(json!(report))
}
