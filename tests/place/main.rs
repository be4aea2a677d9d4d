//! Where an attempt broke, from both halves of the evidence: the truth table, row by row.
#![cfg(not(target_arch = "wasm32"))]

mod absence;
mod around;
mod causes;
mod clients;
mod doubts;
mod fetches;
mod inspection;
mod parts;
mod sockets;
mod streams;
#[path = "../support/mod.rs"]
mod support;

use parts::Scene;
use pushcheck::diagnosis::Place;

/// The place, and what is left where there is none.
fn place(scene: &Scene) -> (Option<Place>, Vec<Place>) {
    let lane = scene.judged();
    (lane.place, lane.candidates)
}

#[track_caller]
fn is_at(scene: &Scene, expected: Place) {
    assert_eq!(place(scene), (Some(expected), Vec::new()));
}

#[track_caller]
fn is_between(scene: &Scene, candidates: [Place; 2]) {
    assert_eq!(place(scene), (None, candidates.to_vec()));
}
