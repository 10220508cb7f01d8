//! The restitution as data: what the page says, for programs. Scales are named by their identifiers.

use serde::Serialize;

use crate::text::{label, sentence};
use crate::view::{Basis, IntervalKind, Lean, RankView, Restitution, RuleGround, RuleView, ScaleView};

/// One person's results on one inventory, as the page tells them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RestitutionData {
    /// Language of every text in it, `fr` or `en`.
    pub language: &'static str,
    /// Main heading.
    pub title: String,
    /// The line above it.
    pub occasion: Option<String>,
    /// The person, as the document may call them.
    pub person: Option<String>,
    /// The inventory.
    pub instrument: InstrumentData,
    /// Identifier of the norm, where one serves.
    pub norm: Option<String>,
    /// Version of the engine.
    pub engine_version: String,
    /// Whether answers or norm are simulated.
    pub simulated: bool,
    /// Level of every interval.
    pub level: f64,
    /// The sentences that open the document.
    pub in_brief: Vec<OpeningData>,
    /// What a point is worth.
    pub scoring: Vec<String>,
    /// The scales, each domain before its facets.
    pub scales: Vec<ScaleData>,
    /// Scales that have a circular order, in that order.
    pub circle: Option<Vec<String>>,
    /// The order of raw scores as far as it is established.
    pub order: Option<OrderData>,
    /// What the person wrote.
    pub own_words: Vec<OwnWordsData>,
    /// What the results do not say.
    pub limits: Vec<String>,
    /// How the numbers came about.
    pub measurement: Vec<String>,
    /// Remarks on how the answers were given.
    pub quality: Vec<String>,
    /// The norm's card, term by term.
    pub norm_card: Vec<FactData>,
}

/// A sentence that opens the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpeningData {
    /// The sentence.
    pub text: String,
    /// What it follows from: `given`, `order`, `outside-band`, `leaning`, `in-points`, `not-standardized` or `without-score`.
    pub rule: &'static str,
}

/// The inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstrumentData {
    /// Identifier.
    pub id: String,
    /// Version.
    pub version: String,
    /// Name.
    pub name: String,
    /// What it asks about.
    pub description: String,
    /// How far it has been standardized.
    pub status: String,
}

/// One scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleData {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is about.
    pub definition: Option<String>,
    /// Its low end in words.
    pub low_pole: Option<String>,
    /// Its high end in words.
    pub high_pole: Option<String>,
    /// For a facet, its domain.
    pub parent: Option<String>,
    /// The scale whose answers it tells in another way.
    pub beside: Option<String>,
    /// Items answered.
    pub answered: u32,
    /// Items of the scale.
    pub n_items: u32,
    /// The raw score.
    pub raw: Option<RawData>,
    /// Why there is none.
    pub no_raw: Option<String>,
    /// The standing on the norm.
    pub standard: Option<StandardData>,
    /// Why a norm was asked for and gives no standing.
    pub no_standard: Option<String>,
    /// How sure the scores are.
    pub margin: Option<MarginData>,
    /// Why that is not known.
    pub no_margin: Option<String>,
    /// The end to which the score leans clearly, `low` or `high`.
    pub lean: Option<&'static str>,
    /// What the answers suggest.
    pub sentence: Option<String>,
    /// The rule that says so.
    pub rule: Option<RuleData>,
    /// Whether the person marked the sentence as "not me".
    pub not_me: bool,
}

/// The rule behind a sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleData {
    /// Its name: scale and part of the scale.
    pub id: String,
    /// Part of the scale: `low`, `middle` or `high`.
    pub band: &'static str,
    /// In what it is stated: `t` on the norm, `points` of the raw score, `own-mean` for the distance from the person's mean.
    pub unit: &'static str,
    /// Lowest score; open where `None`.
    pub from: Option<f64>,
    /// Highest score, not included for `t`; open where `None`.
    pub to: Option<f64>,
    /// The norm, where one decides.
    pub norm: Option<String>,
    /// Whether the margin reaches so far that the sentence asks to be checked.
    pub cautious: bool,
    /// The rule in words.
    pub words: String,
}

/// A raw score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RawData {
    /// The score.
    pub value: f64,
    /// Lowest possible.
    pub lowest: f64,
    /// Highest possible.
    pub highest: f64,
    /// Whether unanswered items were made up for by the others.
    pub prorated: bool,
}

/// A standing on the norm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StandardData {
    /// T score: mean 50, SD 10.
    pub t: f64,
    /// Percentile rank; `None` beyond the norm's table.
    pub percentile_rank: Option<f64>,
    /// Where the rank comes from: `table`, `interpolated`, `normal-approximation`, `below-sample` or `above-sample`.
    pub rank_source: &'static str,
}

/// How sure scores are. Ends may lie beyond the possible scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MarginData {
    /// Around what it is drawn: `observed` or `true` score.
    pub around: &'static str,
    /// Name of the coefficient it rests on; `None`: the spread of the person's own answers.
    pub coefficient: Option<String>,
    /// The coefficient.
    pub reliability: Option<f64>,
    /// Its source.
    pub source: Option<String>,
    /// Both ends in raw points.
    pub raw: [f64; 2],
    /// Both ends in T points.
    pub t: Option<[f64; 2]>,
}

/// The order of scales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderData {
    /// Scales, highest group first; those of one group share a place.
    pub groups: Vec<Vec<String>>,
    /// The order in words.
    pub sentence: String,
    /// Differences within groups that are larger than their margin.
    pub differences: Vec<String>,
    /// How they are read.
    pub notes: Vec<String>,
}

/// An answer in the person's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnWordsData {
    /// What was asked.
    pub question: String,
    /// What was written.
    pub answer: String,
}

/// A line of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactData {
    /// What it is about.
    pub term: String,
    /// What it says.
    pub description: String,
}

/// The restitution as data.
#[must_use]
pub fn data(restitution: &Restitution) -> RestitutionData {
    let view = restitution.view();
    let language = view.language;
    let id_of = |place: &usize| view.scales.get(*place).map(|scale| scale.id.clone());
    let ids = |places: &[usize]| places.iter().filter_map(id_of).collect::<Vec<_>>();
    let limits = sentence::limits(restitution).into_iter().map(|(what, why)| format!("{what} {why}"));
    let facts = view.norm.as_ref().map(|norm| label::norm_facts(language, norm)).unwrap_or_default();
    RestitutionData {
        language: language.code(),
        title: view.title.clone(),
        occasion: view.occasion.clone(),
        person: view.person_label.clone(),
        instrument: InstrumentData {
            id: view.provenance.instrument_id.clone(),
            version: view.provenance.instrument_version.clone(),
            name: view.instrument_label.clone(),
            description: view.description.clone(),
            status: label::status(language, view.status),
        },
        norm: view.provenance.norm_id.clone(),
        engine_version: view.provenance.engine_version.clone(),
        simulated: view.simulated,
        level: view.level,
        in_brief: sentence::in_brief(restitution)
            .into_iter()
            .map(|opening| OpeningData { text: opening.text, rule: opening.rule.id() })
            .collect(),
        scoring: view.scoring.clone(),
        scales: restitution
            .reading_order()
            .iter()
            .filter_map(|place| view.scales.get(*place))
            .map(|scale| scale_data(restitution, scale))
            .collect(),
        circle: view.circle.as_ref().map(|circle| ids(circle)),
        order: view.order.as_ref().map(|order| OrderData {
            groups: order.groups.iter().map(|group| ids(group)).collect(),
            sentence: order.sentence.clone(),
            differences: order.differences.clone(),
            notes: order.notes.clone(),
        }),
        own_words: view
            .own_words
            .iter()
            .map(|words| OwnWordsData { question: words.question.clone(), answer: words.answer.clone() })
            .collect(),
        limits: limits.chain(view.limits.iter().cloned()).collect(),
        measurement: sentence::measurement_notes(restitution),
        quality: view.quality.clone(),
        norm_card: facts.into_iter().map(|(term, description)| FactData { term, description }).collect(),
    }
}

fn scale_data(restitution: &Restitution, scale: &ScaleView) -> ScaleData {
    let language = restitution.language();
    let id_of = |place: usize| restitution.view().scales.get(place).map(|scale| scale.id.clone());
    let rank_source = |rank: RankView| match rank {
        RankView::FromTable { interpolated: false, .. } => "table",
        RankView::FromTable { interpolated: true, .. } => "interpolated",
        RankView::NormalApproximation { .. } => "normal-approximation",
        RankView::BelowSample => "below-sample",
        RankView::AboveSample => "above-sample",
    };
    let margin = scale.uncertainty.as_ref().ok().map(|uncertainty| {
        let (coefficient, reliability, source) = match &uncertainty.basis {
            Basis::Reliability { coefficient, value, source } => {
                (Some(coefficient.clone()), Some(*value), source.clone())
            }
            Basis::WithinPerson => (None, None, None),
        };
        MarginData {
            around: match uncertainty.kind {
                IntervalKind::Observed => "observed",
                IntervalKind::True => "true",
            },
            coefficient,
            reliability,
            source,
            raw: [uncertainty.raw.lower(), uncertainty.raw.upper()],
            t: scale.t_interval().map(|t| [t.lower(), t.upper()]),
        }
    });
    ScaleData {
        id: scale.id.clone(),
        name: scale.name.clone(),
        definition: scale.definition.clone(),
        low_pole: scale.low_pole.clone(),
        high_pole: scale.high_pole.clone(),
        parent: scale.parent.and_then(id_of),
        beside: scale.beside.and_then(id_of),
        answered: scale.answered,
        n_items: scale.n_items,
        raw: scale.raw.as_ref().ok().map(|raw| RawData {
            value: raw.value(),
            lowest: raw.lowest(),
            highest: raw.highest(),
            prorated: raw.is_prorated(),
        }),
        no_raw: scale.raw.as_ref().err().map(|reason| reason.sentence(language, scale.answered, scale.n_items)),
        standard: scale.standard_score().map(|score| StandardData {
            t: score.t(),
            percentile_rank: score.rank().value(),
            rank_source: rank_source(score.rank()),
        }),
        no_standard: scale
            .standard
            .as_ref()
            .and_then(|score| score.as_ref().err())
            .map(|reason| reason.sentence(language)),
        margin,
        no_margin: scale.uncertainty.as_ref().err().map(|reason| reason.sentence(language)),
        lean: scale.lean.map(|lean| match lean {
            Lean::Low => "low",
            Lean::High => "high",
        }),
        sentence: scale.sentence.as_ref().map(|sentence| sentence.text.clone()),
        rule: scale.sentence.as_ref().and_then(|sentence| sentence.rule.as_ref()).map(rule_data),
        not_me: scale.sentence.as_ref().is_some_and(|sentence| sentence.is_not_me),
    }
}

fn rule_data(rule: &RuleView) -> RuleData {
    let (unit, from, to, norm) = match &rule.ground {
        RuleGround::Norm { norm_id, from, below } => ("t", *from, *below, Some(norm_id.clone())),
        RuleGround::Points { lowest, highest } => ("points", Some(*lowest), Some(*highest), None),
        RuleGround::OwnMean { from, to } => ("own-mean", *from, *to, None),
    };
    RuleData {
        id: rule.id.clone(),
        band: rule.band.id(),
        unit,
        from,
        to,
        norm,
        cautious: rule.is_cautious,
        words: rule.words.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use crate::view::sample;

    #[test]
    fn every_scale_has_a_value_or_a_reason() {
        for language in [Language::French, Language::English] {
            for view in sample::all(language) {
                let n_scales = view.scales.len();
                let told = data(&Restitution::new(view).unwrap());
                assert_eq!(told.scales.len(), n_scales);
                for scale in &told.scales {
                    assert!(scale.raw.is_some() != scale.no_raw.is_some(), "{scale:?}");
                    assert!(scale.margin.is_some() != scale.no_margin.is_some(), "{scale:?}");
                    assert!(scale.standard.is_none() || scale.no_standard.is_none(), "{scale:?}");
                }
                assert!(!told.in_brief.is_empty() && !told.limits.is_empty());
            }
        }
    }

    #[test]
    fn facets_and_orders_name_scales_by_their_identifiers() {
        let told = data(&Restitution::new(sample::thirty_five_scales(Language::French)).unwrap());
        let ids: Vec<&str> = told.scales.iter().map(|scale| scale.id.as_str()).collect();
        let facets: Vec<&ScaleData> = told.scales.iter().filter(|scale| scale.parent.is_some()).collect();
        assert_eq!(facets.len(), 30);
        assert!(facets.iter().all(|facet| ids.contains(&facet.parent.as_deref().unwrap())));
        let told = data(&Restitution::new(sample::interests(Language::English)).unwrap());
        let order = told.order.unwrap();
        assert_eq!(order.groups.concat().len(), 6);
        assert_eq!(told.circle.map(|circle| circle.len()), Some(6));
    }
}
