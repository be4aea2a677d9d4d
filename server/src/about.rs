//! `GET v1/about`.

use hyper::{HeaderMap, Response, StatusCode};
use pushcheck::wire::{About, Software, WIRE};

use crate::answer::{self, Body};
use crate::app::App;
use crate::clock::wall;

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
    answer::json(StatusCode::OK, &about)
}
