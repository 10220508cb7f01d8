//! Sentences of a document that follow from the scores: opening, limits, measurement notes.

use super::place::Place;
use super::reason::answers_of;
use super::{Language, colon, enumerate, number, small};
use crate::view::{Basis, IntervalKind, InventoryKind, Lean, RankView, RawView, Restitution, ScaleView, Status};

/// A limit: what the results do not say, and why.
pub type Limit = (String, String);

/// Up to so many scales are named in a sentence; more are counted.
const NAMED: usize = 4;
/// From so many intervals on, the expected number of misses is worth saying.
const MANY_INTERVALS: usize = 10;

/// A sentence that opens a document, and what it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The sentence.
    pub text: String,
    /// The same for a summary of several inventories: main scales only.
    pub short: String,
    /// What it follows from.
    pub rule: OpeningRule,
}

/// What a sentence that opens a document follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpeningRule {
    /// Nothing here: the caller wrote it.
    Given,
    /// The order of scales, as far as it is established.
    Order,
    /// Main scales whose whole margin in T lies outside the average band.
    OutsideBand,
    /// Scales that lean to an end by more than their margin.
    Leaning,
    /// That scores are in points, without a norm.
    InPoints,
    /// That too few people have answered for a norm.
    NotStandardized,
    /// Scales without a score.
    WithoutScore,
}

impl OpeningRule {
    /// Its name in data.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Order => "order",
            Self::OutsideBand => "outside-band",
            Self::Leaning => "leaning",
            Self::InPoints => "in-points",
            Self::NotStandardized => "not-standardized",
            Self::WithoutScore => "without-score",
        }
    }
}

/// The sentences that open the document, at most three: the caller's, else what follows from the scores.
#[must_use]
pub fn in_brief(restitution: &Restitution) -> Vec<Opening> {
    let view = restitution.view();
    let by = |rule: OpeningRule| move |text: String| Opening { short: text.clone(), text, rule };
    if !view.in_brief.is_empty() {
        return view.in_brief.iter().take(3).cloned().map(by(OpeningRule::Given)).collect();
    }
    let language = restitution.language();
    let order = view.order.iter().map(|order| order.sentence.clone());
    let mut sentences: Vec<Opening> = order.map(by(OpeningRule::Order)).collect();
    if view.scales.iter().any(|scale| scale.t_interval().is_some()) {
        sentences.push(by(OpeningRule::OutsideBand)(outside_the_band(restitution)));
    } else {
        if view.order.is_none() {
            sentences.extend(leaning(restitution).map(|(main, more)| Opening {
                text: [vec![main.clone()], more].concat().join(" "),
                short: main,
                rule: OpeningRule::Leaning,
            }));
        }
        sentences.push(if view.status == Status::OriginalNotStandardized {
            by(OpeningRule::NotStandardized)(not_standardized(language, view.order.is_some()))
        } else {
            by(OpeningRule::InPoints)(language.say(
                "Vos notes sont données en points, avec leur marge ; aucune n'est comparée à celles d'autres personnes.",
                "Your scores are given in points, with their margin; none is compared with other people's.",
            ))
        });
    }
    sentences.extend(without_score(restitution).map(by(OpeningRule::WithoutScore)));
    sentences.truncate(3);
    sentences
}

/// Scores without a norm: only those that are put in order compare with one another.
fn not_standardized(language: Language, ordered: bool) -> String {
    if ordered {
        return language.say(
            "Les notes mises en ordre se comparent entre elles, jamais à celles d'autres personnes : trop peu de gens y ont répondu jusqu'ici.",
            "The scores put in order are compared with each other, never with other people's: too few people have answered this new questionnaire yet.",
        );
    }
    language.say(
        "Chaque note se lit sur sa propre échelle, sans comparaison avec d'autres personnes : trop peu de gens y ont répondu jusqu'ici.",
        "Each score is read on its own scale, without comparison with other people: too few people have answered this new questionnaire yet.",
    )
}

/// Which scores lean clearly to one end, margin included: main scales with the end they lean to, facets by name; `None` where no margin is known.
fn leaning(restitution: &Restitution) -> Option<(String, Vec<String>)> {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    let own: Vec<&ScaleView> = restitution.own_scales().into_iter().filter_map(|idx| scales.get(idx)).collect();
    own.iter().find(|scale| scale.raw_interval().is_some())?;
    let main = own.iter().filter(|scale| scale.parent.is_none());
    let to = |end: Lean| -> Vec<String> {
        let there = main.clone().filter(|scale| scale.lean == Some(end));
        let pole = |scale: &ScaleView| {
            let (low, high) = scale.poles()?;
            Some(if end == Lean::Low { low } else { high }.to_owned())
        };
        there
            .map(|scale| match pole(scale) {
                Some(pole) => {
                    language.say(&format!("{} (« {pole} »)", scale.name), &format!("{} (“{pole}”)", scale.name))
                }
                None => scale.name.clone(),
            })
            .collect()
    };
    let (high, low) = (to(Lean::High), to(Lean::Low));
    let two_sided = main.clone().filter(|scale| scale.lean.is_some()).all(|scale| scale.poles().is_some());
    let main = match (high.is_empty(), low.is_empty()) {
        (true, true) => language.say(
            "Aucune note principale n'est nettement haute ou basse sur son échelle.",
            "None of the main scores is clearly high or low on its scale.",
        ),
        // Scales with two named ends have no better one.
        _ if two_sided => {
            let sides = enumerate(language, &[high, low].concat());
            language.say(
                &format!("Nettement d'un côté, sans que l'un soit meilleur que l'autre : {sides}."),
                &format!("Clearly toward one side, neither being better: {sides}."),
            )
        }
        (false, true) => language.say(
            &format!("Note nettement haute sur son échelle : {}.", enumerate(language, &high)),
            &format!("Clearly high on its scale: {}.", enumerate(language, &high)),
        ),
        (true, false) => language.say(
            &format!("Note nettement basse sur son échelle : {}.", enumerate(language, &low)),
            &format!("Clearly low on its scale: {}.", enumerate(language, &low)),
        ),
        (false, false) => language.say(
            &format!(
                "Note nettement haute sur son échelle : {} ; nettement basse : {}.",
                enumerate(language, &high),
                enumerate(language, &low)
            ),
            &format!(
                "Clearly high on its scale: {}; clearly low: {}.",
                enumerate(language, &high),
                enumerate(language, &low)
            ),
        ),
    };
    let facets = |end: Lean| -> Vec<String> {
        let there = own.iter().filter(|scale| scale.parent.is_some() && scale.lean == Some(end));
        there.map(|scale| scale.name.clone()).collect()
    };
    let mut sentences = Vec::new();
    for (end, french, english) in [(Lean::High, "hautes", "high"), (Lean::Low, "basses", "low")] {
        let names = facets(end);
        if !names.is_empty() {
            let names = enumerate(language, &names);
            sentences.push(language.say(
                &format!("Notes de détail nettement {french} : {names}."),
                &format!("Clearly {english} among the narrower scales: {names}."),
            ));
        }
    }
    sentences.extend(at_an_end(language, &own));
    Some((main, sentences))
}

/// Scores at an end of their scale whose margin is not known: they lean clearly nowhere, and would be missed.
fn at_an_end(language: Language, own: &[&ScaleView]) -> Option<String> {
    let at_end = |scale: &&&ScaleView| {
        let ends = |raw: &RawView| raw.value() <= raw.lowest() || raw.value() >= raw.highest();
        scale.standard.is_none() && scale.uncertainty.is_err() && scale.raw.as_ref().is_ok_and(ends)
    };
    let names: Vec<String> = own.iter().filter(at_end).map(|scale| scale.name.clone()).collect();
    let told = enumerate(language, &names);
    match names.len() {
        0 => None,
        1 => Some(language.say(
            &format!("Note tout au bout de son échelle, sans marge connue : {told}."),
            &format!("At the very end of its scale, its margin not known: {told}."),
        )),
        _ => Some(language.say(
            &format!("Notes tout au bout de leur échelle, sans marge connue : {told}."),
            &format!("At the very end of their scale, the margin not known: {told}."),
        )),
    }
}

/// A few names; more are counted.
fn told(language: Language, names: &[String]) -> String {
    if names.len() <= NAMED {
        return enumerate(language, names);
    }
    let n_names = number::count(language, names.len() as u64);
    language.say(&format!("{n_names} échelles"), &format!("{n_names} scales"))
}

fn outside_the_band(restitution: &Restitution) -> String {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    // Domains carry the message; facets only where there are no domains with facets.
    let domains = scales.iter().filter(|scale| scale.parent.is_none());
    let named = |place: Place| -> Vec<String> {
        let there = domains.clone().filter(|scale| scale.t_interval().map(Place::of) == Some(place));
        there.map(|scale| scale.name.clone()).collect()
    };
    let told = |names: &[String]| told(language, names);
    let (above, below) = (named(Place::Above), named(Place::Below));
    match (above.is_empty(), below.is_empty()) {
        (true, true) => language.say(
            "Comparées au groupe de référence, toutes les marges de vos échelles principales touchent la zone moyenne.",
            "Compared with the reference group, the margins of all your main scales touch the average range.",
        ),
        (false, true) => language.say(
            &format!("Comparée au groupe de référence, toute la marge dépasse la zone moyenne pour : {}.", told(&above)),
            &format!("Compared with the reference group, the whole margin is above the average range for: {}.", told(&above)),
        ),
        (true, false) => language.say(
            &format!("Comparée au groupe de référence, toute la marge est sous la zone moyenne pour : {}.", told(&below)),
            &format!("Compared with the reference group, the whole margin is below the average range for: {}.", told(&below)),
        ),
        (false, false) => language.say(
            &format!(
                "Comparée au groupe de référence, toute la marge dépasse la zone moyenne pour : {} ; elle est tout entière dessous pour : {}.",
                told(&above),
                told(&below)
            ),
            &format!(
                "Compared with the reference group, the whole margin is above the average range for: {}; wholly below it for: {}.",
                told(&above),
                told(&below)
            ),
        ),
    }
}

fn without_score(restitution: &Restitution) -> Option<String> {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    let own = restitution.own_scales().into_iter().filter_map(|idx| scales.get(idx));
    let names: Vec<String> = own.filter(|scale| scale.raw.is_err()).map(|scale| scale.name.clone()).collect();
    match names.as_slice() {
        [] => None,
        [name] => Some(language.say(
            &format!("Une échelle n'a pas de note, « {name} », car trop de réponses y manquent ; rien n'a été deviné à votre place."),
            &format!("One scale has no score, “{name}”, because too many answers are missing; nothing was guessed for you."),
        )),
        several => {
            let n_names = number::count(language, several.len() as u64);
            Some(language.say(
                &format!("{n_names} échelles n'ont pas de note, car des réponses y manquent ; rien n'a été deviné à votre place."),
                &format!("{n_names} scales have no score, because answers are missing; nothing was guessed for you."),
            ))
        }
    }
}

/// What the results do not say, for this kind of inventory.
#[must_use]
pub fn limits(restitution: &Restitution) -> Vec<Limit> {
    let language = restitution.language();
    let limit = |french: (&str, &str), english: (&str, &str)| {
        (language.say(french.0, english.0), language.say(french.1, english.1))
    };
    let own_view = limit(
        ("Ni ce que les autres voient.", "Ce sont vos réponses sur vous-même."),
        ("Not what others see.", "These are your own answers about yourself."),
    );
    match restitution.view().kind {
        InventoryKind::Interests => vec![
            limit(
                (
                    "Ni ce que vous savez faire.",
                    "Aimer une activité et y être à l'aise sont deux choses ; vos compétences ne sont pas mesurées ici.",
                ),
                (
                    "Not what you can do.",
                    "Liking an activity and being good at it are two things; your skills are not measured here.",
                ),
            ),
            limit(
                ("Ni le métier qu'il vous faut.", "Un intérêt ouvre des pistes ; il n'en ferme aucune."),
                ("Not the job you need.", "An interest opens paths; it closes none."),
            ),
            limit(
                ("Ni ce que vous aimerez toujours.", "Les intérêts bougent avec l'expérience."),
                ("Not what you will always like.", "Interests move with experience."),
            ),
        ],
        InventoryKind::Personality => vec![
            limit(
                ("Ni votre valeur.", "Aucune place sur ces lignes n'est meilleure qu'une autre."),
                ("Not your worth.", "No place on these lines is better than another."),
            ),
            limit(
                (
                    "Ni ce que vous ferez demain.",
                    "Une tendance laisse toute sa place à la situation, à l'équipe, à la fatigue.",
                ),
                ("Not what you will do tomorrow.", "A tendency leaves room for the situation, the team, a tired day."),
            ),
            own_view,
        ],
        InventoryKind::Values => vec![
            limit(
                ("Ni ce que vous devez choisir.", "Ce qui compte se pèse avec vos contraintes, et avec vos proches."),
                (
                    "Not what you must choose.",
                    "What matters is weighed with your constraints, and with the people close to you.",
                ),
            ),
            own_view,
        ],
        InventoryKind::Reflection => vec![
            limit(
                ("Ni le travail qu'il vous faut.", "Ces réponses servent à en parler ; un événement peut les changer."),
                ("Not the job you need.", "These answers are for talking about it; an event may change them."),
            ),
            limit(
                ("Ni ce qui existe près de chez vous.", "Un souhait se confronte ensuite aux emplois."),
                ("Not what there is nearby.", "A wish is set beside real jobs afterwards."),
            ),
        ],
        InventoryKind::Experience => vec![limit(
            (
                "Cette page ne juge ni vous, ni votre projet.",
                "Une note résume quelques réponses à un moment ; vos propres mots comptent autant.",
            ),
            (
                "This page judges neither you nor your plan.",
                "A score sums up a few answers at one moment; your own words count as much.",
            ),
        )],
        InventoryKind::Other => vec![
            limit(
                ("Ni ce que vous valez.", "Une note résume des réponses ; elle ne résume personne."),
                ("Not what you are worth.", "A score sums up answers; it sums up nobody."),
            ),
            own_view,
        ],
    }
}

/// What the margin is, for the side of the page.
#[must_use]
pub fn margin_explained(restitution: &Restitution) -> String {
    let language = restitution.language();
    let times = number::times_in_100(language, restitution.view().level);
    language.say(
        &format!(
            "Dans les dessins, le point est votre note et le trait sa marge. Avec beaucoup plus de questions du même genre, votre note \
             serait plus sûre, et parfois assez différente. Le trait montre où elle se trouverait sans doute : sur 100 traits comme \
             ceux-ci, {times} environ contiennent cette note plus sûre. Un autre jour, elle pourrait bouger davantage."
        ),
        &format!(
            "In the drawings the dot is your score and the line its margin. With many more questions of the same kind your score would \
             be surer, and sometimes rather different. The line shows where it would probably be: of 100 lines like these, about \
             {times} contain that surer score. On another day it could move further."
        ),
    )
}

/// How the numbers came about: the caller's rules, answers missing and prorated, bases of the intervals, sources of ranks.
#[must_use]
pub fn measurement_notes(restitution: &Restitution) -> Vec<String> {
    let language = restitution.language();
    let view = restitution.view();
    let mut notes = view.rules.clone();
    notes.extend(missing_notes(language, &view.scales));
    notes.extend(basis_notes(restitution));
    notes.extend(rank_notes(language, &view.scales));
    notes
}

fn missing_notes(language: Language, scales: &[ScaleView]) -> Vec<String> {
    let mut notes = Vec::new();
    for scale in scales {
        let name = &scale.name;
        match &scale.raw {
            Ok(raw) if raw.is_prorated() => {
                let answers = answers_of(language, scale.answered, scale.n_items);
                notes.push(language.say(
                    &format!("{name} : {answers}, note calculée au prorata."),
                    &format!("{name}: {answers}, score prorated."),
                ));
            }
            Ok(_) if scale.answered < scale.n_items => {
                let answers = answers_of(language, scale.answered, scale.n_items);
                notes.push(language.say(&format!("{name} : {answers}."), &format!("{name}: {answers}.")));
            }
            Ok(_) => {}
            Err(reason) => {
                let why = reason.sentence(language, scale.answered, scale.n_items);
                notes.push(colon(language, name, &small(&why)));
            }
        }
        if let (Ok(_), Some(Err(reason))) = (&scale.raw, &scale.standard) {
            let why = small(&reason.sentence(language));
            notes.push(colon(language, name, &why));
        }
    }
    merge_equal(language, notes)
}

/// Notes that differ only in the name before the colon become one note.
fn merge_equal(language: Language, notes: Vec<String>) -> Vec<String> {
    let colon = language.pick("\u{a0}: ", ": ");
    let mut merged: Vec<(Vec<String>, String)> = Vec::new();
    for note in notes {
        let (name, rest) = note
            .split_once(colon)
            .map_or((String::new(), note.clone()), |(name, rest)| (name.to_owned(), rest.to_owned()));
        match merged.iter_mut().find(|(_, known)| *known == rest) {
            Some((names, _)) => names.push(name),
            None => merged.push((vec![name], rest)),
        }
    }
    merged.into_iter().map(|(names, rest)| format!("{}{colon}{rest}", enumerate(language, &names))).collect()
}

fn basis_notes(restitution: &Restitution) -> Vec<String> {
    let language = restitution.language();
    let view = restitution.view();
    let mut coefficients: Vec<(String, f64, f64)> = Vec::new();
    let (mut within, mut with_true, mut n_intervals) = (false, false, 0_usize);
    let mut notes = Vec::new();
    let mut unknown = Vec::new();
    for scale in &view.scales {
        match &scale.uncertainty {
            Ok(uncertainty) => {
                n_intervals += 1;
                with_true |= uncertainty.kind == IntervalKind::True;
                match &uncertainty.basis {
                    Basis::WithinPerson => within = true,
                    Basis::Reliability { coefficient, value, source } => {
                        let words = source
                            .as_ref()
                            .map_or_else(|| coefficient.clone(), |source| format!("{coefficient}, {source}"));
                        match coefficients.iter_mut().find(|(known, ..)| *known == words) {
                            Some((_, low, high)) => (*low, *high) = (low.min(*value), high.max(*value)),
                            None => coefficients.push((words, *value, *value)),
                        }
                    }
                }
            }
            Err(_) if scale.raw.is_err() => {}
            Err(reason) => unknown.push(colon(language, &scale.name, &reason.sentence(language))),
        }
    }
    let margin = super::label::margin_at(language, view.level);
    for (words, low, high) in coefficients {
        let (low, high) = (number::decimal(language, low, 2), number::decimal(language, high, 2));
        let values = if low == high { low } else { number::range(language, &low, &high) };
        notes.push(language.say(
            &format!("La {margin} vient de la fidélité ({words} : {values})."),
            &format!("The {margin} comes from the reliability ({words}: {values})."),
        ));
    }
    if within {
        notes.push(language.say(
            &format!("La {margin} est calculée d'après l'écart entre les réponses données sur une même échelle (méthode de Brennan, 1998) ; aucune étude ne permet encore de la calculer autrement."),
            &format!("The {margin} is worked out from how much the answers given on one scale differ (method of Brennan, 1998); no study yet allows another way."),
        ));
    }
    if with_true {
        notes.push(language.say(
            "La marge est tracée autour de l'estimation de la note vraie (Kelley) ; le point reste la note observée.",
            "The margin is drawn around the estimate of the true score (Kelley); the point remains the observed score.",
        ));
    }
    if n_intervals >= MANY_INTERVALS {
        #[expect(clippy::cast_precision_loss, reason = "an inventory has few scales")]
        let expected = number::decimal(language, (n_intervals as f64 * (1.0 - view.level)).round().max(1.0), 0);
        let (french, which, english) = match expected.as_str() {
            "1" => ("une environ ne contient".to_owned(), "laquelle", "about one does not contain".to_owned()),
            several => {
                (format!("{several} environ ne contiennent"), "lesquelles", format!("about {several} do not contain"))
            }
        };
        notes.push(language.say(
            &format!("Sur ces {n_intervals} marges, {french} sans doute pas la note que donneraient beaucoup plus de questions ; on ne sait pas {which}."),
            &format!("Of these {n_intervals} margins, {english}, probably, the score that many more questions would give; nobody knows which."),
        ));
    }
    notes.extend(merge_equal(language, unknown));
    notes
}

fn rank_notes(language: Language, scales: &[ScaleView]) -> Vec<String> {
    let ranks: Vec<(&str, RankView)> =
        scales.iter().filter_map(|scale| Some((scale.name.as_str(), scale.standard_score()?.rank()))).collect();
    let mut notes = Vec::new();
    let approximate = ranks.iter().filter(|(_, rank)| matches!(rank, RankView::NormalApproximation { .. })).count();
    if approximate > 0 {
        let all = approximate == ranks.len();
        let which = if all {
            language.pick("Les rangs centiles sont calculés", "Percentile ranks are calculated")
        } else {
            language.pick("Une partie des rangs centiles est calculée", "Some percentile ranks are calculated")
        };
        notes.push(language.say(
            &format!("{which} par approximation normale : la norme n'a pas de table de rangs."),
            &format!("{which} by normal approximation: the norm has no table of ranks."),
        ));
    }
    let interpolated: Vec<String> = ranks
        .iter()
        .filter(|(_, rank)| matches!(rank, RankView::FromTable { interpolated: true, .. }))
        .map(|(name, _)| (*name).to_owned())
        .collect();
    if !interpolated.is_empty() {
        let names = enumerate(language, &interpolated);
        notes.push(language.say(
            &format!("Rang interpolé entre deux lignes de la table de la norme : {names}."),
            &format!("Rank interpolated between two rows of the norm's table: {names}."),
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;

    #[test]
    fn notes_name_what_was_prorated_and_what_the_margin_rests_on() {
        let restitution = Restitution::new(sample::interests(Language::French)).unwrap();
        let notes = measurement_notes(&restitution).join("\n");
        assert!(notes.contains("9\u{a0}réponses sur\u{a0}10, note calculée au prorata"), "{notes}");
        assert!(notes.contains("l’écart entre les réponses données sur une même échelle"), "{notes}");
    }

    #[test]
    fn the_expected_number_of_misses_is_said_for_many_scales() {
        let restitution = Restitution::new(sample::thirty_five_scales(Language::French)).unwrap();
        let notes = measurement_notes(&restitution).join("\n");
        // 34 of the 35 sample scales have an interval: 34 · 0.05 = 1.7, in whole margins 2.
        assert!(notes.contains("Sur ces 34 marges, 2 environ ne contiennent sans doute pas la note"), "{notes}");
    }
}
