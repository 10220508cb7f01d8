//! What the key audit found, as it is kept: places and counts, no answer.

use batch::FileAudit;
use engine::model::Instrument;
use serde::{Deserialize, Serialize};

/// One finding of the key audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "finding")]
pub enum AuditNote {
    /// An item runs against the rest of its scale: its key, or its column, may be turned.
    AgainstScale {
        /// The item.
        item: String,
        /// The scale.
        scale: String,
        /// People looked at.
        n: u64,
    },
    /// Items have the same answer from everybody, as if a column had been copied.
    Identical {
        /// The items.
        items: Vec<String>,
        /// People looked at.
        n: u64,
    },
    /// An item has the same answer from everybody.
    Constant {
        /// The item.
        item: String,
    },
    /// A column holds answers that its item cannot have.
    Impossible {
        /// The column.
        column: String,
        /// Rows in which it is the first problem.
        n: u64,
    },
}

impl AuditNote {
    /// Everything that an audit found.
    #[must_use]
    pub fn all_of(audit: &FileAudit, instrument: &Instrument) -> Vec<Self> {
        let item = |idx: usize| instrument.items().get(idx).map_or_else(String::new, |item| item.id.to_string());
        let mut notes = Vec::new();
        for scale in &audit.instrument.scales {
            let Ok(found) = &scale.outcome else { continue };
            let id = instrument.scales().get(scale.scale_idx).map_or_else(String::new, |scale| scale.id.to_string());
            notes.extend(found.flagged.iter().filter_map(|flagged| {
                let item = item(*scale.items.get(flagged.item)?);
                Some(Self::AgainstScale { item, scale: id.clone(), n: found.n })
            }));
        }
        notes.extend(
            audit
                .instrument
                .identical
                .iter()
                .map(|group| Self::Identical { items: group.items.iter().map(|idx| item(*idx)).collect(), n: group.n }),
        );
        notes.extend(audit.instrument.no_spread.iter().map(|idx| Self::Constant { item: item(*idx) }));
        let impossible = audit.impossible.iter();
        notes.extend(impossible.map(|(column, n)| Self::Impossible { column: column.clone(), n: *n }));
        notes
    }
}
