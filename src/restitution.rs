//! From engine results and an instrument's wording to the view that is drawn and printed.

use anyhow::Context as _;
use batch::Respondent;
use engine::assessment::{ErrorBasis, IntervalKind, NoInterval, ScaleResult};
use engine::interests::established_order;
use engine::model::{MissingPolicy, Rounding};
use engine::norms::{self, NoNormScore, OutOfReach, PercentileRank, Sex};
use engine::reliability::ScoreWithError;
use engine::scoring::{NoSpread, Unscored};
use instruments::{Coefficient, Evidence, Kind, LoadedInstrument, LoadedNorm, Wording};
use reports::text::Language;
use reports::text::reason::{NoInterval as NoIntervalWords, NoScore, NoStandard};
use reports::view::{
    Basis, CombinedBecause, Interval, IntervalKind as IntervalView, InventoryKind, NormCardView, NormKind, OrderView,
    ProvenanceView, RankView, RawView, Restitution, RestitutionView, ScaleView, SentenceView, StandardView,
    Standardization, Status, Stratum, UncertaintyView,
};

/// What a restitution is made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The instrument.
    pub instrument: &'a LoadedInstrument,
    /// Identifier of the norm, where one serves.
    pub norm_id: Option<&'a str>,
    /// The person's results.
    pub respondent: &'a Respondent,
    /// How the document may call the person.
    pub person_label: Option<&'a str>,
    /// Language of the document.
    pub language: Language,
    /// Whether the answers are simulated.
    pub simulated: bool,
}

impl Material<'_> {
    /// Words and checks the restitution.
    ///
    /// # Errors
    /// When the instrument has no wording in the language, or the results contradict each other (a fault of ours).
    pub fn restitution(&self) -> anyhow::Result<Restitution> {
        let code = self.language.code();
        let id = self.instrument.id();
        let wording = self.instrument.wording(code).with_context(|| {
            format!("{id} has no names of scales in `{code}`; choose another --lang or add a text.{code}.csv")
        })?;
        let norm = self.norm_id.and_then(|norm_id| self.instrument.norm(norm_id));
        let scales = (0..self.respondent.results.len())
            .map(|scale_idx| self.scale_view(scale_idx, wording))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let simulated_norm = norm.is_some_and(|norm| norm.group().kind() == norms::NormKind::Simulated);
        let view = RestitutionView {
            language: self.language,
            title: self.pick("Ce que vos réponses suggèrent", "What your answers suggest"),
            occasion: None,
            person_label: self.person_label.map(str::to_owned),
            instrument_label: wording.title().to_owned(),
            description: wording.description().unwrap_or_default().to_owned(),
            kind: match self.instrument.about().kind {
                Kind::Interests => InventoryKind::Interests,
                Kind::Personality => InventoryKind::Personality,
                Kind::Values => InventoryKind::Values,
                _ => InventoryKind::Other,
            },
            status: self.status(norm),
            simulated: self.simulated || simulated_norm,
            level: self.respondent.assessor.interval().level(),
            scales,
            circle: self.instrument.circle().map(<[usize]>::to_vec),
            order: self.order_view(wording),
            norm: norm.and_then(|norm| self.card_view(norm)),
            in_brief: Vec::new(),
            limits: Vec::new(),
            rules: self.rules(),
            quality: Vec::new(),
            provenance: ProvenanceView {
                instrument_id: id.to_string(),
                instrument_version: self.instrument.version().to_string(),
                norm_id: norm.map(|norm| norm.card().id.clone()),
                engine_version: engine::VERSION.to_owned(),
            },
        };
        Ok(Restitution::new(view)?)
    }

    fn pick(&self, french: &str, english: &str) -> String {
        match self.language {
            Language::French => french.to_owned(),
            Language::English => english.to_owned(),
        }
    }

    fn status(&self, norm: Option<&LoadedNorm>) -> Status {
        // A convenience sample or a local norm is something to compare with, but no standardization of the instrument.
        let drawn = norm.is_some_and(|norm| norm.group().kind() == norms::NormKind::Standardization);
        match self.instrument.about().evidence {
            Evidence::OriginalNotStandardized => Status::OriginalNotStandardized,
            Evidence::Standardized if norm.is_some() => Status::Standardized,
            Evidence::Standardized => Status::PublishedKey,
            Evidence::Published if drawn => Status::Standardized,
            Evidence::Published => Status::PublishedKey,
        }
    }

    fn scale_view(&self, scale_idx: usize, wording: &Wording) -> anyhow::Result<ScaleView> {
        let result = &self.respondent.results[scale_idx];
        let instrument = self.instrument.instrument();
        let scale = &instrument.scales()[scale_idx];
        let words = wording.scale(scale_idx);
        let (lowest, highest) = instrument.possible_range(scale_idx).unwrap_or((0.0, 1.0));
        let raw = match &result.score.raw {
            Ok(raw) => {
                let view = RawView::new(raw.value, lowest, highest)?;
                Ok(if raw.prorated { view.prorated() } else { view })
            }
            Err(reason) => Err(self.no_score(*reason, result, wording)),
        };
        let standard = match &result.norm {
            None => match self.respondent.place {
                Some(_) if result.score.raw.is_err() => Some(Err(NoStandard::NoScore)),
                _ => None,
            },
            Some(Ok(score)) => Some(Ok(StandardView::new(score.t_score(), rank_view(score.percentile_rank()))?)),
            Some(Err(reason)) => Some(Err(no_standard(*reason))),
        };
        let uncertainty = match &result.uncertainty {
            Ok(uncertainty) => Ok(UncertaintyView {
                basis: self.basis(scale_idx, uncertainty.basis),
                kind: match self.respondent.assessor.interval().kind() {
                    IntervalKind::Observed => IntervalView::Observed,
                    IntervalKind::True => IntervalView::True,
                },
                raw: Interval::new(uncertainty.raw.lower, uncertainty.raw.upper)?,
                t: uncertainty.t.map(|t| Interval::new(t.lower, t.upper)).transpose()?,
                ranks: None,
            }),
            Err(reason) => Err(no_interval(*reason)),
        };
        let parent = (0..instrument.scales().len())
            .find(|&domain| self.instrument.facets(domain).is_some_and(|facets| facets.contains(&scale_idx)));
        Ok(ScaleView {
            id: scale.id.to_string(),
            name: words.map_or(scale.id.as_str(), |words| words.name.as_str()).to_owned(),
            definition: words.and_then(|words| words.definition.clone()),
            low_pole: words.and_then(|words| words.low.clone()),
            high_pole: words.and_then(|words| words.high.clone()),
            parent,
            answered: u32::from(result.score.answered),
            n_items: u32::from(result.score.n_items),
            raw,
            standard,
            uncertainty,
            sentence: self.sentence(scale_idx, wording),
        })
    }

    fn no_score(&self, reason: Unscored, result: &ScaleResult, wording: &Wording) -> NoScore {
        match reason {
            Unscored::TooFewAnswered { .. } if result.score.answered == 0 => NoScore::NothingAnswered,
            Unscored::TooFewAnswered { needed, .. } => NoScore::TooFewAnswered { needed: u32::from(needed) },
            Unscored::ComponentUnscored { component_idx } => {
                NoScore::PartUnscored { part: wording.scale(component_idx).map(|words| words.name.clone()) }
            }
            _ => NoScore::NothingAnswered,
        }
    }

    fn basis(&self, scale_idx: usize, basis: ErrorBasis) -> Basis {
        let known = match basis {
            ErrorBasis::Reliability { reliability_idx } => self.instrument.reliability(scale_idx).get(reliability_idx),
            ErrorBasis::WithinPerson => None,
        };
        known.map_or(Basis::WithinPerson, |known| Basis::Reliability {
            coefficient: match known.coefficient {
                Coefficient::Alpha => self.pick("alpha de Cronbach", "Cronbach’s alpha"),
                Coefficient::OmegaTotal => self.pick("oméga total", "omega total"),
                Coefficient::Retest => self.pick("fidélité test-retest", "retest reliability"),
            },
            value: known.value,
            source: Some(known.source.clone()),
        })
    }

    /// The sentence of the scale's band: on the norm, low under T 40 and high from T 60; without a norm, by the part of
    /// the possible range in which the whole interval lies, else in the middle.
    fn sentence(&self, scale_idx: usize, wording: &Wording) -> Option<SentenceView> {
        let result = &self.respondent.results[scale_idx];
        let raw = result.score.raw.as_ref().ok()?;
        let (band, rule) = match result.t_score() {
            Some(t) if t < 40.0 => (instruments::Band::Low, self.pick("T au-dessous de 40", "T below 40")),
            Some(t) if t >= 60.0 => (instruments::Band::High, self.pick("T de 60 ou plus", "T of 60 or more")),
            Some(_) => (instruments::Band::Middle, self.pick("T de 40 à moins de 60", "T from 40 to below 60")),
            None if self.respondent.place.is_some() => return None,
            None => {
                let (lowest, highest) = self.instrument.instrument().possible_range(scale_idx)?;
                let third = (highest - lowest) / 3.0;
                if raw.value < lowest + third {
                    (
                        instruments::Band::Low,
                        self.pick(
                            "note dans le tiers bas de l’étendue possible",
                            "score in the lower third of the possible range",
                        ),
                    )
                } else if raw.value > highest - third {
                    (
                        instruments::Band::High,
                        self.pick(
                            "note dans le tiers haut de l’étendue possible",
                            "score in the upper third of the possible range",
                        ),
                    )
                } else {
                    (
                        instruments::Band::Middle,
                        self.pick(
                            "note dans le tiers central de l’étendue possible",
                            "score in the middle third of the possible range",
                        ),
                    )
                }
            }
        };
        let text = wording.interpretation(scale_idx, band)?;
        Some(SentenceView { text: text.to_owned(), rule: Some(rule) })
    }

    /// The order of interests by raw scores, as far as their errors allow.
    fn order_view(&self, wording: &Wording) -> Option<OrderView> {
        let circle = self.instrument.circle()?;
        let scores: Vec<Option<ScoreWithError>> = circle
            .iter()
            .map(|&scale_idx| {
                let result = &self.respondent.results[scale_idx];
                let raw = result.score.raw.as_ref().ok()?;
                let error = result.uncertainty.as_ref().ok()?.raw.standard_error;
                ScoreWithError::new(raw.value, error).ok()
            })
            .collect();
        let groups: Vec<Vec<usize>> = established_order(&scores)
            .into_iter()
            .map(|group| group.into_iter().map(|place| circle[place]).collect())
            .collect();
        let names = |group: &[usize]| {
            let names: Vec<&str> =
                group.iter().filter_map(|&scale_idx| Some(wording.scale(scale_idx)?.name.as_str())).collect();
            match names.split_last() {
                None => String::new(),
                Some((last, [])) => (*last).to_owned(),
                Some((last, rest)) => format!("{} {} {last}", rest.join(", "), self.pick("et", "and")),
            }
        };
        let sentence = match &groups[..] {
            [] | [_] => {
                let (highest, below) = clearly_below_highest(&scores);
                let scales = |places: &[usize]| places.iter().map(|&place| circle[place]).collect::<Vec<_>>();
                let (top, low) = (names(&scales(&highest)), names(&scales(&below)));
                match (highest.len(), below.is_empty()) {
                    (0, _) => self.pick(
                        "L’ordre de vos intérêts n’est pas établi : une marge n’est pas connue.",
                        "The order of your interests is not settled: one margin is not known.",
                    ),
                    (_, true) => self.pick(
                        "L’ordre de vos intérêts n’est pas établi : les écarts avec le plus élevé restent dans la marge d’erreur.",
                        "The order of your interests is not settled: the differences from the highest are within the margin of error.",
                    ),
                    (1, false) => self.pick(
                        &format!("{top} dépasse {low} au-delà de la marge d’erreur ; le reste de l’ordre n’est pas établi."),
                        &format!("{top} exceeds {low} beyond the margin of error; the rest of the order is not settled."),
                    ),
                    (_, false) => self.pick(
                        &format!("{top} dépassent {low} au-delà de la marge d’erreur ; le reste de l’ordre n’est pas établi."),
                        &format!("{top} exceed {low} beyond the margin of error; the rest of the order is not settled."),
                    ),
                }
            }
            [first, ..] if first.len() == 1 => self.pick(
                &format!("{} se détache des autres types.", names(first)),
                &format!("{} stands out from the other types.", names(first)),
            ),
            [first, ..] => self.pick(
                &format!("{} se détachent ; leur ordre entre eux n’est pas établi.", names(first)),
                &format!("{} stand out; their order among themselves is not settled.", names(first)),
            ),
        };
        Some(OrderView { groups, sentence })
    }

    fn card_view(&self, norm: &LoadedNorm) -> Option<NormCardView> {
        let (card, group) = (norm.card(), norm.group());
        let stratum_idx = self.respondent.place?.ok();
        let stratum = stratum_idx.and_then(|idx| group.strata().get(idx));
        let n = stratum.and_then(norms::Stratum::n).map(u64::from).or(card.n);
        let (title, population, notes) = card.words_in(self.language.code());
        Some(NormCardView {
            title: title.to_owned(),
            source: card.source.clone(),
            year: u16::try_from(card.year).ok(),
            n,
            population: population.to_owned(),
            stratum: stratum.map_or(Stratum::Everyone, |stratum| self.stratum_view(stratum)),
            kind: match card.kind {
                norms::NormKind::Standardization => NormKind::Standardization,
                norms::NormKind::ConvenienceSample => NormKind::ConvenienceSample,
                norms::NormKind::Local => NormKind::Local,
                norms::NormKind::Simulated => NormKind::Simulated,
            },
            standardization: match card.standardization {
                norms::Standardization::Linear => Standardization::Linear,
                norms::Standardization::Normalized => Standardization::Normalized,
            },
            weighting: (card.weighting != "none").then(|| card.weighting.clone()),
            // The sampling error of a mean of n people, in T points: 10 / √n.
            mean_standard_error: n.filter(|&n| n > 0).map(|n| 10.0 / (n as f64).sqrt()),
            version: None,
            notes: notes.to_vec(),
        })
    }

    fn stratum_view(&self, stratum: &norms::Stratum) -> Stratum {
        let ages = match (stratum.ages().youngest(), stratum.ages().oldest()) {
            (None, None) => String::new(),
            (Some(min), None) => self.pick(&format!(" de {min} ans et plus"), &format!(" aged {min} and over")),
            (None, Some(max)) => self.pick(&format!(" jusqu’à {max} ans"), &format!(" up to age {max}")),
            (Some(min), Some(max)) => self.pick(&format!(" de {min} à {max} ans"), &format!(" aged {min} to {max}")),
        };
        let people = match (stratum.sex(), stratum.is_combined()) {
            (_, true) => self.pick("femmes et hommes, à parts égales,", "women and men in equal parts,"),
            (Some(Sex::Female), _) => self.pick("femmes", "women"),
            (Some(Sex::Male), _) => self.pick("hommes", "men"),
            (None, _) => self.pick("personnes", "people"),
        };
        let description = format!("{people}{ages}").trim_end_matches(',').to_owned();
        if stratum.is_combined() {
            let because = if self.respondent.because_sex_unknown {
                CombinedBecause::SexNotGiven
            } else {
                CombinedBecause::Chosen
            };
            Stratum::Combined { description, because }
        } else if stratum.sex().is_none() && stratum.ages().is_open() {
            Stratum::Everyone
        } else {
            Stratum::One { description }
        }
    }

    /// How scores come about, one line for each rule in use.
    fn rules(&self) -> Vec<String> {
        let mut rules: Vec<String> = Vec::new();
        for scale in self.instrument.instrument().scales() {
            let line = match scale.missing {
                MissingPolicy::Reject => self.pick(
                    "Une échelle n’a de note que si toutes ses questions ont une réponse.",
                    "A scale has a score only when all its questions are answered.",
                ),
                MissingPolicy::Prorate { .. } => self.pick(
                    "Quand peu de réponses manquent, la note est calculée sur les réponses données, puis ramenée au nombre de questions ; rien n’est deviné.",
                    "When few answers are missing, the score is made from the answers given and scaled to the number of questions; nothing is guessed.",
                ),
                MissingPolicy::MeanOfAnswered { .. } => self.pick(
                    "La note est la moyenne des réponses données.",
                    "The score is the mean of the answers given.",
                ),
            };
            if !rules.contains(&line) {
                rules.push(line);
            }
            if scale.rounding != Rounding::None {
                let line = self.pick("Les notes sont arrondies à l’unité.", "Scores are rounded to whole points.");
                if !rules.contains(&line) {
                    rules.push(line);
                }
            }
        }
        rules
    }
}

/// The places of the highest scores, and of those that all of them exceed beyond the margin of error; nothing where an
/// error is not known.
fn clearly_below_highest(scores: &[Option<ScoreWithError>]) -> (Vec<usize>, Vec<usize>) {
    let Some(known) = scores.iter().copied().collect::<Option<Vec<ScoreWithError>>>() else {
        return (Vec::new(), Vec::new());
    };
    let highest = known.iter().map(ScoreWithError::score).fold(f64::NEG_INFINITY, f64::max);
    let places = 0..known.len();
    let top: Vec<usize> = places.clone().filter(|&place| known[place].score() == highest).collect();
    let below = places.filter(|&place| {
        !top.contains(&place) && top.iter().all(|&above| known[above].is_distinguishable_from(&known[place]))
    });
    let below = below.collect();
    (top, below)
}

fn rank_view(rank: PercentileRank) -> RankView {
    match rank {
        PercentileRank::FromTable { rank, interpolated } => RankView::FromTable { value: rank, interpolated },
        PercentileRank::NormalApproximation { rank } => RankView::NormalApproximation { value: rank },
        PercentileRank::OutOfReach(OutOfReach::AboveHighest) => RankView::AboveSample,
        PercentileRank::OutOfReach(_) => RankView::BelowSample,
    }
}

fn no_standard(reason: NoNormScore) -> NoStandard {
    match reason {
        NoNormScore::SexNeeded => NoStandard::SexNeeded,
        NoNormScore::NoStratumForSex { .. } => NoStandard::NoStratumForSex,
        NoNormScore::CombinedNotOffered => NoStandard::CombinedNotOffered,
        NoNormScore::AgeMissing => NoStandard::AgeMissing,
        NoNormScore::AgeUnreadable | NoNormScore::AgeImpossible => NoStandard::AgeUnusable,
        NoNormScore::NoStratumForAge { age } => NoStandard::NoStratumForAge { age: u32::from(age.years()) },
        NoNormScore::BelowSample => NoStandard::BelowSample,
        NoNormScore::AboveSample => NoStandard::AboveSample,
        NoNormScore::NotFinite => NoStandard::NotFinite,
        _ => NoStandard::ScaleNotCovered,
    }
}

fn no_interval(reason: NoInterval) -> NoIntervalWords {
    match reason {
        NoInterval::NoScore => NoIntervalWords::NoScore,
        NoInterval::NoSpread(NoSpread::NoVariance) => NoIntervalWords::AllAnswersEqual,
        NoInterval::NoSpread(NoSpread::TooFewAnswered) => NoIntervalWords::TooFewAnswers,
        NoInterval::NoSpread(_) => NoIntervalWords::NoReliability,
        _ => NoIntervalWords::TrueScoreNeedsMore,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_highest_clearly_exceeds_is_named() {
        let score = |value, error| ScoreWithError::new(value, error).ok();
        // 1.96·√(2² + 2²) = 5.5: 35 exceeds 29, not 30; the others are level among themselves.
        let scores = [score(35.0, 2.0), score(30.0, 2.0), score(29.0, 2.0)];
        assert_eq!(clearly_below_highest(&scores), (vec![0], vec![2]));
        // Of two highest, both must exceed it.
        let scores = [score(35.0, 2.0), score(35.0, 9.0), score(29.0, 2.0)];
        assert_eq!(clearly_below_highest(&scores), (vec![0, 1], Vec::new()));
        assert_eq!(clearly_below_highest(&[score(35.0, 2.0), None]), (Vec::new(), Vec::new()));
    }
}
