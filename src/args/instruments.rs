//! The command line of `bilan instruments`: definitions only.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
    /// Bring in an instrument, the wording of a published key, or answers, from what another system or their holder has
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArgs),
    /// Write an instrument, or answers to it, in the form of other systems: FHIR or QTI
    #[command(after_help = EXPORT_HELP)]
    Export(ExportArgs),
}

const IMPORT_HELP: &str = "\
Examples:
  bilan instruments import ipip-neo-120 --from npm:@bigfive-org/questions --language fr --output my-instruments
  bilan instruments import ipip-neo-120 --from wording.csv --output my-instruments
  bilan instruments import --from questionnaire.json --output my-instruments
  bilan instruments import interests-60 --from responses.json --output answers.csv

The wording of a key comes from an npm package or a CSV file item,language,text. Number of items, facet and direction of each
are compared with the key; every difference is named, and nothing is written then. Scripts of a package are never run. What is
written, DIR/ID/text.LANGUAGE.csv, is used with --instruments DIR.

Without ID the file is an instrument: a FHIR Questionnaire (R4 or R5) or a QTI 3 package. With ID a .json file holds answers: FHIR
QuestionnaireResponses. instruments/EXCHANGE.md says what goes where.";

const EXPORT_HELP: &str = "\
Examples:
  bilan instruments export interests-60 --format fhir --output questionnaire.json
  bilan instruments export personality-120 --format qti --without-scoring --output package.zip
  bilan instruments export interests-60 --format fhir --responses answers.csv --id person --output responses.json";

/// `bilan instruments import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Instrument that the wording or the answers are for; left out when an instrument itself is imported
    #[arg(value_name = "ID[@VERSION]")]
    pub instrument: Option<String>,
    /// File, or npm package (.tgz of `npm pack`, its folder once unpacked, or npm:NAME to fetch it)
    #[arg(long, value_name = "PATH|npm:NAME")]
    pub from: PathBuf,
    /// Language to import (repeatable; else all those in which the instrument has its title, instruction and answer labels)
    #[arg(long, value_name = "LANGUAGE", requires = "instrument")]
    pub language: Vec<String>,
    /// Title, instruction and answer labels of a language: CSV file element,id,text, as in `text.<lang>.csv`
    #[arg(long, value_name = "WORDS.csv", requires = "instrument")]
    pub words: Option<PathBuf>,
    /// Folder of instruments to write into; for answers, the CSV file
    #[arg(long, short, value_name = "DIR|FILE")]
    pub output: PathBuf,
    /// Replace another wording in the same place
    #[arg(long, requires = "instrument")]
    pub replace: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
}

/// `bilan instruments export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Instrument
    #[arg(value_name = "ID[@VERSION]")]
    pub instrument: String,
    /// Form: a FHIR R5 Questionnaire, or a QTI 3 package
    #[arg(long, value_enum)]
    pub format: ExchangeFormat,
    /// File to write
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Leave out keys, right answers, norms and interpretation
    #[arg(long, conflicts_with = "responses")]
    pub without_scoring: bool,
    /// Answers to write in place of the instrument: CSV file whose header names the items (FHIR only)
    #[arg(long, value_name = "ANSWERS.csv")]
    pub responses: Option<PathBuf>,
    /// Column of identifiers in it (without it, rows are numbered)
    #[arg(long, value_name = "COLUMN", requires = "responses")]
    pub id: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
}

/// The forms of other systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExchangeFormat {
    /// FHIR R5.
    Fhir,
    /// QTI 3.0.
    Qti,
}
