//! The distribution of a group's scores, and where one person stands in it.

use super::{Interval, Spread, ViewProblem};
use crate::text::Language;

/// The scores of a norm group or of a file on one scale. Filled by the caller, checked by [`Distribution::new`].
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionView {
    /// Language of every text in it.
    pub language: Language,
    /// Whose scores, such as « Groupe de la norme, femmes de 30 à 39 ans ».
    pub title: String,
    /// Name of the scale.
    pub scale_name: String,
    /// Unit of the axis, such as « points » or « note T ».
    pub unit: String,
    /// Ends of the axis, in that unit.
    pub axis: Interval,
    /// Decimals of numbers in that unit, 0 to 2.
    pub decimals: usize,
    /// How the scores are spread.
    pub shape: Shape,
    /// Quartiles of the group, drawn as a box under the shape.
    pub spread: Option<Spread>,
    /// Number of people; `None` is said to be unknown.
    pub n: Option<u64>,
    /// The person, where the drawing is about one.
    pub person: Option<PersonPlace>,
    /// The average band, in the unit of the axis.
    pub band: Option<Interval>,
    /// Level of the person's interval, such as 0.95.
    pub level: f64,
    /// Whether the scores are simulated.
    pub simulated: bool,
}

/// How scores are spread.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Bars over stretches of the axis.
    Bins(Vec<Bin>),
    /// A curve through points: place on the axis, height.
    Density(Vec<(f64, f64)>),
    /// Nothing but the quartiles.
    QuartilesOnly,
}

/// A bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Where it begins, in the unit of the axis.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How many people, or which share of them: the unit is the same for all bins.
    pub amount: f64,
}

/// Where a person stands.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonPlace {
    /// How the drawing calls them, such as « vous ».
    pub label: String,
    /// The score, in the unit of the axis.
    pub score: f64,
    /// The margin.
    pub interval: Option<Interval>,
}

/// A distribution that can be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    view: DistributionView,
}

impl Distribution {
    /// Checks a view.
    ///
    /// # Errors
    /// [`crate::Error::View`] with every problem found: an empty text, a level outside 0 to 1, an axis without length, a shape that is
    /// no shape or leaves the axis, a score or a quartile outside the axis.
    pub fn new(view: DistributionView) -> crate::Result<Self> {
        let problems = problems(&view);
        if problems.is_empty() { Ok(Self { view }) } else { Err(crate::Error::View(problems)) }
    }

    /// The view.
    #[must_use]
    pub fn view(&self) -> &DistributionView {
        &self.view
    }
}

fn problems(view: &DistributionView) -> Vec<ViewProblem> {
    let mut problems = Vec::new();
    let mut texts = vec![("title", &view.title), ("scale_name", &view.scale_name), ("unit", &view.unit)];
    texts.extend(view.person.iter().map(|person| ("person.label", &person.label)));
    for (place, _) in texts.into_iter().filter(|(_, text)| text.trim().is_empty()) {
        problems.push(ViewProblem::EmptyText { place: place.to_owned() });
    }
    if !(view.level > 0.0 && view.level < 1.0) {
        problems.push(ViewProblem::LevelOutOfRange { value: view.level });
    }
    let (lower, upper) = (view.axis.lower(), view.axis.upper());
    if lower >= upper {
        problems.push(ViewProblem::IntervalReversed { lower, upper });
    }
    let on_axis = |value: f64| (lower..=upper).contains(&value);
    let sound = match &view.shape {
        Shape::Bins(bins) => {
            let each = |bin: &Bin| {
                bin.from < bin.to && on_axis(bin.from) && on_axis(bin.to) && bin.amount >= 0.0 && bin.amount.is_finite()
            };
            let apart = bins.windows(2).all(|pair| pair[0].to <= pair[1].from + 1e-9);
            bins.iter().all(each) && apart && bins.iter().any(|bin| bin.amount > 0.0)
        }
        Shape::Density(points) => {
            let each = |(at, height): &(f64, f64)| on_axis(*at) && *height >= 0.0 && height.is_finite();
            let rising = points.windows(2).all(|pair| pair[0].0 < pair[1].0);
            points.len() >= 2 && points.iter().all(each) && rising && points.iter().any(|(_, height)| *height > 0.0)
        }
        Shape::QuartilesOnly => view.spread.is_some(),
    };
    if !sound {
        problems.push(ViewProblem::NoShape);
    }
    let mut placed: Vec<(&'static str, f64)> = Vec::new();
    placed.extend(view.person.iter().map(|person| ("the person's score", person.score)));
    placed.extend(view.spread.iter().flat_map(|spread| spread.places().map(|place| ("a percentile", place))));
    placed.extend(view.band.iter().flat_map(|band| [("the band", band.lower()), ("the band", band.upper())]));
    for (what, value) in placed.into_iter().filter(|(_, value)| !on_axis(*value)) {
        problems.push(ViewProblem::OutsideAxis { what, value });
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use crate::view::sample_values;

    #[test]
    fn samples_are_sound_and_nonsense_is_refused_all_at_once() {
        let mut view = sample_values::distribution(Language::English).unwrap();
        assert!(Distribution::new(view.clone()).is_ok());
        view.shape = Shape::Bins(vec![Bin { from: 40.0, to: 30.0, amount: 3.0 }]);
        view.unit = " ".to_owned();
        view.person = Some(PersonPlace { label: "you".to_owned(), score: 400.0, interval: None });
        let Err(Error::View(found)) = Distribution::new(view) else { panic!("accepted") };
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn quartiles_alone_need_quartiles() {
        let view = DistributionView {
            shape: Shape::QuartilesOnly,
            spread: None,
            ..sample_values::distribution(Language::English).unwrap()
        };
        assert!(Distribution::new(view).is_err());
    }
}
