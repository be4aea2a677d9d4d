//! Flags and environment.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::config::{
    BasePath, Behind, Config, ConfigError, Identity, ORGANISATION, RefuseUpgrades, StaffConfig,
};
use crate::limits::Limits;
use crate::origin::{EmbedOrigin, Origin};
use crate::page::Endpoint;

use pushcheck_store::Place;

/// The probe server of pushcheck: serves the check page, answers every push method, remembers what it saw of a run.
///
/// Lines on standard output: one URL per listener, then the fingerprint of a development certificate. The log goes to
/// standard error. SIGTERM or SIGINT: streams and sockets are told to end, then the program ends.
#[derive(Debug, clap::Parser)]
#[command(name = "pushcheck-server", version)]
pub struct Args {
    /// Address and port for plain HTTP; port 0 takes a free one (repeatable)
    #[arg(
        long,
        env = "PUSHCHECK_LISTEN",
        value_name = "ADDR",
        value_delimiter = ',',
        default_value = "127.0.0.1:8787"
    )]
    listen: Vec<SocketAddr>,
    /// Address and port for HTTPS, HTTP/1.1 and HTTP/2 (repeatable)
    #[arg(
        long,
        env = "PUSHCHECK_TLS_LISTEN",
        value_name = "ADDR",
        value_delimiter = ','
    )]
    tls_listen: Vec<SocketAddr>,
    /// The certificate chain, PEM
    #[arg(
        long,
        env = "PUSHCHECK_CERT",
        value_name = "FILE",
        requires = "key",
        conflicts_with = "tls_dev"
    )]
    cert: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(long, env = "PUSHCHECK_KEY", value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Make a certificate for localhost, 127.0.0.1 and ::1 that lives as long as the process; for development
    #[arg(long, env = "PUSHCHECK_TLS_DEV", requires = "tls_listen")]
    tls_dev: bool,
    /// Address and port for HTTPS with a certificate that no browser may accept, made at start: self-signed, expired and
    /// for no name. Where something broke, pages ask for an answer from there: that one comes shows that somebody on the
    /// way opens TLS, and accepts anything
    #[arg(long, env = "PUSHCHECK_BAD_CERTIFICATE_LISTEN", value_name = "ADDR")]
    bad_certificate_listen: Option<SocketAddr>,
    /// The path under which everything stands, so that it can be mounted beside an application
    #[arg(
        long,
        env = "PUSHCHECK_BASE_PATH",
        value_name = "PATH",
        default_value = "/"
    )]
    base_path: BasePath,
    /// A path of the application's that probes may wear as well, so that rules which go by it are met: `/socket.io`
    /// (repeatable; each is a lane, `alias-socket-io`, that pages may ask for)
    #[arg(
        long,
        env = "PUSHCHECK_ALIAS",
        value_name = "PATH",
        value_delimiter = ','
    )]
    alias: Vec<BasePath>,
    /// An origin whose pages may open WebSockets here, besides our own: `https://app.example`, `null` or `*`
    /// (repeatable)
    #[arg(
        long,
        env = "PUSHCHECK_EMBED_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    embed_origin: Vec<EmbedOrigin>,
    /// Where visitors reach this server, when not at the listeners themselves: `https://check.example` (repeatable;
    /// each is a lane, and the listeners are none then). Through the first the server tries every method itself, at start,
    /// every five minutes and on POST v1/outside-in, and tells in v1/about which pass. There it also tells the addresses of
    /// these names as its own resolver says them, so that they can be exempted
    #[arg(
        long,
        env = "PUSHCHECK_PUBLIC_URL",
        value_name = "URL",
        value_delimiter = ','
    )]
    public_url: Vec<Origin>,
    /// An address under which visitors find these names, told in v1/about instead of what the server's own resolver says
    /// (repeatable): where the names lead to a CDN, or to other addresses inside than outside
    #[arg(
        long,
        env = "PUSHCHECK_ADDRESS",
        value_name = "IP",
        value_delimiter = ',',
        requires = "public_url"
    )]
    address: Vec<IpAddr>,
    /// A certificate authority to trust in these tries, PEM, besides the system's (or those in SSL_CERT_FILE)
    #[arg(
        long,
        env = "PUSHCHECK_OUTSIDE_IN_CA",
        value_name = "FILE",
        requires = "public_url"
    )]
    outside_in_ca: Option<PathBuf>,
    /// The operator's own proxy in front, by name (nginx, …): TLS and TCP that the server sees are the proxy's then
    #[arg(long, env = "PUSHCHECK_BEHIND", value_name = "NAME")]
    behind: Option<String>,
    /// An address of that proxy, whose X-Forwarded-For is believed (repeatable; default: loopback)
    #[arg(
        long,
        env = "PUSHCHECK_TRUST",
        value_name = "IP",
        value_delimiter = ',',
        requires = "behind"
    )]
    trust: Vec<IpAddr>,
    /// Also open WebSockets whose handshake has lost its Upgrade and Connection on the way: shows whether a proxy that
    /// removes them lets frames through; HTTP/1.1 only, and no server that applications should imitate
    #[arg(long, env = "PUSHCHECK_LENIENT")]
    lenient: bool,
    /// Refuse every WebSocket as a server does that has this against it, and say so: rehearses what pages and admins see
    /// then; all other methods are answered as ever, and no server that applications should imitate
    #[arg(
        long,
        env = "PUSHCHECK_REFUSE_UPGRADES",
        value_name = "WHY",
        value_enum
    )]
    refuse_upgrades: Option<RefuseUpgrades>,
    /// Serve tester.html, the page that tries any endpoint from the visitor's browser, although a base path is set; without one
    /// it always is
    #[arg(long, env = "PUSHCHECK_TESTER")]
    tester: bool,
    /// An endpoint that links to tester.html may fill in and support links may name: `wss://app.example`,
    /// `https://*.app.example`, `http://127.0.0.1:9000` (repeatable, up to 50; default: for tester.html any public host, for
    /// support links none; private addresses only when listed). The check page may connect to those that are listed
    #[arg(
        long,
        env = "PUSHCHECK_ALLOW_ENDPOINT",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    allow_endpoint: Vec<Endpoint>,
    /// The folder in which links and reports are kept (SQLite; made where it is missing). Default: in memory, where they end
    /// with the process; with --staff-listen: pushcheck-data
    #[arg(
        long,
        env = "PUSHCHECK_DATA",
        value_name = "DIR",
        conflicts_with = "database"
    )]
    data: Option<PathBuf>,
    /// The database in which several nodes keep them together: `postgres://user@host/name`
    #[arg(long, env = "PUSHCHECK_DATABASE", value_name = "URL", hide_env_values = true, value_parser = database)]
    database: Option<String>,
    /// How many days reports and ended links are kept
    #[arg(
        long,
        env = "PUSHCHECK_KEEP_DAYS",
        value_name = "N",
        default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(1..=3650)
    )]
    keep_days: u32,
    /// Address and port for staff: sign-in, links, the inbox of reports. Plain HTTP: reach it through a tunnel, or through a
    /// proxy that speaks TLS and is named by --staff-origin. Never the same as what customers reach
    #[arg(long, env = "PUSHCHECK_STAFF_LISTEN", value_name = "ADDR")]
    staff_listen: Option<SocketAddr>,
    /// The origin under which staff reach that listener: `https://staff.example`; default: where it listens
    #[arg(
        long,
        env = "PUSHCHECK_STAFF_ORIGIN",
        value_name = "ORIGIN",
        requires = "staff_listen"
    )]
    staff_origin: Option<Origin>,
    /// Let webhooks go to private addresses and over plain HTTP: for receivers in the same network
    #[arg(
        long,
        env = "PUSHCHECK_ALLOW_PRIVATE_WEBHOOKS",
        requires = "staff_listen"
    )]
    allow_private_webhooks: bool,
    /// Who asks for a check, in customers' eyes: "ACME support"
    #[arg(long, env = "PUSHCHECK_ORGANISATION", value_name = "NAME", default_value = ORGANISATION, value_parser = organisation)]
    organisation: String,
    /// Where else customers reach this check, should the usual address be blocked for them: `https://check2.example`
    /// (repeatable)
    #[arg(
        long,
        env = "PUSHCHECK_ALTERNATE_URL",
        value_name = "URL",
        value_delimiter = ','
    )]
    alternate_url: Vec<Origin>,
    /// Read the page's files from a folder instead of from inside the program
    #[arg(long, env = "PUSHCHECK_WWW", value_name = "DIR", hide = true)]
    www: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Limits")]
    limits: Limits,
    /// How the log is made.
    #[command(flatten, next_help_heading = "Log")]
    pub log: Log,
}

impl Args {
    /// What [`crate::bind`] takes.
    ///
    /// # Errors
    /// Names the flag that is missing.
    pub fn into_config(self) -> Result<Config, ConfigError> {
        let identity = match (self.cert, self.key) {
            (Some(cert), Some(key)) => Some(Identity::Files { cert, key }),
            _ if self.tls_dev => Some(Identity::Development),
            _ if self.tls_listen.is_empty() => None,
            _ => {
                return Err(ConfigError(
                    "--tls-listen needs --cert and --key, or --tls-dev",
                ));
            }
        };
        if self.allow_endpoint.len() > ENDPOINTS {
            return Err(ConfigError("--allow-endpoint: 50 at most"));
        }
        let loopback = || {
            vec![
                IpAddr::from([127, 0, 0, 1]),
                IpAddr::from(std::net::Ipv6Addr::LOCALHOST),
            ]
        };
        Ok(Config {
            listen: self.listen,
            tls_listen: self.tls_listen,
            identity,
            bad_certificate_listen: self.bad_certificate_listen,
            base_path: self.base_path,
            aliases: self.alias,
            embed_origins: self.embed_origin,
            public_urls: self.public_url,
            addresses: self.address,
            outside_in_ca: self.outside_in_ca,
            behind: self.behind.map(|name| Behind {
                name,
                trusted: if self.trust.is_empty() {
                    loopback()
                } else {
                    self.trust
                },
            }),
            lenient: self.lenient,
            refuse_upgrades: self.refuse_upgrades,
            tester: self.tester,
            allow_endpoints: self.allow_endpoint,
            place: match (self.database, self.data, self.staff_listen) {
                (Some(url), ..) => Place::Postgres(url),
                (None, Some(folder), _) => Place::Folder(folder),
                (None, None, Some(_)) => Place::Folder("pushcheck-data".into()),
                (None, None, None) => Place::Memory,
            },
            keep_days: self.keep_days,
            staff: self.staff_listen.map(|listen| StaffConfig {
                listen,
                origin: self.staff_origin,
                allow_private_webhooks: self.allow_private_webhooks,
            }),
            organisation: self.organisation,
            alternate_urls: self.alternate_url,
            limits: self.limits,
            www: self.www,
        })
    }
}

/// So many go into a policy, which is a header that proxies must pass.
const ENDPOINTS: usize = 50;

/// What is shown to customers: one line, and not a long one.
fn organisation(text: &str) -> Result<String, ConfigError> {
    let text = text.trim();
    match (1..=80).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err(ConfigError("a name has up to 80 characters, on one line")),
    }
}

fn database(text: &str) -> Result<String, ConfigError> {
    match text.starts_with("postgres://") || text.starts_with("postgresql://") {
        true => Ok(text.to_owned()),
        false => Err(ConfigError("a database is postgres://…")),
    }
}

/// How the log is made.
#[derive(Clone, Debug, clap::Args)]
pub struct Log {
    /// What is logged: off, error, warn, info, debug, or a filter as of `tracing`
    #[arg(
        long = "log",
        env = "PUSHCHECK_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    filter: String,
}

impl Log {
    /// Logs to standard error from now on; does nothing where somebody already does.
    pub fn start(&self) {
        use std::io::IsTerminal;
        use tracing_subscriber::filter::{EnvFilter, filter_fn};
        use tracing_subscriber::prelude::*;
        // The libraries' own lines would show heads, and with them what is nobody's business.
        let ours = filter_fn(|line| line.target().starts_with("pushcheck"));
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal());
        let filter = EnvFilter::builder().parse_lossy(&self.filter);
        let _ = tracing_subscriber::registry()
            .with(lines)
            .with(filter)
            .with(ours)
            .try_init();
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn flags_are_consistent_and_all_explained() {
        Args::command().debug_assert();
        for flag in Args::command().get_arguments() {
            assert!(
                flag.get_help().is_some(),
                "{} is not explained",
                flag.get_id()
            );
            assert!(
                flag.get_env()
                    .is_some_and(|env| env.to_string_lossy().starts_with("PUSHCHECK_"))
            );
        }
    }

    #[test]
    fn a_tls_listener_without_a_certificate_is_an_error_that_says_so() {
        let args = Args::try_parse_from(["pushcheck-server", "--tls-listen", "127.0.0.1:0"])
            .expect("parses");
        assert!(
            args.into_config()
                .expect_err("no certificate")
                .to_string()
                .contains("--tls-dev")
        );
    }
}
