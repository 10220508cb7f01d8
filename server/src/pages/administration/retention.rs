//! What is kept, and when something of it is looked at or goes: counts and months, no content.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use reports::text::{Language, date, number};

use super::look::{Crumbs, to_overview};
use crate::app::App;
use crate::pages::look::{PageResult, counted, html};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::records::agreement::MOST_DAYS;
use crate::records::bilan::Phase;
use crate::services::audit_log::KEPT_MONTHS;
use crate::services::retention::{self, Kept};
use crate::store::Kind;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/administration/retention", get(show))
}

/// How many of something.
struct CountLine {
    what: String,
    n: String,
}

/// How many of something in a month.
struct MonthLine {
    month: String,
    what: &'static str,
    n: String,
}

#[derive(Template)]
#[template(path = "administration_retention.html")]
struct RetentionPage {
    visit: Visit,
    crumbs: Crumbs,
    kinds: Vec<CountLine>,
    phases: Vec<CountLine>,
    months: Vec<MonthLine>,
    n_waiting: u32,
    complete: bool,
    abandon_days: u16,
    administrative_years: u8,
    most_days: u16,
    log_months: i64,
}

async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    let kept = retention::count(&app).await?;
    let terms = app.terms();
    Ok(html(&RetentionPage {
        crumbs: vec![to_overview(&visit)],
        kinds: by_kind(&visit, &kept),
        phases: by_phase(&visit, &kept),
        months: by_month(&visit, &kept),
        n_waiting: counted(kept.waiting),
        complete: kept.complete,
        abandon_days: terms.idle.abandon_days,
        administrative_years: terms.administrative_years,
        most_days: MOST_DAYS,
        log_months: i64::from(KEPT_MONTHS),
        visit,
    }))
}

fn by_kind(visit: &Visit, kept: &Kept) -> Vec<CountLine> {
    let mut sums: BTreeMap<Kind, u64> = BTreeMap::new();
    for ((kind, _), n) in &kept.by_state {
        *sums.entry(*kind).or_default() += n;
    }
    let line = |(kind, n): (&Kind, &u64)| CountLine {
        what: kind_in_words(visit, *kind).to_owned(),
        n: number::count(visit.language, *n),
    };
    sums.iter().map(line).collect()
}

fn by_phase(visit: &Visit, kept: &Kept) -> Vec<CountLine> {
    let n_of = |phase: &Phase| kept.by_state.get(&(Kind::Bilan, phase.word().to_owned())).copied();
    let found = Phase::ALL.iter().filter_map(|phase| Some((phase, n_of(phase)?)));
    found
        .map(|(phase, n)| CountLine {
            what: words::phase(visit.language, *phase).to_owned(),
            n: number::count(visit.language, n),
        })
        .collect()
}

fn by_month(visit: &Visit, kept: &Kept) -> Vec<MonthLine> {
    let mut months: Vec<_> = kept.by_month.iter().collect();
    months.sort_by(|((kind, month), _), ((other_kind, other), _)| (month, kind).cmp(&(other, other_kind)));
    let line = |((kind, month), n): &(&(Kind, String), &u64)| MonthLine {
        month: month_in_words(visit.language, month),
        what: kind_in_words(visit, *kind),
        n: number::count(visit.language, **n),
    };
    months.iter().map(line).collect()
}

/// A month such as `2027-01`, in words.
pub(super) fn month_in_words(language: Language, month: &str) -> String {
    let named = month
        .split_once('-')
        .and_then(|(year, number)| Some(format!("{} {year}", date::month_name(language, number.parse().ok()?)?)));
    named.unwrap_or_else(|| month.to_owned())
}

/// What records of a kind are.
fn kind_in_words(visit: &Visit, kind: Kind) -> &'static str {
    let (french, english) = match kind {
        Kind::Account => ("Comptes", "Accounts"),
        Kind::Session => ("Connexions ouvertes", "Open sessions"),
        Kind::Invitation => ("Liens d’accès", "Links"),
        Kind::Tenant => ("Organismes", "Organisations"),
        Kind::Token => ("Jetons de programmes", "Tokens of programs"),
        Kind::Bilan => ("Bilans", "Bilans"),
        Kind::Administrative => ("Dossiers administratifs", "Administrative records"),
        Kind::FollowUp => ("Suivis après un bilan", "Follow-ups after a bilan"),
        Kind::Assignment => ("Questionnaires donnés", "Questionnaires given"),
        Kind::Result => ("Résultats", "Results"),
        Kind::Note => ("Notes d’entretien", "Notes of interviews"),
        Kind::Synthesis => ("Documents de synthèse", "Synthesis documents"),
        Kind::Document => ("Documents apportés", "Documents brought along"),
        Kind::Attendance => ("Relevés de présence", "Records of attendance"),
        Kind::Agreement => ("Accords écrits", "Written agreements"),
        Kind::Consent => ("Accords au bilan", "Consents"),
        Kind::FeedbackRound => ("Tours à 360°", "360° rounds"),
        Kind::Rater => ("Personnes interrogées à 360°", "People asked in 360° rounds"),
        Kind::Mail => ("Messages à envoyer", "Messages to be sent"),
        Kind::Idempotency => ("Réponses gardées un jour", "Replies kept for a day"),
        Kind::Job => ("Travaux sur fichiers", "Jobs on files"),
        Kind::Declaration => ("Déclarations d’organismes", "Declarations of organisations"),
        Kind::LocalNorm => ("Normes d’organismes", "Norms of organisations"),
        Kind::Provenance => ("Provenances de notes", "Provenances of scores"),
        Kind::Receipt => ("Reçus de destruction", "Destruction receipts"),
        Kind::Setting => ("Réglages", "Settings"),
        Kind::Release => ("Publications de normes", "Releases of norms"),
        Kind::Request => ("Demandes sur ses données", "Requests about one’s data"),
    };
    visit.t(french, english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_named_and_what_is_none_stays_as_it_is() {
        assert_eq!(month_in_words(Language::French, "2027-08"), "août 2027");
        assert_eq!(month_in_words(Language::English, "2026-12"), "December 2026");
        for none in ["2027-13", "2027-00", "soon"] {
            assert_eq!(month_in_words(Language::French, none), none);
        }
    }
}
