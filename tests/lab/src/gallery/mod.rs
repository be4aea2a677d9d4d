//! The page in every state that it has, without waiting for a network to come to it: [`STATES`] lists them, [`command`] takes
//! their pictures.

mod desk;
mod saved;
mod shots;
mod states;

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::browser::Running;

pub use saved::saved;
pub use shots::{Shots, command};
pub use states::{STATES, State};

/// How long a page may take to come to its state.
const SOON: Duration = Duration::from_secs(30);

/// How a state is shown.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The language's tag.
    pub lang: &'a str,
    /// `light` or `dark`.
    pub theme: &'a str,
    /// A script's expression for texts of its own; none: the language's.
    pub texts: Option<&'a str>,
}

impl State<'_> {
    /// Brings a browser's page to this state, and gives what the script returns. `page`: a check page on a running server.
    ///
    /// # Errors
    /// It does not come to it.
    pub async fn show(&self, browser: &Running, page: &str, look: Look<'_>) -> Result<Value> {
        let Look { lang, theme, texts } = look;
        let report = match self.case {
            Some(case) => saved(&format!("{case}.json.gz"))?,
            None => Value::Null,
        };
        browser
            .goto(&format!("{page}?lang={lang}&theme={theme}"))
            .await?;
        let (lang, theme) = (json!(lang), json!(theme));
        let script = format!(
            "const report = {report}; const lang = {lang}; const theme = {theme}; const texts = {};
            {} {}",
            texts.unwrap_or("null"),
            states::PRELUDE,
            self.script
        );
        browser
            .run_async(&script, SOON)
            .await
            .with_context(|| format!("{} in {lang}", self.name))
    }
}
