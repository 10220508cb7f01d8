//! All of it at once: what an inventory's six scales look like in a group, and what one person's profile says.

use nalgebra::DMatrix;
use rand::Rng;

use super::circular::{CircularStructure, circular_structure};
use super::circumplex::{CircumplexAngles, CircumplexError};
use super::differentiation::Differentiation;
use super::holland::{Consistency, HollandCode, ScoreOrderCode};
use super::mean_profile::{MeanProfile, ResamplingConfig, mean_profile};
use super::order_test::{OrderTest, OrderTestError, order_test};
use super::plane::{CircularError, CircularScoring};
use super::position::HexagonPosition;
use super::riasec::{InterestProfile, RiasecType};
use crate::stats::correlation::pearson;
use crate::stats::descriptive::{mean, standard_deviation};

/// Why a table of scores does not show the structure of an inventory.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StructureError {
    /// The six columns are not of one length.
    #[error("scale {letter} has {given} respondents, scale R has {expected}")]
    Length {
        /// Letter of the scale.
        letter: char,
        /// Its number of respondents.
        given: usize,
        /// Number of respondents of the first scale.
        expected: usize,
    },
    /// A score is not a finite number.
    #[error("respondent {respondent_idx} (from 0), scale {letter}: {given} is not a finite number, or beyond ±1e100")]
    ScoreNotFinite {
        /// Letter of the scale.
        letter: char,
        /// Row.
        respondent_idx: usize,
        /// The score as given.
        given: f64,
    },
    /// Fewer people with all six scores than scales to correlate.
    #[error("{n_complete} respondents have all six scores; at least 10 are needed")]
    TooFewRespondents {
        /// Respondents with all six scores.
        n_complete: usize,
    },
    /// Everybody has the same score on a scale.
    #[error("scale {letter} has no spread: everybody has the same score")]
    NoSpread {
        /// Letter of the scale.
        letter: char,
    },
    /// The order of the scales cannot be tested.
    #[error(transparent)]
    Order(#[from] OrderTestError),
    /// The mean profile cannot be summarized.
    #[error(transparent)]
    Profile(#[from] CircumplexError),
}

/// Fewest people with all six scores.
const FEWEST: usize = 10;

/// The structure of an inventory's six interest scales in a group of people.
#[derive(Debug, Clone, PartialEq)]
pub struct InterestStructure {
    /// People with all six scores, who alone count.
    pub n_complete: usize,
    /// People left out because a score is missing.
    pub n_left_out: usize,
    /// Mean of each scale, in score points.
    pub means: [f64; 6],
    /// Standard deviation of each scale (divisor n − 1), in score points.
    pub standard_deviations: [f64; 6],
    /// Correlations of the six scales, in the order R, I, A, S, E, C.
    pub correlations: DMatrix<f64>,
    /// Whether neighbors correlate higher than scales farther apart.
    pub order: OrderTest,
    /// Circular criteria with the person's general level removed; an error where there is no plane.
    pub circular: Result<CircularStructure, CircularError>,
    /// Circular criteria of the scores as they are, for inventories whose scales do not all correlate positively.
    pub circular_raw: Result<CircularStructure, CircularError>,
    /// The mean profile on the hexagon. Its direction is in raw scores, so it also shows which scales are easier to agree to.
    pub mean_profile: MeanProfile,
}

/// Looks at the structure of six interest scales.
///
/// - `columns`: scores of all respondents on R, I, A, S, E, C; `None` where missing. People with a missing score are left out.
///
/// # Errors
/// [`StructureError`]. A group without a circular plane is no error: the other results are there.
pub fn interest_structure(
    columns: [&[Option<f64>]; 6],
    config: ResamplingConfig,
    rng: &mut impl Rng,
) -> Result<InterestStructure, StructureError> {
    let profiles = complete_profiles(columns)?;
    let n_complete = profiles.len();
    if n_complete < FEWEST {
        return Err(StructureError::TooFewRespondents { n_complete });
    }
    let scores: Vec<Vec<f64>> = (0..6).map(|i| profiles.iter().map(|profile| profile[i]).collect()).collect();
    let (mut means, mut standard_deviations) = ([0.0; 6], [0.0; 6]);
    for kind in RiasecType::ALL {
        let (i, no_spread) = (kind.idx(), StructureError::NoSpread { letter: kind.letter() });
        means[i] = mean(&scores[i]).ok_or(no_spread.clone())?;
        standard_deviations[i] = standard_deviation(&scores[i]).filter(|&sd| sd > 0.0).ok_or(no_spread)?;
    }
    let mut correlations = DMatrix::identity(6, 6);
    for i in 0..6 {
        for j in 0..i {
            let letter = RiasecType::ALL[i].letter();
            let r = pearson(&scores[i], &scores[j]).ok_or(StructureError::NoSpread { letter })?;
            (correlations[(i, j)], correlations[(j, i)]) = (r, r);
        }
    }
    let circular = |scoring| circular_structure(&correlations, n_complete, scoring);
    Ok(InterestStructure {
        n_complete,
        n_left_out: columns[0].len() - n_complete,
        means,
        standard_deviations,
        order: order_test(&correlations)?,
        circular: circular(CircularScoring::Deviation),
        circular_raw: circular(CircularScoring::Raw),
        mean_profile: mean_profile(&profiles, &CircumplexAngles::hexagon(), config, rng)?,
        correlations,
    })
}

/// The people with all six scores.
fn complete_profiles(columns: [&[Option<f64>]; 6]) -> Result<Vec<Vec<f64>>, StructureError> {
    let expected = columns[0].len();
    for kind in RiasecType::ALL {
        let (column, letter) = (columns[kind.idx()], kind.letter());
        if column.len() != expected {
            return Err(StructureError::Length { letter, given: column.len(), expected });
        }
        let ugly = |score: &Option<f64>| score.is_some_and(|x| !(x.is_finite() && x.abs() <= 1e100));
        if let Some(respondent_idx) = column.iter().position(ugly) {
            let given = column[respondent_idx].unwrap_or_default();
            return Err(StructureError::ScoreNotFinite { letter, respondent_idx, given });
        }
    }
    let profile = |row: usize| columns.iter().map(|column| column[row]).collect::<Option<Vec<f64>>>();
    Ok((0..expected).filter_map(profile).collect())
}

/// What one person's interest profile says.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonInterests {
    /// The code as far as the errors establish it.
    pub code: HollandCode,
    /// The three highest letters by the scores alone.
    pub code_by_scores: ScoreOrderCode,
    /// How well the two highest interests fit together; `None` when it is not established which these are.
    pub consistency: Option<Consistency>,
    /// How sharply the interests stand out.
    pub differentiation: Differentiation,
    /// Where the person stands in the hexagon.
    pub position: HexagonPosition,
}

impl PersonInterests {
    /// Summarizes a profile.
    ///
    /// # Examples
    /// ```
    /// use engine::interests::{InterestProfile, PersonInterests};
    /// let profile = InterestProfile::new([5.0, 20.0, 30.0, 40.0, 10.0, 0.0], [Some(1.0); 6], Some((0.0, 40.0)))?;
    /// let person = PersonInterests::of(&profile);
    /// assert_eq!(person.code.to_string(), "SAI");
    /// assert_eq!(person.differentiation.share_of_possible, Some(1.0));
    /// # Ok::<(), engine::interests::ProfileError>(())
    /// ```
    #[must_use]
    pub fn of(profile: &InterestProfile) -> Self {
        let code = HollandCode::of(profile);
        Self {
            consistency: code.consistency(),
            code,
            code_by_scores: ScoreOrderCode::of(profile),
            differentiation: Differentiation::of(profile),
            position: HexagonPosition::of(profile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::elementary::{cos, sin};
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha12Rng;
    use rand_distr::StandardNormal;

    type Columns = Vec<Vec<Option<f64>>>;

    fn run(columns: &Columns) -> Result<InterestStructure, StructureError> {
        let columns = std::array::from_fn(|i| columns[i].as_slice());
        interest_structure(columns, ResamplingConfig::usual(), &mut ChaCha12Rng::seed_from_u64(2))
    }

    fn circle(n: usize) -> Columns {
        let mut rng = ChaCha12Rng::seed_from_u64(77);
        let mut columns = vec![Vec::new(); 6];
        for _ in 0..n {
            let [level, a, b]: [f64; 3] = std::array::from_fn(|_| rng.sample(StandardNormal));
            for (column, angle) in columns.iter_mut().zip(CircumplexAngles::hexagon().degrees()) {
                let own: f64 = rng.sample(StandardNormal);
                let wave = a * cos(angle.to_radians()) + b * sin(angle.to_radians());
                column.push(Some(30.0 + 4.0 * (level + 1.2 * wave + 0.8 * own)));
            }
        }
        columns
    }

    #[test]
    fn a_circle_with_a_general_factor_is_recognized() {
        let mut columns = circle(500);
        columns[3][7] = None;
        let found = run(&columns).unwrap();
        assert_eq!((found.n_complete, found.n_left_out), (499, 1));
        assert_eq!(found.order.p_value, 1.0 / 60.0);
        let circular = found.circular.unwrap();
        assert!(circular.plane.converged);
        assert!(circular.tests.iter().all(|test| test.is_below_cutoff() == Some(true)), "{circular:?}");
        assert!(found.means.iter().all(|mean| (mean - 30.0).abs() < 1.5));
    }

    #[test]
    fn ugly_tables_are_answered() {
        let columns = circle(40);
        let mut short = columns.clone();
        short[2].pop();
        assert!(matches!(run(&short), Err(StructureError::Length { letter: 'A', given: 39, expected: 40 })));
        let mut ugly = columns.clone();
        ugly[5][3] = Some(f64::NAN);
        assert!(matches!(run(&ugly), Err(StructureError::ScoreNotFinite { letter: 'C', respondent_idx: 3, .. })));
        let mut constant = columns.clone();
        constant[1] = vec![Some(3.0); 40];
        assert!(matches!(run(&constant), Err(StructureError::NoSpread { letter: 'I' })));
        let missing: Columns = vec![vec![None; 40]; 6];
        assert!(matches!(run(&missing), Err(StructureError::TooFewRespondents { n_complete: 0 })));
        // All scales the same: the tests answer, the plane does not exist.
        let same: Columns = vec![columns[0].clone(); 6];
        let found = run(&same).unwrap();
        assert!(found.circular.is_err() && found.circular_raw.is_err());
        assert_eq!(found.order.tied, 72);
    }
}
