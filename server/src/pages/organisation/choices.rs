//! What is chosen for a file (its columns, and what is to be calculated) as a form, and as what the scorer is asked for.

use engine::model::{Instrument, ResponseKind};
use instruments::{LoadedInstrument, LoadedNorm};

use crate::bulk::column_match::{By, ColumnMatch, PersonColumn, person_column, sex_codes};
use crate::bulk::score_query::ScoreQuery;
use crate::pages::form::Fields;
use crate::pages::look::{Problem, Problems};
use crate::pages::visit::Visit;

/// The most items whose problems are said one by one.
const MOST_SAID: usize = 5;

/// Metrics to choose: name, whether they need a norm, what they are in both languages.
pub(super) const METRICS: [(&str, bool, &str, &str); 10] = [
    ("raw", false, "Note brute", "Raw score"),
    ("n", false, "Nombre de réponses", "Number of answers"),
    ("mean", false, "Moyenne par item", "Mean per item"),
    ("t", true, "Note T", "T score"),
    ("pr", true, "Rang centile", "Percentile rank"),
    ("z", true, "Note z", "z score"),
    ("sten", true, "Sten", "Sten"),
    ("stanine", true, "Stanine", "Stanine"),
    ("sem", false, "Erreur de mesure", "Error of measurement"),
    ("lower,upper", false, "Marge : borne basse et borne haute", "Margin: lower and upper end"),
];

/// Formats to choose.
pub(super) const FORMATS: [(&str, &str); 4] =
    [("csv", "CSV"), ("parquet", "Parquet"), ("jsonl", "JSON Lines"), ("msgpack", "MessagePack")];

/// A file and what it is to be read with.
pub(super) struct Given<'a> {
    pub loaded: &'a LoadedInstrument,
    pub norm: Option<&'a LoadedNorm>,
    pub header: &'a [String],
    pub found: &'a ColumnMatch,
}

impl Given<'_> {
    /// Places of the items whose columns must be chosen.
    pub(super) fn open(&self) -> Vec<usize> {
        self.found.without(self.instrument())
    }

    pub(super) fn instrument(&self) -> &Instrument {
        self.loaded.instrument()
    }

    /// The identifier of an item.
    pub(super) fn item(&self, idx: usize) -> &str {
        self.instrument().items().get(idx).map_or("", |item| item.id.as_str())
    }

    pub(super) fn needs_sex(&self) -> bool {
        self.norm.is_some_and(|norm| norm.group().needs_sex())
    }

    pub(super) fn needs_age(&self) -> bool {
        self.norm.is_some_and(|norm| norm.group().needs_age())
    }

    pub(super) fn has_combined(&self) -> bool {
        self.norm.is_some_and(|norm| norm.group().has_combined())
    }
}

/// The name of the control of an item's column.
pub(super) fn control(item_idx: usize) -> String {
    format!("col-{item_idx}")
}

/// The form as it stands: what was chosen before, or what the file lets guess.
pub(super) fn filled(given: &Given<'_>, query: &ScoreQuery, rows: &[Vec<String>]) -> Fields {
    let mut form = form_urlencoded::Serializer::new(String::new());
    let header = given.header;
    // A format is always chosen by the form, so that without one nothing was chosen yet.
    if query.format.is_none() {
        let guess = |what| person_column(header, what).unwrap_or_default();
        let sex = guess(PersonColumn::Sex);
        let of_sex = header.iter().position(|name| name == sex);
        let values =
            of_sex.into_iter().flat_map(|at| rows.iter().filter_map(move |row| row.get(at)).map(String::as_str));
        let (men, women) = sex_codes(values).unwrap_or(("M", "F"));
        form.append_pair("id", guess(PersonColumn::Id))
            .append_pair("sex", sex)
            .append_pair("age", guess(PersonColumn::Age));
        form.append_pair("men", men).append_pair("women", women).append_pair("format", "csv");
        let usual =
            METRICS.iter().filter(|(name, ..)| ["raw", "n"].contains(name) || (*name == "t" && given.norm.is_some()));
        usual.for_each(|(name, ..)| {
            form.append_pair("metrics", name);
        });
        return Fields::read(form.finish().as_bytes());
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    form.append_pair("id", &text(&query.id))
        .append_pair("sex", &text(&query.sex))
        .append_pair("age", &text(&query.age));
    for code in query.sex_codes.as_deref().unwrap_or("M=M,F=F").split(',') {
        match code.split_once('=') {
            Some((code, "M")) => form.append_pair("men", code),
            Some((code, _)) => form.append_pair("women", code),
            None => &mut form,
        };
    }
    form.append_pair("missing", &query.missing.join(", ")).append_pair("format", &text(&query.format));
    query.keep.iter().for_each(|column| {
        form.append_pair("keep", column);
    });
    if query.stratum.as_deref() == Some("combined") {
        form.append_pair("combined", "on");
    }
    for (name, ..) in METRICS {
        if name.split(',').all(|part| query.metrics.iter().any(|metric| metric == part)) {
            form.append_pair("metrics", name);
        }
    }
    for idx in given.open() {
        let chosen =
            query.columns.iter().filter_map(|entry| entry.split_once('=')).find(|(item, _)| *item == given.item(idx));
        form.append_pair(&control(idx), chosen.map_or("", |(_, column)| column));
    }
    Fields::read(form.finish().as_bytes())
}

/// What the scorer is asked for, or everything that must be put right.
pub(super) fn read(
    visit: &Visit,
    given: &Given<'_>,
    before: &ScoreQuery,
    fields: &Fields,
) -> Result<ScoreQuery, Problems> {
    let mut problems = Vec::new();
    let columns = item_columns(visit, given, fields, &mut problems);
    let mut column = |name: &str| {
        let chosen = fields.given(name)?;
        if !given.header.iter().any(|known| known == chosen) {
            problems.push(Problem::new(name, no_column(visit)));
        }
        Some(chosen.to_owned())
    };
    let (id, sex, age) = (column("id"), column("sex"), column("age"));
    let combined = fields.is_ticked("combined") && given.has_combined();
    if given.needs_sex() && !combined && sex.is_none() {
        let text = visit.t(
            "La norme compare par sexe : choisissez la colonne du sexe, ou comparez avec tout le monde.",
            "The norm compares by sex: choose the column of sex, or compare with everybody.",
        );
        problems.push(Problem::new("sex", text));
    }
    if given.needs_age() && age.is_none() {
        let text = visit.t(
            "La norme compare par âge : choisissez la colonne de l’âge.",
            "The norm compares by age: choose the column of age.",
        );
        problems.push(Problem::new("age", text));
    }
    let (men, women) = (fields.text("men"), fields.text("women"));
    let is_code = |code: &str| !code.is_empty() && !code.contains([',', '=']);
    if sex.is_some() && (!is_code(men) || !is_code(women) || men == women) {
        let text = visit.t(
            "Donnez deux codes différents, tels qu’ils sont dans le fichier.",
            "Give two different codes, as they are in the file.",
        );
        problems.push(Problem::new("men", text));
    }
    let chosen = fields.all("metrics").iter().flat_map(|names| names.split(','));
    let known = |name: &&str| {
        METRICS
            .iter()
            .any(|(names, needs, ..)| names.split(',').any(|known| known == *name) && (!needs || given.norm.is_some()))
    };
    let metrics: Vec<String> = chosen.filter(known).map(str::to_owned).collect();
    if metrics.is_empty() {
        problems.push(Problem::new("metrics", visit.t("Choisissez au moins une note.", "Choose one score at least.")));
    }
    let format = FORMATS.iter().find(|(name, _)| *name == fields.text("format")).map_or("csv", |(name, _)| name);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let missing = fields.text("missing").split(',').map(str::trim).filter(|code| !code.is_empty());
    let is_kept = |name: &&String| fields.all("keep").contains(name) && Some(*name) != id.as_ref();
    let keep: Vec<String> = given.header.iter().filter(is_kept).cloned().collect();
    Ok(ScoreQuery {
        instrument: before.instrument.clone(),
        norm: before.norm.clone(),
        sex_codes: sex.as_ref().map(|_| format!("{men}=M,{women}=F")),
        sex,
        age,
        stratum: combined.then(|| "combined".to_owned()),
        metrics,
        id,
        keep,
        missing: missing.map(str::to_owned).collect(),
        columns,
        format: Some(format.to_owned()),
        ..ScoreQuery::default()
    })
}

fn no_column(visit: &Visit) -> &'static str {
    match visit.tag() {
        "fr" => "Choisissez une colonne du fichier.",
        _ => "Choose a column of the file.",
    }
}

/// The columns of the items that are not called like them, as `item=column`.
fn item_columns(visit: &Visit, given: &Given<'_>, fields: &Fields, problems: &mut Vec<Problem>) -> Vec<String> {
    let open = given.open();
    let header = given.header;
    let at = |name: &str| header.iter().position(|known| known == name);
    let mut columns: Vec<Option<usize>> =
        given.found.items.iter().map(|found| found.map(|found| found.column)).collect();
    for idx in &open {
        let chosen = fields.given(&control(*idx));
        columns[*idx] = chosen.and_then(at);
        if chosen.is_some() && columns[*idx].is_none() {
            problems.push(Problem::new(control(*idx), no_column(visit)));
        }
    }
    // The others follow each other from the column that was named.
    if let Some(first) = fields.given("first").and_then(at) {
        let taken: Vec<usize> = columns.iter().flatten().copied().collect();
        let mut free = (first..header.len()).filter(|column| !taken.contains(column));
        for idx in open.iter().filter(|idx| fields.given(&control(**idx)).is_none()) {
            columns[*idx] = free.next();
        }
    }
    let is_missing = |idx: &&usize| {
        columns[**idx].is_none() && given.instrument().items()[**idx].responses.kind() != ResponseKind::Text
    };
    let missing: Vec<usize> =
        open.iter().filter(is_missing).filter(|idx| fields.given(&control(**idx)).is_none()).copied().collect();
    if missing.len() > MOST_SAID {
        let text =
            format!("{} {}", missing.len(), visit.t(
            "items n’ont pas de colonne. Choisissez la première colonne de leur suite, ou une colonne pour chacun.",
            "items have no column. Choose the first column of their row, or a column for each.",
        ));
        problems.push(Problem::new("first", text));
    } else {
        problems.extend(missing.iter().map(|idx| {
            let text = format!(
                "{} {}.",
                visit.t("Choisissez une colonne pour l’item", "Choose a column for item"),
                given.item(*idx)
            );
            Problem::new(control(*idx), text)
        }));
    }
    for idx in &open {
        let Some(column) = columns[*idx] else { continue };
        if columns.iter().enumerate().any(|(other, place)| other < *idx && *place == Some(column)) {
            let text = format!(
                "{} {}.",
                visit.t("Cette colonne sert deux fois :", "This column serves twice:"),
                header[column]
            );
            problems.push(Problem::new(control(*idx), text));
        }
    }
    let chosen = columns.iter().zip(&given.found.items).enumerate();
    chosen
        .filter(|(_, (_, found))| found.is_none_or(|found| found.by == By::Number))
        .filter_map(|(idx, (column, _))| Some(format!("{}={}", given.item(idx), header.get((*column)?)?)))
        .collect()
}
