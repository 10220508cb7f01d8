//! The data store in a PostgreSQL database, for any number of processes.
//!
//! Map: `connect` (URL, TLS, the pool), `schema` (migrations), `commit` (transactions), `audit_log` (the
//! chain, one appender at a time).

mod audit_log;
mod commit;
pub(crate) mod connect;
mod schema;

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use deadpool_postgres::Pool;

use crate::clock::Timestamp;
use crate::ids::Id;

use super::columns::Columns;
use super::statement::Value;
use super::{
    AuditEntry, AuditHead, AuditSegment, Change, GrantRow, Kind, LogLine, LogPlace, ReadQuestion, Record, Selection,
    Store, StoreError, StoredAnswer, columns, query,
};

pub use connect::PostgresSettings;
pub(crate) use connect::pool;

/// The data store in a PostgreSQL database.
pub struct PostgresStore {
    pool: Pool,
}

impl PostgresStore {
    /// Connects, and brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Setting`] for a URL that is not understood, [`StoreError::NewerSchema`] when a newer program made
    /// the schema, or what the server says.
    pub async fn connect(settings: &PostgresSettings) -> Result<Self, StoreError> {
        let pool = connect::pool(settings)?;
        let mut client = pool.get().await?;
        connect::refuse_lossy_commits(&client).await?;
        schema::migrate(&mut client).await?;
        drop(client);
        Ok(Self { pool })
    }

    async fn all<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(sql).await?;
        let values: Vec<_> = values.iter().map(Value::for_postgres).collect();
        client.query(&statement, &values).await?.iter().map(|row| read(row)).collect()
    }

    async fn first<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Option<T>, StoreError> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(sql).await?;
        let values: Vec<_> = values.iter().map(Value::for_postgres).collect();
        client.query_opt(&statement, &values).await?.as_ref().map(|row| read(row)).transpose()
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn fetch(&self, kind: Kind, id: Id) -> Result<Option<Record>, StoreError> {
        self.first(query::FETCH, &[Value::Text(kind.as_str()), Value::id(&id)], columns::record).await
    }

    async fn fetch_readable(&self, question: &ReadQuestion) -> Result<Option<Record>, StoreError> {
        self.first(query::FETCH_READABLE, &query::readable_values(question), columns::record).await
    }

    async fn select(&self, selection: &Selection) -> Result<Vec<Record>, StoreError> {
        let (sql, values) = query::selection(selection)?;
        self.all(&sql, &values, columns::record).await
    }

    async fn fetch_grant(&self, id: Id) -> Result<Option<GrantRow>, StoreError> {
        self.first(query::FETCH_GRANT, &[Value::id(&id)], columns::grant).await
    }

    async fn grants(&self, bilan: Id) -> Result<Vec<GrantRow>, StoreError> {
        self.all(query::GRANTS, &[Value::id(&bilan)], columns::grant).await
    }

    async fn grants_of(&self, grantee: Id, now: Timestamp) -> Result<Vec<GrantRow>, StoreError> {
        self.all(query::GRANTS_OF, &[Value::id(&grantee), Value::Int(now.as_millis())], columns::grant).await
    }

    async fn answers(&self, assignment: Id) -> Result<Vec<StoredAnswer>, StoreError> {
        self.all(query::ANSWERS, &[Value::id(&assignment)], columns::answer).await
    }

    async fn n_answers(&self, assignment: Id) -> Result<u32, StoreError> {
        Ok(self.first(query::N_ANSWERS, &[Value::id(&assignment)], columns::n).await?.unwrap_or_default())
    }

    async fn answer(&self, assignment: Id, position: i64) -> Result<Option<StoredAnswer>, StoreError> {
        self.first(query::ANSWER, &[Value::id(&assignment), Value::Int(position)], columns::answer).await
    }

    async fn chunk(&self, file: Id, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.first(query::CHUNK, &[Value::id(&file), Value::Int(seq)], columns::chunk).await
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        commit::commit(&self.pool, &changes).await
    }

    async fn audit_entries(&self, segment: &str, from_seq: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let values = [Value::Text(segment), Value::Int(from_seq), Value::Int(limit.into())];
        self.all(query::ENTRIES, &values, columns::entry).await
    }

    async fn audit_of_bilan(&self, bilan: Id, after: Option<LogPlace>, limit: u32) -> Result<Vec<LogLine>, StoreError> {
        let (segment, seq) = query::after_place(after.as_ref());
        let values = [Value::id(&bilan), Value::Text(segment), Value::Int(seq), Value::Int(limit.into())];
        self.all(query::ENTRIES_OF_BILAN, &values, columns::line).await
    }

    async fn audit_segments(&self) -> Result<Vec<AuditSegment>, StoreError> {
        let mut client = self.pool.get().await?;
        audit_log::segments(&client.transaction().await?).await
    }

    async fn head_to_sign(&self, segment: &str, now: Timestamp) -> Result<AuditHead, StoreError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        audit_log::lock(&transaction).await?;
        audit_log::head_of(&transaction, segment, now).await
    }

    async fn close_segment(&self, head: AuditHead) -> Result<(), StoreError> {
        audit_log::close_segment(&mut self.pool.get().await?, &head).await
    }

    async fn delete_segment(&self, segment: &str) -> Result<(), StoreError> {
        audit_log::delete_segment(&mut self.pool.get().await?, segment).await
    }

    async fn counts(&self) -> Result<BTreeMap<(Kind, String), u64>, StoreError> {
        Ok(self.all(query::COUNTS, &[], columns::count).await?.into_iter().collect())
    }

    async fn check(&self) -> Result<(), StoreError> {
        let client = self.pool.get().await?;
        client.query_one("SELECT 1", &[]).await?;
        Ok(())
    }

    async fn backup(&self, _to: &Path) -> Result<(), StoreError> {
        Err(StoreError::Unsupported {
            what: "a backup of a PostgreSQL database",
            remedy: "use pg_dump --format=custom, and pg_restore to put it back",
        })
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.pool.close();
        Ok(())
    }
}

#[cfg(test)]
#[cfg(feature = "test-postgres")]
mod tests;
