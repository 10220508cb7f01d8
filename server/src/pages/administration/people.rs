//! One person of staff: where her account stands, and what can be done about it; closing it.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;

use super::houses::state_in_words;
use super::look::{Crumbs, Step, below_house, is_agreed, not_agreed, role_name, staff_name, step_page};
use crate::api::caller::Signed;
use crate::app::App;
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::consultant::title_of;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, html};
use crate::pages::visit::Visit;
use crate::records::account::{self, Account, Role};
use crate::services::overview::{WaitingFor, waits_for};
use crate::services::{houses, people};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/administration/people/{user}", get(show))
        .route("/administration/people/{user}/closing", get(ask_to_close).post(close))
}

/// An instrument somebody is qualified for.
struct QualificationLine {
    title: String,
    evidence: String,
}

#[derive(Template)]
#[template(path = "administration_person.html")]
struct PersonPage {
    visit: Visit,
    crumbs: Crumbs,
    user: Id,
    name: String,
    email: String,
    role: &'static str,
    state: String,
    since: String,
    second_factor: bool,
    is_closed: bool,
    is_own: bool,
    is_consultant: bool,
    qualifications: Vec<QualificationLine>,
    /// Whether a second administrator has still to confirm a reset.
    to_confirm: bool,
    /// Whether a link would be a first one again.
    has_not_come: bool,
    /// Whether she has still to give one of her earlier recovery codes.
    to_prove: bool,
}

/// The ways above the page of a person.
pub(super) async fn crumbs_of(app: &App, visit: &Visit, account: &Stored<Account>) -> Result<Crumbs, PageError> {
    let house = houses::one(app, account.record.tenant).await?;
    Ok(below_house(visit, &house))
}

/// The same from a page below it.
pub(super) async fn crumbs_below(app: &App, visit: &Visit, account: &Stored<Account>) -> Result<Crumbs, PageError> {
    let mut crumbs = crumbs_of(app, visit, account).await?;
    crumbs.push((path_of(account.record.id), staff_name(visit, &account.content.name)));
    Ok(crumbs)
}

/// The page of a person.
pub(super) fn path_of(user: Id) -> String {
    format!("/administration/people/{user}")
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(user): At<Id>) -> PageResult {
    let account = people::staff(&app, user).await?;
    let waits = waits_for(&account);
    let content = &account.content;
    let qualification = |known: &account::Qualification| QualificationLine {
        title: title_of(&app, &visit, &known.instrument),
        evidence: known.evidence.clone(),
    };
    Ok(html(&PersonPage {
        crumbs: crumbs_of(&app, &visit, &account).await?,
        user,
        name: staff_name(&visit, &content.name),
        to_prove: content.reset.as_ref().is_some_and(|reset| !reset.recovery_given),
        email: content.email.clone().unwrap_or_default(),
        role: role_name(&visit, content.role),
        state: state_in_words(&visit, &account),
        since: visit.day(content.created),
        second_factor: content.credentials.totp_confirmed,
        is_closed: account.record.state == account::state::CLOSED,
        is_own: user == caller.account,
        is_consultant: content.role == Role::Consultant,
        qualifications: content.qualifications.iter().map(qualification).collect(),
        to_confirm: matches!(waits, Some(WaitingFor::SecondAdministrator { .. })),
        has_not_come: matches!(waits, Some(WaitingFor::Entry { .. })),
        visit,
    }))
}

async fn closing(app: &App, visit: &Visit, user: Id) -> Result<Step, PageError> {
    let account = people::staff(app, user).await?;
    let mut follows = vec![
        visit.t(
            "La personne est déconnectée aussitôt et ne peut plus entrer.",
            "The person is signed out at once and cannot come in any more.",
        ),
        visit.t(
            "Ses liens ne s’ouvrent plus ; son adresse redevient libre.",
            "Links do not open any more; the address becomes free again.",
        ),
    ];
    if account.content.role == Role::Consultant {
        follows.push(visit.t(
            "Les bilans qu’elle conduit lui sont fermés ; rien n’en est détruit. Chaque bénéficiaire le voit dans son journal.",
            "The bilans in this person’s care are closed to them; nothing of them is destroyed. Each beneficiary sees it in the log.",
        ));
        follows.push(visit.t(
            "Pour qu’un bilan continue, il doit être confié à quelqu’un d’autre avant la fermeture, avec l’accord du bénéficiaire.",
            "For a bilan to go on, it must be handed to somebody else before the closing, with the beneficiary’s agreement.",
        ));
    }
    follows.push(visit.t("Un compte fermé ne se rouvre pas.", "A closed account is not opened again."));
    Ok(Step {
        crumbs: crumbs_below(app, visit, &account).await?,
        title: visit.t("Fermer ce compte", "Close this account"),
        who: staff_name(visit, &account.content.name),
        follows,
        agreed: visit.t("J’ai lu ce qui suit de la fermeture", "I have read what follows from closing it"),
        button: visit.t("Fermer le compte", "Close the account"),
        action: format!("{}/closing", path_of(user)),
        back: path_of(user),
    })
}

async fn ask_to_close(State(app): State<App>, visit: Visit, At(user): At<Id>) -> PageResult {
    let step = closing(&app, &visit, user).await?;
    step_page(visit, step)
}

async fn close(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(user): At<Id>,
    fields: Fields,
) -> PageResult {
    if !is_agreed(&fields) {
        let step = closing(&app, &visit, user).await?;
        return not_agreed(visit, step);
    }
    people::close(&app, &caller, user).await?;
    Ok(Redirect::to(&path_of(user)).into_response())
}
