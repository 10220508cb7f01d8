//! The scores of a group of people, as aggregates: whom the group report may speak of is settled here, once.

use super::suppression::{Cover, Sum, is_exposed, is_small, protect};
use super::{NormCardView, ProvenanceView, Spread, Status, ViewProblem};
use crate::text::Language;

pub use super::suppression::{MIN_CELL, SMALL_COUNT};

/// What a group report is about. Filled by the caller, checked and covered by [`Group::new`].
#[derive(Debug, Clone, PartialEq)]
pub struct GroupView {
    /// Everything but the numbers.
    pub about: GroupAbout,
    /// The scales with the figures of the whole group.
    pub scales: Vec<GroupScaleView>,
    /// Parts of the group, such as its sites; nobody is in two of them. Empty: the group is told as a whole.
    pub subgroups: Vec<SubgroupView>,
}

/// What stands around the numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupAbout {
    /// Language of every text in it.
    pub language: Language,
    /// Main heading.
    pub title: String,
    /// The line above the title, such as the date and who made it.
    pub occasion: Option<String>,
    /// Who the group is, such as « Personnes accompagnées en 2026 ».
    pub group_label: String,
    /// What parts the group, such as « par site »; `None` where there are no parts.
    pub parted_by: Option<String>,
    /// Name of the inventory.
    pub instrument_label: String,
    /// What the inventory asks about.
    pub description: String,
    /// How far the inventory has been standardized.
    pub status: Status,
    /// Whether the answers are simulated.
    pub simulated: bool,
    /// People in the group, with or without scores.
    pub n_people: u64,
    /// Fewest people of whom any figure is given, at least [`MIN_CELL`].
    pub min_cell: u64,
    /// The norm's card, where T scores are told.
    pub norm: Option<NormCardView>,
    /// What the figures do not say, besides what every group report says.
    pub limits: Vec<String>,
    /// Identifiers and versions of what made the figures.
    pub provenance: ProvenanceView,
}

/// A scale and the figures of the whole group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupScaleView {
    /// What the scale is.
    pub scale: GroupScale,
    /// The figures of the whole group.
    pub figures: FiguresView,
}

/// A scale of a group report.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupScale {
    /// Name in the reader's language.
    pub name: String,
    /// The low end in words.
    pub low_pole: Option<String>,
    /// The high end in words.
    pub high_pole: Option<String>,
    /// Whether it is a facet of the domain before it.
    pub is_facet: bool,
    /// Lowest possible score, in points.
    pub lowest: f64,
    /// Highest possible score, in points.
    pub highest: f64,
}

/// The figures of some people on one scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FiguresView {
    /// People with a score.
    pub n: u64,
    /// In points; `None` only where nobody has a score.
    pub raw: Option<Summary>,
    /// In T, of the same people, where a norm serves.
    pub t: Option<Summary>,
    /// How many of the same people stand below, inside and above the average band, T 40 to 60, where a norm serves.
    pub band: Option<[u64; 3]>,
}

/// Mean and spread of scores, in the unit of the scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the scores.
    pub standard_deviation: f64,
    /// Quartiles and the places of the outer tenths.
    pub spread: Spread,
}

/// A part of the group.
#[derive(Debug, Clone, PartialEq)]
pub struct SubgroupView {
    /// Its name.
    pub name: String,
    /// People in it.
    pub n_people: u64,
    /// Its figures, one for each scale, in their order.
    pub figures: Vec<FiguresView>,
}

/// Why a figure is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// It stands for too few people.
    TooFew,
    /// It would allow another hidden figure to be calculated.
    Protects,
}

/// Figures that may be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// People with a score.
    pub n: u64,
    /// In points.
    pub raw: Summary,
    /// In T, where a norm serves.
    pub t: Option<Summary>,
    /// People below, inside and above the average band, each shown or hidden.
    pub band: Option<[Result<u64, Hidden>; 3]>,
}

/// A part of the group as it may be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Subgroup {
    /// Its name.
    pub name: String,
    /// People in it.
    pub n_people: Result<u64, Hidden>,
    /// Its figures, one for each scale.
    pub figures: Vec<Result<Figures, Hidden>>,
}

/// The figures of a group that may be shown; those that may not are no longer in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    about: GroupAbout,
    n_people: Result<u64, Hidden>,
    scales: Vec<(GroupScale, Result<Figures, Hidden>)>,
    subgroups: Vec<Subgroup>,
}

impl Group {
    /// Checks a view, and keeps of it what may be shown (the rule stands in [`super::suppression`]).
    ///
    /// # Errors
    /// [`crate::Error::View`] with every problem found.
    pub fn new(view: GroupView) -> crate::Result<Self> {
        let problems = problems(&view);
        if problems.is_empty() { Ok(covered(view)) } else { Err(crate::Error::View(problems)) }
    }

    /// Everything but the numbers.
    #[must_use]
    pub fn about(&self) -> &GroupAbout {
        &self.about
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.about.language
    }

    /// People in the group.
    ///
    /// # Errors
    /// [`Hidden::TooFew`] under the threshold.
    pub fn n_people(&self) -> Result<u64, Hidden> {
        self.n_people
    }

    /// The scales with the figures of the whole group.
    pub fn scales(&self) -> &[(GroupScale, Result<Figures, Hidden>)] {
        &self.scales
    }

    /// The parts of the group.
    #[must_use]
    pub fn subgroups(&self) -> &[Subgroup] {
        &self.subgroups
    }

    /// Whether figures in T are told.
    #[must_use]
    pub fn is_normed(&self) -> bool {
        let has_t = |(_, figures): &(GroupScale, Result<Figures, Hidden>)| figures.is_ok_and(|shown| shown.t.is_some());
        self.scales.iter().any(has_t)
    }

    /// Whether anything is hidden.
    #[must_use]
    pub fn hides(&self) -> bool {
        let partly = |figures: &Result<Figures, Hidden>| match figures {
            Err(_) => true,
            Ok(shown) => shown.band.is_some_and(|band| band.iter().any(Result::is_err)),
        };
        self.scales.iter().any(|(_, figures)| partly(figures))
            || self.subgroups.iter().any(|part| part.n_people.is_err() || part.figures.iter().any(partly))
    }
}

/// Every contradiction of a view.
fn problems(view: &GroupView) -> Vec<ViewProblem> {
    let about = &view.about;
    let mut problems = Vec::new();
    let empty = |text: &str| text.trim().is_empty();
    let texts =
        [("title", &about.title), ("group_label", &about.group_label), ("instrument_label", &about.instrument_label)];
    for (place, _) in texts.into_iter().filter(|(_, text)| empty(text)) {
        problems.push(ViewProblem::EmptyText { place: place.to_owned() });
    }
    for (idx, scale) in view.scales.iter().enumerate() {
        if empty(&scale.scale.name) {
            problems.push(ViewProblem::EmptyText { place: format!("scales[{idx}].name") });
        }
    }
    for (idx, part) in view.subgroups.iter().enumerate() {
        if empty(&part.name) {
            problems.push(ViewProblem::EmptyText { place: format!("subgroups[{idx}].name") });
        }
    }
    if view.scales.is_empty() {
        problems.push(ViewProblem::NoScales);
    }
    if about.min_cell < MIN_CELL {
        problems.push(ViewProblem::MinCell { value: about.min_cell, least: MIN_CELL });
    }
    if view.subgroups.is_empty() != about.parted_by.is_none() {
        problems.push(ViewProblem::PartedBy);
    }
    let in_parts = view.subgroups.iter().map(|part| part.n_people).fold(0_u64, u64::saturating_add);
    if in_parts > about.n_people {
        problems.push(ViewProblem::SubgroupsOverlap { in_parts, whole: about.n_people });
    }
    let has_t = view.scales.iter().any(|scale| scale.figures.t.is_some() || scale.figures.band.is_some());
    if has_t && about.norm.is_none() {
        problems.push(ViewProblem::NoNormCard);
    }
    for (scale_idx, scale) in view.scales.iter().enumerate() {
        check_figures(&scale.scale, &scale.figures, about.n_people, scale_idx, &mut problems);
        let parts = view.subgroups.iter().map(|part| (part.n_people, part.figures.get(scale_idx)));
        let mut sums = [0_u64; 4];
        for (n_people, figures) in parts {
            let Some(figures) = figures else {
                problems.push(ViewProblem::FiguresMissing { scale_idx });
                continue;
            };
            check_figures(&scale.scale, figures, n_people, scale_idx, &mut problems);
            let band = figures.band.unwrap_or_default();
            for (sum, more) in sums.iter_mut().zip([figures.n, band[0], band[1], band[2]]) {
                *sum = sum.saturating_add(more);
            }
            if figures.n > 0 && figures.band.is_some() != scale.figures.band.is_some() {
                problems.push(ViewProblem::FiguresMissing { scale_idx });
            }
        }
        let band = scale.figures.band.unwrap_or_default();
        for (in_parts, whole) in sums.into_iter().zip([scale.figures.n, band[0], band[1], band[2]]) {
            if in_parts > whole {
                problems.push(ViewProblem::SubgroupsOverlap { in_parts, whole });
            }
        }
    }
    problems
}

fn check_figures(
    scale: &GroupScale,
    figures: &FiguresView,
    n_people: u64,
    scale_idx: usize,
    problems: &mut Vec<ViewProblem>,
) {
    let n = figures.n;
    let counted = figures.band.is_none_or(|band| band.into_iter().try_fold(0_u64, u64::checked_add) == Some(n));
    if n > n_people || !counted || figures.raw.is_some() != (n > 0) {
        problems.push(ViewProblem::GroupCounts { scale_idx, n, n_people });
    }
    let finite = |summary: &Summary| summary.mean.is_finite() && summary.standard_deviation >= 0.0;
    let within = |value: f64| value >= scale.lowest - 1e-9 && value <= scale.highest + 1e-9;
    let ranged = scale.lowest.is_finite() && scale.highest.is_finite() && scale.lowest < scale.highest;
    let raw_within = figures.raw.is_none_or(|raw| within(raw.mean) && raw.spread.places().into_iter().all(within));
    if !ranged || !raw_within || ![figures.raw, figures.t].iter().flatten().all(finite) {
        problems.push(ViewProblem::GroupFigures { scale_idx });
    }
}

/// Keeps of a sound view what may be shown.
fn covered(view: GroupView) -> Group {
    let GroupView { about, scales, subgroups } = view;
    let people: Vec<u64> = subgroups.iter().map(|part| part.n_people).collect();
    let people = with_rest(people, about.n_people);
    let mut people_covers: Vec<Cover> = people.iter().map(|count| by_threshold(*count, about.min_cell)).collect();
    let all = Sum { whole: None, parts: (0..people.len()).collect(), least: about.min_cell };
    protect(&people, &mut people_covers, &[all]);
    let mut parts: Vec<Subgroup> = subgroups
        .iter()
        .zip(&people_covers)
        .map(|(part, cover)| Subgroup {
            name: part.name.clone(),
            n_people: shown(*cover, part.n_people),
            figures: Vec::with_capacity(scales.len()),
        })
        .collect();
    let mut kept = Vec::with_capacity(scales.len());
    for (scale_idx, GroupScaleView { scale, figures }) in scales.into_iter().enumerate() {
        let rows: Vec<FiguresView> = subgroups.iter().filter_map(|part| part.figures.get(scale_idx).copied()).collect();
        let mut covered = cover_scale(&figures, &rows, &people_covers, about.min_cell);
        let whole = covered.pop().unwrap_or(Err(Hidden::TooFew));
        kept.push((scale, whole));
        for (part, figures) in parts.iter_mut().zip(covered) {
            part.figures.push(figures);
        }
    }
    let n_people = shown(by_threshold(about.n_people, about.min_cell), about.n_people);
    Group { about, n_people, scales: kept, subgroups: parts }
}

/// One scale: the figures of the parts, then those of the whole, as they may be shown.
///
/// Cells are numbered by row: the parts, the people in no part, the whole.
fn cover_scale(
    whole: &FiguresView,
    parts: &[FiguresView],
    people: &[Cover],
    min_cell: u64,
) -> Vec<Result<Figures, Hidden>> {
    let mut counts = with_rest(parts.iter().map(|part| part.n).collect(), whole.n);
    let n_parts = counts.len();
    counts.push(whole.n);
    let mut covers: Vec<Cover> = counts.iter().map(|count| by_threshold(*count, min_cell)).collect();
    for (cover, known) in covers.iter_mut().zip(people) {
        if *known != Cover::Shown && *cover == Cover::Shown {
            *cover = *known;
        }
    }
    if !parts.is_empty() {
        let sum = Sum { whole: Some(n_parts), parts: (0..n_parts).collect(), least: min_cell };
        protect(&counts, &mut covers, &[sum]);
    }
    let bands = cover_bands(whole, parts, &counts, &covers);
    let rows = parts.iter().enumerate().chain([(n_parts, whole)]);
    rows.map(|(row, figures)| {
        let n = shown(covers.get(row).copied().unwrap_or(Cover::TooFew), figures.n)?;
        let raw = figures.raw.ok_or(Hidden::TooFew)?;
        let band = figures.band.map(|band| {
            [0, 1, 2].map(|place| shown(bands.get(3 * row + place).copied().unwrap_or(Cover::TooFew), band[place]))
        });
        Ok(Figures { n, raw, t: figures.t, band })
    })
    .collect()
}

/// The covers of the three counts of each row.
fn cover_bands(whole: &FiguresView, parts: &[FiguresView], n: &[u64], rows: &[Cover]) -> Vec<Cover> {
    let n_parts = n.len().saturating_sub(1);
    let total = whole.band.unwrap_or_default();
    let mut counts: Vec<u64> = parts.iter().flat_map(|part| part.band.unwrap_or_default()).collect();
    if n_parts > parts.len() {
        for (place, all) in total.iter().enumerate() {
            let named: u64 = parts.iter().map(|part| part.band.unwrap_or_default()[place]).sum();
            counts.push(all.saturating_sub(named));
        }
    }
    counts.extend(total);
    let cover = |idx: usize, count: &u64| match (rows.get(idx / 3), n.get(idx / 3)) {
        (Some(Cover::Shown), Some(n)) if is_small(*count, *n) => Cover::TooFew,
        (Some(cover), _) => *cover,
        (None, _) => Cover::TooFew,
    };
    let mut covers: Vec<Cover> = counts.iter().enumerate().map(|(idx, count)| cover(idx, count)).collect();
    let least = SMALL_COUNT + 1;
    let row = |row: usize| Sum { whole: None, parts: (3 * row..3 * row + 3).collect(), least };
    let shown = rows.iter().enumerate().filter(|(_, cover)| **cover == Cover::Shown);
    let mut sums: Vec<Sum> = shown.map(|(idx, _)| row(idx)).collect();
    if !parts.is_empty() {
        let column = |place: usize| Sum {
            whole: Some(3 * n_parts + place),
            parts: (0..n_parts).map(|row| 3 * row + place).collect(),
            least,
        };
        sums.extend((0..3).map(column));
    }
    protect(&counts, &mut covers, &sums);
    if is_exposed(&counts, &covers, &sums) {
        for cover in covers.iter_mut().filter(|cover| **cover == Cover::Shown) {
            *cover = Cover::Protects;
        }
    }
    covers
}

/// The counts of the parts and, where some people are in none of them, of these.
fn with_rest(mut parts: Vec<u64>, whole: u64) -> Vec<u64> {
    let rest = whole.saturating_sub(parts.iter().sum());
    if !parts.is_empty() && rest > 0 {
        parts.push(rest);
    }
    parts
}

fn by_threshold(count: u64, min_cell: u64) -> Cover {
    if count < min_cell { Cover::TooFew } else { Cover::Shown }
}

fn shown<T>(cover: Cover, value: T) -> Result<T, Hidden> {
    match cover {
        Cover::Shown => Ok(value),
        Cover::TooFew => Err(Hidden::TooFew),
        Cover::Protects => Err(Hidden::Protects),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample_group;

    #[test]
    fn a_small_site_is_hidden_with_the_next_smallest_on_every_scale() {
        // Sites of 42, 23, 17 and 7 people of 89: 7 is hidden, and 17 with it; together they are 24.
        let group = Group::new(sample_group::organization(Language::French)).unwrap();
        assert_eq!(group.n_people(), Ok(89));
        let people: Vec<_> = group.subgroups().iter().map(|part| part.n_people).collect();
        assert_eq!(people, [Ok(42), Ok(23), Err(Hidden::Protects), Err(Hidden::TooFew)]);
        for part in &group.subgroups()[2..] {
            assert!(part.figures.iter().all(Result::is_err), "{}", part.name);
        }
        assert!(group.hides());
    }

    #[test]
    fn a_small_share_and_its_complement_are_hidden() {
        let group = Group::new(sample_group::organization(Language::French)).unwrap();
        // The whole group on the first scale: 3 below, 62 inside, 22 above of 87. 3 is small; 22 protects it.
        let band = group.scales()[0].1.unwrap().band.unwrap();
        assert_eq!(band, [Err(Hidden::TooFew), Ok(62), Err(Hidden::Protects)]);
    }

    #[test]
    fn no_hidden_share_can_be_calculated_from_the_sites() {
        let group = Group::new(sample_group::organization(Language::English)).unwrap();
        for (idx, (_, whole)) in group.scales().iter().enumerate() {
            let Some(total) = whole.ok().and_then(|whole| whole.band) else { continue };
            for (place, told) in total.iter().enumerate() {
                let of_part = |part: &Subgroup| part.figures[idx].ok()?.band?[place].ok();
                let unknown = group.subgroups().iter().filter(|part| of_part(part).is_none()).count();
                assert!(unknown + usize::from(told.is_err()) != 1, "scale {idx}, place {place}");
            }
        }
    }

    #[test]
    fn a_group_under_the_threshold_shows_nothing() {
        let mut view = sample_group::organization(Language::English);
        view.subgroups.clear();
        view.about.parted_by = None;
        view.about.min_cell = 100;
        let group = Group::new(view).unwrap();
        assert_eq!(group.n_people(), Err(Hidden::TooFew));
        assert!(group.scales().iter().all(|(_, figures)| *figures == Err(Hidden::TooFew)));
    }

    #[test]
    fn counts_that_do_not_add_up_are_refused() {
        let mut view = sample_group::organization(Language::English);
        view.about.min_cell = 5;
        view.scales[0].figures.band = Some([1, 1, 1]);
        view.scales[1].figures.n = 500;
        view.subgroups[0].n_people = 80;
        let Err(crate::Error::View(found)) = Group::new(view) else { panic!("accepted") };
        assert!(found.contains(&ViewProblem::MinCell { value: 5, least: MIN_CELL }));
        assert!(found.iter().any(|problem| matches!(problem, ViewProblem::GroupCounts { scale_idx: 0, .. })));
        assert!(found.iter().any(|problem| matches!(problem, ViewProblem::GroupCounts { scale_idx: 1, .. })));
        assert!(found.iter().any(|problem| matches!(problem, ViewProblem::SubgroupsOverlap { .. })));
    }
}
