//! Ended, refused, erased.

use std::collections::{BTreeMap, BTreeSet};

use server::app::Caller;
use server::ids::Id;
use server::records::administrative::Administrative;
use server::records::bilan::{Bilan, Funding, Phase};
use server::records::grant::{Basis, DocumentClass};
use server::records::writing::{Note, Synthesis};
use server::services::destruction::{Standing, receipt_text};
use server::services::error::{Refusal, ServiceError};
use server::services::{agreements, bilans, ending, follow_up, scheduler};
use server::store::Kind;
use server::vault::{Salt, VerifiedReceipt, verify_receipt};

use super::deeds;
use super::world::{World, by_employer};
use server::records::agreement::KeptDays;

/// The receipt, checked offline with the published keys alone.
pub async fn verified(world: &World, receipt: Id) -> VerifiedReceipt {
    let text = receipt_text(world.documents(), receipt).await.unwrap().unwrap();
    let keys = world.documents().vault().public_keys().await.unwrap().to_json().unwrap();
    verify_receipt(&text, &keys).unwrap()
}

#[tokio::test]
async fn ct_8_the_end_destroys_content_that_day_and_the_receipt_says_what() {
    let world = World::new(1).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let note = deeds::note(&world, &beneficiary).await.unwrap();
    deeds::note(&world, &beneficiary).await.unwrap();
    deeds::document(&world, &beneficiary).await.unwrap();
    world.back_up().await;
    let refused = ending::end(world.app(), &world.consultant, bilan).await;
    assert!(matches!(refused, Err(ServiceError::Refused(Refusal::NoSuchStep))));
    world.deliver(bilan).await;
    world.back_up().await;
    let salt = ending::salt(world.app(), &beneficiary, bilan).await.unwrap();
    let outlook = ending::outlook(world.app(), &world.consultant, bilan).await.unwrap();
    assert_eq!(outlook.hindrance, None);

    let ended = ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    assert_eq!(ended.standing, Standing::Issued);
    let loot = world.attack().await;
    assert_eq!(loot.content_of(bilan), BTreeSet::new());
    assert!(!loot.of_bilan(bilan).is_empty(), "the administrative record stays");
    let gone = world.documents().load::<Note>(note.id).await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));

    // The receipt is verified offline, counts what went and what stays, and names nobody.
    let receipt = verified(&world, ended.receipt).await;
    let counts: BTreeMap<&str, u64> = receipt.content.counts.iter().map(|(kind, n)| (kind.as_str(), *n)).collect();
    let expected = BTreeMap::from([("account", 1), ("bilan", 1), ("document", 1), ("grant", 2), ("note", 2)]);
    assert_eq!(counts, expected);
    assert_eq!(outlook.plan.counts.iter().map(|one| (one.kind.as_str(), one.n)).collect::<BTreeMap<_, _>>(), expected);
    assert_eq!(receipt.content.keys.len(), 7);
    let stays: Vec<_> =
        receipt.content.remaining.iter().map(|one| (one.kind.as_str(), one.until.paris_day())).collect();
    assert_eq!(stays, [("administrative", jiff::civil::date(2030, 1, 15))]);
    assert_eq!(receipt.content.replicas, ["keys-first", "keys-second"]);
    assert!(receipt.content.is_about(&Salt::from_hex(&salt).unwrap(), bilan));
    assert!(!receipt.content.is_about(&Salt::from_hex(&salt).unwrap(), world.id()));
    let text = receipt_text(world.documents(), ended.receipt).await.unwrap().unwrap();
    for id in [bilan, beneficiary.account, world.consultant.account] {
        assert!(!text.contains(&id.to_string()));
    }
}

#[tokio::test]
async fn the_administrative_record_outlives_the_bilan_with_the_receipt_and_its_own_term() {
    let world = World::new(2).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan: server::documents::Stored<Bilan> = world.documents().load(beneficiary.bilan.unwrap()).await.unwrap();
    world.deliver(bilan.record.id).await;
    let ended = ending::end(world.app(), &world.consultant, bilan.record.id).await.unwrap();
    let now = world.app().now();
    // The consultant reaches it by a grant of its own.
    let readable = world.documents().readable::<Administrative>(
        &world.consultant,
        bilan.content.administrative,
        DocumentClass::Dates,
        now,
    );
    let administrative = readable.await.unwrap();
    assert_eq!(administrative.content.receipts, [ended.receipt]);
    assert_eq!(administrative.content.phases.last(), Some(&(Phase::Ended, now)));
    assert!(administrative.record.due.is_some());
    // The one address leads nowhere any more and may be used for another account.
    let again = world.propose("Une autre", None, Funding::Beneficiary).await;
    assert!(again.is_some());
}

#[tokio::test]
async fn ct_1_a_refusal_leaves_nothing_that_an_employer_could_see() {
    let world = World::new(3).await;
    let never = bilans::granted(world.app(), &world.employer).await.unwrap();
    let census = world.census().await;
    let name = deeds::marker(&world);
    let funding = by_employer(&world.employer, world.app().now());
    let (bilan, beneficiary) = world.propose(&name, None, funding).await.unwrap();
    world.back_up().await;
    let refused = ending::refuse(world.app(), &beneficiary, bilan.record.id).await.unwrap();
    assert_eq!(refused.standing, Standing::Issued);
    // The same view as of somebody who was never invited, and not one key is left, the administrative record's included.
    assert_eq!(bilans::granted(world.app(), &world.employer).await.unwrap(), never);
    assert!(world.attack().await.of_bilan(bilan.record.id).is_empty());
    let mut left = world.census().await;
    assert_eq!(left.remove("receipt"), Some(1));
    assert_eq!(left, census);
    // Consent that was given is not refused afterwards; it is erased.
    let consenting = deeds::under_way(&world).await;
    let late = ending::refuse(world.app(), &consenting, consenting.bilan.unwrap()).await;
    assert!(matches!(late, Err(ServiceError::Refused(Refusal::ConsentGiven))));
}

#[tokio::test]
async fn ct_9_what_a_written_agreement_covers_stays_and_nothing_else() {
    let world = World::new(4).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let kept = deeds::document(&world, &beneficiary).await.unwrap();
    let note = deeds::note(&world, &beneficiary).await.unwrap();
    let agreement = deeds::agree(&world, &beneficiary, &[&kept], 30).await.unwrap();
    // Another's documents cannot be agreed on.
    let stranger = deeds::under_way(&world).await;
    assert_eq!(deeds::agree(&world, &stranger, &[&kept], 30).await, None);
    world.back_up().await;
    world.deliver(bilan).await;
    world.back_up().await;
    let ended = ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    let receipt = verified(&world, ended.receipt).await;
    let stays: BTreeSet<_> =
        receipt.content.remaining.iter().map(|one| (one.kind.as_str(), one.until.paris_day())).collect();
    let day = jiff::civil::date(2027, 2, 14);
    let expected = BTreeSet::from([
        ("account", day),
        ("administrative", jiff::civil::date(2030, 1, 15)),
        ("agreement", day),
        ("bilan", day),
        ("document", day),
    ]);
    assert_eq!(stays, expected);
    let loot = world.attack().await;
    assert!(loot.keys.contains(&kept.key) && !loot.keys.contains(&note.key));
    // Beneficiary and consultant still read it.
    for reader in [&beneficiary, &world.consultant] {
        let now = world.app().now();
        let class = DocumentClass::Documents;
        let read = world.documents().readable::<server::records::writing::BroughtDocument>(reader, kept.id, class, now);
        assert_eq!(read.await.unwrap().record.key, Some(kept.key));
    }
    // Nothing can be agreed on after the end, and taking the agreement back destroys at once.
    assert_eq!(deeds::agree(&world, &beneficiary, &[&kept], 300).await, None);
    let revoked = agreements::revoke(world.app(), &beneficiary, agreement).await.unwrap();
    let (receipt, standing) = revoked.destroyed.unwrap();
    assert_eq!(standing, Standing::Issued);
    assert_eq!(verified(&world, receipt).await.content.counts.get("document"), Some(&1));
    assert_eq!(world.attack().await.content_of(bilan), BTreeSet::new());
}

#[tokio::test]
async fn ct_9_the_synthesis_stays_where_the_beneficiary_asked_to_hand_it_over() {
    let world = World::new(5).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let synthesis = deeds::synthesis(&world, &beneficiary).await.unwrap();
    let note = deeds::note(&world, &beneficiary).await.unwrap();
    let operator = deeds::give(&world, &beneficiary, Basis::Request, 365).await.unwrap().grantee;
    world.deliver(bilan).await;
    world.back_up().await;
    ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    let loot = world.attack().await;
    assert!(loot.keys.contains(&synthesis.key) && !loot.keys.contains(&note.key));
    let reader = Caller { account: operator, ..world.consultant.clone() };
    let now = world.app().now();
    let read = world.documents().readable::<Synthesis>(&reader, bilan, DocumentClass::Synthesis, now).await.unwrap();
    assert_eq!(read.content.text.project, synthesis.marker);
    // The request opens the synthesis and nothing else.
    let frame = world.documents().readable::<Bilan>(&reader, bilan, DocumentClass::Dates, now).await;
    assert!(matches!(frame, Err(ServiceError::NotFound)));
}

#[tokio::test]
async fn gd_3_erasure_leaves_the_administrative_record_only() {
    let world = World::new(6).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let document = deeds::document(&world, &beneficiary).await.unwrap();
    deeds::agree(&world, &beneficiary, &[&document], 365).await.unwrap();
    follow_up::agree(world.app(), &beneficiary, bilan, KeptDays::new(365).unwrap()).await.unwrap();
    world.back_up().await;
    world.back_up().await;
    let erased = ending::erase(world.app(), &beneficiary, bilan).await.unwrap();
    assert_eq!(erased.standing, Standing::Issued);
    assert_eq!(world.attack().await.content_of(bilan), BTreeSet::new());
    assert!(matches!(ending::erase(world.app(), &beneficiary, bilan).await, Err(ServiceError::NotFound)));
}

#[tokio::test]
async fn gd_6_a_restored_backup_brings_back_rows_that_nobody_can_read() {
    let mut world = World::new(7).await;
    let beneficiary = deeds::under_way(&world).await;
    let note = deeds::note(&world, &beneficiary).await.unwrap();
    let backup = world.back_up().await;
    ending::erase(world.app(), &beneficiary, beneficiary.bilan.unwrap()).await.unwrap();
    world.restore(&backup).await;
    let row = world.documents().store().fetch(Kind::Note, note.id).await.unwrap();
    assert!(row.is_some(), "the backup has the row");
    assert!(matches!(world.documents().load::<Note>(note.id).await, Err(ServiceError::NotFound)));
    // The rows go when the bilan is looked at next; the administrative record stays, with a term.
    world.days_pass(100);
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!(report.terms, 1);
    assert!(world.documents().store().fetch(Kind::Note, note.id).await.unwrap().is_none());
    let census = world.census().await;
    assert_eq!((census.get("bilan"), census.get("administrative")), (None, Some(&1)));
}

#[tokio::test]
async fn a_bilan_cannot_end_undelivered() {
    let world = World::new(8).await;
    let beneficiary = deeds::under_way(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    for phase in [Phase::Preliminary, Phase::Investigation, Phase::Conclusions] {
        bilans::step(world.app(), &world.consultant, bilan, phase).await.unwrap();
    }
    let outlook = ending::outlook(world.app(), &beneficiary, bilan).await.unwrap();
    assert_eq!(outlook.hindrance, Some(Refusal::Undelivered));
    let refused = ending::end(world.app(), &world.consultant, bilan).await;
    assert!(matches!(refused, Err(ServiceError::Refused(Refusal::Undelivered))));
}
