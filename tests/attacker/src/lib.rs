//! What somebody does who has master keys and files: looks for whatever may be a wrapped key, and tries to unwrap it.
//!
//! It follows the description of the formats and uses no code of the server: sealed bytes are a byte for the format, a nonce of 24 bytes,
//! and the ciphertext with a tag of 16 bytes (XChaCha20-Poly1305); format, kind and identifier are authenticated with it. A wrapped key is
//! 32 bytes, sealed so under a master key, for the kind `key` and the key's identifier.

use chacha20::XChaCha20;
use chacha20::cipher::{KeyIvInit as _, StreamCipher as _};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use poly1305::Poly1305;
use poly1305::universal_hash::UniversalHash as _;

/// The format of sealed bytes.
const FORMAT: u8 = 1;
const NONCE: usize = 24;
const KEY: usize = 32;
const TAG: usize = 16;

/// Bytes of a wrapped key.
pub const WRAPPED: usize = 1 + NONCE + KEY + TAG;

/// Different values among the 72 random bytes of a wrapped key, at least. They have 63 on average; fewer than 40 in less than one of
/// 10^15 keys.
const LEAST_VALUES: usize = 40;

/// How many of these bytes have the highest bit, and how many have not, at least. They are 36 on average; fewer than 8 in less than one of
/// 10^12 keys. Texts have none.
const LEAST_HIGH: usize = 8;

/// A key of 32 bytes.
pub type Key = [u8; KEY];

/// The bytes that are authenticated with what is sealed for a place.
#[must_use]
pub fn place(kind: &str, id: &[u8; 16]) -> Vec<u8> {
    let length = (kind.len() as u64).to_be_bytes();
    [&[FORMAT], length.as_slice(), kind.as_bytes(), id].concat()
}

/// Where in some bytes a wrapped key may stand: every place but those that surely hold none, for they begin with another byte than the
/// format, or are no random bytes.
#[must_use]
pub fn candidates(bytes: &[u8]) -> Vec<usize> {
    let begins = memchr::memchr_iter(FORMAT, bytes);
    begins.filter(|at| bytes.get(*at..at + WRAPPED).is_some_and(looks_random)).collect()
}

fn looks_random(window: &[u8]) -> bool {
    let n_high = window.iter().skip(1).filter(|byte| **byte >= 128).count();
    if !(LEAST_HIGH..=WRAPPED - 1 - LEAST_HIGH).contains(&n_high) {
        return false;
    }
    let mut seen = [0_u64; 4];
    for byte in window.iter().skip(1) {
        if let Some(part) = seen.get_mut(usize::from(byte >> 6)) {
            *part |= 1 << (byte & 63);
        }
    }
    seen.iter().map(|part| part.count_ones() as usize).sum::<usize>() >= LEAST_VALUES
}

/// A window and a master key: what is needed to see for which identifier, if any, the window is a key that this master key wrapped. The
/// cipher is run once for all identifiers.
pub struct Attempt {
    one_time: Key,
    ciphertext: [u8; KEY],
    tag: [u8; TAG],
    clear: Key,
}

impl Attempt {
    /// Prepares it.
    #[must_use]
    pub fn new(master: &Key, window: &[u8; WRAPPED]) -> Self {
        let (mut nonce, mut ciphertext, mut tag) = ([0; NONCE], [0; KEY], [0; TAG]);
        nonce.copy_from_slice(&window[1..=NONCE]);
        ciphertext.copy_from_slice(&window[1 + NONCE..1 + NONCE + KEY]);
        tag.copy_from_slice(&window[1 + NONCE + KEY..]);
        let mut cipher = XChaCha20::new(master.into(), &nonce.into());
        // The first block gives the key of the tag, the second the stream.
        let mut first = [0; 64];
        cipher.apply_keystream(&mut first);
        let mut one_time = [0; KEY];
        one_time.copy_from_slice(&first[..KEY]);
        let mut clear = ciphertext;
        cipher.apply_keystream(&mut clear);
        Self { one_time, ciphertext, tag, clear }
    }

    /// The key, if it was wrapped under this identifier.
    #[must_use]
    pub fn unwrap(&self, id: &[u8; 16]) -> Option<Key> {
        let place = place("key", id);
        let mut mac = Poly1305::new((&self.one_time).into());
        mac.update_padded(&place);
        mac.update_padded(&self.ciphertext);
        let lengths = [(place.len() as u64).to_le_bytes(), (KEY as u64).to_le_bytes()].concat();
        mac.update_padded(&lengths);
        (mac.finalize().as_slice() == self.tag).then_some(self.clear)
    }
}

/// Opens a sealed body of a place.
#[must_use]
pub fn open(key: &Key, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (format, rest) = sealed.split_first()?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>()?;
    if *format != FORMAT {
        return None;
    }
    let payload = Payload { msg: ciphertext, aad: place };
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(*nonce), payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(master: &Key, id: &[u8; 16], key: &Key) -> [u8; WRAPPED] {
        let nonce = std::array::from_fn::<u8, NONCE, _>(|at| (at * 37 + 5) as u8);
        let payload = Payload { msg: key, aad: &place("key", id) };
        let sealed = XChaCha20Poly1305::new(master.into()).encrypt(&XNonce::from(nonce), payload).unwrap();
        [&[FORMAT], nonce.as_slice(), &sealed].concat().try_into().unwrap()
    }

    #[test]
    fn a_wrapped_key_is_found_anywhere_and_unwrapped_for_its_identifier() {
        let (master, id, key) = ([3; KEY], [4; 16], [5; KEY]);
        let window = wrapped(&master, &id, &key);
        let file = [[0; 100].as_slice(), &[1; 80], &window, &[1; 10]].concat();
        let found = candidates(&file);
        assert!(found.contains(&180) && !found.contains(&100), "{found:?}");
        let attempt = Attempt::new(&master, &window);
        assert_eq!((attempt.unwrap(&id), attempt.unwrap(&[6; 16])), (Some(key), None));
        assert_eq!(Attempt::new(&[8; KEY], &window).unwrap(&id), None);
        // Both ways of opening agree.
        assert_eq!(open(&master, &place("key", &id), &window).as_deref(), Some(key.as_slice()));
        let mut changed = window;
        changed[60] ^= 1;
        assert_eq!(Attempt::new(&master, &changed).unwrap(&id), None);
    }
}
