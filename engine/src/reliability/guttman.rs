//! Guttman's lower bounds to reliability.

use crate::reliability::alpha::raw_alpha;
use crate::reliability::item_covariances::ItemCovariances;

/// Guttman's lambda 1, 2, 3, 5 and 6: each is at most the reliability of the sum score when errors of items are unrelated.
/// Lambda 4 belongs to a division of the items: see [`SplitHalf`](crate::reliability::SplitHalf) and
/// [`SplitSearch`](crate::reliability::SplitSearch).
///
/// From covariances they are about the sum of the items, from correlations ([`ItemCovariances::standardized`]) about the sum of
/// the standardized items.
///
/// # References
/// Guttman (1945), Psychometrika 10, 255–282, doi:10.1007/BF02288892
/// # Agreement
/// Oracles `reliability/guttman_split_half` and `reliability/alpha` (definitions, psych), within 1e-10 relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GuttmanLambdas {
    /// 1 − Σ c_ii/V, with V the variance of the sum. Always too low.
    pub lambda1: f64,
    /// λ₁ + √(k/(k − 1)·Σ_{i≠j} c_ij²)/V. At least lambda 3.
    pub lambda2: f64,
    /// k/(k − 1)·λ₁: Cronbach's alpha.
    pub lambda3: f64,
    /// λ₁ + 2·√(max_i Σ_{j≠i} c_ij²)/V. Good when one item goes with all others, and these not with each other.
    pub lambda5: f64,
    /// 1 − Σ e_i²/V, with e_i² the variance of item i that the other items do not predict. `None` when an item is a sum of others.
    pub lambda6: Option<f64>,
}

impl GuttmanLambdas {
    /// The bounds from the covariances of the items.
    #[must_use]
    pub fn of(items: &ItemCovariances) -> Self {
        let c = items.matrix();
        let k = items.n_items() as f64;
        let total = items.total_variance();
        let squares_of_row =
            |i: usize| -> f64 { (0..items.n_items()).filter(|&j| j != i).map(|j| c[(i, j)] * c[(i, j)]).sum() };
        let squares: Vec<f64> = (0..items.n_items()).map(squares_of_row).collect();
        let all: f64 = squares.iter().sum();
        let largest = squares.iter().copied().fold(0.0, f64::max);
        let lambda1 = 1.0 - c.trace() / total;
        Self {
            lambda1,
            lambda2: lambda1 + (k / (k - 1.0) * all).sqrt() / total,
            lambda3: raw_alpha(k, c.trace(), total),
            lambda5: lambda1 + 2.0 * largest.sqrt() / total,
            lambda6: items.unique_variances().map(|unique| 1.0 - unique.iter().sum::<f64>() / total),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    fn items(k: usize, values: &[f64]) -> ItemCovariances {
        ItemCovariances::new(DMatrix::from_row_slice(k, k, values), 50).unwrap()
    }

    #[test]
    fn two_items_worked_by_hand() {
        // Correlation .6, V = 3.2: λ₁ = 1 − 2/3.2 = .375; λ₂ = .375 + √(2·.72)/3.2 = .75; λ₃ = .75; λ₅ = .375 + 1.2/3.2;
        // λ₆ = 1 − 2·.64/3.2.
        let found = GuttmanLambdas::of(&items(2, &[1.0, 0.6, 0.6, 1.0]));
        for (got, expected) in [
            (found.lambda1, 0.375),
            (found.lambda2, 0.75),
            (found.lambda3, 0.75),
            (found.lambda5, 0.75),
            (found.lambda6.unwrap(), 0.6),
        ] {
            assert!((got - expected).abs() < 1e-15, "{got} {expected}");
        }
    }

    #[test]
    fn an_item_that_is_the_sum_of_others_has_no_lambda6() {
        // The third is the sum of two unrelated items.
        let found = GuttmanLambdas::of(&items(3, &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0]));
        assert_eq!(found.lambda6, None);
        assert!(found.lambda2 >= found.lambda3);
    }

    proptest! {
        #[test]
        fn bounds_are_in_their_order(seed in prop::collection::vec(-1.0..1.0_f64, 30)) {
            let root = DMatrix::from_row_slice(5, 6, &seed);
            let matrix = &root * root.transpose();
            if let Ok(items) = ItemCovariances::new(matrix, 50) {
                let found = GuttmanLambdas::of(&items);
                let slack = 1e-9 * found.lambda3.abs().max(1.0);
                prop_assert!(found.lambda1 <= found.lambda2 + slack && found.lambda3 <= found.lambda2 + slack);
                prop_assert!(found.lambda1 <= found.lambda5 + slack && found.lambda2 <= 1.0 + slack);
                prop_assert!(found.lambda6.is_none_or(|l6| found.lambda1 <= l6 + slack && l6 <= 1.0));
            }
        }
    }
}
