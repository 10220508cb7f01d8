//! The columns that can be asked for: raw scores, standard scores, measurement error.

use std::fmt;
use std::str::FromStr;

use engine::assessment::{ErrorBand, ScaleResult};
use engine::norms::ScoreMetric;

/// One column of output for each scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Raw score.
    Raw,
    /// Number of answered items.
    N,
    /// Mean of the answered keyed items.
    Mean,
    /// z score on the norm.
    Z,
    /// T score: mean 50, SD 10.
    T,
    /// Percentile rank, 0 to 100.
    Pr,
    /// Sten, 1 to 10.
    Sten,
    /// Stanine, 1 to 9.
    Stanine,
    /// Standard score of the IQ type: mean 100, SD 15.
    Iq,
    /// Scaled score: mean 10, SD 3.
    Scaled,
    /// Normal curve equivalent: mean 50, SD 21.06.
    Nce,
    /// Standard error of measurement, on T with a norm, else raw.
    Sem,
    /// Lower end of the interval, in the unit of `sem`.
    Lower,
    /// Upper end of the interval, in the unit of `sem`.
    Upper,
}

/// All metrics by the name used in column headers.
pub const METRICS: [(&str, Metric); 14] = [
    ("raw", Metric::Raw),
    ("n", Metric::N),
    ("mean", Metric::Mean),
    ("z", Metric::Z),
    ("t", Metric::T),
    ("pr", Metric::Pr),
    ("sten", Metric::Sten),
    ("stanine", Metric::Stanine),
    ("iq", Metric::Iq),
    ("scaled", Metric::Scaled),
    ("nce", Metric::Nce),
    ("sem", Metric::Sem),
    ("lower", Metric::Lower),
    ("upper", Metric::Upper),
];

/// A name that is no metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no metric; possible are {}", METRICS.map(|(name, _)| name).join(", "))]
pub struct UnknownMetric {
    /// The name given.
    pub given: String,
}

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(text: &str) -> Result<Self, UnknownMetric> {
        let known = METRICS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
        known.map(|(_, metric)| *metric).ok_or_else(|| UnknownMetric { given: text.to_owned() })
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = METRICS.iter().find(|(_, metric)| metric == self).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

/// The value of one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MetricValue {
    /// There is none; `notes` says why.
    Absent,
    /// A count or a class, printed as a whole number.
    Whole(i64),
    /// A raw score: printed whole when it is whole.
    Raw(f64),
    /// A standard score or an error.
    Real(f64),
}

impl Metric {
    /// Whether the metric needs a norm.
    #[must_use]
    pub fn needs_norm(self) -> bool {
        use Metric::{Iq, Nce, Pr, Scaled, Stanine, Sten, T, Z};
        matches!(self, Z | T | Pr | Sten | Stanine | Iq | Scaled | Nce)
    }

    /// Whether the metric needs a standard error.
    #[must_use]
    pub fn needs_error(self) -> bool {
        matches!(self, Self::Sem | Self::Lower | Self::Upper)
    }

    /// Whether values are whole numbers.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, Self::N | Self::Sten | Self::Stanine)
    }

    /// Reads the metric off a result; `with_norm` says whether a norm was asked for.
    #[must_use]
    pub fn of(self, result: &ScaleResult, with_norm: bool) -> MetricValue {
        let real = |value: Option<f64>| value.map_or(MetricValue::Absent, MetricValue::Real);
        let norm = result.norm.as_ref().and_then(|norm| norm.as_ref().ok());
        let standard = |metric| real(norm.and_then(|norm| norm.value(metric)));
        let class = |value: MetricValue| match value {
            MetricValue::Real(value) => MetricValue::Whole(value as i64),
            other => other,
        };
        let of_band = |f: fn(&ErrorBand) -> f64| {
            let uncertainty = result.uncertainty.as_ref().ok();
            let band = uncertainty.and_then(|u| if with_norm { u.t.as_ref() } else { Some(&u.raw) });
            real(band.map(f))
        };
        match self {
            Self::Raw => result.score.raw.as_ref().map_or(MetricValue::Absent, |raw| MetricValue::Raw(raw.value)),
            Self::N => MetricValue::Whole(i64::from(result.score.answered)),
            Self::Mean => real(result.score.mean),
            Self::Z => standard(ScoreMetric::Z),
            Self::T => standard(ScoreMetric::TScore),
            Self::Pr => standard(ScoreMetric::PercentileRank),
            Self::Sten => class(standard(ScoreMetric::Sten)),
            Self::Stanine => class(standard(ScoreMetric::Stanine)),
            Self::Iq => standard(ScoreMetric::StandardScore),
            Self::Scaled => standard(ScoreMetric::ScaledScore),
            Self::Nce => standard(ScoreMetric::Nce),
            Self::Sem => of_band(|band| band.standard_error),
            Self::Lower => of_band(|band| band.lower),
            Self::Upper => of_band(|band| band.upper),
        }
    }
}

/// How many decimals real numbers are printed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimals {
    /// A fixed number.
    Fixed(u8),
    /// The shortest text that reads back to the same number.
    Full,
}

/// A number of decimals that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no number of decimals; possible are 0 to 15 and `full`")]
pub struct InvalidDecimals {
    /// The text given.
    pub given: String,
}

impl FromStr for Decimals {
    type Err = InvalidDecimals;

    fn from_str(text: &str) -> Result<Self, InvalidDecimals> {
        if text.eq_ignore_ascii_case("full") {
            return Ok(Self::Full);
        }
        match text.parse::<u8>() {
            Ok(decimals) if decimals <= 15 => Ok(Self::Fixed(decimals)),
            _ => Err(InvalidDecimals { given: text.to_owned() }),
        }
    }
}

impl fmt::Display for Decimals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(decimals) => write!(f, "{decimals}"),
            Self::Full => f.write_str("full"),
        }
    }
}

impl Decimals {
    /// Writes a value as text; nothing for an absent one.
    pub fn write(self, value: MetricValue, out: &mut Vec<u8>) {
        use std::io::Write as _;
        // Writing into a vector cannot fail.
        let _ = match (value, self) {
            (MetricValue::Absent, _) => Ok(()),
            (MetricValue::Whole(value), _) => write!(out, "{value}"),
            (MetricValue::Raw(value), _) if value.fract() == 0.0 && value.abs() < 1e15 => write!(out, "{value:.0}"),
            (MetricValue::Raw(value) | MetricValue::Real(value), Self::Full) => write!(out, "{value}"),
            (MetricValue::Raw(value) | MetricValue::Real(value), Self::Fixed(decimals)) => {
                write!(out, "{value:.*}", usize::from(decimals))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(decimals: Decimals, value: MetricValue) -> String {
        let mut out = Vec::new();
        decimals.write(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn names_and_metrics_are_inverse() {
        for (name, metric) in METRICS {
            assert_eq!(name.parse::<Metric>().unwrap(), metric);
            assert_eq!(metric.to_string(), name);
        }
        assert!("tscore".parse::<Metric>().unwrap_err().to_string().contains("possible are raw, n, mean"));
    }

    #[test]
    fn numbers_are_printed_as_asked() {
        let two = Decimals::Fixed(2);
        assert_eq!(text(two, MetricValue::Real(52.345)), "52.34"); // binary 52.34499…
        assert_eq!(text(two, MetricValue::Real(50.0)), "50.00");
        assert_eq!(text(two, MetricValue::Raw(50.0)), "50");
        assert_eq!(text(two, MetricValue::Raw(52.0 / 3.0)), "17.33");
        assert_eq!(text(Decimals::Full, MetricValue::Raw(52.0 / 3.0)), "17.333333333333332");
        assert_eq!(text(two, MetricValue::Whole(7)), "7");
        assert_eq!(text(two, MetricValue::Absent), "");
        let shortest = text(Decimals::Full, MetricValue::Real(0.1 + 0.2));
        assert_eq!(shortest.parse::<f64>().unwrap(), 0.1 + 0.2);
    }

    #[test]
    fn decimals_are_checked() {
        assert_eq!("full".parse::<Decimals>().unwrap(), Decimals::Full);
        assert_eq!("0".parse::<Decimals>().unwrap(), Decimals::Fixed(0));
        for bad in ["16", "-1", "two", ""] {
            assert!(bad.parse::<Decimals>().is_err());
        }
    }
}
