//! What time does by itself, on a simulated clock.

use std::collections::BTreeSet;

use server::clock::{DAY_MS, Timestamp};
use server::documents::{Stored, audience};
use server::ids::Id;
use server::records::agreement::KeptDays;
use server::records::bilan::{Bilan, Funding};
use server::records::grant::{Basis, DocumentClass};
use server::records::mail::Mail;
use server::services::audit_log::{HEAD_KIND, read_signature};
use server::services::error::ServiceError;
use server::services::grants::Wish;
use server::services::links::Choices;
use server::services::{bilans, ending, follow_up, grants, links, scheduler, sessions, signin};
use server::store::{Kind, Selection};
use server::vault::signed::verify_bytes;
use zeroize::Zeroizing;

use super::deeds;
use super::world::{START, World, by_employer};

async fn mails(world: &World) -> Vec<Mail> {
    let found = world.documents().select::<Mail>(&Selection::of(Kind::Mail)).await.unwrap();
    found.into_iter().map(|stored| stored.content).collect()
}

#[tokio::test]
async fn ct_10_silence_is_refusal_on_the_eleventh_day_and_leaves_nothing() {
    let world = World::new(30).await;
    let census = world.census().await;
    let (bilan, beneficiary) = world.propose("Alix", None, by_employer(&world.employer, START)).await.unwrap();
    world.back_up().await;
    // The tenth day ends at midnight in Paris.
    world.clock.set(Timestamp::start_of_paris_day(jiff::civil::date(2027, 1, 26)).plus(-1));
    assert_eq!(scheduler::tick(world.app()).await.unwrap().silent_refusals, 0);
    world.clock.advance(1);
    assert!(!world.consent(&beneficiary).await);
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!((report.silent_refusals, report.failed), (1, 0));
    assert!(world.attack().await.of_bilan(bilan.record.id).is_empty());
    assert!(bilans::granted(world.app(), &world.employer).await.unwrap().is_empty());
    let mut left = world.census().await;
    left.remove("receipt");
    assert_eq!(left, census);
}

#[tokio::test]
async fn ct_8_an_idle_bilan_is_announced_twice_and_destroyed() {
    let world = World::new(31).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    deeds::note(&world, &beneficiary).await.unwrap();
    world.back_up().await;
    let mut seen = Vec::new();
    for day in 0..=92 {
        let report = scheduler::tick(world.app()).await.unwrap();
        assert_eq!(report.failed, 0);
        if report.notices > 0 {
            seen.push(("notice", day));
            world.back_up().await;
        }
        if report.abandonments > 0 {
            seen.push(("abandoned", day));
        }
        world.days_pass(1);
    }
    assert_eq!(seen, [("notice", 76), ("notice", 87), ("abandoned", 90)]);
    assert_eq!(world.attack().await.content_of(bilan), BTreeSet::new());
    assert!(mails(&world).await.is_empty(), "what was to be sent goes too");
}

#[tokio::test]
async fn a_sign_of_life_starts_the_ninety_days_again() {
    let world = World::new(32).await;
    let beneficiary = deeds::under_way(&world).await;
    world.days_pass(80);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().notices, 1);
    assert_eq!(mails(&world).await.len(), 1);
    world.days_pass(4);
    // The consultant writes a note.
    deeds::note(&world, &beneficiary).await.unwrap();
    world.days_pass(10);
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!((report.notices, report.abandonments), (0, 0));
    let bilan: Stored<Bilan> = world.documents().load(beneficiary.bilan.unwrap()).await.unwrap();
    assert!(bilan.content.notices.is_empty());
    assert_eq!(bilan.content.active, START.plus(84 * DAY_MS));
    assert_eq!(day_of_notice(&world, 94).await, 160);
}

/// The day on which the next notice is given, when today is the day given.
async fn day_of_notice(world: &World, today: i64) -> i64 {
    for day in today..today + 200 {
        let report = scheduler::tick(world.app()).await.unwrap();
        assert_eq!(report.failed, 0, "day {day}");
        if report.notices > 0 {
            return day;
        }
        world.days_pass(1);
    }
    panic!("no notice was given");
}

#[tokio::test]
async fn a_sign_in_counts_although_she_signed_out_and_one_that_failed_does_not() {
    let world = World::new(38).await;
    let app = world.app();
    let email = "alix@example.org";
    let (stored, beneficiary) = world.propose("Alix", Some(email.to_owned()), Funding::Beneficiary).await.unwrap();
    assert!(world.consent(&beneficiary).await);
    let link = links::hand_over(app, &world.consultant, stored.record.id).await.unwrap();
    let passphrase = || Zeroizing::new("quatre mots choisis au hasard".to_owned());
    let choices = Choices { password: Some(passphrase()), email: None };
    links::spend(app, &link.link.token.text(), &choices).await.unwrap();
    world.days_pass(50);
    let entered = signin::by_password(app, email, passphrase()).await.unwrap();
    let caller = sessions::authenticate(app, &entered.opened.token).await.unwrap();
    signin::sign_out(app, &caller).await.unwrap();
    world.days_pass(10);
    let wrong = signin::by_password(app, email, Zeroizing::new("cinq mots devinés au hasard".to_owned())).await;
    assert!(matches!(wrong, Err(ServiceError::Unauthenticated)));
    assert_eq!(day_of_notice(&world, 60).await, 50 + 76);
}

#[tokio::test]
async fn an_answer_counts_and_costs_no_line_in_the_log() {
    let world = World::new(39).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let questionnaire = deeds::questionnaire(&world, &beneficiary).await.unwrap();
    world.days_pass(40);
    let lines = async || world.documents().store().audit_of_bilan(bilan, None, 100).await.unwrap().len();
    let before = (lines().await, world.documents().store().fetch(Kind::Bilan, bilan).await.unwrap());
    assert!(deeds::answer(&world, &beneficiary, &questionnaire, 1).await);
    let after = (lines().await, world.documents().store().fetch(Kind::Bilan, bilan).await.unwrap());
    assert_eq!(before, after);
    assert_eq!(day_of_notice(&world, 40).await, 40 + 76);
}

#[tokio::test]
async fn what_others_do_keeps_no_bilan_alive() {
    let world = World::new(40).await;
    let beneficiary = deeds::under_way(&world).await;
    let wish = Wish {
        basis: Basis::Agreement,
        recipient: "Dominique".to_owned(),
        purpose: "conseil".to_owned(),
        classes: vec![DocumentClass::Results],
        document: None,
        days: 365,
        employer: None,
    };
    let given = grants::give(world.app(), &beneficiary, beneficiary.bilan.unwrap(), wish).await.unwrap();
    let (token, code) = given.entry.unwrap();
    world.days_pass(40);
    links::confirm_share(world.app(), &token, &code).await.unwrap();
    assert_eq!(day_of_notice(&world, 40).await, 76);
}

#[tokio::test]
async fn a_grants_key_goes_when_only_the_grants_term_has_passed() {
    let world = World::new(41).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let synthesis = deeds::synthesis(&world, &beneficiary).await.unwrap();
    deeds::agree(&world, &beneficiary, &[&synthesis], 200).await.unwrap();
    let asked = deeds::give(&world, &beneficiary, Basis::Request, 30).await.unwrap();
    // A grant to somebody who has no account in the bilan: nothing but its key goes with it.
    let alone = world.grant(&beneficiary, START.plus(40 * DAY_MS)).await;
    assert!(deeds::deliver(&world, &beneficiary).await);
    world.back_up().await;
    ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    let mut seen = Vec::new();
    for day in 0..=201 {
        let report = scheduler::tick(world.app()).await.unwrap();
        assert_eq!(report.failed, 0, "day {day}");
        if report.terms > 0 {
            seen.push(day);
        }
        if [0, 29, 30, 39, 40, 199, 200].contains(&day) {
            let loot = world.attack().await;
            let there = [asked.key, alone, synthesis.key].map(|key| loot.keys.contains(&key));
            assert_eq!(there, [day < 30, day < 40, day < 200], "day {day}");
            assert_eq!(loot.holds(&asked.marker), day < 30, "day {day}");
        }
        world.days_pass(1);
    }
    assert_eq!(seen, [30, 40, 200]);
}

#[tokio::test]
async fn a_request_that_is_taken_back_after_the_end_destroys_what_it_kept() {
    let world = World::new(42).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let synthesis = deeds::synthesis(&world, &beneficiary).await.unwrap();
    let asked = deeds::give(&world, &beneficiary, Basis::Request, 365).await.unwrap();
    assert!(deeds::deliver(&world, &beneficiary).await);
    world.back_up().await;
    ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    assert!(world.attack().await.holds(&synthesis.marker));
    grants::revoke(world.app(), &beneficiary, asked.id).await.unwrap();
    assert_eq!(world.attack().await.content_of(bilan), BTreeSet::new());
}

#[tokio::test]
async fn after_standing_still_everything_is_caught_up_with_the_days_announced() {
    let world = World::new(33).await;
    for _ in 0..3 {
        deeds::under_way(&world).await;
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
    let beneficiary = deeds::under_way(&world).await;
    let mut bilan: Stored<Bilan> = world.documents().load(beneficiary.bilan.unwrap()).await.unwrap();
    bilan.content.access_requested = Some(START);
    bilan.record.due = Some(START.plus(30 * DAY_MS));
    let change = world.documents().update(&bilan).await.unwrap();
    world.documents().commit(vec![change]).await.unwrap();
    let result = deeds::result(&world, &beneficiary).await;
    // Notes stay the consultant's.
    let note = deeds::note(&world, &beneficiary).await.unwrap();
    world.days_pass(29);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().accesses, 0);
    world.days_pass(1);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().accesses, 1);
    let result = world.documents().store().fetch(Kind::Result, result.id).await.unwrap().unwrap();
    assert_eq!((result.state.as_str(), result.audience), ("released", audience::OWNER));
    let note: Stored<Note> = world.documents().load(note.id).await.unwrap();
    assert_eq!(note.record.audience, audience::NOBODY);
    assert!(scheduler::tick(world.app()).await.unwrap().is_idle());
}

#[tokio::test]
async fn terms_come_one_after_the_other_and_after_the_last_nothing_is_left() {
    let world = World::new(35).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let short = deeds::document(&world, &beneficiary).await.unwrap();
    let long = deeds::document(&world, &beneficiary).await.unwrap();
    deeds::agree(&world, &beneficiary, &[&short, &long], 30).await.unwrap();
    deeds::agree(&world, &beneficiary, &[&long], 200).await.unwrap();
    follow_up::agree(world.app(), &beneficiary, bilan, KeptDays::new(300).unwrap()).await.unwrap();
    world.deliver(bilan).await;
    world.back_up().await;
    ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    world.back_up().await;
    let mut seen = Vec::new();
    let mut today = 0;
    for day in [0, 1, 29, 30, 31, 60, 199, 200, 201, 299, 300, 301, 1095, 1096, 1097] {
        world.days_pass(day - today);
        today = day;
        let report = scheduler::tick(world.app()).await.unwrap();
        assert_eq!(report.failed, 0, "day {day}");
        let loot = world.attack().await;
        assert_eq!(loot.keys.contains(&short.key), day < 30, "day {day}");
        assert_eq!(loot.keys.contains(&long.key), day < 200, "day {day}");
        if report.terms + report.follow_ups_over + report.administrative_over > 0 {
            seen.push((day, report.terms, report.follow_ups_over, report.administrative_over));
        }
        world.back_up().await;
    }
    assert_eq!(seen, [(30, 1, 0, 0), (200, 1, 0, 0), (300, 0, 1, 0), (1096, 0, 0, 1)]);
    assert!(world.attack().await.of_bilan(bilan).is_empty());
}

#[tokio::test]
async fn gd_2_the_audit_log_is_closed_by_signed_heads_and_deleted_after_a_year() {
    let world = World::new(36).await;
    let marker = deeds::under_way(&world).await;
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
    let one = deeds::under_way(&world).await;
    let other = deeds::under_way(&world).await;
    let note = deeds::note(&world, &other).await.unwrap();
    world.back_up().await;
    ending::erase(world.app(), &one, one.bilan.unwrap()).await.unwrap();
    assert!(world.documents().load::<server::records::writing::Note>(note.id).await.is_ok());
    // Nobody erases another's.
    let foreign = ending::erase(world.app(), &one, other.bilan.unwrap()).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    let kept: BTreeSet<Id> =
        world.rows().await.into_iter().filter(|row| row.bilan == other.bilan).filter_map(|row| row.key).collect();
    let loot = world.attack().await;
    assert!(kept.len() > 3 && kept.is_subset(&loot.keys));
    assert!(loot.holds(&note.marker));
}
