//! What several pages of an organisation say: where a file stands, what is wrong with it, what the key audit found.

use batch::{Error, RejectReason};
use engine::norms::{NoNormScore, Sex};
use reports::text::number;

use crate::bulk::audit_note::AuditNote;
use crate::bulk::job_file::JobState;
use crate::bulk::scoring_problem::{ProblemKind, ScoringProblem};
use crate::pages::visit::Visit;

/// A whole number as it is written.
pub(super) fn n(visit: &Visit, n: u64) -> String {
    number::count(visit.language, n)
}

/// Where a file stands.
pub(super) fn phase_of(visit: &Visit, state: &JobState) -> String {
    match state {
        JobState::Receiving => visit.t("Le fichier reste à envoyer", "The file is still to be sent").to_owned(),
        JobState::Waiting => visit.t("Reçu, rien n’est encore calculé", "Received, nothing is scored yet").to_owned(),
        JobState::Running { done, total } => {
            format!("{}{}", visit.t("En cours : ", "Under way: "), share(visit, *done, *total))
        }
        JobState::Done { counts, .. } => {
            let scored = u32::try_from(counts.scored).unwrap_or(u32::MAX);
            let rows = visit.n(&scored, &["ligne calculée", "lignes calculées"], &["row scored", "rows scored"]);
            let rejected = u32::try_from(counts.rejected).unwrap_or(u32::MAX);
            let refused = visit.n(&rejected, &["refusée", "refusées"], &["rejected", "rejected"]);
            format!("{} {rows}, {} {refused}", n(visit, counts.scored), n(visit, counts.rejected))
        }
        JobState::Failed { .. } => visit.t("Le calcul s’est arrêté", "The scoring stopped").to_owned(),
    }
}

/// How much of something is done.
pub(super) fn share(visit: &Visit, done: u64, total: u64) -> String {
    let percent = if total == 0 { 0 } else { (u128::from(done) * 100 / u128::from(total)).min(100) };
    format!("{percent}{}%", visit.t("\u{a0}", ""))
}

/// Why a row is refused, and what to do.
pub(super) fn reason(visit: &Visit, reason: &RejectReason) -> String {
    match reason {
        RejectReason::OutsideCategories { lowest, highest, .. } | RejectReason::NotACode { lowest, highest, .. } => {
            match visit.tag() {
                "fr" => format!(
                    "Les réponses vont de {lowest} à {highest}. Corrigez, ou dites que ce code veut dire « sans réponse »."
                ),
                _ => format!(
                    "Answers go from {lowest} to {highest}. Correct it, or say that this code means “not answered”."
                ),
            }
        }
        RejectReason::Block { first, last, .. } => match visit.tag() {
            "fr" => {
                format!("Les réponses de {first} à {last} ne vont pas ensemble. Corrigez-les, ou videz-les toutes.")
            }
            _ => format!("The answers from {first} to {last} do not go together. Correct them, or empty all of them."),
        },
        RejectReason::TooFewFields { found, expected, .. } => match visit.tag() {
            "fr" => format!("La ligne a {found} cases sur {expected}. Complétez-la."),
            _ => format!("The row has {found} fields of {expected}. Complete it."),
        },
        RejectReason::TooManyFields { found, expected } => match visit.tag() {
            "fr" => format!(
                "La ligne a {found} cases pour {expected} colonnes. Mettez entre guillemets le texte qui contient un séparateur."
            ),
            _ => {
                format!("The row has {found} fields for {expected} columns. Quote the text that contains a separator.")
            }
        },
        _ => visit.t("Cette ligne ne se lit pas.", "This row cannot be read.").to_owned(),
    }
}

/// Why a file cannot be read as it is, and what to do.
pub(super) fn trouble(visit: &Visit, error: &Error) -> String {
    match error {
        Error::Empty { .. } => visit.t(
            "Le fichier est vide. Il faut une première ligne avec les noms des colonnes, puis une ligne par personne.",
            "The file is empty. It needs a first line with the names of the columns, then a row for each person.",
        ),
        Error::Utf16 { .. } => visit.t(
            "Le fichier est codé en UTF-16. Enregistrez-le comme « CSV UTF-8 » et envoyez-le à nouveau.",
            "The file is coded in UTF-16. Save it as “CSV UTF-8” and send it again.",
        ),
        Error::NoHeader { .. } => visit.t(
            "Aucune colonne ne porte le nom d’un item. La première ligne contient-elle les noms des colonnes ?",
            "No column has the name of an item. Does the first line hold the names of the columns?",
        ),
        Error::EndlessLine { .. } => visit.t(
            "Une ligne ne finit pas. Est-ce bien un fichier de réponses ?",
            "A line does not end. Is this a file of answers?",
        ),
        Error::Header { problems, .. } => {
            return match visit.tag() {
                "fr" => "Les colonnes ne vont pas avec ce questionnaire : il en manque, un nom est là deux fois, ou le \
                         fichier vient d’une forme plus longue. Revoyez le questionnaire et les colonnes."
                    .to_owned(),
                _ => format!("The columns do not go with this questionnaire: {}.", problems.join("; ")),
            };
        }
        Error::Parquet { .. } => visit.t(
            "Ce fichier Parquet ne se lit pas. Écrivez-le à nouveau.",
            "This Parquet file cannot be read. Write it again.",
        ),
        Error::MessagePack { .. } | Error::MessagePackKey { .. } => visit.t(
            "Ce fichier MessagePack ne se lit pas : il faut d’abord les noms des colonnes, puis un tableau par personne.",
            "This MessagePack file cannot be read: it needs the names of the columns first, then one array a person.",
        ),
        Error::Rejected { place, reason: why } | Error::Unreadable { place, reason: why } => {
            let row = n(visit, place.row);
            let column = place.column.as_ref().map(|column| format!(", {} {column}", visit.t("colonne", "column")));
            let place = format!("{} {row}{}", visit.t("Ligne", "Row"), column.unwrap_or_default());
            return format!("{place}{}{}", visit.t(" : ", ": "), reason(visit, why));
        }
        _ => visit.t(
            "Le fichier ne va pas avec ce qui est demandé. Revoyez les colonnes.",
            "The file does not go with what is asked for. Look at the columns again.",
        ),
    }
    .to_owned()
}

/// Why a file was not scored to its end.
pub(super) fn stopped(visit: &Visit, problem: &ScoringProblem) -> String {
    let row =
        problem.row.map(|row| format!(" ({} {}{})", visit.t("ligne", "row"), n(visit, row), column(visit, problem)));
    let text = match problem.kind {
        ProblemKind::Internal => visit
            .t("La faute est de notre côté. Envoyez le fichier à nouveau", "The fault is ours. Send the file again"),
        ProblemKind::InvalidQuery | ProblemKind::NoSuchInstrument => visit.t(
            "Le questionnaire ou la norme n’existe plus. Envoyez le fichier à nouveau avec une autre comparaison",
            "The questionnaire or the norm is gone. Send the file again with another comparison",
        ),
        _ => visit.t(
            "Le fichier ne se lit pas jusqu’au bout. Corrigez-le et envoyez-le à nouveau",
            "The file cannot be read to its end. Correct it and send it again",
        ),
    };
    format!("{text}{}.", row.unwrap_or_default())
}

fn column(visit: &Visit, problem: &ScoringProblem) -> String {
    let column = problem.column.as_ref();
    column.map_or_else(String::new, |column| format!(", {} {column}", visit.t("colonne", "column")))
}

/// What the key audit found, and what to look at.
pub(super) fn audit(visit: &Visit, note: &AuditNote) -> String {
    let french = visit.tag() == "fr";
    match note {
        AuditNote::AgainstScale { item, scale, n: people } => {
            let people = n(visit, *people);
            if french {
                format!(
                    "L’item {item} va à l’encontre de son échelle {scale} (n = {people}). Sa colonne a-t-elle déjà été inversée ?"
                )
            } else {
                format!("Item {item} runs against its scale {scale} (n = {people}). Was its column turned before?")
            }
        }
        AuditNote::Identical { items, n: people } => {
            let (items, people) = (items.join(", "), n(visit, *people));
            if french {
                format!(
                    "Les items {items} ont la même réponse chez chacune des {people} personnes. Une colonne a-t-elle été copiée ?"
                )
            } else {
                format!("Items {items} have the same answer from every one of {people} people. Was a column copied?")
            }
        }
        AuditNote::Constant { item } if french => {
            format!("L’item {item} a la même réponse chez tout le monde. Sa colonne est-elle remplie ?")
        }
        AuditNote::Constant { item } => {
            format!("Item {item} has the same answer from everybody. Is its column filled in?")
        }
        AuditNote::Impossible { column, n: rows } => {
            let few = u32::try_from(*rows).unwrap_or(u32::MAX);
            let word = visit.n(&few, &["ligne", "lignes"], &["row", "rows"]);
            let rows = n(visit, *rows);
            if french {
                format!(
                    "La colonne {column} contient une réponse impossible dans {rows} {word}. Un code veut-il dire « sans réponse » ?"
                )
            } else {
                format!("Column {column} holds an impossible answer in {rows} {word}. Does a code mean “not answered”?")
            }
        }
    }
}

/// Why a row has no place in the norm.
pub(super) fn no_place(visit: &Visit, reason: &NoNormScore) -> &'static str {
    match reason {
        NoNormScore::SexNeeded | NoNormScore::CombinedNotOffered => {
            visit.t("le sexe n’est pas connu et la norme le demande", "the sex is not known, and the norm asks for it")
        }
        NoNormScore::NoStratumForSex { sex: Sex::Female } => {
            visit.t("la norme n’a pas de femmes", "the norm has no women")
        }
        NoNormScore::NoStratumForSex { .. } => visit.t("la norme n’a pas d’hommes", "the norm has no men"),
        NoNormScore::AgeMissing => visit.t("l’âge manque", "the age is missing"),
        NoNormScore::AgeUnreadable => visit.t("l’âge n’est pas un nombre", "the age is no number"),
        NoNormScore::AgeImpossible => visit.t("l’âge est impossible", "the age is impossible"),
        NoNormScore::NoStratumForAge { .. } => visit.t("l’âge est hors de la norme", "the age is outside the norm"),
        _ => visit.t("la norme ne comprend pas ces personnes", "the norm does not hold these people"),
    }
}
