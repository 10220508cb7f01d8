//! `norms/<norm>.csv` and `norms/<norm>.table.csv`: means, standard deviations and raw-score tables.

use std::collections::BTreeMap;

use engine::norms::{PercentileTable, ScaleNorm, Standardization, TableError};

use super::NormFiles;
use super::card::Draft;
use crate::load::reliability::largest_sd;
use crate::load::scales::ScaleFacts;
use crate::load::{Need, Reading};
use crate::problem::{Problem, Problems, did_you_mean, given};
use crate::table::{Columns, Row, Table};

const VALUE_COLUMNS: Columns =
    Columns { required: &["stratum", "scale", "mean", "sd"], optional: &["n"], max_rows: 1_000_000 };
const TABLE_COLUMNS: Columns =
    Columns { required: &["stratum", "scale", "raw", "percentile_rank"], optional: &[], max_rows: 1_000_000 };

/// The values of a norm: `norms[stratum][scale]`, strata as in the draft, scales as in the instrument.
pub(super) struct Values {
    pub norms: Vec<Vec<Option<ScaleNorm>>>,
    pub named: Named,
}

/// Which strata and scales some line names, sound or not, so that a line with an error is not also missing.
#[derive(Debug, Default)]
pub(super) struct Named {
    means: Vec<(String, usize)>,
    tables: Vec<(String, usize)>,
}

impl Named {
    pub(super) fn is_empty(&self) -> bool {
        self.means.is_empty() && self.tables.is_empty()
    }

    pub(super) fn contains(&self, stratum: &str, scale_idx: usize) -> bool {
        self.has_mean(stratum, scale_idx) || self.has_table(stratum, scale_idx)
    }

    pub(super) fn has_mean(&self, stratum: &str, scale_idx: usize) -> bool {
        self.means.iter().any(|(known, idx)| known == stratum && *idx == scale_idx)
    }

    pub(super) fn has_table(&self, stratum: &str, scale_idx: usize) -> bool {
        self.tables.iter().any(|(known, idx)| known == stratum && *idx == scale_idx)
    }
}

/// Mean, SD and n of one line; beside the tables of a normalized norm each may be blank.
#[derive(Debug, Clone, Copy)]
struct Moments {
    mean: Option<f64>,
    sd: Option<f64>,
    n: Option<u32>,
}

/// The lines of one table.
#[derive(Debug, Default)]
struct Points {
    points: Vec<(f64, f64)>,
    lines: Vec<usize>,
}

/// Stratum and scale, by their places.
type Cell = (usize, usize);

/// Reads the values of a norm.
pub(super) fn read(reading: &mut Reading<'_>, files: &NormFiles, draft: &Draft, scales: &[ScaleFacts]) -> Values {
    let mut named = Named::default();
    let moments = read_moments(reading, files, draft, scales, &mut named);
    let tables = read_tables(reading, files, draft, scales, &mut named);
    let cell = |stratum_idx: usize, scale_idx: usize| {
        let moments = moments.get(&(stratum_idx, scale_idx));
        let table = tables.get(&(stratum_idx, scale_idx)).cloned();
        // What makes no norm was refused line by line, or is reported as missing by the engine.
        let (mean, sd) = (moments.and_then(|known| known.mean), moments.and_then(|known| known.sd));
        ScaleNorm::new(mean, sd, moments.and_then(|known| known.n), table).ok()
    };
    let norms =
        (0..draft.strata.strata.len()).map(|stratum| (0..scales.len()).map(|scale| cell(stratum, scale)).collect());
    Values { norms: norms.collect(), named }
}

fn read_moments(
    reading: &mut Reading<'_>,
    files: &NormFiles,
    draft: &Draft,
    scales: &[ScaleFacts],
    named: &mut Named,
) -> BTreeMap<Cell, Moments> {
    let mut moments = BTreeMap::new();
    let need = match draft.card.standardization {
        Standardization::Linear => Need::Required,
        Standardization::Normalized => Need::Optional,
    };
    let Some(bytes) = reading.bytes(&files.values, need) else {
        if need == Need::Required {
            name_all(&mut named.means, draft, scales);
        }
        return moments;
    };
    let problems = &mut reading.problems;
    let Some(table) = Table::read(&files.values, &bytes, VALUE_COLUMNS, problems) else {
        name_all(&mut named.means, draft, scales);
        return moments;
    };
    let mut lines: BTreeMap<(String, usize), usize> = BTreeMap::new();
    for row in table.rows() {
        if problems.is_full() {
            break;
        }
        let place = read_place(&row, draft, scales, problems);
        if let Some(scale_idx) = place.scale_idx {
            named.means.push((row.get("stratum").to_owned(), scale_idx));
            if let Some(first) = lines.insert((row.get("stratum").to_owned(), scale_idx), row.line) {
                let message = format!("this stratum and scale stand twice, first on line {first}");
                problems.push(row.error("scale", message, "keep one of the two lines"));
                continue;
            }
        }
        let scale = place.scale_idx.and_then(|idx| scales.get(idx));
        let Some(values) = read_line(&row, scale, place.stratum_n, need, problems) else { continue };
        if let Some(cell) = place.cell() {
            moments.insert(cell, values);
        }
    }
    moments
}

/// When a whole file cannot be read, its contents are not reported as missing one by one.
fn name_all(named: &mut Vec<(String, usize)>, draft: &Draft, scales: &[ScaleFacts]) {
    for stratum in &draft.strata.declared {
        named.extend((0..scales.len()).map(|scale_idx| (stratum.clone(), scale_idx)));
    }
}

/// Where a line belongs.
struct Place {
    stratum_idx: Option<usize>,
    scale_idx: Option<usize>,
    stratum_n: Option<u32>,
}

impl Place {
    fn cell(&self) -> Option<Cell> {
        self.stratum_idx.zip(self.scale_idx)
    }
}

fn read_place(row: &Row<'_>, draft: &Draft, scales: &[ScaleFacts], problems: &mut Problems) -> Place {
    let (stratum, scale) = (row.get("stratum"), row.get("scale"));
    if !draft.strata.declared.iter().any(|known| known == stratum) {
        let known = draft.strata.declared.iter().map(String::as_str);
        let remedy = did_you_mean(stratum, known, "declare the stratum on the card, or delete the line");
        problems.push(row.error("stratum", format!("unknown stratum {}", given(stratum)), remedy));
    }
    let scale_idx = scales.iter().position(|known| known.id == scale);
    match scale_idx.and_then(|idx| scales.get(idx)) {
        None => {
            let known = scales.iter().map(|scale| scale.id.as_str());
            let remedy = did_you_mean(scale, known, "use a scale of the instrument, or delete the line");
            problems.push(row.error("scale", format!("unknown scale {}", given(scale)), remedy));
        }
        Some(known) if known.ipsative => {
            let message = format!("scale `{scale}` compares within the person only and cannot have a norm");
            problems.push(row.error("scale", message, "delete the lines of this scale"));
        }
        Some(_) => {}
    }
    let stratum_idx = draft.strata.strata.iter().position(|known| known.id().as_str() == stratum);
    let stratum_n = stratum_idx.and_then(|idx| draft.strata.strata.get(idx)).and_then(|stratum| stratum.n());
    Place { stratum_idx, scale_idx, stratum_n }
}

fn read_line(
    row: &Row<'_>,
    scale: Option<&ScaleFacts>,
    stratum_n: Option<u32>,
    need: Need,
    problems: &mut Problems,
) -> Option<Moments> {
    let number = |column: &str| match need {
        Need::Required => row.needed_number(column).map(Some),
        Need::Optional => row.number(column),
    };
    let mean = problems.keep(number("mean"));
    let sd = problems.keep(number("sd"));
    let n = problems.keep(row.count("n"));
    let range = scale.and_then(|scale| scale.range);
    let mean = mean.and_then(|mean| problems.keep(check_mean(row, mean, range)));
    let sd = sd.and_then(|sd| problems.keep(check_sd(row, sd, mean.flatten(), n.flatten(), range)));
    if let (Some(Some(n)), Some(stratum_n)) = (n, stratum_n)
        && n > stratum_n
    {
        let message = format!("{n} people have a score, but the stratum has {stratum_n}");
        problems.push(row.error("n", message, "correct n here or on the card"));
    }
    Some(Moments { mean: mean?, sd: sd?, n: n? })
}

fn check_mean(row: &Row<'_>, mean: Option<f64>, range: Option<(f64, f64)>) -> Result<Option<f64>, Problem> {
    match (mean, range) {
        (Some(mean), Some((lowest, highest))) if !(lowest..=highest).contains(&mean) => {
            let message = format!("mean {mean} is outside the possible range {lowest} to {highest}");
            let remedy = "check the value, the codes of the answers, and whether the norm is for sums or means";
            Err(row.error("mean", message, remedy))
        }
        _ => Ok(mean),
    }
}

fn check_sd(
    row: &Row<'_>,
    sd: Option<f64>,
    mean: Option<f64>,
    n: Option<u32>,
    range: Option<(f64, f64)>,
) -> Result<Option<f64>, Problem> {
    match (sd, mean, range) {
        (Some(sd), ..) if sd <= 0.0 => {
            let message = format!("standard deviation {sd} is not above 0");
            Err(row.error("sd", message, "give the standard deviation, or take the scale out of the norm"))
        }
        (Some(sd), Some(mean), Some((lowest, highest))) if sd > largest_sd_at(mean, n, lowest, highest) => {
            let message = format!(
                "standard deviation {sd} is not possible for scores from {lowest} to {highest} with mean {mean}"
            );
            Err(row.error(
                "sd",
                message,
                "check that mean and standard deviation are not exchanged, and of the same score",
            ))
        }
        _ => Ok(sd),
    }
}

/// The largest sample SD (n − 1) of numbers within two limits that have a given mean: everyone at one of the ends, whence
/// √((highest − mean)(mean − lowest)·n/(n − 1)).
fn largest_sd_at(mean: f64, n: Option<u32>, lowest: f64, highest: f64) -> f64 {
    // Printed means are rounded: one in a hundred of the range toward the middle is allowed for.
    let slack = 0.01 * (highest - lowest);
    let middle = 0.5 * (lowest + highest);
    let mean = if (mean - middle).abs() <= slack { middle } else { mean - slack.copysign(mean - middle) };
    let correction = match n {
        Some(n) if n > 1 => f64::from(n) / f64::from(n - 1),
        _ => 2.0,
    };
    (((highest - mean) * (mean - lowest)).max(0.0) * correction).sqrt().min(largest_sd(lowest, highest)) * 1.001
}

fn read_tables(
    reading: &mut Reading<'_>,
    files: &NormFiles,
    draft: &Draft,
    scales: &[ScaleFacts],
    named: &mut Named,
) -> BTreeMap<Cell, PercentileTable> {
    let need = match draft.card.standardization {
        Standardization::Linear => Need::Optional,
        Standardization::Normalized => Need::Required,
    };
    let Some(bytes) = reading.bytes(&files.table, need) else {
        if need == Need::Required {
            name_all(&mut named.tables, draft, scales);
        }
        return BTreeMap::new();
    };
    let problems = &mut reading.problems;
    let Some(table) = Table::read(&files.table, &bytes, TABLE_COLUMNS, problems) else {
        name_all(&mut named.tables, draft, scales);
        return BTreeMap::new();
    };
    let mut points: BTreeMap<Cell, Points> = BTreeMap::new();
    // The same place is named line after line; what is wrong with it is said once.
    let mut last: Option<(String, String, Option<Cell>)> = None;
    for row in table.rows() {
        if problems.is_full() {
            break;
        }
        let (stratum, scale) = (row.get("stratum"), row.get("scale"));
        let cell = match &last {
            Some((known_stratum, known_scale, cell)) if known_stratum == stratum && known_scale == scale => *cell,
            _ => {
                let place = read_place(&row, draft, scales, problems);
                named.tables.extend(place.scale_idx.map(|scale_idx| (stratum.to_owned(), scale_idx)));
                last = Some((stratum.to_owned(), scale.to_owned(), place.cell()));
                place.cell()
            }
        };
        let raw = problems.keep(row.needed_number("raw"));
        let rank = problems.keep(row.needed_number("percentile_rank"));
        let range = cell.and_then(|(_, scale_idx)| scales.get(scale_idx)).and_then(|scale| scale.range);
        let raw = raw.and_then(|raw| problems.keep(check_raw(&row, raw, range)));
        if let (Some(cell), Some(raw), Some(rank)) = (cell, raw, rank) {
            let points = points.entry(cell).or_default();
            points.points.push((raw, rank));
            points.lines.push(row.line);
        }
    }
    let build = |(cell, points): (Cell, Points)| {
        let table =
            PercentileTable::new(points.points).map_err(|error| table_problem(&files.table, &points.lines, &error));
        problems.keep(table).map(|table| (cell, table))
    };
    points.into_iter().filter_map(build).collect()
}

fn check_raw(row: &Row<'_>, raw: f64, range: Option<(f64, f64)>) -> Result<f64, Problem> {
    match range {
        Some((lowest, highest)) if !(lowest..=highest).contains(&raw) => {
            let message = format!("raw score {raw} is outside the possible range {lowest} to {highest}");
            Err(row.error("raw", message, "check the value, and whether the table is for sums or means"))
        }
        _ => Ok(raw),
    }
}

fn table_problem(file: &str, lines: &[usize], error: &TableError) -> Problem {
    let place =
        |row: usize, column: &str| format!("line {}, column {column}", lines.get(row).copied().unwrap_or_default());
    match error {
        TableError::RawNotRising { row, raw, previous } => Problem::error(
            file,
            place(*row, "raw"),
            format!("raw score {raw} is not above {previous}, the one before it of the same stratum and scale"),
            "order the lines by raw score, each once",
        ),
        TableError::RankFalls { row, rank, previous } => Problem::error(
            file,
            place(*row, "percentile_rank"),
            format!("percentile rank {rank} falls below {previous}, the one before it of the same stratum and scale"),
            "correct the percentile rank: a higher raw score never has a lower one",
        ),
        TableError::RankOutOfRange { row, rank } => Problem::error(
            file,
            place(*row, "percentile_rank"),
            format!("percentile rank {rank} is not within 0 to 100"),
            "give a percentile rank from 0 to 100",
        ),
        other => Problem::error(file, "", other.to_string(), "correct the table"),
    }
}
