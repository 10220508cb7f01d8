//! ZIP files: written so that the same content gives the same bytes, read with limits.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

use crate::exchange::losses::Losses;
use crate::source::MAX_FILE_BYTES;

/// The most entries of a package: 10,000 items in three languages, and their tests.
const MAX_ENTRIES: usize = 31_000;

/// The most bytes that all entries hold together.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// How many times larger an entry may be than what is packed of it; text is packed to a tenth at best.
const MAX_RATIO: u64 = 200;

/// Small entries may be packed better than that.
const SMALL: u64 = 64 * 1024;

/// Packs files. They are stored as they are: the bytes then depend on no version of a packing library.
pub(crate) fn pack(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, String> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let written = files.iter().try_for_each(|(name, bytes)| {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
        Ok::<(), zip::result::ZipError>(())
    });
    let written = written.and_then(|()| zip.finish());
    written.map(Cursor::into_inner).map_err(|error| error.to_string())
}

/// Unpacks files into memory. Entries whose names lead out of the package are left out; what grows too large ends the reading.
pub(crate) fn unpack(bytes: &[u8], losses: &mut Losses) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    if archive.len() > MAX_ENTRIES {
        return Err(format!("{} entries; at most {MAX_ENTRIES} are read", archive.len()));
    }
    let mut files = BTreeMap::new();
    let mut total = 0;
    for idx in 0..archive.len() {
        let mut entry = archive.by_index(idx).map_err(|error| error.to_string())?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(|error| error.to_string())?.into_owned();
        if entry.is_symlink() || !is_inside(&name) || files.contains_key(&name) {
            losses.add("an entry that is no file inside the package", &name.chars().take(100).collect::<String>());
            continue;
        }
        let most = MAX_FILE_BYTES.min(entry.compressed_size().saturating_mul(MAX_RATIO).max(SMALL));
        let mut content = Vec::new();
        // What an entry says of its size may be wrong: no more than the limit is unpacked.
        let read = entry.by_ref().take(most + 1).read_to_end(&mut content);
        read.map_err(|error| format!("an entry cannot be unpacked: {error}"))?;
        total += content.len() as u64;
        if content.len() as u64 > most || total > MAX_BYTES {
            return Err(format!("an entry unpacks to more than {most} bytes, or all of them to more than {MAX_BYTES}"));
        }
        files.insert(name, content);
    }
    Ok(files)
}

/// Whether a name stays inside the package.
fn is_inside(name: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    !name.contains(['\\', '\0', ':']) && name.len() <= 500 && name.split('/').all(is_part)
}

/// A path that stands in a file of the package, as a name in the package: `../items/a.xml` in `tests/t.xml` is `items/a.xml`.
pub(crate) fn resolve(from: &str, href: &str) -> Option<String> {
    let href = href.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/")).filter(|path| !path.is_empty() && !href.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
        unpack(bytes, &mut Losses::default())
    }

    #[test]
    fn what_is_packed_comes_back_and_gives_the_same_bytes() {
        let files = BTreeMap::from([("a/b.xml".to_owned(), b"x".to_vec()), ("c".to_owned(), vec![0; 100_000])]);
        let packed = pack(&files).unwrap();
        assert_eq!(packed, pack(&files).unwrap());
        assert_eq!(unpacked(&packed), Ok(files));
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("bomb", deflated).unwrap();
        zip.write_all(&vec![0; 20 * 1024 * 1024]).unwrap();
        let bomb = zip.finish().unwrap().into_inner();
        assert!(bomb.len() < 100_000);
        assert!(unpacked(&bomb).unwrap_err().contains("unpacks to more than"));
        let many: BTreeMap<String, Vec<u8>> =
            (0..=MAX_ENTRIES).map(|number| (format!("f{number}"), Vec::new())).collect();
        assert!(unpacked(&pack(&many).unwrap()).unwrap_err().contains("entries"));
    }

    #[test]
    fn names_that_lead_out_are_left_out() {
        let names = ["../x", "/x", "a/../../x", "C:\\x", "a//b", "ok.xml"];
        let files = names.iter().map(|name| ((*name).to_owned(), b"x".to_vec())).collect();
        let read = unpacked(&pack(&files).unwrap()).unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["ok.xml"]);
    }

    #[test]
    fn paths_are_followed_inside_the_package_only() {
        assert_eq!(resolve("fr/test.xml", "items/a.xml").as_deref(), Some("fr/items/a.xml"));
        assert_eq!(resolve("t/test.xml", "../items/./a.xml#x").as_deref(), Some("items/a.xml"));
        for href in ["../../x", "/x", "", ".."] {
            assert_eq!(resolve("a/t.xml", href).filter(|path| path != "a"), None, "{href}");
        }
    }
}
