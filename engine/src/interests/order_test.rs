//! Whether an inventory's scales stand in the order its theory claims: neighbors on the circle correlate higher than scales
//! farther apart.

use nalgebra::DMatrix;

/// Fewest and most scales: all their orders can be counted.
const N_SCALES: std::ops::RangeInclusive<usize> = 4..=8;

/// Correlations nearer than this are level: they come from rounding.
const LEVEL: f64 = 1e-10;

/// Why there is no order test.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderTestError {
    /// The matrix is not square, or has too few or too many scales.
    #[error("a matrix of {rows} × {columns}; the order test needs a square one of 4 to 8 scales")]
    Shape {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A value is not a correlation.
    #[error("row {row}, column {column} (from 0): {given} is not from -1 to 1")]
    NotACorrelation {
        /// Row.
        row: usize,
        /// Column.
        column: usize,
        /// The value as given.
        given: f64,
    },
    /// The two halves of the matrix differ.
    #[error("row {row}, column {column} (from 0): {given} there, {mirrored} in the other half")]
    NotSymmetric {
        /// Row.
        row: usize,
        /// Column.
        column: usize,
        /// The value as given.
        given: f64,
        /// The value at the mirrored place.
        mirrored: f64,
    },
}

/// Randomization test of a circular order.
///
/// Every two scales nearer on the circle are predicted to correlate higher than every two scales farther apart: 72 predictions
/// for six scales. The p value is the share of all orders of the scales (720) that meet at least as many predictions as the
/// given order, which is one of them.
///
/// # References
/// Hubert & Arabie (1987), Psychological Bulletin 102, 172–178, doi:10.1037/0033-2909.102.1.172; Rounds, Tracey & Hubert (1992),
/// Journal of Vocational Behavior 40, 239–259; Tracey (1997), Educational and Psychological Measurement 57, 164–168.
/// # Agreement
/// Oracle `interests/order_test_published`: exact against the definition, half of the last printed digit against the program.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderTest {
    /// Number of predictions.
    pub n_predictions: usize,
    /// Predictions that hold.
    pub met: usize,
    /// Predictions about two correlations that are level.
    pub tied: usize,
    /// Predictions that fail.
    pub violated: usize,
    /// Correspondence index, −1 to 1: (met − violated)/predictions.
    pub correspondence: f64,
    /// Number of orders of the scales.
    pub n_orders: usize,
    /// Orders that meet at least as many predictions, the given one included.
    pub n_at_least: usize,
    /// Share of these among all orders. It cannot be below 2k/k! (1/60 for six scales): turning or mirroring the circle keeps
    /// every prediction.
    pub p_value: f64,
}

/// Tests whether scales correlate in the circular order in which they are given.
///
/// - `correlations`: 4 to 8 scales in their order around the circle.
///
/// # Errors
/// [`OrderTestError`] for a matrix that is no correlation matrix of 4 to 8 scales.
pub fn order_test(correlations: &DMatrix<f64>) -> Result<OrderTest, OrderTestError> {
    check(correlations)?;
    let k = correlations.nrows();
    let distance = |i: usize, j: usize| i.abs_diff(j).min(k - i.abs_diff(j));
    let pairs: Vec<(usize, usize)> = (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j))).collect();
    let mut predictions = Vec::new();
    for &near in &pairs {
        predictions.extend(
            pairs.iter().filter(|far| distance(near.0, near.1) < distance(far.0, far.1)).map(|&far| (near, far)),
        );
    }
    let difference = |order: &[usize], ((a, b), (c, d)): ((usize, usize), (usize, usize))| {
        correlations[(order[a], order[b])] - correlations[(order[c], order[d])]
    };
    let met_by = |order: &[usize]| predictions.iter().filter(|&&p| difference(order, p) > LEVEL).count();
    let given: Vec<usize> = (0..k).collect();
    let met = met_by(&given);
    let violated = predictions.iter().filter(|&&p| difference(&given, p) < -LEVEL).count();
    let (mut n_orders, mut n_at_least) = (0, 0);
    let mut order = given;
    loop {
        n_orders += 1;
        n_at_least += usize::from(met_by(&order) >= met);
        if !next_order(&mut order) {
            break;
        }
    }
    let n_predictions = predictions.len();
    Ok(OrderTest {
        n_predictions,
        met,
        tied: n_predictions - met - violated,
        violated,
        correspondence: (met as f64 - violated as f64) / n_predictions as f64,
        n_orders,
        n_at_least,
        p_value: n_at_least as f64 / n_orders as f64,
    })
}

fn check(correlations: &DMatrix<f64>) -> Result<(), OrderTestError> {
    let (rows, columns) = correlations.shape();
    if rows != columns || !N_SCALES.contains(&rows) {
        return Err(OrderTestError::Shape { rows, columns });
    }
    for row in 0..rows {
        for column in 0..row {
            let (given, mirrored) = (correlations[(row, column)], correlations[(column, row)]);
            if !(-1.0..=1.0).contains(&given) {
                return Err(OrderTestError::NotACorrelation { row, column, given });
            }
            if mirrored.is_nan() || (given - mirrored).abs() > LEVEL {
                return Err(OrderTestError::NotSymmetric { row, column, given, mirrored });
            }
        }
    }
    Ok(())
}

/// Turns an order into the next one by the alphabet; false after the last.
fn next_order(order: &mut [usize]) -> bool {
    let Some(rise) = order.windows(2).rposition(|pair| pair[0] < pair[1]) else { return false };
    let Some(above) = order.iter().rposition(|&x| x > order[rise]) else { return false };
    order.swap(rise, above);
    order[rise + 1..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(k: usize, by_distance: impl Fn(usize) -> f64) -> DMatrix<f64> {
        DMatrix::from_fn(k, k, |i, j| if i == j { 1.0 } else { by_distance(i.abs_diff(j).min(k - i.abs_diff(j))) })
    }

    #[test]
    fn a_perfect_hexagon_meets_every_prediction() {
        let found = order_test(&circle(6, |d| 0.8 - 0.2 * d as f64)).unwrap();
        // 6 pairs of neighbors × (6 alternate + 3 opposite) + 6 alternate × 3 opposite.
        assert_eq!((found.n_predictions, found.met, found.tied, found.violated), (72, 72, 0, 0));
        // 6 turns and their mirror images.
        assert_eq!((found.n_orders, found.n_at_least), (720, 12));
        assert_eq!((found.correspondence, found.p_value), (1.0, 1.0 / 60.0));
    }

    #[test]
    fn equal_correlations_say_nothing() {
        let found = order_test(&circle(6, |_| 0.3)).unwrap();
        assert_eq!((found.met, found.tied, found.correspondence, found.p_value), (0, 72, 0.0, 1.0));
        let turned = order_test(&circle(6, |d| 0.2 * d as f64)).unwrap();
        assert_eq!((turned.correspondence, turned.n_at_least), (-1.0, 720));
    }

    #[test]
    fn four_to_eight_scales_are_counted() {
        // Four scales: 4 pairs of neighbors × 2 opposite.
        let four = order_test(&circle(4, |d| 0.5 - 0.1 * d as f64)).unwrap();
        assert_eq!((four.n_predictions, four.n_orders, four.n_at_least), (8, 24, 8));
        let eight = order_test(&circle(8, |d| 0.8 - 0.2 * d as f64)).unwrap();
        assert_eq!((eight.n_orders, eight.n_at_least), (40_320, 16));
    }

    #[test]
    fn what_is_no_correlation_matrix_is_refused() {
        assert!(matches!(order_test(&circle(3, |_| 0.1)), Err(OrderTestError::Shape { rows: 3, .. })));
        assert!(matches!(order_test(&circle(9, |_| 0.1)), Err(OrderTestError::Shape { rows: 9, .. })));
        assert!(order_test(&DMatrix::zeros(6, 5)).is_err());
        let mut matrix = circle(6, |_| 0.1);
        matrix[(4, 1)] = f64::NAN;
        assert!(matches!(order_test(&matrix), Err(OrderTestError::NotACorrelation { row: 4, column: 1, .. })));
        matrix[(4, 1)] = 0.5;
        assert!(matches!(order_test(&matrix), Err(OrderTestError::NotSymmetric { .. })));
        matrix[(4, 1)] = 0.1;
        matrix[(1, 4)] = f64::NAN;
        assert!(matches!(order_test(&matrix), Err(OrderTestError::NotSymmetric { .. })));
    }
}
