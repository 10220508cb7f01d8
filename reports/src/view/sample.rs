//! Invented results for documentation, tests and the sample drawings. Nobody gave these answers.

use super::{
    BandView, Basis, CombinedBecause, Interval, IntervalKind, InventoryKind, NormCardView, NormKind, OrderView,
    ProvenanceView, RankView, RawView, RestitutionView, RuleGround, RuleView, ScaleView, SentenceView, StandardView,
    Standardization, Status, Stratum, UncertaintyView, ViewProblem,
};
use crate::text::Language;
use crate::text::reason::{NoInterval, NoScore, NoStandard};

/// All samples in one language.
#[must_use]
pub fn all(language: Language) -> Vec<RestitutionView> {
    vec![
        interests(language),
        five_scales(language),
        thirty_five_scales(language),
        two_scales(language),
        long_names(language),
    ]
}

/// Six interests with a circular order, without a norm; one scale prorated; the order of the first three not settled.
#[must_use]
pub fn interests(language: Language) -> RestitutionView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let scales = [
        ("R", word("Réaliste", "Realistic"), 13.0, 4.6, 10),
        ("I", word("Investigateur", "Investigative"), 29.0, 4.1, 10),
        ("A", word("Artistique", "Artistic"), 26.0, 5.3, 10),
        ("S", word("Social", "Social"), 31.0, 3.9, 10),
        ("E", word("Entreprenant", "Enterprising"), 20.0, 4.4, 10),
        ("C", word("Conventionnel", "Conventional"), 11.0 + 1.0 / 9.0, 4.9, 9),
    ];
    let scales = scales.into_iter().map(|(id, name, value, half, answered)| {
        let raw = RawView::new(value, 0.0, 40.0)
            .map_err(misprint)
            .map(|raw| if answered < 10 { raw.prorated() } else { raw });
        ScaleView {
            answered,
            n_items: 10,
            raw,
            uncertainty: around(value, half, Basis::WithinPerson),
            ..blank(id, name)
        }
    });
    let mut scales: Vec<ScaleView> = scales.collect();
    scales[3].sentence = Some(SentenceView {
        text: word(
            "Vous semblez chercher des activités où l'on accompagne et où l'on fait grandir quelqu'un ; ces verbes reviennent dans vos réponses.",
            "You seem to look for activities where someone is supported and helped to grow; these verbs come back in your answers.",
        ),
        rule: Some(RuleView {
            id: "S.high".to_owned(),
            band: BandView::High,
            ground: RuleGround::Points { lowest: 27.0, highest: 40.0 },
            is_cautious: false,
            words: word(
                "Votre note est dans le tiers du haut des notes possibles (27 à 40).",
                "Your score is in the upper third of the possible scores (27 to 40).",
            ),
        }),
        is_not_me: true,
    });
    scales[0].sentence = Some(SentenceView {
        text: word(
            "Les tâches techniques vous attirent moins. Cela laisse du temps à ce qui vous porte, et dit de quel soutien vous entourer.",
            "Technical tasks attract you less. That leaves time for what carries you, and tells what support to look for.",
        ),
        rule: None,
        is_not_me: false,
    });
    RestitutionView {
        circle: Some(vec![0, 1, 2, 3, 4, 5]),
        order: Some(OrderView {
            groups: vec![vec![3, 1, 2], vec![4], vec![0, 5]],
            sentence: word(
                "Social, Investigateur et Artistique se détachent ; leur ordre n'est pas établi.",
                "Social, Investigative and Artistic stand out; their order is not settled.",
            ),
            partly_settled: Vec::new(),
            differences: Vec::new(),
            notes: Vec::new(),
        }),
        scoring: vec![word(
            "Chaque réponse compte de 0 à 4 ; la note est la somme de dix réponses.",
            "Each answer counts from 0 to 4; the score is the sum of ten answers.",
        )],
        rules: vec![word(
            "Au prorata s'il manque une ou deux réponses, sinon pas de note.",
            "Prorated if one or two answers are missing, otherwise no score.",
        )],
        description: word(
            "Soixante activités de travail, que vous avez jugées plus ou moins attirantes.",
            "Sixty work activities, which you found more or less attractive.",
        ),
        ..frame(language, InventoryKind::Interests, word("Inventaire Cap", "Cap inventory"), scales)
    }
}

/// Five scales with poles: one in the middle, two beyond the frame, one without a score, one without an interval.
#[must_use]
pub fn five_scales(language: Language) -> RestitutionView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let row =
        |id: &str, names: (&str, &str), low: (&str, &str), high: (&str, &str), t: f64, half: f64, rank: RankView| {
            let raw = 84.0 + (t - 50.0) * 1.3;
            ScaleView {
                low_pole: Some(word(low.0, low.1)),
                high_pole: Some(word(high.0, high.1)),
                answered: 24,
                n_items: 24,
                raw: RawView::new(raw.round().clamp(24.0, 120.0), 24.0, 120.0).map_err(misprint),
                standard: Some(StandardView::new(t, rank).map_err(|_| NoStandard::NotFinite)),
                uncertainty: alpha(language, 0.89, raw, t, half),
                ..blank(id, word(names.0, names.1))
            }
        };
    let normal = |value| RankView::NormalApproximation { value };
    let mut scales = vec![
        row(
            "drive",
            ("Élan vers les autres", "Drive towards others"),
            ("préfère le calme, le petit comité", "prefers quiet and small groups"),
            ("va au-devant des gens", "goes out to meet people"),
            46.2,
            6.1,
            normal(35.2),
        ),
        row(
            "care",
            ("Attention aux autres", "Care for others"),
            ("tient son cap, dit les choses", "holds the course, speaks plainly"),
            ("cherche l'accord, prend soin", "seeks agreement, takes care"),
            78.4,
            5.5,
            normal(99.8),
        ),
        row(
            "order",
            ("Constance", "Constancy"),
            ("s'adapte, laisse ouvert", "adapts, keeps things open"),
            ("prépare, va au bout", "prepares, sees it through"),
            50.0,
            5.0,
            normal(50.0),
        ),
        row(
            "calm",
            ("Sensibilité aux tensions", "Sensitivity to tension"),
            ("reste égal sous la pression", "stays even under pressure"),
            ("ressent vite ce qui se tend", "senses early what grows tense"),
            12.0,
            6.0,
            normal(0.01),
        ),
        row(
            "open",
            ("Curiosité", "Curiosity"),
            ("garde ce qui a fait ses preuves", "keeps what has proved itself"),
            ("explore, imagine", "explores, imagines"),
            61.0,
            5.8,
            normal(86.4),
        ),
    ];
    scales[2].answered = 15;
    scales[2].raw = Err(NoScore::TooFewAnswered { needed: 20 });
    scales[2].standard = Some(Err(NoStandard::NoScore));
    scales[2].uncertainty = Err(NoInterval::NoScore);
    scales[4].uncertainty = Err(NoInterval::AllAnswersEqual);
    scales[0].sentence = Some(SentenceView {
        text: word(
            "Vous semblez choisir vos moments avec les autres ; le calme vous recharge.",
            "You seem to choose your moments with people; quiet restores you.",
        ),
        rule: Some(RuleView {
            id: "drive.middle".to_owned(),
            band: BandView::Middle,
            ground: RuleGround::Norm { norm_id: "demo".to_owned(), from: Some(40.0), below: Some(60.0) },
            is_cautious: false,
            words: word("Note T de 40 à moins de 60.", "T score from 40 to below 60."),
        }),
        is_not_me: false,
    });
    RestitutionView {
        status: Status::Standardized,
        norm: Some(norm(language)),
        scoring: vec![word(
            "Chaque réponse compte de 1 à 5 ; la note est la somme de 24 réponses.",
            "Each answer counts from 1 to 5; the score is the sum of 24 answers.",
        )],
        rules: vec![word(
            "Au prorata s'il manque quatre réponses au plus.",
            "Prorated if four answers at most are missing.",
        )],
        quality: vec![word("111 réponses sur 120.", "111 answers out of 120.")],
        ..frame(language, InventoryKind::Personality, word("Inventaire Rives", "Rives inventory"), scales)
    }
}

/// Five domains of six facets each; one facet without a score, one beyond the frame.
#[must_use]
pub fn thirty_five_scales(language: Language) -> RestitutionView {
    let names = language.pick(
        "Élan vers les autres|Chaleur spontanée|Goût des groupes|Prise de parole|Rythme soutenu|Recherche de sensations vives|Entrain;\
         Attention aux autres|Confiance accordée|Droiture|Main tendue|Recherche d'accord|Modestie|Écoute des fragilités;\
         Constance|Sentiment d'efficacité|Goût de l'ordre|Sens de l'engagement|Envie d'avancer|Persévérance dans l'effort|Temps de réflexion;\
         Sensibilité aux tensions|Inquiétude|Irritation|Découragement|Gêne en public|Envies pressantes|Fragilité sous pression;\
         Curiosité|Imagination|Sensibilité au beau|Vie intérieure|Goût du changement|Plaisir des idées|Remise en question",
        "Drive towards others|Warmth|Liking for groups|Speaking up|Fast pace|Search for excitement|Cheerfulness;\
         Care for others|Trust|Straightforwardness|Helping hand|Search for agreement|Modesty|Concern for frailty;\
         Constancy|Sense of efficacy|Liking for order|Sense of commitment|Wish to advance|Perseverance|Deliberation;\
         Sensitivity to tension|Worry|Irritation|Discouragement|Unease in public|Pressing wishes|Frailty under pressure;\
         Curiosity|Imagination|Sense of beauty|Inner life|Liking for change|Pleasure in ideas|Questioning",
    );
    let scores = [
        46.0, 51.3, 38.2, 44.0, 53.1, 41.0, 50.2, 57.0, 55.4, 61.0, 63.2, 52.0, 54.1, 56.3, 67.0, 62.2, 70.4, 64.0,
        58.1, 66.0, 63.0, 52.4, 59.0, 46.2, 48.0, 50.0, 43.1, 55.0, 61.4, 54.0, 64.2, 76.5, 45.0, 65.1, 57.0,
    ];
    let mut scales: Vec<ScaleView> = Vec::new();
    for domain in names.split(';') {
        let parent = scales.len();
        for (place, name) in domain.split('|').enumerate() {
            let t: f64 = scores.get(scales.len()).copied().unwrap_or(50.0);
            let facet = place > 0;
            let (n_items, half, lowest, highest) = if facet { (4, 9.1, 4.0, 20.0) } else { (24, 5.9, 24.0, 120.0) };
            let middle: f64 = (lowest + highest) / 2.0;
            let raw: f64 = (middle + (t - 50.0) / 50.0 * (highest - lowest)).round().clamp(lowest, highest);
            let rank = RankView::NormalApproximation { value: 100.0 * logistic_rank(t) };
            let mut scale = blank(&format!("s{}", scales.len()), name.to_owned());
            scale.parent = facet.then_some(parent);
            (scale.answered, scale.n_items) = (n_items, n_items);
            scale.raw = RawView::new(raw, lowest, highest).map_err(misprint);
            scale.standard = Some(StandardView::new(t, rank).map_err(|_| NoStandard::NotFinite));
            scale.uncertainty = alpha(language, if facet { 0.74 } else { 0.89 }, raw, t, half);
            scales.push(scale);
        }
    }
    if let Some(scale) = scales.get_mut(25) {
        scale.answered = 2;
        scale.raw = Err(NoScore::TooFewAnswered { needed: 3 });
        scale.standard = Some(Err(NoStandard::NoScore));
        scale.uncertainty = Err(NoInterval::NoScore);
    }
    RestitutionView {
        status: Status::Standardized,
        norm: Some(NormCardView {
            n: None,
            kind: NormKind::Simulated,
            standardization: Standardization::Linear,
            mean_standard_error: None,
            ..norm(language)
        }),
        simulated: true,
        ..frame(
            language,
            InventoryKind::Personality,
            language.pick("Inventaire Facettes", "Facets inventory").to_owned(),
            scales,
        )
    }
}

/// The smallest profile: two scales.
#[must_use]
pub fn two_scales(language: Language) -> RestitutionView {
    let mut view = five_scales(language);
    view.scales.truncate(2);
    for scale in &mut view.scales {
        (scale.low_pole, scale.high_pole) = (None, None);
    }
    view
}

/// Six interests with names as long as they come, one at each end of its range, one without a score; normed as well.
#[must_use]
pub fn long_names(language: Language) -> RestitutionView {
    let mut view = interests(language);
    let names = language.pick(
        "Réaliste, concret et technique|Investigateur et scientifique|Artistique, créatif et expressif|Social, coopératif et bienveillant|\
         Entreprenant, persuasif et décideur|Conventionnel, organisé et méthodique",
        "Realistic, concrete and technical|Investigative and scientific|Artistic, creative and expressive|Social, cooperative and caring|\
         Enterprising, persuasive and decisive|Conventional, organized and methodical",
    );
    for (scale, name) in view.scales.iter_mut().zip(names.split('|')) {
        scale.name = name.to_owned();
        scale.definition =
            Some(language.pick("Ce que la personne aime faire.", "What the person likes doing.").to_owned());
    }
    let ends = [(1, 40.0, 87.0), (2, 26.0, 55.0), (3, 31.0, 64.0), (4, 20.0, 49.0), (5, 0.0, 18.0)];
    for (idx, value, t) in ends {
        let Some(scale) = view.scales.get_mut(idx) else { continue };
        scale.raw = RawView::new(value, 0.0, 40.0).map_err(misprint);
        scale.answered = 10;
        let rank = RankView::FromTable { value: 100.0 * logistic_rank(t), interpolated: idx == 2 };
        scale.standard = Some(StandardView::new(t, rank).map_err(|_| NoStandard::NotFinite));
        scale.uncertainty = alpha(language, 0.88, value, t, 6.0);
    }
    if let Some(scale) = view.scales.first_mut() {
        scale.answered = 3;
        scale.raw = Err(NoScore::TooFewAnswered { needed: 8 });
        scale.standard = Some(Err(NoStandard::NoScore));
        scale.uncertainty = Err(NoInterval::NoScore);
        scale.sentence = None;
    }
    view.norm = Some(NormCardView {
        stratum: Stratum::Combined {
            description: language.pick("Adultes de 30 à 39 ans", "Adults aged 30 to 39").to_owned(),
            because: CombinedBecause::SexNotGiven,
        },
        standardization: Standardization::Normalized,
        ..norm(language)
    });
    view.status = Status::Standardized;
    view.order = None;
    view
}

/// Close enough to the normal curve for an invented rank.
fn logistic_rank(t: f64) -> f64 {
    1.0 / (1.0 + (-1.702 * (t - 50.0) / 10.0).exp())
}

/// Sample numbers are right; a misprint among them shows as a missing score.
pub(super) fn misprint(_: ViewProblem) -> NoScore {
    NoScore::NothingAnswered
}

pub(super) fn around(value: f64, half: f64, basis: Basis) -> Result<UncertaintyView, NoInterval> {
    let raw = Interval::new(value - half, value + half).map_err(|_| NoInterval::NoReliability)?;
    Ok(UncertaintyView { basis, kind: IntervalKind::Observed, raw, t: None, ranks: None })
}

fn alpha(language: Language, value: f64, raw: f64, t: f64, half: f64) -> Result<UncertaintyView, NoInterval> {
    let coefficient = language.pick("alpha de Cronbach", "Cronbach's alpha").to_owned();
    let source = Some(language.pick("groupe de la norme", "norm group").to_owned());
    let t = Interval::new(t - half, t + half).map_err(|_| NoInterval::NoReliability)?;
    let around = around(raw, half * 1.3, Basis::Reliability { coefficient, value, source })?;
    Ok(UncertaintyView { t: Some(t), ..around })
}

pub(super) fn blank(id: &str, name: String) -> ScaleView {
    ScaleView {
        id: id.to_owned(),
        name,
        definition: None,
        low_pole: None,
        high_pole: None,
        parent: None,
        beside: None,
        answered: 0,
        n_items: 1,
        raw: Err(NoScore::NothingAnswered),
        standard: None,
        uncertainty: Err(NoInterval::NoScore),
        sentence: None,
        lean: None,
    }
}

pub(super) fn frame(
    language: Language,
    kind: InventoryKind,
    instrument_label: String,
    scales: Vec<ScaleView>,
) -> RestitutionView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    RestitutionView {
        language,
        title: word("Ce que vos réponses dessinent", "What your answers draw"),
        occasion: None,
        person_label: Some("Camille Durand".to_owned()),
        instrument_label,
        description: word(
            "Chaque ligne va d'une manière d'être à une autre ; les deux bouts ont leurs avantages.",
            "Each line goes from one way of being to another; both ends have their advantages.",
        ),
        kind,
        status: Status::OriginalNotStandardized,
        simulated: false,
        level: 0.95,
        scales,
        circle: None,
        order: None,
        preferences: None,
        norm: None,
        in_brief: Vec::new(),
        limits: Vec::new(),
        scoring: Vec::new(),
        rules: Vec::new(),
        own_words: Vec::new(),
        quality: Vec::new(),
        provenance: ProvenanceView {
            instrument_id: "sample".to_owned(),
            instrument_version: "1.0.0".to_owned(),
            norm_id: None,
            engine_version: "0.1.0".to_owned(),
        },
    }
}

pub(super) fn norm(language: Language) -> NormCardView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    NormCardView {
        title: word("Groupe de démonstration", "Demonstration group"),
        source: word("Étude fictive, écrite pour cet exemple", "Fictitious study, written for this example"),
        year: Some(2024),
        n: Some(1248),
        population: word("Adultes volontaires, en ligne", "Adult volunteers, online"),
        stratum: Stratum::One { description: word("Femmes de 30 à 39 ans", "Women aged 30 to 39") },
        kind: NormKind::ConvenienceSample,
        standardization: Standardization::Linear,
        weighting: None,
        mean_standard_error: Some(0.3),
        version: Some("2024-1".to_owned()),
        notes: Vec::new(),
    }
}
