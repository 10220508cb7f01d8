//! Combined strata: for each age band with a female and a male stratum, the equal-weight mixture of both.

use crate::model::ids::StratumId;
use crate::norms::scale_norm::{ScaleNorm, ScaleNormError};
use crate::norms::stratum::{AgeBand, Sex, Stratum};

/// A combined stratum and the norms of its scales, or why a scale has none.
pub(super) struct Combined {
    pub(super) stratum: Stratum,
    pub(super) scales: Vec<Option<Result<ScaleNorm, ScaleNormError>>>,
}

/// The combined strata of a norm, in the order of their female strata. Strata do not overlap, so that an age band has at most
/// one of each sex.
pub(super) fn combine(strata: &[Stratum], values: &[Vec<Option<ScaleNorm>>]) -> Vec<Combined> {
    let rows = || strata.iter().zip(values);
    let of_sex = |sex: Sex| rows().filter(move |(stratum, _)| stratum.sex() == Some(sex));
    of_sex(Sex::Female)
        .filter_map(|(women, women_scales)| {
            let (men, men_scales) = of_sex(Sex::Male).find(|(men, _)| men.ages() == women.ages())?;
            let n = women.n().zip(men.n()).and_then(|(women, men)| women.checked_add(men));
            let scales =
                women_scales.iter().zip(men_scales).map(|(women, men)| Some(women.as_ref()?.mixture(men.as_ref()?)));
            Some(Combined {
                stratum: Stratum::combined(id_of(women.ages())?, *women.ages(), n),
                scales: scales.collect(),
            })
        })
        .collect()
}

/// `combined`, with the ages of the band: `combined-21-40`, `combined-61-up`, `combined-to-20`.
fn id_of(ages: &AgeBand) -> Option<StratumId> {
    let text = match (ages.youngest(), ages.oldest()) {
        (None, None) => "combined".to_owned(),
        (Some(min), None) => format!("combined-{min}-up"),
        (None, Some(max)) => format!("combined-to-{max}"),
        (Some(min), Some(max)) => format!("combined-{min}-{max}"),
    };
    StratumId::new(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(id: &str, sex: Sex, min: Option<u8>, max: Option<u8>, n: Option<u32>) -> Stratum {
        Stratum::new(StratumId::new(id).unwrap(), Some(sex), AgeBand::new(min, max).unwrap(), n)
    }

    #[test]
    fn only_age_bands_with_both_sexes_are_combined() {
        let strata = [
            stratum("M-20", Sex::Male, None, Some(20), Some(100)),
            stratum("F-20", Sex::Female, None, Some(20), Some(150)),
            stratum("F-60", Sex::Female, Some(21), Some(60), None),
            stratum("M-60", Sex::Male, Some(21), Some(60), Some(80)),
            stratum("F-61", Sex::Female, Some(61), None, None),
            stratum("M-62", Sex::Male, Some(62), None, None),
        ];
        let values = vec![vec![]; strata.len()];
        let combined = combine(&strata, &values);
        let seen: Vec<_> = combined.iter().map(|c| (c.stratum.id().as_str(), c.stratum.n())).collect();
        assert_eq!(seen, [("combined-to-20", Some(250)), ("combined-21-60", None)]);
        assert!(combined.iter().all(|c| c.stratum.is_combined() && c.stratum.sex().is_none()));
    }
}
