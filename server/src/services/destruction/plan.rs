//! What goes and what stays, pure: the rules of DESIGN §2.12 over the records of one bilan.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Span, civil::Date};

use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::agreement::{Agreement, KeptDays, MOST_DAYS};
use crate::records::bilan::{Bilan, Phase};
use crate::records::follow_up::FollowUp;
use crate::records::grant::{Basis, DocumentClass};
use crate::records::receipt::{KindCount, Reason, RecordRef, Stay, StayCount};
use crate::store::{GrantRow, Kind, Record};

/// All that is known of one bilan.
#[derive(Debug, Clone)]
pub struct Material {
    /// The bilan.
    pub bilan: Stored<Bilan>,
    /// Every other record of the bilan, and the replies kept for those who worked on it.
    pub records: Vec<Record>,
    /// The written agreements.
    pub agreements: Vec<Stored<Agreement>>,
    /// The follow-up, where one was agreed.
    pub follow_up: Option<Stored<FollowUp>>,
    /// Who may read.
    pub grants: Vec<GrantRow>,
    /// How many answers each assignment has.
    pub answers: BTreeMap<Id, u64>,
    /// Keys that never go with this bilan: those of accounts that do not belong to it.
    pub foreign_keys: BTreeSet<Id>,
}

/// What goes and what stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Why.
    pub reason: Reason,
    /// The records that go.
    pub goes: Vec<RecordRef>,
    /// The keys that go: those of what goes, but for keys under which something stays.
    pub keys: Vec<Id>,
    /// The accounts whose address is forgotten.
    pub accounts: Vec<Id>,
    /// The records that stay.
    pub stays: Vec<Stay>,
    /// The grants that stay, each for one document, with their last moment.
    pub grants: Vec<(Id, Id, Timestamp)>,
    /// What goes, counted.
    pub counts: Vec<KindCount>,
}

impl Plan {
    /// Whether a record stays.
    #[must_use]
    pub fn keeps(&self, kind: Kind, id: Id) -> Option<Timestamp> {
        self.stays.iter().find(|stay| stay.record == RecordRef { kind, id }).map(|stay| stay.until)
    }

    /// What stays, counted by kind and last moment.
    #[must_use]
    pub fn stay_counts(&self) -> Vec<StayCount> {
        stay_counts(&self.stays)
    }
}

/// What stays, counted by kind and last moment.
#[must_use]
pub fn stay_counts(stays: &[Stay]) -> Vec<StayCount> {
    let mut counted: BTreeMap<(Kind, Timestamp), u64> = BTreeMap::new();
    for stay in stays {
        *counted.entry((stay.record.kind, stay.until)).or_default() += 1;
    }
    let counts = counted.into_iter();
    counts.map(|((kind, until), n)| StayCount { kind: kind.as_str().to_owned(), n, until }).collect()
}

/// The kinds of documents that a written agreement can keep.
pub const KEEPABLE: [(Kind, DocumentClass); 6] = [
    (Kind::Assignment, DocumentClass::Answers),
    (Kind::Result, DocumentClass::Results),
    (Kind::Note, DocumentClass::Notes),
    (Kind::Synthesis, DocumentClass::Synthesis),
    (Kind::Document, DocumentClass::Documents),
    (Kind::FeedbackRound, DocumentClass::Feedback),
];

/// The class by which a grant covers documents of a kind.
#[must_use]
pub fn class_of(kind: Kind) -> Option<DocumentClass> {
    KEEPABLE.iter().find(|(keepable, _)| *keepable == kind).map(|(_, class)| *class)
}

/// The class by which a grant made at the end covers what stays.
#[must_use]
pub fn class_after(kind: Kind) -> Option<DocumentClass> {
    match kind {
        Kind::Bilan | Kind::Administrative => Some(DocumentClass::Dates),
        Kind::FollowUp => Some(DocumentClass::Documents),
        kind => class_of(kind),
    }
}

/// Whether a grant is for this one record. A synthesis has the identifier of its bilan, so the class decides too.
fn names(grant: &GrantRow, record: RecordRef) -> bool {
    let class = class_after(record.kind).map_or(0, DocumentClass::bit);
    grant.document == Some(record.id) && grant.classes & class != 0
}

/// When a bilan ended; `None` while it goes on.
#[must_use]
pub fn ended_at(bilan: &Bilan) -> Option<Timestamp> {
    bilan.steps.iter().rev().find(|step| step.phase == Phase::Ended).map(|step| step.at)
}

/// The term of the administrative record: so many years after the end, to the day.
#[must_use]
pub fn administrative_until(end: Timestamp, years: u8) -> Timestamp {
    let day = end.paris_day().checked_add(Span::new().years(i64::from(years))).unwrap_or(Date::MAX);
    Timestamp::start_of_paris_day(day)
}

/// A year after the end, the longest that anything may be kept (R6313-7).
#[must_use]
pub fn a_year_after(end: Timestamp) -> Timestamp {
    // The number is within what is allowed.
    KeptDays::new(MOST_DAYS).map_or(end, |kept| kept.until(end))
}

/// What written agreements and the beneficiary's request cover at `now`, for a bilan that ended at `end`: each document with the
/// moment until which it may be kept.
#[must_use]
pub fn covered(material: &Material, end: Timestamp, now: Timestamp) -> BTreeMap<Id, Timestamp> {
    let mut covered: BTreeMap<Id, Timestamp> = BTreeMap::new();
    let mut cover = |id: Id, until: Timestamp| {
        if until > now {
            let longest = covered.entry(id).or_insert(until);
            *longest = until.max(*longest);
        }
    };
    for agreement in material.agreements.iter().map(|stored| &stored.content).filter(|a| a.revoked.is_none()) {
        for document in &agreement.documents {
            cover(*document, agreement.kept.until(end));
        }
    }
    for synthesis in material.records.iter().filter(|record| record.kind == Kind::Synthesis) {
        for grant in material.grants.iter().filter(|grant| asks_for(grant, synthesis.id, now)) {
            let year = a_year_after(end);
            cover(synthesis.id, grant.ends.map_or(year, |ends| ends.min(year)));
        }
    }
    covered
}

/// When the first of what is kept after the end must go: a document, an agreement, a grant.
#[must_use]
pub fn next_term(material: &Material, end: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let agreements = material.agreements.iter().map(|stored| &stored.content).filter(|a| a.revoked.is_none());
    let agreements = agreements.map(|agreement| agreement.kept.until(end));
    let grants = material.grants.iter().filter_map(|grant| grant.ends);
    let terms = covered(material, end, now).into_values().chain(agreements).chain(grants);
    terms.filter(|term| *term > now).min()
}

/// Whether a grant is the beneficiary's live request to hand the synthesis to the operator of career guidance (L6313-4).
fn asks_for(grant: &GrantRow, synthesis: Id, now: Timestamp) -> bool {
    grant.basis == Basis::Request.word()
        && grant.revoked.is_none()
        && grant.ends.is_none_or(|ends| ends > now)
        && grant.classes & DocumentClass::Synthesis.bit() != 0
        && grant.document.is_none_or(|document| document == synthesis)
}

/// What goes and what stays when a bilan is over for a reason at `now`.
///
/// - `administrative_years`: the term of the administrative record.
#[must_use]
pub fn plan(material: &Material, reason: Reason, now: Timestamp, administrative_years: u8) -> Plan {
    let end = ended_at(&material.bilan.content).unwrap_or(now);
    let covered = if reason.honours_agreements() { covered(material, end, now) } else { BTreeMap::new() };
    let mut stays: BTreeMap<RecordRef, Timestamp> = BTreeMap::new();
    for record in &material.records {
        if let Some(until) = stays_by_itself(material, record, reason, end, now, administrative_years, &covered) {
            stays.insert(RecordRef { kind: record.kind, id: record.id }, until);
        }
    }
    // The person must reach what is kept for her, and the bilan is its frame.
    let bilan = RecordRef { kind: Kind::Bilan, id: material.bilan.record.id };
    let kept = stays.iter().filter(|(record, _)| class_of(record.kind).is_some()).map(|(_, until)| *until).max();
    let grants = grants_that_stay(material, &stays, now);
    if let Some(until) = kept {
        stays.insert(bilan, until);
        let mut readers: BTreeMap<Id, Timestamp> = BTreeMap::new();
        for (grant, document, ends) in &grants {
            if let Some(reader) = grantee(material, *grant).filter(|_| covered.contains_key(document)) {
                let last = readers.entry(reader).or_insert(*ends);
                *last = (*ends).max(*last);
            }
        }
        readers.insert(material.bilan.content.beneficiary, until);
        for account in material.records.iter().filter(|record| record.kind == Kind::Account) {
            if let Some(until) = readers.get(&account.id) {
                stays.insert(RecordRef { kind: Kind::Account, id: account.id }, *until);
            }
        }
        keep_what_hangs_on_accounts(material, &mut stays);
    }
    finish(material, reason, stays, grants)
}

fn grantee(material: &Material, grant: Id) -> Option<Id> {
    material.grants.iter().find(|row| row.id == grant).map(|row| row.grantee)
}

/// Until when a record stays for its own sake.
fn stays_by_itself(
    material: &Material,
    record: &Record,
    reason: Reason,
    end: Timestamp,
    now: Timestamp,
    administrative_years: u8,
    covered: &BTreeMap<Id, Timestamp>,
) -> Option<Timestamp> {
    match record.kind {
        Kind::Administrative | Kind::Attendance => {
            let until = administrative_until(end, administrative_years);
            (reason != Reason::Refused && until > now).then_some(until)
        }
        Kind::FollowUp => {
            let follow_up = material.follow_up.as_ref().filter(|stored| stored.record.id == record.id)?;
            let until = follow_up.content.kept.until(end);
            (reason.honours_agreements() && until > now).then_some(until)
        }
        // What waits to be sent for the follow-up goes with it.
        Kind::Mail => {
            let follow_up = material.follow_up.as_ref().filter(|stored| record.parent == Some(stored.record.id))?;
            stays_by_itself(material, &follow_up.record, reason, end, now, administrative_years, covered)
        }
        Kind::Agreement => {
            let agreement = material.agreements.iter().find(|stored| stored.record.id == record.id)?;
            let agreement = Some(&agreement.content).filter(|agreement| agreement.revoked.is_none())?;
            let until = agreement.kept.until(end);
            (until > now && agreement.documents.iter().any(|document| covered.contains_key(document))).then_some(until)
        }
        kind => class_of(kind).and_then(|_| covered.get(&record.id).copied()),
    }
}

/// Sessions and links of an account that stays.
fn keep_what_hangs_on_accounts(material: &Material, stays: &mut BTreeMap<RecordRef, Timestamp>) {
    for record in &material.records {
        let hangs = matches!(record.kind, Kind::Session | Kind::Invitation);
        let account = record.owner.or(record.parent);
        let stays_with = account.and_then(|id| stays.get(&RecordRef { kind: Kind::Account, id }).copied());
        if let Some(until) = stays_with.filter(|_| hangs) {
            let own = record.due.map_or(until, |due| due.min(until));
            stays.insert(RecordRef { kind: record.kind, id: record.id }, own);
        }
    }
}

/// The grants that stay: each for one document that stays. The beneficiary's request narrows to the synthesis.
fn grants_that_stay(
    material: &Material,
    stays: &BTreeMap<RecordRef, Timestamp>,
    now: Timestamp,
) -> Vec<(Id, Id, Timestamp)> {
    let live = |grant: &&GrantRow| grant.revoked.is_none() && grant.ends.is_none_or(|ends| ends > now);
    let bilan = RecordRef { kind: Kind::Bilan, id: material.bilan.record.id };
    let last = stays.iter().filter(|(record, _)| class_of(record.kind).is_some()).map(|(_, until)| *until).max();
    let all = || stays.iter().map(|(record, until)| (*record, *until)).chain(last.map(|until| (bilan, until)));
    let mut kept = Vec::new();
    for grant in material.grants.iter().filter(live) {
        // Grants for one document are made at the end only, for what stays, or are the beneficiary's request.
        let request = grant.basis == Basis::Request.word();
        for (record, until) in all() {
            let asked = record.kind == Kind::Synthesis && asks_for(grant, record.id, now);
            let renewed = !request && after_the_end(material, grant) && names(grant, record);
            if asked || renewed {
                kept.push((grant.id, record.id, grant.ends.map_or(until, |ends| ends.min(until))));
            }
        }
    }
    kept
}

/// Whether a grant was made at the end of the bilan or later, for what stays.
fn after_the_end(material: &Material, grant: &GrantRow) -> bool {
    ended_at(&material.bilan.content).is_some_and(|end| grant.starts >= end)
}

fn finish(
    material: &Material,
    reason: Reason,
    stays: BTreeMap<RecordRef, Timestamp>,
    grants: Vec<(Id, Id, Timestamp)>,
) -> Plan {
    let bilan = &material.bilan.record;
    let all = || std::iter::once(bilan).chain(&material.records);
    let stays_there = |record: &Record| stays.contains_key(&RecordRef { kind: record.kind, id: record.id });
    let kept_grants: BTreeSet<Id> = grants.iter().map(|(id, ..)| *id).collect();
    let needed: BTreeSet<Id> = all()
        .filter(|record| stays_there(record))
        .filter_map(|record| record.key)
        .chain(material.grants.iter().filter(|grant| kept_grants.contains(&grant.id)).filter_map(|grant| grant.key))
        .chain(material.foreign_keys.iter().copied())
        .collect();
    let going: Vec<&Record> = all().filter(|record| !stays_there(record)).collect();
    let gone_grants: Vec<&GrantRow> = material.grants.iter().filter(|grant| !kept_grants.contains(&grant.id)).collect();
    let keys: BTreeSet<Id> = going
        .iter()
        .filter_map(|record| record.key)
        .chain(gone_grants.iter().filter_map(|grant| grant.key))
        .filter(|key| !needed.contains(key))
        .collect();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for record in &going {
        *counts.entry(record.kind.as_str()).or_default() += 1;
        if record.kind == Kind::Assignment {
            *counts.entry("answer").or_default() += material.answers.get(&record.id).copied().unwrap_or(0);
        }
    }
    if !gone_grants.is_empty() {
        counts.insert("grant", gone_grants.len() as u64);
    }
    Plan {
        reason,
        goes: going.iter().map(|record| RecordRef { kind: record.kind, id: record.id }).collect(),
        keys: keys.into_iter().collect(),
        accounts: going.iter().filter(|record| record.kind == Kind::Account).map(|record| record.id).collect(),
        stays: stays.into_iter().map(|(record, until)| Stay { record, until }).collect(),
        grants,
        counts: counts
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(kind, n)| KindCount { kind: kind.to_owned(), n })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::audience;
    use crate::records::agreement::Signature;
    use crate::records::bilan::{Funding, PhaseStep};

    const END: Timestamp = Timestamp::from_millis(1_800_010_800_000);

    fn id(n: u8) -> Id {
        Id::from_bytes([n; 16])
    }

    fn record(kind: Kind, n: u8, key: u8) -> Record {
        Record {
            kind,
            id: id(n),
            tenant: id(0),
            bilan: Some(id(1)),
            parent: Some(id(1)),
            owner: Some(id(2)),
            state: "open".to_owned(),
            audience: audience::OWNER,
            due: None,
            version: 1,
            key: Some(id(key)),
            body: Vec::new(),
        }
    }

    /// A bilan with account, administrative record, two notes and a session under the key of the account.
    fn material() -> Material {
        let bilan = Bilan {
            beneficiary: id(2),
            consultant: id(3),
            funding: Funding::Beneficiary,
            consent: None,
            steps: Vec::new(),
            active: END,
            notices: Vec::new(),
            access_requested: None,
            delivered: Some(END),
            administrative: id(4),
            salt: vec![0; 32],
            transfer: None,
        };
        let mut session = record(Kind::Session, 7, 102);
        session.parent = Some(id(2));
        Material {
            bilan: Stored { record: record(Kind::Bilan, 1, 101), content: bilan },
            records: vec![
                record(Kind::Account, 2, 102),
                record(Kind::Administrative, 4, 104),
                record(Kind::Note, 5, 105),
                record(Kind::Note, 6, 106),
                session,
            ],
            agreements: Vec::new(),
            follow_up: None,
            grants: Vec::new(),
            answers: BTreeMap::new(),
            foreign_keys: BTreeSet::new(),
        }
    }

    fn agree(material: &mut Material, documents: &[u8], days: u16) {
        let content = Agreement {
            documents: documents.iter().copied().map(id).collect(),
            purpose: "suivi".to_owned(),
            kept: KeptDays::new(days).unwrap(),
            signature: Signature::InService,
            signed: END,
            revoked: None,
        };
        let n = 50 + u8::try_from(material.agreements.len()).unwrap();
        let record = record(Kind::Agreement, n, n + 100);
        material.records.push(record.clone());
        material.agreements.push(Stored { record, content });
    }

    fn staying(plan: &Plan) -> Vec<Kind> {
        plan.stays.iter().map(|stay| stay.record.kind).collect()
    }

    #[test]
    fn the_reason_decides_what_stays() {
        let mut material = material();
        agree(&mut material, &[5], 30);
        let look = |reason| staying(&plan(&material, reason, END, 3));
        let kept = [Kind::Account, Kind::Session, Kind::Bilan, Kind::Administrative, Kind::Note, Kind::Agreement];
        assert_eq!(look(Reason::Ended), kept);
        assert_eq!(look(Reason::Refused), []);
        assert_eq!(look(Reason::Abandoned), [Kind::Administrative]);
        assert_eq!(look(Reason::Erased), [Kind::Administrative]);
        assert!(plan(&material, Reason::Refused, END, 3).keys.contains(&id(104)));
    }

    #[test]
    fn a_key_goes_only_when_nothing_that_stays_is_sealed_under_it() {
        let mut material = material();
        let all = plan(&material, Reason::Ended, END, 3);
        assert_eq!(all.keys, [101, 102, 105, 106].map(id));
        assert_eq!(all.accounts, [id(2)]);
        // A reply that somebody else's account sealed.
        material.records.push(record(Kind::Idempotency, 9, 109));
        material.foreign_keys.insert(id(109));
        let spared = plan(&material, Reason::Ended, END, 3);
        assert!(spared.goes.contains(&RecordRef { kind: Kind::Idempotency, id: id(9) }));
        assert!(!spared.keys.contains(&id(109)));
        agree(&mut material, &[5], 30);
        let kept = plan(&material, Reason::Ended, END, 3);
        assert_eq!((kept.keys, kept.accounts), (vec![id(106)], vec![]));
    }

    #[test]
    fn ct_9_the_longest_live_agreement_counts_and_a_year_is_the_end() {
        let mut material = material();
        agree(&mut material, &[5, 6], 30);
        agree(&mut material, &[6], 365);
        material.bilan.content.steps.push(PhaseStep { phase: Phase::Ended, at: END, by: None });
        let until = |material: &Material, note: u8, days: i64| {
            plan(material, Reason::TermOver, END.plus(days * crate::clock::DAY_MS), 3).keeps(Kind::Note, id(note))
        };
        let [month, year] = [30, 365].map(|days| KeptDays::new(days).unwrap().until(END));
        assert_eq!((until(&material, 5, 0), until(&material, 6, 0)), (Some(month), Some(year)));
        assert_eq!((until(&material, 5, 30), until(&material, 6, 30)), (None, Some(year)));
        assert_eq!(until(&material, 6, 365), None);
        assert_eq!(staying(&plan(&material, Reason::TermOver, year, 3)), [Kind::Administrative]);
        material.agreements[1].content.revoked = Some(END);
        assert_eq!(until(&material, 6, 0), Some(month));
    }

    #[test]
    fn the_administrative_record_has_its_own_term() {
        let material = material();
        let until = plan(&material, Reason::Ended, END, 3).keeps(Kind::Administrative, id(4));
        assert_eq!(until.map(Timestamp::paris_day), Some(jiff::civil::date(2030, 1, 15)));
    }
}
