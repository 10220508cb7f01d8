//! That the attacker is one: she reads what is there, and sees every way in which a destruction could be a little less than one.

use std::collections::BTreeSet;

use server::app::Caller;
use server::ids::Id;
use server::records::receipt::{Destroying, Draft, Reason};
use server::services::destruction::{self, Decision};
use server::services::ending;
use server::vault::key_store::KeyState;

use super::account::Person;
use super::deeds;
use super::world::World;

/// A bilan with a note, an answered questionnaire and its result, backed up, and what the test knows of it.
async fn written(world: &World) -> Person {
    let caller = deeds::under_way(world).await;
    let mut person = Person::new("nobody's name".to_owned(), caller.clone(), false);
    person.written.extend(deeds::note(world, &caller).await);
    let questionnaire = deeds::questionnaire(world, &caller).await.unwrap();
    deeds::answers(world, &caller, &questionnaire).await;
    person.written.extend(deeds::submit(world, &caller, questionnaire.id).await);
    person.written.push(questionnaire);
    world.back_up().await;
    person
}

async fn draft(world: &World, caller: &Caller) -> (Id, Draft) {
    let bilan = world.documents().load(caller.bilan.unwrap()).await.unwrap();
    let Decision::Decided(receipt) =
        destruction::decide(world.app(), bilan, Reason::Erased, Some(caller.account)).await.unwrap()
    else {
        panic!("an erasure is decided");
    };
    let Destroying::Draft(draft) = destruction::load(world.documents(), receipt).await.unwrap().content else {
        panic!("it is a draft");
    };
    (receipt, *draft)
}

/// Whether the check of the histories holds.
async fn holds(world: &World, person: &Person) -> bool {
    let (loot, now) = (world.attack().await, world.app().now());
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| person.check(&loot, now))).is_ok()
}

#[tokio::test]
async fn before_the_end_she_reads_everything_and_after_it_nothing() {
    let world = World::new(60).await;
    let mut person = written(&world).await;
    let bilan = person.bilan();
    let loot = world.attack().await;
    let expected = ["account", "answer", "assignment", "bilan", "grant", "note", "result"].map(str::to_owned);
    assert_eq!(loot.content_of(bilan), BTreeSet::from(expected));
    for document in &person.written[..1] {
        assert!(loot.holds(&document.marker), "{document:?}");
    }
    // The answer that is a text, in the row of the answer.
    let text = format!("answer {}", deeds::TEXT_POSITION);
    assert!(loot.opened.iter().any(|one| one.kind == text && one.holds(&person.written[2].marker)));
    ending::erase(world.app(), &person.caller, bilan).await.unwrap();
    person.over = Some((world.app().now(), Reason::Erased));
    assert_eq!(world.attack().await.content_of(bilan), BTreeSet::new());
    assert!(holds(&world, &person).await);
}

#[tokio::test]
async fn a_key_that_was_forgotten_is_noticed_in_the_backup() {
    for spared in ["note", "assignment", "result", "account", "bilan", "grant"] {
        let world = World::new(61).await;
        let mut person = written(&world).await;
        let key = world.rows().await.into_iter().find(|row| row.kind == spared && row.bilan == person.caller.bilan);
        let key = key.unwrap().key.unwrap();
        // A destruction that forgets one key of those it has to destroy.
        let (receipt, draft) = draft(&world, &person.caller).await;
        assert!(draft.keys.contains(&key), "{spared}");
        let weakened = Draft { keys: draft.keys.iter().copied().filter(|id| *id != key).collect(), ..draft };
        let destroyed = destruction::destroy_keys(world.documents(), &weakened).await.unwrap();
        destruction::conclude(world.app(), receipt, &weakened, destroyed).await.unwrap();
        person.over = Some((world.app().now(), Reason::Erased));
        assert!(!holds(&world, &person).await, "{spared}");
        world.documents().vault().destroy(&[key]).await.unwrap();
        assert!(holds(&world, &person).await, "{spared}");
    }
}

#[tokio::test]
async fn bytes_of_a_key_that_stay_behind_in_any_file_are_noticed() {
    let world = World::new(62).await;
    let mut person = written(&world).await;
    let note = person.written[0].clone();
    let KeyState::Live(key) = world.first_keys().key(note.key).await.unwrap() else { panic!("it is there") };
    ending::erase(world.app(), &person.caller, person.bilan()).await.unwrap();
    person.over = Some((world.app().now(), Reason::Erased));
    assert!(holds(&world, &person).await);
    // Nothing beside it tells whose key it is; the backup names it.
    let left = world.folder().join("keys-second/left-over");
    std::fs::write(&left, [&[7; 999], key.wrapped.as_slice(), &[7; 99]].concat()).unwrap();
    let loot = world.attack().await;
    assert!(loot.keys.contains(&note.key) && loot.holds(&note.marker));
    assert!(!holds(&world, &person).await);
    // Without one of its bytes it is nothing.
    std::fs::write(&left, &key.wrapped[1..]).unwrap();
    assert!(holds(&world, &person).await);
}

#[tokio::test]
async fn a_key_under_an_earlier_master_key_is_hers_too() {
    let mut world = World::new(63).await;
    let person = written(&world).await;
    let note = &person.written[0];
    let KeyState::Live(before) = world.first_keys().key(note.key).await.unwrap() else { panic!("it is there") };
    world.rotate().await;
    ending::erase(world.app(), &person.caller, person.bilan()).await.unwrap();
    assert!(!world.attack().await.keys.contains(&note.key));
    std::fs::write(world.folder().join("keys-first/left-over"), &before.wrapped).unwrap();
    assert!(world.attack().await.holds(&note.marker));
}
