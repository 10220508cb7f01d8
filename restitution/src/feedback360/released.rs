//! The one release: the engine's published figures beside the person's own scores, worded.

use engine::agreement::self_other::{profile_agreement, self_other_difference};
use engine::agreement::{FeedbackRound, PublishedFeedback, PublishedScale};
use engine::model::{Answer, Keying};
use instruments::Wording;
use rand::Rng;
use reports::text::Language;
use reports::text::feedback as words;

use super::design::{FeedbackDesign, Rater};
use super::own::{own_mean, two_decimals};
use super::{
    CommentBlock, Feedback360, FeedbackScale, Gap, GroupFigures, GroupScale, GroupSize, GroupView, ItemFigures,
    ItemTable, OwnMean, ProfileLikeness, QuestionComments, RaterGroup, Shown, Spread,
};
use crate::error::{Error, Result};
use crate::material::wording;
use crate::results::check_length;

/// Level of the intervals of gaps.
const LEVEL: f64 = 0.95;
/// Fewest scales over which profiles are compared.
const FEWEST_SCALES: usize = 3;

impl FeedbackDesign<'_> {
    /// Releases the feedback, once: the design is used up, and the answers with it. Store the result; a second release with other
    /// raters would tell what they answered.
    ///
    /// - `own`: the person's answers to the person's form; `None` where the person did not answer.
    /// - `rng`: shuffles comments; it must not be predictable.
    ///
    /// # Errors
    /// [`Error::Rater`] with the place of the first rater whose answers are not taken; [`Error::AnswersOfItems`].
    pub fn release(self, own: Option<&[Answer]>, raters: Vec<Rater>, rng: &mut impl Rng) -> Result<Feedback360> {
        if let Some(own) = own {
            check_length(self.parts.own, own)?;
        }
        let mut round = FeedbackRound::open(&self.plan);
        for (rater_idx, rater) in raters.into_iter().enumerate() {
            let answers = self.answers_of(rater)?;
            round.add(answers).map_err(|problem| Error::Rater { rater_idx, problem })?;
        }
        let published = round.release(rng);
        Release { design: &self, published: &published, wording: wording(self.parts.raters, self.parts.language)? }
            .feedback(own)
    }
}

struct Release<'a> {
    design: &'a FeedbackDesign<'a>,
    published: &'a PublishedFeedback,
    wording: &'a Wording,
}

impl Release<'_> {
    fn language(&self) -> Language {
        self.design.parts.language
    }

    fn feedback(&self, own: Option<&[Answer]>) -> Result<Feedback360> {
        let (parts, language) = (&self.design.parts, self.language());
        let scales: Vec<FeedbackScale> = (0..self.design.scales.len()).map(|idx| self.scale(idx, own)).collect();
        let groups = parts.groups.iter().map(|design| GroupView {
            group: design.group,
            label: design.group.label(language),
            raters: Shown::of(self.group(design.group).map(|(n_raters, _)| GroupSize { n_raters }), language),
        });
        let mut notes = vec![words::rule(language)];
        let has_items = |scale: &FeedbackScale| {
            scale.groups.iter().any(|group| group.figures.shown().is_some_and(|figures| figures.spread.is_some()))
        };
        if scales.iter().any(has_items) {
            notes.push(words::agreement(language));
        }
        notes.push(words::frozen(language));
        let everyone = parts.groups.iter().map(|design| design.group).chain([RaterGroup::All]);
        Ok(Feedback360 {
            instrument_id: parts.raters.id().to_string(),
            instrument_version: parts.raters.version().to_string(),
            own_instrument_id: parts.own.id().to_string(),
            own_instrument_version: parts.own.version().to_string(),
            engine_version: engine::VERSION.to_owned(),
            language: language.code().to_owned(),
            level: LEVEL,
            groups: groups.collect(),
            profiles: everyone.filter_map(|group| likeness(group, &scales)).collect(),
            scales,
            comments: self.comments(),
            notes,
        })
    }

    /// Number of raters and scales of a group that is shown.
    fn group(&self, group: RaterGroup) -> Option<(usize, &[PublishedScale])> {
        let found = self.published.groups().iter().find(|found| found.id.as_str() == group.id())?;
        Some((found.n_raters, &found.scales))
    }

    fn scale(&self, idx: usize, own: Option<&[Answer]>) -> FeedbackScale {
        let (parts, scale) = (&self.design.parts, &self.design.scales[idx]);
        let own = own.and_then(|answers| own_mean(parts.own, scale, answers));
        let id = self.design.plan.scales()[idx].id.to_string();
        let figures = |published: Option<&PublishedScale>| {
            Shown::of(published.and_then(|published| self.figures(idx, published, own)), self.language())
        };
        let of_group = |group: RaterGroup| {
            let published = match group {
                RaterGroup::All => self.published.total().get(idx),
                _ => self.group(group).and_then(|(_, scales)| scales.get(idx)),
            };
            GroupScale { group, figures: figures(published) }
        };
        let everyone = parts.groups.iter().map(|design| design.group).chain([RaterGroup::All]);
        FeedbackScale {
            name: self.wording.scale(scale.rater_scale_idx).map_or_else(|| id.clone(), |words| words.name.clone()),
            id,
            lowest: scale.lowest,
            highest: scale.highest,
            own,
            groups: everyone.map(of_group).collect(),
        }
    }

    fn figures(&self, idx: usize, published: &PublishedScale, own: Option<OwnMean>) -> Option<GroupFigures> {
        let figures = published.scale.figures()?;
        let gap = own.map(|own| {
            let difference = two_decimals(own.mean - figures.mean);
            let interval = own
                .standard_error
                .zip(figures.others_mean())
                .and_then(|(error, others)| self_other_difference(own.mean, error, others, LEVEL).ok()?.interval);
            let kind = match interval {
                None => words::Gap::WithoutMargin,
                Some((lower, _)) if lower > 0.0 => words::Gap::Above,
                Some((_, upper)) if upper < 0.0 => words::Gap::Below,
                Some(_) => words::Gap::Level,
            };
            Gap {
                difference,
                lower: interval.map(|(lower, _)| two_decimals(lower)),
                upper: interval.map(|(_, upper)| two_decimals(upper)),
                sentence: words::gap(self.language(), kind, difference),
            }
        });
        Some(GroupFigures {
            n_raters: figures.n_raters,
            mean: figures.mean,
            spread: figures.spread.map(|spread| Spread {
                sd: spread.sd,
                ad_mean: spread.ad_mean,
                ad_median: spread.ad_median,
            }),
            gap,
            items: published.items.figures().map(|table| self.items(idx, table)),
        })
    }

    /// The items as they were answered: a turned item is turned back, so that its mean fits its text.
    fn items(&self, idx: usize, table: &engine::agreement::published::ItemTable) -> ItemTable {
        let scale = &self.design.scales[idx];
        let item = |(keyed, figures): (&engine::model::KeyedItem, &engine::agreement::published::ItemFigures)| {
            let mean = match keyed.keying {
                Keying::Forward => figures.mean,
                Keying::Reverse => two_decimals(f64::from(scale.lowest + scale.highest) - figures.mean),
            };
            ItemFigures {
                text: self.wording.item(keyed.item_idx).map(str::to_owned),
                mean,
                sd: figures.sd,
                rwg: figures.rwg,
                ad_mean: figures.ad_mean,
                ad_median: figures.ad_median,
            }
        };
        ItemTable {
            items: scale.rater_items.iter().zip(&table.items).map(item).collect(),
            rwg_j: table.rwg_j,
            ad_mean: table.ad_mean,
            ad_median: table.ad_median,
        }
    }

    fn comments(&self) -> Vec<QuestionComments> {
        let group_of = |id: &str| RaterGroup::ALL.into_iter().find(|group| group.id() == id);
        let of_question = |(question, blocks): (&String, &Vec<engine::agreement::published::CommentBlock>)| {
            let block = |block: &engine::agreement::published::CommentBlock| CommentBlock {
                group: block.group.as_ref().and_then(|id| group_of(id.as_str())),
                texts: block.texts.clone(),
            };
            QuestionComments { question: question.clone(), blocks: blocks.iter().map(block).collect() }
        };
        self.design.parts.questions.iter().zip(self.published.comments()).map(of_question).collect()
    }
}

/// Profiles of self and a group over the scales that both have, from the published figures alone.
fn likeness(group: RaterGroup, scales: &[FeedbackScale]) -> Option<ProfileLikeness> {
    let pair = |scale: &FeedbackScale| {
        let own = scale.own?.mean;
        let found = scale.groups.iter().find(|found| found.group == group)?;
        Some((own, found.figures.shown()?.mean))
    };
    let range = |scale: &FeedbackScale| (scale.lowest, scale.highest);
    let first = range(scales.first()?);
    if scales.iter().any(|scale| range(scale) != first) {
        return None;
    }
    let (own, others): (Vec<f64>, Vec<f64>) = scales.iter().filter_map(pair).unzip();
    if own.len() < FEWEST_SCALES {
        return None;
    }
    let found = profile_agreement(&own, &others).ok()?;
    Some(ProfileLikeness {
        group,
        n_scales: own.len(),
        r: found.r.map(two_decimals),
        mean_absolute_gap: two_decimals(found.mean_absolute_difference),
        double_entry: found.double_entry_icc.map(two_decimals),
    })
}
