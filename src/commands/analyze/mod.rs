//! `bilan analyze`: studies of an instrument on a file of answers.

mod material;
mod plot;

use crate::args::analyze::AnalyzeCommand;

/// Runs a study.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(command: &AnalyzeCommand) -> anyhow::Result<()> {
    let _ = command;
    Ok(())
}
