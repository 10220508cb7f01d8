//! `bilan norms`: local norms from one's own data, the card of any norm, and what is doubtful in it.

mod build;
mod check;
mod continuous;
mod margins;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use engine::norms::{NormKind, Sex, Standardization};
use instruments::{LoadedInstrument, LoadedNorm, NormCurve};
use reports::chart::norm_curve::{self, CurveWords, NormCurves, PERCENTILES, PercentileCurve};
use reports::chart::{Framing, Width};
use reports::text::Language;

use crate::args::norms::CurveWidth;
use crate::args::{NormsCommand, NormsShowArgs};
use crate::commands::instruments::open_catalog;
use crate::output::{message, print, table};
use crate::plot;
use crate::today::{self, age_words};

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(command: &NormsCommand) -> anyhow::Result<()> {
    match command {
        NormsCommand::Build(args) => build::run(args),
        NormsCommand::Check(args) => check::run(args),
        NormsCommand::Show(args) => {
            let loaded = open_catalog(&args.catalog)?.find(&args.instrument)?;
            match &args.plot {
                Some(path) => draw(args, &loaded, path),
                None => Ok(print(&show(&loaded, &args.norm)?)?),
            }
        }
    }
}

/// Several problems as one message.
pub fn joined(problems: Vec<engine::norms::NormError>) -> anyhow::Error {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{}", problems.join("\n  "))
}

/// A norm of an instrument by its id.
fn norm_of<'l>(loaded: &'l LoadedInstrument, norm_id: &str) -> anyhow::Result<&'l LoadedNorm> {
    loaded.norm(norm_id).with_context(|| {
        let known: Vec<&str> = loaded.norms().iter().map(|norm| norm.card().id.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        format!("{} has no norm `{norm_id}`; known are: {known}", loaded.id())
    })
}

fn show(loaded: &LoadedInstrument, norm_id: &str) -> anyhow::Result<String> {
    let norm = norm_of(loaded, norm_id)?;
    let (card, group) = (norm.card(), norm.group());
    let mut text = String::new();
    let n = card.n.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
    let kind = match card.kind {
        NormKind::Standardization => "standardization sample",
        NormKind::ConvenienceSample => "published convenience sample",
        NormKind::Local => "local",
        NormKind::Simulated => "SIMULATED DATA, for demonstration only",
    };
    let standardization = match card.standardization {
        Standardization::Linear => "linear: T = 50 + 10 (raw - mean) / SD",
        Standardization::Normalized => "normalized: z from the percentile rank",
    };
    for (name, value) in [
        ("norm", format!("{} of {} {}", card.id, loaded.id(), loaded.version())),
        ("title", card.title.clone()),
        ("source", card.source.clone()),
        ("year", format!("{}{}", card.year, age_words(card.year, today::year()))),
        ("kind", kind.to_owned()),
        ("population", card.population.clone()),
        ("n", n),
        ("scores", standardization.to_owned()),
        ("weighting", card.weighting.clone()),
        ("content", norm.hash().to_owned()),
    ] {
        let _ = writeln!(text, "{name:<11} {value}");
    }
    if !norm.curves().is_empty() {
        let _ = writeln!(
            text,
            "{:<11} over age, {} models; curves: bilan norms show … --plot FILE.svg",
            "continuous",
            norm.curves().len()
        );
    }
    for note in &card.notes {
        let _ = writeln!(text, "{:<11} {note}", "note");
    }
    text.push('\n');
    let rows: Vec<Vec<String>> = group
        .strata()
        .iter()
        .enumerate()
        .flat_map(|(stratum_idx, stratum)| {
            let scales = loaded.instrument().scales().iter().enumerate();
            scales.filter_map(move |(scale_idx, scale)| {
                let values = group.scale_norm(stratum_idx, scale_idx)?;
                let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
                let n = values.n().or(stratum.n());
                // The sampling error of a mean, in T points: 10 / sqrt(n).
                let error = n.map(|n| 10.0 / f64::from(n).sqrt());
                Some(vec![
                    stratum.id().to_string(),
                    scale.id.to_string(),
                    n.map_or_else(|| "unknown".to_owned(), |n| n.to_string()),
                    number(values.mean()),
                    number(values.sd()),
                    error.map_or_else(String::new, |error| format!("{error:.2}")),
                ])
            })
        })
        .collect();
    text.push_str(&table(&["stratum", "scale", "n", "mean", "sd", "se_mean_t"], &rows));
    Ok(text)
}

/// Points of a percentile curve.
const N_POINTS: usize = 61;

fn draw(args: &NormsShowArgs, loaded: &LoadedInstrument, path: &Path) -> anyhow::Result<()> {
    let norm = norm_of(loaded, &args.norm)?;
    let curve = curve_of(args, loaded, norm)?;
    let language = plot::language(args.lang);
    let wording = loaded.wording(language.code());
    let scale = wording.and_then(|wording| Some(wording.scale(curve.scale_idx)?.name.clone()));
    let id = loaded.instrument().scales().get(curve.scale_idx).map(|scale| scale.id.to_string());
    let who = curve.sex.map(|sex| match (language, sex) {
        (Language::French, Sex::Female) => "femmes",
        (Language::French, Sex::Male) => "hommes",
        (Language::English, Sex::Female) => "women",
        (Language::English, Sex::Male) => "men",
    });
    let words = CurveWords {
        language,
        scale: scale.or(id).unwrap_or_default(),
        norm: norm.card().words_in(language.code()).0.to_owned(),
        who: who.map(str::to_owned),
        n: norm.card().n,
        simulated: norm.card().kind == NormKind::Simulated,
    };
    let points = |percentile: u8| {
        let points = curve.norm.percentile_curve(f64::from(percentile), N_POINTS)?;
        Some(PercentileCurve { percentile, points })
    };
    let curves = PERCENTILES.into_iter().filter_map(points).collect();
    let range = loaded.instrument().possible_range(curve.scale_idx);
    let curves = NormCurves::new(curves, range, words)?;
    let width = match args.width {
        CurveWidth::Wide => Width::Wide,
        CurveWidth::Narrow => Width::Narrow,
    };
    let chart = norm_curve::lay_out(&curves, width, Framing::Standalone)?;
    plot::write_chart(&chart, path)?;
    message(&format!("written: {}", path.display()));
    let mut rows = curves.table();
    let header = rows.remove(0);
    Ok(print(&table(&header.iter().map(String::as_str).collect::<Vec<_>>(), &rows))?)
}

/// The model that is asked for, or the first one.
fn curve_of<'n>(
    args: &NormsShowArgs,
    loaded: &LoadedInstrument,
    norm: &'n LoadedNorm,
) -> anyhow::Result<&'n NormCurve> {
    if norm.curves().is_empty() {
        bail!("norm `{}` is not continuous: it has no curves over age; build one with --continuous", args.norm);
    }
    let scales = loaded.instrument().scales();
    let scale_idx = match &args.scale {
        Some(id) => {
            let found = scales.iter().position(|scale| scale.id.as_str().eq_ignore_ascii_case(id));
            Some(found.with_context(|| format!("--scale: {} has no scale `{id}`", loaded.id()))?)
        }
        None => None,
    };
    let sex = match &args.sex {
        Some(code) => Some(Sex::from_code(code).with_context(|| format!("--sex: `{code}` is not F or M"))?),
        None => None,
    };
    let fits =
        |curve: &&NormCurve| scale_idx.is_none_or(|idx| idx == curve.scale_idx) && (sex.is_none() || sex == curve.sex);
    norm.curves().iter().find(fits).context("the norm has no curves for this scale and sex")
}
