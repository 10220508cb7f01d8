//! What stands in a data store or a backup of it, as somebody reads it who has no key: identifiers in the clear, and sealed bodies.

use std::path::Path;

use server::ids::Id;

/// A sealed body with what stands beside it in the clear.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sealed {
    /// What it is bound to: the kind of the record, `grant`, or `answer` with its position.
    pub kind: String,
    /// The record, the grant, or the assignment of the answer.
    pub id: Id,
    /// The bilan it belongs to.
    pub bilan: Option<Id>,
    /// The key that it names.
    pub key: Option<Id>,
    pub body: Vec<u8>,
}

/// One statement for both databases.
const BODIES: &str = "SELECT kind, id, bilan, key, body FROM record
    UNION ALL SELECT 'grant', id, bilan, key, body FROM access_grant
    UNION ALL SELECT 'answer ' || CAST(position AS TEXT), assignment,
        (SELECT bilan FROM record WHERE kind = 'assignment' AND id = assignment),
        (SELECT key FROM record WHERE kind = 'assignment' AND id = assignment), sealed FROM answer";

fn id(bytes: &[u8]) -> Id {
    Id::try_from(bytes).unwrap()
}

/// The bodies of a data file or a backup of one.
pub fn of_file(file: &Path) -> Vec<Sealed> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let data = rusqlite::Connection::open_with_flags(file, flags).unwrap();
    let mut statement = data.prepare(BODIES).unwrap();
    let rows = statement.query_map([], |row| {
        let (bilan, key): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
        Ok(Sealed {
            kind: row.get(0)?,
            id: id(&row.get::<_, Vec<u8>>(1)?),
            bilan: bilan.map(|bytes| id(&bytes)),
            key: key.map(|bytes| id(&bytes)),
            body: row.get(4)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// The bodies of a schema in a cluster.
#[cfg(feature = "test-postgres")]
pub async fn of_schema(url: &str) -> Vec<Sealed> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let rows = client.query(BODIES, &[]).await.unwrap();
    let sealed = |row: &tokio_postgres::Row| Sealed {
        kind: row.get(0),
        id: id(row.get(1)),
        bilan: row.get::<_, Option<&[u8]>>(2).map(id),
        key: row.get::<_, Option<&[u8]>>(3).map(id),
        body: row.get(4),
    };
    rows.iter().map(sealed).collect()
}
