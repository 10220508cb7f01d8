//! `bilan receipt verify`.

use std::collections::BTreeMap;

use server::clock::Timestamp;
use server::entropy::Entropy;
use server::ids::Id;
use server::vault::signing::KeyRing;
use server::vault::{Destruction, Digest32, Receipt, Remaining, Salt};

use crate::support::command::Workplace;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A folder with a receipt and the published keys; the salt of the receipt, about the bilan of all ones.
fn workplace() -> (Workplace, Salt) {
    let entropy = Entropy::seeded([1; 32]);
    let salt = Salt::random(&entropy);
    let destruction = Destruction {
        id: Id::from_bytes([2; 16]),
        hashes: vec![Digest32::of(b"one"), Digest32::of(b"two")],
        unknown: Vec::new(),
        replicas_confirmed: vec!["first".to_owned(), "second".to_owned()],
        replicas_pending: Vec::new(),
    };
    // 2028-01-15T08:00:00Z
    let until = Timestamp::from_millis(1_831_536_000_000);
    let remaining = vec![Remaining { kind: "administrative-record".to_owned(), until }];
    let counts = BTreeMap::from([("answers".to_owned(), 3)]);
    let receipt = Receipt::new(salt.commitment(Id::from_bytes([0x11; 16])), counts, &[destruction], remaining).unwrap();
    let ring = KeyRing::new(&entropy, NOW);
    let work = Workplace::new();
    work.file("receipt.json", receipt.sign(&ring, NOW).unwrap());
    work.file("keys.json", ring.public_keys().to_json().unwrap());
    (work, salt)
}

#[test]
fn a_valid_receipt_is_told_in_words() {
    let (work, salt) = workplace();
    let text = work.run(&["receipt", "verify", "receipt.json", "--keys", "keys.json"]).ok().text();
    let expected = ["Valid: signed by key", "2027-01-15T08:00:00Z", "3 answers; 2 keys", "first, second", "2028-01-15"];
    for part in expected {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    let (salt, bilan) = (salt.to_hex(), "11".repeat(16));
    let args = ["receipt", "verify", "receipt.json", "--keys", "keys.json", "--salt", &salt, "--bilan"];
    assert!(work.run(&[&args[..], &[&bilan]].concat()).ok().text().contains("It is about bilan 1111"));
    let other = "22".repeat(16);
    work.run(&[&args[..], &[&other]].concat()).fails_with(&["not about bilan 2222"]);
}

#[test]
fn a_valid_receipt_is_a_document_to_keep() {
    let (work, _) = workplace();
    for (name, told) in [("receipt.html", "Reçu de destruction"), ("receipt.pdf", "%PDF")] {
        work.run(&["receipt", "verify", "receipt.json", "--keys", "keys.json", "--output", name]).ok();
        let bytes = std::fs::read(work.path(name)).unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains(told), "{name}");
    }
}

#[test]
fn changed_receipts_and_foreign_keys_are_not_valid() {
    let (work, _) = workplace();
    let args = ["receipt", "verify", "changed.json", "--keys", "keys.json"];
    work.file("changed.json", work.read("receipt.json").replace("\"answers\": 3", "\"answers\": 4"));
    work.run(&args).fails_with(&["changed.json is not valid", "the signature does not fit"]);
    work.file("changed.json", "{}");
    work.run(&args).fails_with(&["changed.json is not valid", "no signed document"]);
    let foreign = KeyRing::new(&Entropy::seeded([9; 32]), NOW).public_keys().to_json().unwrap();
    work.file("foreign.json", foreign);
    let foreign = ["receipt", "verify", "receipt.json", "--keys", "foreign.json"];
    work.run(&foreign).fails_with(&["not in the list of public keys"]);
    work.run(&["receipt", "verify", "none.json", "--keys", "keys.json"]).fails_with(&["none.json"]);
    work.run(&["receipt", "verify", "receipt.json"]).fails_with(&["--keys"]);
    work.run(&["receipt", "verify", "receipt.json", "--keys", "keys.json", "--salt", "00"]).fails_with(&["--bilan"]);
}
