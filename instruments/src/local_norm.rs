//! An instrument with a norm that stands in no folder, such as one that an organisation built and keeps.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::load::Reading;
use crate::load::norms::{self, Origin};
use crate::loaded::LoadedInstrument;
use crate::source::Source;
use crate::write_norm::scale_facts;

impl LoadedInstrument {
    /// The same instrument with one norm more, from the files that [`norm_files`](crate::norm_files) made.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the files do not read, when they were made with another major version of the instrument, or when the
    /// instrument has a norm of that id.
    pub fn with_norm(&self, files: &BTreeMap<String, Vec<u8>>) -> Result<Self> {
        let source = Source::Memory(files.clone());
        let mut reading = Reading::begin(&source);
        let origin = Origin::Local { version: Some(self.version()) };
        let added = norms::read(&mut reading, &scale_facts(self.instrument()), origin);
        for norm in &added {
            let id = &norm.card().id;
            if self.norms.iter().any(|known| known.card().id.eq_ignore_ascii_case(id)) {
                let message = format!("the instrument has a norm `{id}` already");
                reading.problems.error(&format!("norms/{id}.toml"), "id", message, "give the local norm another id");
            }
        }
        if added.is_empty() || reading.problems.any_error() {
            let name = format!("a norm of {}", self.id());
            return Err(Error::Invalid { name, problems: reading.problems.into_list() });
        }
        let mut with = self.clone();
        with.norms.extend(added);
        Ok(with)
    }
}

#[cfg(test)]
mod tests {
    use engine::norms::{CombinedStrata, NormDefinition, NormKind};

    use crate::catalog::Catalog;
    use crate::write_norm::norm_files;

    #[test]
    fn a_norm_in_memory_serves_like_one_in_a_folder_and_never_takes_the_place_of_another() {
        let catalog = Catalog::bundled();
        let loaded = catalog.find("ipip-neo-120").unwrap();
        let known = loaded.norm("johnson-2014").unwrap();
        let card = known.card().clone();
        let combined = CombinedStrata::Offered;
        let strata: Vec<_> = known.group().strata().iter().filter(|stratum| !stratum.is_combined()).cloned().collect();
        let n_scales = loaded.instrument().scales().len();
        let values = (0..strata.len())
            .map(|stratum| (0..n_scales).map(|scale| known.group().scale_norm(stratum, scale).cloned()).collect())
            .collect();
        let definition = NormDefinition {
            id: engine::model::NormId::new("house-2026").unwrap(),
            kind: NormKind::Local,
            standardization: known.group().standardization(),
            combined,
        };
        let group = engine::norms::NormGroup::new(definition, strata, values).unwrap();
        let files = norm_files(loaded.instrument(), &card, &group).unwrap();
        let with = loaded.with_norm(&files).unwrap();
        let own = with.norm("house-2026").unwrap();
        assert!(own.is_local() && own.card().kind == NormKind::Local);
        assert_eq!(with.norms().len(), loaded.norms().len() + 1);
        assert!(with.with_norm(&files).unwrap_err().to_string().contains("already"));
        assert!(loaded.with_norm(&std::collections::BTreeMap::new()).is_err());
    }
}
