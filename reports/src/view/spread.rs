//! How the scores of a group are spread, without its lowest and its highest score.

use super::ViewProblem;

/// Five places in the scores of a group: a tenth, a quarter, half, three quarters and nine tenths of them lie below.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    places: [f64; 5],
}

impl Spread {
    /// The 10th, 25th, 50th, 75th and 90th percentile, in points of the score.
    ///
    /// # Errors
    /// [`ViewProblem::SpreadNotInOrder`] when one is no number or smaller than the one before it.
    pub fn new(p10: f64, q1: f64, median: f64, q3: f64, p90: f64) -> Result<Self, ViewProblem> {
        let places = [p10, q1, median, q3, p90];
        let sound = places.iter().all(|place| place.is_finite()) && places.windows(2).all(|pair| pair[0] <= pair[1]);
        if sound { Ok(Self { places }) } else { Err(ViewProblem::SpreadNotInOrder { places }) }
    }

    /// The five percentiles, lowest first.
    #[must_use]
    pub fn places(&self) -> [f64; 5] {
        self.places
    }

    /// 10th percentile.
    #[must_use]
    pub fn p10(&self) -> f64 {
        self.places[0]
    }

    /// First quartile.
    #[must_use]
    pub fn q1(&self) -> f64 {
        self.places[1]
    }

    /// Median.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.places[2]
    }

    /// Third quartile.
    #[must_use]
    pub fn q3(&self) -> f64 {
        self.places[3]
    }

    /// 90th percentile.
    #[must_use]
    pub fn p90(&self) -> f64 {
        self.places[4]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_rise_and_are_numbers() {
        assert_eq!(Spread::new(1.0, 2.0, 2.0, 3.0, 4.0).unwrap().median(), 2.0);
        assert!(Spread::new(1.0, 3.0, 2.0, 3.0, 4.0).is_err());
        assert!(Spread::new(f64::NAN, 3.0, 3.0, 3.0, 4.0).is_err());
    }
}
