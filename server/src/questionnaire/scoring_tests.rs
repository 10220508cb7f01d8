//! One scorer, two doors: a result and a row of `bilan score` for the same answers are the same bytes.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use batch::{
    ColumnSettings, Decimals, Job, METRICS, NormSettings, OutputFormat, RejectPolicy, ScoreSettings, Sink, Source,
};
use engine::model::{Instrument, Missing, ResponseKind};
use engine::norms::Age;
use proptest::prelude::*;

use super::*;
use crate::questionnaire::answer::StoredAnswer;
use crate::questionnaire::csv::RowName;
use crate::questionnaire::fixtures::{catalog, loaded};
use crate::questionnaire::reasons::{NoErrorCode, NoRawCode};
use crate::questionnaire::sections::SectionClock;
use crate::questionnaire::steps::Steps;

/// A stream whose bytes can be read afterwards.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A person of the tests: the norm and its rule, sex and age.
#[derive(Debug, Clone, Copy)]
struct Compared {
    norm: Option<&'static str>,
    rule: StratumRule,
    sex: Option<Sex>,
    age: Option<u8>,
}

pub(crate) fn circumstances() -> Circumstances {
    Circumstances {
        language: Some("fr".to_owned()),
        supervision: Supervision::Controlled,
        accommodations: Vec::new(),
        seconds: Some(312.5),
        completed_at: Timestamp::from_millis(1_800_000_000_000),
    }
}

fn request(compared: &Compared, interval: IntervalSettings) -> ScoreRequest<'static> {
    let age = compared.age.map_or(AgeFact::Missing, |years| AgeFact::Known(Age::new(i64::from(years)).unwrap()));
    let person = PersonFacts { sex: compared.sex, age };
    ScoreRequest {
        norm: compared.norm.map(|id| NormChoice { id, rule: compared.rule, person }),
        interval,
        simulated: SimulatedNorms::Allowed,
        circumstances: circumstances(),
    }
}

fn metrics_for(compared: &Compared, wanted: &[bool]) -> Vec<Metric> {
    let offered = METRICS.iter().map(|(_, metric)| *metric);
    let offered = offered.filter(|metric| compared.norm.is_some() || !metric.needs_norm());
    offered.zip(wanted.iter().cycle()).filter(|(_, wanted)| **wanted).map(|(metric, _)| metric).collect()
}

/// The file of `bilan score` for one row, by its own text of codes.
fn by_file(
    id: &str,
    row: &[Answer],
    compared: &Compared,
    interval: IntervalSettings,
    metrics: &[Metric],
    decimals: Decimals,
) -> Vec<u8> {
    let loaded = catalog().find(id).unwrap();
    let instrument = loaded.instrument();
    let mut header = vec!["sex".to_owned(), "age".to_owned()];
    let mut fields = vec![
        compared.sex.map_or_else(String::new, |sex| sex.code().to_owned()),
        compared.age.map_or_else(String::new, |age| age.to_string()),
    ];
    for (item, answer) in instrument.items().iter().zip(row) {
        header.push(item.id.to_string());
        fields.push(match answer {
            Answer::Category(category) => item.responses.code_of(*category).to_string(),
            Answer::Number(number) => number.to_string(),
            Answer::Missing(_) => String::new(),
        });
    }
    let text = format!("{}\n{}\n", header.join(","), fields.join(","));
    let norm = compared.norm.map(|_| NormSettings {
        rule: compared.rule,
        sex: Some("sex".to_owned()),
        sex_codes: vec![("M".to_owned(), Sex::Male), ("F".to_owned(), Sex::Female)],
        age: Some("age".to_owned()),
    });
    let settings = ScoreSettings {
        columns: ColumnSettings::default(),
        norm,
        metrics: metrics.to_vec(),
        decimals,
        interval,
        rejects: RejectPolicy::Stop,
        format: OutputFormat::Csv,
        threads: 1,
        chunk_bytes: 1 << 20,
    };
    let job = Job {
        catalog: catalog(),
        instrument: &loaded,
        norm_id: compared.norm,
        settings: &settings,
        allow_simulated: true,
    };
    let memory = Memory::default();
    let input: Box<dyn std::io::Read + Send> = Box::new(std::io::Cursor::new(text.into_bytes()));
    let source = Source::from_reader("test".to_owned(), input, None, settings.chunk_bytes).unwrap();
    let sink = Sink::Stream { out: Box::new(memory.clone()), name: "memory".to_owned() };
    job.run(source, sink, None).unwrap();
    memory.0.lock().unwrap().clone()
}

fn any_row(instrument: &Instrument) -> Vec<BoxedStrategy<Answer>> {
    let missing = || {
        let kinds = [Missing::Skipped, Missing::NotApplicable, Missing::Declined, Missing::NotShown];
        prop::sample::select(kinds.to_vec()).prop_map(Answer::Missing)
    };
    let of_item = |item: &engine::model::Item| {
        let (lowest, highest) = (item.responses.lowest(), item.responses.highest());
        match item.responses.kind() {
            ResponseKind::Text => missing().boxed(),
            ResponseKind::Slider | ResponseKind::Numeric => {
                prop_oneof![8 => (lowest..=highest).prop_map(Answer::Number), 1 => missing()].boxed()
            }
            _ => {
                let category = (0..item.responses.n_categories()).prop_map(Answer::Category);
                prop_oneof![20 => category, 1 => missing()].boxed()
            }
        }
    };
    instrument.items().iter().map(of_item).collect()
}

/// The same row with the answers of each forced-choice block as somebody can give them: its items in the order of the categories drawn; a
/// block in which one is missing is left out as a whole.
fn chosen_together(instrument: &Instrument, mut row: Vec<Answer>) -> Vec<Answer> {
    for block in instrument.forced_blocks() {
        let drawn: Vec<Option<(u8, usize)>> = block
            .items()
            .map(|item_idx| match row[item_idx] {
                Answer::Category(category) => Some((category, item_idx)),
                _ => None,
            })
            .collect();
        let n = drawn.len();
        for (item_idx, own) in block.items().zip(&drawn) {
            let below = drawn.iter().filter(|other| *other < own).count();
            row[item_idx] = match (drawn.contains(&None), block.is_ranked(), below) {
                (true, ..) => Answer::Missing(Missing::Skipped),
                (false, true, below) => Answer::Category(below as u8),
                (false, false, 0) => Answer::Category(0),
                (false, false, below) => Answer::Category(if below + 1 == n { 2 } else { 1 }),
            };
        }
    }
    row
}

/// The instruments of the property test, each with its norm.
const ASKED: &[(&str, Option<&str>)] = &[
    ("interests-60", None),
    ("tiny", Some("invented")),
    ("tiny", None),
    ("mixed", None),
    ("ipip-neo-120", Some("johnson-2014")),
    ("likert-12", Some("simulated")),
    ("timed-key-8", None),
    ("formats-5", None),
    ("blocks-4", None),
];

fn any_case() -> impl Strategy<Value = (&'static str, Vec<Answer>, Compared)> {
    prop::sample::select(ASKED).prop_flat_map(|(id, norm)| {
        let loaded = catalog().find(id).unwrap();
        let row = any_row(loaded.instrument()).prop_map(move |row| chosen_together(loaded.instrument(), row));
        let sex = prop_oneof![Just(None), Just(Some(Sex::Female)), Just(Some(Sex::Male))];
        let rule = prop_oneof![Just(StratumRule::BySex), Just(StratumRule::Combined)];
        let age = prop::option::weighted(0.9, 5_u8..90);
        (Just(id), row, (rule, sex, age).prop_map(move |(rule, sex, age)| Compared { norm, rule, sex, age }))
    })
}

fn any_interval() -> impl Strategy<Value = IntervalSettings> {
    let kind = prop_oneof![3 => Just(IntervalKind::Observed), 1 => Just(IntervalKind::True)];
    (kind, 0.5..0.99).prop_map(|(kind, level)| IntervalSettings::new(kind, level).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_result_is_the_row_of_bilan_score((id, row, compared) in any_case(), interval in any_interval()) {
        let metrics = metrics_for(&compared, &[true]);
        let document = score_row(&loaded(id), &row, &request(&compared, interval)).unwrap();
        let name = RowName::Number(1);
        let ours = [document.csv_header(name, &metrics), document.csv_row(name, &metrics, Decimals::Full)].concat();
        let theirs = by_file(id, &row, &compared, interval, &metrics, Decimals::Full);
        prop_assert_eq!(String::from_utf8(ours).unwrap(), String::from_utf8(theirs).unwrap());
    }

    #[test]
    fn fewer_metrics_and_decimals_change_nothing_of_that(
        (id, row, compared) in any_case(),
        interval in any_interval(),
        wanted in prop::collection::vec(any::<bool>(), 14),
        decimals in 0_u8..6,
    ) {
        let metrics = metrics_for(&compared, &wanted);
        let document = score_row(&loaded(id), &row, &request(&compared, interval)).unwrap();
        let (name, decimals) = (RowName::Number(1), Decimals::Fixed(decimals));
        let ours = [document.csv_header(name, &metrics), document.csv_row(name, &metrics, decimals)].concat();
        let theirs = by_file(id, &row, &compared, interval, &metrics, decimals);
        prop_assert_eq!(String::from_utf8(ours).unwrap(), String::from_utf8(theirs).unwrap());
    }

    #[test]
    fn a_result_is_packed_and_read_back((id, row, compared) in any_case(), interval in any_interval()) {
        let document = score_row(&loaded(id), &row, &request(&compared, interval)).unwrap();
        let named = rmp_serde::to_vec_named(&document).unwrap();
        prop_assert_eq!(&rmp_serde::from_slice::<ResultDocument>(&named).unwrap(), &document);
        let packed = rmp_serde::to_vec(&document).unwrap();
        prop_assert_eq!(&rmp_serde::from_slice::<ResultDocument>(&packed).unwrap(), &document);
        let json = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(serde_json::from_str::<ResultDocument>(&json).unwrap(), document);
    }
}

fn observed() -> IntervalSettings {
    IntervalSettings::new(IntervalKind::Observed, 0.95).unwrap()
}

const NOBODY: Compared = Compared { norm: None, rule: StratumRule::BySex, sex: None, age: None };

#[test]
fn itc_5_a_result_says_by_what_and_under_which_supervision_it_was_made() {
    let mut row = vec![Answer::Category(3); 12];
    row[0] = Answer::Missing(Missing::Declined);
    let compared = Compared { norm: Some("Simulated"), sex: Some(Sex::Female), ..NOBODY };
    let document = score_row(&loaded("likert-12"), &row, &request(&compared, observed())).unwrap();
    assert_eq!((document.n_items, document.n_answered, document.seconds), (12, 11, Some(312.5)));
    assert_eq!((document.instrument.id.as_str(), document.instrument.version.as_str()), ("likert-12", "1.0.0"));
    assert_eq!((document.instrument.content.len(), document.supervision.as_str()), (64, "controlled"));
    let plan = &document.scales[0];
    // Codes 4, 4, 4 and twice 6 − 4 = 2: 16 for five items, × 6/5.
    assert_eq!((plan.id.as_str(), plan.raw, plan.prorated, plan.n_answered), ("Plan", Some(19.2), true, 5));
    assert_eq!(plan.notes[0], "prorated: Plan (5 of 6 answered)");
    assert_eq!(plan.missing.as_deref(), Some("prorate, at least 5 answered"));
    assert_eq!((plan.lowest, plan.highest), (Some(6.0), Some(30.0)));
    let norm = document.norm.as_ref().unwrap();
    assert_eq!((norm.id.as_str(), norm.kind.as_str(), norm.content.len()), ("simulated", "simulated", 64));
    assert!(norm.warning.as_ref().unwrap().contains("données simulées"));
    let stratum = norm.stratum.as_ref().unwrap();
    assert_eq!((stratum.id.as_str(), stratum.because), ("F", StratumBecause::OwnGroup));
    let values = plan.norm.unwrap();
    // (19.2 − 19.8)/4.1 = −0.146.
    assert!((values.z.unwrap() - (19.2 - 19.8) / 4.1).abs() < 1e-12);
    assert_eq!((values.rank_basis, values.sten, values.stanine), (RankBasis::NormalApproximation, Some(5), Some(5)));
    assert!(plan.error.as_ref().is_some_and(|error| error.reliability.is_none() && error.t.is_some()));
}

#[test]
fn reasons_are_kept_as_codes_and_words() {
    let mut row = vec![Answer::Category(3); 12];
    row[0] = Answer::Missing(Missing::Skipped);
    row[2] = Answer::Missing(Missing::Skipped);
    let compared = Compared { norm: Some("simulated"), rule: StratumRule::BySex, ..NOBODY };
    let document = score_row(&loaded("likert-12"), &row, &request(&compared, observed())).unwrap();
    let plan = &document.scales[0];
    let unscored = plan.unscored.as_ref().unwrap();
    assert_eq!((unscored.code, unscored.needed, plan.raw), (NoRawCode::TooFewAnswered, Some(5), None));
    assert_eq!(plan.no_norm.as_ref().map(|reason| reason.code), Some(NoNormCode::NoRawScore));
    assert_eq!(plan.no_error.as_ref().map(|reason| reason.code), Some(NoErrorCode::NoScore));
    let stratum = document.norm.as_ref().and_then(|norm| norm.stratum.clone()).unwrap();
    assert_eq!((stratum.because, stratum.combined), (StratumBecause::SexNotGiven, true));
    assert!(document.notes.scores.contains("the sex is not given"), "{}", document.notes.scores);
    let young = Compared { norm: Some("invented"), sex: Some(Sex::Male), age: Some(9), ..NOBODY };
    let tiny = score_row(&loaded("tiny"), &[Answer::Category(2); 6], &request(&young, observed())).unwrap();
    let norm = tiny.norm.as_ref().unwrap();
    assert_eq!(norm.no_stratum.as_ref().map(|reason| reason.code), Some(NoNormCode::NoStratumForAge));
    assert_eq!((norm.person.age, norm.stratum.as_ref()), (Some(9), None));
    let all_same = &tiny.scales[3];
    assert_eq!(all_same.no_error.as_ref().map(|reason| reason.code), Some(NoErrorCode::NoVariance));
}

#[test]
fn a_norm_must_be_known_and_may_not_be_simulated() {
    let row = [Answer::Category(3); 12];
    let compared = Compared { norm: Some("simulated"), ..NOBODY };
    let refused = ScoreRequest { simulated: SimulatedNorms::Refused, ..request(&compared, observed()) };
    let error = score_row(&loaded("likert-12"), &row, &refused).unwrap_err();
    assert_eq!(error, ScoringError::SimulatedNorm { norm: "simulated".to_owned() });
    let unknown = Compared { norm: Some("other"), ..NOBODY };
    let error = score_row(&loaded("likert-12"), &row, &request(&unknown, observed())).unwrap_err();
    assert!(error.to_string().contains("known are: simulated"), "{error}");
    let error = score_row(&loaded("likert-12"), &row[1..], &request(&NOBODY, observed())).unwrap_err();
    assert_eq!(error, ScoringError::NotItsAnswers);
    let twice = score_row(&loaded("likert-12"), &[row, row].concat(), &request(&NOBODY, observed()));
    assert_eq!(twice, Err(ScoringError::NotItsAnswers));
}

#[test]
fn stored_answers_are_scored_by_position() {
    let loaded = loaded("timed-key-8");
    // Right are the options 2, 4, 1, 3, 2 and 4, 1, 3; the third is wrong here, the fifth came too late.
    let options = [2_u8, 4, 3, 3, 0, 4, 1, 3];
    let answers: BTreeMap<u32, StoredAnswer> = (1..)
        .zip(options)
        .filter(|(_, option)| *option > 0)
        .map(|(position, option)| (position, StoredAnswer::Category(option - 1)))
        .collect();
    let start = Timestamp::from_millis(1_800_000_000_000);
    let starts = BTreeMap::from([(1, start)]);
    let clock = SectionClock { starts: &starts, accommodations: &[], now: start.plus(200_000) };
    let row = Steps::of(&loaded).row(&answers, &clock).unwrap();
    let document = score_row(&loaded, &row, &request(&NOBODY, observed())).unwrap();
    let scores: Vec<_> = document.scales.iter().map(|scale| (scale.raw, scale.n_answered)).collect();
    // 3 right of 4 answered, × 5/4; 3 of 3.
    assert_eq!(scores, [(Some(3.75), 4), (Some(3.0), 3)]);
}

#[test]
fn itc_1_a_result_holds_no_answers_and_no_keys() {
    let row: Vec<Answer> = (0..12).map(|item_idx| Answer::Category(item_idx % 5)).collect();
    let compared = Compared { norm: Some("simulated"), ..NOBODY };
    let document = score_row(&loaded("likert-12"), &row, &request(&compared, observed())).unwrap();
    let text = serde_json::to_string(&document).unwrap();
    let item_ids =
        loaded("likert-12").instrument().items().iter().map(|item| format!("\"{}\"", item.id)).collect::<Vec<_>>();
    for secret in
        item_ids.iter().map(String::as_str).chain(["\"answers\"", "\"key", "\"sign\"", "\"weight\"", "\"mean\":19.8"])
    {
        assert!(!text.contains(secret), "{secret}");
    }
}
