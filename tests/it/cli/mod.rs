//! The command as its users meet it.

mod analyze;
mod bad_input;
mod data;
mod exchange;
mod formats;
mod instruments;
mod key_audit;
mod mixed;
mod norms;
mod outputs;
mod receipt;
mod report;
