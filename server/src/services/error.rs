//! Why a service does not do what it was asked.

use crate::store::StoreError;
use crate::vault::VaultError;

/// A rule that stands against what was asked. Each has a stable code for programs and a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// CT-1.
    #[error("no questionnaire starts before the beneficiary's consent is recorded")]
    ConsentMissing,
    /// CT-7.
    #[error("a bilan does not go from its present phase to that one")]
    NoSuchStep,
    /// §2.11.
    #[error("the bilan cannot end before results and synthesis are handed over")]
    Undelivered,
    /// The bilan is over.
    #[error("the bilan is over")]
    Over,
    /// R6313-8.
    #[error("the ten days in which the beneficiary decides have passed; silence is refusal")]
    TooLateToConsent,
    /// Consent was given before.
    #[error("consent is recorded already")]
    ConsentGiven,
    /// Another text than the current one.
    #[error("the consent text has changed since it was read; read it again")]
    ConsentTextChanged,
    /// ISO-5.
    #[error("the consultant is not qualified for this instrument; an administrator records qualifications")]
    NotQualified,
    /// The instrument has no words in the language.
    #[error("the instrument cannot be given in this language")]
    NoWording,
    /// The assignment is not where it would have to be.
    #[error("the questionnaire is not under way")]
    NotUnderWay,
    /// Submitted.
    #[error("the questionnaire is submitted")]
    Submitted,
    /// Withdrawn.
    #[error("the questionnaire was withdrawn")]
    Withdrawn,
    /// A timed section ran out.
    #[error("the time of this section is over")]
    TimeOver,
    /// CT-7.
    #[error("results are released in the conclusions phase, in the interview, or by the beneficiary's right of access")]
    NotReleasable,
    /// CT-4, §2.11.
    #[error("an employer cannot be given details")]
    EmployerDetail,
    /// CT-12.
    #[error("an employer cannot own a bilan")]
    EmployerOwnsNone,
    /// CT-9.
    #[error("documents may be kept from 1 to 365 days after the end of the bilan, under a written agreement")]
    TermTooLong,
    /// The grant is over.
    #[error("the grant is revoked already")]
    Revoked,
    /// CT-13.
    #[error("the organisation has not declared that it is entitled to keep these rows")]
    NoDeclaration,
    /// §2.20.
    #[error("the 360° feedback was released already and does not change any more")]
    Frozen,
    /// §2.20.
    #[error("the 360° round is not ready: the self form is missing or no group is large enough")]
    RoundNotReady,
    /// §2.15.
    #[error("a second administrator must confirm")]
    SecondAdministrator,
    /// The house has the wrong kind.
    #[error("this house is not of the kind that may do that")]
    WrongHouse,
    /// No address is on file.
    #[error("no e-mail address is on file")]
    NoAddress,
    /// An address that has an account already.
    #[error("this e-mail address has an account already")]
    AddressTaken,
    /// The password is weak.
    #[error("the password has 12 to 1024 characters and is not a common one")]
    WeakPassword,
    /// The two dates cannot be compared.
    #[error("results of different versions cannot be compared")]
    NotComparable,
    /// The signature of what was brought does not hold.
    #[error("the file is no export signed by a known key, or it was changed")]
    ForeignExport,
}

impl Refusal {
    /// The code for programs: the variant's name in kebab case.
    #[must_use]
    pub fn code(self) -> String {
        let mut code = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !code.is_empty() {
                code.push('-');
            }
            code.push(letter.to_ascii_lowercase());
        }
        code
    }
}

/// A field that does not hold what it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where: a JSON pointer, or the name of a parameter.
    pub field: String,
    /// What may stand there.
    pub allowed: String,
    /// What to do.
    pub remedy: String,
}

impl FieldProblem {
    /// A problem of a field.
    #[must_use]
    pub fn new(field: &str, allowed: &str, remedy: &str) -> Self {
        Self { field: field.to_owned(), allowed: allowed.to_owned(), remedy: remedy.to_owned() }
    }
}

/// Why a service does not do what it was asked. None of its texts holds anything about a person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// There is nothing of that name, or nothing that the caller may know of.
    #[error("not found")]
    NotFound,
    /// Credentials, token or code do not open anything.
    #[error("not signed in")]
    Unauthenticated,
    /// A rule stands against it.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Fields do not hold what they may.
    #[error("{} fields do not hold what they may", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// Somebody else was faster.
    #[error("changed by somebody else in the meantime")]
    Changed,
    /// Too often.
    #[error("too often; again in {seconds} s")]
    TooOften {
        /// Seconds to wait.
        seconds: u64,
    },
    /// The store cannot serve now.
    #[error(transparent)]
    Store(StoreError),
    /// The vault cannot serve now.
    #[error(transparent)]
    Vault(VaultError),
    /// Something of ours is broken.
    #[error("{0}")]
    Broken(&'static str),
}

/// What services answer.
pub type Result<T> = std::result::Result<T, ServiceError>;

impl ServiceError {
    /// One field's problem.
    #[must_use]
    pub fn field(field: &str, allowed: &str, remedy: &str) -> Self {
        Self::Invalid(vec![FieldProblem::new(field, allowed, remedy)])
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => Self::Changed,
            other => Self::Store(other),
        }
    }
}

impl From<VaultError> for ServiceError {
    fn from(error: VaultError) -> Self {
        match error {
            // What was destroyed is not there any more.
            VaultError::Destroyed { .. } => Self::NotFound,
            other => Self::Vault(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_names_in_kebab_case() {
        assert_eq!(Refusal::ConsentMissing.code(), "consent-missing");
        assert_eq!(Refusal::Over.code(), "over");
    }
}
