//! Resumable downloads: an HTTP range over the plain bytes, and the pieces that it needs.

use std::ops::Range;

use super::super::sealed_chunk::Cut;

/// Some bytes of a file: from `start`, before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
}

/// The part of one piece that a range needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkSpan {
    /// Number of the piece.
    pub seq: u64,
    /// The bytes of it.
    pub within: Range<usize>,
}

/// A range that the file cannot give: status 416.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the range begins beyond the end of the file, which has {size} bytes")]
pub struct RangeError {
    /// Bytes of the file, for `Content-Range: bytes */size`.
    pub size: u64,
}

/// Reads a `Range` header. `None` for what is answered with the whole file: other units, several ranges, and texts that
/// are no range (RFC 9110 §14.2 lets a server ignore them).
///
/// # Errors
/// [`RangeError`].
pub fn read_range(header: &str, size: u64) -> Result<Option<ByteRange>, RangeError> {
    let Some(set) = header.trim().strip_prefix("bytes=") else { return Ok(None) };
    let Some((first, last)) = set.trim().split_once('-') else { return Ok(None) };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A number too large for us is beyond the end of every file.
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let range = match (first, last) {
        ("", last) if digits(last) => match number(last) {
            0 => return Err(RangeError { size }),
            n => ByteRange { start: size.saturating_sub(n), end: size },
        },
        (first, "") if digits(first) => ByteRange { start: number(first), end: size },
        (first, last) if digits(first) && digits(last) => {
            if number(last) < number(first) {
                return Ok(None);
            }
            ByteRange { start: number(first), end: number(last).saturating_add(1).min(size) }
        }
        _ => return Ok(None),
    };
    if range.start >= size { Err(RangeError { size }) } else { Ok(Some(range)) }
}

impl ByteRange {
    /// All bytes of a file.
    #[must_use]
    pub fn whole(size: u64) -> Self {
        Self { start: 0, end: size }
    }

    /// Number of bytes.
    #[must_use]
    pub fn length(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// The value of `Content-Range`.
    #[must_use]
    pub fn content_range(self, size: u64) -> String {
        format!("bytes {}-{}/{size}", self.start, self.end.saturating_sub(1))
    }

    /// The pieces to open, in order, and what to take of each. Nothing beyond the file is ever named.
    pub fn spans(self, cut: Cut) -> impl Iterator<Item = ChunkSpan> {
        let end = self.end.min(cut.size);
        let start = self.start.min(end);
        let (first, after) = (start / cut.chunk_bytes, end.div_ceil(cut.chunk_bytes));
        let seqs = if start == end { 0..0 } else { first..after };
        seqs.map(move |seq| {
            let begin = seq * cut.chunk_bytes;
            let within = |at: u64| (at.clamp(begin, begin + cut.length(seq)) - begin) as usize;
            ChunkSpan { seq, within: within(start)..within(end) }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let read = |header| read_range(header, 100);
        let range = |start, end| Ok(Some(ByteRange { start, end }));
        assert_eq!(read("bytes=0-9"), range(0, 10));
        assert_eq!(read("bytes=90-"), range(90, 100));
        assert_eq!(read("bytes=-10"), range(90, 100));
        assert_eq!(read("bytes=-1000"), range(0, 100));
        assert_eq!(read("bytes=50-99999999999999999999999"), range(50, 100));
        for beyond in ["bytes=100-", "bytes=99999999999999999999999-", "bytes=-0"] {
            assert_eq!(read(beyond), Err(RangeError { size: 100 }), "{beyond}");
        }
        for ignored in ["rows=0-9", "bytes=0-1,3-4", "bytes=9-0", "bytes=a-b", "bytes=-", "bytes=", "", "bytes=+1-2"] {
            assert_eq!(read(ignored), Ok(None), "{ignored}");
        }
        assert_eq!(read_range("bytes=0-", 0), Err(RangeError { size: 0 }));
        assert_eq!(ByteRange { start: 5, end: 10 }.content_range(100), "bytes 5-9/100");
    }

    proptest! {
        #[test]
        fn spans_give_exactly_the_range(size in 0..60_u64, chunk_bytes in 1..9_u64, a in 0..70_u64, b in 0..70_u64) {
            let bytes: Vec<u8> = (0..size).map(|at| at as u8).collect();
            let cut = Cut { size, chunk_bytes };
            let range = ByteRange { start: a.min(b), end: a.max(b) };
            let pieces: Vec<&[u8]> = bytes.chunks(chunk_bytes as usize).collect();
            let found: Vec<u8> = range.spans(cut).flat_map(|span| pieces[span.seq as usize][span.within].to_vec()).collect();
            let end = (range.end as usize).min(bytes.len());
            prop_assert_eq!(&found[..], &bytes[(range.start as usize).min(end)..end]);
        }

        #[test]
        fn any_header_is_read_without_a_panic(header in ".*", size in any::<u64>()) {
            if let Ok(Some(range)) = read_range(&header, size) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }
    }
}
