//! The strata of a norm: ids, sexes, ages, counts.

use engine::model::StratumId;
use engine::norms::{Age, AgeBand, Sex, Stratum};

use crate::load::toml_file::{choice, inside, report_unknown};
use crate::problem::{ID_RULE, Problem, Problems, given, not_an_id};
use crate::schema::StratumFile;

const SEXES: &[(&str, Sex)] = &[("M", Sex::Male), ("F", Sex::Female)];

/// The most strata: 61 ages by sex are 122.
const MOST: usize = 1000;

/// The strata that are sound, and the ids of all that are declared.
pub(super) struct Strata {
    pub strata: Vec<Stratum>,
    pub declared: Vec<String>,
}

/// Reads the strata of a card.
pub(super) fn read(file: &str, entries: &[StratumFile], combined: bool, problems: &mut Problems) -> Strata {
    let mut strata = Strata { strata: Vec::with_capacity(entries.len()), declared: Vec::with_capacity(entries.len()) };
    if entries.len() > MOST {
        let message = format!("{} strata; at most {MOST} are possible", entries.len());
        problems.error(file, "strata", message, "look for what went into the file by mistake");
        return strata;
    }
    for (idx, entry) in entries.iter().enumerate() {
        if problems.is_full() {
            return strata;
        }
        let unnamed = format!("strata, entry {}", idx + 1);
        let Some(text) = entry.id.as_deref() else {
            problems.error(file, unnamed, "the stratum has no id", "add `id = \"…\"`");
            continue;
        };
        let id =
            StratumId::new(text.trim()).map_err(|invalid| Problem::error(file, unnamed, not_an_id(&invalid), ID_RULE));
        let Some(id) = problems.keep(id) else { continue };
        if strata.declared.iter().any(|known| id.eq_ignore_case(known)) {
            let message = format!("stratum `{id}` stands twice");
            problems.error(
                file,
                format!("strata[{id}]"),
                message,
                "give each stratum an id of its own; ids must differ in more than case",
            );
            continue;
        }
        strata.declared.push(id.to_string());
        strata.strata.extend(read_stratum(file, id, entry, problems));
    }
    // A stratum that was left out for an error would look like a gap.
    if strata.strata.len() == entries.len() {
        report_gaps(file, &strata.strata, problems);
        if combined {
            check_combined(file, &strata.strata, problems);
        }
    }
    strata
}

fn read_stratum(file: &str, id: StratumId, entry: &StratumFile, problems: &mut Problems) -> Option<Stratum> {
    let path = format!("strata[{id}]");
    report_unknown(file, &path, &entry.unknown, StratumFile::KEYS, problems);
    let sex = match &entry.sex {
        None => Some(None),
        Some(word) => problems.keep(choice(file, &inside(&path, "sex"), word, SEXES)).map(Some),
    };
    let mut limit = |key: &str, years: Option<i64>| match years.map(Age::new) {
        None => Some(None),
        Some(Ok(age)) => Some(Some(age.years())),
        Some(Err(error)) => {
            problems.error(
                file,
                inside(&path, key),
                error.to_string(),
                "give completed years, or leave the key out where there is no limit",
            );
            None
        }
    };
    let ages = limit("age_min", entry.age_min).zip(limit("age_max", entry.age_max));
    let ages =
        ages.and_then(|(min, max)| {
            let band = AgeBand::new(min, max);
            problems.keep(band.map_err(|error| {
                Problem::error(file, path.as_str(), error.to_string(), "correct `age_min` and `age_max`")
            }))
        });
    let n = match entry.n.map(|n| u32::try_from(n).ok().filter(|n| *n > 0)) {
        None => Some(None),
        Some(Some(n)) => Some(Some(n)),
        Some(None) => {
            let message = format!("n = {} is not a number of people", given(&entry.n.unwrap_or_default().to_string()));
            problems.error(
                file,
                inside(&path, "n"),
                message,
                "give a whole number above 0, or leave the key out where it is unknown",
            );
            None
        }
    };
    Some(Stratum::new(id, sex?, ages?, n?))
}

/// Ages between two strata of the same sex, and a sex without strata: not wrong, but rarely meant.
fn report_gaps(file: &str, strata: &[Stratum], problems: &mut Problems) {
    let covered = |sex: Sex| -> Vec<i64> {
        let of_sex = |years: &i64| {
            let age = Age::new(*years);
            age.is_ok_and(|age| strata.iter().any(|s| s.sex().is_none_or(|own| own == sex) && s.ages().contains(age)))
        };
        (0..=i64::from(Age::MAX_YEARS)).filter(of_sex).collect()
    };
    let words = |sex| if sex == Sex::Female { "women" } else { "men" };
    let sexes = [Sex::Female, Sex::Male].map(|sex| (sex, covered(sex)));
    for (sex, ages) in &sexes {
        for pair in ages.windows(2) {
            let &[before, after] = pair else { continue };
            if after > before + 1 {
                let message = format!("{} from {} to {} belong to no stratum", words(*sex), before + 1, after - 1);
                problems.warning(file, "strata", message, "check the ages; people in the gap get no norm score");
            }
        }
        if ages.is_empty() && !strata.is_empty() {
            let message = format!("{} belong to no stratum", words(*sex));
            problems.warning(file, "strata", message, "check the strata; people outside them get no norm score");
        }
    }
    let [(_, women), (_, men)] = &sexes;
    if !women.is_empty() && !men.is_empty() && (women.first() != men.first() || women.last() != men.last()) {
        problems.warning(
            file,
            "strata",
            "women and men are covered for different ages",
            "check the strata; people outside them get no norm score",
        );
    }
}

fn check_combined(file: &str, strata: &[Stratum], problems: &mut Problems) {
    let of_sex = |sex: Sex| strata.iter().filter(move |stratum| stratum.sex() == Some(sex));
    let paired = |one: &Stratum, other: Sex| of_sex(other).any(|stratum| stratum.ages() == one.ages());
    let alone = of_sex(Sex::Female)
        .filter(|stratum| !paired(stratum, Sex::Male))
        .chain(of_sex(Sex::Male).filter(|stratum| !paired(stratum, Sex::Female)));
    let alone: Vec<String> = alone.map(|stratum| format!("`{}`", stratum.id())).collect();
    let n_by_sex = of_sex(Sex::Female).count() + of_sex(Sex::Male).count();
    if n_by_sex == alone.len() {
        let message = "no age band has a stratum of each sex, so that none can be combined";
        problems.error(file, "combined", message, "give both sexes the same age bands, or write `combined = false`");
    } else if !alone.is_empty() {
        let message =
            format!("these strata have no counterpart of the other sex with the same ages: {}", alone.join(", "));
        problems.warning(file, "combined", message, "give both sexes the same age bands");
    }
}
