//! What is learned after a run of this page, and its report judged anew: logs of the browser's own network that a visitor
//! hands over, and what the page's own clients did.

use core::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert;
use crate::browser;
use crate::explain::{NetLog, Unreadable};
use crate::replay;
use crate::report::Report;

/// More runs of one page are not kept.
const MOST_REPORTS: usize = 4;

thread_local! {
    /// The latest first; none while one is judged.
    static REPORTS: RefCell<Vec<Option<Report>>> = const { RefCell::new(Vec::new()) };
    static OPEN: RefCell<Option<(String, NetLog)>> = const { RefCell::new(None) };
}

/// Keeps a report, so that a log can be added to it.
pub(super) fn keep(report: Box<Report>) {
    REPORTS.with_borrow_mut(|reports| {
        reports.insert(0, Some(*report));
        reports.truncate(MOST_REPORTS);
    });
}

/// Takes a piece of a log: of `chrome://net-export`, or of Firefox's `about:logging` into a file. Nothing is kept of it but
/// the names of the errors of that run's attempts. False: more pieces would tell nothing.
#[wasm_bindgen(js_name = readNetLog)]
pub fn read_net_log(run: &str, text: &str) -> bool {
    OPEN.with_borrow_mut(|open| {
        if open.as_ref().is_none_or(|(of, _)| of != run) {
            *open = None;
        }
        let (_, log) = open.get_or_insert_with(|| (run.to_owned(), NetLog::new(run)));
        log.feed(text)
    })
}

/// Ends the log: the run's report, judged anew with what the log says; or why it tells nothing: `empty`, `too-large`, `no-log`,
/// `other-run`.
#[wasm_bindgen(js_name = judgeNetLog, unchecked_return_type = "Report | \"empty\" | \"too-large\" | \"no-log\" | \"other-run\"")]
pub fn judge_net_log(run: &str) -> JsValue {
    let open = OPEN.take().filter(|(of, _)| of == run);
    let read = open.map_or(Err(Unreadable::Empty), |(_, log)| log.finish());
    match read.and_then(|errors| judged(run, |report| replay::add_logged(report, errors))) {
        Ok(report) => report,
        Err(why) => why.as_str().into(),
    }
}

/// The run's report, judged anew with what the page's own clients did, as `push-check-observe.js` counted it; undefined: no
/// such run, or nothing that it could have counted.
#[wasm_bindgen(js_name = judgeClients, unchecked_return_type = "Report | undefined")]
pub fn judge_clients(run: &str, clients: JsValue) -> JsValue {
    let Some(clients) = browser::clients(clients) else {
        return JsValue::UNDEFINED;
    };
    let add = |report: &mut Report| report.surroundings.clients = Some(clients);
    judged(run, add).unwrap_or(JsValue::UNDEFINED)
}

fn judged(run: &str, add: impl FnOnce(&mut Report)) -> Result<JsValue, Unreadable> {
    REPORTS.with_borrow_mut(|reports| {
        let of = |kept: &&mut Option<Report>| kept.as_ref().is_some_and(|one| one.run.id == run);
        let kept = reports.iter_mut().find(of).ok_or(Unreadable::OtherRun)?;
        let judged = kept.take().and_then(|mut report| {
            add(&mut report);
            replay::again(report)
        });
        let again = judged.ok_or(Unreadable::OtherRun)?;
        let told = convert::to_js(&again);
        *kept = Some(again);
        Ok(told)
    })
}
