//! Where nothing is sent, and what is not waited for.

use super::*;

#[tokio::test]
async fn no_private_address_is_asked_by_any_name() {
    let ear = Ear::new(None).await;
    let told = async |names: &[IpAddr], url: &str, allows_private: bool| {
        let post = Post {
            names: Names::All(names.to_vec()),
            ..post(allows_private)
        };
        let message = Message {
            id: "x",
            url,
            secret: "x",
            body: b"{}".to_vec(),
        };
        post.send(message, now()).await
    };
    let (http, https) = (
        format!("http://hooks.example:{}/", ear.port),
        format!("https://hooks.example:{}/", ear.port),
    );
    let public = IpAddr::from([192, 88, 98, 1]);
    let metadata = IpAddr::from([169, 254, 169, 254]);
    for (names, url, allows_private, problem) in [
        (&[HERE][..], &https, false, "a private address"),
        // One good one beside it does not help.
        (&[public, HERE], &https, false, "a private address"),
        (
            &[HERE, metadata],
            &http,
            true,
            "an address that no webhook has",
        ),
        (
            &[HERE, public],
            &http,
            true,
            "plain http to a public address",
        ),
        (&[HERE], &http, false, "an https: URL"),
        (&[], &https, false, "no such name"),
    ] {
        let answer = told(names, url, allows_private).await;
        assert_eq!(answer, Err(problem.to_owned()), "{names:?} {url}");
    }
    assert!(ear.heard().is_empty());
    assert_eq!(told(&[HERE], &http, true).await, Ok(()), "the ear hears");
    assert_eq!(ear.heard().len(), 1);
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let (ear, other) = (Ear::new(None).await, Ear::new(None).await);
    let (desk, ada, messenger) = desk().await;
    let url = format!("http://127.0.0.1:{}/", ear.port);
    let (hook, _) = webhook(&desk, &ada, &url).await;
    for (n, status) in (1..).zip(["301 a", "302 a", "303 a", "307 a", "308 a"]) {
        ear.answers(&format!(
            "{status}\r\nlocation: http://127.0.0.1:{}/",
            other.port
        ));
        arrive(&desk.config.store, n).await;
        assert!(messenger.tell(&hook).await.expect("the store"));
        let listed = desk.ask(&ada, "GET", "/v1/webhooks", None).await;
        let problem = listed.body["items"][0]["problem"]
            .as_str()
            .expect("a problem");
        assert_eq!(problem, format!("{} (not followed)", &status[..3]));
        pass(1);
    }
    assert_eq!((ear.heard().len(), other.heard().len()), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_waited_for_for_ever_nor_read_for_ever() {
    let ear = Ear::new(None).await;
    let url = format!("http://127.0.0.1:{}/", ear.port);
    for (answer, problem) in [("", "no answer within 10 s"), ("endless", "HTTP: ")] {
        ear.answers(answer);
        let message = Message {
            id: "x",
            url: &url,
            secret: "x",
            body: b"{}".to_vec(),
        };
        let since = tokio::time::Instant::now();
        let told = post(true).send(message, now()).await.expect_err("not told");
        assert!(told.starts_with(problem), "{answer}: {told}");
        assert!(since.elapsed() < Duration::from_secs(11), "{answer}");
    }
}

#[tokio::test]
async fn a_webhook_is_looked_at_before_it_is_kept() {
    let desk = Desk::new().await;
    let ada = desk.first().await;
    for (body, pointer) in [
        (json!({ "url": "http://hooks.example/" }), "/url"),
        (json!({ "url": "https://10.0.0.1/" }), "/url"),
        (json!({ "url": "https://[fe80::1]/" }), "/url"),
        (json!({ "url": "x" }), "/url"),
        (
            json!({ "url": "https://hooks.example/", "secret": "short" }),
            "/secret",
        ),
        (
            json!({ "url": "https://hooks.example/", "secret": "x".repeat(201) }),
            "/secret",
        ),
        (
            json!({ "url": "https://hooks.example/", "secret": "with a space in it" }),
            "/secret",
        ),
    ] {
        let answer = desk
            .ask(&ada, "POST", "/v1/webhooks", Some(body.clone()))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let own =
        json!({ "url": "https://hooks.example/path-is-secret", "secret": "0123456789abcdef" });
    let made = desk.ask(&ada, "POST", "/v1/webhooks", Some(own)).await;
    assert_eq!(
        (made.status, made.text("secret")),
        (StatusCode::CREATED, "0123456789abcdef")
    );
    let audit = desk.ask(&ada, "GET", "/v1/audit", None).await;
    assert!(audit.body.to_string().contains("hooks.example"));
    assert!(!audit.body.to_string().contains("path-is-secret"));
    for n in 1..20 {
        let url = json!({ "url": format!("https://hooks{n}.example/") });
        let made = desk.ask(&ada, "POST", "/v1/webhooks", Some(url)).await;
        assert_eq!(made.status, StatusCode::CREATED);
    }
    let url = json!({ "url": "https://hooks.example/" });
    let full = desk.ask(&ada, "POST", "/v1/webhooks", Some(url)).await;
    assert_eq!(full.status, StatusCode::CONFLICT);
}
