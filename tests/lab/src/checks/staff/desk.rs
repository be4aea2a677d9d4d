//! Servers with a listener for staff, in processes of their own, so that they can be killed and started again.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Result, bail};
use pushcheck_postgres::Postgres;
use tempfile::TempDir;

use super::front::Front;
use crate::browser::Browser;
use crate::port;
use crate::server::Killable;

const WHO: &str = "--organisation=ACME support";

/// One server that keeps what it is given in a folder, or three nodes that share a database.
#[derive(Debug)]
pub(super) struct Desk {
    nodes: Vec<Node>,
    page: String,
    /// Where the first user chooses a password.
    pub(super) invitation: String,
    _fronts: Vec<Front>,
    _postgres: Option<Arc<Postgres>>,
    _folder: TempDir,
}

#[derive(Debug)]
struct Node {
    flags: Vec<String>,
    server: Killable,
}

impl Node {
    async fn start(flags: Vec<String>, besides: &[&str]) -> Result<Self> {
        let server = started(&flags, besides).await?;
        Ok(Self { flags, server })
    }
}

impl Desk {
    /// One server, for a browser, with these flags besides.
    pub(super) async fn start(browser: Browser, besides: &[&str]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        let (public, staff) = (free()?, free()?);
        let data = folder.path().join("data").to_string_lossy().into_owned();
        let mut flags = vec![
            format!("--listen={public}"),
            format!("--staff-listen={staff}"),
            format!("--data={data}"),
            WHO.to_owned(),
        ];
        // WebKitGTK keeps no cookie that is `Secure` of a page that is not, on loopback either.
        let front = match browser {
            Browser::Webkit => Some(Front::tls(&[staff], folder.path()).await?),
            Browser::Chromium | Browser::Firefox => None,
        };
        flags.extend(front.as_ref().map(Front::staff_origin));
        let mut node = Node::start(flags, besides).await?;
        Ok(Self {
            page: node.server.page().to_owned(),
            invitation: invitation(&mut node).await?,
            nodes: vec![node],
            _fronts: front.into_iter().collect(),
            _postgres: None,
            _folder: folder,
        })
    }

    /// Three nodes with one database: each request of a customer, and of staff over TLS, goes to the next one.
    pub(super) async fn of_three(besides: &[&str]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("pushcheck-").tempdir()?;
        let (postgres, database) = tokio::task::spawn_blocking(|| {
            let postgres = Postgres::shared()?;
            let database = postgres.database()?;
            Ok::<_, std::io::Error>((postgres, database))
        })
        .await??;
        let (public, staff) = ([free()?, free()?, free()?], [free()?, free()?, free()?]);
        let customers = Front::plain(&public, folder.path()).await?;
        let own = Front::tls(&staff, folder.path()).await?;
        let page = format!("http://{}/", customers.address());
        let (mut nodes, mut invited) = (Vec::new(), String::new());
        for (public, staff) in public.into_iter().zip(staff) {
            let flags = vec![
                format!("--listen={public}"),
                format!("--staff-listen={staff}"),
                own.staff_origin(),
                format!("--public-url={page}"),
                format!("--database={database}"),
                "--behind=haproxy".to_owned(),
                WHO.to_owned(),
            ];
            let mut node = Node::start(flags, besides).await?;
            // Whoever starts before anybody has come in makes a new one, and the earlier ones end.
            invited = invitation(&mut node).await?;
            nodes.push(node);
        }
        Ok(Self {
            nodes,
            page,
            invitation: invited,
            _fronts: vec![customers, own],
            _postgres: Some(postgres),
            _folder: folder,
        })
    }

    /// Where customers reach it.
    pub(super) fn page(&self) -> &str {
        &self.page
    }

    /// Ends all as a crash would.
    pub(super) fn kill_all(&mut self) {
        for node in &mut self.nodes {
            node.server.kill();
        }
    }

    /// Ends one node as a crash would.
    pub(super) fn kill(&mut self, node: usize) {
        self.nodes[node].server.kill();
    }

    /// Ends one node after another so, and starts each again on what was kept, with these flags besides.
    pub(super) async fn again(&mut self, besides: &[&str]) -> Result<()> {
        for node in &mut self.nodes {
            node.server.kill();
            node.server = started(&node.flags, besides).await?;
        }
        Ok(())
    }
}

async fn invitation(node: &mut Node) -> Result<String> {
    node.server
        .says("first sign-in, once, within a day: ")
        .await
}

/// The built server with these flags.
async fn started(flags: &[String], besides: &[&str]) -> Result<Killable> {
    let flags = flags.iter().map(String::as_str);
    let flags: Vec<&str> = flags.chain(besides.iter().copied()).collect();
    let Some(server) = Killable::with(&flags).await? else {
        bail!(
            "the server's program is missing: cargo build -p pushcheck-server, or name it by PUSHCHECK_SERVER"
        );
    };
    Ok(server)
}

/// An address on loopback at which nobody listens.
pub(super) fn free() -> Result<SocketAddr> {
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()?)))
}
