//! Which instrument a file of answers is for, by the names of its columns.

use engine::model::{Instrument, InstrumentId};

use crate::catalog::Catalog;

impl Catalog {
    /// The instruments whose items cover the columns of a file best, for "looks like ipip-neo-300".
    ///
    /// They have the most columns among their items, and of those the fewest items without a column; several where the names of columns
    /// cannot tell them apart, none when no instrument has half of its items among the columns. Case of letters does not count.
    #[must_use]
    pub fn looks_like<S: AsRef<str>>(&self, columns: &[S]) -> Vec<InstrumentId> {
        let columns: std::collections::BTreeSet<String> =
            columns.iter().map(|column| column.as_ref().trim().to_ascii_lowercase()).collect();
        let mut best = Vec::new();
        let mut best_cover = (0, std::cmp::Reverse(usize::MAX));
        for id in self.ids() {
            let Ok(loaded) = self.find(&id) else { continue };
            let items = loaded.instrument().items();
            let matched = items.iter().filter(|item| columns.contains(&item.id.as_str().to_ascii_lowercase())).count();
            let unmatched = items.len() - matched;
            let cover = (matched, std::cmp::Reverse(unmatched));
            if matched == 0 || matched < unmatched || cover < best_cover {
                continue;
            }
            if cover > best_cover {
                best.clear();
                best_cover = cover;
            }
            best.push(loaded.id().clone());
        }
        best
    }
}

/// Whether a column is not an item, but named like one: the stem of an item id and a number, in any case of letters
/// (`i121` for items `i1` to `i120`).
///
/// # Examples
/// ```
/// # let catalog = instruments::Catalog::bundled();
/// let form = catalog.find("ipip-neo-120")?;
/// assert!(instruments::fits_item_pattern(form.instrument(), "I121"));
/// assert!(!instruments::fits_item_pattern(form.instrument(), "i120"));
/// assert!(!instruments::fits_item_pattern(form.instrument(), "id"));
/// # Ok::<(), instruments::Error>(())
/// ```
#[must_use]
pub fn fits_item_pattern(instrument: &Instrument, column: &str) -> bool {
    let column = column.trim();
    let Some(stem) = stem_of(column) else { return false };
    let has_stem = |id: &str| stem_of(id).is_some_and(|known| known.eq_ignore_ascii_case(stem));
    instrument.item_idx(column).is_none() && instrument.items().iter().any(|item| has_stem(item.id.as_str()))
}

/// What stands before the number at the end; `None` where there is no number.
fn stem_of(text: &str) -> Option<&str> {
    let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem.len() < text.len()).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(stem: &str, count: usize) -> Vec<String> {
        (1..=count).map(|number| format!("{stem}{number}")).collect()
    }

    fn looks_like(columns: &[String]) -> Vec<String> {
        Catalog::bundled().looks_like(columns).into_iter().map(|id| id.to_string()).collect()
    }

    #[test]
    fn the_form_with_the_best_cover_is_named() {
        assert_eq!(looks_like(&numbered("i", 300)), ["ipip-neo-300"]);
        assert_eq!(looks_like(&numbered("i", 30)), ["interests-30", "personality-30"]);
        let markers: Vec<String> = ["E", "N", "A", "C", "O"].iter().flat_map(|stem| numbered(stem, 10)).collect();
        assert_eq!(looks_like(&markers), ["ipip-markers-50"]);
    }

    #[test]
    fn forms_that_names_cannot_tell_apart_are_all_named() {
        assert_eq!(looks_like(&numbered("I", 120)), ["ipip-neo-120", "personality-120"]);
        assert_eq!(looks_like(&numbered("i", 60)), ["interests-60"]);
    }

    #[test]
    fn a_few_columns_look_like_nothing() {
        assert_eq!(looks_like(&numbered("i", 11)), [""; 0]);
        assert_eq!(looks_like(&numbered("q", 120)), [""; 0]);
        assert_eq!(looks_like(&[]), [""; 0]);
    }

    #[test]
    fn only_the_stem_of_an_item_with_a_number_fits() {
        let loaded = crate::test_folder::a_folder().load();
        for column in ["i5", "I05", " i99 ", "i0"] {
            assert!(fits_item_pattern(loaded.instrument(), column), "{column}");
        }
        for column in ["i4", "I1", "i", "id5", "5", "", "ii5", "i5a"] {
            assert!(!fits_item_pattern(loaded.instrument(), column), "{column}");
        }
    }
}
