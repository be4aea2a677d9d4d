//! Links and reports as the API shows them.

use pushcheck_store::asked::{self, Asked};
use pushcheck_store::link::{self, State};
use pushcheck_store::search::Line;
use pushcheck_store::{Ms, report};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;

const HOUR: Ms = 3_600_000;

/// A method's word, for the document.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum MethodWord {
    Polling,
    LongPolling,
    ServerSentEvents,
    StreamingFetch,
    WebSocket,
}

/// A state's word, for the document.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum LinkState {
    Sent,
    Opened,
    Running,
    Arrived,
    BrokenOff,
    Expired,
    Revoked,
}

/// A language that customers are told things in. For the document.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum Language {
    En,
    Ja,
}

/// How much is tested. For the document.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum Mode {
    Quick,
    Thorough,
}

/// What starts the check. For the document.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum Start {
    Click,
    Itself,
}

/// How much of a report is sent. For the document.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum Level {
    Public,
    Support,
    Full,
}

/// How a report came. For the document.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the document names its words")]
pub(super) enum Source {
    Link,
    Page,
    Import,
}

/// An endpoint that a link names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Endpoint {
    /// By which method it is tried.
    #[schema(value_type = MethodWord)]
    pub(super) method: String,
    /// Its URL.
    pub(super) url: String,
    /// The subprotocols that are offered to it, of a WebSocket, in their order.
    pub(super) protocols: Vec<String>,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Test {
    /// Methods that must work.
    #[schema(value_type = Vec<MethodWord>)]
    pub(super) required: Vec<String>,
    #[schema(value_type = Mode)]
    pub(super) mode: String,
    /// Methods that are not tried.
    #[schema(value_type = Vec<MethodWord>)]
    pub(super) skip: Vec<String>,
    /// Endpoints that are tried besides.
    pub(super) endpoints: Vec<Endpoint>,
}

impl From<Asked> for Test {
    fn from(asked: Asked) -> Self {
        let endpoint = |one: asked::Endpoint| Endpoint {
            method: one.method,
            url: one.url,
            protocols: one.protocols,
        };
        Self {
            required: asked.required,
            mode: asked.mode,
            skip: asked.skip,
            endpoints: asked.endpoints.into_iter().map(endpoint).collect(),
        }
    }
}

impl From<Test> for Asked {
    fn from(test: Test) -> Self {
        let endpoint = |one: Endpoint| asked::Endpoint {
            method: one.method,
            url: one.url,
            protocols: one.protocols,
        };
        Self {
            required: test.required,
            mode: test.mode,
            skip: test.skip,
            endpoints: test.endpoints.into_iter().map(endpoint).collect(),
        }
    }
}

/// A link.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Link {
    id: String,
    /// What opens it, for the customer.
    token: String,
    /// What the customer is sent.
    url: String,
    /// The same by other addresses.
    alternates: Vec<String>,
    ticket: String,
    note: Option<String>,
    /// Null: the browser's.
    #[schema(value_type = Option<Language>)]
    language: Option<String>,
    #[serde(flatten)]
    test: Test,
    #[schema(value_type = Start)]
    start: &'static str,
    expires_in_hours: i64,
    runs: i64,
    #[schema(value_type = Level)]
    level: String,
    /// The profile that it was made of.
    profile: Option<String>,
    /// The report whose check it repeats.
    after: Option<String>,
    /// ms since 1970.
    created_at: Ms,
    created_by: String,
    /// ms since 1970.
    expires_at: Ms,
    runs_left: i64,
    #[schema(value_type = LinkState)]
    state: State,
    /// ms since 1970.
    opened_at: Option<Ms>,
    /// The id of the run that began last.
    last_run: Option<String>,
    /// The ids of its reports, oldest first.
    reports: Vec<String>,
}

impl Link {
    pub(super) fn of(link: link::Link, app: &App) -> Self {
        let state = link.state((app.now)());
        let (test, runs_left) = (link.asked().into(), link.runs_left());
        let at = |base: &String| format!("{base}#link={}", link.token);
        let link::NewLink {
            ticket,
            note,
            language,
            starts_itself,
            level,
            runs,
            expires_at,
            created_by,
            after_report,
            profile,
            asked: _,
        } = link.new;
        Self {
            url: app.public_urls.first().map(at).unwrap_or_default(),
            alternates: app.alternate_urls.iter().map(at).collect(),
            id: link.id,
            ticket,
            note: (!note.is_empty()).then_some(note),
            language,
            test,
            start: if starts_itself { "itself" } else { "click" },
            expires_in_hours: (expires_at - link.created_at) / HOUR,
            runs,
            level,
            profile,
            after: after_report,
            created_at: link.created_at,
            created_by,
            expires_at,
            runs_left,
            state,
            opened_at: link.opened_at,
            last_run: link.begun.into_iter().last().map(|run| run.run),
            reports: link.reports,
            token: link.token,
        }
    }
}

/// A report in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportLine {
    pub(super) id: String,
    /// To be read out: six letters.
    pub(super) number: String,
    pub(super) ticket: Option<String>,
    pub(super) link_id: Option<String>,
    #[schema(value_type = Source)]
    pub(super) source: String,
    /// ms since 1970.
    pub(super) arrived_at: Ms,
    /// ms since 1970, by the page's clock.
    pub(super) started_at: Option<Ms>,
    pub(super) result: Option<String>,
    /// The code of the finding that matters most.
    pub(super) first_cause: Option<String>,
    pub(super) place: Option<String>,
    pub(super) strength: Option<String>,
    pub(super) browser: Option<String>,
    pub(super) level: Option<String>,
    /// It is a report of this version.
    pub(super) intact: bool,
    /// ms since 1970.
    pub(super) read_at: Option<Ms>,
    /// How many findings are marked.
    pub(super) marks: i64,
}

impl From<Line> for ReportLine {
    fn from(Line { kept, marks }: Line) -> Self {
        let report::Kept {
            id,
            number,
            source,
            link,
            ticket,
            summary,
            level,
            intact,
            arrived_at,
            read_at,
            ..
        } = kept;
        Self {
            id,
            number,
            ticket,
            link_id: link,
            source,
            arrived_at,
            started_at: summary.started_at,
            result: summary.result,
            first_cause: summary.first_cause,
            place: summary.place,
            strength: summary.strength,
            browser: summary.browser,
            level,
            intact,
            read_at,
            marks,
        }
    }
}
