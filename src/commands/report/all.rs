//! `bilan report --all`: one file for each respondent, in parallel, with as many people in memory as one step of reading brings.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use batch::{Job, Respondent, Source};

use super::{Telling, crew, write};
use crate::output::{message, progress_bar};

/// Longest part of an identifier that stands in a file name.
const LONGEST_NAME: usize = 80;
/// Up to so many unreadable rows are told one by one.
const TOLD: usize = 20;

pub(super) fn run(telling: &Telling, job: &Job, source: Source, folder: &Path) -> anyhow::Result<()> {
    let format = telling.args.format;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let bar = progress_bar(&source, telling.args.quiet);
    let mut names = Names::default();
    let (mut n_told, mut n_unreadable) = (0, 0);
    job.score_each(source, |step| -> anyhow::Result<()> {
        for row in &step.unreadable {
            n_unreadable += 1;
            if n_unreadable <= TOLD {
                bar.suspend(|| message(&row.problem.to_string()));
            }
        }
        n_told += step.people.len();
        let named: Vec<(String, Respondent)> =
            step.people.into_iter().map(|person| (names.name_of(person.id.as_deref(), person.row), person)).collect();
        crew::for_each(named, |(name, person)| {
            let row = person.row;
            let told = telling.tell(person, format).with_context(|| format!("row {row}"))?;
            write(&told, &folder.join(format!("{name}.{}", format.ending())))
        })?;
        bar.inc(step.n_bytes);
        Ok(())
    })?;
    bar.finish_and_clear();
    if !telling.args.quiet {
        message(&format!("{n_told} restitutions in {}", folder.display()));
    }
    match n_unreadable {
        0 => Ok(()),
        n if n > TOLD => {
            bail!("{n} rows could not be read, the first {TOLD} are named above; they have no restitution")
        }
        n => bail!("{n} rows could not be read, as said above; they have no restitution"),
    }
}

/// File names, each given once.
#[derive(Debug, Default)]
struct Names {
    given: HashSet<String>,
}

impl Names {
    /// A name from the identifier: letters, digits, `-` and `_` of it; with the number of the row where there is none, or it is taken
    /// (file systems may not tell capitals).
    fn name_of(&mut self, id: Option<&str>, row: u64) -> String {
        let safe =
            |character: char| if character.is_alphanumeric() || "-_".contains(character) { character } else { '_' };
        let id: String = id.unwrap_or_default().trim().chars().take(LONGEST_NAME).map(safe).collect();
        let mut name = if id.is_empty() { format!("row-{row}") } else { id };
        while !self.given.insert(name.to_lowercase()) {
            name = format!("{name}-row-{row}");
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_given_once() {
        let mut names = Names::default();
        assert_eq!(names.name_of(Some(" Zoé/../1 "), 1), "Zoé____1");
        assert_eq!(names.name_of(Some("a"), 2), "a");
        assert_eq!(names.name_of(Some("A"), 3), "A-row-3");
        assert_eq!(names.name_of(None, 4), "row-4");
        assert_eq!(names.name_of(Some("row-4"), 5), "row-4-row-5");
        assert_eq!(names.name_of(Some(&"x".repeat(300)), 6).len(), LONGEST_NAME);
    }
}
