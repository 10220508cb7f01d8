//! The HTTP service: questionnaires, results and the law's promises, over store and vault.
//!
//! Map, in reading order:
//!
//! - [`ids`], [`clock`], [`entropy`]: identifiers, time and randomness as arguments.
//! - [`store`]: records, grants, answers, audit log; SQLite or PostgreSQL. [`vault`]: keys apart from the data, destruction, receipts.
//! - [`documents`], [`records`]: typed, sealed documents over both. [`app`]: what everything shares.
//! - [`questionnaire`]: from an instrument to an answered sheet and its result, pure.
//! - [`bulk`]: scoring many rows in bounded memory, streamed or as sealed files, apart from the store.
//! - [`services`]: what the service does, rules first. [`access`]: passwords, tokens, limits, and who may call what.
//! - [`pages`]: what people see. [`api`]: one file a resource. [`routes`]: all of it together. [`error`]: problems as `application/problem+json`.
//! - [`demonstration`]: a furnished house for a trial.
//! - [`config`], [`request`], [`installation`], [`serving`]: settings, what surrounds every request, opening, listening and stopping.

pub mod access;
pub mod api;
pub mod app;
pub mod bulk;
pub mod clock;
pub mod config;
pub mod demonstration;
pub mod documents;
pub mod entropy;
pub mod error;
pub mod ids;
pub mod installation;
pub mod pages;
pub mod questionnaire;
pub mod records;
pub mod request;
pub mod routes;
pub mod services;
pub mod serving;
pub mod store;
pub mod vault;
