//! Documents of a bilan as people keep them: synthesis, attendance, destruction; and any document as a file.

use reports::document::Document;
use reports::document::attendance::{self, AttendanceEntry, AttendanceForm, AttendanceView, PhaseName};
use reports::document::destruction::{self, DestructionView, RecordKind};
use reports::document::model::Date;
use reports::document::synthesis::{self, SynthesisView};
use reports::text::date::Moment;

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::administrative::{Administrative, Attendance, AttendanceKind};
use crate::records::bilan::{Bilan, Phase};
use crate::records::tenant::Tenant;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::results::{blocking, language_of};
use crate::services::{attendance as attended, destruction as destroyed, results, rounds, writing};
use crate::vault::verify_receipt;

/// What a document is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One self-contained page.
    Html,
    /// A tagged PDF.
    Pdf,
}

/// A document as a file.
///
/// # Errors
/// [`Refusal::NoPdf`] where the program was built without PDF; a fault of ours otherwise.
pub async fn file(document: Document, form: Form) -> Result<Vec<u8>> {
    blocking(move || {
        let made = match form {
            Form::Html => document.html().map(String::into_bytes),
            #[cfg(feature = "pdf")]
            Form::Pdf => document.pdf(),
            #[cfg(not(feature = "pdf"))]
            Form::Pdf => return Err(Refusal::NoPdf.into()),
        };
        made.map_err(|error| {
            tracing::error!(cause = %error, "a document could not be made");
            ServiceError::Broken("a document could not be made")
        })
    })
    .await
}

/// The day in Paris of a moment.
#[must_use]
pub fn day(at: Timestamp) -> Date {
    let day = at.paris_day();
    let narrow = |value: i8| u8::try_from(value).unwrap_or_default();
    Date { year: u16::try_from(day.year()).unwrap_or_default(), month: narrow(day.month()), day: narrow(day.day()) }
}

/// Day and time of day in Paris of a moment.
#[must_use]
pub fn moment(at: Timestamp) -> Moment {
    let clock = at.paris_clock();
    let narrow = |value: i8| u8::try_from(value).unwrap_or_default();
    Moment { day: day(at), hour: narrow(clock.hour()), minute: narrow(clock.minute()) }
}

/// The synthesis of a bilan.
///
/// # Errors
/// As [`writing::synthesis`].
pub async fn synthesis(app: &App, caller: &Caller, bilan: Id, tag: &str) -> Result<Document> {
    let stored = writing::synthesis(app, caller, bilan).await?;
    // Whoever may read the synthesis may read the names on it.
    let names = names_on_papers(app, bilan).await?;
    let content = &stored.content;
    Ok(synthesis::document(&SynthesisView {
        language: language_of(tag),
        beneficiary: &names.beneficiary,
        consultant: &names.consultant,
        delivered: content.delivered.map(day),
        circumstances: &content.text.circumstances,
        competences: &content.text.competences,
        project: &content.text.project,
        steps: &content.text.steps,
        training: &content.text.training,
        remarks: &content.remarks,
    }))
}

async fn names_on_papers(app: &App, bilan: Id) -> Result<Administrative> {
    let bilan: Stored<Bilan> = app.documents().load(bilan).await?;
    let administrative: Stored<Administrative> = app.documents().load(bilan.content.administrative).await?;
    Ok(administrative.content)
}

/// The certificate of attendance.
///
/// # Errors
/// As [`attended::of_bilan`].
pub async fn attendance(app: &App, caller: &Caller, bilan: Id, tag: &str) -> Result<Document> {
    let stored = attended::of_bilan(app, caller, bilan).await?;
    let house: Stored<Tenant> = app.documents().load(stored.record.tenant).await?;
    // What was recorded by mistake is certified to nobody.
    let mut entries: Vec<Attendance> = stored.content.attendance.clone();
    entries.retain(|entry| entry.withdrawn.is_none());
    entries.sort_by_key(|entry| entry.from);
    let entries: Vec<AttendanceEntry> = entries.iter().map(entry_of).collect();
    Ok(attendance::document(&AttendanceView {
        language: language_of(tag),
        beneficiary: &stored.content.beneficiary,
        consultant: &stored.content.consultant,
        organisation: Some(&house.content.name),
        made_on: Some(day(app.now())),
        entries: &entries,
    }))
}

fn entry_of(entry: &Attendance) -> AttendanceEntry {
    AttendanceEntry {
        phase: match entry.phase {
            Phase::Proposed | Phase::Engaged => PhaseName::Before,
            Phase::Preliminary => PhaseName::Preliminary,
            Phase::Investigation => PhaseName::Investigation,
            Phase::Conclusions => PhaseName::Conclusions,
            Phase::Ended | Phase::Refused | Phase::Abandoned => PhaseName::After,
        },
        form: match entry.kind {
            AttendanceKind::Meeting => AttendanceForm::Meeting,
            AttendanceKind::Remote => AttendanceForm::Remote,
            AttendanceKind::Questionnaires => AttendanceForm::Questionnaires,
        },
        from: moment(entry.from),
        to: moment(entry.to),
        minutes: u64::try_from(entry.to.since(entry.from) / 60_000).unwrap_or_default(),
    }
}

/// The released feedback of the entourage.
///
/// # Errors
/// As [`rounds::feedback`].
pub async fn feedback(app: &App, caller: &Caller, round: Id) -> Result<Document> {
    let released = rounds::feedback(app, caller, round).await?;
    let raters = app.catalog().find(&format!("{}@{}", released.instrument_id, released.instrument_version));
    let raters = raters.map_err(|_| ServiceError::Broken("the raters' questionnaire is not known any more"))?;
    let today = day(app.now());
    blocking(move || {
        let made = restitution::documents::feedback(&released, &raters, None);
        Ok(made.map_err(|error| results::broken(&error))?.made_on(Some(today)))
    })
    .await
}

/// The receipt of a destruction, for anybody, as its signed file.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`Refusal::NotIssued`] while a key store has not confirmed.
pub async fn receipt(app: &App, receipt: Id, tag: &str) -> Result<Document> {
    let text = destroyed::receipt_text(app.documents(), receipt).await?.ok_or(Refusal::NotIssued)?;
    let broken = || ServiceError::Broken("a receipt does not hold");
    let keys = app.documents().vault().public_keys().await?.to_json().map_err(|_| broken())?;
    receipt_document(&text, &keys, tag).ok_or_else(broken)
}

/// A receipt as a document; `None` where the signature does not hold.
#[must_use]
pub fn receipt_document(text: &str, keys: &str, tag: &str) -> Option<Document> {
    let verified = verify_receipt(text, keys).ok()?;
    let content = &verified.content;
    let counts: Vec<(RecordKind, u64)> =
        content.counts.iter().map(|(kind, n)| (RecordKind(kind.clone()), *n)).collect();
    let remaining: Vec<(RecordKind, Date)> =
        content.remaining.iter().map(|stay| (RecordKind(stay.kind.clone()), day(stay.until))).collect();
    Some(destruction::document(&DestructionView {
        language: language_of(tag),
        signed_on: day(verified.issued_at),
        key: &verified.key.to_string(),
        commitment: &content.commitment.to_string(),
        destroyed: &counts,
        n_keys: content.keys.len(),
        remaining: &remaining,
        replicas: &content.replicas,
    }))
}
