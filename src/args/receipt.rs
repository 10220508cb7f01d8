//! Arguments of `bilan receipt`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::LangArg;

/// `bilan receipt …`.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Check offline that a receipt is signed by a published key and unchanged
    Verify(ReceiptVerifyArgs),
}

/// `bilan receipt verify`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan receipt verify receipt.json --keys keys.json

Exit status: 0 valid, 1 not valid or not readable.")]
pub struct ReceiptVerifyArgs {
    /// File of the receipt
    pub receipt: PathBuf,
    /// File of the published keys
    #[arg(long, value_name = "KEYS.json")]
    pub keys: PathBuf,
    /// The receipt as a document to read and keep, .html or .pdf
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Language of that document: fr or en
    #[arg(long, value_enum, default_value = "fr")]
    pub lang: LangArg,
    /// The salt that the beneficiary holds, to check that the receipt is about her bilan
    #[arg(long, value_name = "HEX", requires = "bilan")]
    pub salt: Option<String>,
    /// The identifier of the bilan
    #[arg(long, value_name = "ID", requires = "salt")]
    pub bilan: Option<String>,
}
