//! `bilan analyze`: studies of an instrument on a file of answers.

mod agreement;
mod interests;
mod items;
mod material;
mod named;
mod quality;
mod reliability;
mod structure;

use crate::args::analyze::AnalyzeCommand;

/// Runs a study.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(command: &AnalyzeCommand) -> anyhow::Result<()> {
    match command {
        AnalyzeCommand::Reliability(args) => reliability::run(args),
        AnalyzeCommand::Items(args) => items::run(args),
        AnalyzeCommand::Structure(args) => structure::run(args),
        AnalyzeCommand::Quality(args) => quality::run(args),
        AnalyzeCommand::Interests(args) => interests::run(args),
        AnalyzeCommand::Agreement(args) => agreement::run(args),
    }
}
