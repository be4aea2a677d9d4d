//! The program: flags, log, open files, bind, signal, drain.

use std::process::ExitCode;

use clap::Parser;
use pushcheck_server::{Args, bind, raise_open_files};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let args = Args::parse();
    let ended = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| {
            let ended = runtime.block_on(run(args));
            // A name that is still being looked up, to try ourselves from outside, is not waited for.
            runtime.shutdown_background();
            ended
        });
    match ended {
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
    if let Some(origin) = server.staff() {
        println!("staff {origin}/");
    }
    if let Some(invitation) = server.invitation() {
        println!("first sign-in, once, within a day: {invitation}");
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
