//! A round of 360° feedback: raters answer, then everything is released once.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;

use crate::agreement::comments::{self, GroupComments};
use crate::agreement::feedback_answers::{FeedbackError, RaterAnswers, RaterConsent};
use crate::agreement::feedback_figures::{ScaleAnswers, publish_group_scale, publish_named_scale, publish_total_scale};
use crate::agreement::feedback_plan::{FeedbackPlan, GroupKind, RaterGroupId, RaterId, TargetId};
use crate::agreement::published::{PublishedFeedback, PublishedGroup, PublishedScale, SelfScale};

/// Answers of raters on one person, open until the release. There is one release: it takes the round, which cannot be copied, and a
/// result cannot be opened again. Two releases with other raters would tell the difference between them.
///
/// # Examples
/// A released round takes no more answers, nor a second release:
/// ```compile_fail,E0382
/// # use engine::agreement::{FeedbackPlan, FeedbackRound};
/// fn twice(plan: &FeedbackPlan, rng: &mut impl rand::Rng) {
///     let round = FeedbackRound::open(plan);
///     let first = round.release(rng);
///     let second = round.release(rng);
/// }
/// ```
#[derive(Debug)]
pub struct FeedbackRound<'a> {
    plan: &'a FeedbackPlan,
    raters: BTreeSet<RaterId>,
    /// One list a group.
    answers: Vec<Vec<RaterAnswers>>,
}

impl<'a> FeedbackRound<'a> {
    /// Opens a round.
    #[must_use]
    pub fn open(plan: &'a FeedbackPlan) -> Self {
        Self { plan, raters: BTreeSet::new(), answers: plan.groups().iter().map(|_| Vec::new()).collect() }
    }

    /// Takes the answers of a rater.
    ///
    /// # Errors
    /// [`FeedbackError`]; the round is unchanged then.
    pub fn add(&mut self, given: RaterAnswers) -> Result<(), FeedbackError> {
        let place = self.plan.groups().iter().position(|group| group.id == given.group);
        let unknown = || FeedbackError::UnknownGroup { given: given.group.clone() };
        let group_idx = place.ok_or_else(unknown)?;
        let kind = self.plan.groups()[group_idx].kind;
        if kind == GroupKind::SelfRating && !self.answers[group_idx].is_empty() {
            return Err(FeedbackError::SelfTwice { group: given.group });
        }
        if given.consent == RaterConsent::NamedAndAgreed && !matches!(kind, GroupKind::Superiors { .. }) {
            return Err(FeedbackError::NamedOutsideSuperiors { group: given.group });
        }
        self.check_answers(&given)?;
        if !self.raters.insert(given.rater.clone()) {
            return Err(FeedbackError::RaterTwice { rater: given.rater });
        }
        self.answers[group_idx].push(given);
        Ok(())
    }

    fn check_answers(&self, given: &RaterAnswers) -> Result<(), FeedbackError> {
        let (n_answers, expected) = (given.answers.len(), self.plan.n_items());
        if n_answers != expected {
            return Err(FeedbackError::Length { given: n_answers, expected });
        }
        let ranges =
            self.plan.scales().iter().flat_map(|scale| scale.items.iter().map(|_| (scale.lowest, scale.highest)));
        for (item_idx, (answer, (lowest, highest))) in given.answers.iter().zip(ranges).enumerate() {
            if let Some(given) = answer.filter(|points| *points < lowest || *points > highest) {
                return Err(FeedbackError::OutOfRange { item_idx, given, lowest, highest });
            }
        }
        let n_questions = self.plan.n_questions();
        match given.comments.iter().map(|comment| comment.question_idx).find(|&idx| idx >= n_questions) {
            Some(given) => Err(FeedbackError::UnknownQuestion { given, n_questions }),
            None => Ok(()),
        }
    }

    /// Releases the round, once and for all.
    ///
    /// - `rng`: shuffles comments; it must not be predictable.
    ///
    /// What is shown follows [`disclosure`](crate::agreement::disclosure). Store the result and show it again from there: a new
    /// round with other raters beside an old release would undo both.
    #[must_use]
    pub fn release(self, rng: &mut impl Rng) -> PublishedFeedback {
        let mut own = None;
        let mut shown = Vec::new();
        for (group, raters) in self.plan.groups().iter().zip(&self.answers) {
            match (group.kind, Showing::of(group.kind, raters)) {
                (GroupKind::SelfRating, _) => own = raters.first().map(|rater| self.self_scales(rater)),
                (_, Some(showing)) => shown.push(ShownGroup { id: &group.id, raters, showing }),
                (_, None) => {}
            }
        }
        let mut groups: Vec<PublishedGroup> = shown.iter().map(ShownGroup::header).collect();
        let mut total = Vec::with_capacity(self.plan.scales().len());
        for scale_idx in 0..self.plan.scales().len() {
            let (of_groups, of_total) = self.publish_scale(scale_idx, &shown);
            for (group, scale) in groups.iter_mut().zip(of_groups) {
                group.scales.push(scale);
            }
            total.extend(of_total);
        }
        let comments = (0..self.plan.n_questions()).map(|question_idx| {
            let of_groups = shown.iter().map(|group| group.comments(question_idx)).collect();
            comments::publish(of_groups, rng)
        });
        PublishedFeedback { own, groups, total, comments: comments.collect() }
    }

    /// A scale in each shown group, and in all of them together; no total where no group is shown.
    fn publish_scale(&self, scale_idx: usize, shown: &[ShownGroup]) -> (Vec<PublishedScale>, Option<PublishedScale>) {
        let config = self.plan.config();
        let null_variance = self.plan.null_variances()[scale_idx];
        let answers: Vec<ScaleAnswers> =
            shown.iter().map(|group| self.scale_answers(scale_idx, group.raters, null_variance)).collect();
        let publish = |(group, answers): (&ShownGroup, &ScaleAnswers)| match group.showing {
            Showing::Named => publish_named_scale(answers, config),
            Showing::Together { minimum } => publish_group_scale(answers, minimum, config),
        };
        let groups: Vec<PublishedScale> = shown.iter().zip(&answers).map(publish).collect();
        let total = (!groups.is_empty()).then(|| publish_total_scale(&groups, &answers, config));
        (groups, total)
    }

    /// Points above the lowest, of the raters who answered every item of the scale.
    fn scale_answers(&self, scale_idx: usize, raters: &[RaterAnswers], null_variance: f64) -> ScaleAnswers {
        let scale = &self.plan.scales()[scale_idx];
        let places = self.places(scale_idx);
        let row = |rater: &RaterAnswers| {
            let above = |answer: &Option<i32>| answer.map(|points| points.abs_diff(scale.lowest));
            rater.answers[places.clone()].iter().map(above).collect::<Option<Vec<u32>>>()
        };
        ScaleAnswers {
            lowest: scale.lowest,
            item_reach: scale.lowest.abs_diff(scale.highest),
            n_items: scale.items.len(),
            null_variance,
            rows: raters.iter().filter_map(row).collect(),
        }
    }

    /// Where the answers of a scale are in those of a rater.
    fn places(&self, scale_idx: usize) -> std::ops::Range<usize> {
        let sizes = self.plan.scales().iter().map(|scale| scale.items.len());
        let start: usize = sizes.take(scale_idx).sum();
        start..start + self.plan.scales()[scale_idx].items.len()
    }

    fn self_scales(&self, rater: &RaterAnswers) -> Vec<SelfScale> {
        let scale = |scale_idx| {
            let items = rater.answers[self.places(scale_idx)].to_vec();
            let complete: Option<Vec<i32>> = items.iter().copied().collect();
            let mean = complete.map(|points| {
                let sum: i64 = points.iter().copied().map(i64::from).sum();
                self.plan.config().round(sum as f64 / points.len() as f64)
            });
            SelfScale { mean, items }
        };
        (0..self.plan.scales().len()).map(scale).collect()
    }
}

/// How a group is shown.
#[derive(Debug, Clone, Copy)]
enum Showing {
    /// A single superior who has agreed.
    Named,
    /// From a minimum of raters on.
    Together { minimum: usize },
}

impl Showing {
    /// `None` where the group is left out. A rater who answered no item counts for nothing.
    fn of(kind: GroupKind, raters: &[RaterAnswers]) -> Option<Self> {
        let together = |minimum: usize| (n_answered(raters) >= minimum).then_some(Self::Together { minimum });
        match (kind, raters) {
            (GroupKind::SelfRating, _) => None,
            (GroupKind::Superiors { .. }, [rater])
                if rater.consent == RaterConsent::NamedAndAgreed && n_answered(raters) == 1 =>
            {
                Some(Self::Named)
            }
            (GroupKind::Superiors { minimum } | GroupKind::Anonymous { minimum }, _) => together(minimum),
        }
    }
}

fn n_answered(raters: &[RaterAnswers]) -> usize {
    raters.iter().filter(|rater| rater.answers.iter().any(Option::is_some)).count()
}

struct ShownGroup<'a> {
    id: &'a RaterGroupId,
    raters: &'a [RaterAnswers],
    showing: Showing,
}

impl<'a> ShownGroup<'a> {
    fn header(&self) -> PublishedGroup {
        PublishedGroup { id: self.id.clone(), n_raters: n_answered(self.raters), scales: Vec::new() }
    }

    fn comments(&self, question_idx: usize) -> GroupComments<'a> {
        let written = |rater: &'a RaterAnswers| {
            let on_question = rater.comments.iter().filter(|comment| comment.question_idx == question_idx);
            let texts = on_question.map(|comment| comment.text.trim()).filter(|text| !text.is_empty());
            texts.collect::<Vec<&str>>()
        };
        let minimum = match self.showing {
            Showing::Named => 1,
            Showing::Together { minimum } => minimum,
        };
        let writers = self.raters.iter().map(written).filter(|texts| !texts.is_empty()).collect();
        GroupComments { group: self.id, minimum, writers }
    }
}

/// A row of a file of ratings that is not taken.
#[derive(Debug, Clone, PartialEq)]
pub struct RowProblem {
    /// Place of the row, from 0.
    pub row_idx: usize,
    /// What is wrong.
    pub error: FeedbackError,
}

/// Releases the feedback of many people at once, from rows of ratings: one result a person, in the order of their names. Each
/// person has one release here; a file with other raters of the same person must not be released again.
///
/// - `rows`: who is rated, and the answers of one rater.
/// - `rng`: shuffles comments; it must not be predictable.
///
/// # Errors
/// All rows that are not taken.
pub fn release_all(
    plan: &FeedbackPlan,
    rows: impl IntoIterator<Item = (TargetId, RaterAnswers)>,
    rng: &mut impl Rng,
) -> Result<Vec<(TargetId, PublishedFeedback)>, Vec<RowProblem>> {
    let mut rounds: BTreeMap<TargetId, FeedbackRound<'_>> = BTreeMap::new();
    let mut problems = Vec::new();
    for (row_idx, (target, answers)) in rows.into_iter().enumerate() {
        let round = rounds.entry(target).or_insert_with(|| FeedbackRound::open(plan));
        if let Err(error) = round.add(answers) {
            problems.push(RowProblem { row_idx, error });
        }
    }
    if problems.is_empty() {
        Ok(rounds.into_iter().map(|(target, round)| (target, round.release(rng))).collect())
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::feedback_answers::Comment;
    use crate::agreement::feedback_plan::{DisclosureConfig, FeedbackScale, RaterGroup};
    use crate::agreement::published::Shown;
    use crate::agreement::within_group::{WithinGroupConfig, within_group_agreement};
    use crate::model::{ItemId, ScaleId};
    use crate::stats::{ItemColumn, ItemScores};
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    /// One scale of `n_items` five-point items; the person, superiors, peers and reports; one question.
    fn plan(n_items: usize) -> FeedbackPlan {
        let group = |id: &str, kind| RaterGroup { id: RaterGroupId::new(id), kind };
        let groups = vec![
            group("self", GroupKind::SelfRating),
            group("superiors", GroupKind::Superiors { minimum: 3 }),
            group("peers", GroupKind::Anonymous { minimum: 3 }),
            group("reports", GroupKind::Anonymous { minimum: 3 }),
        ];
        let scale = FeedbackScale {
            id: ScaleId::new("listening").unwrap(),
            items: (0..n_items).map(|item| ItemId::new(format!("i{item}")).unwrap()).collect(),
            lowest: 1,
            highest: 5,
        };
        FeedbackPlan::new(vec![scale], groups, 1, DisclosureConfig::standard()).unwrap()
    }

    fn rater(id: &str, group: &str, answers: &[i32]) -> RaterAnswers {
        RaterAnswers {
            rater: RaterId::new(id),
            group: RaterGroupId::new(group),
            consent: RaterConsent::Anonymous,
            answers: answers.iter().map(|&points| Some(points)).collect(),
            comments: Vec::new(),
        }
    }

    fn release(plan: &FeedbackPlan, raters: Vec<RaterAnswers>) -> PublishedFeedback {
        let mut round = FeedbackRound::open(plan);
        raters.into_iter().for_each(|rater| round.add(rater).unwrap());
        round.release(&mut ChaCha12Rng::seed_from_u64(1))
    }

    /// Answers of raters `<group>0`, `<group>1`, ….
    fn group(id: &str, answers: &[[i32; 2]]) -> Vec<RaterAnswers> {
        answers.iter().enumerate().map(|(idx, answers)| rater(&format!("{id}{idx}"), id, answers)).collect()
    }

    const PEERS: [[i32; 2]; 3] = [[2, 3], [4, 4], [3, 1]];

    #[test]
    fn a_group_of_three_shows_its_mean_and_no_more() {
        let published = release(&plan(2), [group("peers", &PEERS), vec![rater("me", "self", &[4, 5])]].concat());
        let [peers] = published.groups() else { panic!("{published:?}") };
        // (5 + 8 + 4)/6.
        let figures = peers.scales[0].scale.figures().unwrap();
        assert_eq!((figures.n_raters, figures.mean, figures.spread), (3, 2.83, None));
        assert_eq!(figures.others_mean(), None);
        assert_eq!(peers.scales[0].items, Shown::Withheld);
        assert_eq!(published.total(), peers.scales);
        assert_eq!(published.own().unwrap()[0].mean, Some(4.5));
    }

    #[test]
    fn a_group_below_its_minimum_enters_nothing() {
        let few = group("reports", &[[1, 1], [5, 5]]);
        let with = release(&plan(2), [group("peers", &PEERS), few].concat());
        assert_eq!(with, release(&plan(2), group("peers", &PEERS)));
        assert!(release(&plan(2), group("peers", &PEERS[..2])).total().is_empty());
    }

    #[test]
    fn a_single_superior_is_shown_who_has_agreed() {
        let mut boss = rater("boss", "superiors", &[5, 4]);
        let hidden = release(&plan(2), [group("peers", &PEERS), vec![boss.clone()]].concat());
        assert_eq!(hidden.groups().len(), 1);
        boss.consent = RaterConsent::NamedAndAgreed;
        let shown = release(&plan(2), [group("peers", &PEERS), vec![boss.clone()]].concat());
        assert_eq!(shown.groups()[0].scales[0].scale.figures().unwrap().mean, 4.5);
        assert_eq!(shown.groups()[0].scales[0].items, Shown::Withheld);
        // (17 + 9)/8.
        assert_eq!(shown.total()[0].scale.figures().unwrap().mean, 3.25);
        // A second superior undoes it.
        let second = rater("other boss", "superiors", &[2, 2]);
        assert_eq!(release(&plan(2), vec![boss, second]).groups(), []);
    }

    #[test]
    fn a_withheld_group_withholds_the_total_and_looks_the_same_at_both_ends() {
        let reports = |answers: [[i32; 2]; 3]| [group("peers", &PEERS), group("reports", &answers)].concat();
        let high = release(&plan(2), reports([[5, 5], [5, 5], [4, 5]]));
        let low = release(&plan(2), reports([[1, 1], [1, 2], [1, 1]]));
        assert_eq!(high, low);
        assert_eq!(high.groups()[1].scales[0].scale, Shown::Withheld);
        assert_eq!(high.total()[0].scale, Shown::Withheld);
        assert!(high.groups()[0].scales[0].scale.figures().is_some());
    }

    #[test]
    fn a_rater_with_a_missing_answer_leaves_all_figures_of_the_scale() {
        let mut raters = group("peers", &[[2, 3], [4, 4], [3, 1], [1, 4]]);
        raters[3].answers[1] = None;
        let published = release(&plan(2), raters);
        let figures = *published.groups()[0].scales[0].scale.figures().unwrap();
        assert_eq!((published.groups()[0].n_raters, figures.n_raters, figures.mean), (4, 3, 2.83));
        // Too few are left: withheld, with the group still named.
        let mut raters = group("peers", &PEERS);
        raters[0].answers[0] = None;
        let published = release(&plan(2), raters);
        assert_eq!((published.groups().len(), &published.groups()[0].scales[0].scale), (1, &Shown::Withheld));
    }

    #[test]
    fn a_scale_of_one_item_needs_five_raters() {
        let answers = |n: i32| (0..n).map(|idx| rater(&idx.to_string(), "peers", &[1 + idx % 5])).collect();
        assert_eq!(release(&plan(1), answers(4)).groups()[0].scales[0].scale, Shown::Withheld);
        let five = release(&plan(1), answers(5));
        // 1 to 5: mean 3, variance 2.5, below chance; distances 2, 1, 0, 1, 2.
        let item = five.groups()[0].scales[0].items.figures().unwrap().items[0];
        assert_eq!((item.mean, item.sd, item.rwg, item.ad_mean, item.ad_median), (3.0, 1.58, 0.0, 1.2, 1.2));
        let others = five.groups()[0].scales[0].scale.figures().unwrap().others_mean().unwrap();
        assert!((others.standard_error - 1.58 / 5.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn comments_follow_their_group() {
        let comment = |mut rater: RaterAnswers, text: &str| {
            rater.comments.push(Comment { question_idx: 0, text: text.to_owned() });
            rater
        };
        let peers = group("peers", &PEERS).into_iter().zip([" a ", "b", "c"]).map(|(rater, text)| comment(rater, text));
        let few = group("reports", &[[1, 1]]).into_iter().map(|rater| comment(rater, "told by one"));
        let published = release(&plan(2), peers.chain(few).collect());
        let [block] = published.comments()[0].as_slice() else { panic!("{published:?}") };
        let mut texts = block.texts.clone();
        texts.sort();
        assert_eq!(texts, ["a", "b", "c"]);
    }

    #[test]
    fn answers_that_do_not_fit_leave_the_round_unchanged() {
        let plan = plan(2);
        let mut round = FeedbackRound::open(&plan);
        let mut refused = |rater: RaterAnswers| round.add(rater).unwrap_err();
        assert!(matches!(refused(rater("a", "friends", &[1, 1])), FeedbackError::UnknownGroup { .. }));
        assert_eq!(refused(rater("a", "peers", &[1])), FeedbackError::Length { given: 1, expected: 2 });
        assert!(matches!(
            refused(rater("a", "peers", &[1, 6])),
            FeedbackError::OutOfRange { item_idx: 1, given: 6, .. }
        ));
        let named = RaterAnswers { consent: RaterConsent::NamedAndAgreed, ..rater("a", "peers", &[1, 1]) };
        assert!(matches!(refused(named), FeedbackError::NamedOutsideSuperiors { .. }));
        let comments = vec![Comment { question_idx: 1, text: String::new() }];
        let commented = RaterAnswers { comments, ..rater("a", "peers", &[1, 1]) };
        assert!(matches!(refused(commented), FeedbackError::UnknownQuestion { given: 1, n_questions: 1 }));
        round.add(rater("a", "peers", &[1, 1])).unwrap();
        assert!(matches!(round.add(rater("a", "reports", &[1, 1])), Err(FeedbackError::RaterTwice { .. })));
        round.add(rater("me", "self", &[1, 1])).unwrap();
        assert!(matches!(round.add(rater("me too", "self", &[1, 1])), Err(FeedbackError::SelfTwice { .. })));
    }

    #[test]
    fn many_people_are_released_at_once_or_all_problems_told() {
        let plan = plan(2);
        let rows = |last: &[i32]| {
            let of = |target: &str| {
                let target = TargetId::new(target);
                group("peers", &PEERS).into_iter().map(move |rater| (target.clone(), rater)).collect::<Vec<_>>()
            };
            let extra = (TargetId::new("b"), rater("x", "peers", last));
            [of("b"), of("a"), vec![extra]].concat()
        };
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        let released = release_all(&plan, rows(&[3, 3]), &mut rng).unwrap();
        assert_eq!(released.iter().map(|(target, _)| target.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(released[1].1.groups()[0].n_raters, 4);
        let problems = release_all(&plan, rows(&[3, 9]), &mut rng).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.row_idx).collect::<Vec<_>>(), [6]);
    }

    proptest! {
        #[test]
        fn published_figures_are_those_of_the_study_rounded(rows in prop::collection::vec([1..=5_i32, 1..=5], 5..9)) {
            let published = release(&plan(2), group("peers", &rows));
            let scale = &published.groups()[0].scales[0];
            let column = |item: usize| ItemColumn::new(1, 5, rows.iter().map(|row| Some(row[item]))).unwrap();
            let ratings = ItemScores::new(vec![column(0), column(1)]).unwrap();
            let found = within_group_agreement(&ratings, &WithinGroupConfig::uniform()).unwrap();
            let close = |a: f64, b: f64| (a - b).abs() <= 0.005 + 1e-9;
            if let Some(figures) = scale.scale.figures() {
                prop_assert!(close(figures.mean, found.mean_score));
            }
            if let Some(table) = scale.items.figures() {
                prop_assert!(close(table.rwg_j.unwrap(), found.rwg_j.unwrap()));
                prop_assert!(close(table.ad_mean, found.ad_mean) && close(table.ad_median, found.ad_median));
                for (item, expected) in table.items.iter().zip(&found.items) {
                    prop_assert!(close(item.mean, expected.mean) && close(item.sd, expected.sd));
                    prop_assert!(close(item.rwg, expected.rwg));
                    prop_assert!(close(item.ad_mean, expected.ad_mean) && close(item.ad_median, expected.ad_median));
                }
            }
        }
    }
}
