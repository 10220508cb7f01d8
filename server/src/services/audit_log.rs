//! Keeping the audit log: closing each month with a signed head, and deleting what is older than a year (GD-2).

use crate::app::App;
use crate::clock::Timestamp;
use crate::services::error::{Result, ServiceError};
use crate::store::{AuditHead, StoreError};
use crate::vault::{Signature, SigningKeyId};

/// What a head is signed as.
pub const HEAD_KIND: &str = "audit-head";

/// Months for which the log is kept, the current one included: so no entry is older than a year, and none goes before eleven months.
pub const KEPT_MONTHS: i32 = 12;

/// Characters of the name of a signing key.
const KEY_NAME_LEN: usize = 16;

/// The signature of a head as it is kept: the name of the key, then 64 bytes.
#[must_use]
pub fn signature_bytes(signature: &Signature) -> Vec<u8> {
    let mut bytes = signature.key.to_string().into_bytes();
    bytes.extend_from_slice(&signature.bytes);
    bytes
}

/// The signature behind its kept bytes.
#[must_use]
pub fn read_signature(bytes: &[u8]) -> Option<Signature> {
    let (key, bytes) = bytes.split_at_checked(KEY_NAME_LEN)?;
    let key: SigningKeyId = std::str::from_utf8(key).ok()?.parse().ok()?;
    Some(Signature { key, bytes: bytes.try_into().ok()? })
}

/// Months since year 0, of a segment such as `2026-11`.
fn months(segment: &str) -> Option<i32> {
    let (year, month) = segment.split_once('-')?;
    Some(year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()?)
}

/// Whether a closed segment is old enough to go: its first entries become twelve months old.
#[must_use]
pub fn is_too_old(segment: &str, now: Timestamp) -> bool {
    match (months(segment), months(&now.month())) {
        (Some(segment), Some(current)) => current - segment >= KEPT_MONTHS,
        _ => false,
    }
}

/// What was done to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// Segments closed.
    pub closed: u32,
    /// Segments deleted.
    pub deleted: u32,
}

/// Closes the segments of months that are over, oldest first, and deletes those that are too old.
///
/// # Errors
/// What store and vault say.
pub async fn keep(app: &App) -> Result<Kept> {
    let now = app.now();
    let month = now.month();
    let store = app.documents().store();
    let mut kept = Kept::default();
    for segment in store.audit_segments().await? {
        if segment.segment.as_str() >= month.as_str() {
            continue;
        }
        if segment.head.is_none() && !close(app, &segment.segment, now).await? {
            // Another process is at it, or an entry came in this moment.
            continue;
        }
        kept.closed += u32::from(segment.head.is_none());
        if segment.n_stored > 0 && is_too_old(&segment.segment, now) {
            store.delete_segment(&segment.segment).await?;
            kept.deleted += 1;
        }
    }
    Ok(kept)
}

async fn close(app: &App, segment: &str, now: Timestamp) -> Result<bool> {
    let store = app.documents().store();
    let mut head: AuditHead = store.head_to_sign(segment, now).await?;
    let signature = app.documents().vault().sign(HEAD_KIND, &head.message(), head.closed_at).await?;
    head.signature = signature_bytes(&signature);
    match store.close_segment(head).await {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict { .. }) => Ok(false),
        Err(error) => Err(ServiceError::from(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gd_2_no_entry_is_kept_for_more_than_twelve_months() {
        let november = Timestamp::from_millis(1_795_000_000_000);
        assert_eq!(november.month(), "2026-11");
        for (segment, gone) in [
            ("2025-10", true),
            ("2025-11", true),
            ("2025-12", false),
            ("2026-10", false),
            ("2024-12", true),
            ("x", false),
        ] {
            assert_eq!(is_too_old(segment, november), gone, "{segment}");
        }
    }
}
