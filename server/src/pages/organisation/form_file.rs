//! The file that a form sends: taken out of its wrapping while it comes, never in memory as a whole (RFC 7578).

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use http_body_util::BodyExt as _;
use memchr::memmem;
use tokio::time::timeout;

use crate::bulk::body_pipe::BodyFault;

/// The name of the control.
pub(super) const FIELD: &str = "file";

/// The most bytes before a file: other fields, and headers of parts.
const MOST_BEFORE: usize = 64 << 10;

/// The longest name of a file that is kept, in characters.
const MAX_NAME: usize = 120;

/// Why there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoFile {
    /// The body is no form with files, or has none.
    NotThere,
    /// The body broke off.
    Fault(BodyFault),
}

impl From<BodyFault> for NoFile {
    fn from(fault: BodyFault) -> Self {
        Self::Fault(fault)
    }
}

/// The file of a form, still coming.
pub(super) struct FormFile {
    /// Its name, where the browser gave one.
    pub name: Option<String>,
    reader: Reader,
}

struct Reader {
    body: Body,
    stall: Duration,
    /// What came and was not yet handed on.
    held: Vec<u8>,
    /// What stands between parts.
    delimiter: Vec<u8>,
    over: bool,
}

impl FormFile {
    /// Reads up to the first byte of the file.
    ///
    /// - `stall`: the longest wait for a part of the body.
    pub(super) async fn open(headers: &HeaderMap, body: Body, stall: Duration) -> Result<Self, NoFile> {
        let boundary = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(boundary_of);
        let boundary = boundary.ok_or(NoFile::NotThere)?;
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        // The first delimiter may stand at the very beginning.
        let mut reader = Reader { body, stall, held: b"\r\n".to_vec(), delimiter, over: false };
        loop {
            reader.skip_part().await?;
            let Some(head) = reader.head().await? else { return Err(NoFile::NotThere) };
            if parameter(&head, "name").as_deref() == Some(FIELD) {
                return Ok(Self { name: parameter(&head, "filename").and_then(|name| kept_name(&name)), reader });
            }
        }
    }

    /// The bytes of the file.
    pub(super) fn bytes(self) -> impl Stream<Item = Result<Bytes, BodyFault>> + Send {
        try_unfold(self.reader, |mut reader| async move {
            let bytes = reader.next_bytes().await?;
            Ok(bytes.map(|bytes| (bytes, reader)))
        })
    }
}

impl Reader {
    /// Takes in what comes next; `false` at the end of the body.
    async fn more(&mut self) -> Result<bool, BodyFault> {
        loop {
            let frame = timeout(self.stall, self.body.frame()).await;
            match frame.map_err(|_| BodyFault::Stalled { seconds: self.stall.as_secs() })? {
                None => return Ok(false),
                Some(Err(_)) => return Err(BodyFault::Cut),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.held.extend_from_slice(&data);
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// Lets go of everything up to the end of the next delimiter.
    async fn skip_part(&mut self) -> Result<(), NoFile> {
        loop {
            if let Some(at) = memmem::find(&self.held, &self.delimiter) {
                self.held.drain(..at + self.delimiter.len());
                return Ok(());
            }
            if self.held.len() > MOST_BEFORE || !self.more().await? {
                return Err(NoFile::NotThere);
            }
        }
    }

    /// The headers of the part that begins here; `None` after the last part.
    async fn head(&mut self) -> Result<Option<String>, NoFile> {
        loop {
            if self.held.starts_with(b"--") {
                return Ok(None);
            }
            if let Some(end) = memmem::find(&self.held, b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.held[..end]).into_owned();
                self.held.drain(..end + 4);
                return Ok(Some(head));
            }
            if self.held.len() > MOST_BEFORE || !self.more().await? {
                return Err(NoFile::NotThere);
            }
        }
    }

    /// The next bytes of the file; `None` at its end.
    async fn next_bytes(&mut self) -> Result<Option<Bytes>, BodyFault> {
        while !self.over {
            if let Some(at) = memmem::find(&self.held, &self.delimiter) {
                self.over = true;
                let bytes: Vec<u8> = self.held.drain(..at).collect();
                // A sender that is not heard to its end takes it for a fault.
                while self.held.len() < MOST_BEFORE && self.more().await? {}
                self.held.clear();
                return Ok(Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty()));
            }
            // The delimiter may have begun in what stays.
            let sure = self.held.len().saturating_sub(self.delimiter.len() - 1);
            if sure > 0 {
                return Ok(Some(self.held.drain(..sure).collect::<Vec<u8>>().into()));
            }
            if !self.more().await? {
                return Err(BodyFault::Cut);
            }
        }
        Ok(None)
    }
}

/// What separates the parts of a form.
fn boundary_of(content_type: &str) -> Option<String> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = rest.split(';').filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

/// A parameter of the line that says what a part is.
fn parameter(head: &str, wanted: &str) -> Option<String> {
    let is_it = |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
    let line = head.split("\r\n").find(is_it)?;
    let begin = format!("; {wanted}=\"");
    let rest = &line[line.find(&begin)? + begin.len()..];
    // Browsers write a quotation mark within as %22.
    Some(rest[..rest.find('"')?].replace("%22", "\""))
}

/// The name of a file without folders, cut to what is shown; `None` where nothing is left of it.
fn kept_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    Some(shown.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;

    use super::*;

    const STALL: Duration = Duration::from_secs(5);

    fn headers(boundary: &str) -> HeaderMap {
        let value = format!("multipart/form-data; boundary={boundary}");
        [(CONTENT_TYPE, value.parse().unwrap())].into_iter().collect()
    }

    /// A body that comes in pieces of a size.
    fn in_pieces(bytes: &[u8], size: usize) -> Body {
        let pieces: Vec<Result<Bytes, std::io::Error>> =
            bytes.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        Body::from_stream(futures_util::stream::iter(pieces))
    }

    fn form(content: &[u8]) -> Vec<u8> {
        let before = b"--XyZ\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nno file\r\n--XyZ\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"C:\\r\\answers.csv\"\r\nContent-Type: text/csv\r\n\r\n";
        [before, content, b"\r\n--XyZ--\r\n"].concat()
    }

    #[tokio::test]
    async fn a_file_comes_out_whole_however_its_body_is_cut() {
        // Beginnings of delimiters stand in it.
        let content = b"a,b\r\n1,2\r\n--Xy\r\n\r\n--XyY\r\n-".repeat(20);
        for size in [1, 2, 3, 7, 64, 10_000] {
            let file = FormFile::open(&headers("XyZ"), in_pieces(&form(&content), size), STALL).await.ok().unwrap();
            assert_eq!(file.name.as_deref(), Some("answers.csv"));
            let parts: Vec<Bytes> = file.bytes().try_collect().await.unwrap();
            assert_eq!(parts.concat(), content, "in pieces of {size}");
        }
    }

    #[tokio::test]
    async fn what_is_no_form_with_a_file_or_breaks_off_says_so() {
        let whole = form(b"abc");
        let open = |headers: HeaderMap, bytes: Vec<u8>| async move {
            FormFile::open(&headers, in_pieces(&bytes, 10), STALL).await.err()
        };
        assert_eq!(open(HeaderMap::new(), whole.clone()).await, Some(NoFile::NotThere));
        assert_eq!(open(headers("other"), whole.clone()).await, Some(NoFile::NotThere));
        let without = b"--XyZ\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--XyZ--\r\n".to_vec();
        assert_eq!(open(headers("XyZ"), without).await, Some(NoFile::NotThere));
        let cut = &whole[..whole.len() - 6];
        let file = FormFile::open(&headers("XyZ"), in_pieces(cut, 10), STALL).await.ok().unwrap();
        assert_eq!(file.bytes().try_collect::<Vec<Bytes>>().await, Err(BodyFault::Cut));
    }

    #[tokio::test]
    async fn a_file_that_was_not_chosen_is_empty_and_has_no_name() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--b--\r\n";
        let file = FormFile::open(&headers("b"), in_pieces(body, 9), STALL).await.ok().unwrap();
        assert_eq!(file.name, None);
        assert_eq!(file.bytes().try_collect::<Vec<Bytes>>().await, Ok(Vec::new()));
    }
}
