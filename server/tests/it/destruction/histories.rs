//! Random histories against the attacker of DESIGN §2.13: after the end no uncovered byte of content can be read, after a year none at all.

use proptest::prelude::*;
use server::ids::Id;
use server::records::agreement::KeptDays;
use server::records::bilan::Funding;
use server::records::grant::Basis;
use server::records::receipt::Reason;
use server::services::{agreements, ending, follow_up, grants, scheduler};
use server::store::Kind;

use super::account::Person;
use super::deeds::{self, N_POSITIONS, Written};
use super::interruptions::{Until, interrupted};
use super::world::{World, by_employer};
use crate::support::Backend;

/// What happens next; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Deed {
    Propose { by_employer: bool },
    Consent(usize),
    Note { whose: usize, repeatable: bool },
    Document(usize),
    Synthesis(usize),
    Questionnaire(usize),
    Answer { whose: usize, which: usize, position: u32 },
    Submit { whose: usize, which: usize },
    NotMe { whose: usize, which: usize },
    Give { whose: usize, request: bool, days: u16 },
    TakeBack { whose: usize, which: usize },
    Agree { whose: usize, which: u8, days: u16 },
    Revoke { whose: usize, which: usize },
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
    let whose = || 0..3_usize;
    let which = || 0..3_usize;
    let days = || 1..=365_u16;
    let until = prop_oneof![Just(Until::Decided), Just(Until::KeysDestroyed), Just(Until::Concluded)];
    let written = prop_oneof![
        4 => (whose(), any::<bool>()).prop_map(|(whose, repeatable)| Deed::Note { whose, repeatable }),
        2 => whose().prop_map(Deed::Document),
        2 => whose().prop_map(Deed::Synthesis),
        4 => whose().prop_map(Deed::Questionnaire),
        6 => (whose(), which(), 1..=N_POSITIONS)
            .prop_map(|(whose, which, position)| Deed::Answer { whose, which, position }),
        4 => (whose(), which()).prop_map(|(whose, which)| Deed::Submit { whose, which }),
        1 => (whose(), which()).prop_map(|(whose, which)| Deed::NotMe { whose, which }),
    ];
    let allowed = prop_oneof![
        2 => (whose(), any::<bool>(), days()).prop_map(|(whose, request, days)| Deed::Give { whose, request, days }),
        1 => (whose(), which()).prop_map(|(whose, which)| Deed::TakeBack { whose, which }),
        4 => (whose(), any::<u8>(), days()).prop_map(|(whose, which, days)| Deed::Agree { whose, which, days }),
        1 => (whose(), which()).prop_map(|(whose, which)| Deed::Revoke { whose, which }),
        2 => (whose(), days()).prop_map(|(whose, days)| Deed::FollowUp { whose, days }),
        1 => whose().prop_map(Deed::WithdrawFollowUp),
    ];
    let over = prop_oneof![
        3 => whose().prop_map(Deed::Deliver),
        3 => whose().prop_map(Deed::End),
        1 => whose().prop_map(Deed::Refuse),
        1 => whose().prop_map(Deed::Erase),
        1 => (whose(), any::<bool>(), until)
            .prop_map(|(whose, erased, until)| Deed::Interrupted { whose, erased, until }),
    ];
    let around = prop_oneof![
        1 => Just(Deed::RotateMasterKey),
        4 => Just(Deed::BackUp),
        1 => Just(Deed::ReplicaAway),
        2 => Just(Deed::ReplicaBack),
        1 => Just(Deed::Crash),
        2 => (1..60_u16).prop_map(Deed::Days),
        3 => Just(Deed::Tick),
    ];
    prop_oneof![
        3 => any::<bool>().prop_map(|by_employer| Deed::Propose { by_employer }),
        4 => whose().prop_map(Deed::Consent),
        20 => written,
        9 => allowed,
        8 => over,
        11 => around,
    ]
}

/// How much a history did; a test that never gets anywhere proves nothing.
#[derive(Debug, Default)]
pub struct Reached {
    pub answers: usize,
    pub results: usize,
    pub ended: usize,
    pub kept: usize,
    pub read: usize,
}

struct History {
    world: World,
    people: Vec<Person>,
    reached: Reached,
}

impl History {
    async fn go_on(&mut self, deed: Deed) {
        let world = &mut self.world;
        match deed {
            Deed::Propose { by_employer: paid } => {
                let presented = world.app().now();
                let funding = if paid { by_employer(&world.employer, presented) } else { Funding::Beneficiary };
                if self.people.len() < 3
                    && let Some((name, caller)) = deeds::proposed(world, funding).await
                {
                    self.people.push(Person::new(name, caller, paid));
                }
            }
            Deed::RotateMasterKey => world.rotate().await,
            Deed::BackUp => drop(world.back_up().await),
            Deed::ReplicaAway => world.replica_goes_away(),
            Deed::ReplicaBack => world.replica_is_back(),
            Deed::Crash => world.crash().await,
            Deed::Days(days) => world.days_pass(i64::from(days)),
            Deed::Tick => drop(scheduler::tick(world.app()).await.unwrap()),
            Deed::End(whose) | Deed::Refuse(whose) | Deed::Erase(whose) | Deed::Interrupted { whose, .. } => {
                if let Some(person) = self.people.get_mut(whose) {
                    bring_to_an_end(world, person, &deed).await;
                }
            }
            Deed::Give { whose, .. }
            | Deed::TakeBack { whose, .. }
            | Deed::Agree { whose, .. }
            | Deed::Revoke { whose, .. }
            | Deed::FollowUp { whose, .. }
            | Deed::WithdrawFollowUp(whose) => {
                if let Some(person) = self.people.get_mut(whose) {
                    allow(world, person, &deed).await;
                }
            }
            Deed::Consent(whose)
            | Deed::Note { whose, .. }
            | Deed::Document(whose)
            | Deed::Synthesis(whose)
            | Deed::Questionnaire(whose)
            | Deed::Answer { whose, .. }
            | Deed::Submit { whose, .. }
            | Deed::NotMe { whose, .. }
            | Deed::Deliver(whose) => {
                if let Some(person) = self.people.get_mut(whose) {
                    write(world, person, &deed, &mut self.reached).await;
                }
            }
        }
        self.notice_the_end().await;
    }

    /// Refusal by silence and abandonment are the scheduler's; the test sees that a bilan is gone.
    async fn notice_the_end(&mut self) {
        for person in self.people.iter_mut().filter(|person| person.over.is_none()) {
            let row = self.world.documents().store().fetch(Kind::Bilan, person.bilan()).await.unwrap();
            if row.is_none_or(|row| row.state == "ending") {
                let silence = person.by_employer && !person.consented;
                let reason = if silence { Reason::Refused } else { Reason::Abandoned };
                person.over = Some((self.world.app().now(), reason));
            }
        }
    }

    /// Everything that is due comes to pass; no replica is away. Then the attacker comes.
    async fn settle_and_check(&mut self) {
        self.world.replica_is_back();
        let mut waiting = 0;
        for _ in 0..4 {
            let report = scheduler::tick(self.world.app()).await.unwrap();
            assert_eq!(report.failed, 0);
            waiting = report.waiting;
            self.notice_the_end().await;
        }
        assert_eq!(waiting, 0, "every replica has confirmed");
        let loot = self.world.attack().await;
        let now = self.world.app().now();
        for person in &self.people {
            person.check(&loot, now);
            self.reached.kept += person.written.iter().filter(|document| person.covers(document, now)).count();
        }
        self.reached.read += loot.opened.len();
    }
}

async fn write(world: &World, person: &mut Person, deed: &Deed, reached: &mut Reached) {
    let caller = person.caller.clone();
    let nth = |kind: Kind, which: usize| person.all(kind).nth(which).cloned();
    let written: Option<Written> = match deed {
        Deed::Consent(_) => {
            person.consented |= world.consent(&caller).await;
            None
        }
        Deed::Note { repeatable: true, .. } => deeds::repeatable_note(world, &caller).await,
        Deed::Note { .. } => deeds::note(world, &caller).await,
        Deed::Document(_) => deeds::document(world, &caller).await,
        Deed::Synthesis(_) if nth(Kind::Synthesis, 0).is_none() => deeds::synthesis(world, &caller).await,
        Deed::Questionnaire(_) => deeds::questionnaire(world, &caller).await,
        Deed::Answer { which, position, .. } => {
            // The latest are most often open.
            let all: Vec<Written> = person.all(Kind::Assignment).cloned().collect();
            if let Some(to) = all.iter().rev().nth(*which) {
                reached.answers += usize::from(deeds::answer(world, &caller, to, *position).await);
            }
            None
        }
        Deed::Submit { which, .. } => match nth(Kind::Assignment, *which) {
            Some(of) => {
                for position in 1..=N_POSITIONS {
                    reached.answers += usize::from(deeds::answer(world, &caller, &of, position).await);
                }
                let result = deeds::submit(world, &caller, of.id).await;
                result.filter(|result| !person.written.iter().any(|one| one.id == result.id))
            }
            None => None,
        },
        Deed::NotMe { which, .. } => {
            if let Some(result) = nth(Kind::Result, *which) {
                deeds::not_me(world, &caller, &result).await;
            }
            None
        }
        Deed::Deliver(_) => {
            let synthesis = match nth(Kind::Synthesis, 0) {
                None => deeds::synthesis(world, &caller).await,
                Some(_) => None,
            };
            deeds::deliver(world, &caller).await;
            synthesis
        }
        _ => None,
    };
    reached.results += usize::from(written.as_ref().is_some_and(|one| one.kind == Kind::Result));
    person.written.extend(written);
}

async fn allow(world: &World, person: &mut Person, deed: &Deed) {
    let (caller, bilan) = (person.caller.clone(), person.bilan());
    match *deed {
        Deed::Give { request, days, .. } => {
            let basis = if request { Basis::Request } else { Basis::Agreement };
            person.given.extend(deeds::give(world, &caller, basis, days).await);
        }
        Deed::TakeBack { which, .. } => {
            if let Some(given) = person.given.get(which).cloned()
                && grants::revoke(world.app(), &caller, given.id).await.is_ok()
            {
                // It is known of from now on as one that holds nothing.
                person.given[which].request = false;
            }
        }
        Deed::Agree { which, days, .. } => {
            let chosen = person.written.iter().enumerate().filter(|(at, _)| which >> (at % 8) & 1 == 1);
            let chosen: Vec<&Written> = chosen.map(|(_, one)| one).collect();
            if let Some(id) = deeds::agree(world, &caller, &chosen, days).await {
                let ids = chosen.iter().map(|one| one.id).collect();
                person.agreed.insert(id, (ids, days));
            }
        }
        Deed::Revoke { which, .. } => {
            let agreement: Option<Id> = person.agreed.keys().nth(which).copied();
            if let Some(agreement) = agreement
                && agreements::revoke(world.app(), &caller, agreement).await.is_ok()
            {
                person.agreed.remove(&agreement);
            }
        }
        Deed::FollowUp { days, .. } => {
            let kept = KeptDays::new(days).unwrap();
            if follow_up::agree(world.app(), &caller, bilan, kept).await.is_ok() {
                person.follow_up = Some(days);
            }
        }
        Deed::WithdrawFollowUp(_) if follow_up::withdraw(world.app(), &caller, bilan).await.is_ok() => {
            person.follow_up = None;
        }
        _ => {}
    }
}

async fn bring_to_an_end(world: &mut World, person: &mut Person, deed: &Deed) {
    let (caller, bilan, now) = (person.caller.clone(), person.bilan(), world.app().now());
    let state = world.documents().store().fetch(Kind::Bilan, bilan).await.unwrap().map(|row| row.state);
    match *deed {
        Deed::End(_) if ending::end(world.app(), &world.consultant, bilan).await.is_ok() => {
            person.over = Some((now, Reason::Ended));
        }
        Deed::Refuse(_) if ending::refuse(world.app(), &caller, bilan).await.is_ok() => {
            person.over = Some((now, Reason::Refused));
        }
        Deed::Erase(_) if ending::erase(world.app(), &caller, bilan).await.is_ok() => {
            let refused = state.as_deref() == Some("proposed");
            person.over = Some((now, if refused { Reason::Refused } else { Reason::Erased }));
        }
        Deed::Interrupted { erased, until, .. } if person.over.is_none() => {
            let reason = if erased || state.as_deref() != Some("conclusions") { Reason::Erased } else { Reason::Ended };
            if interrupted(world, &caller, reason, until).await.is_some() {
                person.over = Some((now, reason));
            }
            world.crash().await;
        }
        _ => {}
    }
}

async fn history(backend: Backend, deeds: Vec<Deed>) -> Reached {
    let world = World::on(backend, 99).await;
    let mut history = History { world, people: Vec::new(), reached: Reached::default() };
    // Every history has somebody who answers, and most have an end.
    let begin = [
        Deed::Propose { by_employer: false },
        Deed::Consent(0),
        Deed::Questionnaire(0),
        Deed::Submit { whose: 0, which: 0 },
        Deed::BackUp,
    ];
    let end = [Deed::Agree { whose: 0, which: 0b0110_0110, days: 200 }, Deed::BackUp, Deed::Deliver(0), Deed::End(0)];
    for deed in begin.into_iter().chain(deeds).chain(end) {
        history.go_on(deed).await;
    }
    history.settle_and_check().await;
    history.reached.ended = history.people.iter().filter(|person| person.over.is_some()).count();
    // A day, half a year, and a year and a day later.
    for days in [1, 180, 187] {
        history.world.days_pass(days);
        history.settle_and_check().await;
    }
    history.reached
}

fn run(backend: Backend, cases: u32, lengths: std::ops::Range<usize>) -> Reached {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let all = std::cell::RefCell::new(Reached::default());
    let ran = runner.run(&prop::collection::vec(deed(), lengths), |deeds| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let reached = runtime.block_on(history(backend, deeds));
        let mut all = all.borrow_mut();
        all.answers += reached.answers;
        all.results += reached.results;
        all.ended += reached.ended;
        all.kept += reached.kept;
        all.read += reached.read;
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
    let all = all.into_inner();
    assert!(all.answers.min(all.results).min(all.ended).min(all.read) > 0, "{all:?}");
    all
}

#[test]
fn after_the_end_nothing_uncovered_can_be_read_and_after_a_year_nothing_at_all() {
    let reached = run(Backend::Sqlite, 24, 15..60);
    assert!(reached.kept > 0, "{reached:?}");
}

#[cfg(feature = "test-postgres")]
#[test]
fn on_postgresql_too_nothing_uncovered_can_be_read_after_the_end() {
    run(Backend::Postgres, 6, 15..60);
}
