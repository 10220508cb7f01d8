//! `bilan receipt verify`: whether a receipt of a destruction holds, offline.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use server::ids::Id;
use server::services::papers::receipt_document;
use server::vault::{Salt, VerifiedReceipt, verify_receipt};

use crate::args::{ReceiptCommand, ReceiptVerifyArgs};
use crate::commands::report::{paper, write};
use crate::output::print;
use crate::plot;

/// The most bytes a receipt or a list of keys may have; more is another file.
const MAX_LEN: u64 = 16 << 20;

/// Runs the command.
///
/// # Errors
/// When a file cannot be read, or the receipt does not hold.
pub fn run(command: &ReceiptCommand) -> anyhow::Result<()> {
    match command {
        ReceiptCommand::Verify(args) => verify(args),
    }
}

fn verify(args: &ReceiptVerifyArgs) -> anyhow::Result<()> {
    let (receipt, keys) = (read(&args.receipt)?, read(&args.keys)?);
    let about = args.salt.as_deref().zip(args.bilan.as_deref()).map(|(salt, bilan)| claim(salt, bilan)).transpose()?;
    let file = args.receipt.display();
    let verified = verify_receipt(&receipt, &keys).with_context(|| format!("{file} is not valid"))?;
    if let Some((salt, bilan)) = about
        && !verified.content.is_about(&salt, bilan)
    {
        bail!("{file} is signed, but it is not about bilan {bilan} with this salt");
    }
    if let Some(output) = &args.output {
        let language = plot::language(args.lang).code();
        let document = receipt_document(&receipt, &keys, language).with_context(|| format!("{file} is not valid"))?;
        write(&paper::file(document, output)?, output)?;
    }
    Ok(print(&words(&verified, about.map(|(_, bilan)| bilan)))?)
}

/// A file of a receipt or of published keys.
///
/// # Errors
/// What the system says, or a file too long to be one.
pub fn read(path: &Path) -> anyhow::Result<String> {
    let place = || path.display().to_string();
    let length = std::fs::metadata(path).with_context(place)?.len();
    if length > MAX_LEN {
        bail!("{}: {length} bytes are more than the {MAX_LEN} that are read", path.display());
    }
    std::fs::read_to_string(path).with_context(place)
}

fn claim(salt: &str, bilan: &str) -> anyhow::Result<(Salt, Id)> {
    let salt = Salt::from_hex(salt).context("--salt: 64 hexadecimal digits are needed")?;
    let bilan: Id = bilan.parse().context("--bilan")?;
    Ok((salt, bilan))
}

fn words(verified: &VerifiedReceipt, about: Option<Id>) -> String {
    let receipt = &verified.content;
    let mut text = format!("Valid: signed by key {} on {}.\n", verified.key, verified.issued_at);
    match about {
        Some(bilan) => _ = writeln!(text, "It is about bilan {bilan}."),
        None => _ = writeln!(text, "Commitment to the bilan: {}", receipt.commitment),
    }
    let counts: Vec<String> = receipt.counts.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    let counts = if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") };
    let _ = writeln!(text, "Destroyed: {counts}; {} keys.", receipt.keys.len());
    let _ = writeln!(text, "Confirmed by: {}.", receipt.replicas.join(", "));
    if receipt.remaining.is_empty() {
        text.push_str("Nothing remains.\n");
    }
    for one in &receipt.remaining {
        let _ = writeln!(text, "Remains: {} until {} at the latest.", one.kind, one.until.paris_day());
    }
    text
}
