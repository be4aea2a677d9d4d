//! The server tells the addresses of its public names.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use pushcheck::wire::About;
use serde_json::{Value, json};
use support::{Site, within};

async fn told(site: &Site) -> Value {
    let body = site.get("/v1/about").await.body;
    let about: About = serde_json::from_slice(&body).unwrap();
    assert_eq!(about.instance.id, site.instance, "pages read it as ever");
    let mut about: Value = serde_json::from_slice(&body).unwrap();
    about["addresses"].take()
}

async fn of(urls: &[&str], stated: &[&str]) -> Site {
    Site::start(|config| {
        config.public_urls = urls.iter().map(|url| url.parse().unwrap()).collect();
        config.addresses = stated.iter().map(|ip| ip.parse().unwrap()).collect();
    })
    .await
}

#[tokio::test]
async fn without_a_public_name_there_are_none() {
    assert_eq!(told(&Site::plain().await).await, json!([]));
}

#[tokio::test]
async fn what_is_looked_up_is_told_and_what_is_not_found_is_left_out() {
    // RFC 6761 § 6.4: a name that nobody has.
    let site = of(
        &[
            "http://localhost:9",
            "https://localhost:9",
            "http://[::1]:9",
            "http://nobody.invalid:9",
        ],
        &[],
    )
    .await;
    let all = within(async {
        loop {
            match told(&site).await {
                all if all.as_array().unwrap().is_empty() => {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                all => return all,
            }
        }
    })
    .await;
    let names: Vec<&Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["[::1]", "localhost"]);
    assert_eq!(all[0]["addresses"], json!(["::1"]));
    let local = all[1]["addresses"].as_array().unwrap();
    assert!(local.contains(&json!("127.0.0.1")) || local.contains(&json!("::1")));
}

#[tokio::test]
async fn what_is_stated_is_told_instead_and_nothing_is_looked_up() {
    let site = of(
        &["http://localhost:9", "http://[::1]:9"],
        &["192.0.2.7", "2001:db8::7"],
    )
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let addresses = ["192.0.2.7", "2001:db8::7"];
    let expected = json!([
        {"name": "[::1]", "addresses": addresses},
        {"name": "localhost", "addresses": addresses},
    ]);
    assert_eq!(told(&site).await, expected);
}
