//! How each item goes with the others, all from one covariance matrix.

use crate::reliability::ItemCovariances;
use crate::reliability::alpha::raw_alpha;

/// A variance below this share of its parts is rounding.
const ROUNDING: f64 = 1e-12;

/// How one item goes with the others of its scale, and what the scale would be without it.
///
/// With c the covariances of the items, V = Σ c_ij the variance of the sum, R the correlations: with complete answers these are
/// the plain correlations with the sum score; with pairwise covariances they are what those covariances imply. A value is `None`
/// where it is not defined: no spread in what is left, or pairwise covariances that fit no data.
///
/// # Agreement
/// Oracles `items/likert` and `items/likert_missing` (psych), within 1e-9 relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discrimination {
    /// Correlation with the sum of all items, itself included: Σ_j c_ij/√(c_ii·V). For a dichotomous item the point-biserial
    /// correlation.
    pub item_total_correlation: Option<f64>,
    /// Correlation with the sum of the other items.
    pub item_rest_correlation: Option<f64>,
    /// Item–total correlation of the standardized items: Σ_j r_ij/√ΣR.
    pub item_total_standardized: Option<f64>,
    /// Correlation of the standardized item with the sum of what the items share: the variance of each item is replaced by what
    /// the others predict of it (h², its squared multiple correlation), so that the item does not correlate with its own error:
    /// (Σ_{j≠i} r_ij + h_i²)/√(ΣR − k + Σh²). psych's `r.cor`.
    pub item_total_corrected_overlap: Option<f64>,
    /// Share of the item's variance that the others predict (h²), 0 to 1.
    pub squared_multiple_correlation: Option<f64>,
    /// Alpha of the scale without the item. `None` for scales of two items.
    pub alpha_without_item: Option<f64>,
    /// Standardized alpha without the item.
    pub standardized_alpha_without_item: Option<f64>,
    /// Guttman's lambda 6 of the standardized items without the item.
    pub lambda6_without_item: Option<f64>,
    /// Mean correlation of two items without the item.
    pub average_r_without_item: Option<f64>,
}

impl Discrimination {
    /// Discrimination of every item, in the order of the covariances.
    #[must_use]
    pub fn of(items: &ItemCovariances) -> Vec<Self> {
        let raw = Sums::of(items);
        let standardized = items.standardized().ok();
        let of_r = standardized.as_ref().map(|r| (Sums::of(r), r.inverse()));
        let k = items.n_items();
        (0..k).map(|i| Self::of_item(i, k, items, &raw, of_r.as_ref())).collect()
    }

    fn of_item(
        i: usize,
        k: usize,
        items: &ItemCovariances,
        raw: &Sums,
        of_r: Option<&(Sums, Option<nalgebra::DMatrix<f64>>)>,
    ) -> Self {
        let own = items.matrix()[(i, i)];
        let row = raw.rows[i];
        let rest_variance = raw.total - 2.0 * row + own;
        let has_rest = rest_variance > ROUNDING * raw.trace;
        let left = (k - 1) as f64;
        let of_standardized = of_r.map(|(r, inverse)| {
            let rest = r.total - 2.0 * r.rows[i] + 1.0;
            let rest = (k > 2 && rest > ROUNDING * left).then_some(rest);
            let smc = inverse.as_ref().map(|inverse| 1.0 - 1.0 / inverse[(i, i)]);
            Self {
                item_total_correlation: None,
                item_rest_correlation: None,
                item_total_standardized: correlation(r.rows[i], 1.0, r.total),
                item_total_corrected_overlap: inverse.as_ref().zip(smc).and_then(|(inverse, smc)| {
                    let predicted: f64 = (0..k).map(|j| 1.0 - 1.0 / inverse[(j, j)]).sum();
                    let total = r.total - k as f64 + predicted;
                    (total > ROUNDING).then(|| (r.rows[i] - 1.0 + smc) / total.sqrt())
                }),
                squared_multiple_correlation: smc.map(|smc| smc.max(0.0)),
                alpha_without_item: None,
                standardized_alpha_without_item: rest.map(|rest| raw_alpha(left, left, rest)),
                lambda6_without_item: inverse.as_ref().zip(rest).map(|(inverse, rest)| {
                    // The inverse without a row and column: p_jj − p_ij²/p_ii.
                    let without = |j: usize| inverse[(j, j)] - inverse[(i, j)] * inverse[(i, j)] / inverse[(i, i)];
                    let unique: f64 = (0..k).filter(|&j| j != i).map(|j| 1.0 / without(j)).sum();
                    1.0 - unique / rest
                }),
                average_r_without_item: (k > 2)
                    .then(|| (r.total - 2.0 * r.rows[i] + 1.0 - left) / (left * (left - 1.0))),
            }
        });
        Self {
            item_total_correlation: correlation(row, own, raw.total),
            item_rest_correlation: if has_rest { correlation(row - own, own, rest_variance) } else { None },
            alpha_without_item: (k > 2 && has_rest).then(|| raw_alpha(left, raw.trace - own, rest_variance)),
            ..of_standardized.unwrap_or(Self::NONE)
        }
    }

    /// Of an item that is in no coefficient.
    pub const NONE: Self = Self {
        item_total_correlation: None,
        item_rest_correlation: None,
        item_total_standardized: None,
        item_total_corrected_overlap: None,
        squared_multiple_correlation: None,
        alpha_without_item: None,
        standardized_alpha_without_item: None,
        lambda6_without_item: None,
        average_r_without_item: None,
    };
}

/// Sums over a covariance matrix.
struct Sums {
    rows: Vec<f64>,
    trace: f64,
    total: f64,
}

impl Sums {
    fn of(items: &ItemCovariances) -> Self {
        let rows = items.matrix().column_iter().map(|column| column.sum()).collect();
        Self { rows, trace: items.matrix().trace(), total: items.total_variance() }
    }
}

/// A correlation from a covariance and two variances; `None` beyond ±1 by more than rounding, which pairwise covariances can give.
fn correlation(covariance: f64, first: f64, second: f64) -> Option<f64> {
    let r = covariance / (first.sqrt() * second.sqrt());
    (r.abs() <= 1.0 + 1e-9).then(|| r.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    fn items(k: usize, values: &[f64]) -> ItemCovariances {
        ItemCovariances::new(DMatrix::from_row_slice(k, k, values), 50).unwrap()
    }

    fn close(got: Option<f64>, expected: f64) {
        assert!((got.unwrap() - expected).abs() < 1e-14, "{got:?} {expected}");
    }

    #[test]
    fn the_odd_item_out_worked_by_hand() {
        // Items 1 and 2 correlate .5, item 3 with neither. V = 4; first: row 1.5, rest variance 2, rest covariance .5.
        let found = Discrimination::of(&items(3, &[1.0, 0.5, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 1.0]));
        close(found[0].item_total_correlation, 0.75);
        close(found[0].item_rest_correlation, 0.5 / 2.0_f64.sqrt());
        close(found[0].alpha_without_item, 0.0);
        close(found[0].squared_multiple_correlation, 0.25);
        // (.5 + .25)/√(4 − 3 + .5).
        close(found[0].item_total_corrected_overlap, 0.75 / 1.5_f64.sqrt());
        close(found[2].item_rest_correlation, 0.0);
        // Without the third: 2·(1 − 2/3).
        close(found[2].alpha_without_item, 2.0 / 3.0);
        close(found[2].standardized_alpha_without_item, 2.0 / 3.0);
        close(found[2].average_r_without_item, 0.5);
        // 1 − 2·.75/3.
        close(found[2].lambda6_without_item, 0.5);
        close(found[2].item_total_corrected_overlap, 0.0);
    }

    #[test]
    fn two_items_leave_no_scale() {
        let found = Discrimination::of(&items(2, &[1.0, 0.5, 0.5, 4.0]));
        close(found[0].item_rest_correlation, 0.25);
        assert_eq!((found[0].alpha_without_item, found[0].lambda6_without_item), (None, None));
        assert_eq!((found[0].standardized_alpha_without_item, found[0].average_r_without_item), (None, None));
    }

    #[test]
    fn collinear_items_have_no_multiple_correlation() {
        let found = Discrimination::of(&items(3, &[1.0, 1.0, 0.2, 1.0, 1.0, 0.2, 0.2, 0.2, 1.0]));
        assert_eq!((found[0].squared_multiple_correlation, found[0].lambda6_without_item), (None, None));
        close(found[2].alpha_without_item, 1.0);
        // Without the third item nothing is left that varies.
        let cancel = Discrimination::of(&items(3, &[1.0, -1.0, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0, 1.0]));
        assert_eq!((cancel[2].item_rest_correlation, cancel[2].alpha_without_item), (None, None));
        close(cancel[2].item_total_correlation, 1.0);
    }

    #[test]
    fn correlations_that_fit_no_data_are_not_printed() {
        // Pairwise covariances of three pairs that no three variables have together: item 1 correlates 2 with the rest.
        let odd = items(3, &[1.0, 0.9, 0.9, 0.9, 1.0, -0.6, 0.9, -0.6, 1.0]);
        let found = Discrimination::of(&odd);
        assert_eq!(found[0].item_rest_correlation, None);
        assert_eq!(found[0].squared_multiple_correlation, None);
        assert!(found[1].item_rest_correlation.is_some());
    }
}
