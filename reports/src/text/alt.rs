//! Alternative texts: what a drawing shows for this person, numbers included.

use super::place::Place;
use super::{Language, enumerate, number};
use crate::view::{Restitution, ScaleView};

/// Up to so many scales, each is told with its numbers; beyond, domains are told and facets summed up.
const TOLD_ONE_BY_ONE: usize = 12;

/// What the standardized profile shows.
#[must_use]
pub fn profile(restitution: &Restitution) -> String {
    let language = restitution.language();
    let view = restitution.view();
    let rows = restitution.reading_order();
    let facets: Vec<&ScaleView> =
        rows.iter().map(|idx| &view.scales[*idx]).filter(|scale| scale.parent.is_some()).collect();
    let mut sentences = Vec::new();
    if rows.len() <= TOLD_ONE_BY_ONE || facets.is_empty() {
        sentences.extend(rows.iter().map(|idx| standard_line(language, &view.scales[*idx])));
    } else {
        let n_rows = rows.len();
        let level = number::percent(language, view.level);
        sentences.push(language.say(
            &format!(
                "{n_rows} échelles, chacune avec son point et sa marge à {level}, devant la zone moyenne de T 40 à 60."
            ),
            &format!(
                "{n_rows} scales, each with its point and its {level} margin, against the average range of T 40 to 60."
            ),
        ));
        let domains = rows.iter().map(|idx| &view.scales[*idx]).filter(|scale| scale.parent.is_none());
        sentences.extend(domains.map(|scale| standard_line(language, scale)));
        sentences.extend(facets_summary(language, &facets));
        sentences.push(language.say("Toutes les valeurs sont dans le tableau.", "All values are in the table."));
    }
    sentences.join(" ")
}

fn facets_summary(language: Language, facets: &[&ScaleView]) -> Vec<String> {
    let named = |place: Place| -> Vec<String> {
        let there = facets.iter().filter(|scale| scale.t_interval().map(Place::of) == Some(place));
        there.map(|scale| scale.name.clone()).collect()
    };
    let mut sentences = Vec::new();
    for place in [Place::Above, Place::Below] {
        let names = named(place);
        let words = place.words(language);
        if names.is_empty() {
            sentences.push(
                language.say(
                    &format!("Aucune facette n'est tout entière {words}."),
                    &format!("No facet is wholly {words}."),
                ),
            );
        } else {
            let names = enumerate(language, &names);
            sentences.push(language.say(
                &format!("Facettes tout entières {words} : {names}."),
                &format!("Facets wholly {words}: {names}."),
            ));
        }
    }
    let without = facets.iter().filter(|scale| scale.standard_score().is_none());
    sentences.extend(without.map(|scale| standard_line(language, scale)));
    sentences
}

/// One scale of the profile in a sentence.
fn standard_line(language: Language, scale: &ScaleView) -> String {
    let name = &scale.name;
    let Some(score) = scale.standard_score() else {
        let why = missing_standard(language, scale);
        return language.say(&format!("{name} : {why}."), &format!("{name}: {why}."));
    };
    let t = number::t_score(language, score.t());
    let rank = number::rank_view(language, score.rank());
    let margin = match scale.t_interval() {
        Some(interval) => {
            let ends = number::t_interval(language, interval);
            let place = Place::of(interval).words(language);
            language.say(&format!("marge de {ends}, {place}"), &format!("margin {ends}, {place}"))
        }
        None => language.say("marge inconnue", "margin unknown"),
    };
    language.say(
        &format!("{name} : T {t}, {margin}, rang centile {rank}."),
        &format!("{name}: T {t}, {margin}, percentile rank {rank}."),
    )
}

/// Why a scale has no point in the profile, for a chart.
#[must_use]
pub fn missing_standard(language: Language, scale: &ScaleView) -> String {
    match (&scale.raw, &scale.standard) {
        (Err(reason), _) => reason.short(language, scale.answered, scale.n_items),
        (Ok(_), Some(Err(reason))) => reason.short(language),
        (Ok(_), _) => language.say("sans comparaison", "not compared"),
    }
}

/// What bars or a hexagon of raw scores show.
#[must_use]
pub fn raw_scores(restitution: &Restitution, places: &[usize]) -> String {
    let language = restitution.language();
    let view = restitution.view();
    let shown: Vec<&ScaleView> = places.iter().filter_map(|idx| view.scales.get(*idx)).collect();
    let grouped = shown.iter().any(|scale| scale.parent.is_some());
    let all = shown.len() <= TOLD_ONE_BY_ONE || !grouped;
    let told = shown.iter().filter(|scale| all || scale.parent.is_none());
    let mut sentences: Vec<String> = told.map(|scale| raw_line(language, scale)).collect();
    if !all {
        let n_shown = shown.len();
        let opening = language.say(
            &format!("{n_shown} échelles, chacune avec son point et sa marge ; voici les principales."),
            &format!("{n_shown} scales, each with its point and its margin; here are the main ones."),
        );
        sentences.insert(0, opening);
        sentences.push(language.say("Toutes les valeurs sont dans le tableau.", "All values are in the table."));
    }
    if shown.iter().any(|scale| scale.raw_interval().is_some()) {
        let level = number::percent(language, view.level);
        sentences.push(language.say(&format!("Les marges sont à {level}."), &format!("Margins are {level} margins.")));
    }
    sentences.extend(view.order.as_ref().map(|order| order.sentence.clone()));
    sentences.join(" ")
}

fn raw_line(language: Language, scale: &ScaleView) -> String {
    let name = &scale.name;
    match &scale.raw {
        Ok(raw) => {
            let told = number::raw_told(language, raw, scale.raw_margin());
            language.say(&format!("{name} : {told}."), &format!("{name}: {told}."))
        }
        Err(reason) => {
            let why = reason.short(language, scale.answered, scale.n_items);
            language.say(&format!("{name} : {why}."), &format!("{name}: {why}."))
        }
    }
}
