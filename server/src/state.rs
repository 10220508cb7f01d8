//! What handlers share.

use std::sync::Arc;

use instruments::Catalog;

/// Shared, read-only state.
#[derive(Clone)]
pub struct State {
    catalog: Arc<Catalog>,
}

impl State {
    /// Takes the known instruments.
    #[must_use]
    pub fn new(catalog: Catalog) -> Self {
        Self { catalog: Arc::new(catalog) }
    }

    /// The known instruments.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }
}
