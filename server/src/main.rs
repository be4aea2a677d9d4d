//! The program: flags, log, open files, bind, signal, drain.

use std::process::ExitCode;

use clap::Parser;
use pushcheck_server::{Args, bind, raise_open_files};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pushcheck-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    args.log.start();
    let (mut term, mut int) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let config = args.into_config()?;
    raise_open_files(&config.limits);
    let server = bind(config).await?;
    for bound in server.bound() {
        println!("{bound}");
    }
    if let Some(fingerprint) = server.fingerprint() {
        println!("certificate SHA-256 {fingerprint}");
    }
    let stop = async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    };
    server.serve(stop).await;
    Ok(())
}
