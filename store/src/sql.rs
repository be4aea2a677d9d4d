//! A question whose conditions are chosen when it is asked. What a person wrote is always bound, never part of the text.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, FromRow};

use crate::Error;

/// A value that stands for `$n`.
#[derive(Clone, Debug)]
enum Bound {
    Text(String),
    Number(i64),
}

/// The text so far, and what is bound to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sql {
    text: String,
    bound: Vec<Bound>,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            bound: Vec::new(),
        }
    }

    /// Adds a text of ours.
    pub(crate) fn add(&mut self, text: &'static str) -> &mut Self {
        self.text += text;
        self
    }

    /// Adds the place of a text.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.bind(Bound::Text(text.to_owned()))
    }

    /// Adds the place of a number.
    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        self.bind(Bound::Number(number))
    }

    /// Adds `('a', 'b')`; nothing is in an empty one.
    pub(crate) fn list<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> &mut Self {
        self.text += "(";
        let mut first = true;
        for text in texts {
            if !first {
                self.text += ", ";
            }
            first = false;
            self.text(text);
        }
        if first {
            self.text += "NULL";
        }
        self.text += ")";
        self
    }

    fn bind(&mut self, value: Bound) -> &mut Self {
        self.bound.push(value);
        self.text += "$";
        self.text += &self.bound.len().to_string();
        self
    }

    /// Ready to be asked.
    pub(crate) fn query(&self) -> Query<'static, Any, AnyArguments> {
        let mut query = sqlx::query(AssertSqlSafe(self.text.clone()));
        for value in &self.bound {
            query = match value {
                Bound::Text(text) => query.bind(text.clone()),
                Bound::Number(number) => query.bind(*number),
            };
        }
        query
    }

    /// All rows of it.
    pub(crate) async fn all<T>(
        &self,
        from: impl sqlx::Executor<'_, Database = Any>,
    ) -> Result<Vec<T>, Error>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let rows = self.query().fetch_all(from).await?;
        Ok(rows.iter().map(T::from_row).collect::<Result<_, _>>()?)
    }
}

/// A pattern of `LIKE … ESCAPE '!'` that finds the text anywhere, whatever is in it.
pub(crate) fn anywhere(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for one in text.chars() {
        if matches!(one, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(one);
    }
    pattern.push('%');
    pattern
}
