//! What the app needs: a preset's name, or its parts.

use wasm_bindgen::JsValue;

use super::field::Field;
use crate::advice::{Audience, Need, Often, Servers};

/// Every field of a need.
const FIELDS: [&str; 6] = [
    "uplink",
    "downlink",
    "latencyMs",
    "audience",
    "servers",
    "javascriptBothEnds",
];

/// Later than that is no push, ms.
const LATEST: f64 = 3_600_000.0;

/// What it says; none: it was left out.
pub(super) fn need(field: &Field<'_>) -> Option<Need> {
    if field.is_absent() {
        return None;
    }
    if field.is_text() {
        let preset = Need::preset(&field.text().unwrap_or_default());
        if preset.is_none() {
            field.wrong(
                "must be \"chat\", \"game\", \"live-prices\", \"collaboration\" or \"notifications\"",
            );
        }
        return preset;
    }
    field.has_only(&FIELDS);
    let usual = Need::USUAL;
    let often = [Often::Rare, Often::Frequent, Often::None];
    let latency = field.at("latencyMs");
    let must = "must be a number from 0 to 3600000";
    let ms = latency.value(JsValue::as_f64, must);
    let ms = ms.unwrap_or_else(|| f64::from(usual.latency_ms));
    if !(0.0..=LATEST).contains(&ms) {
        latency.wrong(must);
    }
    let both = field.at("javascriptBothEnds");
    Some(Need {
        uplink: one_of(
            &field.at("uplink"),
            &["rare", "frequent", "none"],
            &often,
            "must be \"none\", \"rare\" or \"frequent\"",
        ),
        downlink: one_of(
            &field.at("downlink"),
            &["rare", "frequent"],
            &often,
            "must be \"rare\" or \"frequent\"",
        ),
        latency_ms: ms as u32,
        audience: one_of(
            &field.at("audience"),
            &["any", "enterprise"],
            &[Audience::Any, Audience::Enterprise],
            "must be \"any\" or \"enterprise\"",
        ),
        servers: one_of(
            &field.at("servers"),
            &["one", "many"],
            &[Servers::One, Servers::Many],
            "must be \"one\" or \"many\"",
        ),
        javascript_both_ends: both.value(JsValue::as_bool, "must be true or false") == Some(true),
    })
}

/// What one of these words stands for; the first where it was left out, or is none of them.
fn one_of<T: Copy>(field: &Field<'_>, words: &[&str], meant: &[T], must: &str) -> T {
    let word = field.value(JsValue::as_string, must);
    let at = word
        .as_ref()
        .map_or(Some(0), |word| words.iter().position(|one| one == word));
    if at.is_none() {
        field.wrong(must);
    }
    meant[at.unwrap_or(0)]
}
