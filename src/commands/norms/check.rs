//! `bilan norms check`: everything doubtful in a norm at once.

use std::path::Path;

use anyhow::{Context as _, bail};
use instruments::{Catalog, LoadedInstrument, LoadedNorm, NormFinding, check_norm};

use crate::args::NormsCheckArgs;
use crate::commands::instruments::open_catalog;
use crate::output::print;

/// Runs the command.
///
/// # Errors
/// When something is doubtful, or there is no such norm.
pub fn run(args: &NormsCheckArgs) -> anyhow::Result<()> {
    let path = Path::new(&args.what);
    let mut lines = Vec::new();
    let mut n_norms = 0;
    if let Some(instrument) = &args.instrument {
        let loaded = open_catalog(&args.catalog)?.find(instrument)?;
        let norm = super::norm_of(&loaded, &args.what)?;
        n_norms += check(&loaded, norm, &mut lines);
    } else if path.is_dir() {
        for (instrument, id) in cards_in(path)? {
            n_norms += check_in(path, &instrument, &id, &mut lines);
        }
        if n_norms == 0 && lines.is_empty() {
            bail!("{} holds no norm: cards stand in INSTRUMENT/norms/NORM.toml", path.display());
        }
    } else if path.is_file() {
        let (folder, instrument, id) = place_of(path).with_context(|| {
            format!("{} is not the card of a norm: it stands in DIR/INSTRUMENT/norms/NORM.toml", path.display())
        })?;
        n_norms += check_in(&folder, &instrument, &id, &mut lines);
    } else {
        bail!("`{}` is no file and no folder; for the id of a norm name its --instrument", args.what);
    }
    if lines.is_empty() {
        let norms = if n_norms == 1 { "1 norm".to_owned() } else { format!("{n_norms} norms") };
        return Ok(print(&format!("{norms}: nothing doubtful\n"))?);
    }
    print(&(lines.join("\n") + "\n"))?;
    let norms = if n_norms == 1 { "1 norm".to_owned() } else { format!("{n_norms} norms") };
    bail!("{} doubtful places in {norms}", lines.len())
}

/// Checks one norm that could be read.
fn check(loaded: &LoadedInstrument, norm: &LoadedNorm, lines: &mut Vec<String>) -> usize {
    let id = &norm.card().id;
    let findings = check_norm(loaded.instrument(), norm);
    lines.extend(unknown_numbers(&findings).into_iter().map(|line| format!("{id}: {line}")));
    let others = findings.iter().filter(|finding| !matches!(finding, NormFinding::UnknownN { .. }));
    lines.extend(others.map(|finding| format!("{id}: {finding}")));
    1
}

/// Unknown numbers of people, a line a stratum: they are mostly unknown for all scales at once.
fn unknown_numbers(findings: &[NormFinding]) -> Vec<String> {
    let mut strata: Vec<(&str, Vec<&str>)> = Vec::new();
    for finding in findings {
        if let NormFinding::UnknownN { stratum, scale } = finding {
            match strata.iter_mut().find(|(known, _)| known == stratum) {
                Some((_, scales)) => scales.push(scale),
                None => strata.push((stratum, vec![scale])),
            }
        }
    }
    let line = |(stratum, scales): &(&str, Vec<&str>)| {
        let which = match scales.as_slice() {
            [only] => format!("scale {only}"),
            [first, .., last] => format!("{} scales, {first} to {last}", scales.len()),
            [] => String::new(),
        };
        format!("stratum {stratum}: n is unknown ({which}), and with it how far scores can be trusted")
    };
    strata.iter().map(line).collect()
}

/// Checks a norm of a folder, with all problems of its files.
fn check_in(folder: &Path, instrument: &str, id: &str, lines: &mut Vec<String>) -> usize {
    let found = Catalog::bundled().with_folder(folder).and_then(|catalog| {
        let of_norm = |problem: &instruments::Problem| problem.to_string().contains(&format!("norms/{id}."));
        lines.extend(catalog.problems().iter().filter(|problem| of_norm(problem)).map(ToString::to_string));
        catalog.find(instrument)
    });
    match found {
        Ok(loaded) => match loaded.norm(id) {
            Some(norm) => check(&loaded, norm, lines),
            None => {
                if lines.is_empty() {
                    lines.push(format!("{id}: the norm was not read with {instrument}"));
                }
                1
            }
        },
        Err(instruments::Error::Invalid { problems, .. }) => {
            let known = lines.len();
            lines
                .extend(problems.iter().map(ToString::to_string).filter(|line| line.contains(&format!("norms/{id}."))));
            if lines.len() == known {
                lines.extend(problems.iter().map(ToString::to_string));
            }
            1
        }
        Err(error) => {
            lines.push(format!("{id}: {error}"));
            1
        }
    }
}

/// Instrument and id of every card of a folder, sorted.
fn cards_in(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut cards = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let norms = entry?.path().join("norms");
        let Ok(files) = std::fs::read_dir(&norms) else { continue };
        for file in files {
            cards.extend(place_of(&file?.path()).map(|(_, instrument, id)| (instrument, id)));
        }
    }
    cards.sort();
    Ok(cards)
}

/// Folder, instrument and id by the path of a card.
fn place_of(card: &Path) -> Option<(std::path::PathBuf, String, String)> {
    let stem = card.file_name()?.to_str()?.strip_suffix(".toml")?;
    let norms = card.parent().filter(|parent| parent.file_name().is_some_and(|name| name == "norms"))?;
    let instrument = norms.parent()?;
    let folder = instrument.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some((folder.to_owned(), instrument.file_name()?.to_str()?.to_owned(), stem.to_owned()))
}
