//! What is kept about whom, as typed documents. Each is one record of the store, sealed under a key of its own or of the
//! document it belongs to.
//!
//! - [`account`]: somebody who signs in; [`tenant`]: the house somebody belongs to; [`session`]: signed in; [`invitation`]: a link.
//! - [`bilan`]: one bilan and its life; [`administrative`]: the administrative record that outlives it.
//! - [`assignment`]: one questionnaire given to one person; its answers; [`result`]: what came out.
//! - [`agreement`]: what may live on, and who else may read; [`grant`]: who may read what.
//! - [`mail`]: a message that waits; [`kept_reply`]: the reply to a repeated request.
//! - [`declaration`], [`provenance`], [`job`]: scoring in bulk. [`local_norm`]: norms of an organisation.
//! - [`receipt`]: a destruction, decided or attested.
//! - [`writing`]: notes, synthesis, remarks; [`feedback`]: the 360° round; [`follow_up`]: after the end.

pub mod account;
pub mod administrative;
pub mod agreement;
pub mod assignment;
pub mod bilan;
pub mod declaration;
pub mod feedback;
pub mod follow_up;
pub mod grant;
pub mod invitation;
pub mod job;
pub mod kept_reply;
pub mod local_norm;
pub mod mail;
pub mod provenance;
pub mod receipt;
pub mod result;
pub mod session;
pub mod tenant;
pub mod writing;
