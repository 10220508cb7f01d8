//! From an e-mail address to its account, without the address: a keyed hash (HMAC-SHA-256). The hash key is random and
//! kept wrapped in the key store. It does not come from the master key, so that it stays when that one is changed.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::key_store::Digest32;
use super::sealing::SecretKey;

/// The name of the hash key among the secrets.
pub(super) const HASH_KEY: &str = "lookup-hash-key";

/// The hash of a normalized address.
pub(super) fn hash(key: &SecretKey, email_normalized: &str) -> Digest32 {
    // HMAC itself fills shorter keys up with zeros to the block of its hash.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key.expose()).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(b"bilan e-mail 1\0");
    mac.update(email_normalized.as_bytes());
    Digest32::from_bytes(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_depends_on_the_key_and_the_address() {
        let key = |byte| SecretKey::from_slice(&[byte; 32]).unwrap();
        let one = hash(&key(1), "a@example.org");
        assert_eq!(one, hash(&key(1), "a@example.org"));
        assert_ne!(one, hash(&key(2), "a@example.org"));
        assert_ne!(one, hash(&key(1), "b@example.org"));
    }

    #[test]
    fn it_is_the_hmac_of_rfc_2104() {
        // From the definition: H((K xor opad) || H((K xor ipad) || text)), K filled up with zeros.
        use sha2::Digest as _;
        let pad = |byte: u8| {
            let mut block = [byte; 64];
            block.iter_mut().take(32).for_each(|b| *b ^= 7);
            block
        };
        let inner = Sha256::new().chain_update(pad(0x36)).chain_update(b"bilan e-mail 1\0a@example.org").finalize();
        let outer: [u8; 32] = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into();
        let key = SecretKey::from_slice(&[7; 32]).unwrap();
        assert_eq!(hash(&key, "a@example.org").as_bytes(), &outer);
    }
}
