//! How a command ends: the message on standard error and the exit status.

use std::process::ExitCode;

/// Turns the outcome of a command into its exit status; prints what went wrong.
pub fn exit_code(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            crate::output::message(&format!("bilan: {error:#}"));
            ExitCode::from(if is_ours(&error) { 2 } else { 1 })
        }
    }
}

/// Whether the reader of our output went away, which is its right.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(cause.downcast_ref::<batch::Error>(), Some(batch::Error::ClosedPipe))
            || cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

fn is_ours(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<batch::Error>().is_some_and(batch::Error::is_ours))
}
