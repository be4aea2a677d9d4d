//! What a link asks to be tested, as it is kept: JSON, written and read here and nowhere else.

use serde::{Deserialize, Serialize};

/// What is tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The words of the methods that must work.
    pub required: Vec<String>,
    /// `quick` or `thorough`.
    pub mode: String,
    /// The words of the methods that are not tried.
    pub skip: Vec<String>,
    /// Endpoints that are tried besides.
    pub endpoints: Vec<Endpoint>,
}

/// An endpoint that a link names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The word of the method by which it is tried.
    pub method: String,
    /// Its URL.
    pub url: String,
    /// The subprotocols that are offered to it, of a WebSocket, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protocols: Vec<String>,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            required: Vec::new(),
            mode: "quick".to_owned(),
            skip: Vec::new(),
            endpoints: Vec::new(),
        }
    }
}

impl Asked {
    /// As it is kept.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Texts and lists of texts: it cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was kept; of a text that is not ours: nothing but a quick check.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_and_what_is_no_question_is_a_quick_check() {
        let asked = Asked {
            required: vec!["web-socket".to_owned()],
            mode: "thorough".to_owned(),
            skip: vec!["polling".to_owned()],
            endpoints: vec![Endpoint {
                method: "web-socket".to_owned(),
                url: "wss://app.example/".to_owned(),
                protocols: vec!["chat.v2".to_owned()],
            }],
        };
        assert_eq!(Asked::of_text(&asked.to_text()), asked);
        let older = r#"{"endpoints":[{"method":"web-socket","url":"wss://app.example/"}]}"#;
        assert_eq!(Asked::of_text(older).endpoints[0].protocols, [""; 0]);
        for text in ["", "{}", "[]", "{\"endpoints\":[{}]}"] {
            assert_eq!(Asked::of_text(text), Asked::default(), "{text}");
        }
    }
}
