//! What an app needs of its push method.

use serde::{Deserialize, Serialize};

/// What an app needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Need {
    /// How often the page sends.
    pub uplink: Often,
    /// How often the server sends: `rare` or `frequent`.
    pub downlink: Often,
    /// How late a message may come, ms.
    pub latency_ms: u32,
    /// Whose networks it has to work in.
    pub audience: Audience,
    /// How many servers answer for the app.
    pub servers: Servers,
    /// JavaScript at both ends, so that one library can serve both.
    pub javascript_both_ends: bool,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Often {
    /// Never.
    None,
    /// Now and then: a request each is no matter.
    Rare,
    /// Several times a second, or all the time.
    Frequent,
}

/// Whose networks an app has to work in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Anybody's.
    Any,
    /// Those of companies too, with their proxies and filters.
    Enterprise,
}

/// How many servers answer for an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Servers {
    /// One, or each visitor stays with one.
    One,
    /// Many, and each request may reach another.
    Many,
}

impl Need {
    /// Where nothing is said: both directions rarely, within a second, for anybody, from one server.
    pub const USUAL: Self = Self {
        uplink: Often::Rare,
        downlink: Often::Rare,
        latency_ms: 1_000,
        audience: Audience::Any,
        servers: Servers::One,
        javascript_both_ends: false,
    };

    /// The presets, by name.
    pub const PRESETS: [(&'static str, Self); 5] = [
        (
            "chat",
            Self {
                latency_ms: 500,
                ..Self::USUAL
            },
        ),
        (
            "game",
            Self {
                uplink: Often::Frequent,
                downlink: Often::Frequent,
                latency_ms: 100,
                ..Self::USUAL
            },
        ),
        (
            "live-prices",
            Self {
                uplink: Often::None,
                downlink: Often::Frequent,
                ..Self::USUAL
            },
        ),
        (
            "collaboration",
            Self {
                uplink: Often::Frequent,
                downlink: Often::Frequent,
                latency_ms: 300,
                ..Self::USUAL
            },
        ),
        (
            "notifications",
            Self {
                uplink: Often::None,
                latency_ms: 30_000,
                ..Self::USUAL
            },
        ),
    ];

    /// The preset of that name.
    pub fn preset(name: &str) -> Option<Self> {
        let named = |preset: &&(&str, Self)| preset.0 == name;
        Self::PRESETS.iter().find(named).map(|preset| preset.1)
    }
}
