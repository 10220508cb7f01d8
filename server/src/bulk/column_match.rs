//! The columns of a file beside the items of an instrument: what fits by itself, and what somebody must choose.

use std::collections::{BTreeMap, BTreeSet};

use engine::model::{Instrument, ResponseKind};

/// The columns that fit items, and the names that could be guessed for what is known of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMatch {
    /// For each item of the instrument its column, where one fits.
    pub items: Vec<Option<Found>>,
    /// Columns whose names stand twice: they cannot be told apart.
    pub doubled: Vec<String>,
}

/// A column that fits an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Place of the column.
    pub column: usize,
    /// Why it fits.
    pub by: By,
}

/// Why a column fits an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// It is called like the item.
    Name,
    /// A row of columns is numbered like the items.
    Number,
}

impl ColumnMatch {
    /// Looks for the items of an instrument among the columns of a file.
    #[must_use]
    pub fn of(header: &[String], instrument: &Instrument) -> Self {
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (column, name) in header.iter().enumerate() {
            places.entry(name.to_lowercase()).or_default().push(column);
        }
        let doubled = places.values().filter(|places| places.len() > 1).filter_map(|places| places.first());
        let doubled = doubled.filter_map(|column| header.get(*column)).cloned().collect();
        let by_name = |id: &str| places.get(&id.to_lowercase()).and_then(|places| places.first()).copied();
        let named = instrument.items().iter().map(|item| by_name(item.id.as_str()));
        let mut items: Vec<Option<Found>> =
            named.map(|column| column.map(|column| Found { column, by: By::Name })).collect();
        if items.iter().all(Option::is_none)
            && let Some(columns) = numbered(header, items.len())
        {
            items = columns.into_iter().map(|column| Some(Found { column, by: By::Number })).collect();
        }
        Self { items, doubled }
    }

    /// Places of the items that have no column and need one; free text, which is not scored, needs none.
    #[must_use]
    pub fn without(&self, instrument: &Instrument) -> Vec<usize> {
        let items = instrument.items().iter().zip(&self.items).enumerate();
        let needs = items.filter(|(_, (item, found))| found.is_none() && item.responses.kind() != ResponseKind::Text);
        needs.map(|(idx, _)| idx).collect()
    }
}

/// The columns `stem1` to `stemN`, where exactly one stem has them all and no more.
fn numbered(header: &[String], n_items: usize) -> Option<Vec<usize>> {
    let mut by_stem: BTreeMap<String, BTreeMap<usize, usize>> = BTreeMap::new();
    for (column, name) in header.iter().enumerate() {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        if let Ok(number) = name[stem.len()..].parse::<usize>() {
            by_stem.entry(stem.to_lowercase()).or_default().insert(number, column);
        }
    }
    let wanted: BTreeSet<usize> = (1..=n_items).collect();
    let mut whole = by_stem.into_values().filter(|columns| columns.keys().copied().collect::<BTreeSet<_>>() == wanted);
    let found = whole.next()?;
    whole.next().is_none().then(|| found.into_values().collect())
}

/// What a column may hold of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonColumn {
    /// An identifier.
    Id,
    /// The sex.
    Sex,
    /// The age in years.
    Age,
}

/// The column whose name says that it holds this, if there is one.
#[must_use]
pub fn person_column(header: &[String], what: PersonColumn) -> Option<&str> {
    let names: &[&str] = match what {
        PersonColumn::Id => &["id", "person", "personne", "identifiant", "code", "respondent", "numero", "numéro"],
        PersonColumn::Sex => &["sex", "sexe", "gender", "genre"],
        PersonColumn::Age => &["age", "âge"],
    };
    let known = |name: &&String| names.contains(&name.trim().to_lowercase().as_str());
    header.iter().find(known).map(String::as_str)
}

/// The codes of men and women that some values leave no doubt about.
#[must_use]
pub fn sex_codes<'v>(values: impl Iterator<Item = &'v str>) -> Option<(&'static str, &'static str)> {
    const KNOWN: [(&str, &str); 6] =
        [("M", "F"), ("H", "F"), ("m", "f"), ("h", "f"), ("Homme", "Femme"), ("male", "female")];
    let found: BTreeSet<&str> = values.filter(|value| !value.is_empty()).collect();
    KNOWN.into_iter().find(|(men, women)| !found.is_empty() && found.iter().all(|value| [men, women].contains(&value)))
}

#[cfg(test)]
mod tests {
    use instruments::Catalog;

    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_called_like_items_are_found_in_any_case_and_others_are_left_to_choose() {
        let loaded = Catalog::bundled().find("ipip-markers-50").unwrap();
        let instrument = loaded.instrument();
        let mut names: Vec<String> = instrument.items().iter().map(|item| item.id.to_string().to_uppercase()).collect();
        names[3] = "other".to_owned();
        names.push("Age".to_owned());
        names.push("age".to_owned());
        let found = ColumnMatch::of(&names, instrument);
        assert_eq!(found.items[0], Some(Found { column: 0, by: By::Name }));
        assert_eq!(found.without(instrument), [3]);
        assert_eq!(found.doubled, ["Age"]);
    }

    #[test]
    fn one_whole_row_of_numbered_columns_fits_and_anything_less_does_not() {
        let loaded = Catalog::bundled().find("ipip-markers-50").unwrap();
        let instrument = loaded.instrument();
        let mut names = vec!["year2024".to_owned()];
        names.extend((1..=50).map(|number| format!("Question {number}")));
        let found = ColumnMatch::of(&names, instrument);
        assert_eq!(found.items[9], Some(Found { column: 10, by: By::Number }));
        assert!(found.without(instrument).is_empty());
        names.pop();
        assert_eq!(ColumnMatch::of(&names, instrument).without(instrument).len(), 50);
        names.extend((50..=51).map(|number| format!("Question {number}")));
        assert_eq!(ColumnMatch::of(&names, instrument).without(instrument).len(), 50, "it may be another form");
    }

    #[test]
    fn what_is_known_of_a_person_is_guessed_only_where_there_is_no_doubt() {
        let names = header(&["Sexe", "AGE", "code"]);
        assert_eq!(person_column(&names, PersonColumn::Sex), Some("Sexe"));
        assert_eq!(person_column(&names, PersonColumn::Id), Some("code"));
        assert_eq!(sex_codes(["F", "H", "", "F"].into_iter()), Some(("H", "F")));
        assert_eq!(sex_codes(["1", "2"].into_iter()), None);
        assert_eq!(sex_codes([].into_iter()), None);
    }
}
