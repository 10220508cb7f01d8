//! What a request for bulk scoring asks for: the parameters of the query, named as the options of `bilan score`.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::scoring_problem::ScoringProblem;

/// Parameters of bulk scoring. They mean what the options of the same name mean for `bilan score`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ScoreQuery {
    /// Instrument, such as `ipip-neo-120` or `ipip-neo-120@1.0.0`.
    #[param(required = true)]
    pub instrument: String,
    /// Norm to compare with.
    pub norm: Option<String>,
    /// Column of sex.
    pub sex: Option<String>,
    /// Codes of sex, such as `1=M,2=F` (`M=M,F=F` unless given).
    pub sex_codes: Option<String>,
    /// Column of age in years.
    pub age: Option<String>,
    /// `by-sex` (unless given) or `combined`.
    pub stratum: Option<String>,
    /// Columns for each scale, separated by commas or repeated: raw,n,mean,z,t,pr,sten,stanine,iq,scaled,nce,sem,lower,upper.
    pub metrics: Vec<String>,
    /// Level of the intervals, between 0 and 1 (0.95 unless given).
    pub level: Option<f64>,
    /// `observed` (unless given) or `true`.
    pub interval: Option<String>,
    /// Decimals of numbers, or `full` (2 unless given).
    pub decimals: Option<String>,
    /// Column of identifiers; without it rows are numbered.
    pub id: Option<String>,
    /// Column to carry over (repeatable).
    pub keep: Vec<String>,
    /// Code of "not answered" in item columns, besides blank and NA (repeatable).
    pub missing: Vec<String>,
    /// `item=column` for an item whose column has another name (repeatable).
    pub columns: Vec<String>,
    /// `csv` (unless given), `jsonl`, `msgpack` or `parquet`.
    pub format: Option<String>,
}

/// All parameters.
const PARAMETERS: [&str; 15] = [
    "instrument",
    "norm",
    "sex",
    "sex_codes",
    "age",
    "stratum",
    "metrics",
    "level",
    "interval",
    "decimals",
    "id",
    "keep",
    "missing",
    "columns",
    "format",
];

impl ScoreQuery {
    /// Reads the pairs of a query, as they come from `Query<Vec<(String, String)>>`.
    ///
    /// # Errors
    /// All problems at once: parameters that are not known, that stand twice, that are empty or no number.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<ScoringProblem>> {
        let mut query = Self::default();
        let mut problems = Vec::new();
        let mut seen = Vec::new();
        for (name, value) in pairs {
            let single = match name.as_str() {
                "metrics" => {
                    query.metrics.extend(value.split(',').map(str::to_owned));
                    continue;
                }
                "keep" | "missing" | "columns" => {
                    let list = match name.as_str() {
                        "keep" => &mut query.keep,
                        "missing" => &mut query.missing,
                        _ => &mut query.columns,
                    };
                    list.push(value);
                    continue;
                }
                "instrument" | "level" => None,
                "norm" => Some(&mut query.norm),
                "sex" => Some(&mut query.sex),
                "sex_codes" => Some(&mut query.sex_codes),
                "age" => Some(&mut query.age),
                "stratum" => Some(&mut query.stratum),
                "interval" => Some(&mut query.interval),
                "decimals" => Some(&mut query.decimals),
                "id" => Some(&mut query.id),
                "format" => Some(&mut query.format),
                _ => {
                    problems.push(unknown(&name));
                    continue;
                }
            };
            if seen.contains(&name) {
                problems.push(ScoringProblem::of_parameter(name, "is given twice; give it once"));
                continue;
            }
            seen.push(name.clone());
            if value.is_empty() {
                problems.push(ScoringProblem::of_parameter(name, "is empty; give a value, or leave it out"));
                continue;
            }
            match (single, name.as_str()) {
                (Some(place), _) => *place = Some(value),
                (None, "level") => match value.parse() {
                    Ok(level) => query.level = Some(level),
                    Err(_) => problems.push(ScoringProblem::of_parameter(name, "is no number; such as 0.95")),
                },
                (None, _) => query.instrument = value,
            }
        }
        if query.instrument.is_empty() && !seen.iter().any(|name| name == "instrument") {
            problems.push(ScoringProblem::of_parameter("instrument", "is missing; name one, such as ipip-neo-120"));
        }
        if problems.is_empty() { Ok(query) } else { Err(problems) }
    }
}

fn unknown(name: &str) -> ScoringProblem {
    let shown: String = name.chars().take(40).collect();
    let hint = match instruments::nearest(&shown, PARAMETERS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("possible are {}", PARAMETERS.join(", ")),
    };
    let detail = format!("is no parameter; {hint}");
    ScoringProblem::of_parameter(shown, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ScoreQuery, Vec<ScoringProblem>> {
        ScoreQuery::from_pairs(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn parameters_are_read_and_lists_may_be_repeated() {
        let pairs = [
            ("instrument", "interests-60"),
            ("metrics", "raw,n"),
            ("metrics", "mean"),
            ("keep", "a,b"),
            ("keep", "c"),
            ("level", "0.9"),
        ];
        let query = read(&pairs).unwrap();
        assert_eq!(query.metrics, ["raw", "n", "mean"]);
        assert_eq!(query.keep, ["a,b", "c"]);
        assert_eq!(query.level, Some(0.9));
    }

    #[test]
    fn every_problem_is_reported_at_once_with_a_hint() {
        let problems =
            read(&[("metric", "raw"), ("norm", ""), ("level", "high"), ("id", "a"), ("id", "b")]).unwrap_err();
        let parameters: Vec<_> = problems.iter().filter_map(|problem| problem.parameter.as_deref()).collect();
        assert_eq!(parameters, ["metric", "norm", "level", "id", "instrument"]);
        assert!(problems[0].detail.contains("did you mean `metrics`?"), "{}", problems[0].detail);
    }

    #[test]
    fn the_list_of_parameters_is_the_documented_one() {
        let documented = ScoreQuery::into_params(|| None);
        let names: Vec<&str> = documented.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, PARAMETERS);
    }
}
