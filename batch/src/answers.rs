//! One field of text as an answer to its item.

use engine::model::{Answer, Instrument, Missing, ResponseKind, ResponseScale};

use crate::error::RejectReason;
use crate::input::decode;

/// Reads answers, knowing the items and the codes of "not answered".
#[derive(Debug, Clone)]
pub struct AnswerReader {
    items: Vec<ResponseScale>,
    missing: Vec<Vec<u8>>,
    missing_numbers: Vec<f64>,
}

impl AnswerReader {
    /// Takes the items of an instrument and the missing codes.
    ///
    /// # Errors
    /// A sentence for each missing code that is also a valid answer.
    pub fn new(instrument: &Instrument, missing: &[String]) -> Result<Self, Vec<String>> {
        let missing_numbers: Vec<f64> = missing.iter().filter_map(|code| code.trim().parse().ok()).collect();
        let items: Vec<ResponseScale> = instrument.items().iter().map(|item| item.responses).collect();
        let clash = |number: &&f64| {
            items
                .iter()
                .any(|item| item.kind() != ResponseKind::Text && (item.lowest()..=item.highest()).contains(*number))
        };
        let problems: Vec<String> = missing_numbers
            .iter()
            .filter(clash)
            .map(|number| {
                format!("--missing {number}: {number} is also an answer of {}; recode one of them", instrument.id())
            })
            .collect();
        let missing = missing.iter().map(|code| code.trim().as_bytes().to_vec()).collect();
        if problems.is_empty() { Ok(Self { items, missing, missing_numbers }) } else { Err(problems) }
    }

    /// The answer formats, in the instrument's order.
    #[must_use]
    pub fn items(&self) -> &[ResponseScale] {
        &self.items
    }

    /// The missing codes that are a single character.
    #[must_use]
    pub fn single_byte_missing(&self) -> Vec<u8> {
        self.missing.iter().filter(|code| code.len() == 1).map(|code| code[0]).collect()
    }

    /// Reads one field.
    ///
    /// # Errors
    /// [`RejectReason`] when the text is not an answer of the item.
    pub fn read(&self, item_idx: usize, field: &[u8]) -> Result<Answer, RejectReason> {
        let item = &self.items[item_idx];
        if let [digit @ b'0'..=b'9'] = field
            && let Some(category) = item.category_of(i64::from(digit - b'0'))
        {
            return Ok(Answer::Category(category));
        }
        let text = field.trim_ascii();
        let not_answered = text.is_empty()
            || text.eq_ignore_ascii_case(b"na")
            || item.kind() == ResponseKind::Text
            || self.missing.iter().any(|code| code == text);
        if not_answered {
            return Ok(Answer::Missing(Missing::Skipped));
        }
        let text = decode(text);
        let number = text.parse::<f64>().or_else(|_| text.replace(',', ".").parse()).ok().filter(|n| n.is_finite());
        let Some(number) = number else {
            let (lowest, highest) = (item.lowest().to_string(), item.highest().to_string());
            return Err(RejectReason::NotACode { value: shorten(&text), lowest, highest });
        };
        if self.missing_numbers.contains(&number) {
            return Ok(Answer::Missing(Missing::Skipped));
        }
        let outside = || {
            let (lowest, highest) = (item.lowest().to_string(), item.highest().to_string());
            RejectReason::OutsideCategories { value: shorten(&text), lowest, highest }
        };
        if item.kind().is_categorical() {
            let whole = number.fract() == 0.0 && number.abs() < 1e9;
            let category = if whole { item.category_of(number as i64) } else { None };
            category.map(Answer::Category).ok_or_else(outside)
        } else if (item.lowest()..=item.highest()).contains(&number) {
            Ok(Answer::Number(number))
        } else {
            Err(outside())
        }
    }
}

/// A text from outside, short enough for a message.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::model::{
        InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, MissingPolicy, Rounding, Scale, ScaleId,
        ScoreRule, Statistic,
    };

    fn instrument() -> Instrument {
        let item = |id: &str, kind, low, high| Item {
            id: ItemId::new(id).unwrap(),
            responses: ResponseScale::new(kind, low, high).unwrap(),
        };
        let keyed = |item_idx| KeyedItem { item_idx, keying: Keying::Forward, weight: 1.0 };
        Instrument::new(InstrumentParts {
            id: InstrumentId::new("t").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: vec![item("a", ResponseKind::Likert, 1.0, 5.0), item("b", ResponseKind::Slider, 10.0, 20.0)],
            scales: vec![Scale {
                id: ScaleId::new("S").unwrap(),
                rule: ScoreRule::Keyed { items: vec![keyed(0), keyed(1)], statistic: Statistic::Sum },
                missing: MissingPolicy::Reject,
                rounding: Rounding::None,
                ipsative: false,
            }],
        })
        .unwrap()
    }

    #[test]
    fn answers_are_read_in_the_forms_that_files_hold() {
        let reader = AnswerReader::new(&instrument(), &["0".to_owned(), "x".to_owned(), "-99".to_owned()]).unwrap();
        let skipped = Answer::Missing(Missing::Skipped);
        for (text, answer) in [
            ("1", Answer::Category(0)),
            ("5", Answer::Category(4)),
            (" 5 ", Answer::Category(4)),
            ("3.0", Answer::Category(2)),
            ("+3", Answer::Category(2)),
            ("", skipped),
            ("  ", skipped),
            ("NA", skipped),
            ("na", skipped),
            ("0", skipped),
            ("0.0", skipped),
            ("x", skipped),
            ("-99", skipped),
        ] {
            assert_eq!(reader.read(0, text.as_bytes()), Ok(answer), "{text:?}");
        }
        assert_eq!(reader.read(1, b"12,5"), Ok(Answer::Number(12.5)));
    }

    #[test]
    fn other_texts_are_rejected_with_the_range() {
        let reader = AnswerReader::new(&instrument(), &[]).unwrap();
        for text in ["0", "6", "2.5", "-1", "1e99", "99999999999999999999"] {
            assert!(matches!(reader.read(0, text.as_bytes()), Err(RejectReason::OutsideCategories { .. })), "{text}");
        }
        for text in ["a", "nan", "inf", "1;2", "\u{e9}", "--"] {
            assert!(matches!(reader.read(0, text.as_bytes()), Err(RejectReason::NotACode { .. })), "{text}");
        }
        assert!(reader.read(1, b"9").is_err());
        assert!(reader.read(0, b"\xff\xfe").is_err());
    }

    #[test]
    fn a_missing_code_that_is_an_answer_is_refused() {
        let problems = AnswerReader::new(&instrument(), &["3".to_owned()]).unwrap_err();
        assert_eq!(problems.len(), 1);
    }
}
