//! Passwords: hashed by argon2id, two at once.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::StatusCode;
use tokio::sync::Semaphore;

use crate::Problem;

/// The fewest characters of a password.
pub(crate) const SHORTEST: usize = 12;

/// The most.
pub(crate) const LONGEST: usize = 256;

/// The least that OWASP's Password Storage Cheat Sheet asks for: 19 MiB, two passes, one lane.
const PARAMS: Params = match Params::new(19 * 1_024, 2, 1, None) {
    Ok(params) => params,
    Err(_) => panic!("they are within argon2's bounds"),
};

/// Of no password that anybody knows, by the same parameters: a name that nobody has takes as long as one that somebody has.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG5vYm9keQ$Rm9yIHRob3NlIHdobyBhcmUgbm90IGhlcmUsIGEgZG8";

/// How many are hashed at once.
const AT_ONCE: usize = 2;

/// How many wait for that.
const WAITING: usize = 16;

/// Hashes passwords.
#[derive(Clone, Debug)]
pub(crate) struct Hasher {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            working: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
        }
    }
}

impl Hasher {
    /// The hash to keep, in PHC's string format.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        self.work(move |argon2| {
            argon2
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        })
        .await?
        .map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            Problem::broken()
        })
    }

    /// Whether it is the password of that hash; without one it is not, and that takes as long.
    pub(crate) async fn is_right(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Problem> {
        self.work(move |argon2| {
            let given = hash.as_deref().unwrap_or(NOBODY);
            let is_right = PasswordHash::new(given)
                .is_ok_and(|kept| argon2.verify_password(password.as_bytes(), &kept).is_ok());
            is_right && hash.is_some()
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self.waiting.clone().try_acquire_owned();
        let place = place.map_err(|_| Problem::busy())?;
        let turn = self.working.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Problem::broken())?;
        tokio::task::spawn_blocking(move || {
            // Whoever goes away before the end has still taken their turn.
            let _held = (place, turn);
            work(&Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS))
        })
        .await
        .map_err(|error| {
            tracing::error!(%error, "a password's work ended");
            Problem::broken()
        })
    }
}

impl Problem {
    /// Too many at once.
    const fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(2)
    }

    /// Ours to mend.
    pub(crate) const fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "broken")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_is_right() {
        let hasher = Hasher::default();
        let hash = hasher.hash("correct horse".to_owned()).await.expect("made");
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(!hash.contains("correct"));
        let other = hasher.hash("correct horse".to_owned()).await.expect("made");
        assert_ne!(hash, other, "salted");
        let is_right = async |password: &str, hash: Option<&str>| {
            hasher
                .is_right(password.to_owned(), hash.map(ToOwned::to_owned))
                .await
        };
        assert_eq!(is_right("correct horse", Some(&hash)).await, Ok(true));
        assert_eq!(is_right("correct Horse", Some(&hash)).await, Ok(false));
        assert_eq!(is_right("correct horse", None).await, Ok(false));
        assert_eq!(is_right("correct horse", Some("nonsense")).await, Ok(false));
    }

    #[test]
    fn nobodys_hash_asks_for_the_same_work() {
        let nobody = PasswordHash::new(NOBODY).expect("a hash");
        let params = Params::try_from(&nobody).expect("argon2's");
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (PARAMS.m_cost(), PARAMS.t_cost(), PARAMS.p_cost())
        );
        assert_eq!(nobody.hash.map(|hash| hash.as_ref().len()), Some(32));
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away() {
        let hasher = Hasher::default();
        let ask = || hasher.is_right("x".to_owned(), Some("nonsense".to_owned()));
        let at_work = hasher.working.acquire_many(AT_ONCE as u32).await;
        let all = futures_util::future::join_all((0..40).map(|_| ask()));
        // The crowd is asked before whoever is at work ends.
        let (answers, ()) = tokio::join!(all, async {
            tokio::task::yield_now().await;
            drop(at_work);
        });
        let turned_away = answers.iter().filter(|answer| answer.is_err()).count();
        assert_eq!(turned_away, 40 - AT_ONCE - WAITING);
        assert_eq!(ask().await, Ok(false), "and comes back");
    }
}
