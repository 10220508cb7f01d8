//! Reading: whatever the format, a source hands out chunks of whole rows in input order.

pub mod lines;
pub mod messagepack;
mod meter;
pub mod parquet;
pub mod random_access;
pub mod sniff;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use lines::TextSource;
use messagepack::MessagePackSource;
use parquet::ParquetSource;
use random_access::RandomAccess;
use sniff::Format;

/// Some whole rows of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// Number of the first row, from 1.
    pub first_row: u64,
    /// The rows.
    pub rows: Rows,
}

impl Chunk {
    /// Bytes of text in the chunk.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        match &self.rows {
            Rows::Lines { text, .. } => text.len(),
            Rows::Fields(table) => table.n_bytes(),
        }
    }

    /// Lets go of the rows after the first `n_rows`. Blank lines are no rows.
    fn keep_first(&mut self, n_rows: usize) {
        match &mut self.rows {
            Rows::Lines { text, ends_open } => {
                let (mut start, mut n) = (0, 0);
                while start < text.len() && n < n_rows {
                    let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at);
                    n += usize::from(!lines::is_blank(
                        text[start..end].strip_suffix(b"\r").unwrap_or(&text[start..end]),
                    ));
                    start = (end + 1).min(text.len());
                }
                *ends_open &= start == text.len();
                text.truncate(start);
            }
            Rows::Fields(table) => {
                table.ends_open &= table.rows.len() <= n_rows;
                table.rows.truncate(n_rows);
            }
        }
    }

    /// The rows as texts, field by field, for whoever looks at them.
    #[must_use]
    pub fn texts(&self, separator: u8) -> Vec<Vec<String>> {
        let text_of = |bytes: &[u8]| decode(bytes).trim().to_owned();
        match &self.rows {
            Rows::Lines { text, .. } => text
                .split(|byte| *byte == b'\n')
                .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
                .filter(|line| !lines::is_blank(line))
                .map(|line| line.split(|byte| *byte == separator).map(text_of).collect())
                .collect(),
            Rows::Fields(table) => {
                let mut ranges = Vec::new();
                let row = |row| {
                    table.ranges(row, &mut ranges);
                    ranges.iter().filter_map(|&(start, end)| table.text().get(start..end)).map(text_of).collect()
                };
                (0..table.n_rows()).map(row).collect()
            }
        }
    }
}

/// Rows as they come from a reader.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// Lines of text in which nothing is quoted, each ending with a newline but perhaps the last of the file.
    Lines {
        /// The text.
        text: Vec<u8>,
        /// Whether the file ends here without a newline.
        ends_open: bool,
    },
    /// Fields taken apart already.
    Fields(FieldTable),
}

/// Rows taken apart into fields. Blank is "no answer".
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldTable {
    text: Vec<u8>,
    /// End of each field in `text`.
    ends: Vec<usize>,
    /// End of each row in `ends`.
    rows: Vec<usize>,
    /// Whether the file ends within the last row.
    pub ends_open: bool,
}

impl FieldTable {
    /// Adds a field to the row being built.
    pub fn push_field(&mut self, field: &[u8]) {
        self.text.extend_from_slice(field);
        self.ends.push(self.text.len());
    }

    /// Ends the row being built.
    pub fn end_row(&mut self) {
        self.rows.push(self.ends.len());
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of text held.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.text.len() + self.ends.len()
    }

    /// Calls `take` with the start and end of each field of a row.
    pub fn ranges(&self, row: usize, ranges: &mut Vec<(usize, usize)>) {
        ranges.clear();
        let first = if row == 0 { 0 } else { self.rows[row - 1] };
        let mut start = if first == 0 { 0 } else { self.ends[first - 1] };
        for &end in &self.ends[first..self.rows[row]] {
            ranges.push((start, end));
            start = end;
        }
    }

    /// All text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

/// An opened input, its header read.
pub struct Source {
    /// Name for messages: the file's name, or `standard input`.
    pub name: String,
    /// Names of the columns.
    pub header: Vec<String>,
    /// Separator of text input.
    pub separator: u8,
    /// Size of the input in bytes, where it is known.
    pub n_bytes: Option<u64>,
    reader: Reader,
    /// Number of the last row that is read.
    last_row: u64,
}

enum Reader {
    Text(TextSource<Box<dyn Read + Send>>),
    Parquet(Box<ParquetSource>),
    MessagePack(MessagePackSource<Box<dyn Read + Send>>),
}

impl Source {
    /// Opens a file; its format is found by itself.
    ///
    /// # Errors
    /// [`Error::Read`] when it cannot be opened, and what reading the header can meet.
    pub fn open_file(path: &Path, chunk_bytes: usize) -> Result<Self> {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let fail = |cause| Error::Read { file: path.display().to_string(), cause };
        let file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(fail(std::io::Error::other("it is a folder; name a file of answers")));
        }
        let n_bytes = metadata.is_file().then_some(metadata.len());
        let mut start = [0; 4];
        let n_start = read_start(&file, &mut start).map_err(fail)?;
        if sniff::format_of(&start[..n_start]) == Format::Parquet {
            let file = File::open(path).map_err(fail)?;
            let source = ParquetSource::open(file, &name)?;
            return Ok(Self::parquet(name, source, n_bytes));
        }
        // A pipe cannot be rewound, so the start is put back in front.
        let reader = std::io::Cursor::new(start[..n_start].to_vec()).chain(file);
        Self::from_reader(name, Box::new(reader), n_bytes, chunk_bytes)
    }

    fn parquet(name: String, source: ParquetSource, n_bytes: Option<u64>) -> Self {
        let header = source.header();
        let reader = Reader::Parquet(Box::new(source));
        Self { name, header, separator: b',', n_bytes, reader, last_row: u64::MAX }
    }

    /// Reads any format from an input that can be read at any place.
    ///
    /// # Errors
    /// What reading the header can meet.
    pub fn from_random_access(name: String, input: Arc<dyn RandomAccess>, chunk_bytes: usize) -> Result<Self> {
        let fail = |cause| Error::Read { file: name.clone(), cause };
        let n_bytes = Some(input.n_bytes());
        let mut start = [0; 4];
        let n_start =
            read_start(random_access::ReadFrom { input: Arc::clone(&input), at: 0 }, &mut start).map_err(fail)?;
        if sniff::format_of(&start[..n_start]) == Format::Parquet {
            let source = ParquetSource::open(random_access::Opened(input), &name)?;
            return Ok(Self::parquet(name, source, n_bytes));
        }
        Self::from_reader(name, Box::new(random_access::ReadFrom { input, at: 0 }), n_bytes, chunk_bytes)
    }

    /// Reads text or MessagePack from a stream.
    ///
    /// # Errors
    /// What reading the header can meet; [`Error::ParquetFromPipe`].
    pub fn from_reader(
        name: String,
        mut reader: Box<dyn Read + Send>,
        n_bytes: Option<u64>,
        chunk_bytes: usize,
    ) -> Result<Self> {
        let fail = |cause| Error::Read { file: name.clone(), cause };
        let mut start = [0; 4];
        let n_start = read_start(&mut reader, &mut start).map_err(fail)?;
        let whole: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(start[..n_start].to_vec()).chain(reader));
        match sniff::format_of(&start[..n_start]) {
            Format::Parquet => Err(Error::ParquetFromPipe),
            Format::Utf16 => Err(Error::Utf16 { file: name }),
            Format::MessagePack => {
                let (source, header) = MessagePackSource::open(BufReader::new(whole), name.clone())?;
                Ok(Self {
                    name,
                    header,
                    separator: b',',
                    n_bytes,
                    reader: Reader::MessagePack(source),
                    last_row: u64::MAX,
                })
            }
            Format::Text => {
                let (source, header) = TextSource::open(whole, name.clone(), chunk_bytes)?;
                let separator = source.separator();
                Ok(Self { name, header, separator, n_bytes, reader: Reader::Text(source), last_row: u64::MAX })
            }
        }
    }

    /// The same input, of which only the first rows are read.
    #[must_use]
    pub fn only_first(self, n_rows: u64) -> Self {
        Self { last_row: n_rows, ..self }
    }

    /// The next rows, or `None` at the end. `spare` is memory to use again.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn next_chunk(&mut self, spare: Vec<u8>) -> Result<Option<Chunk>> {
        if self.last_row == 0 {
            return Ok(None);
        }
        let chunk = match &mut self.reader {
            Reader::Text(source) => source.next_chunk(spare),
            Reader::Parquet(source) => source.next_chunk(),
            Reader::MessagePack(source) => source.next_chunk(),
        }?;
        let Some(mut chunk) = chunk else { return Ok(None) };
        if self.last_row == u64::MAX {
            return Ok(Some(chunk));
        }
        let Some(n_wanted) = (self.last_row + 1).checked_sub(chunk.first_row).filter(|n| *n > 0) else {
            return Ok(None);
        };
        chunk.keep_first(usize::try_from(n_wanted).unwrap_or(usize::MAX));
        Ok(Some(chunk))
    }
}

fn read_start(mut reader: impl Read, start: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < start.len() {
        match reader.read(&mut start[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Text of a field: UTF-8 where it is, else Windows-1252 (what spreadsheets write in France).
#[must_use]
pub fn decode(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}
