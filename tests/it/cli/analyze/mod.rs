//! `bilan analyze …`: studies as their users meet them. Numbers are worked out anew from the file of answers.

mod agreement;
mod data;
mod numbers;
mod outputs;
mod structure;
mod ugly;
mod written;
mod wrong_key;
