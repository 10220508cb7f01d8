//! CSV output.

use super::Columns;
use crate::input::decode;
use crate::metric::{Decimals, MetricValue};
use crate::text_buffer::TextBuffer;
use crate::worker::{Scored, TextMemory};

/// The header line.
#[must_use]
pub fn header(columns: &Columns) -> Vec<u8> {
    let mut out = TextBuffer::default();
    for (idx, name) in columns.names().enumerate() {
        if idx > 0 {
            out.push(b",");
        }
        write_text(name.as_bytes(), &mut out);
    }
    out.push(b"\n");
    out.into_vec()
}

/// Writes the rows of a block; rejected ones only when `inline`.
pub fn write_rows(scored: &Scored<'_>, memory: &mut TextMemory, inline: bool, out: &mut TextBuffer) {
    let block = scored.block();
    let n_scores = scored.shared().instrument.scales().len() * scored.shared().metrics.len();
    let n_keep = block.kept.len().checked_div(block.rows.len()).unwrap_or(0);
    let begin = |row: usize, out: &mut TextBuffer| {
        let info = &block.rows[row];
        if info.reject.is_some() && !inline {
            return false;
        }
        match info.id {
            Some((start, end)) => write_text(&block.text[start..end], out),
            None => write_number(info.number, out),
        }
        for &(start, end) in &block.kept[row * n_keep..(row + 1) * n_keep] {
            out.push(b",");
            write_text(&block.text[start..end], out);
        }
        if let Some(reject) = &info.reject {
            (0..n_scores).for_each(|_| out.push(b","));
            end_row(&reject.note(), out);
            return false;
        }
        true
    };
    scored.write_rows(memory, out, begin, end_row);
}

/// Writes one row: its name, the values of its columns of scores, its note.
pub fn write_row(name: &str, values: &[MetricValue], decimals: Decimals, note: &str, out: &mut TextBuffer) {
    let mut text = Vec::new();
    write_text(name.as_bytes(), out);
    for value in values {
        text.push(b',');
        decimals.write(*value, &mut text);
    }
    out.push(&text);
    end_row(note, out);
}

fn end_row(note: &str, out: &mut TextBuffer) {
    out.push(b",");
    write_text(note.as_bytes(), out);
    out.push(b"\n");
}

fn write_number(number: u64, out: &mut TextBuffer) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.push(&digits[at..]);
}

/// Writes a text as UTF-8, quoted where it must be.
fn write_text(text: &[u8], out: &mut TextBuffer) {
    let plain = |byte: &u8| byte.is_ascii() && !matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if text.iter().all(plain) {
        out.push(text);
        return;
    }
    let text = decode(text);
    if text.contains([',', '"', '\n', '\r']) {
        out.push(b"\"");
        out.push(text.replace('"', "\"\"").as_bytes());
        out.push(b"\"");
    } else {
        out.push(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &[u8]) -> String {
        let mut out = TextBuffer::default();
        write_text(text, &mut out);
        String::from_utf8(out.into_vec()).unwrap()
    }

    #[test]
    fn texts_are_quoted_only_where_they_must_be() {
        assert_eq!(written(b"abc"), "abc");
        assert_eq!(written("é".as_bytes()), "é");
        assert_eq!(written(b"\xe9"), "é");
        assert_eq!(written(b"a,b"), "\"a,b\"");
        assert_eq!(written(b"say \"a\""), "\"say \"\"a\"\"\"");
    }

    #[test]
    fn numbers_are_written_in_full() {
        for number in [0, 7, 10, 1_234_567_890, u64::MAX] {
            let mut out = TextBuffer::default();
            write_number(number, &mut out);
            assert_eq!(String::from_utf8(out.into_vec()).unwrap(), number.to_string());
        }
    }
}
