//! The administrative record: agreement, dates, hours, attendance. It outlives the bilan under a key and a term of its own, and
//! names no instrument and no result.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bilan::{Consent, Funding, Phase};
use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// A meeting, or time spent on questionnaires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attendance {
    /// Which phase it belongs to.
    pub phase: Phase,
    /// Start.
    #[schema(value_type = i64)]
    pub from: Timestamp,
    /// End.
    #[schema(value_type = i64)]
    pub to: Timestamp,
    /// What kind of time it was.
    pub kind: AttendanceKind,
    /// That it was recorded by mistake, where it was: then it counts for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawal>,
}

/// That a meeting was recorded by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Withdrawal {
    /// Why.
    pub reason: WithdrawalReason,
    /// When it was withdrawn.
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// By whom.
    #[schema(value_type = String)]
    pub by: Id,
}

/// Why a recorded meeting does not count. Reasons are given, not written: the administrative record outlives the bilan and holds no
/// word about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawalReason {
    /// Day or hours are wrong.
    WrongTimes,
    /// The meeting did not take place.
    DidNotTakePlace,
    /// It was recorded twice.
    RecordedTwice,
    /// It belongs to another bilan.
    OtherBilan,
}

/// What kind of time it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttendanceKind {
    /// In the same room.
    Meeting,
    /// By telephone or video.
    Remote,
    /// On one's own, on questionnaires.
    Questionnaires,
}

/// The administrative record of one bilan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Administrative {
    /// Name of the beneficiary, as on the agreement.
    pub beneficiary: String,
    /// Name of the consultant.
    pub consultant: String,
    /// Who pays and on what terms.
    pub funding: Funding,
    /// Consent.
    pub consent: Option<Consent>,
    /// Phases with their dates.
    pub phases: Vec<(Phase, Timestamp)>,
    /// Attendance.
    pub attendance: Vec<Attendance>,
    /// Destruction receipts.
    pub receipts: Vec<Id>,
}

impl Document for Administrative {
    const KIND: Kind = Kind::Administrative;
}

/// States of an administrative record, as they stand in the clear.
pub mod state {
    /// The bilan goes on.
    pub const OPEN: &str = "open";
    /// The bilan is over; the record stays until its own term.
    pub const CLOSED: &str = "closed";
}
