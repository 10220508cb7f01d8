-- Columns that hold wrapped keys or hashes have no statistics: ANALYZE would copy samples of them into pg_statistic.
CREATE TABLE IF NOT EXISTS document_key (id bytea PRIMARY KEY, wrapped bytea NOT NULL, master bytea NOT NULL);
ALTER TABLE document_key ALTER COLUMN wrapped SET STATISTICS 0;
CREATE INDEX IF NOT EXISTS document_key_by_master ON document_key (master);
CREATE TABLE IF NOT EXISTS tombstone (id bytea PRIMARY KEY, digest bytea NOT NULL);
CREATE TABLE IF NOT EXISTS lookup (hash bytea PRIMARY KEY, account bytea NOT NULL UNIQUE);
ALTER TABLE lookup ALTER COLUMN hash SET STATISTICS 0;
CREATE TABLE IF NOT EXISTS lookups_version (one integer PRIMARY KEY CHECK (one = 1), version bigint NOT NULL);
INSERT INTO lookups_version (one, version) VALUES (1, 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS secret (name text PRIMARY KEY, wrapped bytea NOT NULL, master bytea NOT NULL);
ALTER TABLE secret ALTER COLUMN wrapped SET STATISTICS 0;
CREATE TABLE IF NOT EXISTS pending_destruction (id bytea PRIMARY KEY, intent bytea NOT NULL);
