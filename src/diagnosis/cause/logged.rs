//! Causes that the browser itself named, in a log that the visitor recorded.

use super::fault::Fault;
use super::tls::{cert_untrusted, inspection_ca_untrusted};
use crate::diagnosis::net_error::{claim, is_of_certificate};
use crate::diagnosis::{Code, Strength};
use crate::evidence::Ended;

/// What the log says of a fault.
pub(super) struct Logged {
    pub(super) code: Code,
    pub(super) strength: Strength,
    /// Nothing else can be the cause.
    pub(super) excludes_others: bool,
}

/// Pattern: the browser's log of its own network names the error by which the attempt failed. Meaning: that error's. Rival:
/// none where it names one cause; of a certificate it does not tell who showed it, which the server's half may.
pub(super) fn logged(fault: &Fault<'_>) -> Option<Logged> {
    let failed = fault.ended(Ended::Failed) || fault.ended(Ended::GaveUp);
    let (code, strength) = claim(fault.trace()?.net_error()?)?;
    let there = fault
        .place
        .is_none_or(|place| code.places().contains(&place));
    if !failed || !there {
        return None;
    }
    let of_issuer = code == Code::CertUntrusted;
    let others = of_issuer && inspection_ca_untrusted(fault).is_some();
    let ours = of_issuer && cert_untrusted(fault) > Some(Strength::Possible);
    let (code, strength) = match (others, ours) {
        (true, _) => (Code::InspectionCaUntrusted, Strength::Proved),
        (false, true) => (code, Strength::Proved),
        (false, false) => (code, strength),
    };
    Some(Logged {
        code,
        strength,
        excludes_others: strength == Strength::Proved || is_of_certificate(code),
    })
}
