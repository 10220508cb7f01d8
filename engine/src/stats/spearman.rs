//! Spearman's rank correlation.

use crate::stats::correlation::pearson;
use crate::stats::polychoric::ContingencyTable;

/// Spearman's rank correlation of paired values: Pearson's correlation of their ranks, equal values sharing the mean of their ranks. From
/// −1 to 1.
///
/// `None` for lists of different length or fewer than two pairs, where all values of one side are equal, or a value is not finite.
///
/// # References
/// Spearman (1904), American Journal of Psychology 15, 72–101, doi:10.2307/1412159
/// # Agreement
/// Oracle `correlation/pairwise` (R `cor(method = "spearman")`), within 1e-12.
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || !x.iter().chain(y).all(|value| value.is_finite()) {
        return None;
    }
    pearson(&mid_ranks(x), &mid_ranks(y))
}

/// Ranks from 1, equal values sharing the mean of the ranks they take up.
#[must_use]
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        for &idx in tied {
            ranks[idx] = below as f64 + 0.5 * (tied.len() + 1) as f64;
        }
        below += tied.len();
    }
    ranks
}

/// Spearman's correlation of a table of two ordered variables, from whole numbers. `None` where one of them has no spread.
#[must_use]
pub fn spearman_of_table(table: &ContingencyTable) -> Option<f64> {
    let n = i128::from(table.total());
    // Twice the distance of each mid-rank from the mean rank (n + 1)/2.
    let centered = |sums: Vec<u64>| -> Vec<i128> {
        let mut below = 0;
        let ranks = sums.into_iter().map(|count| {
            let rank = 2 * below + i128::from(count) - n;
            below += i128::from(count);
            rank
        });
        ranks.collect()
    };
    let (rows, columns) = (table.row_sums(), table.column_sums());
    let (row_ranks, column_ranks) = (centered(rows.clone()), centered(columns.clone()));
    let squares = |ranks: &[i128], counts: &[u64]| -> f64 {
        ranks.iter().zip(counts).map(|(rank, &count)| rank * rank * i128::from(count)).sum::<i128>() as f64
    };
    let mut products = 0;
    for (row, x) in row_ranks.iter().enumerate() {
        for (&count, y) in table.row(row).iter().zip(&column_ranks) {
            products += i128::from(count) * x * y;
        }
    }
    from_sums(products as f64, squares(&row_ranks, &rows), squares(&column_ranks, &columns))
}

/// Pearson's correlation of a table whose rows and columns are equidistant points, from whole numbers. `None` where one side has no
/// spread.
#[must_use]
pub(crate) fn pearson_of_table(table: &ContingencyTable) -> Option<f64> {
    let moments = |sums: &[u64]| {
        sums.iter().enumerate().fold((0, 0), |(sum, squares), (point, &count)| {
            let (point, count) = (point as i128, i128::from(count));
            (sum + count * point, squares + count * point * point)
        })
    };
    let n = i128::from(table.total());
    let ((sum_x, squares_x), (sum_y, squares_y)) = (moments(&table.row_sums()), moments(&table.column_sums()));
    let mut products = 0;
    for row in 0..table.n_rows() {
        for (column, &count) in table.row(row).iter().enumerate() {
            products += i128::from(count) * row as i128 * column as i128;
        }
    }
    let numerator = (n * products - sum_x * sum_y) as f64;
    from_sums(numerator, (n * squares_x - sum_x * sum_x) as f64, (n * squares_y - sum_y * sum_y) as f64)
}

fn from_sums(products: f64, squares_x: f64, squares_y: f64) -> Option<f64> {
    let r = products / (squares_x.sqrt() * squares_y.sqrt());
    r.is_finite().then(|| r.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranks_worked_by_hand() {
        assert_eq!(mid_ranks(&[10.0, 20.0, 10.0, 5.0]), [2.5, 4.0, 2.5, 1.0]);
        assert_eq!(mid_ranks(&[]), [0.0; 0]);
        // Ranks 1, 2, 3 and 1, 3, 2: 1 − 6·2/(3·8) = ½.
        assert!((spearman(&[1.0, 2.0, 9.0], &[-1.0, 8.0, 0.0]).unwrap() - 0.5).abs() < 1e-15);
    }

    #[test]
    fn what_has_no_ranks_has_no_correlation() {
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0], &[1.0]), None);
        assert_eq!(spearman(&[1.0, 2.0], &[1.0, f64::NAN]), None);
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[1.0, 2.0]), None);
        assert_eq!(spearman_of_table(&ContingencyTable::from_counts(&[&[3, 4]]).unwrap()), None);
        assert_eq!(pearson_of_table(&ContingencyTable::from_counts(&[]).unwrap()), None);
    }

    proptest! {
        #[test]
        fn tables_and_lists_agree(seed in prop::collection::vec(0_u64..5, 12)) {
            let rows: Vec<&[u64]> = seed.chunks(4).collect();
            let table = ContingencyTable::from_counts(&rows).unwrap();
            let (mut x, mut y) = (Vec::new(), Vec::new());
            for (row, counts) in rows.iter().enumerate() {
                for (column, &count) in counts.iter().enumerate() {
                    for _ in 0..count {
                        x.push(row as f64);
                        y.push(column as f64);
                    }
                }
            }
            for (of_table, of_lists) in [(spearman_of_table(&table), spearman(&x, &y)), (pearson_of_table(&table), pearson(&x, &y))] {
                match (of_table, of_lists) {
                    (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-12),
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }
    }
}
