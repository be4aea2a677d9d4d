//! The three browsers, their drivers, and the environment by which everything we start finds them.

use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;

use super::program::Program;

/// A browser that checks run in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Browser {
    /// Chromium or Chrome.
    Chromium,
    /// Firefox or its ESR.
    Firefox,
    /// WebKitGTK's MiniBrowser, which is not Safari.
    Webkit,
}

const CHROMIUM: Program = Program {
    variable: "CHROMIUM",
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
    debian: &["chromium"],
    ubuntu: &["chromium-browser"],
    why: "runs checks in Chromium",
};
const CHROMEDRIVER: Program = Program {
    variable: "CHROMEDRIVER",
    names: &["chromedriver", "chromium.chromedriver"],
    debian: &["chromium-driver"],
    ubuntu: &["chromium-chromedriver"],
    why: "drives Chromium",
};
const FIREFOX: Program = Program {
    variable: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    debian: &["firefox-esr"],
    ubuntu: &["firefox"],
    why: "runs checks in Firefox",
};
const WEBKITDRIVER: Program = Program {
    variable: "WEBKITDRIVER",
    names: &["WebKitWebDriver"],
    debian: &["webkit2gtk-driver"],
    ubuntu: &["webkit2gtk-driver"],
    why: "drives WebKitGTK",
};
const MINIBROWSER: Program = Program {
    variable: "MINIBROWSER",
    names: &[
        "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/*/webkit2gtk-4.0/MiniBrowser",
        "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
        "/usr/libexec/*/MiniBrowser",
    ],
    debian: &["webkit2gtk-driver"],
    ubuntu: &["webkit2gtk-driver"],
    why: "runs checks in WebKitGTK",
};
const XVFB: Program = Program {
    variable: "XVFB",
    names: &["Xvfb"],
    debian: &["xvfb"],
    ubuntu: &["xvfb"],
    why: "the screen that WebKitGTK draws on",
};

impl Browser {
    /// All of them, in the order in which they run.
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// Its name on our command lines.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// What it needs from the machine's packages (geckodriver comes from crates.io).
    pub(crate) fn programs(self) -> &'static [Program] {
        match self {
            Self::Chromium => &[CHROMIUM, CHROMEDRIVER],
            Self::Firefox => &[FIREFOX],
            Self::Webkit => &[WEBKITDRIVER, MINIBROWSER, XVFB],
        }
    }
}

/// Variables by which a program we start finds browsers, drivers and the screen.
#[derive(Default)]
pub(crate) struct BrowserEnv(Vec<(&'static str, PathBuf)>);

impl BrowserEnv {
    /// The variables of every program of these browsers that is on the machine.
    pub(crate) fn of(browsers: &[Browser], geckodriver: Option<PathBuf>) -> Self {
        let programs = browsers.iter().flat_map(|browser| browser.programs());
        let mut found: Vec<_> = programs
            .filter_map(|p| Some((p.variable, p.find()?)))
            .collect();
        found.extend(geckodriver.map(|path| ("GECKODRIVER", path)));
        Self(found)
    }

    /// Where one of the programs is.
    pub(crate) fn path(&self, variable: &str) -> Option<&PathBuf> {
        self.0
            .iter()
            .find(|(name, _)| *name == variable)
            .map(|(_, path)| path)
    }

    /// Sets them all.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.envs(self.0.iter().map(|(name, path)| (name, path)));
    }
}
