//! `bilan report --group`: aggregates of everybody in a file, small cells hidden.

use std::path::Path;

use anyhow::bail;
use batch::{Job, Source};
use reports::text::Language;
use restitution::documents::{GroupMaterial, GroupScores, group};

use super::{Telling, paper, write};
use crate::output::{message, progress_bar};
use crate::plot;

pub(super) fn run(telling: &Telling, job: &Job, source: Source, output: &Path) -> anyhow::Result<()> {
    let args = telling.args;
    let (name, bar) = (source.name.clone(), progress_bar(&source, args.quiet));
    let (mut scores, mut n_unreadable) = (GroupScores::default(), 0_u64);
    job.score_each(source, |step| -> anyhow::Result<()> {
        n_unreadable += step.unreadable.len() as u64;
        for person in step.people {
            // The column that parts the group is carried over last.
            let part = args.by.as_ref().and_then(|_| person.kept.last().cloned()).unwrap_or_default();
            scores.add(&telling.person(person), &part);
        }
        bar.inc(step.n_bytes);
        Ok(())
    })?;
    bar.finish_and_clear();
    if n_unreadable > 0 {
        message(&format!("{n_unreadable} rows could not be read and are not counted"));
    }
    if scores.is_empty() {
        bail!("no row of {name} could be read; there is no group");
    }
    let language = plot::language(args.lang);
    let parted_by = args.by.as_ref().map(|column| match language {
        Language::French => format!("par {column}"),
        Language::English => format!("by {column}"),
    });
    let group_label = match language {
        Language::French => format!("Personnes du fichier {name}"),
        Language::English => format!("People of the file {name}"),
    };
    let material = GroupMaterial {
        instrument: telling.instrument,
        norm_id: args.norm.norm.as_deref(),
        language,
        group_label: &group_label,
        parted_by: parted_by.as_deref(),
        min_cell: args.min_cell,
        simulated: false,
    };
    write(&paper::file(group(&material, &scores)?, output)?, output)
}
