//! What can go wrong between a view and a drawing.

use crate::chart::ChartKind;
use crate::view::ViewProblem;

/// Why there is no drawing or document.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The view contradicts itself; all problems are listed.
    #[error("the view cannot be shown: {}", list(.0))]
    View(Vec<ViewProblem>),
    /// The view holds nothing that this kind of chart shows.
    #[error("there is nothing to draw as {0}")]
    NothingToDraw(ChartKind),
    /// A chart of a study was given no values, or values that do not fit together.
    #[error("there is nothing to plot: no {0}, or not finite, or of different length")]
    NothingToPlot(&'static str),
    /// A document was asked for without anything to say.
    #[error("there is no {0} to tell")]
    NothingToTell(&'static str),
    /// A part of a document is in another language than the whole.
    #[error("{place}: the text is in `{given}`, the document in `{expected}`; give every part in one language")]
    OtherLanguage {
        /// Which part.
        place: String,
        /// Its language.
        given: &'static str,
        /// The language of the document.
        expected: &'static str,
    },
    /// The bundled font could not be read, or lacks a face.
    #[error("the bundled font cannot be read")]
    Font,
    /// The drawing library failed.
    #[error("the chart could not be drawn: {0}")]
    Drawing(String),
    /// The drawing is larger than an image may be.
    #[error("the image would be {width} by {height} pixels, more than {max} on a side")]
    TooLarge {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
        /// Largest side allowed.
        max: u64,
    },
    /// The image could not be encoded.
    #[error("the image could not be encoded: {0}")]
    Encoding(String),
    /// The typesetter refused the document.
    #[cfg(feature = "pdf")]
    #[error("the document could not be typeset: {0}")]
    Typesetting(String),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

fn list(problems: &[ViewProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
