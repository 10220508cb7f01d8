//! An invented group for tests and the sample report. Nobody is in it.

use super::group::{FiguresView, GroupAbout, GroupScale, GroupScaleView, GroupView, MIN_CELL, SubgroupView, Summary};
use super::sample::norm;
use super::{NormCardView, NormKind, ProvenanceView, Spread, Status};
use crate::text::Language;

/// All groups in one language.
#[must_use]
pub fn all(language: Language) -> Vec<GroupView> {
    vec![organization(language), without_norm(language), many_scales(language)]
}

/// Eighty-nine people of an organization at four sites, one of them small; five scales with a norm.
#[must_use]
pub fn organization(language: Language) -> GroupView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let scales = [
        word("Élan vers les autres", "Drive towards others"),
        word("Attention aux autres", "Care for others"),
        word("Constance", "Constancy"),
        word("Sensibilité aux tensions", "Sensitivity to tension"),
        word("Curiosité", "Curiosity"),
    ];
    let t = [52.6, 57.0, 48.4, 44.2, 50.8];
    let bands = [
        [[1, 29, 11], [1, 16, 6], [1, 12, 4], [0, 5, 1]],
        [[2, 26, 14], [5, 11, 7], [1, 9, 7], [0, 4, 3]],
        [[8, 27, 7], [5, 13, 5], [6, 6, 5], [1, 5, 1]],
        [[14, 23, 5], [5, 12, 6], [6, 6, 5], [2, 4, 1]],
        [[7, 24, 11], [5, 13, 5], [5, 7, 5], [1, 4, 2]],
    ];
    let sites = ["Bordeaux", "Lille", "Nantes", "Tours"].into_iter().zip([42, 23, 17, 7]).enumerate();
    let figures = |scale: usize, band: [u64; 3], shift: f64| scored(t[scale] + shift, band);
    let subgroups = sites.map(|(site, (name, n_people))| SubgroupView {
        name: name.to_owned(),
        n_people,
        figures: bands
            .iter()
            .enumerate()
            .map(|(scale, bands)| figures(scale, bands[site], [0.8, -1.2, 0.4, -1.9][site]))
            .collect(),
    });
    let whole = |scale: usize| {
        let mut band = [0; 3];
        for row in bands[scale] {
            for (sum, more) in band.iter_mut().zip(row) {
                *sum += more;
            }
        }
        figures(scale, band, 0.0)
    };
    let scales = scales.into_iter().enumerate().map(|(idx, name)| GroupScaleView {
        scale: GroupScale {
            name,
            low_pole: (idx == 0).then(|| word("préfère le calme, le petit comité", "prefers quiet and small groups")),
            high_pole: (idx == 0).then(|| word("va au-devant des gens", "goes out to meet people")),
            is_facet: false,
            lowest: 24.0,
            highest: 120.0,
        },
        figures: whole(idx),
    });
    GroupView {
        scales: scales.collect(),
        subgroups: subgroups.collect(),
        about: GroupAbout {
            parted_by: Some(word("par site", "by site")),
            norm: Some(NormCardView { kind: NormKind::Simulated, ..norm(language) }),
            ..about(language, 89)
        },
    }
}

/// Three scales of different ranges without a norm; one has too few scores to be told.
#[must_use]
pub fn without_norm(language: Language) -> GroupView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let points = |p10, q1, median, q3, p90, mean, standard_deviation| {
        Spread::new(p10, q1, median, q3, p90).ok().map(|spread| Summary { mean, standard_deviation, spread })
    };
    let scale = |name: String, ends: (f64, f64), n: u64, raw: Option<Summary>| GroupScaleView {
        scale: GroupScale { name, low_pole: None, high_pole: None, is_facet: false, lowest: ends.0, highest: ends.1 },
        figures: FiguresView { n, raw, t: None, band: None },
    };
    GroupView {
        scales: vec![
            scale(
                word(
                    "Intérêt pour les activités artistiques et la création sous toutes ses formes",
                    "Interest in the arts and in creation of every kind",
                ),
                (0.0, 40.0),
                31,
                points(6.0, 11.0, 19.0, 27.0, 33.0, 19.4, 9.8),
            ),
            scale(
                word("Conditions de travail", "Working conditions"),
                (1.0, 5.0),
                34,
                points(1.5, 2.25, 3.0, 3.75, 4.5, 3.02, 1.05),
            ),
            scale(word("Déplacements", "Travel"), (1.0, 5.0), 8, points(1.0, 2.0, 2.5, 3.0, 5.0, 2.6, 1.2)),
        ],
        subgroups: Vec::new(),
        about: GroupAbout { simulated: false, status: Status::OriginalNotStandardized, ..about(language, 34) },
    }
}

/// Thirty-five scales with a norm, in one group.
#[must_use]
pub fn many_scales(language: Language) -> GroupView {
    let scale = |idx: u32| GroupScaleView {
        scale: GroupScale {
            name: format!("{} {}", language.pick("Échelle", "Scale"), idx + 1),
            low_pole: None,
            high_pole: None,
            is_facet: !idx.is_multiple_of(7),
            lowest: 24.0,
            highest: 120.0,
        },
        figures: scored(38.0 + f64::from(idx * 11 % 25), [20, 60, 20]),
    };
    GroupView {
        scales: (0..35).map(scale).collect(),
        subgroups: Vec::new(),
        about: GroupAbout {
            norm: Some(NormCardView { kind: NormKind::Simulated, ..norm(language) }),
            ..about(language, 104)
        },
    }
}

/// Figures around a mean in T, of as many people as the band holds.
fn scored(t: f64, band: [u64; 3]) -> FiguresView {
    let around = |mean: f64, unit: f64| {
        let at = |z: f64| mean + z * unit;
        let spread = Spread::new(at(-1.2), at(-0.7), at(0.05), at(0.7), at(1.3)).ok()?;
        Some(Summary { mean, standard_deviation: unit, spread })
    };
    FiguresView {
        n: band.iter().sum(),
        raw: around(84.0 + (t - 50.0) * 1.3, 12.1),
        t: around(t, 9.3),
        band: Some(band),
    }
}

fn about(language: Language, n_people: u64) -> GroupAbout {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    GroupAbout {
        language,
        title: word("Ce que le groupe répond", "What the group answers"),
        occasion: Some(word("Restitution collective du 3 novembre 2026", "Group results of 3 November 2026")),
        group_label: word("Personnes accompagnées en 2026", "People supported in 2026"),
        parted_by: None,
        instrument_label: word("Inventaire Rives", "Rives inventory"),
        description: word(
            "Des manières d'être au travail, décrites par les personnes elles-mêmes.",
            "Ways of being at work, described by the people themselves.",
        ),
        status: Status::Standardized,
        simulated: true,
        n_people,
        min_cell: MIN_CELL,
        norm: None,
        limits: Vec::new(),
        provenance: ProvenanceView {
            instrument_id: "sample".to_owned(),
            instrument_version: "1.0.0".to_owned(),
            norm_id: None,
            engine_version: "0.1.0".to_owned(),
        },
    }
}
