//! The synthesis of a bilan, in the sections that practice expects: circumstances; competences and aptitudes in view of the
//! perspectives; project and alternatives; steps; training; the beneficiary's remarks; places for both signatures.

use super::model::{Block, Chapter, Date, Document, Tone};
use super::parts;
use crate::text::{Language, date, paper, typeset};

/// A synthesis as it is written.
#[derive(Debug, Clone, Copy)]
pub struct SynthesisView<'a> {
    /// Language of the headings.
    pub language: Language,
    /// Who the bilan is for.
    pub beneficiary: &'a str,
    /// Who leads it.
    pub consultant: &'a str,
    /// When it was handed over; `None`: it is a draft, and says so.
    pub delivered: Option<Date>,
    /// Circumstances of the bilan.
    pub circumstances: &'a str,
    /// Competences and aptitudes in view of the perspectives.
    pub competences: &'a str,
    /// Project and alternatives.
    pub project: &'a str,
    /// Steps of its realisation.
    pub steps: &'a str,
    /// Training; empty where there is none, and then left out.
    pub training: &'a str,
    /// The beneficiary's remarks; empty: lines to write them on.
    pub remarks: &'a str,
}

/// Lines for remarks that were not written yet.
const LINES: u8 = 8;

/// The document. An empty section is said to be empty, never left out, but for training.
#[must_use]
pub fn document(view: &SynthesisView) -> Document {
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let section = |id: &str, heading: String, text: &str| Chapter {
        id: id.to_owned(),
        heading,
        body: vec![if text.trim().is_empty() {
            Block::Text { text: paper::not_written_yet(language), tone: Tone::Quiet }
        } else {
            Block::Written { text: text.trim().to_owned() }
        }],
        ..Chapter::default()
    };
    let mut chapters = vec![
        section("circonstances", paper::synthesis_circumstances(language), view.circumstances),
        section("competences", paper::synthesis_competences(language), view.competences),
        section("projet", paper::synthesis_project(language), view.project),
        section("etapes", paper::synthesis_steps(language), view.steps),
    ];
    if !view.training.trim().is_empty() {
        chapters.push(section("formation", paper::synthesis_training(language), view.training));
    }
    let remarks = if view.remarks.trim().is_empty() {
        Block::Lines { n: LINES, label: paper::room_to_write(language) }
    } else {
        Block::Written { text: view.remarks.trim().to_owned() }
    };
    chapters.push(parts::plain("observations", paper::synthesis_remarks(language), vec![remarks]));
    chapters.push(parts::signatures(language, view.beneficiary, view.consultant));
    let state = view
        .delivered
        .map_or_else(|| paper::draft(language), |day| paper::handed_over_on(language, &date::day(language, day)));
    Document {
        language,
        title: paper::synthesis_title(language),
        file_title: set(&format!("{} – {}", paper::synthesis_title(language), view.beneficiary)),
        kicker: set(&format!("{} · {state}", view.beneficiary)),
        lead: vec![paper::synthesis_lead(language)],
        banner: view.delivered.is_none().then(|| paper::draft_banner(language)),
        running: set(&format!("{} · {}", paper::synthesis_title(language), view.beneficiary)),
        made_on: view.delivered,
        provenance: None,
        metas: Vec::new(),
        chapters,
    }
}
