//! Whether items have enough in common for factors: Kaiser–Meyer–Olkin, Bartlett.

use nalgebra::DMatrix;

use super::FactorError;
use super::matrix::{check_correlations, inverse_for};
use crate::numeric::distribution::chi_squared;
use crate::numeric::eigen::ln_determinant;

/// Whether correlations are worth factoring.
#[derive(Debug, Clone, PartialEq)]
pub struct Adequacy {
    /// Kaiser–Meyer–Olkin measure of sampling adequacy of all items, 0–1: Σr²/(Σr² + Σq²) over pairs, q the partial correlations
    /// given all other items. Kaiser calls .8 meritorious, .6 mediocre, below .5 unacceptable. `None` when no item correlates with
    /// another.
    pub kmo: Option<f64>,
    /// The same for each item with the others. `None` for an item that correlates with none.
    pub item_adequacy: Vec<Option<f64>>,
    /// Bartlett's test that all correlations are 0; `None` with too few respondents for it.
    pub bartlett: Option<SphericityTest>,
}

/// Bartlett's test that all items are uncorrelated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SphericityTest {
    /// χ² = −(n − 1 − (2p + 5)/6)·ln|R|.
    pub chi_squared: f64,
    /// Degrees of freedom, p(p − 1)/2.
    pub degrees_of_freedom: usize,
    /// Share of samples of uncorrelated items with a larger χ².
    pub p_value: f64,
}

/// Kaiser–Meyer–Olkin measures and Bartlett's test of sphericity.
///
/// - `n_respondents`: number of respondents behind the correlations.
///
/// # Errors
/// [`FactorError::NotSquare`], [`FactorError::NotACorrelation`], [`FactorError::TooFewItems`],
/// [`FactorError::NotPositiveDefinite`].
/// # References
/// Kaiser & Rice (1974), Educational and Psychological Measurement 34, 111–117, doi:10.1177/001316447403400115; Bartlett (1950),
/// British Journal of Statistical Psychology 3, 77–85, doi:10.1111/j.2044-8317.1950.tb00285.x
/// # Agreement
/// Oracle `factor/efa` (psych `KMO`, `cortest.bartlett`), within 1e-8 relative.
pub fn adequacy(correlations: &DMatrix<f64>, n_respondents: usize) -> Result<Adequacy, FactorError> {
    check_correlations(correlations, 2)?;
    let p = correlations.nrows();
    let inverse = inverse_for("sampling adequacy", correlations)?;
    let mut squared = vec![(0.0, 0.0); p];
    for i in 0..p {
        for j in (0..p).filter(|&j| j != i) {
            let partial = inverse[(i, j)] / (inverse[(i, i)] * inverse[(j, j)]).sqrt();
            squared[i].0 += correlations[(i, j)] * correlations[(i, j)];
            squared[i].1 += partial * partial;
        }
    }
    let share = |(r, q): (f64, f64)| (r > 0.0).then(|| r / (r + q));
    let total = squared.iter().fold((0.0, 0.0), |(r, q), item| (r + item.0, q + item.1));
    let bartlett = sphericity(correlations, n_respondents);
    Ok(Adequacy { kmo: share(total), item_adequacy: squared.into_iter().map(share).collect(), bartlett })
}

fn sphericity(correlations: &DMatrix<f64>, n_respondents: usize) -> Option<SphericityTest> {
    let p = correlations.nrows();
    let multiplier = n_respondents as f64 - 1.0 - (2.0 * p as f64 + 5.0) / 6.0;
    let ln_determinant = ln_determinant(correlations)?;
    if multiplier <= 0.0 {
        return None;
    }
    let statistic = (-multiplier * ln_determinant).max(0.0);
    let degrees_of_freedom = p * (p - 1) / 2;
    let p_value = chi_squared(statistic, degrees_of_freedom as f64)?.above;
    Some(SphericityTest { chi_squared: statistic, degrees_of_freedom, p_value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::elementary::ln;

    #[test]
    fn adequacy_of_two_and_three_items_worked_by_hand() {
        // Two items: the partial correlation given nothing else is r itself, so that every measure is ½.
        let two = DMatrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 1.0]);
        let found = adequacy(&two, 100).unwrap();
        assert!((found.kmo.unwrap() - 0.5).abs() < 1e-15);
        let bartlett = found.bartlett.unwrap();
        assert!((bartlett.chi_squared + (99.0 - 1.5) * ln(0.64)).abs() < 1e-12);
        assert_eq!(bartlett.degrees_of_freedom, 1);
        // Three items with r = .5: partials (.5 − .25)/.75 = 1/3, ¼/(¼ + 1/9) = 9/13.
        let three = DMatrix::from_fn(3, 3, |i, j| if i == j { 1.0 } else { 0.5 });
        let found = adequacy(&three, 4).unwrap();
        assert!((found.kmo.unwrap() - 9.0 / 13.0).abs() < 1e-14);
        assert!((found.item_adequacy[2].unwrap() - 9.0 / 13.0).abs() < 1e-14);
        // n − 1 − 11/6 with n = 4 is above 0, with n = 2 below.
        assert!(found.bartlett.is_some());
        assert!(adequacy(&three, 2).unwrap().bartlett.is_none());
    }

    #[test]
    fn items_without_correlations_have_none() {
        let found = adequacy(&DMatrix::identity(3, 3), 50).unwrap();
        assert_eq!((found.kmo, found.item_adequacy[0]), (None, None));
        assert_eq!(found.bartlett.unwrap().p_value, 1.0);
        assert!(adequacy(&DMatrix::from_element(3, 3, 1.0), 50).is_err());
    }
}
