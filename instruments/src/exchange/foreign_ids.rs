//! `exchange.csv`: how another system names what stands in the folder, so that its answers are understood.

use std::collections::BTreeMap;

use crate::exchange::tables::csv_of;
use crate::problem::Problems;
use crate::source::Source;
use crate::table::{Columns, Table};

/// The file.
pub(crate) const FILE: &str = "exchange.csv";

const COLUMNS: Columns = Columns { required: &["element", "id", "system", "code"], optional: &[], max_rows: 100_000 };

/// The names of another system.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ForeignIds {
    /// Address and version of the questionnaire.
    pub questionnaire: Option<(String, String)>,
    /// Our item by the other's id.
    pub items: BTreeMap<String, String>,
    /// Our code by response scale and by the other's system and code.
    pub options: BTreeMap<(String, String, String), i64>,
}

impl ForeignIds {
    /// Whether the other system names everything as the folder does.
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.options.is_empty()
    }

    /// Adds what another system says; its address is the one that is kept.
    pub(crate) fn add(&mut self, other: Self) {
        self.questionnaire = other.questionnaire.or(self.questionnaire.take());
        self.items.extend(other.items);
        self.options.extend(other.options);
    }

    /// The file as text.
    pub(crate) fn to_csv(&self) -> Vec<u8> {
        let mut rows = vec![["element", "id", "system", "code"].map(str::to_owned)];
        if let Some((url, version)) = &self.questionnaire {
            rows.push(["questionnaire".to_owned(), String::new(), url.clone(), version.clone()]);
        }
        for (foreign, item) in &self.items {
            rows.push(["item".to_owned(), item.clone(), String::new(), foreign.clone()]);
        }
        for ((scale, system, foreign), code) in &self.options {
            rows.push(["option".to_owned(), format!("{scale}:{code}"), system.clone(), foreign.clone()]);
        }
        csv_of(rows.iter().map(|row| row.iter().map(String::as_str).collect()))
    }

    /// Reads the file of a folder; empty without one. What cannot be read is reported as a warning: answers can still come in our names.
    pub(crate) fn read(source: &Source, problems: &mut Problems) -> Self {
        let mut ids = Self::default();
        let Ok(bytes) = source.read(FILE) else { return ids };
        let mut found = Problems::default();
        let Some(table) = Table::read(FILE, &bytes, COLUMNS, &mut found) else {
            ids.report(found, problems);
            return ids;
        };
        for row in table.rows() {
            let (id, system, code) = (row.get("id"), row.get("system"), row.get("code"));
            let option = id.rsplit_once(':').and_then(|(scale, ours)| Some((scale, ours.parse::<i64>().ok()?)));
            match (row.get("element"), option) {
                ("questionnaire", _) => ids.questionnaire = Some((system.to_owned(), code.to_owned())),
                ("item", _) => {
                    ids.items.insert(code.to_owned(), id.to_owned());
                }
                ("option", Some((scale, ours))) => {
                    ids.options.insert((scale.to_owned(), system.to_owned(), code.to_owned()), ours);
                }
                _ => found.push(row.error("element", "the line names nothing", "use `item` or `option` with its id")),
            }
        }
        ids.report(found, problems);
        ids
    }

    fn report(&self, found: Problems, problems: &mut Problems) {
        for problem in found.into_list() {
            problems.warning(FILE, problem.place, problem.message, problem.remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_another_system_come_back() {
        let ids = ForeignIds {
            questionnaire: Some(("http://loinc.org/q/44249-1".into(), "2.1".into())),
            items: BTreeMap::from([("/44250-9, a".into(), "i1".into())]),
            options: BTreeMap::from([(("s:1".into(), "http://loinc.org".into(), "LA6568-5".into()), -3)]),
        };
        let source = Source::Memory(BTreeMap::from([(FILE.to_owned(), ids.to_csv())]));
        let mut problems = Problems::default();
        assert_eq!(ForeignIds::read(&source, &mut problems), ids);
        assert_eq!(problems.into_list(), []);
    }

    #[test]
    fn a_line_that_names_nothing_is_a_warning() {
        let text = b"element,id,system,code\noption,s,,x\n".to_vec();
        let source = Source::Memory(BTreeMap::from([(FILE.to_owned(), text)]));
        let mut problems = Problems::default();
        assert!(ForeignIds::read(&source, &mut problems).is_empty());
        let problems = problems.into_list();
        assert_eq!((problems.len(), problems[0].place.as_str()), (1, "line 2, column element"));
    }
}
