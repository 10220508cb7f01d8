//! From columns to rows, written once for both databases.

use crate::clock::Timestamp;
use crate::ids::Id;

use super::audit::Hash;
use super::{AuditEntry, AuditHead, GrantRow, LogLine, LogPlace, Record, StoreError, StoredAnswer};

/// A row of either database. `name` is for the message when the column does not hold what it should.
pub(super) trait Columns {
    /// A number or nothing.
    fn opt_int(&self, idx: usize, name: &'static str) -> Result<Option<i64>, StoreError>;
    /// A text or nothing.
    fn opt_text(&self, idx: usize, name: &'static str) -> Result<Option<&str>, StoreError>;
    /// Bytes or nothing.
    fn opt_bytes(&self, idx: usize, name: &'static str) -> Result<Option<&[u8]>, StoreError>;

    /// A number.
    fn int(&self, idx: usize, name: &'static str) -> Result<i64, StoreError> {
        self.opt_int(idx, name)?.ok_or(StoreError::DamagedColumn { column: name })
    }

    /// A text.
    fn text(&self, idx: usize, name: &'static str) -> Result<&str, StoreError> {
        self.opt_text(idx, name)?.ok_or(StoreError::DamagedColumn { column: name })
    }

    /// Bytes.
    fn bytes(&self, idx: usize, name: &'static str) -> Result<&[u8], StoreError> {
        self.opt_bytes(idx, name)?.ok_or(StoreError::DamagedColumn { column: name })
    }

    /// An identifier.
    fn id(&self, idx: usize, name: &'static str) -> Result<Id, StoreError> {
        Id::try_from(self.bytes(idx, name)?).map_err(|_| StoreError::DamagedColumn { column: name })
    }

    /// An identifier or nothing.
    fn opt_id(&self, idx: usize, name: &'static str) -> Result<Option<Id>, StoreError> {
        let id = self.opt_bytes(idx, name)?.map(Id::try_from).transpose();
        id.map_err(|_| StoreError::DamagedColumn { column: name })
    }

    /// A moment or nothing.
    fn opt_time(&self, idx: usize, name: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int(idx, name)?.map(Timestamp::from_millis))
    }

    /// A hash.
    fn hash(&self, idx: usize, name: &'static str) -> Result<Hash, StoreError> {
        self.bytes(idx, name)?.try_into().map_err(|_| StoreError::DamagedColumn { column: name })
    }
}

impl Columns for rusqlite::Row<'_> {
    fn opt_int(&self, idx: usize, name: &'static str) -> Result<Option<i64>, StoreError> {
        self.get_ref(idx)?.as_i64_or_null().map_err(|_| StoreError::DamagedColumn { column: name })
    }

    fn opt_text(&self, idx: usize, name: &'static str) -> Result<Option<&str>, StoreError> {
        self.get_ref(idx)?.as_str_or_null().map_err(|_| StoreError::DamagedColumn { column: name })
    }

    fn opt_bytes(&self, idx: usize, name: &'static str) -> Result<Option<&[u8]>, StoreError> {
        self.get_ref(idx)?.as_blob_or_null().map_err(|_| StoreError::DamagedColumn { column: name })
    }
}

impl Columns for tokio_postgres::Row {
    fn opt_int(&self, idx: usize, _name: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(idx)?)
    }

    fn opt_text(&self, idx: usize, _name: &'static str) -> Result<Option<&str>, StoreError> {
        Ok(self.try_get(idx)?)
    }

    fn opt_bytes(&self, idx: usize, _name: &'static str) -> Result<Option<&[u8]>, StoreError> {
        Ok(self.try_get(idx)?)
    }
}

/// A record, from the columns of `query::FETCH`.
pub(super) fn record(row: &dyn Columns) -> Result<Record, StoreError> {
    Ok(Record {
        kind: row.text(0, "kind")?.parse()?,
        id: row.id(1, "id")?,
        tenant: row.id(2, "tenant")?,
        bilan: row.opt_id(3, "bilan")?,
        parent: row.opt_id(4, "parent")?,
        owner: row.opt_id(5, "owner")?,
        state: row.text(6, "state")?.to_owned(),
        audience: row.int(7, "audience")?,
        due: row.opt_time(8, "due")?,
        version: row.int(9, "version")?,
        key: row.opt_id(10, "key")?,
        body: row.bytes(11, "body")?.to_vec(),
    })
}

/// A grant, from the columns of `query::FETCH_GRANT`.
pub(super) fn grant(row: &dyn Columns) -> Result<GrantRow, StoreError> {
    Ok(GrantRow {
        id: row.id(0, "id")?,
        tenant: row.id(1, "tenant")?,
        bilan: row.id(2, "bilan")?,
        grantee: row.id(3, "grantee")?,
        basis: row.text(4, "basis")?.to_owned(),
        classes: row.int(5, "classes")?,
        document: row.opt_id(6, "document")?,
        starts: Timestamp::from_millis(row.int(7, "starts")?),
        ends: row.opt_time(8, "ends")?,
        revoked: row.opt_time(9, "revoked")?,
        suspended: row.int(10, "suspended")? != 0,
        key: row.opt_id(11, "key")?,
        body: row.bytes(12, "body")?.to_vec(),
        version: row.int(13, "version")?,
    })
}

/// An answer, from the columns of `query::ANSWERS`.
pub(super) fn answer(row: &dyn Columns) -> Result<StoredAnswer, StoreError> {
    Ok(StoredAnswer {
        position: row.int(0, "position")?,
        revision: row.int(1, "revision")?,
        sealed: row.bytes(2, "sealed")?.to_vec(),
    })
}

/// How many there are, from the column of `query::N_ANSWERS`.
pub(super) fn n(row: &dyn Columns) -> Result<u32, StoreError> {
    u32::try_from(row.int(0, "count")?).map_err(|_| StoreError::DamagedColumn { column: "count" })
}

/// A piece of a file, from the column of `query::CHUNK`.
pub(super) fn chunk(row: &dyn Columns) -> Result<Vec<u8>, StoreError> {
    Ok(row.bytes(0, "sealed")?.to_vec())
}

/// An entry of the audit log, from the columns of `query::ENTRIES`.
pub(super) fn entry(row: &dyn Columns) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        seq: row.int(0, "seq")?,
        at: Timestamp::from_millis(row.int(1, "at")?),
        entry: row.bytes(2, "entry")?.to_vec(),
        hash: row.hash(3, "hash")?,
    })
}

/// An entry with its place, from the columns of `query::ENTRIES_OF_BILAN`.
pub(super) fn line(row: &dyn Columns) -> Result<LogLine, StoreError> {
    let place = LogPlace { segment: row.text(0, "segment")?.to_owned(), seq: row.int(1, "seq")? };
    let entry = AuditEntry {
        seq: place.seq,
        at: Timestamp::from_millis(row.int(2, "at")?),
        entry: row.bytes(3, "entry")?.to_vec(),
        hash: row.hash(4, "hash")?,
    };
    Ok(LogLine { place, entry })
}

/// The end of a segment's chain, from the columns of `statement::LAST_ENTRY`.
pub(super) fn chain_end(row: &dyn Columns) -> Result<(i64, Hash), StoreError> {
    Ok((row.int(0, "seq")?, row.hash(1, "hash")?))
}

/// A segment and how many entries it holds, from the columns of `query::ENTRIES_BY_SEGMENT`.
pub(super) fn segment_count(row: &dyn Columns) -> Result<(String, i64), StoreError> {
    Ok((row.text(0, "segment")?.to_owned(), row.int(1, "count")?))
}

/// A signed head, from the columns of `query::HEADS`.
pub(super) fn head(row: &dyn Columns) -> Result<AuditHead, StoreError> {
    Ok(AuditHead {
        segment: row.text(0, "segment")?.to_owned(),
        previous: row.hash(1, "previous")?,
        n_entries: row.int(2, "n")?,
        hash: row.hash(3, "hash")?,
        signature: row.bytes(4, "signature")?.to_vec(),
        closed_at: Timestamp::from_millis(row.int(5, "closed_at")?),
    })
}

/// A kind, a state and how many records, from the columns of `query::COUNTS`.
pub(super) fn count(row: &dyn Columns) -> Result<((super::Kind, String), u64), StoreError> {
    let n = u64::try_from(row.int(2, "count")?).map_err(|_| StoreError::DamagedColumn { column: "count" })?;
    Ok(((row.text(0, "kind")?.parse()?, row.text(1, "state")?.to_owned()), n))
}
