//! Rules of the house that a compiler does not know.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The crates of ours that each crate may depend on.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("engine", &[][..]),
        ("instruments", &["engine"][..]),
        ("reports", &["engine"][..]),
        ("batch", &["engine", "instruments"][..]),
        ("restitution", &["batch", "engine", "instruments", "reports"][..]),
        ("server", &["batch", "engine", "instruments", "reports", "restitution"][..]),
    ])
}

fn dependencies(manifest: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .map(|t| t.keys().cloned().collect())
        .unwrap_or_default()
}

#[test]
fn crates_depend_on_each_other_only_as_allowed() {
    let allowed = allowed();
    for (name, may_use) in &allowed {
        let dependencies = dependencies(&root().join(name).join("Cargo.toml"));
        let ours = dependencies.iter().map(String::as_str).filter(|d| *d == "bilan" || allowed.contains_key(d));
        for dependency in ours {
            assert!(may_use.contains(&dependency), "`{name}` must not depend on `{dependency}`");
        }
    }
}

#[test]
fn the_engine_is_pure() {
    let forbidden =
        ["std::fs", "std::net", "std::env", "std::time", "std::process", "println!", "eprintln!", "SystemTime"];
    for path in sources(&root().join("engine/src")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in forbidden {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn only_the_numeric_corner_takes_exponentials_and_logarithms() {
    for path in sources(&root().join("engine/src")) {
        if path.components().any(|part| part.as_os_str() == "numeric") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for word in [".exp()", ".ln()", "libm::exp", "libm::log"] {
            assert!(!text.contains(word), "{} uses {word}; put the formula into engine/src/numeric", path.display());
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    let folders = ["engine", "instruments", "reports", "batch", "restitution", "server", "src", "tests", "benches"];
    for path in folders.iter().flat_map(|folder| sources(&root().join(folder))) {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines; split it by concept", path.display());
    }
}

/// The OpenAPI document keeps one schema of each name: a second type of that name would silently lose its own.
#[test]
fn no_two_schemas_of_the_api_share_a_name() {
    let mut seen = BTreeMap::new();
    for file in sources(&root().join("server/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let derives = |line: &str| line.starts_with("#[derive(") && line.contains("ToSchema");
        for (at, _) in lines.iter().enumerate().filter(|(_, line)| derives(line)) {
            let declared = lines[at..].iter().take(6).find_map(|line| {
                let line = line.trim_start_matches("pub ");
                let rest = line.strip_prefix("struct ").or_else(|| line.strip_prefix("enum "))?;
                rest.split(|c: char| !c.is_alphanumeric()).next()
            });
            let Some(name) = declared else { continue };
            let earlier = seen.insert(name.to_owned(), file.clone());
            assert!(earlier.is_none(), "{name} of {} and of {}", earlier.unwrap().display(), file.display());
        }
    }
    assert!(seen.len() > 50, "only {} schemas were found", seen.len());
}

#[test]
fn no_test_is_ignored() {
    let needle = ["#[ign", "ore"].concat();
    for folder in ["engine", "instruments", "reports", "batch", "restitution", "server", "src", "tests"] {
        for path in sources(&root().join(folder)) {
            assert!(!std::fs::read_to_string(&path).unwrap().contains(&needle), "{}", path.display());
        }
    }
}

/// All Rust files below a folder, sorted.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty() || folder.ends_with("benches"), "no sources in {}", folder.display());
    found.sort();
    found
}
