//! The command line: definitions, and their conversion into typed settings. No logic.

pub mod analyze;
pub mod installation;
pub mod instruments;
pub mod norms;
pub mod receipt;

use std::path::PathBuf;

use batch::settings::{InvalidSetting, read_decimals, read_interval, read_metrics, read_sex_codes};
use batch::{ColumnSettings, NormSettings, OutputFormat, RejectPolicy, ScoreSettings};
use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::assessment::{IntervalKind, IntervalSettings};
use engine::norms::StratumRule;

pub use installation::{AuditCommand, AuditVerifyArgs, BackupArgs, ConfigArgs, RestoreArgs, ServeArgs};
pub use instruments::{ExchangeFormat, ExportArgs, ImportArgs, InstrumentsCommand};
pub use norms::{NormsBuildArgs, NormsCheckArgs, NormsCommand, NormsShowArgs};
pub use receipt::{ReceiptCommand, ReceiptVerifyArgs};

/// Questionnaires for the bilan de compétences: scores, norms, restitutions.
#[derive(Debug, Parser)]
#[command(name = "bilan", version, about, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score a file of answers: CSV, Parquet or MessagePack in, scores out
    Score(ScoreArgs),
    /// Write the restitution of one respondent of a file: HTML, SVG or PNG
    Report(ReportArgs),
    /// List, show and check instruments
    #[command(subcommand)]
    Instruments(InstrumentsCommand),
    /// Build, show and check norms
    #[command(subcommand)]
    Norms(NormsCommand),
    /// Study an instrument on a file of answers
    #[command(subcommand)]
    Analyze(analyze::AnalyzeCommand),
    /// Simulate respondents of an instrument
    Simulate(SimulateArgs),
    /// Check the receipt of a destruction
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    /// Serve the HTTP API
    Serve(ServeArgs),
    /// Copy the data of a service, while it goes on; the copy holds no key
    Backup(BackupArgs),
    /// Put a copy of the data back
    Restore(RestoreArgs),
    /// Check the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Show the main job on simulated people
    Demo(DemoArgs),
}

/// Where instruments come from.
#[derive(Debug, Clone, Args)]
pub struct CatalogArgs {
    /// Folder of further instruments and of local norms
    #[arg(long = "instruments", value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Which columns of a file of answers are what.
#[derive(Debug, Clone, Args)]
pub struct ColumnArgs {
    /// Column of identifiers (without it, rows are numbered)
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// CSV file `item,column` for items whose column has another name
    #[arg(long, value_name = "MAP.csv")]
    pub columns: Option<PathBuf>,
    /// Code of "not answered" in item columns, besides blank and NA (repeatable)
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    pub missing: Vec<String>,
}

/// A file of answers to an instrument.
#[derive(Debug, Clone, Args)]
pub struct InputArgs {
    /// File of answers, `-` for standard input
    pub responses: PathBuf,
    /// Instrument, such as ipip-neo-120 or ipip-neo-120@1.0.0
    #[arg(long, short, value_name = "ID[@VERSION]")]
    pub instrument: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub columns: ColumnArgs,
}

/// How people are placed in a norm.
#[derive(Debug, Clone, Args)]
pub struct NormArgs {
    /// Norm to compare with
    #[arg(long, value_name = "ID")]
    pub norm: Option<String>,
    /// Column of sex
    #[arg(long, value_name = "COLUMN")]
    pub sex: Option<String>,
    /// Codes of sex, such as 1=M,2=F
    #[arg(long, value_name = "CODES", default_value = "M=M,F=F")]
    pub sex_codes: String,
    /// Column of age in years
    #[arg(long, value_name = "COLUMN")]
    pub age: Option<String>,
    /// Compare by sex where the norm has sexes, or everyone with the combined stratum
    #[arg(long, value_enum, default_value = "by-sex")]
    pub stratum: StratumArg,
}

/// Value of `--stratum`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StratumArg {
    /// By sex where the norm has sexes.
    BySex,
    /// Everyone with the combined stratum.
    Combined,
}

/// Value of `--interval`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum IntervalArg {
    /// Around the observed score.
    Observed,
    /// Around Kelley's estimate of the true score.
    True,
}

/// Value of `--format`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FormatArg {
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// MessagePack.
    Msgpack,
    /// JSON Lines.
    Jsonl,
}

/// Level and kind of intervals.
#[derive(Debug, Clone, Args)]
pub struct IntervalArgs {
    /// Level of the intervals
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    pub level: f64,
    /// Intervals around the observed score or around the estimated true score
    #[arg(long, value_enum, default_value = "observed")]
    pub interval: IntervalArg,
}

/// `bilan score`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bilan score answers.csv --instrument interests-60 --output scores.csv
  bilan score answers.csv --instrument ipip-neo-120 --norm johnson-2014 --sex sex --sex-codes 1=M,2=F --age age --missing 0
  bilan score - --instrument interests-60 --metrics raw,sem,lower,upper < answers.csv

Exit status: 0 done, 1 the input or the place of the output is at fault, 2 a fault of ours.")]
pub struct ScoreArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub input: InputArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub norm: NormArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub interval: IntervalArgs,
    /// File of scores, `-` for standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// Format of the scores (by the ending of --output, else csv)
    #[arg(long, value_enum)]
    pub format: Option<FormatArg>,
    /// Column to carry over (repeatable)
    #[arg(long, value_name = "COLUMN")]
    pub keep: Vec<String>,
    /// Columns for each scale: raw,n,mean,z,t,pr,sten,stanine,iq,scaled,nce,sem,lower,upper (raw,n, and t with a norm)
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub metrics: Vec<String>,
    /// Decimals of numbers, or `full`
    #[arg(long, value_name = "N|full", default_value = "2")]
    pub decimals: String,
    /// File for the provenance (default: OUTPUT.meta.json)
    #[arg(long, value_name = "FILE")]
    pub meta: Option<PathBuf>,
    /// File for rows that cannot be scored, or `inline` to keep them in the output
    #[arg(long, value_name = "FILE|inline")]
    pub rejects: Option<PathBuf>,
    /// Number of scoring threads (default: all cores)
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// No progress bar, no warnings and no summary
    #[arg(long)]
    pub quiet: bool,
}

/// `bilan report`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan report answers.csv --instrument interests-60 --id person --person 17 --output restitution.pdf
  bilan report answers.csv --instrument interests-60 --id person --person 17 --with work-values=values.csv --output battery.pdf
  bilan report answers.csv --instrument interests-60 --id person --all --output-dir restitutions --format pdf
  bilan report answers.csv --instrument interests-60 --group --by site --output group.pdf")]
pub struct ReportArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub input: InputArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub norm: NormArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub interval: IntervalArgs,
    /// The respondent: the value of the --id column, or the number of the row without one
    #[arg(long, value_name = "ID", required_unless_present_any = ["all", "group"], conflicts_with_all = ["all", "group"])]
    pub person: Option<String>,
    /// Another questionnaire of the same person, answered in another file; may be given several times. Then the output is one
    /// document, .html or .pdf, with one page that sums up
    #[arg(long, value_name = "ID[@VERSION]=FILE", requires = "person")]
    pub with: Vec<String>,
    /// The consultant's technical profile instead of the restitution: errors of measurement, which scales can be told apart, how
    /// the questions were answered, every answer; .html or .pdf
    #[arg(long, requires = "person", conflicts_with = "with")]
    pub technical: bool,
    /// Output file: .html or .pdf the whole restitution, .json or .msgpack the same as data, .svg or .png its main chart
    #[arg(long, short, value_name = "FILE", required_unless_present = "all", conflicts_with = "all")]
    pub output: Option<PathBuf>,
    /// An earlier file of the same questionnaire: the output is a document on what changed between the two dates, .html or .pdf
    #[arg(long, value_name = "FILE", requires = "person", conflicts_with_all = ["with", "technical"])]
    pub earlier: Option<PathBuf>,
    /// A report on everybody in the file instead, aggregates only, small cells hidden; .html or .pdf
    #[arg(long, requires = "output", conflicts_with_all = ["all", "with", "technical"])]
    pub group: bool,
    /// Column that parts the group, such as a site
    #[arg(long, value_name = "COLUMN", requires = "group")]
    pub by: Option<String>,
    /// Fewest people of whom any figure of a group is given, 10 or more
    #[arg(long, value_name = "N", default_value_t = 10, requires = "group", value_parser = clap::value_parser!(u64).range(10..))]
    pub min_cell: u64,
    /// One file for each respondent, named by the identifier or the number of the row
    #[arg(long, requires = "output_dir")]
    pub all: bool,
    /// Folder for the files of --all
    #[arg(long, value_name = "DIR", requires = "all")]
    pub output_dir: Option<PathBuf>,
    /// What the files of --all are
    #[arg(long, value_enum, default_value = "html", requires = "all")]
    pub format: ReportFormat,
    /// No progress bar and no summary for --all
    #[arg(long, requires = "all")]
    pub quiet: bool,
    /// Which chart an .svg or .png holds
    #[arg(long, value_enum, default_value = "main")]
    pub chart: ChartArg,
    /// Language: fr or en
    #[arg(long, value_enum, default_value = "fr")]
    pub lang: LangArg,
}

/// Value of `--format` of `bilan report`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// The whole restitution as one page.
    Html,
    /// The whole restitution as a tagged PDF.
    #[cfg(feature = "pdf")]
    Pdf,
    /// The main chart as SVG.
    Svg,
    /// The main chart as PNG.
    Png,
    /// The whole restitution as JSON.
    Json,
    /// The whole restitution as MessagePack.
    Msgpack,
}

impl ReportFormat {
    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            #[cfg(feature = "pdf")]
            Self::Pdf => "pdf",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Json => "json",
            Self::Msgpack => "msgpack",
        }
    }
}

/// Value of `--chart`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChartArg {
    /// The hexagon for scales in a circle, else the profile.
    Main,
    /// The profile: on the norm where there is one, else bars of raw scores.
    Profile,
    /// The hexagon.
    Hexagon,
}

/// Value of `--lang`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// French.
    Fr,
    /// English.
    En,
}

/// `bilan simulate`.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// Instrument
    #[arg(long, short, value_name = "ID[@VERSION]")]
    pub instrument: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
    /// Number of respondents
    #[arg(long, short, value_name = "N", default_value_t = 1000)]
    pub n: u64,
    /// Seed: the same seed gives the same people
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Share of answers left out at random
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub missing: f64,
    /// File of answers, `-` for standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// File for the latent traits
    #[arg(long, value_name = "FILE")]
    pub traits: Option<PathBuf>,
}

/// `bilan demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder for what the demonstration writes
    #[arg(long, short, value_name = "DIR", default_value = "bilan-demo")]
    pub output: PathBuf,
    /// Number of simulated people
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub people: u64,
    /// Then serve the pages for a trial, as `bilan serve --demo` does
    #[arg(long)]
    pub serve: bool,
    /// Address to serve on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", requires = "serve")]
    pub listen: String,
}

impl ColumnArgs {
    /// The columns of a file, the map read.
    ///
    /// # Errors
    /// When the map cannot be read.
    pub fn settings(&self, keep: &[String]) -> anyhow::Result<ColumnSettings> {
        let map = self.columns.as_deref().map(crate::column_map::read).transpose()?.unwrap_or_default();
        Ok(ColumnSettings { id: self.id.clone(), keep: keep.to_vec(), map, missing: self.missing.clone() })
    }
}

impl NormArgs {
    /// The placing of people, when a norm is asked for.
    ///
    /// # Errors
    /// When the codes of sex cannot be read.
    pub fn settings(&self) -> anyhow::Result<Option<NormSettings>> {
        if self.norm.is_none() {
            return Ok(None);
        }
        let rule = match self.stratum {
            StratumArg::BySex => StratumRule::BySex,
            StratumArg::Combined => StratumRule::Combined,
        };
        let sex_codes = read_sex_codes(&self.sex_codes).map_err(invalid)?;
        Ok(Some(NormSettings { rule, sex: self.sex.clone(), sex_codes, age: self.age.clone() }))
    }
}

/// Names the option in front of what is wrong with it.
pub fn invalid(problem: InvalidSetting) -> anyhow::Error {
    anyhow::anyhow!("--{}: {problem}", problem.setting())
}

impl IntervalArgs {
    /// The settings of intervals.
    ///
    /// # Errors
    /// When the level is not between 0 and 1.
    pub fn settings(&self) -> anyhow::Result<IntervalSettings> {
        let kind = match self.interval {
            IntervalArg::Observed => IntervalKind::Observed,
            IntervalArg::True => IntervalKind::True,
        };
        read_interval(kind, self.level).map_err(invalid)
    }
}

impl ScoreArgs {
    /// All settings of the run.
    ///
    /// # Errors
    /// When an argument cannot be read, with what is possible.
    pub fn settings(&self) -> anyhow::Result<ScoreSettings> {
        let norm = self.norm.settings()?;
        let metrics = read_metrics(self.metrics.iter().map(String::as_str), norm.as_ref()).map_err(invalid)?;
        let decimals = read_decimals(&self.decimals).map_err(invalid)?;
        let rejects = match &self.rejects {
            None => RejectPolicy::Stop,
            Some(path) if path.as_os_str() == "inline" => RejectPolicy::Inline,
            Some(path) => RejectPolicy::File(path.clone()),
        };
        if self.threads == Some(0) {
            anyhow::bail!("--threads 0: at least one thread is needed");
        }
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(ScoreSettings {
            columns: self.input.columns.settings(&self.keep)?,
            norm,
            metrics,
            decimals,
            interval: self.interval.settings()?,
            rejects,
            format: self.output_format(),
            threads: self.threads.unwrap_or(cores),
            chunk_bytes: batch::DEFAULT_CHUNK_BYTES,
        })
    }

    fn output_format(&self) -> OutputFormat {
        let ending = self.output.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let by_name = FormatArg::from_str(ending, true).ok();
        match self.format.or(by_name).unwrap_or(FormatArg::Csv) {
            FormatArg::Csv => OutputFormat::Csv,
            FormatArg::Parquet => OutputFormat::Parquet,
            FormatArg::Msgpack => OutputFormat::MessagePack,
            FormatArg::Jsonl => OutputFormat::JsonLines,
        }
    }
}
