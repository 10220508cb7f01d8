//! Charts of a study as files.

use std::path::{Path, PathBuf};

use anyhow::bail;
use reports::chart::{Chart, Resolution};
use reports::text::Language;
use reports::theme::Theme;

use crate::args::LangArg;
use crate::commands::report::write;

/// What the ending of `--plot` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlotKind {
    /// Scalable.
    Svg,
    /// Pixels.
    Png,
}

/// The kind of a plot file.
///
/// # Errors
/// When the ending is neither.
pub fn kind_of(path: &Path) -> anyhow::Result<PlotKind> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => Ok(PlotKind::Svg),
        Some("png") => Ok(PlotKind::Png),
        _ => bail!("--plot {}: the ending decides what is drawn; possible are .svg and .png", path.display()),
    }
}

/// Refuses a chart of a study that has none, before anything is computed or written.
///
/// # Errors
/// When one is asked for; `instead` says where to look.
pub fn refuse(path: Option<&Path>, instead: &str) -> anyhow::Result<()> {
    match path {
        Some(path) => bail!("--plot {}: this study has no chart; {instead}", path.display()),
        None => Ok(()),
    }
}

/// The language of charts.
#[must_use]
pub fn language(lang: LangArg) -> Language {
    match lang {
        LangArg::Fr => Language::French,
        LangArg::En => Language::English,
    }
}

/// Writes one chart.
///
/// # Errors
/// When drawing fails or the place cannot be written.
pub fn write_chart(chart: &Chart, path: &Path) -> anyhow::Result<()> {
    let theme = Theme::light();
    let bytes = match kind_of(path)? {
        PlotKind::Svg => chart.svg(&theme, "chart")?.into_bytes(),
        PlotKind::Png => chart.png(&theme, Resolution::Double)?,
    };
    write(&bytes, path)
}

/// The file of one of several charts: `scree.svg` and `E` make `scree.E.svg`; a single chart keeps the name.
#[must_use]
pub fn place_of(path: &Path, name: &str, n_charts: usize) -> PathBuf {
    if n_charts <= 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}.{name}.{ending}"))
}
