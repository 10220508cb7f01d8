//! HL7 FHIR R5: an instrument as a `Questionnaire`, answers as `QuestionnaireResponse`.
//!
//! `vocabulary` names the extensions and link ids, `json` reads and writes values with translations; `questionnaire_out`, `questionnaire_in`
//! (with `items_in`, `options_in` and `files_in`) and `responses_out`, `responses_in` do the work.

mod files_in;
mod items_in;
mod json;
mod options_in;
mod questionnaire_in;
mod questionnaire_out;
mod responses_in;
mod responses_out;
mod vocabulary;

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::catalog::Catalog;
use crate::error::Result;
use crate::exchange::form::Form;
use crate::exchange::{Imported, Scoring};
use crate::problem::Problem;

/// The largest `Questionnaire` that is read, in bytes.
pub const MAX_QUESTIONNAIRE_BYTES: usize = 64 * 1024 * 1024;

/// The largest file of answers that is read, in bytes.
pub const MAX_RESPONSES_BYTES: usize = 128 * 1024 * 1024;

/// The answers of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Who the person is, in the words of the file of answers.
    pub id: String,
    /// One cell an item, in the order of the instrument: a code, a number or a text as in a file of answers; `None` is unanswered.
    pub cells: Vec<Option<String>>,
}

/// Answers that came from another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedAnswers {
    /// One row a resource, in the order of the file.
    pub rows: Vec<AnswerRow>,
    /// What could not be read or is not carried over; a cell that is in error is unanswered in its row.
    pub problems: Vec<Problem>,
}

/// An instrument as a FHIR R5 `Questionnaire`; with [`Scoring::With`] it holds the whole folder.
///
/// - `name`: `ID` or `ID@VERSION`, as for [`Catalog::find`]. Norms and coefficients added by another folder stay there.
///
/// # Errors
/// As [`Catalog::find`]; [`Error::Invalid`](crate::Error::Invalid) with all problems when the folder has errors.
///
/// # Examples
/// ```
/// use instruments::Catalog;
/// use instruments::exchange::{Scoring, fhir};
/// let form = fhir::export_questionnaire(&Catalog::bundled(), "interests-60", Scoring::Without)?;
/// assert_eq!((&form["resourceType"], &form["language"]), (&"Questionnaire".into(), &"fr".into()));
/// # Ok::<(), instruments::Error>(())
/// ```
pub fn export_questionnaire(catalog: &Catalog, name: &str, scoring: Scoring) -> Result<Value> {
    let form = Form::read(catalog.folder_of(name)?, scoring)?;
    Ok(questionnaire_out::questionnaire(&form, scoring))
}

/// The folder of an instrument from a FHIR `Questionnaire` (R4, R4B or R5): one of our own, changed elsewhere or not, or any other.
///
/// Items and wording are taken from the elements of FHIR, everything else from our extensions where they are. A questionnaire from elsewhere
/// gives a folder without scoring, for a psychologist to complete; [`Imported::problems`] says what is assumed and what is left out.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) when the bytes are no JSON, no `Questionnaire`, too many or nested too deeply.
pub fn import_questionnaire(json: &[u8]) -> Result<Imported> {
    questionnaire_in::import(json)
}

/// The answers of one person as a `QuestionnaireResponse`; what is unanswered is left out.
///
/// # Errors
/// As [`Catalog::find`]; [`Error::Invalid`](crate::Error::Invalid) with all cells that are no answer to their item.
pub fn export_response(catalog: &Catalog, name: &str, row: &AnswerRow) -> Result<Value> {
    responses_out::response(&Form::read(catalog.folder_of(name)?, Scoring::Without)?, row)
}

/// The answers of many people as a `Bundle` of type `collection`, with one `QuestionnaireResponse` a person.
///
/// # Errors
/// As [`export_response`].
pub fn export_responses(catalog: &Catalog, name: &str, rows: &[AnswerRow]) -> Result<Value> {
    responses_out::bundle(&Form::read(catalog.folder_of(name)?, Scoring::Without)?, rows)
}

/// Answers from a `QuestionnaireResponse` or a `Bundle` of them (R4, R4B or R5).
///
/// Items and codes of the system that the questionnaire came from are understood by the folder's `exchange.csv`.
///
/// # Errors
/// As [`Catalog::find`]; [`Error::Invalid`](crate::Error::Invalid) when the bytes are no JSON, no such resource, too many or nested too
/// deeply.
pub fn import_responses(catalog: &Catalog, name: &str, json: &[u8]) -> Result<ImportedAnswers> {
    let source = catalog.folder_of(name)?;
    responses_in::import(source, &Form::read(source, Scoring::Without)?, json)
}
