//! Tests of the service by its addresses, as a client meets it.

mod administration;
mod bulk;
mod destruction;
mod endings;
mod idempotency;
mod links;
mod log;
mod signing_in;
mod support;
