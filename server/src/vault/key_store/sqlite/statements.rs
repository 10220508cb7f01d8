//! What is read from and written to a key file. Functions that read give the table and column of a row that cannot be
//! understood as their inner error.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};

use super::super::{
    Digest32, Intent, KeyState, Listed, LookupWritten, SecretRule, Tombstone, WrappedKey, WrappedSecret, tombstone_of,
};
use crate::ids::Id;
use crate::vault::master_key::MasterKeyId;
use crate::vault::sealing::{KEY_LEN, OVERHEAD};

/// Table and column of a row that cannot be understood.
type Place = (&'static str, &'static str);
/// A result of the database, and within it one of our reading.
type Read<T> = rusqlite::Result<Result<T, Place>>;

const KEY: &str = "document_key";
const LOOKUP: &str = "lookup";

fn id_of(bytes: &[u8], place: Place) -> Result<Id, Place> {
    Id::try_from(bytes).map_err(|_| place)
}

fn master_of(bytes: &[u8], place: Place) -> Result<MasterKeyId, Place> {
    MasterKeyId::from_slice(bytes).ok_or(place)
}

/// The digest at the head of the bytes: all of a look-up, or the first part of what took the place of a wrapped key.
fn digest_of(bytes: &[u8], place: Place) -> Result<Digest32, Place> {
    bytes.first_chunk::<32>().copied().map(Digest32::from_bytes).ok_or(place)
}

fn wrapped_key(row: &Row<'_>) -> Read<WrappedKey> {
    let (id, wrapped, master): (Vec<u8>, Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(id_of(&id, (KEY, "id")).and_then(|id| {
        let master = master_of(&master, (KEY, "master"))?;
        Ok(WrappedKey { id, wrapped, master })
    }))
}

pub(super) fn key(connection: &Connection, id: Id) -> Read<KeyState> {
    let mut live =
        connection.prepare_cached("SELECT id, wrapped, master FROM document_key WHERE id = ?1 AND live = 1")?;
    if let Some(found) = live.query_row([id.as_bytes().as_slice()], wrapped_key).optional()? {
        return Ok(found.map(KeyState::Live));
    }
    let dead = dead(connection, tombstone_of(id))?;
    Ok(dead.map(|dead| dead.map_or(KeyState::Unknown, KeyState::Destroyed)))
}

fn dead(connection: &Connection, of: [u8; 16]) -> Read<Option<Digest32>> {
    let mut dead = connection.prepare_cached("SELECT wrapped FROM document_key WHERE id = ?1 AND live = 0")?;
    let found: Option<Vec<u8>> = dead.query_row([of.as_slice()], |row| row.get(0)).optional()?;
    Ok(found.map(|bytes| digest_of(&bytes, (KEY, "wrapped"))).transpose())
}

pub(super) fn insert_keys(connection: &Connection, keys: &[WrappedKey]) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO document_key (id, live, wrapped, master) SELECT ?1, 1, ?2, ?3
         WHERE NOT EXISTS (SELECT 1 FROM document_key WHERE id = ?4 AND live = 0) ON CONFLICT DO NOTHING",
    )?;
    for key in keys {
        let (id, tombstone) = (key.id.as_bytes().as_slice(), tombstone_of(key.id));
        insert.execute(params![id, key.wrapped, key.master.as_bytes().as_slice(), tombstone.as_slice()])?;
    }
    Ok(())
}

/// What takes the place of a wrapped key: its digest and zeros, as long as it was, so that the row does not move.
fn remains(digest: Digest32, length: usize) -> Vec<u8> {
    let mut bytes = digest.as_bytes().to_vec();
    bytes.resize(length.max(bytes.len()), 0);
    bytes
}

pub(super) fn insert_tombstones(connection: &Connection, tombstones: &[Tombstone]) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO document_key (id, live, wrapped, master) VALUES (?1, 0, ?2, zeroblob(8)) ON CONFLICT DO NOTHING",
    )?;
    for tombstone in tombstones {
        insert.execute(params![tombstone.of.as_slice(), remains(tombstone.digest, KEY_LEN + OVERHEAD)])?;
    }
    Ok(())
}

pub(super) fn list_keys(connection: &Connection, after: Option<[u8; 16]>, limit: u32) -> Read<Vec<Listed>> {
    // The empty blob comes before all others.
    let after = after.map_or_else(Vec::new, |after| after.to_vec());
    let mut list = connection.prepare_cached(
        "SELECT id, live, CASE live WHEN 0 THEN wrapped END FROM document_key WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let listed = list.query_map(params![after, limit], |row| {
        let (id, live, wrapped): (Vec<u8>, bool, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if live {
            return Ok(id_of(&id, (KEY, "id")).map(Listed::Live));
        }
        let of = id.try_into().map_err(|_| (KEY, "id"));
        let digest = digest_of(&wrapped.unwrap_or_default(), (KEY, "wrapped"));
        Ok(of.and_then(|of| Ok(Listed::Dead(Tombstone { of, digest: digest? }))))
    })?;
    let rows: Vec<_> = listed.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().collect())
}

pub(super) fn keys_not_under(connection: &Connection, master: MasterKeyId, limit: u32) -> Read<Vec<WrappedKey>> {
    let mut keys = connection.prepare_cached(
        "SELECT id, wrapped, master FROM document_key WHERE live = 1 AND master < ?1
         UNION ALL SELECT id, wrapped, master FROM document_key WHERE live = 1 AND master > ?1 LIMIT ?2",
    )?;
    let found = keys.query_map(params![master.as_bytes().as_slice(), limit], wrapped_key)?;
    let rows: Vec<_> = found.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().collect())
}

pub(super) fn rewrap_keys(connection: &Connection, keys: &[WrappedKey]) -> rusqlite::Result<()> {
    let mut update =
        connection.prepare_cached("UPDATE document_key SET wrapped = ?2, master = ?3 WHERE id = ?1 AND live = 1")?;
    for key in keys {
        update.execute(params![key.id.as_bytes().as_slice(), key.wrapped, key.master.as_bytes().as_slice()])?;
    }
    Ok(())
}

pub(super) fn secrets(connection: &Connection) -> Read<Vec<WrappedSecret>> {
    let mut all = connection.prepare_cached("SELECT name, wrapped, master FROM secret ORDER BY name")?;
    let found = all.query_map([], |row| {
        let (name, wrapped, master): (String, Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(master_of(&master, ("secret", "master")).map(|master| WrappedSecret { name, wrapped, master }))
    })?;
    let rows: Vec<_> = found.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().collect())
}

pub(super) fn put_secret(connection: &Connection, secret: &WrappedSecret, rule: SecretRule) -> rusqlite::Result<bool> {
    let mut old = connection.prepare_cached("SELECT wrapped FROM secret WHERE name = ?1")?;
    let old: Option<Vec<u8>> = old.query_row([&secret.name], |row| row.get(0)).optional()?;
    let allowed = match rule {
        SecretRule::IfAbsent => old.is_none(),
        SecretRule::Replacing(digest) => old.is_some_and(|old| Digest32::of(&old) == digest),
        SecretRule::Always => true,
    };
    if allowed {
        let mut put = connection.prepare_cached(
            "INSERT INTO secret (name, wrapped, master) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET wrapped = excluded.wrapped, master = excluded.master",
        )?;
        put.execute(params![secret.name, secret.wrapped, secret.master.as_bytes().as_slice()])?;
    }
    Ok(allowed)
}

pub(super) fn lookup(connection: &Connection, hash: Digest32) -> Read<Option<Id>> {
    let mut found = connection.prepare_cached("SELECT account FROM lookup WHERE hash = ?1 AND live = 1")?;
    let account: Option<Vec<u8>> = found.query_row([hash.as_bytes().as_slice()], |row| row.get(0)).optional()?;
    Ok(account.map(|account| id_of(&account, (LOOKUP, "account"))).transpose())
}

pub(super) fn lookup_of(connection: &Connection, account: Id) -> Read<Option<Digest32>> {
    let mut found = connection.prepare_cached("SELECT hash FROM lookup WHERE account = ?1 AND live = 1")?;
    let hash: Option<Vec<u8>> = found.query_row([account.as_bytes().as_slice()], |row| row.get(0)).optional()?;
    Ok(hash.map(|hash| digest_of(&hash, (LOOKUP, "hash"))).transpose())
}

pub(super) fn put_lookup(connection: &Connection, hash: Digest32, account: Id) -> rusqlite::Result<LookupWritten> {
    let mut there = connection.prepare_cached("SELECT account FROM lookup WHERE hash = ?1 AND live = 1")?;
    let there: Option<Vec<u8>> = there.query_row([hash.as_bytes().as_slice()], |row| row.get(0)).optional()?;
    match there {
        Some(owner) if owner == account.as_bytes() => return Ok(LookupWritten::Put),
        Some(_) => return Ok(LookupWritten::Taken),
        None => {}
    }
    if forget_lookups(connection, &[account])? {
        reindex_lookups(connection)?;
    }
    let mut insert = connection.prepare_cached("INSERT INTO lookup (hash, live, account) VALUES (?1, 1, ?2)")?;
    insert.execute([hash.as_bytes().as_slice(), account.as_bytes().as_slice()])?;
    count_change(connection)?;
    Ok(LookupWritten::Put)
}

fn count_change(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE lookups_version SET version = version + 1")?.execute([])?;
    Ok(())
}

pub(super) fn lookups_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("SELECT version FROM lookups_version")?.query_row([], |row| row.get(0))
}

pub(super) fn set_lookups_version(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE lookups_version SET version = ?1")?.execute([version])?;
    Ok(())
}

pub(super) fn list_lookups(connection: &Connection, after: Option<Digest32>, limit: u32) -> Read<Vec<(Digest32, Id)>> {
    let after = after.map_or_else(Vec::new, |after| after.as_bytes().to_vec());
    let mut list = connection
        .prepare_cached("SELECT hash, account FROM lookup WHERE live = 1 AND hash > ?1 ORDER BY hash LIMIT ?2")?;
    let found = list.query_map(params![after, limit], |row| {
        let (hash, account): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        Ok(digest_of(&hash, (LOOKUP, "hash")).and_then(|hash| Ok((hash, id_of(&account, (LOOKUP, "account"))?))))
    })?;
    let rows: Vec<_> = found.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().collect())
}

/// Overwrites the look-ups of accounts in place; tells whether there were any.
fn forget_lookups(connection: &Connection, accounts: &[Id]) -> rusqlite::Result<bool> {
    let mut forget = connection.prepare_cached(
        "UPDATE lookup SET hash = zeroblob(32), live = 0, account = zeroblob(16) WHERE account = ?1 AND live = 1",
    )?;
    let mut n_forgotten = 0;
    for account in accounts {
        n_forgotten += forget.execute([account.as_bytes().as_slice()])?;
    }
    Ok(n_forgotten > 0)
}

/// Builds the index of hashes anew: the pages of the old one are overwritten.
fn reindex_lookups(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("REINDEX lookup_by_hash")
}

pub(super) fn destroy(
    connection: &Connection,
    intent: &Intent,
    known: &[Option<Digest32>],
) -> Read<Vec<Option<Digest32>>> {
    let packed = match rmp_serde::to_vec(intent) {
        Ok(packed) => packed,
        Err(_) => return Ok(Err(("pending_destruction", "intent"))),
    };
    let mut begin = connection
        .prepare_cached("INSERT INTO pending_destruction (id, intent) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    begin.execute(params![intent.id.as_bytes().as_slice(), packed])?;
    let mut digests = Vec::with_capacity(intent.keys.len());
    for (at, &key) in intent.keys.iter().enumerate() {
        match destroy_key(connection, key, known.get(at).copied().flatten())? {
            Ok(digest) => digests.push(digest),
            Err(place) => return Ok(Err(place)),
        }
    }
    if forget_lookups(connection, &intent.accounts)? {
        reindex_lookups(connection)?;
        count_change(connection)?;
    }
    Ok(Ok(digests))
}

fn destroy_key(connection: &Connection, key: Id, known: Option<Digest32>) -> Read<Option<Digest32>> {
    let of = tombstone_of(key);
    let buried = match dead(connection, of)? {
        Ok(buried) => buried,
        Err(place) => return Ok(Err(place)),
    };
    let mut live = connection.prepare_cached("SELECT slot, wrapped FROM document_key WHERE id = ?1 AND live = 1")?;
    let found: Option<(i64, Vec<u8>)> =
        live.query_row([key.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((slot, wrapped)) = found else {
        if let (None, Some(digest)) = (buried, known) {
            insert_tombstones(connection, &[Tombstone { of, digest }])?;
        }
        return Ok(Ok(buried.or(known)));
    };
    let digest = buried.or(known).unwrap_or_else(|| Digest32::of(&wrapped));
    // A tombstone that came from a replica is there already: the row is emptied under a name of its own.
    let name = if buried.is_some() { spare_name(of, slot) } else { of };
    let mut overwrite = connection.prepare_cached(
        "UPDATE document_key SET id = ?2, live = 0, wrapped = ?3, master = zeroblob(8) WHERE slot = ?1",
    )?;
    overwrite.execute(params![slot, name.as_slice(), remains(digest, wrapped.len())])?;
    Ok(Ok(Some(digest)))
}

fn spare_name(of: [u8; 16], slot: i64) -> [u8; 16] {
    let digest = Sha256::new().chain_update(of).chain_update(slot.to_be_bytes()).finalize();
    let mut name = [0; 16];
    name.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    name
}

pub(super) fn pending(connection: &Connection) -> Read<Vec<Intent>> {
    let mut all = connection.prepare_cached("SELECT intent FROM pending_destruction ORDER BY id")?;
    let found = all.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let rows: Vec<Vec<u8>> = found.collect::<Result<_, _>>()?;
    let unpack = |bytes: &Vec<u8>| rmp_serde::from_slice(bytes).map_err(|_| ("pending_destruction", "intent"));
    Ok(rows.iter().map(unpack).collect())
}

pub(super) fn settle(connection: &Connection, intent: Id) -> rusqlite::Result<()> {
    let mut done = connection.prepare_cached("DELETE FROM pending_destruction WHERE id = ?1")?;
    done.execute([intent.as_bytes().as_slice()])?;
    Ok(())
}
