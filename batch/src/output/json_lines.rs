//! JSON Lines output: one object a row, in the order of the columns.

use std::io::Write as _;

use super::{Columns, NOTES};
use crate::input::decode;
use crate::metric::MetricValue;
use crate::worker::Scored;

/// Writes the rows of a block; rejected ones only when `inline`.
pub fn write_rows(scored: &Scored<'_>, columns: &Columns, inline: bool, out: &mut Vec<u8>) {
    let block = scored.block();
    let shared = scored.shared();
    let n_keep = columns.keep.len();
    for (row, info) in scored.rows().iter().enumerate() {
        if info.reject.is_some() && !inline {
            continue;
        }
        out.push(b'{');
        write_json(&columns.id, out);
        out.push(b':');
        match info.id {
            Some((start, end)) => write_json(&decode(&block.text[start..end]), out),
            // Writing into a vector cannot fail.
            None => drop(write!(out, "{}", info.number)),
        }
        for (name, &(start, end)) in columns.keep.iter().zip(&block.kept[row * n_keep..]) {
            out.push(b',');
            write_json(name, out);
            out.push(b':');
            write_json(&decode(&block.text[start..end]), out);
        }
        let (results, note) = match &info.reject {
            Some(reject) => (Vec::new(), reject.note()),
            None => scored.results(row),
        };
        let mut scores = columns.scores.iter();
        for (scale_idx, _) in shared.instrument.scales().iter().enumerate() {
            for (name, metric) in scores.by_ref().take(shared.metrics.len()) {
                out.push(b',');
                write_json(name, out);
                out.push(b':');
                let result = results.get(scale_idx);
                match result.map_or(MetricValue::Absent, |result| metric.of(result, shared.with_norm())) {
                    MetricValue::Absent => out.extend_from_slice(b"null"),
                    value => shared.decimals.write(value, out),
                }
            }
        }
        out.push(b',');
        write_json(NOTES, out);
        out.push(b':');
        if note.is_empty() {
            out.extend_from_slice(b"null")
        } else {
            write_json(&note, out)
        }
        out.extend_from_slice(b"}\n");
    }
}

fn write_json(text: &str, out: &mut Vec<u8>) {
    // Writing a string into a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}
