//! The follow-up: sent at its dates, answered by a link, destroyed at its term or when the agreement is taken back.

use server::app::Caller;
use server::clock::Timestamp;
use server::documents::Stored;
use server::records::agreement::KeptDays;
use server::records::bilan::Funding;
use server::records::follow_up::{FollowUp, FollowUpKind};
use server::records::mail::Mail;
use server::services::destruction::Standing;
use server::services::error::ServiceError;
use server::services::{ending, follow_up, scheduler};
use server::store::{Change, Kind, Selection};

use super::deeds;
use super::world::World;

/// Takes the letters out of the outbox, as the mailer does; gives the secrets of their links.
async fn sent(world: &World) -> Vec<String> {
    let found = world.documents().select::<Mail>(&Selection::of(Kind::Mail)).await.unwrap();
    let mut tokens = Vec::new();
    for letter in found {
        let at = letter.content.text.find("bif_").unwrap();
        let token = letter.content.text[at..].split_whitespace().next().unwrap();
        tokens.push(token.to_owned());
        let change = Change::Delete { kind: Kind::Mail, id: letter.record.id };
        world.documents().commit(vec![change]).await.unwrap();
    }
    tokens
}

async fn ended_with_follow_up(world: &World, days: u16) -> Caller {
    let email = format!("{}@example.org", deeds::marker(world));
    let (_, beneficiary) = world.propose("Sacha", Some(email), Funding::Beneficiary).await.unwrap();
    assert!(world.consent(&beneficiary).await);
    let bilan = beneficiary.bilan.unwrap();
    follow_up::agree(world.app(), &beneficiary, bilan, KeptDays::new(days).unwrap()).await.unwrap();
    // Before the conclusions nothing is sent.
    scheduler::tick(world.app()).await.unwrap();
    assert!(sent(world).await.is_empty());
    world.deliver(bilan).await;
    world.days_pass(1);
    // Satisfaction is asked before the end.
    assert_eq!(scheduler::tick(world.app()).await.unwrap().follow_ups_sent, 1);
    assert_eq!(sent(world).await.len(), 1);
    world.back_up().await;
    ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    world.back_up().await;
    beneficiary
}

fn answers(marker: &str, question: &str) -> Vec<(String, String)> {
    vec![(question.to_owned(), marker.to_owned())]
}

#[tokio::test]
async fn questionnaires_go_out_at_two_and_six_months_and_are_answered_without_signing_in() {
    let world = World::new(50).await;
    let beneficiary = ended_with_follow_up(&world, 365).await;
    let bilan = beneficiary.bilan.unwrap();
    let mut seen = Vec::new();
    let mut last = Vec::new();
    for day in 0..200 {
        if scheduler::tick(world.app()).await.unwrap().follow_ups_sent > 0 {
            last = sent(&world).await;
            seen.push((day, last.len()));
        }
        world.days_pass(1);
    }
    // From 16 January: 16 March, 16 July; noon is after nine o'clock.
    assert_eq!(seen, [(59, 1), (181, 2)]);
    let (stored, place) = follow_up::open_link(world.app(), &last[1]).await.unwrap();
    let kind = stored.content.planned[place].kind;
    let question = follow_up::questions(kind)[0];
    let marker = deeds::marker(&world);
    follow_up::answer(world.app(), &last[1], answers(&marker, question)).await.unwrap();
    // The consultant reads them; the text stands nowhere in the clear, and neither does the secret of the link.
    let read = follow_up::granted(world.app(), &world.consultant).await.unwrap();
    assert_eq!(read[0].content.planned[place].answers, answers(&marker, question));
    assert!(world.attack().await.holds(&marker), "the follow-up is kept");
    for wrong in ["", "bif_", &last[1][..40], &last[1].replace("bif_", "bis_"), &format!("bif_{}", "A".repeat(64))] {
        let refused = follow_up::open_link(world.app(), wrong).await;
        assert!(matches!(refused, Err(ServiceError::NotFound)), "{wrong}");
    }
    let unasked = follow_up::answer(world.app(), &last[1], answers("…", "salary")).await;
    assert!(matches!(unasked, Err(ServiceError::Invalid(_))));
    assert!(world.documents().store().fetch(Kind::Bilan, bilan).await.unwrap().is_none());
}

#[tokio::test]
async fn a_follow_up_ends_with_its_term_and_its_links_with_it() {
    let world = World::new(51).await;
    ended_with_follow_up(&world, 90).await;
    world.days_pass(60);
    scheduler::tick(world.app()).await.unwrap();
    let tokens = sent(&world).await;
    assert_eq!(tokens.len(), 1);
    let (stored, _) = follow_up::open_link(world.app(), &tokens[0]).await.unwrap();
    let (id, key) = (stored.record.id, stored.record.key.unwrap());
    let until: Timestamp = stored.content.until().unwrap();
    world.clock.set(until.plus(-1));
    assert_eq!(scheduler::tick(world.app()).await.unwrap().follow_ups_over, 0);
    world.back_up().await;
    world.clock.set(until);
    // Even before the scheduler comes the link opens nothing any more.
    assert!(matches!(follow_up::open_link(world.app(), &tokens[0]).await, Err(ServiceError::NotFound)));
    assert_eq!(scheduler::tick(world.app()).await.unwrap().follow_ups_over, 1);
    assert!(!world.attack().await.keys.contains(&key));
    assert!(matches!(world.documents().load::<FollowUp>(id).await, Err(ServiceError::NotFound)));
}

#[tokio::test]
async fn the_agreement_is_taken_back_by_the_link() {
    let world = World::new(52).await;
    ended_with_follow_up(&world, 365).await;
    world.days_pass(60);
    scheduler::tick(world.app()).await.unwrap();
    let tokens = sent(&world).await;
    let (receipt, standing) = follow_up::withdraw_by_link(world.app(), &tokens[0]).await.unwrap();
    assert_eq!(standing, Standing::Issued);
    let receipt = super::ends::verified(&world, receipt).await;
    assert_eq!(receipt.content.counts.get("follow_up"), Some(&1));
    assert!(matches!(follow_up::open_link(world.app(), &tokens[0]).await, Err(ServiceError::NotFound)));
    assert!(follow_up::granted(world.app(), &world.consultant).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_an_address_the_consultant_hands_a_link_over() {
    let world = World::new(53).await;
    let (_, beneficiary) = world.propose("Noa", None, Funding::Beneficiary).await.unwrap();
    world.consent(&beneficiary).await;
    let bilan = beneficiary.bilan.unwrap();
    let agreed: Stored<FollowUp> =
        follow_up::agree(world.app(), &beneficiary, bilan, KeptDays::new(365).unwrap()).await.unwrap();
    world.deliver(bilan).await;
    ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    world.days_pass(90);
    assert_eq!(scheduler::tick(world.app()).await.unwrap().follow_ups_sent, 0);
    let token = follow_up::hand_over(world.app(), &world.consultant, agreed.record.id).await.unwrap();
    let (stored, place) = follow_up::open_link(world.app(), &token).await.unwrap();
    assert_eq!(stored.content.planned[place].kind, FollowUpKind::Satisfaction);
    // A second link takes the place of the first.
    let again = follow_up::hand_over(world.app(), &world.consultant, agreed.record.id).await.unwrap();
    assert!(matches!(follow_up::open_link(world.app(), &token).await, Err(ServiceError::NotFound)));
    assert!(follow_up::open_link(world.app(), &again).await.is_ok());
}
