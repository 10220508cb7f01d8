//! Indices of response quality against R.

use engine::quality::caution::{caution_index, modified_caution_index, personal_point_biserial};
use engine::quality::even_odd::even_odd;
use engine::quality::guttman::guttman_errors;
use engine::quality::ht::HtReference;
use engine::quality::longstring::runs;
use engine::quality::mahalanobis::MahalanobisReference;
use engine::quality::synonyms::{find_pairs, pair_consistency};
use engine::quality::u3::{u3, zu3};
use engine::quality::variability::response_variability;
use engine::quality::{ItemPair, PairRule, StepReference};
use engine::stats::{ItemColumn, ItemScores, MissingPairs, covariances};

use crate::support::oracle::{Case, Checker, Conformance};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [careless(), person_fit(), person_fit_polytomous()].concat()
}

/// The answers of `input.csv`, with items of these possible points.
fn answers(case: &Case, n_items: usize, lowest: i32, highest: i32) -> ItemScores {
    let column = |item: usize| {
        let numbers = case.table("input.csv").numbers(&format!("i{:02}", item + 1));
        ItemColumn::new(lowest, highest, numbers.into_iter().map(|points| Some(points as i32))).unwrap()
    };
    ItemScores::new((0..n_items).map(column).collect()).unwrap()
}

fn person(answers: &ItemScores, row: usize) -> Vec<Option<i32>> {
    answers.columns().iter().map(|column| column.points(row)).collect()
}

fn scores(answers: &ItemScores, row: usize) -> Vec<Option<usize>> {
    person(answers, row).into_iter().map(|points| points.map(|points| usize::try_from(points).unwrap())).collect()
}

/// Careless responding: 300 people, 30 items on five scales; one person constant, one in a pattern, one at random.
pub fn careless() -> Vec<Conformance> {
    let case = Case::load("quality/careless");
    let answers = answers(&case, 30, 1, 5);
    let found = covariances(&answers, MissingPairs::Pairwise).unwrap();
    let pairs = find_pairs(&found.matrix, PairRule::beyond(case.setting("critval")).unwrap());
    let (synonyms, antonyms): (Vec<ItemPair>, Vec<ItemPair>) = pairs.iter().partition(|pair| pair.correlation > 0.0);
    let reference = MahalanobisReference::new(found.means.as_slice(), &found.matrix, 300).unwrap();
    let mut check = Checker::new(&case);
    let listed = || synonyms.iter().map(|pair| ("synonym", pair)).chain(antonyms.iter().map(|pair| ("antonym", pair)));
    assert_eq!(case.table("expected_pairs.csv").rows().count(), listed().count());
    for (row, (kind, pair)) in case.table("expected_pairs.csv").rows().zip(listed()) {
        let names = [pair.first, pair.second].map(|item| format!("i{:02}", item + 1));
        assert_eq!([row.text("kind"), row.text("first"), row.text("second")], [kind, &names[0], &names[1]]);
        check.number(&row, "r", Some(pair.correlation));
    }
    for (respondent, row) in case.table("expected.csv").rows().enumerate() {
        let given = person(&answers, respondent);
        let runs = runs(&given).unwrap();
        check.number(&row, "longstring", Some(runs.longest as f64));
        check.number(&row, "average_string", Some(runs.average));
        check.number(&row, "irv", response_variability(&given).ok());
        let scales: Vec<&[Option<i32>]> = given.chunks(6).collect();
        check.number(&row, "even_odd", even_odd(&scales).ok());
        for (kind, pairs) in [("synonym", &synonyms), ("antonym", &antonyms)] {
            let consistency = pair_consistency(&given, pairs);
            check.number(&row, &format!("{kind}_r"), consistency.correlation.ok());
            check.number(&row, &format!("{kind}_pairs"), Some(consistency.n_pairs as f64));
        }
        check.number(&row, "mahalanobis_squared", reference.distance(&given).ok().map(|found| found.squared));
    }
    check.finish()
}

#[test]
fn indices_of_careless_responding_agree_with_r() {
    careless();
}

/// Person fit of 297 people on 20 right/wrong items.
pub fn person_fit() -> Vec<Conformance> {
    let case = Case::load("quality/person_fit");
    let answers = answers(&case, 20, 0, 1);
    let n = answers.n_respondents();
    let reference = StepReference::of_sample(&answers).unwrap();
    let facilities = reference.facilities().unwrap();
    let others = HtReference::of_sample(20, (0..n).map(|row| scores(&answers, row)));
    let mut check = Checker::new(&case);
    for (respondent, row) in case.table("expected.csv").rows().enumerate() {
        let scores = scores(&answers, respondent);
        assert_eq!(row.number("sum"), Some(scores.iter().flatten().sum::<usize>() as f64));
        let guttman = guttman_errors(&reference, &scores).unwrap();
        check.number(&row, "guttman_errors", Some(guttman.errors as f64));
        check.number(&row, "guttman_normed", guttman.normed().ok());
        check.number(&row, "nci", guttman.norm_conformity().ok());
        check.number(&row, "u3", u3(&reference, &scores).and_then(|u3| u3.value()).ok());
        check.number(&row, "zu3", zu3(&reference, &scores).ok());
        check.number(&row, "ht", others.ht(&scores).ok());
        check.number(&row, "point_biserial", personal_point_biserial(&facilities, &scores).ok());
        check.number(&row, "caution", caution_index(&facilities, &scores).ok());
        check.number(&row, "modified_caution", modified_caution_index(&facilities, &scores).ok());
    }
    check.finish()
}

#[test]
fn person_fit_of_right_and_wrong_answers_agrees_with_r() {
    person_fit();
}

/// Person fit of 250 people on 12 items of five categories.
pub fn person_fit_polytomous() -> Vec<Conformance> {
    let case = Case::load("quality/person_fit_polytomous");
    let answers = answers(&case, 12, 0, 4);
    let reference = StepReference::of_sample(&answers).unwrap();
    let mut check = Checker::new(&case);
    for (respondent, row) in case.table("expected.csv").rows().enumerate() {
        let scores = scores(&answers, respondent);
        let guttman = guttman_errors(&reference, &scores).unwrap();
        check.number(&row, "guttman_errors", Some(guttman.errors as f64));
        check.number(&row, "guttman_normed", guttman.normed().ok());
        check.number(&row, "u3", u3(&reference, &scores).and_then(|u3| u3.value()).ok());
    }
    check.finish()
}

#[test]
fn person_fit_of_graded_answers_agrees_with_r() {
    person_fit_polytomous();
}
