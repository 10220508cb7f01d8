//! The files of an npm package that matter here: `package.json` and `data/<lang>/questions.json`, from a folder or from the `.tgz`
//! that `npm pack` makes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::error::{Error, Result};
use crate::source::{MAX_FILE_BYTES, MAX_FILES};
use crate::write_file::file_error;

/// The most bytes that are unpacked: a package of 40 languages has about one.
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

/// The files that matter, by their path in the package.
pub(super) type Package = BTreeMap<String, Vec<u8>>;

/// Opens a package.
pub(super) fn open(path: &Path, is_folder: bool) -> Result<Package> {
    let fail = |error: std::io::Error| file_error(path, &error);
    if is_folder { folder(path) } else { archive(path) }.map_err(fail).and_then(|package| {
        if package.keys().any(|file| file != MANIFEST) {
            return Ok(package);
        }
        let reason = "no file data/<lang>/questions.json in it; give the package that `npm pack` makes, its folder once \
                      unpacked, or a CSV file item,language,text";
        Err(Error::File { path: path.to_owned(), reason: reason.to_owned() })
    })
}

pub(super) const MANIFEST: &str = "package.json";

/// Whether a file of a package is read: nothing else of it is, and nothing is run.
fn matters(file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    file == MANIFEST || matches!(parts[..], ["data", language, "questions.json"] if !language.is_empty())
}

fn folder(path: &Path) -> std::io::Result<Package> {
    let mut package = Package::new();
    let mut keep = |file: String, place: &Path| {
        if place.is_file() {
            package.insert(file, limited(fs::File::open(place)?)?);
        }
        Ok::<(), std::io::Error>(())
    };
    keep(MANIFEST.to_owned(), &path.join(MANIFEST))?;
    let data = path.join("data");
    for entry in fs::read_dir(&data)?.take(MAX_FILES) {
        let Ok(language) = entry?.file_name().into_string() else { continue };
        let file = format!("data/{language}/questions.json");
        keep(file.clone(), &path.join(&file))?;
    }
    Ok(package)
}

fn archive(path: &Path) -> std::io::Result<Package> {
    let unpacked = GzDecoder::new(fs::File::open(path)?).take(MAX_UNPACKED);
    let mut package = Package::new();
    for entry in tar::Archive::new(unpacked).entries()? {
        let entry = entry?;
        let Some(file) = entry.path()?.to_str().map(str::to_owned) else { continue };
        // Packages of npm stand in one folder, usually `package/`.
        let Some((_, file)) = file.split_once('/') else { continue };
        if entry.header().entry_type().is_file() && matters(file) && package.len() < MAX_FILES {
            package.insert(file.to_owned(), limited(entry)?);
        }
    }
    Ok(package)
}

/// The bytes of a file, if it is not far larger than a wording.
fn limited(from: impl std::io::Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("a file in it has more than {} MB", MAX_FILE_BYTES / 1024 / 1024);
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message));
    }
    Ok(bytes)
}
