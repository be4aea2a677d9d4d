//! `GET v1/about`.

use hyper::{HeaderMap, Response, StatusCode};
use pushcheck::wire::{About, Software, WIRE};
use serde::Serialize;

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::wall;
use crate::outside_in::Named;

/// What pages read of it, and what is for people.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    about: About,
    /// The public names with what the server's own resolver, or its operator, says that their addresses are.
    addresses: Vec<Named>,
}

/// What the server says of itself to whoever sent that head.
pub(crate) fn answer(app: &App, headers: &HeaderMap) -> Response<Body> {
    let about = About {
        software: Software {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        wire: vec![WIRE],
        instance: app.clock.instance.clone(),
        clock_us: app.clock.now().0,
        now: wall(),
        lanes: app.origins.lanes.clone(),
        limits: app.limits.to_wire(),
        vantage: app.vantage(headers),
        outside_in: app.outside_in.to_wire(app.clock.now()),
    };
    let addresses = app.addresses.found();
    answer::json(StatusCode::OK, &Told { about, addresses })
}
