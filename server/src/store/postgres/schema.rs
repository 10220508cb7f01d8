//! The schema, brought up to date by whichever process comes first.

use deadpool_postgres::Object;

use super::super::StoreError;

/// The texts that bring the schema from one version to the next; the first makes version 1.
const MIGRATIONS: [&str; 1] = [include_str!("0001.sql")];

/// Migrates in one transaction, under a lock of its own.
pub(super) async fn migrate(client: &mut Object) -> Result<(), StoreError> {
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT pg_advisory_xact_lock(hashtextextended('bilan schema ' || current_schema(), 0))", &[])
        .await?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)").await?;
    let row = transaction.query_one("SELECT COALESCE(max(version), 0) FROM schema_version", &[]).await?;
    let found: i64 = row.try_get(0)?;
    let supported = MIGRATIONS.len() as i64;
    if found > supported {
        return Err(StoreError::NewerSchema { found, supported });
    }
    for (version, text) in (1_i64..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        transaction.batch_execute(text).await?;
        transaction.execute("INSERT INTO schema_version (version) VALUES ($1)", &[&version]).await?;
    }
    transaction.commit().await?;
    Ok(())
}
