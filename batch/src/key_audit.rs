//! The key audit of a file while it is read: the first rows are looked at beside the scoring, and what is found is said in words.

use std::collections::BTreeMap;

use engine::model::Instrument;
use engine::quality::{FlaggedItem, InstrumentAudit, InstrumentAuditor, ScaleAudit};

use crate::block::Block;
use crate::error::{Reject, RejectReason};

/// So many rows from the beginning of a file are looked at: enough to be sure of any key, and the rest costs nothing.
pub const AUDITED_ROWS: u64 = 100_000;

/// What is gathered of the first rows of a file. Parts gathered by several workers are merged in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct FileAuditor {
    auditor: InstrumentAuditor,
    /// Column → answers that its item cannot take.
    impossible: BTreeMap<String, u64>,
}

/// What the audit of a file found; sound data give nothing to say.
#[derive(Debug, Clone, PartialEq)]
pub struct FileAudit {
    /// Key, copied columns, constant columns.
    pub instrument: InstrumentAudit,
    /// Columns with answers that their item cannot take, and in how many rows one of them was the first problem.
    pub impossible: Vec<(String, u64)>,
}

impl FileAuditor {
    /// Nothing read yet.
    #[must_use]
    pub fn new(instrument: &Instrument) -> Self {
        Self { auditor: InstrumentAuditor::new(instrument), impossible: BTreeMap::new() }
    }

    /// Looks at the rows of a block that are among the first [`AUDITED_ROWS`] of the file.
    pub fn add(&mut self, block: &Block<'_>) {
        let n_rows = block.rows.partition_point(|row| row.number <= AUDITED_ROWS);
        if n_rows == 0 {
            return;
        }
        self.auditor.add(block.matrix, n_rows);
        for reject in block.rows[..n_rows].iter().filter_map(|row| row.reject.as_deref()) {
            if let Some(column) = impossible_answer(reject) {
                *self.impossible.entry(column.to_owned()).or_default() += 1;
            }
        }
    }

    /// Adds what another worker gathered.
    pub fn merge(&mut self, other: &Self) {
        self.auditor.merge(&other.auditor);
        for (column, n) in &other.impossible {
            *self.impossible.entry(column.clone()).or_default() += n;
        }
    }

    /// What there is to say.
    #[must_use]
    pub fn finish(self) -> FileAudit {
        FileAudit { instrument: self.auditor.finish(), impossible: self.impossible.into_iter().collect() }
    }
}

fn impossible_answer(reject: &Reject) -> Option<&str> {
    let is_impossible = matches!(reject.reason, RejectReason::OutsideCategories { .. } | RejectReason::NotACode { .. });
    reject.column.as_deref().filter(|_| is_impossible)
}

impl FileAudit {
    /// One sentence for each finding, with the place, what was found and what to look at; empty for sound data.
    #[must_use]
    pub fn warnings(&self, instrument: &Instrument) -> Vec<String> {
        let item = |item_idx: usize| instrument.items().get(item_idx).map_or("?", |item| item.id.as_str());
        let keys = self.instrument.scales.iter().flat_map(|scale| flagged(instrument, scale));
        let identical = self.instrument.identical.iter().map(|group| {
            let items: Vec<String> = group.items.iter().map(|&item_idx| format!("`{}`", item(item_idx))).collect();
            format!(
                "items {} have the same answer from every one of {} people; was a column copied by mistake?",
                items.join(", "),
                group.n
            )
        });
        let constant = self.instrument.no_spread.iter().map(|&item_idx| {
            format!("item `{}` has the same answer from everybody; is its column filled in?", item(item_idx))
        });
        let impossible = self.impossible.iter().map(|(column, n)| {
            let rows = if *n == 1 { "row" } else { "rows" };
            format!("column `{column}` holds an impossible answer in {n} {rows}; is there a code of not answered to name with --missing?")
        });
        keys.chain(identical).chain(constant).chain(impossible).collect()
    }
}

fn flagged<'a>(instrument: &'a Instrument, scale: &'a ScaleAudit) -> impl Iterator<Item = String> + 'a {
    let found = scale.outcome.as_ref().ok();
    let id = instrument.scales().get(scale.scale_idx).map_or("?", |scale| scale.id.as_str());
    found.into_iter().flat_map(move |audit| {
        audit.flagged.iter().map(move |flagged| {
            let item_idx = scale.items.get(flagged.item).copied().unwrap_or_default();
            let item = instrument.items().get(item_idx).map_or("?", |item| item.id.as_str());
            let FlaggedItem { item_rest_correlation: r, lower, upper, .. } = flagged;
            format!(
                "item `{item}` runs against its scale `{id}`: correlation with the rest {r:.2} (99 % interval {lower:.2} to {upper:.2}, n = {}); check its sign in keys.csv, and whether its column was turned before",
                audit.n
            )
        })
    })
}
