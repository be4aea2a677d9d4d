use proptest::prelude::*;
use pushcheck_store::Ms;
use pushcheck_store::counted::{Counted, Found};
use pushcheck_store::figures::Run;
use serde_json::{Value, json};

use super::super::figures::{of, since, week};
use super::{NOON, NOW, Stage, report};

const DAY: Ms = 86_400_000;

#[tokio::test]
async fn what_came_is_counted_by_week_and_method() {
    let stage = Stage::new().await;
    // The Monday of that week, its first moment, and the last of the week before.
    let monday = NOON - NOON % DAY - 2 * DAY;
    for (n, at, cause) in [
        (1, monday - 1, Some("slow-proxy")),
        (2, monday, Some("slow-proxy")),
        (3, NOON, Some("slow-proxy")),
        (4, NOON, Some("cut-idle")),
        (5, NOON, None),
        (6, monday - 7 * DAY - 1, Some("too-old")),
    ] {
        NOW.set(at);
        stage.arrives(&report(n, cause), None).await;
    }
    NOW.set(NOON);
    stage.keep(b"{}", false, None).await;
    let said = stage.get("/v1/figures?weeks=2").await.json();
    assert_eq!(
        said["weeks"],
        json!([
            {"week": "2025-W47", "runs": 1, "causes": [{"code": "slow-proxy", "n": 1}]},
            {"week": "2025-W48", "runs": 4, "causes": [{"code": "slow-proxy", "n": 2}, {"code": "cut-idle", "n": 1}]},
        ])
    );
    let method = |name: &str| -> Value {
        let all = said["methods"].as_array().expect("a list");
        all.iter()
            .find(|one| one["method"] == name)
            .expect("the method")
            .clone()
    };
    assert_eq!(
        method("web-socket"),
        json!({"method": "web-socket", "runs": 5, "works": 1, "causes": [{"code": "slow-proxy", "n": 3}, {"code": "cut-idle", "n": 1}]})
    );
    assert_eq!(
        method("polling"),
        json!({"method": "polling", "runs": 5, "works": 5, "causes": []})
    );
    assert_eq!(
        method("long-polling"),
        json!({"method": "long-polling", "runs": 0, "works": 0, "causes": []})
    );
    assert_eq!((&said["total"], &said["cut"]), (&json!(5), &json!(false)));
    assert_eq!(
        stage.get("/v1/figures").await.json()["weeks"]
            .as_array()
            .map(Vec::len),
        Some(12)
    );
    for wrong in ["0", "105", "x", "-1"] {
        assert_eq!(
            stage
                .get(&format!("/v1/figures?weeks={wrong}"))
                .await
                .pointers(),
            ["/weeks"]
        );
    }
}

#[test]
fn a_cause_counts_once_a_run_and_not_where_another_explains_it() {
    let found = |code: &str, is_own| Found {
        code: code.to_owned(),
        method: Some("web-socket".to_owned()),
        is_own,
    };
    let methods = [
        ("web-socket", "inconclusive"),
        ("polling", "skipped"),
        ("long-polling", "warning"),
    ];
    let run = Run {
        arrived_at: NOON,
        counted: Counted {
            found: vec![found("a", true), found("a", true), found("b", false)],
            methods: methods
                .map(|(method, verdict)| (method.to_owned(), verdict.to_owned()))
                .to_vec(),
        },
    };
    let figures = of(&[run], NOON, 1, true);
    assert_eq!(
        figures.weeks[0]
            .causes
            .iter()
            .map(|one| (one.code.as_str(), one.n))
            .collect::<Vec<_>>(),
        [("a", 1)]
    );
    let fared: Vec<_> = figures
        .methods
        .iter()
        .map(|one| (one.method, one.runs, one.works))
        .collect();
    assert_eq!(
        fared,
        [
            ("polling", 0, 0),
            ("long-polling", 1, 1),
            ("server-sent-events", 0, 0),
            ("streaming-fetch", 0, 0),
            ("web-socket", 0, 0)
        ]
    );
    assert!(figures.cut);
}

#[test]
fn weeks_are_those_of_the_calendar() {
    // ISO 8601: the week with the year's first Thursday is its first.
    for (date, name) in [
        ("2008-12-28T23:59:59Z", "2008-W52"),
        ("2008-12-29T00:00:00Z", "2009-W01"),
        ("2010-01-03T23:59:59Z", "2009-W53"),
        ("2010-01-04T00:00:00Z", "2010-W01"),
        ("2026-11-27T05:00:00Z", "2026-W48"),
    ] {
        let at = time::OffsetDateTime::parse(date, &time::format_description::well_known::Rfc3339)
            .expect("a date");
        assert_eq!(week(at.unix_timestamp() * 1_000), name, "{date}");
    }
}

proptest! {
    /// Each moment is in one week: that of its Monday, which began at most seven days ago, and no earlier than all others'.
    #[test]
    fn each_moment_is_in_one_week(at in 0_i64..4_102_444_800_000, weeks in 1_i64..=104) {
        let monday = since(at, 1);
        prop_assert!(monday <= at && at - monday < 7 * DAY);
        // 1970-01-05 was a Monday.
        prop_assert_eq!((monday - 4 * DAY).rem_euclid(7 * DAY), 0);
        prop_assert_eq!(week(at), week(monday));
        prop_assert_eq!(week(at), week(monday + 7 * DAY - 1));
        prop_assert!(week(monday - 1) < week(monday) && week(monday) < week(monday + 7 * DAY));
        prop_assert_eq!(since(at, weeks), monday - (weeks - 1) * 7 * DAY);
        let run = Run { arrived_at: at, counted: Counted::default() };
        let figures = of(&[run], at, weeks, false);
        prop_assert_eq!(figures.weeks.len() as i64, weeks);
        let names: std::collections::BTreeSet<_> = figures.weeks.iter().map(|one| one.week.clone()).collect();
        prop_assert_eq!(names.len() as i64, weeks);
        prop_assert_eq!(figures.weeks.last().map(|one| one.runs), Some(1));
    }
}
