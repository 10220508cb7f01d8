//! The command line of `bilan instruments`: definitions only.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::CatalogArgs;

/// `bilan instruments …`.
#[derive(Debug, Subcommand)]
pub enum InstrumentsCommand {
    /// List the known instruments
    List {
        #[command(flatten)]
        #[allow(missing_docs)]
        catalog: CatalogArgs,
    },
    /// Show one instrument: scales, rules, norms, sources
    Show {
        /// Instrument
        id: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        catalog: CatalogArgs,
    },
    /// Check an instrument folder and report every problem
    Check {
        /// Folder of the instrument
        folder: PathBuf,
        /// Write content.lock when the folder is in order
        #[arg(long)]
        lock: bool,
    },
    /// Bring in the wording of a published key, from what its holder has
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArgs),
}

const IMPORT_HELP: &str = "\
Examples:
  bilan instruments import ipip-neo-120 --from npm:@bigfive-org/questions --language fr --output my-instruments
  bilan instruments import ipip-neo-120 --from wording.csv --output my-instruments

A CSV file has the columns item,language,text. Number of items, facet and direction of each are compared with the key;
every difference is named, and nothing is written then. Scripts of a package are never run. What is written,
DIR/ID/text.LANGUAGE.csv, is used with --instruments DIR.";

/// `bilan instruments import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Instrument that the wording is for
    #[arg(value_name = "ID[@VERSION]")]
    pub instrument: String,
    /// npm package (.tgz of `npm pack`, its folder once unpacked, or npm:NAME to fetch it), or CSV file item,language,text
    #[arg(long, value_name = "PATH|npm:NAME")]
    pub from: PathBuf,
    /// Language to import (repeatable; else all those in which the instrument has its title, instruction and answer labels)
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Vec<String>,
    /// Title, instruction and answer labels of a language: CSV file element,id,text, as in text.<lang>.csv
    #[arg(long, value_name = "WORDS.csv")]
    pub words: Option<PathBuf>,
    /// Folder of instruments to write into
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Replace another wording in the same place
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
}
