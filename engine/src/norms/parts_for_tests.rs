//! Parts of norms for the tests of this folder.

use crate::model::ids::{NormId, StratumId};
use crate::norms::group::{CombinedStrata, NormDefinition, NormKind, Standardization};
use crate::norms::scale_norm::ScaleNorm;
use crate::norms::stratum::{AgeBand, Sex, Stratum};
use crate::norms::table::PercentileTable;

/// What a norm of that kind is.
pub(crate) fn definition(standardization: Standardization, combined: CombinedStrata) -> NormDefinition {
    NormDefinition { id: NormId::new("test").unwrap(), kind: NormKind::Local, standardization, combined }
}

/// A stratum of 100 people.
pub(crate) fn stratum(id: &str, sex: Option<Sex>, min: Option<u8>, max: Option<u8>) -> Stratum {
    Stratum::new(StratumId::new(id).unwrap(), sex, AgeBand::new(min, max).unwrap(), Some(100))
}

/// Values of a linear norm.
pub(crate) fn linear(mean: f64, sd: f64) -> Option<ScaleNorm> {
    Some(ScaleNorm::new(Some(mean), Some(sd), None, None).unwrap())
}

/// Values of a norm that has a table only.
pub(crate) fn tabled(points: &[(f64, f64)]) -> Option<ScaleNorm> {
    Some(ScaleNorm::new(None, None, None, Some(PercentileTable::new(points.to_vec()).unwrap())).unwrap())
}
