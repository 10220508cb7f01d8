//! `bilan instruments import`: the wording of a published key, from what its holder has; see [`super::exchange`] for the rest.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use instruments::{
    Error, ForeignWording, IfExists, LoadedInstrument, Problem, WordingImport, import_wording, read_wordings,
};

use crate::args::ImportArgs;
use crate::commands::instruments::{exchange, open_catalog};
use crate::output::{message, print};

/// Runs the command.
///
/// # Errors
/// When the instrument is unknown, the package or file cannot be fetched or read, a language is not in it, or the wording differs from
/// the key; all differences are printed first.
pub fn run(args: &ImportArgs) -> anyhow::Result<()> {
    let Some(instrument) = args.instrument.as_deref() else { return exchange::import_instrument(args) };
    let catalog = open_catalog(&args.catalog)?;
    let loaded = catalog.find(instrument)?;
    if args.from.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return exchange::import_answers(args, &catalog, &loaded);
    }
    let found = match args.from.to_str().and_then(|from| from.strip_prefix("npm:")) {
        Some(package) => fetch(package)?,
        None => named(read_wordings(&args.from))?,
    };
    let words = args.words.as_deref().map(read_file).transpose()?;
    let words = words.as_ref().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let wanted = wanted(args, &loaded, &found)?;
    if let (Some(_), [_, _, ..]) = (words, &wanted[..]) {
        bail!("--words holds the words of one language; name it with --language");
    }
    let if_exists = if args.replace { IfExists::Replace } else { IfExists::Refuse };
    for wording in wanted {
        let import = WordingImport { catalog: &catalog, instrument, wording, words };
        let imported = named(import_wording(&import, &args.output, if_exists));
        let language = wording.language();
        let imported = imported.with_context(|| format!(
            "nothing was written for `{language}` (title, instruction and answer labels that the instrument lacks are given with --words)"
        ))?;
        for warning in &imported.warnings {
            message(&warning.to_string());
        }
        let (n_items, path) = (imported.n_items, imported.path.display());
        print(&format!("{language}: {n_items} items, as in the key; written to {path}\n"))?;
    }
    Ok(())
}

/// The languages asked for; without any, those in which the instrument has its own title and scale names.
fn wanted<'f>(
    args: &ImportArgs,
    loaded: &LoadedInstrument,
    found: &'f [ForeignWording],
) -> anyhow::Result<Vec<&'f ForeignWording>> {
    let there: Vec<&str> = found.iter().map(|wording| wording.language().as_str()).collect();
    let find = |tag: &str| found.iter().find(|wording| wording.language().as_str().eq_ignore_ascii_case(tag));
    if !args.language.is_empty() {
        let not_there =
            |tag: &String| format!("no wording in `{tag}` in {}; there are {}", args.from.display(), there.join(", "));
        return args.language.iter().map(|tag| find(tag).with_context(|| not_there(tag))).collect();
    }
    let own = loaded.wordings().iter().filter_map(|wording| find(wording.language().as_str()));
    let own: Vec<&ForeignWording> = if args.words.is_some() { found.iter().collect() } else { own.collect() };
    if own.is_empty() {
        let (from, there) = (args.from.display(), there.join(", "));
        bail!(
            "{from} has wordings in {there}; name one with --language, and give its title, instruction and answer labels with --words"
        );
    }
    Ok(own)
}

/// Fetches a package with `npm pack`, which downloads an archive and runs nothing of it.
fn fetch(package: &str) -> anyhow::Result<Vec<ForeignWording>> {
    let is_name = package.starts_with(|c: char| c == '@' || c.is_ascii_alphanumeric())
        && package.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@/._-".contains(&byte));
    if !is_name {
        bail!("`{package}` is no name of a npm package; write npm:@scope/name or npm:name, with @version if you like");
    }
    let folder = tempfile::tempdir().context("cannot make a folder for the package")?;
    let packed = Command::new("npm")
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(folder.path())
        .arg(package)
        .output()
        .context("cannot run npm; install it, or fetch the package elsewhere and give its path")?;
    if !packed.status.success() {
        bail!("npm cannot fetch `{package}`: {}", String::from_utf8_lossy(&packed.stderr).trim());
    }
    let file = fs::read_dir(folder.path())?.next().context("npm fetched nothing")??.path();
    named(read_wordings(&file))
}

fn read_file(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok((path.display().to_string(), bytes))
}

/// Prints every problem of a file, where there is more than the one that the error tells.
pub(super) fn named<T>(outcome: instruments::Result<T>) -> anyhow::Result<T> {
    if let Err(Error::Invalid { problems, .. }) = &outcome {
        let several = problems.len() > 1;
        for problem in problems.iter().filter(|_| several) {
            message(&Problem::to_string(problem));
        }
    }
    Ok(outcome?)
}
