//! Scales that take over the items of others: a domain over its facets.

use std::collections::BTreeMap;

use engine::model::KeyedItem;

use super::{scale_idx, unknown_scale};
use crate::load::keys::{self, Keys};
use crate::load::manifest::{FILE, Manifest, ScaleDraft};
use crate::problem::Problems;

/// The scales that a scale includes, as it declares them.
pub(super) fn resolve_includes(manifest: &Manifest, draft: &ScaleDraft, problems: &mut Problems) -> Option<Vec<usize>> {
    let names = draft.includes.as_ref()?;
    let place = draft.place_of("includes");
    if draft.components.is_some() {
        let message =
            "a scale takes over the items of others (`includes`) or adds up their scores (`components`), not both";
        problems.error(FILE, format!("scales[{}]", draft.id), message, "keep one of the two");
        return None;
    }
    if names.is_empty() {
        problems.error(
            FILE,
            place,
            "the list is empty",
            "name the scales, or delete the key and give the items in keys.csv",
        );
        return None;
    }
    let mut included: Vec<usize> = Vec::with_capacity(names.len());
    for name in names {
        if problems.is_full() {
            break;
        }
        match scale_idx(manifest, name) {
            None => problems.push(unknown_scale(manifest, place.clone(), name)),
            Some(idx) if included.contains(&idx) => {
                problems.error(FILE, place.as_str(), format!("scale `{name}` stands twice"), "keep one of them");
            }
            Some(idx) if manifest.scales.get(idx).is_some_and(|scale| scale.components.is_some()) => {
                let message = format!("scale `{name}` is a composite and has no items");
                problems.error(FILE, place.as_str(), message, "include the scales it is made of, or use `components`");
            }
            Some(idx) => included.push(idx),
        }
    }
    Some(included)
}

/// Whether some scale includes itself, directly or through others.
pub(super) fn report_cycles(manifest: &Manifest, includes: &[Option<Vec<usize>>], problems: &mut Problems) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; includes.len()];
    let mut any = false;
    for start in 0..includes.len() {
        // A stack of our own: a file may chain thousands of scales.
        let mut stack = vec![(start, 0)];
        while let Some((idx, next)) = stack.pop() {
            let Some(mark) = marks.get_mut(idx) else { continue };
            if next == 0 {
                if *mark != Mark::New {
                    continue;
                }
                *mark = Mark::Open;
            }
            let child = includes.get(idx).and_then(Option::as_ref).and_then(|list| list.get(next)).copied();
            let Some(child) = child else {
                *mark = Mark::Done;
                continue;
            };
            stack.push((idx, next + 1));
            if marks.get(child) == Some(&Mark::Open) {
                any = true;
                if let (Some(scale), Some(included)) = (manifest.scales.get(idx), manifest.scales.get(child)) {
                    let message = format!("scale `{}` includes `{}`, which leads back to it", scale.id, included.id);
                    problems.error(
                        FILE,
                        scale.place_of("includes"),
                        message,
                        "take one of the two out of the other's list",
                    );
                }
            } else {
                stack.push((child, 0));
            }
        }
    }
    any
}

/// Scales made of others have no lines in keys.csv.
pub(super) fn check_own_keys(draft: &ScaleDraft, own: Option<&Vec<(KeyedItem, usize)>>, problems: &mut Problems) {
    let made_of = match (&draft.includes, &draft.components) {
        (Some(_), _) => "includes",
        (_, Some(_)) => "components",
        _ => return,
    };
    if let Some((_, line)) = own.and_then(|own| own.first()) {
        let message = format!("scale `{}` is made of others (`{made_of}`) and has no items of its own", draft.id);
        let remedy = format!("delete its lines here, or `{made_of}` in instrument.toml");
        problems.error(keys::FILE, format!("line {line}, column scale"), message, remedy);
    }
}

/// The keyed items of a scale: its own, or those of the scales it includes, each once. The includes are free of cycles.
pub(super) fn items_of(
    scale_idx: usize,
    manifest: &Manifest,
    includes: &[Option<Vec<usize>>],
    keys: &Keys,
    problems: &mut Problems,
) -> Vec<KeyedItem> {
    let own = |idx: usize| keys.of_scale.get(idx).into_iter().flatten().map(|(entry, _)| *entry);
    if includes.get(scale_idx).is_none_or(Option::is_none) {
        return own(scale_idx).collect();
    }
    let mut seen = vec![false; includes.len()];
    let mut to_visit = vec![scale_idx];
    let mut found: BTreeMap<usize, KeyedItem> = BTreeMap::new();
    let mut conflict = false;
    while let Some(idx) = to_visit.pop() {
        match seen.get_mut(idx) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        match includes.get(idx).and_then(Option::as_ref) {
            Some(list) => to_visit.extend(list),
            None => {
                for entry in own(idx) {
                    let known = found.entry(entry.item_idx).or_insert(entry);
                    conflict |= known.keying != entry.keying || known.weight != entry.weight;
                }
            }
        }
    }
    if let Some(scale) = manifest.scales.get(scale_idx).filter(|_| conflict) {
        let message = "two of these scales count the same item in different directions or with different weights";
        problems.error(FILE, scale.place_of("includes"), message, "use `components` to add up their scores instead");
    }
    found.into_values().collect()
}
