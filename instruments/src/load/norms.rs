//! `norms/`: for each norm its card, means and standard deviations, raw-score table, and the curves of a continuous norm.

mod card;
mod curves;
mod strata;
mod values;

use engine::model::Version;
use engine::norms::{CombinedStrata, NormDefinition, NormError, NormGroup};

use crate::load::lock;
use crate::load::scales::ScaleFacts;
use crate::load::{Need, Reading};
use crate::loaded::LoadedNorm;
use crate::problem::{Problem, given};

/// Whose norms are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    /// The instrument's own.
    Own {
        /// Version of the instrument.
        version: Option<Version>,
    },
    /// Norms that a folder of its own adds to an instrument.
    Local {
        /// Version of the instrument.
        version: Option<Version>,
    },
}

impl Origin {
    fn version(self) -> Option<Version> {
        match self {
            Self::Own { version } | Self::Local { version } => version,
        }
    }
}

/// The files of a norm.
#[derive(Debug, Clone)]
pub(crate) struct NormFiles {
    pub card: String,
    pub values: String,
    pub table: String,
    pub curves: String,
}

impl NormFiles {
    /// The files of a norm by its id.
    pub(crate) fn of(id: &str) -> Self {
        let path = |ending: &str| format!("norms/{id}{ending}");
        Self { card: path(".toml"), values: path(".csv"), table: path(".table.csv"), curves: path(".curves.csv") }
    }

    /// In the order in which they are hashed.
    pub(crate) fn all(&self) -> [&str; 4] {
        [&self.card, &self.values, &self.table, &self.curves]
    }
}

/// Whether a file stands where norms are.
pub(crate) fn is_norm_path(file: &str) -> bool {
    file.starts_with("norms/")
}

/// Reads all norms of a folder, in alphabetical order.
pub(crate) fn read(reading: &mut Reading<'_>, scales: &[ScaleFacts], origin: Origin) -> Vec<LoadedNorm> {
    let is_card = |file: &&String| is_norm_path(file) && file.ends_with(".toml");
    let cards: Vec<String> = reading.files.iter().filter(is_card).cloned().collect();
    let stems: Vec<&str> = cards.iter().filter_map(|card| stem(card, ".toml")).collect();
    report_strays(reading, &stems);
    for (idx, id) in stems.iter().enumerate() {
        if stems.iter().take(idx).any(|earlier| earlier.eq_ignore_ascii_case(id)) {
            let message = format!("another norm is called {} but for the case of letters", given(id));
            reading.problems.error(&NormFiles::of(id).card, "id", message, "give each norm an id of its own");
        }
    }
    stems.into_iter().filter_map(|id| read_norm(reading, id, scales, origin)).collect()
}

fn stem<'f>(file: &'f str, ending: &str) -> Option<&'f str> {
    file.strip_prefix("norms/")?.strip_suffix(ending).filter(|stem| !stem.contains('/'))
}

/// Files of norms without a card, and files that are none.
fn report_strays(reading: &mut Reading<'_>, stems: &[&str]) {
    for file in reading.files.clone().iter().filter(|file| is_norm_path(file)) {
        let of_a_card = stems.iter().any(|id| NormFiles::of(id).all().contains(&file.as_str()));
        if of_a_card {
            continue;
        }
        let values = [".table.csv", ".curves.csv", ".csv"].into_iter().find_map(|ending| stem(file, ending));
        match values {
            Some(id) => {
                let remedy = format!("add the card norms/{id}.toml, or remove the file");
                reading.problems.error(file, "", "these values belong to no card", remedy);
            }
            None => {
                reading.problems.warning(file, "", "this file is not part of the format and is not read", "remove it")
            }
        }
    }
}

fn read_norm(reading: &mut Reading<'_>, id: &str, scales: &[ScaleFacts], origin: Origin) -> Option<LoadedNorm> {
    let files = NormFiles::of(id);
    let errors_before = reading.problems.len();
    let bytes = reading.bytes(&files.card, Need::Required)?;
    let draft = card::read(&files.card, id, &bytes, &mut reading.problems)?;
    if let (Some(made_with), Some(version)) = (draft.card.instrument_version, origin.version())
        && made_with.major != version.major
    {
        let message =
            format!("the norm was made with version {made_with}, whose scores do not compare with version {version}");
        match origin {
            Origin::Own { .. } => {
                reading.problems.error(
                    &files.card,
                    "instrument_version",
                    message,
                    "build the norm again with this version",
                );
            }
            Origin::Local { .. } => {
                let remedy =
                    "it is left out here; build it again with this version, or name the version it was made with";
                reading.problems.warning(&files.card, "instrument_version", message, remedy);
                return None;
            }
        }
    }
    let values = values::read(reading, &files, &draft, scales);
    let curves = curves::read(reading, &files, scales);
    let combined = if draft.combined { CombinedStrata::Offered } else { CombinedStrata::NotOffered };
    let card = draft.card;
    // Without an id of its own the norm cannot be named; the problem is on the list.
    let id = draft.id?;
    let definition = NormDefinition { id, kind: card.kind, standardization: card.standardization, combined };
    let group = match NormGroup::new(definition, draft.strata.strata, values.norms) {
        Ok(group) => group,
        Err(errors) => {
            for error in errors {
                // What follows from a problem of a stratum or line that is on the list already is not said again.
                if let Some(problem) = place(&error, &files, scales, &values.named) {
                    reading.problems.push(problem);
                }
            }
            if reading.problems.len() == errors_before {
                let message = "strata and values make no norm";
                reading.problems.error(&files.card, "", message, "check the strata and the values");
            }
            return None;
        }
    };
    let hash = lock::hash_of(reading.source, &files.all());
    Some(LoadedNorm { card, group, curves, hash, local: matches!(origin, Origin::Local { .. }) })
}

/// The engine's problem at its place in the files.
fn place(error: &NormError, files: &NormFiles, scales: &[ScaleFacts], named: &values::Named) -> Option<Problem> {
    let name = |idx: &usize| scales.get(*idx).map(|scale| scale.id.clone()).unwrap_or_default();
    Some(match error {
        NormError::OverlappingStrata { first, second } => {
            let remedy = "choose ages and sexes so that each person belongs to one stratum; with `combined = true` strata of both \
                          sexes are made from those by sex";
            Problem::error(
                &files.card,
                format!("strata[{second}]"),
                format!("strata `{first}` and `{second}` overlap: one person could belong to both"),
                remedy,
            )
        }
        NormError::NoStrata => Problem::error(
            &files.card,
            "strata",
            error.to_string(),
            "add `[[strata]]` with an id; without sex and ages it holds everyone",
        ),
        NormError::NothingCovered if named.is_empty() => Problem::error(
            &files.values,
            "",
            error.to_string(),
            "give a mean and a standard deviation for each stratum and scale",
        ),
        NormError::ScaleMissing { stratum, scale_idx, covered_in } if !named.contains(stratum.as_str(), *scale_idx) => {
            let scale = name(scale_idx);
            let message =
                format!("scale `{scale}` has no values in stratum `{stratum}`, but has some in `{covered_in}`");
            Problem::error(
                &files.values,
                "",
                message,
                format!("add the line `{stratum},{scale},…`, or take the scale out of all strata"),
            )
        }
        NormError::MeanAndSdNeeded { stratum, scale_idx } if !named.has_mean(stratum.as_str(), *scale_idx) => {
            let scale = name(scale_idx);
            let message = format!(
                "scale `{scale}` in stratum `{stratum}` has no mean and standard deviation, which a linear norm needs"
            );
            Problem::error(&files.values, "", message, format!("add the line `{stratum},{scale},…`"))
        }
        NormError::TableNeeded { stratum, scale_idx } if !named.has_table(stratum.as_str(), *scale_idx) => {
            let scale = name(scale_idx);
            let message =
                format!("scale `{scale}` in stratum `{stratum}` has no raw-score table, which a normalized norm needs");
            Problem::error(
                &files.table,
                "",
                message,
                format!("add the lines `{stratum},{scale},…`, or write `standardization = \"linear\"`"),
            )
        }
        NormError::DuplicateStratum { stratum } => Problem::error(
            &files.card,
            format!("strata[{stratum}]"),
            error.to_string(),
            "give each stratum an id of its own",
        ),
        NormError::ScaleNorm { stratum, scale_idx, source } => {
            let message = format!("scale `{}` in stratum `{stratum}`: {source}", name(scale_idx));
            Problem::error(&files.values, "", message, "give both sexes the same kind of values")
        }
        _ => return None,
    })
}

#[cfg(test)]
#[path = "norms/tests.rs"]
mod tests;
