//! `/v1/webhooks`: who is told when a report arrives.

mod post;
mod reach;
mod round;
mod sign;
mod target;

#[cfg(test)]
mod tests;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pushcheck_store::Ms;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use round::tell_webhooks;

use crate::auth::{audit, new_secret};
use crate::extract::{Named, Page};
use crate::{Admin, App, Content, Problem};
use target::Target;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(remove))
        .routes(routes!(test))
}

/// Somebody who is told, without the secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Webhook {
    id: String,
    url: String,
    created_at: Ms,
    created_by: String,
    /// How much it has yet to be told.
    waiting: i64,
    /// When it was last told something, or that was tried.
    tried_at: Option<Ms>,
    /// What was wrong then, a status or a few words; null: nothing.
    problem: Option<String>,
}

/// Somebody who shall be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "url": "https://hooks.example/pushcheck", "secret": null }))]
struct NewWebhook {
    /// An `https:` URL; its host's addresses may not be private ones.
    #[schema(max_length = 2000)]
    url: String,
    /// What messages are signed with, 16 to 200 visible characters of ASCII; null: one is made.
    #[serde(default)]
    #[schema(min_length = 16, max_length = 200, pattern = "^[!-~]*$")]
    secret: Option<String>,
}

/// A new webhook; its secret is shown this once.
#[derive(Serialize, ToSchema)]
struct MadeWebhook {
    id: String,
    /// The key of `Pushcheck-Signature: t=<seconds>,v1=<HMAC-SHA256 of "<t>.<body>">`.
    secret: String,
}

/// All webhooks, in one part.
#[utoipa::path(get, path = "/v1/webhooks", tag = "admin", responses(
    (status = 200, body = Page<Webhook>)))]
async fn list(State(app): State<App>, _: Admin) -> Result<Json<Page<Webhook>>, Problem> {
    let webhooks = app.store.webhooks().await?.into_iter();
    Ok(Json(Page::whole(webhooks.map(|webhook| Webhook {
        id: webhook.id,
        url: webhook.url,
        created_at: webhook.created_at,
        created_by: webhook.created_by,
        waiting: webhook.waiting,
        tried_at: webhook.tried_at,
        problem: webhook.problem,
    }))))
}

/// Makes a webhook: a POST of JSON for each report that arrives from then on, without the report's text.
#[utoipa::path(post, path = "/v1/webhooks", tag = "admin", request_body = NewWebhook, responses(
    (status = 201, body = MadeWebhook),
    (status = 409, description = "Too many")))]
async fn make(
    State(app): State<App>,
    Admin(who): Admin,
    Content(new): Content<NewWebhook>,
) -> Result<(StatusCode, Json<MadeWebhook>), Problem> {
    let target = Target::of(&new.url, app.allow_private_webhooks)
        .map_err(|problem| Problem::fault("/url", problem))?;
    let secret = match new.secret {
        Some(secret) => {
            let is_one = (16..=200).contains(&secret.len())
                && secret.bytes().all(|byte| byte.is_ascii_graphic());
            match is_one {
                true => secret,
                false => {
                    return Err(Problem::fault(
                        "/secret",
                        "16 to 200 visible characters of ASCII",
                    ));
                }
            }
        }
        None => format!("whsec_{}", new_secret()?),
    };
    let id = app
        .store
        .make_webhook(target.url.as_str(), &secret, &who.name, (app.now)())
        .await?;
    // Of the URL the host alone: its path is often a secret.
    audit(&app, &who, "webhook-made", &target.host.to_string()).await?;
    Ok((StatusCode::CREATED, Json(MadeWebhook { id, secret })))
}

/// Removes a webhook; what it has not been told it is not told any more.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "admin", params(Named), responses(
    (status = 204)))]
async fn remove(
    State(app): State<App>,
    Admin(who): Admin,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    let url = app.store.remove_webhook(&id).await?;
    let url = url.ok_or_else(Problem::not_found)?;
    let target = Target::of(&url, true);
    let host = target.map_or_else(|_| id, |target| target.host.to_string());
    audit(&app, &who, "webhook-removed", &host).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a webhook told something that is no report: `{"event":"test",…}`. The list tells how that ended.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", tag = "admin", params(Named), responses(
    (status = 202)))]
async fn test(
    State(app): State<App>,
    Admin(who): Admin,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    if !app.store.test_webhook(&id, (app.now)()).await? {
        return Err(Problem::not_found());
    }
    audit(&app, &who, "webhook-tested", &id).await?;
    Ok(StatusCode::ACCEPTED)
}
