//! Files of norm aggregates: how many people have which score, in place of the people; `instruments/FORMAT.md` describes them.

use std::fmt::Write as _;

use engine::model::{Instrument, StratumId, Version};
use engine::norms::{AgeBand, AggregateCell, NormAggregate, Sex, Stratum};

use crate::error::{Error, Result};
use crate::problem::{Problem, Problems, did_you_mean, given};
use crate::table::{Columns, Row, Table};

const COLUMNS: Columns = Columns {
    required: &["record", "name", "sex", "age_min", "age_max", "scale", "answered", "score", "count"],
    optional: &[],
    max_rows: 5_000_000,
};

/// The text of an aggregate of people who answered an instrument. Numbers read back to the same bits.
#[must_use]
pub fn aggregate_text(instrument: &Instrument, aggregate: &NormAggregate) -> String {
    let mut text = COLUMNS.required.join(",") + "\n";
    let scale = |idx: usize| instrument.scales().get(idx).map_or("", |scale| scale.id.as_str());
    // Writing to a string does not fail.
    let _ = writeln!(text, "instrument,{},,,,,,,", instrument.id());
    let _ = writeln!(text, "version,{},,,,,,,", instrument.version());
    let _ = writeln!(text, "smallest,,,,,,,,{}", aggregate.min_n());
    for (stratum, people) in aggregate.strata() {
        let limit = |limit: Option<u8>| limit.map_or_else(String::new, |limit| limit.to_string());
        let (sex, ages) = (stratum.sex().map_or("", |sex| sex.code()), stratum.ages());
        let (youngest, oldest) = (limit(ages.youngest()), limit(ages.oldest()));
        let _ = writeln!(text, "stratum,{},{sex},{youngest},{oldest},,,,{people}", stratum.id());
        for cell in aggregate.cells(stratum.id()) {
            let AggregateCell { scale_idx, answered, score, count } = cell;
            let _ = writeln!(text, "cell,{},,,,{},{answered},{score},{count}", stratum.id(), scale(scale_idx));
        }
    }
    for (stratum, scale_idx) in aggregate.dropped() {
        let _ = writeln!(text, "dropped,{stratum},,,,{},,,", scale_idx.map_or("", scale));
    }
    text
}

/// Reads an aggregate of people who answered an instrument, in the same major version.
///
/// - `name`: of the file, for messages.
///
/// # Errors
/// [`Error::Invalid`] with every problem: another instrument or version, unknown scales, counts that are not possible, strata that
/// are too small to have been released.
pub fn read_aggregate(instrument: &Instrument, name: &str, bytes: &[u8]) -> Result<NormAggregate> {
    let mut problems = Problems::default();
    let found = Table::read(name, bytes, COLUMNS, &mut problems).and_then(|table| {
        let mut draft = Draft::default();
        for row in table.rows() {
            if problems.is_full() {
                break;
            }
            problems.keep(draft.add(&row, instrument));
        }
        draft.finish(name, instrument, &mut problems)
    });
    match found.filter(|_| !problems.any_error()) {
        Some(aggregate) => Ok(aggregate),
        None => Err(Error::Invalid { name: name.to_owned(), problems: problems.into_list() }),
    }
}

#[derive(Default)]
struct Draft {
    instrument: bool,
    version: bool,
    min_n: Option<u32>,
    strata: Vec<(Stratum, u64, Vec<AggregateCell>)>,
    dropped: Vec<(StratumId, Option<usize>)>,
}

impl Draft {
    fn add(&mut self, row: &Row<'_>, instrument: &Instrument) -> std::result::Result<(), Problem> {
        let name = row.get("name");
        match row.get("record") {
            "instrument" if instrument.id().eq_ignore_case(name) => self.instrument = true,
            "instrument" => {
                let message = format!("the aggregate is of {}, not of {}", given(name), instrument.id());
                return Err(row.error("name", message, "name that instrument, or choose another file"));
            }
            "version" => {
                let version = name.parse::<Version>().ok();
                if version.is_none_or(|version| version.major != instrument.version().major) {
                    let message =
                        format!("scores of version {} do not compare with {}", given(name), instrument.version());
                    return Err(row.error("name", message, "make the aggregate again with this version"));
                }
                self.version = true;
            }
            "smallest" => self.min_n = row.count("count")?,
            "stratum" => {
                let stratum = stratum(row)?;
                let people = needed_count(row)?;
                self.strata.push((stratum, people, Vec::new()));
            }
            "cell" => {
                let cell = AggregateCell {
                    scale_idx: scale_idx(row, instrument)?,
                    answered: row.get("answered").parse().map_err(|_| {
                        let message = format!("{} is not a number of items", given(row.get("answered")));
                        row.error("answered", message, "write a whole number")
                    })?,
                    score: row.needed_number("score")?,
                    count: needed_count(row)?,
                };
                let stratum = self.strata.iter_mut().find(|(stratum, _, _)| stratum.id().as_str() == name);
                let unknown =
                    || row.error("name", format!("unknown stratum {}", given(name)), "declare it in a line above");
                stratum.ok_or_else(unknown)?.2.push(cell);
            }
            "dropped" => {
                let scale = if row.get("scale").is_empty() { None } else { Some(scale_idx(row, instrument)?) };
                self.dropped.push((stratum_id(row)?, scale));
            }
            other => {
                let known = ["instrument", "version", "smallest", "stratum", "cell", "dropped"];
                let remedy = did_you_mean(other, known, "delete the line");
                return Err(row.error("record", format!("unknown record {}", given(other)), remedy));
            }
        }
        Ok(())
    }

    fn finish(self, name: &str, instrument: &Instrument, problems: &mut Problems) -> Option<NormAggregate> {
        for (there, record) in
            [(self.instrument, "instrument"), (self.version, "version"), (self.min_n.is_some(), "smallest")]
        {
            if !there && !problems.any_error() {
                problems.error(name, "", format!("there is no line `{record}`"), "make the aggregate again");
            }
        }
        let made = NormAggregate::new(instrument.scales().len(), self.min_n?, self.strata, self.dropped);
        problems.keep(made.map_err(|error| Problem::error(name, "", error.to_string(), "make the aggregate again")))
    }
}

fn needed_count(row: &Row<'_>) -> std::result::Result<u64, Problem> {
    let count = row.count("count")?.map(u64::from);
    count.ok_or_else(|| row.error("count", "the count is missing", "give the number of people"))
}

fn scale_idx(row: &Row<'_>, instrument: &Instrument) -> std::result::Result<usize, Problem> {
    let scale = row.get("scale");
    instrument.scales().iter().position(|known| known.id.as_str() == scale).ok_or_else(|| {
        let known = instrument.scales().iter().map(|scale| scale.id.as_str());
        let remedy = did_you_mean(scale, known, "use a scale of the instrument");
        row.error("scale", format!("unknown scale {}", given(scale)), remedy)
    })
}

fn stratum_id(row: &Row<'_>) -> std::result::Result<StratumId, Problem> {
    let name = row.get("name");
    StratumId::new(name).map_err(|_| row.error("name", format!("{} is not an id", given(name)), "correct the id"))
}

fn stratum(row: &Row<'_>) -> std::result::Result<Stratum, Problem> {
    let sex = match row.get("sex") {
        "" => None,
        code => Some(
            Sex::from_code(code)
                .ok_or_else(|| row.error("sex", format!("{} is not a sex", given(code)), "write F, M, or nothing"))?,
        ),
    };
    let age = |column: &str| match row.get(column) {
        "" => Ok(None),
        text => text.parse::<u8>().map(Some).map_err(|_| {
            row.error(column, format!("{} is not an age", given(text)), "write completed years, or nothing")
        }),
    };
    let ages = AgeBand::new(age("age_min")?, age("age_max")?)
        .map_err(|error| row.error("age_min", error.to_string(), "correct the ages"))?;
    Ok(Stratum::new(stratum_id(row)?, sex, ages, None))
}

#[cfg(test)]
mod tests {
    use engine::norms::AggregateCounter;

    use super::*;
    use crate::test_folder::a_folder;

    fn an_aggregate() -> NormAggregate {
        let stratum =
            |id: &str, sex, min| Stratum::new(StratumId::new(id).unwrap(), sex, AgeBand::new(min, None).unwrap(), None);
        let mut counter = AggregateCounter::new(
            2,
            vec![stratum("F", Some(Sex::Female), Some(18)), stratum("M", Some(Sex::Male), None)],
        );
        for idx in 0..24_u32 {
            let stratum = usize::from(idx % 6 == 0);
            counter.add_person(stratum).unwrap();
            counter.add(stratum, 0, 2, f64::from(idx % 5) + 0.1).unwrap();
            counter.add(stratum, 1, 1 + idx % 2, f64::from(idx % 3)).unwrap();
        }
        counter.release(10)
    }

    #[test]
    fn an_aggregate_reads_back_to_the_same_counts() {
        let loaded = a_folder().load();
        let aggregate = an_aggregate();
        let text = aggregate_text(loaded.instrument(), &aggregate);
        assert!(text.contains("stratum,F,F,18,,,,,20\n") && text.contains("dropped,M,,,,,,,\n"), "{text}");
        assert_eq!(read_aggregate(loaded.instrument(), "a.csv", text.as_bytes()).unwrap(), aggregate);
    }

    #[test]
    fn every_problem_of_a_file_is_told() {
        let loaded = a_folder().load();
        let text = aggregate_text(loaded.instrument(), &an_aggregate());
        let refused = |from: &str, to: &str| {
            assert!(text.contains(from), "{from} is not in {text}");
            let changed = text.replacen(from, to, 1);
            read_aggregate(loaded.instrument(), "a.csv", changed.as_bytes()).unwrap_err().to_string()
        };
        assert!(refused("instrument,test", "instrument,other").contains("not of test"));
        assert!(refused("version,1.0.0", "version,2.0.0").contains("do not compare"));
        assert!(refused("smallest,,,,,,,,10\n", "").contains("no line `smallest`"));
        assert!(refused("cell,F,,,,A", "cell,F,,,,C").contains("unknown scale"));
        assert!(refused("cell,F,,,,A", "cell,X,,,,A").contains("unknown stratum"));
        assert!(refused(",,20\n", ",,9\n").contains("smallest stratum"));
        assert!(refused("stratum,F,F", "strata,F,F").contains("unknown record"));
        assert!(refused("smallest,,,,,,,,10", "smallest,,,,,,,,x").contains("number of people"));
    }
}
