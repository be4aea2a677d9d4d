//! Causes that the browser itself named, in a log that the visitor recorded.

use super::fault::Fault;
use super::tls::{cert_untrusted, inspection_ca_untrusted};
use crate::diagnosis::net_error::claim;
use crate::diagnosis::{Code, Strength};

/// Pattern: the browser's log of its own network names the error by which the attempt failed. Meaning: that error's. Rival:
/// none where it names one cause; of a certificate whose issuer is not trusted it does not tell who showed it, which the
/// server's half may.
pub(super) fn logged(fault: &Fault<'_>) -> Option<(Code, Strength)> {
    let (code, strength) = claim(fault.trace()?.net_error()?)?;
    if code != Code::CertUntrusted {
        return Some((code, strength));
    }
    let by_others = inspection_ca_untrusted(fault).is_some();
    let ours = cert_untrusted(fault).is_some();
    Some(match (by_others, ours) {
        (true, _) => (Code::InspectionCaUntrusted, Strength::Proved),
        (false, true) => (code, Strength::Proved),
        (false, false) => (code, Strength::Possible),
    })
}
