//! From bytes to text: UTF-8 with or without a byte order mark, line ends made equal.

use crate::problem::Problem;

/// Reads bytes as UTF-8, drops the byte order mark, and makes every line end `\n`.
pub(crate) fn decode(file: &str, bytes: &[u8]) -> Result<String, Problem> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Problem::error(file, "line 1", "the file is in UTF-16; UTF-8 is needed", SAVE_AS_UTF8));
    }
    let text = std::str::from_utf8(bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes)).map_err(|error| {
        let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        Problem::error(file, format!("line {line}"), "a character is not valid UTF-8", SAVE_AS_UTF8)
    })?;
    if let Some(at) = text.find('\0') {
        let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        return Err(Problem::error(
            file,
            format!("line {line}"),
            "the file holds a zero byte; text is needed",
            SAVE_AS_UTF8,
        ));
    }
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() })
}

const SAVE_AS_UTF8: &str = "save the file again as text in UTF-8 (in a spreadsheet: CSV, character set UTF-8)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_line_ends_of_spreadsheets_are_accepted() {
        assert_eq!(decode("f", b"\xEF\xBB\xBFa\r\nb\rc\n").unwrap(), "a\nb\nc\n");
    }

    #[test]
    fn other_encodings_are_refused_with_their_line() {
        let problem = decode("f", b"a\nb\xE9\n").unwrap_err();
        assert_eq!((problem.place.as_str(), problem.is_error()), ("line 2", true));
        assert!(problem.remedy.contains("UTF-8"));
        assert!(decode("f", b"\xFF\xFEa\0").unwrap_err().message.contains("UTF-16"));
        assert!(decode("f", b"a\0b").unwrap_err().message.contains("zero byte"));
    }
}
