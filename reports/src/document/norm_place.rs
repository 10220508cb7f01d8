//! The distribution of a norm with the person's place, for each main scale whose table the norm gives.

use super::model::{Block, Cell, Figure, Head, Row, Table, Tone};
use crate::Result;
use crate::chart::distribution::lay_out;
use crate::text::{capital, distribution as words, label, number, paper, typeset};
use crate::view::distribution::{Bin, Distribution, DistributionView, PersonPlace, Shape};
use crate::view::norm_table::NormTableView;
use crate::view::{Interval, NormKind, Restitution, Stratum};

/// Heading, then a drawing and its table for each scale; nothing where nothing is known. `prefix` begins the identifiers of drawings.
pub(super) fn blocks(restitution: &Restitution, tables: &[(usize, NormTableView)], prefix: &str) -> Result<Vec<Block>> {
    let language = restitution.language();
    let mut blocks = Vec::new();
    for (idx, table) in tables {
        let Some(view) = place(restitution, *idx, table) else { continue };
        let distribution = Distribution::new(view)?;
        let view = distribution.view();
        let id = format!("{prefix}-place-{idx}");
        let figure =
            Figure::in_both_widths(id, words::caption(view), |width, framing| lay_out(&distribution, width, framing))?;
        blocks.push(Block::Text { text: words::title(view), tone: Tone::Plain });
        blocks.push(Block::Figure(figure));
        blocks.push(Block::Table(shares(view)));
    }
    if !blocks.is_empty() {
        blocks.insert(0, Block::Heading { text: paper::place_in_norm(language) });
        blocks.push(Block::Text { text: paper::norm_shares_note(language), tone: Tone::Quiet });
    }
    Ok(blocks)
}

/// The norm's distribution on one main scale; `None` without a norm, a score or a shape.
fn place(restitution: &Restitution, idx: usize, table: &NormTableView) -> Option<DistributionView> {
    let told = restitution.view();
    let language = told.language;
    let norm = told.norm.as_ref()?;
    let scale = told.scales.get(idx).filter(|scale| scale.parent.is_none())?;
    let raw = scale.raw.as_ref().ok()?;
    let axis = Interval::new(raw.lowest(), raw.highest()).ok()?;
    let bins = table.bins(axis)?;
    let whole = |value: f64| (value - value.round()).abs() < 1e-9;
    let is_whole = whole(raw.value()) && bins.iter().all(|bin| whole(bin.from) && whole(bin.to));
    let title = match &norm.stratum {
        Stratum::Everyone => norm.title.clone(),
        Stratum::One { description } | Stratum::Combined { description, .. } => {
            format!("{}, {description}", norm.title)
        }
    };
    Some(DistributionView {
        language,
        title,
        scale_name: typeset(language, &scale.name),
        unit: label::points(language),
        axis,
        decimals: if is_whole { 0 } else { 1 },
        shape: Shape::Bins(bins),
        spread: None,
        n: norm.n,
        person: Some(PersonPlace {
            label: paper::the_person(language),
            score: raw.value(),
            interval: scale.raw_interval(),
        }),
        band: None,
        level: told.level,
        simulated: told.simulated || norm.kind == NormKind::Simulated,
    })
}

/// The numbers of the drawing: stretches of points with their share of the norm; the person's score in the caption.
fn shares(view: &DistributionView) -> Table {
    let language = view.language;
    let text = |value: f64| number::decimal(language, value, view.decimals);
    let row = |bin: &Bin| Row {
        head: number::range(language, &text(bin.from), &text(bin.to)),
        is_inner: false,
        cells: vec![Cell::number(number::percent(language, (bin.amount).round() / 100.0))],
    };
    let rows = match &view.shape {
        Shape::Bins(bins) => bins.iter().map(row).collect(),
        Shape::Density(_) | Shape::QuartilesOnly => Vec::new(),
    };
    let person = view.person.iter().map(|person| capital(&words::person(view, person)));
    let caption = [words::status(view)].into_iter().chain(person).collect::<Vec<_>>().join(" · ");
    Table {
        caption,
        label: words::title(view),
        heads: vec![
            Head { text: capital(&view.unit), is_number: false },
            Head { text: paper::share_of_norm(language), is_number: true },
        ],
        rows,
    }
}
