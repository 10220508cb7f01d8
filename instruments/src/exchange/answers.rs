//! One answer as a cell of a file of answers, checked against its answer format.

use engine::model::{ResponseKind, ResponseScale};

use crate::exchange::form::FormScale;
use crate::problem::given;

/// An answer that its item allows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CheckedAnswer {
    /// The code of a category.
    Code(i64),
    /// A number.
    Number(f64),
    /// Free text.
    Text(String),
}

impl CheckedAnswer {
    /// The cell of a file of answers.
    pub(crate) fn to_cell(&self) -> String {
        match self {
            Self::Code(code) => code.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// What is wrong with an answer, and what is allowed.
pub(crate) type Refused = (String, String);

/// Reads a cell. A blank cell is no answer.
pub(crate) fn read_cell(cell: &str, scale: &FormScale) -> Result<Option<CheckedAnswer>, Refused> {
    if cell.trim().is_empty() {
        return Ok(None);
    }
    let number = cell.trim().parse::<f64>();
    let checked = match (scale.responses.kind(), number) {
        (ResponseKind::Text, _) => Ok(CheckedAnswer::Text(cell.to_owned())),
        (_, Ok(number)) => check_number(number, &scale.responses),
        _ => Err(refused(cell, &scale.responses)),
    };
    checked.map(Some)
}

/// Checks a number: a code or a point on a line.
pub(crate) fn check_number(number: f64, responses: &ResponseScale) -> Result<CheckedAnswer, Refused> {
    let is_inside = number >= responses.lowest() && number <= responses.highest();
    match responses.kind() {
        ResponseKind::Text => Err(refused(&number.to_string(), responses)),
        ResponseKind::Numeric | ResponseKind::Slider if is_inside => Ok(CheckedAnswer::Number(number)),
        // Within its scale a code is a small whole number.
        kind if kind.is_categorical() && is_inside && number.fract() == 0.0 => Ok(CheckedAnswer::Code(number as i64)),
        _ => Err(refused(&number.to_string(), responses)),
    }
}

/// Message and remedy for an answer that the item does not allow.
pub(crate) fn refused(answer: &str, responses: &ResponseScale) -> Refused {
    let remedy = match responses.kind() {
        ResponseKind::Text => "give a text".to_owned(),
        kind if kind.is_categorical() => {
            format!(
                "allowed are the codes {} to {}; leave it out where it is unanswered",
                responses.lowest(),
                responses.highest()
            )
        }
        _ => format!(
            "allowed are numbers from {} to {}; leave it out where it is unanswered",
            responses.lowest(),
            responses.highest()
        ),
    };
    (format!("{} is no answer to this item", given(answer)), remedy)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn scale(kind: ResponseKind) -> FormScale {
        let responses = ResponseScale::new(kind, 1.0, 5.0).unwrap();
        FormScale { name: "s".into(), responses, labels: BTreeMap::new() }
    }

    #[test]
    fn cells_are_answers_of_their_kind() {
        let likert = scale(ResponseKind::Likert);
        assert_eq!(read_cell(" 3 ", &likert), Ok(Some(CheckedAnswer::Code(3))));
        assert_eq!(read_cell("3.0", &likert), Ok(Some(CheckedAnswer::Code(3))));
        assert_eq!(read_cell(" ", &likert), Ok(None));
        for wrong in ["0", "6", "2.5", "x", "nan", "inf", "1e999"] {
            let (_, remedy) = read_cell(wrong, &likert).unwrap_err();
            assert!(remedy.contains("1 to 5"), "{wrong}");
        }
        assert_eq!(read_cell("2.5", &scale(ResponseKind::Slider)), Ok(Some(CheckedAnswer::Number(2.5))));
        assert!(read_cell("5.1", &scale(ResponseKind::Slider)).is_err());
        assert_eq!(read_cell(" a ", &scale(ResponseKind::Text)), Ok(Some(CheckedAnswer::Text(" a ".into()))));
    }
}
