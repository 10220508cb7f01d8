//! The statements that change something, written once for both databases.
//!
//! Placeholders are `$1`, `$2`, … in the order in which they first appear, which both read alike: PostgreSQL by
//! number, SQLite by first appearance.

use crate::ids::Id;

use super::{Change, GrantRow, Record};

/// Which database a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// One writer at a time: what a statement reads stays so until its commit is done.
    Sqlite,
    /// Several writers: rows that a commit relies on are locked.
    Postgres,
}

/// A value for a placeholder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// A number.
    Int(i64),
    /// A number or nothing.
    OptInt(Option<i64>),
    /// A text.
    Text(&'a str),
    /// A text or nothing.
    OptText(Option<&'a str>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Bytes or nothing.
    OptBytes(Option<&'a [u8]>),
}

impl<'a> Value<'a> {
    /// An identifier.
    pub(super) fn id(id: &'a Id) -> Self {
        Self::Bytes(id.as_bytes())
    }

    /// An identifier or nothing.
    pub(super) fn opt_id(id: Option<&'a Id>) -> Self {
        Self::OptBytes(id.map(|id| &id.as_bytes()[..]))
    }

    /// As a parameter of PostgreSQL.
    pub(super) fn for_postgres(&self) -> &(dyn tokio_postgres::types::ToSql + Sync) {
        match self {
            Self::Int(value) => value,
            Self::OptInt(value) => value,
            Self::Text(value) => value,
            Self::OptText(value) => value,
            Self::Bytes(value) => value,
            Self::OptBytes(value) => value,
        }
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Int(value) => value.to_sql(),
            Self::OptInt(value) => value.to_sql(),
            Self::Text(value) => value.to_sql(),
            Self::OptText(value) => value.to_sql(),
            Self::Bytes(value) => value.to_sql(),
            Self::OptBytes(value) => value.to_sql(),
        }
    }
}

/// What must come of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Must {
    /// Anything.
    Run,
    /// One row changed.
    Change,
    /// One row found.
    Find,
}

/// A statement with its values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement<'a> {
    pub(super) sql: &'static str,
    pub(super) values: Vec<Value<'a>>,
    pub(super) must: Must,
}

const INSERT_RECORD: &str = "INSERT INTO record (kind, id, tenant, bilan, parent, owner, state, audience, due, version, \
     key, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
const UPDATE_RECORD: &str = "UPDATE record SET tenant = $1, bilan = $2, parent = $3, owner = $4, state = $5, \
     audience = $6, due = $7, key = $8, body = $9, version = version + 1 WHERE kind = $10 AND id = $11 AND version = $12";
const DELETE_RECORD: &str = "DELETE FROM record WHERE kind = $1 AND id = $2";
const DELETE_OF_BILAN: &str = "DELETE FROM record WHERE kind = $1 AND bilan = $2";
const INSERT_GRANT: &str = "INSERT INTO access_grant (id, tenant, bilan, grantee, basis, classes, document, starts, ends, \
     revoked, suspended, key, body, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
     ON CONFLICT DO NOTHING";
const UPDATE_GRANT: &str = "UPDATE access_grant SET tenant = $1, bilan = $2, grantee = $3, basis = $4, classes = $5, \
     document = $6, starts = $7, ends = $8, revoked = $9, suspended = $10, key = $11, body = $12, version = version + 1 \
     WHERE id = $13 AND version = $14";
const DELETE_GRANTS: &str = "DELETE FROM access_grant WHERE bilan = $1";
const DELETE_ANSWERS: &str = "DELETE FROM answer WHERE assignment = $1";
const PUT_CHUNK: &str = "INSERT INTO chunk (file, seq, sealed) VALUES ($1, $2, $3) \
     ON CONFLICT (file, seq) DO UPDATE SET sealed = excluded.sealed";
const DELETE_CHUNKS: &str = "DELETE FROM chunk WHERE file = $1";

/// Builds the texts that differ by a row lock.
macro_rules! locking {
    ($sqlite:ident, $postgres:ident, $before:expr, $after:literal) => {
        const $sqlite: &str = concat!($before, $after);
        // FOR SHARE: nobody changes the row until this commit is done, and others may rely on it meanwhile.
        const $postgres: &str = concat!($before, " FOR SHARE", $after);
    };
}

/// What holds of a record `b` that is a bilan and is not over.
macro_rules! goes_on {
    () => {
        "b.kind = 'bilan' AND b.state IN ('proposed', 'engaged', 'preliminary', 'investigation', 'conclusions')"
    };
}

// The hot path: one statement looks at the assignment and at its bilan, so that no answer comes after either is over.
locking!(
    PUT_ANSWER,
    PUT_ANSWER_LOCKING,
    concat!(
        "INSERT INTO answer (assignment, position, revision, sealed) SELECT a.id, $1, 1, $2 \
         FROM record a JOIN record b ON b.id = a.bilan WHERE a.kind = 'assignment' AND a.id = $3 AND a.state = $4 AND ",
        goes_on!()
    ),
    " ON CONFLICT (assignment, position) DO UPDATE SET revision = answer.revision + 1, sealed = excluded.sealed"
);
locking!(
    EXPECT_GOING_ON,
    EXPECT_GOING_ON_LOCKING,
    concat!("SELECT 1 FROM record b WHERE b.id = $1 AND ", goes_on!()),
    ""
);
locking!(
    EXPECT,
    EXPECT_LOCKING,
    "SELECT 1 FROM record WHERE kind = $1 AND id = $2 AND version = COALESCE($3, version) \
     AND state = COALESCE($4, state)",
    ""
);

/// The last closed segment of the audit log.
pub(super) const LAST_CLOSED: &str = "SELECT max(segment) FROM audit_head";
/// The end of a segment's chain.
pub(super) const LAST_ENTRY: &str = "SELECT seq, hash FROM audit WHERE segment = $1 ORDER BY seq DESC LIMIT 1";
/// Appends to a segment.
pub(super) const INSERT_ENTRY: &str =
    "INSERT INTO audit (segment, seq, at, entry, hash, bilan) VALUES ($1, $2, $3, $4, $5, $6)";
/// Closes a segment.
pub(super) const INSERT_HEAD: &str = "INSERT INTO audit_head (segment, previous, n, hash, signature, closed_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
/// Deletes the entries of a closed segment.
pub(super) const DELETE_ENTRIES: &str = "DELETE FROM audit WHERE segment = $1";
/// Finds the head of a segment.
pub(super) const HAS_HEAD: &str = "SELECT count(*) FROM audit_head WHERE segment = $1";

/// The statements of a change, in order; none for an entry of the audit log, which is chained apart.
pub(super) fn statements(change: &Change, dialect: Dialect) -> Vec<Statement<'_>> {
    let one = |sql, values, must| vec![Statement { sql, values, must }];
    match change {
        Change::Insert(record) => one(INSERT_RECORD, inserted(record), Must::Change),
        Change::Update(record) => one(UPDATE_RECORD, updated(record), Must::Change),
        Change::Delete { kind, id } => one(DELETE_RECORD, vec![Value::Text(kind.as_str()), Value::id(id)], Must::Run),
        Change::DeleteOfBilan { bilan, kinds } => kinds
            .iter()
            .map(|kind| Statement {
                sql: DELETE_OF_BILAN,
                values: vec![Value::Text(kind.as_str()), Value::id(bilan)],
                must: Must::Run,
            })
            .collect(),
        Change::PutAnswer { assignment, position, sealed, in_state } => {
            let sql = if dialect == Dialect::Sqlite { PUT_ANSWER } else { PUT_ANSWER_LOCKING };
            let values =
                vec![Value::Int(*position), Value::Bytes(sealed), Value::id(assignment), Value::Text(in_state)];
            one(sql, values, Must::Change)
        }
        Change::DeleteAnswers { assignment } => one(DELETE_ANSWERS, vec![Value::id(assignment)], Must::Run),
        Change::InsertGrant(grant) => one(INSERT_GRANT, inserted_grant(grant), Must::Change),
        Change::UpdateGrant(grant) => one(UPDATE_GRANT, updated_grant(grant), Must::Change),
        Change::DeleteGrants { bilan } => one(DELETE_GRANTS, vec![Value::id(bilan)], Must::Run),
        Change::Expect { kind, id, version, state } => {
            let sql = if dialect == Dialect::Sqlite { EXPECT } else { EXPECT_LOCKING };
            let values = vec![
                Value::Text(kind.as_str()),
                Value::id(id),
                Value::OptInt(*version),
                Value::OptText(state.as_deref()),
            ];
            one(sql, values, Must::Find)
        }
        Change::ExpectGoingOn { bilan } => {
            let sql = if dialect == Dialect::Sqlite { EXPECT_GOING_ON } else { EXPECT_GOING_ON_LOCKING };
            one(sql, vec![Value::id(bilan)], Must::Find)
        }
        Change::Audit { .. } => Vec::new(),
        Change::PutChunk { file, seq, sealed } => {
            one(PUT_CHUNK, vec![Value::id(file), Value::Int(*seq), Value::Bytes(sealed)], Must::Run)
        }
        Change::DeleteChunks { file } => one(DELETE_CHUNKS, vec![Value::id(file)], Must::Run),
    }
}

fn inserted(record: &Record) -> Vec<Value<'_>> {
    vec![
        Value::Text(record.kind.as_str()),
        Value::id(&record.id),
        Value::id(&record.tenant),
        Value::opt_id(record.bilan.as_ref()),
        Value::opt_id(record.parent.as_ref()),
        Value::opt_id(record.owner.as_ref()),
        Value::Text(&record.state),
        Value::Int(record.audience),
        Value::OptInt(record.due.map(|due| due.as_millis())),
        Value::Int(record.version),
        Value::opt_id(record.key.as_ref()),
        Value::Bytes(&record.body),
    ]
}

fn updated(record: &Record) -> Vec<Value<'_>> {
    vec![
        Value::id(&record.tenant),
        Value::opt_id(record.bilan.as_ref()),
        Value::opt_id(record.parent.as_ref()),
        Value::opt_id(record.owner.as_ref()),
        Value::Text(&record.state),
        Value::Int(record.audience),
        Value::OptInt(record.due.map(|due| due.as_millis())),
        Value::opt_id(record.key.as_ref()),
        Value::Bytes(&record.body),
        Value::Text(record.kind.as_str()),
        Value::id(&record.id),
        Value::Int(record.version),
    ]
}

fn inserted_grant(grant: &GrantRow) -> Vec<Value<'_>> {
    let mut values = vec![Value::id(&grant.id)];
    values.extend(grant_fields(grant));
    values.push(Value::Int(grant.version));
    values
}

fn updated_grant(grant: &GrantRow) -> Vec<Value<'_>> {
    let mut values = grant_fields(grant).to_vec();
    values.extend([Value::id(&grant.id), Value::Int(grant.version)]);
    values
}

/// The columns of a grant but its identifier and version, in the order of both statements.
fn grant_fields(grant: &GrantRow) -> [Value<'_>; 12] {
    [
        Value::id(&grant.tenant),
        Value::id(&grant.bilan),
        Value::id(&grant.grantee),
        Value::Text(&grant.basis),
        Value::Int(grant.classes),
        Value::opt_id(grant.document.as_ref()),
        Value::Int(grant.starts.as_millis()),
        Value::OptInt(grant.ends.map(|ends| ends.as_millis())),
        Value::OptInt(grant.revoked.map(|revoked| revoked.as_millis())),
        Value::Int(i64::from(grant.suspended)),
        Value::opt_id(grant.key.as_ref()),
        Value::Bytes(&grant.body),
    ]
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Placeholders appear in order, which both databases then number alike.
    pub(in crate::store) fn numbered_by_first_appearance(sql: &str) -> bool {
        let mut highest = 0;
        sql.split('$').skip(1).all(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let number: usize = digits.parse().unwrap();
            let in_order = number <= highest + 1;
            highest = highest.max(number);
            in_order
        })
    }

    #[test]
    fn placeholders_are_numbered_by_first_appearance() {
        let texts = [
            INSERT_RECORD,
            UPDATE_RECORD,
            DELETE_RECORD,
            DELETE_OF_BILAN,
            INSERT_GRANT,
            UPDATE_GRANT,
            DELETE_GRANTS,
            DELETE_ANSWERS,
            PUT_CHUNK,
            DELETE_CHUNKS,
            PUT_ANSWER,
            PUT_ANSWER_LOCKING,
            EXPECT,
            EXPECT_LOCKING,
            EXPECT_GOING_ON,
            EXPECT_GOING_ON_LOCKING,
            LAST_ENTRY,
            INSERT_ENTRY,
            INSERT_HEAD,
            DELETE_ENTRIES,
            HAS_HEAD,
        ];
        for sql in texts {
            assert!(numbered_by_first_appearance(sql), "{sql}");
        }
        assert!(!numbered_by_first_appearance("SELECT $2, $1"));
    }
}
