//! What the first rows of a file would come to, before anything is scored; and the start.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use batch::{Preview, Reject};

use super::Frame;
use super::columns::{Pair, unreadable};
use super::words::{audit, n, no_place, reason};
use crate::api::caller::Signed;
use crate::app::App;
use crate::bulk::audit_note::AuditNote;
use crate::ids::Id;
use crate::pages::consultant::words_of;
use crate::pages::form::At;
use crate::pages::look::{PageResult, count, html};
use crate::pages::visit::Visit;
use crate::services::{jobs, local_norms};

/// The most reasons to refuse rows, and the most columns, that are shown.
const MOST_SHOWN: usize = 40;

/// The most rows that are named for one reason.
const MOST_ROWS: usize = 8;

/// The most items with missing answers that are shown.
const MOST_ITEMS: usize = 10;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/files/{job}/check", get(show)).route("/files/{job}/start", post(start))
}

/// Rows that are refused for the same reason.
struct RejectLine {
    column: String,
    value: String,
    rows: String,
    why: String,
}

/// Something counted.
struct CountLine {
    what: String,
    n: String,
}

#[derive(Template)]
#[template(path = "organisation_check.html")]
struct CheckPage {
    visit: Visit,
    frame: Frame,
    title: String,
    n_read: u32,
    read: String,
    scored: String,
    n_scored: u32,
    rejected: String,
    n_rejected: u32,
    is_part: bool,
    rejects: Vec<RejectLine>,
    unanswered: Vec<CountLine>,
    without_norm: Vec<CountLine>,
    sex_unknown: Option<String>,
    ignored: Vec<String>,
    n_ignored: u32,
    warnings: Vec<String>,
    pairs: Vec<Pair>,
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(job): At<Id>) -> PageResult {
    let stored = jobs::find(&app, &caller, job).await?;
    let loaded = local_norms::instrument(&app, &caller, &stored.content.query.instrument).await?;
    let preview = match jobs::preview(&app, &caller, job).await? {
        Ok(preview) => preview,
        Err(error) => return Ok(unreadable(visit, &stored, &error)),
    };
    let instrument = loaded.instrument();
    let text_of =
        |idx: usize| loaded.wording(visit.tag()).and_then(|wording| wording.item(idx)).unwrap_or_default().to_owned();
    let item = |idx: usize| instrument.items().get(idx).map_or_else(String::new, |item| item.id.to_string());
    let pairs = preview.layout.items.iter().enumerate().filter_map(|(idx, column)| {
        Some(Pair { item: item(idx), text: text_of(idx), column: preview.layout.header.get((*column)?)?.clone() })
    });
    let ignored: Vec<String> = preview.ignored().into_iter().map(str::to_owned).collect();
    let without_norm = preview
        .without_norm
        .iter()
        .map(|(reason, rows)| CountLine { what: no_place(&visit, reason).to_owned(), n: n(&visit, *rows) });
    let warnings = AuditNote::all_of(&preview.key_audit, instrument);
    Ok(html(&CheckPage {
        frame: Frame::of(&visit, &stored),
        title: words_of(&loaded, &visit).title,
        n_read: few(preview.counts.read),
        read: n(&visit, preview.counts.read),
        n_scored: few(preview.counts.scored),
        scored: n(&visit, preview.counts.scored),
        n_rejected: few(preview.counts.rejected),
        rejected: n(&visit, preview.counts.rejected),
        is_part: preview.counts.read >= jobs::look::PREVIEW_ROWS,
        rejects: reject_lines(&visit, &preview),
        unanswered: most_unanswered(&visit, &preview, item),
        without_norm: without_norm.collect(),
        sex_unknown: Some(preview.sex_unknown).filter(|rows| *rows > 0).map(|rows| n(&visit, rows)),
        n_ignored: count(ignored.len()),
        ignored: ignored.into_iter().take(MOST_SHOWN).collect(),
        warnings: warnings.iter().map(|note| audit(&visit, note)).collect(),
        pairs: pairs.collect(),
        visit,
    }))
}

/// The refused rows: one line for those with the same value in the same column.
fn reject_lines(visit: &Visit, preview: &Preview) -> Vec<RejectLine> {
    let mut groups: Vec<(&Reject, Vec<u64>)> = Vec::new();
    for reject in &preview.rejects {
        let same = |known: &Reject| {
            known.column == reject.column && known.value == reject.value && known.reason == reject.reason
        };
        match groups.iter_mut().find(|(known, _)| same(known)) {
            Some((_, rows)) => rows.push(reject.row),
            None => groups.push((reject, vec![reject.row])),
        }
    }
    let line = |(reject, rows): (&Reject, Vec<u64>)| {
        let named: Vec<String> = rows.iter().take(MOST_ROWS).map(|row| n(visit, *row)).collect();
        let more =
            if rows.len() > MOST_ROWS { format!("… ({})", n(visit, rows.len() as u64)) } else { String::new() };
        RejectLine {
            column: reject.column.clone().unwrap_or_else(|| "–".to_owned()),
            value: reject.value.as_deref().unwrap_or_default().chars().take(40).collect(),
            rows: format!("{}{more}", named.join(", ")),
            why: reason(visit, &reject.reason),
        }
    };
    groups.into_iter().take(MOST_SHOWN).map(line).collect()
}

fn few(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The items that are left out most often.
fn most_unanswered(visit: &Visit, preview: &Preview, item: impl Fn(usize) -> String) -> Vec<CountLine> {
    let mut counted: Vec<(usize, u64)> =
        preview.unanswered.iter().copied().enumerate().filter(|(_, n)| *n > 0).collect();
    counted.sort_by_key(|(idx, n)| (std::cmp::Reverse(*n), *idx));
    counted.into_iter().take(MOST_ITEMS).map(|(idx, rows)| CountLine { what: item(idx), n: n(visit, rows) }).collect()
}

async fn start(State(app): State<App>, Signed(caller): Signed, At(job): At<Id>) -> PageResult {
    jobs::start(&app, &caller, job).await?;
    Ok(Redirect::to(&format!("/files/{job}")).into_response())
}
