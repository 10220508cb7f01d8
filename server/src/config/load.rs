//! From merged values to a [`Config`], with the checks that need more than one setting.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::mail;
use super::reader::Reader;
use super::{
    Config, ConfigProblems, Database, KeyLocation, Keys, Language, Limits, MasterKeySource, Network, PublicUrl,
    Retention, Sessions, Sources, TlsFiles, is_postgres,
};
use crate::access::rate_limit::{Rate, Rates};

const MINUTE_MS: i64 = 60_000;

pub(super) fn load(sources: &Sources) -> Result<Config, ConfigProblems> {
    let mut reader = Reader(sources.merge());
    let r = &mut reader;
    let default_listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
    let listen = r.parsed("listen", "an address and a port, such as 127.0.0.1:8080").unwrap_or(default_listen);
    let data_folder = r.path("data_folder").unwrap_or_else(|| PathBuf::from("bilan-data"));
    let language = r.word("language", &[("fr", Language::French), ("en", Language::English)]);
    let levels = ["error", "warn", "info", "debug"].map(|level| (level, level));
    let log_level = r.word("log_level", &levels).unwrap_or("info");
    let tls = tls(r);
    let trusted_proxies: Vec<Network> =
        r.list("trusted_proxies", "addresses or networks, such as 10.0.0.0/8, separated by commas").unwrap_or_default();
    let public_url = public_url(r, listen, tls.is_some());
    check_transport(r, listen, public_url.as_ref(), tls.is_some() || !trusted_proxies.is_empty());
    let database = database(r);
    let keys = keys(r, &data_folder, &database);
    let master_key = master_key(r);
    let smtp = mail::smtp(r);
    let limits = limits(r);
    let sessions = sessions(r);
    let retention = retention(r);
    let problems = reader.0.problems;
    match public_url {
        Some(public_url) if problems.is_empty() => Ok(Config {
            listen,
            public_url,
            data_folder,
            language: language.unwrap_or(Language::French),
            log_level,
            database,
            keys,
            master_key,
            tls,
            trusted_proxies,
            smtp,
            limits,
            sessions,
            retention,
        }),
        _ => Err(ConfigProblems(problems)),
    }
}

fn tls(r: &mut Reader) -> Option<TlsFiles> {
    match (r.path("tls.certificate"), r.path("tls.key")) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        (Some(_), None) if !r.has("tls.key") => {
            r.missing("tls.key", "name the file of the private key, as there is tls.certificate");
            None
        }
        (None, Some(_)) if !r.has("tls.certificate") => {
            r.missing("tls.certificate", "name the file of the certificate, as there is tls.key");
            None
        }
        _ => None,
    }
}

fn public_url(r: &mut Reader, listen: SocketAddr, tls: bool) -> Option<PublicUrl> {
    if r.has("public_url") {
        return r.parsed("public_url", "an address such as https://bilan.example.fr, without a path");
    }
    let scheme = if tls { "https" } else { "http" };
    let url = format!("{scheme}://{listen}").parse().ok();
    if listen.ip().is_unspecified() {
        r.missing("public_url", "write the address that browsers use, such as https://bilan.example.fr");
    }
    url
}

/// Passwords and answers do not travel in the clear unless someone says so.
fn check_transport(r: &mut Reader, listen: SocketAddr, public_url: Option<&PublicUrl>, protected: bool) {
    let allowed = r.switch("allow_plain_http").unwrap_or(false);
    if allowed {
        return;
    }
    if public_url.is_some_and(|url| url.transport() == super::Transport::Plain && !url.is_local()) {
        r.refuse("public_url", Some("https://…"), "use https, or set allow_plain_http for a trial");
    }
    if !listen.ip().is_loopback() && !protected {
        let remedy = "set tls.certificate and tls.key, or trusted_proxies, or allow_plain_http for a trial";
        r.refuse("listen", Some("127.0.0.1:<port> without TLS"), remedy);
    }
}

fn database(r: &mut Reader) -> Database {
    match r.secret("database.url", "database.url_file") {
        None => Database::Sqlite,
        Some(url) => {
            if !is_postgres(url.reveal()) {
                let key = if r.has("database.url") { "database.url" } else { "database.url_file" };
                r.refuse(key, Some("postgres://…"), "leave it out for SQLite in the data folder");
            }
            Database::Postgres(url)
        }
    }
}

fn keys(r: &mut Reader, data_folder: &Path, database: &Database) -> Keys {
    let given = r.secret("keys.location", "keys.location_file");
    let location = match &given {
        Some(text) if is_postgres(text.reveal()) => KeyLocation::Postgres(text.clone()),
        Some(text) => KeyLocation::Folder(text.reveal().into()),
        None => KeyLocation::Folder("bilan-keys".into()),
    };
    let replicas: Vec<KeyLocation> =
        r.list("keys.replicas", "folders or postgres://…, separated by commas").unwrap_or_default();
    let lies_with_data = |location: &KeyLocation| match (location, database) {
        (KeyLocation::Folder(folder), _) => folder.starts_with(data_folder),
        (KeyLocation::Postgres(url), Database::Postgres(data)) => url == data,
        (KeyLocation::Postgres(_), Database::Sqlite) => false,
    };
    let remedy = "keys must lie apart from the data, out of its backups; choose another place";
    if lies_with_data(&location) {
        r.refuse(if r.has("keys.location") { "keys.location" } else { "keys.location_file" }, None, remedy);
    }
    if replicas.iter().any(lies_with_data) {
        r.refuse("keys.replicas", None, remedy);
    }
    let all: Vec<&KeyLocation> = replicas.iter().chain([&location]).collect();
    if all.iter().enumerate().any(|(idx, one)| all.iter().take(idx).any(|other| one == other)) {
        r.refuse("keys.replicas", None, "a place is named twice; a replica lies somewhere else");
    }
    Keys { location, replicas }
}

fn master_key(r: &mut Reader) -> MasterKeySource {
    let keys = ["master_key.file", "master_key.variable", "master_key.command"];
    let strongest = keys.iter().filter_map(|key| r.origin(key)).max();
    let chosen: Vec<&str> = keys.into_iter().filter(|key| strongest.is_some() && r.origin(key) == strongest).collect();
    if let [_, second, ..] = chosen.as_slice() {
        r.refuse(second, None, "give one of master_key.file, master_key.variable and master_key.command");
    }
    let source = match chosen.first() {
        Some(&"master_key.variable") => variable(r),
        Some(&"master_key.command") => command(r),
        Some(key) => r.path(key).map(MasterKeySource::File),
        None => None,
    };
    source.unwrap_or_else(|| MasterKeySource::File("bilan-master.key".into()))
}

fn variable(r: &mut Reader) -> Option<MasterKeySource> {
    let name = r.text("master_key.variable")?;
    if r.0.environment.get(&name).is_none_or(|value| value.is_empty()) {
        r.refuse("master_key.variable", None, "there is no such variable in the environment; set it");
    }
    Some(MasterKeySource::Variable(name))
}

fn command(r: &mut Reader) -> Option<MasterKeySource> {
    // From the environment or the command line: separated by spaces, without quoting.
    let words: Vec<String> = match r.0.values.get("master_key.command")?.1.clone() {
        super::sources::Raw::List(words) => words,
        super::sources::Raw::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    if words.first().is_none_or(String::is_empty) {
        r.refuse("master_key.command", Some("a program and its arguments"), "write them as a list");
        return None;
    }
    Some(MasterKeySource::Command(words))
}

fn limits(r: &mut Reader) -> Limits {
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let request_s = r.number("limits.request_timeout_s", 1..=600).unwrap_or(30);
    let slow_s = r.number("limits.slow_request_timeout_s", 1..=86_400).unwrap_or(600);
    let caller = r.number("limits.requests_per_minute", 1..=1_000_000).unwrap_or(600);
    let address = r.number("limits.requests_per_minute_by_address", 1..=1_000_000).unwrap_or(300);
    let sign_in = r.number("limits.sign_ins_per_minute", 1..=60).unwrap_or(5);
    // A page loads several things at once: a tenth of a minute's share may come in one go.
    let wide = |per_minute: u32| Rate { per_minute, burst: (per_minute / 10).max(10) };
    Limits {
        body_bytes: r.number("limits.body_kib", 16..=65_536).unwrap_or(1024) * 1024,
        upload_bytes: r.number("limits.upload_mib", 1..=1_048_576).unwrap_or(512) * 1024 * 1024,
        requests_at_once: r.number("limits.requests_at_once", 1..=100_000).unwrap_or(512),
        request_timeout: seconds(request_s),
        slow_request_timeout: seconds(slow_s),
        sessions_per_account: r.number("limits.sessions_per_account", 1..=100).unwrap_or(5),
        passwords_at_once: r.number("limits.passwords_at_once", 1..=256).unwrap_or(4),
        rates: Rates {
            caller: wide(caller),
            address: wide(address),
            sign_in: Rate { per_minute: sign_in, burst: sign_in },
        },
    }
}

fn sessions(r: &mut Reader) -> Sessions {
    Sessions {
        idle_lock_ms: r.number("sessions.idle_lock_minutes", 1..=20).unwrap_or(20) * MINUTE_MS,
        length_ms: r.number("sessions.length_hours", 1..=24).unwrap_or(12) * 60 * MINUTE_MS,
    }
}

fn retention(r: &mut Reader) -> Retention {
    let abandon_after_days = r.number("retention.abandon_after_days", 30..=90).unwrap_or(90);
    let days = format!("two falling numbers of days below {abandon_after_days}, such as 14, 3");
    let notice_days = two(r, "retention.notice_days", &days).unwrap_or([14, 3]);
    if notice_days[0] >= abandon_after_days || notice_days[0] <= notice_days[1] || notice_days[1] == 0 {
        r.refuse("retention.notice_days", Some(&days), "announce it twice");
    }
    let months = "two rising numbers of months from 1 to 12, such as 2, 6";
    let follow_up_months: [u8; 2] = two(r, "retention.follow_up_months", months).unwrap_or([2, 6]);
    if follow_up_months[0] == 0 || follow_up_months[0] >= follow_up_months[1] || follow_up_months[1] > 12 {
        r.refuse("retention.follow_up_months", Some(months), "correct them");
    }
    Retention {
        abandon_after_days,
        notice_days,
        follow_up_months,
        administrative_record_years: r.number("retention.administrative_record_years", 1..=10).unwrap_or(3),
    }
}

/// A list of exactly two.
fn two<T: std::str::FromStr>(r: &mut Reader, key: &str, allowed: &str) -> Option<[T; 2]> {
    let list: Vec<T> = r.list(key, allowed)?;
    let pair = list.try_into().ok();
    if pair.is_none() {
        r.refuse(key, Some(allowed), "give two");
    }
    pair
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Sources {
        Sources {
            file: Some(("bilan.toml".to_owned(), file.to_owned())),
            environment: environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            flags: flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        }
    }

    fn loaded(file: &str) -> Config {
        Config::load(&sources(file, &[], &[])).unwrap()
    }

    fn problems(sources: &Sources) -> String {
        Config::load(sources).unwrap_err().to_string()
    }

    #[test]
    fn without_settings_the_documented_values_hold() {
        let config = Config::load(&Sources::default()).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.public_url.origin(), "http://127.0.0.1:8080");
        assert_eq!((config.data_folder.to_str(), config.language), (Some("bilan-data"), Language::French));
        assert_eq!(config.database, Database::Sqlite);
        assert_eq!(config.keys.location, KeyLocation::Folder("bilan-keys".into()));
        assert_eq!(config.master_key, MasterKeySource::File("bilan-master.key".into()));
        assert_eq!((config.sessions.idle_lock_ms, config.sessions.length_ms), (20 * 60_000, 12 * 3_600_000));
        assert_eq!(config.retention.abandon_after_days, 90);
        assert_eq!((config.retention.notice_days, config.retention.follow_up_months), ([14, 3], [2, 6]));
        assert_eq!(config.limits.rates.sign_in, Rate { per_minute: 5, burst: 5 });
        assert_eq!((config.limits.body_bytes, config.smtp), (1 << 20, None));
    }

    #[test]
    fn the_command_line_is_stronger_than_the_environment_and_that_than_the_file() {
        let file = "language = \"en\"\nlog_level = \"warn\"\n[limits]\nbody_kib = 100\n";
        let environment = [("BILAN_LOG_LEVEL", "debug"), ("BILAN_LIMITS_BODY_KIB", "200")];
        let config = Config::load(&sources(file, &environment, &[("limits.body_kib", "300")])).unwrap();
        assert_eq!((config.language, config.log_level), (Language::English, "debug"));
        assert_eq!(config.limits.body_bytes, 300 * 1024);
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_place_and_remedy() {
        let file = "langage = \"fr\"\nlisten = \"here\"\n[smtp]\nport = 70000\n[retention]\nnotice_days = [3, 14]\n";
        let environment = [("BILAN_SMTP_HOTS", "mail"), ("BILAN_LOG_LEVEL", "loud")];
        let text = problems(&sources(file, &environment, &[("limits.body_kib", "many"), ("limit.body_kib", "1")]));
        for part in [
            "8 problems",
            "langage in bilan.toml: there is no such setting; did you mean `language`?",
            "listen in bilan.toml: `here` is not allowed; allowed: an address and a port",
            "smtp.port in bilan.toml: set smtp.host as well, or remove it",
            "retention.notice_days in bilan.toml: `3, 14` is not allowed; allowed: two falling numbers of days below 90",
            "BILAN_SMTP_HOTS: there is no such setting; did you mean `BILAN_SMTP_HOST`?",
            "BILAN_LOG_LEVEL: `loud` is not allowed; allowed: error, warn, info, debug",
            "--limits-body-kib: `many` is not allowed; allowed: a whole number from 16 to 65536",
            "--limit-body-kib: there is no such setting; did you mean `--limits-body-kib`?",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        let environment = [
            ("BILAN_DATA", "x"),
            ("BILAN_TEST_POSTGRES", "x"),
            ("BILAN_PORT", "tcp://10.0.0.1:80"),
            ("BILAN_PORT_80_TCP", "x"),
            ("BILAN_SERVICE_HOST", "x"),
            ("BILAN_MASTER", "secret"),
        ];
        let file = "[master_key]\nvariable = \"BILAN_MASTER\"\n";
        let config = Config::load(&sources(file, &environment, &[])).unwrap();
        assert_eq!(config.master_key, MasterKeySource::Variable("BILAN_MASTER".to_owned()));
    }

    #[test]
    fn secrets_are_never_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "hunter2\n").unwrap();
        let file = format!(
            "[smtp]\nhost = \"mail.example.fr\"\nuser = \"bilan\"\npassword_file = {path:?}\nfrom = \"bilan@example.fr\"\n\
             [database]\nurl = \"postgres://bilan:hunter2@db/bilan\"\n"
        );
        let config = loaded(&file);
        assert_eq!(config.smtp.as_ref().unwrap().credentials.as_ref().unwrap().1.reveal(), "hunter2");
        assert_eq!(config.smtp.as_ref().unwrap().port, 587);
        assert!(!format!("{config:?}").contains("hunter2"));
        for file in [
            "[smtp]\npassword = \"hunter2\"\n",
            "[database]\nurl = \"mysql://hunter2\"\n",
            "[keys]\nlocation = \"bilan-data/hunter2\"\nreplicas = [\"hunter2\", \"hunter2\"]\n",
            "[database]\nurl = 'hunter2\n",
            "[database\nurl = \"hunter2\"",
            "[master_key]\ncommand = { hunter2 = \"hunter2\" }\n",
        ] {
            let text = problems(&sources(file, &[("BILAN_SMTP_PASSWORD", "hunter2")], &[]));
            assert!(!text.contains("hunter2"), "{file}: {text}");
        }
    }

    #[test]
    fn nothing_travels_in_the_clear_by_oversight() {
        let text = problems(&sources("listen = \"0.0.0.0:80\"\n", &[], &[]));
        assert!(text.contains("public_url in bilan.toml: write the address"), "{text}");
        assert!(text.contains("set tls.certificate and tls.key, or trusted_proxies"), "{text}");
        let text = problems(&sources("public_url = \"http://bilan.example.fr\"\n", &[], &[]));
        assert!(text.contains("use https"), "{text}");
        for file in [
            "listen = \"0.0.0.0:80\"\npublic_url = \"https://b.example\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n",
            "listen = \"0.0.0.0:80\"\npublic_url = \"https://b.example\"\n[tls]\ncertificate = \"c\"\nkey = \"k\"\n",
            "listen = \"0.0.0.0:80\"\npublic_url = \"http://b.example\"\nallow_plain_http = true\n",
        ] {
            assert_eq!(loaded(file).listen.port(), 80);
        }
        let text = problems(&sources("[tls]\ncertificate = \"c\"\n", &[], &[]));
        assert!(text.contains("tls.key in bilan.toml: name the file"), "{text}");
    }

    #[test]
    fn keys_lie_apart_from_the_data() {
        for file in [
            "data_folder = \"d\"\n[keys]\nlocation = \"d/keys\"\n",
            "data_folder = \"d\"\n[keys]\nreplicas = [\"d\"]\n",
            "[database]\nurl = \"postgres://a\"\n[keys]\nlocation = \"postgres://a\"\n",
        ] {
            assert!(problems(&sources(file, &[], &[])).contains("apart from the data"), "{file}");
        }
        let config = loaded("[keys]\nlocation = \"postgres://a\"\nreplicas = [\"postgres://b\", \"elsewhere\"]\n");
        assert_eq!(config.keys.replicas[1], KeyLocation::Folder("elsewhere".into()));
    }

    #[test]
    fn the_master_key_has_one_source_and_the_stronger_place_decides() {
        let file = "[master_key]\nfile = \"a\"\n";
        let config = Config::load(&sources(file, &[], &[("master_key.command", "vault read key")])).unwrap();
        assert_eq!(config.master_key, MasterKeySource::Command(["vault", "read", "key"].map(str::to_owned).to_vec()));
        let text = problems(&sources("[master_key]\nfile = \"a\"\ncommand = [\"b\"]\n", &[], &[]));
        assert!(text.contains("give one of master_key.file"), "{text}");
        let text = problems(&sources("[master_key]\nvariable = \"NOT_SET\"\n", &[], &[]));
        assert!(text.contains("no such variable"), "{text}");
    }
}
