//! Choosing the stratum of a person.

use crate::norms::score::NoNormScore;
use crate::norms::stratum::{Age, Sex, Stratum};

/// What is known of a person's age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeFact {
    /// A possible age.
    Known(Age),
    /// Nothing was given.
    Missing,
    /// Something was given that is not a whole number.
    Unreadable,
    /// A number was given that is not an age.
    Impossible,
}

/// What a norm may need to know of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonFacts {
    /// Sex, if known.
    pub sex: Option<Sex>,
    /// Age, if known.
    pub age: AgeFact,
}

impl PersonFacts {
    /// A person of whom nothing is known.
    pub const UNKNOWN: Self = Self { sex: None, age: AgeFact::Missing };
}

/// With whom people are compared when a norm is by sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StratumRule {
    /// With people of their own sex; where it is not known, with the combined stratum.
    BySex,
    /// Everyone with the combined stratum.
    Combined,
}

/// The stratum a person is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StratumChoice {
    /// Index into [`NormGroup::strata`](crate::norms::NormGroup::strata).
    pub stratum_idx: usize,
    /// Whether it is a combined stratum.
    pub combined: bool,
    /// Whether the combined stratum serves because the sex is not known.
    pub because_sex_unknown: bool,
}

/// Chooses among all strata of a norm, combined ones included.
pub(super) fn choose(strata: &[Stratum], facts: &PersonFacts, rule: StratumRule) -> Result<StratumChoice, NoNormScore> {
    match (rule, facts.sex) {
        (StratumRule::BySex, Some(sex)) => own_sex(strata, sex, facts.age),
        (StratumRule::BySex, None) => both_sexes(strata, facts.age, NoNormScore::SexNeeded)
            .map(|choice| StratumChoice { because_sex_unknown: choice.combined, ..choice }),
        (StratumRule::Combined, _) => both_sexes(strata, facts.age, NoNormScore::CombinedNotOffered),
    }
}

fn own_sex(strata: &[Stratum], sex: Sex, age: AgeFact) -> Result<StratumChoice, NoNormScore> {
    let of_this_sex = |stratum: &Stratum| !stratum.is_combined() && stratum.sex().is_none_or(|own| own == sex);
    if !strata.iter().any(of_this_sex) {
        return Err(NoNormScore::NoStratumForSex { sex });
    }
    of_age(strata, of_this_sex, age)
}

/// A stratum of anyone, or a combined one; `none_offered` when there is none although the norm has strata for the person's age.
fn both_sexes(strata: &[Stratum], age: AgeFact, none_offered: NoNormScore) -> Result<StratumChoice, NoNormScore> {
    let of_both = |stratum: &Stratum| stratum.sex().is_none();
    if !strata.iter().any(of_both) {
        return Err(none_offered);
    }
    of_age(strata, of_both, age).map_err(|reason| match of_age(strata, |_| true, age) {
        Ok(_) => none_offered,
        Err(_) => reason,
    })
}

fn of_age(strata: &[Stratum], admits: impl Fn(&Stratum) -> bool, age: AgeFact) -> Result<StratumChoice, NoNormScore> {
    let fits = |stratum: &Stratum| match age {
        AgeFact::Known(age) => stratum.ages().contains(age),
        _ => stratum.ages().is_open(),
    };
    let found = strata.iter().enumerate().find(|(_, stratum)| admits(stratum) && fits(stratum));
    match (found, age) {
        (Some((stratum_idx, stratum)), _) => {
            Ok(StratumChoice { stratum_idx, combined: stratum.is_combined(), because_sex_unknown: false })
        }
        (None, AgeFact::Known(age)) => Err(NoNormScore::NoStratumForAge { age }),
        (None, AgeFact::Missing) => Err(NoNormScore::AgeMissing),
        (None, AgeFact::Unreadable) => Err(NoNormScore::AgeUnreadable),
        (None, AgeFact::Impossible) => Err(NoNormScore::AgeImpossible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::StratumId;
    use crate::norms::stratum::AgeBand;
    use StratumRule::{BySex, Combined};

    fn stratum(id: &str, sex: Option<Sex>, min: Option<u8>, max: Option<u8>) -> Stratum {
        Stratum::new(StratumId::new(id).unwrap(), sex, AgeBand::new(min, max).unwrap(), None)
    }

    fn combined(min: Option<u8>, max: Option<u8>) -> Stratum {
        Stratum::combined(StratumId::new("combined").unwrap(), AgeBand::new(min, max).unwrap(), None)
    }

    fn years(years: i64) -> AgeFact {
        AgeFact::Known(Age::new(years).unwrap())
    }

    fn pick(strata: &[Stratum], sex: Option<Sex>, age: AgeFact, rule: StratumRule) -> Result<usize, NoNormScore> {
        choose(strata, &PersonFacts { sex, age }, rule).map(|choice| choice.stratum_idx)
    }

    /// Women and men to 20 and from 21, and combined strata for both bands.
    fn by_sex_and_age() -> Vec<Stratum> {
        vec![
            stratum("F-20", Some(Sex::Female), Some(10), Some(20)),
            stratum("M-20", Some(Sex::Male), Some(10), Some(20)),
            stratum("F-21", Some(Sex::Female), Some(21), None),
            stratum("M-21", Some(Sex::Male), Some(21), None),
            combined(Some(10), Some(20)),
            combined(Some(21), None),
        ]
    }

    #[test]
    fn a_person_is_compared_with_their_own_sex_and_age() {
        let strata = by_sex_and_age();
        assert_eq!(pick(&strata, Some(Sex::Female), years(20), BySex), Ok(0));
        assert_eq!(pick(&strata, Some(Sex::Male), years(21), BySex), Ok(3));
        assert_eq!(pick(&strata, Some(Sex::Male), years(21), Combined), Ok(5));
    }

    #[test]
    fn an_unknown_sex_falls_to_the_combined_stratum_and_is_told() {
        let facts = PersonFacts { sex: None, age: years(30) };
        let chosen = |rule| choose(&by_sex_and_age(), &facts, rule).unwrap();
        assert_eq!(chosen(BySex), StratumChoice { stratum_idx: 5, combined: true, because_sex_unknown: true });
        assert_eq!(chosen(Combined), StratumChoice { stratum_idx: 5, combined: true, because_sex_unknown: false });
    }

    #[test]
    fn an_unknown_sex_without_a_combined_stratum_has_no_norm_score() {
        let strata = &by_sex_and_age()[..4];
        assert_eq!(pick(strata, None, years(30), BySex), Err(NoNormScore::SexNeeded));
        assert_eq!(pick(strata, None, years(30), Combined), Err(NoNormScore::CombinedNotOffered));
    }

    #[test]
    fn a_combined_stratum_for_another_age_does_not_serve() {
        let mut strata = by_sex_and_age();
        strata.truncate(5);
        assert_eq!(pick(&strata, None, years(30), BySex), Err(NoNormScore::SexNeeded));
        assert_eq!(pick(&strata, None, years(15), BySex), Ok(4));
    }

    #[test]
    fn each_way_of_not_knowing_the_age_has_its_reason() {
        let reason = |age| pick(&by_sex_and_age(), Some(Sex::Female), age, BySex).unwrap_err();
        assert_eq!(reason(AgeFact::Missing), NoNormScore::AgeMissing);
        assert_eq!(reason(AgeFact::Unreadable), NoNormScore::AgeUnreadable);
        assert_eq!(reason(AgeFact::Impossible), NoNormScore::AgeImpossible);
        assert_eq!(reason(years(9)), NoNormScore::NoStratumForAge { age: Age::new(9).unwrap() });
    }

    #[test]
    fn an_age_outside_every_band_is_the_reason_even_when_the_sex_is_unknown_too() {
        let reason = NoNormScore::NoStratumForAge { age: Age::new(9).unwrap() };
        assert_eq!(pick(&by_sex_and_age(), None, years(9), BySex), Err(reason));
    }

    #[test]
    fn a_norm_of_one_sex_has_nothing_for_the_other() {
        let strata = [stratum("M", Some(Sex::Male), None, None)];
        assert_eq!(pick(&strata, Some(Sex::Male), AgeFact::Missing, BySex), Ok(0));
        assert_eq!(
            pick(&strata, Some(Sex::Female), AgeFact::Missing, BySex),
            Err(NoNormScore::NoStratumForSex { sex: Sex::Female })
        );
    }

    #[test]
    fn a_norm_for_everyone_needs_no_facts() {
        let strata = [stratum("all", None, None, None)];
        for rule in [BySex, Combined] {
            let choice = choose(&strata, &PersonFacts::UNKNOWN, rule).unwrap();
            assert_eq!(choice, StratumChoice { stratum_idx: 0, combined: false, because_sex_unknown: false });
        }
    }

    #[test]
    fn the_age_is_not_needed_where_only_the_other_sex_is_split_by_age() {
        let strata = [
            stratum("F", Some(Sex::Female), None, None),
            stratum("M-40", Some(Sex::Male), None, Some(40)),
            stratum("M-41", Some(Sex::Male), Some(41), None),
        ];
        assert_eq!(pick(&strata, Some(Sex::Female), AgeFact::Missing, BySex), Ok(0));
        assert_eq!(pick(&strata, Some(Sex::Male), AgeFact::Missing, BySex), Err(NoNormScore::AgeMissing));
    }
}
