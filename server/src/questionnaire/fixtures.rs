//! The small instruments of the tests.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use instruments::{Catalog, LoadedInstrument};

/// The fixtures that have their wording.
pub(crate) const ALL_WORDED: &[&str] =
    &["likert-12", "blocks-4", "timed-key-8", "entourage-6-self", "entourage-6-other", "formats-5", "tiny"];

/// The bundled instruments and the fixtures.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/instruments");
        Catalog::bundled().with_folder(&folder).unwrap()
    })
}

/// An instrument of the tests.
#[track_caller]
pub(crate) fn loaded(id: &str) -> Arc<LoadedInstrument> {
    catalog().find(id).unwrap()
}
