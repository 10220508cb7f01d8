//! `bilan analyze interests`: whether an inventory's six scales lie on a circle, and what each profile says.

use anyhow::{Context as _, bail};
use engine::assessment::{Assessor, IntervalKind, IntervalSettings};
use engine::interests::{
    CircularStructure, CircularVerdict, Consistency, InterestProfile, InterestStructure, PersonInterests,
    ResamplingConfig, RiasecType, interest_structure,
};
use engine::scoring::{Squares, Tallies};
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

use super::material::{Material, hand_over};
use super::named::{PlaceNames, named};
use crate::args::analyze::InterestsArgs;
use crate::plot::refuse;
use crate::study::{Cell, Study, StudyTable};

/// Runs the study.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &InterestsArgs) -> anyhow::Result<()> {
    refuse(args.study.plot.as_deref(), "`bilan report` draws the hexagon of one person")?;
    if !(100..=100_000).contains(&args.bootstrap) {
        bail!("--bootstrap {}: from 100 to 100000 samples can be drawn", args.bootstrap);
    }
    if !args.study.scales.is_empty() {
        bail!("--scale: this study is about all six scales together; leave --scale out");
    }
    let material = Material::read(&args.study, &[])?;
    let scales = six_scales(&material)?;
    let mut study = material.study("interests");
    let people = People::score(&material, &scales)?;
    let config = ResamplingConfig { n_resamples: args.bootstrap, ..ResamplingConfig::usual() };
    study.main = Some("order");
    study.setting("bootstrap", args.bootstrap);
    study.setting("seed", args.seed);
    let columns: Vec<Vec<Option<f64>>> =
        (0..6).map(|kind| people.rows.iter().map(|row| row[kind].map(|(score, _)| score)).collect()).collect();
    let columns: [&[Option<f64>]; 6] = std::array::from_fn(|kind| columns[kind].as_slice());
    match interest_structure(columns, config, &mut ChaCha12Rng::seed_from_u64(args.seed)) {
        Ok(structure) => add_structure(&mut study, &structure),
        Err(error) => study.note(format!("no structure of the group: {}", with_letters(&error))),
    }
    study.add(people_table(&material, &people));
    study.note("codes: letters in brackets are level, their order is not established; people without a score on all six scales have no code");
    hand_over(study, &args.study)
}

/// A message of the engine with the letters of the scales in place of their numbers.
fn with_letters(message: &impl std::fmt::Display) -> String {
    let letters = RiasecType::ALL.map(|kind| kind.letter().to_string());
    named(&message.to_string(), &[PlaceNames { kind: "scale", names: &letters }])
}

/// The scales R, I, A, S, E, C, as places in the instrument.
fn six_scales(material: &Material) -> anyhow::Result<[usize; 6]> {
    let instrument = material.instrument.instrument();
    let find = |kind: RiasecType| {
        let letter = kind.letter().to_string();
        instrument.scales().iter().position(|scale| scale.id.as_str().eq_ignore_ascii_case(&letter))
    };
    let found: Vec<usize> = RiasecType::ALL.into_iter().filter_map(find).collect();
    <[usize; 6]>::try_from(found).ok().with_context(|| {
        format!("{} has no six scales named R, I, A, S, E and C, which this study is about", instrument.id())
    })
}

/// A raw score with its standard error, where there is one; `None` where there is no score.
type Score = Option<(f64, Option<f64>)>;

/// Scores on R, I, A, S, E and C.
struct People {
    rows: Vec<[Score; 6]>,
    range: Option<(f64, f64)>,
}

impl People {
    fn score(material: &Material, scales: &[usize; 6]) -> anyhow::Result<Self> {
        let instrument = material.instrument.instrument();
        let range_of = |scale_idx: usize| instrument.possible_range(scale_idx);
        let range =
            range_of(scales[0]).filter(|range| scales.iter().all(|&scale_idx| range_of(scale_idx) == Some(*range)));
        if range.is_none() {
            bail!("the six scales have different ranges of raw scores; their order says nothing without a norm");
        }
        let interval = IntervalSettings::new(IntervalKind::Observed, 0.95)?;
        let assessor = Assessor::new(instrument, None, material.instrument.scale_reliability(), interval);
        let mut tallies = Tallies::new();
        assessor.plan().tally(&material.everybody.matrix, Squares::Keep, &mut tallies);
        let score = |row: usize, scale_idx: usize| {
            let result = assessor.assess(scale_idx, &tallies, row, &None);
            let raw = result.score.raw.as_ref().ok()?.value;
            let error =
                result.uncertainty.as_ref().ok().map(|found| found.raw.standard_error).filter(|error| *error > 0.0);
            Some((raw, error))
        };
        let rows = (0..material.everybody.ids.len()).map(|row| scales.map(|scale_idx| score(row, scale_idx))).collect();
        Ok(Self { rows, range })
    }
}

fn people_table(material: &Material, people: &People) -> StudyTable {
    let columns = [
        "id",
        "R",
        "I",
        "A",
        "S",
        "E",
        "C",
        "code",
        "established",
        "by_scores",
        "consistency",
        "differentiation",
        "sd",
        "l1",
        "x",
        "y",
        "angle",
        "length",
    ];
    let mut table = StudyTable::new("people", "People", &columns).showing(20);
    for (id, row) in material.everybody.ids.iter().zip(&people.rows) {
        let mut cells = vec![Cell::text(id.clone())];
        cells.extend(row.iter().map(|score| Cell::with_decimals(score.map(|(score, _)| score), 1)));
        let profile = profile_of(row, people.range);
        if let Some(person) = profile.as_ref().map(PersonInterests::of) {
            let consistency = match person.consistency {
                Some(Consistency::Adjacent) => Cell::text("high"),
                Some(Consistency::Alternate) => Cell::text("middle"),
                Some(Consistency::Opposite) => Cell::text("low"),
                None => Cell::Empty,
            };
            let (differentiation, position) = (&person.differentiation, &person.position);
            cells.extend([
                Cell::text(person.code.to_string()),
                Cell::Flag(person.code.three_letters().is_some()),
                Cell::text(person.code_by_scores.to_string()),
                consistency,
                Cell::with_decimals(differentiation.range.value, 1),
                Cell::with_decimals(differentiation.sd.value, 2),
                Cell::with_decimals(differentiation.iachan_l1.value, 2),
                Cell::with_decimals(position.x.value, 2),
                Cell::with_decimals(position.y.value, 2),
                Cell::with_decimals(position.angle.map(|angle| angle.value), 1),
                Cell::with_decimals(position.length.value, 2),
            ]);
        }
        table.push(cells);
    }
    table
}

fn profile_of(row: &[Score; 6], range: Option<(f64, f64)>) -> Option<InterestProfile> {
    let complete: Vec<(f64, Option<f64>)> = row.iter().copied().collect::<Option<_>>()?;
    let scores = std::array::from_fn(|kind| complete[kind].0);
    let errors = std::array::from_fn(|kind| complete[kind].1);
    InterestProfile::new(scores, errors, range).ok()
}

fn add_structure(study: &mut Study, structure: &InterestStructure) {
    study.setting("complete profiles", structure.n_complete);
    let columns = ["scale", "mean", "sd", "R", "I", "A", "S", "E", "C"];
    let mut table = StudyTable::new("scales", "Scales and their correlations", &columns);
    for kind in RiasecType::ALL {
        let idx = kind.idx();
        let mut cells = vec![
            Cell::text(kind.letter().to_string()),
            Cell::with_decimals(structure.means[idx], 2),
            Cell::with_decimals(structure.standard_deviations[idx], 2),
        ];
        cells.extend((0..6).map(|other| Cell::number(structure.correlations[(idx, other)])));
        table.push(cells);
    }
    let order = &structure.order;
    let columns = ["predictions", "met", "tied", "violated", "correspondence", "p", "orders"];
    let mut orders =
        StudyTable::new("order", "Hexagon order R I A S E C (Hubert-Arabie, exact over all orders)", &columns);
    orders.push(vec![
        Cell::count(order.n_predictions),
        Cell::count(order.met),
        Cell::count(order.tied),
        Cell::count(order.violated),
        Cell::number(order.correspondence),
        Cell::with_decimals(order.p_value, 4),
        Cell::count(order.n_orders),
    ]);
    study.add(orders);
    study.add(table);
    let columns = ["scores", "criterion", "value", "circle_95", "other_5", "cutoff", "error_rate", "reading"];
    let title = "Circular structure: low values are circular; cut-offs simulated for six scales of this size";
    let mut circular = StudyTable::new("circular", title, &columns);
    for (scores, found) in [("deviation", &structure.circular), ("raw", &structure.circular_raw)] {
        match found {
            Ok(found) => add_criteria(&mut circular, scores, found),
            Err(error) => study.note(format!("no circular criteria of {scores} scores: {}", with_letters(error))),
        }
    }
    study.add(circular);
    let mean = &structure.mean_profile;
    let mut profile =
        StudyTable::new("mean_profile", "Mean profile on the hexagon", &["parameter", "value", "lower", "upper"]);
    for (name, value, limits) in [
        ("elevation", mean.summary.elevation, mean.elevation),
        ("x", mean.summary.x, mean.x),
        ("y", mean.summary.y, mean.y),
        ("amplitude", mean.summary.amplitude, mean.amplitude),
    ] {
        profile.push(vec![
            Cell::text(name),
            Cell::number(value),
            Cell::number(limits.lower),
            Cell::number(limits.upper),
        ]);
    }
    profile.push(vec![
        Cell::text("displacement, degrees (from, to; upwards through 360)"),
        Cell::with_decimals(mean.summary.displacement, 1),
        Cell::with_decimals(mean.displacement.map(|limits| limits.from), 1),
        Cell::with_decimals(mean.displacement.map(|limits| limits.to), 1),
    ]);
    profile.push(vec![Cell::text("fit, R squared"), Cell::number(mean.summary.fit)]);
    study.add(profile);
}

fn add_criteria(table: &mut StudyTable, scores: &str, found: &CircularStructure) {
    for test in &found.tests {
        let reading = match test.verdict() {
            Some(CircularVerdict::Circle) => "as from a circle",
            Some(CircularVerdict::Alternative) => "not as from a circle",
            Some(CircularVerdict::EitherOne) => "too little to tell",
            Some(CircularVerdict::InBetween) => "in between",
            None => "no simulated values for this sample",
        };
        table.push(vec![
            Cell::text(scores),
            Cell::text(format!("{:?}", test.criterion).to_lowercase()),
            Cell::number(test.value),
            Cell::number(test.cutoffs.map(|cutoffs| cutoffs.circle.p95)),
            Cell::number(test.cutoffs.map(|cutoffs| cutoffs.alternative().p05)),
            Cell::number(test.cutoffs.map(|cutoffs| cutoffs.cutoff)),
            Cell::number(test.cutoffs.map(|cutoffs| cutoffs.error_rate)),
            Cell::text(reading),
        ]);
    }
}
