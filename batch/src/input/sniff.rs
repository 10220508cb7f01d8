//! What kind of file is this? Told from its first bytes, never from its name.

/// The formats told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CSV or TSV.
    Text,
    /// UTF-16 text, which is refused with a remedy.
    Utf16,
    /// Apache Parquet.
    Parquet,
    /// MessagePack.
    MessagePack,
}

/// Tells the format from the first four bytes.
#[must_use]
pub fn format_of(start: &[u8]) -> Format {
    match start {
        [b'P', b'A', b'R', b'1'] => Format::Parquet,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..] => Format::Utf16,
        // A map of 1 to 15 entries, or of more: our header map. Text in Windows-1252 cannot begin with these.
        [0x81..=0x8f | 0xde | 0xdf, 0xa0..=0xbf | 0xd9 | 0x00..=0x0f, ..] => Format::MessagePack,
        _ => Format::Text,
    }
}

/// The separator of a header line: the one of `,` `;` and tab that stands there most often outside quotes.
#[must_use]
pub fn separator_of(header_line: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &byte in header_line {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == byte) {
            *count += 1;
        }
    }
    let best = counts.iter().max_by_key(|(separator, count)| (*count, *separator == b','));
    best.map_or(b',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(format_of(b"PAR1"), Format::Parquet);
        assert_eq!(format_of(b"id,i"), Format::Text);
        assert_eq!(format_of(b"\xEF\xBB\xBFi"), Format::Text);
        assert_eq!(format_of(b"\xFF\xFEi\0"), Format::Utf16);
        assert_eq!(format_of(b"i\0d\0"), Format::Utf16);
        assert_eq!(format_of(b"\0i\0d"), Format::Utf16);
        assert_eq!(format_of(b"\x81\xa7col"), Format::MessagePack);
        assert_eq!(format_of("é,à".as_bytes()), Format::Text);
        assert_eq!(format_of(b"\xe9ge,"), Format::Text);
        assert_eq!(format_of(b""), Format::Text);
    }

    #[test]
    fn separators_inside_quotes_do_not_count() {
        assert_eq!(separator_of(b"a,b,c"), b',');
        assert_eq!(separator_of(b"a;b;c"), b';');
        assert_eq!(separator_of(b"a\tb"), b'\t');
        assert_eq!(separator_of(b"\"a,b,c,d\";e;f"), b';');
        assert_eq!(separator_of(b"alone"), b',');
    }
}
