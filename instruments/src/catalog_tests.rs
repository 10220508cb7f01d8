use std::path::PathBuf;

use super::*;
use crate::test_folder::{TestFolder, a_folder};

/// A folder of instrument folders.
fn shelf(folders: &[(&str, TestFolder)]) -> (tempfile::TempDir, PathBuf) {
    let shelf = tempfile::tempdir().unwrap();
    for (name, folder) in folders {
        let (_parent, path) = folder.on_disk();
        let target = shelf.path().join(name);
        fs::rename(path, target).unwrap();
    }
    let path = shelf.path().to_owned();
    (shelf, path)
}

fn version(text: &str) -> TestFolder {
    a_folder().replacing("instrument.toml", "1.0.0", text)
}

/// A folder with a norm and nothing else.
fn norms_only() -> TestFolder {
    let norm = a_folder().with_norm();
    ["instrument.toml", "items.csv", "keys.csv", "text.fr.csv"].iter().fold(norm, |folder, file| folder.without(file))
}

#[test]
fn bundled_instruments_load_without_errors_under_their_folders_name() {
    let catalog = Catalog::bundled();
    assert_eq!(catalog.problems(), []);
    let ids = catalog.ids();
    for id in ["interests-60", "ipip-markers-50", "ipip-neo-120", "ipip-neo-300"] {
        assert!(ids.iter().any(|known| known == id), "{id}");
    }
    for entry in &catalog.entries {
        let head = entry.head().unwrap();
        assert!(
            entry.folder == head.id.as_str() || entry.folder == format!("{}@{}", head.id, head.version),
            "{}",
            entry.folder
        );
        let loaded = catalog.find(&format!("{}@{}", head.id, head.version)).unwrap();
        let warnings: Vec<String> = loaded.warnings().iter().map(ToString::to_string).collect();
        assert!(warnings.is_empty(), "{} {warnings:#?}", entry.folder);
    }
}

#[test]
fn bundled_instruments_are_locked() {
    let catalog = Catalog::bundled();
    for entry in catalog.list() {
        let loaded = catalog.find(entry.id.as_str()).unwrap();
        assert!(loaded.is_locked(), "{}: run `bilan instruments check FOLDER --lock`", entry.id);
    }
}

#[test]
fn published_norms_give_published_scores() {
    let loaded = Catalog::bundled().find("ipip-neo-120").unwrap();
    let n1 = loaded.instrument().scale_idx("N1").unwrap();
    let norm = loaded.norm("johnson-2014").unwrap().group();
    let stratum = norm.strata().iter().position(|stratum| stratum.id().as_str() == "M-20").unwrap();
    // Johnson's norms for men up to 20: N1 has mean 11.72 and SD 3.76.
    let t = norm.standardize(stratum, n1, 15.48).unwrap().t_score();
    assert!((t - 60.0).abs() < 1e-9, "{t}");
    assert!(norm.has_combined());
    let n = loaded.instrument().scale_idx("N").unwrap();
    assert_eq!((loaded.facets(n).unwrap().len(), loaded.instrument().n_items_of(n)), (6, 24));
}

#[test]
fn the_newest_version_wins_unless_another_is_named() {
    let (_shelf, path) =
        shelf(&[("test", version("1.10.0")), ("test@1.9.0", version("1.9.0")), ("old", version("1.0.0"))]);
    let catalog = Catalog::bundled().with_folder(&path).unwrap();
    let found = |name: &str| catalog.find(name).unwrap().version().to_string();
    assert_eq!(
        (found("test"), found("TEST@1.9.0"), found("test@1.0.0")),
        ("1.10.0".into(), "1.9.0".into(), "1.0.0".into())
    );
    assert_eq!(catalog.list().iter().filter(|entry| entry.id.as_str() == "test").count(), 3);
    let Err(Error::NotFound(missing)) = catalog.find("test@3.0.0") else { panic!() };
    assert_eq!(missing.nearest.as_deref(), Some("test@1.10.0"));
    assert_eq!(missing.to_string(), "no instrument is called `test@3.0.0`; did you mean `test@1.10.0`?");
}

#[test]
fn an_instrument_is_loaded_once() {
    let catalog = Catalog::bundled();
    assert!(Arc::ptr_eq(&catalog.find("ipip-neo-120").unwrap(), &catalog.find("ipip-neo-120@1.0.0").unwrap()));
}

#[test]
fn one_version_with_two_contents_is_a_conflict() {
    let (_shelf, path) = shelf(&[("a", a_folder()), ("b", a_folder().replacing("keys.csv", "i2,-", "i2,+"))]);
    let catalog = Catalog::bundled().with_folder(&path).unwrap();
    assert!(matches!(catalog.find("test"), Err(Error::Conflict { .. })));
    // The same content twice is none: the later folder may bring norms.
    let (_shelf, path) = shelf(&[("a", a_folder()), ("b", a_folder().with_norm())]);
    let catalog = Catalog::bundled().with_folder(&path).unwrap();
    assert_eq!(catalog.find("test").unwrap().norms().len(), 1);
}

#[test]
fn local_norms_join_the_instrument_of_their_name() {
    let (_shelf, path) = shelf(&[("test", a_folder())]);
    let (_norms, norms_path) =
        shelf(&[("test", norms_only()), ("nothing", norms_only()), ("empty", a_folder().without("instrument.toml"))]);
    let catalog = Catalog::bundled().with_folder(&path).unwrap();
    assert_eq!(catalog.find("test").unwrap().norms().len(), 0);
    let catalog = catalog.with_folder(&norms_path).unwrap();
    let loaded = catalog.find("test").unwrap();
    assert!(loaded.norm("local").unwrap().is_local());
    let problems = catalog.problems();
    // Neither norms nor wording find an instrument of those names.
    let names: Vec<bool> =
        ["empty", "nothing"].map(|name| problems.iter().any(|problem| problem.file.ends_with(name))).to_vec();
    assert_eq!((problems.len(), names), (2, vec![true, true]), "{problems:#?}");
    assert!(problems.iter().all(|problem| !problem.is_error()));
}

#[test]
fn local_norms_with_errors_are_named_by_their_folder() {
    let broken = norms_only().replacing("norms/local.csv", "F,A,6,", "F,A,60,");
    let (_shelf, path) = shelf(&[("test", a_folder())]);
    let (_norms, norms_path) = shelf(&[("test", broken)]);
    let catalog = Catalog::bundled().with_folder(&path).unwrap().with_folder(&norms_path).unwrap();
    let Err(Error::Invalid { problems, .. }) = catalog.find("test") else { panic!() };
    assert!(problems[0].file.ends_with("test/norms/local.csv"), "{problems:#?}");
    assert!(problems[0].file.starts_with(norms_path.to_str().unwrap()));
}

#[test]
fn a_local_norm_does_not_replace_a_norm_of_the_instrument() {
    let (_shelf, path) = shelf(&[("test", a_folder().with_norm())]);
    let (_norms, norms_path) = shelf(&[("test", norms_only())]);
    let catalog = Catalog::bundled().with_folder(&path).unwrap().with_folder(&norms_path).unwrap();
    let Err(Error::Invalid { problems, .. }) = catalog.find("test") else { panic!() };
    assert!(problems[0].remedy.contains("another id"), "{problems:#?}");
}

#[test]
fn local_norms_of_another_major_version_are_left_out() {
    let made_with =
        norms_only().replacing("norms/local.toml", "year = 2024", "year = 2024\ninstrument_version = \"1.0.0\"");
    let (_shelf, path) = shelf(&[("a", version("1.2.0")), ("b", version("2.0.0"))]);
    let (_norms, norms_path) = shelf(&[("test", made_with)]);
    let catalog = Catalog::bundled().with_folder(&path).unwrap().with_folder(&norms_path).unwrap();
    assert_eq!(catalog.find("test@1.2.0").unwrap().norms().len(), 1);
    let newest = catalog.find("test").unwrap();
    assert_eq!((newest.norms().len(), newest.warnings().len()), (0, 1));
}

#[test]
fn an_instrument_folder_or_norm_folder_may_be_given_itself() {
    let (_parent, path) = a_folder().on_disk();
    let (_norms, norms) = norms_only().on_disk();
    let catalog = Catalog::bundled().with_folder(&path).unwrap().with_folder(&norms).unwrap();
    assert_eq!(catalog.find("test").unwrap().norms().len(), 1);
}

#[test]
fn broken_folders_are_named_and_hide_nothing_else() {
    let (_shelf, path) = shelf(&[("broken", a_folder().with("instrument.toml", "id = ")), ("test", a_folder())]);
    let catalog = Catalog::bundled().with_folder(&path).unwrap();
    assert!(catalog.find("test").is_ok());
    assert!(matches!(catalog.find("broken"), Err(Error::Invalid { .. })));
    assert!(catalog.problems()[0].file.ends_with("broken/instrument.toml"));
    assert!(matches!(Catalog::bundled().with_folder(Path::new("/nonexistent")), Err(Error::File { .. })));
}

#[test]
fn names_nobody_would_give_are_answered() {
    let catalog = Catalog::bundled();
    for name in ["", "@", "@1.0.0", "interests-60@", "interests-60@x", "../x", "é", &"x".repeat(100_000)] {
        let Err(Error::NotFound(missing)) = catalog.find(name) else { panic!("{name}") };
        assert!(missing.to_string().len() < 500);
    }
}
