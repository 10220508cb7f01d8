//! The receipt of a destruction, as people read it: what was destroyed, when and why, what stays and until when, how anybody can check
//! it. The signed file is what counts; the document says so.

use super::model::{Block, Date, Document, Item, ListKind, Tone};
use super::parts;
use crate::text::{Language, capital, date, number, paper, typeset};

/// A destruction that is finished and signed.
#[derive(Debug, Clone, Copy)]
pub struct DestructionView<'a> {
    /// Language.
    pub language: Language,
    /// The day on which it was signed.
    pub signed_on: Date,
    /// The key that signed it, as it is published.
    pub key: &'a str,
    /// The commitment to the bilan, in hexadecimal digits.
    pub commitment: &'a str,
    /// What was destroyed: kind and number.
    pub destroyed: &'a [(RecordKind, u64)],
    /// Number of keys that were destroyed.
    pub n_keys: usize,
    /// What stays, and until which day.
    pub remaining: &'a [(RecordKind, Date)],
    /// The key stores that confirmed.
    pub replicas: &'a [String],
}

/// A kind of record, as receipts name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordKind(pub String);

impl RecordKind {
    /// Its name for people; the receipt's own word where it is not known here.
    #[must_use]
    pub fn words(&self, language: Language, n: u64) -> String {
        let several = n > 1;
        let pick = |one: (&str, &str), many: (&str, &str)| {
            let (french, english) = if several { many } else { one };
            language.say(french, english)
        };
        match self.0.as_str() {
            "account" => pick(("compte", "account"), ("comptes", "accounts")),
            "session" => pick(("connexion", "session"), ("connexions", "sessions")),
            "invitation" => pick(("invitation", "invitation"), ("invitations", "invitations")),
            "bilan" => pick(("dossier du bilan", "file of the bilan"), ("dossiers de bilan", "files of bilans")),
            "administrative" => pick(
                ("dossier administratif", "administrative record"),
                ("dossiers administratifs", "administrative records"),
            ),
            "follow_up" => {
                pick(("suivi à six mois", "six-month follow-up"), ("suivis à six mois", "six-month follow-ups"))
            }
            "assignment" => {
                pick(("questionnaire donné", "questionnaire given"), ("questionnaires donnés", "questionnaires given"))
            }
            "answer" => pick(("réponse", "answer"), ("réponses", "answers")),
            "result" => pick(("résultat", "result"), ("résultats", "results")),
            "note" => pick(
                ("note du consultant", "note of the consultant"),
                ("notes du consultant", "notes of the consultant"),
            ),
            "synthesis" => {
                pick(("document de synthèse", "synthesis document"), ("documents de synthèse", "synthesis documents"))
            }
            "document" => {
                pick(("document apporté", "document brought along"), ("documents apportés", "documents brought along"))
            }
            "attendance" => {
                pick(("relevé de présence", "record of attendance"), ("relevés de présence", "records of attendance"))
            }
            "agreement" => pick(("accord écrit", "written agreement"), ("accords écrits", "written agreements")),
            "consent" => pick(("consentement", "consent"), ("consentements", "consents")),
            "feedback_round" => {
                pick(("enquête auprès de l'entourage", "360° round"), ("enquêtes auprès de l'entourage", "360° rounds"))
            }
            "rater" => pick(
                ("personne interrogée de l'entourage", "person asked in the entourage"),
                ("personnes interrogées de l'entourage", "people asked in the entourage"),
            ),
            "mail" => pick(("message", "message"), ("messages", "messages")),
            "grant" => pick(("droit d'accès", "right of access"), ("droits d'accès", "rights of access")),
            "token" => pick(("jeton d'accès", "access token"), ("jetons d'accès", "access tokens")),
            other => other.replace(['-', '_'], " "),
        }
    }
}

/// The document.
#[must_use]
pub fn document(view: &DestructionView) -> Document {
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let signed_on = date::day(language, view.signed_on);
    let destroyed = view.destroyed.iter().map(|(kind, n)| {
        Item::plain(set(&format!("{}\u{a0}{}", number::count(language, *n), kind.words(language, *n))))
    });
    let destroyed: Vec<Item> = destroyed.collect();
    let mut body = vec![Block::Text { text: paper::destroyed_on(language, &signed_on), tone: Tone::Voice }];
    if !destroyed.is_empty() {
        body.push(Block::List { items: destroyed, kind: ListKind::Bullets });
    }
    body.push(Block::Text { text: paper::keys_destroyed(language, view.n_keys), tone: Tone::Plain });
    let remaining: Vec<Item> = view
        .remaining
        .iter()
        .map(|(kind, until)| {
            let kind = capital(&kind.words(language, 1));
            Item::plain(paper::stays_until(language, &kind, &date::day(language, *until)))
        })
        .collect();
    let stays = if remaining.is_empty() {
        Block::Text { text: paper::nothing_stays(language), tone: Tone::Plain }
    } else {
        Block::List { items: remaining, kind: ListKind::Bullets }
    };
    let facts = vec![
        (paper::signing_key(language), set(view.key)),
        (paper::commitment(language), set(view.commitment)),
        (paper::confirmed_by(language), set(&view.replicas.join(", "))),
        (paper::signed_on(language), signed_on.clone()),
    ];
    let check = vec![
        Block::Facts { facts, is_card: true },
        Block::Text { text: paper::how_to_check_receipt(language), tone: Tone::Plain },
    ];
    Document {
        language,
        title: paper::destruction_title(language),
        file_title: set(&format!("{} – {signed_on}", paper::destruction_title(language))),
        kicker: signed_on,
        lead: vec![paper::destruction_lead(language)],
        banner: None,
        running: paper::destruction_title(language),
        made_on: Some(view.signed_on),
        provenance: Some(paper::receipt_counts(language)),
        metas: Vec::new(),
        chapters: vec![
            parts::plain("detruit", paper::what_was_destroyed(language), body),
            parts::plain("reste", paper::what_stays(language), vec![stays]),
            parts::plain("verifier", paper::how_to_check(language), check),
        ],
    }
}
