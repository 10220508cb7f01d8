//! What several pages of administration show: where one is, something that is shown once, a step that asks whether one is sure.

use askama::Template;
use axum::response::Response;

use crate::app::App;
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::form::Fields;
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::records::account::{Account, Role};
use crate::records::tenant::{Tenant, TenantKind};
use crate::services::links::Link;

/// How many lines a page of a list has.
pub(super) const LINES: usize = 50;

/// Takes the lines of a page, of which one more was asked for than it has; gives the last one where others follow.
pub(super) fn cut<T>(lines: &mut Vec<T>, id: impl Fn(&T) -> Id) -> Option<Id> {
    let has_more = lines.len() > LINES;
    lines.truncate(LINES);
    lines.last().map(id).filter(|_| has_more)
}

/// One line more than a page has, to see whether others follow.
pub(super) fn asked() -> u32 {
    u32::try_from(LINES + 1).unwrap_or(u32::MAX)
}

/// After which line a page begins.
pub(super) fn after(asked: &Fields) -> Option<Id> {
    asked.parsed("after")
}

/// Links above a title: address and words.
pub(super) type Crumbs = Vec<(String, String)>;

/// The way to the list of houses.
pub(super) fn to_houses(visit: &Visit) -> (String, String) {
    ("/administration/houses".to_owned(), visit.t("Organismes", "Organisations").to_owned())
}

/// The ways above a page below a house.
pub(super) fn below_house(visit: &Visit, house: &Stored<Tenant>) -> Crumbs {
    let id = house.record.id;
    vec![to_houses(visit), (format!("/administration/houses/{id}"), house_name(visit, id, &house.content.name))]
}

/// The way to the overview.
pub(super) fn to_overview(visit: &Visit) -> (String, String) {
    ("/".to_owned(), visit.t("Vue d’ensemble", "Overview").to_owned())
}

/// The name of a house; the one that operates the service is made by the service itself.
pub(super) fn house_name(visit: &Visit, house: Id, name: &str) -> String {
    if house == crate::services::houses::OPERATOR {
        return visit.t("Exploitation du service", "Operation of the service").to_owned();
    }
    name.to_owned()
}

/// The name of somebody of staff; that of the very first administrator is made by the service itself.
pub(super) fn staff_name(visit: &Visit, name: &str) -> String {
    if name == crate::services::houses::FIRST_NAME {
        return visit.t("Premier compte d’administration", "First administrator").to_owned();
    }
    name.to_owned()
}

/// What a house does.
pub(super) fn house_kind<'t>(visit: &Visit, kind: TenantKind) -> &'t str {
    match kind {
        TenantKind::Operator => visit.t("fait marcher ce service", "operates this service"),
        TenantKind::Centre => visit.t("conduit des bilans", "carries out bilans"),
        TenantKind::Organisation => visit.t("fait noter ses propres fichiers", "has files of its own scored"),
        TenantKind::Employer => visit.t("paie des bilans", "pays for bilans"),
    }
}

/// What somebody of staff may be.
pub(super) fn role_name<'t>(visit: &Visit, role: Role) -> &'t str {
    match role {
        Role::Administrator => visit.t("Administration", "Administrator"),
        Role::Consultant => visit.t("Conduit des bilans", "Consultant"),
        Role::Clerk => visit.t("Dépose des fichiers", "Uploads files"),
        Role::Employer => visit.t("Suit les bilans payés", "Follows bilans paid for"),
        Role::Program => visit.t("Programme", "Program"),
        Role::Beneficiary | Role::Rater | Role::Recipient => "",
    }
}

#[derive(Template)]
#[template(path = "administration_once.html")]
struct OncePage {
    visit: Visit,
    crumbs: Crumbs,
    title: &'static str,
    lead: String,
    /// What is shown once; nothing where it was sent.
    value: Option<String>,
    after: Vec<String>,
    back: String,
}

/// A page that shows a link once.
pub(super) fn link_page(
    app: &App,
    visit: Visit,
    crumbs: Crumbs,
    who: &str,
    link: &Link,
    mut after: Vec<String>,
    back: String,
) -> Response {
    let until = format!("{} {}.", visit.t("Il s’ouvre jusqu’au", "It opens until"), visit.moment(link.ends));
    after.insert(0, until);
    let once = visit.t("une seule fois. Vérifiez à qui vous le donnez.", "once. Make sure whom you give it to.");
    html(&OncePage {
        crumbs,
        title: visit.t("Un lien à remettre", "A link to hand over"),
        lead: format!("{} {who}, {once}", visit.t("Il fait entrer", "It lets in")),
        value: Some(link.url(app).to_string()),
        after,
        back,
        visit,
    })
}

/// A page that says that the link went by mail.
pub(super) fn sent_page(visit: Visit, crumbs: Crumbs, account: &Account, after: Vec<String>, back: String) -> Response {
    let to = account.email.as_deref().unwrap_or_default();
    let said = visit.t("reçoit un lien par courriel, à l’adresse", "gets a link by mail, at");
    html(&OncePage {
        title: visit.t("L’invitation est envoyée", "The invitation is sent"),
        lead: format!("{} {said} {to}.", account.name),
        value: None,
        crumbs,
        after,
        back,
        visit,
    })
}

/// A page that shows the text of a token once.
pub(super) fn token_page(visit: Visit, crumbs: Crumbs, label: &str, text: String, back: String) -> Response {
    let said = visit.t(
        "Le programme l’envoie avec chaque demande, dans l’en-tête Authorization, après le mot Bearer.",
        "The program sends it with every request, in the header Authorization, after the word Bearer.",
    );
    html(&OncePage {
        title: visit.t("Un jeton pour un programme", "A token for a program"),
        lead: format!("{}{label}.", visit.t("Pour : ", "For: ")),
        value: Some(text),
        after: vec![said.to_owned()],
        crumbs,
        back,
        visit,
    })
}

/// A step that is taken only by whoever has read what follows from it.
pub(super) struct Step {
    pub(super) crumbs: Crumbs,
    pub(super) title: &'static str,
    /// Who is concerned.
    pub(super) who: String,
    /// What follows from it.
    pub(super) follows: Vec<&'static str>,
    /// What one ticks.
    pub(super) agreed: &'static str,
    pub(super) button: &'static str,
    pub(super) action: String,
    pub(super) back: String,
}

#[derive(Template)]
#[template(path = "administration_step.html")]
struct StepPage {
    visit: Visit,
    problems: Problems,
    step: Step,
}

/// The page of a step.
pub(super) fn step_page(visit: Visit, step: Step) -> PageResult {
    Ok(html(&StepPage { visit, problems: Problems::default(), step }))
}

/// The same where the box was not ticked.
pub(super) fn not_agreed(visit: Visit, step: Step) -> PageResult {
    let text = visit.t("Cochez la case pour continuer.", "Tick the box to go on.");
    let problems = Problems(vec![Problem::new("agreed", text)]);
    Ok(to_be_mended(&StepPage { visit, problems, step }))
}

/// Whether a form says that one has read what follows.
pub(super) fn is_agreed(fields: &Fields) -> bool {
    fields.is_ticked("agreed")
}

/// A name as it is kept; the problem where it is empty or very long.
pub(super) fn named(visit: &Visit, fields: &Fields, field: &'static str) -> Result<String, Problem> {
    let name = fields.text(field);
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        let text = visit.t("Donnez un nom, en 200 caractères au plus.", "Give a name, in 200 characters at most.");
        return Err(Problem::new(field, text));
    }
    Ok(name.to_owned())
}
