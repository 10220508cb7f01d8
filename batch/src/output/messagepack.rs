//! MessagePack output: a header map with the columns and the provenance, an array a row, a trailer map with the counts.

use rmp::encode;

use super::Columns;
use crate::input::decode;
use crate::metric::MetricValue;
use crate::provenance::{Counts, Provenance};
use crate::worker::Scored;

/// The header map `{columns: […], provenance: "…"}`; the provenance is JSON, as in the other formats.
#[must_use]
pub fn header(columns: &Columns, provenance: &Provenance) -> Vec<u8> {
    let mut out = Vec::new();
    let names: Vec<&str> = columns.names().collect();
    // Writing into a vector cannot fail.
    let _ = encode::write_map_len(&mut out, 2);
    let _ = encode::write_str(&mut out, "columns");
    let _ = encode::write_array_len(&mut out, names.len() as u32);
    for name in names {
        let _ = encode::write_str(&mut out, name);
    }
    let _ = encode::write_str(&mut out, "provenance");
    let _ = encode::write_str(&mut out, &provenance.to_json(None));
    out
}

/// The trailer map `{rows: n, scored: n, rejected: n}`; `rows` counts the arrays before it.
#[must_use]
pub fn trailer(counts: &Counts, rows_written: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let entries = [("rows", rows_written), ("scored", counts.scored), ("rejected", counts.rejected)];
    // Writing into a vector cannot fail.
    let _ = encode::write_map_len(&mut out, entries.len() as u32);
    for (name, count) in entries {
        let _ = encode::write_str(&mut out, name);
        let _ = encode::write_uint(&mut out, count);
    }
    out
}

/// Writes the rows of a block; rejected ones only when `inline`.
pub fn write_rows(scored: &Scored<'_>, columns: &Columns, inline: bool, out: &mut Vec<u8>) {
    let block = scored.block();
    let shared = scored.shared();
    let n_keep = columns.keep.len();
    let n_columns = 2 + n_keep + columns.scores.len();
    for (row, info) in scored.rows().iter().enumerate() {
        if info.reject.is_some() && !inline {
            continue;
        }
        // Writing into a vector cannot fail.
        let _ = encode::write_array_len(out, n_columns as u32);
        match info.id {
            Some((start, end)) => drop(encode::write_str(out, &decode(&block.text[start..end]))),
            None => drop(encode::write_uint(out, info.number)),
        }
        for &(start, end) in &block.kept[row * n_keep..(row + 1) * n_keep] {
            let _ = encode::write_str(out, &decode(&block.text[start..end]));
        }
        let (results, note) = match &info.reject {
            Some(reject) => (Vec::new(), reject.note()),
            None => scored.results(row),
        };
        for scale_idx in 0..shared.instrument.scales().len() {
            for metric in shared.metrics {
                let result = results.get(scale_idx);
                match result.map_or(MetricValue::Absent, |result| metric.of(result, shared.with_norm())) {
                    MetricValue::Absent => drop(encode::write_nil(out)),
                    MetricValue::Whole(value) => drop(encode::write_sint(out, value)),
                    MetricValue::Raw(value) | MetricValue::Real(value) => drop(encode::write_f64(out, value)),
                }
            }
        }
        let _ = if note.is_empty() {
            encode::write_nil(out)
        } else {
            encode::write_str(out, &note).map_err(|_| std::io::Error::other(""))
        };
    }
}
