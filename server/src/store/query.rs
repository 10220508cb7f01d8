//! The statements that read, written once for both databases; placeholders as in `statement`.

use super::statement::Value;
use super::{LogPlace, ReadQuestion, Selection, StoreError};

/// The columns of a record in the order in which `columns` reads them.
macro_rules! record_columns {
    () => {
        "r.kind, r.id, r.tenant, r.bilan, r.parent, r.owner, r.state, r.audience, r.due, r.version, r.key, r.body"
    };
}

/// The columns of a grant in the order in which `columns` reads them.
macro_rules! grant_columns {
    () => {
        "g.id, g.tenant, g.bilan, g.grantee, g.basis, g.classes, g.document, g.starts, g.ends, g.revoked, g.suspended, \
         g.key, g.body, g.version"
    };
}

/// One record.
pub(super) const FETCH: &str = concat!("SELECT ", record_columns!(), " FROM record r WHERE r.kind = $1 AND r.id = $2");

/// One record, if the reader may read it: values by [`readable_values`].
pub(super) const FETCH_READABLE: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM record r WHERE r.kind = $1 AND r.id = $2 AND r.tenant = $3 \
     AND ((r.owner = $4 AND (r.audience & $5) <> 0) OR EXISTS (SELECT 1 FROM access_grant g \
     WHERE g.bilan = r.bilan AND g.grantee = $4 AND g.tenant = r.tenant AND (g.classes & $6) <> 0 \
     AND (g.document IS NULL OR g.document = r.id) AND g.starts <= $7 AND (g.ends IS NULL OR g.ends > $7) \
     AND g.revoked IS NULL AND g.suspended = 0))"
);

/// One grant.
pub(super) const FETCH_GRANT: &str = concat!("SELECT ", grant_columns!(), " FROM access_grant g WHERE g.id = $1");

/// All grants about a bilan.
pub(super) const GRANTS: &str =
    concat!("SELECT ", grant_columns!(), " FROM access_grant g WHERE g.bilan = $1 ORDER BY g.id");

/// The live grants to somebody.
pub(super) const GRANTS_OF: &str = concat!(
    "SELECT ",
    grant_columns!(),
    " FROM access_grant g WHERE g.grantee = $1 AND g.starts <= $2 AND (g.ends IS NULL OR g.ends > $2) \
     AND g.revoked IS NULL AND g.suspended = 0 ORDER BY g.id"
);

/// The answers of an assignment.
pub(super) const ANSWERS: &str =
    "SELECT position, revision, sealed FROM answer WHERE assignment = $1 ORDER BY position";

/// How many answers an assignment has.
pub(super) const N_ANSWERS: &str = "SELECT count(*) FROM answer WHERE assignment = $1";

/// One answer of an assignment.
pub(super) const ANSWER: &str = "SELECT position, revision, sealed FROM answer WHERE assignment = $1 AND position = $2";

/// A piece of a file.
pub(super) const CHUNK: &str = "SELECT sealed FROM chunk WHERE file = $1 AND seq = $2";

/// Entries of the audit log.
pub(super) const ENTRIES: &str =
    "SELECT seq, at, entry, hash FROM audit WHERE segment = $1 AND seq >= $2 ORDER BY seq LIMIT $3";

/// Entries of the audit log about a bilan, after a place.
pub(super) const ENTRIES_OF_BILAN: &str = "SELECT segment, seq, at, entry, hash FROM audit WHERE bilan = $1 \
     AND (segment, seq) > ($2, $3) ORDER BY segment, seq LIMIT $4";

/// How many entries each segment holds.
pub(super) const ENTRIES_BY_SEGMENT: &str = "SELECT segment, count(*) FROM audit GROUP BY segment ORDER BY segment";

/// The signed heads.
pub(super) const HEADS: &str =
    "SELECT segment, previous, n, hash, signature, closed_at FROM audit_head ORDER BY segment";

/// How many records of each kind in each state.
pub(super) const COUNTS: &str = "SELECT kind, state, count(*) FROM record GROUP BY kind, state";

/// The place after which [`ENTRIES_OF_BILAN`] begins: before the first of all unless one is given.
pub(super) fn after_place(place: Option<&LogPlace>) -> (&str, i64) {
    place.map_or(("", 0), |place| (place.segment.as_str(), place.seq))
}

/// The values of [`FETCH_READABLE`].
pub(super) fn readable_values(question: &ReadQuestion) -> [Value<'_>; 7] {
    [
        Value::Text(question.kind.as_str()),
        Value::id(&question.id),
        Value::id(&question.tenant),
        Value::id(&question.reader),
        Value::Int(question.owner_bit),
        Value::Int(question.class),
        Value::Int(question.now.as_millis()),
    ]
}

/// The text and values of a selection. There are as many texts as combinations of fields that callers use: few
/// enough for the caches of prepared statements.
pub(super) fn selection(wanted: &Selection) -> Result<(String, Vec<Value<'_>>), StoreError> {
    let mut sql = concat!("SELECT ", record_columns!(), " FROM record r WHERE r.kind = $1").to_owned();
    let mut values = vec![Value::Text(wanted.kind.as_str())];
    let identifiers = [
        ("r.tenant = $", &wanted.tenant),
        ("r.bilan = $", &wanted.bilan),
        ("r.parent = $", &wanted.parent),
        ("r.owner = $", &wanted.owner),
    ];
    for (condition, id) in identifiers {
        if let Some(id) = id {
            and(&mut sql, &mut values, condition, Value::id(id));
        }
    }
    if let Some(state) = &wanted.state {
        and(&mut sql, &mut values, "r.state = $", Value::Text(state));
    }
    if let Some(due) = wanted.due_before {
        and(&mut sql, &mut values, "r.due < $", Value::Int(due.as_millis()));
    }
    match (wanted.due_before, &wanted.after, wanted.after_due) {
        (Some(_), Some(after), Some(due)) => {
            values.push(Value::Int(due.as_millis()));
            values.push(Value::id(after));
            sql.push_str(&format!(" AND (r.due, r.id) > (${}, ${})", values.len() - 1, values.len()));
        }
        (Some(_), Some(_), None) => return Err(StoreError::PageWithoutDue),
        (_, Some(after), _) => and(&mut sql, &mut values, "r.id > $", Value::id(after)),
        (_, None, _) => {}
    }
    values.push(Value::Int(wanted.limit.into()));
    let order = if wanted.due_before.is_some() { "r.due, r.id" } else { "r.id" };
    sql.push_str(&format!(" ORDER BY {order} LIMIT ${}", values.len()));
    Ok((sql, values))
}

/// Adds a condition, whose `$` stands for the value.
fn and<'a>(sql: &mut String, values: &mut Vec<Value<'a>>, condition: &str, value: Value<'a>) {
    values.push(value);
    sql.push_str(" AND ");
    sql.push_str(&condition.replace('$', &format!("${}", values.len())));
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::super::statement::tests::numbered_by_first_appearance;
    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::Id;

    #[test]
    fn placeholders_are_numbered_by_first_appearance() {
        for sql in [
            FETCH,
            FETCH_READABLE,
            FETCH_GRANT,
            GRANTS,
            GRANTS_OF,
            ANSWERS,
            N_ANSWERS,
            ANSWER,
            CHUNK,
            ENTRIES,
            ENTRIES_OF_BILAN,
        ] {
            assert!(numbered_by_first_appearance(sql), "{sql}");
        }
        let id = Some(Id::from_bytes([1; 16]));
        let moment = Some(Timestamp::from_millis(1));
        let all = Selection {
            tenant: id,
            bilan: id,
            parent: id,
            owner: id,
            state: Some("open".to_owned()),
            due_before: moment,
            after: id,
            after_due: moment,
            ..Selection::of(Kind::Bilan)
        };
        let (sql, values) = selection(&all).unwrap();
        assert!(numbered_by_first_appearance(&sql), "{sql}");
        assert_eq!(sql.matches('$').count(), values.len());
        let without = Selection { after_due: None, ..all };
        assert!(matches!(selection(&without), Err(StoreError::PageWithoutDue)));
    }
}
