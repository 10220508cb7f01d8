//! The quality panel: every index for every person, each with its value or the reason why it has none.

use rayon::prelude::*;

use super::caution::{caution_index, modified_caution_index, personal_point_biserial};
use super::even_odd::even_odd;
use super::guttman::{GuttmanErrors, guttman_errors};
use super::longstring::runs;
use super::no_index::NoIndex;
use super::plan::{QualityAnswers, QualityPlan};
use super::reference::QualityReference;
use super::response_time::{ResponseTime, seconds_per_item};
use super::steps::StepReference;
use super::synonyms::{PairConsistency, pair_consistency};
use super::u3::{U3, u3, zu3};
use super::variability::response_variability;

/// An index of response quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum QualityIndex {
    /// Longest run of one answer, in items.
    Longstring,
    /// Mean length of runs of one answer, in items.
    AverageLongstring,
    /// Standard deviation of the answers, in points.
    ResponseVariability,
    /// Even–odd inconsistency of the scales, −1 (consistent) to 1.
    EvenOdd,
    /// Correlation over pairs of items that people answer alike.
    Synonyms,
    /// Correlation over pairs of items that people answer opposite.
    Antonyms,
    /// Squared Mahalanobis distance.
    Mahalanobis,
    /// Its p value.
    MahalanobisP,
    /// Guttman errors, summed over the scales.
    GuttmanErrors,
    /// The same as a share of the possible ones.
    GuttmanNormed,
    /// U3, over all scales.
    U3,
    /// Standardized U3.
    Zu3,
    /// Ht.
    Ht,
    /// Personal point-biserial.
    PointBiserial,
    /// Sato's caution index.
    Caution,
    /// Modified caution index.
    ModifiedCaution,
    /// Norm conformity index.
    NormConformity,
    /// Mean time per item, in seconds.
    SecondsPerItem,
}

impl QualityIndex {
    /// All indices, in the order of a panel.
    pub const ALL: [Self; 18] = [
        Self::Longstring,
        Self::AverageLongstring,
        Self::ResponseVariability,
        Self::EvenOdd,
        Self::Synonyms,
        Self::Antonyms,
        Self::Mahalanobis,
        Self::MahalanobisP,
        Self::GuttmanErrors,
        Self::GuttmanNormed,
        Self::U3,
        Self::Zu3,
        Self::Ht,
        Self::PointBiserial,
        Self::Caution,
        Self::ModifiedCaution,
        Self::NormConformity,
        Self::SecondsPerItem,
    ];

    /// The name of its column in tables.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Longstring => "longstring",
            Self::AverageLongstring => "average_longstring",
            Self::ResponseVariability => "irv",
            Self::EvenOdd => "even_odd",
            Self::Synonyms => "synonyms",
            Self::Antonyms => "antonyms",
            Self::Mahalanobis => "mahalanobis",
            Self::MahalanobisP => "mahalanobis_p",
            Self::GuttmanErrors => "guttman_errors",
            Self::GuttmanNormed => "guttman_normed",
            Self::U3 => "u3",
            Self::Zu3 => "zu3",
            Self::Ht => "ht",
            Self::PointBiserial => "point_biserial",
            Self::Caution => "caution",
            Self::ModifiedCaution => "modified_caution",
            Self::NormConformity => "norm_conformity",
            Self::SecondsPerItem => "seconds_per_item",
        }
    }
}

/// All indices of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityPanel {
    values: [Result<f64, NoIndex>; QualityIndex::ALL.len()],
    /// Number of items answered.
    pub n_answered: usize,
    /// Number of synonym pairs answered.
    pub n_synonym_pairs: usize,
    /// Number of antonym pairs answered.
    pub n_antonym_pairs: usize,
    /// Degrees of freedom of the Mahalanobis distance; `None` where it has no value.
    pub mahalanobis_df: Option<usize>,
}

impl QualityPanel {
    /// The value of an index, or why it has none.
    ///
    /// # Errors
    /// The reason.
    pub fn value(&self, index: QualityIndex) -> Result<f64, NoIndex> {
        // The order of `ALL` is that of the enum, which a test holds.
        self.values[index as usize]
    }

    /// All indices with their values, in the order of a panel.
    pub fn iter(&self) -> impl Iterator<Item = (QualityIndex, Result<f64, NoIndex>)> + '_ {
        QualityIndex::ALL.into_iter().zip(self.values)
    }
}

/// The panel of every person, one a row and in their order, whatever they answered.
///
/// - `reference`: whom to compare with; without it the indices that compare have the reason [`NoIndex::NoReference`].
/// - `times`: one a person, as far as they are known.
///
/// Longstring looks at the answers as chosen; IRV, pairs and Mahalanobis at the points before keying; even–odd and person fit at the
/// points of each lowest scale after keying. Guttman errors and U3 add up over the scales before they are divided. ZU3, Ht, the
/// point-biserial, caution indices and norm conformity are for right/wrong items of a single scale.
#[must_use]
pub fn quality_panels(
    plan: &QualityPlan,
    answers: &QualityAnswers,
    reference: Option<&QualityReference>,
    times: &[ResponseTime],
) -> Vec<QualityPanel> {
    let panel = |row: usize| panel_of(plan, answers, row, reference, times.get(row).unwrap_or(&ResponseTime::Unknown));
    (0..answers.n_respondents()).into_par_iter().map(panel).collect()
}

fn panel_of(
    plan: &QualityPlan,
    answers: &QualityAnswers,
    row: usize,
    reference: Option<&QualityReference>,
    time: &ResponseTime,
) -> QualityPanel {
    let (points, given) = (answers.points_of(row), answers.given_by(row));
    let n_answered = given.iter().flatten().count();
    let runs = runs(&given);
    let scales: Vec<Vec<Option<i32>>> = plan.scales().iter().map(|scale| scale.keyed(plan, &points)).collect();
    let reference = reference.ok_or(NoIndex::NoReference);
    let pairs = |positive: bool| match reference {
        Ok(reference) => {
            let pairs = reference.parts().pairs.iter();
            pair_consistency(&points, pairs.filter(|pair| (pair.correlation > 0.0) == positive))
        }
        Err(reason) => PairConsistency { n_pairs: 0, correlation: Err(reason) },
    };
    let (synonyms, antonyms) = (pairs(true), pairs(false));
    let distance = reference.and_then(|reference| reference.mahalanobis()?.distance(&points));
    let fit = reference.map(|reference| graded_fit(plan, reference, &points));
    let guttman = fit.as_ref().map_err(|reason| *reason).and_then(|fit| fit.guttman);
    let u3 = fit.and_then(|fit| fit.u3);
    let single = SinglePattern::of(plan, reference, &points);
    let on_facilities = |index: OnFacilities| {
        single.as_ref().map_err(|reason| *reason).and_then(|single| index(&single.facilities, &single.scores))
    };
    let on_steps = |index: OnSteps| {
        single.as_ref().map_err(|reason| *reason).and_then(|single| index(single.steps, &single.scores))
    };
    let ht = single.as_ref().map_err(|reason| *reason).and_then(|single| {
        reference.and_then(|reference| reference.people().ok_or(NoIndex::NotInReference))?.ht(&single.scores)
    });
    let value = |index: QualityIndex| match index {
        QualityIndex::Longstring => runs.map(|runs| runs.longest as f64),
        QualityIndex::AverageLongstring => runs.map(|runs| runs.average),
        QualityIndex::ResponseVariability => response_variability(&points),
        QualityIndex::EvenOdd => even_odd(&scales),
        QualityIndex::Synonyms => synonyms.correlation,
        QualityIndex::Antonyms => antonyms.correlation,
        QualityIndex::Mahalanobis => distance.map(|found| found.squared),
        QualityIndex::MahalanobisP => distance.map(|found| found.p_value),
        QualityIndex::GuttmanErrors => guttman.map(|found| found.errors as f64),
        QualityIndex::GuttmanNormed => guttman.and_then(GuttmanErrors::normed),
        QualityIndex::U3 => u3.and_then(U3::value),
        QualityIndex::Zu3 => on_steps(zu3),
        QualityIndex::Ht => ht,
        QualityIndex::PointBiserial => on_facilities(personal_point_biserial),
        QualityIndex::Caution => on_facilities(caution_index),
        QualityIndex::ModifiedCaution => on_facilities(modified_caution_index),
        QualityIndex::NormConformity => on_steps(|steps, scores| guttman_errors(steps, scores)?.norm_conformity()),
        QualityIndex::SecondsPerItem => seconds_per_item(time, n_answered),
    };
    QualityPanel {
        values: QualityIndex::ALL.map(value),
        n_answered,
        n_synonym_pairs: synonyms.n_pairs,
        n_antonym_pairs: antonyms.n_pairs,
        mahalanobis_df: distance.ok().map(|found| found.df),
    }
}

/// An index of right and wrong answers against facilities.
type OnFacilities = fn(&[f64], &[Option<usize>]) -> Result<f64, NoIndex>;

/// The same against the steps of the items.
type OnSteps = fn(&StepReference, &[Option<usize>]) -> Result<f64, NoIndex>;

/// Person fit over all scales.
struct GradedFit {
    guttman: Result<GuttmanErrors, NoIndex>,
    u3: Result<U3, NoIndex>,
}

/// Adds errors, distances and what is possible over the scales on which the person can be placed.
fn graded_fit(plan: &QualityPlan, reference: &QualityReference, points: &[Option<i32>]) -> GradedFit {
    let mut guttman = Err(NoIndex::NotInReference);
    let mut distances = Err(NoIndex::NotInReference);
    for (at, scale) in plan.scales().iter().enumerate() {
        let Some(steps) = reference.steps(at) else { continue };
        let scores = scale.steps_passed(plan, points);
        guttman = match (guttman, guttman_errors(steps, &scores)) {
            (Ok(GuttmanErrors { errors, most }), Ok(more)) => {
                Ok(GuttmanErrors { errors: errors + more.errors, most: most + more.most })
            }
            (Ok(so_far), Err(_)) => Ok(so_far),
            (Err(_), found) => found,
        };
        distances = match (distances, u3(steps, &scores)) {
            (Ok(U3 { distance, longest }), Ok(more)) => {
                Ok(U3 { distance: distance + more.distance, longest: longest + more.longest })
            }
            (Ok(so_far), Err(_)) => Ok(so_far),
            (Err(_), found) => found,
        };
    }
    GradedFit { guttman, u3: distances }
}

/// A person on the only scale of an instrument, with right/wrong items.
struct SinglePattern<'r> {
    steps: &'r StepReference,
    facilities: Vec<f64>,
    scores: Vec<Option<usize>>,
}

impl<'r> SinglePattern<'r> {
    fn of(
        plan: &QualityPlan,
        reference: Result<&'r QualityReference, NoIndex>,
        points: &[Option<i32>],
    ) -> Result<Self, NoIndex> {
        let [scale] = plan.scales() else { return Err(NoIndex::DoesNotApply) };
        let has_one_step =
            |&(place, _): &(usize, _)| plan.items().get(place).is_some_and(|item| item.highest - item.lowest == 1);
        if !scale.items.iter().all(has_one_step) {
            return Err(NoIndex::DoesNotApply);
        }
        let steps = reference?.steps(0).ok_or(NoIndex::NotInReference)?;
        let facilities = steps.facilities().ok_or(NoIndex::DoesNotApply)?;
        Ok(Self { steps, facilities, scores: scale.steps_passed(plan, points) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Answer, Instrument, InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, Missing, MissingPolicy,
        ResponseKind, ResponseMatrix, ResponseScale, Rounding, Scale, ScaleId, ScoreRule, Statistic,
    };
    use crate::quality::PairRule;
    use proptest::prelude::*;

    fn scale(id: String, rule: ScoreRule) -> Scale {
        let (missing, rounding) = (MissingPolicy::Reject, Rounding::None);
        Scale { id: ScaleId::new(id).unwrap(), rule, missing, rounding, ipsative: false }
    }

    fn instrument(items: Vec<ResponseScale>, scales: Vec<Scale>) -> Instrument {
        let item = |(idx, responses)| Item { id: ItemId::new(format!("i{idx}")).unwrap(), responses };
        let (id, version) = (InstrumentId::new("test").unwrap(), "1.0.0".parse().unwrap());
        let items = items.into_iter().enumerate().map(item).collect();
        Instrument::new(InstrumentParts { id, version, items, scales }).unwrap()
    }

    /// Three scales of four items 1–5; the last item of each is turned.
    fn inventory() -> Instrument {
        let keyed = |item_idx: usize| {
            let keying = if item_idx % 4 == 3 { Keying::Reverse } else { Keying::Forward };
            KeyedItem { item_idx, keying, weight: 1.0 }
        };
        let scales = (0..3).map(|at| {
            let items = (4 * at..4 * at + 4).map(keyed).collect();
            scale(format!("S{at}"), ScoreRule::Keyed { items, statistic: Statistic::Sum })
        });
        instrument(vec![ResponseScale::likert(1, 5).unwrap(); 12], scales.collect())
    }

    /// Five items of four options, the third right; one scale.
    fn test_of_options() -> Instrument {
        let options = ResponseScale::new(ResponseKind::Choice, 1.0, 4.0).unwrap();
        let rule = ScoreRule::Correct { items: (0..5).map(|item| (item, 2)).collect() };
        instrument(vec![options; 5], vec![scale("K".to_owned(), rule)])
    }

    fn answers(instrument: &Instrument, rows: &[Vec<Option<u8>>]) -> (QualityPlan, QualityAnswers) {
        let answer = |category: &Option<u8>| category.map_or(Answer::Missing(Missing::Skipped), Answer::Category);
        let flat: Vec<Answer> = rows.iter().flatten().map(answer).collect();
        let plan = QualityPlan::of(instrument);
        let answers = QualityAnswers::of(&plan, &ResponseMatrix::from_rows(instrument, &flat).unwrap()).unwrap();
        (plan, answers)
    }

    /// People of different levels, with some wobble; the last item of each scale turned.
    fn people(n: usize) -> Vec<Vec<Option<u8>>> {
        let person = |idx: usize| {
            (0..12)
                .map(|item| {
                    let level = (idx / 5_usize.pow(item as u32 / 4)) % 5;
                    let wobbled = (level + usize::from((idx * 7 + item * 5).is_multiple_of(4))).min(4);
                    Some((if item % 4 == 3 { 4 - wobbled } else { wobbled }) as u8)
                })
                .collect()
        };
        (0..n).map(person).collect()
    }

    #[test]
    fn indices_are_in_the_order_of_the_panel() {
        for (at, index) in QualityIndex::ALL.into_iter().enumerate() {
            assert_eq!(index as usize, at);
        }
    }

    #[test]
    fn everybody_has_a_row_and_every_gap_its_reason() {
        let mut rows = people(150);
        rows[0] = vec![Some(2); 12];
        rows[1] = vec![None; 12];
        rows[2][5] = None;
        let (plan, answers) = answers(&inventory(), &rows);
        let reference = QualityReference::from_scores(&plan, &answers, PairRule::meade_craig(), "test").unwrap();
        let panels = quality_panels(&plan, &answers, Some(&reference), &[ResponseTime::Total { seconds: 24.0 }]);
        assert_eq!(panels.len(), 150);
        let constant = &panels[0];
        assert_eq!(constant.value(QualityIndex::Longstring), Ok(12.0));
        assert_eq!(constant.value(QualityIndex::ResponseVariability), Ok(0.0));
        assert_eq!(constant.value(QualityIndex::EvenOdd), Err(NoIndex::NoSpread));
        assert_eq!(constant.value(QualityIndex::Synonyms), Err(NoIndex::NoSpread));
        assert_eq!(constant.value(QualityIndex::SecondsPerItem), Ok(2.0));
        let nobody = &panels[1];
        assert!(nobody.iter().all(|(_, value)| value.is_err()));
        assert_eq!(nobody.value(QualityIndex::Longstring), Err(NoIndex::TooFewAnswers { answered: 0, needed: 1 }));
        assert_eq!((panels[2].n_answered, panels[2].mahalanobis_df), (11, Some(11)));
        for panel in &panels[3..] {
            for (index, value) in panel.iter() {
                let expected = match index {
                    QualityIndex::Zu3
                    | QualityIndex::Ht
                    | QualityIndex::PointBiserial
                    | QualityIndex::Caution
                    | QualityIndex::ModifiedCaution
                    | QualityIndex::NormConformity => Some(NoIndex::DoesNotApply),
                    QualityIndex::SecondsPerItem => Some(NoIndex::NoTime),
                    _ => None,
                };
                if let Some(reason) = expected {
                    assert_eq!(value, Err(reason), "{}", index.id());
                }
            }
            assert!(panel.value(QualityIndex::Mahalanobis).is_ok_and(|distance| distance >= 0.0));
        }
    }

    #[test]
    fn one_person_without_reference_has_what_needs_none() {
        let (plan, answers) = answers(&inventory(), &people(7)[6..]);
        let panels = quality_panels(&plan, &answers, None, &[]);
        assert_eq!(panels.len(), 1);
        assert_eq!(panels[0].value(QualityIndex::Mahalanobis), Err(NoIndex::NoReference));
        assert_eq!(panels[0].value(QualityIndex::GuttmanErrors), Err(NoIndex::NoReference));
        assert_eq!(panels[0].value(QualityIndex::Ht), Err(NoIndex::DoesNotApply));
        assert!(panels[0].value(QualityIndex::Longstring).is_ok());
        let alone = QualityReference::from_scores(&plan, &answers, PairRule::meade_craig(), "test");
        assert!(alone.is_err());
    }

    #[test]
    fn right_and_wrong_answers_have_person_fit() {
        // Item 1 is the easiest. The last person has only the two hardest right; the one before chose the second option throughout.
        let mut rows: Vec<Vec<Option<u8>>> =
            (0..40).map(|idx| (0..5).map(|item| Some(if item <= idx % 6 { 2 } else { 1 })).collect()).collect();
        rows.push(vec![Some(1); 5]);
        rows.push([1, 1, 1, 2, 2].map(Some).to_vec());
        let (plan, answers) = answers(&test_of_options(), &rows);
        let reference = QualityReference::from_scores(&plan, &answers, PairRule::meade_craig(), "test").unwrap();
        let panels = quality_panels(&plan, &answers, Some(&reference), &[]);
        let (second_option, reversed) = (&panels[40], &panels[41]);
        assert_eq!(second_option.value(QualityIndex::Longstring), Ok(5.0));
        assert_eq!(second_option.value(QualityIndex::U3), Err(NoIndex::ExtremeScore));
        assert_eq!(reversed.value(QualityIndex::GuttmanNormed), Ok(1.0));
        assert_eq!(reversed.value(QualityIndex::NormConformity), Ok(-1.0));
        assert!(reversed.value(QualityIndex::Ht).is_ok_and(|ht| ht < 0.0));
        assert!(reversed.value(QualityIndex::Caution).is_ok_and(|caution| caution > 1.0));
        assert_eq!(panels[1].value(QualityIndex::GuttmanErrors), Ok(0.0));
        // The sample is not kept in a file, so that a person from elsewhere has no Ht.
        let elsewhere = QualityReference::new(&plan, reference.parts().clone()).unwrap();
        assert_eq!(elsewhere, reference.clone().for_others());
        let again = quality_panels(&plan, &answers, Some(&elsewhere), &[]);
        assert_eq!(again[41].value(QualityIndex::Ht), Err(NoIndex::NotInReference));
        assert_eq!(again[41].value(QualityIndex::U3), reversed.value(QualityIndex::U3));
    }

    proptest! {
        #[test]
        fn any_answers_give_finite_values_or_reasons(
            rows in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.9, 0_u8..5), 12), 0..25)
        ) {
            let (plan, answers) = answers(&inventory(), &rows);
            let reference = QualityReference::from_scores(&plan, &answers, PairRule::meade_craig(), "any");
            let panels = quality_panels(&plan, &answers, reference.as_ref().ok(), &[]);
            prop_assert_eq!(panels.len(), rows.len());
            for panel in panels {
                prop_assert!(panel.iter().all(|(_, value)| value.is_err() || value.is_ok_and(f64::is_finite)));
            }
        }
    }
}
