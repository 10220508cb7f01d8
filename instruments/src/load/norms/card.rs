//! `norms/<norm>.toml`: the card of a norm.

use engine::model::{NormId, Version};
use engine::norms::{NormKind, Standardization};

use super::strata::{self, Strata};
use crate::about::Language;
use crate::load::toml_file::{choice, needed_text, parse, report_unknown};
use crate::loaded::{CardWords, NORM_KIND_WORDS, NormCard, STANDARDIZATION_WORDS};
use crate::problem::{ID_RULE, Problem, Problems, given, not_an_id};
use crate::schema::{CardWordsFile, NormFile};

/// A card, read; what is wrong in it is on the list and stands in as something harmless, so that the values are checked too.
pub(super) struct Draft {
    pub id: Option<NormId>,
    pub card: NormCard,
    pub combined: bool,
    pub strata: Strata,
}

/// Reads a card. `stem` is the norm's id as the file's name has it.
pub(super) fn read(file: &str, stem: &str, bytes: &[u8], problems: &mut Problems) -> Option<Draft> {
    let norm: NormFile = parse(file, bytes, problems)?;
    report_unknown(file, "", &norm.unknown, NormFile::KEYS, problems);
    let id = read_id(file, stem, &norm, problems);
    let mut text =
        |key: &str, value: &Option<String>| problems.keep(needed_text(file, key, value.as_ref())).unwrap_or_default();
    let title = text("title", &norm.title);
    let source = text("source", &norm.source);
    let population = text("population", &norm.population);
    let weighting = text("weighting", &norm.weighting);
    let kind = text("kind", &norm.kind);
    let standardization = text("standardization", &norm.standardization);
    let kind = pick(file, "kind", &kind, NORM_KIND_WORDS, problems).unwrap_or(NormKind::ConvenienceSample);
    let standardization = pick(file, "standardization", &standardization, STANDARDIZATION_WORDS, problems)
        .unwrap_or(Standardization::Linear);
    match norm.year {
        Some(1900..=2200) => {}
        Some(year) => problems.error(
            file,
            "year",
            format!("year {year} is not within 1900 to 2200"),
            "give the year of the sample or of its publication",
        ),
        None => {
            problems.error(file, "year", "the key is missing", "add `year = …`, of the sample or of its publication")
        }
    }
    let instrument_version = norm.instrument_version.as_deref().and_then(|text| {
        let message = format!("{} is not a version", given(text));
        let version = text.parse::<Version>();
        problems.keep(version.map_err(|_| {
            Problem::error(file, "instrument_version", message, "write major.minor.patch, such as \"1.0.0\"")
        }))
    });
    let words = norm.words.iter().filter_map(|(tag, words)| read_words(file, tag, words, problems)).collect();
    let combined = norm.combined.unwrap_or(false);
    let strata = strata::read(file, &norm.strata, combined, problems);
    let n_of_strata: Option<u64> = strata.strata.iter().map(|stratum| stratum.n().map(u64::from)).sum();
    let n = n_of_strata.or(norm.n);
    let card = NormCard {
        id: stem.to_owned(),
        title,
        source,
        year: norm.year.unwrap_or_default(),
        kind,
        population,
        standardization,
        weighting,
        notes: norm.notes,
        n,
        instrument_version,
        words,
    };
    Some(Draft { id, card, combined, strata })
}

fn read_words(file: &str, tag: &str, words: &CardWordsFile, problems: &mut Problems) -> Option<CardWords> {
    let place = format!("words.{tag}");
    report_unknown(file, &place, &words.unknown, CardWordsFile::KEYS, problems);
    let Some(language) = Language::new(tag) else {
        problems.error(file, &place, format!("{} is not a language tag", given(tag)), "write a tag such as fr or en");
        return None;
    };
    let mut text = |key: &str, value: &Option<String>| {
        problems.keep(needed_text(file, &format!("{place}.{key}"), value.as_ref())).unwrap_or_default()
    };
    let (title, population) = (text("title", &words.title), text("population", &words.population));
    Some(CardWords { language, title, population, notes: words.notes.clone() })
}

/// One of a few words; a blank one is on the list already.
fn pick<T: Copy>(file: &str, key: &str, word: &str, words: &[(&str, T)], problems: &mut Problems) -> Option<T> {
    if word.is_empty() { None } else { problems.keep(choice(file, key, word, words)) }
}

fn read_id(file: &str, stem: &str, norm: &NormFile, problems: &mut Problems) -> Option<NormId> {
    let text = problems.keep(needed_text(file, "id", norm.id.as_ref()))?;
    let id = NormId::new(text.as_str());
    let id = problems.keep(id.map_err(|invalid| Problem::error(file, "id", not_an_id(&invalid), ID_RULE)))?;
    if text != stem {
        let message = format!("the id is {}, but the file is called {}", given(&text), given(stem));
        problems.error(file, "id", message, "give both the same name");
        return None;
    }
    if stem.ends_with(".table") || stem.ends_with(".curves") {
        problems.error(
            file,
            "id",
            "an id that ends in `.table` or `.curves` would be taken for values of another norm",
            "choose another id",
        );
        return None;
    }
    Some(id)
}
