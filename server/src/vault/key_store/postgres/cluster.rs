//! What a PostgreSQL cluster must be like so that a destroyed key leaves no byte in it.

use deadpool_postgres::Client;

use super::super::KeyStoreError;

/// Whether the settings of the cluster are checked when the store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterCheck {
    /// They are: a cluster that would keep destroyed keys is refused.
    Required,
    /// They are not: whoever runs the cluster answers for it. Destructions are confirmed all the same only when the
    /// old segments of its log are gone.
    Waived,
}

/// Settings with the one value they must have, and why.
const NEEDED: &[(&str, &str)] = &[
    // Archived segments hold keys forever.
    ("archive_mode", "off"),
    // A segment that is used again holds old bytes until it is overwritten.
    ("wal_recycle", "off"),
    // Segments that are kept for others hold old bytes.
    ("wal_keep_size", "0"),
    // The server's own log must hold no values: neither of statements nor of slow ones.
    ("log_min_duration_statement", "-1"),
    ("log_min_duration_sample", "-1"),
    ("log_parameter_max_length_on_error", "0"),
];

/// Refuses a cluster that would keep destroyed keys, or a role that cannot see to it.
pub(super) async fn check(store: &str, client: &Client) -> Result<(), KeyStoreError> {
    let refused = |error: tokio_postgres::Error| super::fault(store, &error);
    let unfit = |setting: &str, given: String, needed: &str| KeyStoreError::Setting {
        store: store.to_owned(),
        setting: setting.to_owned(),
        given,
        needed: needed.to_owned(),
    };
    for (setting, needed) in NEEDED {
        let given: String = client.query_one("SELECT current_setting($1)", &[setting]).await.map_err(refused)?.get(0);
        if given != *needed {
            return Err(unfit(setting, given, needed));
        }
    }
    let logged: String =
        client.query_one("SELECT current_setting('log_statement')", &[]).await.map_err(refused)?.get(0);
    if !matches!(logged.as_str(), "none" | "ddl") {
        return Err(unfit("log_statement", logged, "none or ddl"));
    }
    let slots: i64 = client.query_one("SELECT count(*) FROM pg_replication_slots", &[]).await.map_err(refused)?.get(0);
    if slots > 0 {
        return Err(unfit("number of replication slots", slots.to_string(), "0"));
    }
    let rights = "SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
        OR (pg_has_role(current_user, 'pg_monitor', 'usage') AND pg_has_role(current_user, 'pg_checkpoint', 'usage')
            AND has_function_privilege('pg_switch_wal()', 'execute'))";
    let may: bool = client.query_one(rights, &[]).await.map_err(refused)?.get(0);
    if !may {
        let needed = "membership of pg_monitor and pg_checkpoint, and EXECUTE on pg_switch_wal()";
        return Err(unfit("the rights of the role", "less".to_owned(), needed));
    }
    Ok(())
}
