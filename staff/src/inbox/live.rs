//! What arrives, as it arrives: server-sent events (HTML § 9.2), and the same for whoever asks again and again.
//!
//! One look at the store every 300 ms serves all readers of a process, and nobody looks while nobody reads. Nodes tell each other
//! nothing: each looks for itself.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Sse;
use axum::response::sse::Event;
use axum::{Extension, Json};
use futures_util::Stream;
use futures_util::stream::unfold;
use pushcheck_store::Ms;
use pushcheck_store::changes::{Change, Cursor, What};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep, sleep_until};
use utoipa::{IntoParams, ToSchema};

use super::line::{Link, ReportLine};
use crate::auth::Proof;
use crate::extract::{Queried, fault};
use crate::{App, Problem, Role, Staff};

/// How often the store is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// How often a reader is told that the connection lives, and asked by what they may still listen.
const BEAT: Duration = Duration::from_secs(15);

/// So many listen at once.
const READERS: usize = 64;

/// For how long one listens before they have to ask again.
const LASTS: Duration = Duration::from_secs(15 * 60);

/// So many events wait for a slow reader.
const WAITING: usize = 256;

/// So many changes are brought by one look.
const BROUGHT: i64 = 200;

/// So many looks a reader is given who comes back after a while; who missed more asks anew.
const LOOKS: usize = 5;

/// Something that arrived or changed.
#[derive(Debug)]
struct News {
    cursor: String,
    what: &'static str,
    data: String,
}

impl News {
    fn event(&self) -> Event {
        Event::default()
            .id(&self.cursor)
            .event(self.what)
            .data(&self.data)
    }
}

/// The readers, and whoever looks for them.
#[derive(Debug)]
pub(super) struct Live {
    readers: Arc<Semaphore>,
    news: broadcast::Sender<Arc<News>>,
    /// Somebody looks.
    looks: Mutex<bool>,
    beat: Duration,
}

impl Default for Live {
    fn default() -> Self {
        Self::beating(BEAT)
    }
}

impl Live {
    /// With another time between beats.
    pub(super) fn beating(beat: Duration) -> Self {
        Self {
            beat,
            readers: Arc::new(Semaphore::new(READERS)),
            news: broadcast::channel(WAITING).0,
            looks: Mutex::new(false),
        }
    }

    /// Listens from now on.
    fn listen(self: &Arc<Self>, app: &App) -> broadcast::Receiver<Arc<News>> {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.news.subscribe();
        if !*looks {
            *looks = true;
            tokio::spawn(Arc::clone(self).look(app.clone()));
        }
        receiver
    }

    /// Nobody listens any more.
    fn ends(&self) -> bool {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = self.news.receiver_count() == 0;
        *looks = !ends;
        ends
    }

    async fn look(self: Arc<Self>, app: App) {
        let mut known = Known::new(Cursor::now((app.now)()));
        while !self.ends() {
            match bring(&app, &mut known).await {
                // Nobody may listen any more; that is seen at once.
                Ok((news, _)) => news
                    .into_iter()
                    .for_each(|one| drop(self.news.send(Arc::new(one)))),
                Err(error) => tracing::warn!(%error, "what arrives is not seen"),
            }
            sleep(LOOK).await;
        }
    }
}

/// What has been told.
#[derive(Debug)]
pub(super) struct Known {
    cursor: Cursor,
    /// When each changed, of those that are looked at again.
    told: HashMap<(What, String), Ms>,
}

impl Known {
    pub(super) fn new(cursor: Cursor) -> Self {
        Self {
            cursor,
            told: HashMap::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Of a look at `now`: what is new, and up to where it is known with each.
    pub(super) fn learn(
        &mut self,
        brought: &[Change],
        cut: bool,
        now: Ms,
    ) -> Vec<(Change, Cursor)> {
        let mut new = Vec::new();
        for (at, change) in brought.iter().enumerate() {
            let key = (change.what, change.id.clone());
            if self.told.insert(key, change.at) != Some(change.at) {
                let cursor = self.cursor.after(&brought[..=at], true, now);
                new.push((change.clone(), cursor));
            }
        }
        self.cursor = self.cursor.after(brought, cut, now);
        let from = self.cursor.from();
        self.told.retain(|_, at| *at > from);
        new
    }
}

/// Looks once; also whether there is more. What cannot be read now is looked at again.
async fn bring(app: &App, known: &mut Known) -> Result<(Vec<News>, bool), pushcheck_store::Error> {
    // Before the look: what ends after it is not left behind.
    let now = (app.now)();
    let (brought, cut) = app.store.changes(&known.cursor, BROUGHT).await?;
    let unknown =
        |change: &&Change| known.told.get(&(change.what, change.id.clone())) != Some(&change.at);
    let fresh: Vec<Change> = brought.iter().filter(unknown).cloned().collect();
    let mut all = read(app, &fresh).await?;
    let news = known.learn(&brought, cut, now);
    let news = news.into_iter().filter_map(|(change, cursor)| {
        // Deleted meanwhile: there is nothing to tell.
        let (what, data) = all.remove(&(change.what, change.id))?;
        Some(News {
            cursor: cursor.to_string(),
            what,
            data,
        })
    });
    Ok((news.collect(), cut))
}

type Read = HashMap<(What, String), (&'static str, String)>;

/// What changed, as it is told.
async fn read(app: &App, changes: &[Change]) -> Result<Read, pushcheck_store::Error> {
    let (links, reports) = fetched(app, changes).await?;
    let mut all = HashMap::new();
    for (id, link) in links {
        let data = serde_json::to_string(&link).unwrap_or_default();
        all.insert((What::Link, id), ("link", data));
    }
    for line in reports {
        let data = serde_json::to_string(&line).unwrap_or_default();
        all.insert((What::Report, line.id), ("report", data));
    }
    Ok(all)
}

async fn fetched(
    app: &App,
    changes: &[Change],
) -> Result<(Vec<(String, Link)>, Vec<ReportLine>), pushcheck_store::Error> {
    let ids = |what: What| -> Vec<String> {
        let of = changes.iter().filter(|change| change.what == what);
        of.map(|change| change.id.clone()).collect()
    };
    let (links, reports) = (ids(What::Link), ids(What::Report));
    let links = match links.is_empty() {
        true => Vec::new(),
        false => app.store.links_of(&links).await?,
    };
    let reports = match reports.is_empty() {
        true => Vec::new(),
        false => app.store.lines(&reports).await?,
    };
    Ok((
        links
            .into_iter()
            .map(|link| (link.id.clone(), Link::of(link, app)))
            .collect(),
        reports.into_iter().map(ReportLine::from).collect(),
    ))
}

/// One who listens.
struct Reader {
    app: App,
    /// By what they may; none: nobody knows.
    proof: Option<Proof>,
    /// What is told before anything new.
    queue: VecDeque<Event>,
    news: broadcast::Receiver<Arc<News>>,
    beats: Interval,
    until: Instant,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if let Some(event) = self.queue.pop_front() {
            return Some((Ok(event), self));
        }
        if self.ended {
            return None;
        }
        tokio::select! {
            // First: who may not listen any more is told nothing more, however much there is to tell.
            biased;
            () = sleep_until(self.until) => None,
            _ = self.beats.tick() => {
                let may = self.may().await;
                may.then(|| (Ok(Event::default().comment("ping")), self))
            }
            news = self.news.recv() => match news {
                Ok(news) => Some((Ok(news.event()), self)),
                // Too slow: comes back with the last id, and asks anew.
                Err(RecvError::Lagged(_)) => {
                    self.ended = true;
                    Some((Ok(gap()), self))
                }
                Err(RecvError::Closed) => None,
            }
        }
    }

    /// Their session or token is still good; what cannot be found out now is found out at the next beat.
    async fn may(&self) -> bool {
        match &self.proof {
            Some(proof) => proof
                .holds(&self.app, Role::Read)
                .await
                .unwrap_or_else(|_| {
                    tracing::warn!("who listens could not be looked up");
                    true
                }),
            None => false,
        }
    }
}

/// Something was left out.
fn gap() -> Event {
    Event::default().event("gap").data("{}")
}

/// What somebody missed who comes back.
async fn missed(app: &App, since: Cursor) -> Result<VecDeque<Event>, Problem> {
    let mut known = Known::new(since);
    let mut queue = VecDeque::new();
    for _ in 0..LOOKS {
        let (news, more) = bring(app, &mut known).await?;
        queue.extend(news.iter().map(News::event));
        if !more {
            return Ok(queue);
        }
    }
    let now = Cursor::now((app.now)()).to_string();
    Ok(VecDeque::from([gap().id(now)]))
}

/// What arrives: events `report` and `link`, with what `/v1/reports` and `/v1/links` list; `gap`, where something was left out.
/// An event's id is a cursor, for `Last-Event-ID` and for `/v1/changes`.
#[utoipa::path(get, path = "/v1/live", tag = "live", params(("Last-Event-ID" = Option<String>, Header)), responses(
    (status = 200, body = String, content_type = "text/event-stream"),
))]
pub(super) async fn live(
    State(app): State<App>,
    _who: Staff,
    Extension(live): Extension<Arc<Live>>,
    proof: Option<Extension<Proof>>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let permit = Arc::clone(&live.readers).try_acquire_owned();
    let permit = permit
        .map_err(|_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many listen already"))?;
    // Listens before it looks at what was missed: told twice is better than not at all.
    let news = live.listen(&app);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let queue = match last.and_then(|id| id.parse::<Cursor>().ok()) {
        Some(since) => missed(&app, since).await?,
        // An id without an event: where to go on, should the connection end before the first (HTML § 9.2.6).
        None => {
            let now = Cursor::now((app.now)()).to_string();
            VecDeque::from([Event::default().id(now).retry(Duration::from_secs(2))])
        }
    };
    let mut beats = interval_at(Instant::now() + live.beat, live.beat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let reader = Reader {
        app,
        proof: proof.map(|Extension(proof)| proof),
        queue,
        news,
        beats,
        until: Instant::now() + LASTS,
        ended: false,
        _permit: permit,
    };
    Ok(Sse::new(unfold(reader, Reader::next)))
}

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// The last answer's cursor, or an event's id.
    #[param(pattern = "^[0-9]{1,15}-([0-9a-f]{32})?$")]
    after: Option<String>,
}

/// What changed; some of it may have been told before.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Changes {
    /// What `after` must be next time.
    cursor: String,
    reports: Vec<ReportLine>,
    links: Vec<Link>,
}

/// What changed since; without `after` only from when on.
#[utoipa::path(get, path = "/v1/changes", tag = "live", params(Since), responses(
    (status = 200, body = Changes),
))]
pub(super) async fn changes(
    State(app): State<App>,
    _who: Staff,
    Queried(query): Queried<Since>,
) -> Result<Json<Changes>, Problem> {
    let now = (app.now)();
    let Some(after) = query.after else {
        return Ok(Json(Changes {
            cursor: Cursor::now(now).to_string(),
            reports: Vec::new(),
            links: Vec::new(),
        }));
    };
    let since: Cursor = after
        .parse()
        .map_err(|_| Problem::invalid(vec![fault("/after", "a cursor of ours")]))?;
    let (brought, cut) = app.store.changes(&since, BROUGHT).await?;
    let (links, reports) = fetched(&app, &brought).await?;
    Ok(Json(Changes {
        cursor: since.after(&brought, cut, now).to_string(),
        reports,
        links: links.into_iter().map(|(_, link)| link).collect(),
    }))
}
