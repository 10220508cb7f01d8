//! Attendance: meetings with their hours, time on questionnaires, totals, the certificate; a meeting recorded by mistake is withdrawn.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use jiff::civil::{Date, Time};
use reports::text::small;

use super::bilan::hours_in_words;
use super::{Frame, frame};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words;
use crate::pages::words::problems_of;
use crate::records::administrative::{Attendance, AttendanceKind, WithdrawalReason};
use crate::services::attendance::{self, Hours, MOST_HOURS};
use crate::services::error::ServiceError;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/bilans/{bilan}/attendance", get(show).post(record))
        .route("/bilans/{bilan}/attendance/{entry}/withdrawal", get(withdrawal).post(withdraw))
}

/// An entry of the record.
struct EntryLine {
    /// Its place in the order of recording, from 1.
    number: u32,
    day: String,
    from: String,
    to: String,
    kind: &'static str,
    phase: &'static str,
    time: String,
    /// Whether it can be withdrawn: a meeting that counts.
    can_be_withdrawn: bool,
    /// Why it does not count, and since when.
    withdrawn: Option<(String, String)>,
}

/// Why a meeting does not count, as a choice.
const REASONS: [(&str, WithdrawalReason, &str, &str); 4] = [
    ("wrong-times", WithdrawalReason::WrongTimes, "Le jour ou les heures sont inexacts", "Day or hours are wrong"),
    (
        "did-not-take-place",
        WithdrawalReason::DidNotTakePlace,
        "La rencontre n’a pas eu lieu",
        "The meeting did not take place",
    ),
    ("recorded-twice", WithdrawalReason::RecordedTwice, "Elle est notée deux fois", "It was recorded twice"),
    ("other-bilan", WithdrawalReason::OtherBilan, "Elle concerne un autre bilan", "It belongs to another bilan"),
];

fn reason_in_words(visit: &Visit, reason: WithdrawalReason) -> &'static str {
    let found = REASONS.iter().find(|(_, known, ..)| *known == reason);
    found.map_or("", |(_, _, french, english)| visit.t(french, english))
}

fn line_of(visit: &Visit, number: u32, entry: &Attendance) -> EntryLine {
    let counted = Attendance { withdrawn: None, ..entry.clone() };
    EntryLine {
        number,
        day: visit.day(entry.from),
        from: visit.time(entry.from),
        to: visit.time(entry.to),
        kind: match entry.kind {
            AttendanceKind::Meeting => visit.t("En présence", "In person"),
            AttendanceKind::Remote => visit.t("À distance", "Remote"),
            AttendanceKind::Questionnaires => visit.t("Questionnaires", "Questionnaires"),
        },
        phase: words::phase(visit.language, entry.phase),
        time: hours_in_words(visit, Hours::of(&[counted]).total()),
        can_be_withdrawn: entry.kind != AttendanceKind::Questionnaires && entry.withdrawn.is_none(),
        withdrawn: entry.withdrawn.map(|known| (small(reason_in_words(visit, known.reason)), visit.day(known.at))),
    }
}

#[derive(Template)]
#[template(path = "consultant_attendance.html")]
struct AttendancePage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    entries: Vec<EntryLine>,
    meetings: String,
    remote: String,
    questionnaires: String,
    total: String,
    most: String,
    is_beyond: bool,
    date: String,
    from: String,
    to: String,
    is_remote: bool,
}

async fn page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    bilan: Id,
    fields: &Fields,
    problems: Problems,
) -> Result<AttendancePage, PageError> {
    let frame = frame(app, caller, &visit, bilan).await?;
    let stored = attendance::of_bilan(app, caller, bilan).await?;
    let hours = Hours::of(&stored.content.attendance);
    let mut attended: Vec<(u32, Attendance)> = (1..).zip(stored.content.attendance).collect();
    attended.sort_by_key(|(_, entry)| entry.from);
    let today = app.now().paris_day().to_string();
    Ok(AttendancePage {
        frame,
        problems,
        entries: attended.iter().map(|(number, entry)| line_of(&visit, *number, entry)).collect(),
        meetings: hours_in_words(&visit, hours.meetings),
        remote: hours_in_words(&visit, hours.remote),
        questionnaires: hours_in_words(&visit, hours.questionnaires),
        total: hours_in_words(&visit, hours.total()),
        most: hours_in_words(&visit, MOST_HOURS),
        is_beyond: hours.total() > MOST_HOURS,
        date: fields.given("date").unwrap_or(&today).to_owned(),
        from: fields.text("from").to_owned(),
        to: fields.text("to").to_owned(),
        is_remote: fields.text("kind") == "remote",
        visit,
    })
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(bilan): At<Id>) -> PageResult {
    Ok(html(&page(&app, &caller, visit, bilan, &Fields::default(), Problems::default()).await?))
}

async fn record(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    fields: Fields,
) -> PageResult {
    let problems = match read(&visit, &fields) {
        Ok((from, to, kind)) => match attendance::record(&app, &caller, bilan, from, to, kind).await {
            Ok(_) => return Ok(Redirect::to(&format!("/bilans/{bilan}/attendance")).into_response()),
            Err(ServiceError::Invalid(found)) => problems_of(&visit, &found),
            Err(error) => return Err(error.into()),
        },
        Err(problems) => problems,
    };
    Ok(to_be_mended(&page(&app, &caller, visit, bilan, &fields, problems).await?))
}

/// A meeting as it was filled in: on a wall clock in Paris.
fn read(visit: &Visit, fields: &Fields) -> Result<(Timestamp, Timestamp, AttendanceKind), Problems> {
    let day = fields.parsed::<Date>("date");
    let (from, to) = (fields.parsed::<Time>("from"), fields.parsed::<Time>("to"));
    let kind = match fields.text("kind") {
        "meeting" => Some(AttendanceKind::Meeting),
        "remote" => Some(AttendanceKind::Remote),
        _ => None,
    };
    let mut problems = Vec::new();
    let mut missing = |is_there: bool, field: &str, french: &'static str, english: &'static str| {
        if !is_there {
            problems.push(Problem::new(field, visit.t(french, english)));
        }
    };
    missing(day.is_some(), "date", "Donnez le jour de la rencontre.", "Give the day of the meeting.");
    missing(
        from.is_some(),
        "from",
        "Donnez l’heure du début, par exemple 09:30.",
        "Give the time it began, such as 09:30.",
    );
    missing(
        to.is_some(),
        "to",
        "Donnez l’heure de la fin, par exemple 11:00.",
        "Give the time it ended, such as 11:00.",
    );
    missing(
        kind.is_some(),
        "kind",
        "Dites si c’était en présence ou à distance.",
        "Say whether it was in person or remote.",
    );
    match (day, from, to, kind) {
        (Some(day), Some(from), Some(to), Some(kind)) => {
            Ok((Timestamp::of_paris_clock(day.to_datetime(from)), Timestamp::of_paris_clock(day.to_datetime(to)), kind))
        }
        _ => Err(Problems(problems)),
    }
}

/// A reason to choose.
struct ReasonRadio {
    value: &'static str,
    name: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "consultant_withdrawal.html")]
struct WithdrawalPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    entry: EntryLine,
    reasons: Vec<ReasonRadio>,
}

async fn withdrawal_page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    (bilan, entry): (Id, u32),
    fields: &Fields,
    problems: Problems,
) -> Result<WithdrawalPage, PageError> {
    let frame = frame(app, caller, &visit, bilan).await?;
    let stored = attendance::of_bilan(app, caller, bilan).await?;
    let mut numbered = (1..).zip(&stored.content.attendance);
    let found = numbered.find(|(number, _)| *number == entry).map(|(number, known)| line_of(&visit, number, known));
    let entry = found.filter(|line| line.can_be_withdrawn).ok_or(PageError::Api(ApiError::NotFound))?;
    let reasons = REASONS.iter().map(|(value, reason, ..)| ReasonRadio {
        value,
        name: reason_in_words(&visit, *reason),
        is_chosen: fields.text("reason") == *value,
    });
    Ok(WithdrawalPage { frame, problems, entry, reasons: reasons.collect(), visit })
}

async fn withdrawal(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(at): At<(Id, u32)>) -> PageResult {
    Ok(html(&withdrawal_page(&app, &caller, visit, at, &Fields::default(), Problems::default()).await?))
}

async fn withdraw(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(at): At<(Id, u32)>,
    fields: Fields,
) -> PageResult {
    let reason = REASONS.iter().find(|(value, ..)| *value == fields.text("reason")).map(|(_, reason, ..)| *reason);
    let Some(reason) = reason else {
        let text = visit.t("Dites pourquoi elle ne compte pas.", "Say why it does not count.");
        let problems = Problems(vec![Problem::new("reason", text)]);
        return Ok(to_be_mended(&withdrawal_page(&app, &caller, visit, at, &fields, problems).await?));
    };
    attendance::withdraw(&app, &caller, at.0, at.1, reason).await?;
    Ok(Redirect::to(&format!("/bilans/{}/attendance", at.0)).into_response())
}
