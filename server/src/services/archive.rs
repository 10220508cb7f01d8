//! Exports as ZIP files: named files, a manifest with the hash of each, and a signature of the manifest.
//!
//! The same files, moment and purpose give the same bytes. An export that was packed again by another program still
//! reads. A reader trusts nothing: sizes are limited before anything
//! is unpacked, names cannot lead out of a folder, and what the manifest does not vouch for is refused.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

use crate::clock::Timestamp;

const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.sig";
const FORMAT: &str = "bilan-export";
const VERSION: u32 = 1;
const LONGEST_NAME: usize = 100;
const LONGEST_PURPOSE: usize = 200;

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFile {
    /// Name, such as `results/interests.json`: small letters, digits, `-`, `_`, `.` and `/` between folders.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// When an export was made, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// When.
    pub created_at: Timestamp,
    /// For what, in a few words that name nobody.
    pub purpose: String,
}

/// What an export may be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Bytes of the ZIP file.
    pub archive_bytes: usize,
    /// Files in it, the manifest and the signature not counted.
    pub files: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files.
    pub total_bytes: u64,
    /// How many times larger a file may be than in the ZIP file.
    pub ratio: u64,
}

/// Why an export cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// Not a ZIP file, or a damaged one.
    #[error("the file is not a whole ZIP file ({reason})")]
    NotAnArchive {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Larger than is read.
    #[error("the export has more than {limit} {what}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A name that is not allowed.
    #[error(
        "file {position}: its name is not allowed; small letters, digits, `-`, `_`, `.` and `/` between folders are"
    )]
    Name {
        /// Position in the export, from 1.
        position: usize,
    },
    /// A name that stands twice.
    #[error("`{name}` stands twice in the export")]
    Twice {
        /// The name.
        name: String,
    },
    /// A folder, a link, something encrypted or packed in a way that is not read.
    #[error("`{name}` is not a plain file, or is packed in a way that is not read")]
    Kind {
        /// The name.
        name: String,
    },
    /// The manifest or its signature is not there.
    #[error("`{name}` is missing")]
    Missing {
        /// The name.
        name: String,
    },
    /// The signature does not fit.
    #[error("the signature does not fit the manifest: the export was changed, or is not ours")]
    Signature,
    /// The manifest cannot be read.
    #[error("the manifest cannot be read as one of version {VERSION}")]
    Manifest,
    /// A later version.
    #[error("the export is of version {given}; this one reads version {VERSION}")]
    Version {
        /// The version found.
        given: u32,
    },
    /// A file that is not what the manifest says.
    #[error("`{name}` is not what the manifest says")]
    Changed {
        /// The name.
        name: String,
    },
    /// A purpose that is empty or too long.
    #[error("the purpose has 1 to {LONGEST_PURPOSE} characters")]
    Purpose,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    version: u32,
    created_at: String,
    purpose: String,
    files: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    size: u64,
    sha256: String,
}

/// An export whose manifest is not signed yet.
pub struct Unsigned {
    files: Vec<ArchiveFile>,
    manifest: Vec<u8>,
}

impl Unsigned {
    /// Gathers files, in the order of their names.
    ///
    /// # Errors
    /// [`ArchiveError::Name`], [`ArchiveError::Twice`], [`ArchiveError::Purpose`].
    pub fn new(mut files: Vec<ArchiveFile>, label: &Label) -> Result<Self, ArchiveError> {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        for (idx, file) in files.iter().enumerate() {
            if !is_allowed(&file.name) || is_reserved(&file.name) {
                return Err(ArchiveError::Name { position: idx + 1 });
            }
            if idx > 0 && files[idx - 1].name == file.name {
                return Err(ArchiveError::Twice { name: file.name.clone() });
            }
        }
        if label.purpose.is_empty() || label.purpose.chars().count() > LONGEST_PURPOSE {
            return Err(ArchiveError::Purpose);
        }
        let entry = |file: &ArchiveFile| Entry {
            name: file.name.clone(),
            size: file.bytes.len() as u64,
            sha256: hash_of(&file.bytes),
        };
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            created_at: label.created_at.to_string(),
            purpose: label.purpose.clone(),
            files: files.iter().map(entry).collect(),
        };
        let mut manifest = serde_json::to_vec_pretty(&manifest).map_err(|_| ArchiveError::Manifest)?;
        manifest.push(b'\n');
        Ok(Self { files, manifest })
    }

    /// The bytes to sign.
    #[must_use]
    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    /// The ZIP file, with the signature of [`Unsigned::manifest`].
    ///
    /// # Errors
    /// [`ArchiveError::NotAnArchive`] when the ZIP file cannot be written.
    pub fn sign(self, signature: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, bytes: &[u8]| {
            zip.start_file(name, options())?;
            zip.write_all(bytes)?;
            Ok::<(), zip::result::ZipError>(())
        };
        let written = add(MANIFEST, &self.manifest)
            .and_then(|()| add(SIGNATURE, signature))
            .and_then(|()| self.files.iter().try_for_each(|file| add(&file.name, &file.bytes)));
        let written = written.and_then(|()| zip.finish());
        written.map(Cursor::into_inner).map_err(|_| ArchiveError::NotAnArchive { reason: "it cannot be written" })
    }
}

/// The same for every file, so that nothing of the machine or the moment gets into the bytes. Files are not packed: the
/// bytes then depend on no version of a packing library, and every bit of them is vouched for.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
        .unix_permissions(0o600)
}

fn hash_of(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

fn is_reserved(name: &str) -> bool {
    matches!(name, MANIFEST | SIGNATURE)
}

/// Whether a name is safe on every system: no way up, no root, no drive, no device, no two names that differ by case.
fn is_allowed(name: &str) -> bool {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= LONGEST_NAME
        && name.split('/').all(|part| {
            let stem = part.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
            let begins_well =
                part.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            begins_well && !part.ends_with('.') && part.bytes().all(is_plain) && !DEVICES.contains(&stem)
        })
}

/// An export whose signature and hashes were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// When it was made, and for what.
    pub label: Label,
    /// The files, in the order of their names.
    pub files: Vec<ArchiveFile>,
}

/// Reads an export.
///
/// - `verify`: whether the signature (second) is one of ours of the manifest (first).
///
/// # Errors
/// [`ArchiveError`]; nothing of an export is given out unless all of it is in order.
pub fn read(
    bytes: &[u8],
    limits: &ArchiveLimits,
    verify: impl FnOnce(&[u8], &[u8]) -> bool,
) -> Result<Opened, ArchiveError> {
    let mut files = unpack(bytes, limits)?;
    let mut take = |name: &str| {
        let at = files.iter().position(|file| file.name == name);
        at.map(|at| files.remove(at).bytes).ok_or_else(|| ArchiveError::Missing { name: name.to_owned() })
    };
    let (manifest, signature) = (take(MANIFEST)?, take(SIGNATURE)?);
    if !verify(&manifest, &signature) {
        return Err(ArchiveError::Signature);
    }
    let manifest = read_manifest(&manifest)?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    for (file, entry) in files.iter().zip(&manifest.files) {
        let is_same =
            file.name == entry.name && file.bytes.len() as u64 == entry.size && hash_of(&file.bytes) == entry.sha256;
        if !is_same {
            return Err(ArchiveError::Changed { name: entry.name.clone() });
        }
    }
    if let Some(entry) = manifest.files.get(files.len()) {
        return Err(ArchiveError::Missing { name: entry.name.clone() });
    }
    if let Some(file) = files.get(manifest.files.len()) {
        return Err(ArchiveError::Changed { name: file.name.clone() });
    }
    let created_at: jiff::Timestamp = manifest.created_at.parse().map_err(|_| ArchiveError::Manifest)?;
    let created_at = Timestamp::from_millis(created_at.as_millisecond());
    Ok(Opened { label: Label { created_at, purpose: manifest.purpose }, files })
}

fn read_manifest(bytes: &[u8]) -> Result<Manifest, ArchiveError> {
    #[derive(Deserialize)]
    struct Head {
        format: String,
        version: u32,
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|_| ArchiveError::Manifest)?;
    if head.format != FORMAT {
        return Err(ArchiveError::Manifest);
    }
    if head.version != VERSION {
        return Err(ArchiveError::Version { given: head.version });
    }
    serde_json::from_slice(bytes).map_err(|_| ArchiveError::Manifest)
}

/// Takes a ZIP file apart within the limits, whatever it says of itself.
fn unpack(bytes: &[u8], limits: &ArchiveLimits) -> Result<Vec<ArchiveFile>, ArchiveError> {
    if bytes.len() > limits.archive_bytes {
        return Err(ArchiveError::TooLarge { what: "bytes", limit: limits.archive_bytes as u64 });
    }
    let broken = |reason| move |_| ArchiveError::NotAnArchive { reason };
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(broken("its directory cannot be read"))?;
    if zip.len() > limits.files.saturating_add(2) {
        return Err(ArchiveError::TooLarge { what: "files", limit: limits.files as u64 });
    }
    if zip.offset() != 0 || !zip.comment().is_empty() {
        return Err(ArchiveError::NotAnArchive { reason: "something stands before or behind it" });
    }
    zip.validate_header_consistency().map_err(broken("its parts contradict each other"))?;
    let mut seen = BTreeSet::new();
    let mut files = Vec::with_capacity(zip.len());
    let mut left = limits.total_bytes;
    for idx in 0..zip.len() {
        let file = zip.by_index(idx).map_err(broken("a file cannot be read"))?;
        let position = idx + 1;
        let name = file.name().map_err(|_| ArchiveError::Name { position })?.into_owned();
        if !is_allowed(&name) {
            return Err(ArchiveError::Name { position });
        }
        let is_packed_well = matches!(file.compression(), CompressionMethod::Deflated | CompressionMethod::Stored);
        if !file.is_file() || file.encrypted() || !is_packed_well {
            return Err(ArchiveError::Kind { name });
        }
        let (size, packed) = (file.size(), file.compressed_size());
        if size > limits.file_bytes {
            return Err(ArchiveError::TooLarge { what: "bytes in a file", limit: limits.file_bytes });
        }
        if size > packed.saturating_mul(limits.ratio) {
            return Err(ArchiveError::TooLarge { what: "times the packed size in a file", limit: limits.ratio });
        }
        left = left
            .checked_sub(size)
            .ok_or(ArchiveError::TooLarge { what: "bytes in all files", limit: limits.total_bytes })?;
        let mut content = Vec::new();
        file.take(size.saturating_add(1))
            .read_to_end(&mut content)
            .map_err(|_| ArchiveError::Changed { name: name.clone() })?;
        if content.len() as u64 != size {
            return Err(ArchiveError::Changed { name });
        }
        if !seen.insert(name.clone()) {
            return Err(ArchiveError::Twice { name });
        }
        files.push(ArchiveFile { name, bytes: content });
    }
    Ok(files)
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
