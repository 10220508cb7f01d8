//! The master key, which wraps all other keys: from a file, an environment variable or the output of a command. It is
//! never printed.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::sealing::{KEY_LEN, SecretKey};
use crate::entropy::Entropy;

/// The most that is read as a master key; more is another file.
const MAX_TEXT_LEN: u64 = 4096;

/// The name of a master key: a digest that tells nothing of the key itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyId([u8; 8]);

impl MasterKeyId {
    /// Takes its bytes; `None` unless there are eight.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// The file could not be read or written.
    #[error("master key file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Others than its owner can reach the file.
    #[error("master key file {}: mode {mode:04o} lets others reach it; allowed is 0600 (chmod 600)", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The environment variable is not set, or is no text.
    #[error("environment variable {name} holds no master key")]
    Variable {
        /// Its name.
        name: String,
    },
    /// The command could not be run.
    #[error("master key command: {source}")]
    Command {
        /// What the system says.
        source: std::io::Error,
    },
    /// The command ended with a failure.
    #[error("master key command ended with {status}")]
    CommandFailed {
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// What was read is no key.
    #[error("{place}: {given} characters are no master key; 32 bytes as 64 hexadecimal digits or as base64 are")]
    Format {
        /// Where it was read.
        place: String,
        /// The number of characters; never the text itself.
        given: usize,
    },
}

/// What to do when the file of the master key is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingFile {
    /// Make a new key: at the first start, while the key store is empty.
    Create,
    /// Refuse: once there are keys, a new master key could open none of them.
    Refuse,
}

/// Where the master key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MasterKeySource {
    /// A file that only its owner can read.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// The output of a command, run by the shell; what it says on standard error is passed on.
    Command(String),
}

impl MasterKeySource {
    /// Gets the master key.
    ///
    /// # Errors
    /// When the source gives none, or a file can be reached by others than its owner.
    pub fn load(&self, missing: MissingFile, entropy: &Entropy) -> Result<MasterKey, MasterKeyError> {
        match self {
            Self::File(path) => load_file(path, missing, entropy),
            Self::Variable(name) => {
                let absent = || MasterKeyError::Variable { name: name.clone() };
                let text = Zeroizing::new(std::env::var(name).map_err(|_| absent())?);
                MasterKey::from_text(&text, &format!("environment variable {name}"))
            }
            Self::Command(line) => {
                let output = std::process::Command::new("sh")
                    .args(["-c", line])
                    .stdin(std::process::Stdio::null())
                    .stderr(std::process::Stdio::inherit())
                    .output()
                    .map_err(|source| MasterKeyError::Command { source })?;
                let text = Zeroizing::new(output.stdout);
                if !output.status.success() {
                    return Err(MasterKeyError::CommandFailed { status: output.status });
                }
                MasterKey::from_text(&String::from_utf8_lossy(&text), "output of the master key command")
            }
        }
    }
}

/// The key that wraps all others: wiped from memory when dropped, shown by its name only.
#[derive(Clone)]
pub struct MasterKey {
    id: MasterKeyId,
    key: SecretKey,
}

impl MasterKey {
    /// Draws a new one.
    #[must_use]
    pub fn random(entropy: &Entropy) -> Self {
        Self::from_key(SecretKey::random(entropy))
    }

    /// Takes the bytes of a key.
    #[must_use]
    pub fn from_key(key: SecretKey) -> Self {
        let digest = Sha256::new().chain_update(b"bilan master key 1").chain_update(key.expose()).finalize();
        let mut id = [0; 8];
        id.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
        Self { id: MasterKeyId(id), key }
    }

    /// Reads 64 hexadecimal digits or base64 (with or without padding, either alphabet); space around it is ignored.
    ///
    /// # Errors
    /// [`MasterKeyError::Format`], which tells the place and length, never the text.
    pub fn from_text(text: &str, place: &str) -> Result<Self, MasterKeyError> {
        let text = text.trim();
        let bytes = Zeroizing::new(match text.len() {
            64 => data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).unwrap_or_default(),
            43 | 44 => {
                let bare = text.trim_end_matches('=').as_bytes();
                let plain = data_encoding::BASE64_NOPAD.decode(bare);
                plain.or_else(|_| data_encoding::BASE64URL_NOPAD.decode(bare)).unwrap_or_default()
            }
            _ => Vec::new(),
        });
        let invalid = || MasterKeyError::Format { place: place.to_owned(), given: text.chars().count() };
        SecretKey::from_slice(&bytes).map(Self::from_key).ok_or_else(invalid)
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> MasterKeyId {
        self.id
    }

    pub(super) const fn key(&self) -> &SecretKey {
        &self.key
    }

    fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(2 * KEY_LEN + 1));
        data_encoding::HEXLOWER.encode_append(self.key.expose(), &mut text);
        text.push('\n');
        text
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, hidden)", self.id)
    }
}

fn load_file(path: &Path, missing: MissingFile, entropy: &Entropy) -> Result<MasterKey, MasterKeyError> {
    match read_file(path) {
        Err(MasterKeyError::File { source, .. })
            if source.kind() == std::io::ErrorKind::NotFound && missing == MissingFile::Create =>
        {
            let key = MasterKey::random(entropy);
            match create_file(path, &key) {
                // Another process was faster: its key is the one.
                Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => read_file(path),
                Err(source) => Err(MasterKeyError::File { path: path.to_owned(), source }),
                Ok(()) => Ok(key),
            }
        }
        other => other,
    }
}

fn read_file(path: &Path) -> Result<MasterKey, MasterKeyError> {
    let failed = |source| MasterKeyError::File { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Asked of the open file, so that it cannot be changed for another one in between.
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Exposed { path: path.to_owned(), mode });
        }
    }
    let mut text = Zeroizing::new(String::with_capacity(MAX_TEXT_LEN as usize));
    file.take(MAX_TEXT_LEN).read_to_string(&mut text).map_err(failed)?;
    MasterKey::from_text(&text, &format!("master key file {}", path.display()))
}

/// Writes the whole file under another name first and links it into place, so that nobody ever reads half a key and an
/// existing key is never overwritten.
fn create_file(path: &Path, key: &MasterKey) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // A temporary file is readable by its owner only.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(key.to_text().as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn entropy() -> Entropy {
        Entropy::seeded([5; 32])
    }

    #[test]
    fn the_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let source = MasterKeySource::File(path.clone());
        let refused = source.load(MissingFile::Refuse, &entropy()).unwrap_err();
        assert!(refused.to_string().contains("master.key"), "{refused}");
        let made = source.load(MissingFile::Create, &entropy()).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        let again = source.load(MissingFile::Create, &Entropy::seeded([6; 32])).unwrap();
        assert_eq!(again.id(), made.id());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let source = MasterKeySource::File(path.clone());
        source.load(MissingFile::Create, &entropy()).unwrap();
        for mode in [0o644, 0o640, 0o604, 0o602, 0o620] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let refused = source.load(MissingFile::Create, &entropy()).unwrap_err();
            assert!(matches!(refused, MasterKeyError::Exposed { mode: given, .. } if given == mode), "{refused}");
        }
    }

    #[test]
    fn the_same_key_comes_from_every_text_and_every_source() {
        let key = MasterKey::random(&entropy());
        let bytes = key.key().expose();
        let texts = [
            data_encoding::HEXLOWER.encode(bytes),
            data_encoding::HEXUPPER.encode(bytes) + "\n",
            data_encoding::BASE64.encode(bytes),
            data_encoding::BASE64URL_NOPAD.encode(bytes),
        ];
        for text in &texts {
            assert_eq!(MasterKey::from_text(text, "test").unwrap().id(), key.id());
            let source = MasterKeySource::Command(format!("printf '%s' '{}'", text.trim()));
            assert_eq!(source.load(MissingFile::Refuse, &entropy()).unwrap().id(), key.id());
        }
        // Every test process has this variable, and it holds no key.
        let none = MasterKeySource::Variable("PATH".to_owned()).load(MissingFile::Refuse, &entropy());
        assert!(matches!(none, Err(MasterKeyError::Format { .. })));
        let none = MasterKeySource::Variable("BILAN_NO_SUCH".to_owned()).load(MissingFile::Refuse, &entropy());
        assert!(matches!(none, Err(MasterKeyError::Variable { .. })));
    }

    #[test]
    fn commands_that_fail_are_named_and_no_text_is_repeated() {
        let failed = MasterKeySource::Command("exit 3".to_owned()).load(MissingFile::Refuse, &entropy());
        assert!(failed.unwrap_err().to_string().contains('3'));
        for text in ["", "secret", &"g".repeat(64), &"é".repeat(22), &"*".repeat(44)] {
            let refused = MasterKey::from_text(text, "the file").unwrap_err().to_string();
            assert!(refused.contains("the file") && !refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn the_key_is_never_shown() {
        let key = MasterKey::random(&entropy());
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("MasterKey({}, hidden)", key.id()));
        assert!(!shown.contains(&data_encoding::HEXLOWER.encode(&key.key().expose()[..4])));
    }
}
