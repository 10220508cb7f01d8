//! A questionnaire of one person: its steps, what may be stored of it, whether it is submitted.

use std::collections::BTreeMap;

use client::{Connection, Failure, setup};
use serde_json::{Value, json};

use crate::ledger::Entry;

/// How a step is answered.
#[derive(Debug, Clone, Copy)]
enum Step {
    Option { n: u64 },
    Number { lowest: f64, highest: f64 },
    Text,
    Ranks,
}

/// How far a sheet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It takes answers.
    UnderWay,
    /// A submission was cut off.
    Asked,
    /// It is submitted, with this result.
    Done(String),
}

/// A questionnaire of one person.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub id: String,
    pub progress: Progress,
    pub entries: BTreeMap<u64, Entry>,
    /// Whether it was compared since it was submitted; after that nothing can change it.
    pub compared: bool,
    steps: BTreeMap<u64, Step>,
    /// How many values each step was given: it gets none twice in a row.
    n_values: BTreeMap<u64, u64>,
}

impl Sheet {
    /// Gives it to somebody, who begins it and looks at all of it.
    pub async fn begun(
        connection: &mut Connection,
        consultant: &setup::Staff,
        beneficiary: &setup::Beneficiary,
        instrument: &str,
    ) -> Result<Self, Failure> {
        let id = setup::begun(connection, consultant, beneficiary, instrument).await?;
        let mut steps = BTreeMap::new();
        let mut from = Some(1);
        while let Some(first) = from {
            let path = format!("/api/v1/assignments/{id}/page?from={first}&n=50");
            let page = connection.call("GET", &path, Some(&beneficiary.token), None).await?.expect(200)?.json();
            for step in page["steps"].as_array().into_iter().flatten() {
                steps.insert(step["position"].as_u64().expect("a position"), Step::of(step));
            }
            from = page["next"].as_u64();
        }
        let entries = steps.keys().map(|position| (*position, Entry::default())).collect();
        Ok(Self { id, progress: Progress::UnderWay, entries, compared: false, steps, n_values: BTreeMap::new() })
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/assignments/{}{rest}", self.id)
    }

    /// What may be stored at a step.
    pub fn entry(&mut self, position: u64) -> &mut Entry {
        self.entries.get_mut(&position).expect("a step of the sheet")
    }

    pub fn n_steps(&self) -> u64 {
        self.steps.len() as u64
    }

    /// The next value of a step.
    pub fn value(&mut self, position: u64, person: usize) -> Value {
        let n_values = self.n_values.entry(position).or_default();
        *n_values += 1;
        let n = *n_values + 7 * position + 13 * person as u64;
        match self.steps[&position] {
            Step::Option { n: options } => json!({"option": 1 + n % options}),
            Step::Number { lowest, highest } => {
                json!({"number": lowest + (n % (highest - lowest + 1.0) as u64) as f64})
            }
            Step::Text => json!({"text": format!("person {person}, sheet {}, value {n_values}", self.id)}),
            Step::Ranks => {
                let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
                json!({"ranks": orders[(n % 6) as usize]})
            }
        }
    }
}

impl Step {
    fn of(step: &Value) -> Self {
        let n = |name: &str| step[name].as_array().map_or(0, Vec::len) as u64;
        match (step["kind"].as_str().expect("a kind"), n("options"), n("members")) {
            ("ranking", 0, 3) => Self::Ranks,
            ("text", 0, 0) => Self::Text,
            (_, 0, 0) => {
                let bound = |name: &str| step["bounds"][name].as_f64().expect("a bound");
                Self::Number { lowest: bound("lowest"), highest: bound("highest") }
            }
            (_, n, 0) => Self::Option { n },
            _ => panic!("nobody here knows how to answer {step}"),
        }
    }
}
