//! MessagePack input: a map `{columns: […]}`, one array a row (nil = not answered), an optional `{rows: n}`.

use std::io::{BufRead, BufReader, Read, Write as _};

use rmp::Marker;
use rmp::decode::{self, RmpRead as _};

use super::{Chunk, FieldTable, Rows};
use crate::error::{Error, Result};

const CHUNK_ROWS: usize = 4096;
/// A chunk is closed at this size, so that memory is bounded whatever the rows hold.
const CHUNK_BYTES: usize = 4 << 20;
/// The longest row or header that is read.
const RECORD_LIMIT: usize = 16 << 20;
/// Longest text of a field or a name.
const TEXT_LIMIT: u32 = 1 << 20;
const COLUMN_LIMIT: u32 = 100_000;

/// A MessagePack stream, after its header map.
pub struct MessagePackSource<R> {
    reader: BufReader<R>,
    name: String,
    n_columns: usize,
    next_row: u64,
    done: bool,
}

impl<R: Read> MessagePackSource<R> {
    /// Reads the header map.
    ///
    /// # Errors
    /// [`Error::MessagePack`].
    pub fn open(mut reader: BufReader<R>, name: String) -> Result<(Self, Vec<String>)> {
        let columns = read_header(&mut reader).map_err(|problem| problem.in_file(&name))?;
        let n_columns = columns.len();
        Ok((Self { reader, name, n_columns, next_row: 1, done: false }, columns))
    }

    /// The next rows, or `None` at the end.
    ///
    /// # Errors
    /// [`Error::MessagePack`] for a broken record, a wrong count, or data after the trailer.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let mut table = FieldTable::default();
        while !self.done && table.n_rows() < CHUNK_ROWS && table.n_bytes() < CHUNK_BYTES {
            let row = self.next_row + table.n_rows() as u64;
            self.read_record(&mut table, row).map_err(|problem| Error::MessagePack {
                file: self.name.clone(),
                row: Some(row),
                problem,
            })?;
        }
        if table.n_rows() == 0 {
            return Ok(None);
        }
        let first_row = self.next_row;
        self.next_row += table.n_rows() as u64;
        Ok(Some(Chunk { first_row, rows: Rows::Fields(table) }))
    }

    fn read_record(&mut self, table: &mut FieldTable, row: u64) -> std::result::Result<(), String> {
        if self.reader.fill_buf().map_err(|e| e.to_string())?.is_empty() {
            self.done = true;
            return Ok(());
        }
        let marker = decode::read_marker(&mut self.reader).map_err(|e| e.0.to_string())?;
        let n_fields = match marker {
            Marker::FixArray(n) => u32::from(n),
            Marker::Array16 => u32::from(self.reader.read_data_u16().map_err(|e| e.to_string())?),
            Marker::Array32 => self.reader.read_data_u32().map_err(|e| e.to_string())?,
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => return self.read_trailer(marker, row),
            other => {
                return Err(format!("an array or the closing map {{rows: n}} is expected, not {}", kind_of(other)));
            }
        };
        if n_fields > COLUMN_LIMIT {
            return Err(format!("an array of {n_fields} fields; the header has {}", self.n_columns));
        }
        let before = table.n_bytes();
        for _ in 0..n_fields {
            push_value(&mut self.reader, table)?;
            if table.n_bytes() - before > RECORD_LIMIT {
                return Err(format!("longer than {} MiB; is this a file of answers?", RECORD_LIMIT >> 20));
            }
        }
        table.end_row();
        Ok(())
    }

    fn read_trailer(&mut self, marker: Marker, row: u64) -> std::result::Result<(), String> {
        self.done = true;
        let n_entries = map_len(&mut self.reader, marker)?;
        for _ in 0..n_entries {
            let key = read_text(&mut self.reader)?;
            let value: u64 = decode::read_int(&mut self.reader).map_err(|e| e.to_string())?;
            if key == "rows" && value != row - 1 {
                return Err(format!(
                    "the closing map counts {value} rows, but {} came: the stream is damaged",
                    row - 1
                ));
            }
        }
        if self.reader.fill_buf().map_err(|e| e.to_string())?.is_empty() {
            Ok(())
        } else {
            Err("data follows the closing map".to_owned())
        }
    }
}

fn map_len(reader: &mut impl Read, marker: Marker) -> std::result::Result<u32, String> {
    match marker {
        Marker::FixMap(n) => Ok(u32::from(n)),
        Marker::Map16 => reader.read_data_u16().map(u32::from).map_err(|e| e.to_string()),
        Marker::Map32 => reader.read_data_u32().map_err(|e| e.to_string()),
        other => Err(format!("a map is expected, not {}", kind_of(other))),
    }
}

/// What is wrong with the header map.
enum HeaderProblem {
    Broken(String),
    UnknownKey(String),
}

impl HeaderProblem {
    fn in_file(self, name: &str) -> Error {
        let file = name.to_owned();
        match self {
            Self::Broken(problem) => Error::MessagePack { file, row: None, problem },
            Self::UnknownKey(key) => Error::MessagePackKey { file, key },
        }
    }
}

impl From<String> for HeaderProblem {
    fn from(problem: String) -> Self {
        Self::Broken(problem)
    }
}

fn read_header(reader: &mut impl Read) -> std::result::Result<Vec<String>, HeaderProblem> {
    let marker = decode::read_marker(reader).map_err(|e| e.0.to_string())?;
    let n_entries = map_len(reader, marker)?;
    let mut columns = None;
    for _ in 0..n_entries {
        let key = read_text(reader)?;
        if key != "columns" {
            return Err(HeaderProblem::UnknownKey(key.chars().take(40).collect()));
        }
        let n_columns = decode::read_array_len(reader).map_err(|e| e.to_string())?;
        if n_columns > COLUMN_LIMIT {
            return Err(format!("{n_columns} columns; at most {COLUMN_LIMIT} are read").into());
        }
        let (mut names, mut n_bytes) = (Vec::new(), 0);
        for _ in 0..n_columns {
            let name = read_text(reader)?;
            n_bytes += name.len();
            if n_bytes > RECORD_LIMIT {
                return Err(format!("names of columns of more than {} MiB", RECORD_LIMIT >> 20).into());
            }
            names.push(name);
        }
        columns = Some(names);
    }
    columns.ok_or_else(|| "the first record is a map {columns: […]}, but `columns` is missing".to_owned().into())
}

/// The kind of a value, never the value itself.
fn kind_of(marker: Marker) -> &'static str {
    match marker {
        Marker::Null => "nil",
        Marker::True | Marker::False => "a truth value",
        Marker::FixPos(_) | Marker::FixNeg(_) | Marker::U8 | Marker::U16 | Marker::U32 | Marker::U64 => "a number",
        Marker::I8 | Marker::I16 | Marker::I32 | Marker::I64 | Marker::F32 | Marker::F64 => "a number",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a text",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        _ => "a value of another kind",
    }
}

fn read_text(reader: &mut impl Read) -> std::result::Result<String, String> {
    let length = decode::read_str_len(reader).map_err(|e| e.to_string())?;
    read_text_of(reader, length)
}

fn read_text_of(reader: &mut impl Read, length: u32) -> std::result::Result<String, String> {
    if length > TEXT_LIMIT {
        return Err(format!("a text of {length} bytes; at most {TEXT_LIMIT} are read"));
    }
    let mut bytes = vec![0; length as usize];
    reader.read_exact(&mut bytes).map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|_| "a text is not UTF-8".to_owned())
}

fn push_value(reader: &mut impl Read, table: &mut FieldTable) -> std::result::Result<(), String> {
    let fail = |e: std::io::Error| e.to_string();
    let marker = decode::read_marker(reader).map_err(|e| e.0.to_string())?;
    let whole = |table: &mut FieldTable, value: i128| {
        let mut text = Vec::with_capacity(8);
        // Writing into a vector cannot fail.
        let _ = write!(text, "{value}");
        table.push_field(&text);
    };
    match marker {
        Marker::Null => table.push_field(b""),
        Marker::FixPos(n) => whole(table, n.into()),
        Marker::FixNeg(n) => whole(table, n.into()),
        Marker::U8 => whole(table, reader.read_data_u8().map_err(|e| e.to_string())?.into()),
        Marker::U16 => whole(table, reader.read_data_u16().map_err(|e| e.to_string())?.into()),
        Marker::U32 => whole(table, reader.read_data_u32().map_err(|e| e.to_string())?.into()),
        Marker::U64 => whole(table, reader.read_data_u64().map_err(|e| e.to_string())?.into()),
        Marker::I8 => whole(table, reader.read_data_i8().map_err(|e| e.to_string())?.into()),
        Marker::I16 => whole(table, reader.read_data_i16().map_err(|e| e.to_string())?.into()),
        Marker::I32 => whole(table, reader.read_data_i32().map_err(|e| e.to_string())?.into()),
        Marker::I64 => whole(table, reader.read_data_i64().map_err(|e| e.to_string())?.into()),
        Marker::F32 | Marker::F64 => {
            let mut bytes = [0; 8];
            let value = if marker == Marker::F32 {
                reader.read_exact(&mut bytes[..4]).map_err(fail)?;
                f64::from(f32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            } else {
                reader.read_exact(&mut bytes).map_err(fail)?;
                f64::from_be_bytes(bytes)
            };
            table.push_field(value.to_string().as_bytes());
        }
        Marker::FixStr(n) => table.push_field(read_text_of(reader, n.into())?.as_bytes()),
        Marker::Str8 => {
            let length = reader.read_data_u8().map_err(|e| e.to_string())?;
            table.push_field(read_text_of(reader, length.into())?.as_bytes());
        }
        Marker::Str16 => {
            let length = reader.read_data_u16().map_err(|e| e.to_string())?;
            table.push_field(read_text_of(reader, length.into())?.as_bytes());
        }
        Marker::Str32 => {
            let length = reader.read_data_u32().map_err(|e| e.to_string())?;
            table.push_field(read_text_of(reader, length)?.as_bytes());
        }
        other => return Err(format!("a field is a number, a text or nil, not {}", kind_of(other))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rmp::encode;

    use super::*;

    fn header(out: &mut Vec<u8>, columns: &[&str]) {
        encode::write_map_len(out, 1).unwrap();
        encode::write_str(out, "columns").unwrap();
        encode::write_array_len(out, columns.len() as u32).unwrap();
        columns.iter().for_each(|name| encode::write_str(out, name).unwrap());
    }

    fn open(bytes: &[u8]) -> Result<(MessagePackSource<&[u8]>, Vec<String>)> {
        MessagePackSource::open(BufReader::new(bytes), "test".to_owned())
    }

    #[test]
    fn rows_of_long_texts_come_in_chunks_of_bounded_size() {
        let mut bytes = Vec::new();
        header(&mut bytes, &["a"]);
        let text = "x".repeat(1 << 20);
        for _ in 0..12 {
            encode::write_array_len(&mut bytes, 1).unwrap();
            encode::write_str(&mut bytes, &text).unwrap();
        }
        let (mut source, _) = open(&bytes).unwrap();
        let mut sizes = Vec::new();
        while let Some(chunk) = source.next_chunk().unwrap() {
            sizes.push(chunk.n_bytes());
        }
        assert!(sizes.len() >= 3 && sizes.iter().all(|&size| size <= CHUNK_BYTES + (2 << 20)), "{sizes:?}");
    }

    #[test]
    fn an_endless_row_is_refused() {
        let mut bytes = Vec::new();
        header(&mut bytes, &["a"]);
        encode::write_array_len(&mut bytes, 20).unwrap();
        let text = "x".repeat(1 << 20);
        (0..20).for_each(|_| encode::write_str(&mut bytes, &text).unwrap());
        let error = open(&bytes).unwrap().0.next_chunk().unwrap_err();
        assert!(error.to_string().contains("row 1: longer than 16 MiB"), "{error}");
    }

    #[test]
    fn messages_name_the_kind_and_not_the_value() {
        let mut bytes = Vec::new();
        header(&mut bytes, &["a"]);
        encode::write_pfix(&mut bytes, 93).unwrap();
        let error = open(&bytes).unwrap().0.next_chunk().unwrap_err();
        assert!(error.to_string().contains("not a number") && !error.to_string().contains("93"), "{error}");
        let mut other = Vec::new();
        encode::write_map_len(&mut other, 1).unwrap();
        encode::write_str(&mut other, "Dupont").unwrap();
        let Err(error) = open(&other) else { panic!("a header of another kind was read") };
        assert!(error.to_string().contains("Dupont") && !error.without_values().contains("Dupont"));
    }
}
