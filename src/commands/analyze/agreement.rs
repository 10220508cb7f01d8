//! `bilan analyze agreement`: ratings of the entourage (360°), with disclosure control.
//!
//! What is printed about one person is what the person may see: the engine's released feedback, which holds nothing that is
//! withheld. What is printed about the scales rests on many people.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use engine::agreement::disclosure::SMALLEST_GROUP;
use engine::agreement::nested::{GroupSize, NestedConfig, nested_agreement};
use engine::agreement::self_other::compare_scale;
use engine::agreement::{
    DisclosureConfig, FeedbackPlan, FeedbackScale, GroupKind, PublishedFeedback, PublishedScale, RaterAnswers,
    RaterConsent, RaterGroup, RaterGroupId, RaterId, TargetId, release_all,
};
use engine::stats::ItemScores;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

use super::material::{Material, hand_over};
use crate::args::analyze::AgreementArgs;
use crate::plot::refuse;
use crate::study::{Cell, Study, StudyTable};

/// Fewest people behind a figure about a scale: fewer could be told apart.
const FEWEST_PEOPLE: usize = 10;
const LEVEL: f64 = 0.95;

/// Runs the study.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &AgreementArgs) -> anyhow::Result<()> {
    if args.min_raters < SMALLEST_GROUP {
        bail!("--min-raters {}: no group below {SMALLEST_GROUP} raters is shown", args.min_raters);
    }
    refuse(args.study.plot.as_deref(), "leave --plot out")?;
    let material = Material::read(&args.study, &[args.target.clone(), args.raters.clone()])?;
    let columns = [("--target", &args.target, "person"), ("--raters", &args.raters, "group")];
    for ((option, column, what), texts) in columns.into_iter().zip(&material.everybody.kept) {
        if let Some(row) = texts.iter().position(String::is_empty) {
            bail!(
                "{option} {column}, row {}: no {what}; a rating is of one person by one group: fill it in or leave the row out",
                row + 1
            );
        }
    }
    let mut study = material.study("agreement");
    study.main = Some("feedback");
    let ratings = Ratings::collect(&material, &mut study)?;
    let plan = plan_of(args, &material, &ratings)?;
    let rows = (0..material.everybody.ids.len()).map(|row| {
        let group = material.everybody.kept[1][row].clone();
        let named = args.named_superior.as_ref() == Some(&group);
        let answers = RaterAnswers {
            // A row is one rater of one person; the same colleague may rate several people.
            rater: RaterId::new(format!("row {}", row + 1)),
            group: RaterGroupId::new(group),
            consent: if named { RaterConsent::NamedAndAgreed } else { RaterConsent::Anonymous },
            answers: ratings.answers_of(row),
            comments: Vec::new(),
        };
        (TargetId::new(material.everybody.kept[0][row].clone()), answers)
    });
    let released = match release_all(&plan, rows, &mut ChaCha12Rng::seed_from_u64(0)) {
        Ok(released) => released,
        Err(problems) => {
            let shown: Vec<String> = problems
                .iter()
                .take(10)
                .map(|problem| format!("row {}: {}", problem.row_idx + 1, problem.error))
                .collect();
            bail!("{} ratings cannot be used:\n  {}", problems.len(), shown.join("\n  "));
        }
    };
    for (option, group) in [("--self", Some(&args.self_group)), ("--named-superior", args.named_superior.as_ref())] {
        let found = &material.everybody.kept[1];
        if let Some(group) = group.filter(|group| !found.contains(group)) {
            let known: std::collections::BTreeSet<&str> = found.iter().map(String::as_str).collect();
            let known: Vec<&str> = known.into_iter().collect();
            study.note(format!(
                "{option}: no rating is of the group `{group}`; column {} has {}",
                args.raters,
                known.join(", ")
            ));
        }
    }
    study.setting("people", released.len());
    study.setting("smallest group", args.min_raters);
    add_feedback(&mut study, &plan, &released);
    add_scales(&mut study, args, &material, &ratings, &released);
    study.note("a figure is withheld where a group is too small or where it would tell what single raters answered; the reason is not given, since it would tell too");
    study.note(
        "release the feedback of a person once: two releases with different raters can be subtracted from each other",
    );
    hand_over(study, &args.study)
}

/// The scales that raters answer, with everybody's points.
struct Ratings {
    scales: Vec<(usize, ItemScores)>,
}

impl Ratings {
    fn collect(material: &Material, study: &mut Study) -> anyhow::Result<Self> {
        let mut scales = Vec::new();
        for scale_idx in material.lowest_scales() {
            match material.item_scores(scale_idx) {
                Ok(scores) => scales.push((scale_idx, scores)),
                Err(error) => study.note(error.to_string()),
            }
        }
        if scales.is_empty() {
            bail!("no scale with items to study: {}", study.notes.join("; "));
        }
        Ok(Self { scales })
    }

    fn answers_of(&self, row: usize) -> Vec<Option<i32>> {
        self.scales.iter().flat_map(|(_, scores)| scores.columns()).map(|column| column.points(row)).collect()
    }
}

fn plan_of(args: &AgreementArgs, material: &Material, ratings: &Ratings) -> anyhow::Result<FeedbackPlan> {
    let instrument = material.instrument.instrument();
    let scale = |(scale_idx, scores): &(usize, ItemScores)| {
        let scale = &instrument.scales()[*scale_idx];
        let items = scale.rule.item_indices().into_iter().map(|idx| instrument.items()[idx].id.clone()).collect();
        let columns = scores.columns();
        let lowest = columns.iter().map(engine::stats::ItemColumn::lowest).min().unwrap_or(0);
        let highest = columns.iter().map(engine::stats::ItemColumn::highest).max().unwrap_or(0);
        FeedbackScale { id: scale.id.clone(), items, lowest, highest }
    };
    let mut names: Vec<&String> = material.everybody.kept[1].iter().collect();
    names.sort();
    names.dedup();
    let group = |name: &String| RaterGroup {
        id: RaterGroupId::new(name.clone()),
        kind: if *name == args.self_group {
            GroupKind::SelfRating
        } else if args.named_superior.as_ref() == Some(name) {
            GroupKind::Superiors { minimum: args.min_raters }
        } else {
            GroupKind::Anonymous { minimum: args.min_raters }
        },
    };
    let scales = ratings.scales.iter().map(scale).collect();
    let groups = names.into_iter().map(group).collect();
    FeedbackPlan::new(scales, groups, 0, DisclosureConfig::standard()).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the feedback cannot be planned so:\n  {}", lines.join("\n  "))
    })
}

/// Adds what each person may see.
fn add_feedback(study: &mut Study, plan: &FeedbackPlan, released: &[(TargetId, PublishedFeedback)]) {
    let columns = [
        "person",
        "group",
        "scale",
        "raters",
        "mean",
        "sd",
        "ad_mean",
        "ad_median",
        "self_mean",
        "self_minus_others",
        "shown",
    ];
    let mut scales = StudyTable::new("feedback", "Feedback of each person, as it may be shown", &columns).showing(60);
    let columns = ["person", "group", "scale", "item", "mean", "sd", "rwg", "ad_mean", "ad_median"];
    let mut items = StudyTable::new("feedback_items", "Items, from five raters on", &columns).showing(60);
    for (target, feedback) in released {
        let own = |scale_idx: usize| feedback.own().and_then(|own| own.get(scale_idx)?.mean);
        let total = [("all", feedback.total())];
        let groups = feedback.groups().iter().map(|group| (group.id.as_str(), group.scales.as_slice()));
        for (group, published) in groups.chain(total) {
            for (scale_idx, (scale, found)) in plan.scales().iter().zip(published).enumerate() {
                scales.push(feedback_row(target, group, scale, found, own(scale_idx)));
                let Some(table) = found.items.figures() else { continue };
                for (item, figures) in scale.items.iter().zip(&table.items) {
                    items.push(vec![
                        Cell::text(target.as_str()),
                        Cell::text(group),
                        Cell::text(scale.id.as_str()),
                        Cell::text(item.as_str()),
                        Cell::with_decimals(figures.mean, 2),
                        Cell::with_decimals(figures.sd, 2),
                        Cell::with_decimals(figures.rwg, 2),
                        Cell::with_decimals(figures.ad_mean, 2),
                        Cell::with_decimals(figures.ad_median, 2),
                    ]);
                }
            }
        }
    }
    if scales.rows.is_empty() {
        study.note("nobody has a group of others that is large enough to be shown");
    }
    study.add(scales);
    study.add(items);
}

fn feedback_row(
    target: &TargetId,
    group: &str,
    scale: &FeedbackScale,
    found: &PublishedScale,
    own: Option<f64>,
) -> Vec<Cell> {
    let head = [Cell::text(target.as_str()), Cell::text(group), Cell::text(scale.id.as_str())];
    let Some(figures) = found.scale.figures() else {
        let mut row = head.to_vec();
        row.resize(8, Cell::Empty);
        row.extend([Cell::with_decimals(own, 2), Cell::Empty, Cell::text("withheld")]);
        return row;
    };
    let spread = figures.spread;
    let mut row = head.to_vec();
    row.extend([
        Cell::count(figures.n_raters),
        Cell::with_decimals(figures.mean, 2),
        Cell::with_decimals(spread.map(|spread| spread.sd), 2),
        Cell::with_decimals(spread.map(|spread| spread.ad_mean), 2),
        Cell::with_decimals(spread.map(|spread| spread.ad_median), 2),
        Cell::with_decimals(own, 2),
        Cell::with_decimals(own.map(|own| own - figures.mean), 2),
        Cell::text("yes"),
    ]);
    row
}

/// A figure about a scale with two decimals, for machines too: more digits could be worked back to single groups.
fn rounded(value: Option<f64>) -> Cell {
    Cell::with_decimals(value.map(|value| (100.0 * value).round() / 100.0), 2)
}

/// Adds what many people together say about the scales.
fn add_scales(
    study: &mut Study,
    args: &AgreementArgs,
    material: &Material,
    ratings: &Ratings,
    released: &[(TargetId, PublishedFeedback)],
) {
    let (targets, groups) = (&material.everybody.kept[0], &material.everybody.kept[1]);
    let columns = [
        "scale",
        "people",
        "ratings",
        "icc1",
        "icc1_lower",
        "icc1_upper",
        "icc2",
        "f",
        "p",
        "self_n",
        "self_mean",
        "others_mean",
        "difference",
        "lower",
        "upper",
        "d",
        "r",
        "r_lower",
        "r_upper",
    ];
    let title = "Scales over all people: agreement of raters, self against others (means of items)";
    let mut table = StudyTable::new("scales", title, &columns);
    for (place, (scale_idx, scores)) in ratings.scales.iter().enumerate() {
        let mut by_group: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
        let mut own: BTreeMap<&str, f64> = BTreeMap::new();
        for (row, (target, group)) in targets.iter().zip(groups).enumerate() {
            let points: Option<Vec<f64>> =
                scores.columns().iter().map(|column| column.points(row).map(f64::from)).collect();
            let Some(mean) = points.and_then(|points| engine::stats::descriptive::mean(&points)) else { continue };
            if *group == args.self_group {
                own.insert(target, mean);
            } else {
                by_group.entry((target, group)).or_default().push(mean);
            }
        }
        // A group whose figure is withheld enters no other figure: beside those that are shown it could be worked out.
        let shown: BTreeSet<(&str, &str)> = released
            .iter()
            .flat_map(|(target, feedback)| feedback.groups().iter().map(move |group| (target, group)))
            .filter(|(_, group)| group.scales.get(place).is_some_and(|scale| scale.scale.figures().is_some()))
            .map(|(target, group)| (target.as_str(), group.id.as_str()))
            .collect();
        let mut others: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for ((target, group), means) in by_group {
            if shown.contains(&(target, group)) {
                others.entry(target).or_default().extend(means);
            }
        }
        let id = material.scale_id(*scale_idx);
        if others.len() < FEWEST_PEOPLE {
            study.note(format!(
                "scale {id}: {} people with a group of others that is large enough; figures about a scale need {FEWEST_PEOPLE}",
                others.len()
            ));
            continue;
        }
        let lists: Vec<Vec<f64>> = others.values().cloned().collect();
        let nested = match nested_agreement(&lists, NestedConfig { group_size: GroupSize::Adjusted, level: LEVEL }) {
            Ok(nested) => Some(nested),
            Err(error) => {
                study.note(format!("scale {id}: {error}"));
                None
            }
        };
        let pairs: (Vec<f64>, Vec<f64>) = own
            .iter()
            .filter_map(|(target, own)| Some((*own, engine::stats::descriptive::mean(others.get(target)?)?)))
            .unzip();
        let compared =
            (pairs.0.len() >= FEWEST_PEOPLE).then(|| compare_scale(&pairs.0, &pairs.1, LEVEL).ok()).flatten();
        let interval = nested.as_ref().and_then(|nested| nested.icc1_interval);
        let difference = compared.as_ref().and_then(|found| found.mean_difference_interval);
        let r = compared.as_ref().and_then(|found| found.r_interval);
        table.push(vec![
            Cell::text(id),
            Cell::count(lists.len()),
            Cell::count(lists.iter().map(Vec::len).sum()),
            rounded(nested.as_ref().map(|nested| nested.icc1)),
            rounded(interval.map(|(lower, _)| lower)),
            rounded(interval.map(|(_, upper)| upper)),
            rounded(nested.as_ref().and_then(|nested| nested.icc2)),
            rounded(nested.as_ref().and_then(|nested| nested.f)),
            Cell::with_decimals(nested.as_ref().and_then(|nested| nested.p_value).map(|p| (1e4 * p).round() / 1e4), 4),
            Cell::count(pairs.0.len()),
            rounded(compared.as_ref().map(|found| found.self_mean)),
            rounded(compared.as_ref().map(|found| found.other_mean)),
            rounded(compared.as_ref().map(|found| found.mean_difference)),
            rounded(difference.map(|(lower, _)| lower)),
            rounded(difference.map(|(_, upper)| upper)),
            rounded(compared.as_ref().and_then(|found| found.cohen_d_pooled)),
            rounded(compared.as_ref().and_then(|found| found.r)),
            rounded(r.map(|(lower, _)| lower)),
            rounded(r.map(|(_, upper)| upper)),
        ]);
    }
    study.note("figures about a scale leave out the groups whose own figure is withheld; where many raters agree closely, ICC(1) and ICC(2) are lower for it");
    study.add(table);
}
