//! A report.

use pushcheck::diagnosis::{Asked, diagnose};
use pushcheck::evidence::Evidence;
use pushcheck::method::Method;
use pushcheck::plan::Lane;
use pushcheck::report::{Heading, Mode, Report};
use pushcheck::time::Micros;
use pushcheck::wire::Scheme;
use serde_json::Value;

use super::{Site, key, path};

/// What the widget makes of a run in which nothing was heard, with one true sighting among its evidence.
pub async fn report(site: &Site) -> Value {
    site.get(&path(&key(1), "poll", 1, "poll")).await;
    let lane = Lane {
        id: "main".to_owned(),
        scheme: Scheme::Http,
        host: "probe.test".to_owned(),
        port: 8787,
        base: "/".to_owned(),
        skipped: None,
    };
    let evidence = Evidence {
        ledger: Some(site.ledger(&key(1)).await),
        ..Evidence::default()
    };
    let asked = Asked {
        methods: Method::ALL.to_vec(),
        required: vec![Method::WebSocket],
    };
    let heading = Heading {
        id: key(1).run().to_string(),
        started_at: 1_790_000_000_000,
        mode: Mode::Quick,
        labels: Vec::new(),
        need: None,
    };
    let diagnosis = diagnose(&evidence, &asked);
    let report = Report::new(
        &heading,
        &[lane],
        &evidence,
        diagnosis,
        Micros(6),
        false,
        false,
    );
    serde_json::to_value(report).unwrap()
}
