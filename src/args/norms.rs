//! The command line of `bilan norms`: definitions only.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use engine::norms::PercentileRankDefinition;

use crate::args::{CatalogArgs, ColumnArgs, LangArg};

/// `bilan norms …`.
#[derive(Debug, Subcommand)]
pub enum NormsCommand {
    /// Build a local norm from a file of answers, or from aggregates
    Build(Box<NormsBuildArgs>),
    /// Show a norm: its card and values, or the percentile curves of a continuous norm
    Show(NormsShowArgs),
    /// Name everything doubtful in a norm, or in all norms of a folder
    Check(NormsCheckArgs),
}

/// `bilan norms show`.
#[derive(Debug, Args)]
pub struct NormsShowArgs {
    /// Instrument
    #[arg(long, short, value_name = "ID[@VERSION]")]
    pub instrument: String,
    /// Norm
    #[arg(long, value_name = "ID")]
    pub norm: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
    /// Draw percentile curves over age into this .svg or .png file (continuous norms)
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// Scale of the curves (the first one of the norm)
    #[arg(long, value_name = "ID", requires = "plot")]
    pub scale: Option<String>,
    /// Sex of the curves, F or M, where the norm is by sex (the first one)
    #[arg(long, value_name = "F|M", requires = "plot")]
    pub sex: Option<String>,
    /// Language of the curves
    #[arg(long, value_enum, default_value = "fr")]
    pub lang: LangArg,
    /// For a page or for a phone
    #[arg(long, value_enum, default_value = "wide")]
    pub width: CurveWidth,
}

/// Value of `--width`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CurveWidth {
    /// A page.
    Wide,
    /// A phone.
    Narrow,
}

/// `bilan norms check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bilan norms check johnson-2014 --instrument ipip-neo-120
  bilan norms check my-instruments
  bilan norms check my-instruments/ipip-neo-120/norms/centre-2026.toml

Exit status: 0 nothing doubtful, 1 something doubtful or unreadable.")]
pub struct NormsCheckArgs {
    /// Id of a norm, the file of its card, or a folder of instruments
    #[arg(value_name = "ID|FILE|DIR")]
    pub what: String,
    /// Instrument of a norm that is named by its id
    #[arg(long, short, value_name = "ID[@VERSION]")]
    pub instrument: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
}

/// `bilan norms build`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bilan norms build answers.csv --instrument ipip-markers-50 --norm-id centre-2026 --title \"Our beneficiaries\" \\
      --population \"Adults in a bilan\" --source \"Centre A, 2024-2026\" --year 2026 \\
      --sex gender --sex-codes 1=M,2=F --age age --ages 16-25,26-45,46- --output my-instruments
  bilan score answers.csv --instrument ipip-markers-50 --instruments my-instruments --norm centre-2026 --sex gender …
  bilan norms build answers.csv … --rake margins.csv            (variable,level,share)
  bilan norms build answers.csv … --continuous age
  bilan norms build answers.csv --instrument ipip-markers-50 --sex gender --aggregate centre-a.csv
  bilan norms build --from-aggregate centre-a.csv --from-aggregate centre-b.csv …")]
pub struct NormsBuildArgs {
    /// File of answers, `-` for standard input
    #[arg(required_unless_present = "from_aggregate", conflicts_with = "from_aggregate")]
    pub responses: Option<PathBuf>,
    /// Instrument, such as ipip-neo-120 or ipip-neo-120@1.0.0
    #[arg(long, short, value_name = "ID[@VERSION]")]
    pub instrument: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub columns: ColumnArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub card: CardArgs,
    /// Column of sex (strata by sex)
    #[arg(long, value_name = "COLUMN", conflicts_with = "from_aggregate")]
    pub sex: Option<String>,
    /// Codes of sex, such as 1=M,2=F
    #[arg(long, value_name = "CODES", default_value = "M=M,F=F")]
    pub sex_codes: String,
    /// Column of age in years (strata by age)
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["from_aggregate", "continuous"])]
    pub age: Option<String>,
    /// Age bands in completed years, such as 16-25,26-45,46-
    #[arg(long, value_name = "BANDS", allow_hyphen_values = true)]
    pub ages: Option<String>,
    /// Linear (mean and SD) or normalized (percentile ranks); continuous norms are normalized
    #[arg(long, alias = "method", value_enum, default_value = "linear")]
    pub standardization: StandardizationArg,
    /// Definition of the percentile ranks
    #[arg(long, value_enum, default_value = "mid-rank")]
    pub rank_formula: RankFormulaArg,
    /// Strata with fewer people are dropped, and named (default: 30, or 10 for an aggregate)
    #[arg(long, value_name = "N")]
    pub min_n: Option<u32>,
    /// Folder of instruments to write the norm into
    #[arg(long, short, value_name = "DIR", required_unless_present = "aggregate")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WeightArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub continuous: ContinuousArgs,
    /// Print the table of each scale with the standard errors of its values
    #[arg(long, conflicts_with_all = ["rake", "weights", "continuous"])]
    pub standard_errors: bool,
    /// The same by a bootstrap of N samples
    #[arg(long, value_name = "N", conflicts_with_all = ["rake", "weights", "continuous"])]
    pub bootstrap: Option<u32>,
    /// Seed of the bootstrap and of cross-validation
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
    /// Write counts in place of people into this file, and no norm
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from_aggregate", "rake", "weights", "continuous", "output"])]
    pub aggregate: Option<PathBuf>,
    /// The last aggregate that was handed out: the new one must have enough new people in each stratum
    #[arg(long, value_name = "FILE", requires = "aggregate")]
    pub follows: Option<PathBuf>,
    /// Build from aggregates in place of answers (repeatable)
    #[arg(long, value_name = "FILE")]
    pub from_aggregate: Vec<PathBuf>,
}

/// What a card says.
#[derive(Debug, Args)]
pub struct CardArgs {
    /// Identifier of the new norm
    #[arg(long, value_name = "ID", required_unless_present = "aggregate")]
    pub norm_id: Option<String>,
    /// Title on its card
    #[arg(long, required_unless_present = "aggregate")]
    pub title: Option<String>,
    /// Who the people are
    #[arg(long, required_unless_present = "aggregate")]
    pub population: Option<String>,
    /// Where the answers come from
    #[arg(long, required_unless_present = "aggregate")]
    pub source: Option<String>,
    /// Year of the data
    #[arg(long, required_unless_present = "aggregate")]
    pub year: Option<i32>,
}

/// Weights.
#[derive(Debug, Args)]
pub struct WeightArgs {
    /// Rake to the margins of this file, `variable,level,share`; each variable is a column of the answers
    #[arg(long, value_name = "MARGINS.csv", conflicts_with_all = ["from_aggregate", "continuous"])]
    pub rake: Option<PathBuf>,
    /// Column of weights, from which raking starts
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["from_aggregate", "continuous"])]
    pub weights: Option<String>,
    /// Lowest and highest weight, as multiples of the mean weight
    #[arg(long, value_name = "LOW,HIGH", requires = "rake")]
    pub weight_bounds: Option<String>,
}

/// Continuous norms.
#[derive(Debug, Args)]
pub struct ContinuousArgs {
    /// Column of age: a model over age in place of age bands
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["from_aggregate", "ages"])]
    pub continuous: Option<String>,
    /// Highest power of T
    #[arg(long, value_name = "K", default_value_t = 5)]
    pub t_power: u8,
    /// Highest power of age
    #[arg(long, value_name = "T", default_value_t = 3)]
    pub age_power: u8,
    /// Number of terms, or the most terms of which the BIC chooses, such as up-to-10
    #[arg(long, value_name = "N|up-to-N", default_value = "up-to-10")]
    pub terms: String,
    /// Width of the age groups in which people are ranked (default: each age is a group)
    #[arg(long, value_name = "YEARS")]
    pub age_width: Option<f64>,
    /// Cross-validate: parts and repeats, such as 5x10
    #[arg(long, value_name = "PARTSxREPEATS", requires = "continuous")]
    pub cross_validate: Option<String>,
}

/// Value of `--standardization`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StandardizationArg {
    /// Mean and SD.
    Linear,
    /// Percentile ranks.
    #[value(alias = "normalised")]
    Normalized,
}

/// Value of `--rank-formula`.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[allow(missing_docs, reason = "the names of the formulas, defined with `PercentileRankDefinition`")]
pub enum RankFormulaArg {
    MidRank,
    AtOrBelow,
    Below,
    Blom,
    Tukey,
    VanDerWaerden,
    Rankit,
    Levenbach,
    Filliben,
    YuHuang,
}

impl RankFormulaArg {
    /// The definition of the engine.
    #[must_use]
    pub fn definition(self) -> PercentileRankDefinition {
        match self {
            Self::MidRank => PercentileRankDefinition::MidRank,
            Self::AtOrBelow => PercentileRankDefinition::AtOrBelow,
            Self::Below => PercentileRankDefinition::Below,
            Self::Blom => PercentileRankDefinition::Blom,
            Self::Tukey => PercentileRankDefinition::Tukey,
            Self::VanDerWaerden => PercentileRankDefinition::VanDerWaerden,
            Self::Rankit => PercentileRankDefinition::Rankit,
            Self::Levenbach => PercentileRankDefinition::Levenbach,
            Self::Filliben => PercentileRankDefinition::Filliben,
            Self::YuHuang => PercentileRankDefinition::YuHuang,
        }
    }
}
