//! Eigenvalues alone of a symmetric matrix, for the thousands of small matrices of a simulation: several times faster than with
//! eigenvectors, without allocation from call to call, in a bounded number of steps.

use nalgebra::DMatrix;

use super::eigen::symmetric_eigen;

/// Most rotations sweeps spent on one eigenvalue; two or three are usual.
const MOST_SWEEPS: usize = 80;

/// Room to compute eigenvalues in, kept from one matrix to the next.
#[derive(Debug, Clone, Default)]
pub struct EigenvalueWorkspace {
    /// The matrix by columns, its lower triangle in use.
    matrix: Vec<f64>,
    diagonal: Vec<f64>,
    beside: Vec<f64>,
    reflector: Vec<f64>,
    image: Vec<f64>,
}

impl EigenvalueWorkspace {
    /// Eigenvalues of a symmetric matrix, from highest to lowest; its lower triangle is read.
    ///
    /// Householder reflections to three diagonals, then implicit shifted QR steps on those.
    ///
    /// `None` for a matrix that is not square, has no rows or holds a value that is not finite; also when the iteration does not
    /// end within its steps.
    ///
    /// # References
    /// Golub & Van Loan (2013), Matrix Computations, 4th edition, section 8.3.
    #[must_use]
    pub fn eigenvalues(&mut self, matrix: &DMatrix<f64>) -> Option<&[f64]> {
        let n = matrix.nrows();
        if n == 0 || n != matrix.ncols() || !matrix.iter().all(|x| x.is_finite()) {
            return None;
        }
        let scale = matrix.amax();
        if scale == 0.0 {
            self.diagonal.clear();
            self.diagonal.resize(n, 0.0);
            return Some(&self.diagonal);
        }
        self.matrix.clear();
        self.matrix.extend(matrix.iter().map(|x| x / scale));
        self.reduce(n);
        if !self.iterate(n) {
            let eigen = symmetric_eigen(matrix)?;
            self.diagonal.clear();
            self.diagonal.extend(eigen.values.iter());
            return Some(&self.diagonal);
        }
        self.diagonal.sort_by(|a, b| b.total_cmp(a));
        for value in &mut self.diagonal {
            *value *= scale;
        }
        Some(&self.diagonal)
    }

    /// Reflections that leave the diagonal and the one beside it.
    fn reduce(&mut self, n: usize) {
        self.diagonal.clear();
        self.beside.clear();
        for k in 0..n {
            self.diagonal.push(self.matrix[k * n + k]);
            if k + 1 >= n {
                break;
            }
            let rest = k + 1..n;
            self.reflector.clear();
            self.reflector.extend_from_slice(&self.matrix[k * n + k + 1..k * n + n]);
            let head = self.reflector[0];
            let tail: f64 = self.reflector[1..].iter().map(|x| x * x).sum();
            if tail == 0.0 {
                self.beside.push(head);
                continue;
            }
            let length = (head * head + tail).sqrt();
            let reflected = if head > 0.0 { -length } else { length };
            self.beside.push(reflected);
            self.reflector[0] = head - reflected;
            let factor = 2.0 / (self.reflector[0] * self.reflector[0] + tail);
            self.reflect_rest(n, rest.start, factor);
        }
    }

    /// A ← H A H for the rows and columns from `first` on, H = I − factor·v vᵀ, as A − v wᵀ − w vᵀ.
    fn reflect_rest(&mut self, n: usize, first: usize, factor: f64) {
        let size = n - first;
        let reflector = &self.reflector[..size];
        self.image.clear();
        self.image.resize(size, 0.0);
        for j in 0..size {
            let column = &self.matrix[(first + j) * n + first + j..(first + j) * n + n];
            let mut below = 0.0;
            for (offset, &value) in column.iter().enumerate().skip(1) {
                self.image[j + offset] += value * reflector[j];
                below += value * reflector[j + offset];
            }
            self.image[j] += column[0] * reflector[j] + below;
        }
        let product: f64 = self.image.iter().zip(reflector).map(|(p, v)| p * v).sum();
        let share = 0.5 * factor * factor * product;
        for (image, &v) in self.image.iter_mut().zip(reflector) {
            *image = factor * *image - share * v;
        }
        for j in 0..size {
            let (v, w) = (reflector[j], self.image[j]);
            let column = &mut self.matrix[(first + j) * n + first + j..(first + j) * n + n];
            for ((value, &v_i), &w_i) in column.iter_mut().zip(&reflector[j..]).zip(&self.image[j..]) {
                *value -= v_i * w + w_i * v;
            }
        }
    }

    /// QR steps until the elements beside the diagonal are gone; false when they do not go.
    fn iterate(&mut self, n: usize) -> bool {
        let (d, e) = (&mut self.diagonal, &mut self.beside);
        let negligible = |d: &[f64], e: &[f64], i: usize| e[i].abs() <= f64::EPSILON * (d[i].abs() + d[i + 1].abs());
        let mut high = n - 1;
        let mut sweeps = 0;
        while high > 0 {
            // The absolute part lets blocks of rounding dust end.
            if negligible(d, e, high - 1) || e[high - 1].abs() < 1e-300 {
                high -= 1;
                sweeps = 0;
                continue;
            }
            sweeps += 1;
            if sweeps > MOST_SWEEPS {
                return false;
            }
            let mut low = high - 1;
            while low > 0 && !negligible(d, e, low - 1) {
                low -= 1;
            }
            qr_step(d, e, low, high);
        }
        d.iter().all(|x| x.is_finite())
    }
}

/// One implicit QR step with Wilkinson's shift on the rows `low` to `high`.
fn qr_step(d: &mut [f64], e: &mut [f64], low: usize, high: usize) {
    let half = 0.5 * (d[high - 1] - d[high]);
    let last = e[high - 1];
    let reach = (half * half + last * last).sqrt();
    let shift = d[high] - last * last / (half + if half >= 0.0 { reach } else { -reach });
    let (mut x, mut bulge) = (d[low] - shift, e[low]);
    for k in low..high {
        let length = (x * x + bulge * bulge).sqrt();
        let (c, s) = if length > 0.0 { (x / length, bulge / length) } else { (1.0, 0.0) };
        if k > low {
            e[k - 1] = length;
        }
        let (upper, lower, beside) = (d[k], d[k + 1], e[k]);
        let crossed = 2.0 * c * s * beside;
        d[k] = c * c * upper + crossed + s * s * lower;
        d[k + 1] = s * s * upper - crossed + c * c * lower;
        e[k] = c * s * (lower - upper) + (c * c - s * s) * beside;
        if k + 1 < high {
            x = e[k];
            bulge = s * e[k + 1];
            e[k + 1] *= c;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn eigenvalues_worked_by_hand() {
        let mut room = EigenvalueWorkspace::default();
        let two = DMatrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 1.0]);
        let values = room.eigenvalues(&two).unwrap();
        assert!((values[0] - 1.6).abs() < 1e-15 && (values[1] - 0.4).abs() < 1e-15);
        // All correlations r: 1 + (p − 1) r once, 1 − r for the rest.
        let equal = DMatrix::from_fn(6, 6, |i, j| if i == j { 1.0 } else { 0.3 });
        let values = room.eigenvalues(&equal).unwrap();
        assert!((values[0] - 2.5).abs() < 1e-14);
        assert!(values[1..].iter().all(|value| (value - 0.7).abs() < 1e-14));
        assert_eq!(room.eigenvalues(&DMatrix::from_element(1, 1, -3.0)).unwrap(), [-3.0]);
    }

    #[test]
    fn ugly_matrices_are_answered() {
        let mut room = EigenvalueWorkspace::default();
        assert!(room.eigenvalues(&DMatrix::zeros(0, 0)).is_none());
        assert!(room.eigenvalues(&DMatrix::zeros(2, 3)).is_none());
        assert!(room.eigenvalues(&DMatrix::from_element(2, 2, f64::NAN)).is_none());
        assert_eq!(room.eigenvalues(&DMatrix::zeros(3, 3)).unwrap(), [0.0; 3]);
        let one = room.eigenvalues(&DMatrix::from_element(4, 4, 1e200)).unwrap();
        assert!((one[0] / 4e200 - 1.0).abs() < 1e-14);
    }

    proptest! {
        #[test]
        fn the_same_as_with_vectors(n in 1_usize..12, cells in prop::collection::vec(-2.0..2.0_f64, 144), zeros in 0_u32..4) {
            let cell = |i: usize, j: usize| if (i * 7 + j) as u32 % 4 < zeros { 0.0 } else { cells[i * 12 + j] };
            let matrix = DMatrix::from_fn(n, n, |i, j| if i >= j { cell(i, j) } else { cell(j, i) });
            let mut room = EigenvalueWorkspace::default();
            let values = room.eigenvalues(&matrix).unwrap();
            let with_vectors = symmetric_eigen(&matrix).unwrap();
            for (a, b) in values.iter().zip(with_vectors.values.iter()) {
                prop_assert!((a - b).abs() < 1e-12, "{values:?} {}", with_vectors.values);
            }
        }
    }
}
