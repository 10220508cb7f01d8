//! A scripted client of the HTTP API: what a program of a centre, or a page, would send. For tests and measurements.
//!
//! It knows addresses and bodies from the OpenAPI document only and uses no crate of ours, so that it sees what anybody sees.
//!
//! Map: one [`Connection`]; [`Serve`] runs the service as a process of its own; [`setup`] brings people in.

mod connection;
mod process;
pub mod setup;

pub use connection::{Answer, Connection, Failure};
pub use process::{Serve, ServeError, ServeProcess};
