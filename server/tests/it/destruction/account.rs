//! What the test knows of a bilan, by its own simple account of the rules: what may be read of it when, and nothing else.

use std::collections::BTreeMap;

use server::app::Caller;
use server::clock::Timestamp;
use server::ids::Id;
use server::records::agreement::KeptDays;
use server::records::receipt::Reason;
use server::store::Kind;

use super::attacker::{Loot, Opened};
use super::deeds::{Given, Written};

/// One bilan.
pub struct Person {
    pub caller: Caller,
    pub name: String,
    pub by_employer: bool,
    pub consented: bool,
    pub written: Vec<Written>,
    /// Documents of each agreement that was not taken back, and its days.
    pub agreed: BTreeMap<Id, (Vec<Id>, u16)>,
    /// Grants that were not taken back.
    pub given: Vec<Given>,
    pub follow_up: Option<u16>,
    /// When and why it was over.
    pub over: Option<(Timestamp, Reason)>,
}

impl Person {
    pub fn new(name: String, caller: Caller, by_employer: bool) -> Self {
        Self {
            caller,
            name,
            by_employer,
            consented: false,
            written: Vec::new(),
            agreed: BTreeMap::new(),
            given: Vec::new(),
            follow_up: None,
            over: None,
        }
    }

    pub fn bilan(&self) -> Id {
        self.caller.bilan.unwrap()
    }

    pub fn all(&self, kind: Kind) -> impl Iterator<Item = &Written> {
        self.written.iter().filter(move |one| one.kind == kind)
    }

    /// Until when something that was agreed on for so many days may be kept, now that the bilan has ended.
    fn until(&self, days: u16) -> Option<Timestamp> {
        let (end, reason) = self.over?;
        (reason == Reason::Ended).then(|| KeptDays::new(days).unwrap().until(end))
    }

    /// Whether a document may be kept.
    pub fn covers(&self, document: &Written, now: Timestamp) -> bool {
        let mut agreements = self.agreed.values().filter(|(documents, _)| documents.contains(&document.id));
        let agreed = agreements.any(|(_, days)| self.until(*days).is_some_and(|until| until > now));
        let asked = document.kind == Kind::Synthesis && self.given.iter().any(|given| self.holds(given, now));
        agreed || asked
    }

    /// Whether a request keeps the synthesis, where there is one: to its own end, and a year at most.
    fn holds(&self, given: &Given, now: Timestamp) -> bool {
        given.request && given.ends > now && self.until(365).is_some_and(|year| year > now)
    }

    fn keeps_anything(&self, now: Timestamp) -> bool {
        self.written.iter().any(|document| self.covers(document, now))
    }

    fn follows(&self, now: Timestamp) -> bool {
        self.follow_up.and_then(|days| self.until(days)).is_some_and(|until| until > now)
    }

    /// Whether somebody may read this of the bilan, which is over.
    pub fn allows(&self, one: &Opened, loot: &Loot, now: Timestamp) -> bool {
        let (_, reason) = self.over.unwrap();
        let written = |id: Id, kind: &str| self.written.iter().find(|one| one.id == id && one.kind.as_str() == kind);
        let administrative = || {
            let of = |other: &&Opened| other.bilan == Some(self.bilan()) && other.kind == "administrative";
            loot.opened.iter().filter(of).any(|other| other.key == one.key)
        };
        // A recipient, her link, her session and her grant are all under one key.
        if let Some(given) = self.given.iter().find(|given| given.key == one.key) {
            return self.holds(given, now) && self.all(Kind::Synthesis).next().is_some();
        }
        match one.kind.as_str() {
            "administrative" => reason != Reason::Refused,
            "follow_up" => self.follows(now),
            // A notice is under the key of the account, a letter of the follow-up under that of the follow-up.
            "mail" => self.keeps_anything(now) || self.follows(now),
            // A grant made at the end is under the key of what it opens.
            "grant" if administrative() => reason != Reason::Refused,
            "grant" => self.keeps_anything(now) || self.follows(now),
            "account" => one.id == self.caller.account && self.keeps_anything(now),
            "bilan" | "session" | "invitation" => self.keeps_anything(now),
            "agreement" => {
                let agreed = self.agreed.get(&one.id);
                let live = agreed.is_some_and(|(_, days)| self.until(*days).is_some_and(|until| until > now));
                live && self.keeps_anything(now)
            }
            kind => {
                let kind = if kind.starts_with("answer ") { "assignment" } else { kind };
                written(one.id, kind).is_some_and(|document| self.covers(document, now))
            }
        }
    }

    /// Fails where something can be read that may not be, or cannot that is kept.
    pub fn check(&self, loot: &Loot, now: Timestamp) {
        let Some((end, reason)) = self.over else { return };
        let context = |what: &str| format!("{what} after {reason:?} at {end}, now {now}");
        let a_year_is_over = now > KeptDays::new(365).unwrap().until(end);
        for one in &loot.opened {
            if one.bilan == Some(self.bilan()) {
                assert!(self.allows(one, loot, now), "{}: {:?}", context(&one.kind), loot.places.get(&one.key));
                let may_last = matches!(one.kind.as_str(), "administrative" | "grant");
                assert!(!a_year_is_over || may_last, "{}", context(&one.kind));
            }
            // What is written elsewhere, such as a kept reply, repeats nothing. An export that was brought back repeats what she has agreed to.
            let repeats = |document: &&Written| one.kind != "document" && one.holds(&document.marker);
            for document in self.written.iter().filter(repeats) {
                assert!(self.covers(document, now), "{}", context(&format!("{document:?} in {}", one.kind)));
                assert_eq!(one.bilan, Some(self.bilan()), "{document:?} stands in {}", one.kind);
            }
            if one.holds(&self.name) {
                assert_eq!(one.bilan, Some(self.bilan()), "a name stands in {}", one.kind);
            }
        }
        for document in &self.written {
            let covered = self.covers(document, now);
            let reads = |one: &&Opened| one.id == document.id && one.kind == document.kind.as_str();
            assert_eq!(loot.opened.iter().any(|one| reads(&one)), covered, "{}", context(&format!("{document:?}")));
            assert_eq!(loot.keys.contains(&document.key), covered, "{}", context(&format!("{document:?}")));
        }
    }
}
