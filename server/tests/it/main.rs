//! Tests of the service by its addresses, as a client meets it.

mod support;

mod administration;
mod idempotency;
mod links;
mod log;
mod signing_in;
