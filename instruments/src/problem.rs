//! A problem found in a file: where, what, and what to do about it.

use std::fmt;

use engine::model::InvalidId;

/// Whether a problem stops the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The folder cannot be used.
    Error,
    /// The folder can be used; somebody should look at this.
    Warning,
}

/// A problem found in a file of an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File, relative to the instrument's folder; empty for the folder itself.
    pub file: String,
    /// Place in the file: `line 7`, `line 7, column sign`, `scales[3].missing`; empty for the whole file.
    pub place: String,
    /// What was found, and what is allowed.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// Whether it stops the work.
    pub severity: Severity,
}

impl Problem {
    /// An error: the folder cannot be used before it is repaired.
    pub(crate) fn error(
        file: &str,
        place: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (place, message, remedy) = (place.into(), message.into(), remedy.into());
        Self { file: file.to_owned(), place, message, remedy, severity: Severity::Error }
    }

    /// A warning: the folder can be used as it is.
    pub(crate) fn warning(
        file: &str,
        place: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, place, message, remedy) }
    }

    /// Whether it stops the work.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    /// One line: `error in keys.csv, line 7: …; remedy: …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })?;
        let place = [self.file.as_str(), self.place.as_str()].into_iter().filter(|part| !part.is_empty());
        let place = place.collect::<Vec<_>>().join(", ");
        if !place.is_empty() {
            write!(f, " in {}", one_line(&place))?;
        }
        write!(f, ": {}; remedy: {}", one_line(&self.message), one_line(&self.remedy))
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The problems found so far. It fills up, so that a file of a million wrong lines is answered in a second.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    const MOST: usize = 500;

    /// Adds a problem, unless there are too many already.
    pub(crate) fn push(&mut self, problem: Problem) {
        if !self.is_full() {
            self.list.push(problem);
        }
    }

    /// Adds an error.
    pub(crate) fn error(
        &mut self,
        file: &str,
        place: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.push(Problem::error(file, place, message, remedy));
    }

    /// Adds a warning.
    pub(crate) fn warning(
        &mut self,
        file: &str,
        place: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.push(Problem::warning(file, place, message, remedy));
    }

    /// Keeps the value, or the problem.
    pub(crate) fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.push(problem)).ok()
    }

    /// Whether there are so many that looking for more is of no use.
    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= Self::MOST
    }

    /// Whether some problem stops the work.
    pub(crate) fn any_error(&self) -> bool {
        self.list.iter().any(Problem::is_error)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them, in the order found.
    pub(crate) fn into_list(mut self) -> Vec<Problem> {
        if self.is_full() {
            let message = format!("the first {} problems are shown; there may be more", Self::MOST);
            self.list.push(Problem::error("", "", message, "repair these and check again"));
        }
        self.list
    }
}

/// A value as it was given, in quotes, short enough for a message.
pub(crate) fn given(text: &str) -> String {
    const LONGEST: usize = 60;
    let short: String = text.chars().take(LONGEST).collect();
    let dots = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    format!("`{}{dots}`", one_line(&short))
}

/// The known name that is nearest to what was given, if one is near enough to be meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Ids are at most 64 bytes; comparing an endless text with every one of them would only cost time.
    if given.is_empty() || given.len() > 200 {
        return None;
    }
    let given = given.to_lowercase();
    let allowed = given.chars().count().div_ceil(3).clamp(1, 4);
    let distance = |name: &str| strsim::damerau_levenshtein(&given, &name.to_lowercase());
    let candidates = known.into_iter().map(|name| (distance(name), name));
    candidates.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// `did you mean `x`?` where a name is near, else the fallback.
pub(crate) fn did_you_mean<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
    fallback: impl Into<String>,
) -> String {
    nearest(given, known).map_or_else(|| fallback.into(), |name| format!("did you mean `{name}`?"))
}

/// A list for a message: the first names, and how many more there are.
pub(crate) fn list_of(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| given(name)).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

/// Message for a text that is no id.
pub(crate) fn not_an_id(invalid: &InvalidId) -> String {
    // The engine quotes the text as it is; a file may hold anything, of any length.
    if invalid.given.is_empty() {
        "the id is empty".to_owned()
    } else {
        format!("{} is not an id", given(&invalid.given))
    }
}

/// Remedy for a text that is no id.
pub(crate) const ID_RULE: &str =
    "use 1 to 64 letters without accents, digits, `-`, `_` or `.`, beginning with a letter or digit";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line_with_place_and_remedy() {
        let problem = Problem::error("keys.csv", "line 7", "unknown item `i\n9`", "did you mean `i19`?");
        assert_eq!(problem.to_string(), "error in keys.csv, line 7: unknown item `i 9`; remedy: did you mean `i19`?");
        assert!(Problem::warning("", "", "m", "r").to_string().starts_with("warning: m"));
    }

    #[test]
    fn near_names_are_proposed_and_far_ones_are_not() {
        let known = ["interests-60", "ipip-neo-120", "ipip-neo-300"];
        assert_eq!(nearest("interest-60", known), Some("interests-60"));
        assert_eq!(nearest("IPIP-NEO-12", known), Some("ipip-neo-120"));
        assert_eq!(nearest("wais", known), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), known), None);
    }

    #[test]
    fn long_values_and_long_lists_are_cut() {
        assert_eq!(given(&"x".repeat(100)), format!("`{}…`", "x".repeat(60)));
        let names: Vec<String> = (0..10).map(|i| i.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(list_of(&names).ends_with("`7` and 2 more"));
    }
}
