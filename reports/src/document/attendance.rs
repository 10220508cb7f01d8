//! The certificate of attendance: when, how long, in which form; nothing of what was said or found.

use super::model::{Block, Cell, Date, Document, Head, Row, Table, Tone};
use super::parts;
use crate::text::date::{self, Moment};
use crate::text::{Language, capital, paper, typeset};

/// Attendance at a bilan.
#[derive(Debug, Clone, Copy)]
pub struct AttendanceView<'a> {
    /// Language.
    pub language: Language,
    /// Who attended, as on the agreement.
    pub beneficiary: &'a str,
    /// Who led the bilan.
    pub consultant: &'a str,
    /// The house that certifies.
    pub organisation: Option<&'a str>,
    /// The day of the certificate.
    pub made_on: Option<Date>,
    /// Meetings and time on questionnaires, in order of time.
    pub entries: &'a [AttendanceEntry],
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttendanceEntry {
    /// Phase of the bilan.
    pub phase: PhaseName,
    /// Form.
    pub form: AttendanceForm,
    /// Start.
    pub from: Moment,
    /// End.
    pub to: Moment,
    /// Length in minutes.
    pub minutes: u64,
}

/// A phase of a bilan (R6313-4), or the time before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseName {
    /// Before the first phase.
    Before,
    /// The preliminary phase.
    Preliminary,
    /// The investigation phase.
    Investigation,
    /// The conclusions phase.
    Conclusions,
    /// After the end.
    After,
}

/// In which form time was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttendanceForm {
    /// In the same room.
    Meeting,
    /// By telephone or video.
    Remote,
    /// On one's own, on questionnaires.
    Questionnaires,
}

impl AttendanceForm {
    const ALL: [Self; 3] = [Self::Meeting, Self::Remote, Self::Questionnaires];

    fn words(self, language: Language) -> String {
        match self {
            Self::Meeting => language.say("en présence", "in person"),
            Self::Remote => language.say("à distance", "remote"),
            Self::Questionnaires => language.say("questionnaires", "questionnaires"),
        }
    }
}

impl PhaseName {
    fn words(self, language: Language) -> String {
        match self {
            Self::Before => language.say("avant la première phase", "before the first phase"),
            Self::Preliminary => language.say("phase préliminaire", "preliminary phase"),
            Self::Investigation => language.say("phase d'investigation", "investigation phase"),
            Self::Conclusions => language.say("phase de conclusions", "conclusions phase"),
            Self::After => language.say("après la fin", "after the end"),
        }
    }
}

/// The document.
#[must_use]
pub fn document(view: &AttendanceView) -> Document {
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let total: u64 = view.entries.iter().map(|entry| entry.minutes).sum();
    let statement = paper::attendance_statement(
        language,
        view.beneficiary,
        view.consultant,
        view.organisation,
        &date::duration(language, total),
    );
    let mut body = vec![Block::Text { text: statement, tone: Tone::Voice }];
    body.push(Block::Facts { facts: by_form(view, total), is_card: true });
    if view.entries.is_empty() {
        body.push(Block::Text { text: paper::no_attendance(language), tone: Tone::Plain });
    } else {
        body.push(Block::Table(table(view)));
    }
    body.push(Block::Text { text: paper::attendance_limits(language), tone: Tone::Quiet });
    Document {
        language,
        title: paper::attendance_title(language),
        file_title: set(&format!("{} – {}", paper::attendance_title(language), view.beneficiary)),
        kicker: parts::joined(
            language,
            [view.organisation.map(str::to_owned), view.made_on.map(|day| date::day(language, day))],
        ),
        lead: Vec::new(),
        banner: None,
        running: set(&format!("{} · {}", paper::attendance_title(language), view.beneficiary)),
        made_on: view.made_on,
        provenance: None,
        metas: Vec::new(),
        chapters: vec![
            parts::plain("presence", paper::attendance_heading(language), body),
            parts::signatures(language, view.beneficiary, view.consultant),
        ],
    }
}

fn by_form(view: &AttendanceView, total: u64) -> Vec<(String, String)> {
    let language = view.language;
    let minutes = |form: AttendanceForm| {
        let of_form = view.entries.iter().filter(|entry| entry.form == form);
        of_form.map(|entry| entry.minutes).sum::<u64>()
    };
    let forms = AttendanceForm::ALL.into_iter().map(|form| (capital(&form.words(language)), minutes(form)));
    let forms = forms.filter(|(_, minutes)| *minutes > 0);
    forms
        .chain([(paper::total(language), total)])
        .map(|(term, minutes)| (term, date::duration(language, minutes)))
        .collect()
}

fn table(view: &AttendanceView) -> Table {
    let language = view.language;
    let row = |entry: &AttendanceEntry| {
        let times = [entry.from, entry.to].map(|moment| date::time(language, moment));
        let [from, to] = times;
        Row {
            head: date::day(language, entry.from.day),
            is_inner: false,
            cells: vec![
                Cell::text(language.say(&format!("de {from} à {to}"), &format!("{from} to {to}"))),
                Cell::text(entry.form.words(language)),
                Cell::text(entry.phase.words(language)),
                Cell::number(date::duration(language, entry.minutes)),
            ],
        }
    };
    let head = |text: String, is_number: bool| Head { text, is_number };
    Table {
        caption: paper::attendance_caption(language),
        label: paper::attendance_heading(language),
        heads: vec![
            head(paper::day_head(language), false),
            head(paper::time_head(language), false),
            head(paper::form_head(language), false),
            head(paper::phase_head(language), false),
            head(paper::duration_head(language), true),
        ],
        rows: view.entries.iter().map(row).collect(),
    }
}
