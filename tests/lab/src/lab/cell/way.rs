//! A longer and worse way between browser and router: packets wait, and some never arrive.
//!
//! Some kernels are built without netem; queues to a program (nfnetlink_queue) most of them have.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::str::FromStr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, bail};
use clap::Args;
use nfq::{Message, Queue, Verdict};
use serde::Deserialize;

use super::boxes::Running;
use super::shell;
use crate::lab::scenario::Where;

/// What is added to the cell's own way, which takes no time and loses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Way {
    /// Milliseconds added to every round trip.
    pub(crate) delay_ms: u32,
    /// Packets lost of 1000, each way.
    pub(crate) loss_permille: u32,
    /// How much longer than that a round trip takes at most; from packet to packet it differs.
    pub(crate) jitter_ms: u32,
    /// How much passes in a second, each way; 0: all.
    pub(crate) kbit: u32,
}

/// `120ms-5permille`, `120ms-5permille-40jitter-8000kbit`.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms-{}permille", self.delay_ms, self.loss_permille)?;
        match (self.jitter_ms, self.kbit) {
            (0, 0) => Ok(()),
            (jitter, kbit) => write!(f, "-{jitter}jitter-{kbit}kbit"),
        }
    }
}

impl FromStr for Way {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        const FORM: &str = "it is not of the form 120ms-5permille-40jitter-8000kbit";
        let (delay, rest) = text.split_once("ms-").context(FORM)?;
        let (loss, rest) = rest.split_once("permille").context(FORM)?;
        let more = rest.strip_prefix('-').and_then(|rest| {
            let (jitter, rest) = rest.split_once("jitter-")?;
            Some((jitter, rest.strip_suffix("kbit")?))
        });
        let (jitter, kbit) = match more {
            Some(more) => more,
            None if rest.is_empty() => ("0", "0"),
            None => bail!(FORM),
        };
        Ok(Self {
            delay_ms: delay.parse()?,
            loss_permille: loss.parse()?,
            jitter_ms: jitter.parse()?,
            kbit: kbit.parse()?,
        })
    }
}

impl TryFrom<String> for Way {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

/// The program that holds packets; a cell starts it
#[derive(Clone, Debug, Args)]
pub struct Hold {
    /// How long, and how many are lost
    #[arg(long)]
    way: Way,
    /// What decides which are lost
    #[arg(long)]
    seed: u64,
}

/// The number of the queue, in the router's network only.
const QUEUE: u16 = 0;

/// Of more packets at once the last are lost, as on any way.
const MOST: u32 = 16_384;

/// How long it may take until it holds.
const START: Duration = Duration::from_secs(10);

/// Between two looks at the queue: delays are right within that.
const PACE: Duration = Duration::from_millis(1);

/// Makes the way longer, from now on.
///
/// # Errors
/// The kernel has no queues, or iptables is missing.
pub(super) fn lengthen(way: Way, seed: u64) -> Result<Running> {
    let mut command = shell::command(Where::Router, std::env::current_exe()?);
    command
        .arg("hold")
        .arg(format!("--way={way}"))
        .arg(format!("--seed={seed}"));
    let mut running = Running::start("hold", Where::Router, command)?;
    let deadline = Instant::now() + START;
    while !running.has_queue() {
        running.must_run()?;
        if Instant::now() > deadline {
            bail!("the queue for packets does not open");
        }
        sleep(PACE);
    }
    // On the browser's side, so that a proxy on the router is as far away as the site.
    for end in ["PREROUTING -i lan", "POSTROUTING -o lan"] {
        let rule = format!("iptables -t mangle -A {end} -j NFQUEUE --queue-num {QUEUE}");
        shell::line(Where::Router, &rule).context("iptables (package iptables)")?;
    }
    Ok(running)
}

/// Whether a process has opened a queue in its network.
pub(super) fn has_queue(process: u32) -> bool {
    let queues = format!("/proc/{process}/net/netfilter/nfnetlink_queue");
    fs::read_to_string(queues).is_ok_and(|text| !text.trim().is_empty())
}

/// Holds packets until it is ended.
///
/// # Errors
/// The kernel has no queues, or does not let us.
pub(in crate::lab) fn hold(hold: &Hold) -> Result<()> {
    let mut queue = Queue::open().context("the kernel has no queues for packets")?;
    queue.set_nonblocking(true);
    queue.bind(QUEUE).context("a queue for packets")?;
    queue.set_queue_max_len(QUEUE, MOST)?;
    // Nobody looks into them; of a packet of which nothing is copied not even the length is told.
    queue.set_copy_range(QUEUE, 1)?;
    let one_way = Duration::from_millis(hold.way.delay_ms.into()) / 2;
    let mut random = fastrand::Rng::with_seed(hold.seed);
    let mut out = Direction::default();
    let mut back = Direction::default();
    loop {
        while let Some(mut packet) = received(&mut queue)? {
            if random.u32(0..1000) < hold.way.loss_permille {
                packet.set_verdict(Verdict::Drop);
                queue.verdict(packet)?;
            } else {
                let jitter = random.u32(0..=hold.way.jitter_ms * 500);
                let way = one_way + Duration::from_micros(jitter.into());
                // What comes from the browser's side says by which interface; what goes there, by none.
                match packet.get_indev() {
                    0 => back.hold(packet, way, hold.way.kbit),
                    _ => out.hold(packet, way, hold.way.kbit),
                }
            }
        }
        for direction in [&mut out, &mut back] {
            while let Some(mut packet) = direction.due() {
                packet.set_verdict(Verdict::Accept);
                queue.verdict(packet)?;
            }
        }
        sleep(PACE);
    }
}

/// What goes one way.
#[derive(Default)]
struct Direction {
    held: VecDeque<(Instant, Message)>,
    /// Until then what came before is on its way through the narrowest part.
    free_at: Option<Instant>,
}

impl Direction {
    /// Keeps a packet: behind the last one in the narrowest part, then for the way. None passes another.
    fn hold(&mut self, packet: Message, way: Duration, kbit: u32) {
        let now = Instant::now();
        let bits = packet.get_original_len() as u64 * 8;
        let through = bits * 1_000_000 / u64::from(kbit.max(1)) * u64::from(kbit > 0);
        let begins = self.free_at.map_or(now, |free| free.max(now));
        let passed = begins + Duration::from_nanos(through);
        self.free_at = Some(passed);
        let last = self.held.back().map(|(due, _)| *due);
        let due = last.map_or(passed + way, |last| last.max(passed + way));
        self.held.push_back((due, packet));
    }

    /// The next one whose time has come.
    fn due(&mut self) -> Option<Message> {
        let (due, _) = self.held.front()?;
        if *due > Instant::now() {
            return None;
        }
        self.held.pop_front().map(|(_, packet)| packet)
    }
}

/// The next packet; `None`: there is none yet.
fn received(queue: &mut Queue) -> Result<Option<Message>> {
    match queue.recv() {
        Ok(packet) => Ok(Some(packet)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        // There were too many at once: they are lost.
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NOBUFS.raw_os_error()) => {
            Ok(None)
        }
        Err(error) => Err(error).context("the queue for packets broke"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_read_as_it_is_told() -> Result<()> {
        for text in ["120ms-5permille", "20ms-0permille-80jitter-1000kbit"] {
            assert_eq!(text.parse::<Way>()?.to_string(), text);
        }
        for text in [
            "",
            "120",
            "120ms-5",
            "ms-permille",
            "-1ms-5permille",
            "1ms-5permille-3jitter",
            "1ms-5permille3jitter-4kbit",
        ] {
            assert!(text.parse::<Way>().is_err(), "{text}");
        }
        Ok(())
    }
}
