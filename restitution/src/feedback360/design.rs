//! What is asked in a 360°, and of whom: fixed before the first answer.

use engine::agreement::disclosure::SMALLEST_GROUP;
use engine::agreement::{
    DisclosureConfig, FeedbackPlan, FeedbackScale, GroupKind, PlanError, RaterAnswers, RaterConsent, RaterGroupId,
    RaterId,
};
use engine::model::{Answer, Instrument, KeyedItem, Keying, ResponseKind, ScoreRule};
use instruments::LoadedInstrument;
use reports::text::Language;

use super::RaterGroup;
use crate::error::{Error, Result};
use crate::results::check_length;

/// What a 360° is made of.
#[derive(Debug, Clone)]
pub struct DesignParts<'a> {
    /// What the person answers.
    pub own: &'a LoadedInstrument,
    /// What raters answer: the same, or a form in the third person with the same scales.
    pub raters: &'a LoadedInstrument,
    /// The groups that are invited.
    pub groups: Vec<GroupDesign>,
    /// Open questions.
    pub questions: Vec<String>,
    /// Language of the result.
    pub language: Language,
}

/// A group that is invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupDesign {
    /// Which group.
    pub group: RaterGroup,
    /// Fewest raters with whom it is shown, 3 at least.
    pub minimum: usize,
}

impl GroupDesign {
    /// The four groups with the smallest minimum.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        RaterGroup::ALL.map(|group| Self { group, minimum: SMALLEST_GROUP }).to_vec()
    }
}

/// Everything one rater gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Rater {
    /// Tells raters apart; never in the result.
    pub id: String,
    /// The group.
    pub group: RaterGroup,
    /// Whether a superior has agreed to be named, so that the answers may be shown alone.
    pub agreed_to_be_named: bool,
    /// One answer an item of the raters' instrument, in its order.
    pub answers: Vec<Answer>,
    /// Comments.
    pub comments: Vec<RaterComment>,
}

/// A comment on an open question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaterComment {
    /// Place of the question, from 0.
    pub question_idx: usize,
    /// What was written.
    pub text: String,
}

/// Why a 360° cannot be designed so.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DesignProblem {
    /// No scale can be compared.
    #[error("{instrument} has no scale of equally weighted items with one range of answers")]
    NoScales {
        /// The raters' instrument.
        instrument: String,
    },
    /// A scale of the raters' form that the person's form lacks.
    #[error("scale `{scale}` of {raters} is not on {own}; both forms need the same scales")]
    ScaleMissing {
        /// The scale.
        scale: String,
        /// The person's instrument.
        own: String,
        /// The raters' instrument.
        raters: String,
    },
    /// A scale whose answers have another range on the person's form.
    #[error("scale `{scale}`: answers from {} to {} on {own_instrument}, from {} to {} for raters", .own.0, .own.1, .raters.0, .raters.1)]
    RangeDiffers {
        /// The scale.
        scale: String,
        /// The person's instrument.
        own_instrument: String,
        /// Lowest and highest of the person's form.
        own: (i32, i32),
        /// Lowest and highest of the raters' form.
        raters: (i32, i32),
    },
    /// [`RaterGroup::All`] is not a group to invite.
    #[error("`all` stands for all groups together and cannot be invited")]
    AllInvited,
    /// The rule of disclosure does not allow it.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// A 360° that may begin: scales, groups and limits, which do not depend on any answer.
#[derive(Debug)]
pub struct FeedbackDesign<'a> {
    pub(super) parts: DesignParts<'a>,
    pub(super) plan: FeedbackPlan,
    /// One entry a scale of the plan.
    pub(super) scales: Vec<DesignScale>,
}

/// A scale of both forms.
#[derive(Debug, Clone)]
pub(super) struct DesignScale {
    pub own_scale_idx: usize,
    pub rater_scale_idx: usize,
    pub own_items: Vec<KeyedItem>,
    pub rater_items: Vec<KeyedItem>,
    pub lowest: i32,
    pub highest: i32,
}

impl<'a> FeedbackDesign<'a> {
    /// Checks and fixes a design. Scales at the lowest level serve; domains share their items with facets, and would tell more.
    ///
    /// # Errors
    /// [`Error::Design`] with all problems; [`Error::NoWording`] for a language without names of scales.
    pub fn new(parts: DesignParts<'a>) -> Result<Self> {
        crate::material::wording(parts.raters, parts.language)?;
        let (own, raters) = (parts.own.instrument(), parts.raters.instrument());
        let (mut scales, mut plan_scales, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for rater_scale_idx in engine::quality::lowest_scales(raters) {
            let Some(found) = RatedScale::of(raters, rater_scale_idx) else { continue };
            let scale = raters.scales()[rater_scale_idx].id.clone();
            let own_scale_idx = own.scale_idx(scale.as_str());
            let Some((own_scale_idx, own_found)) =
                own_scale_idx.and_then(|scale_idx| Some((scale_idx, RatedScale::of(own, scale_idx)?)))
            else {
                let (own, raters) = (own.id().to_string(), raters.id().to_string());
                problems.push(DesignProblem::ScaleMissing { scale: scale.to_string(), own, raters });
                continue;
            };
            if own_found.range != found.range {
                problems.push(DesignProblem::RangeDiffers {
                    scale: scale.to_string(),
                    own_instrument: own.id().to_string(),
                    own: own_found.range,
                    raters: found.range,
                });
                continue;
            }
            let (lowest, highest) = found.range;
            let items = found.items.iter().map(|item| raters.items()[item.item_idx].id.clone()).collect();
            plan_scales.push(FeedbackScale { id: scale, items, lowest, highest });
            let (own_items, rater_items) = (own_found.items, found.items);
            scales.push(DesignScale { own_scale_idx, rater_scale_idx, own_items, rater_items, lowest, highest });
        }
        if scales.is_empty() && problems.is_empty() {
            problems.push(DesignProblem::NoScales { instrument: raters.id().to_string() });
        }
        if parts.groups.iter().any(|group| group.group == RaterGroup::All) {
            problems.push(DesignProblem::AllInvited);
        }
        let groups = parts.groups.iter().map(|design| engine::agreement::RaterGroup {
            id: RaterGroupId::new(design.group.id()),
            kind: match design.group {
                RaterGroup::Superiors => GroupKind::Superiors { minimum: design.minimum },
                _ => GroupKind::Anonymous { minimum: design.minimum },
            },
        });
        let plan =
            FeedbackPlan::new(plan_scales, groups.collect(), parts.questions.len(), DisclosureConfig::standard());
        match plan {
            Ok(plan) if problems.is_empty() => Ok(Self { parts, plan, scales }),
            Ok(_) => Err(Error::Design(problems)),
            Err(more) => {
                problems.extend(more.into_iter().map(DesignProblem::Plan));
                Err(Error::Design(problems))
            }
        }
    }

    /// The answers of a rater in the order of the plan, turned as the key says.
    pub(super) fn answers_of(&self, rater: Rater) -> Result<RaterAnswers> {
        let instrument = self.parts.raters.instrument();
        check_length(self.parts.raters, &rater.answers)?;
        let items = self.scales.iter().flat_map(|scale| &scale.rater_items);
        let answers = items.map(|item| points_of(instrument, item, &rater.answers)).collect();
        let comments = rater
            .comments
            .into_iter()
            .map(|comment| engine::agreement::Comment { question_idx: comment.question_idx, text: comment.text })
            .collect();
        Ok(RaterAnswers {
            rater: RaterId::new(rater.id),
            group: RaterGroupId::new(rater.group.id()),
            consent: if rater.agreed_to_be_named { RaterConsent::NamedAndAgreed } else { RaterConsent::Anonymous },
            answers,
            comments,
        })
    }
}

/// A scale whose items count alike and have one range of answers.
struct RatedScale {
    items: Vec<KeyedItem>,
    range: (i32, i32),
}

impl RatedScale {
    fn of(instrument: &Instrument, scale_idx: usize) -> Option<Self> {
        let scale = instrument.scales().get(scale_idx)?;
        let ScoreRule::Keyed { items, .. } = &scale.rule else { return None };
        let range_of = |item: &KeyedItem| {
            let responses = &instrument.items()[item.item_idx].responses;
            let is_rated = matches!(responses.kind(), ResponseKind::Likert | ResponseKind::Dichotomous);
            // Codes of categories are whole numbers within ±30000 by construction of the format.
            (is_rated && item.weight == 1.0).then_some((responses.lowest() as i32, responses.highest() as i32))
        };
        let range = range_of(items.first()?)?;
        let alike = items.iter().all(|item| range_of(item) == Some(range));
        (alike && !scale.ipsative).then(|| Self { items: items.clone(), range })
    }
}

/// The points of an answer, turned as the key says; `None` where there is none.
pub(super) fn points_of(instrument: &Instrument, item: &KeyedItem, answers: &[Answer]) -> Option<i32> {
    let responses = &instrument.items()[item.item_idx].responses;
    let Some(Answer::Category(category)) = answers.get(item.item_idx) else { return None };
    let (lowest, highest) = (responses.lowest() as i32, responses.highest() as i32);
    let points = lowest + i32::from(*category);
    Some(match item.keying {
        Keying::Forward => points,
        Keying::Reverse => lowest + highest - points,
    })
}
