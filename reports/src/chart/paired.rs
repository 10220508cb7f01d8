//! The person's own mean against that of each group of the entourage, in points of an item.
//!
//! Two layouts. *Lanes*: under the name of each scale one line for the person and one for each group; for phones, and for as many
//! scales as a page holds. *Columns*: one row for each scale, one column for each group, the person's own point in every column.
//! What is withheld is said in words in its place.

mod columns;
mod lanes;

use super::legend::Sign;
use super::point::Whose;
use super::scene::Scene;
use super::{Around, Chart, Framing, Width, around};
use crate::Result;
use crate::text::{Language, label, number, paired as words, typeset};
use crate::view::Interval;
use crate::view::feedback::{Feedback, FeedbackScaleView, GapStanding, Shown};

/// A wide drawing that would be higher is laid out in columns.
const TALLEST: f64 = 960.0;

/// One scale, in the order drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Name of the scale.
    pub name: String,
    /// Lowest and highest points of an item.
    pub range: (f64, f64),
    /// The person's own mean with its interval; `None` where an answer is missing.
    pub own: Option<(f64, Option<Interval>)>,
    /// Each group.
    pub groups: Vec<GroupStanding>,
}

/// A group on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupStanding {
    /// Name of the group.
    pub label: String,
    /// Its mean and how the person stands to it, or what stands in their place.
    pub figures: Shown<(f64, Option<GapStanding>)>,
}

/// The rows of the drawing.
#[must_use]
pub fn rows(feedback: &Feedback) -> Vec<Row> {
    let set = |text: &str| typeset(feedback.language(), text);
    let row = |scale: &FeedbackScaleView| Row {
        name: set(&scale.name),
        range: (scale.lowest, scale.highest),
        own: scale.own.map(|own| (own.mean, own.interval)),
        groups: scale
            .groups
            .iter()
            .map(|group| GroupStanding {
                label: set(&group.label),
                figures: match &group.figures {
                    Shown::Shown(figures) => {
                        let gap = figures.gap.as_ref();
                        Shown::Shown((figures.mean, gap.map(crate::view::feedback::GapView::standing)))
                    }
                    Shown::Withheld { sentence } => Shown::Withheld { sentence: set(sentence) },
                },
            })
            .collect(),
    };
    feedback.view().scales.iter().map(row).collect()
}

/// Lays the drawing out.
///
/// # Errors
/// [`crate::Error::Font`].
pub fn lay_out(feedback: &Feedback, width: Width, framing: Framing) -> Result<Chart> {
    let view = feedback.view();
    let language = view.language;
    Ok(around(
        scene(feedback, width)?,
        Around {
            language,
            width,
            framing,
            title: format!("{} – {}", label::paired_title(language), view.instrument_label),
            description: words::alt(feedback),
            status: words::status_line(feedback),
            caption: words::caption(feedback, framing),
            simulated: view.simulated,
        },
    ))
}

/// The marks alone.
///
/// # Errors
/// [`crate::Error::Font`].
pub fn scene(feedback: &Feedback, width: Width) -> Result<Scene> {
    let rows = rows(feedback);
    let language = feedback.language();
    let ends = match &feedback.view().ends {
        Some((low, high)) => (typeset(language, low), typeset(language, high)),
        None => (label::lowest_possible(language), label::highest_possible(language)),
    };
    let plan = Plan { language, common: feedback.common_range(), ends, withheld: withheld(feedback) };
    let scene = Scene::new(width.units())?;
    match width {
        Width::Narrow => Ok(plan.narrow_lanes(scene, &rows)),
        Width::Wide => {
            let lanes = plan.wide_lanes(scene.clone(), &rows);
            let lanes = match lanes {
                Some(lanes) if lanes.height <= TALLEST => return Ok(lanes),
                other => other,
            };
            let columns = plan.columns(scene.clone(), &rows);
            Ok(columns.or(lanes).unwrap_or_else(|| plan.narrow_lanes(scene, &rows)))
        }
    }
}

/// What stands in the place of what is not shown, each wording once.
fn withheld(feedback: &Feedback) -> Vec<String> {
    feedback.withheld_sentences().map(|sentence| typeset(feedback.language(), sentence)).collect()
}

/// What all layouts need to know.
struct Plan {
    language: Language,
    /// The range of every scale, where they share one.
    common: Option<(f64, f64)>,
    /// The lowest and the highest answer in words.
    ends: (String, String),
    /// What stands in the place of what is not shown.
    withheld: Vec<String>,
}

impl Plan {
    fn legend(&self, rows: &[Row], with_gaps: bool) -> Vec<(Sign, String)> {
        let language = self.language;
        let margin = rows.iter().any(|row| row.own.is_some_and(|(_, interval)| interval.is_some()));
        let you = if margin { label::you_with_margin(language) } else { label::you(language) };
        let own = if margin { Sign::WithInterval(Whose::Own) } else { Sign::Alone(Whose::Own) };
        let mut entries = vec![(own, you), (Sign::Alone(Whose::Other), label::mean_of_a_group(language))];
        if with_gaps {
            entries.push((Sign::Link, label::gap_beyond_margin(language)));
        }
        entries
    }

    fn mean(&self, value: f64) -> String {
        number::decimal(self.language, value, 2)
    }

    /// "échelle de 1 à 5", where scales differ.
    fn range_words(&self, row: &Row) -> Option<String> {
        self.common.is_none().then(|| words::range(self.language, row.range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::scene::Mark;
    use crate::theme::Role;
    use crate::view::feedback::sample;

    fn marks(width: Width) -> (usize, usize) {
        let feedback = Feedback::new(sample::five_scales(Language::French)).unwrap();
        let scene = scene(&feedback, width).unwrap();
        let own = scene.marks.iter().filter(|mark| matches!(mark, Mark::Dot { role: Role::Own, .. })).count();
        let others = scene.marks.iter().filter(|mark| matches!(mark, Mark::Diamond { role: Role::Other, .. })).count();
        (own, others)
    }

    #[test]
    fn everything_shown_is_drawn_and_everything_withheld_is_said() {
        for width in [Width::Wide, Width::Narrow] {
            // Each with one more in the legend: four own means, four shown groups on five scales.
            assert_eq!(marks(width), (5, 21), "{width:?}");
        }
        let feedback = Feedback::new(sample::five_scales(Language::French)).unwrap();
        let scene = scene(&feedback, Width::Wide).unwrap();
        assert_eq!(scene.labels().filter(|label| label.text.starts_with("Non montré")).count(), 5);
        assert_eq!(scene.labels().filter(|label| label.text == "Hiérarchie").count(), 5);
        assert!(scene.labels().any(|label| label.text.contains("il manque une réponse")));
    }

    #[test]
    fn many_scales_take_columns_and_stay_on_a_page() {
        for language in [Language::French, Language::English] {
            let feedback = Feedback::new(sample::thirty_five_scales(language)).unwrap();
            let scene = scene(&feedback, Width::Wide).unwrap();
            assert!(scene.height <= TALLEST, "{}", scene.height);
            let short = label::not_shown(language);
            let expected = feedback.view().scales.iter().flat_map(|scale| &scale.groups);
            let expected = expected.filter(|group| group.figures.shown().is_none()).count();
            assert_eq!(scene.labels().filter(|label| label.text == short).count(), expected);
        }
    }

    #[test]
    fn rows_carry_means_and_standings() {
        let feedback = Feedback::new(sample::five_scales(Language::English)).unwrap();
        let rows = rows(&feedback);
        assert_eq!(rows[0].own.map(|(mean, _)| mean), Some(2.8));
        assert_eq!(rows[0].groups[1].figures.shown(), Some(&(3.5, Some(GapStanding::Below))));
        assert_eq!(rows[4].own, None);
    }
}
