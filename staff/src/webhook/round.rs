//! Telling all webhooks what they have yet to be told, again and again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use pushcheck_store::webhook::Delivery;
use pushcheck_store::{Error, Id, Ms};
use serde_json::Value;
use tokio::task::JoinSet;

use super::post::{Message, Names, Post, system_tls};
use crate::Config;

/// How often is looked for something to tell.
const EACH: Duration = Duration::from_secs(1);

/// For how long something is tried: 24 hours.
const DAY: Ms = 24 * 3_600_000;

/// The waits between tries; the last one again and again.
const WAITS: [Ms; 9] = [
    10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000,
];

/// When to try again what has been tried so often since then; none: it is given up. The last try is a day after the first.
fn next(tries: i64, created_at: Ms, now: Ms) -> Option<Ms> {
    let end = created_at + DAY;
    let at = usize::try_from(tries - 1).unwrap_or_default();
    let wait = WAITS[at.min(WAITS.len() - 1)];
    (now < end).then(|| (now + wait).min(end))
}

/// What a webhook is told, with where staff read more.
fn body(facts: &str, origin: &str) -> Option<Vec<u8>> {
    let mut told: Value = serde_json::from_str(facts).ok()?;
    let origin = origin.trim_end_matches('/');
    let url = match told["id"].as_str() {
        Some(id) => format!("{origin}/#/reports/{id}"),
        None => format!("{origin}/"),
    };
    told.as_object_mut()?.insert("url".to_owned(), url.into());
    serde_json::to_vec(&told).ok()
}

/// What others have a part in is neither long nor more than one line.
fn clipped(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}

/// This node's part in it.
pub(crate) struct Messenger {
    config: Config,
    post: Post,
    /// This node, among those that share the store.
    holder: Id,
}

impl Messenger {
    pub(crate) fn of(config: Config, post: Post) -> Result<Self, Error> {
        Ok(Self {
            config,
            post,
            holder: Id::new()?,
        })
    }

    /// Tells one webhook one thing, if there is something to tell.
    pub(crate) async fn tell(&self, webhook: &str) -> Result<bool, Error> {
        let store = &self.config.store;
        let now = || (self.config.now)();
        let Some(delivery) = store.lease_delivery(webhook, &self.holder, now()).await? else {
            return Ok(false);
        };
        let problem = self.send(&delivery, now()).await.err();
        let problem = problem.map(|problem| clipped(&problem));
        let (now, next_at) = (now(), next(delivery.tries, delivery.created_at, now()));
        if let Some(problem) = &problem {
            tracing::info!(
                webhook,
                tries = delivery.tries,
                problem,
                "a webhook was not told"
            );
        }
        store
            .end_delivery(&delivery.id, &self.holder, problem.as_deref(), next_at, now)
            .await?;
        Ok(true)
    }

    async fn send(&self, delivery: &Delivery, now: Ms) -> Result<(), String> {
        let body = body(&delivery.facts, &self.config.origin).ok_or("nothing to tell")?;
        let message = Message {
            id: &delivery.id,
            url: &delivery.url,
            secret: &delivery.secret,
            body,
        };
        self.post.send(message, now).await
    }

    /// Each webhook by itself: one that does not answer keeps no other waiting.
    pub(crate) async fn run(self: Arc<Self>) {
        let (mut told, mut busy) = (JoinSet::new(), HashMap::new());
        loop {
            match self.config.store.due_webhooks((self.config.now)()).await {
                Ok(due) => {
                    for webhook in due {
                        if !busy.values().any(|one| *one == webhook) {
                            let messenger = Arc::clone(&self);
                            let of = webhook.clone();
                            let task = told.spawn(async move { messenger.tell(&of).await });
                            busy.insert(task.id(), webhook);
                        }
                    }
                }
                Err(error) => tracing::error!(%error, "nobody knows what webhooks wait for"),
            }
            tokio::select! {
                Some(ended) = told.join_next_with_id() => {
                    let (task, failure) = match ended {
                        Ok((task, done)) => (task, done.err().map(|error| error.to_string())),
                        Err(error) => (error.id(), Some(error.to_string())),
                    };
                    busy.remove(&task);
                    if let Some(error) = failure {
                        tracing::error!(error, "a webhook's try is not written down");
                        tokio::time::sleep(EACH).await;
                    }
                }
                () = tokio::time::sleep(EACH) => {}
            }
        }
    }
}

/// Tells webhooks of what arrives, for as long as it is asked to; dropped, whatever it was about to tell is told by another node, or
/// by the next start, at least once. Every node of a store may do this.
///
/// # Errors
/// Where there is no randomness, or no TLS.
pub async fn tell_webhooks(config: Config) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let post = Post {
        names: Names::System,
        tls: system_tls()?,
        allows_private: config.allow_private_webhooks,
    };
    Arc::new(Messenger::of(config, post)?).run().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_after_a_day() {
        let (mut now, mut tries, mut waits) = (5, 1, Vec::new());
        while let Some(at) = next(tries, 5, now) {
            assert!(at > now);
            waits.push(at - now);
            (now, tries) = (at, tries + 1);
        }
        assert_eq!(now, 5 + DAY, "the last one is a day after the first");
        assert_eq!(waits[..9], WAITS);
        assert!(waits.len() < 24, "{}", waits.len());
        assert_eq!(next(1, 5, 5 + 2 * DAY), None);
    }

    #[test]
    fn what_is_told_leads_to_the_report() {
        let told = body(
            r#"{"event":"report.arrived","id":"ab"}"#,
            "https://staff.example",
        )
        .expect("told");
        let told: Value = serde_json::from_slice(&told).expect("JSON");
        assert_eq!(told["url"], "https://staff.example/#/reports/ab");
        assert_eq!(body("[]", "https://staff.example"), None);
    }
}
