use serde_json::{Value, json};

use super::{NOON, NOW, Stage};

fn whole() -> Value {
    json!({
        "name": "Live prices", "url": "wss://App.example/live?room=1", "method": "web-socket",
        "query": [{"name": "lang", "value": "en"}, {"name": "token", "value": ""}], "protocols": ["v2.prices", "json"],
        "firstMessage": "{\"hello\":\r\n1}", "expectedReply": "ok", "state": "active", "owner": "Team Prices", "tags": ["prices", "eu"],
        "notes": "# Prices\n\n*Live*",
    })
}

#[tokio::test]
async fn a_profile_is_kept_changed_and_forgotten() {
    let stage = Stage::new().await;
    let made = stage.ask("POST", "/v1/profiles", Some(whole())).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let made = made.json();
    let mut expected = whole();
    expected["id"] = made["id"].clone();
    expected["url"] = json!("wss://app.example/live?room=1");
    expected["firstMessage"] = json!("{\"hello\":\n1}");
    expected["updatedAt"] = json!(NOON);
    expected["updatedBy"] = json!("ada");
    assert_eq!(made, expected);
    let path = format!("/v1/profiles/{}", made["id"].as_str().expect("an id"));
    assert_eq!(stage.get(&path).await.json(), made);
    NOW.set(NOON + 5);
    let bare = json!({"name": "Polls", "url": "http://10.0.0.1/poll", "method": "polling"});
    let changed = stage.ask("PUT", &path, Some(bare)).await;
    assert_eq!(changed.status, 200);
    assert_eq!(
        changed.json(),
        json!({"id": made["id"], "name": "Polls", "url": "http://10.0.0.1/poll", "method": "polling", "query": [], "protocols": [],
            "firstMessage": null, "expectedReply": null, "state": "draft", "owner": "", "tags": [], "notes": "", "updatedAt": NOON + 5,
            "updatedBy": "ada"})
    );
    assert_eq!(stage.get(&path).await.json(), changed.json());
    let link = json!({"ticket": "T", "profile": made["id"]});
    let link = stage.ask("POST", "/v1/links", Some(link)).await.json();
    assert_eq!(link["profile"], made["id"]);
    assert_eq!(stage.ask("DELETE", &path, None).await.status, 204);
    for (method, body) in [("GET", None), ("DELETE", None), ("PUT", Some(whole()))] {
        assert_eq!(stage.ask(method, &path, body).await.status, 404, "{method}");
    }
}

#[tokio::test]
async fn profiles_are_listed_in_parts() {
    let stage = Stage::new().await;
    for n in 0..5 {
        NOW.set(NOON + n / 2);
        assert_eq!(
            stage
                .ask("POST", "/v1/profiles", Some(whole()))
                .await
                .status,
            201
        );
    }
    let mut seen = Vec::new();
    let mut path = "/v1/profiles?limit=2".to_owned();
    loop {
        let said = stage.get(&path).await.json();
        let items = said["items"].as_array().expect("items").clone();
        seen.extend(
            items
                .iter()
                .map(|one| (one["updatedAt"].as_i64(), one["id"].to_string())),
        );
        let Some(next) = said["next"].as_str() else {
            break;
        };
        path = format!("/v1/profiles?limit=2&before={next}");
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|one, other| one > other), "each once");
    assert_eq!(
        stage.get("/v1/profiles?limit=x").await.pointers(),
        ["/limit"]
    );
}

#[tokio::test]
async fn no_secret_is_kept() {
    let stage = Stage::new().await;
    let jwt = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x";
    for (name, value, place) in [
        ("url", json!("wss://ada:pw@app.example/"), "/url"),
        ("url", json!("wss://ada@app.example/"), "/url"),
        ("url", json!("wss://app.example/?access_token=x"), "/url"),
        ("url", json!("wss://app.example/?apiKey=x"), "/url"),
        ("url", json!(format!("wss://app.example/?x={jwt}")), "/url"),
        (
            "query",
            json!([{"name": "lang", "value": "en"}, {"name": "Password", "value": "x"}]),
            "/query/1/value",
        ),
        (
            "query",
            json!([{"name": "client_secret", "value": "x"}]),
            "/query/0/value",
        ),
        (
            "query",
            json!([{"name": "key", "value": "x"}]),
            "/query/0/value",
        ),
        (
            "query",
            json!([{"name": "x", "value": jwt}]),
            "/query/0/value",
        ),
        (
            "protocols",
            json!(["json", format!("bearer.{}", "x".repeat(40))]),
            "/protocols/1",
        ),
    ] {
        let mut asked = whole();
        asked[name] = value.clone();
        let said = stage.ask("POST", "/v1/profiles", Some(asked)).await;
        assert_eq!(said.pointers(), [place], "{value}");
        assert!(
            !String::from_utf8_lossy(&said.bytes).contains("pw"),
            "it is not told back"
        );
    }
    let mut empty = whole();
    empty["url"] = json!("wss://app.example/?access_token=&token");
    assert_eq!(
        stage.ask("POST", "/v1/profiles", Some(empty)).await.status,
        201
    );
}

#[tokio::test]
async fn all_faults_are_told_at_once_each_with_its_place() {
    let stage = Stage::new().await;
    let wrong = json!({
        "name": " ", "url": "https://app.example/", "method": "web-socket", "query": [7, {"name": "", "value": 1, "x": 1}],
        "protocols": ["a b", "a", "a", 7], "firstMessage": "\u{0}", "expectedReply": "x".repeat(4_001), "state": "new",
        "owner": "x".repeat(121), "tags": [""], "notes": 7, "id": "x",
    });
    let mut places = stage
        .ask("POST", "/v1/profiles", Some(wrong))
        .await
        .pointers();
    places.sort();
    assert_eq!(
        places,
        [
            "/expectedReply",
            "/firstMessage",
            "/id",
            "/name",
            "/notes",
            "/owner",
            "/protocols/0",
            "/protocols/2",
            "/protocols/3",
            "/query/0",
            "/query/1/name",
            "/query/1/value",
            "/query/1/x",
            "/state",
            "/tags/0",
            "/url",
        ]
    );
    assert_eq!(
        stage
            .ask("POST", "/v1/profiles", Some(json!({})))
            .await
            .pointers(),
        ["/name", "/method", "/url"]
    );
    assert_eq!(
        stage
            .ask("POST", "/v1/profiles", Some(json!("x")))
            .await
            .pointers(),
        [""]
    );
    let mut many = whole();
    many["query"] = json!(vec![json!({"name": "a", "value": ""}); 31]);
    assert_eq!(
        stage
            .ask("POST", "/v1/profiles", Some(many))
            .await
            .pointers(),
        ["/query"]
    );
}
