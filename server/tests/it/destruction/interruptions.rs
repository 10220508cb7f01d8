//! Destructions that are interrupted: crashes between the steps, replicas that are away, several processes.

use std::collections::BTreeSet;

use server::app::Caller;
use server::documents::Stored;
use server::records::account::Account;
use server::records::bilan::Funding;
use server::records::receipt::{Destroying, Reason};
use server::services::destruction::{self, Decision, Standing};
use server::services::error::ServiceError;
use server::services::sessions::SessionStart;
use server::services::{ending, scheduler, sessions};

use super::deeds;
use super::ends::verified;
use super::world::World;

async fn delivered(world: &World) -> Caller {
    let (_, beneficiary) = world.propose("Dominique", None, Funding::Beneficiary).await.unwrap();
    assert!(world.consent(&beneficiary).await);
    deeds::note(world, &beneficiary).await.unwrap();
    world.deliver(beneficiary.bilan.unwrap()).await;
    world.back_up().await;
    beneficiary
}

/// Up to which step a destruction comes before the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    Decided,
    KeysDestroyed,
    Concluded,
}

/// Begins a destruction and stops behind a step.
pub async fn interrupted(world: &World, beneficiary: &Caller, reason: Reason, until: Until) -> Option<server::ids::Id> {
    let documents = world.documents();
    let bilan = documents.load(beneficiary.bilan.unwrap()).await.ok()?;
    let Decision::Decided(receipt) = destruction::decide(world.app(), bilan, reason, None).await.unwrap() else {
        return None;
    };
    if until == Until::Decided {
        return Some(receipt);
    }
    let Destroying::Draft(draft) = destruction::load(documents, receipt).await.unwrap().content else { panic!() };
    let destroyed = destruction::destroy_keys(documents, &draft).await.unwrap();
    if until == Until::Concluded && destroyed.is_confirmed() {
        destruction::conclude(world.app(), receipt, &draft, destroyed).await.unwrap();
    }
    Some(receipt)
}

#[tokio::test]
async fn a_crash_between_any_two_steps_does_no_harm() {
    for (seed, until) in (10..).zip([Until::Decided, Until::KeysDestroyed, Until::Concluded]) {
        let mut world = World::new(seed).await;
        let beneficiary = delivered(&world).await;
        let bilan = beneficiary.bilan.unwrap();
        let receipt = interrupted(&world, &beneficiary, Reason::Ended, until).await.unwrap();
        world.back_up().await;
        world.crash().await;
        // Whatever was decided is not undone: nobody ends, reads or writes the bilan meanwhile.
        let again = ending::end(world.app(), &world.consultant, bilan).await;
        assert!(matches!(again, Err(ServiceError::NotFound)), "{until:?}");
        let report = scheduler::tick(world.app()).await.unwrap();
        assert_eq!(report.resumed, u32::from(until != Until::Concluded), "{until:?}");
        let loot = world.attack().await;
        assert_eq!(loot.content_of(bilan), BTreeSet::new(), "{until:?}");
        assert!(!loot.of_bilan(bilan).is_empty(), "the administrative record stays");
        let counts = verified(&world, receipt).await.content.counts;
        assert_eq!(counts.get("note"), Some(&1), "{until:?}");
        let idle = scheduler::tick(world.app()).await.unwrap();
        assert!(idle.is_idle(), "{idle:?}");
    }
}

#[tokio::test]
async fn a_replica_that_is_away_holds_the_receipt_back_and_nothing_is_readable_meanwhile() {
    let mut world = World::new(14).await;
    let beneficiary = delivered(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    world.replica_goes_away();
    let ended = ending::end(world.app(), &world.consultant, bilan).await.unwrap();
    assert_eq!(ended.standing, Standing::Waiting { replicas: vec!["keys-second".to_owned()] });
    assert_eq!(destruction::receipt_text(world.documents(), ended.receipt).await.unwrap(), None);
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!((report.resumed, report.waiting), (0, 1));
    world.replica_is_back();
    let report = scheduler::tick(world.app()).await.unwrap();
    assert_eq!((report.resumed, report.waiting), (1, 0));
    let receipt = verified(&world, ended.receipt).await;
    assert_eq!(receipt.content.replicas, ["keys-first", "keys-second"]);
    assert_eq!(world.attack().await.content_of(bilan), BTreeSet::new());
}

#[tokio::test]
async fn what_hangs_on_an_account_and_came_while_the_end_was_decided_goes_too() {
    let world = World::new(15).await;
    let beneficiary = delivered(&world).await;
    let account: Stored<Account> = world.documents().load(beneficiary.account).await.unwrap();
    let receipt = interrupted(&world, &beneficiary, Reason::Ended, Until::Decided).await.unwrap();
    // She had signed in before; nobody can once the account is gone.
    let opened = sessions::start(world.app(), &account, SessionStart::default()).await.unwrap();
    let late = sessions::start(world.app(), &account, SessionStart::default()).await.unwrap();
    world.documents().commit(opened.changes).await.unwrap();
    assert_eq!(destruction::carry_out(world.app(), receipt).await.unwrap(), Standing::Issued);
    assert_eq!(verified(&world, receipt).await.content.counts.get("session"), Some(&1));
    assert!(matches!(world.documents().commit(late.changes).await, Err(ServiceError::Changed)));
    assert_eq!(world.census().await.get("session"), None);
}

#[tokio::test]
async fn two_processes_do_not_end_a_bilan_twice() {
    let world = World::new(16).await;
    let beneficiary = delivered(&world).await;
    let bilan = beneficiary.bilan.unwrap();
    let one = world.documents().load(bilan).await.unwrap();
    let other = world.documents().load(bilan).await.unwrap();
    let first = destruction::decide(world.app(), one, Reason::Ended, None).await.unwrap();
    let second = destruction::decide(world.app(), other, Reason::Ended, None).await;
    assert!(matches!(second, Err(ServiceError::Changed)));
    let Decision::Decided(receipt) = first else { panic!() };
    // Both carry it out; one concludes.
    let (one, other) =
        tokio::join!(destruction::carry_out(world.app(), receipt), destruction::carry_out(world.app(), receipt));
    assert_eq!((one.unwrap(), other.unwrap()), (Standing::Issued, Standing::Issued));
    let receipts: BTreeSet<_> = world.census().await.into_iter().filter(|(kind, _)| *kind == "receipt").collect();
    assert_eq!(receipts, BTreeSet::from([("receipt", 1)]));
}
