//! `bilan analyze items`: items one at a time.

use anyhow::bail;
use engine::ctt::{DistractorAnalysis, DistractorConfig, ItemAnalysis, ItemStatistics, OptionFlag};
use engine::model::ScoreRule;
use engine::reliability::SetAsideReason;
use reports::chart::study::distributions::ItemDistribution;
use reports::chart::study::without_item::{ItemWithout, WithoutItem};
use reports::chart::study::{Frame, distributions, without_item};

use super::material::{Material, hand_over, missing_pairs, pick_table};
use super::named::no_coefficients;
use crate::args::analyze::ItemsArgs;
use crate::plot::{language, place_of, write_chart};
use crate::study::{Cell, Study, StudyTable};

const COLUMNS: [&str; 20] = [
    "scale",
    "item",
    "n",
    "missing",
    "mean",
    "sd",
    "facility",
    "skew",
    "kurtosis",
    "floor",
    "ceiling",
    "item_rest",
    "item_total",
    "item_total_std",
    "item_total_corr",
    "smc",
    "alpha_without",
    "lambda6_std_without",
    "biserial",
    "remark",
];

/// Runs the study.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &ItemsArgs) -> anyhow::Result<()> {
    let material = Material::read(&args.study, &[])?;
    let missing = missing_pairs(args.pairs);
    let mut study = material.study("items");
    study.setting("missing answers", format!("{:?}", args.pairs).to_lowercase());
    let mut items = StudyTable::new("items", "Items", &COLUMNS);
    let mut scales = StudyTable::new(
        "scales",
        "Scales (sum of the items of those who answered all of them)",
        &[
            "scale",
            "items",
            "n",
            "complete",
            "mean",
            "sd",
            "skew",
            "kurtosis",
            "floor",
            "ceiling",
            "alpha",
            "lambda6_std",
        ],
    );
    let mut responses =
        StudyTable::new("responses", "Distribution of answers", &["scale", "item", "points", "n", "share"]).showing(60);
    let mut options = distractor_table();
    let mut analyses = Vec::new();
    for scale_idx in material.scales.clone() {
        let scores = match material.item_scores(scale_idx) {
            Ok(scores) => scores,
            Err(error) => {
                study.note(error.to_string());
                continue;
            }
        };
        let analysis = ItemAnalysis::of_scores(&scores, missing);
        let ids = material.item_ids(scale_idx);
        let id = material.scale_id(scale_idx);
        scales.push(scale_row(id, &analysis));
        if let Err(error) = &analysis.scale.coefficients {
            study.note(format!("scale {id}: {}", no_coefficients(error, &ids)));
        }
        for (item, name) in analysis.items.iter().zip(&ids) {
            items.push(item_row(id, name, item, &analysis));
            let shares = item.distribution.shares();
            for (category, &count) in item.distribution.counts().iter().enumerate() {
                let points = item.distribution.lowest() + category as i64;
                let share = shares.as_ref().and_then(|shares| shares.get(category)).copied();
                responses.push(vec![
                    Cell::text(id),
                    Cell::text(*name),
                    Cell::Number(points as f64, 0),
                    Cell::Count(count),
                    Cell::number(share),
                ]);
            }
        }
        add_distractors(&mut options, &mut study, &material, scale_idx);
        analyses.push((scale_idx, analysis));
    }
    if analyses.is_empty() {
        bail!("no scale with items to analyze: {}", study.notes.join("; "));
    }
    study.add(items);
    study.add(scales);
    study.add(responses);
    study.add(options);
    pick_table(&mut study, &args.study)?;
    if let Some(path) = &args.study.plot {
        let n_charts = 2 * analyses.len();
        for (scale_idx, analysis) in &analyses {
            let id = material.scale_id(*scale_idx);
            let frame = Frame {
                language: language(args.study.lang),
                subject: material.subject(Some(*scale_idx), args.study.lang),
            };
            let names = material.item_ids(*scale_idx);
            let drawn = analysis.items.iter().zip(&names).map(|(item, name)| ItemDistribution {
                name: (*name).to_owned(),
                lowest: item.distribution.lowest() as i32,
                counts: item.distribution.counts().to_vec(),
            });
            let chart = distributions::chart(&frame, &drawn.collect::<Vec<_>>())?;
            write_chart(&chart, &place_of(path, &format!("{id}.answers"), n_charts))?;
            if let Ok(coefficients) = &analysis.scale.coefficients {
                let drawn = analysis.items.iter().zip(&names).map(|(item, name)| ItemWithout {
                    name: (*name).to_owned(),
                    alpha: item.discrimination.alpha_without_item,
                    item_rest: item.discrimination.item_rest_correlation,
                });
                let whole = WithoutItem { alpha: coefficients.alpha.alpha, items: drawn.collect() };
                if whole.items.iter().any(|item| item.alpha.is_some()) {
                    let chart = without_item::chart(&frame, &whole)?;
                    write_chart(&chart, &place_of(path, &format!("{id}.alpha"), n_charts))?;
                }
            }
        }
    }
    hand_over(study, &args.study)
}

fn item_row(scale: &str, name: &str, item: &ItemStatistics, analysis: &ItemAnalysis) -> Vec<Cell> {
    let (shape, fit) = (&item.distribution, &item.discrimination);
    let aside = analysis.scale.set_aside.iter().find(|aside| aside.item_idx == item.item_idx);
    // Where a scale has no coefficients nothing was set aside; what the answers are like is true all the same.
    let n_chosen = shape.counts().iter().filter(|&&count| count > 0).count();
    let remark = match (aside.map(|aside| aside.reason), n_chosen) {
        (Some(SetAsideReason::Unanswered), _) | (_, 0) => "not answered: in no coefficient",
        (Some(SetAsideReason::Constant), _) | (_, 1) => "no spread: in no coefficient",
        _ if fit.item_rest_correlation.is_some_and(|r| r < 0.0) => "runs against its scale",
        _ => "",
    };
    vec![
        Cell::text(scale),
        Cell::text(name),
        Cell::Count(shape.n()),
        Cell::count(item.n_missing),
        Cell::number(shape.mean()),
        Cell::number(shape.sd()),
        Cell::number(shape.facility()),
        Cell::with_decimals(shape.skewness(), 2),
        Cell::with_decimals(shape.excess_kurtosis(), 2),
        Cell::number(shape.floor_share()),
        Cell::number(shape.ceiling_share()),
        Cell::number(fit.item_rest_correlation),
        Cell::number(fit.item_total_correlation),
        Cell::number(fit.item_total_standardized),
        Cell::number(fit.item_total_corrected_overlap),
        Cell::number(fit.squared_multiple_correlation),
        Cell::number(fit.alpha_without_item),
        Cell::number(fit.lambda6_without_item),
        Cell::number(item.biserial),
        if remark.is_empty() { Cell::Empty } else { Cell::text(remark) },
    ]
}

fn scale_row(id: &str, analysis: &ItemAnalysis) -> Vec<Cell> {
    let scale = &analysis.scale;
    let coefficients = scale.coefficients.as_ref().ok();
    vec![
        Cell::text(id),
        Cell::count(scale.n_items),
        Cell::count(scale.n_respondents),
        Cell::count(scale.n_complete),
        Cell::with_decimals(scale.sum.mean(), 2),
        Cell::with_decimals(scale.sum.sd(), 2),
        Cell::with_decimals(scale.sum.skewness(), 2),
        Cell::with_decimals(scale.sum.excess_kurtosis(), 2),
        Cell::number(scale.sum.floor_share()),
        Cell::number(scale.sum.ceiling_share()),
        Cell::number(coefficients.map(|found| found.alpha.alpha)),
        Cell::number(coefficients.and_then(|found| found.lambda6_of_correlations)),
    ]
}

fn distractor_table() -> StudyTable {
    StudyTable::new(
        "options",
        "Options of items with right answers (lower and upper 27%)",
        &[
            "scale",
            "item",
            "option",
            "key",
            "n",
            "share",
            "mean_total",
            "r_total",
            "r_rest",
            "lower",
            "upper",
            "remark",
        ],
    )
}

/// The options of a scale that counts right answers; other scales have none.
fn add_distractors(table: &mut StudyTable, study: &mut Study, material: &Material, scale_idx: usize) {
    let instrument = material.instrument.instrument();
    if !matches!(instrument.scales()[scale_idx].rule, ScoreRule::Correct { .. }) {
        return;
    }
    let matrix = &material.everybody.matrix;
    let id = material.scale_id(scale_idx);
    let found = match DistractorAnalysis::of_scale(instrument, scale_idx, matrix, DistractorConfig::kelley_27()) {
        Ok(found) => found,
        Err(error) => return study.note(format!("scale {id}: {error}")),
    };
    for (item, name) in found.items.iter().zip(material.item_ids(scale_idx)) {
        for (option, statistics) in item.options.iter().enumerate() {
            let remarks: Vec<&str> = statistics.flags.iter().map(|flag| flag_words(*flag)).collect();
            table.push(vec![
                Cell::text(id),
                Cell::text(name),
                Cell::count(option + 1),
                Cell::Flag(option == usize::from(item.key)),
                Cell::Count(statistics.count),
                Cell::number(statistics.share),
                Cell::with_decimals(statistics.mean_total, 2),
                Cell::number(statistics.point_biserial_total),
                Cell::number(statistics.point_biserial_rest),
                Cell::number(statistics.lower_group_share),
                Cell::number(statistics.upper_group_share),
                if remarks.is_empty() { Cell::Empty } else { Cell::text(remarks.join("; ")) },
            ]);
        }
    }
}

fn flag_words(flag: OptionFlag) -> &'static str {
    match flag {
        OptionFlag::NeverChosen => "never chosen",
        OptionFlag::RarelyChosen => "rarely chosen",
        OptionFlag::AttractsHighScorers => "attracts those who do well",
        OptionFlag::BetterThanKey => "goes with doing well more than the key: is the key right?",
        OptionFlag::KeyDiscriminatesLittle => "the key tells little",
    }
}
