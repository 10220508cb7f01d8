//! The first page of a consultant: her bilans, and what waits in each.

use askama::Template;

use super::name_or;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::look::{PageResult, count, html};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::records::account::Account;
use crate::services::desk::{self, Standing, Waiting};

/// What waits in a bilan, in words, with the page where it is done.
pub(super) struct WaitingLine {
    pub(super) text: String,
    /// Address and words of the way there.
    pub(super) way: Option<(String, &'static str)>,
    pub(super) is_for_you: bool,
}

/// A bilan in the list.
struct BilanLine {
    id: Id,
    name: String,
    phase: &'static str,
    since: String,
    is_over: bool,
    waiting: Vec<WaitingLine>,
}

#[derive(Template)]
#[template(path = "consultant_desk.html")]
struct DeskPage {
    visit: Visit,
    bilans: Vec<BilanLine>,
    n_for_you: u32,
    /// Whether her access was reset and waits for confirmations.
    under_reset: bool,
}

/// The desk.
pub(in crate::pages) async fn desk(app: &App, caller: &Caller, visit: Visit) -> PageResult {
    let found = desk::of_consultant(app, caller).await?;
    let bilans: Vec<BilanLine> = found.into_iter().map(|standing| line(&visit, standing)).collect();
    let n_for_you = bilans.iter().filter(|line| line.waiting.iter().any(|waiting| waiting.is_for_you)).count();
    let account: Stored<Account> = app.documents().load(caller.account).await?;
    Ok(html(&DeskPage { n_for_you: count(n_for_you), bilans, under_reset: account.content.reset.is_some(), visit }))
}

fn line(visit: &Visit, standing: Standing) -> BilanLine {
    let since = standing.bilan.content.steps.last().map(|step| visit.day(step.at)).unwrap_or_default();
    BilanLine {
        id: standing.bilan.record.id,
        phase: words::phase(visit.language, standing.phase),
        since,
        is_over: standing.phase.is_over(),
        waiting: waiting_lines(visit, &standing),
        name: name_or(visit, standing.name),
    }
}

/// What waits in a bilan, in words.
pub(super) fn waiting_lines(visit: &Visit, standing: &Standing) -> Vec<WaitingLine> {
    let bilan = standing.bilan.record.id;
    let line = |waiting: &Waiting| WaitingLine {
        text: told(visit, *waiting),
        way: way(visit, bilan, *waiting),
        is_for_you: waiting.is_for_the_consultant(),
    };
    standing.waiting.iter().map(line).collect()
}

fn told(visit: &Visit, waiting: Waiting) -> String {
    let french = visit.tag() == "fr";
    match waiting {
        Waiting::Access { opens } if french => {
            format!("Demande à voir ses résultats : ils s’ouvrent d’eux-mêmes le {}", visit.day(opens))
        }
        Waiting::Access { opens } => {
            format!("Asked to see the results: they open by themselves on {}", visit.day(opens))
        }
        Waiting::Idle { ends } if french => {
            format!("Rien ne se passe depuis longtemps : tout sera effacé le {}", visit.day(ends))
        }
        Waiting::Idle { ends } => {
            format!("Nothing has happened for long: everything will be erased on {}", visit.day(ends))
        }
        Waiting::Results { n } => {
            format!(
                "{n} {}",
                visit.n(
                    &n,
                    &["résultat à relire et à remettre", "résultats à relire et à remettre"],
                    &["result to review and hand over", "results to review and hand over"]
                )
            )
        }
        Waiting::Synthesis => {
            visit.t("Le document de synthèse est à écrire", "The synthesis document is to be written").to_owned()
        }
        Waiting::HandingOver => visit
            .t(
                "La synthèse est écrite : tout est à remettre",
                "The synthesis is written: everything is to be handed over",
            )
            .to_owned(),
        Waiting::End => visit
            .t("Tout est remis : le bilan peut se terminer", "Everything is handed over: the bilan can end")
            .to_owned(),
        Waiting::Invitation => visit.t("L’invitation est à envoyer", "The invitation is to be sent").to_owned(),
        Waiting::Questionnaires => {
            visit.t("Aucun questionnaire n’est donné", "No questionnaire is given yet").to_owned()
        }
        Waiting::Step { to } => {
            let phase = words::phase(visit.language, to).to_lowercase();
            format!(
                "{} {phase}",
                visit.t("Toutes les réponses sont là : la suite est la", "All answers are in: next is the")
            )
        }
        Waiting::Consent { until: Some(until) } => {
            format!("{} {}", visit.t("L’accord est attendu jusqu’au", "Consent is awaited until"), visit.day(until))
        }
        Waiting::Consent { until: None } => visit.t("L’accord est attendu", "Consent is awaited").to_owned(),
        Waiting::Answers { n } => {
            format!(
                "{n} {}",
                visit.n(
                    &n,
                    &["questionnaire en cours de réponse", "questionnaires en cours de réponse"],
                    &["questionnaire is being answered", "questionnaires are being answered"]
                )
            )
        }
    }
}

/// Where something that waits is done.
fn way(visit: &Visit, bilan: Id, waiting: Waiting) -> Option<(String, &'static str)> {
    let french = visit.tag() == "fr";
    let (rest, fr, en) = match waiting {
        Waiting::Access { .. } | Waiting::Results { .. } => ("#battery", "Relire", "Review"),
        Waiting::Synthesis => ("/synthesis", "Écrire la synthèse", "Write the synthesis"),
        Waiting::HandingOver => ("/synthesis#hand-over", "Remettre", "Hand over"),
        Waiting::End => ("/end", "Terminer", "End"),
        Waiting::Invitation => ("#entry", "Inviter", "Invite"),
        Waiting::Questionnaires => ("/questionnaires/new", "Donner un questionnaire", "Give a questionnaire"),
        Waiting::Step { .. } => ("#phase", "Passer à la suite", "Go on"),
        Waiting::Idle { .. } | Waiting::Consent { .. } | Waiting::Answers { .. } => return None,
    };
    Some((format!("/bilans/{bilan}{rest}"), if french { fr } else { en }))
}
