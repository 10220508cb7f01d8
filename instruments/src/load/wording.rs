//! `text.<lang>.csv`, `names.<lang>.csv` and `interpretation.<lang>.csv`: the words of an instrument, complete in every
//! declared language; names of scales alone in others.

use std::collections::BTreeMap;

use engine::model::{ResponseKind, ResponseScale};

use crate::about::Language;
use crate::load::items::Items;
use crate::load::languages::{self, Extent, languages_of};
use crate::load::manifest::{self, Manifest};
use crate::load::{Need, Reading};
use crate::loaded::Section;
use crate::problem::{Problem, Problems, did_you_mean, given, list_of, nearest};
use crate::table::{Columns, Row, Table};
use crate::wording::{Band, ScaleWording, SectionWording, Wording};

const TEXT_COLUMNS: Columns = Columns { required: &["element", "id", "text"], optional: &[], max_rows: 100_000 };
const INTERPRETATION_COLUMNS: Columns =
    Columns { required: &["scale", "band", "text"], optional: &[], max_rows: 10_000 };

/// What a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Element {
    Title,
    Description,
    Instruction,
    Item,
    Option,
    Section,
    SectionInstruction,
    Scale,
    Definition,
    Low,
    High,
    Source,
}

const ELEMENTS: &[(&str, Element)] = &[
    ("title", Element::Title),
    ("description", Element::Description),
    ("instruction", Element::Instruction),
    ("item", Element::Item),
    ("option", Element::Option),
    ("section", Element::Section),
    ("section-instruction", Element::SectionInstruction),
    ("scale", Element::Scale),
    ("definition", Element::Definition),
    ("low", Element::Low),
    ("high", Element::High),
    ("source", Element::Source),
];

/// The texts of one file, by element and id exactly as written.
type Texts = BTreeMap<(Element, String), (usize, String)>;

/// The wording of an instrument, and what its files of names hold: the words that imported items are given with.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub wordings: Vec<Wording>,
    names: BTreeMap<Language, Texts>,
}

/// Reads the words in every declared language.
pub(crate) fn read(reading: &mut Reading<'_>, manifest: &Manifest, items: &Items, sections: &[Section]) -> Words {
    let languages = languages_of(reading, manifest);
    let texts: Vec<(Language, Extent, Texts)> = languages
        .iter()
        .filter_map(|(language, extent)| {
            Some((language.clone(), *extent, read_texts(reading, manifest, items, language, *extent)?))
        })
        .collect();
    report_uneven(&texts, &mut reading.problems);
    let interpreted = languages.iter().any(|(language, _)| reading.has(&format!("interpretation.{language}.csv")));
    let mut words = Words::default();
    for (language, extent, texts) in texts {
        let interpretation = read_interpretation(reading, manifest, &language, interpreted);
        if extent == Extent::NamesOfScales {
            words.names.insert(language.clone(), texts.clone());
        }
        let draft = Draft { file: extent.file(&language), language, extent, texts, interpretation };
        words.wordings.extend(complete(draft, manifest, items, sections, &mut reading.problems));
    }
    words
}

/// Reads the wording that a folder of local additions brings, `text.<lang>.csv`: the items of a published key as their holder has
/// them. Title, instruction, options and names of scales are those of the instrument unless the file has its own; names of
/// scales that are in neither stay in the instrument's first language of names.
pub(crate) fn add(
    reading: &mut Reading<'_>,
    manifest: &Manifest,
    items: &Items,
    sections: &[Section],
    words: &mut Words,
) {
    for file in reading.files.clone() {
        let Some(language) = languages::language_of(&file).and_then(Language::new) else { continue };
        if file != Extent::Everything.file(&language) {
            let message = "a folder of additions brings whole wordings only, text.<lang>.csv";
            reading.problems.error(&file, "", message, "delete the file, or put it into the instrument's own folder");
            continue;
        }
        let known = words.wordings.iter().position(|wording| wording.language == language);
        if known.and_then(|idx| words.wordings.get(idx)).is_some_and(Wording::can_be_given) {
            let message = format!("the instrument has a wording in `{language}` already");
            reading.problems.error(&file, "", message, "delete the file");
            continue;
        }
        let Some(own) = read_texts(reading, manifest, items, &language, Extent::Everything) else { continue };
        let mut texts = words.names.get(&language).cloned().unwrap_or_default();
        texts.extend(own);
        for scale in words.wordings.first().map_or(&[][..], |first| &first.scales).iter().zip(&manifest.scales) {
            let (name, id) = (&scale.0.name, scale.1.id.as_str());
            texts.entry((Element::Scale, id.to_owned())).or_insert_with(|| (0, name.clone()));
        }
        let interpretation = known.and_then(|idx| words.wordings.get(idx)).map(|known| known.interpretation.clone());
        let interpretation = interpretation.unwrap_or_else(|| no_sentences(manifest));
        let draft = Draft { file, language, extent: Extent::Everything, texts, interpretation };
        let Some(wording) = complete(draft, manifest, items, sections, &mut reading.problems) else { continue };
        match known.and_then(|idx| words.wordings.get_mut(idx)) {
            Some(known) => *known = wording,
            None => words.wordings.push(wording),
        }
    }
}

fn no_sentences(manifest: &Manifest) -> Vec<[Option<String>; 3]> {
    vec![[const { None }; 3]; manifest.scales.len()]
}

fn read_texts(
    reading: &mut Reading<'_>,
    manifest: &Manifest,
    items: &Items,
    language: &Language,
    extent: Extent,
) -> Option<Texts> {
    let file = extent.file(language);
    let bytes = reading.bytes(&file, Need::Required)?;
    let problems = &mut reading.problems;
    let table = Table::read(&file, &bytes, TEXT_COLUMNS, problems)?;
    let mut texts = Texts::new();
    for row in table.rows() {
        if problems.is_full() {
            break;
        }
        let Some(key) = problems.keep(read_key(&row, manifest, items)) else { continue };
        let is_asked = matches!(key.0, Element::Item | Element::Section | Element::SectionInstruction);
        if extent == Extent::NamesOfScales && is_asked {
            let message = "a file of names holds no items and no sections";
            let remedy = format!("put all of the wording into text.{language}.csv, and declare the language");
            problems.push(row.error("element", message, remedy));
            continue;
        }
        let text = row.get("text");
        if text.is_empty() {
            problems.push(row.error("text", "the text is blank", "write it, or delete the line"));
        }
        if let Some((first, _)) = texts.get(&key) {
            let message = format!("this text stands twice, first on line {first}");
            problems.push(row.error("id", message, "keep one of the two lines"));
        } else {
            texts.insert(key, (row.line, text.to_owned()));
        }
    }
    Some(texts)
}

fn read_key(row: &Row<'_>, manifest: &Manifest, items: &Items) -> Result<(Element, String), Problem> {
    let (word, id) = (row.get("element"), row.get("id"));
    let known = || ELEMENTS.iter().map(|(word, _)| *word);
    let Some(element) = ELEMENTS.iter().find(|(known, _)| *known == word).map(|(_, element)| *element) else {
        let remedy = format!("use one of {}", known().collect::<Vec<_>>().join(", "));
        return Err(row.error(
            "element",
            format!("unknown element {}", given(word)),
            did_you_mean(word, known(), remedy),
        ));
    };
    let scale_ids = || manifest.scales.iter().map(|scale| scale.id.as_str());
    match element {
        Element::Title | Element::Description | Element::Instruction | Element::Source if !id.is_empty() => {
            let message = format!("there is one {word} only, but the id is {}", given(id));
            return Err(row.error("id", message, "leave the id blank"));
        }
        Element::Title | Element::Description | Element::Instruction | Element::Source => {}
        Element::Item if items.is_read && items.find(id).is_none() => {
            let remedy = did_you_mean(id, items.ids(), "delete the line, or add the item to items.csv");
            return Err(row.error("id", format!("unknown item {}", given(id)), remedy));
        }
        Element::Scale | Element::Definition | Element::Low | Element::High
            if !scale_ids().any(|known| known == id) =>
        {
            let remedy = did_you_mean(id, scale_ids(), "delete the line, or declare the scale in instrument.toml");
            return Err(row.error("id", format!("unknown scale {}", given(id)), remedy));
        }
        Element::Option => check_option(row, id, manifest)?,
        Element::Section | Element::SectionInstruction => check_section(row, id, manifest)?,
        Element::Item | Element::Scale | Element::Definition | Element::Low | Element::High => {}
    }
    Ok((element, id.to_owned()))
}

/// A section is named by its id.
fn check_section(row: &Row<'_>, id: &str, manifest: &Manifest) -> Result<(), Problem> {
    let known = || manifest.sections.iter().filter_map(|section| Some(section.id.as_deref()?.trim()));
    if known().any(|known| known == id) {
        return Ok(());
    }
    let remedy = did_you_mean(id, known(), "delete the line, or declare the section in instrument.toml");
    Err(row.error("id", format!("unknown section {}", given(id)), remedy))
}

/// An option is named by its response scale and code: `agree5:1`.
fn check_option(row: &Row<'_>, id: &str, manifest: &Manifest) -> Result<(), Problem> {
    let Some((name, code)) = id.rsplit_once(':') else {
        let message = format!("{} names no option", given(id));
        return Err(row.error("id", message, "write the response scale, a colon and the code, such as `agree5:1`"));
    };
    let Some((_, scale)) = manifest.response_scales.iter().find(|(known, _)| known == name) else {
        let known: Vec<&str> = manifest.response_scales.iter().map(|(name, _)| name.as_str()).collect();
        let remedy = did_you_mean(name, known.iter().copied(), format!("known are {}", list_of(&known)));
        return Err(row.error("id", format!("unknown response scale {}", given(name)), remedy));
    };
    let Some(scale) = scale else { return Ok(()) };
    // `01` or `+1` would stand for 1 a second time.
    let is_known = code.parse::<i64>().is_ok_and(|number| number.to_string() == code && is_code(scale, number));
    if is_known {
        return Ok(());
    }
    let message = format!("response scale `{name}` has no code {}", given(code));
    let remedy = match scale.kind() {
        ResponseKind::Text => "delete the line: free text has no options".to_owned(),
        _ => format!("its codes go from {} to {}", scale.lowest(), scale.highest()),
    };
    Err(row.error("id", message, remedy))
}

fn is_code(scale: &ResponseScale, code: i64) -> bool {
    match scale.kind() {
        ResponseKind::Text => false,
        // A line is labeled where its author wants: usually at both ends.
        ResponseKind::Slider | ResponseKind::Numeric => (scale.lowest()..=scale.highest()).contains(&(code as f64)),
        _ => scale.category_of(code).is_some(),
    }
}

/// Whether every code of an answer format needs a label. Ranks and numbers speak for themselves.
fn needs_labels(kind: ResponseKind) -> bool {
    matches!(kind, ResponseKind::Likert | ResponseKind::Dichotomous | ResponseKind::Choice | ResponseKind::MostLeast)
}

/// Reports texts that one language has and another lacks, where the text is not needed anyway.
fn report_uneven(texts: &[(Language, Extent, Texts)], problems: &mut Problems) {
    for (language, extent, own) in texts {
        for (other, other_extent, others) in texts.iter().filter(|(other, ..)| other != language) {
            for (element, id) in others.keys().filter(|key| !own.contains_key(*key)) {
                let optional = matches!(
                    element,
                    Element::Description
                        | Element::SectionInstruction
                        | Element::Definition
                        | Element::Low
                        | Element::High
                );
                if optional && !problems.is_full() {
                    let message =
                        format!("{} is missing, but stands in {}", name_of(*element, id), other_extent.file(other));
                    problems.warning(
                        &extent.file(language),
                        "",
                        message,
                        "add it, or take it out of the other language",
                    );
                }
            }
        }
    }
}

fn name_of(element: Element, id: &str) -> String {
    let word = ELEMENTS.iter().find(|(_, known)| *known == element).map_or("text", |(word, _)| *word);
    if id.is_empty() { format!("the {word}") } else { format!("the {word} of `{id}`") }
}

/// The texts of one language, read but not yet checked for completeness.
struct Draft {
    file: String,
    language: Language,
    extent: Extent,
    texts: Texts,
    interpretation: Vec<[Option<String>; 3]>,
}

/// Takes the texts of one file; each missing one that is needed is reported.
struct Taker<'p> {
    file: &'p str,
    texts: Texts,
    problems: &'p mut Problems,
    complete: bool,
}

impl Taker<'_> {
    fn optional(&mut self, element: Element, id: &str) -> Option<String> {
        self.texts.remove(&(element, id.to_owned())).map(|(_, text)| text)
    }

    fn needed(&mut self, element: Element, id: &str) -> String {
        self.optional(element, id).unwrap_or_else(|| {
            let word = ELEMENTS.iter().find(|(_, known)| *known == element).map_or("text", |(word, _)| *word);
            let message = format!("{} is missing", name_of(element, id));
            self.problems.error(self.file, "", message, format!("add the line `{word},{id},…`"));
            self.complete = false;
            String::new()
        })
    }
}

fn complete(
    draft: Draft,
    manifest: &Manifest,
    items: &Items,
    sections: &[Section],
    problems: &mut Problems,
) -> Option<Wording> {
    let Draft { file, language, extent, texts, interpretation } = draft;
    let mut taker = Taker { file: &file, texts, problems, complete: true };
    let title = taker.needed(Element::Title, "");
    let description = taker.optional(Element::Description, "");
    let everything = extent == Extent::Everything;
    let source = taker.optional(Element::Source, "");
    let instruction = everything.then(|| taker.needed(Element::Instruction, ""));
    let asked = if everything { &items.items[..] } else { &[] };
    let item_texts = asked.iter().map(|item| taker.needed(Element::Item, item.id.as_str())).collect();
    let parts = if everything { sections } else { &[] };
    let section_texts = parts.iter().map(|section| SectionWording {
        title: taker.needed(Element::Section, &section.id),
        instruction: taker.optional(Element::SectionInstruction, &section.id),
    });
    let section_texts = section_texts.collect();
    let mut options = BTreeMap::new();
    for (name, scale) in manifest.response_scales.iter().filter(|_| everything) {
        let Some(scale) = scale else { continue };
        if needs_labels(scale.kind()) {
            let codes = (0..scale.n_categories()).map(|category| scale.code_of(category));
            let labels = codes.map(|code| (code, taker.needed(Element::Option, &format!("{name}:{code}"))));
            options.insert(name.clone(), labels.collect());
        } else {
            options.insert(name.clone(), optional_labels(&mut taker, name));
        }
    }
    let scales = manifest
        .scales
        .iter()
        .map(|scale| {
            let id = scale.id.as_str();
            let wording = ScaleWording {
                name: taker.needed(Element::Scale, id),
                definition: taker.optional(Element::Definition, id),
                low: taker.optional(Element::Low, id),
                high: taker.optional(Element::High, id),
            };
            if wording.low.is_some() != wording.high.is_some() {
                let message = format!("scale `{id}` has one pole in words, but not the other");
                taker.problems.warning(taker.file, "", message, "give both `low` and `high`, or none");
            }
            wording
        })
        .collect();
    let complete = taker.complete;
    complete.then_some(Wording {
        language,
        title,
        description,
        source,
        instruction,
        items: item_texts,
        options,
        sections: section_texts,
        scales,
        interpretation,
    })
}

/// The labels that stand in the file for a scale that needs none, codes rising.
fn optional_labels(taker: &mut Taker<'_>, name: &str) -> Vec<(i64, String)> {
    let prefix = format!("{name}:");
    let of_scale = taker.texts.iter().filter(|((element, _), _)| *element == Element::Option);
    let code_of = |id: &str| id.strip_prefix(&prefix)?.parse::<i64>().ok();
    let mut labels: Vec<(i64, String)> =
        of_scale.filter_map(|((_, id), (_, text))| Some((code_of(id)?, text.clone()))).collect();
    labels.sort();
    labels
}

fn read_interpretation(
    reading: &mut Reading<'_>,
    manifest: &Manifest,
    language: &Language,
    interpreted: bool,
) -> Vec<[Option<String>; 3]> {
    let file = format!("interpretation.{language}.csv");
    let mut sentences = no_sentences(manifest);
    let Some(bytes) = reading.bytes(&file, Need::Optional) else {
        if interpreted && !reading.has(&file) {
            let remedy = "translate the sentences, or take the other languages' files out";
            reading.problems.warning(&file, "", "another language has sentences on results, this one has none", remedy);
        }
        return sentences;
    };
    let problems = &mut reading.problems;
    let Some(table) = Table::read(&file, &bytes, INTERPRETATION_COLUMNS, problems) else { return sentences };
    for row in table.rows() {
        if problems.is_full() {
            break;
        }
        read_sentence(&row, manifest, &mut sentences, problems);
    }
    for (scale, bands) in manifest.scales.iter().zip(&sentences) {
        let lacking: Vec<&str> = Band::WORDS
            .iter()
            .filter(|(_, band)| bands.get(band.idx()).is_some_and(Option::is_none))
            .map(|(word, _)| *word)
            .collect();
        if !lacking.is_empty() && lacking.len() < Band::WORDS.len() {
            let message = format!("scale `{}` has no sentence for {}", scale.id, list_of(&lacking));
            problems.warning(&file, "", message, "give all three bands, or none");
        }
    }
    sentences
}

fn read_sentence(row: &Row<'_>, manifest: &Manifest, sentences: &mut [[Option<String>; 3]], problems: &mut Problems) {
    let (scale, word, text) = (row.get("scale"), row.get("band"), row.get("text"));
    let scale_idx = manifest.scales.iter().position(|known| known.id.as_str() == scale);
    if scale_idx.is_none() {
        let known = manifest.scales.iter().map(|scale| scale.id.as_str());
        let remedy = did_you_mean(scale, known, format!("delete the line, or declare the scale in {}", manifest::FILE));
        problems.push(row.error("scale", format!("unknown scale {}", given(scale)), remedy));
    }
    let band = Band::WORDS.iter().find(|(known, _)| *known == word).map(|(_, band)| *band);
    if band.is_none() {
        let remedy = match nearest(word, Band::WORDS.iter().map(|(word, _)| *word)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "use low, middle or high".to_owned(),
        };
        problems.push(row.error("band", format!("unknown band {}", given(word)), remedy));
    }
    if text.is_empty() {
        problems.push(row.error("text", "the text is blank", "write it, or delete the line"));
        return;
    }
    let (Some(scale_idx), Some(band)) = (scale_idx, band) else { return };
    if let Some(slot) = sentences.get_mut(scale_idx).and_then(|bands| bands.get_mut(band.idx())) {
        if slot.is_some() {
            problems.push(row.error("band", "this scale and band stand twice", "keep one of the two lines"));
        } else {
            *slot = Some(text.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::test_folder::a_folder;
    use crate::wording::Band;

    #[test]
    fn words_are_found_by_place() {
        let folder =
            a_folder().with("interpretation.fr.csv", "scale,band,text\nA,low,Bas\nA,middle,Moyen\nA,high,Haut\n");
        let loaded = folder.load();
        let french = loaded.wording("fr").unwrap();
        assert_eq!((french.title(), french.description(), french.instruction()), ("Essai", None, Some("Répondez.")));
        assert_eq!((french.item(1), french.item(4)), (Some("Deux"), None));
        assert_eq!(french.options(loaded.response_scale_of(0).unwrap())[4], (5, "Oui".to_owned()));
        assert_eq!(french.scale(1).unwrap().name, "Échelle B");
        assert_eq!((french.interpretation(0, Band::High), french.interpretation(1, Band::Low)), (Some("Haut"), None));
        assert!(loaded.wording("en").is_none());
    }

    #[test]
    fn every_missing_text_is_named() {
        let folder = a_folder()
            .replacing("text.fr.csv", "item,i2,Deux\n", "")
            .replacing("text.fr.csv", "option,agree5:3,Peut-être\n", "")
            .replacing("text.fr.csv", "scale,B,Échelle B\n", "")
            .replacing("text.fr.csv", "title,,Essai\n", "")
            .replacing("text.fr.csv", "instruction,,Répondez.\n", "");
        for line in ["item,i2,…", "option,agree5:3,…", "scale,B,…", "title,,…", "instruction,,…"] {
            folder.expect("text.fr.csv", "", &format!("add the line `{line}`"));
        }
        assert_eq!(folder.problems().len(), 5);
    }

    #[test]
    fn texts_for_nothing_are_refused() {
        let folder = a_folder().adding(
            "text.fr.csv",
            "item,i9,x\nscale,AB,x\noption,agree5:6,x\noption,agree:1,x\noption,agree5,x\noption,agree5:01,x\n\
             itm,i1,x\ntitle,t,x\nitem,i1,x\ndefinition,A,\n",
        );
        folder.expect("text.fr.csv", "line 15, column id", "did you mean `i1`?");
        folder.expect("text.fr.csv", "line 16, column id", "did you mean `A`?");
        folder.expect("text.fr.csv", "line 17, column id", "from 1 to 5");
        folder.expect("text.fr.csv", "line 18, column id", "did you mean `agree5`?");
        folder.expect("text.fr.csv", "line 19, column id", "such as `agree5:1`");
        folder.expect("text.fr.csv", "line 20, column id", "from 1 to 5");
        folder.expect("text.fr.csv", "line 21, column element", "did you mean `item`?");
        folder.expect("text.fr.csv", "line 22, column id", "leave the id blank");
        folder.expect("text.fr.csv", "line 23, column id", "keep one of the two");
        folder.expect("text.fr.csv", "line 24, column text", "write it");
    }

    #[test]
    fn languages_are_declared_and_complete() {
        a_folder().with("text.de.csv", "element,id,text\n").expect("text.de.csv", "", "add \"de\" to `languages`");
        let english = a_folder().replacing("instrument.toml", "[\"fr\"]", "[\"fr\", \"en\"]");
        english.expect("text.en.csv", "", "add the file");
        let french = a_folder().text("text.fr.csv");
        let both = english.with("text.en.csv", &format!("{french}definition,A,About\nlow,A,little\n"));
        both.expect_warning("text.fr.csv", "", "add it, or take it out");
        both.expect_warning("text.en.csv", "", "give both `low` and `high`");
        assert!(both.loads());
    }

    #[test]
    fn sentences_are_checked_and_complete() {
        let with = |rows: &str| a_folder().with("interpretation.fr.csv", &format!("scale,band,text\n{rows}"));
        with("A,low,x\nA,hgh,x\nAB,low,x\nA,low,y\nB,low,\n").expect(
            "interpretation.fr.csv",
            "line 3, column band",
            "did you mean `high`?",
        );
        with("AB,low,x\n").expect("interpretation.fr.csv", "line 2, column scale", "did you mean `A`?");
        with("A,low,x\nA,low,y\n").expect("interpretation.fr.csv", "line 3, column band", "keep one");
        with("A,low,\n").expect("interpretation.fr.csv", "line 2, column text", "write it");
        with("A,low,x\n").expect_warning("interpretation.fr.csv", "", "give all three bands");
        let text = a_folder().text("text.fr.csv");
        let english = with("A,low,x\nA,middle,x\nA,high,x\n")
            .replacing("instrument.toml", "[\"fr\"]", "[\"fr\", \"en\"]")
            .with("text.en.csv", &text);
        english.expect_warning("interpretation.en.csv", "", "translate");
    }

    #[test]
    fn sliders_are_labeled_where_their_author_wants() {
        let folder = a_folder().replacing("instrument.toml", "kind = \"likert\"", "kind = \"slider\"").replacing(
            "text.fr.csv",
            "option,agree5:3,Peut-être\n",
            "",
        );
        let loaded = folder.load();
        let codes: Vec<i64> = loaded.wording("fr").unwrap().options("agree5").iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, [1, 2, 4, 5]);
    }

    #[test]
    fn names_of_scales_tell_results_in_a_language_that_is_not_declared() {
        let names = "element,id,text\ntitle,,Prüfung\nscale,A,Eins\nscale,B,Zwei\n";
        let loaded = a_folder().with("names.de.csv", names).load();
        let german = loaded.wording("de").unwrap();
        assert!(!german.can_be_given());
        assert_eq!((german.title(), german.instruction(), german.item(0)), ("Prüfung", None, None));
        assert_eq!(german.scale(1).unwrap().name, "Zwei");
        assert!(loaded.wording("fr").unwrap().can_be_given());
    }

    #[test]
    fn a_file_of_names_holds_names_only_and_all_of_them() {
        let with = |rows: &str| {
            a_folder().with("names.de.csv", &format!("element,id,text\ntitle,,Prüfung\nscale,A,Eins\n{rows}"))
        };
        with("").expect("names.de.csv", "", "scale,B");
        with("scale,B,Zwei\nitem,i1,Frage\n").expect("names.de.csv", "line 5, column element", "declare the language");
        a_folder().with("names.fr.csv", "element,id,text\ntitle,,Essai\n").expect(
            "names.fr.csv",
            "",
            "move the names there",
        );
    }
}
