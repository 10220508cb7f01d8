//! The service is killed (SIGKILL) at random moments while fifty people answer, started again on the same folder, and asked what
//! it has: every acknowledged answer is there, none is mixed or doubled, everything submitted is scored exactly once.
//!
//! - The process is `bilan serve` with its own defaults (SQLite, each commit on the disk before it is acknowledged). A killed
//!   process is not a power cut: what the system took from it, the system still writes.
//! - People save answers, change them, send one twice or two at once from two tabs, repeat requests under an idempotency key,
//!   and submit. Each value differs from the one before it at its step, and texts name person, sheet and time.
//! - After each start every sheet under way is compared with what its person was told: the last acknowledged value, or one that
//!   was in flight at the kill, never anything else. Sessions go on over all starts. At the end everything is compared again,
//!   the audit log is counted, and SQLite checks the files of data and keys as the last kill left them.
//! - Some starts are killed too, before or just after they are ready.
//!
//! `BILAN_CRASH_ROUNDS` is the number of kills: 20 without it, 200 for the long mode. `BILAN_CRASH_SEED` is the seed of all that
//! is random; what the scheduler of the system does remains.
#![cfg(unix)]

#[cfg(test)]
mod check;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod moment;
#[cfg(test)]
mod person;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod sheet;
#[cfg(test)]
mod world;
