//! `bilan analyze quality`: how people answered, a row a person, and whether the key fits.

use anyhow::bail;
use engine::quality::{
    InstrumentAudit, NoIndex, PairRule, QualityAnswers, QualityIndex, QualityPlan, QualityReference, ResponseTime,
    audit_instrument, quality_panels,
};
use instruments::{IfExists, write_quality};
use reports::text::quality::QualityIndex as Words;

use super::material::{Material, folder_to_write, hand_over, pick_table};
use crate::args::analyze::QualityArgs;
use crate::output::message;
use crate::plot::refuse;
use crate::study::{Cell, Study, StudyTable};

/// Runs the study.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &QualityArgs) -> anyhow::Result<()> {
    let rule =
        PairRule::beyond(args.pair_correlation).map_err(|error| anyhow::anyhow!("--pair-correlation: {error}"))?;
    refuse(args.study.plot.as_deref(), "leave --plot out")?;
    let folder = args.write.then(|| folder_to_write(&args.study)).transpose()?;
    let keep: Vec<String> = args.seconds.iter().cloned().collect();
    let material = Material::read(&args.study, &keep)?;
    let mut study = material.study("quality");
    let instrument = material.instrument.instrument();
    let plan = QualityPlan::of(instrument);
    let answers = QualityAnswers::of(&plan, &material.everybody.matrix)?;
    let source = args.source.clone().unwrap_or_else(|| "the respondents of the file".to_owned());
    let own = QualityReference::from_scores(&plan, &answers, rule, &source);
    // A file has respondents enough to be its own reference; a single person is compared with the instrument's.
    let reference = match (&own, material.instrument.quality()) {
        (Ok(own), _) => {
            study.setting("reference", format!("the {} respondents of the file", material.everybody.ids.len()));
            Some(own)
        }
        (Err(_), Some(known)) => {
            study.setting("reference", &known.parts().source);
            Some(known)
        }
        (Err(error), None) => {
            study.note(format!("no reference: {error}"));
            None
        }
    };
    if let Some(reference) = reference {
        let pairs = &reference.parts().pairs;
        let synonyms = pairs.iter().filter(|pair| pair.correlation > 0.0).count();
        study.setting("pairs beyond", args.pair_correlation);
        study.note(format!("{synonyms} pairs of synonyms and {} of antonyms", pairs.len() - synonyms));
    }
    let times = times(args, &material)?;
    let bar = material.progress("people", material.everybody.ids.len() as u64);
    let panels = quality_panels(&plan, &answers, reference, &times);
    bar.finish_and_clear();
    let mut columns = vec!["id", "answered"];
    columns.extend(QualityIndex::ALL.map(QualityIndex::id));
    columns.push("reasons");
    let mut people =
        StudyTable::new("people", "People: indices of a panel, none of them a verdict", &columns).showing(20);
    let mut does_not_apply: Vec<QualityIndex> = Vec::new();
    for (id, panel) in material.everybody.ids.iter().zip(&panels) {
        let mut cells = vec![Cell::text(id.clone()), Cell::count(panel.n_answered)];
        let mut reasons = Vec::new();
        for (index, value) in panel.iter() {
            let whole = matches!(index, QualityIndex::Longstring | QualityIndex::GuttmanErrors);
            cells.push(Cell::with_decimals(value.ok(), if whole { 0 } else { 3 }));
            match value {
                Err(NoIndex::DoesNotApply) => {
                    does_not_apply.extend((!does_not_apply.contains(&index)).then_some(index))
                }
                Err(reason) => reasons.push(format!("{}: {reason}", index.id())),
                Ok(_) => {}
            }
        }
        cells.push(if reasons.is_empty() { Cell::Empty } else { Cell::text(reasons.join("; ")) });
        people.push(cells);
    }
    if !args.study.scales.is_empty() {
        study.note("--scale: the key audit is of the scales named; the indices of people are over all items");
    }
    if !does_not_apply.is_empty() {
        let names: Vec<&str> = does_not_apply.iter().map(|index| index.id()).collect();
        study.note(format!("for right/wrong items of a single scale only, and empty here: {}", names.join(", ")));
    }
    study.add(people);
    study.add(words_table(args));
    add_audit(&mut study, &material, &audit_instrument(instrument, &material.everybody.matrix));
    pick_table(&mut study, &args.study)?;
    if let Some(folder) = folder {
        let reference = own.map_err(|error| anyhow::anyhow!("--write: {error}"))?;
        let path = write_quality(folder, instrument, &reference, IfExists::Replace)?;
        message(&format!("reference of {} people written into {}", reference.parts().n, path.display()));
    }
    hand_over(study, &args.study)
}

/// The time of each person, where a column has it.
fn times(args: &QualityArgs, material: &Material) -> anyhow::Result<Vec<ResponseTime>> {
    let Some(column) = &args.seconds else { return Ok(Vec::new()) };
    let texts = material.everybody.kept.first().map_or(&[][..], Vec::as_slice);
    let read = |(row, text): (usize, &String)| match text.as_str() {
        "" | "NA" => Ok(ResponseTime::Unknown),
        text => match text.replace(',', ".").parse::<f64>() {
            Ok(seconds) => Ok(ResponseTime::Total { seconds }),
            Err(_) => bail!("row {}, column {column}: `{text}` is no number of seconds", row + 1),
        },
    };
    texts.iter().enumerate().map(read).collect()
}

/// What each index means, in the language of the study.
fn words_table(args: &QualityArgs) -> StudyTable {
    let language = crate::plot::language(args.study.lang);
    let mut table =
        StudyTable::new("words", "What the indices mean", &["index", "name", "looks_at", "reading", "limits"]);
    for index in QualityIndex::ALL {
        if let Some(words) = Words::from_id(index.id()) {
            table.push(vec![
                Cell::text(index.id()),
                Cell::text(words.name(language)),
                Cell::text(words.looks_at(language)),
                Cell::text(words.reading(language)),
                Cell::text(words.limits(language)),
            ]);
        }
    }
    table
}

fn add_audit(study: &mut Study, material: &Material, audit: &InstrumentAudit) {
    let instrument = material.instrument.instrument();
    let name = |item_idx: usize| instrument.items()[item_idx].id.to_string();
    let mut table = StudyTable::new(
        "key_audit",
        "Key audit: items that run against their scale (99% interval of the item-rest correlation below 0)",
        &["scale", "item", "item_rest", "lower", "upper", "n"],
    );
    for scale in audit.scales.iter().filter(|scale| material.scales.contains(&scale.scale_idx)) {
        match &scale.outcome {
            Ok(found) => {
                for item in &found.flagged {
                    table.push(vec![
                        Cell::text(material.scale_id(scale.scale_idx)),
                        Cell::text(scale.items.get(item.item).map_or_else(String::new, |&item_idx| name(item_idx))),
                        Cell::number(item.item_rest_correlation),
                        Cell::number(item.lower),
                        Cell::number(item.upper),
                        Cell::Count(found.n),
                    ]);
                }
            }
            Err(reason) => study.note(format!("scale {}: no key audit: {reason}", material.scale_id(scale.scale_idx))),
        }
    }
    // Nothing found is only said of what was looked at.
    let audited: Vec<&str> = audit
        .scales
        .iter()
        .filter(|scale| material.scales.contains(&scale.scale_idx) && scale.outcome.is_ok())
        .map(|scale| material.scale_id(scale.scale_idx))
        .collect();
    study.note(match (table.rows.is_empty(), audited.is_empty()) {
        (_, true) => "key audit: no scale could be audited".to_owned(),
        (true, false) => format!("key audit: no item runs against its scale; audited: {}", audited.join(", ")),
        (false, false) => format!("key audit: look at the key of the items listed; audited: {}", audited.join(", ")),
    });
    study.add(table);
    for same in &audit.identical {
        let names: Vec<String> = same.items.iter().map(|&item_idx| name(item_idx)).collect();
        study.note(format!(
            "{} were answered identically by all {} people; was a column copied?",
            names.join(", "),
            same.n
        ));
    }
    if !audit.no_spread.is_empty() {
        let names: Vec<String> = audit.no_spread.iter().map(|&item_idx| name(item_idx)).collect();
        study.note(format!("everybody gave the same answer to {}", names.join(", ")));
    }
}
