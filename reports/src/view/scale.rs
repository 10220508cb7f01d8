//! One scale of one person: answers counted, raw score, standard score, interval, sentence.

use crate::text::reason::{NoInterval, NoScore, NoStandard};
use crate::view::ViewProblem;

/// What is known about one person on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleView {
    /// Identifier; it never appears in the text of a document.
    pub id: String,
    /// Name in the reader's language.
    pub name: String,
    /// What the scale is about, one sentence.
    pub definition: Option<String>,
    /// The low end, worded as something one can be glad of.
    pub low_pole: Option<String>,
    /// The high end, worded as something one can be glad of.
    pub high_pole: Option<String>,
    /// For a facet, the place of its domain among the scales; `None` for a domain or a scale without one.
    pub parent: Option<usize>,
    /// The scale whose answers this one tells in another way, such as the distance of a value from the mean of the person's answers;
    /// `None` for a scale that stands by itself.
    pub beside: Option<usize>,
    /// Items answered.
    pub answered: u32,
    /// Items of the scale.
    pub n_items: u32,
    /// The raw score, or why there is none.
    pub raw: Result<RawView, NoScore>,
    /// The score on the norm, or why there is none; `None` when no norm was asked for.
    pub standard: Option<Result<StandardView, NoStandard>>,
    /// How sure the scores are, or why that is not known.
    pub uncertainty: Result<UncertaintyView, NoInterval>,
    /// What the answers suggest.
    pub sentence: Option<SentenceView>,
    /// To which end the score leans, where the margin does not reach beyond the middle; `None` in between.
    pub lean: Option<Lean>,
}

/// An end of a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lean {
    /// The low end.
    Low,
    /// The high end.
    High,
}

impl ScaleView {
    /// Its low and its high end in words, where both are worded.
    #[must_use]
    pub fn poles(&self) -> Option<(&str, &str)> {
        self.low_pole.as_deref().zip(self.high_pole.as_deref())
    }

    /// The standard score, where there is one.
    #[must_use]
    pub fn standard_score(&self) -> Option<&StandardView> {
        self.standard.as_ref()?.as_ref().ok()
    }

    /// The interval in T points, where there is one.
    #[must_use]
    pub fn t_interval(&self) -> Option<Interval> {
        self.standard_score()?;
        self.uncertainty.as_ref().ok()?.t
    }

    /// The interval in raw points, or why there is none.
    ///
    /// # Errors
    /// The reason.
    pub fn raw_margin(&self) -> Result<Interval, NoInterval> {
        self.uncertainty.as_ref().map(|uncertainty| uncertainty.raw).map_err(|reason| *reason)
    }

    /// The interval in raw points, where there is one.
    #[must_use]
    pub fn raw_interval(&self) -> Option<Interval> {
        self.raw.as_ref().ok()?;
        Some(self.uncertainty.as_ref().ok()?.raw)
    }
}

/// A raw score with the range it can take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawView {
    value: f64,
    lowest: f64,
    highest: f64,
    prorated: bool,
    is_mean: bool,
}

impl RawView {
    /// A raw score from the answers given.
    ///
    /// # Errors
    /// [`ViewProblem::RawOutOfRange`] when a number is not finite, `lowest` is not below `highest`, or the value lies
    /// outside.
    pub fn new(value: f64, lowest: f64, highest: f64) -> Result<Self, ViewProblem> {
        let sound = value.is_finite() && lowest.is_finite() && highest.is_finite() && lowest < highest;
        // A prorated sum may differ from the end of the range in its last bits.
        let slack = (highest - lowest).abs() * 1e-9;
        if sound && value >= lowest - slack && value <= highest + slack {
            Ok(Self { value, lowest, highest, prorated: false, is_mean: false })
        } else {
            Err(ViewProblem::RawOutOfRange { value, lowest, highest })
        }
    }

    /// The same score, marked as prorated for missing answers.
    #[must_use]
    pub fn prorated(self) -> Self {
        Self { prorated: true, ..self }
    }

    /// The same score, marked as a mean of answers: it has decimals even where it is whole.
    #[must_use]
    pub fn as_mean(self) -> Self {
        Self { is_mean: true, ..self }
    }

    /// Whether it is a mean of answers, or made of such means.
    #[must_use]
    pub fn is_mean(&self) -> bool {
        self.is_mean
    }

    /// The score.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Lowest possible score.
    #[must_use]
    pub fn lowest(&self) -> f64 {
        self.lowest
    }

    /// Highest possible score.
    #[must_use]
    pub fn highest(&self) -> f64 {
        self.highest
    }

    /// Whether missing answers were made up for by proration.
    #[must_use]
    pub fn is_prorated(&self) -> bool {
        self.prorated
    }
}

/// A T score (mean 50, standard deviation 10) with its percentile rank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StandardView {
    t: f64,
    rank: RankView,
}

impl StandardView {
    /// A T score and its rank.
    ///
    /// # Errors
    /// [`ViewProblem::NotFinite`] for T, [`ViewProblem::RankOutOfRange`] for a rank outside 0 to 100.
    pub fn new(t: f64, rank: RankView) -> Result<Self, ViewProblem> {
        if !t.is_finite() {
            return Err(ViewProblem::NotFinite { what: "T score", value: t });
        }
        match rank.value() {
            Some(value) if !(0.0..=100.0).contains(&value) => Err(ViewProblem::RankOutOfRange { value }),
            _ => Ok(Self { t, rank }),
        }
    }

    /// The T score.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.t
    }

    /// The percentile rank and where it comes from.
    #[must_use]
    pub fn rank(&self) -> RankView {
        self.rank
    }
}

/// A percentile rank with its source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RankView {
    /// Read from the norm's table.
    FromTable {
        /// 0 to 100.
        value: f64,
        /// Whether the raw score lies between two rows of the table.
        interpolated: bool,
    },
    /// 100·Φ(z): as if scores were normally distributed.
    NormalApproximation {
        /// 0 to 100.
        value: f64,
    },
    /// The norm sample had nobody so low.
    BelowSample,
    /// The norm sample had nobody so high.
    AboveSample,
}

impl RankView {
    /// The rank, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::FromTable { value, .. } | Self::NormalApproximation { value } => Some(*value),
            Self::BelowSample | Self::AboveSample => None,
        }
    }
}

/// Two ends of an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    lower: f64,
    upper: f64,
}

impl Interval {
    /// Checks that both ends are numbers and in order.
    ///
    /// # Errors
    /// [`ViewProblem::IntervalReversed`].
    pub fn new(lower: f64, upper: f64) -> Result<Self, ViewProblem> {
        if lower.is_finite() && upper.is_finite() && lower <= upper {
            Ok(Self { lower, upper })
        } else {
            Err(ViewProblem::IntervalReversed { lower, upper })
        }
    }

    /// Lower end.
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// Upper end.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.upper
    }
}

/// How sure a score is.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertaintyView {
    /// What the interval rests on.
    pub basis: Basis,
    /// Around what it is drawn.
    pub kind: IntervalKind,
    /// In points of the raw score.
    pub raw: Interval,
    /// In T points, where there is a T score.
    pub t: Option<Interval>,
    /// The percentile ranks of the two ends in T, where the caller knows them; each 0 to 100.
    pub ranks: Option<Interval>,
}

/// What an interval rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum Basis {
    /// A reliability coefficient of a group.
    Reliability {
        /// Name of the coefficient in the reader's language, such as « alpha de Cronbach ».
        coefficient: String,
        /// The coefficient, 0 to 1.
        value: f64,
        /// The group and where it was published, in the reader's language.
        source: Option<String>,
    },
    /// The spread of the person's own answers (Brennan, 1998).
    WithinPerson,
}

/// Around what an interval is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalKind {
    /// Around the observed score.
    Observed,
    /// Around the estimate of the true score (Kelley).
    True,
}

/// What the answers suggest, and the rule that says so.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceView {
    /// The sentence, for the person.
    pub text: String,
    /// The rule that produced it; `None` for a sentence that somebody wrote.
    pub rule: Option<RuleView>,
    /// Whether the person does not recognize themselves in it.
    pub is_not_me: bool,
}

/// The rule that produced a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleView {
    /// Its name, the same in every language and on every day: scale and part of the scale, such as `calm.low`. A mark "not me" names it.
    pub id: String,
    /// The part of the scale that the sentence is for.
    pub band: BandView,
    /// What put the score there.
    pub ground: RuleGround,
    /// Whether the margin reaches so far that the sentence asks to be checked.
    pub is_cautious: bool,
    /// The rule in the reader's language.
    pub words: String,
}

/// A part of a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandView {
    /// Low scores.
    Low,
    /// Scores in between.
    Middle,
    /// High scores.
    High,
}

impl BandView {
    /// The word in names of rules.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Middle => "middle",
            Self::High => "high",
        }
    }
}

/// What puts a score into a part of its scale. Ends that are `None` are open.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleGround {
    /// The standing on a norm, in T points: from `from` on, under `below`.
    Norm {
        /// Identifier of the norm.
        norm_id: String,
        /// Lowest T.
        from: Option<f64>,
        /// First T beyond.
        below: Option<f64>,
    },
    /// The raw score, in points, both ends included.
    Points {
        /// Lowest score.
        lowest: f64,
        /// Highest score.
        highest: f64,
    },
    /// The distance from the mean of the person's own answers, in points of an answer.
    OwnMean {
        /// Lowest distance.
        from: Option<f64>,
        /// Highest distance.
        to: Option<f64>,
    },
}

impl RuleGround {
    /// Whether a score is where the rule puts it: a T score for a norm, a raw score for the others.
    #[must_use]
    pub fn holds(&self, score: f64) -> bool {
        match self {
            Self::Norm { from, below, .. } => {
                from.is_none_or(|from| score >= from) && below.is_none_or(|below| score < below)
            }
            Self::Points { lowest, highest } => (*lowest..=*highest).contains(&score),
            Self::OwnMean { from, to } => from.is_none_or(|from| score >= from) && to.is_none_or(|to| score <= to),
        }
    }
}
