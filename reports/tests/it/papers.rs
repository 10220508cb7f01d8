//! Every kind of document with invented content, for tests that hold for all of them.

use reports::document::attendance::{self, AttendanceEntry, AttendanceForm, AttendanceView, PhaseName};
use reports::document::battery::{self, BatteryView};
use reports::document::destruction::{self, DestructionView, RecordKind};
use reports::document::model::Date;
use reports::document::synthesis::{self, SynthesisView};
use reports::document::technical::{self, ItemAnswerView, QualityIndexView, QualityView, TechnicalView};
use reports::document::{Document, feedback360, group, restitution, two_dates};
use reports::text::Language;
use reports::text::date::Moment;
use reports::view::change::{self, Change};
use reports::view::feedback::{self, Feedback};
use reports::view::group::Group;
use reports::view::norm_table::NormTableView;
use reports::view::{Restitution, RestitutionView, sample, sample_group, sample_values};

pub fn document(view: RestitutionView) -> Document {
    restitution::document(&Restitution::new(view).unwrap()).unwrap()
}

/// All of them in one language.
pub fn all(language: Language) -> Vec<Document> {
    let mut all: Vec<Document> = sample::all(language).into_iter().map(document).collect();
    all.extend(sample_values::all(language).into_iter().map(document));
    let feedback = feedback::sample::all(language).into_iter().map(|view| Feedback::new(view).unwrap());
    all.extend(feedback.map(|feedback| feedback360::document(&feedback).unwrap()));
    let changes = change::sample::all(language).into_iter().map(|view| Change::new(view).unwrap());
    all.extend(changes.map(|change| two_dates::document(&change).unwrap()));
    let groups = sample_group::all(language).into_iter().map(|view| Group::new(view).unwrap());
    all.extend(groups.map(|found| group::document(&found).unwrap()));
    all.extend([
        battery(language),
        technical(language),
        synthesis(language),
        attendance(language),
        destruction(language),
    ]);
    all
}

fn pick(language: Language, french: &str, english: &str) -> String {
    match language {
        Language::French => french.to_owned(),
        Language::English => english.to_owned(),
    }
}

fn battery(language: Language) -> Document {
    let restitutions: Vec<Restitution> =
        sample::all(language).into_iter().map(|view| Restitution::new(view).unwrap()).collect();
    let view =
        BatteryView { language, occasion: None, person_label: Some("Camille Durand"), restitutions: &restitutions };
    battery::document(&view).unwrap()
}

fn technical(language: Language) -> Document {
    let restitution = Restitution::new(sample::thirty_five_scales(language)).unwrap();
    let word = |french: &str, english: &str| pick(language, french, english);
    let items = (1..=40).map(|place| ItemAnswerView {
        place,
        text: Some(word("Je termine ce que je commence.", "I finish what I begin.")),
        answer: (place != 7).then(|| word("Plutôt d’accord (4)", "Rather agree (4)")),
        scales: vec![word("Constance", "Constancy")],
    });
    let index = |value: Result<f64, String>| QualityIndexView {
        name: word("Plus longue suite de réponses identiques", "Longest run of one answer"),
        value,
        looks_at: word("Combien de fois la même réponse revient de suite.", "How often one answer comes in a row."),
        reading: word("Une longue suite peut venir d’une lecture rapide.", "A long run may come from fast reading."),
        limits: word("Elle ne dit pas pourquoi.", "It does not say why."),
    };
    let view = TechnicalView {
        standard_errors: vec![Some(2.4); restitution.view().scales.len()],
        restitution: &restitution,
        differences: vec![word(
            "Constance dépasse Curiosité au-delà de la marge d’erreur.",
            "Constancy exceeds Curiosity beyond the margin of error.",
        )],
        differences_note: Some(word("Dix paires d’échelles sont comparées.", "Ten pairs of scales are compared.")),
        code: vec![("Code".to_owned(), "S(AI)".to_owned())],
        code_notes: Vec::new(),
        quality: Some(QualityView {
            n_answered: 119,
            reference: None,
            note: word("Ces indices servent à préparer l’entretien.", "These indices help to prepare the interview."),
            indices: vec![
                index(Ok(6.0)),
                index(Err(word("Pas de valeur\u{a0}: aucun groupe de référence.", "No value: no reference group."))),
            ],
        }),
        items: items.collect(),
    };
    technical::document(&view, &[(0, norm_table(24..=120)), (1, norm_table(4..=20))]).unwrap()
}

/// Ranks at every fourth score of a made-up norm; the scale of four questions is a facet, and has no drawing.
pub fn norm_table(scores: std::ops::RangeInclusive<u16>) -> NormTableView {
    let (lowest, highest) = (f64::from(*scores.start()), f64::from(*scores.end()));
    let (middle, spread) = ((lowest + highest) / 2.0, (highest - lowest) / 16.0);
    let rank = |raw: u16| 100.0 / (1.0 + (-(f64::from(raw) - middle) / spread).exp());
    NormTableView::new(scores.step_by(4).map(|raw| (f64::from(raw), rank(raw))).collect()).unwrap()
}

fn synthesis(language: Language) -> Document {
    let text = pick(
        language,
        "Camille Durand souhaite changer de voie.\n\nDeux pistes ont été retenues.",
        "Camille Durand wishes to change paths.\n\nTwo paths were kept.",
    );
    synthesis::document(&SynthesisView {
        language,
        beneficiary: "Camille Durand",
        consultant: "Hélène Marchand",
        delivered: Some(Date { year: 2026, month: 11, day: 3 }),
        circumstances: &text,
        competences: &text,
        project: &text,
        steps: &text,
        training: "",
        remarks: "",
    })
}

fn attendance(language: Language) -> Document {
    let moment = |day: u8, hour: u8| Moment { day: Date { year: 2026, month: 10, day }, hour, minute: 30 };
    let entry = |day: u8, form: AttendanceForm, phase: PhaseName| AttendanceEntry {
        phase,
        form,
        from: moment(day, 9),
        to: moment(day, 11),
        minutes: 120,
    };
    attendance::document(&AttendanceView {
        language,
        beneficiary: "Camille Durand",
        consultant: "Hélène Marchand",
        organisation: Some("Atelier des parcours"),
        made_on: Some(Date { year: 2026, month: 11, day: 3 }),
        entries: &[
            entry(1, AttendanceForm::Meeting, PhaseName::Preliminary),
            entry(8, AttendanceForm::Questionnaires, PhaseName::Investigation),
            entry(15, AttendanceForm::Remote, PhaseName::Conclusions),
        ],
    })
}

fn destruction(language: Language) -> Document {
    destruction::document(&DestructionView {
        language,
        signed_on: Date { year: 2026, month: 11, day: 4 },
        key: "4f2a",
        commitment: &"ab".repeat(32),
        destroyed: &[(RecordKind("answer".to_owned()), 240), (RecordKind("result".to_owned()), 1)],
        n_keys: 9,
        remaining: &[(RecordKind("administrative".to_owned()), Date { year: 2027, month: 11, day: 3 })],
        replicas: &["first".to_owned()],
    })
}
