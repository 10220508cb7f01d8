//! What a browser gets: texts, positions, bounds. No item or scale id, no key, no weight, no right answer, no norm.

use instruments::{LoadedInstrument, Wording};

use super::given::MAX_TEXT_CHARS;
use super::sections::{SectionClock, SectionError};
use super::steps::{Step, StepKind, Steps};
use super::view::{
    BoundsView, ChoiceView, MemberView, NumberLabel, OptionView, PageView, SectionView, SheetView, StepView,
};

/// Steps on a page unless somebody asks for another number.
pub const PAGE_SIZE: u32 = 5;

/// The most steps on a page.
pub const MOST_STEPS_ON_A_PAGE: u32 = 100;

/// Why a questionnaire, or a page of it, is not given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The wording in that language is not there.
    #[error("{instrument} cannot be given in `{language}`; it can be given in {}", list(.allowed))]
    Language {
        /// The instrument.
        instrument: String,
        /// The language asked for.
        language: String,
        /// Languages of its wording.
        allowed: Vec<String>,
    },
    /// No such position.
    #[error("there is no position {given}; positions go from 1 to {n_steps}")]
    Position {
        /// The position asked for.
        given: u32,
        /// How many there are.
        n_steps: u32,
    },
    /// A page of nothing, or of too much.
    #[error("{given} steps are no page; possible are 1 to {MOST_STEPS_ON_A_PAGE}")]
    PageSize {
        /// The number asked for.
        given: u32,
    },
    /// The section is closed.
    #[error(transparent)]
    Section(#[from] SectionError),
}

impl DeliveryError {
    /// The field of a request that is at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Language { .. } => "language",
            Self::Position { .. } => "from",
            Self::PageSize { .. } => "n",
            Self::Section(error) => error.field(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Language { .. } => {
                "choose a language of its wording, or import the wording into the instrument's folder"
            }
            Self::Position { .. } => "begin with position 1",
            Self::PageSize { .. } => "leave the number out for pages of the usual size",
            Self::Section(error) => error.remedy(),
        }
    }
}

fn list(languages: &[String]) -> String {
    if languages.is_empty() {
        "no language, its wording is imported by whoever holds it".to_owned()
    } else {
        languages.join(", ")
    }
}

/// A page, and what the caller must record because of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// What the browser gets.
    pub page: PageView,
    /// The number of the timed section that begins with this page, now; none when nothing begins.
    pub begins: Option<u32>,
}

/// An instrument in a language, ready to be answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    steps: Steps,
    view: SheetView,
    words: Vec<StepView>,
}

impl Sheet {
    /// Words the steps of an instrument in a language.
    ///
    /// # Errors
    /// [`DeliveryError::Language`] when the instrument cannot be given in it.
    pub fn of(loaded: &LoadedInstrument, language: &str) -> Result<Self, DeliveryError> {
        let Some((wording, instruction)) = loaded.wording(language).and_then(|w| Some((w, w.instruction()?))) else {
            return Err(DeliveryError::Language {
                instrument: loaded.id().to_string(),
                language: language.chars().take(20).collect(),
                allowed: loaded.languages().map(ToString::to_string).collect(),
            });
        };
        let steps = Steps::of(loaded);
        let sections = steps.sections().zip(0..).map(|((number, section), section_idx)| {
            let words = wording.section(section_idx);
            SectionView {
                number,
                title: words.map(|words| words.title.clone()).unwrap_or_default(),
                instruction: words.and_then(|words| words.instruction.clone()),
                first: *section.positions.start(),
                last: *section.positions.end(),
                seconds: section.seconds,
            }
        });
        let view = SheetView {
            title: wording.title().to_owned(),
            description: wording.description().map(str::to_owned),
            instruction: instruction.to_owned(),
            language: wording.language().to_string(),
            n_steps: steps.n_steps(),
            page_size: PAGE_SIZE,
            minutes: loaded.about().minutes,
            sections: sections.collect(),
        };
        let words = steps.iter().map(|(position, step)| step_view(position, step, loaded, wording)).collect();
        Ok(Self { steps, view, words })
    }

    /// The questionnaire as a whole.
    #[must_use]
    pub fn view(&self) -> &SheetView {
        &self.view
    }

    /// Its steps, without words.
    #[must_use]
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// The words of one step.
    #[must_use]
    pub fn step(&self, position: u32) -> Option<&StepView> {
        self.words.get(usize::try_from(position).ok()?.checked_sub(1)?)
    }

    /// At most `n` steps from a position on, never beyond its section; without times.
    ///
    /// # Errors
    /// [`DeliveryError::Position`], [`DeliveryError::PageSize`].
    pub fn page(&self, from: u32, n: u32) -> Result<PageView, DeliveryError> {
        if !(1..=MOST_STEPS_ON_A_PAGE).contains(&n) {
            return Err(DeliveryError::PageSize { given: n });
        }
        let n_steps = self.steps.n_steps();
        let Some(step) = self.steps.step(from) else { return Err(DeliveryError::Position { given: from, n_steps }) };
        let section = step.section().and_then(|number| self.view.sections.iter().find(|view| view.number == number));
        let end = section.map_or(n_steps, |section| section.last);
        let last = from.saturating_add(n - 1).min(end);
        let steps = (from..=last).filter_map(|position| self.step(position).cloned()).collect();
        let next = (last < n_steps).then_some(last + 1);
        Ok(PageView { steps, next, n_steps, section: section.cloned(), time: None })
    }

    /// A page as it is given to a person now: with the time left of its section. A timed section begins with its first page.
    ///
    /// # Errors
    /// As [`Sheet::page`]; [`SectionError::TimeOver`] when the time of the section has run out.
    pub fn open_page(&self, from: u32, n: u32, clock: &SectionClock<'_>) -> Result<Opened, DeliveryError> {
        let page = self.page(from, n)?;
        let Some(number) = page.section.as_ref().map(|section| section.number) else {
            return Ok(Opened { page, begins: None });
        };
        if clock.is_over(&self.steps, number) {
            return Err(SectionError::TimeOver { section: number }.into());
        }
        let time = clock.time_left(&self.steps, number);
        let begins = clock.is_timed_and_not_begun(&self.steps, number).then_some(number);
        Ok(Opened { page: PageView { time, ..page }, begins })
    }
}

fn step_view(position: u32, step: &Step, loaded: &LoadedInstrument, wording: &Wording) -> StepView {
    let text_of = |item_idx: &usize| wording.item(*item_idx).unwrap_or_default().to_owned();
    let first = step.items().first();
    let labels =
        first.and_then(|&item_idx| loaded.response_scale_of(item_idx)).map_or(&[][..], |name| wording.options(name));
    let mut view = StepView {
        position,
        kind: step.kind(),
        text: first.map(text_of),
        options: Vec::new(),
        members: Vec::new(),
        choice: None,
        bounds: None,
        max_chars: None,
    };
    match step.kind() {
        // Labels stand in the order of the codes, which is the same for everyone and every item of the format.
        StepKind::Likert | StepKind::Dichotomous | StepKind::Choice => {
            view.options =
                (1..).zip(labels).map(|(option, (_, label))| OptionView { option, label: label.clone() }).collect();
        }
        StepKind::Slider | StepKind::Number => {
            let labels = labels.iter().map(|(number, label)| NumberLabel { number: *number, label: label.clone() });
            view.bounds = Some(BoundsView {
                lowest: step.responses().lowest(),
                highest: step.responses().highest(),
                labels: labels.collect(),
            });
        }
        StepKind::Text => view.max_chars = Some(MAX_TEXT_CHARS),
        StepKind::MostLeast | StepKind::Ranking => {
            view.text = None;
            let texts = step.items().iter().map(text_of);
            view.members = (1..).zip(texts).map(|(member, text)| MemberView { member, text }).collect();
        }
    }
    if let (StepKind::MostLeast, [(_, least), .., (_, most)]) = (step.kind(), labels) {
        view.choice = Some(ChoiceView { most: most.clone(), least: least.clone() });
    }
    view
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::clock::Timestamp;
    use crate::questionnaire::fixtures::{ALL_WORDED, catalog, loaded};

    fn sheet(id: &str) -> Sheet {
        Sheet::of(&loaded(id), "fr").unwrap()
    }

    #[test]
    fn itc_1_a_page_holds_texts_and_option_numbers() {
        let page = sheet("likert-12").page(1, PAGE_SIZE).unwrap();
        assert_eq!((page.steps.len(), page.next, page.n_steps), (5, Some(6), 12));
        let first = &page.steps[0];
        assert_eq!((first.position, first.kind), (1, StepKind::Likert));
        assert!(first.text.as_ref().is_some_and(|text| text.len() > 10));
        assert_eq!(first.options.iter().map(|option| option.option).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        let last = sheet("likert-12").page(11, PAGE_SIZE).unwrap();
        assert_eq!((last.steps.len(), last.next), (2, None));
    }

    #[test]
    fn a_block_shows_its_members_by_place() {
        let page = sheet("blocks-4").page(2, 1).unwrap();
        let block = &page.steps[0];
        assert_eq!((block.kind, block.text.as_ref()), (StepKind::MostLeast, None));
        assert_eq!(block.members.iter().map(|member| member.member).collect::<Vec<_>>(), [1, 2, 3, 4]);
        let choice = block.choice.as_ref().unwrap();
        assert!(choice.most.contains("plus") && choice.least.contains("moins"), "{choice:?}");
        assert!(block.options.is_empty());
    }

    #[test]
    fn a_page_ends_with_its_section_and_tells_the_time_left() {
        let sheet = sheet("timed-key-8");
        let page = sheet.page(4, PAGE_SIZE).unwrap();
        assert_eq!((page.steps.len(), page.next), (2, Some(6)));
        let (none, now) = (BTreeMap::new(), Timestamp::from_millis(1_800_000_000_000));
        let clock = SectionClock { starts: &none, accommodations: &[], now };
        let opened = sheet.open_page(1, 5, &clock).unwrap();
        assert_eq!((opened.begins, opened.page.time.map(|time| time.seconds_left)), (Some(1), Some(60)));
        let starts = BTreeMap::from([(1, now)]);
        let later = |ms| SectionClock { starts: &starts, accommodations: &[], now: now.plus(ms) };
        let opened = sheet.open_page(3, 5, &later(20_500)).unwrap();
        assert_eq!((opened.begins, opened.page.time.map(|time| time.seconds_left)), (None, Some(39)));
        let over = sheet.open_page(3, 5, &later(60_000)).unwrap_err();
        assert_eq!(over, DeliveryError::Section(SectionError::TimeOver { section: 1 }));
        let untimed = sheet.open_page(6, 5, &later(60_000)).unwrap();
        assert_eq!((untimed.begins, untimed.page.time), (None, None));
    }

    #[test]
    fn impossible_pages_are_refused() {
        let sheet = sheet("likert-12");
        for position in [0, 13, u32::MAX] {
            assert_eq!(sheet.page(position, 5), Err(DeliveryError::Position { given: position, n_steps: 12 }));
        }
        for n in [0, 101, u32::MAX] {
            assert_eq!(sheet.page(1, n), Err(DeliveryError::PageSize { given: n }));
        }
    }

    #[test]
    fn a_language_without_wording_is_refused() {
        let error = Sheet::of(&loaded("likert-12"), "de").unwrap_err().to_string();
        assert!(error.contains("fr, en"), "{error}");
        let imported = Sheet::of(&catalog().find("ipip-neo-120").unwrap(), "fr").unwrap_err().to_string();
        assert!(imported.contains("imported"), "{imported}");
    }

    /// All strings of a JSON value, keys apart.
    fn strings(value: &serde_json::Value, keys: &mut Vec<String>, texts: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => texts.push(text.clone()),
            serde_json::Value::Array(list) => list.iter().for_each(|value| strings(value, keys, texts)),
            serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| {
                keys.push(key.clone());
                strings(value, keys, texts);
            }),
            _ => {}
        }
    }

    #[test]
    fn a_browser_gets_no_id_of_item_scale_section_or_norm() {
        for id in ALL_WORDED.iter().copied().chain(["interests-60"]) {
            let loaded = loaded(id);
            let sheet = Sheet::of(&loaded, "fr").unwrap();
            let whole: Vec<StepView> = (1..=sheet.view().n_steps).filter_map(|p| sheet.step(p).cloned()).collect();
            let page = sheet.page(1, 100).unwrap();
            let value = serde_json::json!({ "sheet": sheet.view(), "steps": whole, "page": page });
            let (mut keys, mut texts) = (Vec::new(), Vec::new());
            strings(&value, &mut keys, &mut texts);
            for secret in ["id", "item", "item_id", "scale", "key", "sign", "weight", "correct", "norm", "code"] {
                assert!(!keys.iter().any(|key| key == secret), "{id}: {secret}");
            }
            let instrument = loaded.instrument();
            let mut ids: Vec<String> = instrument.items().iter().map(|item| item.id.to_string()).collect();
            ids.extend(instrument.scales().iter().map(|scale| scale.id.to_string()));
            ids.extend(loaded.norms().iter().map(|norm| norm.card().id.clone()));
            ids.extend(loaded.sections().iter().map(|section| section.id().to_owned()));
            ids.extend((0..instrument.items().len()).filter_map(|idx| loaded.block_of(idx).map(str::to_owned)));
            let wording = loaded.wording("fr").unwrap();
            ids.extend((0..instrument.scales().len()).filter_map(|idx| Some(wording.scale(idx)?.name.clone())));
            for secret in ids {
                assert!(!texts.contains(&secret), "{id}: {secret}");
            }
        }
    }

    #[test]
    fn views_are_packed_and_read_back() {
        for id in ALL_WORDED {
            let page = sheet(id).page(1, 100).unwrap();
            assert_eq!(rmp_serde::from_slice::<PageView>(&rmp_serde::to_vec_named(&page).unwrap()).unwrap(), page);
            assert_eq!(rmp_serde::from_slice::<PageView>(&rmp_serde::to_vec(&page).unwrap()).unwrap(), page);
            assert_eq!(serde_json::from_str::<PageView>(&serde_json::to_string(&page).unwrap()).unwrap(), page);
        }
    }

    #[test]
    fn numbers_have_bounds() {
        let page = sheet("formats-5").page(1, 100).unwrap();
        let bounds: Vec<_> = page.steps.iter().filter_map(|step| step.bounds.as_ref()).collect();
        assert_eq!(bounds.iter().map(|b| (b.lowest, b.highest)).collect::<Vec<_>>(), [(0.0, 100.0), (0.0, 60.0)]);
        assert_eq!(bounds[0].labels.len(), 2);
    }
}
