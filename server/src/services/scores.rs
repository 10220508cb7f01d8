//! Scoring a stream: rows in, scores out, and the provenance that tells for a day what made them.

use axum::body::Body;
use tokio::sync::oneshot;

use crate::app::{App, Caller};
use crate::bulk::score_query::ScoreQuery;
use crate::bulk::scoring_problem::ScoringProblem;
use crate::bulk::scoring_stream::{RunSummary, ScoredStream};
use crate::clock::DAY_MS;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::provenance::{Findings, KeptProvenance, Outcome, state};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Result, ServiceError};
use crate::services::{declarations, local_norms};
use crate::store::{Kind, Record};

/// How long a provenance is kept, in milliseconds.
const KEPT_MS: i64 = DAY_MS;

/// A stream under way.
pub struct Scored {
    /// The identifier of its provenance.
    pub provenance: Id,
    /// Content type of the scores.
    pub content_type: &'static str,
    /// The scores.
    pub body: Body,
}

/// Begins to score a body, and returns with the first part of the scores. Nothing is read or kept without a live declaration.
///
/// # Errors
/// [`Refusal::NoDeclaration`](crate::services::error::Refusal::NoDeclaration); [`ServiceError::Scoring`].
pub async fn score(app: &App, caller: &Caller, query: &ScoreQuery, body: Body) -> Result<Scored> {
    let entitled = declarations::entitled(app, caller).await?;
    let order = local_norms::order(app, caller.tenant, query).await?;
    let stream = app.desk().score(entitled, order, body).await.map_err(ServiceError::Scoring)?;
    let ScoredStream { content_type, provenance, body, outcome, .. } = stream;
    let kept = keep(app, caller, provenance).await?;
    let provenance = kept.record.id;
    tokio::spawn(note_outcome(app.clone(), kept, outcome));
    Ok(Scored { provenance, content_type, body })
}

async fn keep(app: &App, caller: &Caller, made_by: String) -> Result<Stored<KeptProvenance>> {
    let documents = app.documents();
    let now = app.now();
    let record = Record {
        kind: Kind::Provenance,
        id: app.entropy().id(),
        tenant: caller.tenant,
        bilan: None,
        parent: None,
        owner: Some(caller.account),
        state: state::KEPT.to_owned(),
        audience: audience::NOBODY,
        due: Some(now.plus(KEPT_MS)),
        version: 1,
        key: Some(documents.vault().create_key().await?),
        body: Vec::new(),
    };
    let content = KeptProvenance { made_by, outcome: Outcome::UnderWay };
    let entry = AuditEntry::new(Some(caller.account), Verb::Create, Kind::Provenance, Some(record.id), None);
    documents.commit(vec![documents.insert(record.clone(), &content).await?, entry.at(now)?]).await?;
    Ok(Stored { record, content })
}

async fn note_outcome(
    app: App,
    mut kept: Stored<KeptProvenance>,
    outcome: oneshot::Receiver<std::result::Result<RunSummary, ScoringProblem>>,
) {
    // A run that was given up says nothing.
    let Ok(outcome) = outcome.await else { return };
    kept.content.outcome = match outcome {
        Ok(summary) => {
            kept.content.made_by.clone_from(&summary.provenance);
            Outcome::Done(Findings::from(&summary))
        }
        Err(problem) => Outcome::Failed(problem),
    };
    let noted = async { app.documents().commit(vec![app.documents().update(&kept).await?]).await };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "the outcome of a stream could not be noted in its provenance");
    }
}

/// The provenance of a stream of the caller's house.
///
/// # Errors
/// [`ServiceError::NotFound`] for another house's, and after a day.
pub async fn provenance(app: &App, caller: &Caller, id: Id) -> Result<Stored<KeptProvenance>> {
    let record = app.documents().store().fetch(Kind::Provenance, id).await?.ok_or(ServiceError::NotFound)?;
    if record.tenant != caller.tenant || record.due.is_none_or(|due| due <= app.now()) {
        return Err(ServiceError::NotFound);
    }
    app.documents().open(record).await
}
