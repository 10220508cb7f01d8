//! Simple structure: each item belongs to one factor, and all factors correlate.

use nalgebra::DMatrix;

use crate::stats::covariance::CovarianceError;

/// Most free parameters of a model that is estimated by maximum likelihood; each step takes time with their third power.
pub const MAX_PARAMETERS: usize = 2000;

/// Why a structure was not declared, or not estimated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CfaError {
    /// No factor was given.
    #[error("no factor is declared; name at least one, with its items")]
    NoFactor,
    /// A factor without items.
    #[error("factor {factor_idx} (from 0) has no item; every factor needs at least one")]
    EmptyFactor {
        /// Place of the factor.
        factor_idx: usize,
    },
    /// An item of two factors.
    #[error(
        "item {item_idx} (from 0) is declared more than once, in factors {first} and {second}; simple structure allows one"
    )]
    ItemTwice {
        /// Place of the item.
        item_idx: usize,
        /// Factor that has it.
        first: usize,
        /// Factor that wants it too.
        second: usize,
    },
    /// A single factor of one or two items: infinitely many solutions fit equally well.
    #[error(
        "a single factor of {n_items} items cannot be identified; it needs 3 items, or other factors that it correlates with"
    )]
    Underidentified {
        /// Number of items of the factor.
        n_items: usize,
    },
    /// An item that the data do not have.
    #[error("item {item_idx} (from 0) is declared, but there are {n_items} items")]
    ItemOutside {
        /// Place of the item.
        item_idx: usize,
        /// Number of items in the data.
        n_items: usize,
    },
    /// The problem is larger than what is estimated in reasonable time and memory.
    #[error("{given} {what} are more than the {allowed} that are estimated at once; analyze fewer items together")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        given: usize,
        /// How many there may be.
        allowed: usize,
    },
    /// A covariance matrix of the wrong shape, or with values that are none.
    #[error(
        "the covariance matrix ({rows} × {columns}) must be square and symmetric, with finite values and as many means as rows"
    )]
    NotACovarianceMatrix {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// An item that everybody answered alike.
    #[error("item {item_idx} (from 0) has no spread: everybody gave the same answer; leave it out")]
    NoSpread {
        /// Place of the item.
        item_idx: usize,
    },
    /// Fewer respondents than the method can use.
    #[error("{n} complete respondents for {n_items} items; at least {needed} are needed")]
    TooFewRespondents {
        /// Complete respondents.
        n: usize,
        /// Items of the structure.
        n_items: usize,
        /// Fewest respondents with which the covariances can be inverted.
        needed: usize,
    },
    /// Items that are sums of each other.
    #[error("the covariances of the items{} are not positive definite: some items are sums of others; leave out items that repeat each other", group_name(*group_idx))]
    NotPositiveDefinite {
        /// Place of the group, when there are several.
        group_idx: Option<usize>,
    },
    /// Covariances of items could not be computed.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
    /// A comparison of fewer than two groups.
    #[error("{given} groups; a comparison needs at least 2")]
    TooFewGroups {
        /// Number of groups.
        given: usize,
    },
    /// A comparison of means without means.
    #[error("group {group_idx} (from 0) has covariances without means; comparing groups needs both")]
    NoMeans {
        /// Place of the group.
        group_idx: usize,
    },
    /// A polychoric correlation that could not be estimated.
    #[error(
        "items {first} and {second} (from 0) have no polychoric correlation within ±1: their answers are ordered without exception; merge rare categories or leave one item out"
    )]
    NoPolychoric {
        /// Place of one item.
        first: usize,
        /// Place of the other.
        second: usize,
    },
}

fn group_name(group_idx: Option<usize>) -> String {
    group_idx.map_or_else(String::new, |idx| format!(" in group {idx} (from 0)"))
}

/// Which items belong to which factor. Items load on their own factor only, factors correlate freely, and the unit of a factor
/// is its standard deviation (variance 1).
///
/// The residual of a factor's only item is fixed at 0: the item is the factor.
///
/// # Examples
/// ```
/// use engine::cfa::SimpleStructure;
/// let structure = SimpleStructure::new(vec![vec![0, 1, 2], vec![3, 4, 5]]);
/// assert!(structure.is_ok_and(|s| (s.n_items(), s.n_factors()) == (6, 2)));
/// assert!(SimpleStructure::new(vec![vec![0, 1]]).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimpleStructure {
    factors: Vec<Vec<usize>>,
    items: Vec<usize>,
    factor_of: Vec<usize>,
}

impl SimpleStructure {
    /// The structure of the items of each factor, as their places (columns) in the data. Items that are not named are left out
    /// of the analysis.
    ///
    /// # Errors
    /// [`CfaError::NoFactor`], [`CfaError::EmptyFactor`], [`CfaError::ItemTwice`]; [`CfaError::Underidentified`] for a single
    /// factor of fewer than three items.
    pub fn new(factors: Vec<Vec<usize>>) -> Result<Self, CfaError> {
        if factors.is_empty() {
            return Err(CfaError::NoFactor);
        }
        let (mut items, mut factor_of) = (Vec::new(), Vec::new());
        let mut owner = std::collections::BTreeMap::new();
        for (factor_idx, of_factor) in factors.iter().enumerate() {
            if of_factor.is_empty() {
                return Err(CfaError::EmptyFactor { factor_idx });
            }
            for &item_idx in of_factor {
                if let Some(first) = owner.insert(item_idx, factor_idx) {
                    return Err(CfaError::ItemTwice { item_idx, first, second: factor_idx });
                }
                items.push(item_idx);
                factor_of.push(factor_idx);
            }
        }
        if factors.len() == 1 && items.len() < 3 {
            return Err(CfaError::Underidentified { n_items: items.len() });
        }
        Ok(Self { factors, items, factor_of })
    }

    /// Number of items.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.items.len()
    }

    /// Number of factors.
    #[must_use]
    pub fn n_factors(&self) -> usize {
        self.factors.len()
    }

    /// Items of each factor, as given.
    #[must_use]
    pub fn factors(&self) -> &[Vec<usize>] {
        &self.factors
    }

    /// Places of the items in the data, factor by factor: the order of all results.
    #[must_use]
    pub fn items(&self) -> &[usize] {
        &self.items
    }

    /// Factor of each of [`SimpleStructure::items`].
    #[must_use]
    pub fn factor_of(&self) -> &[usize] {
        &self.factor_of
    }

    /// Whether an item (by its order in the structure) is the only one of its factor.
    pub(crate) fn is_alone(&self, idx: usize) -> bool {
        self.factors[self.factor_of[idx]].len() == 1
    }

    /// Pairs of different factors: (0, 1), (0, 2) … (1, 2) …
    pub(crate) fn factor_pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let m = self.n_factors();
        (0..m).flat_map(move |first| (first + 1..m).map(move |second| (first, second)))
    }

    /// Fails when the data have fewer items than the structure names.
    pub(crate) fn check_within(&self, n_items: usize) -> Result<(), CfaError> {
        match self.items.iter().find(|&&item_idx| item_idx >= n_items) {
            Some(&item_idx) => Err(CfaError::ItemOutside { item_idx, n_items }),
            None => Ok(()),
        }
    }

    /// Loadings to start an estimation from, and factor correlations that go with them, out of item correlations in the order of
    /// [`SimpleStructure::items`]: principal component of each factor's items, less the mean of the remaining eigenvalues.
    pub(crate) fn start(&self, correlations: &DMatrix<f64>) -> (Vec<f64>, DMatrix<f64>) {
        let mut loadings = Vec::with_capacity(self.n_items());
        let mut from = 0;
        for of_factor in &self.factors {
            let size = of_factor.len();
            let block = correlations.view((from, from), (size, size)).into_owned();
            loadings.extend(start_of_factor(&block));
            from += size;
        }
        let m = self.n_factors();
        let (mut products, mut squares) = (DMatrix::<f64>::zeros(m, m), vec![0.0; m]);
        for (i, &f) in self.factor_of.iter().enumerate() {
            squares[f] += loadings[i] * loadings[i];
            for (j, &g) in self.factor_of.iter().enumerate() {
                products[(f, g)] += loadings[i] * loadings[j] * correlations[(i, j)];
            }
        }
        let phi = |f: usize, g: usize| {
            if f == g { 1.0 } else { (products[(f, g)] / (squares[f] * squares[g])).clamp(-0.9, 0.9) }
        };
        let mut phi = DMatrix::from_fn(m, m, phi);
        for _ in 0..20 {
            if phi.clone().cholesky().is_some() {
                break;
            }
            phi = DMatrix::from_fn(m, m, |f, g| if f == g { 1.0 } else { 0.7 * phi[(f, g)] });
        }
        (loadings, phi)
    }
}

fn start_of_factor(block: &DMatrix<f64>) -> Vec<f64> {
    let size = block.nrows();
    if size == 1 {
        return vec![1.0];
    }
    let within = |x: f64| x.abs().clamp(0.2, 0.9).copysign(x);
    if size == 2 {
        let loading = block[(0, 1)].abs().sqrt().clamp(0.3, 0.9);
        return vec![loading, loading.copysign(block[(0, 1)])];
    }
    let Some(eigen) = crate::numeric::eigen::symmetric_eigen(block) else { return vec![0.5; size] };
    let (first, rest) = (eigen.values[0], (size as f64 - eigen.values[0]) / (size - 1) as f64);
    let length = (first - rest).max(0.1).sqrt();
    let vector = eigen.vectors.column(0);
    let sign = if vector.sum() < 0.0 { -1.0 } else { 1.0 };
    vector.iter().map(|x| within(sign * x * length)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_that_cannot_be_are_refused() {
        assert_eq!(SimpleStructure::new(vec![]), Err(CfaError::NoFactor));
        assert_eq!(SimpleStructure::new(vec![vec![0, 1, 2], vec![]]), Err(CfaError::EmptyFactor { factor_idx: 1 }));
        assert_eq!(
            SimpleStructure::new(vec![vec![0, 1, 2], vec![3, 1]]),
            Err(CfaError::ItemTwice { item_idx: 1, first: 0, second: 1 })
        );
        assert_eq!(SimpleStructure::new(vec![vec![4, 7]]), Err(CfaError::Underidentified { n_items: 2 }));
    }

    #[test]
    fn items_keep_the_order_of_the_factors() {
        let structure = SimpleStructure::new(vec![vec![5, 1], vec![3]]).unwrap();
        assert_eq!((structure.items(), structure.factor_of()), (&[5, 1, 3][..], &[0, 0, 1][..]));
        assert!(structure.is_alone(2) && !structure.is_alone(0));
        assert!(structure.check_within(6).is_ok());
        assert_eq!(structure.check_within(5), Err(CfaError::ItemOutside { item_idx: 5, n_items: 5 }));
        assert_eq!(structure.factor_pairs().collect::<Vec<_>>(), [(0, 1)]);
    }

    #[test]
    fn the_start_of_equal_correlations_is_their_root() {
        // Correlations of .49: first eigenvalue 1.98, the others .51; loadings √((1.98 − .51)/3) = .7.
        let block = DMatrix::from_fn(3, 3, |i, j| if i == j { 1.0 } else { 0.49 });
        assert!(start_of_factor(&block).iter().all(|x| (x - 0.7).abs() < 1e-12));
    }
}
