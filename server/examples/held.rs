//! What a held WebSocket costs the server in memory, and an echo in processor time:
//! `cargo run --release -p pushcheck-server --example held`. Linux only: it reads /proc/self.
//!
//! The server is this process; the client is a second one of the same program, so that its cost is not counted.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write, stdin};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::{env, fs};

use pushcheck::wire::sealed;
use pushcheck_server::{Config, Limits, bind, raise_open_files};

/// Opened before anything is measured, so that what is made once is not counted.
const FIRST: usize = 500;
const HELD: usize = 5_000;
const ECHOES: usize = 200_000;
/// Sockets that echo, one after the other.
const TALKING: usize = 50;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    raise_open_files(&Limits::default());
    match env::args().nth(1) {
        Some(address) => client(address.parse()?),
        None => server(),
    }
}

#[tokio::main]
async fn server() -> Outcome {
    let config = Config {
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
        // One run holds them all: what is remembered of a run is not a socket's.
        limits: Limits {
            attempts: u32::MAX,
            run_connections: u32::MAX,
            run_long: u32::MAX,
            run_rate: 1_000_000,
            source_connections: u32::MAX,
            source_long: u32::MAX,
            source_rate: 1_000_000,
            socket_frames: u32::MAX,
            ..Limits::default()
        },
        ..Config::default()
    };
    let server = bind(config).await?;
    let address = server.bound()[0].address;
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let serving = tokio::spawn(server.serve(async {
        let _ = stopped.await;
    }));
    tokio::task::spawn_blocking(move || measure(address).map_err(|error| error.to_string()))
        .await??;
    let _ = stop.send(());
    Ok(serving.await?)
}

fn measure(address: SocketAddr) -> Outcome {
    let mut child = Command::new(env::current_exe()?)
        .arg(address.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let mut input = child.stdin.take().ok_or("no input")?;
    let mut next = || -> Outcome {
        lines.next().ok_or("the client has ended")??;
        Ok(())
    };
    next()?;
    let before = resident_kb()?;
    writeln!(input)?;
    next()?;
    let held = (resident_kb()? - before) as f64 / HELD as f64;
    println!("{HELD} held: {held:.2} kB each, with what the ledger remembers of it");
    let before = cpu_us()?;
    writeln!(input)?;
    next()?;
    let echo = (cpu_us()? - before) as f64 / ECHOES as f64;
    println!("{ECHOES} echoes: {echo:.2} µs of processor time each");
    drop(input);
    child.wait()?;
    Ok(())
}

/// Resident memory of this process.
fn resident_kb() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmRSS")?.parse()?)
}

/// User and system time of this process and its threads; the kernel counts in hundredths of a second.
fn cpu_us() -> Outcome<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat.rsplit_once(')').ok_or("no stat")?;
    let ticks: Result<Vec<u64>, _> = rest
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect();
    Ok(ticks?.iter().sum::<u64>() * 10_000)
}

/// Opens the first and says so; then at each line of input the next thing.
fn client(address: SocketAddr) -> Outcome {
    let mut words = stdin().lines();
    let mut sockets = Vec::new();
    let mut open = |count| -> Outcome {
        for _ in 0..count {
            sockets.push(handshake(address, sockets.len() % 9_999 + 1)?);
        }
        println!("open");
        Ok(())
    };
    open(FIRST)?;
    words.next().ok_or("no word")??;
    open(HELD)?;
    words.next().ok_or("no word")??;
    let text = sealed("echo 7 twenty-bytes-padding");
    // Text, whole, masked with zeros.
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len())?, 0, 0, 0, 0];
    frame.extend_from_slice(text.as_bytes());
    for n in 0..ECHOES {
        let socket = &mut sockets[n % TALKING];
        socket.write_all(&frame)?;
        let mut head = [0; 2];
        socket.read_exact(&mut head)?;
        let mut payload = [0; 125];
        let length = usize::from(head[1]);
        socket.read_exact(payload.get_mut(..length).ok_or("a longer echo")?)?;
    }
    println!("echoed");
    Ok(())
}

fn handshake(address: SocketAddr, attempt: usize) -> Outcome<TcpStream> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    let run = "0123456789abcdef0123456789abcdef";
    write!(
        socket,
        "GET /v1/runs/{run}/held/{attempt}/web-socket HTTP/1.1\r\nHost: probe.test\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    if head.starts_with(b"HTTP/1.1 101") {
        Ok(socket)
    } else {
        Err(String::from_utf8_lossy(&head).into())
    }
}
