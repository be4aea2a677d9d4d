//! A world for a run, under a clock that the test owns: what the browser and the server do is a function of the test's.

// Each test file that takes this in is a crate of its own and uses its part.
#![allow(dead_code, unreachable_pub)]

pub mod drive;
pub mod events;
pub mod healthy;
pub mod server;
pub mod world;

use pushcheck::diagnosis::Asked;
use pushcheck::evidence::Surroundings;
use pushcheck::method::Method;
use pushcheck::plan::{Lane, Plan};
use pushcheck::report::{Heading, Mode};
use pushcheck::run::Setup;
use pushcheck::time::Micros;
use pushcheck::wire::{Key, Scheme};

/// The server's clock is that far ahead of the page's.
pub const AHEAD: u64 = 5_000_000;
/// The one instance of this world.
pub const INSTANCE: &str = "00000000000000aa";

/// The setup of a quick run of all methods over one lane.
pub fn setup(scheme: Scheme) -> Setup {
    let main = Lane {
        id: "main".to_owned(),
        scheme,
        host: "probe.test".to_owned(),
        port: 8787,
        base: "/".to_owned(),
        skipped: None,
    };
    let key = Key::new([7; 16]);
    Setup {
        heading: Heading {
            id: key.run().to_string(),
            started_at: 1,
            mode: Mode::Quick,
            labels: Vec::new(),
            need: None,
        },
        key,
        plan: Plan::quick(main, &Method::ALL),
        asked: Asked {
            methods: Method::ALL.to_vec(),
            required: Vec::new(),
        },
        lanes: Vec::new(),
        required_lanes: Vec::new(),
        watch: Micros::ZERO,
        page_is_https: scheme == Scheme::Https,
        surroundings: Surroundings::default(),
    }
}
