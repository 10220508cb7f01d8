//! Answers.

use std::sync::Arc;

use super::{a_bilan, a_record, conflict, entropy};
use crate::ids::Id;
use crate::records::bilan::Phase;
use crate::store::{Change, Kind, Record, Store, StoredAnswer};

fn put(assignment: Id, position: i64, sealed: &[u8]) -> Change {
    Change::PutAnswer { assignment, position, sealed: sealed.to_vec(), in_state: "open" }
}

/// An assignment in a bilan that goes on and is stored.
async fn an_assignment(store: &Arc<dyn Store>, id: Id) -> Record {
    let bilan = a_bilan(entropy().id(), Phase::Engaged);
    store.commit(vec![Change::Insert(bilan.clone())]).await.unwrap();
    Record { bilan: Some(bilan.id), ..a_record(Kind::Assignment, id) }
}

pub(super) async fn answers_are_taken_only_in_the_right_state(store: Arc<dyn Store>) {
    let assignment = an_assignment(&store, entropy().id()).await;
    let id = assignment.id;
    assert_eq!(conflict(store.commit(vec![put(id, 0, b"early")]).await), Some(0));
    // A record of another kind with the same identifier does not open it.
    store.commit(vec![Change::Insert(a_record(Kind::Bilan, id))]).await.unwrap();
    assert_eq!(conflict(store.commit(vec![put(id, 0, b"early")]).await), Some(0));

    store.commit(vec![Change::Insert(assignment.clone())]).await.unwrap();
    store.commit(vec![put(id, 2, b"c"), put(id, 0, b"a")]).await.unwrap();
    store.commit(vec![put(id, 2, b"d")]).await.unwrap();
    let answer = |position, revision, sealed: &[u8]| StoredAnswer { position, revision, sealed: sealed.to_vec() };
    let expected = [answer(0, 1, b"a"), answer(2, 2, b"d")];
    assert_eq!(store.answers(id).await.unwrap(), expected);
    // An answer that was changed is one answer; another questionnaire has its own.
    assert_eq!(store.n_answers(id).await.unwrap(), 2);
    assert_eq!(store.n_answers(entropy().id()).await.unwrap(), 0);

    let closed = Record { state: "done".to_owned(), ..assignment };
    store.commit(vec![put(id, 3, b"e"), Change::Update(closed)]).await.unwrap();
    let late = vec![put(id, 0, b"late")];
    assert_eq!(conflict(store.commit(late).await), Some(0));
    assert_eq!(store.answers(id).await.unwrap(), [expected[0].clone(), expected[1].clone(), answer(3, 1, b"e")]);
    assert_eq!(store.n_answers(id).await.unwrap(), 3);
    store.commit(vec![Change::DeleteAnswers { assignment: id }]).await.unwrap();
    assert_eq!(store.answers(id).await.unwrap(), []);
    assert_eq!(store.n_answers(id).await.unwrap(), 0);
}

pub(super) async fn no_answer_slips_in_after_the_state_changed(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let assignment = an_assignment(&store, entropy().id()).await;
        let id = assignment.id;
        store.commit(vec![Change::Insert(assignment.clone())]).await.unwrap();
        let tasks: Vec<_> = (0..8)
            .map(|position| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { conflict(store.commit(vec![put(id, position, b"x")]).await).is_none() })
            })
            .collect();
        let closed = Record { state: "done".to_owned(), ..assignment };
        store.commit(vec![Change::Update(closed)]).await.unwrap();
        let seen = store.answers(id).await.unwrap().len();
        let mut n_taken = 0;
        for task in tasks {
            n_taken += usize::from(task.await.unwrap());
        }
        // What was read after the change of state is all there will ever be.
        assert_eq!((store.answers(id).await.unwrap().len(), n_taken), (seen, seen));
    }
}

pub(super) async fn many_answers_at_once_are_all_kept(store: Arc<dyn Store>) {
    let entropy = entropy();
    let ids: Vec<Id> = (0..20).map(|_| entropy.id()).collect();
    for id in &ids {
        let assignment = an_assignment(&store, *id).await;
        store.commit(vec![Change::Insert(assignment)]).await.unwrap();
    }
    let tasks: Vec<_> = ids
        .iter()
        .map(|id| {
            let (store, id) = (Arc::clone(&store), *id);
            tokio::spawn(async move {
                for position in 0..30 {
                    store.commit(vec![put(id, position, &position.to_be_bytes())]).await.unwrap();
                    // An answer is there when its commit returned.
                    assert_eq!(store.answers(id).await.unwrap().len() as i64, position + 1);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    for id in ids {
        let answers = store.answers(id).await.unwrap();
        let expected: Vec<_> = (0..30_i64)
            .map(|position| StoredAnswer { position, revision: 1, sealed: position.to_be_bytes().to_vec() })
            .collect();
        assert_eq!(answers, expected);
    }
}

pub(super) async fn nothing_is_taken_once_the_bilan_is_over(store: Arc<dyn Store>) {
    let words = Phase::ALL.map(|phase| (phase.word(), !phase.is_over()));
    for (word, goes_on) in words.into_iter().chain([("ending", false), ("", false)]) {
        let bilan = Record { state: word.to_owned(), ..a_bilan(entropy().id(), Phase::Engaged) };
        let assignment = Record { bilan: Some(bilan.id), ..a_record(Kind::Assignment, entropy().id()) };
        let id = assignment.id;
        let expected = Change::ExpectGoingOn { bilan: bilan.id };
        // A bilan that is not there does not go on.
        store.commit(vec![Change::Insert(assignment)]).await.unwrap();
        assert_eq!(conflict(store.commit(vec![put(id, 0, b"early")]).await), Some(0), "{word}");
        assert_eq!(conflict(store.commit(vec![expected.clone()]).await), Some(0), "{word}");
        store.commit(vec![Change::Insert(bilan)]).await.unwrap();
        let taken = conflict(store.commit(vec![put(id, 0, b"a")]).await).is_none();
        let held = conflict(store.commit(vec![expected]).await).is_none();
        assert_eq!((taken, held), (goes_on, goes_on), "{word}");
        assert_eq!(store.answers(id).await.unwrap().len(), usize::from(goes_on), "{word}");
    }
}

pub(super) async fn no_answer_slips_in_after_the_bilan_is_over(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let bilan = a_bilan(entropy().id(), Phase::Conclusions);
        let assignment = Record { bilan: Some(bilan.id), ..a_record(Kind::Assignment, entropy().id()) };
        let id = assignment.id;
        store.commit(vec![Change::Insert(bilan.clone()), Change::Insert(assignment)]).await.unwrap();
        let tasks: Vec<_> = (0..8)
            .map(|position| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { conflict(store.commit(vec![put(id, position, b"x")]).await).is_none() })
            })
            .collect();
        store.commit(vec![Change::Update(Record { state: "ending".to_owned(), ..bilan })]).await.unwrap();
        let seen = store.answers(id).await.unwrap().len();
        let mut n_taken = 0;
        for task in tasks {
            n_taken += usize::from(task.await.unwrap());
        }
        // What the destruction read after it was decided is all there will ever be.
        assert_eq!((store.answers(id).await.unwrap().len(), n_taken), (seen, seen));
    }
}
