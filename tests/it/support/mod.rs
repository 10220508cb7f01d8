//! What the integration tests share.

pub mod command;
pub mod oracle;
