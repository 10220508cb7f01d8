use super::*;
use crate::stats::polyserial::polyserial;
use proptest::prelude::*;

fn scores(columns: &[&[Option<i32>]]) -> ItemScores {
    ItemScores::new(columns.iter().map(|c| ItemColumn::new(0, 4, c.iter().copied()).unwrap()).collect()).unwrap()
}

/// Six respondents, three items, one hole each in the last two.
fn with_holes() -> ItemScores {
    scores(&[
        &[Some(0), Some(1), Some(2), Some(3), Some(4), Some(1)],
        &[Some(1), Some(1), None, Some(3), Some(2), Some(0)],
        &[Some(0), None, Some(4), Some(2), Some(2), Some(1)],
    ])
}

fn polychoric_with(thresholds: ThresholdSource) -> CorrelationMethod {
    CorrelationMethod::Polychoric(PolychoricConfig { empty_cells: EmptyCells::Keep, thresholds })
}

#[test]
fn pairs_count_their_own_respondents() {
    let found = correlation_matrix(&with_holes(), &CorrelationMethod::Pearson, MissingPairs::Pairwise).unwrap();
    assert_eq!((found.n_pairs[(0, 1)], found.n_pairs[(1, 2)], found.n_pairs[(0, 0)]), (5.0, 4.0, 6.0));
    assert_eq!((found.n_smallest, found.kind), (4, CorrelationKind::Pearson));
    // Items 1 and 2 over respondents 0, 3, 4, 5: (1, 0), (3, 2), (2, 2), (0, 1): sums of deviations 2.5, 5 and 2.75.
    assert!((found.matrix[(1, 2)] - 2.5 / (5.0_f64 * 2.75).sqrt()).abs() < 1e-15);
    let listwise = correlation_matrix(&with_holes(), &CorrelationMethod::Pearson, MissingPairs::Listwise).unwrap();
    assert!((listwise.matrix[(1, 2)] - found.matrix[(1, 2)]).abs() < 1e-15 && listwise.n_smallest == 4);
}

#[test]
fn mixed_matrices_hold_each_kind_in_its_place() {
    let data = with_holes();
    let levels = vec![ItemLevel::Continuous, ItemLevel::Ordered, ItemLevel::Ordered];
    let method = CorrelationMethod::Mixed { levels: levels.clone(), polychoric: PolychoricConfig::plain() };
    let found = correlation_matrix(&data, &method, MissingPairs::Pairwise).unwrap();
    assert_eq!(found.kind, CorrelationKind::Mixed);
    let kinds: Vec<_> = found.pairs.iter().map(|pair| pair.kind).collect();
    assert_eq!(kinds, [CorrelationKind::Polyserial, CorrelationKind::Polyserial, CorrelationKind::Polychoric]);
    let points: Vec<Option<f64>> = data.columns()[0].iter().map(|p| p.map(f64::from)).collect();
    let alone = polyserial(&points, &data.columns()[1]).unwrap();
    assert!((found.matrix[(0, 1)] - alone.rho).abs() < 1e-12);
    assert!(found.thresholds[0].is_empty() && found.thresholds[1].len() == 3);
    let swapped = data.select_items(&[1, 0, 2]);
    let levels = vec![ItemLevel::Ordered, ItemLevel::Continuous, ItemLevel::Ordered];
    let method = CorrelationMethod::Mixed { levels, polychoric: PolychoricConfig::plain() };
    let turned = correlation_matrix(&swapped, &method, MissingPairs::Pairwise).unwrap();
    assert!((turned.matrix[(0, 1)] - found.matrix[(0, 1)]).abs() < 1e-12);
    let short = CorrelationMethod::Mixed { levels: vec![ItemLevel::Ordered], polychoric: PolychoricConfig::plain() };
    let refused = correlation_matrix(&data, &short, MissingPairs::Pairwise);
    assert_eq!(refused, Err(MatrixError::Levels { given: 1, expected: 3 }));
}

#[test]
fn an_item_without_spread_is_named() {
    let flat = scores(&[&[Some(1), Some(2), Some(3)], &[Some(2), Some(2), Some(2)]]);
    let half = scores(&[&[Some(1), Some(2), Some(3)], &[Some(2), Some(2), None]]);
    for method in [CorrelationMethod::Pearson, CorrelationMethod::Spearman, polychoric_with(ThresholdSource::Item)] {
        let refused = correlation_matrix(&flat, &method, MissingPairs::Pairwise);
        assert_eq!(refused, Err(MatrixError::NoSpread { item_idx: 1, other_idx: 0, n: 3 }));
        let refused = correlation_matrix(&half, &method, MissingPairs::Pairwise);
        assert_eq!(refused, Err(MatrixError::NoSpread { item_idx: 1, other_idx: 0, n: 2 }));
    }
    let apart = scores(&[&[Some(1), None], &[None, Some(2)]]);
    let refused = correlation_matrix(&apart, &CorrelationMethod::Spearman, MissingPairs::Pairwise);
    assert_eq!(refused, Err(MatrixError::TooFewRespondents { first: 0, second: 1, n: 0 }));
    let one = scores(&[&[Some(1), Some(2)]]);
    let refused = correlation_matrix(&one, &CorrelationMethod::Spearman, MissingPairs::Pairwise);
    assert_eq!(refused, Err(MatrixError::TooFewItems { given: 1 }));
}

#[test]
fn a_boundary_is_flagged_and_the_matrix_not_positive_definite() {
    let same = [Some(0), Some(1), Some(0), Some(1), Some(1)];
    let other = [Some(1), Some(1), Some(0), Some(0), Some(1)];
    let found = correlation_matrix(
        &scores(&[&same, &same, &other]),
        &CorrelationMethod::Polychoric(PolychoricConfig::plain()),
        MissingPairs::Pairwise,
    )
    .unwrap();
    assert_eq!(found.kind, CorrelationKind::Tetrachoric);
    assert_eq!(found.flagged().map(|pair| (pair.first, pair.second)).collect::<Vec<_>>(), [(0, 1)]);
    assert_eq!(found.matrix[(0, 1)], 1.0);
    assert!(!found.is_positive_definite());
}

#[test]
fn thresholds_of_the_item_and_of_the_pair_differ_only_with_missing_answers() {
    let complete = with_holes().complete();
    let of =
        |data: &ItemScores, source| correlation_matrix(data, &polychoric_with(source), MissingPairs::Pairwise).unwrap();
    assert_eq!(of(&complete, ThresholdSource::Pair), of(&complete, ThresholdSource::Item));
    let holes = with_holes();
    assert_ne!(of(&holes, ThresholdSource::Pair).matrix, of(&holes, ThresholdSource::Item).matrix);
}

proptest! {
    #[test]
    fn any_answers_give_a_matrix_or_an_error(n in 0_usize..12, answers in prop::collection::vec(prop::option::of(0..5), 36)) {
        let columns: Vec<&[Option<i32>]> = answers.chunks(12).map(|column| &column[..n]).collect();
        let data = scores(&columns);
        let mixed = CorrelationMethod::Mixed {
            levels: vec![ItemLevel::Continuous, ItemLevel::Ordered, ItemLevel::Continuous],
            polychoric: PolychoricConfig::plain(),
        };
        let methods = [CorrelationMethod::Pearson, CorrelationMethod::Spearman, mixed,
            polychoric_with(ThresholdSource::Pair), polychoric_with(ThresholdSource::Item)];
        for method in methods {
            for missing in [MissingPairs::Pairwise, MissingPairs::Listwise] {
                if let Ok(found) = correlation_matrix(&data, &method, missing) {
                    prop_assert!(found.matrix.iter().all(|r| r.abs() <= 1.0), "{found:?}");
                    prop_assert!(found.pairs.iter().all(|pair| pair.solution != Solution::NotConverged), "{found:?}");
                    prop_assert!(found.smallest_eigenvalue.is_some());
                }
            }
        }
    }
}
