//! What arrives is told, signed, at least once.

use super::*;

#[tokio::test]
async fn a_report_is_told_once_over_tls_and_signed() {
    let made = rcgen::generate_simple_self_signed(["hooks.example".to_owned()]).expect("made");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate");
    let ear = Ear::new(Some(TlsAcceptor::from(Arc::new(config)))).await;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("trusted");
    let (desk, ada, _) = desk().await;
    let messenger = Messenger::of(
        desk.config.clone(),
        Post {
            tls: trusting(roots).expect("TLS"),
            ..post(true)
        },
    )
    .expect("a node");
    let url = format!("https://hooks.example:{}/a?b=c", ear.port);
    let (hook, secret) = webhook(&desk, &ada, &url).await;
    assert!(secret.starts_with("whsec_") && secret.len() > 60);
    let (id, number) = arrive(&desk.config.store, 1).await;
    arrive(&desk.config.store, 1).await;
    assert!(messenger.tell(&hook).await.expect("the store"));
    assert!(!messenger.tell(&hook).await.expect("the store"), "once");
    let heard = ear.heard();
    assert_eq!(heard.len(), 1);
    let (head, body) = &heard[0];
    assert!(head.starts_with("post /a?b=c http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nhost: hooks.example:{}\r\n", ear.port)));
    assert!(head.contains("\r\ncontent-type: application/json\r\n"));
    let signed = signature(&secret, now() / 1_000, body).to_lowercase();
    assert!(
        head.contains(&format!("\r\npushcheck-signature: {signed}")),
        "{head}"
    );
    assert_eq!(
        serde_json::from_slice::<Value>(body).expect("JSON"),
        json!({
            "event": "report.arrived", "id": id, "number": number, "ticket": "ACME-4711", "result": "passed",
            "firstCause": null, "arrivedAt": now(), "url": format!("https://staff.example/#/reports/{id}"),
        })
    );
    assert!(!String::from_utf8_lossy(body).contains("of the text"));
    // Another name's certificate is nobody's.
    let url = format!("https://other.example:{}/", ear.port);
    let (other, _) = webhook(&desk, &ada, &url).await;
    let test = format!("/v1/webhooks/{other}/test");
    assert_eq!(
        desk.ask(&ada, "POST", &test, None).await.status,
        StatusCode::ACCEPTED
    );
    assert!(messenger.tell(&other).await.expect("the store"));
    let listed = desk.ask(&ada, "GET", "/v1/webhooks", None).await;
    let items = listed.body["items"].as_array().expect("items");
    let of = |id: &str| items.iter().find(|item| item["id"] == id).expect("listed");
    assert_eq!(
        (&of(&hook)["waiting"], &of(&hook)["problem"]),
        (&json!(0), &json!(null))
    );
    assert_eq!(of(&other)["waiting"], json!(1));
    let problem = of(&other)["problem"].as_str().expect("a problem");
    assert!(problem.starts_with("TLS: "), "{problem}");
    assert!(!listed.body.to_string().contains(&secret));
    assert_eq!(ear.heard().len(), 1);
}

#[tokio::test]
async fn what_was_not_heard_is_told_again_by_whoever_is_there() {
    let folder = std::env::temp_dir().join(format!("pushcheck-hook-{}", Id::new().expect("an id")));
    let place = Place::Folder(folder.clone());
    let store = Store::open(&place, now()).await.expect("a store");
    let mut config = Desk::on(store.clone()).config;
    config.allow_private_webhooks = true;
    let desk = Desk::of(config.clone());
    let ada = desk.first().await;
    let ear = Ear::new(None).await;
    ear.answers("500 no");
    let (hook, _) = webhook(&desk, &ada, &format!("http://127.0.0.1:{}/", ear.port)).await;
    arrive(&store, 1).await;
    let messenger = Messenger::of(config.clone(), post(true)).expect("a node");
    assert!(messenger.tell(&hook).await.expect("the store"));
    assert!(
        !messenger.tell(&hook).await.expect("the store"),
        "not at once"
    );
    pass(9_999);
    assert!(
        !messenger.tell(&hook).await.expect("the store"),
        "nor a little later"
    );
    pass(1);
    assert_eq!(
        store.due_webhooks(now()).await.expect("asked"),
        std::slice::from_ref(&hook)
    );
    assert!(messenger.tell(&hook).await.expect("the store"));
    // A node takes it and ends; the next start knows of it, once the other's time is over.
    pass(30_000);
    let ended = Id::new().expect("an id");
    let leased = store
        .lease_delivery(&hook, &ended, now())
        .await
        .expect("the store");
    let leased = leased.expect("due");
    assert_eq!(leased.tries, 3);
    store.close().await;
    let store = Store::open(&place, now()).await.expect("again");
    config.store = store.clone();
    let messenger = Messenger::of(config, post(true)).expect("a node");
    ear.answers("200 OK");
    pass(59_999);
    assert!(
        !messenger.tell(&hook).await.expect("the store"),
        "somebody has it"
    );
    pass(1);
    assert!(messenger.tell(&hook).await.expect("the store"));
    // Whoever had it before, and comes back, undoes nothing.
    store
        .end_delivery(&leased.id, &ended, Some("late"), Some(now()), now())
        .await
        .expect("the store");
    assert!(
        store
            .due_webhooks(now() + 1_000_000)
            .await
            .expect("asked")
            .is_empty()
    );
    let heard = ear.heard();
    assert_eq!(heard.len(), 3);
    assert!(
        heard.iter().all(|(_, body)| *body == heard[0].1),
        "the same each time"
    );
    let id = |head: &str| {
        head.split("pushcheck-delivery: ")
            .nth(1)
            .map(|rest| rest[..32].to_owned())
    };
    assert!(
        heard
            .iter()
            .all(|(head, _)| id(head).as_deref() == Some(&leased.id))
    );
    assert_eq!(store.forget_deliveries(now()).await.expect("asked"), 0);
    assert_eq!(store.forget_deliveries(now() + 1).await.expect("asked"), 1);
    store.close().await;
    std::fs::remove_dir_all(folder).expect("removed");
}

#[tokio::test]
async fn after_a_day_it_is_given_up() {
    let (desk, ada, messenger) = desk().await;
    let ear = Ear::new(None).await;
    ear.answers("410 Gone");
    let (hook, _) = webhook(&desk, &ada, &format!("http://127.0.0.1:{}/", ear.port)).await;
    arrive(&desk.config.store, 1).await;
    for _ in 0..24 * 3_600 {
        if messenger.tell(&hook).await.expect("the store") {
            let listed = desk.ask(&ada, "GET", "/v1/webhooks", None).await;
            if listed.body["items"][0]["waiting"] == 0 {
                assert_eq!(listed.body["items"][0]["problem"], "410");
                return;
            }
        }
        pass(600_000);
    }
    panic!("for ever");
}

#[tokio::test]
async fn nodes_take_different_ones_and_webhooks_their_own() {
    let (desk, ada, _) = desk().await;
    let (one, _) = webhook(&desk, &ada, "https://one.example/").await;
    let (two, _) = webhook(&desk, &ada, "https://two.example/").await;
    let store = &desk.config.store;
    arrive(store, 1).await;
    arrive(store, 2).await;
    let nodes = [Id::new().expect("an id"), Id::new().expect("an id")];
    let mut leased = Vec::new();
    for webhook in [&one, &two] {
        for node in &nodes {
            let delivery = store
                .lease_delivery(webhook, node, now())
                .await
                .expect("the store");
            leased.push(delivery.expect("one for each").id);
        }
        let none = store.lease_delivery(webhook, &nodes[0], now()).await;
        assert_eq!(none.expect("the store"), None);
    }
    leased.sort();
    leased.dedup();
    assert_eq!(leased.len(), 4);
    let path = format!("/v1/webhooks/{one}");
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        desk.ask(&ada, "DELETE", &path, None).await.status,
        StatusCode::NOT_FOUND
    );
    pass(60_000);
    assert_eq!(store.due_webhooks(now()).await.expect("asked"), [two]);
}

#[tokio::test]
async fn one_that_is_silent_keeps_no_other_waiting() {
    let (desk, ada, messenger) = desk().await;
    let (silent, good) = (Ear::new(None).await, Ear::new(None).await);
    silent.answers("");
    for ear in [&silent, &good] {
        webhook(&desk, &ada, &format!("http://127.0.0.1:{}/", ear.port)).await;
    }
    for n in 1..=5 {
        arrive(&desk.config.store, n).await;
    }
    let telling = tokio::spawn(Arc::new(messenger).run());
    let all = async {
        while good.heard().len() < 5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(8), all)
        .await
        .expect("all five");
    assert_eq!(silent.heard().len(), 1, "and one at a time");
    telling.abort();
}
