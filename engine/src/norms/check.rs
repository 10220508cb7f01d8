//! What makes strata and values a norm.

use crate::model::ids::StratumId;
use crate::norms::group::Standardization;
use crate::norms::scale_norm::{ScaleNorm, ScaleNormError};
use crate::norms::stratum::Stratum;

/// Why strata and values are not a norm.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NormError {
    /// No stratum at all.
    #[error("a norm needs at least one stratum")]
    NoStrata,
    /// No scale has values in any stratum.
    #[error("the norm covers no scale")]
    NothingCovered,
    /// Values for more or fewer strata than there are.
    #[error("values for {got} strata, but there are {expected}")]
    WrongStratumCount {
        /// Number of strata.
        expected: usize,
        /// Number of strata with values.
        got: usize,
    },
    /// A stratum has values for more or fewer scales than the first one.
    #[error("stratum `{stratum}` has values for {got} scales, the first one for {expected}")]
    WrongScaleCount {
        /// Stratum.
        stratum: StratumId,
        /// Number of scales in the first stratum.
        expected: usize,
        /// Number of scales in this one.
        got: usize,
    },
    /// Two strata have one id.
    #[error("two strata are called `{stratum}`")]
    DuplicateStratum {
        /// The id.
        stratum: StratumId,
    },
    /// One person could belong to two strata.
    #[error("strata `{first}` and `{second}` overlap: one person could belong to both")]
    OverlappingStrata {
        /// One stratum.
        first: StratumId,
        /// The other.
        second: StratumId,
    },
    /// A stratum of nobody.
    #[error("stratum `{stratum}` has 0 people; leave n out where it is unknown")]
    EmptyStratum {
        /// Stratum.
        stratum: StratumId,
    },
    /// A scale has values in one stratum and none in another.
    #[error("scale {scale_idx} has no norm in stratum `{stratum}`, but has one in `{covered_in}`")]
    ScaleMissing {
        /// Stratum without values.
        stratum: StratumId,
        /// Index of the scale.
        scale_idx: usize,
        /// First stratum with values.
        covered_in: StratumId,
    },
    /// A linear norm without mean or SD.
    #[error("scale {scale_idx} in stratum `{stratum}`: a linear norm needs a mean and a standard deviation")]
    MeanAndSdNeeded {
        /// Stratum.
        stratum: StratumId,
        /// Index of the scale.
        scale_idx: usize,
    },
    /// A normalized norm without table.
    #[error("scale {scale_idx} in stratum `{stratum}`: a normalized norm needs a percentile table")]
    TableNeeded {
        /// Stratum.
        stratum: StratumId,
        /// Index of the scale.
        scale_idx: usize,
    },
    /// The values of a scale are not a norm.
    #[error("scale {scale_idx} in stratum `{stratum}`: {source}")]
    ScaleNorm {
        /// Stratum.
        stratum: StratumId,
        /// Index of the scale.
        scale_idx: usize,
        /// What is wrong with the values.
        source: ScaleNormError,
    },
}

/// Strata that overlap, share an id, or have nobody.
pub(super) fn stratum_problems(strata: &[Stratum]) -> Vec<NormError> {
    let mut problems = Vec::new();
    if strata.is_empty() {
        problems.push(NormError::NoStrata);
    }
    for (idx, stratum) in strata.iter().enumerate() {
        if stratum.n() == Some(0) {
            problems.push(NormError::EmptyStratum { stratum: stratum.id().clone() });
        }
        for earlier in strata.iter().take(idx) {
            if earlier.id().eq_ignore_case(stratum.id().as_str()) {
                problems.push(NormError::DuplicateStratum { stratum: stratum.id().clone() });
            }
            if earlier.overlaps(stratum) {
                problems
                    .push(NormError::OverlappingStrata { first: earlier.id().clone(), second: stratum.id().clone() });
            }
        }
    }
    problems
}

/// Values that do not fit the strata, leave gaps, or lack what the standardization needs.
pub(super) fn value_problems(
    standardization: Standardization,
    strata: &[Stratum],
    values: &[Vec<Option<ScaleNorm>>],
) -> Vec<NormError> {
    if values.len() != strata.len() {
        return vec![NormError::WrongStratumCount { expected: strata.len(), got: values.len() }];
    }
    let mut problems = Vec::new();
    let n_scales = values.first().map_or(0, Vec::len);
    for (stratum, scales) in strata.iter().zip(values).filter(|(_, scales)| scales.len() != n_scales) {
        let (stratum, got) = (stratum.id().clone(), scales.len());
        problems.push(NormError::WrongScaleCount { stratum, expected: n_scales, got });
    }
    if !values.iter().flatten().any(Option::is_some) && !strata.is_empty() {
        problems.push(NormError::NothingCovered);
    }
    let n_scales = values.iter().map(Vec::len).max().unwrap_or(0);
    for scale_idx in 0..n_scales {
        let cells = || strata.iter().zip(values).filter_map(|(stratum, row)| Some((stratum.id(), row.get(scale_idx)?)));
        let Some((covered_in, _)) = cells().find(|(_, cell)| cell.is_some()) else { continue };
        for (stratum, cell) in cells() {
            let stratum = stratum.clone();
            match (cell, standardization) {
                (None, _) => {
                    problems.push(NormError::ScaleMissing { stratum, scale_idx, covered_in: covered_in.clone() });
                }
                (Some(norm), Standardization::Linear) if norm.mean_and_sd().is_none() => {
                    problems.push(NormError::MeanAndSdNeeded { stratum, scale_idx });
                }
                (Some(norm), Standardization::Normalized) if norm.table().is_none() => {
                    problems.push(NormError::TableNeeded { stratum, scale_idx });
                }
                (Some(_), _) => {}
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norms::group::{CombinedStrata, NormGroup};
    use crate::norms::parts_for_tests::{definition, linear, stratum, tabled};
    use crate::norms::stratum::Sex;

    #[test]
    fn every_problem_of_a_norm_is_told_at_once() {
        let strata = vec![
            stratum("F-20", Some(Sex::Female), None, Some(20)),
            stratum("all-20", None, Some(20), Some(30)),
            stratum("f-20", Some(Sex::Female), Some(40), None),
        ];
        let values = vec![
            vec![linear(1.0, 1.0), tabled(&[(1.0, 50.0)])],
            vec![None, None],
            vec![linear(1.0, 1.0), linear(1.0, 1.0)],
        ];
        let problems =
            NormGroup::new(definition(Standardization::Linear, CombinedStrata::Offered), strata, values).unwrap_err();
        let id = |text: &str| StratumId::new(text).unwrap();
        assert_eq!(
            problems,
            [
                NormError::OverlappingStrata { first: id("F-20"), second: id("all-20") },
                NormError::DuplicateStratum { stratum: id("f-20") },
                NormError::ScaleMissing { stratum: id("all-20"), scale_idx: 0, covered_in: id("F-20") },
                NormError::MeanAndSdNeeded { stratum: id("F-20"), scale_idx: 1 },
                NormError::ScaleMissing { stratum: id("all-20"), scale_idx: 1, covered_in: id("F-20") },
            ]
        );
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let new = |strata: Vec<Stratum>, values| {
            NormGroup::new(definition(Standardization::Normalized, CombinedStrata::NotOffered), strata, values)
                .unwrap_err()
        };
        let all = || stratum("all", None, None, None);
        assert_eq!(new(vec![], vec![]), [NormError::NoStrata]);
        assert_eq!(new(vec![all()], vec![]), [NormError::WrongStratumCount { expected: 1, got: 0 }]);
        assert_eq!(new(vec![all()], vec![vec![None]]), [NormError::NothingCovered]);
        let table_needed = NormError::TableNeeded { stratum: StratumId::new("all").unwrap(), scale_idx: 0 };
        assert_eq!(new(vec![all()], vec![vec![linear(1.0, 1.0)]]), [table_needed]);
        let by_sex = vec![stratum("F", Some(Sex::Female), None, None), stratum("M", Some(Sex::Male), None, None)];
        let ragged = vec![vec![tabled(&[(1.0, 50.0)])], vec![tabled(&[(1.0, 50.0)]), None]];
        let wrong = NormError::WrongScaleCount { stratum: StratumId::new("M").unwrap(), expected: 1, got: 2 };
        assert_eq!(new(by_sex, ragged), [wrong]);
    }
}
