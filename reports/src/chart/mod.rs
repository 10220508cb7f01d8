//! Charts: a checked view becomes a scene, a scene becomes SVG or PNG.
//!
//! - [`profile`]: standard scores with intervals against the average band.
//! - [`bars`]: raw scores with intervals from the lowest possible score.
//! - [`hexagon`]: raw scores of scales that have a circular order.
//! - [`values_circle`]: values on their circle, as distances from the person's own mean.
//! - [`preferences`]: two-sided scales with a borderline zone.
//! - [`norm_curve`]: percentile curves of a norm over age.
//! - [`paired`]: the person's own means against those of the entourage.
//! - [`two_dates`]: one person on two dates.
//! - [`distribution`]: the scores of a group on one scale, with a person's place.
//! - [`group`]: quartiles of a group, scale by scale.
//! - [`scene`]: marks and measured text; [`Scene::collisions`](scene::Scene::collisions) finds overlapping texts.

pub mod bars;
mod box_plot;
pub mod distribution;
mod draw;
pub mod group;
pub mod hexagon;
mod legend;
pub mod norm_curve;
pub mod paired;
mod png;
mod point;
pub mod preferences;
pub mod profile;
pub mod scene;
mod signs;
pub mod study;
mod svg;
mod track;
pub mod two_dates;
pub mod values_circle;

use std::fmt;

use scene::{Scene, Style};

use crate::text::{Language, alt, capital, caption, circle, label, preference};
use crate::theme::{Role, Theme, size};
use crate::view::deviation::deviations;
use crate::view::{InventoryKind, Restitution, Status};
use crate::{Error, Result};

/// A kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChartKind {
    /// Standard scores with intervals against the average band.
    Profile,
    /// Raw scores with intervals.
    Bars,
    /// Raw scores on a circle of scales.
    Hexagon,
    /// Values on their circle, as distances from the person's own mean.
    ValuesCircle,
    /// Two-sided scales with a borderline zone.
    Preferences,
}

impl fmt::Display for ChartKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Profile => "profile",
            Self::Bars => "bars",
            Self::Hexagon => "hexagon",
            Self::ValuesCircle => "values-circle",
            Self::Preferences => "preferences",
        })
    }
}

/// For which space a chart is drawn. Text has one size in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A column of text, 640 units.
    Wide,
    /// A phone, 288 units.
    Narrow,
}

impl Width {
    /// Drawing units.
    #[must_use]
    pub fn units(self) -> f64 {
        match self {
            Self::Wide => 640.0,
            Self::Narrow => 288.0,
        }
    }
}

/// What stands around a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// A page: heading, caption and table are there already.
    Inline,
    /// Nothing: the chart brings its heading, its caption and a margin.
    Standalone,
}

/// Pixels of an image to one drawing unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// 1: a plain screen.
    Single,
    /// 2: a fine screen.
    Double,
    /// 3: paper.
    Triple,
}

impl Resolution {
    fn pixels_per_unit(self) -> u32 {
        match self {
            Self::Single => 1,
            Self::Double => 2,
            Self::Triple => 3,
        }
    }
}

/// A chart that is laid out and can be rendered.
#[derive(Debug, Clone)]
pub struct Chart {
    language: Language,
    width: Width,
    title: String,
    description: String,
    scene: Scene,
}

impl Chart {
    /// Language of its texts.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// For which space it is drawn.
    #[must_use]
    pub fn width(&self) -> Width {
        self.width
    }

    /// What it is.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it shows for this person, numbers included.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The marks.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// SVG with fixed colors. `id` makes its identifiers unique in a page.
    ///
    /// # Errors
    /// [`Error::Drawing`].
    pub fn svg(&self, theme: &Theme, id: &str) -> Result<String> {
        svg::fixed(self, theme, id)
    }

    /// SVG for a page whose style sheet gives the roles their colors. `id` makes its identifiers unique in the page.
    ///
    /// # Errors
    /// [`Error::Drawing`].
    pub fn inline_svg(&self, id: &str) -> Result<String> {
        svg::by_class(self, id)
    }

    /// PNG, with title and description as text chunks.
    ///
    /// # Errors
    /// [`Error::Drawing`], [`Error::TooLarge`], [`Error::Encoding`].
    pub fn png(&self, theme: &Theme, resolution: Resolution) -> Result<Vec<u8>> {
        png::encode(self, theme, resolution)
    }
}

/// The kinds of chart that have something to show, in the order of a document.
#[must_use]
pub fn kinds(restitution: &Restitution) -> Vec<ChartKind> {
    let view = restitution.view();
    let mut kinds = Vec::new();
    if deviations(restitution).is_some() {
        kinds.push(ChartKind::ValuesCircle);
    } else if view.circle.is_some() {
        kinds.push(ChartKind::Hexagon);
    }
    if view.preferences.is_some() {
        kinds.push(ChartKind::Preferences);
    }
    if (view.circle.is_some() || !restitution.is_normed()) && !preferences::show_every_scale(restitution) {
        kinds.push(ChartKind::Bars);
    }
    if restitution.is_normed() {
        kinds.push(ChartKind::Profile);
    }
    kinds
}

/// Lays a chart out.
///
/// # Errors
/// [`Error::NothingToDraw`] when the view has no norm for a profile, no circle for a hexagon, no
/// distances from the mean for a circle of values, or no preferences; [`Error::Font`].
pub fn lay_out(restitution: &Restitution, kind: ChartKind, width: Width, framing: Framing) -> Result<Chart> {
    let view = restitution.view();
    let language = restitution.language();
    let (scene, title, description) = match kind {
        ChartKind::Profile => {
            let scene = profile::scene(restitution, width)?;
            (scene, label::profile_title(language), alt::profile(restitution))
        }
        ChartKind::Bars => {
            let scene = bars::scene(restitution, width)?;
            (scene, label::bars_title(language), alt::raw_scores(restitution, &restitution.own_scales()))
        }
        ChartKind::Hexagon => {
            let circle = view.circle.as_ref().ok_or(Error::NothingToDraw(kind))?;
            let title = match view.kind {
                InventoryKind::Interests => label::hexagon_title(language),
                _ => label::circle_title(language),
            };
            (hexagon::scene(restitution, circle, width)?, title, alt::raw_scores(restitution, circle))
        }
        ChartKind::ValuesCircle => {
            let scene = values_circle::scene(restitution, width)?;
            (scene, circle::title(language), circle::description(restitution))
        }
        ChartKind::Preferences => {
            let scene = preferences::scene(restitution, width)?;
            (scene, preference::title(language), preference::description(restitution))
        }
    };
    let mut notes = Vec::new();
    if view.simulated {
        notes.push(label::simulated(language));
    }
    if view.status == Status::OriginalNotStandardized {
        notes.push(label::status(language, view.status));
    }
    let description = if notes.is_empty() {
        description
    } else {
        format!("{description} {}.", notes.iter().map(|note| capital(note)).collect::<Vec<_>>().join(". "))
    };
    let typeset = |text: &str| crate::text::typeset(language, text);
    let heading = typeset(&format!("{} – {}", title, view.instrument_label));
    let scene = match framing {
        Framing::Inline => inline(scene, &simulated_only(restitution)),
        Framing::Standalone => standalone(restitution, kind, scene, &heading),
    };
    Ok(Chart { language, width, title: heading, description: typeset(&description), scene })
}

/// Inside a page the status stands under the heading; that data are simulated is said in every drawing.
fn simulated_only(restitution: &Restitution) -> Option<String> {
    restitution.view().simulated.then(|| label::simulated(restitution.language()))
}

fn inline(mut scene: Scene, note: &Option<String>) -> Scene {
    if let Some(note) = note {
        let baseline = scene.height + size::LEADING;
        let width = scene.width;
        scene.text(note, (width, baseline), Style::BOLD.anchored(scene::Anchor::End));
        scene.height = baseline + 5.0;
    }
    scene
}

/// Margin around a chart that stands alone.
const MARGIN: f64 = 20.0;

fn standalone(restitution: &Restitution, kind: ChartKind, scene: Scene, heading: &str) -> Scene {
    let status = label::status_line(restitution.view());
    framed(scene, heading, &status, &caption::caption(restitution, kind, Framing::Standalone))
}

/// What is said of a drawing besides its marks; not yet typeset where it comes from a caller.
struct Around {
    language: Language,
    width: Width,
    framing: Framing,
    title: String,
    description: String,
    status: String,
    caption: String,
    simulated: bool,
}

/// A chart of a drawing and what is said of it.
fn around(scene: Scene, around: Around) -> Chart {
    let Around { language, width, framing, title, description, status, caption, simulated } = around;
    let set = |text: &str| crate::text::typeset(language, text);
    let note = simulated.then(|| label::simulated(language));
    let description = match &note {
        Some(note) => format!("{description} {}.", capital(note)),
        None => description,
    };
    let (title, status) = (set(&title), set(&status));
    let scene = match framing {
        Framing::Inline => inline(scene, &note),
        Framing::Standalone => framed(scene, &title, &status, &set(&caption)),
    };
    Chart { language, width, title, description: set(&description), scene }
}

/// Heading and status above a drawing, its caption below, a margin around.
fn framed(mut scene: Scene, heading: &str, status: &str, caption: &str) -> Scene {
    let inner = scene.width;
    let style = Style { size: size::HEADING, ..Style::BOLD };
    let heading = scene.wrap(heading, inner, style);
    let status = scene.wrap(status, inner, Style::QUIET);
    #[expect(clippy::cast_precision_loss, reason = "a heading has few lines")]
    let top = MARGIN + heading.len() as f64 * 23.0 + status.len() as f64 * size::LEADING + 12.0;
    scene.shift((MARGIN, top));
    let mut above = MARGIN + 17.0;
    above = scene.lines(&heading, (MARGIN, above), 23.0, style);
    scene.lines(&status, (MARGIN, above + size::LEADING + 3.0), size::LEADING, Style::QUIET);
    let lines = scene.wrap(caption, inner, Style::QUIET);
    let last = scene.lines(&lines, (MARGIN, top + scene.height + size::LEADING + 8.0), size::LEADING, Style::QUIET);
    scene.width = inner + 2.0 * MARGIN;
    scene.height = last + MARGIN;
    let (width, height) = (scene.width, scene.height);
    scene
        .marks
        .insert(0, scene::Mark::Rect { corner: (0.0, 0.0), size: (width, height), role: Role::Ground, opacity: 1.0 });
    scene
}
