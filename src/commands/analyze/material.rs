//! What every study starts from: the instrument, the answers of everybody, the scales asked for.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use batch::{ColumnSettings, Everybody, Source, WholeFile};
use engine::model::Instrument;
use engine::stats::{ItemScores, ItemScoresError, MissingPairs};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use instruments::{Catalog, LoadedInstrument};

use crate::args::LangArg;
use crate::args::analyze::{PairsArg, StudyArgs, StudyFormat};
use crate::commands::instruments::open_catalog;
use crate::commands::report::write;
use crate::input::open;
use crate::output::print;
use crate::study::Study;

/// The instrument and the answers of everybody.
pub struct Material {
    /// Where the instrument comes from.
    pub catalog: Catalog,
    /// The instrument.
    pub instrument: Arc<LoadedInstrument>,
    /// The answers.
    pub everybody: Everybody,
    /// The scales asked for, all of them by default, in the instrument's order.
    pub scales: Vec<usize>,
    quiet: bool,
}

impl Material {
    /// Reads the file; `keep` are further columns that the study needs.
    ///
    /// # Errors
    /// Whatever is wrong with the arguments or the input.
    pub fn read(args: &StudyArgs, keep: &[String]) -> anyhow::Result<Self> {
        if let Some(path) = &args.plot {
            crate::plot::kind_of(path)?;
        }
        let catalog = open_catalog(&args.input.catalog)?;
        let instrument = catalog.find(&args.input.instrument)?;
        let scales = chosen_scales(instrument.instrument(), &args.scales)?;
        let columns = args.input.columns.settings(keep)?;
        let source = open(&args.input.responses)?;
        let everybody = read_all(&catalog, &instrument, &columns, source, args.quiet)?;
        if everybody.ids.is_empty() {
            bail!("{} has no rows to study", args.input.responses.display());
        }
        Ok(Self { catalog, instrument, everybody, scales, quiet: args.quiet })
    }

    /// A study of this material without results yet.
    #[must_use]
    pub fn study(&self, kind: &'static str) -> Study {
        let instrument = format!("{} {}", self.instrument.id(), self.instrument.version());
        Study::new(kind, instrument, self.everybody.ids.len())
    }

    /// The identifier of a scale.
    #[must_use]
    pub fn scale_id(&self, scale_idx: usize) -> &str {
        self.instrument.instrument().scales()[scale_idx].id.as_str()
    }

    /// What a chart is about: instrument, scale, number of people.
    #[must_use]
    pub fn subject(&self, scale_idx: Option<usize>, lang: LangArg) -> String {
        let (id, version) = (self.instrument.id(), self.instrument.version());
        let n = reports::text::number::count(crate::plot::language(lang), self.everybody.ids.len() as u64);
        let scale = scale_idx.map(|idx| self.scale_id(idx));
        match lang {
            LangArg::Fr => {
                let scale = scale.map_or_else(String::new, |scale| format!(", échelle {scale}"));
                format!("{id} {version}{scale}, {n} personnes")
            }
            LangArg::En => {
                let scale = scale.map_or_else(String::new, |scale| format!(", scale {scale}"));
                format!("{id} {version}{scale}, {n} people")
            }
        }
    }

    /// The identifiers of the items of a scale, in the order of its item scores.
    #[must_use]
    pub fn item_ids(&self, scale_idx: usize) -> Vec<&str> {
        let instrument = self.instrument.instrument();
        let indices = instrument.scales()[scale_idx].rule.item_indices();
        indices.into_iter().map(|item_idx| instrument.items()[item_idx].id.as_str()).collect()
    }

    /// The points of everybody on the items of a scale.
    ///
    /// # Errors
    /// [`ItemScoresError`]: a composite, an ipsative scale, or items without whole points.
    pub fn item_scores(&self, scale_idx: usize) -> Result<ItemScores, ItemScoresError> {
        ItemScores::of_scale(self.instrument.instrument(), scale_idx, &self.everybody.matrix)
    }

    /// The scales asked for that hold no smaller one among them: where a domain is the sum of facets, its facets; where only
    /// the domain was asked for, the domain. A composite stays, so that its lack of items is said.
    #[must_use]
    pub fn lowest_scales(&self) -> Vec<usize> {
        let scales = self.instrument.instrument().scales();
        let items = |scale_idx: usize| scales[scale_idx].rule.item_indices();
        let is_inside = |part: &[usize], whole: &[usize]| {
            part.len() < whole.len() && !part.is_empty() && part.iter().all(|item_idx| whole.contains(item_idx))
        };
        let has_parts = |whole: &usize| {
            let whole = items(*whole);
            self.scales.iter().any(|&part| is_inside(&items(part), &whole))
        };
        self.scales.iter().copied().filter(|idx| !has_parts(idx)).collect()
    }

    /// A spinner on a terminal for work that takes a while.
    #[must_use]
    pub fn progress(&self, what: &str, steps: u64) -> ProgressBar {
        if self.quiet || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr_with_hz(10));
        if let Ok(style) = ProgressStyle::with_template("{msg}: {pos} of {len}  {eta} left") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar
    }
}

/// Reads all answers of a file.
///
/// # Errors
/// What reading can meet.
pub fn read_all(
    catalog: &Catalog,
    instrument: &LoadedInstrument,
    columns: &ColumnSettings,
    source: Source,
    quiet: bool,
) -> anyhow::Result<Everybody> {
    let bar = if quiet || !io::stderr().is_terminal() {
        ProgressBar::hidden()
    } else {
        ProgressBar::with_draw_target(source.n_bytes, ProgressDrawTarget::stderr_with_hz(10))
    };
    let everybody = WholeFile { catalog, instrument, columns }.read(source, Some(&|bytes| bar.inc(bytes)))?;
    bar.finish_and_clear();
    Ok(everybody)
}

fn chosen_scales(instrument: &Instrument, names: &[String]) -> anyhow::Result<Vec<usize>> {
    let all = instrument.scales();
    if names.is_empty() {
        return Ok((0..all.len()).collect());
    }
    let mut chosen = Vec::new();
    for name in names {
        let found = all.iter().position(|scale| scale.id.as_str().eq_ignore_ascii_case(name));
        let known = || all.iter().map(|scale| scale.id.as_str()).collect::<Vec<_>>().join(", ");
        chosen.push(
            found.with_context(|| format!("--scale: {} has no scale `{name}`; it has {}", instrument.id(), known()))?,
        );
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

/// Which respondents count for a pair of items.
#[must_use]
pub fn missing_pairs(arg: PairsArg) -> MissingPairs {
    match arg {
        PairsArg::Pairwise => MissingPairs::Pairwise,
        PairsArg::Listwise => MissingPairs::Listwise,
    }
}

/// The folder that `--write` writes into.
///
/// # Errors
/// When none was given.
pub fn folder_to_write(args: &StudyArgs) -> anyhow::Result<&std::path::Path> {
    args.input.catalog.folder.as_deref().context("--write needs --instruments DIR, the folder to write into")
}

/// Keeps only the table asked for; called before files are written, so that a slip of the name leaves none behind.
///
/// # Errors
/// When there is no such table.
pub fn pick_table(study: &mut Study, args: &StudyArgs) -> anyhow::Result<()> {
    let Some(table) = &args.table else { return Ok(()) };
    study.only(table).inspect_err(|_| {
        // Why a table is not there stands in the remarks.
        let notes = if args.quiet { &[][..] } else { &study.notes };
        notes.iter().for_each(|note| crate::output::message(&format!("note: {note}")));
    })
}

/// Writes the study where and how it was asked for.
///
/// # Errors
/// When the table asked for is not there, or the place cannot be written.
pub fn hand_over(mut study: Study, args: &StudyArgs) -> anyhow::Result<()> {
    pick_table(&mut study, args)?;
    let text = match args.format {
        StudyFormat::Text => study.to_text(),
        StudyFormat::Json => study.to_json(),
        StudyFormat::Csv => study.to_csv()?,
    };
    if args.output.as_os_str() == "-" {
        print(&text)?;
    } else {
        write(text.as_bytes(), &args.output)?;
    }
    // A table for machines holds no remarks: they are said beside it.
    if args.format == StudyFormat::Csv && !args.quiet {
        for note in &study.notes {
            crate::output::message(&format!("note: {note}"));
        }
    }
    Ok(())
}
