//! What is stored: records of a closed list of kinds, grants, answers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::Timestamp;
use crate::ids::Id;

use super::StoreError;

/// Writes the list of kinds once: the name in the code, and the text in the database, which never changes.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What a record is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The text in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

kinds! {
    /// Somebody who can sign in.
    Account = "account",
    /// A sign-in that lasts.
    Session = "session",
    /// A link that lets somebody in once.
    Invitation = "invitation",
    /// A centre, organisation or employer.
    Tenant = "tenant",
    /// A program's access.
    Token = "token",
    /// A bilan de compétences from its opening to its end.
    Bilan = "bilan",
    /// What the law asks to keep of a bilan, under a key and a term of its own.
    Administrative = "administrative",
    /// The follow-up six months after a bilan.
    FollowUp = "follow_up",
    /// A questionnaire given to somebody.
    Assignment = "assignment",
    /// What a questionnaire said.
    Result = "result",
    /// A note of the consultant.
    Note = "note",
    /// The synthesis document of a bilan.
    Synthesis = "synthesis",
    /// A file added to a bilan.
    Document = "document",
    /// Hours attended.
    Attendance = "attendance",
    /// A written agreement to keep something.
    Agreement = "agreement",
    /// A consent given or withdrawn.
    Consent = "consent",
    /// A round of 360° feedback.
    FeedbackRound = "feedback_round",
    /// Somebody asked for feedback.
    Rater = "rater",
    /// A message to be sent.
    Mail = "mail",
    /// The reply kept for a repeated request.
    Idempotency = "idempotency",
    /// A job over many rows.
    Job = "job",
    /// A declaration, such as that an organisation may keep the rows that it has scored.
    Declaration = "declaration",
    /// A norm that an organisation built from its own rows.
    LocalNorm = "local_norm",
    /// What made the scores of a stream.
    Provenance = "provenance",
    /// The signed statement of a destruction.
    Receipt = "receipt",
    /// A setting of the service.
    Setting = "setting",
    /// A release of norms or studies from aggregates.
    Release = "release",
    /// A request of a beneficiary about her data.
    Request = "request",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let known = Self::ALL.iter().find(|kind| kind.as_str() == text);
        known.copied().ok_or_else(|| StoreError::UnknownKind { kind: text.to_owned() })
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A record: identifiers, a state and a date in the clear, the rest in a body that the store cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is about.
    pub kind: Kind,
    /// Its identifier, unique within the kind.
    pub id: Id,
    /// The centre, organisation or employer it belongs to.
    pub tenant: Id,
    /// The bilan it belongs to.
    pub bilan: Option<Id>,
    /// The record it hangs on, such as the round of a rater.
    pub parent: Option<Id>,
    /// The account whose record it is.
    pub owner: Option<Id>,
    /// Where it stands in its life.
    pub state: String,
    /// Bit mask of those who may read it, in the words of the policy.
    pub audience: i64,
    /// When the retention clock looks at it next.
    pub due: Option<Timestamp>,
    /// Counts its updates: the version read, when it comes back in [`Change::Update`](super::Change::Update).
    pub version: i64,
    /// The document key its body is sealed under; none for a body about nobody.
    pub key: Option<Id>,
    /// The body: sealed, or MessagePack in the clear for kinds about no person.
    pub body: Vec<u8>,
}

/// Lets somebody read documents of a bilan for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Its identifier.
    pub id: Id,
    /// The tenant of the bilan.
    pub tenant: Id,
    /// The bilan.
    pub bilan: Id,
    /// Who may read.
    pub grantee: Id,
    /// Why: `consent`, `agreement`, `request` or `engagement`.
    pub basis: String,
    /// Bit mask of classes of documents, in the words of the policy.
    pub classes: i64,
    /// The one document it is about; none for all of its classes.
    pub document: Option<Id>,
    /// From when.
    pub starts: Timestamp,
    /// Until before when.
    pub ends: Option<Timestamp>,
    /// When it was taken back: it lets nobody read from then on, whatever the date here.
    pub revoked: Option<Timestamp>,
    /// Whether it sleeps, as after a consultant's credentials were reset.
    pub suspended: bool,
    /// The key its body is sealed under.
    pub key: Option<Id>,
    /// The sealed purpose.
    pub body: Vec<u8>,
    /// Counts its updates.
    pub version: i64,
}

/// An answer as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The place of the question.
    pub position: i64,
    /// 1 for the first answer, 2 when changed once, …
    pub revision: i64,
    /// The sealed answer.
    pub sealed: Vec<u8>,
}

/// Whether somebody may read a record now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadQuestion {
    /// The kind of the record.
    pub kind: Kind,
    /// The record.
    pub id: Id,
    /// The tenant within which is asked: a record of another is not found.
    pub tenant: Id,
    /// Who asks.
    pub reader: Id,
    /// The class of the document, one bit, which a grant must include.
    pub class: i64,
    /// The bit of the audience that includes the owner.
    pub owner_bit: i64,
    /// Now.
    pub now: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_reads_back_from_its_text_and_others_are_refused() {
        let mut texts = std::collections::BTreeSet::new();
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse::<Kind>().unwrap(), *kind);
            assert!(texts.insert(kind.as_str()), "{kind} is named twice");
            let packed = rmp_serde::to_vec(kind).unwrap();
            assert_eq!(rmp_serde::from_slice::<Kind>(&packed).unwrap(), *kind);
        }
        let refused = "horoscope".parse::<Kind>().unwrap_err();
        assert!(matches!(refused, StoreError::UnknownKind { kind } if kind == "horoscope"));
    }
}
