//! Templates: `{{name}}` becomes what it stands for, in configuration files and in the words of a scenario.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// What names stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Values(BTreeMap<String, String>);

impl Values {
    /// Lets a name stand for something.
    ///
    /// # Errors
    /// It stands for something already.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) -> Result<()> {
        let name = name.into();
        match self.0.insert(name.clone(), value.into()) {
            None => Ok(()),
            Some(_) => bail!("{{{{{name}}}}} stands for two things"),
        }
    }

    /// A text with every name replaced.
    ///
    /// # Errors
    /// Names what stands for nothing, or is not closed.
    pub(crate) fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let (name, after) = after
                .split_once("}}")
                .with_context(|| format!("“{{{{” is not closed in: {}", line(after)))?;
            match self.0.get(name.trim()) {
                Some(value) => filled.push_str(value),
                None => bail!("{{{{{name}}}}} stands for nothing"),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// All texts filled.
    ///
    /// # Errors
    /// As for one.
    pub(crate) fn fill_all(&self, texts: &[String]) -> Result<Vec<String>> {
        texts.iter().map(|text| self.fill(text)).collect()
    }
}

fn line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// A number, or the template that becomes one.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a number, or a text that becomes one")]
pub(crate) enum Number {
    /// Itself.
    Plain(u32),
    /// A template.
    Text(String),
}

impl Number {
    /// The number.
    ///
    /// # Errors
    /// The template becomes none.
    pub(crate) fn fill(&self, values: &Values) -> Result<u32> {
        match self {
            Self::Plain(number) => Ok(*number),
            Self::Text(text) => {
                let filled = values.fill(text)?;
                filled
                    .parse()
                    .with_context(|| format!("{text} becomes “{filled}”, which is no number"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Result<Values> {
        let mut values = Values::default();
        values.set("port", "8443")?;
        values.set("cert.good", "/x/good.pem")?;
        Ok(values)
    }

    #[test]
    fn names_are_replaced_and_braces_of_others_stay() -> Result<()> {
        let filled = values()?.fill("listen {{port}} ssl; # { $x } {{ cert.good }}")?;
        assert_eq!(filled, "listen 8443 ssl; # { $x } /x/good.pem");
        assert_eq!(Number::Text("{{port}}".to_owned()).fill(&values()?)?, 8443);
        Ok(())
    }

    #[test]
    fn what_stands_for_nothing_is_named() -> Result<()> {
        let values = values()?;
        let said = |text: &str| values.fill(text).expect_err(text).to_string();
        assert!(said("a {{prot}} b").contains("prot"));
        assert!(said("a {{port b").contains("not closed"));
        let number = Number::Text("{{cert.good}}".to_owned());
        assert!(number.fill(&values).is_err());
        Ok(())
    }

    #[test]
    fn a_name_stands_for_one_thing_only() -> Result<()> {
        assert!(values()?.set("port", "1").is_err());
        Ok(())
    }
}
