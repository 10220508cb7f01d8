//! Words of documents other than the restitution: battery, technical profile, synthesis, attendance, destruction.

use super::{Language, number};

words! {
    /// Title of the restitution of several inventories.
    battery_title: "Ce que vos réponses suggèrent", "What your answers suggest";
    /// Last chapter of a restitution of several inventories.
    your_remarks: "Vos remarques", "Your remarks";
    /// What it asks for.
    remarks_prompt: "Ce que vous reconnaissez, ce qui vous surprend, ce dont vous voulez parler.",
        "What you recognize, what surprises you, what you want to talk about.";
    /// Lines to write on, for those who do not see them.
    room_to_write: "Place pour écrire", "Room to write";
    /// Title of the consultant's document.
    technical_title: "Profil technique", "Technical profile";
    /// In the line above its title.
    for_consultant: "pour le consultant", "for the consultant";
    /// What it is.
    technical_lead: "Les chiffres, leurs marges et ce qui les fonde, pour préparer l'entretien. Ce document ne remplace pas la restitution faite à la personne.",
        "The figures, their margins and what they rest on, to prepare the interview. This document does not replace the restitution to the person.";
    /// Heading of a table.
    scores_and_errors: "Notes et erreurs de mesure", "Scores and errors of measurement";
    /// Heading of the drawings of a norm's distribution.
    place_in_norm: "Place dans la norme", "Place in the norm";
    /// How their shares are counted.
    norm_shares_note: "La part d'une tranche est la différence des rangs centiles de ses deux bouts, lus dans la table de la norme. Qui est juste sur un bout compte pour moitié de chaque côté.",
        "The share of a stretch is the difference of the percentile ranks of its two ends, read from the norm's table. Whoever stands exactly on an end counts half on each side.";
    /// Table head: share of the people of a norm.
    share_of_norm: "Part de la norme", "Share of the norm";
    /// How a document for the consultant calls the person.
    the_person: "la personne", "the person";
    /// Heading of rules.
    scoring_rules: "Règles de calcul", "Scoring rules";
    /// Heading of sources.
    reliability_sources: "D'où viennent les fidélités", "Where the reliabilities come from";
    /// Table head: standard error of measurement.
    standard_error_head: "Erreur type (points)", "Standard error (points)";
    /// Table head: what an error rests on, a reliability or the spread of the answers.
    reliability_head: "Erreur d'après", "Error from";
    /// Where an error rests on the person's own answers.
    own_spread: "ses réponses", "own answers";
    /// Heading of a chapter.
    what_can_be_told_apart: "Ce qui se distingue", "What can be told apart";
    /// Heading.
    interest_code: "Code d'intérêts", "Interest code";
    /// Heading.
    pairs_told_apart: "Paires d'échelles", "Pairs of scales";
    /// Where no pair differs.
    no_pair_told_apart: "Aucune paire ne se distingue au-delà de la marge d'erreur.", "No pair can be told apart beyond the margin of error.";
    /// Heading of a chapter.
    how_answered: "Comment les questions ont été répondues", "How the questions were answered";
    /// Caption of the panel.
    quality_panel: "Des questions à poser, non des verdicts", "Questions to ask, not verdicts";
    /// The group of comparison.
    compared_with: "Comparé à", "Compared with";
    /// Table head.
    index_head: "Indice", "Index";
    /// Table head.
    value_head: "Valeur", "Value";
    /// Heading of indices that have no value.
    without_value: "Sans valeur ici", "Without a value here";
    /// Table head.
    reading_head: "Ce qu'il regarde", "What it looks at";
    /// Table head.
    limits_head: "Ce qu'il ne dit pas", "What it cannot say";
    /// Heading of a chapter.
    item_answers: "Réponses question par question", "Answers question by question";
    /// Its caption.
    item_answers_caption: "« − » : la réponse compte en sens inverse pour cette échelle", "“−”: the answer counts in reverse for this scale";
    /// Table head.
    question_head: "Question", "Question";
    /// Table head.
    answer_head: "Réponse", "Answer";
    /// Table head.
    counts_for_head: "Compte pour", "Counts for";
    /// In place of an answer.
    no_answer: "pas de réponse", "no answer";
    /// Title of the feedback of the entourage.
    feedback_title: "Votre regard et celui de votre entourage", "Your view and that of the people around you";
    /// Title of the group report.
    group_title: "Les réponses d'un groupe", "The answers of a group";
    /// Title of two dates.
    two_dates_title: "Deux dates côte à côte", "Two dates side by side";
    /// Where a date has no name.
    first_date: "première date", "first date";
    /// Where a date has no name.
    second_date: "seconde date", "second date";
    /// Title.
    synthesis_title: "Document de synthèse", "Synthesis document";
    /// What it is.
    synthesis_lead: "Ce document appartient à la personne qui a fait le bilan. Personne d'autre ne le reçoit sans son accord.",
        "This document belongs to the person whose bilan it was. Nobody else receives it without their agreement.";
    /// In the line above the title of a draft.
    draft: "projet de texte", "draft";
    /// Said of a draft.
    draft_banner: "Texte de travail, non encore remis.", "Working text, not yet handed over.";
    /// Where a section is empty.
    not_written_yet: "Cette partie n'est pas encore écrite.", "This part is not written yet.";
    /// Section.
    synthesis_circumstances: "Les circonstances du bilan", "Circumstances of the bilan";
    /// Section.
    synthesis_competences: "Compétences et aptitudes au regard des perspectives", "Competences and aptitudes in view of the perspectives";
    /// Section.
    synthesis_project: "Le projet et ses alternatives", "The project and its alternatives";
    /// Section.
    synthesis_steps: "Les étapes prévues", "The steps planned";
    /// Section.
    synthesis_training: "La formation envisagée", "The training considered";
    /// Section.
    synthesis_remarks: "Observations de la personne", "The person's remarks";
    /// Heading.
    signatures: "Signatures", "Signatures";
    /// Who signs.
    the_beneficiary: "Bénéficiaire", "Beneficiary";
    /// Who signs.
    the_consultant: "Consultant", "Consultant";
    /// To be filled in.
    place_and_date: "Lieu et date :", "Place and date:";
    /// To be filled in.
    signature: "Signature :", "Signature:";
    /// Title.
    attendance_title: "Attestation d'assiduité", "Certificate of attendance";
    /// Heading.
    attendance_heading: "Temps de présence", "Time attended";
    /// Caption of the table.
    attendance_caption: "Chaque rencontre, et le temps passé sur les questionnaires", "Each meeting, and the time spent on questionnaires";
    /// What the document leaves out.
    attendance_limits: "Cette attestation ne dit rien de ce qui a été échangé, ni d'aucun résultat.", "This certificate says nothing of what was exchanged, nor of any result.";
    /// Without an entry.
    no_attendance: "Aucun temps de présence n'est enregistré.", "No time attended is recorded.";
    /// Table head.
    day_head: "Jour", "Day";
    /// Table head.
    time_head: "Horaire", "Time";
    /// Table head.
    form_head: "Forme", "Form";
    /// Table head.
    phase_head: "Phase", "Phase";
    /// Table head.
    duration_head: "Durée", "Duration";
    /// Sum of durations.
    total: "Total", "Total";
    /// Title.
    destruction_title: "Reçu de destruction", "Destruction receipt";
    /// What it is.
    destruction_lead: "Ce reçu dit ce qui a été détruit, sans nommer personne. Les données détruites ne peuvent plus être lues, par quiconque.",
        "This receipt says what was destroyed, and names nobody. The destroyed data can no longer be read, by anyone.";
    /// Heading.
    what_was_destroyed: "Ce qui a été détruit", "What was destroyed";
    /// Heading.
    what_stays: "Ce qui reste", "What stays";
    /// Where nothing stays.
    nothing_stays: "Rien ne reste.", "Nothing stays.";
    /// Heading.
    how_to_check: "Comment vérifier ce reçu", "How to check this receipt";
    /// How it is done.
    how_to_check_receipt: "La signature se vérifie hors ligne, avec le fichier du reçu et les clés publiées. Le code confidentiel remis avec le reçu montre qu'il porte sur votre bilan : gardez-le, il n'est conservé nulle part ailleurs.",
        "The signature can be checked offline, with the file of the receipt and the published keys. The secret code handed over with the receipt shows that it is about your bilan: keep it, it is kept nowhere else.";
    /// Closing line.
    receipt_counts: "Seul le fichier signé fait foi ; ce document le donne à lire.", "Only the signed file is proof; this document makes it readable.";
    /// Term of a card.
    signing_key: "Clé de signature", "Signing key";
    /// Term of a card.
    commitment: "Engagement sur le bilan", "Commitment to the bilan";
    /// Term of a card.
    confirmed_by: "Confirmé par", "Confirmed by";
    /// Term of a card.
    signed_on: "Signé le", "Signed on";
}

/// "Question 12".
#[must_use]
pub fn question_number(language: Language, place: usize) -> String {
    language.say(&format!("Question {place}"), &format!("Question {place}"))
}

/// How many questions were answered.
#[must_use]
pub fn answers_counted(language: Language, n: &str) -> String {
    language.say(&format!("Questions répondues : {n}."), &format!("Questions answered: {n}."))
}

/// "remis le 3 novembre 2026".
#[must_use]
pub fn handed_over_on(language: Language, day: &str) -> String {
    language.say(&format!("remis le {day}"), &format!("handed over on {day}"))
}

/// What a certificate of attendance certifies.
#[must_use]
pub fn attendance_statement(
    language: Language,
    beneficiary: &str,
    consultant: &str,
    organisation: Option<&str>,
    total: &str,
) -> String {
    let (by, of) = match organisation {
        Some(house) => (format!("{house} atteste que"), format!("{house} certifies that")),
        None => ("Il est attesté que".to_owned(), "It is certified that".to_owned()),
    };
    language.say(
        &format!("{by} {beneficiary} a suivi un bilan de compétences avec {consultant}, pour une durée totale de {total}."),
        &format!("{of} {beneficiary} attended a skills assessment (bilan de compétences) with {consultant}, for {total} in all."),
    )
}

/// When a destruction was signed.
#[must_use]
pub fn destroyed_on(language: Language, day: &str) -> String {
    language.say(
        &format!(
            "Les clés des documents suivants ont été détruites ; la destruction a été confirmée et signée le {day}."
        ),
        &format!(
            "The keys of the following documents were destroyed; the destruction was confirmed and signed on {day}."
        ),
    )
}

/// How many keys were destroyed.
#[must_use]
pub fn keys_destroyed(language: Language, n: usize) -> String {
    let told = number::count(language, n as u64);
    match n {
        0 | 1 => language.say(&format!("{told}\u{a0}clé détruite."), &format!("{told}\u{a0}key destroyed.")),
        _ => language.say(&format!("{told}\u{a0}clés détruites."), &format!("{told}\u{a0}keys destroyed.")),
    }
}

/// What stays, and until when at the latest.
#[must_use]
pub fn stays_until(language: Language, kind: &str, day: &str) -> String {
    language.say(&format!("{kind} : jusqu'au {day} au plus tard."), &format!("{kind}: until {day} at the latest."))
}
