//! The databases that a service of a test can stand on.

use std::path::Path;
use std::sync::Arc;

use server::store::{SqliteStore, Store};
use server::vault::KeyStore;
use server::vault::key_store::sqlite::{SqliteKeyStore, SqlitePatience};

/// The databases that a service can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A data file and a key file in the service's folder.
    Sqlite,
    /// A schema and a database of the service's own in the clusters that `$BILAN_TEST_POSTGRES` and
    /// `$BILAN_TEST_POSTGRES_KEYS` name. They go with the clusters.
    #[cfg(feature = "test-postgres")]
    Postgres,
}

impl Backend {
    /// Data and keys, both empty.
    pub(super) async fn open(self, folder: &Path) -> (Arc<dyn Store>, Arc<dyn KeyStore>) {
        match self {
            Self::Sqlite => {
                let store = SqliteStore::open(&folder.join("data.db")).unwrap();
                let patience = SqlitePatience::of_a_server();
                let keys = SqliteKeyStore::open("keys", &folder.join("keys.db"), patience).await.unwrap();
                (Arc::new(store), Arc::new(keys))
            }
            #[cfg(feature = "test-postgres")]
            Self::Postgres => (postgres::store().await, postgres::keys().await),
        }
    }
}

#[cfg(feature = "test-postgres")]
pub mod postgres {
    use std::path::PathBuf;
    use std::sync::Arc;

    use deadpool_postgres::{Manager, Pool};
    use server::entropy::Entropy;
    use server::store::{PostgresSettings, PostgresStore, Store};
    use server::vault::KeyStore;
    use server::vault::key_store::postgres::{ClusterCheck, PostgresKeyStore};
    use tokio_postgres::{Config, NoTls};

    fn url(variable: &str) -> String {
        std::env::var(variable).unwrap_or_else(|_| panic!("{variable} names a PostgreSQL server for tests"))
    }

    /// The data folder of the cluster of keys, where it is known.
    pub fn keys_folder() -> Option<PathBuf> {
        std::env::var_os("BILAN_TEST_POSTGRES_KEYS_DATA").map(PathBuf::from)
    }

    /// A name that no other test uses, whatever seed its service has.
    fn new_name() -> String {
        format!("it_{}", Entropy::from_system().unwrap().id())
    }

    async fn execute(url: &str, statement: &str) {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(statement).await.unwrap();
    }

    /// The address of a new schema for data.
    pub async fn new_schema() -> String {
        let (url, schema) = (url("BILAN_TEST_POSTGRES"), new_name());
        execute(&url, &format!("CREATE SCHEMA {schema}")).await;
        let sign = if url.contains('?') { '&' } else { '?' };
        format!("{url}{sign}options=-csearch_path%3D{schema}")
    }

    /// A new database for keys.
    pub async fn new_database() -> Config {
        let (url, database) = (url("BILAN_TEST_POSTGRES_KEYS"), new_name());
        execute(&url, &format!("CREATE DATABASE {database}")).await;
        let mut config: Config = url.parse().unwrap();
        config.dbname(&database);
        config
    }

    /// Opens the data of a schema.
    pub async fn open_data(url: &str) -> Arc<dyn Store> {
        let settings = PostgresSettings { url: url.to_owned(), max_connections: 6 };
        Arc::new(PostgresStore::connect(&settings).await.unwrap())
    }

    /// Opens the keys of a database.
    pub async fn open_keys(name: &str, config: Config) -> Arc<dyn KeyStore> {
        let pool = Pool::builder(Manager::new(config, NoTls)).max_size(4).build().unwrap();
        Arc::new(PostgresKeyStore::open(name, pool, ClusterCheck::Required).await.unwrap())
    }

    pub(super) async fn store() -> Arc<dyn Store> {
        open_data(&new_schema().await).await
    }

    pub(super) async fn keys() -> Arc<dyn KeyStore> {
        open_keys("keys", new_database().await).await
    }
}
