//! Who answers, and its clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use pushcheck::time::Micros;
use pushcheck::wire;

/// One process of the server: its random id and its clock, which nothing sets.
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) instance: wire::Instance,
    began: Instant,
}

impl Clock {
    /// A new instance, born now.
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            instance: wire::Instance {
                id: hex(&crate::random::<8>()?),
                started_at: wall(),
            },
            began: Instant::now(),
        })
    }

    /// Since the instance began.
    pub(crate) fn now(&self) -> Micros {
        Micros(u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The timer's instant of a point on this clock.
    pub(crate) fn instant(&self, at: Micros) -> tokio::time::Instant {
        (self.began + std::time::Duration::from_micros(at.0)).into()
    }

    /// The instance's id.
    pub(crate) fn id(&self) -> &str {
        &self.instance.id
    }
}

/// ms since 1970.
pub(crate) fn wall() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The same as the store has it.
pub(crate) fn wall_ms() -> pushcheck_store::Ms {
    i64::try_from(wall()).unwrap_or(i64::MAX)
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .map(|d| char::from(DIGITS[usize::from(d)]))
        .collect()
}
