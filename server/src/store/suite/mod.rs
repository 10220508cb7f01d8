//! The tests of the interface, run on both stores: what one does, the other does.
//!
//! Each test is an async function over a fresh store. `#[tokio::test]`s are made of them here, in a module a store.

mod answers;
mod audit_log;
mod grants;
mod records;

use std::sync::Arc;

use super::{GrantRow, Kind, Record, Store, StoreError};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::ids::Id;
use crate::records::bilan::Phase;

/// Makes a test of each function, for one way to get a store.
macro_rules! on_a_store {
    ($store:ident: $($module:ident::$test:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                $store::with_a_store(super::$module::$test).await;
            }
        )+
    };
}

/// Lists the tests once.
macro_rules! tests_on {
    ($name:ident, $store:ident) => {
        mod $name {
            use super::$store;

            on_a_store! { $store:
                records::a_record_comes_back_as_it_was_put,
                records::a_record_is_inserted_once,
                records::an_update_needs_the_version_that_is_stored,
                records::a_commit_is_all_or_nothing,
                records::later_changes_see_earlier_ones_of_the_commit,
                records::of_concurrent_updates_one_wins_each_round,
                records::commits_that_lock_in_opposite_order_all_end,
                records::an_expectation_guards_a_commit,
                records::records_of_a_bilan_are_deleted_by_kind,
                records::a_selection_filters_and_pages,
                records::due_records_come_in_order_of_date,
                records::counts_are_by_kind_and_state,
                records::files_are_kept_in_pieces,
                records::a_closed_store_serves_no_more,
                answers::answers_are_taken_only_in_the_right_state,
                answers::no_answer_slips_in_after_the_state_changed,
                answers::many_answers_at_once_are_all_kept,
                answers::nothing_is_taken_once_the_bilan_is_over,
                answers::no_answer_slips_in_after_the_bilan_is_over,
                grants::a_grant_comes_back_and_is_updated_by_version,
                grants::live_grants_of_somebody_are_found,
                grants::who_may_read_is_what_the_rule_says,
                audit_log::the_chain_holds_under_concurrency,
                audit_log::a_failed_commit_leaves_no_entry,
                audit_log::segments_are_closed_in_order_and_deleted_whole,
                audit_log::late_entries_go_after_the_closed_segment,
                audit_log::entries_about_a_bilan_are_found_in_order,
            }
        }
    };
}

tests_on!(on_sqlite, sqlite_file);
#[cfg(feature = "test-postgres")]
tests_on!(on_postgres, postgres_schema);

/// A store in a folder that goes away.
mod sqlite_file {
    use super::*;

    pub(super) async fn with_a_store<F: Future<Output = ()>>(test: impl FnOnce(Arc<dyn Store>) -> F) {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(crate::store::SqliteStore::open(&folder.path().join("data.db")).unwrap());
        test(Arc::clone(&store) as Arc<dyn Store>).await;
        store.close().await.unwrap();
    }
}

/// A store in a schema of its own, so that tests run side by side in one database.
#[cfg(feature = "test-postgres")]
pub(super) mod postgres_schema {
    use super::*;
    use crate::store::{PostgresSettings, PostgresStore};

    pub(in crate::store) async fn with_a_store<F: Future<Output = ()>>(test: impl FnOnce(Arc<dyn Store>) -> F) {
        let schema = format!("test_{}", Entropy::from_system().unwrap().id());
        let server = server().await;
        server.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
        let store = Arc::new(PostgresStore::connect(&settings(&schema)).await.unwrap());
        test(Arc::clone(&store) as Arc<dyn Store>).await;
        store.close().await.unwrap();
        server.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    }

    /// A connection of the test's own.
    pub(in crate::store) async fn server() -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Where a schema is.
    pub(in crate::store) fn settings(schema: &str) -> PostgresSettings {
        let url = url();
        let sign = if url.contains('?') { '&' } else { '?' };
        PostgresSettings { url: format!("{url}{sign}options=-csearch_path%3D{schema}"), max_connections: 6 }
    }

    fn url() -> String {
        std::env::var("BILAN_TEST_POSTGRES").expect("BILAN_TEST_POSTGRES names a PostgreSQL database for tests")
    }
}

/// Identifiers nobody else draws.
pub(super) fn entropy() -> Entropy {
    Entropy::from_system().unwrap()
}

/// A record with the least.
pub(super) fn a_record(kind: Kind, id: Id) -> Record {
    Record {
        kind,
        id,
        tenant: Id::from_bytes([1; 16]),
        bilan: None,
        parent: None,
        owner: None,
        state: "open".to_owned(),
        audience: 0,
        due: None,
        version: 1,
        key: None,
        body: b"sealed".to_vec(),
    }
}

/// A bilan with the least.
pub(super) fn a_bilan(id: Id, phase: Phase) -> Record {
    Record { state: phase.word().to_owned(), ..a_record(Kind::Bilan, id) }
}

/// A grant of everything to somebody, from the beginning of time on.
pub(super) fn a_grant(id: Id, bilan: Id, grantee: Id) -> GrantRow {
    GrantRow {
        id,
        tenant: Id::from_bytes([1; 16]),
        bilan,
        grantee,
        basis: "consent".to_owned(),
        classes: -1,
        document: None,
        starts: Timestamp::from_millis(0),
        ends: None,
        revoked: None,
        suspended: false,
        key: None,
        body: b"purpose".to_vec(),
        version: 1,
    }
}

/// The index of the change that did not fit.
pub(super) fn conflict(outcome: Result<(), StoreError>) -> Option<usize> {
    match outcome {
        Err(StoreError::Conflict { change_idx }) => Some(change_idx),
        Ok(()) => None,
        Err(other) => panic!("no conflict but: {other}"),
    }
}
