//! The released feedback of the entourage as a document.

use engine::reliability::interval::TWO_SIDED_95;
use instruments::LoadedInstrument;
use reports::document::{Document, feedback360};
use reports::text::{Language, paper};
use reports::view::Interval;
use reports::view::feedback::{
    CommentBlockView, Feedback, FeedbackProvenanceView, FeedbackScaleView, FeedbackView, GapView, GroupMeanView,
    GroupScaleView, OwnMeanView, QuestionView, RaterGroupView, Shown as Showing,
};

use crate::error::{Error, Result};
use crate::feedback360::{Feedback360, GroupFigures, Shown};
use crate::material::wording;

/// The feedback as a document, in the language in which it was released.
///
/// - `raters`: the instrument that the raters answered.
///
/// # Errors
/// [`Error::NoWording`]; figures that contradict each other; or when drawing fails.
pub fn feedback(released: &Feedback360, raters: &LoadedInstrument, person_label: Option<&str>) -> Result<Document> {
    let language = if released.language == "en" { Language::English } else { Language::French };
    let words = wording(raters, language)?;
    let definition = |id: &str| {
        let scale_idx = raters.instrument().scale_idx(id)?;
        words.scale(scale_idx)?.definition.clone()
    };
    let scales = released.scales.iter().map(|scale| -> Result<FeedbackScaleView> {
        let groups = scale.groups.iter().map(|group| -> Result<GroupScaleView> {
            let figures = match &group.figures {
                Shown::Shown(figures) => Showing::Shown(mean_view(figures)?),
                Shown::Withheld { sentence } => Showing::Withheld { sentence: sentence.clone() },
            };
            Ok(GroupScaleView { label: group.group.label(language), figures })
        });
        let own = scale.own.map(|own| -> Result<OwnMeanView> {
            let half = own.standard_error.map(|error| TWO_SIDED_95 * error);
            let interval = half.map(|half| Interval::new(own.mean - half, own.mean + half)).transpose()?;
            Ok(OwnMeanView { mean: own.mean, interval })
        });
        Ok(FeedbackScaleView {
            id: scale.id.clone(),
            name: scale.name.clone(),
            definition: definition(&scale.id),
            lowest: scale.lowest.into(),
            highest: scale.highest.into(),
            own: own.transpose()?,
            groups: groups.collect::<Result<_>>()?,
        })
    });
    let groups = released.groups.iter().map(|group| RaterGroupView {
        label: group.label.clone(),
        n_raters: match &group.raters {
            Shown::Shown(size) => Showing::Shown(u32::try_from(size.n_raters).unwrap_or(u32::MAX)),
            Shown::Withheld { sentence } => Showing::Withheld { sentence: sentence.clone() },
        },
    });
    let comments = released.comments.iter().map(|question| QuestionView {
        question: question.question.clone(),
        blocks: question
            .blocks
            .iter()
            .map(|block| CommentBlockView {
                group: block.group.map(|group| group.label(language)),
                texts: block.texts.clone(),
            })
            .collect(),
    });
    let labels = raters.response_scale_of(0).map_or(&[][..], |scale| words.options(scale));
    let ends = labels.first().zip(labels.last()).map(|((_, low), (_, high))| (low.clone(), high.clone()));
    let view = FeedbackView {
        language,
        title: paper::feedback_title(language),
        instrument_label: words.title().to_owned(),
        person_label: person_label.map(str::to_owned),
        simulated: false,
        level: released.level,
        ends,
        groups: groups.collect(),
        scales: scales.collect::<Result<_>>()?,
        notes: released.notes.clone(),
        comments: comments.collect(),
        provenance: FeedbackProvenanceView {
            instrument_id: released.instrument_id.clone(),
            instrument_version: released.instrument_version.clone(),
            own_instrument_id: released.own_instrument_id.clone(),
            own_instrument_version: released.own_instrument_version.clone(),
            engine_version: released.engine_version.clone(),
        },
    };
    Ok(feedback360::document(&Feedback::new(view).map_err(Error::from)?)?)
}

fn mean_view(figures: &GroupFigures) -> Result<GroupMeanView> {
    let gap = figures.gap.as_ref().map(|gap| -> Result<GapView> {
        let interval = gap.lower.zip(gap.upper).map(|(lower, upper)| Interval::new(lower, upper)).transpose()?;
        Ok(GapView { difference: gap.difference, interval, sentence: gap.sentence.clone() })
    });
    Ok(GroupMeanView {
        n_raters: u32::try_from(figures.n_raters).unwrap_or(u32::MAX),
        mean: figures.mean,
        sd: figures.spread.map(|spread| spread.sd),
        gap: gap.transpose()?,
    })
}
