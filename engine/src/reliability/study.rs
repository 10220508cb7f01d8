//! All coefficients of internal consistency of one scale, as a manual prints them.

use rand::Rng;

use crate::reliability::alpha::Alpha;
use crate::reliability::guttman::GuttmanLambdas;
use crate::reliability::item_covariances::{ItemCovariances, ReliabilityError, SetAside, VaryingItems};
use crate::reliability::split_half::{SplitHalf, SplitHalves, SplitSearch};
use crate::stats::{ItemScores, MissingPairs};

/// Reliability study of a scale from one administration.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Number of respondents given, whether or not they answered.
    pub n_respondents: usize,
    /// How missing answers were treated.
    pub missing: MissingPairs,
    /// Items that are in no coefficient, with the reason.
    pub set_aside: Vec<SetAside>,
    /// Alpha and what goes with it.
    pub alpha: Alpha,
    /// Guttman's bounds for the sum of the items.
    pub guttman: GuttmanLambdas,
    /// Guttman's bounds for the sum of the standardized items. `None` when these cancel out.
    pub guttman_standardized: Option<GuttmanLambdas>,
    /// Odd against even items.
    pub odd_even: SplitHalf,
    /// All splits, or random ones. `None` when random ones were needed and 0 asked for.
    pub splits: Option<SplitHalves>,
}

impl Study {
    /// Studies a scale. Items without spread are set aside, and listed.
    ///
    /// - `rng`: for random splits of long scales.
    ///
    /// # Errors
    /// [`ReliabilityError`] when fewer than two items vary, a pair was answered by fewer than two respondents, or the sum has no
    /// variance.
    pub fn of_scores(
        scores: &ItemScores,
        missing: MissingPairs,
        search: SplitSearch,
        rng: &mut impl Rng,
    ) -> Result<Self, ReliabilityError> {
        let varying = ItemCovariances::of_varying(scores, missing)?;
        Ok(Self::of_items(&varying, scores.n_respondents(), missing, search, rng))
    }

    /// Studies a scale whose covariances are there already.
    ///
    /// - `n_respondents`, `missing`: of the scores behind the covariances.
    /// - `rng`: for random splits of long scales.
    #[must_use]
    pub fn of_items(
        varying: &VaryingItems,
        n_respondents: usize,
        missing: MissingPairs,
        search: SplitSearch,
        rng: &mut impl Rng,
    ) -> Self {
        let items = &varying.covariances;
        Self {
            n_respondents,
            missing,
            alpha: Alpha::of(items),
            guttman: GuttmanLambdas::of(items),
            guttman_standardized: items.standardized().ok().map(|standardized| GuttmanLambdas::of(&standardized)),
            odd_even: SplitHalf::odd_even(items),
            splits: SplitHalves::of(items, search, rng),
            set_aside: varying.set_aside.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    use crate::reliability::item_covariances::SetAsideReason;
    use crate::stats::ItemColumn;

    #[test]
    fn an_item_without_spread_is_set_aside_and_named() {
        let column = |points: [i32; 4]| ItemColumn::new(1, 5, points.map(Some)).unwrap();
        let varying = vec![column([1, 2, 3, 5]), column([2, 2, 4, 5]), column([1, 3, 3, 4])];
        let with = |columns: Vec<ItemColumn>| {
            let scores = ItemScores::new(columns).unwrap();
            let search = SplitSearch::up_to_16_items();
            Study::of_scores(&scores, MissingPairs::Pairwise, search, &mut ChaCha12Rng::seed_from_u64(1))
        };
        let plain = with(varying.clone()).unwrap();
        let constant = with([vec![column([3; 4])], varying].concat()).unwrap();
        assert_eq!((plain.alpha, plain.guttman), (constant.alpha, constant.guttman));
        assert_eq!(constant.set_aside, [SetAside { item_idx: 0, reason: SetAsideReason::Constant }]);
        assert_eq!(
            with(vec![column([3; 4]), column([2; 4])]),
            Err(ReliabilityError::TooFewItems { given: 0, needed: 2 })
        );
        assert!(with(vec![]).is_err());
    }
}
