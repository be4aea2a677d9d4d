//! Three machines on two wires: the browser's, a router, the site's. File systems of their own, as far as they write.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::shell;
use crate::lab::scenario::{NetworkPart, Where};
use crate::lab::template::Values;

/// The browser's address.
pub(super) const CLIENT: &str = "10.77.1.2";
/// The router's address on the browser's side: that of a proxy.
pub(super) const ROUTER: &str = "10.77.1.1";
/// The router's address on the site's side.
pub(super) const ROUTER_OUT: &str = "10.77.2.1";
/// The probe server's address.
pub(super) const SERVER: &str = "10.77.2.2";
/// The clean site's address.
pub(super) const PAGE: &str = "10.77.2.3";
/// An address at which nobody is.
pub(super) const NOBODY: &str = "10.77.2.99";

/// The cell's folder, which exists in the cell only.
pub(super) const FOLDER: &str = "/run/cell";

/// Names of every cell.
const NAMES: [(&str, &str); 4] = [
    ("probe.test", SERVER),
    ("other.test", SERVER),
    ("page.test", PAGE),
    ("proxy.test", ROUTER),
];

/// Folders whose contents stay, and what is written there does not.
const PRIVATE: [&str; 2] = ["/etc", "/var"];

/// File systems of our own, over those of the machine.
///
/// # Errors
/// The system does not let us.
pub(super) fn file_systems() -> Result<()> {
    mount(&["-t", "tmpfs", "-o", "mode=755", "none", "/run"])?;
    if Path::new("/dev/shm").is_dir() {
        mount(&["-t", "tmpfs", "-o", "mode=1777", "none", "/dev/shm"])?;
    }
    for folder in PRIVATE {
        let own = format!("/run/over{folder}");
        for part in ["up", "work"] {
            fs::create_dir_all(format!("{own}/{part}"))?;
        }
        let options = format!("lowerdir={folder},upperdir={own}/up,workdir={own}/work");
        mount(&["-t", "overlay", "overlay", "-o", &options, folder])?;
    }
    // Programs of other users keep their process numbers and sockets under /run, too.
    for folder in ["", "/home", "/tmp", "/files", "/boxes"] {
        let folder = format!("{FOLDER}{folder}");
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {folder}"))?;
    }
    shell::run(Command::new("chmod").args(["1777", &format!("{FOLDER}/tmp")]))
}

fn mount(words: &[&str]) -> Result<()> {
    shell::run(Command::new("mount").args(words))
}

/// Who has which name: every cell's names, then the scenario's own.
///
/// # Errors
/// The file cannot be written.
pub(super) fn hosts(more: &BTreeMap<String, String>, values: &Values) -> Result<()> {
    let mut all: BTreeMap<&str, String> = NAMES
        .iter()
        .map(|(name, address)| (*name, (*address).to_owned()))
        .collect();
    for (name, address) in more {
        let address = values
            .fill(address)
            .with_context(|| format!("hosts.{name}"))?;
        all.insert(name, address);
    }
    // A name without an address is no name.
    all.retain(|_, address| !address.is_empty());
    let lines = all
        .iter()
        .map(|(name, address)| format!("{address} {name}\n"));
    let text: String = std::iter::once("127.0.0.1 localhost\n::1 localhost\n".to_owned())
        .chain(lines)
        .collect();
    fs::write("/etc/hosts", text).context("cannot write /etc/hosts")?;
    // A link elsewhere on some machines.
    let _ = fs::remove_file("/etc/resolv.conf");
    fs::write("/etc/resolv.conf", format!("nameserver {PAGE}\n"))
        .context("cannot write /etc/resolv.conf")
}

/// For wires that are yet to come; some programs do not start without IPv6 on loopback. Where the kernel has none there is
/// nothing to do.
const NO_IPV6: &str =
    "file=/proc/sys/net/ipv6/conf/default/disable_ipv6; [ ! -e $file ] || echo 1 >$file";

/// What a client's system takes in advance: as much as Linux does by default, whatever this machine is set to.
const RECEIVES: &str = "echo 4096 131072 6291456 >/proc/sys/net/ipv4/tcp_rmem";

/// The machines and wires.
///
/// # Errors
/// The system does not let us.
pub(super) fn machines() -> Result<()> {
    for place in [Where::Router, Where::Server] {
        shell::run(Command::new("ip").args(["netns", "add", shell::name(place)]))?;
    }
    for place in [Where::Client, Where::Router, Where::Server] {
        // An IPv6 address is certain only a second or two after its wire is up. Chromium takes that for a change of
        // the network and ends what is in flight.
        shell::run(shell::command(place, "sh").args(["-c", NO_IPV6]))?;
    }
    let client = format!(
        "link set lo up
        link add eth0 type veth peer name lan netns router
        addr add {CLIENT}/24 dev eth0
        link set eth0 up
        route add default via {ROUTER}"
    );
    let router = format!(
        "link set lo up
        link add wan type veth peer name eth0 netns server
        addr add {ROUTER}/24 dev lan
        addr add {ROUTER_OUT}/24 dev wan
        link set lan up
        link set wan up"
    );
    let server = format!(
        "link set lo up
        addr add {SERVER}/24 dev eth0
        addr add {PAGE}/24 dev eth0
        link set eth0 up
        route add default via {ROUTER_OUT}"
    );
    batch(Command::new("ip").args(["-batch", "-"]), &client)?;
    batch(
        Command::new("ip").args(["-n", "router", "-batch", "-"]),
        &router,
    )?;
    batch(
        Command::new("ip").args(["-n", "server", "-batch", "-"]),
        &server,
    )?;
    shell::run(shell::command(Where::Client, "sh").args(["-c", RECEIVES]))?;
    shell::run(
        shell::command(Where::Router, "sh").args(["-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"]),
    )
}

fn batch(command: &mut Command, lines: &str) -> Result<()> {
    let lines: Vec<&str> = lines.lines().map(str::trim).collect();
    shell::feed(command, &(lines.join("\n") + "\n"))
}

/// The rules of a scenario on one machine; `files` holds its filled templates.
///
/// # Errors
/// They are wrong.
pub(super) fn rules(place: Where, part: &NetworkPart, files: &Path, values: &Values) -> Result<()> {
    if let Some(file) = &part.nft {
        nft(place, &files.join(file))?;
    }
    for line in &part.run {
        shell::line(place, &values.fill(line)?)?;
    }
    Ok(())
}

/// Forgets all nft rules there.
///
/// # Errors
/// They cannot be forgotten.
pub(super) fn forget_rules(place: Where) -> Result<()> {
    shell::run(shell::command(place, "nft").args(["flush", "ruleset"]))
}

/// Reads a file of nft rules there.
///
/// # Errors
/// They are wrong.
pub(super) fn nft(place: Where, file: &Path) -> Result<()> {
    shell::run(shell::command(place, "nft").arg("-f").arg(file))
}
