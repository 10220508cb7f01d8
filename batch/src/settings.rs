//! What is asked of a run: columns, norm, metrics, rejects, output.

use std::path::PathBuf;
use std::str::FromStr;

use engine::assessment::{IntervalKind, IntervalSettings, InvalidLevel};
use engine::norms::{Sex, StratumRule};

use crate::metric::{Decimals, InvalidDecimals, Metric, UnknownMetric};

/// Which columns of the input are what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnSettings {
    /// Column of identifiers; without it rows are numbered.
    pub id: Option<String>,
    /// Columns carried over unchanged.
    pub keep: Vec<String>,
    /// `(item, column)` where the column is not named as the item.
    pub map: Vec<(String, String)>,
    /// Codes of "not answered", in item columns only.
    pub missing: Vec<String>,
}

/// How people find their stratum in a norm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormSettings {
    /// By sex where the norm has sexes, or on the combined strata.
    pub rule: StratumRule,
    /// Column of sex.
    pub sex: Option<String>,
    /// Code → sex, any case.
    pub sex_codes: Vec<(String, Sex)>,
    /// Column of age in years.
    pub age: Option<String>,
}

/// What becomes of rows that cannot be scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RejectPolicy {
    /// The first one ends the run.
    Stop,
    /// They go into this file.
    File(PathBuf),
    /// They stay in the output, empty, with the reason in `notes`.
    Inline,
}

/// Format of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// MessagePack: a header map, an array a row, a trailer map.
    MessagePack,
    /// One JSON object a line.
    JsonLines,
}

/// All settings of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreSettings {
    /// Columns of the input.
    pub columns: ColumnSettings,
    /// Norm, when one is asked for.
    pub norm: Option<NormSettings>,
    /// Columns for each scale.
    pub metrics: Vec<Metric>,
    /// Decimals of text output.
    pub decimals: Decimals,
    /// Level and kind of intervals.
    pub interval: IntervalSettings,
    /// What becomes of rejects.
    pub rejects: RejectPolicy,
    /// Format of the output.
    pub format: OutputFormat,
    /// Number of scoring threads, from 1.
    pub threads: usize,
    /// Size of a piece of work in bytes of text input; the result does not depend on it.
    pub chunk_bytes: usize,
}

/// Size of a piece of work unless a test says otherwise: large enough to amortize, small enough to bound memory.
pub const DEFAULT_CHUNK_BYTES: usize = 512 << 10;

/// A written setting that cannot be read, with what is possible. The command and the server read settings with the
/// same functions, so that both take the same words.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSetting {
    /// A code of sex that is not of the form code=M or code=F.
    #[error("`{given}` is not of the form code=M or code=F, such as 1=M,2=F")]
    SexCode {
        /// The part at fault.
        given: String,
    },
    /// A name that is no metric.
    #[error(transparent)]
    Metric(#[from] UnknownMetric),
    /// A metric asked for twice.
    #[error("`{metric}` is named twice")]
    MetricTwice {
        /// The metric.
        metric: Metric,
    },
    /// A number of decimals that cannot be had.
    #[error(transparent)]
    Decimals(#[from] InvalidDecimals),
    /// A level that is not between 0 and 1.
    #[error("{0}, such as 0.95")]
    Level(#[from] InvalidLevel),
    /// A format that is not written.
    #[error("`{given}` is no format; possible are {}", FORMATS.map(|(name, _)| name).join(", "))]
    Format {
        /// The name given.
        given: String,
    },
}

impl InvalidSetting {
    /// The setting, as the command spells its option.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        match self {
            Self::SexCode { .. } => "sex-codes",
            Self::Metric(_) | Self::MetricTwice { .. } => "metrics",
            Self::Decimals(_) => "decimals",
            Self::Level(_) => "level",
            Self::Format { .. } => "format",
        }
    }
}

/// Reads codes of sex, such as `1=M,2=F`.
///
/// # Errors
/// When a part is not `code=M` or `code=F`.
pub fn read_sex_codes(text: &str) -> Result<Vec<(String, Sex)>, InvalidSetting> {
    text.split(',')
        .map(|part| {
            let (code, sex) = part.split_once('=').unwrap_or((part, ""));
            let sex = Sex::from_code(sex.trim());
            let given = || InvalidSetting::SexCode { given: part.to_owned() };
            sex.map(|sex| (code.trim().to_owned(), sex)).ok_or_else(given)
        })
        .collect()
}

/// Reads the names of metrics; without any, those that are usual without or with a norm.
///
/// # Errors
/// When a name is no metric or stands twice.
pub fn read_metrics<'n>(
    names: impl IntoIterator<Item = &'n str>,
    norm: Option<&NormSettings>,
) -> Result<Vec<Metric>, InvalidSetting> {
    let mut metrics = Vec::new();
    for name in names {
        let metric: Metric = name.parse()?;
        if metrics.contains(&metric) {
            return Err(InvalidSetting::MetricTwice { metric });
        }
        metrics.push(metric);
    }
    if metrics.is_empty() {
        metrics = vec![Metric::Raw, Metric::N];
        metrics.extend(norm.is_some().then_some(Metric::T));
    }
    Ok(metrics)
}

/// Reads the number of decimals, or `full`.
///
/// # Errors
/// When it is neither.
pub fn read_decimals(text: &str) -> Result<Decimals, InvalidSetting> {
    Ok(text.parse()?)
}

/// The settings of intervals.
///
/// # Errors
/// When the level is not between 0 and 1.
pub fn read_interval(kind: IntervalKind, level: f64) -> Result<IntervalSettings, InvalidSetting> {
    Ok(IntervalSettings::new(kind, level)?)
}

/// All formats of output by the name that asks for them.
pub const FORMATS: [(&str, OutputFormat); 4] = [
    ("csv", OutputFormat::Csv),
    ("parquet", OutputFormat::Parquet),
    ("msgpack", OutputFormat::MessagePack),
    ("jsonl", OutputFormat::JsonLines),
];

impl FromStr for OutputFormat {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let known = FORMATS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
        known.map(|(_, format)| *format).ok_or_else(|| InvalidSetting::Format { given: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_words() {
        let codes = read_sex_codes("1=M, 2=F").unwrap();
        assert_eq!(codes, [("1".to_owned(), Sex::Male), ("2".to_owned(), Sex::Female)]);
        assert_eq!(read_metrics([], None).unwrap(), [Metric::Raw, Metric::N]);
        assert_eq!(read_metrics(["t", "PR"], None).unwrap(), [Metric::T, Metric::Pr]);
        assert_eq!(read_decimals("full").unwrap(), Decimals::Full);
        assert_eq!("msgpack".parse::<OutputFormat>().unwrap(), OutputFormat::MessagePack);
    }

    #[test]
    fn other_words_say_which_setting_and_what_is_possible() {
        for (problem, setting, words) in [
            (read_sex_codes("1=M,2=X").unwrap_err(), "sex-codes", "`2=X` is not of the form"),
            (read_metrics(["t", "T"], None).unwrap_err(), "metrics", "`t` is named twice"),
            (read_metrics(["tee"], None).unwrap_err(), "metrics", "possible are raw"),
            (read_decimals("17").unwrap_err(), "decimals", "0 to 15"),
            (read_interval(IntervalKind::Observed, 1.5).unwrap_err(), "level", "such as 0.95"),
            ("xls".parse::<OutputFormat>().unwrap_err(), "format", "csv, parquet, msgpack, jsonl"),
        ] {
            assert_eq!(problem.setting(), setting);
            assert!(problem.to_string().contains(words), "{problem}");
        }
    }
}
