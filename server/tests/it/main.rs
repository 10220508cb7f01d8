//! Tests of the service by its addresses, as a client meets it.

#[cfg(test)]
mod administration;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod destruction;
#[cfg(test)]
mod endings;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod law;
#[cfg(test)]
mod leaks;
#[cfg(test)]
mod links;
#[cfg(test)]
mod log;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod pages_administration;
#[cfg(test)]
mod pages_consultant;
#[cfg(test)]
mod pages_follow_up;
#[cfg(test)]
mod pages_organisation;
#[cfg(test)]
mod pages_recipient;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod signing_in;
#[cfg(test)]
mod support;
