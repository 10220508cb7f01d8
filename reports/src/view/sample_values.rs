//! Invented values, preferences and distributions for tests and the sample drawings. Nobody gave these answers.

use super::distribution::{Bin, DistributionView, PersonPlace, Shape};
use super::sample::{around, blank, frame, misprint};
use super::{
    Basis, Interval, InventoryKind, PreferenceView, PreferencesView, RawView, RestitutionView, ScaleView, Spread,
    ViewProblem,
};
use crate::text::Language;
use crate::text::reason::{NoInterval, NoScore};

/// All samples of values and preferences in one language.
#[must_use]
pub fn all(language: Language) -> Vec<RestitutionView> {
    vec![
        values(language),
        extreme_values(language),
        many_values(language),
        preferences(language),
        two_extreme_preferences(language),
        many_preferences(language),
    ]
}

/// Means of four answers from 1 to 5, with the half of their margins, as restitution of values are made of.
type Answers<'a> = (&'a str, f64, f64);

/// Twelve values on their circle, each with its distance from the person's mean beside it.
#[must_use]
pub fn values(language: Language) -> RestitutionView {
    let names = language.pick(
        "Autonomie|Créativité|Apprentissage|Influence|Reconnaissance|Rémunération|Stabilité|Environnement de travail|Équilibre de vie|Relations|Utilité|Éthique",
        "Autonomy|Creativity|Learning|Influence|Recognition|Pay|Stability|Surroundings|Life balance|Relationships|Usefulness|Ethics",
    );
    let scores = [
        (4.5, 0.5),
        (4.0, 0.5),
        (3.75, 0.45),
        (1.75, 0.6),
        (3.0, 0.55),
        (3.5, 0.5),
        (2.75, 0.35),
        (3.25, 0.4),
        (4.25, 0.5),
        (3.75, 0.5),
        (4.0, 0.7),
        (2.25, 0.6),
    ];
    let rows: Vec<Answers<'_>> =
        names.split('|').zip(scores).map(|(name, (value, half))| (name, value, half)).collect();
    on_circle(language, &rows)
}

/// Long names; values at both ends of their scale with margins beyond it, one without a score, one without a margin.
#[must_use]
pub fn extreme_values(language: Language) -> RestitutionView {
    let names = language.pick(
        "Considération et reconnaissance de la part des supérieurs hiérarchiques|Épanouissement intellectuel et créativité personnelle|Relations harmonieuses avec les collègues|Environnement de travail|Perspectives d'avancement et de rémunération|Indépendance",
        "Consideration and recognition by those higher up|Intellectual fulfilment and personal creativity|Harmonious relations with colleagues|Surroundings|Prospects of promotion and pay|Independence",
    );
    let scores = [(5.0, 1.1), (1.0, 0.9), (3.0, 0.4), (5.0, 0.2), (1.0, 0.3), (1.25, 0.5)];
    let rows: Vec<Answers<'_>> =
        names.split('|').zip(scores).map(|(name, (value, half))| (name, value, half)).collect();
    let mut view = on_circle(language, &rows);
    for idx in [2, 2 + rows.len()] {
        if let Some(scale) = view.scales.get_mut(idx) {
            scale.answered = 1;
            scale.raw = Err(NoScore::TooFewAnswered { needed: 3 });
            scale.uncertainty = Err(NoInterval::NoScore);
        }
    }
    for idx in [3, 3 + rows.len()] {
        if let Some(scale) = view.scales.get_mut(idx) {
            scale.uncertainty = Err(NoInterval::AllAnswersEqual);
        }
    }
    view
}

/// Thirty-five values.
#[must_use]
pub fn many_values(language: Language) -> RestitutionView {
    let names: Vec<String> = (1..=35).map(|number| format!("{} {number}", language.pick("Valeur", "Value"))).collect();
    let score = |idx: usize| (1.0 + f64::from(u32::try_from(idx * 7 % 17).unwrap_or(0)) * 0.25, 0.5);
    let rows: Vec<Answers<'_>> = names
        .iter()
        .enumerate()
        .map(|(idx, name)| {
            let (value, half) = score(idx);
            (name.as_str(), value, half)
        })
        .collect();
    on_circle(language, &rows)
}

/// Values as means of answers from 1 to 5, then their distances from the mean of all.
#[expect(clippy::cast_precision_loss, reason = "a sample has few values")]
fn on_circle(language: Language, rows: &[Answers<'_>]) -> RestitutionView {
    let n = rows.len() as f64;
    let mean = rows.iter().map(|(_, value, _)| value).sum::<f64>() / n;
    let reach = 4.0 * (1.0 - 1.0 / n);
    let scale = |id: String, name: String, value: f64, ends: (f64, f64), half: f64| ScaleView {
        answered: 4,
        n_items: 4,
        raw: RawView::new(value, ends.0, ends.1).map_err(misprint).map(RawView::as_mean),
        uncertainty: around(value, half, Basis::WithinPerson),
        ..blank(&id, name)
    };
    let mut scales = Vec::new();
    for (idx, (name, value, half)) in rows.iter().enumerate() {
        scales.push(scale(format!("v{idx}"), (*name).to_owned(), *value, (1.0, 5.0), *half));
    }
    for (idx, (name, value, half)) in rows.iter().enumerate() {
        let name = format!("{name} ({})", language.pick("écart", "difference"));
        let distance = scale(format!("v{idx}-relative"), name, value - mean, (-reach, reach), *half);
        scales.push(ScaleView { beside: Some(idx), ..distance });
    }
    let label = language.pick("Ce qui compte pour vous au travail", "What matters to you at work").to_owned();
    RestitutionView {
        circle: Some((0..rows.len()).collect()),
        description: language
            .pick(
                "Des phrases sur le travail, plus ou moins importantes.",
                "Sentences on work, more or less important.",
            )
            .to_owned(),
        ..frame(language, InventoryKind::Values, label, scales)
    }
}

/// Four preferences: one on each side, one borderline, one whose margin is not known.
#[must_use]
pub fn preferences(language: Language) -> RestitutionView {
    let rows = [
        (("Réfléchir", "Thinking"), ("au calme", "in quiet"), ("en échangeant", "in exchange"), 4.3, 0.4),
        (
            ("Comprendre", "Grasping"),
            ("par les faits", "by facts"),
            ("par les possibilités", "by possibilities"),
            3.5,
            0.45,
        ),
        (("Choisir", "Choosing"), ("selon les règles", "by rules"), ("selon les personnes", "by people"), 1.9, 0.5),
        (("Avancer", "Proceeding"), ("en prévoyant", "by planning"), ("en ajustant", "by adjusting"), 3.0, 0.0),
    ];
    let mut view = two_sided(
        language,
        &rows.map(|(name, low, high, value, half)| {
            let word = |(french, english): (&str, &str)| language.pick(french, english).to_owned();
            (word(name), word(low), word(high), value, half)
        }),
    );
    if let Some(scale) = view.scales.last_mut() {
        scale.uncertainty = Err(NoInterval::AllAnswersEqual);
    }
    view
}

/// Two preferences at the ends of their scale, with long words; a third without a score.
#[must_use]
pub fn two_extreme_preferences(language: Language) -> RestitutionView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let low = word("en prévoyant longtemps à l'avance, étape par étape", "by planning a long time ahead, step by step");
    let high = word(
        "en gardant toutes les possibilités ouvertes jusqu'au bout",
        "by keeping every possibility open to the very end",
    );
    let name = word("Avancer dans ce que l'on entreprend", "Proceeding with what one undertakes");
    let mut view = two_sided(
        language,
        &[
            (name.clone(), low.clone(), high.clone(), 5.0, 0.6),
            (name.clone(), low.clone(), high.clone(), 1.0, 2.6),
            (name, low, high, 3.0, 0.3),
        ],
    );
    for scale in &mut view.scales {
        scale.low_pole =
            Some(word("prévoit, fixe tôt, tient le calendrier", "plans, settles early, keeps to the dates"));
        scale.high_pole =
            Some(word("s'adapte, laisse venir, change de route", "adapts, lets things come, changes course"));
    }
    if let Some(scale) = view.scales.last_mut() {
        scale.answered = 5;
        scale.raw = Err(NoScore::TooFewAnswered { needed: 8 });
        scale.uncertainty = Err(NoInterval::NoScore);
    }
    view
}

/// Thirty-five preferences.
#[must_use]
pub fn many_preferences(language: Language) -> RestitutionView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let row = |idx: u32| {
        let name = format!("{} {}", language.pick("Préférence", "Preference"), idx + 1);
        let value = 1.0 + f64::from(idx * 7 % 17) * 0.25;
        (name, word("par les faits", "by facts"), word("par les idées", "by ideas"), value, 0.45)
    };
    two_sided(language, &(0..35).map(row).collect::<Vec<_>>())
}

fn two_sided(language: Language, rows: &[(String, String, String, f64, f64)]) -> RestitutionView {
    let scales = rows.iter().enumerate().map(|(idx, (name, low, high, value, half))| ScaleView {
        low_pole: Some(low.clone()),
        high_pole: Some(high.clone()),
        answered: 10,
        n_items: 10,
        raw: RawView::new(*value, 1.0, 5.0).map_err(misprint).map(RawView::as_mean),
        uncertainty: around(*value, *half, Basis::WithinPerson),
        ..blank(&format!("p{idx}"), name.clone())
    });
    let rule = language.pick(
        "Zone limite : un demi-point de part et d'autre du milieu de l'échelle.",
        "Borderline zone: half a point on both sides of the middle of the scale.",
    );
    let preference = |(scale, (_, low, high, ..)): (usize, &(String, String, String, f64, f64))| PreferenceView {
        scale,
        middle: 3.0,
        half_width: 0.5,
        low: low.clone(),
        high: high.clone(),
        rule: rule.to_owned(),
    };
    let label = language.pick("Vos façons de faire préférées", "Your preferred ways of doing").to_owned();
    RestitutionView {
        preferences: Some(PreferencesView { preferences: rows.iter().enumerate().map(preference).collect() }),
        ..frame(language, InventoryKind::Personality, label, scales.collect())
    }
}

/// The T scores of a norm group, and a person among them.
///
/// # Errors
/// None: the numbers of the sample are in order.
pub fn distribution(language: Language) -> Result<DistributionView, ViewProblem> {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let counts = [6.0, 21.0, 55.0, 118.0, 201.0, 262.0, 241.0, 174.0, 98.0, 48.0, 19.0, 5.0];
    let bins = (0..12_u32).zip(counts).map(|(idx, amount)| {
        let from = 20.0 + 5.0 * f64::from(idx);
        Bin { from, to: from + 5.0, amount }
    });
    Ok(DistributionView {
        language,
        title: word("Groupe de la norme, femmes de 30 à 39 ans", "Norm group, women aged 30 to 39"),
        scale_name: word("Attention aux autres", "Care for others"),
        unit: word("note T", "T score"),
        axis: Interval::new(20.0, 80.0)?,
        decimals: 0,
        shape: Shape::Bins(bins.collect()),
        spread: None,
        n: Some(1248),
        person: Some(PersonPlace {
            label: word("vous", "you"),
            score: 57.0,
            interval: Some(Interval::new(50.6, 63.4)?),
        }),
        band: Some(Interval::new(40.0, 60.0)?),
        level: 0.95,
        simulated: true,
    })
}

/// The points of a file as a curve with its quartiles, and nobody in particular.
///
/// # Errors
/// None: the numbers of the sample are in order.
pub fn distribution_of_group(language: Language) -> Result<DistributionView, ViewProblem> {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let height = |at: f64| (-(at - 27.0).powi(2) / 72.0).exp() + 0.4 * (-(at - 13.0).powi(2) / 18.0).exp();
    Ok(DistributionView {
        title: word("Personnes accompagnées en 2026", "People supported in 2026"),
        scale_name: word("Intérêt pour les activités artistiques", "Interest in artistic activities"),
        unit: word("points", "points"),
        axis: Interval::new(0.0, 40.0)?,
        shape: Shape::Density((0..=80).map(|step| f64::from(step) / 2.0).map(|at| (at, height(at))).collect()),
        spread: Some(Spread::new(11.0, 17.0, 24.5, 29.0, 34.0)?),
        n: Some(184),
        person: None,
        band: None,
        simulated: false,
        ..distribution(language)?
    })
}
