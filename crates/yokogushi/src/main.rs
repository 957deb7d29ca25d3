//! The program: reads configuration, wires the rooms, serves, imports, backs up.

mod cli;
mod command;
mod control;
mod jobs;
mod metrics;
mod open;
mod problem;
mod rooms;
mod serve;
mod settings;
mod task;
mod wiring;

use std::process::ExitCode;

use clap::{Parser as _, error::ErrorKind};

use cli::{Cli, Command};
use problem::Problem;

/// Everything that goes wrong ends as one sentence and this code.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    store::keep_private();
    let cli = match Cli::try_parse().and_then(or_serve) {
        Ok(cli) => cli,
        Err(e) if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            print!("{e}");
            return ExitCode::SUCCESS;
        }
        Err(e) => {
            let text = e.to_string();
            let reason = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
            eprintln!("指定を読み取れません({reason})。yokogushi --help で使い方を確かめてください。");
            return ExitCode::from(FAILED);
        }
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(FAILED)
        }
    }
}

/// Without a command the program serves; read again so that the flags' environment variables count.
fn or_serve(cli: Cli) -> Result<Cli, clap::Error> {
    match cli.command {
        Some(_) => Ok(cli),
        None => Cli::try_parse_from(std::env::args_os().chain(["serve".into()])),
    }
}

fn run(cli: Cli) -> Result<(), Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Problem::new(format!("プログラムを始められません({e})。")))?;
    let common = cli.common;
    runtime.block_on(async move {
        let Some(command) = cli.command else {
            return Err(Problem::new("何をするかが指定されていません。"));
        };
        match command {
            Command::Serve(flags) => serve::run(&common, &flags).await,
            Command::Openapi => wiring::print_openapi(),
            Command::Routes => wiring::print_routes(),
            other => command::run(&common, other).await,
        }
    })
}
