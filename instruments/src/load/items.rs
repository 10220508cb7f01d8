//! `items.csv`: the items, in the order of administration.

use std::collections::BTreeMap;
use std::ops::Range;

use engine::model::{Item, ItemId, ResponseKind, ResponseScale};

use crate::load::manifest::{self, Manifest};
use crate::load::{Need, Reading};
use crate::problem::{ID_RULE, Problems, did_you_mean, given, list_of, not_an_id};
use crate::table::{Columns, Row, Table};

/// The file read here.
pub(crate) const FILE: &str = "items.csv";

/// Its columns.
pub(crate) const COLUMNS: Columns =
    Columns { required: &["item", "response_scale"], optional: &["correct", "block"], max_rows: 10_000 };

/// The items, read; all lists have one entry an item.
#[derive(Debug, Default)]
pub(crate) struct Items {
    pub items: Vec<Item>,
    /// Line of the file.
    pub lines: Vec<usize>,
    /// Name of the response scale.
    pub response_scales: Vec<String>,
    /// Category of the right answer.
    pub correct: Vec<Option<u8>>,
    /// Forced-choice block.
    pub blocks: Vec<Option<String>>,
    /// Whether the file could be read at all; if not, its items are not reported as unknown one by one elsewhere.
    pub is_read: bool,
    by_id: BTreeMap<String, usize>,
}

impl Items {
    /// Place of an item by its id exactly as written.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        let idx = *self.by_id.get(&id.to_ascii_lowercase())?;
        self.items.get(idx).filter(|item| item.id.as_str() == id).map(|_| idx)
    }

    /// The blocks whose items are ranked or chosen against each other, as ranges of places; what is wrong with a block is said when it
    /// is read, and such a block is left out.
    pub(crate) fn forced_blocks(&self) -> Vec<Range<usize>> {
        let is_forced = |idx: usize| self.items.get(idx).is_some_and(|item| item.responses.kind().is_ipsative());
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for idx in (0..self.items.len()).filter(|&idx| is_forced(idx)) {
            let Some(Some(block)) = self.blocks.get(idx) else { continue };
            match ranges.last_mut() {
                Some(last)
                    if last.end == idx && self.blocks.get(last.start).is_some_and(|b| b.as_ref() == Some(block)) =>
                {
                    last.end += 1;
                }
                _ => ranges.push(idx..idx + 1),
            }
        }
        let fits = |range: &Range<usize>| {
            let first = self.items.get(range.start).map(|item| item.responses);
            let alike = range.clone().all(|idx| self.items.get(idx).map(|item| item.responses) == first);
            let n_codes = first.map_or(0, |responses| usize::from(responses.n_categories()));
            let codes_fit = match first.map(|responses| responses.kind()) {
                Some(ResponseKind::MostLeast) => n_codes == 3,
                _ => n_codes >= range.len(),
            };
            range.len() > 1 && alike && codes_fit
        };
        ranges.retain(fits);
        ranges
    }

    /// All ids, for "did you mean".
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.id.as_str())
    }
}

/// Reads `items.csv`.
pub(crate) fn read(reading: &mut Reading<'_>, manifest: &Manifest) -> Items {
    let mut items = Items::default();
    let Some(bytes) = reading.bytes(FILE, Need::Required) else { return items };
    let problems = &mut reading.problems;
    let Some(table) = Table::read(FILE, &bytes, COLUMNS, problems) else { return items };
    items.is_read = true;
    for row in table.rows() {
        if problems.is_full() {
            return items;
        }
        read_item(&row, manifest, &mut items, problems);
    }
    for (name, _) in &manifest.response_scales {
        if !items.response_scales.contains(name) {
            let place = format!("response_scales.{name}");
            problems.warning(
                manifest::FILE,
                place,
                "no item uses this response scale",
                "delete it, or correct items.csv",
            );
        }
    }
    check_blocks(&items, problems);
    items
}

fn read_item(row: &Row<'_>, manifest: &Manifest, items: &mut Items, problems: &mut Problems) {
    let id = ItemId::new(row.get("item"));
    let Some(id) = problems.keep(id.map_err(|invalid| row.error("item", not_an_id(&invalid), ID_RULE))) else { return };
    let key = id.as_str().to_ascii_lowercase();
    if let Some(first) = items.by_id.get(&key).and_then(|idx| items.lines.get(*idx)) {
        let message = format!("item `{id}` stands twice, first on line {first}");
        problems.push(row.error("item", message, "give each item an id of its own; ids must differ in more than case"));
        return;
    }
    let name = row.get("response_scale");
    let declared = manifest.response_scales.iter().find(|(known, _)| known == name);
    if declared.is_none() {
        let known: Vec<&str> = manifest.response_scales.iter().map(|(name, _)| name.as_str()).collect();
        let remedy =
            format!("declare it in instrument.toml as [response_scales.{name}]; known are {}", list_of(&known));
        let remedy = did_you_mean(name, known.iter().copied(), remedy);
        problems.push(row.error("response_scale", format!("unknown response scale {}", given(name)), remedy));
    }
    let responses = declared.and_then(|(_, responses)| *responses);
    let correct = responses.and_then(|responses| read_correct(row, &responses, problems));
    let block = Some(row.get("block")).filter(|block| !block.is_empty()).map(str::to_owned);
    items.by_id.insert(key, items.items.len());
    // An item whose format is wrong stands in with a wide one, so that the other checks go on; the error is on the list.
    items.items.push(Item { id, responses: responses.unwrap_or_else(stand_in) });
    items.lines.push(row.line);
    items.response_scales.push(name.to_owned());
    items.correct.push(correct);
    items.blocks.push(block);
}

fn read_correct(row: &Row<'_>, responses: &ResponseScale, problems: &mut Problems) -> Option<u8> {
    let text = row.get("correct");
    if text.is_empty() {
        return None;
    }
    let category = text.parse::<i64>().ok().and_then(|code| responses.category_of(code));
    if category.is_none() {
        let remedy = match responses.kind().is_categorical() {
            true => format!("use a code from {} to {}", responses.lowest(), responses.highest()),
            false => "leave the field blank: only categories can be right or wrong".to_owned(),
        };
        problems.push(row.error(
            "correct",
            format!("{} is not a code of the item's response scale", given(text)),
            remedy,
        ));
    }
    category
}

#[expect(clippy::expect_used, reason = "the bounds are constants")]
fn stand_in() -> ResponseScale {
    ResponseScale::likert(0, 199).expect("0 to 199 are 200 categories, the most there may be")
}

/// Ranks and forced choices need blocks of two items or more with one answer format.
fn check_blocks(items: &Items, problems: &mut Problems) {
    let mut blocks: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (idx, item) in items.items.iter().enumerate() {
        let place = format!("line {}, column block", items.lines.get(idx).copied().unwrap_or_default());
        match (items.blocks.get(idx).and_then(Option::as_deref), item.responses.kind()) {
            (Some(block), _) => blocks.entry(block).or_default().push(idx),
            (None, ResponseKind::Rank | ResponseKind::MostLeast) => {
                let message = format!("item `{}` is compared with others, but stands in no block", item.id);
                problems.error(
                    FILE,
                    place,
                    message,
                    "name the block of items it is compared with in the column `block`",
                );
            }
            (None, _) => {}
        }
    }
    for (block, members) in blocks {
        let Some(&first) = members.first() else { continue };
        let place = format!("line {}, column block", items.lines.get(first).copied().unwrap_or_default());
        if members.len() < 2 {
            problems.error(
                FILE,
                place.as_str(),
                format!("block {} has one item only", given(block)),
                "put two or more items in a block",
            );
        }
        if members.iter().any(|&idx| items.response_scales.get(idx) != items.response_scales.get(first)) {
            let message = format!("the items of block {} have different response scales", given(block));
            problems.error(FILE, place.as_str(), message, "give all items of a block the same response scale");
        } else if let Some(responses) = items.items.get(first).map(|item| item.responses) {
            check_block_answers(block, &members, &responses, &place, problems);
        }
    }
}

/// What is chosen or ranked together stands together, and its codes suffice for the answers.
fn check_block_answers(
    block: &str,
    members: &[usize],
    responses: &ResponseScale,
    place: &str,
    problems: &mut Problems,
) {
    let n_codes = usize::from(responses.n_categories());
    let wrong_codes = match responses.kind() {
        ResponseKind::MostLeast if n_codes != 3 => Some("three codes: the lowest is least, the highest is most"),
        ResponseKind::Rank if n_codes < members.len() => Some("a code for each rank: the lowest is the first rank"),
        ResponseKind::MostLeast | ResponseKind::Rank => None,
        _ => return,
    };
    if let Some(needed) = wrong_codes {
        let message = format!("{n_codes} codes do not fit the answers of block {}", given(block));
        problems.error(FILE, place, message, format!("correct `lowest` and `highest` in instrument.toml: {needed}"));
    }
    if members.windows(2).any(|pair| matches!(pair, [one, next] if one + 1 != *next)) {
        let message = format!("the items of block {} do not follow each other", given(block));
        problems.error(FILE, place, message, "put them one after the other: they are shown together");
    }
}

#[cfg(test)]
mod tests {
    use crate::test_folder::a_folder;

    #[test]
    fn items_are_checked_line_by_line() {
        let folder =
            a_folder().with("items.csv", "item,response_scale\ni1,agree5\ni2,agre5\nI1,agree5\ni 3,agree5\ni4,\n");
        folder.expect("items.csv", "line 3, column response_scale", "did you mean `agree5`?");
        folder.expect("items.csv", "line 4, column item", "an id of its own");
        folder.expect("items.csv", "line 5, column item", "letters without accents");
        folder.expect("items.csv", "line 6, column response_scale", "declare it");
    }

    #[test]
    fn the_right_answer_must_be_a_code() {
        let folder = a_folder()
            .with("items.csv", "item,response_scale,correct\ni1,agree5,6\ni2,agree5,a\ni3,agree5,5\ni4,agree5,\n");
        folder.expect("items.csv", "line 2, column correct", "use a code from 1 to 5");
        folder.expect("items.csv", "line 3, column correct", "use a code from 1 to 5");
        assert_eq!(folder.problems().len(), 2);
    }

    #[test]
    fn ranked_items_need_blocks_of_two() {
        let ranked = a_folder().replacing("instrument.toml", "kind = \"likert\"", "kind = \"rank\"");
        ranked.expect("items.csv", "line 2, column block", "name the block");
        let alone =
            ranked.with("items.csv", "item,response_scale,block\ni1,agree5,a\ni2,agree5,b\ni3,agree5,b\ni4,agree5,b\n");
        alone.expect("items.csv", "line 2, column block", "two or more items");
    }

    #[test]
    fn blocks_stand_together_and_have_codes_for_their_answers() {
        let ranked = a_folder().replacing("instrument.toml", "kind = \"likert\"", "kind = \"rank\"");
        let apart = "item,response_scale,block\ni1,agree5,a\ni2,agree5,b\ni3,agree5,a\ni4,agree5,b\n";
        ranked.with("items.csv", apart).expect("items.csv", "line 2, column block", "one after the other");
        let together = "item,response_scale,block\ni1,agree5,a\ni2,agree5,a\ni3,agree5,a\ni4,agree5,a\n";
        let few = ranked.with("items.csv", together).replacing("instrument.toml", "highest = 5", "highest = 3");
        few.expect("items.csv", "line 2, column block", "a code for each rank");
        let chosen = ranked.with("items.csv", together).replacing("instrument.toml", "\"rank\"", "\"most-least\"");
        chosen.expect("items.csv", "line 2, column block", "three codes");
    }

    #[test]
    fn an_unused_answer_format_is_a_warning() {
        let folder = a_folder().adding("instrument.toml", "\n[response_scales.other]\nkind = \"text\"\n");
        folder.expect_warning("instrument.toml", "response_scales.other", "delete it");
        assert!(folder.loads());
    }

    #[test]
    fn a_missing_file_is_named() {
        let folder = a_folder().without("items.csv");
        folder.expect("items.csv", "", "add the file");
        assert_eq!(folder.problems().len(), 1, "{:#?}", folder.problems());
        let renamed = folder.with("item.csv", "item,response_scale\n");
        renamed.expect("items.csv", "", "did you mean `item.csv`?");
        renamed.expect_warning("item.csv", "", "did you mean `items.csv`?");
    }
}
