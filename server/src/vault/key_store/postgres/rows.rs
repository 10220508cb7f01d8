//! From rows to types. What cannot be understood is named by table and column.

use tokio_postgres::Row;

use super::super::{Digest32, Listed, Tombstone, WrappedKey};
use crate::ids::Id;
use crate::vault::master_key::MasterKeyId;

/// Table and column.
type Place = (&'static str, &'static str);

pub(super) fn id(bytes: &[u8], place: Place) -> Result<Id, Place> {
    Id::try_from(bytes).map_err(|_| place)
}

pub(super) fn digest(bytes: &[u8], place: Place) -> Result<Digest32, Place> {
    bytes.try_into().map(Digest32::from_bytes).map_err(|_| place)
}

pub(super) fn master(bytes: &[u8], place: Place) -> Result<MasterKeyId, Place> {
    MasterKeyId::from_slice(bytes).ok_or(place)
}

/// Reads `id, wrapped, master`.
pub(super) fn wrapped_key(row: &Row) -> Result<WrappedKey, Place> {
    let id = id(row.get(0), ("document_key", "id"))?;
    Ok(WrappedKey { id, wrapped: row.get(1), master: master(row.get(2), ("document_key", "master"))? })
}

/// Reads `id, digest`, the latter null for a key that is there.
pub(super) fn listed(row: &Row) -> Result<Listed, Place> {
    let position: &[u8] = row.get(0);
    match row.get::<_, Option<&[u8]>>(1) {
        None => id(position, ("document_key", "id")).map(Listed::Live),
        Some(bytes) => {
            let of = position.try_into().map_err(|_| ("tombstone", "id"))?;
            Ok(Listed::Dead(Tombstone { of, digest: digest(bytes, ("tombstone", "digest"))? }))
        }
    }
}

/// Keys as columns, for one statement that writes them all.
pub(super) struct Columns<'a> {
    pub(super) ids: Vec<&'a [u8]>,
    pub(super) wrapped: Vec<&'a [u8]>,
    pub(super) masters: Vec<&'a [u8]>,
}

pub(super) fn columns(keys: &[WrappedKey]) -> Columns<'_> {
    Columns {
        ids: keys.iter().map(|key| key.id.as_bytes().as_slice()).collect(),
        wrapped: keys.iter().map(|key| key.wrapped.as_slice()).collect(),
        masters: keys.iter().map(|key| key.master.as_bytes().as_slice()).collect(),
    }
}
