//! A rule at work on one direction of one connection.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::hold::Holder;
use super::rule::{Action, Cut, How, Rule, Status, Swallow};
use super::tamper::{self, Inflater};
use super::unit::{Facts, Part, Search, Side, Unit};

/// What rules do to the connection as a whole.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// It ends so.
    pub(super) cut: Option<How>,
    /// The client gets this, and then the connection ends.
    pub(super) answer: Option<Vec<u8>>,
    /// The rules that have done something since one looked.
    pub(super) fired: BTreeSet<String>,
}

/// A rule at work.
#[derive(Debug)]
pub(super) struct Stage {
    rule: Arc<Rule>,
    side: Side,
    search: Search,
    fired: bool,
    work: Work,
}

#[derive(Debug)]
enum Work {
    /// One piece in, one piece out.
    Edit,
    Inflate(Inflater),
    Hold(Holder),
    Delay(VecDeque<(Instant, Unit)>),
    Drop(Fragments),
    Cut {
        at: Option<Instant>,
        done: bool,
        /// Frames that matched.
        seen: u64,
    },
}

/// A message of several frames of which it is not known yet whether it is too large.
#[derive(Debug, Default)]
struct Fragments {
    held: Vec<Unit>,
    size: u64,
    dropping: bool,
}

impl Stage {
    pub(super) fn new(rule: &Arc<Rule>, side: Side) -> Self {
        let work = match &rule.action {
            Action::Hold(hold) => Work::Hold(Holder::new(hold.clone())),
            Action::Delay(_) => Work::Delay(VecDeque::new()),
            Action::Drop(_) => Work::Drop(Fragments::default()),
            Action::Cut(_) => Work::Cut {
                at: None,
                done: false,
                seen: 0,
            },
            Action::Deflate(_) if side == Side::Up => Work::Inflate(Inflater::default()),
            _ => Work::Edit,
        };
        Self {
            rule: Arc::clone(rule),
            side,
            search: Search::default(),
            fired: false,
            work,
        }
    }

    /// When it has something to do by itself.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        match &self.work {
            Work::Hold(holder) => holder.wake_at(),
            Work::Delay(queue) => queue.front().map(|(due, _)| *due),
            Work::Cut { at, .. } => *at,
            Work::Edit | Work::Inflate(_) | Work::Drop(_) => None,
        }
    }

    /// How many bytes it only delays.
    pub(super) fn delayed(&self) -> usize {
        match &self.work {
            Work::Delay(queue) => queue.iter().map(|(_, unit)| unit.size()).sum(),
            _ => 0,
        }
    }

    /// It does that, if it is time.
    pub(super) fn wake(&mut self, now: Instant, effects: &mut Effects, out: &mut Vec<Unit>) {
        match &mut self.work {
            Work::Hold(holder) => holder.wake(now, out),
            Work::Delay(queue) => {
                while let Some((_, unit)) = queue.pop_front_if(|(due, _)| *due <= now) {
                    out.push(unit);
                }
            }
            Work::Cut { at, done, .. } => {
                if let Action::Cut(cut) = &self.rule.action
                    && at.is_some_and(|at| at <= now)
                {
                    (*at, *done) = (None, true);
                    effects.cut = Some(cut.how);
                }
            }
            Work::Edit | Work::Inflate(_) | Work::Drop(_) => {}
        }
    }

    /// A piece comes; what goes on is in `out`.
    pub(super) fn take(
        &mut self,
        mut unit: Unit,
        now: Instant,
        facts: &Facts,
        effects: &mut Effects,
        out: &mut Vec<Unit>,
    ) {
        if let Some(first) = self.rule.when.from_byte.and_then(|n| unit.split(n)) {
            self.take(first, now, facts, effects, out);
        }
        let hit = self.rule.when.matches(&unit, facts, &mut self.search);
        if hit && unit.has_bytes() && !self.fired {
            self.fired = true;
            effects.fired.insert(self.rule.name.clone());
        }
        let rule = Arc::clone(&self.rule);
        match (&mut self.work, &rule.action) {
            (Work::Hold(holder), _) => holder.take(hit, unit, now, effects, out),
            (Work::Delay(queue), Action::Delay(ms)) => {
                let last = queue.back().map(|(due, _)| *due);
                let own = hit.then(|| now + Duration::from_millis(*ms));
                match last.max(own) {
                    Some(due) => queue.push_back((due, unit)),
                    None => out.push(unit),
                }
            }
            (Work::Drop(fragments), Action::Drop(drop)) => {
                swallow(*drop, self.side, fragments, hit, unit, out);
            }
            (Work::Cut { at, seen, .. }, Action::Cut(cut)) if cut.of.is_some() => {
                count(cut, hit, unit, now, at, seen, out);
            }
            (Work::Cut { at, done, .. }, Action::Cut(cut)) => {
                end(cut, hit, unit, now, at, done, effects, out);
            }
            (Work::Inflate(inflater), _) => out.extend(inflater.take(hit, unit, effects)),
            (_, Action::Status(status)) if hit && matches!(unit.part, Part::Head(_)) => {
                effects.answer = Some(answer(status));
            }
            (_, action) => {
                if hit {
                    tamper::edit(action, &mut unit);
                }
                out.push(unit);
            }
        }
    }
}

fn swallow(
    drop: Swallow,
    side: Side,
    fragments: &mut Fragments,
    hit: bool,
    unit: Unit,
    out: &mut Vec<Unit>,
) {
    let Some(above) = drop.above else {
        let drops = match unit.part {
            Part::Head(_) => drop.head,
            Part::Data { .. } | Part::Frame { .. } => true,
            Part::End | Part::Eof => false,
        };
        if !(hit && drops) {
            out.push(unit);
        }
        return;
    };
    match &unit.part {
        Part::Frame { frame, .. } if hit && frame.is_data() => {
            let fin = frame.fin;
            fragments.size += frame.payload().len() as u64;
            fragments.dropping |= fragments.size > above;
            fragments.held.push(unit);
            if fragments.dropping {
                fragments.held.clear();
            }
            if fin {
                out.append(&mut fragments.held);
                *fragments = Fragments::default();
            }
        }
        Part::Data { at, .. } if hit => {
            let told = match side {
                Side::Up => unit
                    .scene
                    .request
                    .as_ref()
                    .and_then(|r| r.head.content_length()),
                Side::Down => unit
                    .scene
                    .response
                    .as_ref()
                    .and_then(|r| r.content_length()),
            };
            // Without a length in the head nobody knows before so many have passed.
            if told.unwrap_or(*at) <= above {
                out.push(unit);
            }
        }
        _ => out.push(unit),
    }
}

/// Passes some frames, takes the others, and cuts when all have come.
fn count(
    cut: &Cut,
    hit: bool,
    unit: Unit,
    now: Instant,
    at: &mut Option<Instant>,
    seen: &mut u64,
    out: &mut Vec<Unit>,
) {
    let is_frame = matches!(&unit.part, Part::Frame { frame, .. } if frame.is_data());
    if !(hit && is_frame) || cut.spent.load(Relaxed) {
        return out.push(unit);
    }
    *seen += 1;
    let (takes, of) = (cut.takes.unwrap_or(0), cut.of.unwrap_or(0));
    if *seen + takes <= of {
        out.push(unit);
    }
    if *seen == of {
        cut.spent.store(true, Relaxed);
        *at = Some(now + Duration::from_millis(cut.after_ms.unwrap_or(0)));
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the fields of a stage, taken apart"
)]
fn end(
    cut: &Cut,
    hit: bool,
    unit: Unit,
    now: Instant,
    at: &mut Option<Instant>,
    done: &mut bool,
    effects: &mut Effects,
    out: &mut Vec<Unit>,
) {
    let first = hit && unit.has_bytes() && !*done && at.is_none();
    match cut.after_ms {
        None if first => {
            *done = true;
            effects.cut = Some(cut.how);
        }
        Some(ms) => {
            if first {
                *at = Some(now + Duration::from_millis(ms));
            }
            out.push(unit);
        }
        None => out.push(unit),
    }
}

fn answer(status: &Status) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} {}\r\n", status.code, status.reason);
    for line in &status.headers {
        text += line;
        text += "\r\n";
    }
    if !matches!(status.code, 204 | 304) {
        text += &format!("Content-Length: {}\r\n", status.body.len());
    }
    text += "Connection: close\r\n\r\n";
    text += &status.body;
    text.into_bytes()
}
