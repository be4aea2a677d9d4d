use serde_json::{Value, json};

use super::{NOON, NOW, Stage, report};

fn whole() -> Value {
    json!({
        "ticket": "ACME-4711", "note": "Please run this.\r\nThank you.", "language": "ja", "required": ["web-socket", "polling"],
        "mode": "thorough", "skip": ["long-polling"], "endpoints": [{"method": "web-socket", "url": "wss://App.example:443/live"}],
        "start": "click", "expiresInHours": 24, "runs": 2, "level": "full",
    })
}

#[tokio::test]
async fn a_link_is_made_and_shown_as_it_was_asked_for() {
    let stage = Stage::new().await;
    let made = stage.ask("POST", "/v1/links", Some(whole())).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let made = made.json();
    let token = made["token"].as_str().expect("a token");
    assert_eq!(made["url"], format!("https://check.example/#link={token}"));
    assert_eq!(
        made["alternates"],
        json!([format!("https://other.example/check/#link={token}")])
    );
    for (name, value) in [
        ("ticket", json!("ACME-4711")),
        ("note", json!("Please run this.\nThank you.")),
        ("language", json!("ja")),
        ("required", json!(["polling", "web-socket"])),
        ("mode", json!("thorough")),
        ("skip", json!(["long-polling"])),
        (
            "endpoints",
            json!([{"method": "web-socket", "url": "wss://app.example/live", "protocols": []}]),
        ),
        ("start", json!("click")),
        ("expiresInHours", json!(24)),
        ("runs", json!(2)),
        ("runsLeft", json!(2)),
        ("level", json!("full")),
        ("profile", json!(null)),
        ("after", json!(null)),
        ("createdAt", json!(NOON)),
        ("createdBy", json!("ada")),
        ("expiresAt", json!(NOON + 24 * 3_600_000)),
        ("state", json!("sent")),
        ("openedAt", json!(null)),
        ("lastRun", json!(null)),
        ("reports", json!([])),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let id = made["id"].as_str().expect("an id");
    assert_eq!(stage.get(&format!("/v1/links/{id}")).await.json(), made);
    let kept = stage.store.link(id).await.expect("read").expect("there");
    let asked: Value = serde_json::from_str(&kept.new.asked).expect("JSON");
    let mut names: Vec<_> = asked.as_object().expect("an object").keys().collect();
    names.sort();
    assert_eq!(names, ["endpoints", "mode", "required", "skip"]);
}

#[tokio::test]
async fn what_is_not_said_is_usual() {
    let stage = Stage::new().await;
    let made = stage
        .ask("POST", "/v1/links", Some(json!({"ticket": " T "})))
        .await
        .json();
    let usual = json!([
        made["ticket"],
        made["note"],
        made["mode"],
        made["start"],
        made["expiresInHours"],
        made["runs"],
        made["level"]
    ]);
    assert_eq!(
        usual,
        json!(["T", null, "quick", "click", 168, 3, "support"])
    );
    let itself = json!({"ticket": "T", "start": "itself", "note": null, "language": null});
    let made = stage.ask("POST", "/v1/links", Some(itself)).await;
    assert_eq!(
        (made.status.as_u16(), made.json()["start"].clone()),
        (201, json!("itself"))
    );
}

#[tokio::test]
async fn what_a_link_names_is_what_its_page_tries() {
    let stage = Stage::new().await;
    let ask = async |skip: Value, endpoints: Value| {
        let asked = json!({"ticket": "T", "skip": skip, "endpoints": endpoints});
        stage.ask("POST", "/v1/links", Some(asked)).await
    };
    let (socket, stream) = ("wss://app.example/live", "https://app.example/stream");
    let said = ask(
        json!([]),
        json!([{"method": "web-socket", "url": socket, "protocols": ["chat.v2", "chat"]}, {"method": "streaming-fetch", "url": stream}]),
    )
    .await;
    assert_eq!(said.status, 201);
    assert_eq!(
        said.json()["endpoints"][0]["protocols"],
        json!(["chat.v2", "chat"])
    );
    assert_eq!(said.json()["endpoints"][1]["protocols"], json!([]));
    let all = json!([
        "web-socket",
        "server-sent-events",
        "streaming-fetch",
        "long-polling",
        "polling"
    ]);
    let (one, two) = (
        json!({"method": "web-socket", "url": socket}),
        json!({"method": "web-socket", "url": socket}),
    );
    for (skip, endpoints, place) in [
        (
            json!([]),
            json!([{"method": "polling", "url": stream}]),
            "/endpoints/0/method",
        ),
        (json!([]), json!([one, two]), "/endpoints/1/method"),
        (
            json!([]),
            json!([{"method": "streaming-fetch", "url": stream, "protocols": ["chat"]}]),
            "/endpoints/0/protocols",
        ),
        (
            json!([]),
            json!([{"method": "web-socket", "url": socket, "protocols": ["a b"]}]),
            "/endpoints/0/protocols/0",
        ),
        (all, json!([one]), "/skip"),
    ] {
        assert_eq!(ask(skip, endpoints).await.pointers(), [place]);
    }
}

#[tokio::test]
async fn all_faults_are_told_at_once_each_with_its_place() {
    let stage = Stage::new().await;
    let wrong = json!({
        "ticket": "", "note": "a\u{7}b", "language": "fr", "required": ["web-socket", "telepathy"], "mode": "slow", "skip": ["web-socket"],
        "endpoints": [
            {"method": "web-socket", "url": "wss://ada:secret@app.example/"},
            {"method": "long-polling", "url": "wss://app.example/"},
            {"method": "telepathy", "url": "https://app.example/"},
            {"method": "server-sent-events", "url": "http://10.0.0.1/"},
            7,
        ],
        "start": "itself", "expiresInHours": 2161, "runs": 0, "level": "all", "profile": "x", "after": "0".repeat(32), "colour/s": 1,
    });
    let said = stage.ask("POST", "/v1/links", Some(wrong)).await;
    let mut places = said.pointers();
    places.sort();
    assert_eq!(
        places,
        [
            "/after",
            "/colour~1s",
            "/endpoints/0/url",
            "/endpoints/1/url",
            "/endpoints/2/method",
            "/endpoints/3/url",
            "/endpoints/4",
            "/expiresInHours",
            "/language",
            "/level",
            "/mode",
            "/note",
            "/profile",
            "/required/1",
            "/runs",
            "/skip/0",
            "/start",
            "/ticket",
        ]
    );
    for (name, value) in [
        ("ticket", json!("x".repeat(81))),
        ("ticket", json!("two\nlines")),
        ("ticket", json!(7)),
        ("note", json!("x".repeat(2_001))),
        (
            "endpoints",
            json!(vec![
                json!({"method": "polling", "url": "https://app.example/"});
                6
            ]),
        ),
        ("endpoints", json!({})),
        ("required", json!("web-socket")),
        ("profile", json!("0".repeat(32))),
        ("runs", json!(1.5)),
    ] {
        let mut asked = whole();
        asked[name] = value;
        let said = stage.ask("POST", "/v1/links", Some(asked)).await;
        assert_eq!(said.pointers(), [format!("/{name}")]);
    }
    let most = json!({"ticket": "x".repeat(80), "note": "é".repeat(2_000)});
    assert_eq!(stage.ask("POST", "/v1/links", Some(most)).await.status, 201);
    assert_eq!(
        stage
            .ask("POST", "/v1/links", Some(json!([])))
            .await
            .pointers(),
        [""]
    );
    assert_eq!(stage.ask("POST", "/v1/links", None).await.status, 415);
    let large = json!({"ticket": "x".repeat(70_000)});
    assert_eq!(
        stage.ask("POST", "/v1/links", Some(large)).await.status,
        413
    );
}

#[tokio::test]
async fn endpoints_stay_within_the_operator_s_list() {
    let listed = vec![
        "wss://*.app.example".to_owned(),
        "http://127.0.0.1:9000".to_owned(),
    ];
    let stage = Stage::with(|config| config.allow_endpoints = listed).await;
    for (method, url, may) in [
        ("web-socket", "wss://eu.app.example/live?room=1", true),
        ("long-polling", "http://127.0.0.1:9000/poll", true),
        ("web-socket", "wss://app.example/", false),
        ("web-socket", "wss://eu.app.example:444/", false),
        ("web-socket", "ws://eu.app.example/", false),
        ("web-socket", "wss://eu.app.example.evil.example/", false),
        ("long-polling", "http://127.0.0.1:9001/", false),
        ("long-polling", "https://elsewhere.example/", false),
        ("web-socket", "wss://eu.app.example/#x", false),
        ("web-socket", "eu.app.example", false),
    ] {
        let asked = json!({"ticket": "T", "endpoints": [{"method": method, "url": url}]});
        let said = stage.ask("POST", "/v1/links", Some(asked)).await;
        match may {
            true => assert_eq!(said.status, 201, "{url}"),
            false => assert_eq!(said.pointers(), ["/endpoints/0/url"], "{url}"),
        }
    }
    let stage = Stage::with(|config| config.allow_endpoints = Vec::new()).await;
    let asked = json!({"ticket": "T", "endpoints": [{"method": "web-socket", "url": "wss://eu.app.example/live"}]});
    let said = stage.ask("POST", "/v1/links", Some(asked)).await;
    assert_eq!(
        said.pointers(),
        ["/endpoints/0/url"],
        "none is listed, so none may be named"
    );
}

#[tokio::test]
async fn a_link_is_taken_back_once_and_says_so() {
    let stage = Stage::new().await;
    let made = stage.ask("POST", "/v1/links", Some(whole())).await.json();
    let path = format!("/v1/links/{}", made["id"].as_str().expect("an id"));
    assert_eq!(stage.ask("DELETE", &path, None).await.status, 204);
    assert_eq!(stage.get(&path).await.json()["state"], "revoked");
    for nothing in [
        format!("/v1/links/{}", "0".repeat(32)),
        "/v1/links/7".to_owned(),
    ] {
        assert_eq!(stage.get(&nothing).await.status, 404);
        assert_eq!(stage.ask("DELETE", &nothing, None).await.status, 404);
    }
}

#[tokio::test]
async fn links_are_found_by_state_and_words_and_in_parts() {
    let stage = Stage::new().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        NOW.set(NOON + n / 2);
        let asked =
            json!({"ticket": format!("T-{n}"), "note": if n == 3 { "100% sure_" } else { "" }});
        ids.push(stage.ask("POST", "/v1/links", Some(asked)).await.json());
    }
    let token = ids[1]["token"].as_str().expect("a token");
    stage.arrives(&report(1, None), Some(token)).await;
    let found = async |query: &str| -> Vec<String> {
        let said = stage.get(&format!("/v1/links?{query}")).await.json();
        let items = said["items"].as_array().expect("items").clone();
        let mut all: Vec<_> = items
            .iter()
            .map(|one| one["ticket"].as_str().expect("a ticket").to_owned())
            .collect();
        all.sort();
        all
    };
    assert_eq!(found("state=arrived").await, ["T-1"]);
    assert_eq!(found("state=sent").await, ["T-0", "T-2", "T-3", "T-4"]);
    assert_eq!(found("q=t-4").await, ["T-4"]);
    assert_eq!(found("q=100%25").await, ["T-3"]);
    assert_eq!(found("q=%25").await, ["T-3"]);
    assert_eq!(found("q=_").await, ["T-3"]);
    assert_eq!(found("q=ada%20t-2").await, ["T-2"]);
    assert_eq!(found("q=!").await, [""; 0]);
    let mut seen = Vec::new();
    let mut path = "/v1/links?limit=2".to_owned();
    loop {
        let said = stage.get(&path).await.json();
        let items = said["items"].as_array().expect("items").clone();
        assert!(items.len() <= 2);
        seen.extend(
            items
                .iter()
                .map(|one| (one["createdAt"].as_i64(), one["id"].to_string())),
        );
        let Some(next) = said["next"].as_str() else {
            break;
        };
        path = format!("/v1/links?limit=2&before={next}");
    }
    assert_eq!(seen.len(), 5);
    assert!(
        seen.is_sorted_by(|one, other| one > other),
        "newest first, each once"
    );
    for word in ["odd", ""] {
        let path = format!("/v1/links?state={word}");
        assert_eq!(stage.get(&path).await.pointers(), ["/state"]);
    }
    assert_eq!(
        stage.get("/v1/links?limit=201&before=x").await.pointers(),
        ["/limit", "/before"]
    );
}
