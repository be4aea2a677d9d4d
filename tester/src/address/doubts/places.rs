//! Scheme, host, port, path, query, fragment, each for itself and against the page.

use std::net::Ipv4Addr;

use super::{Doubts, Severity};
use crate::Kind;
use crate::address::{Reach, is_blocked, names_a_secret, pieces, reach};

/// What servers and proxies take of a first line without being told so (nginx and Apache: 8 kB).
const LONG: usize = 8_000;

impl Doubts<'_> {
    pub(super) fn places(&mut self) {
        self.scheme();
        self.slashes();
        self.user();
        self.host();
        self.port();
        self.path();
        self.query();
        self.fragment();
        self.page();
    }

    fn is_secure(&self) -> bool {
        let scheme = self.parts.map_or("", |parts| parts.scheme.as_str());
        matches!(scheme, "https" | "wss")
    }

    /// The scheme that belongs to the kind, as secure as the one given, or as the page.
    fn wanted(&self, secure: bool) -> &'static str {
        match (self.asked.kind, secure) {
            (Kind::WebSocket, true) => "wss",
            (Kind::WebSocket, false) => "ws",
            (_, true) => "https",
            (_, false) => "http",
        }
    }

    fn scheme(&mut self) {
        let Some(at) = self.split.scheme.clone() else {
            // What stands in its place has been named: a full-width colon, a quotation mark.
            if self.stops() {
                return;
            }
            let start = self.raw.len() - self.raw.trim_start().len();
            let host = self.text(&self.split.host).to_ascii_lowercase();
            let here = matches!(reach(&host), Reach::Loopback | Reach::Unspecified);
            let secure = !here && self.asked.page.protocol != "http:"
                || matches!(reach(&host), Reach::Public);
            let bare = self.raw.trim().trim_start_matches([':', '/', '\\']);
            let fix = format!("{}://{bare}", self.wanted(secure));
            let first = self
                .raw
                .trim_start()
                .chars()
                .next()
                .map_or(0, char::len_utf8);
            self.add(
                "no-scheme",
                "scheme",
                Severity::Stops,
                Some(start..start + first),
            )
            .fix(fix);
            return;
        };
        let scheme = self.text(&at).to_ascii_lowercase();
        let secure = matches!(scheme.as_str(), "https" | "wss");
        let fix = self.with(at.clone(), self.wanted(secure));
        match (scheme.as_str(), self.asked.kind) {
            ("ws" | "wss", Kind::WebSocket)
            | ("http" | "https", Kind::ServerSentEvents | Kind::Http) => {}
            ("http" | "https", Kind::WebSocket) => {
                self.add("http-for-ws", "scheme", Severity::Perhaps, Some(at))
                    .fix(fix)
                    .value(scheme);
            }
            ("ws" | "wss", _) => {
                self.add("ws-for-http", "scheme", Severity::Stops, Some(at))
                    .fix(fix)
                    .value(scheme);
            }
            _ => {
                self.add("other-scheme", "scheme", Severity::Stops, Some(at))
                    .value(scheme);
            }
        }
    }

    fn slashes(&mut self) {
        let at = self.split.slashes.clone();
        let signs = self.text(&at);
        if self.split.scheme.is_some() && signs != "//" && !signs.contains('\\') {
            let fix = self.with(at.clone(), "//");
            self.add("slashes", "scheme", Severity::Perhaps, Some(at))
                .fix(fix);
        }
    }

    fn user(&mut self) {
        let (Some(at), Some(_)) = (self.split.user_info.clone(), &self.split.scheme) else {
            return;
        };
        // `fetch` throws (Fetch § 5.4); the others send them in some browsers and drop them in others.
        let severity = match self.asked.kind {
            Kind::Http => Severity::Stops,
            Kind::WebSocket | Kind::ServerSentEvents => Severity::Perhaps,
        };
        let fix = self.with(at.clone(), "");
        self.add("user-password", "user", severity, Some(at))
            .fix(fix);
    }

    fn host(&mut self) {
        let at = self.split.host.clone();
        if self.split.scheme.is_none() {
            return;
        }
        let written = self.text(&at).to_owned();
        let Some(parts) = self.parts else {
            if written.is_empty() {
                self.add("no-host", "host", Severity::Stops, Some(at));
            } else if written
                .chars()
                .any(|c| "%^|[]{}<>\"`!$&'()*+,;=".contains(c))
                && !(written.starts_with('[') && written.ends_with(']'))
            {
                self.add("bad-host", "host", Severity::Stops, Some(at))
                    .value(written);
            }
            return;
        };
        let host = parts.host.clone();
        match parts.reach {
            Reach::Loopback => {
                self.add("loopback", "host", Severity::Remark, Some(at.clone()))
                    .value(&host);
            }
            Reach::Private if host.contains(['.', ':']) => {
                self.add("private", "host", Severity::Remark, Some(at.clone()))
                    .value(&host)
                    .cause("local-network-access-denied");
            }
            Reach::Private => {
                self.add("one-label", "host", Severity::Perhaps, Some(at.clone()))
                    .value(&host)
                    .cause("dns-failure");
            }
            Reach::Unspecified => {
                let fix = match host.starts_with('[') {
                    true => "[::1]",
                    false => "127.0.0.1",
                };
                let fix = self.with(at.clone(), fix);
                self.add("unspecified", "host", Severity::Perhaps, Some(at.clone()))
                    .value(&host)
                    .fix(fix);
            }
            Reach::Public => {}
        }
        let is_address = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
        if is_address && parts.reach != Reach::Loopback && self.is_secure() {
            self.add(
                "address-and-tls",
                "host",
                Severity::Perhaps,
                Some(at.clone()),
            )
            .value(&host)
            .cause("cert-name-mismatch");
        }
        if is_address
            && !written.is_empty()
            && written != host
            && !written.starts_with('[')
            && written.is_ascii()
        {
            self.add("odd-address", "host", Severity::Perhaps, Some(at.clone()))
                .value(&host);
        }
        if host.split('.').any(|label| label.starts_with("xn--")) {
            self.add("international", "host", Severity::Remark, Some(at.clone()))
                .value(&host);
        }
        if host.ends_with('.') {
            let fix = self.with(at.clone(), written.trim_end_matches('.'));
            self.add("last-dot", "host", Severity::Perhaps, Some(at))
                .fix(fix);
        }
    }

    fn port(&mut self) {
        if self.split.scheme.is_none() {
            return;
        }
        if let Some(at) = self.split.port.clone() {
            let written = self.text(&at).to_owned();
            let is_number = written.bytes().all(|byte| byte.is_ascii_digit());
            if written.is_empty() {
                let fix = self.with(at.start - 1..at.end, "");
                self.add(
                    "empty-port",
                    "port",
                    Severity::Remark,
                    Some(at.start - 1..at.end),
                )
                .fix(fix);
            } else if !is_number && written.is_ascii() {
                self.add("port-no-number", "port", Severity::Stops, Some(at.clone()))
                    .value(&written);
            } else if is_number && written.parse::<u16>().is_err() {
                self.add("port-too-large", "port", Severity::Stops, Some(at.clone()))
                    .value(&written);
            }
        }
        let Some(parts) = self.parts else { return };
        let (port, at) = (parts.port, self.split.port.clone());
        if parts.port_is_default {
            let host_end = self.split.host.end;
            self.add(
                "default-port",
                "port",
                Severity::Remark,
                Some(host_end..host_end),
            )
            .value(port);
        } else if is_blocked(port) {
            self.add("blocked-port", "port", Severity::Stops, at)
                .value(port)
                .cause("browser-blocked-port");
        } else if let (80, true) | (443, false) = (port, self.is_secure()) {
            let cause = "scheme-port-mismatch";
            let code = if port == 80 {
                "tls-on-80"
            } else {
                "plain-on-443"
            };
            let fixed = self
                .split
                .scheme
                .clone()
                .map(|scheme| self.with(scheme, self.wanted(port == 443)));
            let doubt = self.add(code, "port", Severity::Perhaps, at);
            doubt.cause(cause).value(port).fix = fixed;
        }
    }

    fn path(&mut self) {
        let at = self.split.path.clone();
        let path = self.text(&at).to_owned();
        if self.split.scheme.is_none() {
            return;
        }
        if let Some(double) = path.find("//") {
            let mut single = path.clone();
            while single.contains("//") {
                single = single.replace("//", "/");
            }
            let fix = self.with(at.clone(), &single);
            let start = at.start + double;
            self.add(
                "double-slash",
                "path",
                Severity::Perhaps,
                Some(start..start + 2),
            )
            .fix(fix);
        }
        let dots = |part: &str| matches!(part, "." | "..");
        if path.split(['/', '\\']).any(dots)
            && let Some(parts) = self.parts
        {
            let value = parts.path.clone();
            self.add("dots", "path", Severity::Remark, Some(at.clone()))
                .value(value);
        }
        let stray = |text: &str| {
            text.match_indices('%').map(|(at, _)| at).find(|at| {
                let digits = text.as_bytes().get(at + 1..at + 3);
                !digits.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
            })
        };
        for (part, at) in [("path", at.clone()), ("query", self.split.query.clone())] {
            if let Some(percent) = stray(self.text(&at)) {
                let start = at.start + percent;
                let fix = self.with(start..start + 1, "%25");
                self.add(
                    "stray-percent",
                    part,
                    Severity::Perhaps,
                    Some(start..start + 1),
                )
                .fix(fix);
            }
        }
        let plain = |c: char| c.is_ascii() || c.is_whitespace();
        let wide = at.start..self.split.query.end;
        if let Some((offset, c)) = self.text(&wide).char_indices().find(|(_, c)| !plain(*c)) {
            let start = wide.start + offset;
            let part = if start < at.end { "path" } else { "query" };
            self.add(
                "not-ascii",
                part,
                Severity::Remark,
                Some(start..start + c.len_utf8()),
            )
            .value(c);
        }
        if self.raw.len() > LONG {
            let bytes = self.raw.len();
            self.add("long", "text", Severity::Perhaps, None)
                .value(bytes);
        }
    }

    fn query(&mut self) {
        let at = self.split.query.clone();
        let query = self.text(&at);
        let secret = pieces(query)
            .into_iter()
            .find(|one| names_a_secret(&one.name));
        if let Some(secret) = secret
            && self.split.scheme.is_some()
        {
            self.add("secret", "query", Severity::Remark, Some(at.clone()))
                .value(secret.name);
        }
        let query = self.text(&at);
        if let Some(second) = query.get(1..).and_then(|rest| rest.find('?')) {
            let start = at.start + 1 + second;
            let fix = self.with(start..start + 1, "&");
            self.add(
                "second-question-mark",
                "query",
                Severity::Perhaps,
                Some(start..start + 1),
            )
            .fix(fix);
        }
    }

    fn fragment(&mut self) {
        let at = self.split.fragment.clone();
        if at.is_empty() || self.split.scheme.is_none() {
            return;
        }
        // Some browsers drop it, as WebSockets § 3 now says; others throw, Chromium 156 among them.
        let severity = match self.asked.kind {
            Kind::WebSocket => Severity::Perhaps,
            Kind::ServerSentEvents | Kind::Http => Severity::Remark,
        };
        let fix = self.with(at.clone(), "");
        self.add("fragment", "fragment", severity, Some(at))
            .fix(fix);
    }

    /// What the page has against it (Mixed Content § 4).
    fn page(&mut self) {
        let Some(parts) = self.parts else { return };
        if self.is_secure() {
            return;
        }
        let scheme = self.split.scheme.clone();
        let fix = scheme.clone().map(|at| self.with(at, self.wanted(true)));
        let page_is_secure = self.asked.page.protocol == "https:";
        let (code, severity) = match (page_is_secure, parts.reach) {
            // Chromium and Firefox take loopback for secure, WebKit does not.
            (true, Reach::Loopback) => ("mixed-content-loopback", Severity::Perhaps),
            (true, Reach::Public) => ("mixed-content", Severity::Stops),
            // Chromium asks the person for some of these (Local Network Access).
            (true, _) => ("mixed-content", Severity::Perhaps),
            (false, Reach::Public) => ("plain", Severity::Remark),
            (false, _) => return,
        };
        let doubt = self.add(code, "scheme", severity, scheme);
        doubt.fix = fix;
        if page_is_secure {
            doubt.cause("mixed-content-ws");
        }
    }
}
