//! The columns of a file beside the items: what fits by itself is shown first, the rest is chosen.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use batch::Head;

use super::Frame;
use super::choices::{FORMATS, Given, METRICS, control, filled, read};
use super::words::trouble;
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::bulk::column_match::{By, ColumnMatch};
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::consultant::words_of;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problems, count, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::records::job::ScoringJob;
use crate::services::{jobs, local_norms};

/// The most entries of lists of columns, item by item: with more, columns are typed, with the names offered.
const MOST_ENTRIES: usize = 6000;

/// The most columns in a list.
const MOST_COLUMNS: usize = 2000;

/// The most columns that can be kept by ticking a box.
const MOST_KEPT: usize = 60;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/files/{job}/columns", get(show).post(choose))
}

/// An item with the column that fits.
pub(super) struct Pair {
    pub item: String,
    pub text: String,
    pub column: String,
}

/// An item whose column is chosen.
struct OpenItem {
    control: String,
    item: String,
    text: String,
    chosen: String,
}

/// A column, with values of the first rows.
struct Column {
    name: String,
    values: String,
}

/// Something to tick or choose.
struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "organisation_columns.html")]
struct ColumnsPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    title: String,
    norm: Option<String>,
    n_items: u32,
    fitting: Vec<Pair>,
    by_number: bool,
    doubled: Vec<String>,
    open: Vec<OpenItem>,
    n_open: u32,
    has_lists: bool,
    columns: Vec<Column>,
    first: String,
    id: String,
    sex: String,
    age: String,
    men: String,
    women: String,
    missing: String,
    needs_sex: bool,
    needs_age: bool,
    has_combined: bool,
    combined: bool,
    keep: Vec<Choice>,
    metrics: Vec<Choice>,
    formats: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "organisation_unreadable.html")]
struct UnreadablePage {
    visit: Visit,
    frame: Frame,
    why: String,
}

/// The page for a file that cannot be read as it is.
pub(super) fn unreadable(visit: Visit, job: &Stored<ScoringJob>, error: &batch::Error) -> axum::response::Response {
    html(&UnreadablePage { frame: Frame::of(&visit, job), why: trouble(&visit, error), visit })
}

/// Everything that the form is about.
struct Desk {
    job: Stored<ScoringJob>,
    loaded: std::sync::Arc<instruments::LoadedInstrument>,
    head: Head,
    found: ColumnMatch,
}

impl Desk {
    async fn open(
        app: &App,
        caller: &Caller,
        job: Id,
    ) -> Result<Result<Self, (Stored<ScoringJob>, batch::Error)>, PageError> {
        let job = jobs::find(app, caller, job).await?;
        let loaded = local_norms::instrument(app, caller, &job.content.query.instrument).await?;
        Ok(match jobs::head(app, caller, job.record.id).await? {
            Ok(head) => {
                let found = ColumnMatch::of(&head.columns, loaded.instrument());
                Ok(Self { job, loaded, head, found })
            }
            Err(error) => Err((job, error)),
        })
    }

    fn given(&self) -> Given<'_> {
        Given {
            loaded: &self.loaded,
            norm: self.job.content.query.norm.as_deref().and_then(|norm| self.loaded.norm(norm)),
            header: &self.head.columns,
            found: &self.found,
        }
    }

    fn page(&self, visit: Visit, fields: &Fields, problems: Problems) -> ColumnsPage {
        let given = self.given();
        let text_of = |idx: usize| {
            self.loaded.wording(visit.tag()).and_then(|wording| wording.item(idx)).unwrap_or_default().to_owned()
        };
        let items = self.found.items.iter().enumerate();
        let fitting = items.filter_map(|(idx, found)| {
            let column = self.head.columns.get((*found)?.column)?.clone();
            Some(Pair { item: given.item(idx).to_owned(), text: text_of(idx), column })
        });
        let fitting: Vec<Pair> = fitting.collect();
        let open: Vec<OpenItem> = given
            .open()
            .into_iter()
            .map(|idx| {
                let control = control(idx);
                let chosen = fields.text(&control).to_owned();
                OpenItem { item: given.item(idx).to_owned(), text: text_of(idx), chosen, control }
            })
            .collect();
        let value = |at: usize| {
            let values = self.head.rows.iter().filter_map(|row| row.get(at)).filter(|value| !value.is_empty());
            values.map(|value| value.chars().take(20).collect::<String>()).collect::<Vec<_>>().join(", ")
        };
        let named = self.head.columns.iter().enumerate().filter(|(_, name)| !name.is_empty()).take(MOST_COLUMNS);
        let columns = named.map(|(at, name)| Column { name: name.clone(), values: value(at) }).collect();
        let is_item = |at: usize| self.found.items.iter().flatten().any(|found| found.column == at);
        let others = self.head.columns.iter().enumerate().filter(|(at, name)| !is_item(*at) && !name.is_empty());
        let keep = others.take(MOST_KEPT).map(|(_, name)| Choice {
            is_chosen: fields.all("keep").contains(name),
            value: name.clone(),
            name: name.clone(),
        });
        let metric = |(name, _, in_french, in_english): &(&str, bool, &str, &str)| Choice {
            value: (*name).to_owned(),
            name: visit.t(in_french, in_english).to_owned(),
            is_chosen: fields.all("metrics").iter().any(|chosen| chosen == name),
        };
        let metrics = METRICS.iter().filter(|(_, needs_norm, ..)| !needs_norm || given.norm.is_some());
        let format = |(name, shown): &(&str, &str)| Choice {
            value: (*name).to_owned(),
            name: (*shown).to_owned(),
            is_chosen: fields.text("format") == *name,
        };
        let text = |name: &str| fields.text(name).to_owned();
        ColumnsPage {
            frame: Frame::of(&visit, &self.job),
            problems,
            title: words_of(&self.loaded, &visit).title,
            norm: given.norm.map(|norm| norm.card().words_in(visit.tag()).0.to_owned()),
            n_items: count(self.found.items.len()),
            by_number: self.found.items.iter().flatten().any(|found| found.by == By::Number),
            fitting,
            doubled: self.found.doubled.clone(),
            n_open: count(open.len()),
            has_lists: open.len() * self.head.columns.len() <= MOST_ENTRIES,
            open,
            columns,
            first: text("first"),
            id: text("id"),
            sex: text("sex"),
            age: text("age"),
            men: text("men"),
            women: text("women"),
            missing: text("missing"),
            needs_sex: given.needs_sex(),
            needs_age: given.needs_age(),
            has_combined: given.has_combined(),
            combined: fields.is_ticked("combined"),
            keep: keep.collect(),
            metrics: metrics.map(metric).collect(),
            formats: FORMATS.iter().map(format).collect(),
            visit,
        }
    }
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(job): At<Id>) -> PageResult {
    let desk = match Desk::open(&app, &caller, job).await? {
        Ok(desk) => desk,
        Err((job, error)) => return Ok(unreadable(visit, &job, &error)),
    };
    let fields = filled(&desk.given(), &desk.job.content.query, &desk.head.rows);
    Ok(html(&desk.page(visit, &fields, Problems::default())))
}

async fn choose(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(job): At<Id>,
    fields: Fields,
) -> PageResult {
    let desk = match Desk::open(&app, &caller, job).await? {
        Ok(desk) => desk,
        Err((job, error)) => return Ok(unreadable(visit, &job, &error)),
    };
    match read(&visit, &desk.given(), &desk.job.content.query, &fields) {
        Ok(query) => {
            jobs::set_query(&app, &caller, job, query).await?;
            Ok(Redirect::to(&format!("/files/{job}/check")).into_response())
        }
        Err(problems) => Ok(to_be_mended(&desk.page(visit, &fields, problems))),
    }
}
