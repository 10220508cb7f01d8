//! `norms/<norm>.curves.csv`: the models of a continuous norm, from which its tables by age were made.

use std::collections::BTreeMap;

use engine::norms::Sex;
use engine::norms::continuous::{ContinuousNorm, Reach, Term};

use super::NormFiles;
use crate::load::scales::ScaleFacts;
use crate::load::{Need, Reading};
use crate::loaded::NormCurve;
use crate::problem::{Problem, did_you_mean, given};
use crate::table::{Columns, Row, Table};

const COLUMNS: Columns = Columns {
    required: &["sex", "scale", "quantity", "t_power", "age_power", "value"],
    optional: &[],
    max_rows: 100_000,
};

/// The limits of a model, in the order of [`Lines::limits`].
const LIMITS: [&str; 6] = ["age_min", "age_max", "t_min", "t_max", "raw_min", "raw_max"];

/// The lines of one sex and scale.
#[derive(Default)]
struct Lines {
    line: usize,
    intercept: Option<f64>,
    terms: Vec<Term>,
    limits: [Option<f64>; 6],
}

/// Reads the models; none where there is no such file.
pub(super) fn read(reading: &mut Reading<'_>, files: &NormFiles, scales: &[ScaleFacts]) -> Vec<NormCurve> {
    let Some(bytes) = reading.bytes(&files.curves, Need::Optional) else { return Vec::new() };
    let problems = &mut reading.problems;
    let Some(table) = Table::read(&files.curves, &bytes, COLUMNS, problems) else { return Vec::new() };
    let mut models: BTreeMap<(Option<Sex>, usize), Lines> = BTreeMap::new();
    for row in table.rows() {
        if problems.is_full() {
            break;
        }
        let Some((sex, scale_idx)) = problems.keep(place(&row, scales)) else { continue };
        let lines = models.entry((sex, scale_idx)).or_default();
        lines.line = row.line;
        problems.keep(add(&row, lines));
    }
    let curve = |((sex, scale_idx), lines): ((Option<Sex>, usize), Lines)| {
        let norm = problems.keep(model(&files.curves, lines))?;
        Some(NormCurve { sex, scale_idx, norm })
    };
    models.into_iter().filter_map(curve).collect()
}

fn place(row: &Row<'_>, scales: &[ScaleFacts]) -> Result<(Option<Sex>, usize), Problem> {
    let sex = match row.get("sex") {
        "" => None,
        code => Some(Sex::from_code(code).ok_or_else(|| {
            row.error("sex", format!("{} is not a sex", given(code)), "write F or M, or leave it blank for anyone")
        })?),
    };
    let scale = row.get("scale");
    let scale_idx = scales.iter().position(|known| known.id == scale).ok_or_else(|| {
        let known = scales.iter().map(|scale| scale.id.as_str());
        let remedy = did_you_mean(scale, known, "use a scale of the instrument, or delete the line");
        row.error("scale", format!("unknown scale {}", given(scale)), remedy)
    })?;
    Ok((sex, scale_idx))
}

fn add(row: &Row<'_>, lines: &mut Lines) -> Result<(), Problem> {
    let value = row.needed_number("value")?;
    let quantity = row.get("quantity");
    if let Some(limit) = LIMITS.iter().position(|known| *known == quantity).and_then(|idx| lines.limits.get_mut(idx)) {
        *limit = Some(value);
        return Ok(());
    }
    if quantity != "coefficient" {
        let remedy = did_you_mean(quantity, LIMITS.into_iter().chain(["coefficient"]), "delete the line");
        return Err(row.error("quantity", format!("unknown quantity {}", given(quantity)), remedy));
    }
    let power = |column: &str| {
        let text = row.get(column);
        text.parse::<u8>().map_err(|_| {
            row.error(column, format!("{} is not a power", given(text)), "write a whole number from 0 to 6")
        })
    };
    match (power("t_power")?, power("age_power")?) {
        (0, 0) => lines.intercept = Some(value),
        (t_power, age_power) => lines.terms.push(Term { t_power, age_power, coefficient: value }),
    }
    Ok(())
}

fn model(file: &str, lines: Lines) -> Result<ContinuousNorm, Problem> {
    let place = format!("line {}", lines.line);
    let remedy = "build the norm again, or delete the lines of this sex and scale";
    let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)] = lines.limits else {
        let missing = LIMITS.iter().zip(lines.limits).find(|(_, limit)| limit.is_none()).map_or("", |(name, _)| name);
        return Err(Problem::error(file, place, format!("the model has no {missing}"), remedy));
    };
    let Some(intercept) = lines.intercept else {
        return Err(Problem::error(file, place, "the model has no coefficient of powers 0 and 0", remedy));
    };
    ContinuousNorm::new(intercept, lines.terms, Reach { ages: (a, b), t: (c, d), raw: (e, f) })
        .map_err(|error| Problem::error(file, place, error.to_string(), remedy))
}
