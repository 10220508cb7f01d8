//! A checked request for bulk scoring: instrument and settings, and the provenance that is known before the first row.

use std::sync::Arc;

use batch::settings::{InvalidSetting, read_decimals, read_interval, read_metrics, read_sex_codes};
use batch::{ColumnSettings, Counts, Job, NormSettings, OutputFormat, Provenance, RejectPolicy, ScoreSettings};
use engine::assessment::IntervalKind;
use engine::norms::StratumRule;
use instruments::{Catalog, LoadedInstrument};

use super::audit_note::AuditNote;
use super::score_query::ScoreQuery;
use super::scoring_problem::{ProblemKind, ScoringProblem};

/// How much of the machine one run may take. The scores do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunShare {
    /// Scoring threads, from 1.
    pub threads: usize,
    /// Bytes of text in a piece of work; about `6 × threads` pieces are in memory at once.
    pub chunk_bytes: usize,
}

/// What is to be scored how: everything but the rows.
#[derive(Clone)]
pub struct ScoringOrder {
    catalog: Arc<Catalog>,
    instrument: Arc<LoadedInstrument>,
    norm_id: Option<String>,
    settings: ScoreSettings,
}

impl ScoringOrder {
    /// Checks what a query asks for. What depends on the rows (columns, sexes of the norm) is checked when they come.
    ///
    /// # Errors
    /// All problems at once.
    pub fn of(query: &ScoreQuery, catalog: &Arc<Catalog>, share: RunShare) -> Result<Self, Vec<ScoringProblem>> {
        let mut problems = Vec::new();
        let instrument = catalog.find(&query.instrument).map_err(|error| problems.push(instrument_problem(&error)));
        let settings = settings_of(query, share, &mut problems);
        match (instrument, settings, problems.is_empty()) {
            (Ok(instrument), Some(settings), true) => {
                Ok(Self { catalog: Arc::clone(catalog), instrument, norm_id: query.norm.clone(), settings })
            }
            _ => Err(problems),
        }
    }

    /// The same order for the instrument with norms of its own, such as those of an organisation.
    #[must_use]
    pub fn for_instrument(self, instrument: Arc<LoadedInstrument>) -> Self {
        Self { instrument, ..self }
    }

    /// The instrument.
    #[must_use]
    pub fn instrument(&self) -> &Arc<LoadedInstrument> {
        &self.instrument
    }

    /// The work for the scorer, the same that `bilan score --rejects inline` does.
    #[must_use]
    pub fn job(&self) -> Job<'_> {
        Job {
            catalog: &self.catalog,
            instrument: &self.instrument,
            norm_id: self.norm_id.as_deref(),
            settings: &self.settings,
            allow_simulated: false,
        }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &ScoreSettings {
        &self.settings
    }

    /// What makes the scores, as JSON: known before the first row; with the counts when the run is over.
    #[must_use]
    pub fn provenance(&self, counts: Option<&Counts>) -> String {
        Provenance::of(&self.instrument, self.norm_id.as_deref(), &self.settings).to_json(counts)
    }

    /// The same findings of the key audit for whoever words them in another language.
    #[must_use]
    pub fn notes(&self, audit: &batch::FileAudit) -> Vec<AuditNote> {
        AuditNote::all_of(audit, self.instrument.instrument())
    }

    /// What the key audit of the first rows has to say, one sentence each.
    #[must_use]
    pub fn warnings(&self, audit: &batch::FileAudit) -> Vec<String> {
        audit.warnings(self.instrument.instrument()).iter().map(ToString::to_string).collect()
    }

    /// Content type of the output.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        content_type(self.settings.format)
    }

    /// Content type of the output that a query in order asked for, whatever has become of its norm.
    #[must_use]
    pub fn content_type_of(query: &ScoreQuery) -> &'static str {
        content_type(query.format.as_deref().and_then(|format| format.parse().ok()).unwrap_or(OutputFormat::Csv))
    }
}

fn content_type(format: OutputFormat) -> &'static str {
    match format {
        OutputFormat::Csv => "text/csv; charset=utf-8",
        OutputFormat::JsonLines => "application/jsonl",
        OutputFormat::MessagePack => "application/msgpack",
        OutputFormat::Parquet => "application/vnd.apache.parquet",
    }
}

fn settings_of(query: &ScoreQuery, share: RunShare, problems: &mut Vec<ScoringProblem>) -> Option<ScoreSettings> {
    let norm = norm_of(query, problems);
    let kind = one_of(
        "interval",
        query.interval.as_deref(),
        [("observed", IntervalKind::Observed), ("true", IntervalKind::True)],
        problems,
    );
    let interval = taken(read_interval(kind, query.level.unwrap_or(0.95)), problems);
    let metrics = taken(read_metrics(query.metrics.iter().map(String::as_str), norm.as_ref()), problems);
    let decimals = taken(read_decimals(query.decimals.as_deref().unwrap_or("2")), problems);
    let format = taken(query.format.as_deref().unwrap_or("csv").parse::<OutputFormat>(), problems);
    let map = columns_of(query, problems);
    Some(ScoreSettings {
        columns: ColumnSettings { id: query.id.clone(), keep: query.keep.clone(), map, missing: query.missing.clone() },
        norm,
        metrics: metrics?,
        decimals: decimals?,
        interval: interval?,
        rejects: RejectPolicy::Inline,
        format: format?,
        threads: share.threads.max(1),
        chunk_bytes: share.chunk_bytes,
    })
}

fn norm_of(query: &ScoreQuery, problems: &mut Vec<ScoringProblem>) -> Option<NormSettings> {
    let rules = [("by-sex", StratumRule::BySex), ("combined", StratumRule::Combined)];
    let rule = one_of("stratum", query.stratum.as_deref(), rules, problems);
    let sex_codes = taken(read_sex_codes(query.sex_codes.as_deref().unwrap_or("M=M,F=F")), problems)?;
    query.norm.as_ref().map(|_| NormSettings { rule, sex: query.sex.clone(), sex_codes, age: query.age.clone() })
}

fn columns_of(query: &ScoreQuery, problems: &mut Vec<ScoringProblem>) -> Vec<(String, String)> {
    let mut map = Vec::new();
    for entry in &query.columns {
        match entry.split_once('=') {
            Some((item, column)) if !item.trim().is_empty() && !column.is_empty() => {
                map.push((item.trim().to_owned(), column.to_owned()));
            }
            _ => {
                problems.push(ScoringProblem::of_parameter("columns", "is not of the form item=column, such as i1=Q1"))
            }
        }
    }
    map
}

/// One of two words; the first unless given.
fn one_of<T: Copy>(
    parameter: &str,
    given: Option<&str>,
    [first, second]: [(&str, T); 2],
    problems: &mut Vec<ScoringProblem>,
) -> T {
    match given {
        None => first.1,
        Some(word) if word == first.0 => first.1,
        Some(word) if word == second.0 => second.1,
        Some(_) => {
            let detail = format!("is not known; possible are {} and {}", first.0, second.0);
            problems.push(ScoringProblem::of_parameter(parameter, detail));
            first.1
        }
    }
}

fn taken<T>(read: Result<T, InvalidSetting>, problems: &mut Vec<ScoringProblem>) -> Option<T> {
    let note = |problem: InvalidSetting| {
        ScoringProblem::of_parameter(problem.setting().replace('-', "_"), problem.to_string())
    };
    read.map_err(|problem| problems.push(note(problem))).ok()
}

fn instrument_problem(error: &instruments::Error) -> ScoringProblem {
    match error {
        instruments::Error::NotFound(missing) => ScoringProblem {
            parameter: Some("instrument".to_owned()),
            ..ScoringProblem::new(ProblemKind::NoSuchInstrument, missing.to_string())
        },
        _ => ScoringProblem::internal(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARE: RunShare = RunShare { threads: 2, chunk_bytes: 1 << 16 };

    #[test]
    fn a_query_becomes_the_settings_of_the_command() {
        let query = ScoreQuery {
            instrument: "ipip-neo-120".to_owned(),
            norm: Some("johnson-2014".to_owned()),
            sex: Some("sex".to_owned()),
            sex_codes: Some("1=M,2=F".to_owned()),
            columns: vec!["i1=Q=1".to_owned()],
            ..ScoreQuery::default()
        };
        let order = ScoringOrder::of(&query, &Arc::new(Catalog::bundled()), SHARE).unwrap();
        let settings = order.settings();
        assert_eq!(settings.metrics, [batch::Metric::Raw, batch::Metric::N, batch::Metric::T]);
        assert_eq!(settings.rejects, RejectPolicy::Inline);
        assert_eq!(settings.columns.map, [("i1".to_owned(), "Q=1".to_owned())]);
        assert!(order.provenance(None).contains("johnson-2014"));
        assert_eq!(order.content_type(), "text/csv; charset=utf-8");
    }

    #[test]
    fn every_setting_at_fault_is_named() {
        let query = ScoreQuery {
            instrument: "ipip-neo-12".to_owned(),
            metrics: vec!["tee".to_owned()],
            level: Some(2.0),
            interval: Some("real".to_owned()),
            stratum: Some("all".to_owned()),
            decimals: Some("x".to_owned()),
            format: Some("xls".to_owned()),
            sex_codes: Some("1".to_owned()),
            columns: vec!["i1".to_owned()],
            ..ScoreQuery::default()
        };
        let Err(problems) = ScoringOrder::of(&query, &Arc::new(Catalog::bundled()), SHARE) else {
            panic!("faults were taken")
        };
        let mut named: Vec<&str> = problems.iter().filter_map(|problem| problem.parameter.as_deref()).collect();
        named.sort_unstable();
        let all =
            ["columns", "decimals", "format", "instrument", "interval", "level", "metrics", "sex_codes", "stratum"];
        assert_eq!(named, all);
        assert!(problems[0].detail.contains("ipip-neo-120"), "{}", problems[0].detail);
    }
}
