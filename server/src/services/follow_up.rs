//! The follow-up after a bilan: a record of its own under a written agreement, with a copy of the contact, and questionnaires that are
//! answered by a link, without signing in.

use jiff::{Span, civil::Date};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::app::{App, Caller, MailRoute, Terms};
use crate::clock::{DAY_MS, Timestamp};
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::account::Account;
use crate::records::agreement::KeptDays;
use crate::records::bilan::Phase;
use crate::records::follow_up::{FollowUp, FollowUpKind, PlannedQuestion, state};
use crate::records::grant::DocumentClass;
use crate::records::receipt::Reason;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::{own_bilan, phase_of};
use crate::services::destruction::decide::ENDING;
use crate::services::destruction::{self, Standing};
use crate::services::error::{Result, ServiceError};
use crate::services::letters::Sender;
use crate::services::life;
use crate::services::notices::{self, Belonging};
use crate::store::{Change, Kind, Record, Selection};

/// The start of a link's token.
const PREFIX: &str = "bif_";
/// The hour of the day at which questionnaires are sent, in milliseconds.
const MORNING_MS: i64 = 9 * 3_600_000;
/// The longest answer, in characters.
pub const LONGEST_ANSWER: usize = 4000;

/// The words of the questions of a questionnaire, by which answers are named.
#[must_use]
pub const fn questions(kind: FollowUpKind) -> &'static [&'static str] {
    match kind {
        FollowUpKind::Situation => &["situation", "project", "steps", "help-needed"],
        FollowUpKind::Satisfaction => &["expectations", "consultant", "documents", "recommend", "remarks"],
    }
}

/// The text of a question.
#[must_use]
pub fn question_text(word: &str, language: &str) -> &'static str {
    match (word, language == "en") {
        ("situation", true) => "What is your situation today?",
        ("situation", false) => "Quelle est votre situation aujourd’hui ?",
        ("project", true) => "What has become of your project?",
        ("project", false) => "Où en est votre projet ?",
        ("steps", true) => "Which steps have you taken, and which remain?",
        ("steps", false) => "Quelles démarches avez-vous faites, lesquelles restent à faire ?",
        ("help-needed", true) => "Would a talk with your consultant help?",
        ("help-needed", false) => "Un entretien avec la personne qui a conduit le bilan vous aiderait-il ?",
        ("expectations", true) => "Did the bilan meet your expectations?",
        ("expectations", false) => "Le bilan a-t-il répondu à vos attentes ?",
        ("consultant", true) => "What do you say of the work with your consultant?",
        ("consultant", false) => "Que dites-vous du travail avec la personne qui a conduit le bilan ?",
        ("documents", true) => "Were results and synthesis clear and useful?",
        ("documents", false) => "Les résultats et la synthèse étaient-ils clairs et utiles ?",
        ("recommend", true) => "Would you recommend this bilan, and why?",
        ("recommend", false) => "Recommanderiez-vous ce bilan, et pourquoi ?",
        (_, true) => "Anything else?",
        (_, false) => "Autre chose ?",
    }
}

fn planned(kind: FollowUpKind, due: Timestamp) -> PlannedQuestion {
    PlannedQuestion { kind, due, sent: None, token_hash: Vec::new(), answers: Vec::new(), answered: None }
}

/// When something is sent that is planned so many months after the end.
fn months_after(end: Timestamp, months: u8) -> Timestamp {
    let day = end.paris_day().checked_add(Span::new().months(i64::from(months))).unwrap_or(Date::MAX);
    Timestamp::start_of_paris_day(day).plus(MORNING_MS)
}

/// Plans the questionnaires of a follow-up whose bilan has ended: the situation at both dates, satisfaction at the second.
pub fn plan_from_the_end(stored: &mut Stored<FollowUp>, end: Timestamp, terms: &Terms) {
    let [first, second] = terms.follow_up_months.map(|months| months_after(end, months));
    let content = &mut stored.content;
    content.ended = Some(end);
    let until = content.kept.until(end);
    let after = [
        planned(FollowUpKind::Situation, first),
        planned(FollowUpKind::Situation, second),
        planned(FollowUpKind::Satisfaction, second),
    ];
    // What would be sent after the term is not sent at all.
    content.planned.extend(after.into_iter().filter(|question| question.due < until));
    stored.record.state = state::RUNNING.to_owned();
    stored.record.due = next_look(content, terms.mail);
}

/// When the scheduler has to look at a follow-up again, once the bilan has ended.
#[must_use]
pub fn next_look(content: &FollowUp, mail: MailRoute) -> Option<Timestamp> {
    let until = content.until()?;
    let sends = content.email.is_some() && mail == MailRoute::Smtp;
    let unsent = content.planned.iter().filter(|question| question.sent.is_none() && sends);
    Some(unsent.map(|question| question.due).min().map_or(until, |due| due.min(until)))
}

/// The beneficiary agrees to a follow-up, or changes what she agreed to, before the end.
///
/// # Errors
/// what [`life::check_under_way`] says; [`ServiceError::NotFound`] for another's bilan; what store and vault say.
pub async fn agree(app: &App, caller: &Caller, bilan: Id, kept: KeptDays) -> Result<Stored<FollowUp>> {
    let now = app.now();
    let documents = app.documents();
    let stored = own_bilan(app, caller, bilan, now).await?;
    life::check_under_way(phase_of(&stored.record)?)?;
    let account: Stored<Account> = documents.load(caller.account).await?;
    let audit = AuditEntry::new(Some(caller.account), Verb::Change, Kind::FollowUp, None, Some(bilan));
    if let Some(mut follow_up) = of_bilan(app, bilan).await? {
        follow_up.content.kept = kept;
        follow_up.content.signed = now;
        follow_up.content.name = account.content.name;
        follow_up.content.email = account.content.email;
        let id = follow_up.record.id;
        let audit = AuditEntry { object: Some(id), ..audit }.at(now)?;
        // The record itself lives on after the end.
        let goes_on = Change::ExpectGoingOn { bilan };
        documents.commit(vec![goes_on, documents.update(&follow_up).await?, audit]).await?;
        return documents.load(id).await;
    }
    let content = FollowUp {
        name: account.content.name,
        email: account.content.email,
        language: account.content.language,
        signed: now,
        kept,
        ended: None,
        planned: vec![planned(FollowUpKind::Satisfaction, now)],
        receipts: Vec::new(),
    };
    let id = app.entropy().id();
    let record = Record {
        kind: Kind::FollowUp,
        id,
        tenant: stored.record.tenant,
        bilan: Some(bilan),
        parent: Some(bilan),
        owner: Some(caller.account),
        state: state::AGREED.to_owned(),
        audience: audience::OWNER,
        due: Some(now),
        version: 0,
        key: Some(documents.vault().create_key().await?),
        body: Vec::new(),
    };
    let audit = AuditEntry { object: Some(id), verb: Verb::Create, ..audit }.at(now)?;
    documents.commit(vec![documents.insert(record, &content).await?, audit]).await?;
    documents.load(id).await
}

/// The follow-up of a bilan, where one was agreed.
///
/// # Errors
/// What store and vault say.
pub async fn of_bilan(app: &App, bilan: Id) -> Result<Option<Stored<FollowUp>>> {
    let mut selection = Selection::of(Kind::FollowUp);
    selection.bilan = Some(bilan);
    selection.limit = 1;
    let found = app.documents().store().select(&selection).await?;
    match found.into_iter().next() {
        Some(record) if record.state != ENDING => app.documents().open(record).await.map(Some),
        _ => Ok(None),
    }
}

/// The follow-up of the caller's own bilan.
///
/// # Errors
/// [`ServiceError::NotFound`] where there is none.
pub async fn own(app: &App, caller: &Caller, bilan: Id) -> Result<Stored<FollowUp>> {
    own_bilan(app, caller, bilan, app.now()).await?;
    of_bilan(app, bilan).await?.ok_or(ServiceError::NotFound)
}

/// The beneficiary takes her agreement to the follow-up back: it is destroyed at once.
///
/// # Errors
/// [`ServiceError::NotFound`] where there is none; what store and vault say.
pub async fn withdraw(app: &App, caller: &Caller, bilan: Id) -> Result<(Id, Standing)> {
    let stored = own(app, caller, bilan).await?;
    destroy(app, stored, Reason::Revoked, Some(caller.account)).await
}

/// Destroys a follow-up.
///
/// # Errors
/// What store and vault say.
pub async fn destroy(app: &App, stored: Stored<FollowUp>, reason: Reason, by: Option<Id>) -> Result<(Id, Standing)> {
    let receipt = destruction::decide_single(app, stored.record, &stored.content.receipts, reason, by).await?;
    Ok((receipt, destruction::carry_out(app, receipt).await?))
}

/// The follow-ups that a consultant may read.
///
/// # Errors
/// What store and vault say.
pub async fn granted(app: &App, caller: &Caller) -> Result<Vec<Stored<FollowUp>>> {
    let now = app.now();
    let mut found = Vec::new();
    for grant in app.documents().store().grants_of(caller.account, now).await? {
        let Some(document) = grant.document.filter(|_| grant.classes & DocumentClass::Documents.bit() != 0) else {
            continue;
        };
        match read(app, caller, document).await {
            Ok(stored) => found.push(stored),
            // The grant is for another kind of document.
            Err(ServiceError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// One follow-up, for its consultant or its owner.
///
/// # Errors
/// [`ServiceError::NotFound`]; what store and vault say.
pub async fn read(app: &App, caller: &Caller, follow_up: Id) -> Result<Stored<FollowUp>> {
    let now = app.now();
    let stored: Stored<FollowUp> = app.documents().readable(caller, follow_up, DocumentClass::Documents, now).await?;
    let audit = AuditEntry::new(Some(caller.account), Verb::Read, Kind::FollowUp, Some(follow_up), stored.record.bilan);
    app.documents().commit(vec![audit.at(now)?]).await?;
    Ok(stored)
}

fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// A new link to a questionnaire, for a letter or for the consultant to hand over: the text of the token, which is kept nowhere.
fn new_link(app: &App, stored: &mut Stored<FollowUp>, question: usize, now: Timestamp) -> Option<String> {
    let id = stored.record.id;
    let planned = stored.content.planned.get_mut(question)?;
    let secret: [u8; 32] = app.entropy().bytes();
    let bytes = [id.as_bytes().as_slice(), &secret].concat();
    let token = format!("{PREFIX}{}", data_encoding::BASE64URL_NOPAD.encode(&bytes));
    planned.token_hash = hash_of(&token).to_vec();
    planned.sent = Some(now);
    Some(token)
}

/// Sends what is due of a follow-up; tells whether anything was sent.
///
/// # Errors
/// [`ServiceError::Changed`] when another process was faster; what store and vault say.
pub async fn send_due(app: &App, mut stored: Stored<FollowUp>, now: Timestamp) -> Result<bool> {
    let documents = app.documents();
    let before_the_end = stored.content.ended.is_none();
    let bilan = stored.record.bilan.ok_or(ServiceError::Broken("a follow-up belongs to no bilan"))?;
    let in_conclusions = match documents.store().fetch(Kind::Bilan, bilan).await? {
        Some(record) => record.state == Phase::Conclusions.word(),
        None => false,
    };
    let mut changes = Vec::new();
    let may_send = app.terms().mail == MailRoute::Smtp && (in_conclusions || !before_the_end);
    if let Some(email) = stored.content.email.clone().filter(|_| may_send) {
        for question in 0..stored.content.planned.len() {
            let due = stored.content.planned.get(question).is_some_and(|one| one.sent.is_none() && one.due <= now);
            if let Some(token) = due.then(|| new_link(app, &mut stored, question, now)).flatten() {
                let sender = Sender::of(app, stored.record.tenant, None).await?;
                let url = &app.terms().public_url;
                let letter = notices::follow_up(&email, &stored.content, &sender, url, &token, now);
                let belongs = Belonging { to: &stored.record, owner: stored.record.owner };
                changes.push(notices::queue(app, belongs, &letter).await?);
            }
        }
    }
    let sent = !changes.is_empty();
    let unsent = stored.content.planned.iter().any(|question| question.sent.is_none());
    stored.record.due = match next_look(&stored.content, app.terms().mail) {
        Some(due) => Some(due),
        // The questionnaire before the end waits for the conclusions; looked at once a day.
        None => unsent.then(|| now.plus(DAY_MS)),
    };
    changes.push(documents.update(&stored).await?);
    documents.commit(changes).await?;
    Ok(sent)
}

/// A link that the consultant hands over where no address is on file; the earlier link of that questionnaire opens nothing any more.
///
/// # Errors
/// [`ServiceError::NotFound`] for another's follow-up, or when nothing is left to ask.
pub async fn hand_over(app: &App, caller: &Caller, follow_up: Id) -> Result<String> {
    let now = app.now();
    let mut stored = read(app, caller, follow_up).await?;
    let question = stored.content.planned.iter().position(|one| one.answered.is_none() && one.due <= now);
    let token =
        question.and_then(|question| new_link(app, &mut stored, question, now)).ok_or(ServiceError::NotFound)?;
    let audit =
        AuditEntry::new(Some(caller.account), Verb::Invite, Kind::FollowUp, Some(follow_up), stored.record.bilan);
    app.documents().commit(vec![app.documents().update(&stored).await?, audit.at(now)?]).await?;
    Ok(token)
}

/// What a link opens: the follow-up, and the place of the questionnaire in its plan.
///
/// # Errors
/// [`ServiceError::NotFound`] whatever is wrong with it; what store and vault say.
pub async fn open_link(app: &App, token: &str) -> Result<(Stored<FollowUp>, usize)> {
    let bytes = token.strip_prefix(PREFIX).and_then(|text| data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok());
    let bytes = bytes.filter(|bytes| bytes.len() == 48).ok_or(ServiceError::NotFound)?;
    let id = bytes.get(..16).and_then(|id| Id::try_from(id).ok()).ok_or(ServiceError::NotFound)?;
    let stored: Stored<FollowUp> = app.documents().load(id).await?;
    let over = stored.record.state == ENDING || stored.content.until().is_some_and(|until| app.now() >= until);
    let hash = hash_of(token);
    let place = stored.content.planned.iter().position(|one| bool::from(one.token_hash.as_slice().ct_eq(&hash)));
    match place {
        Some(place) if !over => Ok((stored, place)),
        _ => Err(ServiceError::NotFound),
    }
}

/// Keeps the answers given by a link; giving them again replaces them.
///
/// # Errors
/// [`ServiceError::Invalid`] for questions that were not asked or answers that are too long; [`ServiceError::NotFound`] for a link that
/// opens nothing; what store and vault say.
pub async fn answer(app: &App, token: &str, answers: Vec<(String, String)>) -> Result<()> {
    let now = app.now();
    for _ in 0..destruction::TRIES {
        let (mut stored, place) = open_link(app, token).await?;
        let planned = stored.content.planned.get_mut(place).ok_or(ServiceError::NotFound)?;
        check_answers(planned.kind, &answers)?;
        planned.answers.clone_from(&answers);
        planned.answered = Some(now);
        let audit = AuditEntry::new(None, Verb::Change, Kind::FollowUp, Some(stored.record.id), stored.record.bilan);
        match app.documents().commit(vec![app.documents().update(&stored).await?, audit.at(now)?]).await {
            Err(ServiceError::Changed) => {}
            other => return other,
        }
    }
    Err(ServiceError::Changed)
}

fn check_answers(kind: FollowUpKind, answers: &[(String, String)]) -> Result<()> {
    let asked = questions(kind);
    let mut seen = std::collections::BTreeSet::new();
    for (word, text) in answers {
        if !asked.contains(&word.as_str()) || !seen.insert(word) {
            return Err(ServiceError::field(
                "/answers",
                "each question that was asked, once",
                "read the questions again",
            ));
        }
        if text.chars().count() > LONGEST_ANSWER {
            return Err(ServiceError::field("/answers", "up to 4000 characters an answer", "shorten the answer"));
        }
    }
    Ok(())
}

/// Takes the agreement to the follow-up back by its link.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that opens nothing; what store and vault say.
pub async fn withdraw_by_link(app: &App, token: &str) -> Result<(Id, Standing)> {
    let (stored, _) = open_link(app, token).await?;
    destroy(app, stored, Reason::Revoked, None).await
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn follow_up(days: u16, end: Timestamp) -> Stored<FollowUp> {
        let content = FollowUp {
            name: "Claude".to_owned(),
            email: Some("c@example.org".to_owned()),
            language: "fr".to_owned(),
            signed: end,
            kept: KeptDays::new(days).unwrap(),
            ended: None,
            planned: vec![planned(FollowUpKind::Satisfaction, end.plus(-DAY_MS))],
            receipts: Vec::new(),
        };
        let id = Id::from_bytes([1; 16]);
        let record = Record {
            kind: Kind::FollowUp,
            id,
            tenant: id,
            bilan: Some(id),
            parent: None,
            owner: Some(id),
            state: state::AGREED.to_owned(),
            audience: audience::OWNER,
            due: None,
            version: 1,
            key: Some(id),
            body: Vec::new(),
        };
        let mut stored = Stored { record, content };
        plan_from_the_end(&mut stored, end, &Terms { mail: MailRoute::Smtp, ..Terms::default() });
        stored
    }

    #[test]
    fn questionnaires_are_planned_at_two_and_six_months_by_the_calendar() {
        let end = Timestamp::start_of_paris_day(date(2026, 12, 31)).plus(15 * 3_600_000);
        let stored = follow_up(365, end);
        let days: Vec<_> = stored.content.planned.iter().map(|one| (one.kind, one.due.paris_day())).collect();
        let expected = [
            (FollowUpKind::Satisfaction, date(2026, 12, 30)),
            // The last day of February.
            (FollowUpKind::Situation, date(2027, 2, 28)),
            (FollowUpKind::Situation, date(2027, 6, 30)),
            (FollowUpKind::Satisfaction, date(2027, 6, 30)),
        ];
        assert_eq!(days, expected);
        assert_eq!(stored.content.until(), Some(Timestamp::start_of_paris_day(date(2027, 12, 31))));
    }

    #[test]
    fn nothing_is_asked_beyond_the_agreed_term() {
        let end = Timestamp::start_of_paris_day(date(2026, 12, 1)).plus(15 * 3_600_000);
        let stored = follow_up(90, end);
        assert_eq!(stored.content.planned.len(), 2);
        let mut content = stored.content;
        content.planned.iter_mut().for_each(|one| one.sent = Some(end));
        assert_eq!(next_look(&content, MailRoute::Smtp), content.until());
    }

    #[test]
    fn only_what_was_asked_is_taken() {
        let given = |word: &str, text: &str| vec![(word.to_owned(), text.to_owned())];
        assert!(check_answers(FollowUpKind::Situation, &given("project", "…")).is_ok());
        assert!(check_answers(FollowUpKind::Situation, &given("recommend", "…")).is_err());
        assert!(check_answers(FollowUpKind::Situation, &given("project", &"é".repeat(4001))).is_err());
        assert!(
            check_answers(FollowUpKind::Situation, &[given("project", "a"), given("project", "b")].concat()).is_err()
        );
        for kind in [FollowUpKind::Situation, FollowUpKind::Satisfaction] {
            for word in questions(kind) {
                assert_ne!(question_text(word, "fr"), question_text(word, "en"));
            }
        }
    }
}
