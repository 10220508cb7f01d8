//! 360° rounds: who is asked, by links of their own; one release with disclosure control, frozen (DESIGN §2.20).

use std::collections::BTreeSet;
use std::sync::Arc;

use instruments::{Administration, LoadedInstrument};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use restitution::feedback360::{GroupDesign, Rater, RaterGroup as Group};
use restitution::{DesignParts, Feedback360, FeedbackDesign};

use crate::app::{App, Caller};
use crate::clock::DAY_MS;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::account::{self, Account, Credentials, Role};
use crate::records::assignment::{Assignment, AssignmentState, Respondent};
use crate::records::bilan::Bilan;
use crate::records::feedback::{RaterGroup, RaterPlace, Round};
use crate::records::grant::DocumentClass;
use crate::records::invitation::LinkPurpose;
use crate::services::answering::answers_of;
use crate::services::assignments::{
    Choice, Given, check_choice, check_qualified, givable, give, in_charge, languages_of, state_of,
};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::{own_bilan, phase_of};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::letters::{self, AskedAbout, Sender};
use crate::services::life;
use crate::services::links::{self, Handed, LinkTerms};
use crate::services::outbox;
use crate::services::results::language_of;
use crate::services::submission::row_of;
use crate::store::{Change, Kind, Record, Selection};

/// How long a rater's link can be spent.
const RATER_DAYS: i64 = 60;

/// States of a round, as they stand in the clear.
mod state {
    /// Raters can be added and answer.
    pub const OPEN: &str = "open";
    /// Released, once and for all.
    pub const FROZEN: &str = "frozen";
}

/// A round as the consultant opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRound {
    /// What the beneficiary answers.
    pub self_instrument: String,
    /// What raters answer: the same scales in the right person.
    pub other_instrument: String,
    /// Tag of the language.
    pub language: String,
    /// Why it is asked.
    pub purpose: String,
    /// Whether a single superior has agreed to be shown by name.
    pub superior_agreed: bool,
}

/// Opens a round and gives the beneficiary the self form.
///
/// # Errors
/// Forms that do not belong together; [`Refusal`] by phase and qualification; [`ServiceError::NotFound`] outside the consultant's care.
pub async fn open(app: &App, caller: &Caller, bilan: Id, new: NewRound) -> Result<Stored<Round>> {
    let now = app.now();
    let stored = in_charge(app, caller, bilan).await?;
    let phase = phase_of(&stored.record)?;
    life::check_under_way(phase)?;
    let choice = |instrument: &str| Choice {
        instrument: instrument.to_owned(),
        language: new.language.clone(),
        norm: None,
        combined_stratum: false,
        purpose: new.purpose.clone(),
    };
    let (own, other) =
        (check_choice(app, &choice(&new.self_instrument))?, check_choice(app, &choice(&new.other_instrument))?);
    check_qualified(app, caller, &own).await?;
    // Whether the two forms have the same scales is known before anybody is asked.
    FeedbackDesign::new(design_parts(&own, &other, &new.language)).map_err(|_| {
        ServiceError::field(
            "/other_instrument",
            "a form with the same scales as the self form",
            "choose the form that belongs to it",
        )
    })?;
    let round_id = app.entropy().id();
    let given = Given {
        bilan,
        tenant: stored.record.tenant,
        owner: stored.content.beneficiary,
        respondent: Respondent::Beneficiary,
        round: Some(round_id),
    };
    let (assignment_record, assignment) = give(app, caller, &own, choice(&new.self_instrument), given, now).await?;
    let round = Round {
        self_instrument: assignment.instrument.clone(),
        other_instrument: format!("{}@{}", other.id(), other.version()),
        language: new.language,
        purpose: new.purpose,
        self_assignment: assignment_record.id,
        superior_agreed: new.superior_agreed,
        raters: Vec::new(),
        frozen: None,
        release: Vec::new(),
    };
    let record = Record {
        kind: Kind::FeedbackRound,
        id: round_id,
        tenant: stored.record.tenant,
        bilan: Some(bilan),
        parent: None,
        owner: Some(stored.content.beneficiary),
        state: state::OPEN.to_owned(),
        audience: audience::NOBODY,
        due: None,
        version: 0,
        key: Some(app.documents().vault().create_key().await?),
        body: Vec::new(),
    };
    let changes = vec![
        app.documents().insert(assignment_record, &assignment).await?,
        app.documents().insert(record, &round).await?,
        AuditEntry::new(Some(caller.account), Verb::Create, Kind::FeedbackRound, Some(round_id), Some(bilan))
            .at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(round_id).await
}

fn design_parts<'a>(
    own: &'a instruments::LoadedInstrument,
    other: &'a instruments::LoadedInstrument,
    language: &str,
) -> DesignParts<'a> {
    DesignParts {
        own,
        raters: other,
        groups: GroupDesign::usual(),
        questions: Vec::new(),
        language: language_of(language),
    }
}

/// The pairs of forms with which the caller may open a round: the self form, and that of the entourage.
///
/// # Errors
/// What store and vault say.
pub async fn pairs(app: &App, caller: &Caller) -> Result<Vec<(Arc<LoadedInstrument>, Arc<LoadedInstrument>)>> {
    let entries = app.catalog().list();
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let known = ids.into_iter().filter_map(|id| app.catalog().find(id).ok());
    let others: Vec<_> = known.filter(|known| known.about().administration == Administration::OtherReport).collect();
    let mut found = Vec::new();
    for own in givable(app, caller).await? {
        for other in &others {
            let language = languages_of(&own).into_iter().find(|tag| languages_of(other).contains(tag));
            let fits = |language: &&str| FeedbackDesign::new(design_parts(&own, other, language)).is_ok();
            if language.filter(fits).is_some() {
                found.push((Arc::clone(&own), Arc::clone(other)));
            }
        }
    }
    Ok(found)
}

/// The rounds of a bilan in the caller's care.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other.
pub async fn of_bilan(app: &App, caller: &Caller, bilan: Id) -> Result<Vec<Stored<Round>>> {
    in_charge(app, caller, bilan).await?;
    let mut selection = Selection::of(Kind::FeedbackRound);
    selection.bilan = Some(bilan);
    app.documents().select(&selection).await
}

/// The released rounds of a bilan whose feedback the caller may read. None is opened for her, so nothing is logged.
///
/// # Errors
/// What store and vault say.
pub async fn released(app: &App, caller: &Caller, bilan: Id) -> Result<Vec<Stored<Round>>> {
    let mut selection = Selection::of(Kind::FeedbackRound);
    selection.bilan = Some(bilan);
    selection.state = Some(state::FROZEN.to_owned());
    let mut found = Vec::new();
    for record in app.documents().store().select(&selection).await? {
        match app.documents().readable(caller, record.id, DocumentClass::Feedback, app.now()).await {
            Ok(stored) => found.push(stored),
            Err(ServiceError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// A round of a bilan in which the caller is the consultant in charge or the beneficiary.
///
/// # Errors
/// [`ServiceError::NotFound`] for anybody else.
pub async fn in_hand(app: &App, caller: &Caller, round: Id) -> Result<Stored<Round>> {
    let record = app.documents().store().fetch(Kind::FeedbackRound, round).await?.ok_or(ServiceError::NotFound)?;
    let bilan = record.bilan.ok_or(ServiceError::Broken("a round has no bilan"))?;
    match caller.role {
        Role::Beneficiary => own_bilan(app, caller, bilan, app.now()).await?,
        _ => in_charge(app, caller, bilan).await?,
    };
    app.documents().open(record).await
}

/// Adds a rater: an account that can do nothing but answer, and a link: by mail where that is possible, else to hand over.
///
/// # Errors
/// [`Refusal::Frozen`]; [`ServiceError::NotFound`] for anybody who has not this round in hand.
pub async fn add_rater(
    app: &App,
    caller: &Caller,
    round: Id,
    name: String,
    email: Option<String>,
    group: RaterGroup,
) -> Result<Handed> {
    let now = app.now();
    let mut stored = in_hand(app, caller, round).await?;
    if stored.record.state != state::OPEN {
        return Err(Refusal::Frozen.into());
    }
    let bilan = stored.record.bilan.ok_or(ServiceError::Broken("a round has no bilan"))?;
    let other = app.instrument(&stored.content.other_instrument)?;
    let account_id = app.entropy().id();
    let rater = Stored {
        record: Record {
            kind: Kind::Account,
            id: account_id,
            tenant: stored.record.tenant,
            bilan: Some(bilan),
            parent: Some(round),
            owner: Some(account_id),
            state: account::state::INVITED.to_owned(),
            audience: audience::OWNER,
            due: None,
            version: 0,
            key: Some(app.documents().vault().create_key().await?),
            body: Vec::new(),
        },
        content: Account {
            role: Role::Rater,
            name,
            email,
            language: stored.content.language.clone(),
            credentials: Credentials::default(),
            qualifications: Vec::new(),
            reset: None,
            bilan: Some(bilan),
            scopes: Vec::new(),
            created: now,
        },
    };
    let choice = Choice {
        instrument: stored.content.other_instrument.clone(),
        language: stored.content.language.clone(),
        norm: None,
        combined_stratum: false,
        purpose: stored.content.purpose.clone(),
    };
    let given = Given {
        bilan,
        tenant: stored.record.tenant,
        owner: account_id,
        respondent: Respondent::Rater,
        round: Some(round),
    };
    let (record, assignment) = give(app, caller, &other, choice, given, now).await?;
    stored.content.raters.push(RaterPlace { account: account_id, assignment: record.id, group });
    let terms = LinkTerms { purpose: LinkPurpose::Rating, ends: now.plus(RATER_DAYS * DAY_MS), code: None };
    let link = links::create(app, &rater, terms).await?;
    let bilan_of: Stored<Bilan> = app.documents().load(bilan).await?;
    let person: Stored<Account> = app.documents().load(bilan_of.content.beneficiary).await?;
    let sender = in_charge_of(app, &bilan_of).await?;
    let asked = AskedAbout { person: &person.content.name, purpose: &stored.content.purpose };
    let message = letters::rating(&stored.content.language, &sender, asked, &link.url(app), link.ends);
    let mail = outbox::queue(app, &rater, message.clone()).await?;
    let sent = mail.is_some();
    let mut changes = vec![
        app.documents().insert(rater.record, &rater.content).await?,
        app.documents().insert(record, &assignment).await?,
        app.documents().update(&stored).await?,
        link.change.clone(),
        AuditEntry::new(Some(caller.account), Verb::Invite, Kind::FeedbackRound, Some(round), Some(bilan)).at(now)?,
    ];
    changes.extend(mail);
    app.documents().commit(changes).await?;
    Ok(Handed { link, message, language: stored.content.language, sent })
}

/// The consultant who carries out a bilan, as the writer of a letter.
async fn in_charge_of(app: &App, bilan: &Stored<Bilan>) -> Result<Sender> {
    let consultant: Stored<Account> = app.documents().load(bilan.content.consultant).await?;
    Sender::of(app, bilan.record.tenant, Some(consultant.content.name)).await
}

/// Who asks somebody of the entourage, and about whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The person whose bilan it is.
    pub person: String,
    /// The consultant and her house.
    pub consultant: Sender,
    /// Why it is asked.
    pub purpose: String,
}

/// Who asks the caller for her view, and about whom.
///
/// # Errors
/// [`ServiceError::NotFound`] for anybody who is not asked; what store and vault say.
pub async fn asking(app: &App, caller: &Caller) -> Result<Asking> {
    let account: Stored<Account> = app.documents().load(caller.account).await?;
    let (Role::Rater, Some(round), Some(bilan)) = (caller.role, account.record.parent, account.record.bilan) else {
        return Err(ServiceError::NotFound);
    };
    let round: Stored<Round> = app.documents().load(round).await?;
    let bilan: Stored<Bilan> = app.documents().load(bilan).await?;
    let person: Stored<Account> = app.documents().load(bilan.content.beneficiary).await?;
    Ok(Asking {
        person: person.content.name,
        consultant: in_charge_of(app, &bilan).await?,
        purpose: round.content.purpose,
    })
}

/// How far a round is: how many were asked, in each group. Who has answered is not told, nor how many in a small group.
///
/// # Errors
/// As [`in_hand`].
pub async fn asked(app: &App, caller: &Caller, round: Id) -> Result<(Stored<Round>, Vec<(RaterGroup, usize)>)> {
    let stored = in_hand(app, caller, round).await?;
    let groups = [RaterGroup::Superior, RaterGroup::Peer, RaterGroup::Report, RaterGroup::Other];
    let count = |group| stored.content.raters.iter().filter(|place| place.group == group).count();
    let counts = groups.into_iter().map(|group| (group, count(group))).collect();
    Ok((stored, counts))
}

/// Releases the feedback, once: what may be shown is computed, stored, and never computed again. The raters' single answers are
/// destroyed with it; nobody can ask for them any more.
///
/// # Errors
/// [`Refusal::Frozen`], [`Refusal::RoundNotReady`]; [`ServiceError::NotFound`] outside the consultant's care.
pub async fn release(app: &App, caller: &Caller, round: Id) -> Result<Feedback360> {
    let now = app.now();
    let mut stored = in_hand(app, caller, round).await?;
    if stored.record.state != state::OPEN {
        return Err(Refusal::Frozen.into());
    }
    let bilan = stored.record.bilan.ok_or(ServiceError::Broken("a round has no bilan"))?;
    let feedback = compute(app, &stored.content).await?;
    // Where no group can be shown, the answers would be destroyed for nothing.
    if feedback.groups.iter().all(|group| group.raters.shown().is_none()) {
        return Err(Refusal::RoundNotReady.into());
    }
    stored.content.frozen = Some(now);
    stored.content.release =
        rmp_serde::to_vec_named(&feedback).map_err(|_| ServiceError::Broken("a feedback cannot be written"))?;
    stored.record.state = state::FROZEN.to_owned();
    stored.record.audience = audience::OWNER;
    let changes = vec![
        app.documents().update(&stored).await?,
        AuditEntry::new(Some(caller.account), Verb::Release, Kind::FeedbackRound, Some(round), Some(bilan)).at(now)?,
    ];
    app.documents().commit(changes).await?;
    let (mut keys, mut gone) = (Vec::new(), Vec::new());
    for place in &stored.content.raters {
        let record = app.documents().store().fetch(Kind::Assignment, place.assignment).await?;
        keys.extend(record.and_then(|record| record.key));
        gone.push(Change::DeleteAnswers { assignment: place.assignment });
        gone.push(Change::Delete { kind: Kind::Assignment, id: place.assignment });
    }
    // Keys before rows: after an interruption the rows are still there for the end of the bilan to find and destroy.
    app.documents().vault().destroy(&keys).await?;
    app.documents().commit(gone).await?;
    Ok(feedback)
}

async fn compute(app: &App, round: &Round) -> Result<Feedback360> {
    let own: Stored<Assignment> = app.documents().load(round.self_assignment).await?;
    if state_of(&own.record)? != AssignmentState::Done {
        return Err(Refusal::RoundNotReady.into());
    }
    let own_row = row_of(app, &own.content, &answers_of(app, &own).await?)?;
    let mut raters = Vec::new();
    for place in &round.raters {
        let assignment: Stored<Assignment> = app.documents().load(place.assignment).await?;
        if state_of(&assignment.record)? != AssignmentState::Done {
            continue;
        }
        let answers = row_of(app, &assignment.content, &answers_of(app, &assignment).await?)?;
        raters.push(Rater {
            id: place.account.to_string(),
            group: group_of(place.group),
            agreed_to_be_named: place.group == RaterGroup::Superior && round.superior_agreed,
            answers,
            comments: Vec::new(),
        });
    }
    let (self_form, other_form) = (app.instrument(&round.self_instrument)?, app.instrument(&round.other_instrument)?);
    let broken = |error: restitution::Error| {
        tracing::error!(cause = %error, "a feedback could not be made");
        ServiceError::Broken("a feedback could not be made")
    };
    let design = FeedbackDesign::new(design_parts(&self_form, &other_form, &round.language)).map_err(broken)?;
    let mut rng = ChaCha20Rng::from_seed(app.entropy().bytes());
    design.release(Some(&own_row), raters, &mut rng).map_err(broken)
}

fn group_of(group: RaterGroup) -> Group {
    match group {
        RaterGroup::Superior => Group::Superiors,
        RaterGroup::Peer => Group::Peers,
        RaterGroup::Report => Group::Reports,
        RaterGroup::Other => Group::Others,
    }
}

/// The released feedback, for the beneficiary, the consultant, and whoever has a grant.
///
/// # Errors
/// [`ServiceError::NotFound`] before the release, and for anybody else.
pub async fn feedback(app: &App, caller: &Caller, round: Id) -> Result<Feedback360> {
    let now = app.now();
    let stored: Stored<Round> = app.documents().readable(caller, round, DocumentClass::Feedback, now).await?;
    if stored.record.state != state::FROZEN {
        return Err(ServiceError::NotFound);
    }
    let bilan = stored.record.bilan;
    let entry = AuditEntry::new(Some(caller.account), Verb::Read, Kind::FeedbackRound, Some(round), bilan).at(now)?;
    app.documents().commit(vec![entry]).await?;
    rmp_serde::from_slice(&stored.content.release).map_err(|_| ServiceError::Broken("a feedback does not read"))
}
