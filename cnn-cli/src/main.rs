//! The command `cnn`: checks, summarises, expands, runs and measures `.cnn` models.
//!
//! Reports and JSON go to the standard output stream; what is wrong with the command line or a file
//! goes to the standard error stream as one line, with exit code 2 or 1.

#![forbid(unsafe_code)]

mod args;
mod bench;
mod check;
mod error;
mod expand;
mod explain;
mod model;
mod output;
mod run;
mod rust;
mod summary;
mod table;

use args::{Cli, Command};
use clap::Parser as _;
use clap::error::ErrorKind;
use error::Error;
use std::process::ExitCode;

/// The exit code for a command line that cannot be understood, as clap's own.
const BAD_USAGE: u8 = 2;

fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(cli) => dispatch(&cli.command),
        Err(error) => usage(&error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Reported) => ExitCode::FAILURE,
        Err(Error::Usage) => ExitCode::from(BAD_USAGE),
        // The reader of a pipe has seen enough: `cnn expand m.cnn | head`.
        Err(Error::Print(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::FAILURE
        }
        Err(error) => {
            output::print_error(&format!("error: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &Command) -> Result<(), Error> {
    match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Summary(arguments) => summary::run(arguments),
        Command::Expand(arguments) => expand::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
    }
}

/// clap's message as one line; `--help` and `--version` as they are.
fn usage(error: &clap::Error) -> Result<(), Error> {
    let text = error.to_string();
    if !error.use_stderr() {
        return output::print(&text);
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        output::print_error("error: no command, see `cnn --help`\n");
        return Err(Error::Usage);
    }
    let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" ");
    output::print_error(&format!("{line}\n"));
    Err(Error::Usage)
}
