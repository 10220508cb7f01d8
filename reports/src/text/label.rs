//! Short words: axes, headings, table heads, cards.

use super::{Language, number};
use crate::view::{
    CombinedBecause, NormCardView, NormKind, RawView, RestitutionView, Standardization, Status, Stratum,
};

words! {
    /// Where a score lies beyond what a norm knows.
    no_place_on_norm: "hors de la portée de la norme", "beyond the reach of the norm";
    /// Name of the average band.
    average_band: "zone moyenne", "average range";
    /// How many people are in the band.
    two_in_three: "environ deux personnes sur trois", "about two people in three";
    /// Left end of the profile.
    lower: "plus bas", "lower";
    /// Right end of the profile.
    higher: "plus haut", "higher";
    /// Left end of the profile, where there is room.
    lower_than_most: "plus bas que la plupart", "lower than most";
    /// Right end of the profile, where there is room.
    higher_than_most: "plus haut que la plupart", "higher than most";
    /// Name of the percentile axis.
    percentile_rank: "rang centile", "percentile rank";
    /// Name of the T axis.
    t_score: "note T", "T score";
    /// Head of the column of ranks.
    rank: "rang", "rank";
    /// Head of the column of intervals.
    margin: "marge", "margin";
    /// Unit of raw scores.
    points: "points", "points";
    /// A bracket around scales whose order is not settled.
    order_not_settled: "ordre non établi", "order not settled";
    /// A bracket around scales of which some differ for sure.
    order_partly_settled: "ordre établi en partie", "order settled in part";
    /// Where scales have different ranges: left end of the axis.
    lowest_possible: "le plus bas possible", "lowest possible";
    /// Where scales have different ranges: right end of the axis.
    highest_possible: "le plus haut possible", "highest possible";
    /// On every output made of simulated data.
    simulated: "données simulées", "simulated data";
    /// Longer form of the same, for a banner.
    simulated_banner: "Données simulées. Personne n'a donné ces réponses ; elles servent à montrer le document.",
        "Simulated data. Nobody gave these answers; they serve to show the document.";
    /// Heading of the opening sentences.
    in_brief: "En bref", "In brief";
    /// Heading of the explanation of intervals.
    how_to_read_margin: "Comment lire la marge", "How to read the margin";
    /// Heading of the sentences.
    in_plain_words: "En clair", "In plain words";
    /// Heading of the table.
    same_numbers: "Les mêmes chiffres en tableau", "The same numbers as a table";
    /// Heading of the limits.
    what_not_said: "Ce que cela ne dit pas", "What this does not say";
    /// Heading of the norm card.
    norm_card: "Fiche de la norme", "About the norm";
    /// Heading of the measurement notes.
    measurement: "Comment c'est mesuré", "How it is measured";
    /// Heading of the remarks on the answers.
    answers: "Vos réponses", "Your answers";
    /// Heading of what the person wrote.
    own_words: "Avec vos mots", "In your own words";
    /// Heading of the differences that exceed their error.
    settled_differences: "Les écarts plus grands que leur marge", "Differences larger than their margin";
    /// Low end of a scale in words.
    low_end: "Note basse", "Low score";
    /// High end of a scale in words.
    high_end: "Note haute", "High score";
    /// Opener of the rule behind a sentence.
    where_from: "Pourquoi ce texte ?", "Why this text?";
    /// The mark of a person on a sentence in which they do not recognize themselves.
    not_me: "Vous avez noté : « pas moi ».", "You noted: “not me”.";
    /// Head of the column of ranges.
    range_head: "échelle", "scale";
    /// Table head.
    scale: "Échelle", "Scale";
    /// Table head.
    answered: "Réponses comptées", "Answers counted";
    /// Table head.
    raw_points: "Points", "Points";
    /// Table head.
    t_head: "Note T", "T score";
    /// Table head.
    rank_head: "Rang centile", "Percentile rank";
    /// Name of the side column.
    about_results: "Limites et mesure", "Limits and measurement";
    /// The norm, in the provenance.
    norm: "norme", "norm";
    /// Added to the answers counted.
    prorated: "prorata", "prorated";
    /// Name of the program in the provenance.
    engine: "calculé avec bilan", "calculated with bilan";
    /// Skip link.
    skip: "Aller au contenu", "Skip to content";
    /// Default line above the title.
    personal: "Restitution personnelle", "Personal results";
    /// What the document is.
    owner: "Ce document vous appartient. Rien ici n'est un verdict : ce sont des tendances, mesurées avec une marge, à rapprocher de ce que vous avez vécu.",
        "This document is yours. Nothing in it is a verdict: these are tendencies, measured with a margin, to compare with your own experience.";
    /// Title of the drawing.
    profile_title: "Profil avec marges", "Profile with margins";
    /// Title of the drawing.
    bars_title: "Notes en points, avec marges", "Scores in points, with margins";
    /// Title of the drawing, interests.
    hexagon_title: "Hexagone des intérêts", "Hexagon of interests";
    /// Title of the drawing, any other circle.
    circle_title: "Échelles sur leur cercle", "Scales on their circle";
    /// Title of the drawing of self and entourage.
    paired_title: "Vous et votre entourage, échelle par échelle", "You and the people around you, scale by scale";
    /// Legend of the person's own mean, with its margin.
    you_with_margin: "vous, avec la marge", "you, with the margin";
    /// Legend of the person's own mean.
    you: "vous", "you";
    /// Name of the person's own line.
    you_row: "Vous", "You";
    /// Legend of the mean of a group.
    mean_of_a_group: "moyenne d'un groupe", "mean of a group";
    /// Legend of the line between two points.
    gap_beyond_margin: "écart au-delà de la marge", "difference beyond the margin";
    /// In the place of a figure that is withheld, where there is little room.
    not_shown: "non montré", "not shown";
    /// Beside the name of a scale, where the person's own mean is missing.
    own_score_missing: "sans votre moyenne", "without your mean";
    /// A difference beyond the margin of error.
    beyond_margin: "au-delà de la marge", "beyond the margin";
    /// A difference within the margin of error.
    within_margin: "dans la marge", "within the margin";
    /// A scale of which two dates are not compared.
    not_compared: "non comparé", "not compared";
    /// How the difference of two dates is taken.
    second_minus_first: "seconde − première date", "second − first date";
    /// Head of the column of differences of two dates, in T.
    difference_in_t: "écart en T", "difference in T";
    /// Head of the column of differences of two dates, in points.
    difference_in_points: "écart en points", "difference in points";
    /// Head of the column of means.
    mean_head: "moyenne", "mean";
    /// Head of the column of what differences amount to.
    gap_head: "écart", "difference";
    /// Heading of the differences in words.
    gaps_in_words: "Les écarts en mots", "The differences in words";
    /// Heading of the changes in words.
    changes_in_words: "Échelle par échelle", "Scale by scale";
    /// Heading of the groups that were asked.
    who_answered: "Qui a répondu", "Who answered";
    /// Heading of the comments.
    comments: "Ce qui a été écrit", "What was written";
    /// Over comments of groups that are mixed.
    mixed_groups: "Plusieurs groupes ensemble", "Several groups together";
    /// Where a question has no comment.
    no_comment: "Aucun commentaire n'est montré.", "No comment is shown.";
    /// Heading of what must be read with the figures.
    to_read_with_it: "À lire avec ces chiffres", "To be read with these figures";
    /// Line above the title of a feedback.
    feedback_kicker: "Retour de l'entourage", "Feedback from the people around you";
    /// Line above the title of two dates.
    two_dates_kicker: "Deux dates, un questionnaire", "Two dates, one questionnaire";
}

/// The two words of "page 1 sur 5".
#[must_use]
pub fn page_of(language: Language) -> (String, String) {
    ("page".to_owned(), language.say("sur", "of"))
}

/// "échelle de 1 à 5".
#[must_use]
pub fn scale_from_to(language: Language, raw: &RawView) -> String {
    let ends = number::raw_range(language, raw);
    language.say(&format!("échelle de\u{a0}{ends}"), &format!("scale from\u{a0}{ends}"))
}

/// "marge à 95 %".
#[must_use]
pub fn margin_at(language: Language, level: f64) -> String {
    let level = number::percent(language, level);
    language.say(&format!("marge à {level}"), &format!("{level} margin"))
}

/// How far the inventory is standardized, for the line under its heading: status, group, simulated.
#[must_use]
pub fn status_line(view: &RestitutionView) -> String {
    let language = view.language;
    let mut parts = vec![status(language, view.status)];
    if let Some(norm) = &view.norm {
        parts.push(match norm.n {
            Some(n) => {
                let n = number::count(language, n);
                language.say(&format!("comparaison à {n}\u{a0}personnes"), &format!("compared with {n} people"))
            }
            None => {
                language.say("comparaison à un groupe de taille non connue", "compared with a group of unknown size")
            }
        });
    }
    if view.simulated {
        parts.push(simulated(language));
    }
    super::capital(&parts.join(" · "))
}

/// The status alone.
#[must_use]
pub fn status(language: Language, status: Status) -> String {
    match status {
        Status::OriginalNotStandardized => language.say(
            "questionnaire nouveau, sans groupe de comparaison pour l'instant",
            "new questionnaire, no comparison group yet",
        ),
        Status::PublishedKey => language
            .say("compté selon la méthode publiée du questionnaire", "scored by the questionnaire's published method"),
        Status::Standardized => language.say("avec un groupe de comparaison", "with a comparison group"),
    }
}

/// One term and its description in a card.
pub type Fact = (String, String);

/// The norm card, term by term.
#[must_use]
pub fn norm_facts(language: Language, norm: &NormCardView) -> Vec<Fact> {
    let word = |french: &str, english: &str| language.say(french, english);
    let people = match norm.n {
        Some(n) => {
            let n = number::count(language, n);
            word(&format!("{n}\u{a0}personnes"), &format!("{n} people"))
        }
        None => word("Non connu", "Not known"),
    };
    let kind = match norm.kind {
        NormKind::Standardization => word(
            "Étalonnage sur un échantillon tiré pour représenter la population",
            "Standardization on a sample drawn to represent the population",
        ),
        NormKind::ConvenienceSample => word(
            "Échantillon publié de personnes volontaires, non représentatif de la population",
            "Published sample of volunteers, not representative of the population",
        ),
        NormKind::Local => word("Norme locale, propre à une organisation", "Local norm of one organisation"),
        NormKind::Simulated => word("Données simulées : aucune personne réelle", "Simulated data: no real people"),
    };
    let standardization = match norm.standardization {
        Standardization::Linear => word(
            "Linéaire : moyenne et écart type du groupe, la forme de la distribution est gardée",
            "Linear: mean and standard deviation of the group, the shape of the distribution is kept",
        ),
        Standardization::Normalized => word(
            "Normalisée : par les rangs centiles du groupe",
            "Normalized: through the percentile ranks of the group",
        ),
    };
    let mut facts = vec![
        (word("Norme", "Norm"), norm.title.clone()),
        (word("Groupe", "Group"), stratum(language, &norm.stratum)),
        (word("Effectif", "Number"), people),
        (word("Population", "Population"), norm.population.clone()),
        (word("Année", "Year"), norm.year.map_or_else(|| word("Non connue", "Not known"), |year| year.to_string())),
        (word("Nature", "Kind"), kind),
        (word("Source", "Source"), norm.source.clone()),
        (word("Conversion", "Conversion"), standardization),
        (word("Pondération", "Weighting"), norm.weighting.clone().unwrap_or_else(|| word("Aucune", "None"))),
    ];
    facts.push((
        word("Erreur du groupe", "Sampling error"),
        match norm.mean_standard_error {
            Some(error) => {
                let points = number::decimal(language, error, 1);
                word(
                    &format!("Erreur type de {points}\u{a0}point de T sur la moyenne"),
                    &format!("Standard error of {points} T points on the mean"),
                )
            }
            None => word("Non connue", "Not known"),
        },
    ));
    if let Some(version) = &norm.version {
        facts.push((word("Version", "Version"), version.clone()));
    }
    facts.extend(norm.notes.iter().map(|note| (word("Remarque", "Note"), note.clone())));
    facts
}

fn stratum(language: Language, stratum: &Stratum) -> String {
    match stratum {
        Stratum::Everyone => language.say("Tout le groupe de référence", "The whole reference group"),
        Stratum::One { description } => description.clone(),
        Stratum::Combined { description, because } => {
            let because = match because {
                CombinedBecause::SexNotGiven => language.pick("le sexe n'est pas indiqué", "the sex is not given"),
                CombinedBecause::Chosen => language.pick("choisi pour tout le monde", "chosen for everyone"),
            };
            language.say(
                &format!("{description} (groupe combiné, femmes et hommes à parts égales : {because})"),
                &format!("{description} (combined group, women and men in equal parts: {because})"),
            )
        }
    }
}
