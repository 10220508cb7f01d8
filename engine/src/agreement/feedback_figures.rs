//! The figures of a scale in a group, as far as [`disclosure`](crate::agreement::disclosure) lets them be shown.
//!
//! Sums are of whole points, so that not even the last digit of a figure depends on the order of raters.

use crate::agreement::disclosure::{rest_forced, rest_near_end, rest_unanimous};
use crate::agreement::feedback_plan::DisclosureConfig;
use crate::agreement::published::{ItemFigures, ItemTable, PublishedScale, ScaleFigures, ScaleSpread, Shown};
use crate::agreement::within_group::{NegativeAgreement, rwg_j, rwg_of_variance};

/// Answers of the raters of a group who answered every item of a scale.
pub(super) struct ScaleAnswers {
    pub lowest: i32,
    /// Highest less lowest points of an item.
    pub item_reach: u32,
    pub n_items: usize,
    pub null_variance: f64,
    /// Points above the lowest, one row a rater.
    pub rows: Vec<Vec<u32>>,
}

impl ScaleAnswers {
    fn scores(&self) -> Vec<u32> {
        self.rows.iter().map(|row| row.iter().sum()).collect()
    }

    fn item(&self, item_idx: usize) -> Vec<u32> {
        self.rows.iter().filter_map(|row| row.get(item_idx).copied()).collect()
    }

    /// Highest possible score, in points above the lowest. At most 250 points an item.
    fn reach(&self) -> u32 {
        self.item_reach.saturating_mul(u32::try_from(self.n_items).unwrap_or(u32::MAX))
    }

    /// All answers of several groups.
    fn together(groups: &[Self]) -> Option<Self> {
        let first = groups.first()?;
        let rows = groups.iter().flat_map(|group| group.rows.iter().cloned()).collect();
        Some(Self { rows, ..*first })
    }
}

impl DisclosureConfig {
    /// A figure as it is published.
    pub(super) fn round(&self, figure: f64) -> f64 {
        // At most 6 decimals by the plan.
        let unit = 10.0_f64.powi(self.decimals as i32);
        // Adding 0 turns −0 into 0.
        (figure * unit).round() / unit + 0.0
    }
}

const WITHHELD: PublishedScale = PublishedScale { scale: Shown::Withheld, items: Shown::Withheld };

/// A scale in a group of raters who are shown together.
pub(super) fn publish_group_scale(answers: &ScaleAnswers, minimum: usize, config: &DisclosureConfig) -> PublishedScale {
    let n_raters = answers.rows.len();
    let with_spread = n_raters >= config.spread_minimum;
    if n_raters < minimum || (answers.n_items < 2 && !with_spread) {
        return WITHHELD;
    }
    let (scores, reach) = (answers.scores(), answers.reach());
    let equal = if with_spread { rest_unanimous(&scores) } else { rest_forced(&scores, reach) };
    if equal || rest_near_end(&scores, reach) {
        return WITHHELD;
    }
    let item_may_be_shown = |item_idx| {
        let item = answers.item(item_idx);
        !rest_near_end(&item, answers.item_reach) && !rest_unanimous(&item)
    };
    let with_items = with_spread && (0..answers.n_items).all(item_may_be_shown);
    PublishedScale {
        scale: Shown::of(scale_figures(answers, with_spread, config)),
        items: Shown::of(with_items.then(|| item_table(answers, config)).flatten()),
    }
}

/// A scale of a single superior who has agreed: the mean; single items need more raters, as everywhere.
pub(super) fn publish_named_scale(answers: &ScaleAnswers, config: &DisclosureConfig) -> PublishedScale {
    let shown = answers.n_items >= 2;
    PublishedScale {
        scale: Shown::of(shown.then(|| scale_figures(answers, false, config)).flatten()),
        items: Shown::Withheld,
    }
}

/// A scale in all shown groups together: each part is shown where every group shows it.
pub(super) fn publish_total_scale(
    groups: &[PublishedScale],
    answers: &[ScaleAnswers],
    config: &DisclosureConfig,
) -> PublishedScale {
    let every = |shown: fn(&PublishedScale) -> bool| groups.iter().all(shown);
    let Some(together) = ScaleAnswers::together(answers).filter(|_| every(|group| group.scale.figures().is_some()))
    else {
        return WITHHELD;
    };
    let with_spread = every(|group| group.scale.figures().is_some_and(|figures| figures.spread.is_some()));
    let with_items = every(|group| group.items.figures().is_some());
    PublishedScale {
        scale: Shown::of(scale_figures(&together, with_spread, config)),
        items: Shown::of(with_items.then(|| item_table(&together, config)).flatten()),
    }
}

/// `None` without raters.
fn scale_figures(answers: &ScaleAnswers, with_spread: bool, config: &DisclosureConfig) -> Option<ScaleFigures> {
    let moments = Moments::of(&answers.scores())?;
    let n_items = answers.n_items as f64;
    let figure = |points: f64| config.round(points / n_items);
    let spread = ScaleSpread {
        sd: figure(moments.variance.sqrt()),
        ad_mean: figure(moments.ad_mean),
        ad_median: figure(moments.ad_median),
    };
    Some(ScaleFigures {
        n_raters: answers.rows.len(),
        mean: config.round(f64::from(answers.lowest) + moments.mean / n_items),
        spread: with_spread.then_some(spread),
    })
}

/// `None` without raters.
fn item_table(answers: &ScaleAnswers, config: &DisclosureConfig) -> Option<ItemTable> {
    let negative = config.agreement.negative;
    let moments = (0..answers.n_items).map(|item_idx| Moments::of(&answers.item(item_idx)));
    let moments: Vec<Moments> = moments.collect::<Option<_>>()?;
    let over_items = |get: fn(&Moments) -> f64| moments.iter().map(get).sum::<f64>() / moments.len() as f64;
    let items = moments.iter().map(|item| item.figures(answers, negative, config)).collect::<Option<_>>()?;
    Some(ItemTable {
        items,
        rwg_j: rwg_j(over_items(|item| item.variance), answers.n_items, answers.null_variance, negative)
            .map(|figure| config.round(figure)),
        ad_mean: config.round(over_items(|item| item.ad_mean)),
        ad_median: config.round(over_items(|item| item.ad_median)),
    })
}

/// Location and spread of whole points.
struct Moments {
    mean: f64,
    /// With n − 1; 0 for one rater, whose spread is never shown.
    variance: f64,
    ad_mean: f64,
    ad_median: f64,
}

impl Moments {
    /// `None` without raters.
    fn of(points: &[u32]) -> Option<Self> {
        let mut sorted: Vec<i128> = points.iter().map(|&points| i128::from(points)).collect();
        sorted.sort_unstable();
        let n = sorted.len() as i128;
        let (low, high) = (sorted.len().checked_sub(1)? / 2, sorted.len() / 2);
        let twice_median = sorted[low] + sorted[high];
        let sum: i128 = sorted.iter().sum();
        // n times the sum of squares around the mean; n times the distances from the mean; twice those from the median.
        let squares = n * sorted.iter().map(|x| x * x).sum::<i128>() - sum * sum;
        let from_mean: i128 = sorted.iter().map(|x| (n * x - sum).abs()).sum();
        let from_median: i128 = sorted.iter().map(|x| (2 * x - twice_median).abs()).sum();
        let count = n as f64;
        Some(Self {
            mean: sum as f64 / count,
            variance: if n > 1 { squares as f64 / (count * (count - 1.0)) } else { 0.0 },
            ad_mean: from_mean as f64 / (count * count),
            ad_median: from_median as f64 / (2.0 * count),
        })
    }

    fn figures(
        &self,
        answers: &ScaleAnswers,
        negative: NegativeAgreement,
        config: &DisclosureConfig,
    ) -> Option<ItemFigures> {
        Some(ItemFigures {
            mean: config.round(f64::from(answers.lowest) + self.mean),
            sd: config.round(self.variance.sqrt()),
            rwg: config.round(rwg_of_variance(self.variance, answers.null_variance, negative)?),
            ad_mean: config.round(self.ad_mean),
            ad_median: config.round(self.ad_median),
        })
    }
}
