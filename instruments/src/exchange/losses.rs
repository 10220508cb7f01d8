//! What another system says and a folder has no place for: told once a kind, with how often and where first.

use std::collections::BTreeMap;

use crate::problem::{Problems, given};

/// What was left out so far.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Number and first place, by what it is.
    found: BTreeMap<String, (usize, String)>,
}

impl Losses {
    /// The most kinds that are told apart.
    const MOST: usize = 200;

    /// Something that is not carried over.
    pub(crate) fn add(&mut self, what: impl Into<String>, place: &str) {
        let what: String = what.into();
        let is_known = self.found.contains_key(&what);
        if is_known || self.found.len() < Self::MOST {
            self.found.entry(what).or_insert_with(|| (0, place.to_owned())).0 += 1;
        } else {
            self.found.entry("more of other kinds".to_owned()).or_insert_with(|| (0, place.to_owned())).0 += 1;
        }
    }

    /// One warning a kind.
    pub(crate) fn report(self, file: &str, problems: &mut Problems) {
        for (what, (count, place)) in self.found {
            let times = if count == 1 { String::new() } else { format!(" ({count} times; the first place is named)") };
            let remedy = "put what matters into the folder by hand; instruments/EXCHANGE.md says what has a place";
            problems.warning(file, place, format!("{} is not carried over{times}", given(&what)), remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_losses_are_few_warnings() {
        let mut losses = Losses::default();
        for number in 0..1_000_000 {
            losses.add(format!("k{}", number % 1000), "here");
        }
        let mut problems = Problems::default();
        losses.report("f", &mut problems);
        assert_eq!(problems.len(), 201);
        assert!(problems.into_list()[0].message.contains("1000 times"));
    }
}
