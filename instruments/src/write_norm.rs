//! Writing a norm that somebody built, where the catalog finds it: `FOLDER/<instrument>/norms/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use engine::model::Instrument;
use engine::norms::{NormGroup, ScaleNorm, Stratum};

use crate::error::{Error, Result};
use crate::load::Reading;
use crate::load::norms::{self, NormFiles, Origin};
use crate::load::scales::ScaleFacts;
use crate::loaded::{NORM_KIND_WORDS, NormCard, NormCurve, STANDARDIZATION_WORDS, word_of};
use crate::source::Source;
use crate::write_file::{file_error, write_whole};

/// What happens to a norm of the same id that is there already with other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    /// It stays, and nothing is written.
    Refuse,
    /// The new one takes its place.
    Replace,
}

/// Writes card, values and tables of a norm into `FOLDER/<instrument>/norms/`, where [`Catalog::with_folder`](crate::Catalog::with_folder) finds
/// them.
///
/// - `card`: what is said about the norm; its id, kind, standardization, n and version of the instrument are taken from `group` and
///   `instrument`.
/// - `group`: strata and values, one a scale of the instrument; combined strata are derived again when the norm is read.
///
/// Numbers read back to the same bits. Each file is written whole; the card, without which there is no norm, comes last. Writing the
/// same norm again changes nothing. Returns the path of the card.
///
/// # Errors
/// [`Error::Invalid`] when what would be written could not be read back (a blank source, a mean outside the range of its scale …),
/// [`Error::NormExists`] for another norm of the same id with [`IfExists::Refuse`], [`Error::File`] when a file cannot be written.
pub fn write_norm(
    folder: &Path,
    instrument: &Instrument,
    card: &NormCard,
    group: &NormGroup,
    if_exists: IfExists,
) -> Result<PathBuf> {
    write_continuous_norm(folder, instrument, card, group, &[], if_exists)
}

/// The same for a continuous norm: `group` holds its tables by age, `curves` the models that they were made from.
///
/// # Errors
/// As [`write_norm`].
pub fn write_continuous_norm(
    folder: &Path,
    instrument: &Instrument,
    card: &NormCard,
    group: &NormGroup,
    curves: &[NormCurve],
    if_exists: IfExists,
) -> Result<PathBuf> {
    let id = group.id().as_str();
    let files = NormFiles::of(id);
    let contents = contents(instrument, card, group, curves);
    let named = || files.all().into_iter().zip(&contents);
    check(instrument, id, in_memory(&files, &contents))?;

    let folder = folder.join(instrument.id().as_str());
    let card_path = folder.join(&files.card);
    let is_same = |(file, text): (&str, &Option<String>)| fs::read_to_string(folder.join(file)).ok() == *text;
    let is_there = files.all().into_iter().any(|file| folder.join(file).exists());
    if is_there {
        if named().all(is_same) {
            return Ok(card_path);
        }
        if if_exists == IfExists::Refuse {
            return Err(Error::NormExists { norm: id.to_owned(), path: card_path });
        }
    }
    let norms_folder = folder.join("norms");
    fs::create_dir_all(&norms_folder).map_err(|error| file_error(&norms_folder, &error))?;
    // Without its card the old norm is gone, so that nobody reads new values under an old card.
    for file in files.all() {
        let path = folder.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(file_error(&path, &error)),
            _ => {}
        }
    }
    for (file, text) in named().collect::<Vec<_>>().into_iter().rev() {
        if let Some(text) = text {
            write_whole(&folder.join(file), text.as_bytes())?;
        }
    }
    Ok(card_path)
}

/// The files of a norm by their paths in the folder of its instrument: what [`write_norm`] would write, checked by reading it back.
/// [`LoadedInstrument::with_norm`](crate::LoadedInstrument::with_norm) takes them.
///
/// # Errors
/// [`Error::Invalid`] when they could not be read back.
pub fn norm_files(instrument: &Instrument, card: &NormCard, group: &NormGroup) -> Result<BTreeMap<String, Vec<u8>>> {
    let id = group.id().as_str();
    let files = in_memory(&NormFiles::of(id), &contents(instrument, card, group, &[]));
    check(instrument, id, files.clone())?;
    Ok(files)
}

/// The texts of a norm's files, in their order.
fn contents(instrument: &Instrument, card: &NormCard, group: &NormGroup, curves: &[NormCurve]) -> [Option<String>; 4] {
    [
        Some(card_text(instrument, card, group)),
        values_text(instrument, group),
        tables_text(instrument, group),
        curves_text(instrument, curves),
    ]
}

fn in_memory(files: &NormFiles, contents: &[Option<String>; 4]) -> BTreeMap<String, Vec<u8>> {
    let named = files.all().into_iter().zip(contents);
    named.filter_map(|(file, text)| Some((file.to_owned(), text.as_ref()?.clone().into_bytes()))).collect()
}

/// What readers of norms know of the scales of an instrument.
pub(crate) fn scale_facts(instrument: &Instrument) -> Vec<ScaleFacts> {
    let facts = instrument.scales().iter().enumerate().map(|(scale_idx, scale)| ScaleFacts {
        id: scale.id.to_string(),
        range: instrument.possible_range(scale_idx),
        ipsative: scale.ipsative,
    });
    facts.collect()
}

/// Reads back what is about to be written.
fn check(instrument: &Instrument, id: &str, files: BTreeMap<String, Vec<u8>>) -> Result<()> {
    let source = Source::Memory(files);
    let mut reading = Reading::begin(&source);
    norms::read(&mut reading, &scale_facts(instrument), Origin::Own { version: Some(instrument.version()) });
    if reading.problems.any_error() {
        return Err(Error::Invalid { name: format!("norm {id}"), problems: reading.problems.into_list() });
    }
    Ok(())
}

fn card_text(instrument: &Instrument, card: &NormCard, group: &NormGroup) -> String {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let lines = [
        format!("id = {}", text(group.id().as_str())),
        format!("title = {}", text(&card.title)),
        format!("source = {}", text(&card.source)),
        format!("year = {}", card.year),
        format!("kind = {}", text(word_of(NORM_KIND_WORDS, &group.kind()))),
        format!("population = {}", text(&card.population)),
        format!("standardization = {}", text(word_of(STANDARDIZATION_WORDS, &group.standardization()))),
        format!("weighting = {}", text(&card.weighting)),
        format!("combined = {}", group.has_combined()),
        format!("instrument_version = {}", text(&instrument.version().to_string())),
        format!("notes = [{}]", card.notes.iter().map(|note| text(note)).collect::<Vec<_>>().join(", ")),
    ];
    let words = card.words.iter().map(|words| {
        let notes: Vec<String> = words.notes.iter().map(|note| text(note)).collect();
        format!(
            "\n\n[words.{}]\ntitle = {}\npopulation = {}\nnotes = [{}]",
            words.language,
            text(&words.title),
            text(&words.population),
            notes.join(", ")
        )
    });
    let strata_tell_n = own_strata(group).all(|(_, stratum)| stratum.n().is_some());
    let n = card.n.filter(|_| !strata_tell_n).map_or_else(String::new, |n| format!("\nn = {n}"));
    let mut card = lines.join("\n") + &n + &words.collect::<String>();
    for stratum in own_strata(group).map(|(_, stratum)| stratum) {
        let mut line = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                // Writing to a string does not fail.
                let _ = write!(card, "\n{key} = {value}");
            }
        };
        line("\n[[strata]]\nid", Some(text(stratum.id().as_str())));
        line("sex", stratum.sex().map(|sex| text(sex.code())));
        line("age_min", stratum.ages().youngest().map(|age| age.to_string()));
        line("age_max", stratum.ages().oldest().map(|age| age.to_string()));
        line("n", stratum.n().map(|n| n.to_string()));
    }
    card + "\n"
}

fn own_strata(group: &NormGroup) -> impl Iterator<Item = (usize, &Stratum)> {
    group.strata().iter().enumerate().filter(|(_, stratum)| !stratum.is_combined())
}

/// The values of all strata and scales: stratum, scale, norm.
fn cells<'g>(
    instrument: &'g Instrument,
    group: &'g NormGroup,
) -> impl Iterator<Item = (&'g str, &'g str, &'g ScaleNorm)> {
    own_strata(group).flat_map(move |(stratum_idx, stratum)| {
        instrument.scales().iter().enumerate().filter_map(move |(scale_idx, scale)| {
            Some((stratum.id().as_str(), scale.id.as_str(), group.scale_norm(stratum_idx, scale_idx)?))
        })
    })
}

/// Means, SDs and counts; `None` where no scale has any. `{}` prints the shortest number that reads back to the same bits.
fn values_text(instrument: &Instrument, group: &NormGroup) -> Option<String> {
    let blank = |value: Option<String>| value.unwrap_or_default();
    let lines: String = cells(instrument, group)
        .filter(|(_, _, norm)| norm.mean().is_some() || norm.sd().is_some() || norm.n().is_some())
        .map(|(stratum, scale, norm)| {
            let (mean, sd) = (norm.mean().map(|x| x.to_string()), norm.sd().map(|x| x.to_string()));
            format!("{stratum},{scale},{},{},{}\n", blank(mean), blank(sd), blank(norm.n().map(|n| n.to_string())))
        })
        .collect();
    (!lines.is_empty()).then(|| format!("stratum,scale,mean,sd,n\n{lines}"))
}

/// Raw-score tables; `None` where no scale has one.
fn tables_text(instrument: &Instrument, group: &NormGroup) -> Option<String> {
    let mut lines = String::new();
    for (stratum, scale, norm) in cells(instrument, group) {
        for (raw, rank) in norm.table().map(|table| table.points()).unwrap_or_default() {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{stratum},{scale},{raw},{rank}");
        }
    }
    (!lines.is_empty()).then(|| format!("stratum,scale,raw,percentile_rank\n{lines}"))
}

/// The models of a continuous norm; `None` without any.
fn curves_text(instrument: &Instrument, curves: &[NormCurve]) -> Option<String> {
    let mut lines = String::new();
    for curve in curves {
        let Some(scale) = instrument.scales().get(curve.scale_idx) else { continue };
        let (sex, scale) = (curve.sex.map_or("", |sex| sex.code()), scale.id.as_str());
        let reach = curve.norm.reach();
        let limits = [("age", reach.ages), ("t", reach.t), ("raw", reach.raw)];
        let terms = curve.norm.terms().iter().map(|term| (term.t_power, term.age_power, term.coefficient));
        for (t, age, coefficient) in std::iter::once((0, 0, curve.norm.intercept())).chain(terms) {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{sex},{scale},coefficient,{t},{age},{coefficient}");
        }
        for (what, (from, to)) in limits {
            let _ = writeln!(lines, "{sex},{scale},{what}_min,,,{from}\n{sex},{scale},{what}_max,,,{to}");
        }
    }
    (!lines.is_empty()).then(|| format!("sex,scale,quantity,t_power,age_power,value\n{lines}"))
}

#[cfg(test)]
mod tests {
    use engine::model::{NormId, StratumId};
    use engine::norms::{AgeBand, CombinedStrata, NormDefinition, NormKind, PercentileTable, Sex, Standardization};

    use super::*;
    use crate::catalog::Catalog;
    use crate::test_folder::a_folder;

    fn a_card() -> NormCard {
        NormCard {
            id: "ours".to_owned(),
            title: "Nos « gens » \"à nous\"".to_owned(),
            source: "Centre, 2024\\2025".to_owned(),
            year: 2025,
            kind: NormKind::Local,
            population: "Bénéficiaires,\nadultes".to_owned(),
            standardization: Standardization::Linear,
            weighting: "none".to_owned(),
            notes: vec!["Une note, \"deux\"".to_owned(), String::new()],
            n: None,
            instrument_version: None,
            words: vec![crate::loaded::CardWords {
                language: crate::about::Language::new("fr").unwrap(),
                title: "Notre « norme »".to_owned(),
                population: "Personnes en bilan".to_owned(),
                notes: vec!["Une remarque".to_owned()],
            }],
        }
    }

    fn a_group(id: &str, standardization: Standardization, shift: f64) -> NormGroup {
        let stratum = |id: &str, sex| {
            let ages = AgeBand::new(Some(18), Some(65)).unwrap();
            Stratum::new(StratumId::new(id).unwrap(), Some(sex), ages, Some(120))
        };
        let table = PercentileTable::new(vec![(2.0, 0.1 + 0.2), (16.0 / 3.0, 100.0 / 3.0), (10.0, 99.9)]).unwrap();
        let norm = |mean: f64| {
            let table = Some(table.clone());
            match standardization {
                Standardization::Linear => {
                    ScaleNorm::new(Some(mean + shift), Some(std::f64::consts::SQRT_2), Some(119), table)
                }
                Standardization::Normalized => ScaleNorm::new(None, None, Some(119), table),
            }
        };
        let definition = NormDefinition {
            id: NormId::new(id).unwrap(),
            kind: NormKind::Local,
            standardization,
            combined: CombinedStrata::Offered,
        };
        let strata = vec![stratum("F", Sex::Female), stratum("M", Sex::Male)];
        let row = |mean: f64| vec![Some(norm(mean).unwrap()), None];
        NormGroup::new(definition, strata, vec![row(20.0 / 3.0), row(5.1)]).unwrap()
    }

    #[test]
    fn a_norm_reads_back_to_the_same_bits() {
        let loaded = a_folder().load();
        let (_parent, path) = a_folder().on_disk();
        for standardization in [Standardization::Linear, Standardization::Normalized] {
            let shelf = tempfile::tempdir().unwrap();
            let group = a_group("ours", standardization, 0.0);
            let written = write_norm(shelf.path(), loaded.instrument(), &a_card(), &group, IfExists::Refuse).unwrap();
            assert_eq!(written, shelf.path().join("test/norms/ours.toml"));
            let catalog = Catalog::bundled().with_folder(&path).unwrap().with_folder(shelf.path()).unwrap();
            let found = catalog.find("test").unwrap();
            let norm = found.norm("ours").unwrap();
            assert_eq!(norm.group(), &group);
            let version = Some("1.0.0".parse().unwrap());
            assert_eq!(
                norm.card(),
                &NormCard { n: Some(240), instrument_version: version, standardization, ..a_card() }
            );
            assert_eq!(found.warnings(), []);
        }
    }

    #[test]
    fn the_models_of_a_continuous_norm_read_back_to_the_same_bits() {
        use engine::norms::continuous::{ContinuousNorm, Reach, Term};
        let instrument = a_folder().load();
        let (_parent, path) = a_folder().on_disk();
        let shelf = tempfile::tempdir().unwrap();
        let term = |t_power, age_power, coefficient| Term { t_power, age_power, coefficient };
        let reach = Reach { ages: (18.0, 64.5), t: (24.24, 75.76), raw: (2.0, 10.0) };
        let model = ContinuousNorm::new(0.1 + 0.2, vec![term(1, 0, 1.0 / 7.0), term(2, 1, -1e-9)], reach).unwrap();
        let curves: Vec<NormCurve> = [Some(Sex::Female), Some(Sex::Male)]
            .map(|sex| NormCurve { sex, scale_idx: 0, norm: model.clone() })
            .to_vec();
        let group = a_group("ours", Standardization::Normalized, 0.0);
        write_continuous_norm(shelf.path(), instrument.instrument(), &a_card(), &group, &curves, IfExists::Refuse)
            .unwrap();
        let catalog = Catalog::bundled().with_folder(&path).unwrap().with_folder(shelf.path()).unwrap();
        assert_eq!(catalog.find("test").unwrap().norm("ours").unwrap().curves(), curves);
    }

    #[test]
    fn another_norm_of_the_same_id_is_kept_unless_it_is_to_be_replaced() {
        let instrument = a_folder().load();
        let shelf = tempfile::tempdir().unwrap();
        let write = |group: &NormGroup, if_exists| {
            write_norm(shelf.path(), instrument.instrument(), &a_card(), group, if_exists)
        };
        let old = a_group("ours", Standardization::Linear, 0.0);
        let new = a_group("ours", Standardization::Normalized, 0.0);
        let path = write(&old, IfExists::Refuse).unwrap();
        let card = fs::read(&path).unwrap();
        assert_eq!(write(&old, IfExists::Refuse).unwrap(), path);
        assert!(matches!(write(&new, IfExists::Refuse), Err(Error::NormExists { .. })));
        assert_eq!(fs::read(&path).unwrap(), card);
        write(&new, IfExists::Replace).unwrap();
        assert_ne!(fs::read(&path).unwrap(), card);
        let files = fs::read_dir(shelf.path().join("test/norms")).unwrap().count();
        assert_eq!(files, 3);
    }

    #[test]
    fn what_could_not_be_read_back_is_not_written() {
        let instrument = a_folder().load();
        let shelf = tempfile::tempdir().unwrap();
        let refused = |card: &NormCard, group: &NormGroup| {
            let result = write_norm(shelf.path(), instrument.instrument(), card, group, IfExists::Replace);
            assert!(!shelf.path().join("test").exists());
            result.unwrap_err().to_string()
        };
        let group = a_group("ours", Standardization::Linear, 0.0);
        assert!(refused(&NormCard { source: " ".to_owned(), ..a_card() }, &group).contains("source"));
        assert!(refused(&a_card(), &a_group("ours", Standardization::Linear, 90.0)).contains("possible range"));
        assert!(refused(&a_card(), &a_group("ours.table", Standardization::Linear, 0.0)).contains("another id"));
    }
}
