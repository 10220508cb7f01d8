use proptest::prelude::*;

use super::*;

const LIMITS: ArchiveLimits =
    ArchiveLimits { archive_bytes: 1 << 20, files: 10, file_bytes: 1 << 16, total_bytes: 1 << 17, ratio: 200 };

fn label() -> Label {
    Label { created_at: Timestamp::from_millis(1_800_000_000_123), purpose: "export of a bilan".to_owned() }
}

fn file(name: &str, bytes: &[u8]) -> ArchiveFile {
    ArchiveFile { name: name.to_owned(), bytes: bytes.to_vec() }
}

/// A signature good enough for tests: a keyed hash.
fn signature_of(manifest: &[u8]) -> Vec<u8> {
    Sha256::digest([b"key", manifest].concat()).to_vec()
}

fn verify(manifest: &[u8], signature: &[u8]) -> bool {
    signature_of(manifest) == signature
}

fn archive_of(files: Vec<ArchiveFile>) -> Vec<u8> {
    let unsigned = Unsigned::new(files, &label()).unwrap();
    let signature = signature_of(unsigned.manifest());
    unsigned.sign(&signature).unwrap()
}

fn two_files() -> Vec<ArchiveFile> {
    vec![file("results/interests.json", b"{\"R\": 31}"), file("answers.csv", b"item,answer\ni1,3\ni2,4\n")]
}

/// A ZIP file with any content, signed by us or not, packed as other programs do.
fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, options().compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn an_export_reads_back_and_the_same_files_give_the_same_bytes() {
    let bytes = archive_of(two_files());
    let opened = read(&bytes, &LIMITS, verify).unwrap();
    assert_eq!(opened.label, label());
    assert_eq!(opened.files, [two_files()[1].clone(), two_files()[0].clone()]);
    let reversed = two_files().into_iter().rev().collect();
    assert_eq!(archive_of(reversed), bytes);
    assert!(read(&archive_of(Vec::new()), &LIMITS, verify).unwrap().files.is_empty());
}

#[test]
fn names_that_lead_elsewhere_are_neither_written_nor_read() {
    let bad = [
        "../a",
        "a/../b",
        "/a",
        "a//b",
        "a/",
        "",
        ".",
        "..",
        ".hidden",
        "a\\b",
        "c:a",
        "A",
        "é",
        "a b",
        "a\0",
        "con",
        "aux.txt",
        "com1",
        "a.",
        "manifest.json",
        "manifest.sig",
    ];
    for name in bad {
        let refused = Unsigned::new(vec![file(name, b"")], &label()).map(|_| ());
        assert_eq!(refused, Err(ArchiveError::Name { position: 1 }), "{name:?}");
        if !is_reserved(name) && !name.is_empty() {
            let read = read(&zip_of(&[(name, b"x")]), &LIMITS, verify);
            assert!(
                matches!(read, Err(ArchiveError::Name { .. } | ArchiveError::NotAnArchive { .. })),
                "{name:?} {read:?}"
            );
        }
    }
    assert!(is_allowed("reports/2026-11-26_profile.pdf"));
    assert_eq!(
        Unsigned::new(vec![file("a", b"1"), file("a", b"2")], &label()).map(|_| ()),
        Err(ArchiveError::Twice { name: "a".to_owned() })
    );
}

#[test]
fn limits_hold_whatever_the_file_says() {
    let too_large = |result: Result<Opened, ArchiveError>, words: &str| match result {
        Err(ArchiveError::TooLarge { what, .. }) => assert_eq!(what, words),
        other => panic!("{other:?}"),
    };
    let many: Vec<ArchiveFile> = (0..11).map(|n| file(&format!("f{n}"), b"x")).collect();
    too_large(read(&archive_of(many), &LIMITS, verify), "files");
    let noise: Vec<u8> = (0..70_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    too_large(read(&archive_of(vec![file("a", &noise)]), &LIMITS, verify), "bytes in a file");
    let three = ["a", "b", "c"].map(|name| file(name, &noise[..60_000])).to_vec();
    too_large(read(&archive_of(three), &LIMITS, verify), "bytes in all files");
    too_large(read(&zip_of(&[("bomb", &[0; 60_000])]), &LIMITS, verify), "times the packed size in a file");
    let small = ArchiveLimits { archive_bytes: 100, ..LIMITS };
    too_large(read(&archive_of(two_files()), &small, verify), "bytes");
}

#[test]
fn what_the_manifest_does_not_vouch_for_is_refused() {
    let unsigned = Unsigned::new(two_files(), &label()).unwrap();
    let manifest = unsigned.manifest().to_vec();
    let signature = signature_of(&manifest);
    let (m, s) = ((MANIFEST, &manifest[..]), (SIGNATURE, &signature[..]));
    let (a, r) = (("answers.csv", &two_files()[1].bytes[..]), ("results/interests.json", &two_files()[0].bytes[..]));
    let of = |entries: &[(&str, &[u8])]| read(&zip_of(entries), &LIMITS, verify).map(|opened| opened.files.len());
    assert_eq!(of(&[m, s, a, r]), Ok(2));
    assert_eq!(of(&[s, a, r]), Err(ArchiveError::Missing { name: MANIFEST.to_owned() }));
    assert_eq!(of(&[m, a, r]), Err(ArchiveError::Missing { name: SIGNATURE.to_owned() }));
    assert_eq!(of(&[m, s, a]), Err(ArchiveError::Missing { name: r.0.to_owned() }));
    assert_eq!(of(&[m, s, a, r, ("z", b"")]), Err(ArchiveError::Changed { name: "z".to_owned() }));
    assert_eq!(of(&[m, s, (a.0, b"other"), r]), Err(ArchiveError::Changed { name: a.0.to_owned() }));
    assert_eq!(of(&[m, (SIGNATURE, b"no"), a, r]), Err(ArchiveError::Signature));
    let later = String::from_utf8(manifest.clone()).unwrap().replace("\"version\": 1", "\"version\": 2");
    let signature = signature_of(later.as_bytes());
    assert_eq!(
        of(&[(MANIFEST, later.as_bytes()), (SIGNATURE, &signature), a, r]),
        Err(ArchiveError::Version { given: 2 })
    );
    assert_eq!(of(&[(MANIFEST, b"{}"), (SIGNATURE, &signature_of(b"{}")), a, r]), Err(ArchiveError::Manifest));
}

#[test]
fn every_flipped_bit_is_found_or_changes_nothing() {
    let bytes = archive_of(two_files());
    let sound = read(&bytes, &LIMITS, verify).unwrap();
    let mut unfound = BTreeSet::new();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            if let Ok(opened) = read(&flipped, &LIMITS, verify) {
                assert_eq!(opened, sound, "bit {bit} of byte {at} changed the content unseen");
                unfound.insert(at);
            }
        }
    }
    // What may change unseen are attributes that nobody reads: dates, versions, permissions.
    let mut zip = ZipArchive::new(Cursor::new(&bytes[..])).unwrap();
    let mut contents = Vec::new();
    for idx in 0..zip.len() {
        let file = zip.by_index(idx).unwrap();
        contents.push((file.data_start().unwrap(), file.compressed_size()));
    }
    assert!(!contents.is_empty());
    for (start, length) in contents {
        let inside = unfound.range(start as usize..(start + length) as usize).next();
        assert_eq!(inside, None, "a bit of a file's content may be flipped unseen");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(read(&bytes, &LIMITS, |_, _| true).is_err());
    }

    #[test]
    fn a_damaged_export_is_read_without_a_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = archive_of(two_files());
        for (at, byte) in &damage {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(opened) = read(&bytes, &LIMITS, verify) {
            prop_assert_eq!(opened.files.len(), 2);
        }
    }

    #[test]
    fn any_content_reads_back(contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..500), 0..8)) {
        let files: Vec<ArchiveFile> = contents.iter().enumerate().map(|(n, bytes)| file(&format!("f{n}"), bytes)).collect();
        prop_assert_eq!(read(&archive_of(files.clone()), &LIMITS, verify).unwrap().files, files);
    }
}
