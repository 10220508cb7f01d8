//! What stands around a drawing that stands alone: a heading, a status, a caption and a margin on a sheet.

use super::scene::{Anchor, Mark, Scene, Style};
use super::{Framing, MARGIN};
use crate::text::{Language, label};
use crate::theme::{Role, size};

/// The words around a drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub language: Language,
    pub heading: &'a str,
    /// The line under the heading.
    pub status: &'a str,
    /// How to read the drawing.
    pub caption: &'a str,
    /// Whether the data are simulated, which is said in a drawing without words around it.
    pub simulated: bool,
}

/// Puts a drawing where it will stand.
pub(super) fn framed(scene: Scene, framing: Framing, around: Around<'_>) -> Scene {
    match framing {
        Framing::Inline => inline(scene, around.simulated.then(|| label::simulated(around.language)).as_deref()),
        Framing::Standalone => standalone(scene, around),
    }
}

/// A drawing of a page, with a note at its foot.
pub(super) fn inline(mut scene: Scene, note: Option<&str>) -> Scene {
    if let Some(note) = note {
        let baseline = scene.height + size::LEADING;
        let width = scene.width;
        scene.text(note, (width, baseline), Style::BOLD.anchored(Anchor::End));
        scene.height = baseline + 5.0;
    }
    scene
}

/// A drawing with its words, on a sheet.
pub(super) fn standalone(mut scene: Scene, around: Around<'_>) -> Scene {
    let inner = scene.width;
    let style = Style { size: size::HEADING, ..Style::BOLD };
    let heading = scene.wrap(around.heading, inner, style);
    let status = scene.wrap(around.status, inner, Style::QUIET);
    #[expect(clippy::cast_precision_loss, reason = "a heading has few lines")]
    let top = MARGIN + heading.len() as f64 * 23.0 + status.len() as f64 * size::LEADING + 12.0;
    scene.shift((MARGIN, top));
    let above = scene.lines(&heading, (MARGIN, MARGIN + 17.0), 23.0, style);
    scene.lines(&status, (MARGIN, above + size::LEADING + 3.0), size::LEADING, Style::QUIET);
    let lines = scene.wrap(around.caption, inner, Style::QUIET);
    let last = scene.lines(&lines, (MARGIN, top + scene.height + size::LEADING + 8.0), size::LEADING, Style::QUIET);
    scene.width = inner + 2.0 * MARGIN;
    scene.height = last + MARGIN;
    let size = (scene.width, scene.height);
    scene.marks.insert(0, Mark::Rect { corner: (0.0, 0.0), size, role: Role::Ground, opacity: 1.0 });
    scene
}
