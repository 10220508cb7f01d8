//! The `bilan` command: reads the arguments, runs one command, and ends with 0 (done), 1 (the input or the place of
//! the output is at fault) or 2 (a fault of ours).

mod args;
mod column_map;
mod commands;
mod input;
mod outcome;
mod output;
mod plot;
mod simulated;
mod study;
mod today;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser as _;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no fault.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(1) } else { ExitCode::SUCCESS };
        }
    };
    let done = match cli.command {
        Command::Score(args) => commands::score::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Instruments(command) => commands::instruments::run(&command),
        Command::Norms(command) => commands::norms::run(&command),
        Command::Analyze(command) => commands::analyze::run(&command),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Receipt(command) => commands::receipt::run(&command),
        Command::Serve(args) => commands::serve::run(&args),
        Command::Backup(args) => commands::backup::backup(&args),
        Command::Restore(args) => commands::backup::restore(&args),
        Command::Audit(command) => commands::audit::run(&command),
        Command::Demo(args) => commands::demo::run(&args),
    };
    outcome::exit_code(done)
}
