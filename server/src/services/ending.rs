//! The end of a bilan: ended, refused, abandoned or erased; what will be destroyed, and what stays until when.

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::administrative::Administrative;
use crate::records::bilan::{Bilan, Phase};
use crate::records::grant::DocumentClass;
use crate::records::receipt::Reason;
use crate::services::bilans::{own_bilan, phase_of};
use crate::services::destruction::material::gather;
use crate::services::destruction::plan::{Plan, plan};
use crate::services::destruction::{self, Decision, Standing};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::life;

/// What became of a bilan that was brought to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The receipt, by which anyone can fetch it once it is issued.
    pub receipt: Id,
    /// Whether it is.
    pub standing: Standing,
}

/// The beneficiary refuses the bilan: nothing of it is left, and nobody can tell it from one that never was (CT-1).
///
/// # Errors
/// [`Refusal::ConsentGiven`] once consent is recorded: then it is erased instead; [`Refusal::Over`]; what store and vault say.
pub async fn refuse(app: &App, caller: &Caller, bilan: Id) -> Result<Ending> {
    let stored = own_bilan(app, caller, bilan, app.now()).await?;
    match phase_of(&stored.record)? {
        Phase::Proposed => {}
        phase if phase.is_over() => return Err(Refusal::Over.into()),
        _ => return Err(Refusal::ConsentGiven.into()),
    }
    bring_to_an_end(app, stored, Reason::Refused, Some(caller.account)).await
}

/// The consultant ends the bilan, once results and synthesis are handed over: content is destroyed (CT-8).
///
/// # Errors
/// [`Refusal::Undelivered`], [`Refusal::NoSuchStep`], [`Refusal::Over`]; what store and vault say.
pub async fn end(app: &App, caller: &Caller, bilan: Id) -> Result<Ending> {
    let stored: Stored<Bilan> = app.documents().readable(caller, bilan, DocumentClass::Dates, app.now()).await?;
    life::check_end(&stored.content, phase_of(&stored.record)?)?;
    bring_to_an_end(app, stored, Reason::Ended, Some(caller.account)).await
}

/// The beneficiary has everything erased: all but the administrative record, the follow-up included.
///
/// # Errors
/// [`ServiceError::NotFound`] for another's bilan; what store and vault say.
pub async fn erase(app: &App, caller: &Caller, bilan: Id) -> Result<Ending> {
    let stored = own_bilan(app, caller, bilan, app.now()).await?;
    // Before consent there is nothing that had to be kept.
    let reason = if phase_of(&stored.record)? == Phase::Proposed { Reason::Refused } else { Reason::Erased };
    bring_to_an_end(app, stored, reason, Some(caller.account)).await
}

/// Decides the destruction of a bilan and carries it out as far as it goes now.
///
/// # Errors
/// [`ServiceError::Changed`] when the bilan was changed since it was read; what store and vault say.
pub async fn bring_to_an_end(app: &App, bilan: Stored<Bilan>, reason: Reason, by: Option<Id>) -> Result<Ending> {
    match destruction::decide(app, bilan, reason, by).await? {
        Decision::Decided(receipt) => match destruction::carry_out(app, receipt).await {
            Ok(standing) => Ok(Ending { receipt, standing }),
            // What is decided is carried out by the scheduler; whoever asked gets the receipt's identifier all the same.
            Err(error) => {
                tracing::warn!(%receipt, %error, "a destruction was interrupted and will be resumed");
                Ok(Ending { receipt, standing: Standing::Waiting { replicas: Vec::new() } })
            }
        },
        Decision::Nothing => Err(ServiceError::Changed),
    }
}

/// What would be destroyed and what would stay, if the bilan ended now; after the end, what is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Whether the bilan has ended.
    pub ended: Option<Timestamp>,
    /// Whether it could end now, and what stands against it.
    pub hindrance: Option<Refusal>,
    /// What goes and what stays.
    pub plan: Plan,
    /// Receipts of destructions so far.
    pub receipts: Vec<Id>,
}

/// What will be destroyed and what stays until when, for the beneficiary and the consultant: counts and dates, no content.
///
/// # Errors
/// [`ServiceError::NotFound`]; what store and vault say.
pub async fn outlook(app: &App, caller: &Caller, bilan: Id) -> Result<Outlook> {
    let now = app.now();
    let documents = app.documents();
    let stored: Stored<Bilan> = documents.readable(caller, bilan, DocumentClass::Dates, now).await?;
    let phase = phase_of(&stored.record)?;
    let administrative: Stored<Administrative> = documents.load(stored.content.administrative).await?;
    let ended = destruction::plan::ended_at(&stored.content);
    let hindrance = life::check_end(&stored.content, phase).err().filter(|_| ended.is_none());
    let material = gather(documents, stored).await?;
    let reason = if phase == Phase::Proposed { Reason::Refused } else { Reason::Ended };
    let plan = plan(&material, reason, now, app.terms().administrative_years);
    Ok(Outlook { ended, hindrance, plan, receipts: administrative.content.receipts })
}

/// The salt of the commitment in the receipts, for the beneficiary to hold.
///
/// # Errors
/// [`ServiceError::NotFound`] for another's bilan; what store and vault say.
pub async fn salt(app: &App, caller: &Caller, bilan: Id) -> Result<String> {
    let stored = own_bilan(app, caller, bilan, app.now()).await?;
    Ok(data_encoding::HEXLOWER.encode(&stored.content.salt))
}
