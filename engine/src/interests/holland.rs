//! The Holland code of a person: the letters of the highest interests, as far as the errors allow, and how well they fit together.

use std::fmt;

use super::order::established_order;
use super::riasec::{InterestProfile, RiasecType};

/// Number of letters of a classical code.
const N_LETTERS: usize = 3;

/// The Holland code as far as it is established: groups of letters from highest to lowest, as many as are needed for three
/// letters or more. Letters of one group are level: their order is not established, and ties are not broken.
///
/// A border between two groups stands where every score above it is distinguishable from every score below it,
/// |d| > 1.96·√(SE₁² + SE₂²); see [`established_order`]. Where an error is not known no order is established.
///
/// Printed with level letters in parentheses, in hexagon order: `S(AE)I`.
///
/// # Examples
/// ```
/// use engine::interests::{HollandCode, InterestProfile};
/// // Differences above 1.96·√2 = 2.77 are established: S is above A and E, which are level, and these are above I.
/// let profile = InterestProfile::new([8.0, 20.0, 30.0, 40.0, 31.0, 9.0], [Some(1.0); 6], None)?;
/// let code = HollandCode::of(&profile);
/// assert_eq!(code.to_string(), "S(AE)");
/// assert_eq!(code.three_letters(), None);
/// # Ok::<(), engine::interests::ProfileError>(())
/// ```
/// # References
/// Holland (1997), Making vocational choices, 3rd ed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HollandCode {
    order: Vec<Vec<RiasecType>>,
    n_groups: usize,
}

impl HollandCode {
    /// The code of a profile.
    #[must_use]
    pub fn of(profile: &InterestProfile) -> Self {
        let groups = established_order(&profile.with_errors());
        let order: Vec<Vec<RiasecType>> =
            groups.iter().map(|group| group.iter().map(|&idx| RiasecType::ALL[idx]).collect()).collect();
        let mut n_letters = 0;
        let n_before = |group: &&Vec<RiasecType>| {
            let needed = n_letters < N_LETTERS;
            n_letters += group.len();
            needed
        };
        let n_groups = order.iter().take_while(n_before).count();
        Self { order, n_groups }
    }

    /// The groups of the code, from highest to lowest: the fewest that hold three letters or more.
    #[must_use]
    pub fn groups(&self) -> &[Vec<RiasecType>] {
        &self.order[..self.n_groups]
    }

    /// All six letters in groups, from highest to lowest.
    #[must_use]
    pub fn established_order(&self) -> &[Vec<RiasecType>] {
        &self.order
    }

    /// The classical three-letter code, only when its letters and their order are established.
    #[must_use]
    pub fn three_letters(&self) -> Option<[RiasecType; 3]> {
        match self.groups() {
            [first, second, third] => match (first.as_slice(), second.as_slice(), third.as_slice()) {
                (&[a], &[b], &[c]) => Some([a, b, c]),
                _ => None,
            },
            _ => None,
        }
    }

    /// The two highest letters, when it is established which these are; between themselves they may be level.
    #[must_use]
    pub fn first_two(&self) -> Option<[RiasecType; 2]> {
        match *self.groups().first()?.as_slice() {
            [a, b] => Some([a, b]),
            [a] => match *self.groups().get(1)?.as_slice() {
                [b] => Some([a, b]),
                _ => None,
            },
            _ => None,
        }
    }

    /// How well the two highest interests fit together; `None` when it is not established which two these are. Their order
    /// does not matter, so two level letters ahead of all others have a consistency.
    #[must_use]
    pub fn consistency(&self) -> Option<Consistency> {
        let [a, b] = self.first_two()?;
        Consistency::of(a, b)
    }

    /// All three-letter codes that the established order allows, in hexagon order of their letters: one when the code is
    /// established, up to 120 when nothing is.
    #[must_use]
    pub fn possible_codes(&self) -> Vec<[RiasecType; 3]> {
        let rank = |kind: RiasecType| self.order.iter().position(|group| group.contains(&kind)).unwrap_or(usize::MAX);
        // A code is allowed when no letter outside what stands before it belongs to a higher group.
        let next = |taken: &[RiasecType]| {
            let left = || RiasecType::ALL.into_iter().filter(|kind| !taken.contains(kind));
            let best = left().map(rank).min();
            left().filter(|&kind| Some(rank(kind)) == best).collect::<Vec<_>>()
        };
        let mut codes = Vec::new();
        for a in next(&[]) {
            for b in next(&[a]) {
                codes.extend(next(&[a, b]).into_iter().map(|c| [a, b, c]));
            }
        }
        codes
    }
}

impl fmt::Display for HollandCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for group in self.groups() {
            let letters: String = group.iter().map(|kind| kind.letter()).collect();
            if group.len() == 1 { write!(f, "{letters}")? } else { write!(f, "({letters})")? }
        }
        Ok(())
    }
}

/// The three highest letters by the scores alone, without regard to error: what printed tables and older indices use. Equal
/// scores stand in hexagon order, and [`ScoreOrderCode::tied`] says so.
///
/// # Agreement
/// Oracle `interests/holland_codes`, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreOrderCode {
    /// The letters, highest first.
    pub letters: [RiasecType; 3],
    /// Whether one of these letters has the same score as the letter that follows it, so that the code is arbitrary.
    pub tied: bool,
}

impl ScoreOrderCode {
    /// The code of a profile by its scores alone.
    #[must_use]
    pub fn of(profile: &InterestProfile) -> Self {
        let mut order = RiasecType::ALL;
        // A stable sort keeps hexagon order among equal scores.
        order.sort_by(|&a, &b| profile.score(b).total_cmp(&profile.score(a)));
        let tied = order.windows(2).take(N_LETTERS).any(|pair| profile.score(pair[0]) == profile.score(pair[1]));
        Self { letters: [order[0], order[1], order[2]], tied }
    }

    /// How well the two highest letters fit together.
    #[must_use]
    pub fn consistency(&self) -> Consistency {
        // The letters of a code differ.
        Consistency::of(self.letters[0], self.letters[1]).unwrap_or(Consistency::Adjacent)
    }
}

impl fmt::Display for ScoreOrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.letters.iter().try_for_each(|kind| write!(f, "{}", kind.letter()))
    }
}

/// How near the two highest interests stand on the hexagon: neighbors go together more often, and more easily, than opposites.
///
/// # References
/// Holland (1997), Making vocational choices, 3rd ed.
/// # Agreement
/// Oracle `interests/holland_codes`, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consistency {
    /// Opposite corners, three steps: low.
    Opposite,
    /// Two steps: middling.
    Alternate,
    /// Neighbors, one step: high.
    Adjacent,
}

impl Consistency {
    /// Consistency of two types; `None` for a type with itself.
    #[must_use]
    pub fn of(first: RiasecType, second: RiasecType) -> Option<Self> {
        match first.hexagon_distance(second) {
            1 => Some(Self::Adjacent),
            2 => Some(Self::Alternate),
            3 => Some(Self::Opposite),
            _ => None,
        }
    }

    /// The customary number: 3 neighbors, 2 alternate, 1 opposite.
    #[must_use]
    pub fn level(self) -> u8 {
        match self {
            Self::Opposite => 1,
            Self::Alternate => 2,
            Self::Adjacent => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn profile(scores: [f64; 6], error: f64) -> InterestProfile {
        InterestProfile::new(scores, [Some(error); 6], None).unwrap()
    }

    #[test]
    fn an_established_code_has_three_letters() {
        let code = HollandCode::of(&profile([5.0, 20.0, 30.0, 40.0, 10.0, 0.0], 1.0));
        assert_eq!(code.to_string(), "SAI");
        assert_eq!(code.three_letters().map(|c| c.map(RiasecType::letter)), Some(['S', 'A', 'I']));
        assert_eq!(code.consistency(), Some(Consistency::Adjacent));
        assert_eq!(code.possible_codes().len(), 1);
        assert_eq!(code.established_order().len(), 6);
    }

    #[test]
    fn level_letters_are_grouped_and_the_code_reaches_three() {
        // E above (I A S) level: four letters, because the border stands only there.
        let code = HollandCode::of(&profile([0.0, 20.0, 21.0, 22.0, 40.0, 1.0], 1.0));
        assert_eq!(code.to_string(), "E(IAS)");
        assert_eq!((code.three_letters(), code.first_two(), code.consistency()), (None, None, None));
        // E first, then any ordered pair of three: 3·2.
        assert_eq!(code.possible_codes().len(), 6);
    }

    #[test]
    fn two_level_letters_ahead_have_a_consistency() {
        let code = HollandCode::of(&profile([40.0, 5.0, 5.0, 41.0, 20.0, 0.0], 1.0));
        assert_eq!(code.to_string(), "(RS)E");
        assert_eq!(code.consistency(), Some(Consistency::Opposite));
        assert_eq!(code.possible_codes().len(), 2);
    }

    #[test]
    fn without_errors_nothing_is_established() {
        let scores = [5.0, 20.0, 30.0, 40.0, 10.0, 0.0];
        let profile = InterestProfile::without_errors(scores).unwrap();
        let code = HollandCode::of(&profile);
        assert_eq!(code.to_string(), "(RIASEC)");
        assert_eq!((code.consistency(), code.possible_codes().len()), (None, 120));
        let by_scores = ScoreOrderCode::of(&profile);
        assert_eq!((by_scores.to_string().as_str(), by_scores.tied), ("SAI", false));
    }

    #[test]
    fn a_tie_with_the_fourth_letter_is_told() {
        let by_scores = ScoreOrderCode::of(&profile([9.0, 8.0, 7.0, 7.0, 1.0, 1.0], 1.0));
        assert_eq!((by_scores.to_string().as_str(), by_scores.tied), ("RIA", true));
        assert!(!ScoreOrderCode::of(&profile([9.0, 8.0, 7.0, 6.0, 1.0, 1.0], 1.0)).tied);
    }

    proptest! {
        #[test]
        fn the_code_by_scores_is_among_the_possible_codes(
            values in prop::array::uniform6(0.0_f64..50.0), error in 0.01_f64..10.0
        ) {
            let profile = profile(values, error);
            let code = HollandCode::of(&profile);
            prop_assert!(code.groups().concat().len() >= 3);
            prop_assert!(code.possible_codes().contains(&ScoreOrderCode::of(&profile).letters));
            if let Some(letters) = code.three_letters() {
                prop_assert_eq!(code.possible_codes(), vec![letters]);
            }
        }
    }
}
