//! A norm against the range of scores that its scales can take.

use crate::model::ids::StratumId;
use crate::norms::group::NormGroup;

/// The lowest and the highest raw score that a scale can take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawRange {
    /// Lowest possible raw score.
    pub lowest: f64,
    /// Highest possible raw score.
    pub highest: f64,
}

/// A norm mean that no sample can have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("scale {scale_idx} in stratum `{stratum}`: mean {mean} is outside the possible range {} to {}", range.lowest, range.highest)]
pub struct MeanOutside {
    /// Stratum.
    pub stratum: StratumId,
    /// Index of the scale.
    pub scale_idx: usize,
    /// Mean of the norm.
    pub mean: f64,
    /// Range of the scale.
    pub range: RawRange,
}

impl NormGroup {
    /// Every mean outside the possible range of its scale: a norm made for other codes, another number of items, or a slip.
    ///
    /// - `ranges`: one a scale, in the order of the norm's scales; `None` where a scale has no limits. Scales beyond the end of
    ///   the list are not checked.
    ///
    /// Combined strata are not named: their means lie between those of their parts.
    #[must_use]
    pub fn mean_outside(&self, ranges: &[Option<RawRange>]) -> Vec<MeanOutside> {
        let mut outside = Vec::new();
        for (stratum_idx, stratum) in self.strata().iter().enumerate().filter(|(_, stratum)| !stratum.is_combined()) {
            for (scale_idx, range) in ranges.iter().enumerate() {
                let mean = self.scale_norm(stratum_idx, scale_idx).and_then(|norm| norm.mean());
                let Some((mean, range)) = mean.zip(*range) else { continue };
                if !(range.lowest..=range.highest).contains(&mean) {
                    outside.push(MeanOutside { stratum: stratum.id().clone(), scale_idx, mean, range });
                }
            }
        }
        outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::NormId;
    use crate::norms::{AgeBand, CombinedStrata, NormDefinition, NormKind, ScaleNorm, Standardization, Stratum};

    #[test]
    fn a_mean_beyond_the_possible_scores_is_named() {
        let definition = NormDefinition {
            id: NormId::new("n").unwrap(),
            kind: NormKind::Local,
            standardization: Standardization::Linear,
            combined: CombinedStrata::NotOffered,
        };
        let stratum = Stratum::new(StratumId::new("all").unwrap(), None, AgeBand::OPEN, None);
        let norm = |mean| Some(ScaleNorm::new(Some(mean), Some(1.0), None, None).unwrap());
        let group =
            NormGroup::new(definition, vec![stratum], vec![vec![norm(4.0), norm(20.0), norm(20.5), norm(99.0)]]);
        let range = RawRange { lowest: 4.0, highest: 20.0 };
        let outside = group.unwrap().mean_outside(&[Some(range), Some(range), Some(range), None]);
        assert_eq!(outside.iter().map(|problem| (problem.scale_idx, problem.mean)).collect::<Vec<_>>(), [(2, 20.5)]);
        assert_eq!(outside[0].to_string(), "scale 2 in stratum `all`: mean 20.5 is outside the possible range 4 to 20");
    }
}
