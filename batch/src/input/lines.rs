//! Text input: CSV or TSV, cut into chunks at the ends of lines.
//!
//! As long as no quote is met a chunk is handed out as it was read, and the workers take it apart. From the first
//! quote on, a CSV reader takes the records apart here, since a quoted field may hold separators and newlines.

use std::io::{Chain, Cursor, Read};

use super::meter::{Meter, TooLong};
use super::{Chunk, FieldTable, Rows, decode, sniff};
use crate::error::{Error, Result};

/// The longest line that is read.
const LINE_LIMIT: usize = 16 << 20;

/// A text input, after its header.
pub struct TextSource<R> {
    state: State<R>,
    name: String,
    separator: u8,
    chunk_bytes: usize,
    next_row: u64,
    line: u64,
}

/// What was read already, and the rest; a quote that is never closed must not take all of it into memory.
type Quoted<R> = Chain<Cursor<Vec<u8>>, Meter<R>>;

enum State<R> {
    Lines { reader: R, carry: Vec<u8>, at_end: bool },
    Quoted(Box<csv::Reader<Quoted<R>>>),
    Done,
}

impl<R: Read> TextSource<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::EndlessLine`], [`Error::Read`].
    pub fn open(mut reader: R, name: String, chunk_bytes: usize) -> Result<(Self, Vec<String>)> {
        let mut start = Vec::new();
        let mut at_end = false;
        loop {
            if let Some((header, rest_at, separator)) = header_of(&start, at_end) {
                let carry = start.split_off(rest_at);
                let state = State::Lines { reader, carry, at_end };
                return Ok((Self { state, name, separator, chunk_bytes, next_row: 1, line: 2 }, header));
            }
            if at_end {
                return Err(Error::Empty { file: name });
            }
            if start.len() > LINE_LIMIT {
                return Err(Error::EndlessLine { file: name, line: 1, limit_mib: LINE_LIMIT >> 20 });
            }
            at_end = read_up_to(&mut reader, &mut start, 64 << 10, &name)?;
        }
    }

    /// The separator found in the header.
    pub fn separator(&self) -> u8 {
        self.separator
    }

    /// The next rows, or `None` at the end.
    ///
    /// # Errors
    /// [`Error::EndlessLine`], [`Error::Read`].
    pub fn next_chunk(&mut self, spare: Vec<u8>) -> Result<Option<Chunk>> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Done => Ok(None),
            State::Lines { reader, carry, at_end } => self.next_lines(reader, carry, at_end, spare),
            State::Quoted(mut reader) => {
                let chunk = self.next_records(&mut reader)?;
                if chunk.is_some() {
                    self.state = State::Quoted(reader);
                }
                Ok(chunk)
            }
        }
    }

    fn next_lines(
        &mut self,
        mut reader: R,
        mut carry: Vec<u8>,
        mut at_end: bool,
        mut text: Vec<u8>,
    ) -> Result<Option<Chunk>> {
        text.clear();
        text.extend_from_slice(&carry);
        carry.clear();
        let mut searched = 0;
        let cut = loop {
            if at_end {
                break text.len();
            }
            if text.len() >= self.chunk_bytes {
                if let Some(at) = memchr::memrchr(b'\n', &text[searched..]) {
                    break searched + at + 1;
                }
                searched = text.len();
            }
            if text.len() > LINE_LIMIT.max(self.chunk_bytes * 2) {
                return Err(Error::EndlessLine {
                    file: self.name.clone(),
                    line: self.line,
                    limit_mib: LINE_LIMIT >> 20,
                });
            }
            let wanted = self.chunk_bytes.saturating_sub(text.len()).max(16 << 10);
            at_end = read_up_to(&mut reader, &mut text, wanted, &self.name)?;
        };
        if memchr::memchr(b'"', &text[..cut]).is_some() {
            let reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(self.separator)
                .from_reader(Cursor::new(text).chain(Meter::new(reader)));
            self.state = State::Quoted(Box::new(reader));
            return self.next_chunk(Vec::new());
        }
        carry.extend_from_slice(&text[cut..]);
        text.truncate(cut);
        let first_row = self.next_row;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &text) {
            self.next_row += u64::from(!is_blank(&text[start..end]));
            self.line += 1;
            start = end + 1;
        }
        let ends_open = start < text.len();
        self.next_row += u64::from(ends_open && !is_blank(&text[start..]));
        if !at_end || !carry.is_empty() {
            self.state = State::Lines { reader, carry, at_end };
        }
        Ok(Some(Chunk { first_row, rows: Rows::Lines { text, ends_open } }))
    }

    fn next_records(&mut self, reader: &mut csv::Reader<Quoted<R>>) -> Result<Option<Chunk>> {
        let mut table = FieldTable::default();
        let mut record = csv::ByteRecord::new();
        while table.n_bytes() < self.chunk_bytes {
            reader.get_mut().get_mut().1.allow(LINE_LIMIT + (64 << 10));
            let more = reader.read_byte_record(&mut record).map_err(|error| self.failed_record(error, &record))?;
            if !more {
                break;
            }
            let length: usize = record.iter().map(<[u8]>::len).sum();
            if length > LINE_LIMIT {
                return Err(self.endless(&record));
            }
            record.iter().for_each(|field| table.push_field(field));
            table.end_row();
        }
        if table.n_rows() == 0 {
            return Ok(None);
        }
        let first_row = self.next_row;
        self.next_row += table.n_rows() as u64;
        Ok(Some(Chunk { first_row, rows: Rows::Fields(table) }))
    }

    fn failed_record(&self, error: csv::Error, record: &csv::ByteRecord) -> Error {
        match error.into_kind() {
            csv::ErrorKind::Io(cause) if cause.get_ref().is_some_and(|cause| cause.is::<TooLong>()) => {
                self.endless(record)
            }
            csv::ErrorKind::Io(cause) => Error::Read { file: self.name.clone(), cause },
            other => Error::Internal(format!("records are read as bytes of any length: {other:?}")),
        }
    }

    fn endless(&self, record: &csv::ByteRecord) -> Error {
        let line = record.position().map_or(0, csv::Position::line) + self.line - 1;
        Error::EndlessLine { file: self.name.clone(), line, limit_mib: LINE_LIMIT >> 20 }
    }
}

/// Whether a line (without its newline) holds nothing.
#[must_use]
pub fn is_blank(line: &[u8]) -> bool {
    matches!(line, [] | [b'\r'])
}

/// Appends up to `wanted` bytes; true at the end of the input.
fn read_up_to(reader: &mut impl Read, text: &mut Vec<u8>, wanted: usize, name: &str) -> Result<bool> {
    let fail = |cause| Error::Read { file: name.to_owned(), cause };
    text.reserve(wanted);
    let read = reader.by_ref().take(wanted as u64).read_to_end(text).map_err(fail)?;
    Ok(read < wanted)
}

/// The header, where the rest begins, and the separator; `None` while the header line is not complete.
fn header_of(start: &[u8], at_end: bool) -> Option<(Vec<String>, usize, u8)> {
    let skip = if start.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let skip = skip + start[skip..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let line_end = memchr::memchr(b'\n', &start[skip..]).map(|at| skip + at);
    let end = line_end.or((at_end && start.len() > skip).then_some(start.len()))?;
    let separator = sniff::separator_of(&start[skip..end]);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(&start[skip..]);
    let mut record = csv::ByteRecord::new();
    let found = reader.read_byte_record(&mut record).unwrap_or(false);
    let mut rest_at = (skip + reader.position().byte() as usize).min(start.len());
    if !found || (rest_at == start.len() && !at_end && start.last() != Some(&b'\n')) {
        return None;
    }
    // The reader may leave the second half of a CRLF behind.
    if rest_at > 0 && start[rest_at - 1] == b'\r' && start.get(rest_at) == Some(&b'\n') {
        rest_at += 1;
    }
    let header = record.iter().map(|field| decode(field).trim().to_owned()).collect();
    Some((header, rest_at, separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(text: &[u8], chunk_bytes: usize) -> (Vec<String>, Vec<Vec<String>>, Vec<u64>) {
        let (mut source, header) = TextSource::open(text, "test".to_owned(), chunk_bytes).unwrap();
        let separator = char::from(source.separator());
        let (mut rows, mut firsts) = (Vec::new(), Vec::new());
        while let Some(chunk) = source.next_chunk(Vec::new()).unwrap() {
            firsts.push(chunk.first_row);
            match chunk.rows {
                Rows::Lines { text, .. } => {
                    for line in decode(&text).lines().filter(|line| !is_blank(line.as_bytes())) {
                        rows.push(line.split(separator).map(str::to_owned).collect());
                    }
                }
                Rows::Fields(table) => {
                    let mut ranges = Vec::new();
                    for row in 0..table.n_rows() {
                        table.ranges(row, &mut ranges);
                        rows.push(ranges.iter().map(|&(a, b)| decode(&table.text()[a..b]).into_owned()).collect());
                    }
                }
            }
        }
        (header, rows, firsts)
    }

    #[test]
    fn any_chunk_size_gives_the_same_rows() {
        let text = b"a,b\r\n1,2\r\n\r\n3,4\r\n5,6";
        for chunk_bytes in [1, 2, 3, 5, 7, 100] {
            let (header, rows, _) = rows_of(text, chunk_bytes);
            assert_eq!(header, ["a", "b"]);
            assert_eq!(rows, [["1", "2"], ["3", "4"], ["5", "6"]], "chunk size {chunk_bytes}");
        }
    }

    #[test]
    fn quotes_are_read_from_the_first_one_on() {
        let mut text = b"\"id\";\"b c\"\n1;2\n".to_vec();
        for row in 0..5000 {
            text.extend_from_slice(format!("{row};x\n").as_bytes());
        }
        text.extend_from_slice(b"\"7\n\";\"say \"\"no\"\"; never\"\n9;10");
        let (header, rows, firsts) = rows_of(&text, 1 << 10);
        assert_eq!(header, ["id", "b c"]);
        assert_eq!(rows.len(), 5003);
        assert_eq!(rows[5001], ["7\n", "say \"no\"; never"]);
        assert_eq!(rows[5002], ["9", "10"]);
        assert!(firsts.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_a_name() {
        let (header, rows, _) = rows_of(b"\xEF\xBB\xBFid\ti1\n\xe9,1\t2\n", 100);
        assert_eq!(header, ["id", "i1"]);
        assert_eq!(rows, [["é,1", "2"]]);
    }

    #[test]
    fn nothing_at_all_is_an_error() {
        for text in [&b""[..], b"\n\n", b"\xEF\xBB\xBF"] {
            assert!(matches!(TextSource::open(text, "t".to_owned(), 10), Err(Error::Empty { .. })));
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_take_in_the_whole_input() {
        struct Endless(std::rc::Rc<std::cell::Cell<usize>>, usize);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let start = b"a,b\n1,2\n3,\"4\n";
                self.0.set(self.0.get() + buffer.len());
                if self.1 == 0 {
                    self.1 = start.len();
                    buffer[..start.len()].copy_from_slice(start);
                    return Ok(start.len());
                }
                buffer.fill(b'x');
                Ok(buffer.len())
            }
        }
        let read = std::rc::Rc::default();
        let endless = Endless(std::rc::Rc::clone(&read), 0);
        let (mut source, _) = TextSource::open(endless, "t".to_owned(), 1 << 16).unwrap();
        let error = std::iter::from_fn(|| source.next_chunk(Vec::new()).transpose()).find_map(Result::err).unwrap();
        assert!(matches!(error, Error::EndlessLine { line: 3, .. }), "{error}");
        assert!(read.get() < LINE_LIMIT + (1 << 20), "{} bytes were read", read.get());
    }

    #[test]
    fn an_endless_line_ends_with_its_number() {
        let text = b"a,b\n1,2\n".iter().copied().chain(std::iter::repeat_n(b'x', LINE_LIMIT + (1 << 20)));
        let text: Vec<u8> = text.collect();
        let (mut source, _) = TextSource::open(&text[..], "t".to_owned(), 1 << 16).unwrap();
        let error = loop {
            match source.next_chunk(Vec::new()) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("no error"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::EndlessLine { line: 3, .. }), "{error}");
    }
}
