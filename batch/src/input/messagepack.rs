//! MessagePack input: a map `{columns: […]}`, one array a row (nil = not answered), an optional `{rows: n}`.

use std::io::{BufRead, BufReader, Read, Write as _};

use rmp::Marker;
use rmp::decode::{self, RmpRead as _};

use super::{Chunk, FieldTable, Rows};
use crate::error::{Error, Result};

const CHUNK_ROWS: usize = 4096;
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
        let columns = read_header(&mut reader).map_err(|problem| Error::MessagePack { file: name.clone(), problem })?;
        let n_columns = columns.len();
        Ok((Self { reader, name, n_columns, next_row: 1, done: false }, columns))
    }

    /// The next rows, or `None` at the end.
    ///
    /// # Errors
    /// [`Error::MessagePack`] for a broken record, a wrong count, or data after the trailer.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let mut table = FieldTable::default();
        while !self.done && table.n_rows() < CHUNK_ROWS {
            let row = self.next_row + table.n_rows() as u64;
            self.read_record(&mut table, row).map_err(|problem| Error::MessagePack {
                file: self.name.clone(),
                problem: format!("row {row}: {problem}"),
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
            other => return Err(format!("an array or the closing map {{rows: n}} is expected, not {other:?}")),
        };
        if n_fields > COLUMN_LIMIT {
            return Err(format!("an array of {n_fields} fields; the header has {}", self.n_columns));
        }
        for _ in 0..n_fields {
            push_value(&mut self.reader, table)?;
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
        other => Err(format!("a map is expected, not {other:?}")),
    }
}

fn read_header(reader: &mut impl Read) -> std::result::Result<Vec<String>, String> {
    let marker = decode::read_marker(reader).map_err(|e| e.0.to_string())?;
    let n_entries = map_len(reader, marker)?;
    let mut columns = None;
    for _ in 0..n_entries {
        let key = read_text(reader)?;
        if key != "columns" {
            return Err(format!("the first record is a map {{columns: […]}}; `{key}` is not known there"));
        }
        let n_columns = decode::read_array_len(reader).map_err(|e| e.to_string())?;
        if n_columns > COLUMN_LIMIT {
            return Err(format!("{n_columns} columns; at most {COLUMN_LIMIT} are read"));
        }
        columns = Some((0..n_columns).map(|_| read_text(reader)).collect::<std::result::Result<Vec<_>, _>>()?);
    }
    columns.ok_or_else(|| "the first record is a map {columns: […]}, but `columns` is missing".to_owned())
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
        other => return Err(format!("a field is a number, a text or nil, not {other:?}")),
    }
    Ok(())
}
