//! Percentile curves of a continuous norm: raw scores that 5, 10, 25, 50, 75, 90 and 95 in 100 people of an age do not pass.

use super::scene::{Anchor, Mark, Scene, Style};
use super::{Chart, Framing, MARGIN, Width};
use crate::Result;
use crate::text::{Language, colon, number, typeset};
use crate::theme::{Role, size};

/// The percentiles drawn, lowest first.
pub const PERCENTILES: [u8; 7] = [5, 10, 25, 50, 75, 90, 95];

/// What is said around the curves.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveWords {
    /// Language of the drawing.
    pub language: Language,
    /// Name of the scale.
    pub scale: String,
    /// Title of the norm.
    pub norm: String,
    /// Whose norm it is, where it is not everyone's: women, men.
    pub who: Option<String>,
    /// Number of people of the norm, of all sexes; `None` is unknown.
    pub n: Option<u64>,
    /// Whether the people are simulated.
    pub simulated: bool,
}

/// One percentile over age.
#[derive(Debug, Clone, PartialEq)]
pub struct PercentileCurve {
    /// The percentile, 1 to 99.
    pub percentile: u8,
    /// Age and raw score, ages rising.
    pub points: Vec<(f64, f64)>,
}

/// The percentile curves of one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct NormCurves {
    words: CurveWords,
    curves: Vec<PercentileCurve>,
    /// Lowest and highest possible raw score, or those of the sample.
    range: (f64, f64),
    ages: (f64, f64),
}

/// Why there is nothing to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoCurves {
    /// No curve, or one of fewer than two points.
    #[error("there are no percentile curves of two or more ages")]
    Empty,
    /// Ages or raw scores that are not finite, ages that do not rise, curves of different ages, or percentiles that do not rise.
    #[error("the curve of percentile {percentile} is out of order")]
    Disorder {
        /// The percentile.
        percentile: u8,
    },
}

impl NormCurves {
    /// Checks and wraps curves over the same ages, lowest percentile first.
    ///
    /// - `range`: lowest and highest possible raw score, widened where a curve leaves it; `None` takes that of the curves.
    ///
    /// # Errors
    /// [`NoCurves`].
    pub fn new(
        curves: Vec<PercentileCurve>,
        range: Option<(f64, f64)>,
        words: CurveWords,
    ) -> std::result::Result<Self, NoCurves> {
        let first = curves.first().filter(|curve| curve.points.len() > 1).ok_or(NoCurves::Empty)?;
        let ages: Vec<f64> = first.points.iter().map(|(age, _)| *age).collect();
        let mut before = 0;
        for curve in &curves {
            let percentile = curve.percentile;
            let finite = curve.points.iter().all(|(age, raw)| age.is_finite() && raw.is_finite());
            let rising = ages.windows(2).all(|pair| pair[0] < pair[1]);
            let same =
                curve.points.len() == ages.len() && curve.points.iter().zip(&ages).all(|((age, _), own)| age == own);
            if !(finite && rising && same && percentile > before && percentile < 100) {
                return Err(NoCurves::Disorder { percentile });
            }
            before = percentile;
        }
        let raws = || curves.iter().flat_map(|curve| curve.points.iter().map(|(_, raw)| *raw));
        let drawn = (raws().fold(f64::INFINITY, f64::min), raws().fold(f64::NEG_INFINITY, f64::max));
        let range = range.map_or(drawn, |(lowest, highest)| (lowest.min(drawn.0), highest.max(drawn.1)));
        let range = if range.0 < range.1 { range } else { (range.0 - 1.0, range.1 + 1.0) };
        let (youngest, oldest) = (ages.first().copied().unwrap_or_default(), ages.last().copied().unwrap_or_default());
        Ok(Self { words, curves, range, ages: (youngest, oldest) })
    }

    /// The curves, lowest percentile first.
    #[must_use]
    pub fn curves(&self) -> &[PercentileCurve] {
        &self.curves
    }

    /// The numbers of the drawing as a table: a header, then a row for each of a few ages with the raw score of each percentile.
    #[must_use]
    pub fn table(&self) -> Vec<Vec<String>> {
        let language = self.words.language;
        let age = language.say("âge", "age");
        let head = |curve: &PercentileCurve| percentile_name(language, curve.percentile);
        let header = std::iter::once(age).chain(self.curves.iter().map(head)).collect();
        let rows = ticks(self.ages, 6).into_iter().map(|age| {
            let at = |curve: &PercentileCurve| number::decimal(language, value_at(&curve.points, age), 1);
            std::iter::once(number::decimal(language, age, 0)).chain(self.curves.iter().map(at)).collect()
        });
        std::iter::once(header).chain(rows).collect()
    }

    /// What the drawing shows, numbers included.
    #[must_use]
    pub fn description(&self) -> String {
        let Self { words, ages, .. } = self;
        let language = words.language;
        let years = |age: f64| number::decimal(language, age, 0);
        let ends = |percentile: u8| {
            let curve = self.curves.iter().find(|curve| curve.percentile == percentile)?;
            let value = |at: Option<&(f64, f64)>| at.map(|(_, raw)| number::decimal(language, *raw, 1));
            Some((value(curve.points.first())?, value(curve.points.last())?))
        };
        let sentence = |percentile: u8, name: String| {
            let (first, last) = ends(percentile)?;
            Some(language.say(
                &format!("{name} : {first} à {} ans, {last} à {} ans.", years(ages.0), years(ages.1)),
                &format!("{name}: {first} at {}, {last} at {}.", years(ages.0), years(ages.1)),
            ))
        };
        let lead = language.say(
            &format!("Courbes de centiles de la note brute selon l’âge, de {} à {} ans.", years(ages.0), years(ages.1)),
            &format!("Percentile curves of the raw score by age, from {} to {}.", years(ages.0), years(ages.1)),
        );
        let parts = [
            sentence(50, language.say("Médiane", "Median")),
            sentence(5, language.say("5 % les plus bas, jusqu’à", "Lowest 5%, up to")),
            sentence(95, language.say("5 % les plus hauts, à partir de", "Highest 5%, from")),
            words.simulated.then(|| language.say("Données simulées.", "Simulated data.")),
        ];
        let text = std::iter::once(lead).chain(parts.into_iter().flatten()).collect::<Vec<_>>().join(" ");
        typeset(language, &text)
    }

    /// Name of the scale, and whose norm it is.
    #[must_use]
    pub fn title(&self) -> String {
        let language = self.words.language;
        let who = self.words.who.as_ref().map_or_else(String::new, |who| format!(", {who}"));
        let what = language.say("note brute selon l’âge", "raw score by age");
        typeset(language, &format!("{} – {what}{who}", self.words.scale))
    }
}

/// Lays the curves out.
///
/// # Errors
/// [`crate::Error::Font`].
pub fn lay_out(curves: &NormCurves, width: Width, framing: Framing) -> Result<Chart> {
    let mut scene = plot(curves, width)?;
    let (title, description) = (curves.title(), curves.description());
    if framing == Framing::Standalone {
        frame(&mut scene, curves, &title);
    }
    Ok(Chart { language: curves.words.language, width, title, description, scene })
}

/// Where the drawing area lies.
struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    ages: (f64, f64),
    range: (f64, f64),
}

impl Area {
    fn x(&self, age: f64) -> f64 {
        self.left + (self.right - self.left) * (age - self.ages.0) / (self.ages.1 - self.ages.0)
    }

    fn y(&self, raw: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * (raw - self.range.0) / (self.range.1 - self.range.0)
    }
}

fn plot(curves: &NormCurves, width: Width) -> Result<Scene> {
    let language = curves.words.language;
    let mut scene = Scene::new(width.units())?;
    let range = axis_range(curves);
    let raw_ticks = ticks(range, 7);
    let raw_text = |raw: &f64| number::decimal(language, *raw, usize::from(raw.fract() != 0.0));
    let widest = raw_ticks.iter().map(|raw| scene.measure(&raw_text(raw), Style::QUIET)).fold(0.0, f64::max);
    let names: Vec<String> = curves.curves.iter().map(|curve| shown_name(language, width, curve.percentile)).collect();
    let room = names.iter().map(|name| scene.measure(name, Style::BOLD)).fold(0.0, f64::max);
    let height = match width {
        Width::Wide => 320.0,
        Width::Narrow => 260.0,
    };
    let top = size::LEADING + 14.0;
    let area = Area {
        left: widest + 10.0,
        right: scene.width - room - LABEL_GAP - 2.0,
        top,
        bottom: top + height,
        ages: curves.ages,
        range,
    };
    scene.text(&language.say("Note brute", "Raw score"), (0.0, size::LEADING - 3.5), Style::QUIET);
    let heading = language.say("Centile", "Percentile");
    let beside = area.right + LABEL_GAP;
    let fits = beside + scene.measure(&heading, Style::QUIET) <= scene.width;
    let (x, anchor) = if fits { (beside, Anchor::Start) } else { (scene.width, Anchor::End) };
    scene.text(&heading, (x, size::LEADING - 3.5), Style::QUIET.anchored(anchor));
    for raw in &raw_ticks {
        let y = area.y(*raw);
        scene.line(vec![(area.left, y), (area.right, y)], Role::Grid, 1.0);
        scene.text(&raw_text(raw), (area.left - 8.0, y + 4.6), Style::QUIET.anchored(Anchor::End));
    }
    draw_curves(&mut scene, curves, &names, &area);
    scene.line(vec![(area.left, area.bottom), (area.right, area.bottom)], Role::BandEdge, 1.0);
    let baseline = area.bottom + 6.0 + size::LEADING;
    let most = if width == Width::Wide { 8 } else { 5 };
    for age in ticks(curves.ages, most) {
        let x = area.x(age);
        scene.line(vec![(x, area.bottom), (x, area.bottom + 5.0)], Role::BandEdge, 1.0);
        scene.text(&number::decimal(language, age, 0), (x, baseline), Style::QUIET.anchored(Anchor::Middle));
    }
    let middle = (area.left + area.right) / 2.0;
    let axis = language.say("Âge en années", "Age in years");
    scene.text(&axis, (middle, baseline + size::LEADING + 2.0), Style::QUIET.anchored(Anchor::Middle));
    scene.height = baseline + size::LEADING + 9.0;
    Ok(scene)
}

/// From the end of a curve to its name.
const LABEL_GAP: f64 = 16.0;
/// From one name to the next at least.
const LABEL_STEP: f64 = 16.0;

/// The middle half as an area, the curves with the median strongest, and their names at the right end.
fn draw_curves(scene: &mut Scene, curves: &NormCurves, names: &[String], area: &Area) {
    let place = |curve: &PercentileCurve| -> Vec<(f64, f64)> {
        curve.points.iter().map(|(age, raw)| (area.x(*age), area.y(*raw))).collect()
    };
    let find = |percentile: u8| curves.curves.iter().find(|curve| curve.percentile == percentile);
    if let (Some(lower), Some(upper)) = (find(25), find(75)) {
        let back = place(lower).into_iter().rev();
        let points = place(upper).into_iter().chain(back).collect();
        scene.marks.push(Mark::Area { points, role: Role::Own, opacity: 0.12 });
    }
    let ends: Vec<f64> =
        curves.curves.iter().map(|curve| curve.points.last().map_or(area.bottom, |(_, raw)| area.y(*raw))).collect();
    let label_ys = spread(&ends, (area.top - 2.0, area.bottom));
    for ((curve, name), (end, label_y)) in curves.curves.iter().zip(names).zip(ends.iter().zip(label_ys)) {
        let (role, thickness) = match curve.percentile {
            50 => (Role::Own, size::DOMAIN_LINE),
            25 | 75 => (Role::Own, 1.25),
            _ => (Role::BandEdge, 1.25),
        };
        scene.line(place(curve), role, thickness);
        let x = area.right + LABEL_GAP;
        scene.line(vec![(area.right + 2.0, *end), (x - 3.0, label_y)], Role::BandEdge, 0.75);
        let style = if curve.percentile == 50 { Style::BOLD } else { Style::PLAIN };
        scene.text(name, (x, label_y + 4.6), style);
    }
}

/// Places for names near their curves, lowest percentile (largest y) first, at least a step apart and within the area.
fn spread(ends: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut places: Vec<f64> = ends.to_vec();
    // From below upward, then, where the uppermost left the area, from above downward.
    let mut limit = bottom;
    for place in &mut places {
        *place = place.min(limit);
        limit = *place - LABEL_STEP;
    }
    let mut limit = top;
    for place in places.iter_mut().rev() {
        *place = place.max(limit);
        limit = *place + LABEL_STEP;
    }
    // Names that were pushed apart lie evenly about the middle of their curves.
    let mut first = 0;
    while first < places.len() {
        let mut last = first;
        while last + 1 < places.len() && places[last] - places[last + 1] <= LABEL_STEP + 1e-9 {
            last += 1;
        }
        #[expect(clippy::cast_precision_loss, reason = "there are seven names")]
        let n = (last - first + 1) as f64;
        let wanted = ends[first..=last].iter().sum::<f64>() / n;
        let now = places[first..=last].iter().sum::<f64>() / n;
        let above = places.get(last + 1).map_or(top, |next| next + LABEL_STEP);
        let below = if first > 0 { places[first - 1] - LABEL_STEP } else { bottom };
        let shift = (wanted - now).clamp(above - places[last], (below - places[first]).max(above - places[last]));
        places[first..=last].iter_mut().for_each(|place| *place += shift);
        first = last + 1;
    }
    places
}

fn percentile_name(language: Language, percentile: u8) -> String {
    match percentile {
        50 => language.say("50 médiane", "50 median"),
        other => other.to_string(),
    }
}

/// The name at the end of a curve; where there is little room the caption says what 50 is.
fn shown_name(language: Language, width: Width, percentile: u8) -> String {
    match width {
        Width::Wide => percentile_name(language, percentile),
        Width::Narrow => percentile.to_string(),
    }
}

/// The raw scores of the curves with a little room, within the possible ones.
fn axis_range(curves: &NormCurves) -> (f64, f64) {
    let raws = || curves.curves.iter().flat_map(|curve| curve.points.iter().map(|(_, raw)| *raw));
    let (lowest, highest) = (raws().fold(f64::INFINITY, f64::min), raws().fold(f64::NEG_INFINITY, f64::max));
    let room = 0.08 * (highest - lowest);
    let (from, to) = ((lowest - room).max(curves.range.0), (highest + room).min(curves.range.1));
    if from < to { (from, to) } else { curves.range }
}

/// Round values within a range, at most `most` of them, and at least two where the range holds them.
fn ticks((from, to): (f64, f64), most: usize) -> Vec<f64> {
    const STEPS: [f64; 12] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0];
    let inside = |step: f64| {
        let (first, last) = ((from / step).ceil(), (to / step).floor());
        let n = (last - first + 1.0).clamp(0.0, 1e6);
        // At most a million by the line above.
        (first, n as usize)
    };
    let step = STEPS.into_iter().find(|step| inside(*step).1 <= most).unwrap_or(to - from);
    let (first, n) = inside(step);
    #[expect(clippy::cast_precision_loss, reason = "an axis has few ticks")]
    let tick = |idx: usize| (first + idx as f64) * step;
    (0..n.min(most)).map(tick).collect()
}

/// The curve at an age, straight between its points.
fn value_at(points: &[(f64, f64)], age: f64) -> f64 {
    let after = points.partition_point(|(known, _)| *known < age);
    let right = points.get(after).or(points.last()).copied().unwrap_or_default();
    let left = points.get(after.saturating_sub(1)).copied().unwrap_or(right);
    let run = right.0 - left.0;
    if run > 0.0 { left.1 + (right.1 - left.1) * ((age - left.0) / run).clamp(0.0, 1.0) } else { right.1 }
}

/// Heading, whose norm it is, caption and margin.
fn frame(scene: &mut Scene, curves: &NormCurves, title: &str) {
    let CurveWords { language, norm, n, simulated, .. } = &curves.words;
    let language = *language;
    let inner = scene.width;
    let style = Style { size: size::HEADING, ..Style::BOLD };
    let heading = scene.wrap(title, inner, style);
    let people = match n {
        Some(n) => language.say(
            &format!("{} personnes", number::count(language, *n)),
            &format!("{} people", number::count(language, *n)),
        ),
        None => language.say("effectif inconnu", "number of people unknown"),
    };
    let simulated =
        if *simulated { language.say(" – données simulées", " – simulated data") } else { String::new() };
    let facts =
        typeset(language, &format!("{}, {people}{simulated}", colon(language, &language.say("Norme", "Norm"), norm)));
    let facts = scene.wrap(&facts, inner, Style::QUIET);
    #[expect(clippy::cast_precision_loss, reason = "a heading has few lines")]
    let top = MARGIN + heading.len() as f64 * 23.0 + facts.len() as f64 * size::LEADING + 14.0;
    scene.shift((MARGIN, top));
    let above = scene.lines(&heading, (MARGIN, MARGIN + 17.0), 23.0, style);
    scene.lines(&facts, (MARGIN, above + size::LEADING + 3.0), size::LEADING, Style::QUIET);
    let caption = typeset(
        language,
        &language.say(
            "À chaque âge, la courbe 25 laisse au-dessous d’elle 25 personnes sur 100 du même âge. La courbe forte, 50, est la médiane. La moitié des personnes se trouve dans la zone teintée.",
            "At each age, 25 in 100 people of that age are below the curve 25. The strong curve, 50, is the median. Half of the people are in the tinted area.",
        ),
    );
    let lines = scene.wrap(&caption, inner, Style::QUIET);
    let last = scene.lines(&lines, (MARGIN, top + scene.height + size::LEADING + 6.0), size::LEADING, Style::QUIET);
    scene.width = inner + 2.0 * MARGIN;
    scene.height = last + MARGIN;
    let all = (scene.width, scene.height);
    scene.marks.insert(0, Mark::Rect { corner: (0.0, 0.0), size: all, role: Role::Ground, opacity: 1.0 });
}

/// Curves of invented parameters, for tests and for looking at the drawing.
#[must_use]
pub fn sample(language: Language) -> Option<NormCurves> {
    let z = [-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645];
    let raw =
        |z: f64, age: f64| 35.0 + 0.9 * (age - 18.0) - 0.016 * (age - 18.0) * (age - 18.0) + 11.0 * z + 0.8 * z * z;
    let curve = |(percentile, z): (u8, f64)| {
        let ages = (0..=46).map(|idx| 18.0 + f64::from(idx));
        PercentileCurve { percentile, points: ages.map(|age| (age, raw(z, age))).collect() }
    };
    let curves = PERCENTILES.into_iter().zip(z).map(curve).collect();
    let words = CurveWords {
        language,
        scale: language.say("Raisonnement", "Reasoning"),
        norm: language.say("Échantillon d’essai", "Trial sample"),
        who: None,
        n: Some(1240),
        simulated: true,
    };
    NormCurves::new(curves, Some((0.0, 100.0)), words).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_keep_their_order_and_stay_in_the_range() {
        let curves = sample(Language::French).unwrap();
        assert_eq!(curves.curves().iter().map(|curve| curve.percentile).collect::<Vec<_>>(), PERCENTILES);
        for pair in curves.curves().windows(2) {
            assert!(pair[0].points.iter().zip(&pair[1].points).all(|(low, high)| low.1 < high.1));
        }
    }

    #[test]
    fn curves_out_of_order_are_refused() {
        let words = sample(Language::English).unwrap().words;
        let curve = |percentile, points: &[(f64, f64)]| PercentileCurve { percentile, points: points.to_vec() };
        let new = |curves| NormCurves::new(curves, None, words.clone());
        assert_eq!(new(Vec::new()), Err(NoCurves::Empty));
        assert_eq!(new(vec![curve(50, &[(1.0, 1.0)])]), Err(NoCurves::Empty));
        let sound = curve(50, &[(1.0, 1.0), (2.0, 1.0)]);
        assert!(new(vec![sound.clone()]).is_ok());
        for bad in [
            curve(50, &[(1.0, 1.0), (2.0, 1.0)]),
            curve(75, &[(1.0, 1.0), (3.0, 1.0)]),
            curve(75, &[(1.0, f64::NAN), (2.0, 1.0)]),
        ] {
            let percentile = bad.percentile;
            assert_eq!(new(vec![sound.clone(), bad]), Err(NoCurves::Disorder { percentile }));
        }
    }

    #[test]
    fn texts_do_not_collide_in_any_form() {
        for language in [Language::French, Language::English] {
            for width in [Width::Wide, Width::Narrow] {
                for framing in [Framing::Inline, Framing::Standalone] {
                    let chart = lay_out(&sample(language).unwrap(), width, framing).unwrap();
                    assert_eq!(chart.scene().collisions(), Vec::<String>::new(), "{language:?} {width:?} {framing:?}");
                }
            }
        }
    }

    #[test]
    fn names_of_close_curves_are_moved_apart() {
        let ends = [200.0, 198.0, 196.0, 120.0, 60.0, 20.0, 18.0];
        let places = spread(&ends, (10.0, 210.0));
        for pair in places.windows(2) {
            assert!(pair[0] - pair[1] >= LABEL_STEP - 1e-9, "{places:?}");
        }
        assert!(places.iter().all(|place| (10.0..=210.0).contains(place)), "{places:?}");
        assert_eq!(places[3], 120.0);
    }

    #[test]
    fn the_table_and_the_description_hold_the_numbers() {
        let curves = sample(Language::English).unwrap();
        let table = curves.table();
        assert_eq!(table[0][..5], ["age", "5", "10", "25", "50 median"]);
        assert_eq!(table[1][0], "20");
        // At 20: 35 + 1.8 − 0.064.
        assert_eq!(table[1][4], "36.7");
        assert!(curves.description().contains("Median:"), "{}", curves.description());
        assert!(curves.description().contains("Simulated data"));
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks((18.0, 64.0), 8), [20.0, 30.0, 40.0, 50.0, 60.0]);
        assert_eq!(ticks((0.0, 100.0), 7), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks((2.0, 6.0), 8), [2.0, 3.0, 4.0, 5.0, 6.0]);
        assert!(ticks((0.1, 0.2), 5).len() <= 5);
    }
}
