//! What a beneficiary takes away: one signed ZIP with everything about her (GD-3), which can be brought back to a later bilan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::{Document, Stored, audience};
use crate::ids::Id;
use crate::questionnaire::csv::RowName;
use crate::records::account::Account;
use crate::records::administrative::Administrative;
use crate::records::assignment::{Assignment, KeptAnswer};
use crate::records::feedback::Round;
use crate::records::result::StoredResult;
use crate::records::writing::{BroughtDocument, Note, Synthesis};
use crate::services::answering::answers_of;
use crate::services::archive::{self, ArchiveFile, ArchiveLimits, Label, Unsigned};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::own_bilan;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::grants;
use crate::store::{Kind, Record, Selection};
use crate::vault::signed;

/// What the signature of an export is about.
const SIGNED_KIND: &str = "export";

/// What the label of an export says.
const PURPOSE: &str = "everything about one bilan, for its beneficiary";

/// What an export that is brought back may be at most.
const LIMITS: ArchiveLimits =
    ArchiveLimits { archive_bytes: 8 << 20, files: 500, file_bytes: 8 << 20, total_bytes: 32 << 20, ratio: 200 };

/// What is signed: the manifest's hash, and with it every file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedManifest {
    sha256: String,
}

impl SignedManifest {
    fn of(manifest: &[u8]) -> Self {
        Self { sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(manifest)) }
    }
}

/// A questionnaire with its answers, as it stands in an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportedAssignment {
    /// Its identifier.
    pub id: Id,
    /// The questionnaire as it was given.
    pub assignment: Assignment,
    /// Answers by position.
    pub answers: BTreeMap<u32, KeptAnswer>,
}

/// The export of everything that is kept about a beneficiary. A rater's single answers are in nobody's.
///
/// # Errors
/// [`ServiceError::NotFound`] for another's bilan; what store and vault say.
pub async fn export(app: &App, caller: &Caller, bilan: Id) -> Result<Vec<u8>> {
    let now = app.now();
    let stored = own_bilan(app, caller, bilan, now).await?;
    let documents = app.documents();
    let account: Stored<Account> = documents.load(caller.account).await?;
    let administrative: Stored<Administrative> = documents.load(stored.content.administrative).await?;
    let mut files = vec![
        json("bilan.json", &stored.content)?,
        json("administrative.json", &administrative.content)?,
        json("account.json", &AccountFacts::of(&account.content))?,
    ];
    for found in all::<Assignment>(app, bilan, Some(caller.account)).await? {
        let answers = answers_of(app, &found).await?;
        let exported = ExportedAssignment { id: found.record.id, assignment: found.content, answers };
        files.push(json(&format!("answers/{}.json", exported.id), &exported)?);
    }
    for found in all::<StoredResult>(app, bilan, Some(caller.account)).await? {
        // Results that are not released yet open by the right of access, not by the export of answers.
        if found.record.audience & audience::OWNER != 0 {
            let id = found.record.id.to_string();
            files.push(json(&format!("results/{id}.json"), &found.content)?);
            files.push(ArchiveFile { name: format!("results/{id}.csv"), bytes: csv_of(&id, &found.content) });
        }
    }
    for found in all::<Note>(app, bilan, None).await? {
        files.push(json(&format!("notes/{}.json", found.record.id), &found.content)?);
    }
    for found in all::<Synthesis>(app, bilan, None).await? {
        if found.record.audience & audience::OWNER != 0 {
            files.push(json("synthesis.json", &found.content)?);
        }
    }
    for found in all::<Round>(app, bilan, None).await? {
        if found.content.frozen.is_some() {
            let feedback: restitution::Feedback360 = rmp_serde::from_slice(&found.content.release)
                .map_err(|_| ServiceError::Broken("a feedback does not read"))?;
            files.push(json(&format!("feedback/{}.json", found.record.id), &feedback)?);
        }
    }
    for found in all::<BroughtDocument>(app, bilan, None).await? {
        files.push(ArchiveFile { name: format!("brought/{}.zip", found.record.id), bytes: found.content.bytes });
    }
    files.push(json("grants.json", &grants_of(app, caller, bilan).await?)?);
    let entry = AuditEntry::new(Some(caller.account), Verb::Export, Kind::Bilan, Some(bilan), Some(bilan)).at(now)?;
    documents.commit(vec![entry]).await?;
    sign(app, files, now).await
}

async fn sign(app: &App, files: Vec<ArchiveFile>, now: Timestamp) -> Result<Vec<u8>> {
    let broken = |_| ServiceError::Broken("an export cannot be written");
    let unsigned = Unsigned::new(files, &Label { created_at: now, purpose: PURPOSE.to_owned() }).map_err(broken)?;
    let manifest = SignedManifest::of(unsigned.manifest());
    let signature = app.documents().vault().sign_document(SIGNED_KIND, &manifest, now).await?;
    unsigned.sign(signature.as_bytes()).map_err(broken)
}

fn json(name: &str, content: &impl Serialize) -> Result<ArchiveFile> {
    let mut bytes =
        serde_json::to_vec_pretty(content).map_err(|_| ServiceError::Broken("an export cannot be written"))?;
    bytes.push(b'\n');
    Ok(ArchiveFile { name: name.to_owned(), bytes })
}

/// The metrics of an exported result.
const METRICS: [batch::Metric; 6] = [
    batch::Metric::Raw,
    batch::Metric::N,
    batch::Metric::T,
    batch::Metric::Sem,
    batch::Metric::Lower,
    batch::Metric::Upper,
];

fn csv_of(id: &str, result: &StoredResult) -> Vec<u8> {
    let name = RowName::Id { column: "result", id };
    let mut text = result.document.csv_header(name, &METRICS);
    text.extend(result.document.csv_row(name, &METRICS, batch::Decimals::Full));
    text
}

/// What is told of an account: never what somebody shows to sign in.
#[derive(Debug, Serialize)]
struct AccountFacts<'a> {
    name: &'a str,
    email: Option<&'a str>,
    language: &'a str,
    created: Timestamp,
}

impl<'a> AccountFacts<'a> {
    fn of(account: &'a Account) -> Self {
        Self {
            name: &account.name,
            email: account.email.as_deref(),
            language: &account.language,
            created: account.created,
        }
    }
}

/// A grant as it stands in an export.
#[derive(Debug, Serialize)]
struct ExportedGrant {
    basis: String,
    recipient: String,
    purpose: String,
    classes: Vec<crate::records::grant::DocumentClass>,
    starts: Timestamp,
    ends: Option<Timestamp>,
    revoked: Option<Timestamp>,
}

async fn grants_of(app: &App, caller: &Caller, bilan: Id) -> Result<Vec<ExportedGrant>> {
    let exported = |grant: grants::Listed| ExportedGrant {
        basis: grant.row.basis,
        recipient: grant.content.recipient,
        purpose: grant.content.purpose,
        classes: crate::records::grant::classes(grant.row.classes),
        starts: grant.row.starts,
        ends: grant.row.ends,
        revoked: grant.row.revoked,
    };
    Ok(grants::list(app, caller, bilan).await?.into_iter().map(exported).collect())
}

/// Every document of one kind in a bilan, page after page.
async fn all<T: Document>(app: &App, bilan: Id, owner: Option<Id>) -> Result<Vec<Stored<T>>> {
    let mut selection = Selection::of(T::KIND);
    selection.bilan = Some(bilan);
    selection.owner = owner;
    let mut found: Vec<Stored<T>> = Vec::new();
    loop {
        let page = app.documents().select::<T>(&selection).await?;
        let Some(last) = page.last() else { return Ok(found) };
        selection = selection.following(&last.record);
        found.extend(page);
    }
}

/// Takes in an export of an earlier bilan that the beneficiary brings.
///
/// # Errors
/// [`Refusal::ForeignExport`] when it is not signed by a key of ours, or was changed; [`ServiceError::NotFound`] for another's bilan.
pub async fn bring(app: &App, caller: &Caller, bilan: Id, bytes: Vec<u8>) -> Result<Stored<BroughtDocument>> {
    let now = app.now();
    let stored = own_bilan(app, caller, bilan, now).await?;
    open(app, &bytes).await?;
    let record = Record {
        kind: Kind::Document,
        id: app.entropy().id(),
        tenant: stored.record.tenant,
        bilan: Some(bilan),
        parent: None,
        owner: Some(caller.account),
        state: "brought".to_owned(),
        audience: audience::OWNER,
        due: None,
        version: 0,
        key: Some(app.documents().vault().create_key().await?),
        body: Vec::new(),
    };
    let id = record.id;
    let document = BroughtDocument { kind: "export".to_owned(), bytes, at: now };
    let changes = vec![
        app.documents().insert(record, &document).await?,
        AuditEntry::new(Some(caller.account), Verb::Create, Kind::Document, Some(id), Some(bilan)).at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(id).await
}

/// The questionnaires in an export that was brought.
///
/// # Errors
/// [`Refusal::ForeignExport`].
pub async fn open(app: &App, bytes: &[u8]) -> Result<Vec<ExportedAssignment>> {
    let keys = app.documents().vault().public_keys().await?;
    let holds = |manifest: &[u8], signature: &[u8]| {
        let text = std::str::from_utf8(signature).unwrap_or_default();
        let verified = signed::verify::<SignedManifest>(text, SIGNED_KIND, &keys);
        verified.is_ok_and(|verified| verified.content.sha256 == SignedManifest::of(manifest).sha256)
    };
    let opened = archive::read(bytes, &LIMITS, holds).map_err(|_| Refusal::ForeignExport)?;
    let answers = opened.files.iter().filter(|file| file.name.starts_with("answers/"));
    let read = |file: &ArchiveFile| serde_json::from_slice(&file.bytes).map_err(|_| Refusal::ForeignExport.into());
    answers.map(read).collect()
}
