//! The figures of a report, held against what is known of the box.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{list, text};
use crate::lab::scenario::{Bursts, Compressed, Queue};

/// What a report says wrongly of the silences that end connections.
pub(crate) fn idle(truth: &BTreeMap<String, u64>, report: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for method in list(&report["methods"]) {
        let (name, cut) = (text(&method["method"]), &method["idleCut"]);
        let between = cut["livedMs"].as_u64().zip(cut["diedMs"].as_u64());
        let none = || "none".to_owned();
        match (truth.get(&name), between) {
            (None, None) => {}
            // A quick run looks for none, and may see too little of one.
            (Some(_), None) if report["run"]["mode"] != "thorough" => {}
            (Some(truth), Some((lived, died))) if lived < *truth && *truth <= died => {}
            (truth, between) => wrong.push(format!(
                "the silence that ends {name} is {}, not {}",
                between.map_or_else(none, |(lived, died)| format!("{lived} to {died} ms")),
                truth.map_or_else(none, |truth| format!("{truth} ms")),
            )),
        }
    }
    wrong
}

/// How far from the box's own time the age may be at which connections are cut: what goes over them first takes a while.
const NEAR_MS: u64 = 1_000;

/// What a report says wrongly of connections that a watch held: by method the age at which a box cuts them.
pub(crate) fn every(truth: &BTreeMap<String, u64>, report: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for method in list(&report["methods"]) {
        let (name, watched) = (text(&method["method"]), &method["watched"]);
        let cuts = watched["cuts"].as_u64();
        match (truth.get(&name), cuts, watched["everyMs"].as_u64()) {
            (None, None | Some(0), _) => {}
            (Some(truth), Some(2..), Some(every)) if every.abs_diff(*truth) <= NEAR_MS => {}
            (truth, cuts, every) => wrong.push(format!(
                "{name} is cut {cuts:?} times, every {every:?} ms, not every {truth:?}"
            )),
        }
    }
    wrong
}

/// What a report says wrongly of a socket that was to compress.
pub(crate) fn compressed(truth: &Compressed, report: &Value) -> Vec<String> {
    let mut methods = list(&report["methods"]);
    let socket = methods.find(|method| method["method"] == "web-socket");
    let said = &socket.unwrap_or(&Value::Null)["compressed"];
    let right = said["agreed"] == truth.agreed
        && said["onTheWay"] == truth.on_the_way
        && truth.verdict.holds(&text(&said["verdict"]));
    let wrong = format!("of a socket that compresses it says {said}, not {truth:?}");
    (!right).then_some(wrong).into_iter().collect()
}

/// What a report says wrongly of many messages at once; `gauged`: what the box says of itself.
pub(crate) fn bursts(truth: &Bursts, gauged: Option<u64>, report: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let of = |name: &str| list(&report["methods"]).find(|method| method["method"] == name);
    let bursts = &of("web-socket").unwrap_or(&Value::Null)["bursts"];
    let hidden = bursts["down"]["queue"]["hiddenBytes"].as_u64();
    let found = list(&report["findings"]).any(|finding| finding["code"] == "queue-hidden");
    match (truth.queue, hidden, gauged) {
        (None, ..) => {}
        (Some(Queue::AsGauged), Some(hidden), Some(gauged))
            if found && hidden.abs_diff(gauged) * 5 <= gauged => {}
        (Some(Queue::None), Some(hidden), _) if !found && hidden < 32_000 => {}
        (Some(queue), hidden, gauged) => wrong.push(format!(
            "{hidden:?} bytes are hidden on the way ({}), not {queue:?}, {gauged:?}",
            if found { "found" } else { "not found" }
        )),
    }
    for (way, truth) in &truth.lost {
        let burst = &bursts[way];
        let count = |name: &str| burst[name].as_u64();
        let lost = count("sent").zip(count("arrived"));
        let lost = lost.map(|(sent, arrived)| sent.saturating_sub(arrived));
        if lost != Some(*truth) || burst["cut"] != true {
            wrong.push(format!("{lost:?} are lost {way}, not {truth}"));
        }
        if count("missing") != Some(0) {
            let missing = count("missing");
            wrong.push(format!("{missing:?} are missing {way} in the end, not 0"));
        }
    }
    if let Some(truth) = truth.uploads {
        let uploads = &of("polling").unwrap_or(&Value::Null)["uploads"];
        let whole = [
            ("sent", truth),
            ("answered", truth),
            ("arrived", truth),
            ("twice", 0),
        ];
        if !whole
            .iter()
            .all(|(name, count)| uploads[name].as_u64() == Some(*count))
        {
            wrong.push(format!(
                "of requests that left at once it says {uploads}, not {truth}"
            ));
        }
    }
    for (name, truth) in &truth.reliefs {
        let tried = &of(name).unwrap_or(&Value::Null)["held"]["reliefs"];
        let relieves = list(tried).filter(|tried| tried["relieves"] == true);
        let said: Vec<String> = relieves.map(|tried| text(&tried["relief"])).collect();
        if !truth.words().eq(said.iter().map(String::as_str)) {
            wrong.push(format!("{name} is relieved by {said:?}, not {truth}"));
        }
    }
    if let Some(truth) = &truth.flow_control {
        let unread = &of("streaming-fetch").unwrap_or(&Value::Null)["unread"];
        let said = unread["flowControl"].as_str().unwrap_or("not told");
        if !truth.holds(said) {
            wrong.push(format!("flow control is {said}, not {truth}"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::healthy;
    use super::*;
    use crate::lab::scenario::Several;

    #[test]
    fn the_silence_that_ends_connections_lies_within() {
        let mut report = healthy();
        report["run"]["mode"] = json!("thorough");
        let truth = BTreeMap::from([("web-socket".to_owned(), 60_000)]);
        assert_eq!(idle(&truth, &report).len(), 1);
        for (lived, died, right) in [
            (50_000, 60_000, true),
            (60_000, 65_000, false),
            (35_000, 59_999, false),
        ] {
            report["methods"][4]["idleCut"] = json!({"livedMs": lived, "diedMs": died});
            assert_eq!(idle(&truth, &report).is_empty(), right, "{lived} {died}");
        }
        assert_eq!(idle(&BTreeMap::new(), &report).len(), 1);
    }

    #[test]
    fn the_age_at_which_connections_are_cut_is_that_of_the_box() {
        let mut report = healthy();
        let truth = BTreeMap::from([("web-socket".to_owned(), 7_000)]);
        assert_eq!(every(&truth, &report).len(), 1);
        for (cuts, ms, right) in [(3, 7_900, true), (3, 8_100, false), (1, 7_000, false)] {
            report["methods"][4]["watched"] = json!({"cuts": cuts, "everyMs": ms});
            assert_eq!(every(&truth, &report).is_empty(), right, "{cuts} {ms}");
        }
        assert_eq!(every(&BTreeMap::new(), &report).len(), 1);
    }

    #[test]
    fn what_waits_and_what_is_lost_is_held_against_the_box() {
        let mut report = healthy();
        let truth = Bursts {
            queue: Some(Queue::AsGauged),
            lost: BTreeMap::from([("down".to_owned(), 20)]),
            ..Bursts::default()
        };
        assert_eq!(bursts(&truth, Some(250_000), &report).len(), 3);
        for (hidden, sent, right) in [
            (220_000, 100, true),
            (180_000, 100, false),
            (220_000, 99, false),
        ] {
            report["findings"] = json!([{"code": "queue-hidden", "severity": "info"}]);
            report["methods"][4]["bursts"] = json!({"down": {
                "sent": sent, "arrived": 80, "missing": 0, "cut": true, "queue": {"hiddenBytes": hidden},
            }});
            let wrong = bursts(&truth, Some(250_000), &report);
            assert_eq!(wrong.is_empty(), right, "{hidden} {sent}: {wrong:?}");
        }
        let truth = Bursts {
            reliefs: BTreeMap::from([(
                "server-sent-events".to_owned(),
                Several::One("padding".to_owned()),
            )]),
            flow_control: Some(Several::One("hidden".to_owned())),
            uploads: Some(10),
            ..Bursts::default()
        };
        assert_eq!(bursts(&truth, None, &report).len(), 3);
        report["methods"][0]["uploads"] =
            json!({"sent": 10, "answered": 10, "arrived": 10, "twice": 0});
        report["methods"][2]["held"] =
            json!({"reliefs": [{"relief": "padding", "relieves": true}]});
        report["methods"][3]["unread"] = json!({"flowControl": "hidden"});
        assert!(bursts(&truth, None, &report).is_empty());
    }

    #[test]
    fn a_socket_that_compresses_is_held_against_the_truth() {
        let truth = Compressed {
            agreed: true,
            verdict: Several::One("failed".to_owned()),
            on_the_way: false,
        };
        let said = |agreed, verdict: &str, on_the_way| {
            let said = json!({"agreed": agreed, "verdict": verdict, "onTheWay": on_the_way});
            let methods = json!([{"method": "web-socket", "compressed": said}]);
            compressed(&truth, &json!({ "methods": methods })).len()
        };
        assert_eq!(said(true, "failed", false), 0);
        assert_eq!(said(false, "failed", false), 1);
        assert_eq!(said(true, "passed", false), 1);
        assert_eq!(said(true, "failed", true), 1);
        assert_eq!(compressed(&truth, &json!({"methods": []})).len(), 1);
    }
}
