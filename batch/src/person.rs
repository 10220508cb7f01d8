//! Sex and age of a row, and the place they give in the norm.

use engine::assessment::NormPlace;
use engine::norms::{Age, AgeFact, NormGroup, PersonFacts, Sex, StratumRule};

use crate::input::decode;
use crate::settings::NormSettings;

/// All places that people can have in a norm, worked out once: by sex (or none) and by age (or why there is none).
#[derive(Debug, Clone)]
pub struct Places {
    sex_codes: Vec<(String, Sex)>,
    places: Vec<Place>,
}

/// A place in the norm, and how it came about.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The stratum, or why there is none; `None` without a norm.
    pub norm: NormPlace,
    /// Whether the combined stratum serves because the sex is not known.
    pub because_sex_unknown: bool,
}

impl Place {
    /// The place there is without a norm.
    pub const WITHOUT_NORM: Self = Self { norm: None, because_sex_unknown: false };

    /// The place of a person in a norm.
    #[must_use]
    pub fn in_norm(group: &NormGroup, facts: &PersonFacts, rule: StratumRule) -> Self {
        let choice = group.stratum_for(facts, rule);
        Self {
            norm: Some(choice.map(|choice| choice.stratum_idx)),
            because_sex_unknown: choice.is_ok_and(|choice| choice.because_sex_unknown),
        }
    }
}

/// Index of a place; by default that of a person of whom nothing is known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlaceIdx(u16);

const N_AGES: usize = Age::MAX_YEARS as usize + 1;
const N_AGE_FACTS: usize = N_AGES + 3;

impl Places {
    /// The only place there is without a norm.
    #[must_use]
    pub fn without_norm() -> Self {
        Self { sex_codes: Vec::new(), places: vec![Place::WITHOUT_NORM] }
    }

    /// The places of a norm.
    #[must_use]
    pub fn in_norm(group: &NormGroup, settings: &NormSettings) -> Self {
        Self::chosen_by(&settings.sex_codes, |facts| Place::in_norm(group, facts, settings.rule))
    }

    /// Asks for the place of every sex and age once.
    #[must_use]
    pub fn chosen_by(sex_codes: &[(String, Sex)], choose: impl Fn(&PersonFacts) -> Place) -> Self {
        let sexes = [None, Some(Sex::Female), Some(Sex::Male)];
        let facts =
            sexes.into_iter().flat_map(|sex| (0..N_AGE_FACTS).map(move |idx| PersonFacts { sex, age: age_fact(idx) }));
        Self { sex_codes: sex_codes.to_vec(), places: facts.map(|facts| choose(&facts)).collect() }
    }

    /// The place of a person by the texts of sex and age.
    #[must_use]
    pub fn find(&self, sex: Option<&[u8]>, age: Option<&[u8]>) -> PlaceIdx {
        if self.places.len() == 1 {
            return PlaceIdx(0);
        }
        let sex_idx = match sex.and_then(|text| self.read_sex(text)) {
            None => 0,
            Some(Sex::Female) => 1,
            Some(Sex::Male) => 2,
        };
        let age_idx = age.map_or(N_AGES, read_age);
        PlaceIdx((sex_idx * N_AGE_FACTS + age_idx) as u16)
    }

    /// The place behind an index.
    #[must_use]
    pub fn get(&self, place: PlaceIdx) -> &Place {
        &self.places[usize::from(place.0)]
    }

    fn read_sex(&self, text: &[u8]) -> Option<Sex> {
        let same = |code: &str| code.as_bytes() == text;
        if let Some((_, sex)) = self.sex_codes.iter().find(|(code, _)| same(code)) {
            return Some(*sex);
        }
        let text = text.trim_ascii();
        let exact = self.sex_codes.iter().find(|(code, _)| code.as_bytes().eq_ignore_ascii_case(text));
        let found = exact.or_else(|| {
            // Numbers that went through another program: 1.0 for 1.
            let number: f64 = decode(text).parse().ok()?;
            self.sex_codes.iter().find(|(code, _)| code.parse() == Ok(number))
        });
        found.map(|(_, sex)| *sex)
    }
}

fn age_fact(age_idx: usize) -> AgeFact {
    match Age::new(age_idx as i64) {
        Ok(age) => AgeFact::Known(age),
        Err(_) if age_idx == N_AGES => AgeFact::Missing,
        Err(_) if age_idx == N_AGES + 1 => AgeFact::Unreadable,
        Err(_) => AgeFact::Impossible,
    }
}

/// Completed years as an index; whole or decimal numbers are read, anything else has a reason.
fn read_age(text: &[u8]) -> usize {
    if let [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = text {
        return usize::from(tens - b'0') * 10 + usize::from(ones - b'0');
    }
    let text = text.trim_ascii();
    if text.is_empty() || text.eq_ignore_ascii_case(b"na") {
        return N_AGES;
    }
    match decode(text).replace(',', ".").parse::<f64>() {
        Ok(years) if !years.is_finite() => N_AGES + 1,
        Ok(years) if years >= 0.0 && years < N_AGES as f64 => years as usize,
        Ok(_) => N_AGES + 2,
        Err(_) => N_AGES + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_or_have_a_reason() {
        let fact = |text: &str| age_fact(read_age(text.as_bytes()));
        let known = |years| AgeFact::Known(Age::new(years).unwrap());
        assert_eq!(fact("17"), known(17));
        assert_eq!(fact(" 7 "), known(7));
        assert_eq!(fact("45.9"), known(45));
        assert_eq!(fact("45,9"), known(45));
        assert_eq!(fact("120"), known(120));
        assert_eq!(fact("121"), AgeFact::Impossible);
        assert_eq!(fact("999999999"), AgeFact::Impossible);
        assert_eq!(fact("-3"), AgeFact::Impossible);
        assert_eq!(fact(""), AgeFact::Missing);
        assert_eq!(fact("NA"), AgeFact::Missing);
        assert_eq!(fact("forty"), AgeFact::Unreadable);
        assert_eq!(fact("inf"), AgeFact::Unreadable);
        assert_eq!(fact("NaN"), AgeFact::Unreadable);
    }

    #[test]
    fn sex_codes_are_read_in_any_case_and_as_numbers() {
        let codes = vec![("1".to_owned(), Sex::Male), ("f".to_owned(), Sex::Female)];
        let places = Places { sex_codes: codes, places: Vec::new() };
        assert_eq!(places.read_sex(b"1"), Some(Sex::Male));
        assert_eq!(places.read_sex(b" 1.0"), Some(Sex::Male));
        assert_eq!(places.read_sex(b"F"), Some(Sex::Female));
        assert_eq!(places.read_sex(b"3"), None);
        assert_eq!(places.read_sex(b""), None);
    }
}
