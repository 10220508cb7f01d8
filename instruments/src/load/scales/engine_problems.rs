//! What the engine finds wrong with an instrument, at its place in the files.

use engine::model::{Item, ItemId, ModelError, ScaleId};

use super::scale_idx;
use crate::load::items::{self, Items};
use crate::load::keys::{self, Keys};
use crate::load::manifest::{FILE, Manifest, ScaleDraft};
use crate::problem::Problem;

/// Where the things are that the engine complains about.
pub(super) struct Known<'a> {
    pub manifest: &'a Manifest,
    pub items: &'a Items,
    pub keys: &'a Keys,
    pub includes: &'a [Option<Vec<usize>>],
}

impl Known<'_> {
    /// The engine's problem at its place in the files; `None` for one that follows from a problem that is on the list already.
    pub(super) fn place(&self, error: &ModelError) -> Option<Problem> {
        let message = error.to_string();
        let at = |scale: &ScaleId, key: &str| format!("scales[{scale}].{key}");
        Some(match error {
            ModelError::NoItems if !self.items.is_read => return None,
            ModelError::NoItems => Problem::error(items::FILE, "", message, "add the items, one a line"),
            ModelError::NoScales => Problem::error(FILE, "scales", message, "add `[[scales]]` with an id"),
            ModelError::EmptyScale { scale } => {
                let idx = scale_idx(self.manifest, scale.as_str())?;
                if self.keys.named_scales.get(idx).copied().unwrap_or(false) {
                    return None;
                }
                match self.manifest.scales.get(idx)? {
                    ScaleDraft { components: Some(components), .. } if components.is_empty() => Problem::error(
                        FILE,
                        at(scale, "components"),
                        message,
                        "name the scales it is made of, with their weights",
                    ),
                    ScaleDraft { components: None, includes: None, .. } => Problem::error(
                        FILE,
                        format!("scales[{scale}]"),
                        message,
                        "give its items in keys.csv, or delete the scale",
                    ),
                    _ => return None,
                }
            }
            ModelError::UnkeyedItem { item } => {
                let idx = self.items.find(item.as_str())?;
                if self.keys.named_items.get(idx).copied().unwrap_or(false) {
                    return None;
                }
                let line = self.items.lines.get(idx).copied().unwrap_or_default();
                let remedy = "give it a line in keys.csv, or take the item out";
                Problem::error(items::FILE, format!("line {line}, column item"), message, remedy)
            }
            ModelError::TextItemKeyed { item, scale } => {
                let remedy = "take the line out: free text is read by people";
                Problem::error(keys::FILE, self.line_of_key(scale.as_str(), item)?, message, remedy)
            }
            ModelError::MinAnswered { scale, .. } => Problem::error(
                FILE,
                at(scale, "missing.min_answered"),
                message,
                "give a count within these limits, or a fraction such as \"4/5\"",
            ),
            ModelError::MeanPolicyOnSum { scale } => Problem::error(
                FILE,
                at(scale, "missing.policy"),
                message,
                "write `policy = \"prorate\"`, or score the scale as a mean",
            ),
            ModelError::ComponentWeight { scale, .. } => Problem::error(
                FILE,
                at(scale, "components"),
                message,
                "give a weight other than 0, or take the component out",
            ),
            ModelError::NestedComposite { scale, .. } => {
                Problem::error(FILE, at(scale, "components"), message, "name the scales that the component is made of")
            }
            // Item counts that no file of the allowed size reaches by itself, and slips that are found while reading, with their line.
            other => Problem::error(FILE, "", other.to_string(), "correct instrument.toml, items.csv or keys.csv"),
        })
    }

    /// The line that keys an item: on the scale itself or, for a domain, on the facet, which has the problem too.
    fn line_of_key(&self, scale: &str, item: &ItemId) -> Option<String> {
        let scale_idx = scale_idx(self.manifest, scale)?;
        if self.includes.get(scale_idx).is_some_and(Option::is_some) {
            return None;
        }
        let is_item = |entry: &Item| entry.id == *item;
        let keys = self.keys.of_scale.get(scale_idx)?;
        let line = keys.iter().find(|(entry, _)| self.items.items.get(entry.item_idx).is_some_and(is_item))?.1;
        Some(format!("line {line}, column item"))
    }
}
