//! Varimax, promax and oblimin themselves, before factors are put in order.

use nalgebra::DMatrix;

use super::extraction::Convergence;
use crate::numeric::eigen::inverse_positive_definite;
use crate::numeric::elementary::{atan2, cos, sin};

/// Rotated loadings in the order in which the rotation left them.
pub(super) struct Turned {
    /// Directions of the factors in columns, each of length 1, seen from the factors that were given.
    pub(super) axes: DMatrix<f64>,
    pub(super) pattern: DMatrix<f64>,
    pub(super) factor_correlations: DMatrix<f64>,
    /// Oblimin's criterion; 0 for the others.
    pub(super) criterion: f64,
    pub(super) convergence: Convergence,
}

impl Turned {
    pub(super) fn unrotated(loadings: &DMatrix<f64>) -> Self {
        let convergence = Convergence { converged: true, n_steps: 0, remaining: 0.0 };
        let k = loadings.ncols();
        Self::orthogonal(loadings.clone(), DMatrix::identity(k, k), convergence)
    }

    fn orthogonal(pattern: DMatrix<f64>, axes: DMatrix<f64>, convergence: Convergence) -> Self {
        let k = pattern.ncols();
        Self { axes, pattern, factor_correlations: DMatrix::identity(k, k), criterion: 0.0, convergence }
    }
}

/// Varimax of the loadings over the root of their communality, pair of factors by pair.
///
/// In a plane, with u = x² − y² and v = 2xy of the normalized loadings, the angle is
/// ¼·atan2(2(Σuv − ΣuΣv/p), Σ(u² − v²) − ((Σu)² − (Σv)²)/p).
pub(super) fn varimax_of(loadings: &DMatrix<f64>, max_steps: usize, tolerance: f64) -> Turned {
    let (p, k) = loadings.shape();
    let mut turned = loadings.clone();
    let mut axes = DMatrix::identity(k, k);
    let mut normalized = loadings.clone();
    for mut row in normalized.row_iter_mut() {
        let length = row.norm();
        // An item without communality has no direction.
        if length > 0.0 {
            row /= length;
        }
    }
    let mut convergence = Convergence { converged: false, n_steps: 0, remaining: f64::INFINITY };
    while !convergence.converged && convergence.n_steps < max_steps {
        let mut largest = 0.0_f64;
        for first in 0..k {
            for second in first + 1..k {
                let (mut sum_u, mut sum_v, mut sum_uv, mut sum_difference) = (0.0, 0.0, 0.0, 0.0);
                for i in 0..p {
                    let (x, y) = (normalized[(i, first)], normalized[(i, second)]);
                    let (u, v) = (x * x - y * y, 2.0 * x * y);
                    sum_u += u;
                    sum_v += v;
                    sum_uv += u * v;
                    sum_difference += u * u - v * v;
                }
                let p = p as f64;
                let across = 2.0 * (sum_uv - sum_u * sum_v / p);
                let along = sum_difference - (sum_u * sum_u - sum_v * sum_v) / p;
                // Where all angles serve alike, rounding must not turn the factors for ever.
                if across.hypot(along) <= 1e-14 * p {
                    continue;
                }
                let angle = 0.25 * atan2(across, along);
                largest = largest.max(angle.abs());
                for matrix in [&mut normalized, &mut turned, &mut axes] {
                    turn_plane(matrix, first, second, angle);
                }
            }
        }
        convergence =
            Convergence { converged: largest <= tolerance, n_steps: convergence.n_steps + 1, remaining: largest };
    }
    Turned::orthogonal(turned, axes, convergence)
}

fn turn_plane(matrix: &mut DMatrix<f64>, first: usize, second: usize, angle: f64) {
    let (c, s) = (cos(angle), sin(angle));
    for mut row in matrix.row_iter_mut() {
        let (x, y) = (row[first], row[second]);
        (row[first], row[second]) = (c * x + s * y, c * y - s * x);
    }
}

/// Promax of power 4: U = (ΛᵀΛ)⁻¹Λᵀ(λ·|λ|³), its columns scaled so that the factors of ΛU have variance 1.
pub(super) fn promax_of(varimax: &Turned) -> Option<Turned> {
    let loadings = &varimax.pattern;
    let target = loadings.map(|x| x * x.abs().powi(3));
    // A product of two columns says nothing when its matrix has lost its digits.
    let squares = loadings.transpose() * loadings;
    let inverse = well_conditioned_inverse(&squares)?;
    let mut transform = inverse * loadings.transpose() * target;
    let scale = well_conditioned_inverse(&(transform.transpose() * &transform))?;
    for (j, mut column) in transform.column_iter_mut().enumerate() {
        column *= scale[(j, j)].sqrt();
    }
    let factor_correlations = well_conditioned_inverse(&(transform.transpose() * &transform))?;
    let (pattern, convergence) = (loadings * &transform, varimax.convergence);
    // Loadings A(Tᵀ)⁻¹ on axes T: the transform is (Tᵀ)⁻¹.
    let axes = &varimax.axes * transform.try_inverse()?.transpose();
    Some(Turned { axes, pattern, factor_correlations, criterion: 0.0, convergence })
}

/// Inverse of a matrix of products, unless its columns depend on each other to twelve digits.
fn well_conditioned_inverse(products: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let scale = products.diagonal().map(f64::sqrt);
    if scale.iter().any(|&x| x.is_nan() || x <= 0.0) {
        return None;
    }
    let k = scale.len();
    let cosines = DMatrix::from_fn(k, k, |i, j| products[(i, j)] / (scale[i] * scale[j]));
    let inverse = inverse_positive_definite(&cosines)?;
    if inverse.amax() > 1e12 {
        return None;
    }
    Some(DMatrix::from_fn(k, k, |i, j| inverse[(i, j)] / (scale[i] * scale[j])))
}

/// Oblimin with γ = 0 by gradient projection from the axes given, whose columns have length 1.
///
/// Loadings L = A(Tᵀ)⁻¹, factor correlations TᵀT; criterion f = ¼·Σᵢ Σⱼ≠ₖ λᵢⱼ²λᵢₖ², with the gradient L∘(L²N) in L, N = 1 − I.
pub(super) fn oblimin_from(
    loadings: &DMatrix<f64>,
    axes: DMatrix<f64>,
    max_steps: usize,
    tolerance: f64,
) -> Option<Turned> {
    let mut here = ObliquePlace::new(loadings, axes)?;
    let mut step = 1.0_f64;
    let mut n_steps = 0;
    while here.gradient_length > tolerance && n_steps < max_steps {
        n_steps += 1;
        step = (2.0 * step).min(1e6);
        let mut next = None;
        for _ in 0..60 {
            let mut axes = &here.axes - &here.projected * step;
            for mut column in axes.column_iter_mut() {
                let length = column.norm();
                column /= length;
            }
            if let Some(there) = ObliquePlace::new(loadings, axes) {
                let wanted = 0.5 * here.gradient_length * here.gradient_length * step;
                let rounding = 1e-14 * (here.value + 1e-14);
                let falls = wanted > rounding && here.value - there.value >= wanted;
                // Near the end rounding hides the fall of the criterion, but not that of the gradient.
                let levels = there.value <= here.value + rounding && there.gradient_length < here.gradient_length;
                if falls || levels {
                    next = Some(there);
                    break;
                }
            }
            step *= 0.5;
        }
        let Some(there) = next else { break };
        here = there;
    }
    let converged = here.gradient_length <= tolerance;
    let convergence = Convergence { converged, n_steps, remaining: here.gradient_length };
    let factor_correlations = here.axes.transpose() * &here.axes;
    Some(Turned { axes: here.axes, pattern: here.pattern, factor_correlations, criterion: here.value, convergence })
}

/// Axes, the loadings on them, the criterion and its gradient along the axes of length 1.
struct ObliquePlace {
    axes: DMatrix<f64>,
    pattern: DMatrix<f64>,
    value: f64,
    projected: DMatrix<f64>,
    gradient_length: f64,
}

impl ObliquePlace {
    fn new(loadings: &DMatrix<f64>, axes: DMatrix<f64>) -> Option<Self> {
        let inverse = axes.clone().try_inverse().filter(|inverse| inverse.amax() < 1e8)?;
        let pattern = loadings * inverse.transpose();
        let squares = pattern.component_mul(&pattern);
        let totals: Vec<f64> = squares.row_iter().map(|row| row.sum()).collect();
        let others = DMatrix::from_fn(squares.nrows(), squares.ncols(), |i, j| totals[i] - squares[(i, j)]);
        let value = 0.25 * squares.dot(&others);
        let slope = pattern.component_mul(&others);
        let gradient = -(pattern.transpose() * slope * inverse).transpose();
        let mut projected = gradient;
        for (mut column, axis) in projected.column_iter_mut().zip(axes.column_iter()) {
            let along = column.dot(&axis);
            column.axpy(-along, &axis, 1.0);
        }
        let gradient_length = projected.norm();
        (value.is_finite() && gradient_length.is_finite()).then_some(Self {
            axes,
            pattern,
            value,
            projected,
            gradient_length,
        })
    }
}
