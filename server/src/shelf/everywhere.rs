//! The same where nodes share a store: one shelf for all of them, whichever a request comes to.

use std::time::Duration;

use pushcheck_store::{Error, Store};
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// So many of this node's questions are under way at once: strangers must not keep the store from what it is for.
const AT_ONCE: usize = 2;

/// After so long a question is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The store's shelves.
#[derive(Debug)]
pub(crate) struct Everywhere {
    pub(crate) store: Store,
    turns: Semaphore,
}

impl Everywhere {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// What the store says; where it cannot, the same may be asked again.
    pub(crate) async fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Problem> {
        let asked = async {
            let _turn = self.turns.acquire().await.map_err(|_| Error::Conflict)?;
            question.await
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(told)) => Ok(told),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the store does not answer what strangers ask of it");
                Err(Problem::overloaded())
            }
            Err(_) => Err(Problem::overloaded()),
        }
    }
}
