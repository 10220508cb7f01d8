//! A key store in a PostgreSQL cluster of its own: apart from the data, because the whole cluster shares one
//! write-ahead log. Several server processes may use it.
//!
//! Map: `cluster` (what the cluster must be like), `erasure` (getting deleted rows out of its files), `rows` (from
//! rows to types), `schema.sql` (the tables).
//!
//! Tombstones have a table of their own; keys are truly deleted, since the tables are rewritten after each destruction.

mod cluster;
mod erasure;
mod rows;

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::{Client, Pool, Transaction};

use self::rows::{digest, id, master, wrapped_key};
use super::{
    Digest32, Intent, KeyState, KeyStore, KeyStoreError, Listed, LookupWritten, Rejoined, SecretRule, Tombstone,
    WrappedKey, WrappedSecret, tombstone_of,
};
use crate::ids::Id;
use crate::vault::master_key::MasterKeyId;

pub use cluster::ClusterCheck;

/// The lock under which one process makes the tables, and look-ups are changed one at a time.
const LOCK: i64 = 0x6269_6c61_6e5f_6b76;

/// A key store in a PostgreSQL cluster.
pub struct PostgresKeyStore {
    name: String,
    pool: Pool,
    is_new: bool,
}

/// What an error of PostgreSQL means for us. Its text names tables and rules, never values.
fn fault(store: &str, error: &tokio_postgres::Error) -> KeyStoreError {
    let store = store.to_owned();
    match error.as_db_error() {
        // Class 08 is the connection, 53 resources, 57 an operator's intervention, 40 a transaction to be repeated.
        Some(db) if ["08", "53", "57", "40"].iter().any(|class| db.code().code().starts_with(class)) => {
            KeyStoreError::Away { store, reason: db.message().to_owned() }
        }
        // Class XX is an internal error: damaged data.
        Some(db) if db.code().code().starts_with("XX") => {
            KeyStoreError::Corrupt { store, reason: db.message().to_owned() }
        }
        Some(db) => KeyStoreError::Refused { store, reason: db.message().to_owned() },
        None => KeyStoreError::Away { store, reason: error.to_string() },
    }
}

impl PostgresKeyStore {
    /// Opens a cluster through a pool of connections, under a name that receipts may show, and makes the tables.
    ///
    /// # Errors
    /// [`KeyStoreError::Setting`] when the cluster would keep destroyed keys, [`KeyStoreError::Away`] when it cannot be
    /// reached.
    pub async fn open(name: &str, pool: Pool, check: ClusterCheck) -> Result<Self, KeyStoreError> {
        let mut store = Self { name: name.to_owned(), pool, is_new: false };
        let mut client = store.client().await?;
        if check == ClusterCheck::Required {
            cluster::check(name, &client).await?;
        }
        let refused = |error: tokio_postgres::Error| fault(name, &error);
        let making = client.transaction().await.map_err(refused)?;
        making.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(refused)?;
        let there = "SELECT to_regclass('pending_destruction') IS NOT NULL";
        store.is_new = !making.query_one(there, &[]).await.map_err(refused)?.get::<_, bool>(0);
        if store.is_new {
            making.batch_execute(include_str!("schema.sql")).await.map_err(refused)?;
        }
        making.commit().await.map_err(refused)?;
        Ok(store)
    }

    async fn client(&self) -> Result<Client, KeyStoreError> {
        let away = |error: deadpool_postgres::PoolError| KeyStoreError::Away {
            store: self.name.clone(),
            reason: error.to_string(),
        };
        self.pool.get().await.map_err(away)
    }

    fn refused(&self) -> impl Fn(tokio_postgres::Error) -> KeyStoreError {
        |error| fault(&self.name, &error)
    }

    fn invalid(&self) -> impl Fn((&'static str, &'static str)) -> KeyStoreError {
        |(table, column)| KeyStoreError::InvalidRow { store: self.name.clone(), table, column }
    }

    async fn tombstone(&self, client: &Client, key: Id) -> Result<Option<Digest32>, KeyStoreError> {
        let query = client.prepare_cached("SELECT digest FROM tombstone WHERE id = $1").await;
        let query = query.map_err(self.refused())?;
        let row = client.query_opt(&query, &[&tombstone_of(key).as_slice()]).await.map_err(self.refused())?;
        row.map(|row| digest(row.get(0), ("tombstone", "digest"))).transpose().map_err(self.invalid())
    }

    /// Deletes one key and returns its digest, or that of its tombstone.
    async fn destroy_key(
        &self,
        work: &Transaction<'_>,
        key: Id,
        known: Option<Digest32>,
    ) -> Result<Option<Digest32>, KeyStoreError> {
        let of = tombstone_of(key);
        let delete = work.prepare_cached("DELETE FROM document_key WHERE id = $1 RETURNING wrapped").await;
        let delete = delete.map_err(self.refused())?;
        let deleted = work.query_opt(&delete, &[&key.as_bytes().as_slice()]).await.map_err(self.refused())?;
        let deleted = deleted.map(|row| Digest32::of(row.get(0)));
        let Some(found) = known.or(deleted) else {
            let query = work.prepare_cached("SELECT digest FROM tombstone WHERE id = $1").await;
            let query = query.map_err(self.refused())?;
            let row = work.query_opt(&query, &[&of.as_slice()]).await.map_err(self.refused())?;
            return row.map(|row| digest(row.get(0), ("tombstone", "digest"))).transpose().map_err(self.invalid());
        };
        // The first tombstone stays, so that asking again gives the same digest.
        let bury = work
            .prepare_cached(
                "INSERT INTO tombstone (id, digest) VALUES ($1, $2)
                 ON CONFLICT (id) DO UPDATE SET digest = tombstone.digest RETURNING digest",
            )
            .await
            .map_err(self.refused())?;
        let row = work.query_one(&bury, &[&of.as_slice(), &found.as_bytes().as_slice()]).await;
        let row = row.map_err(self.refused())?;
        digest(row.get(0), ("tombstone", "digest")).map(Some).map_err(self.invalid())
    }

    async fn count_change(&self, work: &Transaction<'_>) -> Result<(), KeyStoreError> {
        let counted = work.execute("UPDATE lookups_version SET version = version + 1", &[]).await;
        counted.map(|_| ()).map_err(self.refused())
    }
}

#[async_trait]
impl KeyStore for PostgresKeyStore {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_new(&self) -> bool {
        self.is_new
    }

    async fn rejoin(&self) -> Result<Rejoined, KeyStoreError> {
        // The pool connects again by itself, to the same cluster.
        let client = self.client().await?;
        client.query_one("SELECT pg_is_in_recovery()", &[]).await.map_err(self.refused())?;
        Ok(Rejoined::Here)
    }

    async fn key(&self, id: Id) -> Result<KeyState, KeyStoreError> {
        let client = self.client().await?;
        let query = client.prepare_cached("SELECT id, wrapped, master FROM document_key WHERE id = $1").await;
        let query = query.map_err(self.refused())?;
        let row = client.query_opt(&query, &[&id.as_bytes().as_slice()]).await.map_err(self.refused())?;
        match row {
            Some(row) => wrapped_key(&row).map(KeyState::Live).map_err(self.invalid()),
            None => Ok(self.tombstone(&client, id).await?.map_or(KeyState::Unknown, KeyState::Destroyed)),
        }
    }

    async fn insert_keys(&self, keys: Arc<[WrappedKey]>) -> Result<(), KeyStoreError> {
        let client = self.client().await?;
        let insert = client
            .prepare_cached(
                "INSERT INTO document_key (id, wrapped, master)
                 SELECT id, wrapped, master FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[])
                     AS new (id, wrapped, master, tombstone)
                 WHERE NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.id = new.tombstone) ON CONFLICT DO NOTHING",
            )
            .await
            .map_err(self.refused())?;
        let tombstones: Vec<[u8; 16]> = keys.iter().map(|key| tombstone_of(key.id)).collect();
        let tombstones: Vec<&[u8]> = tombstones.iter().map(<[u8; 16]>::as_slice).collect();
        let columns = rows::columns(&keys);
        client
            .execute(&insert, &[&columns.ids, &columns.wrapped, &columns.masters, &tombstones])
            .await
            .map_err(self.refused())?;
        Ok(())
    }

    async fn insert_tombstones(&self, tombstones: Arc<[Tombstone]>) -> Result<(), KeyStoreError> {
        let client = self.client().await?;
        let ids: Vec<&[u8]> = tombstones.iter().map(|tombstone| tombstone.of.as_slice()).collect();
        let digests: Vec<&[u8]> = tombstones.iter().map(|tombstone| tombstone.digest.as_bytes().as_slice()).collect();
        let insert =
            "INSERT INTO tombstone (id, digest) SELECT * FROM unnest($1::bytea[], $2::bytea[]) ON CONFLICT DO NOTHING";
        client.execute(insert, &[&ids, &digests]).await.map_err(self.refused())?;
        Ok(())
    }

    async fn list_keys(&self, after: Option<[u8; 16]>, limit: u32) -> Result<Vec<Listed>, KeyStoreError> {
        let client = self.client().await?;
        let after = after.map_or_else(Vec::new, |after| after.to_vec());
        let list = "(SELECT id, NULL::bytea FROM document_key WHERE id > $1 ORDER BY id LIMIT $2)
            UNION ALL (SELECT id, digest FROM tombstone WHERE id > $1 ORDER BY id LIMIT $2) ORDER BY 1 LIMIT $2";
        let found = client.query(list, &[&after, &i64::from(limit)]).await.map_err(self.refused())?;
        found.iter().map(rows::listed).collect::<Result<_, _>>().map_err(self.invalid())
    }

    async fn keys_not_under(&self, master: MasterKeyId, limit: u32) -> Result<Vec<WrappedKey>, KeyStoreError> {
        let client = self.client().await?;
        let query = "SELECT id, wrapped, master FROM document_key WHERE master <> $1 LIMIT $2";
        let found = client.query(query, &[&master.as_bytes().as_slice(), &i64::from(limit)]).await;
        found.map_err(self.refused())?.iter().map(wrapped_key).collect::<Result<_, _>>().map_err(self.invalid())
    }

    async fn rewrap_keys(&self, keys: Arc<[WrappedKey]>) -> Result<(), KeyStoreError> {
        let client = self.client().await?;
        let columns = rows::columns(&keys);
        let update = "UPDATE document_key SET wrapped = new.wrapped, master = new.master
            FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) AS new (id, wrapped, master) WHERE document_key.id = new.id";
        client.execute(update, &[&columns.ids, &columns.wrapped, &columns.masters]).await.map_err(self.refused())?;
        Ok(())
    }

    async fn secret(&self, name: &str) -> Result<Option<WrappedSecret>, KeyStoreError> {
        let all = self.secrets().await?;
        Ok(all.into_iter().find(|secret| secret.name == name))
    }

    async fn secrets(&self) -> Result<Vec<WrappedSecret>, KeyStoreError> {
        let client = self.client().await?;
        let query = client.prepare_cached("SELECT name, wrapped, master FROM secret ORDER BY name COLLATE \"C\"").await;
        let found = client.query(&query.map_err(self.refused())?, &[]).await.map_err(self.refused())?;
        let read = |row: &tokio_postgres::Row| {
            let master = master(row.get(2), ("secret", "master"))?;
            Ok(WrappedSecret { name: row.get(0), wrapped: row.get(1), master })
        };
        found.iter().map(read).collect::<Result<_, _>>().map_err(self.invalid())
    }

    async fn put_secret(&self, secret: Arc<WrappedSecret>, rule: SecretRule) -> Result<bool, KeyStoreError> {
        let mut client = self.client().await?;
        let work = client.transaction().await.map_err(self.refused())?;
        // One at a time, so that the rule holds for what is there when it is written.
        work.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(self.refused())?;
        let old = work.query_opt("SELECT wrapped FROM secret WHERE name = $1", &[&secret.name]).await;
        let old: Option<Vec<u8>> = old.map_err(self.refused())?.map(|row| row.get(0));
        let allowed = match rule {
            SecretRule::IfAbsent => old.is_none(),
            SecretRule::Replacing(digest) => old.is_some_and(|old| Digest32::of(&old) == digest),
            SecretRule::Always => true,
        };
        if allowed {
            let put = "INSERT INTO secret (name, wrapped, master) VALUES ($1, $2, $3)
                ON CONFLICT (name) DO UPDATE SET wrapped = excluded.wrapped, master = excluded.master";
            let master = secret.master.as_bytes().as_slice();
            work.execute(put, &[&secret.name, &secret.wrapped, &master]).await.map_err(self.refused())?;
        }
        work.commit().await.map_err(self.refused())?;
        Ok(allowed)
    }

    async fn lookup(&self, hash: Digest32) -> Result<Option<Id>, KeyStoreError> {
        let client = self.client().await?;
        let query =
            client.prepare_cached("SELECT account FROM lookup WHERE hash = $1").await.map_err(self.refused())?;
        let row = client.query_opt(&query, &[&hash.as_bytes().as_slice()]).await.map_err(self.refused())?;
        row.map(|row| id(row.get(0), ("lookup", "account"))).transpose().map_err(self.invalid())
    }

    async fn lookup_of(&self, account: Id) -> Result<Option<Digest32>, KeyStoreError> {
        let client = self.client().await?;
        let query =
            client.prepare_cached("SELECT hash FROM lookup WHERE account = $1").await.map_err(self.refused())?;
        let row = client.query_opt(&query, &[&account.as_bytes().as_slice()]).await.map_err(self.refused())?;
        row.map(|row| digest(row.get(0), ("lookup", "hash"))).transpose().map_err(self.invalid())
    }

    async fn put_lookup(&self, hash: Digest32, account: Id) -> Result<LookupWritten, KeyStoreError> {
        let mut client = self.client().await?;
        let work = client.transaction().await.map_err(self.refused())?;
        work.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(self.refused())?;
        let (hash, account) = (hash.as_bytes().as_slice(), account.as_bytes().as_slice());
        let there = work.query_opt("SELECT account FROM lookup WHERE hash = $1", &[&hash]).await;
        let there: Option<Vec<u8>> = there.map_err(self.refused())?.map(|row| row.get(0));
        match there {
            Some(owner) if owner == account => return Ok(LookupWritten::Put),
            Some(_) => return Ok(LookupWritten::Taken),
            None => {}
        }
        work.execute("DELETE FROM lookup WHERE account = $1", &[&account]).await.map_err(self.refused())?;
        work.execute("INSERT INTO lookup (hash, account) VALUES ($1, $2)", &[&hash, &account])
            .await
            .map_err(self.refused())?;
        self.count_change(&work).await?;
        work.commit().await.map_err(self.refused())?;
        Ok(LookupWritten::Put)
    }

    async fn list_lookups(&self, after: Option<Digest32>, limit: u32) -> Result<Vec<(Digest32, Id)>, KeyStoreError> {
        let client = self.client().await?;
        let after = after.map_or_else(Vec::new, |after| after.as_bytes().to_vec());
        let list = "SELECT hash, account FROM lookup WHERE hash > $1 ORDER BY hash LIMIT $2";
        let found = client.query(list, &[&after, &i64::from(limit)]).await.map_err(self.refused())?;
        let read = |row: &tokio_postgres::Row| {
            Ok((digest(row.get(0), ("lookup", "hash"))?, id(row.get(1), ("lookup", "account"))?))
        };
        found.iter().map(read).collect::<Result<_, _>>().map_err(self.invalid())
    }

    async fn lookups_version(&self) -> Result<i64, KeyStoreError> {
        let client = self.client().await?;
        let row = client.query_one("SELECT version FROM lookups_version", &[]).await.map_err(self.refused())?;
        Ok(row.get(0))
    }

    async fn set_lookups_version(&self, version: i64) -> Result<(), KeyStoreError> {
        let client = self.client().await?;
        client.execute("UPDATE lookups_version SET version = $1", &[&version]).await.map_err(self.refused())?;
        Ok(())
    }

    async fn destroy(
        &self,
        intent: Arc<Intent>,
        known: Arc<[Option<Digest32>]>,
    ) -> Result<Vec<Option<Digest32>>, KeyStoreError> {
        let packed = rmp_serde::to_vec(&*intent).map_err(|_| self.invalid()(("pending_destruction", "intent")))?;
        let mut client = self.client().await?;
        let work = client.transaction().await.map_err(self.refused())?;
        // One at a time: two destructions of the same keys in another order would wait for each other.
        work.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(self.refused())?;
        let begin = "INSERT INTO pending_destruction (id, intent) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        work.execute(begin, &[&intent.id.as_bytes().as_slice(), &packed]).await.map_err(self.refused())?;
        let mut digests = Vec::with_capacity(intent.keys.len());
        for (at, &key) in intent.keys.iter().enumerate() {
            digests.push(self.destroy_key(&work, key, known.get(at).copied().flatten()).await?);
        }
        let accounts: Vec<&[u8]> = intent.accounts.iter().map(|account| account.as_bytes().as_slice()).collect();
        let forgotten = work.execute("DELETE FROM lookup WHERE account = ANY($1)", &[&accounts]).await;
        if forgotten.map_err(self.refused())? > 0 {
            self.count_change(&work).await?;
        }
        work.commit().await.map_err(self.refused())?;
        Ok(digests)
    }

    async fn erase(&self) -> Result<(), KeyStoreError> {
        erasure::erase(&self.name, &self.client().await?).await
    }

    async fn pending(&self) -> Result<Vec<Intent>, KeyStoreError> {
        let client = self.client().await?;
        let found = client.query("SELECT intent FROM pending_destruction ORDER BY id", &[]).await;
        let read = |row: &tokio_postgres::Row| {
            rmp_serde::from_slice(row.get(0)).map_err(|_| ("pending_destruction", "intent"))
        };
        found.map_err(self.refused())?.iter().map(read).collect::<Result<_, _>>().map_err(self.invalid())
    }

    async fn settle(&self, intent: Id) -> Result<(), KeyStoreError> {
        let client = self.client().await?;
        let settle = "DELETE FROM pending_destruction WHERE id = $1";
        client.execute(settle, &[&intent.as_bytes().as_slice()]).await.map_err(self.refused())?;
        Ok(())
    }
}

impl std::fmt::Debug for PostgresKeyStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresKeyStore").field("name", &self.name).finish_non_exhaustive()
    }
}
