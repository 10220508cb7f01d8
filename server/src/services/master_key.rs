//! Changing the master key while the service runs: the operator puts the new key where the old one is read from, an administrator asks
//! for the change, and everything is wrapped anew in the background.

use std::sync::{Mutex, PoisonError};

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::store::Kind;
use crate::vault::{MasterKey, MissingFile};

/// Keys wrapped anew in one commit.
const BATCH: u32 = 500;

/// How far a change of the master key is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rotation {
    /// None was asked for since the service started.
    #[default]
    None,
    /// Under way.
    UnderWay {
        /// Since when.
        since: Timestamp,
        /// Name of the new key.
        master_key: String,
    },
    /// Done, but for the stores named.
    Done {
        /// When.
        at: Timestamp,
        /// Name of the new key.
        master_key: String,
        /// Keys wrapped anew.
        keys: u64,
        /// Stores in whose files bytes under the old key may still stand: ask again.
        waiting_for: Vec<String>,
    },
    /// It broke off; asking again goes on.
    Failed {
        /// When.
        at: Timestamp,
        /// Name of the new key.
        master_key: String,
    },
}

/// The change of the master key that this process works on.
#[derive(Debug, Default)]
pub struct RotationDesk(Mutex<Rotation>);

impl RotationDesk {
    /// How far it is.
    #[must_use]
    pub fn now(&self) -> Rotation {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, rotation: Rotation) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = rotation;
    }

    /// Takes the work up, unless it is under way.
    fn begin(&self, since: Timestamp, master_key: &str) -> bool {
        let mut rotation = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*rotation, Rotation::UnderWay { .. }) {
            return false;
        }
        *rotation = Rotation::UnderWay { since, master_key: master_key.to_owned() };
        true
    }
}

/// Reads the master key from its source again, and when it is another one, wraps everything anew under it, in the background. Asking
/// again tells how far it is, or goes on where it broke off.
///
/// # Errors
/// [`Refusal::SameMasterKey`] when the source still gives the key in use; [`Refusal::NoMasterKeySource`] where it cannot be read again;
/// what the source says.
pub async fn rotate(app: &App, caller: &Caller) -> Result<Rotation> {
    let now = app.now();
    let desk = app.rotation();
    if let under_way @ Rotation::UnderWay { .. } = desk.now() {
        return Ok(under_way);
    }
    let new = read_again(app).await?;
    let name = new.id().to_string();
    let same = app.documents().vault().master_key_id() == new.id();
    match desk.now() {
        Rotation::Done { waiting_for, .. } if same && waiting_for.is_empty() => return Ok(desk.now()),
        Rotation::None if same => return Err(Refusal::SameMasterKey.into()),
        _ => {}
    }
    let audit = AuditEntry::new(Some(caller.account), Verb::Change, Kind::Setting, None, None).at(now)?;
    app.documents().commit(vec![audit]).await?;
    if desk.begin(now, &name) {
        tokio::spawn(work(app.clone(), new));
    }
    Ok(desk.now())
}

async fn read_again(app: &App) -> Result<MasterKey> {
    let source = app.terms().master_key.clone().ok_or(Refusal::NoMasterKeySource)?;
    let app = app.clone();
    let read = tokio::task::spawn_blocking(move || source.load(MissingFile::Refuse, app.entropy()));
    let read = read.await.map_err(|_| ServiceError::Broken("reading the master key was interrupted"))?;
    read.map_err(|error| ServiceError::Vault(error.into()))
}

async fn work(app: App, new: MasterKey) {
    let master_key = new.id().to_string();
    let rotated = app.documents().vault().rotate_master_key(new, BATCH).await;
    let at = app.now();
    app.rotation().set(match rotated {
        Ok(done) => Rotation::Done {
            at,
            master_key,
            keys: done.keys,
            waiting_for: done.not_erased.into_iter().map(|store| store.replica).collect(),
        },
        Err(error) => {
            tracing::error!(%error, "the change of the master key broke off; ask for it again");
            Rotation::Failed { at, master_key }
        }
    });
}
