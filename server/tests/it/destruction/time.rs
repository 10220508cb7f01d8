//! What time does by itself, on a simulated clock.

use server::clock::{DAY_MS, Timestamp};
use server::documents::{Stored, audience};
use server::records::agreement::KeptDays;
use server::records::bilan::Bilan;
use server::records::mail::Mail;
use server::services::audit_log::{HEAD_KIND, read_signature};
use server::services::error::ServiceError;
use server::services::{bilans, ending, follow_up, scheduler};
use server::store::{Kind, Selection};
use server::vault::signed::verify_bytes;

use super::attacker::{Ledger, attack, readable};
use super::deeds;
use super::world::{START, World, by_employer};

async fn mails(world: &World) -> Vec<Mail> {
    let found = world.documents().select::<Mail>(&Selection::of(Kind::Mail)).await.unwrap();
    found.into_iter().map(|stored| stored.content).collect()
}

#[tokio::test]
async fn ct_10_silence_is_refusal_on_the_eleventh_day_and_leaves_nothing() {
    let world = World::new(30).await;
    let mut ledger = Ledger::default();
    let census = world.census().await;
    let (bilan, beneficiary) = world.propose("Alix", None, by_employer(&world.employer, START)).await.unwrap();
    ledger.observe(&world).await;
    // The tenth day ends at midnight in Paris.
    world.clock.set(Timestamp::start_of_paris_day(jiff::civil::date(2027, 1, 26)).plus(-1));
    assert_eq!(scheduler::tick(world.app()).await.unwrap().silent_refusals, 0);
    world.clock.advance(1);
    assert!(!world.consent(&beneficiary).await);
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!((report.silent_refusals, report.failed), (1, 0));
    assert!(readable(&attack(&world, &ledger), &ledger, bilan.record.id).is_empty());
    assert!(bilans::granted(world.app(), &world.employer).await.unwrap().is_empty());
    let mut left = world.census().await;
    left.remove("receipt");
    assert_eq!(left, census);
}

#[tokio::test]
async fn ct_8_an_idle_bilan_is_announced_twice_and_destroyed() {
    let world = World::new(31).await;
    let mut ledger = Ledger::default();
    let beneficiary = deeds::under_way(&world, &mut ledger).await;
    let bilan = beneficiary.bilan.unwrap();
    deeds::note(&world, &mut ledger, &beneficiary).await.unwrap();
    ledger.observe(&world).await;
    let mut seen = Vec::new();
    for day in 0..=92 {
        let report = scheduler::tick(world.app()).await.unwrap();
        assert_eq!(report.failed, 0);
        if report.notices > 0 {
            seen.push(("notice", day));
            ledger.observe(&world).await;
        }
        if report.abandonments > 0 {
            seen.push(("abandoned", day));
        }
        world.days_pass(1);
    }
    assert_eq!(seen, [("notice", 76), ("notice", 87), ("abandoned", 90)]);
    let left = readable(&attack(&world, &ledger), &ledger, bilan);
    assert!(left.iter().all(|(kind, _)| kind == "administrative"), "{left:?}");
    assert!(mails(&world).await.is_empty(), "what was to be sent goes too");
}

#[tokio::test]
async fn a_sign_of_life_starts_the_ninety_days_again() {
    let world = World::new(32).await;
    let mut ledger = Ledger::default();
    let beneficiary = deeds::under_way(&world, &mut ledger).await;
    world.days_pass(80);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().notices, 1);
    assert_eq!(mails(&world).await.len(), 1);
    world.days_pass(4);
    // The consultant writes a note.
    deeds::note(&world, &mut ledger, &beneficiary).await.unwrap();
    world.days_pass(10);
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!((report.notices, report.abandonments), (0, 0));
    let bilan: Stored<Bilan> = world.documents().load(beneficiary.bilan.unwrap()).await.unwrap();
    assert!(bilan.content.notices.is_empty());
    assert_eq!(bilan.content.active, START.plus(84 * DAY_MS));
    // The beneficiary signs in.
    scheduler::touch(world.app(), beneficiary.bilan.unwrap(), START.plus(94 * DAY_MS)).await.unwrap();
    world.days_pass(75);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().notices, 0);
    world.days_pass(1);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().notices, 1);
}

#[tokio::test]
async fn after_standing_still_everything_is_caught_up_with_the_days_announced() {
    let world = World::new(33).await;
    let mut ledger = Ledger::default();
    for _ in 0..3 {
        deeds::under_way(&world, &mut ledger).await;
    }
    world.days_pass(400);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().notices, 3);
    assert!(scheduler::tick(world.app()).await.unwrap().is_idle(), "a second tick does nothing twice");
    world.days_pass(10);
    assert!(scheduler::tick(world.app()).await.unwrap().notices == 0);
    world.days_pass(1);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().notices, 3);
    world.days_pass(3);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().abandonments, 3);
}

#[tokio::test]
async fn the_right_of_access_opens_results_after_thirty_days() {
    use server::records::writing::Note;
    let world = World::new(34).await;
    let mut ledger = Ledger::default();
    let beneficiary = deeds::under_way(&world, &mut ledger).await;
    let mut bilan: Stored<Bilan> = world.documents().load(beneficiary.bilan.unwrap()).await.unwrap();
    bilan.content.access_requested = Some(START);
    bilan.record.due = Some(START.plus(30 * DAY_MS));
    let change = world.documents().update(&bilan).await.unwrap();
    world.documents().commit(vec![change]).await.unwrap();
    let result = deeds::result(&world, &beneficiary).await;
    // Notes stay the consultant's.
    let note = deeds::note(&world, &mut ledger, &beneficiary).await.unwrap();
    world.days_pass(29);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().accesses, 0);
    world.days_pass(1);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().accesses, 1);
    let result = world.documents().store().fetch(Kind::Result, result).await.unwrap().unwrap();
    assert_eq!((result.state.as_str(), result.audience), ("released", audience::OWNER));
    let note: Stored<Note> = world.documents().load(note.id).await.unwrap();
    assert_eq!(note.record.state, "open");
    assert!(scheduler::tick(world.app()).await.unwrap().is_idle());
}

#[tokio::test]
async fn terms_come_one_after_the_other_and_after_the_last_nothing_is_left() {
    let mut world = World::new(35).await;
    let mut ledger = Ledger::default();
    let beneficiary = deeds::under_way(&world, &mut ledger).await;
    let bilan = beneficiary.bilan.unwrap();
    let short = deeds::document(&world, &mut ledger, &beneficiary).await.unwrap();
    let long = deeds::document(&world, &mut ledger, &beneficiary).await.unwrap();
    deeds::agree(&world, &beneficiary, &[&short, &long], 30).await.unwrap();
    deeds::agree(&world, &beneficiary, &[&long], 200).await.unwrap();
    follow_up::agree(world.app(), &beneficiary, bilan, KeptDays::new(300).unwrap()).await.unwrap();
    world.deliver(bilan).await;
    world.back_up().await;
    ledger.observe(&world).await;
    ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    ledger.observe(&world).await;
    let mut seen = Vec::new();
    let mut today = 0;
    for day in [0, 1, 29, 30, 31, 60, 199, 200, 201, 299, 300, 301, 1095, 1096, 1097] {
        world.days_pass(day - today);
        today = day;
        let report = scheduler::tick(world.app()).await.unwrap();
        assert_eq!(report.failed, 0, "day {day}");
        let loot = attack(&world, &ledger);
        assert_eq!(loot.keys.contains(&short.key), day < 30, "day {day}");
        assert_eq!(loot.keys.contains(&long.key), day < 200, "day {day}");
        if report.terms + report.follow_ups_over + report.administrative_over > 0 {
            seen.push((day, report.terms, report.follow_ups_over, report.administrative_over));
        }
        ledger.observe(&world).await;
    }
    assert_eq!(seen, [(30, 1, 0, 0), (200, 1, 0, 0), (300, 0, 1, 0), (1096, 0, 0, 1)]);
    assert!(readable(&attack(&world, &ledger), &ledger, bilan).is_empty());
}

#[tokio::test]
async fn gd_2_the_audit_log_is_closed_by_signed_heads_and_deleted_after_a_year() {
    let world = World::new(36).await;
    let mut ledger = Ledger::default();
    let marker = deeds::under_way(&world, &mut ledger).await;
    let store = world.documents().store();
    let january = store.audit_entries("2027-01", 1, 100).await.unwrap();
    assert!(january.len() >= 2);
    for entry in &january {
        let text = String::from_utf8_lossy(&entry.entry);
        assert!(!text.contains("marque") && !text.contains("example.org"), "the log holds no name and no address");
    }
    assert!(marker.bilan.is_some());
    world.days_pass(40);
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!((report.segments_closed, report.segments_deleted), (1, 0));
    let segments = store.audit_segments().await.unwrap();
    let head = segments[0].head.clone().unwrap();
    let keys = world.documents().vault().public_keys().await.unwrap();
    let signature = read_signature(&head.signature).unwrap();
    assert_eq!(verify_bytes(&keys, HEAD_KIND, &head.message(), head.closed_at, &signature), Ok(()));
    // In January of the next year the first entries become twelve months old.
    world.clock.set(Timestamp::start_of_paris_day(jiff::civil::date(2027, 12, 31)));
    scheduler::tick(world.app()).await.unwrap();
    assert!(!store.audit_entries("2027-01", 1, 100).await.unwrap().is_empty());
    world.clock.set(Timestamp::start_of_paris_day(jiff::civil::date(2028, 1, 2)));
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!((report.segments_deleted, report.failed), (1, 0));
    assert!(store.audit_entries("2027-01", 1, 100).await.unwrap().is_empty());
    assert!(store.audit_segments().await.unwrap()[0].head.is_some(), "the signed head stays for the chain");
}

#[tokio::test]
async fn the_end_of_one_bilan_leaves_others_alone() {
    let world = World::new(37).await;
    let mut ledger = Ledger::default();
    let one = deeds::under_way(&world, &mut ledger).await;
    let other = deeds::under_way(&world, &mut ledger).await;
    let note = deeds::note(&world, &mut ledger, &other).await.unwrap();
    ledger.observe(&world).await;
    ending::erase(world.app(), &one, one.bilan.unwrap()).await.unwrap();
    assert!(world.documents().load::<server::records::writing::Note>(note.id).await.is_ok());
    // Nobody erases another's.
    let foreign = ending::erase(world.app(), &one, other.bilan.unwrap()).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    let kept: Vec<_> = ledger.keys_of(other.bilan.unwrap()).into_iter().collect();
    let loot = attack(&world, &ledger);
    assert!(!kept.is_empty() && kept.iter().all(|(_, key)| loot.keys.contains(key)));
}
