//! Names of files that come from outside: inside the folder, whatever the system.

/// The longest path.
const LONGEST: usize = 200;

/// Whether a path names a file inside a folder on every system: no way up, no root, no drive, no hidden file.
pub(crate) fn is_safe(path: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*');
    let is_part = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.ends_with(['.', ' ']) && part.chars().all(is_plain)
    };
    path.len() <= LONGEST && path.split('/').count() <= 3 && path.split('/').all(is_part)
}

/// The type of a file for other systems, by the end of its name.
pub(crate) fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("csv") => "text/csv",
        Some("md") => "text/markdown",
        Some("toml") => "application/toml",
        Some("lock" | "txt") => "text/plain",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_inside_the_folder_are_safe() {
        for path in ["items.csv", "norms/johnson-2014.curves.csv", "notes/étude 1.pdf", "content.lock"] {
            assert!(is_safe(path), "{path}");
        }
        let long = "x".repeat(201);
        for path in
            ["", "..", "../x", "a/../x", "/x", "a//x", ".x", "a/.x", "C:\\x", "a\\x", "x\0", "a/b/c/d", "x.", &long]
        {
            assert!(!is_safe(path), "{path}");
        }
    }
}
