//! `POST upload`: counts and hashes.

use std::sync::Arc;

use hyper::{Response, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::hex;
use crate::ledger::Open;
use crate::problem::Problem;
use crate::route::Ask;

/// What arrived of an upload.
#[derive(Serialize)]
struct Uploaded {
    /// How many bytes the body had.
    bytes: u64,
    /// Its SHA-256, hexadecimal.
    sha256: String,
}

pub(crate) async fn answer(
    app: &App,
    ask: Ask,
    open: &Arc<Open>,
) -> Result<Response<Body>, Problem> {
    let mut bytes = 0;
    let mut hash = Sha256::new();
    let most = app.limits.upload_bytes;
    super::each_piece(app, ask.request, most, "body", |piece| {
        bytes += piece.len() as u64;
        hash.update(&piece);
        open.update(|seen| seen.payload_in = bytes);
    })
    .await?;
    Ok(answer::json(
        StatusCode::OK,
        &Uploaded {
            bytes,
            sha256: hex(&hash.finalize()),
        },
    ))
}
