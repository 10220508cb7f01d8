//! Words that several pages need: rules that stand against something, phases, kinds of documents.

use reports::text::Language;

use super::look::{Problem, Problems};
use super::visit::Visit;
use crate::error::FieldProblem;
use crate::records::bilan::Phase;
use crate::records::grant::DocumentClass;
use crate::records::writing::SynthesisText;
use crate::services::audit::Verb;
use crate::services::error::Refusal;

/// Why something is not possible, to the person who tried.
pub(super) fn refusal<'t>(visit: &Visit, refusal: Refusal) -> &'t str {
    match refusal {
        Refusal::ConsentMissing => visit.t(
            "Rien ne peut être demandé avant l’accord de la personne qui fait le bilan.",
            "Nothing can be asked before the person whose bilan it is has agreed.",
        ),
        Refusal::NoSuchStep => visit.t(
            "Le bilan ne peut pas passer de sa phase actuelle à celle-là.",
            "The bilan does not go from its present phase to that one.",
        ),
        Refusal::Undelivered => visit.t(
            "Le bilan ne peut pas se terminer avant que les résultats et la synthèse soient remis.",
            "The bilan cannot end before the results and the synthesis are handed over.",
        ),
        Refusal::Over => visit.t("Le bilan est terminé.", "The bilan is over."),
        Refusal::TooLateToConsent => visit.t(
            "Les dix jours pour décider sont passés ; le silence vaut refus.",
            "The ten days to decide have passed; silence means refusal.",
        ),
        Refusal::ConsentGiven => visit.t("L’accord est déjà donné.", "Consent is given already."),
        Refusal::ConsentTextChanged => visit.t(
            "Le texte a changé depuis que vous l’avez lu. Relisez-le avant de décider.",
            "The text has changed since you read it. Read it again before you decide.",
        ),
        Refusal::NotQualified => visit.t(
            "Votre habilitation pour ce questionnaire n’est pas enregistrée. Un administrateur peut le faire.",
            "Your qualification for this questionnaire is not recorded. An administrator can do so.",
        ),
        Refusal::NoWording => visit.t(
            "Ce questionnaire n’existe pas dans cette langue.",
            "This questionnaire cannot be given in this language.",
        ),
        Refusal::NotUnderWay => visit.t(
            "Ce questionnaire n’est pas en cours.",
            "This questionnaire is not under way.",
        ),
        Refusal::Submitted => visit.t(
            "Ce questionnaire est envoyé ; les réponses ne changent plus.",
            "This questionnaire has been sent; its answers do not change any more.",
        ),
        Refusal::Withdrawn => visit.t("Ce questionnaire a été retiré.", "This questionnaire was withdrawn."),
        Refusal::AlreadyWithdrawn => visit.t("Cette rencontre est déjà retirée.", "This meeting was withdrawn already."),
        Refusal::TimeOver => visit.t(
            "Le temps de cette partie est écoulé. Ce qui était enregistré compte.",
            "The time of this part is over. What was saved counts.",
        ),
        Refusal::NotReleasable => visit.t(
            "Les résultats se remettent en entretien, dans la phase de conclusion, ou à la demande de la personne.",
            "Results are handed over in an interview, in the conclusions phase, or at the person’s own request.",
        ),
        Refusal::NoSynthesis => visit.t(
            "Le document de synthèse n’est pas encore écrit.",
            "The synthesis document is not written yet.",
        ),
        Refusal::AnswersGone => visit.t(
            "Les réponses derrière ce résultat ont été détruites ; les notes restent lisibles.",
            "The answers behind this result were destroyed; its scores can still be read.",
        ),
        Refusal::ConsultantsGrant => visit.t(
            "La personne qui conduit votre bilan lit avec votre accord. Pour y mettre fin, changez de consultant ou faites tout effacer.",
            "Your consultant reads by your consent. To end it, change consultants or have everything erased.",
        ),
        Refusal::EmployerDetail => visit.t(
            "Un employeur peut savoir que le bilan existe et ses dates, rien de plus.",
            "An employer may know that the bilan exists and its dates, and nothing more.",
        ),
        Refusal::TermTooLong => visit.t(
            "La durée va de 1 à 365 jours.",
            "The time is from 1 to 365 days.",
        ),
        Refusal::Revoked => visit.t("Ce partage est déjà terminé.", "This sharing has ended already."),
        Refusal::NotIssued => visit.t(
            "La destruction attend une copie du coffre des clés. Réessayez plus tard.",
            "The destruction waits for a replica of the key store. Try again later.",
        ),
        Refusal::NoPdf => visit.t(
            "Ce service ne fait pas de PDF. La même page existe en HTML.",
            "This service makes no PDF. The same page exists as HTML.",
        ),
        Refusal::AddressTaken => visit.t(
            "Cette adresse a déjà un compte.",
            "This address has an account already.",
        ),
        Refusal::WeakPassword => visit.t(
            "La phrase de passe a de 12 à 1024 caractères et n’est pas une phrase courante.",
            "The passphrase has 12 to 1024 characters and is not a common one.",
        ),
        Refusal::CodeNeeded => visit.t(
            "Ce lien s’ouvre avec le code qui vous a été transmis par un autre moyen.",
            "This link opens with the code that reached you another way.",
        ),
        Refusal::NoPassword => visit.t(
            "Ce compte n’a pas de phrase de passe ; il s’ouvre par un lien.",
            "This account has no passphrase; it opens by a link.",
        ),
        Refusal::SecondFactorSet => visit.t(
            "Le second facteur est déjà en place.",
            "The second factor is set up already.",
        ),
        Refusal::Closed => visit.t("Ce compte est fermé.", "The account is closed."),
        Refusal::NotComparable => visit.t(
            "Ces deux résultats ne viennent pas de la même version du questionnaire.",
            "These two results do not come from the same version of the questionnaire.",
        ),
        Refusal::ForeignExport => visit.t(
            "Ce fichier n’est pas un export signé par un service connu, ou il a été modifié.",
            "This file is no export signed by a known service, or it was changed.",
        ),
        Refusal::Frozen => visit.t(
            "La restitution à 360° est déjà remise et ne change plus.",
            "The 360° feedback was released already and does not change any more.",
        ),
        Refusal::SecondAdministrator => visit.t(
            "Un autre administrateur confirme : pas celui qui a réinitialisé l’accès, ni un compte créé depuis ou lui-même réinitialisé.",
            "Another administrator confirms: not the one who reset the access, nor an account made since or under reset itself.",
        ),
        Refusal::NoReset => visit.t(
            "Aucune réinitialisation n’attend de confirmation.",
            "No reset waits for a confirmation.",
        ),
        Refusal::OwnAccount => visit.t(
            "Un autre administrateur s’occupe de votre propre compte.",
            "Another administrator takes care of your own account.",
        ),
        Refusal::UnderReset => visit.t(
            "Votre accès a été réinitialisé et attend deux confirmations.",
            "Your access was reset and waits for two confirmations.",
        ),
        Refusal::WrongHouse => visit.t(
            "Cet organisme n’est pas de la sorte qu’il faudrait.",
            "This organisation is not of the kind that it would have to be.",
        ),
        Refusal::RoundNotReady => visit.t(
            "La personne n’a pas répondu pour elle-même, ou aucun groupe n’a assez de réponses.",
            "The self form is missing, or no group has enough answers.",
        ),
        _ => visit.t("L’état des choses ne le permet pas.", "The state of things does not allow it."),
    }
}

/// What the services found wrong, at the controls of a form.
pub(super) fn problems_of(visit: &Visit, found: &[FieldProblem]) -> Problems {
    let problem = |problem: &FieldProblem| {
        let control = problem.field.trim_start_matches('/').rsplit('/').next().unwrap_or_default();
        Problem::new(control, field(visit, problem))
    };
    Problems(found.iter().map(problem).collect())
}

/// What to do about a field that the services did not take.
fn field<'t>(visit: &Visit, problem: &FieldProblem) -> &'t str {
    match problem.field.as_str() {
        "/password" | "/passphrase" => visit.t(
            "Choisissez une phrase de passe de 12 caractères au moins, qui ne soit pas courante.",
            "Choose a passphrase of at least 12 characters that is not a common one.",
        ),
        "/current" => visit.t("Donnez la phrase de passe actuelle.", "Give the passphrase that holds now."),
        "/email" => visit.t("Donnez une adresse e-mail complète.", "Give a complete e-mail address."),
        "/recipient" => visit.t("Dites à qui vous ouvrez ce partage.", "Say whom you share with."),
        "/purpose" => visit.t("Dites à quoi cela servira.", "Say what it is for."),
        "/classes" => visit.t("Choisissez ce qui peut être lu.", "Choose what may be read."),
        "/days" => visit.t("Donnez une durée de 1 à 365 jours.", "Give a time of 1 to 365 days."),
        "/age" => {
            visit.t("Donnez un âge de 10 à 120 ans, ou laissez vide.", "Give an age of 10 to 120, or leave it out.")
        }
        "/language" => {
            visit.t("Choisissez une langue dans laquelle il existe.", "Choose a language in which it can be given.")
        }
        "/norm" => visit.t("Choisissez l’une des comparaisons.", "Choose one of the comparisons."),
        "/other_instrument" | "/instrument" => {
            visit.t("Choisissez l’un des questionnaires.", "Choose one of the questionnaires.")
        }
        "/to" => visit.t(
            "Donnez la fin d’une rencontre passée, douze heures au plus après le début.",
            "Give the end of a meeting that is over, twelve hours after its beginning at most.",
        ),
        "/funding/employer" => visit.t(
            "Donnez le nom d’un employeur inscrit dans ce service.",
            "Give the name of an employer on record in this service.",
        ),
        "/code" => visit.t(
            "Ce code ne convient pas : donnez un code de secours d’avant la réinitialisation.",
            "This code does not fit: give a recovery code from before the reset.",
        ),
        "section" => visit.t("Choisissez une partie chronométrée.", "Choose a timed part."),
        "/text" | "/circumstances" | "/competences" | "/project" | "/steps" | "/training" => visit
            .t("Raccourcissez ce texte : 20 000 caractères au plus.", "Shorten this text: 20,000 characters at most."),
        _ => visit.t("Cette réponse ne convient pas ici.", "This answer does not fit here."),
    }
}

/// The name of a phase.
pub(super) fn phase(language: Language, phase: Phase) -> &'static str {
    match phase {
        Phase::Proposed => say(language, "Proposé", "Proposed"),
        Phase::Engaged => say(language, "Accord donné", "Agreed"),
        Phase::Preliminary => say(language, "Phase préliminaire", "Preliminary phase"),
        Phase::Investigation => say(language, "Phase d’investigation", "Investigation phase"),
        Phase::Conclusions => say(language, "Phase de conclusion", "Conclusions phase"),
        Phase::Ended => say(language, "Terminé", "Ended"),
        Phase::Refused => say(language, "Refusé", "Refused"),
        Phase::Abandoned => say(language, "Abandonné", "Abandoned"),
    }
}

/// The sections of the synthesis: the name of each, and its heading in both languages.
pub(super) const SYNTHESIS: [(&str, [&str; 2]); 5] = [
    ("circumstances", ["Circonstances du bilan", "Circumstances of the bilan"]),
    (
        "competences",
        ["Compétences et aptitudes au regard du projet", "Competences and aptitudes in view of the project"],
    ),
    ("project", ["Projet et alternatives", "Project and alternatives"]),
    ("steps", ["Étapes de la réalisation", "Steps of its realisation"]),
    ("training", ["Formation", "Training"]),
];

/// What stands in a section of the synthesis.
pub(super) fn section_of<'t>(text: &'t SynthesisText, name: &str) -> &'t str {
    match name {
        "circumstances" => &text.circumstances,
        "competences" => &text.competences,
        "project" => &text.project,
        "steps" => &text.steps,
        _ => &text.training,
    }
}

/// The name of what may be read.
pub(super) fn class(language: Language, class: DocumentClass) -> &'static str {
    match class {
        DocumentClass::Dates => {
            say(language, "l’existence et les dates du bilan", "that the bilan exists, and its dates")
        }
        DocumentClass::Contact => say(language, "vos coordonnées", "your contact data"),
        DocumentClass::Progress => say(language, "l’avancement", "how far it is"),
        DocumentClass::Answers => say(language, "vos réponses", "your answers"),
        DocumentClass::Results => say(language, "vos résultats", "your results"),
        DocumentClass::Notes => say(language, "les notes d’entretien", "notes of interviews"),
        DocumentClass::Synthesis => say(language, "le document de synthèse", "the synthesis document"),
        DocumentClass::Documents => say(language, "d’autres documents", "other documents"),
        DocumentClass::Feedback => say(language, "la restitution à 360°", "the 360° feedback"),
    }
}

/// What was done, in the log of a bilan.
pub(super) fn deed(visit: &Visit, verb: Verb, kind: &str) -> String {
    let what = match kind {
        "result" => visit.t("un résultat", "a result"),
        "assignment" => visit.t("un questionnaire", "a questionnaire"),
        "synthesis" => visit.t("le document de synthèse", "the synthesis document"),
        "note" => visit.t("une note d’entretien", "a note of an interview"),
        "account" => visit.t("un compte", "an account"),
        "invitation" => visit.t("un lien d’accès", "a link"),
        "bilan" => visit.t("le bilan", "the bilan"),
        "document" => visit.t("un document", "a document"),
        "round" => visit.t("le tour à 360°", "the 360° round"),
        "follow_up" => visit.t("le suivi", "the follow-up"),
        "request" => visit.t("une demande d’accès", "a request for access"),
        _ => visit.t("un élément du bilan", "a part of the bilan"),
    };
    let done = match verb {
        Verb::Create => visit.t("A créé", "Made"),
        Verb::Read => visit.t("A lu", "Read"),
        Verb::Change => visit.t("A modifié", "Changed"),
        Verb::Withdraw => visit.t("A retiré", "Took back"),
        Verb::Grant => visit.t("A ouvert un partage", "Shared"),
        Verb::Revoke => visit.t("A mis fin à un partage", "Took back a share"),
        Verb::Release => visit.t("A remis", "Handed over"),
        Verb::Export => visit.t("A téléchargé", "Took away"),
        Verb::Destroy => visit.t("A détruit", "Destroyed"),
        Verb::SignIn => return visit.t("S’est connecté", "Signed in").to_owned(),
        Verb::SignInFailed => return visit.t("Une connexion a échoué", "A sign-in failed").to_owned(),
        Verb::SignOut => return visit.t("S’est déconnecté", "Signed out").to_owned(),
        Verb::Reset => visit.t("A réinitialisé", "Reset"),
        Verb::Suspend => visit.t("A suspendu un accès", "Put an access to sleep"),
        Verb::Resume => visit.t("A rétabli un accès", "Woke an access"),
        Verb::Invite => visit.t("A préparé un lien", "Made a link"),
        Verb::Enter => return visit.t("Est entré par un lien", "Came in by a link").to_owned(),
    };
    format!("{done}{} {what}", visit.t("\u{a0}:", ":"))
}

const fn say(language: Language, french: &'static str, english: &'static str) -> &'static str {
    match language {
        Language::French => french,
        Language::English => english,
    }
}
