//! Houses: the list, making one, one house with its staff, inviting somebody.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;

use super::look::{
    Crumbs, after, asked, below_house, cut, house_kind, house_name, link_page, named, role_name, sent_page, staff_name,
    to_houses,
};
use super::overview::told;
use crate::api::caller::Signed;
use crate::app::{App, Caller, MailRoute};
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{Asked, At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, count, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::records::account::{self, Account, Role};
use crate::records::tenant::{Tenant, TenantKind};
use crate::services::error::{Refusal, ServiceError};
use crate::services::overview::waits_for;
use crate::services::people::{self, Invitee, fits};
use crate::services::{addresses, houses, links::Link};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/administration/houses", get(list).post(make))
        .route("/administration/houses/{house}", get(show).post(invite))
}

/// A house in the list.
struct HouseLine {
    id: Id,
    name: String,
    kind: &'static str,
    since: String,
}

/// A kind of house to choose, or a role.
struct Choice {
    value: &'static str,
    name: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "administration_houses.html")]
struct HousesPage {
    visit: Visit,
    problems: Problems,
    houses: Vec<HouseLine>,
    next: Option<Id>,
    is_first: bool,
    name: String,
    kinds: Vec<Choice>,
}

/// The kinds of house that are made by hand.
const KINDS: [(&str, TenantKind, &str, &str); 3] = [
    ("centre", TenantKind::Centre, "Un centre, qui conduit des bilans", "A centre, which carries out bilans"),
    (
        "organisation",
        TenantKind::Organisation,
        "Un organisme qui fait noter ses propres fichiers",
        "An organisation that has files of its own scored",
    ),
    ("employer", TenantKind::Employer, "Un employeur, qui paie des bilans", "An employer, who pays for bilans"),
];

async fn houses_page(
    app: &App,
    visit: Visit,
    begin: Option<Id>,
    fields: &Fields,
    problems: Problems,
) -> Result<HousesPage, PageError> {
    let mut found = houses::page(app, begin, asked()).await?;
    let next = cut(&mut found, |house| house.record.id);
    let line = |house: Stored<Tenant>| HouseLine {
        id: house.record.id,
        name: house_name(&visit, house.record.id, &house.content.name),
        kind: house_kind(&visit, house.content.kind),
        since: visit.day(house.content.created),
    };
    let kind = |(value, _, french, english): &(&'static str, TenantKind, &'static str, &'static str)| Choice {
        value,
        name: visit.t(french, english),
        is_chosen: fields.text("kind") == *value,
    };
    Ok(HousesPage {
        houses: found.into_iter().map(line).collect(),
        kinds: KINDS.iter().map(kind).collect(),
        next,
        is_first: begin.is_none(),
        name: fields.text("name").to_owned(),
        problems,
        visit,
    })
}

async fn list(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> PageResult {
    Ok(html(&houses_page(&app, visit, after(&asked), &Fields::default(), Problems::default()).await?))
}

async fn make(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let kind = KINDS.iter().find(|(value, ..)| *value == fields.text("kind")).map(|(_, kind, ..)| *kind);
    let mut problems = Vec::new();
    if kind.is_none() {
        problems.push(Problem::new("kind", visit.t("Dites ce que fait cet organisme.", "Say what it does.")));
    }
    let name = named(&visit, &fields, "name").map_err(|problem| problems.push(problem)).ok();
    let (Some(kind), Some(name)) = (kind, name) else {
        return Ok(to_be_mended(&houses_page(&app, visit, None, &fields, Problems(problems)).await?));
    };
    let house = houses::create(&app, &caller, kind, name).await?;
    Ok(Redirect::to(&format!("/administration/houses/{}", house.record.id)).into_response())
}

/// Somebody of staff in the list.
struct StaffLine {
    id: Id,
    name: String,
    email: String,
    role: &'static str,
    state: String,
    is_closed: bool,
    second_factor: bool,
    n_qualifications: Option<u32>,
}

#[derive(Template)]
#[template(path = "administration_house.html")]
struct HousePage {
    visit: Visit,
    problems: Problems,
    crumbs: Crumbs,
    house: Id,
    title: String,
    kind: &'static str,
    is_employer: bool,
    has_programs: bool,
    staff: Vec<StaffLine>,
    next: Option<Id>,
    is_first: bool,
    name: String,
    email: String,
    language: &'static str,
    roles: Vec<Choice>,
    by_mail: bool,
}

/// The roles of staff, as forms send them.
const ROLES: [(&str, Role); 4] = [
    ("administrator", Role::Administrator),
    ("consultant", Role::Consultant),
    ("clerk", Role::Clerk),
    ("employer", Role::Employer),
];

async fn house_page(
    app: &App,
    visit: Visit,
    house: Id,
    begin: Option<Id>,
    fields: &Fields,
    problems: Problems,
) -> Result<HousePage, PageError> {
    let stored = houses::one(app, house).await?;
    let mut found = people::page(app, house, begin, asked()).await?;
    let next = cut(&mut found, |account| account.record.id);
    let kind = stored.content.kind;
    let fitting: Vec<_> = ROLES.iter().filter(|(_, role)| fits(*role, kind)).collect();
    let roles = fitting.iter().map(|(value, role)| Choice {
        value,
        name: role_name(&visit, *role),
        // Where there is one, it is chosen.
        is_chosen: fitting.len() == 1 || fields.text("role") == *value,
    });
    Ok(HousePage {
        crumbs: vec![to_houses(&visit)],
        house,
        title: house_name(&visit, house, &stored.content.name),
        kind: house_kind(&visit, kind),
        is_employer: kind == TenantKind::Employer,
        has_programs: fits(Role::Program, kind),
        staff: found.iter().map(|account| staff_line(&visit, account)).collect(),
        next,
        is_first: begin.is_none(),
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
        language: language_of(&visit, fields),
        roles: roles.collect(),
        by_mail: app.terms().mail == MailRoute::Smtp,
        problems,
        visit,
    })
}

fn language_of(visit: &Visit, fields: &Fields) -> &'static str {
    match fields.text("language") {
        "fr" => "fr",
        "en" => "en",
        _ => visit.tag(),
    }
}

fn staff_line(visit: &Visit, account: &Stored<Account>) -> StaffLine {
    let content = &account.content;
    let is_consultant = content.role == Role::Consultant;
    StaffLine {
        id: account.record.id,
        name: staff_name(visit, &content.name),
        email: content.email.clone().unwrap_or_default(),
        role: role_name(visit, content.role),
        state: state_in_words(visit, account),
        is_closed: account.record.state == account::state::CLOSED,
        second_factor: content.credentials.totp_confirmed,
        n_qualifications: is_consultant.then(|| count(content.qualifications.len())),
    }
}

/// Where an account stands, in words.
pub(super) fn state_in_words(visit: &Visit, account: &Stored<Account>) -> String {
    match (waits_for(account), account.record.state.as_str()) {
        (Some(what), _) => told(visit, what),
        (None, account::state::CLOSED) => visit.t("compte fermé", "account closed").to_owned(),
        (None, _) => visit.t("compte ouvert", "account open").to_owned(),
    }
}

async fn show(State(app): State<App>, visit: Visit, At(house): At<Id>, Asked(asked): Asked) -> PageResult {
    Ok(html(&house_page(&app, visit, house, after(&asked), &Fields::default(), Problems::default()).await?))
}

async fn invite(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(house): At<Id>,
    fields: Fields,
) -> PageResult {
    let problems = match invited(&app, &caller, &visit, house, &fields).await? {
        Ok((account, link)) => {
            let stored = houses::one(&app, house).await?;
            let crumbs = below_house(&visit, &stored);
            let said = visit.t(
                "La personne choisit un mot de passe et met en place son second facteur.",
                "The person chooses a password and sets up a second factor.",
            );
            let (after, back) = (vec![said.to_owned()], format!("/administration/people/{}", account.record.id));
            return Ok(match link {
                Some(link) => link_page(&app, visit, crumbs, &account.content.name, &link, after, back),
                None => sent_page(visit, crumbs, &account.content, after, back),
            });
        }
        Err(problems) => problems,
    };
    Ok(to_be_mended(&house_page(&app, visit, house, None, &fields, problems).await?))
}

type Invited = Result<(Stored<Account>, Option<Link>), Problems>;

/// Invites somebody as the form says, or tells everything that must be put right.
async fn invited(app: &App, caller: &Caller, visit: &Visit, house: Id, fields: &Fields) -> Result<Invited, PageError> {
    houses::one(app, house).await?;
    let role = ROLES.iter().find(|(value, _)| *value == fields.text("role")).map(|(_, role)| *role);
    let mut problems = Vec::new();
    let name = named(visit, fields, "name").map_err(|problem| problems.push(problem)).ok();
    if let Err(ServiceError::Invalid(found)) = addresses::checked(fields.text("email"), "/email") {
        problems.extend(words::problems_of(visit, &found).0);
    }
    if role.is_none() {
        let text = visit.t("Dites ce que fera cette personne.", "Say what this person will do.");
        problems.push(Problem::new("role", text));
    }
    let (Some(name), Some(role), true) = (name, role, problems.is_empty()) else {
        return Ok(Err(Problems(problems)));
    };
    let invitee = Invitee {
        tenant: house,
        role,
        name,
        email: fields.text("email").to_owned(),
        language: language_of(visit, fields).to_owned(),
    };
    match people::send_invitation(app, caller, invitee).await {
        Ok(done) => Ok(Ok(done)),
        Err(ServiceError::Invalid(found)) => Ok(Err(words::problems_of(visit, &found))),
        Err(ServiceError::Refused(refusal @ Refusal::AddressTaken)) => {
            Ok(Err(Problems(vec![Problem::new("email", words::refusal(visit, refusal))])))
        }
        Err(error) => Err(error.into()),
    }
}
