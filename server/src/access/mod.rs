//! Who may come in: what proves an identity, what keeps a session, what holds off abuse.
//!
//! [`policy`] says who may call what. Nothing here touches the stores; each file is a building block with its time and randomness as arguments.

pub mod confirmation;
pub mod cookie;
pub mod cross_site;
pub mod password;
pub mod policy;
pub mod rate_limit;
pub mod recovery;
pub mod secret_token;
pub mod totp;
