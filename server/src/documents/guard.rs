//! Late writers: nothing is written to a bilan that is over, by whoever had looked at it before.
//!
//! Every commit of every service passes here, so no service has to remember it: a commit that writes to a bilan holds only while that
//! bilan goes on. What is decided about its end therefore sees everything that was ever written to it, and nothing comes after.

use std::collections::BTreeSet;

use super::Documents;
use crate::ids::Id;
use crate::records::bilan::Phase;
use crate::services::error::{Refusal, ServiceError};
use crate::store::{Change, Kind, Record};

/// What is written to a bilan only while it goes on. The rest has a life of its own: the frame, which changes by version, what is kept
/// after the end by agreement, and what hangs on an account.
const WHILE_IT_GOES_ON: [Kind; 10] = [
    Kind::Assignment,
    Kind::Result,
    Kind::Note,
    Kind::Synthesis,
    Kind::Document,
    Kind::Attendance,
    Kind::Consent,
    Kind::FeedbackRound,
    Kind::Rater,
    Kind::Request,
];

/// What is made only while it goes on, and may change later: an agreement is taken back, a follow-up answered, an account closed.
const MADE_WHILE_IT_GOES_ON: [Kind; 3] = [Kind::Account, Kind::Agreement, Kind::FollowUp];

/// What hangs on an account: with the account of a bilan it is over.
const OF_AN_ACCOUNT: [Kind; 3] = [Kind::Session, Kind::Invitation, Kind::Idempotency];

/// What a commit relies on besides its own changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Guard {
    /// Bilans that must go on.
    bilans: BTreeSet<Id>,
    /// Accounts that must be there.
    accounts: BTreeSet<Id>,
    /// Bilans to which something is added; some are guarded by their own version.
    written: BTreeSet<Id>,
    /// Keys that were made for this commit alone.
    new_keys: BTreeSet<Id>,
}

impl Guard {
    /// Reads what changes rely on.
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut guard = Self::default();
        for change in changes {
            match change {
                Change::Insert(record) => guard.inserted(record),
                Change::Update(record) if WHILE_IT_GOES_ON.contains(&record.kind) => guard.bilans.extend(record.bilan),
                Change::InsertGrant(grant) => guard.bilans.extend([grant.bilan]),
                // A service that relies on it besides.
                Change::ExpectGoingOn { bilan } => guard.written.extend([*bilan]),
                _ => {}
            }
        }
        // A record that the commit itself writes is guarded by its version.
        for change in changes {
            if let Change::Insert(record) | Change::Update(record) = change {
                let guarded = if record.kind == Kind::Bilan { &mut guard.bilans } else { &mut guard.accounts };
                guarded.remove(&record.id);
            }
        }
        let grants = changes.iter().filter_map(|change| match change {
            Change::InsertGrant(grant) if guard.bilans.contains(&grant.bilan) => grant.key,
            _ => None,
        });
        let grants: Vec<Id> = grants.collect();
        guard.new_keys.extend(grants);
        guard
    }

    fn inserted(&mut self, record: &Record) {
        let Some(bilan) = record.bilan else { return };
        if WHILE_IT_GOES_ON.contains(&record.kind) || MADE_WHILE_IT_GOES_ON.contains(&record.kind) {
            self.bilans.insert(bilan);
            self.written.insert(bilan);
            self.new_keys.extend(record.key);
        } else if OF_AN_ACCOUNT.contains(&record.kind) {
            self.accounts.extend(record.parent);
            // The others are sealed under the key of the account.
            if record.kind == Kind::Idempotency {
                self.new_keys.extend(record.key);
            }
        }
    }

    /// The changes that go before those of the commit.
    pub(super) fn expectations(&self) -> Vec<Change> {
        let bilans = self.bilans.iter().map(|&bilan| Change::ExpectGoingOn { bilan });
        let account = |&id: &Id| Change::Expect { kind: Kind::Account, id, version: None, state: None };
        bilans.chain(self.accounts.iter().map(account)).collect()
    }

    /// Why a commit did not fit: the bilan is over, and the keys that were made for it go, or somebody else was faster.
    pub(super) async fn refusal(&self, documents: &Documents) -> ServiceError {
        for &bilan in self.bilans.union(&self.written) {
            let goes_on = match documents.store().fetch(Kind::Bilan, bilan).await {
                Ok(record) => record.and_then(|record| Phase::from_word(&record.state)).is_some_and(|p| !p.is_over()),
                Err(error) => return error.into(),
            };
            if !goes_on {
                self.destroy_new_keys(documents).await;
                return Refusal::Over.into();
            }
        }
        for &account in &self.accounts {
            match documents.store().fetch(Kind::Account, account).await {
                Ok(Some(_)) => {}
                Ok(None) => self.destroy_new_keys(documents).await,
                Err(error) => return error.into(),
            }
        }
        ServiceError::Changed
    }

    async fn destroy_new_keys(&self, documents: &Documents) {
        let keys: Vec<Id> = self.new_keys.iter().copied().collect();
        // Nothing is sealed under them, so that nothing is lost where they cannot be reached now.
        if let Err(error) = documents.vault().destroy(&keys).await {
            tracing::warn!(%error, "keys of a refused commit could not be destroyed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::audience;

    fn id(n: u8) -> Id {
        Id::from_bytes([n; 16])
    }

    fn record(kind: Kind, n: u8) -> Record {
        Record {
            kind,
            id: id(n),
            tenant: id(0),
            bilan: Some(id(1)),
            parent: Some(id(2)),
            owner: Some(id(2)),
            state: "open".to_owned(),
            audience: audience::OWNER,
            due: None,
            version: 1,
            key: Some(id(100 + n)),
            body: Vec::new(),
        }
    }

    #[test]
    fn content_is_written_while_its_bilan_goes_on() {
        let goes_on = vec![Change::ExpectGoingOn { bilan: id(1) }];
        for kind in WHILE_IT_GOES_ON {
            assert_eq!(Guard::of(&[Change::Insert(record(kind, 5))]).expectations(), goes_on, "{kind}");
            assert_eq!(Guard::of(&[Change::Update(record(kind, 5))]).expectations(), goes_on, "{kind}");
        }
        for kind in MADE_WHILE_IT_GOES_ON {
            let guard = Guard::of(&[Change::Insert(record(kind, 5))]);
            assert_eq!((guard.expectations(), guard.new_keys), (goes_on.clone(), BTreeSet::from([id(105)])), "{kind}");
            assert_eq!(Guard::of(&[Change::Update(record(kind, 5))]), Guard::default(), "{kind}");
        }
    }

    #[test]
    fn every_kind_of_a_bilan_is_written_under_a_guard_or_has_a_reason_not_to_be() {
        // The frame is guarded by its version; letters go with what they are sealed under; the rest belongs to no bilan.
        let free = [Kind::Bilan, Kind::Administrative, Kind::Mail];
        let of_no_bilan = [Kind::Tenant, Kind::Token, Kind::Job, Kind::Declaration, Kind::Provenance, Kind::Receipt];
        let of_no_bilan = of_no_bilan.into_iter().chain([Kind::LocalNorm, Kind::Setting, Kind::Release]);
        let guarded = WHILE_IT_GOES_ON.into_iter().chain(MADE_WHILE_IT_GOES_ON).chain(OF_AN_ACCOUNT);
        let mut all: Vec<Kind> = guarded.chain(free).chain(of_no_bilan).collect();
        all.sort_unstable();
        assert_eq!(all, Kind::ALL);
    }

    #[test]
    fn what_the_commit_itself_writes_is_guarded_by_its_version() {
        let bilan = Record { id: id(1), ..record(Kind::Bilan, 1) };
        let result = Guard::of(&[Change::Insert(record(Kind::Result, 5)), Change::Update(bilan)]);
        assert_eq!(result.expectations(), []);
        assert_eq!((result.written, result.new_keys), (BTreeSet::from([id(1)]), BTreeSet::from([id(105)])));
        // A link to an account that is made with it; without, the account must be there.
        let account = Change::Insert(record(Kind::Account, 2));
        let link = Change::Insert(record(Kind::Invitation, 6));
        let both = Guard::of(&[account, link.clone()]);
        assert_eq!(both.expectations(), [Change::ExpectGoingOn { bilan: id(1) }]);
        let expected = Change::Expect { kind: Kind::Account, id: id(2), version: None, state: None };
        assert_eq!(Guard::of(&[link]).expectations(), [expected]);
    }
}
