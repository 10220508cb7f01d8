//! Misfit of a simple structure to means and covariances of one or more groups under normality, with gradient and expected
//! curvature from the structure of the model.
//!
//! Every derivative of the model covariances Σ has the form c·(uv′ + vu′), where u and v are taken from three sets of vectors:
//! unit vectors of items, columns of ΛΦ and columns of Λ. The curvature needs only their products over Σ⁻¹.

use nalgebra::{DMatrix, DVector};

use super::model::SimpleStructure;
use super::moments::SampleMoments;
use super::search::Misfit;
use crate::numeric::eigen::ln_determinant;
use crate::numeric::elementary::ln;

/// Where a number of the model comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Slot {
    Fixed(f64),
    /// Place in the vector of free parameters; groups with the same place have the same value.
    Free(usize),
}

impl Slot {
    pub(crate) fn value(self, point: &DVector<f64>) -> f64 {
        match self {
            Self::Fixed(value) => value,
            Self::Free(place) => point[place],
        }
    }
}

/// Slots of one group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GroupSlots {
    pub loadings: Vec<Slot>,
    pub residuals: Vec<Slot>,
    /// Factor covariances (r, s) with r ≥ s at r(r + 1)/2 + s.
    pub factor_covariances: Vec<Slot>,
    /// With a mean structure: intercepts of items and means of factors.
    pub means: Option<(Vec<Slot>, Vec<Slot>)>,
}

/// Place of a factor covariance in [`GroupSlots::factor_covariances`].
pub(crate) fn packed(r: usize, s: usize) -> usize {
    let (r, s) = (r.max(s), r.min(s));
    r * (r + 1) / 2 + s
}

/// The numbers of the model of one group.
pub(crate) struct Implied {
    pub loadings: DVector<f64>,
    pub factor_covariances: DMatrix<f64>,
    pub factor_means: DVector<f64>,
    pub covariances: DMatrix<f64>,
    pub means: Option<DVector<f64>>,
}

/// Misfit F = Σ_g (n_g/n)·[ln|Σ_g| − ln|S_g| + tr(S_gΣ_g⁻¹) − k + (m_g − μ_g)′Σ_g⁻¹(m_g − μ_g)].
pub(crate) struct NormalMisfit<'a> {
    factor_of: &'a [usize],
    n_factors: usize,
    groups: Vec<(&'a SampleMoments, GroupSlots)>,
    ln_determinants: Vec<f64>,
    n_parameters: usize,
    n: f64,
}

/// One derivative of Σ and μ: c·(uv′ + vu′) and s·w.
struct Term {
    parameter: usize,
    u: usize,
    v: usize,
    c: f64,
    mean: Option<(usize, f64)>,
}

impl<'a> NormalMisfit<'a> {
    /// Fails with the place of a group whose covariances are not positive definite.
    pub(crate) fn new(
        structure: &'a SimpleStructure,
        groups: Vec<(&'a SampleMoments, GroupSlots)>,
        n_parameters: usize,
    ) -> Result<Self, usize> {
        let ln_determinants = groups
            .iter()
            .enumerate()
            .map(|(idx, (moments, _))| positive_ln_determinant(moments.covariances()).ok_or(idx))
            .collect::<Result<Vec<_>, _>>()?;
        let n = groups.iter().map(|(moments, _)| moments.n() as f64).sum();
        let (factor_of, n_factors) = (structure.factor_of(), structure.n_factors());
        Ok(Self { factor_of, n_factors, groups, ln_determinants, n_parameters, n })
    }

    pub(crate) fn n(&self) -> f64 {
        self.n
    }

    pub(crate) fn groups(&self) -> &[(&'a SampleMoments, GroupSlots)] {
        &self.groups
    }

    /// ln|S| of each group.
    pub(crate) fn ln_determinants(&self) -> &[f64] {
        &self.ln_determinants
    }

    /// Number of means and covariances of all groups that the model has to explain.
    pub(crate) fn n_moments(&self) -> usize {
        let k = self.factor_of.len();
        self.groups.iter().map(|(_, slots)| k * (k + 1) / 2 + if slots.means.is_some() { k } else { 0 }).sum()
    }

    /// The model of one group.
    pub(crate) fn implied(&self, slots: &GroupSlots, point: &DVector<f64>) -> Implied {
        let (k, m) = (self.factor_of.len(), self.n_factors);
        let loadings = DVector::from_iterator(k, slots.loadings.iter().map(|slot| slot.value(point)));
        let phi = DMatrix::from_fn(m, m, |r, s| slots.factor_covariances[packed(r, s)].value(point));
        let covariances = DMatrix::from_fn(k, k, |i, j| {
            let common = loadings[i] * loadings[j] * phi[(self.factor_of[i], self.factor_of[j])];
            if i == j { common + slots.residuals[i].value(point) } else { common }
        });
        let (mut factor_means, mut means) = (DVector::zeros(m), None);
        if let Some((intercepts, of_factors)) = &slots.means {
            factor_means = DVector::from_iterator(m, of_factors.iter().map(|slot| slot.value(point)));
            means = Some(DVector::from_fn(k, |i, _| {
                intercepts[i].value(point) + loadings[i] * factor_means[self.factor_of[i]]
            }));
        }
        Implied { loadings, factor_covariances: phi, factor_means, covariances, means }
    }

    /// Unit vectors of items are 0..k, columns of ΛΦ k..k + m, columns of Λ k + m..k + 2m.
    fn terms(&self, slots: &GroupSlots, factor_means: &DVector<f64>) -> Vec<Term> {
        let (k, m) = (self.factor_of.len(), self.n_factors);
        let with_means = slots.means.is_some();
        let mut terms = Vec::new();
        let mut add = |slot: Slot, u, v, c, mean| {
            if let Slot::Free(parameter) = slot {
                terms.push(Term { parameter, u, v, c, mean });
            }
        };
        for (i, &slot) in slots.loadings.iter().enumerate() {
            let f = self.factor_of[i];
            add(slot, i, k + f, 1.0, with_means.then_some((i, factor_means[f])));
        }
        for (i, &slot) in slots.residuals.iter().enumerate() {
            add(slot, i, i, 0.5, None);
        }
        for r in 0..m {
            for s in 0..=r {
                let c = if r == s { 0.5 } else { 1.0 };
                add(slots.factor_covariances[packed(r, s)], k + m + r, k + m + s, c, None);
            }
        }
        if let Some((intercepts, of_factors)) = &slots.means {
            for (i, &slot) in intercepts.iter().enumerate() {
                add(slot, i, i, 0.0, Some((i, 1.0)));
            }
            for (f, &slot) in of_factors.iter().enumerate() {
                add(slot, k + m + f, k + m + f, 0.0, Some((k + m + f, 1.0)));
            }
        }
        terms
    }

    /// Columns of ΛΦ, then of Λ (k × 2m).
    fn vectors(&self, implied: &Implied) -> DMatrix<f64> {
        let m = self.n_factors;
        DMatrix::from_fn(self.factor_of.len(), 2 * m, |i, column| {
            let f = self.factor_of[i];
            match column.checked_sub(m) {
                None => implied.loadings[i] * implied.factor_covariances[(f, column)],
                Some(own) if own == f => implied.loadings[i],
                Some(_) => 0.0,
            }
        })
    }

    /// Products of all vectors over a symmetric matrix ((k + 2m) × (k + 2m)).
    fn products(&self, matrix: &DMatrix<f64>, vectors: &DMatrix<f64>) -> DMatrix<f64> {
        let (k, wide) = (matrix.nrows(), vectors.ncols());
        let image = matrix * vectors;
        let corner = vectors.tr_mul(&image);
        let mut all = DMatrix::zeros(k + wide, k + wide);
        all.view_mut((0, 0), (k, k)).copy_from(matrix);
        all.view_mut((0, k), (k, wide)).copy_from(&image);
        all.view_mut((k, 0), (wide, k)).tr_copy_from(&image);
        all.view_mut((k, k), (wide, wide)).copy_from(&corner);
        all
    }
}

impl Misfit for NormalMisfit<'_> {
    fn value_and_gradient(&self, point: &DVector<f64>) -> Option<(f64, DVector<f64>)> {
        let k = self.factor_of.len();
        let (mut value, mut gradient) = (0.0, DVector::<f64>::zeros(self.n_parameters));
        for ((moments, slots), ln_sample) in self.groups.iter().zip(&self.ln_determinants) {
            let weight = moments.n() as f64 / self.n;
            let implied = self.implied(slots, point);
            let factor = implied.covariances.clone().cholesky()?;
            let ln_model: f64 = factor.l_dirty().diagonal().iter().map(|x| 2.0 * ln(*x)).sum();
            let inverse = factor.inverse();
            let deviation = deviation(moments, &implied);
            let mut target = moments.covariances().clone();
            if let Some(d) = &deviation {
                target.ger(1.0, d, d, 1.0);
            }
            let over_target = &inverse * &target;
            value += weight * (ln_model - ln_sample + over_target.trace() - k as f64);
            let q = &inverse - over_target * &inverse;
            let products = self.products(&q, &self.vectors(&implied));
            let over_deviation = deviation.map(|d| inverse * d);
            let lambda_sum = |w: usize, image: &DVector<f64>| {
                if w < k {
                    return image[w];
                }
                let f = w - k - self.n_factors;
                (0..k).filter(|&i| self.factor_of[i] == f).map(|i| implied.loadings[i] * image[i]).sum()
            };
            for term in self.terms(slots, &implied.factor_means) {
                let mut slope = 2.0 * term.c * products[(term.u, term.v)];
                if let (Some((w, s)), Some(image)) = (term.mean, &over_deviation) {
                    slope -= 2.0 * s * lambda_sum(w, image);
                }
                gradient[term.parameter] += weight * slope;
            }
        }
        (value.is_finite() && gradient.iter().all(|x| x.is_finite())).then_some((value, gradient))
    }

    fn curvature(&self, point: &DVector<f64>) -> Option<DMatrix<f64>> {
        let mut curvature = DMatrix::zeros(self.n_parameters, self.n_parameters);
        for (moments, slots) in &self.groups {
            let weight = moments.n() as f64 / self.n;
            let implied = self.implied(slots, point);
            let inverse = implied.covariances.clone().cholesky()?.inverse();
            let g = self.products(&inverse, &self.vectors(&implied));
            let terms = self.terms(slots, &implied.factor_means);
            for (idx, a) in terms.iter().enumerate() {
                for b in &terms[..=idx] {
                    let crossed = g[(a.v, b.u)] * g[(a.u, b.v)] + g[(a.v, b.v)] * g[(a.u, b.u)];
                    let mut h = 2.0 * a.c * b.c * crossed;
                    if let (Some((wa, sa)), Some((wb, sb))) = (a.mean, b.mean) {
                        h += 2.0 * sa * sb * g[(wa, wb)];
                    }
                    curvature[(a.parameter, b.parameter)] += weight * h;
                    if a.parameter != b.parameter {
                        curvature[(b.parameter, a.parameter)] += weight * h;
                    }
                }
            }
        }
        Some(curvature)
    }
}

fn deviation(moments: &SampleMoments, implied: &Implied) -> Option<DVector<f64>> {
    Some(moments.means()? - implied.means.as_ref()?)
}

/// ln|S|; `None` when S is not positive definite by a margin above rounding.
fn positive_ln_determinant(matrix: &DMatrix<f64>) -> Option<f64> {
    let diagonal = matrix.diagonal();
    let factor = matrix.clone().cholesky()?;
    let pivots = factor.l_dirty().diagonal();
    if pivots.iter().zip(diagonal.iter()).any(|(pivot, d)| pivot * pivot <= 1e-11 * d) {
        return None;
    }
    ln_determinant(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cfa::moments::CovarianceDivisor;

    fn setting() -> (SimpleStructure, SampleMoments, SampleMoments) {
        let structure = SimpleStructure::new(vec![vec![0, 1, 2], vec![3, 4]]).unwrap();
        let sample = |shift: f64| {
            let matrix = DMatrix::from_fn(5, 5, |i, j| {
                if i == j { 1.2 + 0.1 * i as f64 } else { 0.3 + shift * 0.02 * (i as f64 - j as f64).abs() }
            });
            let means = DVector::from_fn(5, |i, _| shift * (0.1 * i as f64 - 0.2));
            SampleMoments::new(&matrix, Some(means), 100 + (20.0 * shift) as usize, CovarianceDivisor::N).unwrap()
        };
        (structure, sample(1.0), sample(2.0))
    }

    /// Two groups with equal loadings and intercepts; the rest is free in the second.
    fn slots(group: usize) -> GroupSlots {
        let own = 10 + 8 * group;
        GroupSlots {
            loadings: (0..5).map(Slot::Free).collect(),
            residuals: (0..5).map(|i| Slot::Free(own + i)).collect(),
            factor_covariances: vec![
                if group == 0 { Slot::Fixed(1.0) } else { Slot::Free(26) },
                Slot::Free(own + 5),
                if group == 0 { Slot::Fixed(1.0) } else { Slot::Free(27) },
            ],
            means: Some((
                (5..10).map(Slot::Free).collect(),
                if group == 0 { vec![Slot::Fixed(0.0); 2] } else { vec![Slot::Free(24), Slot::Free(25)] },
            )),
        }
    }

    fn point() -> DVector<f64> {
        DVector::from_fn(28, |i, _| match i {
            0..5 => 0.5 + 0.05 * i as f64,
            5..10 => 0.1 * (i as f64 - 7.0),
            15 | 23 => 0.3,
            24 | 25 => 0.15,
            26 | 27 => 1.3,
            _ => 0.9,
        })
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_value() {
        let (structure, first, second) = setting();
        let misfit = NormalMisfit::new(&structure, vec![(&first, slots(0)), (&second, slots(1))], 28).unwrap();
        let (_, gradient) = misfit.value_and_gradient(&point()).unwrap();
        let value = |p: &DVector<f64>| misfit.value_and_gradient(p).unwrap().0;
        for i in (0..28).filter(|i| ![16, 17].contains(i)) {
            let (mut up, mut down) = (point(), point());
            up[i] += 1e-5;
            down[i] -= 1e-5;
            let slope = (value(&up) - value(&down)) / 2e-5;
            assert!((slope - gradient[i]).abs() < 1e-8, "{i}: {slope} {}", gradient[i]);
        }
    }

    #[test]
    fn where_the_model_fits_the_expected_curvature_is_the_true_one() {
        let (structure, first, second) = setting();
        let draft = NormalMisfit::new(&structure, vec![(&first, slots(0)), (&second, slots(1))], 28).unwrap();
        let made = |group: usize, n: usize| {
            let implied = draft.implied(&slots(group), &point());
            SampleMoments::new(&implied.covariances, implied.means, n, CovarianceDivisor::N).unwrap()
        };
        let (first, second) = (made(0, 100), made(1, 60));
        let misfit = NormalMisfit::new(&structure, vec![(&first, slots(0)), (&second, slots(1))], 28).unwrap();
        let (value, gradient) = misfit.value_and_gradient(&point()).unwrap();
        assert!(value.abs() < 1e-13 && gradient.amax() < 1e-13);
        let curvature = misfit.curvature(&point()).unwrap();
        for i in 0..28 {
            let (mut up, mut down) = (point(), point());
            up[i] += 1e-5;
            down[i] -= 1e-5;
            let slope = |p| misfit.value_and_gradient(&p).unwrap().1;
            let column = (slope(up) - slope(down)) / 2e-5;
            assert!((column - curvature.column(i)).amax() < 1e-7, "{i}");
        }
    }

    #[test]
    fn items_that_are_sums_are_seen() {
        let matrix = DMatrix::from_row_slice(3, 3, &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
        assert!(positive_ln_determinant(&matrix).is_none());
        assert_eq!(positive_ln_determinant(&DMatrix::identity(2, 2)), Some(0.0));
    }
}
