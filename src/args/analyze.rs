//! `bilan analyze …`: what a study reads, computes and writes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{InputArgs, LangArg};

/// `bilan analyze …`.
#[derive(Debug, Subcommand)]
pub enum AnalyzeCommand {
    /// Alpha, omega, Guttman's lambdas, split halves, standard errors of measurement
    Reliability(Box<ReliabilityArgs>),
    /// Items one at a time: facility, item-rest correlation, alpha without the item, distractors
    Items(ItemsArgs),
    /// Structure: parallel analysis, exploratory and confirmatory factors, invariance
    Structure(Box<StructureArgs>),
    /// How people answered, a row a person, and whether the key fits
    Quality(QualityArgs),
    /// Structure of an interest inventory, and a code with its error for each person
    Interests(InterestsArgs),
    /// Ratings of the entourage (360°): agreement, self and others, with disclosure control
    Agreement(AgreementArgs),
}

/// What every study has.
#[derive(Debug, Clone, Args)]
pub struct StudyArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub input: InputArgs,
    /// Only this scale (repeatable)
    #[arg(long = "scale", value_name = "SCALE")]
    pub scales: Vec<String>,
    /// Readable tables, one JSON object, or the main table as CSV
    #[arg(long, value_enum, default_value = "text")]
    pub format: StudyFormat,
    /// Only this table
    #[arg(long, value_name = "TABLE")]
    pub table: Option<String>,
    /// File of results, `-` for standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// File for the chart, .svg or .png; several charts get the scale or their name before the ending
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// Language of charts: fr or en
    #[arg(long, value_enum, default_value = "fr")]
    pub lang: LangArg,
    /// No progress
    #[arg(long)]
    pub quiet: bool,
}

/// Value of `--format` of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StudyFormat {
    /// For people.
    Text,
    /// One object.
    Json,
    /// The main table.
    Csv,
}

/// Value of `--pairs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PairsArg {
    /// Each pair of items over those who answered both.
    Pairwise,
    /// Only those who answered all items of the scale.
    Listwise,
}

/// `bilan analyze reliability`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan analyze reliability answers.csv --instrument ipip-markers-50
  bilan analyze reliability answers.csv --instrument my-test --instruments my-instruments \\
      --write --group \"beneficiaries 2024-2026\" --source \"Centre A, own data\"")]
pub struct ReliabilityArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub study: StudyArgs,
    /// Which respondents count where answers are missing
    #[arg(long, value_enum, default_value = "listwise")]
    pub pairs: PairsArg,
    /// Level of the intervals
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    pub level: f64,
    /// Group factors of omega hierarchical, at least 3
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub group_factors: usize,
    /// Split halves drawn where there are too many to try all
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub splits: usize,
    /// Seed of the drawn split halves
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Second administration, matched by --id: adds test-retest coefficients
    #[arg(long, value_name = "FILE")]
    pub retest: Option<PathBuf>,
    /// Write alpha, omega total and retest into the instrument's reliability.csv below --instruments
    #[arg(long, requires = "group", requires = "source")]
    pub write: bool,
    /// With --write: the group, in words, a stratum of a norm, or `all`
    #[arg(long, value_name = "WORDS")]
    pub group: Option<String>,
    /// With --write: where the answers come from
    #[arg(long, value_name = "WORDS")]
    pub source: Option<String>,
}

/// `bilan analyze items`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan analyze items answers.csv --instrument ipip-markers-50 --scale E --plot items.svg")]
pub struct ItemsArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub study: StudyArgs,
    /// Which respondents count where answers are missing
    #[arg(long, value_enum, default_value = "pairwise")]
    pub pairs: PairsArg,
}

/// Value of `--correlation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CorrelationArg {
    /// Product-moment.
    Pearson,
    /// Of ranks.
    Spearman,
    /// Of the normal variables behind ordered categories.
    Polychoric,
}

/// Value of `--extraction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExtractionArg {
    /// Minimum residuals.
    Minres,
    /// Maximum likelihood.
    Ml,
    /// Principal axis.
    Pa,
}

/// Value of `--rotation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RotationArg {
    /// As extracted.
    None,
    /// Orthogonal.
    Varimax,
    /// Oblique.
    Oblimin,
    /// Oblique, from varimax.
    Promax,
}

/// Value of `--confirm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfirmArg {
    /// No confirmatory model.
    None,
    /// Maximum likelihood.
    Ml,
    /// Weighted least squares for ordered categories.
    Wlsmv,
}

/// `bilan analyze structure`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan analyze structure answers.csv --instrument ipip-markers-50 --plot structure.svg
  bilan analyze structure answers.csv --instrument ipip-markers-50 --groups language")]
pub struct StructureArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub study: StudyArgs,
    /// Number of factors (default: as many as the instrument declares scales)
    #[arg(long, value_name = "N")]
    pub factors: Option<usize>,
    /// Correlations between items
    #[arg(long, value_enum, default_value = "pearson")]
    pub correlation: CorrelationArg,
    /// How factors are extracted
    #[arg(long, value_enum, default_value = "minres")]
    pub extraction: ExtractionArg,
    /// How they are rotated
    #[arg(long, value_enum, default_value = "oblimin")]
    pub rotation: RotationArg,
    /// Random data sets of parallel analysis
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub draws: usize,
    /// Seed of the random data sets
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Confirmatory model of the declared scales
    #[arg(long, value_enum, default_value = "ml")]
    pub confirm: ConfirmArg,
    /// Column of groups to compare (language version, sex): steps of invariance
    #[arg(long, value_name = "COLUMN")]
    pub groups: Option<String>,
}

/// `bilan analyze quality`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan analyze quality answers.csv --instrument ipip-neo-120 --id person --format csv --output quality.csv")]
pub struct QualityArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub study: StudyArgs,
    /// Column of the seconds taken for the whole questionnaire
    #[arg(long, value_name = "COLUMN")]
    pub seconds: Option<String>,
    /// Pairs of items correlate at least so strongly to count as synonyms or antonyms
    #[arg(long, value_name = "R", default_value_t = 0.6)]
    pub pair_correlation: f64,
    /// Write the reference of these respondents into the instrument's quality.toml below --instruments
    #[arg(long, requires = "source")]
    pub write: bool,
    /// With --write: where the answers come from
    #[arg(long, value_name = "WORDS")]
    pub source: Option<String>,
}

/// `bilan analyze interests`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan analyze interests answers.csv --instrument interests-60 --plot circle.svg
  bilan analyze interests answers.csv --instrument interests-60 --id person --table people --format csv")]
pub struct InterestsArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub study: StudyArgs,
    /// Bootstrap samples of the mean profile
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub bootstrap: usize,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// `bilan analyze agreement`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan analyze agreement ratings.csv --instrument my-360 --instruments my-instruments \\
      --target person --raters group --self self")]
pub struct AgreementArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub study: StudyArgs,
    /// Column of the person who is rated
    #[arg(long, value_name = "COLUMN")]
    pub target: String,
    /// Column of the rater's group
    #[arg(long, value_name = "COLUMN")]
    pub raters: String,
    /// The group that is the person herself or himself
    #[arg(long = "self", value_name = "GROUP", default_value = "self")]
    pub self_group: String,
    /// A superior who is named and agreed to be shown alone: the group's name
    #[arg(long, value_name = "GROUP")]
    pub named_superior: Option<String>,
    /// Smallest group that is shown
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub min_raters: usize,
}
