//! Random histories against the attacker of DESIGN §2.13: after the end no uncovered byte of content can be read, after a year none at all.

use std::collections::BTreeMap;

use proptest::prelude::*;
use server::app::Caller;
use server::clock::Timestamp;
use server::ids::Id;
use server::records::agreement::KeptDays;
use server::records::bilan::Funding;
use server::records::receipt::Reason;
use server::services::{agreements, ending, follow_up, scheduler};
use server::store::Kind;

use super::attacker::{Ledger, attack, readable};
use super::deeds::{self, Written};
use super::interruptions::{Until, interrupted};
use super::world::{World, by_employer};

/// What happens next; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Deed {
    Propose { by_employer: bool },
    Consent(usize),
    Note(usize),
    Document(usize),
    Synthesis(usize),
    Request(usize),
    Agree { whose: usize, which: u8, days: u16 },
    Revoke(usize),
    FollowUp { whose: usize, days: u16 },
    WithdrawFollowUp(usize),
    Deliver(usize),
    End(usize),
    Refuse(usize),
    Erase(usize),
    Interrupted { whose: usize, erased: bool, until: Until },
    RotateMasterKey,
    BackUp,
    ReplicaAway,
    ReplicaBack,
    Crash,
    Days(u16),
    Tick,
}

fn deed() -> impl Strategy<Value = Deed> {
    let whose = 0..3_usize;
    let until = prop_oneof![Just(Until::Decided), Just(Until::KeysDestroyed), Just(Until::Concluded)];
    prop_oneof![
        3 => any::<bool>().prop_map(|by_employer| Deed::Propose { by_employer }),
        4 => whose.clone().prop_map(Deed::Consent),
        4 => whose.clone().prop_map(Deed::Note),
        5 => whose.clone().prop_map(Deed::Document),
        1 => whose.clone().prop_map(Deed::Synthesis),
        1 => whose.clone().prop_map(Deed::Request),
        4 => (whose.clone(), any::<u8>(), 1..=365_u16).prop_map(|(whose, which, days)| Deed::Agree { whose, which, days }),
        1 => (0..6_usize).prop_map(Deed::Revoke),
        2 => (whose.clone(), 1..=365_u16).prop_map(|(whose, days)| Deed::FollowUp { whose, days }),
        1 => whose.clone().prop_map(Deed::WithdrawFollowUp),
        3 => whose.clone().prop_map(Deed::Deliver),
        3 => whose.clone().prop_map(Deed::End),
        1 => whose.clone().prop_map(Deed::Refuse),
        1 => whose.clone().prop_map(Deed::Erase),
        2 => (whose, any::<bool>(), until).prop_map(|(whose, erased, until)| Deed::Interrupted { whose, erased, until }),
        1 => Just(Deed::RotateMasterKey),
        3 => Just(Deed::BackUp),
        1 => Just(Deed::ReplicaAway),
        2 => Just(Deed::ReplicaBack),
        1 => Just(Deed::Crash),
        2 => (1..120_u16).prop_map(Deed::Days),
        3 => Just(Deed::Tick),
    ]
}

/// What the test knows of a bilan, by its own simple account of the rules.
struct Person {
    caller: Caller,
    written: Vec<Written>,
    /// Documents of each agreement that was not taken back, and its days.
    agreed: BTreeMap<Id, (Vec<Id>, u16)>,
    requested: bool,
    follow_up: Option<u16>,
    /// When and why it was over.
    over: Option<(Timestamp, Reason)>,
}

impl Person {
    fn bilan(&self) -> Id {
        self.caller.bilan.unwrap()
    }

    /// Until when a document may be kept, now that the bilan is over.
    fn covered(&self, document: &Written) -> Option<Timestamp> {
        let (end, reason) = self.over?;
        if reason != Reason::Ended {
            return None;
        }
        let agreed =
            self.agreed.values().filter(|(documents, _)| documents.contains(&document.id)).map(|(_, days)| *days);
        let asked = (self.requested && document.kind == Kind::Synthesis).then_some(365);
        agreed.chain(asked).max().map(|days| KeptDays::new(days).unwrap().until(end))
    }

    fn follow_up_until(&self) -> Option<Timestamp> {
        let (end, reason) = self.over?;
        let days = self.follow_up.filter(|_| reason == Reason::Ended)?;
        Some(KeptDays::new(days).unwrap().until(end))
    }
}

struct History {
    world: World,
    ledger: Ledger,
    people: Vec<Person>,
}

impl History {
    async fn new() -> Self {
        let world = World::new(99).await;
        let mut ledger = Ledger::default();
        ledger.observe(&world).await;
        Self { world, ledger, people: Vec::new() }
    }

    async fn go_on(&mut self, deed: Deed) {
        let (world, ledger) = (&mut self.world, &mut self.ledger);
        match deed {
            Deed::Propose { by_employer: paid } => {
                if self.people.len() < 3 {
                    let name = ledger.marker(world);
                    let email = format!("{}@example.org", ledger.marker(world));
                    let funding =
                        if paid { by_employer(&world.employer, world.app().now()) } else { Funding::Beneficiary };
                    if let Some((_, caller)) = world.propose(&name, Some(email), funding).await {
                        self.people.push(Person {
                            caller,
                            written: Vec::new(),
                            agreed: BTreeMap::new(),
                            requested: false,
                            follow_up: None,
                            over: None,
                        });
                    }
                }
            }
            Deed::RotateMasterKey => world.rotate().await,
            Deed::BackUp => world.back_up().await,
            Deed::ReplicaAway => world.replica_goes_away(),
            Deed::ReplicaBack => world.replica_is_back(),
            Deed::Crash => world.crash().await,
            Deed::Days(days) => world.days_pass(i64::from(days)),
            Deed::Tick => {
                scheduler::tick(world.app()).await.unwrap();
            }
            Deed::Revoke(which) => {
                let all = self.people.iter().enumerate();
                let all: Vec<(usize, Id)> = all.flat_map(|(at, p)| p.agreed.keys().map(move |id| (at, *id))).collect();
                if let Some((at, agreement)) = all.get(which) {
                    let person = &mut self.people[*at];
                    if agreements::revoke(world.app(), &person.caller, *agreement).await.is_ok() {
                        person.agreed.remove(agreement);
                    }
                }
            }
            Deed::Consent(whose)
            | Deed::Note(whose)
            | Deed::Document(whose)
            | Deed::Synthesis(whose)
            | Deed::Request(whose)
            | Deed::Agree { whose, .. }
            | Deed::FollowUp { whose, .. }
            | Deed::WithdrawFollowUp(whose)
            | Deed::Deliver(whose)
            | Deed::End(whose)
            | Deed::Refuse(whose)
            | Deed::Erase(whose)
            | Deed::Interrupted { whose, .. } => {
                if let Some(person) = self.people.get_mut(whose) {
                    personal(world, ledger, person, deed).await;
                }
            }
        }
        self.notice_the_end().await;
        self.ledger.observe(&self.world).await;
    }

    /// Refusal by silence and abandonment are the scheduler's; the test sees that a bilan is gone.
    async fn notice_the_end(&mut self) {
        for person in self.people.iter_mut().filter(|person| person.over.is_none()) {
            let row = self.world.documents().store().fetch(Kind::Bilan, person.bilan()).await.unwrap();
            if row.is_none_or(|row| row.state == "ending") {
                person.over = Some((self.world.app().now(), Reason::Abandoned));
            }
        }
    }

    /// What the attacker may find, and must not.
    async fn check(&mut self) {
        let (world, ledger) = (&self.world, &self.ledger);
        let loot = attack(world, ledger);
        let now = world.app().now();
        for person in &self.people {
            let Some((end, reason)) = person.over else { continue };
            let mut any_kept = false;
            for document in &person.written {
                let kept = person.covered(document).is_some_and(|until| until > now);
                any_kept |= kept;
                assert_eq!(
                    loot.keys.contains(&document.key),
                    kept,
                    "{document:?} after {reason:?} at {end}, now {now}"
                );
            }
            let follows = person.follow_up_until().is_some_and(|until| until > now);
            let administrative: Vec<Id> = ledger
                .keys_of(person.bilan())
                .into_iter()
                .filter_map(|(kind, key)| (kind == "administrative").then_some(key))
                .collect();
            let year_is_over = now > KeptDays::new(365).unwrap().until(end);
            for (kind, key) in readable(&loot, ledger, person.bilan()) {
                let allowed = match kind.as_str() {
                    "administrative" => reason != Reason::Refused,
                    "follow_up" => follows,
                    // A notice is sealed under the key of the account, a letter of the follow-up under that of the follow-up.
                    "mail" => follows || any_kept,
                    // A grant is sealed under the key of what it opens, or is the beneficiary's request.
                    "grant" => follows || any_kept || administrative.contains(&key),
                    "account" | "bilan" | "agreement" => any_kept,
                    _ => person.written.iter().any(|document| document.key == key),
                };
                assert!(allowed, "{kind} of {} after {reason:?}", person.bilan());
                assert!(!year_is_over || matches!(kind.as_str(), "administrative" | "grant"), "{kind} after a year");
            }
        }
    }

    /// What is covered can be read, by its owner, until its term.
    async fn check_what_is_kept(&self) {
        let world = &self.world;
        let now = world.app().now();
        for person in &self.people {
            for document in &person.written {
                if person.covered(document).is_some_and(|until| until > now) {
                    let record = world.documents().store().fetch(document.kind, document.id).await.unwrap().unwrap();
                    let context = server::vault::Context::new(document.kind.as_str(), document.id);
                    let plain =
                        world.documents().vault().open_sealed(document.key, &context, &record.body).await.unwrap();
                    assert!(String::from_utf8_lossy(&plain).contains(&document.marker));
                }
            }
        }
    }

    /// Everything that is due comes to pass; no replica is away.
    async fn settle(&mut self) {
        self.world.replica_is_back();
        for _ in 0..4 {
            scheduler::tick(self.world.app()).await.unwrap();
            self.notice_the_end().await;
            self.ledger.observe(&self.world).await;
        }
    }
}

async fn personal(world: &mut World, ledger: &mut Ledger, person: &mut Person, deed: Deed) {
    let bilan = person.bilan();
    let now = world.app().now();
    let writes = person.over.is_none();
    match deed {
        Deed::Consent(_) => {
            world.consent(&person.caller).await;
        }
        Deed::Note(_) if writes => person.written.extend(deeds::note(world, ledger, &person.caller).await),
        Deed::Document(_) if writes => person.written.extend(deeds::document(world, ledger, &person.caller).await),
        Deed::Synthesis(_) if writes && !person.written.iter().any(|one| one.kind == Kind::Synthesis) => {
            person.written.extend(deeds::synthesis(world, ledger, &person.caller).await);
        }
        Deed::Request(_) if writes => {
            let operator = world.id();
            person.requested |= deeds::request(world, &person.caller, operator).await.is_some();
        }
        Deed::Agree { which, days, .. } => {
            let chosen = person.written.iter().enumerate().filter(|(at, _)| which >> (at % 8) & 1 == 1);
            let chosen: Vec<&Written> = chosen.map(|(_, one)| one).collect();
            if let Some(id) = deeds::agree(world, &person.caller, &chosen, days).await {
                let ids = chosen.iter().map(|one| one.id).collect();
                person.agreed.insert(id, (ids, days));
            }
        }
        Deed::FollowUp { days, .. } => {
            let kept = KeptDays::new(days).unwrap();
            if follow_up::agree(world.app(), &person.caller, bilan, kept).await.is_ok() {
                person.follow_up = Some(days);
            }
        }
        Deed::WithdrawFollowUp(_) => {
            let withdrawn = follow_up::withdraw(world.app(), &person.caller, bilan).await;
            if withdrawn.is_ok() {
                person.follow_up = None;
            }
        }
        Deed::Deliver(_) => {
            let row = world.documents().store().fetch(Kind::Bilan, bilan).await.unwrap();
            let under_way = ["engaged", "preliminary", "investigation", "conclusions"];
            if row.is_some_and(|row| under_way.contains(&row.state.as_str())) {
                world.deliver(bilan).await;
            }
        }
        Deed::End(_) if ending::end(world.app(), &world.consultant, bilan).await.is_ok() => {
            person.over = Some((now, Reason::Ended));
        }
        Deed::Refuse(_) if ending::refuse(world.app(), &person.caller, bilan).await.is_ok() => {
            person.over = Some((now, Reason::Refused));
        }
        Deed::Erase(_) => {
            let proposed = world.documents().store().fetch(Kind::Bilan, bilan).await.unwrap();
            let refused = proposed.is_some_and(|row| row.state == "proposed");
            if ending::erase(world.app(), &person.caller, bilan).await.is_ok() {
                person.over = Some((now, if refused { Reason::Refused } else { Reason::Erased }));
            }
        }
        Deed::Interrupted { erased, until, .. } if person.over.is_none() => {
            let row = world.documents().store().fetch(Kind::Bilan, bilan).await.unwrap();
            let delivered = row.is_some_and(|row| row.state == "conclusions");
            let reason = if erased || !delivered { Reason::Erased } else { Reason::Ended };
            if interrupted(world, &person.caller, reason, until).await.is_some() {
                person.over = Some((now, reason));
            }
            world.crash().await;
        }
        _ => {}
    }
}

fn run(deeds: Vec<Deed>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut history = History::new().await;
        for deed in deeds {
            history.go_on(deed).await;
        }
        history.settle().await;
        history.check().await;
        history.check_what_is_kept().await;
        // A day, half a year, and a year and a day later.
        for days in [1, 180, 187] {
            history.world.days_pass(days);
            history.settle().await;
            history.check().await;
            history.check_what_is_kept().await;
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_the_end_nothing_uncovered_can_be_read_and_after_a_year_nothing_at_all(
        deeds in prop::collection::vec(deed(), 10..45)
    ) {
        run(deeds);
    }
}
