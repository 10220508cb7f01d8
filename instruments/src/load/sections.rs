//! `[[sections]]` of `instrument.toml`: parts of the questionnaire, checked against the items.

use engine::model::{ResponseKind, ScaleId};

use crate::load::items::Items;
use crate::load::manifest::{FILE, Manifest};
use crate::load::toml_file::{inside, needed_text, report_unknown};
use crate::loaded::Section;
use crate::problem::{ID_RULE, Problem, Problems, did_you_mean, given, not_an_id};
use crate::schema::SectionFile;

/// The longest time limit, in seconds: four hours.
const LONGEST: i64 = 14_400;

/// Reads the sections: each item stands in one of them, in the order of administration, and no block is split.
pub(crate) fn read(manifest: &Manifest, items: &Items, problems: &mut Problems) -> Vec<Section> {
    if manifest.sections.is_empty() || !items.is_read {
        return Vec::new();
    }
    let before = problems.len();
    let mut sections: Vec<Section> = Vec::with_capacity(manifest.sections.len());
    for (idx, entry) in manifest.sections.iter().enumerate() {
        if problems.is_full() {
            return Vec::new();
        }
        if let Some(section) = read_section(idx, entry, items, &sections, problems) {
            sections.push(section);
        }
    }
    // A section that could not be read leaves a gap which is reported already.
    if problems.len() == before {
        check_cover(&sections, items, problems);
        check_blocks(&sections, items, problems);
    }
    if problems.len() == before { sections } else { Vec::new() }
}

fn read_section(
    idx: usize,
    entry: &SectionFile,
    items: &Items,
    before: &[Section],
    problems: &mut Problems,
) -> Option<Section> {
    let unnamed = format!("sections, entry {}", idx + 1);
    let Some(text) = entry.id.as_deref() else {
        problems.error(FILE, unnamed, "the section has no id", "add `id = \"…\"`");
        return None;
    };
    // Sections and scales are named alike, but never meet.
    let id = ScaleId::new(text.trim());
    let id = problems.keep(id.map_err(|invalid| Problem::error(FILE, unnamed, not_an_id(&invalid), ID_RULE)))?;
    let path = format!("sections[{id}]");
    report_unknown(FILE, &path, &entry.unknown, SectionFile::KEYS, problems);
    if before.iter().any(|section| id.eq_ignore_case(&section.id)) {
        let message = format!("section `{id}` stands twice");
        let remedy = "give each section an id of its own; ids must differ in more than case";
        problems.error(FILE, path, message, remedy);
        return None;
    }
    let mut place_of = |key: &str, text: &Option<String>| {
        let place = inside(&path, key);
        let id = problems.keep(needed_text(FILE, &place, text.as_ref()))?;
        let found = items.find(&id);
        if found.is_none() {
            let remedy = did_you_mean(&id, items.ids(), "name an item of items.csv");
            problems.error(FILE, place, format!("unknown item {}", given(&id)), remedy);
        }
        found
    };
    let (first, last) = (place_of("first", &entry.first), place_of("last", &entry.last));
    let seconds = match entry.seconds {
        None => None,
        Some(seconds) => match u32::try_from(seconds).ok().filter(|_| (1..=LONGEST).contains(&seconds)) {
            Some(seconds) => Some(seconds),
            None => {
                let message = format!("{seconds} seconds; possible are 1 to {LONGEST}");
                let remedy = "give the time limit in seconds, or leave the key out where there is none";
                problems.error(FILE, inside(&path, "seconds"), message, remedy);
                return None;
            }
        },
    };
    let (first, last) = (first?, last?);
    if last < first {
        let message = "the last item stands before the first one in items.csv";
        problems.error(FILE, path, message, "name the items in the order of items.csv");
        return None;
    }
    Some(Section { id: id.to_string(), first, last, seconds })
}

/// The sections follow each other without gap and overlap, from the first item to the last.
fn check_cover(sections: &[Section], items: &Items, problems: &mut Problems) {
    let name = |item_idx: usize| items.items.get(item_idx).map_or("", |item| item.id.as_str());
    let mut next = 0;
    for section in sections {
        if section.first != next {
            let message = match next < items.items.len() {
                true => format!("it begins with `{}`, but `{}` comes next", name(section.first), name(next)),
                false => format!("it begins with `{}`, but all items stand in sections before", name(section.first)),
            };
            let remedy = "list the sections in the order of items.csv, so that each item stands in one section";
            problems.error(FILE, format!("sections[{}].first", section.id), message, remedy);
            return;
        }
        next = section.last + 1;
    }
    if let (Some(last), true) = (sections.last(), next < items.items.len()) {
        let message = format!("the items from `{}` on stand in no section", name(next));
        let remedy = "move the end of the last section, or add a section without a time limit";
        problems.error(FILE, format!("sections[{}].last", last.id), message, remedy);
    }
}

/// The items of a ranking or forced-choice block are shown together.
fn check_blocks(sections: &[Section], items: &Items, problems: &mut Problems) {
    for pair in sections.windows(2) {
        let [before, after] = pair else { continue };
        let is_asked_together = |item_idx: usize| {
            let kind = items.items.get(item_idx).map(|item| item.responses.kind());
            matches!(kind, Some(ResponseKind::Rank | ResponseKind::MostLeast))
        };
        let block_of = |item_idx: usize| items.blocks.get(item_idx)?.as_deref().filter(|_| is_asked_together(item_idx));
        let split = (before.first..=before.last)
            .filter_map(block_of)
            .find(|block| (after.first..items.items.len()).any(|item_idx| block_of(item_idx) == Some(block)));
        if let Some(block) = split {
            let message = format!("block {} begins in section `{}` and goes on after it", given(block), before.id);
            let remedy = "let the section begin or end where the block does";
            problems.error(FILE, format!("sections[{}].last", before.id), message, remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::test_folder::{TestFolder, a_folder};

    const WORDS: &str = "section,s1,Un\nsection,s2,Deux\nsection-instruction,s2,Vite.\n";

    fn with(sections: &str) -> TestFolder {
        a_folder().adding("instrument.toml", sections).adding("text.fr.csv", WORDS)
    }

    const SOUND: &str = "\n[[sections]]\nid = \"s1\"\nfirst = \"i1\"\nlast = \"i3\"\n\n[[sections]]\nid = \"s2\"\nfirst = \"i4\"\nlast = \"i4\"\nseconds = 60\n";

    #[test]
    fn sections_follow_each_other() {
        let loaded = with(SOUND).load();
        let found: Vec<_> = loaded.sections().iter().map(|s| (s.id(), s.items(), s.seconds())).collect();
        assert_eq!(found, [("s1", 0..=2, None), ("s2", 3..=3, Some(60))]);
        let french = loaded.wording("fr").unwrap();
        assert_eq!(french.section(0).map(|s| (s.title.as_str(), s.instruction.as_deref())), Some(("Un", None)));
        assert_eq!(french.section(1).and_then(|s| s.instruction.as_deref()), Some("Vite."));
        assert_eq!(a_folder().load().sections(), []);
    }

    #[test]
    fn each_item_stands_in_one_section() {
        with(&SOUND.replace("first = \"i4\"", "first = \"i3\"")).expect(
            "instrument.toml",
            "sections[s2].first",
            "in one section",
        );
        with(&SOUND.replace("last = \"i3\"", "last = \"i2\"")).expect(
            "instrument.toml",
            "sections[s2].first",
            "in one section",
        );
        let short = SOUND.replace("last = \"i3\"", "last = \"i2\"").replace("i4", "i3");
        with(&short).expect("instrument.toml", "sections[s2].last", "without a time limit");
        with(&SOUND.replace("first = \"i1\"\nlast = \"i3\"", "first = \"i3\"\nlast = \"i1\"")).expect(
            "instrument.toml",
            "sections[s1]",
            "in the order of items.csv",
        );
    }

    #[test]
    fn slips_are_reported_with_their_place() {
        with(&SOUND.replace("i3", "i33")).expect("instrument.toml", "sections[s1].last", "did you mean `i3`?");
        with(&SOUND.replace("first = \"i1\"\n", "")).expect("instrument.toml", "sections[s1].first", "add `");
        with(&SOUND.replace("seconds", "second")).expect("instrument.toml", "sections[s2].second", "did you mean");
        with(&SOUND.replace("id = \"s1\"\n", "")).expect("instrument.toml", "sections, entry 1", "add `id");
        with(&SOUND.replace("id = \"s2\"", "id = \"S1\"")).expect("instrument.toml", "sections[S1]", "of its own");
        for seconds in ["0", "-60", "20000", "99999999999"] {
            with(&SOUND.replace("60", seconds)).expect("instrument.toml", "sections[s2].seconds", "time limit");
        }
    }

    #[test]
    fn a_block_is_not_split() {
        let blocks = |items: &str| {
            with(SOUND).replacing("instrument.toml", "kind = \"likert\"", "kind = \"rank\"").with("items.csv", items)
        };
        let split = "item,response_scale,block\ni1,agree5,a\ni2,agree5,a\ni3,agree5,b\ni4,agree5,b\n";
        blocks(split).expect("instrument.toml", "sections[s1].last", "where the block does");
        let whole = blocks("item,response_scale,block\ni1,agree5,a\ni2,agree5,a\ni3,agree5,b\ni4,agree5,b\n")
            .replacing("instrument.toml", "last = \"i3\"", "last = \"i2\"")
            .replacing("instrument.toml", "first = \"i4\"", "first = \"i3\"");
        let problems = whole.problems();
        assert!(!problems.iter().any(|problem| problem.place.starts_with("sections")), "{problems:#?}");
    }

    #[test]
    fn a_section_needs_its_title() {
        let sections = a_folder().adding("instrument.toml", SOUND);
        sections.expect("text.fr.csv", "", "add the line `section,s1,…`");
        let known = sections.adding("text.fr.csv", &format!("{WORDS}section,s3,Trois\n"));
        known.expect("text.fr.csv", "line 18, column id", "did you mean `s");
        with(SOUND).with("names.de.csv", "element,id,text\ntitle,,T\nscale,A,A\nscale,B,B\nsection,s1,Eins\n").expect(
            "names.de.csv",
            "line 5, column element",
            "declare the language",
        );
        let english = with(SOUND).replacing("instrument.toml", "[\"fr\"]", "[\"fr\", \"en\"]");
        let text = english.text("text.fr.csv").replace("section-instruction,s2,Vite.\n", "");
        english.with("text.en.csv", &text).expect_warning("text.en.csv", "", "add it, or take it out");
    }

    #[test]
    fn a_time_limit_does_not_change_under_a_version() {
        let hash = with(SOUND).load().hash().to_owned();
        let locked = with(SOUND).with("content.lock", &format!("instrument 1.0.0 {hash}\n"));
        assert!(locked.load().is_locked());
        locked.replacing("instrument.toml", "seconds = 60", "seconds = 61").expect("content.lock", "", "new version");
        locked.replacing("text.fr.csv", "Vite.", "Soyez rapide.").expect_none();
    }
}
