//! Tests of the service by its addresses, as a client meets it.

mod administration;
mod bad_input;
mod bulk;
mod destruction;
mod endings;
mod idempotency;
mod journey;
mod leaks;
mod links;
mod log;
mod matrix;
mod signing_in;
mod support;
