use super::*;
use crate::numeric::bivariate_normal::BivariateNormal;
use crate::numeric::normal;
use proptest::prelude::*;

fn keep(rows: &[&[u64]]) -> Polychoric {
    polychoric(&ContingencyTable::from_counts(rows).unwrap(), EmptyCells::Keep).unwrap()
}

#[test]
fn medians_as_thresholds_have_a_closed_form() {
    // Share with both low: ¼ + arcsin(ρ)/2π. 0.4 → sin(0.3π), 0.125 → −sin(π/4).
    for (low, rho) in [(250, 0.0), (400, 0.809_016_994_374_947_5), (125, -0.5_f64.sqrt())] {
        let found = keep(&[&[low, 500 - low], &[500 - low, low]]);
        assert!((found.rho - rho).abs() < 1e-14, "{found:?}");
        assert_eq!((found.solution, found.first_thresholds.as_slice()), (Solution::Inside, &[0.0][..]));
        assert_eq!(found.normality, None);
    }
}

#[test]
fn standard_error_of_the_tetrachoric_at_medians_is_the_classical_one() {
    // All cells ¼, ρ = 0: the score is ±(1/2π)/(¼) = ±2/π, so that the information is n·4/π² and the error π/(2√n).
    let found = keep(&[&[250, 250], &[250, 250]]);
    let expected = std::f64::consts::PI / (2.0 * 1000.0_f64.sqrt());
    assert!((found.standard_error.unwrap() - expected).abs() < 1e-14, "{found:?}");
    assert!((found.standard_error_known_thresholds.unwrap() - expected).abs() < 1e-14);
    assert_eq!(found.independence.unwrap().chi_squared, 0.0);
}

#[test]
fn an_empty_cell_of_a_small_table_is_a_flagged_boundary() {
    let found = keep(&[&[30, 0], &[10, 40]]);
    assert_eq!((found.solution, found.rho, found.standard_error), (Solution::Boundary, 1.0, None));
    let found = keep(&[&[0, 30], &[10, 40]]);
    assert_eq!((found.solution, found.rho), (Solution::Boundary, -1.0));
    assert!(found.log_likelihood.is_finite() && found.independence.is_some());
    let table = ContingencyTable::from_counts(&[&[30, 0], &[10, 40]]).unwrap();
    let filled = polychoric(&table, EmptyCells::Add(0.5)).unwrap();
    assert!(filled.solution == Solution::Inside && filled.rho > 0.8 && filled.rho < 1.0, "{filled:?}");
    assert_eq!(
        filled.first_thresholds,
        found.first_thresholds.iter().map(|_| normal::quantile(0.375).unwrap()).collect::<Vec<_>>()
    );
}

#[test]
fn perfect_agreement_is_a_flagged_boundary() {
    let found = keep(&[&[5, 0, 0], &[0, 7, 0], &[0, 0, 3]]);
    assert_eq!((found.solution, found.rho), (Solution::Boundary, 1.0));
    let found = keep(&[&[0, 0, 5], &[0, 7, 0], &[3, 0, 0]]);
    assert_eq!((found.solution, found.rho), (Solution::Boundary, -1.0));
    // Two respondents.
    assert_eq!(keep(&[&[1, 0], &[0, 1]]).solution, Solution::Boundary);
}

#[test]
fn a_likelihood_that_no_respondent_pulls_on_still_has_its_peak() {
    // Thresholds at ±Φ⁻¹(⅔); one respondent low and middle, one high and middle: neither tells the sign, both are likeliest at 0, where
    // the score of each is 0.
    let third = Cuts::of_counts(&[1, 1, 1]);
    let table = ContingencyTable::from_counts(&[&[0, 1, 0], &[0, 0, 0], &[0, 1, 0]]).unwrap();
    let found = estimate(&table, third.clone(), third, EmptyCells::Keep);
    assert!(found.solution == Solution::Inside && found.rho.abs() < 1e-12, "{found:?}");
}

#[test]
fn what_has_no_correlation_is_refused() {
    let refused = |rows: &[&[u64]]| polychoric(&ContingencyTable::from_counts(rows).unwrap(), EmptyCells::Keep);
    let few = |variable, n_chosen, n| Err(PolychoricError::TooFewCategories { variable, n_chosen, n });
    assert_eq!(refused(&[]), few("first", 0, 0));
    assert_eq!(refused(&[&[0, 0], &[0, 0]]), few("first", 0, 0));
    assert_eq!(refused(&[&[3, 2], &[0, 0]]), few("first", 1, 5));
    assert_eq!(refused(&[&[3, 0], &[4, 0]]), few("second", 1, 7));
    let table = ContingencyTable::from_counts(&[&[1, 2], &[3, 4]]).unwrap();
    for given in [0.0, -0.5, 1.5, f64::NAN] {
        assert!(matches!(polychoric(&table, EmptyCells::Add(given)), Err(PolychoricError::Correction { .. })));
    }
}

#[test]
fn a_very_high_correlation_is_still_inside() {
    // 20 of 100000 in each discordant quadrant: ρ = cos(π·share of the discordant) = cos(4e-4·π), 8e-7 below 1.
    let found = keep(&[&[49_980, 20], &[20, 49_980]]);
    let angle = 4e-4 * std::f64::consts::PI;
    assert_eq!(found.solution, Solution::Inside);
    assert!(((1.0 - found.rho) / (0.5 * angle * angle) - 1.0).abs() < 1e-6, "{}", found.rho);
}

#[test]
fn probabilities_from_a_known_correlation_give_it_back() {
    // Counts of a thousand million respondents as the distribution has them; rounding of counts leaves about 1e-9 of a share.
    for rho in [-0.95, -0.6, -0.2, 0.1, 0.5, 0.8, 0.93, 0.99] {
        let pair = BivariateNormal::new(rho).unwrap();
        let (rows, columns) =
            ([f64::NEG_INFINITY, -1.2, 0.1, 0.9, f64::INFINITY], [f64::NEG_INFINITY, -0.5, 1.4, f64::INFINITY]);
        let counts: Vec<Vec<u64>> = rows
            .windows(2)
            .map(|a| {
                columns.windows(2).map(|b| (1e9 * pair.rectangle((a[0], b[0]), (a[1], b[1]))).round() as u64).collect()
            })
            .collect();
        let found = keep(&counts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert!((found.rho - rho).abs() < 1e-7, "{rho}: {found:?}");
        assert!((found.first_thresholds[0] + 1.2).abs() < 1e-7 && (found.second_thresholds[1] - 1.4).abs() < 1e-7);
        let fit = found.normality.unwrap();
        assert!(fit.p_value > 0.99 && fit.df == 5, "{fit:?}");
        assert!(found.n_steps <= 12, "{rho}: {} steps", found.n_steps);
    }
}

proptest! {
    #[test]
    fn any_table_gives_a_correlation_or_an_error(n_rows in 0_usize..5, n_columns in 0_usize..5, seed in prop::collection::vec(0_u64..6, 25), scale in prop_oneof![Just(1_u64), Just(1000), Just(1_000_000_000)]) {
        let rows: Vec<Vec<u64>> = (0..n_rows).map(|i| (0..n_columns).map(|j| scale * seed[i * 5 + j]).collect()).collect();
        let table = ContingencyTable::from_counts(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        for cells in [EmptyCells::Keep, EmptyCells::Add(0.5)] {
            if let Ok(found) = polychoric(&table, cells) {
                prop_assert!(found.rho.abs() <= 1.0 && found.log_likelihood.is_finite(), "{found:?}");
                // Half a respondent of a million in a cell that all others make impossible is beyond the search.
                let is_extreme = cells != EmptyCells::Keep && scale > 1000;
                prop_assert!(found.solution != Solution::NotConverged || is_extreme, "{found:?}");
                let error = found.standard_error_known_thresholds;
                prop_assert_eq!(found.solution == Solution::Inside, error.is_some_and(|error| error > 0.0));
                prop_assert!(found.first_thresholds.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }

    #[test]
    fn order_of_the_variables_and_direction_do_not_matter(seed in prop::collection::vec(1_u64..60, 12)) {
        let rows: Vec<&[u64]> = seed.chunks(4).collect();
        let turned: Vec<Vec<u64>> = (0..4).map(|j| rows.iter().map(|row| row[j]).collect()).collect();
        let mirrored: Vec<&[u64]> = rows.iter().rev().copied().collect();
        let found = keep(&rows);
        let swapped = keep(&turned.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert!((found.rho - swapped.rho).abs() < 1e-12);
        prop_assert!((found.standard_error.unwrap() - swapped.standard_error.unwrap()).abs() < 1e-12);
        prop_assert!((found.rho + keep(&mirrored).rho).abs() < 1e-12);
    }

    #[test]
    fn the_likelihood_is_highest_at_the_correlation(seed in prop::collection::vec(1_u64..60, 9)) {
        let rows: Vec<&[u64]> = seed.chunks(3).collect();
        let found = keep(&rows);
        let table = ContingencyTable::from_counts(&rows).unwrap();
        let cut_table = CutTable {
            counts: seed.iter().map(|&count| count as f64).collect(),
            rows: Cuts::of_counts(&table.row_sums()),
            columns: Cuts::of_counts(&table.column_sums()),
        };
        for step in -99..=99 {
            prop_assert!(cut_table.log_likelihood_at(f64::from(step) / 100.0) <= found.log_likelihood + 1e-9);
        }
        prop_assert!((cut_table.log_likelihood_at(found.rho) - found.log_likelihood).abs() < 1e-10 * found.log_likelihood.abs());
    }
}
