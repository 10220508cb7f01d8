//! A questionnaire of another system while it is read: items with the groups they stand in and the answer formats found so far.
//!
//! What all systems share is decided here, once everything is read: ids, sections, kinds of answers, languages.

use std::collections::{BTreeMap, BTreeSet};

use engine::model::{InstrumentId, ItemId, ResponseKind, ResponseScale, ScaleId, Version};

use crate::about::Language;
use crate::exchange::foreign_ids::ForeignIds;
use crate::exchange::form::{Form, FormItem, FormScale, FormSection, Words};
use crate::exchange::losses::Losses;
use crate::load::items;
use crate::problem::{Problems, given};

/// The language where the other system names none.
pub(crate) const UNDETERMINED: &str = "und";

/// A questionnaire while it is read.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// What the problems call the file.
    pub file: &'static str,
    pub form: Form,
    pub ids: ForeignIds,
    pub groups: Vec<Group>,
    /// For each item of the form what the other system says of it.
    pub origins: Vec<Origin>,
    /// What the other system says of each answer format of the form.
    pub formats: Vec<Format>,
    pub problems: Problems,
    pub losses: Losses,
    names: Names,
    is_cut: bool,
}

/// Names that are taken, and where to go on counting: a million equal names are told apart in one pass.
#[derive(Debug, Default)]
struct Names {
    taken: BTreeSet<String>,
    next: BTreeMap<String, usize>,
}

impl Names {
    /// The name itself, or with a number after it.
    fn take(&mut self, stem: &str) -> String {
        let mut name = stem.to_owned();
        while !self.taken.insert(name.to_ascii_lowercase()) {
            let number = self.next.entry(stem.to_ascii_lowercase()).or_insert(1);
            *number += 1;
            // Ids have a longest length; there is always room for a number.
            name = format!("{}-{number}", stem.get(..50).unwrap_or(stem));
        }
        name
    }
}

/// Items that stand together under a title.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// The group it stands in.
    pub parent: Option<usize>,
    /// Its id in the other system.
    pub id: String,
    pub seconds: Option<u32>,
    pub title: Words,
    pub instruction: Words,
}

/// Where an item comes from.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    /// Its id in the other system.
    pub id: String,
    /// The group it stands in.
    pub group: Option<usize>,
}

/// An answer format as it is found on an item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Format {
    /// The name that it has with us.
    pub name: Option<String>,
    pub responses: ResponseScale,
    pub labels: BTreeMap<i64, Words>,
    /// System and code of its options where they are not ours, with our code.
    pub codes: Vec<(String, String, i64)>,
    /// What of it is still open.
    pub open: Open,
}

/// What of an answer format is decided when everything is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// Nothing.
    Decided,
    /// Whether its options have an order.
    Order,
    /// How yes and no are said.
    YesNo,
}

impl Draft {
    /// A draft that reports on a file.
    pub(crate) fn of(file: &'static str) -> Self {
        Self { file, ..Self::default() }
    }

    /// The most answer formats, as an instrument may have.
    const MOST_FORMATS: usize = 1000;

    /// The most languages: each of them is compared with all others.
    const MOST_LANGUAGES: usize = 40;

    /// Whether there are so many items or answer formats that no more are read.
    pub(crate) fn is_full(&mut self) -> bool {
        if self.form.items.len() >= items::COLUMNS.max_rows {
            self.cut(format!("more than {} items", items::COLUMNS.max_rows));
        }
        self.is_cut
    }

    fn cut(&mut self, what: String) {
        if !self.is_cut {
            self.is_cut = true;
            self.problems.error(
                self.file,
                "",
                format!("{what}; the items after them are left out"),
                "split the questionnaire",
            );
        }
    }

    /// The place of an answer format among those of the form; equal ones are one. `None` when there are too many.
    pub(crate) fn format_idx(&mut self, format: Format, place: &str) -> Option<usize> {
        if let Some(idx) = self.formats.iter().position(|known| *known == format) {
            return Some(idx);
        }
        if self.formats.len() >= Self::MOST_FORMATS {
            self.cut(format!("more than {} answer formats", Self::MOST_FORMATS));
            return None;
        }
        let stem = match &format.name {
            Some(name) if ScaleId::new(name.as_str()).is_ok() => name.clone(),
            _ => match format.responses.kind() {
                ResponseKind::Text => "words".to_owned(),
                ResponseKind::Numeric | ResponseKind::Slider => "number".to_owned(),
                _ => format!("options{}", format.responses.n_categories()),
            },
        };
        let name = self.names.take(&stem);
        if format.name.as_ref().is_some_and(|given| *given != name) {
            let message =
                format!("the options of {} are not the same everywhere; `{name}` holds those found here", given(&stem));
            let remedy = "look whether they are meant to differ; if not, make them equal and import again";
            self.problems.warning(self.file, place, message, remedy);
        }
        for (system, code, ours) in &format.codes {
            self.ids.options.insert((name.clone(), system.clone(), code.clone()), *ours);
        }
        let (responses, labels) = (format.responses, format.labels.clone());
        self.form.response_scales.push(FormScale { name, responses, labels });
        self.formats.push(format);
        Some(self.formats.len() - 1)
    }

    /// Adds an item.
    pub(crate) fn push_item(&mut self, origin: Origin, item: FormItem) {
        self.origins.push(origin);
        self.form.items.push(item);
    }

    /// Id and version from what the other system says; the first text that can be made an id is taken.
    pub(crate) fn name(&mut self, candidates: &[Option<String>], version: Option<&str>) {
        let id = candidates.iter().flatten().find_map(|text| as_id(text));
        let first = candidates.iter().flatten().next();
        self.form.id = id.unwrap_or_else(|| "imported".to_owned());
        if first != Some(&self.form.id) {
            let message = match first {
                Some(text) => format!("{} is no id of an instrument; `{}` is taken", given(text), self.form.id),
                None => format!("the questionnaire has no id; `{}` is taken", self.form.id),
            };
            self.problems.warning(self.file, "", message, "rename it in instrument.toml, and its folder with it");
        }
        match version.and_then(|text| text.parse::<Version>().ok()) {
            Some(version) => self.form.version = version.to_string(),
            None => {
                self.form.version = "1.0.0".to_owned();
                let message = match version {
                    Some(text) => {
                        format!("version {} is not of the form major.minor.patch; 1.0.0 is taken", given(text))
                    }
                    None => "the questionnaire has no version; 1.0.0 is taken".to_owned(),
                };
                self.problems.warning(self.file, "version", message, "correct it in instrument.toml");
            }
        }
    }

    /// Decides what can be decided only now, and gives the form.
    pub(crate) fn finish(mut self) -> (Form, ForeignIds, Problems) {
        self.name_items();
        self.make_sections();
        self.collect_languages();
        self.decide_formats();
        if self.form.items.is_empty() {
            self.problems.error(
                self.file,
                "",
                "it has no item that can be answered",
                "export the questionnaire with its items",
            );
        }
        self.losses.report(self.file, &mut self.problems);
        (self.form, self.ids, self.problems)
    }

    /// Gives every item an id of its own; ids of the other system stay where they can.
    fn name_items(&mut self) {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let keeps: Vec<bool> = self
            .origins
            .iter()
            .map(|origin| ItemId::new(origin.id.as_str()).is_ok() && taken.insert(origin.id.to_ascii_lowercase()))
            .collect();
        let mut spare = self.form.items.len();
        let items = self.origins.iter().zip(&mut self.form.items).zip(keeps);
        for (number, ((origin, item), keeps)) in (1..).zip(items) {
            if keeps {
                item.id.clone_from(&origin.id);
                continue;
            }
            let mut id = format!("i{number}");
            while !taken.insert(id.clone()) {
                spare += 1;
                id = format!("i{spare}");
            }
            item.id = id;
            if origin.id.is_empty() || self.ids.items.contains_key(&origin.id) {
                let message =
                    format!("{} does not tell its item from others; it is called `{}` now", given(&origin.id), item.id);
                self.problems.warning(self.file, "", message, "answers to it cannot be imported by its old id");
            } else {
                self.ids.items.insert(origin.id.clone(), item.id.clone());
            }
        }
        if !self.ids.items.is_empty() {
            let message = format!("{} items have ids that are none with us; they got new ones", self.ids.items.len());
            self.problems.warning(self.file, "", message, "exchange.csv keeps the old ids; keep it with the folder");
        }
    }

    /// Makes each run of items that stand in one group a section.
    fn make_sections(&mut self) {
        if self.origins.iter().all(|origin| origin.group.is_none()) {
            return;
        }
        let mut names = Names::default();
        let mut next = 0;
        let mut sections = Vec::new();
        for run in self.origins.chunk_by(|one, other| one.group == other.group) {
            let (first, group) = (next, run.first().and_then(|origin| origin.group));
            next += run.len();
            let path = path_of(&self.groups, group);
            let own = path.last();
            let stem = own.and_then(|group| as_id(&group.id)).unwrap_or_else(|| "part".to_owned());
            let id = names.take(&stem);
            let title = joined(path.iter().map(|group| &group.title), " — ");
            let instruction = joined(path.iter().map(|group| &group.instruction), "\n");
            let seconds = own.and_then(|group| group.seconds);
            sections.push(FormSection { id, first, last: next - 1, seconds, title, instruction });
        }
        for section in &mut sections {
            if section.title.is_empty() {
                section.title.clone_from(&self.form.title);
                let message = "its items stand under no title; the title of the questionnaire is taken";
                self.problems.warning(
                    self.file,
                    &section.id,
                    message,
                    "give the section a title in the files of wording",
                );
            }
        }
        self.form.sections = sections;
    }

    /// The languages of all words; those that are no languages are left out.
    fn collect_languages(&mut self) {
        let mut found: BTreeSet<String> = BTreeSet::new();
        self.form.each_words(&mut |words: &mut Words| found.extend(words.keys().cloned()));
        let (known, unknown): (Vec<String>, Vec<String>) =
            found.into_iter().partition(|tag| Language::new(tag).is_some());
        for tag in unknown.iter().take(20) {
            let message = format!("{} is no language; its words are left out", given(tag));
            self.problems.warning(self.file, "language", message, "use a tag such as `fr`, `en` or `fr-CA`");
        }
        let main = self.form.languages.first().cloned();
        let mut languages = known;
        // The main language comes first; the sort is stable.
        languages.sort_by_key(|tag| main.as_ref() != Some(tag));
        if languages.len() > Self::MOST_LANGUAGES {
            let message = format!("{} languages; the first {} are read", languages.len(), Self::MOST_LANGUAGES);
            self.problems.error(self.file, "language", message, "split the questionnaire");
            languages.truncate(Self::MOST_LANGUAGES);
        }
        let known: BTreeSet<String> = languages.iter().cloned().collect();
        self.form.each_words(&mut |words: &mut Words| words.retain(|tag, _| known.contains(tag)));
        if languages.iter().any(|tag| tag == UNDETERMINED) {
            let message = format!("the questionnaire does not say its language; it is called `{UNDETERMINED}` for now");
            let remedy = "put the language into `languages` of instrument.toml and into the name of text.und.csv";
            self.problems.warning(self.file, "language", message, remedy);
        }
        self.form.languages = languages;
    }

    /// Options that several items share are taken for ordered ones; yes and no are said in each language.
    fn decide_formats(&mut self) {
        let given_in: Vec<String> =
            self.form.languages.iter().filter(|tag| self.form.can_be_given(tag)).cloned().collect();
        for (idx, format) in self.formats.iter().enumerate() {
            let n_items = self.form.items.iter().filter(|item| item.scale_idx == idx).count();
            let Some(scale) = self.form.response_scales.get_mut(idx) else { continue };
            let place = format!("response_scales.{}", scale.name);
            match format.open {
                Open::Decided => {}
                Open::Order => {
                    let (kind, why) = match n_items {
                        0 | 1 => {
                            (ResponseKind::Choice, "one item uses them: they are taken for a choice without an order")
                        }
                        _ => (ResponseKind::Likert, "several items share them: they are taken for ordered categories"),
                    };
                    let (lowest, highest) = (scale.responses.lowest(), scale.responses.highest());
                    scale.responses = ResponseScale::new(kind, lowest, highest).unwrap_or(scale.responses);
                    let message = format!("the options have no numbers, and {why}");
                    self.problems.warning(
                        self.file,
                        place,
                        message,
                        "correct `kind` in instrument.toml where it is not so",
                    );
                }
                Open::YesNo => {
                    for tag in &given_in {
                        let (no, yes) =
                            if tag == "fr" || tag.starts_with("fr-") { ("Non", "Oui") } else { ("No", "Yes") };
                        for (code, label) in [(0, no), (1, yes)] {
                            scale.labels.entry(code).or_default().insert(tag.clone(), label.to_owned());
                        }
                    }
                    let message = "yes and no have no words in the other system; they were given some";
                    self.problems.warning(self.file, place, message, "correct the options in the files of wording");
                }
            }
        }
    }
}

impl Form {
    /// Visits every text.
    fn each_words(&mut self, visit: &mut dyn FnMut(&mut Words)) {
        for words in [&mut self.title, &mut self.description, &mut self.instruction] {
            visit(words);
        }
        self.items.iter_mut().for_each(|item| visit(&mut item.text));
        self.response_scales.iter_mut().flat_map(|scale| scale.labels.values_mut()).for_each(&mut *visit);
        for section in &mut self.sections {
            visit(&mut section.title);
            visit(&mut section.instruction);
        }
        for scale in &mut self.scales {
            for words in [&mut scale.name, &mut scale.definition, &mut scale.low, &mut scale.high] {
                visit(words);
            }
        }
    }
}

/// The groups from the outermost to one.
fn path_of(groups: &[Group], innermost: Option<usize>) -> Vec<&Group> {
    let mut path = Vec::new();
    let mut next = innermost;
    while let Some(group) = next.and_then(|idx| groups.get(idx)) {
        path.push(group);
        // A parent always stands before its children.
        next = group.parent.filter(|parent| next.is_some_and(|idx| *parent < idx));
    }
    path.reverse();
    path
}

/// Texts joined, language by language.
fn joined<'w>(texts: impl Iterator<Item = &'w Words>, between: &str) -> Words {
    let mut all = Words::new();
    texts.for_each(|words| append(&mut all, words, between));
    all
}

/// Adds texts to others, language by language.
pub(crate) fn append(all: &mut Words, words: &Words, between: &str) {
    for (language, text) in words {
        let joined: &mut String = all.entry(language.clone()).or_default();
        if !joined.is_empty() {
            joined.push_str(between);
        }
        joined.push_str(text);
    }
}

/// A text made an id: what is not allowed becomes `-`.
pub(crate) fn as_id(text: &str) -> Option<String> {
    if InstrumentId::new(text).is_ok() {
        return Some(text.to_owned());
    }
    let plain: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .skip_while(|c| !c.is_ascii_alphanumeric())
        .take(60)
        .collect();
    let plain = plain.trim_end_matches(['-', '.', '_']).to_owned();
    InstrumentId::new(plain.as_str()).ok().map(|_| plain)
}

/// Whether numbers can be the codes of an answer format: whole, different, and following each other. Gives the lowest and the highest.
pub(crate) fn consecutive(codes: &[i64]) -> Option<(i64, i64)> {
    let (lowest, highest) = (*codes.iter().min()?, *codes.iter().max()?);
    let in_range = lowest >= -30_000 && highest <= 30_000;
    let distinct: BTreeSet<i64> = codes.iter().copied().collect();
    let fits = in_range && distinct.len() == codes.len() && usize::try_from(highest - lowest).ok()? + 1 == codes.len();
    fits.then_some((lowest, highest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_each_other() {
        assert_eq!(consecutive(&[3, 1, 2]), Some((1, 3)));
        for codes in [&[1, 3][..], &[1, 1, 2], &[], &[i64::MIN, i64::MAX], &[40_000, 40_001]] {
            assert_eq!(consecutive(codes), None, "{codes:?}");
        }
    }

    #[test]
    fn any_text_with_a_letter_becomes_an_id() {
        for (text, id) in [("a b", "a-b"), ("/44250-9", "44250-9"), ("É(x)", "x"), ("ok.1", "ok.1"), ("a..", "a..")] {
            assert_eq!(as_id(text).as_deref(), Some(id), "{text}");
        }
        assert_eq!((as_id("…"), as_id("")), (None, None));
        assert!(as_id(&"é-".repeat(500)).is_none() && as_id(&"ab".repeat(500)).is_some());
    }
}
