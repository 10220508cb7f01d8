//! Replies that are kept, so that a request repeated under the same key is done once and answered twice.

use sha2::{Digest as _, Sha256};

use crate::app::{App, Caller};
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::kept_reply::{KeptReply, Reply, state};
use crate::services::error::{Result, ServiceError};
use crate::store::{Change, Kind, Record};

/// After this time without a reply the first request counts as broken off, in milliseconds: longer than any may take.
const GIVEN_UP_MS: i64 = 15 * 60_000;

/// How often the record is looked at again when somebody else was faster.
const TRIES: usize = 3;

/// What a request under a key meets.
#[derive(Debug)]
pub enum Met {
    /// It is the first: serve it, then [`keep`] the reply or [`forget`] it.
    First(Box<Stored<KeptReply>>),
    /// The first one is being served.
    UnderWay,
    /// The first one was served with this reply.
    Served(Reply),
    /// The key was used for another request.
    Another,
}

/// Whether a reply goes with the bilan on which its principal works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyLife {
    /// It may repeat what stands in documents.
    WithTheBilan,
    /// It is that of the end itself, and holds no content.
    BeyondTheEnd,
}

/// The identifier under which a principal's key is kept.
fn record_id(account: Id, key: &str) -> Id {
    let digest = Sha256::new()
        .chain_update(b"bilan idempotency key 1")
        .chain_update(account.as_bytes())
        .chain_update(key)
        .finalize();
    let mut id = [0; 16];
    id.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    Id::from_bytes(id)
}

/// Notes that a request came under a key, or says what became of the first one.
///
/// # Errors
/// What store and vault say.
pub async fn meet(app: &App, caller: &Caller, key: &str, request: [u8; 32], life: ReplyLife) -> Result<Met> {
    let id = record_id(caller.account, key);
    let began = match life {
        ReplyLife::WithTheBilan => state::UNDER_WAY,
        ReplyLife::BeyondTheEnd => state::OUTLIVES,
    };
    for _ in 0..TRIES {
        let now = app.now();
        let fresh = KeptReply { request: request.to_vec(), began: now, reply: None };
        let known: Option<Stored<KeptReply>> = match app.documents().load(id).await {
            Err(ServiceError::NotFound) => None,
            other => Some(other?),
        };
        let (change, met) = match known {
            Some(known) if !is_over(&known, now) => {
                return Ok(if known.content.request != request {
                    Met::Another
                } else {
                    known.content.reply.map_or(Met::UnderWay, Met::Served)
                });
            }
            Some(mut known) => {
                known.content = fresh;
                known.record.state = began.to_owned();
                known.record.due = Some(now.plus(app.terms().kept_reply_ms));
                let change = app.documents().update(&known).await?;
                known.record.version += 1;
                (change, known)
            }
            None => {
                let record = new_record(app, caller, id, began).await?;
                (app.documents().insert(record.clone(), &fresh).await?, Stored { record, content: fresh })
            }
        };
        match app.documents().commit(vec![change]).await {
            // The same key at the same time: one of the two is the first.
            Err(ServiceError::Changed) => {}
            other => return other.map(|()| Met::First(Box::new(met))),
        }
    }
    Ok(Met::UnderWay)
}

fn is_over(known: &Stored<KeptReply>, now: crate::clock::Timestamp) -> bool {
    let broken_off = known.content.reply.is_none() && now.since(known.content.began) >= GIVEN_UP_MS;
    broken_off || known.record.due.is_none_or(|due| now >= due)
}

/// A reply repeats what stands in documents of a bilan, so it has a key of its own, which is destroyed with the bilan or when the reply
/// expires, whichever comes first: under the key of a consultant's account it could be read for years in a backup.
async fn new_record(app: &App, caller: &Caller, id: Id, state: &str) -> Result<Record> {
    Ok(Record {
        kind: Kind::Idempotency,
        id,
        tenant: caller.tenant,
        bilan: caller.bilan,
        parent: Some(caller.account),
        owner: Some(caller.account),
        state: state.to_owned(),
        audience: audience::NOBODY,
        due: Some(app.now().plus(app.terms().kept_reply_ms)),
        version: 0,
        key: Some(app.documents().vault().create_key().await?),
        body: Vec::new(),
    })
}

/// Keeps the reply. Where its key was destroyed meanwhile, with a bilan that is over, there is nothing left to keep it for.
///
/// # Errors
/// What store and vault say.
pub async fn keep(app: &App, mut first: Stored<KeptReply>, reply: Reply) -> Result<()> {
    first.content.reply = Some(reply);
    if first.record.state == state::UNDER_WAY {
        first.record.state = state::DONE.to_owned();
    }
    let change = match app.documents().update(&first).await {
        Err(ServiceError::NotFound) => return Ok(()),
        other => other?,
    };
    match app.documents().commit(vec![change]).await {
        Err(ServiceError::Changed) => Ok(()),
        other => other,
    }
}

/// Forgets a request that was not done, so that it can be repeated: its key too, for the digest of the request stands in backups.
///
/// # Errors
/// What store and vault say.
pub async fn forget(app: &App, first: &Stored<KeptReply>) -> Result<()> {
    let keys: Vec<Id> = first.record.key.into_iter().collect();
    app.documents().vault().destroy(&keys).await?;
    app.documents().commit(vec![Change::Delete { kind: Kind::Idempotency, id: first.record.id }]).await
}
