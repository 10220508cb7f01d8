//! Why a service does not do what it was asked.

use crate::access::password::PasswordError;
use crate::bulk::scoring_problem::{ProblemKind, ScoringProblem};
use crate::error::{ApiError, FieldProblem};
use crate::store::StoreError;
use crate::vault::VaultError;

/// A rule that stands against what was asked. Each has a stable code for programs and a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// CT-1.
    ConsentMissing,
    /// CT-7.
    NoSuchStep,
    /// §2.11.
    Undelivered,
    /// The bilan is over.
    Over,
    /// R6313-8.
    TooLateToConsent,
    /// Consent was given before.
    ConsentGiven,
    /// Another text than the current one.
    ConsentTextChanged,
    /// ISO-5.
    NotQualified,
    /// The instrument has no words in the language.
    NoWording,
    /// The assignment is not where it would have to be.
    NotUnderWay,
    /// Submitted.
    Submitted,
    /// Withdrawn.
    Withdrawn,
    /// A meeting is withdrawn once.
    AlreadyWithdrawn,
    /// A timed section ran out.
    TimeOver,
    /// CT-7.
    NotReleasable,
    /// L6313-4.
    NoSynthesis,
    /// An agreement kept a result without the answers behind it.
    AnswersGone,
    /// The grant of consent goes with the bilan.
    ConsultantsGrant,
    /// A transfer that nobody proposed.
    NoTransfer,
    /// CT-4, §2.11.
    EmployerDetail,
    /// CT-12.
    EmployerOwnsNone,
    /// CT-9.
    TermTooLong,
    /// The grant is over.
    Revoked,
    /// CT-13.
    NoDeclaration,
    /// A job is not where it would have to be.
    JobNotWaiting,
    /// The scores of a job are not there.
    JobNotDone,
    /// The input of a job is whole.
    InputWhole,
    /// A part of an input begins at another byte than the one expected.
    WrongOffset,
    /// A destruction that a key store has not confirmed yet.
    NotIssued,
    /// The program was built without PDF.
    NoPdf,
    /// §2.20.
    Frozen,
    /// §2.20.
    RoundNotReady,
    /// §2.15.
    SecondAdministrator,
    /// The house has the wrong kind.
    WrongHouse,
    /// No address is on file.
    NoAddress,
    /// An address that has an account already.
    AddressTaken,
    /// The password is weak.
    WeakPassword,
    /// The two dates cannot be compared.
    NotComparable,
    /// The signature of what was brought does not hold.
    ForeignExport,
    /// §2.15.
    UnderReset,
    /// One's own account is another administrator's to change.
    OwnAccount,
    /// No reset waits for a confirmation.
    NoReset,
    /// Somebody who signs in by link or token only.
    NoPassword,
    /// The second factor was set up before.
    SecondFactorSet,
    /// A share link is opened with its code.
    CodeNeeded,
    /// The account is closed.
    Closed,
    /// The master key's source still gives the key in use.
    SameMasterKey,
    /// The master key cannot be read again.
    NoMasterKeySource,
}

impl Refusal {
    /// Code and sentence.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::ConsentMissing => {
                ("consent-missing", "no questionnaire starts before the beneficiary's consent is recorded")
            }
            Self::NoSuchStep => ("no-such-step", "a bilan does not go from its present phase to that one"),
            Self::Undelivered => ("undelivered", "the bilan cannot end before results and synthesis are handed over"),
            Self::Over => ("over", "the bilan is over"),
            Self::TooLateToConsent => {
                ("too-late-to-consent", "the ten days in which the beneficiary decides have passed; silence is refusal")
            }
            Self::ConsentGiven => ("consent-given", "consent is recorded already"),
            Self::ConsentTextChanged => {
                ("consent-text-changed", "the consent text has changed since it was read; read it again")
            }
            Self::NotQualified => (
                "not-qualified",
                "the consultant is not qualified for this instrument; an administrator records qualifications",
            ),
            Self::NoWording => ("no-wording", "the instrument cannot be given in this language"),
            Self::NotUnderWay => ("not-under-way", "the questionnaire is not under way"),
            Self::Submitted => ("submitted", "the questionnaire is submitted"),
            Self::Withdrawn => ("withdrawn", "the questionnaire was withdrawn"),
            Self::AlreadyWithdrawn => ("already-withdrawn", "the meeting was withdrawn already"),
            Self::TimeOver => ("time-over", "the time of this section is over"),
            Self::NotReleasable => (
                "not-releasable",
                "results are released in the conclusions phase, in the interview, or by the beneficiary's right of access",
            ),
            Self::NoSynthesis => ("no-synthesis", "the synthesis document is not written yet"),
            Self::AnswersGone => {
                ("answers-gone", "the answers behind this result were destroyed; its scores can still be read")
            }
            Self::ConsultantsGrant => (
                "consultants-grant",
                "the consultant in charge reads by your consent; refuse, transfer or end the bilan, or have it erased",
            ),
            Self::NoTransfer => ("no-transfer", "no transfer to this consultant waits for an agreement"),
            Self::EmployerDetail => ("employer-detail", "an employer cannot be given details"),
            Self::EmployerOwnsNone => ("employer-owns-none", "an employer cannot own a bilan"),
            Self::TermTooLong => (
                "term-too-long",
                "documents may be kept from 1 to 365 days after the end of the bilan, under a written agreement",
            ),
            Self::Revoked => ("revoked", "the grant is revoked already"),
            Self::NoDeclaration => (
                "no-declaration",
                "the organisation has no live declaration that it is entitled to keep the rows: a live agreement, or anonymous data; record one at /api/v1/declarations",
            ),
            Self::JobNotWaiting => ("job-not-waiting", "a job is started once, when its input is whole"),
            Self::JobNotDone => {
                ("job-not-done", "there are no scores; the job says in its state whether they will come")
            }
            Self::InputWhole => ("input-whole", "the input of the job is whole and does not change any more"),
            Self::WrongOffset => (
                "wrong-offset",
                "the part does not begin with the next byte expected; read `received` of the job and send on from there",
            ),
            Self::NotIssued => ("not-issued", "the destruction waits for a replica of the key store; try again later"),
            Self::NoPdf => ("no-pdf", "this service was built without PDF; ask for the page, ending in .html"),
            Self::Frozen => ("frozen", "the 360° feedback was released already and does not change any more"),
            Self::RoundNotReady => {
                ("round-not-ready", "the 360° round is not ready: the self form is missing or no group is large enough")
            }
            Self::SecondAdministrator => ("second-administrator", "a second administrator must confirm"),
            Self::WrongHouse => ("wrong-house", "this house is not of the kind that may do that"),
            Self::NoAddress => ("no-address", "no e-mail address is on file"),
            Self::AddressTaken => ("address-taken", "this e-mail address has an account already"),
            Self::WeakPassword => ("weak-password", "the password has 12 to 1024 characters and is not a common one"),
            Self::NotComparable => ("not-comparable", "results of different versions cannot be compared"),
            Self::ForeignExport => ("foreign-export", "the file is no export signed by a known key, or it was changed"),
            Self::UnderReset => (
                "under-reset",
                "the consultant's credentials were reset; a second administrator and her recovery code have not confirmed it yet",
            ),
            Self::OwnAccount => ("own-account", "another administrator must do this"),
            Self::NoReset => ("no-reset", "no reset waits for a confirmation"),
            Self::NoPassword => ("no-password", "this kind of account has no password; it signs in by link or token"),
            Self::SecondFactorSet => {
                ("second-factor-set", "the second factor is set up already; an administrator can reset it")
            }
            Self::CodeNeeded => {
                ("code-needed", "a share link is opened together with its code, at /api/v1/shares/code")
            }
            Self::SameMasterKey => (
                "same-master-key",
                "the source of the master key still gives the key in use; put the new key there and keep the old one until all is done",
            ),
            Self::NoMasterKeySource => (
                "no-master-key-source",
                "this service cannot read its master key again; restart it with the new and the old key",
            ),
            Self::Closed => ("closed", "the account is closed"),
        }
    }

    /// The stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.words().0
    }

    /// The sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        self.words().1
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Refusal {}

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
    /// The caller started from another version.
    #[error("changed since it was read")]
    Outdated,
    /// Rows that cannot be scored.
    #[error("{0}")]
    Scoring(ScoringProblem),
    /// A part of a file that is not there.
    #[error("beyond the end of the file, which has {size} bytes")]
    BeyondEnd {
        /// Bytes of the file.
        size: u64,
    },
    /// More than is taken.
    #[error("larger than is taken")]
    TooLarge,
    /// Too often.
    #[error("too often; again in {seconds} s")]
    TooOften {
        /// Seconds to wait.
        seconds: u64,
    },
    /// Too much to do at the moment.
    #[error("too much to do; again in {seconds} s")]
    Busy {
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
    pub fn field(field: &'static str, allowed: &'static str, remedy: &'static str) -> Self {
        Self::Invalid(vec![FieldProblem::new(field, remedy).allowed(allowed)])
    }
}

impl ServiceError {
    /// What a password's problem is to the field that held it.
    #[must_use]
    pub fn password(error: PasswordError, field: &'static str) -> Self {
        match error.at(field) {
            ApiError::Invalid(fields) => Self::Invalid(fields),
            ApiError::Unavailable { retry_after_s } => Self::Busy { seconds: retry_after_s },
            _ => Self::Broken("a password could not be hashed"),
        }
    }

    /// What a limit says.
    #[must_use]
    pub fn limit(error: ApiError) -> Self {
        match error {
            ApiError::TooManyRequests { retry_after_s } => Self::TooOften { seconds: retry_after_s },
            _ => Self::Broken("a limit answered with another problem"),
        }
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
            VaultError::LookupTaken => Self::Refused(Refusal::AddressTaken),
            other => Self::Vault(other),
        }
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound => Self::NotFound,
            ServiceError::Unauthenticated => Self::Unauthenticated,
            ServiceError::Refused(refusal) => Self::conflict(refusal.code(), refusal.sentence()),
            ServiceError::Invalid(fields) => Self::Invalid(fields),
            ServiceError::Changed => {
                Self::conflict("changed", "it was changed by somebody else in the meantime; read it again and repeat")
            }
            ServiceError::Outdated => Self::PreconditionFailed,
            ServiceError::Scoring(problem) => of_scoring(problem),
            ServiceError::BeyondEnd { size } => Self::RangeNotSatisfiable { size },
            ServiceError::TooLarge => Self::TooLarge,
            ServiceError::TooOften { seconds } => Self::TooManyRequests { retry_after_s: seconds },
            ServiceError::Busy { seconds } => Self::Unavailable { retry_after_s: seconds },
            ServiceError::Store(cause) => Self::unavailable("store", &cause),
            ServiceError::Vault(cause) => Self::unavailable("vault", &cause),
            ServiceError::Broken(what) => Self::internal("service", &what),
        }
    }
}

impl From<Vec<ScoringProblem>> for ServiceError {
    /// What is wrong with the parameters of bulk scoring.
    fn from(mut problems: Vec<ScoringProblem>) -> Self {
        if problems.len() == 1
            && let Some(problem) = problems.pop()
        {
            return Self::Scoring(problem);
        }
        Self::Invalid(problems.into_iter().map(field_of_scoring).collect())
    }
}

fn of_scoring(problem: ScoringProblem) -> ApiError {
    match problem.kind {
        ProblemKind::InvalidQuery | ProblemKind::UnreadableInput => ApiError::Invalid(vec![field_of_scoring(problem)]),
        ProblemKind::NoSuchInstrument => ApiError::NoSuchInstrument(problem.detail),
        ProblemKind::BodyCut => ApiError::MalformedBody(problem.detail.into()),
        ProblemKind::Stalled | ProblemKind::Gone => ApiError::RequestTimeout,
        ProblemKind::TooLarge => ApiError::TooLarge,
        ProblemKind::Busy => ApiError::Unavailable { retry_after_s: 10 },
        ProblemKind::Internal => ApiError::Internal,
    }
}

/// The place of a problem: a parameter, or row and column.
fn field_of_scoring(problem: ScoringProblem) -> FieldProblem {
    let place = match (problem.parameter, problem.row, problem.column) {
        (Some(parameter), _, _) => parameter,
        (None, Some(row), Some(column)) => format!("row {row}, column {column}"),
        (None, Some(row), None) => format!("row {row}"),
        (None, None, Some(column)) => format!("column {column}"),
        (None, None, None) => "body".to_owned(),
    };
    FieldProblem::new(place, problem.detail)
}
