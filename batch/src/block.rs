//! Rows of a chunk as blocks of answers: the step from text to the response matrix.
//!
//! A clean row of single-digit answers takes the fast way: its separators are verified, its digits are spread over the
//! columns of the block, and a whole column is turned into categories at once. Any other row, and any row in which
//! the fast way meets something unexpected, is taken apart field by field. Both give the same block, which a
//! property test holds them to.

use engine::model::{Answer, BlockFault, ForcedBlock, Instrument, Missing, ResponseError, ResponseMatrix};

use crate::answers::AnswerReader;
use crate::error::{Reject, RejectReason};
use crate::fast_way::{FastWay, UNEXPECTED, digits_to_categories};
use crate::input::lines::is_blank;
use crate::input::{Chunk, Rows, decode};
use crate::layout::Layout;
use crate::person::{PlaceIdx, Places};
use crate::transpose::{TILE, separators_match, spread};

/// Rows in a block: its columns stay in the processor's first cache.
pub const BLOCK_ROWS: usize = 256;

/// A stretch of a chunk's text.
pub type Range = (usize, usize);

/// What a row is besides its answers.
#[derive(Debug, Clone)]
pub struct RowInfo {
    /// Number of the row, from 1.
    pub number: u64,
    /// Identifier.
    pub id: Option<Range>,
    /// Sex, as it stands in the file.
    pub sex: Option<Range>,
    /// Place in the norm.
    pub place: PlaceIdx,
    /// Why the row cannot be scored, when it cannot.
    pub reject: Option<Box<Reject>>,
}

/// Rows of answers, ready to be scored. The matrix has [`BLOCK_ROWS`] respondents; those past `rows` are padding.
pub struct Block<'c> {
    /// The text that the ranges point into.
    pub text: &'c [u8],
    /// The rows.
    pub rows: &'c [RowInfo],
    /// Columns carried over: for each row as many ranges as there are such columns.
    pub kept: &'c [Range],
    /// The answers; a row that is rejected has none.
    pub matrix: &'c ResponseMatrix,
}

/// Turns chunks into blocks.
#[derive(Debug, Clone)]
pub struct BlockReader<'a> {
    instrument: &'a Instrument,
    layout: &'a Layout,
    answers: &'a AnswerReader,
    places: &'a Places,
    separator: u8,
    fast: Option<FastWay>,
    has_numbers: bool,
}

/// Memory that is used again from block to block.
#[derive(Debug, Default)]
pub struct BlockScratch {
    cells: Vec<u8>,
    rows: Vec<RowInfo>,
    kept: Vec<Range>,
    lines: Vec<Range>,
    /// The digits of each row that takes the fast way, with their separators; empty for the others.
    runs: Vec<Range>,
    /// Rows that take the slow way, and the same as a flag for each row.
    slow: Vec<usize>,
    is_slow: Vec<bool>,
    fields: Vec<Range>,
    numbers: Vec<(usize, usize, f64)>,
}

impl<'a> BlockReader<'a> {
    /// Makes a reader.
    #[must_use]
    pub fn new(
        instrument: &'a Instrument,
        layout: &'a Layout,
        answers: &'a AnswerReader,
        places: &'a Places,
        separator: u8,
    ) -> Self {
        let fast = FastWay::find(layout, answers);
        let has_numbers = answers.items().iter().any(|item| item.n_categories() == 0);
        Self { instrument, layout, answers, places, separator, fast, has_numbers }
    }

    /// Without the fast way, to compare the two.
    #[cfg(test)]
    #[must_use]
    pub fn without_fast_way(mut self) -> Self {
        self.fast = None;
        self
    }

    /// Calls `take` with each block of a chunk, in order.
    ///
    /// # Errors
    /// A [`ResponseError`] would be a fault of this reader: it has checked every answer.
    pub fn read(
        &self,
        chunk: &Chunk,
        scratch: &mut BlockScratch,
        mut take: impl FnMut(&Block<'_>),
    ) -> Result<(), ResponseError> {
        match &chunk.rows {
            Rows::Lines { text, ends_open } => {
                let mut start = 0;
                let mut number = chunk.first_row;
                while start < text.len() {
                    self.begin(scratch);
                    while start < text.len() && scratch.rows.len() < BLOCK_ROWS {
                        let newline = memchr::memchr(b'\n', &text[start..]).map(|at| start + at);
                        let end = newline.unwrap_or(text.len());
                        let next = end + 1;
                        let end = if end > start && text[end - 1] == b'\r' { end - 1 } else { end };
                        if !is_blank(&text[start..end]) {
                            self.add_line(text, (start, end), number, scratch);
                            number += 1;
                        }
                        start = next;
                    }
                    self.finish_lines(text, *ends_open && start >= text.len(), scratch);
                    self.hand_over(text, scratch, &mut take)?;
                }
            }
            Rows::Fields(table) => {
                let mut row = 0;
                while row < table.n_rows() {
                    self.begin(scratch);
                    while row < table.n_rows() && scratch.rows.len() < BLOCK_ROWS {
                        let number = chunk.first_row + row as u64;
                        scratch.rows.push(RowInfo {
                            number,
                            id: None,
                            sex: None,
                            place: PlaceIdx::default(),
                            reject: None,
                        });
                        let mut fields = std::mem::take(&mut scratch.fields);
                        table.ranges(row, &mut fields);
                        let at_end = table.ends_open && row + 1 == table.n_rows();
                        let block_row = scratch.rows.len() - 1;
                        self.describe(table.text(), &fields, block_row, scratch);
                        self.read_fields(table.text(), &fields, block_row, at_end, scratch);
                        scratch.fields = fields;
                        row += 1;
                    }
                    self.hand_over(table.text(), scratch, &mut take)?;
                }
            }
        }
        Ok(())
    }

    fn begin(&self, scratch: &mut BlockScratch) {
        let n_cells = self.instrument.items().len() * BLOCK_ROWS;
        scratch.cells.clear();
        scratch
            .cells
            .resize(n_cells, if self.has_numbers { ResponseMatrix::missing_code(Missing::Skipped) } else { 0 });
        scratch.rows.clear();
        scratch.kept.clear();
        scratch.lines.clear();
        scratch.runs.clear();
        scratch.slow.clear();
        scratch.is_slow.clear();
        scratch.numbers.clear();
    }

    /// Adds a line: the fast way where it can be taken, otherwise marked for the slow one.
    fn add_line(&self, text: &[u8], line: Range, number: u64, scratch: &mut BlockScratch) {
        let block_row = scratch.rows.len();
        scratch.rows.push(RowInfo { number, id: None, sex: None, place: PlaceIdx::default(), reject: None });
        scratch.lines.push(line);
        scratch.runs.push((0, 0));
        scratch.kept.resize((block_row + 1) * self.layout.keep.len(), (0, 0));
        let fast = self.fast.as_ref().is_some_and(|fast| self.add_fast(fast, text, line, block_row, scratch));
        scratch.is_slow.push(!fast);
        if !fast {
            scratch.slow.push(block_row);
        }
    }

    /// Takes the fast way; false when the line is not as expected.
    fn add_fast(
        &self,
        fast: &FastWay,
        text: &[u8],
        (start, end): Range,
        block_row: usize,
        scratch: &mut BlockScratch,
    ) -> bool {
        let mut fields = std::mem::take(&mut scratch.fields);
        fields.clear();
        let mut at = start;
        for _ in 0..fast.first_column {
            let Some(length) = text[at..end].iter().position(|&byte| byte == self.separator) else {
                scratch.fields = fields;
                return false;
            };
            fields.push((at, at + length));
            at += length + 1;
        }
        let n_items = fast.items.len();
        let run_end = at + 2 * n_items - 1;
        let clean = run_end <= end && separators_match(&text[at..run_end], self.separator);
        let complete = clean && {
            fields.resize(fast.first_column + n_items, (0, 0));
            let mut rest = run_end;
            while rest < end && text[rest] == self.separator {
                let length = text[rest + 1..end].iter().position(|&byte| byte == self.separator);
                let field_end = length.map_or(end, |length| rest + 1 + length);
                fields.push((rest + 1, field_end));
                rest = field_end;
            }
            rest == end && fields.len() == self.layout.n_columns
        };
        if complete {
            scratch.runs[block_row] = (at, run_end);
            self.describe(text, &fields, block_row, scratch);
        }
        scratch.fields = fields;
        complete
    }

    /// Turns the digits of the fast rows into categories, and takes the slow way for the others.
    fn finish_lines(&self, text: &[u8], ends_open: bool, scratch: &mut BlockScratch) {
        if let Some(fast) = &self.fast {
            let n_rows = scratch.rows.len();
            for first_row in (0..n_rows).step_by(TILE) {
                let runs: [&[u8]; TILE] = std::array::from_fn(|row| {
                    let (start, end) = scratch.runs.get(first_row + row).copied().unwrap_or((0, 0));
                    &text[start..end]
                });
                spread(&runs, fast.items.len(), |digit, bytes| {
                    let at = fast.items[digit] * BLOCK_ROWS + first_row;
                    scratch.cells[at..at + TILE].copy_from_slice(&bytes);
                });
            }
            let mut unexpected = false;
            for (item, column) in self.answers.items().iter().zip(scratch.cells.chunks_exact_mut(BLOCK_ROWS)) {
                let first = b'0'.wrapping_add(item.lowest() as u8);
                unexpected |= digits_to_categories(&mut column[..n_rows], first, item.n_categories(), &fast.missing);
            }
            if unexpected {
                for row in 0..n_rows {
                    let at = |column: &[u8]| column[row] == UNEXPECTED;
                    if !scratch.is_slow[row] && scratch.cells.chunks_exact(BLOCK_ROWS).any(at) {
                        scratch.slow.push(row);
                    }
                }
            }
        }
        let last = scratch.rows.len().saturating_sub(1);
        let slow = std::mem::take(&mut scratch.slow);
        let mut fields = std::mem::take(&mut scratch.fields);
        for &row in &slow {
            let (start, end) = scratch.lines[row];
            split(&text[start..end], start, self.separator, &mut fields);
            self.describe(text, &fields, row, scratch);
            self.read_fields(text, &fields, row, ends_open && row == last, scratch);
        }
        scratch.fields = fields;
        scratch.slow = slow;
    }

    /// Finds identifier, kept columns, sex and age among the fields of a row.
    fn describe(&self, text: &[u8], fields: &[Range], block_row: usize, scratch: &mut BlockScratch) {
        let field = |column: Option<usize>| column.and_then(|column| fields.get(column)).copied();
        let bytes = |range: Option<Range>| range.map(|(start, end)| &text[start..end]);
        let (id, sex, age) = (field(self.layout.id), field(self.layout.sex), field(self.layout.age));
        let row = &mut scratch.rows[block_row];
        row.id = id;
        row.sex = sex;
        row.place = self.places.find(bytes(sex), bytes(age));
        let n_keep = self.layout.keep.len();
        scratch.kept.resize(scratch.rows.len() * n_keep, (0, 0));
        for (slot, &column) in scratch.kept[block_row * n_keep..].iter_mut().zip(&self.layout.keep) {
            *slot = fields.get(column).copied().unwrap_or((0, 0));
        }
    }

    /// Reads the answers of a row from its fields, or notes why it is rejected.
    fn read_fields(&self, text: &[u8], fields: &[Range], block_row: usize, at_end: bool, scratch: &mut BlockScratch) {
        let skipped = ResponseMatrix::missing_code(Missing::Skipped);
        let (found, expected) = (fields.len(), self.layout.n_columns);
        let mut problem = match found.cmp(&expected) {
            std::cmp::Ordering::Less => Some((None, None, RejectReason::TooFewFields { found, expected, at_end })),
            std::cmp::Ordering::Greater => Some((None, None, RejectReason::TooManyFields { found, expected })),
            std::cmp::Ordering::Equal => None,
        };
        if problem.is_none() {
            for (item_idx, &column) in self.layout.items.iter().enumerate() {
                let (start, end) = column.map_or((0, 0), |column| fields[column]);
                let code = match self.answers.read(item_idx, &text[start..end]) {
                    Ok(Answer::Category(category)) => category,
                    Ok(Answer::Missing(kind)) => ResponseMatrix::missing_code(kind),
                    Ok(Answer::Number(number)) => {
                        scratch.numbers.push((block_row, item_idx, number));
                        skipped
                    }
                    Err(reason) => {
                        let value = decode(&text[start..end]).into_owned();
                        let name = column.map(|column| self.layout.header[column].clone());
                        problem = Some((name, Some(value), reason));
                        break;
                    }
                };
                scratch.cells[item_idx * BLOCK_ROWS + block_row] = code;
            }
        }
        if let Some((column, value, reason)) = problem {
            for column in scratch.cells.chunks_exact_mut(BLOCK_ROWS) {
                column[block_row] = skipped;
            }
            let row = &mut scratch.rows[block_row];
            let id = row.id.map(|(start, end)| decode(&text[start..end]).into_owned());
            row.reject = Some(Box::new(Reject { row: row.number, id, column, value, reason }));
        }
    }

    /// Rejects the rows whose answers to a forced-choice block cannot have been given together.
    fn check_forced_blocks(&self, text: &[u8], scratch: &mut BlockScratch) {
        let skipped = ResponseMatrix::missing_code(Missing::Skipped);
        for block in self.instrument.forced_blocks() {
            for (row, info) in scratch.rows.iter_mut().enumerate().filter(|(_, info)| info.reject.is_none()) {
                let cell = |item_idx: usize| scratch.cells[item_idx * BLOCK_ROWS + row];
                let n_categories = |item_idx: usize| self.instrument.items()[item_idx].responses.n_categories();
                let category_of = |item_idx: usize| Some(cell(item_idx)).filter(|&cell| cell < n_categories(item_idx));
                let Some(fault) = block.fault(category_of) else { continue };
                let id = |item_idx: usize| self.instrument.items()[item_idx].id.to_string();
                let (first, last) = (id(block.items().start), id(block.items().end - 1));
                let fault = words_of(fault, block, self.instrument);
                let reason = RejectReason::Block { first, last, fault };
                let person = info.id.map(|(start, end)| decode(&text[start..end]).into_owned());
                info.reject =
                    Some(Box::new(Reject { row: info.number, id: person, column: None, value: None, reason }));
                for column in scratch.cells.chunks_exact_mut(BLOCK_ROWS) {
                    column[row] = skipped;
                }
            }
        }
    }

    fn hand_over(
        &self,
        text: &[u8],
        scratch: &mut BlockScratch,
        take: &mut impl FnMut(&Block<'_>),
    ) -> Result<(), ResponseError> {
        if scratch.rows.is_empty() {
            return Ok(());
        }
        self.check_forced_blocks(text, scratch);
        let cells = std::mem::take(&mut scratch.cells);
        let mut matrix = ResponseMatrix::from_item_columns(self.instrument, BLOCK_ROWS, cells)?;
        if self.has_numbers {
            let mut with_numbers = ResponseMatrix::unanswered(self.instrument, BLOCK_ROWS);
            for row in 0..scratch.rows.len() {
                for item_idx in 0..self.instrument.items().len() {
                    if let Some(answer) = matrix.answer(row, item_idx) {
                        with_numbers.set(self.instrument, row, item_idx, answer)?;
                    }
                }
            }
            for &(row, item_idx, number) in &scratch.numbers {
                if scratch.rows[row].reject.is_none() {
                    with_numbers.set(self.instrument, row, item_idx, Answer::Number(number))?;
                }
            }
            scratch.cells = std::mem::replace(&mut matrix, with_numbers).into_cells();
        }
        take(&Block { text, rows: &scratch.rows, kept: &scratch.kept, matrix: &matrix });
        if !self.has_numbers {
            scratch.cells = matrix.into_cells();
        }
        Ok(())
    }
}

/// A fault of a block in words, with the codes as they stand in a file.
fn words_of(fault: BlockFault, block: &ForcedBlock, instrument: &Instrument) -> String {
    let id = |item_idx: usize| instrument.items()[item_idx].id.as_str();
    // The items of a block have one answer format.
    let code = |category: u8| instrument.items()[block.items().start].responses.code_of(category);
    match fault {
        BlockFault::PartlyAnswered { item_idx } => format!("{} is blank and others are not", id(item_idx)),
        BlockFault::Twice { first, second, category } => {
            format!("{} and {} both have {}, which is given once", id(first), id(second), code(category))
        }
        BlockFault::NotChosen { category } => format!("none of them has {}", code(category)),
        BlockFault::NoSuchRank { item_idx, category } => {
            format!("{} has {}, beyond the last rank", id(item_idx), code(category))
        }
    }
}

/// The fields of a line without quotes.
fn split(line: &[u8], offset: usize, separator: u8, fields: &mut Vec<Range>) {
    fields.clear();
    let mut start = 0;
    for at in memchr::memchr_iter(separator, line) {
        fields.push((offset + start, offset + at));
        start = at + 1;
    }
    fields.push((offset + start, offset + line.len()));
}

#[cfg(test)]
mod tests {
    use instruments::Catalog;
    use proptest::prelude::*;

    use super::*;
    use crate::settings::ColumnSettings;

    /// Rows as both ways see them: identifier, answers, reject.
    type Seen = Vec<(u64, Option<String>, Vec<Option<Answer>>, Option<Reject>)>;

    fn header(items_first: bool) -> Vec<String> {
        let items = (1..=50).map(|number| {
            let stem = ["E", "N", "A", "C", "O"][(number - 1) / 10];
            format!("{stem}{}", (number - 1) % 10 + 1)
        });
        let others = ["id".to_owned(), "town".to_owned()];
        if items_first { items.chain(others).collect() } else { others.into_iter().chain(items).collect() }
    }

    fn read(text: &[u8], items_first: bool, fast: bool) -> Seen {
        let catalog = Catalog::bundled();
        let loaded = catalog.find("ipip-markers-50").unwrap();
        let instrument = loaded.instrument();
        let missing = vec!["0".to_owned(), "9".to_owned()];
        let columns =
            ColumnSettings { id: Some("id".to_owned()), missing: missing.clone(), ..ColumnSettings::default() };
        let layout = Layout::of("test", &header(items_first), instrument, &catalog, &columns, None).unwrap();
        let answers = AnswerReader::new(instrument, &missing).unwrap();
        let places = Places::without_norm();
        let reader = BlockReader::new(instrument, &layout, &answers, &places, b',');
        let reader = if fast { reader } else { reader.without_fast_way() };
        let ends_open = text.last().is_some_and(|&byte| byte != b'\n');
        let chunk = Chunk { first_row: 1, rows: Rows::Lines { text: text.to_vec(), ends_open } };
        let mut seen = Vec::new();
        reader
            .read(&chunk, &mut BlockScratch::default(), |block| {
                for (row, info) in block.rows.iter().enumerate() {
                    let id = info.id.map(|(start, end)| decode(&block.text[start..end]).into_owned());
                    let answers = (0..50).map(|item_idx| block.matrix.answer(row, item_idx)).collect();
                    seen.push((info.number, id, answers, info.reject.as_deref().cloned()));
                }
            })
            .unwrap();
        seen
    }

    /// A line: mostly clean, sometimes with anything in a field, or with fields too few or too many.
    fn line() -> impl Strategy<Value = String> {
        let field = prop_oneof![60 => "[0-59]", 1 => "", 1 => "[a-z6-8 ]{1,3}", 1 => Just("é".to_owned())];
        let fields = prop_oneof![
            12 => prop::collection::vec("[1-5]", 50),
            6 => prop::collection::vec(field, 50),
            1 => prop::collection::vec("[1-5]", 45..55),
        ];
        let ending = prop_oneof![4 => Just(""), 1 => Just("\r")];
        (fields, "[a-z]{0,4}", ending).prop_map(|(fields, id, ending)| format!("{id}|{}{ending}", fields.join(",")))
    }

    proptest! {
        #[test]
        fn the_fast_way_sees_what_the_slow_way_sees(
            lines in prop::collection::vec(line(), 1..30),
            items_first in any::<bool>(),
            open in any::<bool>()
        ) {
            let place = |line: &String| {
                let (id, fields) = line.split_once('|').unwrap();
                let (fields, ending) = fields.strip_suffix('\r').map_or((fields, ""), |fields| (fields, "\r"));
                if items_first { format!("{fields},{id},x{ending}") } else { format!("{id},x,{fields}{ending}") }
            };
            let mut text = lines.iter().map(place).collect::<Vec<_>>().join("\n");
            if !open {
                text.push('\n');
            }
            let (fast, slow) = (read(text.as_bytes(), items_first, true), read(text.as_bytes(), items_first, false));
            prop_assert_eq!(fast.len(), lines.len());
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(text in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(read(&text, false, true), read(&text, false, false));
        }
    }

    #[test]
    fn a_clean_file_takes_the_fast_way() {
        let catalog = Catalog::bundled();
        let loaded = catalog.find("ipip-markers-50").unwrap();
        let columns = ColumnSettings { id: Some("id".to_owned()), ..ColumnSettings::default() };
        let layout = Layout::of("test", &header(false), loaded.instrument(), &catalog, &columns, None).unwrap();
        let answers = AnswerReader::new(loaded.instrument(), &[]).unwrap();
        assert!(FastWay::find(&layout, &answers).is_some());
    }
}
