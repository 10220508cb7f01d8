//! The 360° round: who is asked, and the one release.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// How a rater stands to the beneficiary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RaterGroup {
    /// A superior.
    Superior,
    /// A colleague.
    Peer,
    /// Somebody led.
    Report,
    /// Anybody else: clients, friends, family.
    Other,
}

/// One 360° round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Instrument of the self form.
    pub self_instrument: String,
    /// Instrument of the entourage form.
    pub other_instrument: String,
    /// Language.
    pub language: String,
    /// Why it is asked.
    pub purpose: String,
    /// Assignment of the self form.
    pub self_assignment: Id,
    /// Whether a single superior is named and agreed to be shown.
    pub superior_agreed: bool,
    /// Raters: the account, the assignment, the group.
    pub raters: Vec<RaterPlace>,
    /// When it was frozen.
    pub frozen: Option<Timestamp>,
    /// The one release, once frozen: what may be shown, and nothing else.
    #[serde(with = "serde_bytes")]
    pub release: Vec<u8>,
}

/// One rater's place in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaterPlace {
    /// The rater's account.
    pub account: Id,
    /// The rater's assignment.
    pub assignment: Id,
    /// The group.
    pub group: RaterGroup,
}

impl Document for Round {
    const KIND: Kind = Kind::FeedbackRound;
}
