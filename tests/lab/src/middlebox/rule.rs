//! Rules: when, and what then.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Deserializer};

use super::head::Head;

/// One rule of a direction.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// How the file calls it: `down[0]`.
    pub(super) name: String,
    pub(super) when: When,
    pub(super) action: Action,
}

/// What must be so; everything that is not said may be as it likes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct When {
    pub(super) first_bytes: Option<String>,
    pub(super) contains: Option<String>,
    pub(super) client_hello: Option<bool>,
    pub(super) sni: Option<String>,
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    pub(super) host: Option<String>,
    pub(super) request: Option<u64>,
    pub(super) request_header: Option<HeaderTest>,
    pub(super) no_request_header: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) response_header: Option<HeaderTest>,
    pub(super) upgraded: Option<bool>,
    pub(super) from_byte: Option<u64>,
    pub(super) frame: Option<u64>,
}

impl When {
    pub(super) fn check(&self, name: &str) -> Result<()> {
        let texts = [
            ("first-bytes", &self.first_bytes),
            ("contains", &self.contains),
        ];
        for (field, text) in texts {
            ensure!(text.as_deref() != Some(""), "{name}.{field}: is empty");
        }
        ensure!(self.frame != Some(0), "{name}.frame: the first is 1");
        ensure!(self.request != Some(0), "{name}.request: the first is 1");
        Ok(())
    }
}

/// `Name`, or `Name: part of the value`; letters' case does not matter.
#[derive(Clone, Debug)]
pub(super) struct HeaderTest {
    name: String,
    part: String,
}

impl HeaderTest {
    pub(super) fn holds(&self, head: &Head) -> bool {
        head.has(&self.name, &self.part)
    }
}

impl<'de> Deserialize<'de> for HeaderTest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let (name, part) = text.split_once(':').unwrap_or((&text, ""));
        if name.trim().is_empty() {
            return Err(serde::de::Error::custom("names no header"));
        }
        Ok(Self {
            name: name.trim().to_owned(),
            part: part.trim().to_ascii_lowercase(),
        })
    }
}

/// What a rule does.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Rewrite(Rewrite),
    Downgrade,
    Hold(Hold),
    Drop(Swallow),
    Cut(Cut),
    Delay(u64),
    Flip(Flip),
    Deflate(Deflate),
    Unmask,
    CloseCode(CloseCode),
    Status(Status),
}

impl Action {
    /// Whether it works on whole WebSocket frames.
    pub(super) const fn needs_frames(&self) -> bool {
        match self {
            Self::Flip(_) | Self::Deflate(_) | Self::Unmask | Self::CloseCode(_) => true,
            Self::Drop(drop) => drop.above.is_some(),
            Self::Hold(hold) => matches!(hold.until, Until::Next),
            Self::Rewrite(rewrite) => rewrite.find.is_some(),
            Self::Cut(cut) => cut.of.is_some(),
            Self::Downgrade | Self::Delay(_) | Self::Status(_) => false,
        }
    }
}

/// A header's value replaced, a header removed or added, or bytes replaced.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Rewrite {
    pub(super) header: Option<String>,
    pub(super) value: Option<String>,
    /// Adds the header where it is missing.
    #[serde(default)]
    pub(super) add: bool,
    pub(super) remove: Option<String>,
    pub(super) find: Option<String>,
    pub(super) replace: Option<String>,
}

/// Bytes kept back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Hold {
    pub(super) until: Until,
    /// The head is kept back too.
    #[serde(default)]
    pub(super) head: bool,
    pub(super) bytes: Option<usize>,
    pub(super) ms: Option<u64>,
    #[serde(default = "megabyte")]
    pub(super) limit: usize,
    #[serde(default)]
    pub(super) over: Over,
}

const fn megabyte() -> usize {
    1 << 20
}

/// What ends a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Until {
    /// The message is complete or the sender has closed.
    Close,
    /// So many bytes are there.
    Block,
    /// So much time is over, again and again.
    Timer,
    /// The next chunk, frame or read has come.
    Next,
    /// An empty line has come, as after an HTTP head.
    HeadEnd,
}

/// What happens to a hold that is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Over {
    /// All of it passes, and what follows too.
    #[default]
    Release,
    /// The connection is cut.
    Cut,
}

/// What vanishes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Swallow {
    /// Heads too.
    #[serde(default)]
    pub(super) head: bool,
    /// Only messages of more bytes than these, whole.
    pub(super) above: Option<u64>,
}

/// The end of a connection.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Cut {
    pub(super) how: How,
    /// What matched passes, and the cut comes later; without it, it comes at once.
    pub(super) after_ms: Option<u64>,
    /// The frames that match are counted: the last so many are taken and kept …
    pub(super) takes: Option<u64>,
    /// … of so many, and with the last of them it is cut.
    pub(super) of: Option<u64>,
    /// One that counts cuts once in the box's life.
    #[serde(skip)]
    pub(super) spent: Arc<AtomicBool>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum How {
    Fin,
    Rst,
}

/// One byte of a frame's payload changed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Flip {
    /// Where; negative counts from the end. In a text the nearest letter or digit before it.
    #[serde(default = "last")]
    pub(super) at: i64,
}

const fn last() -> i64 {
    -1
}

/// What is wrong with compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Deflate {
    /// Claims it in the 101 and marks garbage as compressed.
    Broken,
    /// Claims it in the 101.
    Claim,
    /// Marks garbage as compressed.
    Garbage,
    /// Towards the server: opens what clients compress because of the claim.
    Inflate,
}

/// Another code in a close frame.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CloseCode {
    pub(super) from: Option<u16>,
    pub(super) to: u16,
    pub(super) reason: Option<String>,
}

/// An answer of the box's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Status {
    pub(super) code: u16,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) headers: Vec<String>,
    #[serde(default)]
    pub(super) body: String,
}

/// A rule as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawRule {
    #[serde(default)]
    when: When,
    rewrite: Option<Rewrite>,
    downgrade: Option<bool>,
    hold: Option<Hold>,
    drop: Option<Swallow>,
    cut: Option<Cut>,
    delay: Option<u64>,
    flip: Option<Flip>,
    deflate: Option<Deflate>,
    unmask: Option<bool>,
    close_code: Option<CloseCode>,
    status: Option<Status>,
}

impl RawRule {
    /// The rule, or what is wrong with it, by the field's name.
    pub(super) fn checked(self, name: String, up: bool) -> Result<Rule> {
        self.when.check(&format!("{name}.when"))?;
        if up && self.when.status.is_some() {
            bail!("{name}.when.status: no answer is known on the way up; `upgraded` is");
        }
        if up && self.when.response_header.is_some() {
            bail!("{name}.when.response-header: no answer is known on the way up");
        }
        for (field, set) in [("downgrade", self.downgrade), ("unmask", self.unmask)] {
            ensure!(set != Some(false), "{name}.{field}: false means nothing");
        }
        let actions = [
            ("rewrite", self.rewrite.map(Action::Rewrite)),
            ("downgrade", self.downgrade.map(|_| Action::Downgrade)),
            ("hold", self.hold.map(Action::Hold)),
            ("drop", self.drop.map(Action::Drop)),
            ("cut", self.cut.map(Action::Cut)),
            ("delay", self.delay.map(Action::Delay)),
            ("flip", self.flip.map(Action::Flip)),
            ("deflate", self.deflate.map(Action::Deflate)),
            ("unmask", self.unmask.map(|_| Action::Unmask)),
            ("close-code", self.close_code.map(Action::CloseCode)),
            ("status", self.status.map(Action::Status)),
        ];
        let all = actions.each_ref().map(|(field, _)| *field).join(", ");
        let mut given = actions
            .into_iter()
            .filter_map(|(field, action)| Some((field, action?)));
        let Some((field, action)) = given.next() else {
            bail!("{name}: does nothing; it needs one of {all}");
        };
        if let Some((other, _)) = given.next() {
            bail!("{name}: has both `{field}` and `{other}`; write two rules");
        }
        check(&action, &format!("{name}.{field}"), up)?;
        Ok(Rule {
            name,
            when: self.when,
            action,
        })
    }
}

fn check(action: &Action, name: &str, up: bool) -> Result<()> {
    match action {
        Action::Rewrite(rewrite) => {
            let kinds = [&rewrite.header, &rewrite.remove, &rewrite.find];
            let given = kinds.iter().filter(|kind| kind.is_some()).count();
            ensure!(given == 1, "{name}: needs one of header, remove, find");
            ensure!(
                rewrite.header.is_some() == rewrite.value.is_some(),
                "{name}.value: goes with header"
            );
            ensure!(
                rewrite.find.is_some() == rewrite.replace.is_some(),
                "{name}.replace: goes with find"
            );
            ensure!(rewrite.find.as_deref() != Some(""), "{name}.find: is empty");
        }
        Action::Hold(hold) => {
            let block = hold.until == Until::Block;
            ensure!(
                block == hold.bytes.is_some() && hold.bytes != Some(0),
                "{name}.bytes: goes with until = \"block\", and is not 0"
            );
            let timer = hold.until == Until::Timer;
            ensure!(
                timer == hold.ms.is_some() && hold.ms != Some(0),
                "{name}.ms: goes with until = \"timer\", and is not 0"
            );
            let limit = hold.bytes.unwrap_or(1);
            ensure!(hold.limit >= limit, "{name}.limit: is below bytes");
        }
        Action::Status(status) => {
            ensure!(up, "{name}: only a request (up) can be answered");
            ensure!(
                (200..=599).contains(&status.code),
                "{name}.code: {} is no final status",
                status.code
            );
            for (index, line) in status.headers.iter().enumerate() {
                ensure!(
                    line.contains(':') && !line.contains(['\r', '\n']),
                    "{name}.headers[{index}]: is no `Name: value`"
                );
            }
        }
        Action::Deflate(deflate) => ensure!(
            up == (*deflate == Deflate::Inflate),
            "{name}: `inflate` is for up, the others are for down"
        ),
        Action::Unmask => ensure!(up, "{name}: only clients mask (up)"),
        Action::CloseCode(close) => ensure!(
            (1000..=4999).contains(&close.to),
            "{name}.to: {} is no close code",
            close.to
        ),
        Action::Cut(cut) => ensure!(
            cut.takes.is_some() == cut.of.is_some() && cut.takes <= cut.of,
            "{name}.of: goes with takes, and is not less"
        ),
        Action::Downgrade | Action::Drop(_) | Action::Delay(_) => {}
        Action::Flip(_) => {}
    }
    Ok(())
}
