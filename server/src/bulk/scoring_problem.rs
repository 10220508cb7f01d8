//! What can go wrong with bulk scoring, in words that repeat no answer.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::body_pipe::BodyFault;

/// Whose fault a problem is, and of what kind: each has its own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// A parameter of the query cannot be read.
    InvalidQuery,
    /// No instrument of that name.
    NoSuchInstrument,
    /// The rows, the header or the settings that go with them are at fault.
    UnreadableInput,
    /// The body ended before its end.
    BodyCut,
    /// Nothing came, or nothing was taken, for too long.
    Stalled,
    /// The body is larger than is taken.
    TooLarge,
    /// All places are taken.
    Busy,
    /// Whoever asked has hung up.
    Gone,
    /// A fault of ours.
    Internal,
}

/// Why rows were not scored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{detail}")]
pub struct ScoringProblem {
    /// Whose fault it is.
    pub kind: ProblemKind,
    /// Parameter of the query at fault, where one is.
    pub parameter: Option<String>,
    /// Number of the row at fault, from 1, where one is known.
    pub row: Option<u64>,
    /// Column at fault, where one is known.
    pub column: Option<String>,
    /// What is wrong and what to do about it; never an answer.
    pub detail: String,
}

impl ProblemKind {
    /// The status of a response that says so. Only a response whose body has not begun can have it.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidQuery | Self::BodyCut => StatusCode::BAD_REQUEST,
            Self::NoSuchInstrument => StatusCode::NOT_FOUND,
            Self::UnreadableInput => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Stalled | Self::Gone => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl ScoringProblem {
    /// A problem without a place.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, parameter: None, row: None, column: None, detail: detail.into() }
    }

    /// A parameter of the query that cannot be read.
    #[must_use]
    pub fn of_parameter(parameter: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { parameter: Some(parameter.into()), ..Self::new(ProblemKind::InvalidQuery, detail) }
    }

    /// A fault of ours.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(ProblemKind::Internal, "the rows could not be scored; the fault is ours")
    }

    /// All places are taken.
    #[must_use]
    pub fn busy() -> Self {
        Self::new(ProblemKind::Busy, "too many files are being scored at once; try again in a while")
    }

    /// What a body that did not come or go to its end means.
    #[must_use]
    pub fn of_body(fault: &BodyFault) -> Self {
        let kind = match fault {
            BodyFault::Cut => ProblemKind::BodyCut,
            BodyFault::Stalled { .. } => ProblemKind::Stalled,
            BodyFault::TooLarge { .. } => ProblemKind::TooLarge,
        };
        Self::new(kind, fault.to_string())
    }
}

/// What the scorer says, without values and with options named as parameters of the query.
impl From<&batch::Error> for ScoringProblem {
    fn from(error: &batch::Error) -> Self {
        use batch::Error;
        let kind = match error {
            Error::ClosedPipe => ProblemKind::Gone,
            Error::Write { .. } | Error::OutputPlace { .. } | Error::Internal(_) | Error::ParquetFromPipe => {
                return Self::internal();
            }
            Error::Read { .. } => ProblemKind::BodyCut,
            _ => ProblemKind::UnreadableInput,
        };
        Self {
            kind,
            parameter: None,
            row: error.row(),
            column: error.column().map(str::to_owned),
            detail: as_parameters(&error.without_values()),
        }
    }
}

/// Names the command's options as parameters: `--sex-codes` becomes `sex_codes`.
fn as_parameters(text: &str) -> String {
    let text = text.replace("--columns MAP.csv (item,column)", "--columns (item=column)");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("--") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let length = after.bytes().take_while(|byte| byte.is_ascii_lowercase() || *byte == b'-').count();
        let is_option = length > 0 && before.chars().next_back().is_none_or(|last| matches!(last, ' ' | '(' | '\n'));
        out.push_str(before);
        if is_option {
            out.push('`');
            out.push_str(&after[..length].replace('-', "_"));
            out.push('`');
        } else {
            out.push_str(&rest[at..at + 2 + length]);
        }
        rest = &after[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_command_are_named_as_parameters() {
        assert_eq!(as_parameters("name one with --norm; known are a--b"), "name one with `norm`; known are a--b");
        assert_eq!(as_parameters("(and its codes with --sex-codes 1=M)"), "(and its codes with `sex_codes` 1=M)");
        assert_eq!(as_parameters("or give --columns MAP.csv (item,column)"), "or give `columns` (item=column)");
        assert_eq!(as_parameters("--"), "--");
    }

    #[test]
    fn a_problem_says_whose_fault_it_is() {
        let settings = batch::Error::Settings("metric `t` needs a norm: name one with --norm".to_owned());
        let problem = ScoringProblem::from(&settings);
        assert_eq!(problem.kind.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem.detail, "metric `t` needs a norm: name one with `norm`");
        let ours = ScoringProblem::from(&batch::Error::Internal("secret place".to_owned()));
        assert_eq!(ours.kind.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!ours.detail.contains("secret"));
    }
}
