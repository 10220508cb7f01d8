//! Typed reading of the merged values, collecting what is wrong with them.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use super::problem::ConfigProblem;
use super::secret::Secret;
use super::settings::{Setting, by_key};
use super::sources::{Merged, Origin, Raw};

/// Reads settings by key. A setting that is wrong counts as not given, so that reading goes on.
pub(super) struct Reader(pub(super) Merged);

impl Reader {
    /// Whether the setting was given.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.values.contains_key(key)
    }

    /// How strongly it was given.
    pub(super) fn origin(&self, key: &str) -> Option<Origin> {
        self.0.values.get(key).map(|(origin, _)| *origin)
    }

    /// Reports a problem of a setting that was given.
    pub(super) fn refuse(&mut self, key: &str, allowed: Option<&str>, remedy: &str) {
        let Some(setting) = by_key(key) else { return };
        let problem = ConfigProblem {
            place: self.0.place(setting),
            given: allowed.and_then(|_| self.0.given(setting)),
            allowed: allowed.map(str::to_owned),
            remedy: remedy.to_owned(),
        };
        self.0.problems.push(problem);
    }

    /// Reports that a setting is missing.
    pub(super) fn missing(&mut self, key: &str, remedy: &str) {
        let place = by_key(key).map_or_else(String::new, |s: &Setting| format!("{} in {}", s.key, self.0.file_name));
        self.0.problems.push(ConfigProblem { place, given: None, allowed: None, remedy: remedy.to_owned() });
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.0.values.get(key)?.1.clone() {
            Raw::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => {
                self.refuse(key, Some("a text"), "write a text");
                None
            }
        }
    }

    pub(super) fn path(&mut self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    /// A text that becomes a value of another type.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, allowed: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.refuse(key, Some(allowed), "correct it");
        }
        parsed
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.refuse(key, Some(&allowed.join(", ")), "choose one of them");
        }
        found
    }

    pub(super) fn switch(&mut self, key: &str) -> Option<bool> {
        match self.0.values.get(key)?.1.clone() {
            Raw::Switch(switch) => Some(switch),
            Raw::Text(text) if text == "true" => Some(true),
            Raw::Text(text) if text == "false" => Some(false),
            _ => {
                self.refuse(key, Some("true or false"), "choose one of them");
                None
            }
        }
    }

    /// A whole number within a range.
    pub(super) fn number<T>(&mut self, key: &str, range: RangeInclusive<T>) -> Option<T>
    where
        T: TryFrom<i64> + PartialOrd + Display + Copy,
    {
        let number = match &self.0.values.get(key)?.1 {
            Raw::Number(number) => Some(*number),
            Raw::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.and_then(|number| T::try_from(number).ok()).filter(|number| range.contains(number));
        if number.is_none() {
            let allowed = format!("a whole number from {} to {}", range.start(), range.end());
            self.refuse(key, Some(&allowed), "choose one of them");
        }
        number
    }

    /// Several values: a list in the file, separated by commas elsewhere.
    pub(super) fn list<T: FromStr>(&mut self, key: &str, allowed: &str) -> Option<Vec<T>> {
        let texts: Option<Vec<String>> = match self.0.values.get(key)?.1.clone() {
            Raw::List(list) => Some(list),
            Raw::Text(text) => {
                Some(text.split(',').filter(|part| !part.trim().is_empty()).map(str::to_owned).collect())
            }
            Raw::Number(number) => Some(vec![number.to_string()]),
            _ => None,
        };
        let parsed = texts.and_then(|texts| texts.iter().map(|text| text.trim().parse().ok()).collect());
        if parsed.is_none() {
            self.refuse(key, Some(allowed), "correct it");
        }
        parsed
    }

    /// A secret, given itself or as a file that holds it; the stronger of the two when both are given.
    pub(super) fn secret(&mut self, key: &str, file_key: &str) -> Option<Secret> {
        match (self.origin(key), self.origin(file_key)) {
            (None, None) => None,
            (Some(one), Some(other)) if one == other => {
                self.refuse(file_key, None, &format!("{key} is given as well; remove one of the two"));
                None
            }
            (one, other) if one > other => self.text(key).map(Secret::new),
            _ => {
                let path = self.path(file_key)?;
                match std::fs::read_to_string(&path) {
                    Ok(text) if !text.trim().is_empty() => Some(Secret::new(text.trim().to_owned())),
                    Ok(_) => {
                        self.refuse(file_key, None, "the file is empty");
                        None
                    }
                    Err(error) => {
                        self.refuse(file_key, None, &format!("the file cannot be read: {error}"));
                        None
                    }
                }
            }
        }
    }
}
