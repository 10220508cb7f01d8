//! A result as the row that `bilan score` writes for the same answers, by the functions that write it there.

use batch::metric::MetricValue;
use batch::output::{self, Columns};
use batch::text_buffer::TextBuffer;
use batch::{Decimals, Metric};

use super::result::{Band, ResultDocument, ScaleDocument};

/// The name of the first column, for rows that have an identifier or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowName<'a> {
    /// Rows are numbered, from 1; the column is called `row`.
    Number(u64),
    /// Rows have an identifier.
    Id {
        /// Name of the column.
        column: &'a str,
        /// Identifier of the row.
        id: &'a str,
    },
}

impl ResultDocument {
    /// The header line of `bilan score` for these scales and metrics.
    #[must_use]
    pub fn csv_header(&self, name: RowName<'_>, metrics: &[Metric]) -> Vec<u8> {
        let (id, has_id) = match name {
            RowName::Number(_) => ("row", false),
            RowName::Id { column, .. } => (column, true),
        };
        let scores = output::score_columns(self.scales.iter().map(|scale| scale.id.as_str()), metrics);
        output::csv::header(&Columns { id: id.to_owned(), has_id, keep: Vec::new(), scores })
    }

    /// The line of `bilan score` for these answers.
    #[must_use]
    pub fn csv_row(&self, name: RowName<'_>, metrics: &[Metric], decimals: Decimals) -> Vec<u8> {
        let with_norm = self.norm.is_some();
        let values: Vec<MetricValue> =
            self.scales.iter().flat_map(|scale| metrics.iter().map(|metric| scale.value(*metric, with_norm))).collect();
        let with_intervals = metrics.iter().any(|metric| metric.needs_error());
        let note = if with_intervals { &self.notes.with_intervals } else { &self.notes.scores };
        let number;
        let name = match name {
            RowName::Number(given) => {
                number = given.to_string();
                number.as_str()
            }
            RowName::Id { id, .. } => id,
        };
        let mut out = TextBuffer::default();
        output::csv::write_row(name, &values, decimals, note, &mut out);
        out.into_vec()
    }
}

impl ScaleDocument {
    /// The value of one metric; `with_norm` says whether a norm was chosen, so that errors are in T points.
    #[must_use]
    pub fn value(&self, metric: Metric, with_norm: bool) -> MetricValue {
        let real = |value: Option<f64>| value.map_or(MetricValue::Absent, MetricValue::Real);
        let whole = |value: Option<i64>| value.map_or(MetricValue::Absent, MetricValue::Whole);
        let norm = self.norm.as_ref();
        let band: Option<&Band> =
            self.error.as_ref().and_then(|error| if with_norm { error.t.as_ref() } else { Some(&error.raw) });
        match metric {
            Metric::Raw => self.raw.map_or(MetricValue::Absent, MetricValue::Raw),
            Metric::N => MetricValue::Whole(i64::from(self.n_answered)),
            Metric::Mean => real(self.mean),
            Metric::Z => real(norm.and_then(|norm| norm.z)),
            Metric::T => real(norm.and_then(|norm| norm.t)),
            Metric::Pr => real(norm.and_then(|norm| norm.percentile_rank)),
            Metric::Sten => whole(norm.and_then(|norm| norm.sten)),
            Metric::Stanine => whole(norm.and_then(|norm| norm.stanine)),
            Metric::Iq => real(norm.and_then(|norm| norm.iq)),
            Metric::Scaled => real(norm.and_then(|norm| norm.scaled)),
            Metric::Nce => real(norm.and_then(|norm| norm.nce)),
            Metric::Sem => real(band.map(|band| band.standard_error)),
            Metric::Lower => real(band.map(|band| band.lower)),
            Metric::Upper => real(band.map(|band| band.upper)),
        }
    }
}
