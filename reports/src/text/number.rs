//! Numbers as a reader of the language writes them.

use super::{Language, NARROW, NO_BREAK};
use crate::text::reason::NoInterval;
use crate::view::{Interval, RankView, RawView};

/// A number with fixed decimals: decimal comma or point, grouped thousands, a true minus sign.
///
/// Halves are rounded away from zero.
#[must_use]
pub fn decimal(language: Language, value: f64, decimals: usize) -> String {
    let scale = [1.0, 10.0, 100.0, 1000.0].get(decimals).copied().unwrap_or(1000.0);
    // A score such as 2.675 is stored a little below; half a billionth brings it back to what was meant.
    let rounded = (value.abs() * scale + 5e-10).round() / scale;
    let digits = format!("{rounded:.decimals$}");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut text = String::new();
    if value < 0.0 && rounded > 0.0 {
        text.push('−');
    }
    for (idx, digit) in whole.chars().enumerate() {
        if idx > 0 && (whole.len() - idx).is_multiple_of(3) {
            text.push(match language {
                Language::French => NARROW,
                Language::English => ',',
            });
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push_str(language.pick(",", "."));
        text.push_str(fraction);
    }
    text
}

/// A count.
#[must_use]
pub fn count(language: Language, value: u64) -> String {
    // Counts of people and items stay far below 2^53.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    decimal(language, value as f64, 0)
}

/// A share as a percentage: "95 %", "95%".
#[must_use]
pub fn percent(language: Language, share: f64) -> String {
    let value = share * 100.0;
    let decimals = if (value - value.round()).abs() < 1e-6 { 0 } else { 1 };
    let number = decimal(language, value, decimals);
    match language {
        Language::French => format!("{number}{NO_BREAK}%"),
        Language::English => format!("{number}%"),
    }
}

/// A share as so many times in 100: "95", "99,9".
#[must_use]
pub fn times_in_100(language: Language, share: f64) -> String {
    let value = share * 100.0;
    decimal(language, value, if (value - value.round()).abs() < 1e-6 { 0 } else { 1 })
}

/// Two ends: "27 à 35", "27 to 35", without a break.
#[must_use]
pub fn range(language: Language, lower: &str, upper: &str) -> String {
    format!("{lower}{NO_BREAK}{}{NO_BREAK}{upper}", language.pick("à", "to"))
}

/// A T score in whole points.
#[must_use]
pub fn t_score(language: Language, t: f64) -> String {
    decimal(language, t, 0)
}

/// An interval in whole T points.
#[must_use]
pub fn t_interval(language: Language, interval: Interval) -> String {
    range(language, &t_score(language, interval.lower()), &t_score(language, interval.upper()))
}

/// A percentile rank in whole points; under 1 and above 99 it says so.
#[must_use]
pub fn rank(language: Language, value: f64) -> String {
    if value < 1.0 {
        format!("<{NO_BREAK}1")
    } else if value > 99.0 {
        format!(">{NO_BREAK}99")
    } else {
        decimal(language, value, 0)
    }
}

/// A percentile rank, or the end of the norm it lies beyond.
#[must_use]
pub fn rank_view(language: Language, view: RankView) -> String {
    match view {
        RankView::FromTable { value, .. } | RankView::NormalApproximation { value } => rank(language, value),
        RankView::BelowSample => language.say("sous le plus bas du groupe", "below the group's lowest"),
        RankView::AboveSample => language.say("au-dessus du plus haut du groupe", "above the group's highest"),
    }
}

/// Decimals that a raw score deserves: means two, sums of points one where they are prorated.
fn raw_decimals(raw: &RawView) -> usize {
    let whole = (raw.value() - raw.value().round()).abs() < 1e-9;
    if raw.is_mean() { 2 } else { usize::from(!whole) }
}

/// A raw score, with its sign where scores lie on both sides of 0.
#[must_use]
pub fn raw(language: Language, raw: &RawView) -> String {
    let sign = if raw.lowest() < 0.0 && raw.value() > 0.0 { "+" } else { "" };
    format!("{sign}{}", decimal(language, raw.value(), raw_decimals(raw)))
}

/// A raw score with the highest possible one, or with the range where it does not start at 0.
#[must_use]
pub fn raw_of(language: Language, view: &RawView) -> String {
    let end = |value: f64| decimal(language, value, if (value - value.round()).abs() < 1e-9 { 0 } else { 2 });
    let value = raw(language, view);
    if view.lowest() == 0.0 {
        format!("{value}{NO_BREAK}{} {}", language.pick("sur", "out of"), end(view.highest())).replace(' ', "\u{a0}")
    } else {
        let ends = raw_range(language, view);
        format!("{value}{NO_BREAK}({}{NO_BREAK}{ends})", language.pick("de", "from"))
    }
}

/// The range of a raw score: "1 à 5".
#[must_use]
pub fn raw_range(language: Language, view: &RawView) -> String {
    let end = |value: f64| decimal(language, value, if (value - value.round()).abs() < 1e-9 { 0 } else { 2 });
    range(language, &end(view.lowest()), &end(view.highest()))
}

/// An interval in raw points as far as scores are possible, with one decimal for means.
///
/// What lies beyond the possible scores is no score; a chart shows by an arrow that the margin goes there.
#[must_use]
pub fn raw_interval(language: Language, view: &RawView, interval: Interval) -> String {
    let (lower, upper) = shown_ends(language, view, interval);
    range(language, &lower, &upper)
}

fn shown_ends(language: Language, view: &RawView, interval: Interval) -> (String, String) {
    let ends = [interval.lower(), interval.upper()].map(|value| value.clamp(view.lowest(), view.highest()));
    let decimals = usize::from(view.is_mean());
    (decimal(language, ends[0], decimals), decimal(language, ends[1], decimals))
}

/// A raw score with its scale and its margin, as a sentence tells it: "31 sur 40, marge de 27 à 35".
#[must_use]
pub fn raw_told(language: Language, view: &RawView, interval: Result<Interval, NoInterval>) -> String {
    let score = if view.lowest() == 0.0 {
        raw_of(language, view)
    } else {
        let (value, scale) = (raw(language, view), raw_range(language, view));
        let middle = f64::midpoint(view.lowest(), view.highest());
        let middle = decimal(language, middle, if (middle - middle.round()).abs() < 1e-9 { 0 } else { 1 });
        language.say(
            &format!("{value} sur l'échelle de{NO_BREAK}{scale} (milieu{NO_BREAK}{middle})"),
            &format!("{value} on the scale from{NO_BREAK}{scale} (middle{NO_BREAK}{middle})"),
        )
    };
    let interval = match interval {
        Ok(interval) => interval,
        Err(reason) => return format!("{score}, {}", reason.beside_the_score(language)),
    };
    let (lower, upper) = shown_ends(language, view, interval);
    if interval.lower() <= view.lowest() && interval.upper() >= view.highest() {
        return language.say(
            &format!("{score}, la marge couvre toute l'échelle"),
            &format!("{score}, the margin covers the whole scale"),
        );
    }
    let ends = range(language, &lower, &upper);
    language.say(&format!("{score}, marge de{NO_BREAK}{ends}"), &format!("{score}, margin {ends}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(decimal(Language::French, -1248.25, 1), "−1\u{202f}248,3");
        assert_eq!(decimal(Language::English, 1_234_567.0, 0), "1,234,567");
        assert_eq!(decimal(Language::French, -0.04, 1), "0,0");
        assert_eq!(decimal(Language::English, 2.675, 2), "2.68");
        assert_eq!(percent(Language::French, 0.95), "95\u{a0}%");
        assert_eq!(percent(Language::English, 0.999), "99.9%");
    }

    #[test]
    fn extreme_ranks_are_not_rounded_to_0_or_100() {
        assert_eq!(rank(Language::French, 0.3), "<\u{a0}1");
        assert_eq!(rank(Language::English, 99.7), ">\u{a0}99");
        assert_eq!(rank(Language::English, 98.6), "99");
    }

    #[test]
    fn raw_scores_say_their_range() {
        let sum = RawView::new(31.0, 0.0, 40.0).unwrap();
        assert_eq!(raw_of(Language::French, &sum), "31\u{a0}sur\u{a0}40");
        let mean = RawView::new(3.25, 1.0, 5.0).unwrap().as_mean();
        assert_eq!(raw_of(Language::English, &mean), "3.25\u{a0}(from\u{a0}1\u{a0}to\u{a0}5)");
    }

    #[test]
    fn a_margin_is_told_as_far_as_scores_are_possible() {
        let sum = RawView::new(31.0, 0.0, 40.0).unwrap();
        let told = |view, ends: Option<(f64, f64)>| {
            let interval = ends.map(|(lower, upper)| Interval::new(lower, upper).unwrap());
            raw_told(Language::French, view, interval.ok_or(NoInterval::AllAnswersEqual)).replace('\u{a0}', " ")
        };
        assert_eq!(told(&sum, Some((27.1, 34.9))), "31 sur 40, marge de 27 à 35");
        assert_eq!(told(&sum, Some((35.2, 44.9))), "31 sur 40, marge de 35 à 40");
        assert_eq!(told(&sum, Some((-1.0, 44.9))), "31 sur 40, la marge couvre toute l’échelle");
        assert_eq!(told(&sum, None), "31 sur 40, marge inconnue (réponses toutes égales)");
        let mean = RawView::new(4.75, 1.0, 5.0).unwrap().as_mean();
        assert_eq!(told(&mean, Some((4.26, 5.24))), "4,75 sur l’échelle de 1 à 5 (milieu 3), marge de 4,3 à 5,0");
    }
}
