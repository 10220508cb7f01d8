//! Velicer's minimum average partial test: how many components to take.

use nalgebra::DMatrix;

use super::FactorError;
use super::matrix::check_correlations;
use crate::numeric::eigen::symmetric_eigen;

/// A remaining variance below this has lost its digits.
const SMALLEST_VARIANCE: f64 = 1e-10;

/// Average partial correlations after each number of components.
#[derive(Debug, Clone, PartialEq)]
pub struct MapTest {
    /// Average squared partial correlation of the pairs of items after 0, 1, 2 … components; up to p − 1, or as many as leave
    /// every item some variance.
    pub average_squared: Vec<f64>,
    /// Average fourth power, likewise.
    pub average_fourth: Vec<f64>,
    /// Number of components where the average square is lowest (Velicer, 1976).
    pub n_components_squared: usize,
    /// Number of components where the average fourth power is lowest (Velicer, Eaton & Fava, 2000).
    pub n_components_fourth: usize,
}

/// Velicer's minimum average partial test.
///
/// The first m principal components are taken out of the correlations, C = R − AₘAₘᵀ, the rest is made into partial correlations,
/// cᵢⱼ/√(cᵢᵢcⱼⱼ), and their squares (1976) or fourth powers (2000) are averaged over all pairs. Components are worth taking as long
/// as the average falls.
///
/// # Errors
/// [`FactorError::NotSquare`], [`FactorError::NotACorrelation`], [`FactorError::TooFewItems`] (three are needed),
/// [`FactorError::NoEigenvalues`].
/// # References
/// Velicer (1976), Psychometrika 41, 321–327, doi:10.1007/BF02293557; Velicer, Eaton & Fava (2000), in Goffin & Helmes (Eds.),
/// Problems and Solutions in Human Assessment, 41–71, doi:10.1007/978-1-4615-4397-8_3
/// # Agreement
/// Oracle `factor/map` (definition in R; psych `vss` for the squares), within 1e-8 relative.
pub fn map_test(correlations: &DMatrix<f64>) -> Result<MapTest, FactorError> {
    check_correlations(correlations, 3)?;
    let p = correlations.nrows();
    let eigen = symmetric_eigen(correlations).ok_or(FactorError::NoEigenvalues)?;
    let mut rest = correlations.clone();
    let (mut average_squared, mut average_fourth) = (Vec::new(), Vec::new());
    for m in 0..p {
        if m > 0 {
            let vector = eigen.vectors.column(m - 1);
            rest -= vector * vector.transpose() * eigen.values[m - 1].max(0.0);
        }
        // Components beyond the first that leaves an item nothing would share out rounding errors.
        if rest.diagonal().iter().any(|&x| x < SMALLEST_VARIANCE) {
            break;
        }
        let (mut squares, mut fourths) = (0.0, 0.0);
        for j in 0..p {
            for i in j + 1..p {
                let squared = rest[(i, j)] * rest[(i, j)] / (rest[(i, i)] * rest[(j, j)]);
                squares += squared;
                fourths += squared * squared;
            }
        }
        let n_pairs = (p * (p - 1) / 2) as f64;
        average_squared.push(squares / n_pairs);
        average_fourth.push(fourths / n_pairs);
    }
    let lowest = |averages: &[f64]| {
        let order = |a: &usize, b: &usize| averages[*a].total_cmp(&averages[*b]);
        (0..averages.len()).min_by(order).unwrap_or(0)
    };
    let (n_components_squared, n_components_fourth) = (lowest(&average_squared), lowest(&average_fourth));
    Ok(MapTest { average_squared, average_fourth, n_components_squared, n_components_fourth })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_correlations_worked_by_hand() {
        // r = .4 among four: squares .16 with no component; the first, 2.2 of 4, leaves .45 on the diagonal and −.15 off it,
        // partial correlations −1/3.
        let correlations = DMatrix::from_fn(4, 4, |i, j| if i == j { 1.0 } else { 0.4 });
        let found = map_test(&correlations).unwrap();
        assert!((found.average_squared[0] - 0.16).abs() < 1e-15);
        assert!((found.average_fourth[0] - 0.0256).abs() < 1e-15);
        assert!((found.average_squared[1] - 1.0 / 9.0).abs() < 1e-14);
        assert_eq!(found.n_components_squared, 1);
    }

    #[test]
    fn uncorrelated_items_need_no_component() {
        let found = map_test(&DMatrix::identity(5, 5)).unwrap();
        assert_eq!((found.n_components_squared, found.n_components_fourth), (0, 0));
        assert_eq!(found.average_squared[0], 0.0);
    }

    #[test]
    fn copies_of_an_item_end_the_series_early() {
        let found = map_test(&DMatrix::from_element(4, 4, 1.0)).unwrap();
        assert_eq!(found.average_squared, [1.0]);
        assert!(map_test(&DMatrix::identity(2, 2)).is_err());
    }
}
