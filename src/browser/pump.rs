//! Drives one [`Run`]: callbacks stamp and queue, a turn hands the queue to the run and does what it wants.
//!
//! No futures: a promise's callback could not be taken back after a panic of ours, a listener can.

use core::cell::{Cell, RefCell};
use core::fmt::{self, Debug, Formatter};
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::around::{Around, is_hidden};
use super::clock::{Clock, now_ms};
use super::json::{self, Question, ask, ask_by_socket};
use super::timer::Timer;
use super::timing::Timings;
use super::{Listener, Running, Sink, js, own, read};
use crate::evidence::{Event, Notice, ResourceTiming};
use crate::plan::budget;
use crate::report::Report;
use crate::run::{Action, Progress, Request, Run};
use crate::time::Micros;
use crate::wire::{About, Ledger};

/// What a run tells its page.
pub enum Told<'a> {
    /// How far it is.
    Progress(&'a Progress),
    /// What is to be told if we fail before the next.
    Keep(&'a Report),
    /// The end; nothing is told after it.
    Report(Box<Report>),
}

enum Input {
    Seen(u16, Event),
    About(Option<About>),
    Ledger(u16, Option<Ledger>),
    Notice(Notice),
    Stop,
}

/// One attempt's request and driver; the driver goes first.
struct Attempt {
    request: Request,
    running: Option<Running>,
}

/// What a run holds of the browser.
#[derive(Default)]
struct Held {
    attempts: Vec<Attempt>,
    timer: Option<(Micros, Timer)>,
    beat: Option<Timer>,
    around: Option<Around>,
    timings: Option<Timings>,
    signal: Option<Listener>,
    questions: Vec<Question>,
}

/// One run in a page.
pub struct Pump {
    clock: Clock,
    run: RefCell<Run>,
    /// The next one is the last.
    queue: RefCell<Vec<(Micros, Input)>>,
    held: RefCell<Held>,
    turning: Cell<bool>,
    finished: Cell<bool>,
    last_beat: Cell<Micros>,
    /// The wall clock at that time.
    last_wall: Cell<Micros>,
    hidden_since: Cell<Option<Micros>>,
    tell: Box<dyn Fn(Told<'_>)>,
}

impl Debug for Pump {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Pump")
    }
}

impl Pump {
    /// Starts a run. `tell` is called from within turns; what it calls back is queued.
    pub fn start(clock: Clock, run: Run, signal: Option<&JsValue>, tell: Box<dyn Fn(Told<'_>)>) {
        let pump = Rc::new(Self {
            clock,
            run: RefCell::new(run),
            queue: RefCell::default(),
            held: RefCell::default(),
            turning: Cell::new(false),
            finished: Cell::new(false),
            last_beat: Cell::new(Micros::ZERO),
            last_wall: Cell::new(Micros::ms(now_ms())),
            hidden_since: Cell::new(is_hidden().then_some(Micros::ZERO)),
            tell,
        });
        // An aborted signal never fires again: it is looked at before it is listened to.
        if signal.is_some_and(|signal| js::flag(signal, "aborted")) {
            own(&pump.queue).insert(0, (pump.now(), Input::Stop));
        } else {
            let stop = |signal: &JsValue| {
                let pump = pump.clone();
                Listener::new(signal, "abort", Box::new(move |_| pump.stop()))
            };
            let held = &mut *own(&pump.held);
            held.signal = signal.map(stop);
            held.around = Some(Around::start(&pump));
            held.timings = Timings::observe(&pump);
        }
        if is_hidden() {
            pump.notice(Notice::Hidden);
        }
        pump.beat();
        pump.turn();
    }

    pub(super) fn now(&self) -> Micros {
        self.clock.now()
    }

    pub(super) fn seen(self: &Rc<Self>, at: Micros, attempt: u16, event: Event) {
        self.put_at(at, Input::Seen(attempt, event));
    }

    pub(super) fn stop(self: &Rc<Self>) {
        self.put(Input::Stop);
    }

    pub(super) fn notice(self: &Rc<Self>, notice: Notice) {
        self.put(Input::Notice(notice));
    }

    pub(super) fn visibility(self: &Rc<Self>, hidden: bool) {
        let now = self.now();
        if let Some(since) = self.hidden_since.replace(hidden.then_some(now)) {
            own(&self.run).surroundings().hidden_us += now.since(since).0;
        }
        self.notice(if hidden {
            Notice::Hidden
        } else {
            Notice::Visible
        });
    }

    /// A policy forbade something: the attempt that it names, if it is one of ours.
    pub(super) fn blocked(self: &Rc<Self>, uri: &str, directive: String) {
        let named = |request: &Request| uri.len() > 8 && request.url.starts_with(uri);
        let index = own(&self.held)
            .attempts
            .iter()
            .rposition(|a| a.running.is_some() && named(&a.request));
        if let Some(index) = index {
            self.put(Input::Seen(
                index as u16 + 1,
                Event::Blocked {
                    directive: directive.clone(),
                },
            ));
        }
        self.notice(Notice::PolicyViolation { directive });
    }

    pub(super) fn timed(self: &Rc<Self>, url: &str, timing: ResourceTiming) {
        let index = own(&self.held)
            .attempts
            .iter()
            .position(|attempt| attempt.request.url == url);
        if let Some(index) = index {
            self.put(Input::Seen(index as u16 + 1, Event::Timed { timing }));
        }
    }

    fn put(self: &Rc<Self>, input: Input) {
        self.put_at(self.now(), input);
    }

    fn put_at(self: &Rc<Self>, at: Micros, input: Input) {
        own(&self.queue).insert(0, (at, input));
        self.turn();
    }

    /// The main thread's heartbeat: its gaps mark what was measured while the page was blocked or throttled.
    fn beat(self: &Rc<Self>) {
        let now = self.now();
        let gap = now.since(self.last_beat.replace(now));
        // Where the page's clock stands still while the device sleeps, the other one goes on.
        let wall = Micros::ms(now_ms());
        let slept = wall.since(self.last_wall.replace(wall)).since(gap);
        let mut pace = budget::BEAT;
        if let Ok(mut run) = self.run.try_borrow_mut() {
            pace = run.beat();
            let surroundings = run.surroundings();
            surroundings.longest_gap_us = surroundings.longest_gap_us.max(gap.0);
            surroundings.late_us += gap.since(pace).0;
        }
        if gap >= budget::STALL {
            self.notice(Notice::Stalled { us: gap.0 });
        }
        if slept >= budget::STALL {
            self.notice(Notice::Slept { us: slept.0 });
        }
        if !self.finished.get() {
            let pump = self.clone();
            own(&self.held).beat = Some(Timer::new(pace.ms_up(), Box::new(move |_| pump.beat())));
        }
    }

    /// Queue → run → actions, until nothing is left; then the timer. Never within itself.
    fn turn(self: &Rc<Self>) {
        if self.turning.replace(true) || self.finished.get() {
            return;
        }
        loop {
            while let Some((at, input)) = self.take() {
                self.hand(at, input);
            }
            let now = self.now();
            own(&self.run).on_time(now);
            while let Some(action) = self.next_action() {
                self.perform(action);
            }
            if self.finished.get() {
                return;
            }
            if own(&self.queue).is_empty() {
                break;
            }
        }
        self.turning.set(false);
        self.set_timer();
    }

    fn take(&self) -> Option<(Micros, Input)> {
        own(&self.queue).pop()
    }

    fn next_action(&self) -> Option<Action> {
        own(&self.run).poll_action()
    }

    fn hand(&self, at: Micros, input: Input) {
        let mut run = own(&self.run);
        match input {
            Input::Seen(attempt, event) => run.handle(at, attempt, event),
            Input::About(about) => run.heard_about(at, about),
            Input::Ledger(question, ledger) => run.heard_ledger(at, question, ledger),
            Input::Notice(notice) => run.notice(at, notice),
            Input::Stop => run.stop(at),
        }
    }

    fn perform(self: &Rc<Self>, action: Action) {
        match action {
            Action::Start(start) => {
                let sink = Sink {
                    pump: self.clone(),
                    attempt: start.attempt,
                };
                // Whoever looks at the page's own clients is told that this is none.
                let observer = js::global("pushCheckObserve");
                js::set(&observer, "aside", &JsValue::TRUE);
                let running = Running::start(&start.request, &sink);
                js::set(&observer, "aside", &JsValue::FALSE);
                own(&self.held).attempts.push(Attempt {
                    request: start.request,
                    running,
                });
            }
            Action::Do {
                attempt,
                what: crate::session::Do::Release,
            } => {
                let index = usize::from(attempt).wrapping_sub(1);
                let released = own(&self.held)
                    .attempts
                    .get_mut(index)
                    .and_then(|a| a.running.take());
                drop(released);
            }
            Action::Do { attempt, what } => {
                let held = own(&self.held);
                let sink = Sink {
                    pump: self.clone(),
                    attempt,
                };
                if let Some(running) = held
                    .attempts
                    .get(usize::from(attempt).wrapping_sub(1))
                    .and_then(|a| a.running.as_ref())
                {
                    running.perform(what, &sink);
                }
            }
            Action::AskAbout { url } => {
                let told: json::Told =
                    |pump, _, json| pump.put(Input::About(json.and_then(read::about)));
                let question = ask(self, 0, &url, None, told);
                own(&self.held).questions.extend(question);
            }
            Action::AskLedger {
                question,
                url,
                body,
                by_socket,
            } => {
                let told: json::Told =
                    |pump, id, json| pump.put(Input::Ledger(id, json.and_then(read::ledger)));
                let asked = match by_socket {
                    true => ask_by_socket(self, question, &url, body, told),
                    false => ask(self, question, &url, Some(&body), told),
                };
                own(&self.held).questions.extend(asked);
            }
            Action::Say(progress) => (self.tell)(Told::Progress(&progress)),
            Action::Keep(report) => (self.tell)(Told::Keep(&report)),
            Action::Finish(mut report) => {
                self.finished.set(true);
                if let Some(since) = self.hidden_since.take() {
                    report.surroundings.hidden_us += self.now().since(since).0;
                }
                // Out of the cell before it is dropped: nothing that its Drop calls finds it borrowed.
                let held = core::mem::take(&mut *own(&self.held));
                drop(held);
                (self.tell)(Told::Report(report));
            }
        }
    }

    /// One timer, kept while the deadline stays the same; rounded up, so that it is never early by more than the clock.
    fn set_timer(self: &Rc<Self>) {
        let wake = own(&self.run).wake_at();
        let mut held = own(&self.held);
        if held.timer.as_ref().map(|(at, _)| *at) == wake {
            return;
        }
        held.timer = wake.map(|at| {
            let pump = self.clone();
            let woken = move |_| {
                let spent = own(&pump.held).timer.take();
                pump.turn();
                drop(spent);
            };
            (
                at,
                Timer::new(at.since(self.now()).ms_up(), Box::new(woken)),
            )
        });
    }
}
