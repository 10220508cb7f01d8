//! `bilan norms build --continuous`: a model over age for each scale.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use engine::norms::continuous::{AgeGroups, ContinuousConfig, Criterion, CrossValidation, SearchKind, TermChoice};
use engine::norms::{PercentileRankDefinition, Standardization};
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

use super::build::{Inputs, Said, definition, read_words, source, write};
use super::joined;
use crate::args::NormsBuildArgs;
use crate::commands::score::warn_of_key;
use crate::output::{print, table};

/// Smallest sample of a model where nothing else is said: a few people in each of some tens of ages.
const MIN_N: u32 = 100;

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &NormsBuildArgs, inputs: &Inputs<'_>) -> anyhow::Result<()> {
    let config = config_of(args)?;
    let plan = args.continuous.cross_validate.as_deref().map(parse_plan).transpose()?;
    let age_column = args.continuous.continuous.as_deref().context("--continuous names the column of age")?;
    let min_n = args.min_n.unwrap_or(MIN_N);
    let job = inputs.job(min_n);
    let people = job.read_ages(source(args)?, age_column)?;
    warn_of_key(&people.key_audit, inputs.loaded.instrument());
    let mut curves = job.fit_curves(&people, &config);
    let definition = definition(args, Standardization::Normalized, args.sex.is_some())?;
    let made = job.tables_of_curves(&people, &mut curves, &definition);
    let scale = |idx: usize| inputs.loaded.instrument().scales().get(idx).map_or("?", |scale| scale.id.as_str());
    let stratum = |idx: usize| inputs.strata.get(idx).map_or("?", |stratum| stratum.id().as_str());
    let reasons = curves.iter().filter_map(|curve| {
        let reason = curve.fit.as_ref().err()?;
        Some(format!("left out: scale {} ({}): {reason}", scale(curve.scale_idx), stratum(curve.stratum_idx)))
    });
    let reasons: Vec<String> = reasons.collect();
    let made = match made {
        Ok(made) => made,
        Err(_) if !reasons.is_empty() => bail!("there is no norm\n  {}", reasons.join("\n  ")),
        Err(problems) => return Err(joined(problems)),
    };
    let n: u64 = people.people.iter().sum();
    let counts = people.counts;
    let mut text = read_words(counts.rows, counts.outside, counts.incomplete);
    if people.without_age > 0 {
        let _ = write!(text, "; {} without a possible age", people.without_age);
    }
    reasons.iter().for_each(|reason| {
        let _ = write!(text, "\n{reason}");
    });
    let groups = match config.groups {
        AgeGroups::Bands { width } => format!("age groups {width} wide"),
        _ => "each age that occurs".to_owned(),
    };
    let mut notes = vec![
        format!(
            "continuous norm by bilan {} from {n} people: ranks ({:?}) within {groups}, raw score as a polynomial of T to the power {} and age \
             to the power {}; a person counts on a scale whose items are all answered",
            engine::VERSION,
            config.rank_definition,
            config.t_power,
            config.age_power
        ),
        if people.whole_ages {
            "tables are for completed years, as ages were given".to_owned()
        } else {
            "the table of a year is for its middle".to_owned()
        },
        "no scores beyond the ages and T scores of the sample".to_owned(),
    ];
    notes.extend(reasons);
    let said = Said { weighting: "none".to_owned(), notes, n: Some(n) };
    write(args, inputs.loaded, &made.group, &made.curves, said, text)?;
    let mut rows = Vec::new();
    for curve in &curves {
        let Ok(fit) = &curve.fit else { continue };
        let chosen = fit.chosen();
        let search = match chosen.search {
            SearchKind::Exhaustive => "all sets",
            SearchKind::Exchange => "exchanges",
        };
        rows.push(vec![
            stratum(curve.stratum_idx).to_owned(),
            scale(curve.scale_idx).to_owned(),
            fit.n.to_string(),
            fit.n_ages.to_string(),
            chosen.norm.terms().len().to_string(),
            format!("{:.4}", chosen.adjusted_r2),
            format!("{:.3}", chosen.rmse),
            if chosen.crossings.is_empty() { "no" } else { "yes" }.to_owned(),
            search.to_owned(),
        ]);
    }
    print(&table(&["stratum", "scale", "n", "ages", "terms", "adj_r2", "rmse", "crossing", "search"], &rows))?;
    let Some(plan) = plan else { return Ok(()) };
    let mut rows = Vec::new();
    let mut rng = ChaCha12Rng::seed_from_u64(args.seed);
    for curve in curves.iter().filter(|curve| curve.fit.is_ok()) {
        let place = (curve.stratum_idx, curve.scale_idx);
        for size in job.validate_curve(&people, place, &config, plan, &mut rng)? {
            rows.push(vec![
                stratum(curve.stratum_idx).to_owned(),
                scale(curve.scale_idx).to_owned(),
                size.n_terms.to_string(),
                format!("{:.3}", size.rmse_training),
                format!("{:.3}", size.rmse_validation),
                format!("{:.4}", size.r2_validation),
                format!("{:.2}", size.share_crossing),
            ]);
        }
    }
    let header = ["stratum", "scale", "terms", "rmse_training", "rmse_validation", "r2_validation", "crossing"];
    let title = format!("\ncross-validation, {} parts, {} repeats, seed {}\n", plan.n_folds, plan.n_repeats, args.seed);
    Ok(print(&(title + &table(&header, &rows)))?)
}

fn config_of(args: &NormsBuildArgs) -> anyhow::Result<ContinuousConfig> {
    let given = &args.continuous;
    let ranks = match args.rank_formula.definition() {
        PercentileRankDefinition::MidRank => PercentileRankDefinition::Rankit,
        other => other,
    };
    Ok(ContinuousConfig {
        t_power: given.t_power,
        age_power: given.age_power,
        terms: parse_terms(&given.terms)?,
        groups: given.age_width.map_or(AgeGroups::AsGiven, |width| AgeGroups::Bands { width }),
        rank_definition: ranks,
        ..ContinuousConfig::powers_5_3_by_bic()
    })
}

/// Reads `5` or `up-to-10`.
fn parse_terms(text: &str) -> anyhow::Result<TermChoice> {
    let place = || format!("--terms: `{text}` is not a number of terms such as 5 or up-to-10");
    match text.strip_prefix("up-to-") {
        Some(max) => Ok(TermChoice::UpTo { max: max.parse().with_context(place)?, criterion: Criterion::Bic }),
        None => Ok(TermChoice::Exactly(text.parse().with_context(place)?)),
    }
}

/// Reads `5x10`.
fn parse_plan(text: &str) -> anyhow::Result<CrossValidation> {
    let place = || format!("--cross-validate: `{text}` is not parts and repeats such as 5x10");
    let (folds, repeats) = text.split_once('x').with_context(place)?;
    Ok(CrossValidation { n_folds: folds.parse().with_context(place)?, n_repeats: repeats.parse().with_context(place)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_and_plans_are_read() {
        assert_eq!(parse_terms("5").unwrap(), TermChoice::Exactly(5));
        assert_eq!(parse_terms("up-to-8").unwrap(), TermChoice::UpTo { max: 8, criterion: Criterion::Bic });
        assert_eq!(parse_plan("5x10").unwrap(), CrossValidation { n_folds: 5, n_repeats: 10 });
        assert!(parse_terms("many").is_err() && parse_plan("5").is_err());
    }
}
