//! Late writers: whoever looked at a bilan before its end and writes after it is refused, and leaves nothing behind.

use std::collections::BTreeSet;
use std::pin::Pin;

use server::app::{App, Caller};
use server::clock::DAY_MS;
use server::documents::Stored;
use server::ids::Id;
use server::records::account::Role;
use server::records::administrative::{AttendanceKind, WithdrawalReason};
use server::records::agreement::{KeptDays, Signature};
use server::records::feedback::{RaterGroup, Round};
use server::records::grant::{Basis, DocumentClass};
use server::records::writing::SynthesisText;
use server::services::agreements::{self, Agreed};
use server::services::assignments::Choice;
use server::services::error::{Refusal, Result, ServiceError};
use server::services::grants::Wish;
use server::services::replies::{Met, ReplyLife};
use server::services::rounds::NewRound;
use server::services::{
    answering, assignments, attendance, ending, export, follow_up, grants, links, paper, replies, results, rounds,
    submission, writing,
};
use server::store::Kind;
use server::vault::key_store::Listed;

use super::deeds::{self, Written};
use super::world::{INSTRUMENT, World};

type Writing = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// What a writer has before her.
#[derive(Clone)]
struct Desk {
    app: App,
    consultant: Caller,
    beneficiary: Caller,
    bilan: Id,
    open: Written,
    note: Written,
    result: Written,
    round: Id,
}

/// A service that writes, and how many of its commits come before the one that is late.
struct Writer {
    name: &'static str,
    commits_before: i64,
    write: fn(Desk) -> Writing,
}

const fn writer(name: &'static str, write: fn(Desk) -> Writing) -> Writer {
    Writer { name, commits_before: 0, write }
}

fn choice() -> Choice {
    Choice {
        instrument: INSTRUMENT.to_owned(),
        language: "fr".to_owned(),
        norm: None,
        combined_stratum: false,
        purpose: "orientation".to_owned(),
    }
}

fn wish() -> Wish {
    Wish {
        basis: Basis::Agreement,
        recipient: "Dominique".to_owned(),
        purpose: "conseil".to_owned(),
        classes: vec![DocumentClass::Results],
        document: None,
        days: 30,
        employer: None,
    }
}

fn new_round() -> NewRound {
    NewRound {
        self_instrument: "entourage-6-self".to_owned(),
        other_instrument: "entourage-6-other".to_owned(),
        language: "fr".to_owned(),
        purpose: "orientation".to_owned(),
        superior_agreed: false,
    }
}

/// Every service that writes to a bilan.
fn writers() -> Vec<Writer> {
    vec![
        writer("note", |d| {
            Box::pin(async move { writing::add_note(&d.app, &d.consultant, d.bilan, "…".into()).await.map(drop) })
        }),
        writer("changed note", |d| {
            Box::pin(async move {
                writing::change_note(&d.app, &d.consultant, d.note.id, "…".into(), |_| true).await.map(drop)
            })
        }),
        writer("synthesis", |d| {
            Box::pin(async move {
                let text = SynthesisText::default();
                writing::write_synthesis(&d.app, &d.consultant, d.bilan, text, |_| true).await.map(drop)
            })
        }),
        writer("brought document", |d| {
            Box::pin(async move {
                let bytes = export::export(&d.app, &d.beneficiary, d.bilan).await?;
                export::bring(&d.app, &d.beneficiary, d.bilan, bytes).await.map(drop)
            })
        })
        .after(1),
        writer("assignment", |d| {
            Box::pin(async move { assignments::assign(&d.app, &d.consultant, d.bilan, choice()).await.map(drop) })
        }),
        writer("withdrawal", |d| {
            Box::pin(async move { assignments::withdraw(&d.app, &d.consultant, d.open.id).await })
        }),
        writer("answer", |d| {
            Box::pin(async move {
                let given = serde_json::from_value(serde_json::json!({"option": 1})).unwrap();
                answering::save(&d.app, &d.beneficiary, d.open.id, 1, &given).await.map(drop)
            })
        }),
        writer("page", |d| {
            Box::pin(async move { answering::page(&d.app, &d.beneficiary, d.open.id, None, 5).await.map(drop) })
        }),
        writer("answers on paper", |d| {
            Box::pin(async move { paper::enter(&d.app, &d.consultant, d.open.id, &Default::default()).await.map(drop) })
        }),
        writer("submission", |d| {
            Box::pin(async move { submission::submit(&d.app, &d.beneficiary, d.open.id).await.map(drop) })
        }),
        writer("result", |d| {
            Box::pin(async move { submission::submit(&d.app, &d.beneficiary, d.open.id).await.map(drop) })
        })
        .after(1),
        writer("not me", |d| {
            Box::pin(async move { results::mark_not_me(&d.app, &d.beneficiary, d.result.id, vec!["…".into()]).await })
        })
        .after(1),
        writer("agreement", |d| {
            Box::pin(async move {
                let (documents, kept) = (vec![d.note.id], KeptDays::new(300).unwrap());
                let agreed = Agreed { documents, purpose: "suivi".into(), kept, signature: Signature::InService };
                agreements::sign(&d.app, &d.beneficiary, d.bilan, agreed).await.map(drop)
            })
        }),
        writer("follow-up", |d| {
            Box::pin(async move {
                follow_up::agree(&d.app, &d.beneficiary, d.bilan, KeptDays::new(300).unwrap()).await.map(drop)
            })
        }),
        writer("grant", |d| {
            Box::pin(async move { grants::give(&d.app, &d.beneficiary, d.bilan, wish()).await.map(drop) })
        }),
        writer("attendance", |d| {
            Box::pin(async move {
                let (from, to) = (d.app.now().plus(-3_600_000), d.app.now());
                let kind = AttendanceKind::Meeting;
                attendance::record(&d.app, &d.consultant, d.bilan, from, to, kind).await.map(drop)
            })
        }),
        writer("withdrawn attendance", |d| {
            Box::pin(async move {
                let (from, to) = (d.app.now().plus(-3_600_000), d.app.now());
                let kind = AttendanceKind::Meeting;
                let recorded = attendance::record(&d.app, &d.consultant, d.bilan, from, to, kind).await?;
                let last = u32::try_from(recorded.content.attendance.len()).unwrap();
                let why = WithdrawalReason::RecordedTwice;
                attendance::withdraw(&d.app, &d.consultant, d.bilan, last, why).await.map(drop)
            })
        })
        .after(1),
        writer("round", |d| {
            Box::pin(async move { rounds::open(&d.app, &d.consultant, d.bilan, new_round()).await.map(drop) })
        }),
        writer("rater", |d| {
            Box::pin(async move {
                let group = RaterGroup::Peer;
                rounds::add_rater(&d.app, &d.consultant, d.round, "Paul".into(), None, group).await.map(drop)
            })
        }),
        writer("link", |d| Box::pin(async move { links::hand_over(&d.app, &d.consultant, d.bilan).await.map(drop) })),
    ]
}

impl Writer {
    const fn after(mut self, commits: i64) -> Self {
        self.commits_before = commits;
        self
    }
}

async fn desk(world: &World) -> Desk {
    let beneficiary = deeds::under_way(world).await;
    let bilan = beneficiary.bilan.unwrap();
    let note = deeds::note(world, &beneficiary).await.unwrap();
    let result = deeds::result(world, &beneficiary).await;
    let round = rounds::open(world.app(), &world.consultant, bilan, new_round()).await.unwrap().record.id;
    deeds::synthesis(world, &beneficiary).await.unwrap();
    // Delivered: the result is hers to read.
    assert!(deeds::deliver(world, &beneficiary).await);
    let open = deeds::questionnaire(world, &beneficiary).await.unwrap();
    deeds::answers(world, &beneficiary, &open).await;
    let (app, consultant) = (world.app().clone(), world.consultant.clone());
    Desk { app, consultant, beneficiary, bilan, open, note, result, round }
}

/// Keys under which nothing is stored.
async fn orphans(world: &World) -> BTreeSet<Id> {
    let used: BTreeSet<Id> = world.rows().await.into_iter().filter_map(|row| row.key).collect();
    let listed = world.first_keys().list_keys(None, 100_000).await.unwrap();
    let live = listed.into_iter().filter_map(|one| match one {
        Listed::Live(id) => Some(id),
        Listed::Dead(_) => None,
    });
    live.filter(|id| !used.contains(id)).collect()
}

#[tokio::test]
async fn whoever_writes_after_the_end_is_refused_and_leaves_neither_row_nor_key() {
    for (seed, writer) in (70..).zip(writers()) {
        let world = World::new(seed).await;
        let desk = desk(&world).await;
        let gate = world.gate();
        gate.hold(writer.commits_before);
        let late = tokio::spawn((writer.write)(desk.clone()));
        gate.arrived().await;
        ending::erase(world.app(), &desk.beneficiary, desk.bilan).await.unwrap();
        let rows = world.rows().await;
        gate.open();
        let refused = late.await.unwrap();
        // A link is tried again and finds nobody; all else is told that the bilan is over.
        let as_it_should = match refused {
            Err(ServiceError::Refused(Refusal::Over)) => true,
            Err(ServiceError::Changed | ServiceError::NotFound) => writer.name == "link",
            _ => false,
        };
        assert!(as_it_should, "{}: {refused:?}", writer.name);
        assert_eq!(world.rows().await, rows, "{}", writer.name);
        assert_eq!(orphans(&world).await, BTreeSet::new(), "{}", writer.name);
        let left = rows.into_iter().filter(|row| row.bilan == Some(desk.bilan)).map(|row| row.kind);
        let expected = ["administrative", "grant"].map(str::to_owned);
        assert_eq!(left.collect::<BTreeSet<_>>(), BTreeSet::from(expected), "{}", writer.name);
    }
}

#[tokio::test]
async fn what_is_kept_after_the_end_is_written_no_more() {
    for name in ["answer", "changed note", "not me", "page", "withdrawal", "submission", "synthesis"] {
        let writer = writers().into_iter().find(|writer| writer.name == name).unwrap();
        let world = World::new(90).await;
        let desk = desk(&world).await;
        let synthesis = Written { kind: Kind::Synthesis, id: desk.bilan, ..desk.note.clone() };
        let kept = [&desk.open, &desk.note, &desk.result, &synthesis];
        deeds::agree(&world, &desk.beneficiary, &kept, 300).await.unwrap();
        let gate = world.gate();
        gate.hold(writer.commits_before);
        let late = tokio::spawn((writer.write)(desk.clone()));
        gate.arrived().await;
        ending::end(world.app(), &world.consultant, desk.bilan).await.unwrap();
        let rows = world.rows().await;
        assert!(rows.iter().any(|row| row.id == desk.open.id), "it is kept");
        gate.open();
        let refused = late.await.unwrap();
        assert!(matches!(refused, Err(ServiceError::Refused(Refusal::Over))), "{name}: {refused:?}");
        assert_eq!(world.rows().await, rows, "{name}");
    }
}

#[tokio::test]
async fn a_request_that_begins_when_its_principal_is_gone_leaves_no_key() {
    let world = World::new(92).await;
    let beneficiary = deeds::under_way(&world).await;
    let (app, caller) = (world.app().clone(), beneficiary.clone());
    let gate = world.gate();
    gate.hold(0);
    let late = tokio::spawn(async move { replies::meet(&app, &caller, "1", [1; 32], ReplyLife::WithTheBilan).await });
    gate.arrived().await;
    ending::erase(world.app(), &beneficiary, beneficiary.bilan.unwrap()).await.unwrap();
    let rows = world.rows().await;
    gate.open();
    assert!(matches!(late.await.unwrap(), Ok(Met::UnderWay)));
    assert_eq!((world.rows().await, orphans(&world).await), (rows, BTreeSet::new()));
}

async fn answers_six(app: &App, caller: &Caller, assignment: Id) {
    answering::start(app, caller, assignment, Default::default()).await.unwrap();
    for position in 1..=6 {
        let given = serde_json::from_value(serde_json::json!({"option": 2})).unwrap();
        answering::save(app, caller, assignment, position, &given).await.unwrap();
    }
    submission::submit(app, caller, assignment).await.unwrap();
}

#[tokio::test]
async fn raters_keys_go_before_their_rows() {
    let world = World::new(93).await;
    let beneficiary = deeds::under_way(&world).await;
    let app = world.app().clone();
    let round = rounds::open(&app, &world.consultant, beneficiary.bilan.unwrap(), new_round()).await.unwrap();
    let own = round.content.self_assignment;
    answers_six(&app, &beneficiary, own).await;
    let (consultant, id) = (world.consultant.clone(), round.record.id);
    for name in ["Paul", "Ann", "Lou"] {
        rounds::add_rater(&app, &consultant, id, name.to_owned(), None, RaterGroup::Peer).await.unwrap();
    }
    let asked: Stored<Round> = app.documents().load(id).await.unwrap();
    for place in asked.content.raters {
        let rater = Caller { account: place.account, role: Role::Rater, ..beneficiary.clone() };
        answers_six(&app, &rater, place.assignment).await;
    }
    let rater = world.rows().await.into_iter().filter(|row| row.kind == "assignment" && row.id != own);
    let rater: Vec<_> = rater.collect();
    assert_eq!(rater.len(), 3);
    let gate = world.gate();
    gate.hold(1);
    let releasing = tokio::spawn(async move { rounds::release(&app, &consultant, id).await });
    gate.arrived().await;
    // Were it to end here, the row would still tell the end of the bilan which key there was.
    let rows = world.rows().await;
    for row in &rater {
        assert!(rows.contains(row));
        assert!(world.documents().vault().opener(row.key.unwrap()).await.is_err());
    }
    gate.open();
    releasing.await.unwrap().unwrap();
    let rows = world.rows().await;
    assert!(rater.iter().all(|row| !rows.contains(row)));
}

#[tokio::test]
async fn a_reply_that_comes_after_the_end_repeats_nothing() {
    let world = World::new(91).await;
    let beneficiary = deeds::under_way(&world).await;
    let meet = async |key: &str, life| {
        let met = replies::meet(world.app(), &world.consultant, key, [1; 32], life).await.unwrap();
        let Met::First(first) = met else { panic!("the key is new") };
        *first
    };
    let of_a_note = meet("1", ReplyLife::WithTheBilan).await;
    let of_the_end = meet("2", ReplyLife::BeyondTheEnd).await;
    let note = deeds::note(&world, &beneficiary).await.unwrap();
    ending::erase(world.app(), &beneficiary, beneficiary.bilan.unwrap()).await.unwrap();
    replies::keep(world.app(), of_a_note, deeds::reply(&note.marker)).await.unwrap();
    replies::keep(world.app(), of_the_end, deeds::reply("receipt")).await.unwrap();
    world.back_up().await;
    assert!(!world.attack().await.holds(&note.marker));
    // Whoever lost the reply of the end itself can ask for it again.
    let again = replies::meet(world.app(), &world.consultant, "2", [1; 32], ReplyLife::BeyondTheEnd).await.unwrap();
    assert!(matches!(again, Met::Served(reply) if reply.body == b"receipt"));
    // A request that was not done leaves no key by which its digest could be read.
    let forgotten = meet("3", ReplyLife::WithTheBilan).await;
    replies::forget(world.app(), &forgotten).await.unwrap();
    world.clock.advance(2 * DAY_MS);
    assert_eq!(server::services::scheduler::tick(world.app()).await.unwrap().failed, 0);
    assert_eq!(orphans(&world).await, BTreeSet::new());
}
