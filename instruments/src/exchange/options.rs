//! Answer options of another system as an answer format of ours: codes, labels, and what their numbers say.

use std::collections::BTreeMap;

use engine::model::{ResponseKind, ResponseScale};

use crate::exchange::draft::{Draft, Format, Open, consecutive};
use crate::exchange::form::Words;

/// An answer option as it is read.
#[derive(Debug)]
pub(crate) struct ReadOption {
    /// Whose code it is; empty where the code itself is all there is.
    pub system: String,
    pub code: String,
    pub label: Words,
    /// Its number for scoring.
    pub weight: Option<f64>,
    pub is_correct: bool,
    /// Whether the code was ours.
    pub is_ours: bool,
}

/// The format of an item with options, and the code of its right answer.
pub(crate) struct WithOptions {
    pub format: Format,
    pub correct: Option<i64>,
}

/// Makes an answer format of options. `None` where there are none, or none that make one.
///
/// - `declared`: name and kind of the format of ours that the item says it has.
pub(crate) fn with_options(
    mut options: Vec<ReadOption>,
    declared: Option<(&str, ResponseKind)>,
    place: &str,
    draft: &mut Draft,
) -> Option<WithOptions> {
    if options.is_empty() {
        return None;
    }
    if let Err(error) = ResponseScale::new(ResponseKind::Choice, 1.0, options.len() as f64) {
        let message = format!("{} options make no answer format: {error}", options.len());
        draft.problems.warning(draft.file, place, message, "the item is read as free text; correct it by hand");
        return None;
    }
    take_weights_as_right_answer(&mut options);
    let assigned = assign_codes(&options, declared.is_some());
    let pairs = || options.iter().zip(assigned.codes.iter().copied());
    for (option, code) in pairs() {
        if let Some(number) = option.weight.filter(|number| *number != code as f64) {
            draft.losses.add(format!("number {number} of the option with code {code}"), place);
        }
    }
    let correct: Vec<i64> = pairs().filter(|(option, _)| option.is_correct).map(|(_, code)| code).collect();
    if correct.len() > 1 {
        draft.losses.add("a second right answer", place);
    }
    let foreign = pairs()
        .filter(|(option, code)| !(option.is_ours || option.system.is_empty()) || option.code != code.to_string());
    let codes = foreign.map(|(option, code)| (option.system.clone(), option.code.clone(), code)).collect();
    let (kind, open) = match declared {
        // Another number of options makes two categories something else.
        Some((_, kind)) if kind != ResponseKind::Dichotomous || options.len() == 2 => (kind, Open::Decided),
        _ if assigned.has_order && options.len() == 2 => (ResponseKind::Dichotomous, Open::Decided),
        _ if assigned.has_order => (ResponseKind::Likert, Open::Decided),
        _ if !correct.is_empty() => (ResponseKind::Choice, Open::Decided),
        _ => (ResponseKind::Choice, Open::Order),
    };
    let (lowest, highest) = assigned.range;
    let responses = ResponseScale::new(kind, lowest as f64, highest as f64).ok()?;
    let labels = assigned.codes.into_iter().zip(options.into_iter().map(|option| option.label));
    let labels: BTreeMap<i64, Words> = labels.filter(|(_, label)| !label.is_empty()).collect();
    let name = declared.map(|(name, _)| name.to_owned());
    Some(WithOptions { format: Format { name, responses, labels, codes, open }, correct: correct.first().copied() })
}

/// One point for one option and none for the others is a right answer, not an order.
fn take_weights_as_right_answer(options: &mut [ReadOption]) {
    let is_right = |option: &ReadOption| option.weight == Some(1.0);
    let is_wrong = |option: &ReadOption| option.weight.is_none_or(|weight| weight == 0.0);
    let n_right = options.iter().filter(|option| is_right(option)).count();
    let agrees = options.iter().all(|option| !option.is_correct || is_right(option));
    let says_correct = options.iter().any(|option| option.is_correct);
    // Two options with 0 and 1 may as well be ordered: no and yes.
    let may_be_order = options.len() == 2 && !says_correct;
    if n_right == 1 && agrees && !may_be_order && options.iter().all(|option| is_right(option) || is_wrong(option)) {
        for option in options {
            option.is_correct = is_right(option);
            option.weight = None;
        }
    }
}

/// Our codes for options.
struct Assigned {
    codes: Vec<i64>,
    range: (i64, i64),
    /// Whether the other system gives the options numbers.
    has_order: bool,
}

/// The codes of our own formats; else the numbers for scoring, else codes that are numbers, else the place in the list.
fn assign_codes(options: &[ReadOption], own: bool) -> Assigned {
    let numbers: Option<Vec<i64>> = options.iter().map(|option| option.code.parse().ok()).collect();
    let whole = |weight: f64| (weight.fract() == 0.0 && weight.abs() <= 30_000.0).then_some(weight as i64);
    let weights: Option<Vec<i64>> = options.iter().map(|option| option.weight.and_then(whole)).collect();
    let has_order = options.iter().all(|option| option.weight.is_some());
    let candidates = if own { [numbers, weights] } else { [weights, numbers] };
    let found = candidates.into_iter().flatten().find_map(|codes| Some((consecutive(&codes)?, codes)));
    match found {
        Some((range, codes)) => Assigned { codes, range, has_order },
        None => {
            let codes: Vec<i64> = (1_i64..).take(options.len()).collect();
            let range = (1, codes.last().copied().unwrap_or(1));
            Assigned { codes, range, has_order }
        }
    }
}

/// Free text as an answer format.
#[expect(clippy::expect_used, reason = "free text has no bounds that could be wrong")]
pub(crate) fn free_text() -> ResponseScale {
    ResponseScale::new(ResponseKind::Text, 0.0, 0.0).expect("free text has no bounds")
}

/// The answer format of a number; the message says what had to be assumed.
pub(crate) fn number_format(
    kind: ResponseKind,
    lowest: Option<f64>,
    highest: Option<f64>,
) -> (ResponseScale, Option<String>) {
    /// The numbers that are possible where the other system sets no bounds.
    const WIDE: f64 = 1_000_000.0;
    let scale = |lowest, highest| ResponseScale::new(kind, lowest, highest).ok();
    let message = match lowest.zip(highest) {
        Some((lowest, highest)) => match scale(lowest, highest) {
            Some(responses) => return (responses, None),
            None => format!("its lowest number {lowest} is not below its highest {highest}; ±{WIDE} is assumed"),
        },
        None => format!("the numbers that are possible are not bounded on both sides; ±{WIDE} is assumed"),
    };
    // A bound beyond the wide ones leaves no numbers between.
    let wide = scale(lowest.unwrap_or(-WIDE), highest.unwrap_or(WIDE)).or_else(|| scale(-WIDE, WIDE));
    (wide.unwrap_or_else(free_text), Some(message))
}
