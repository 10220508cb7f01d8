//! The numbers of a restitution as a table: answers counted, points, T score, margin, rank.

use super::model::{Cell, Head, Row, Table};
use crate::text::{Language, alt, capital, label, number, typeset};
use crate::view::{Restitution, ScaleView};

/// Which columns the table has.
#[derive(Debug, Clone, Copy)]
struct Columns {
    raw_margin: bool,
    normed: bool,
}

/// The table of all scales.
pub(super) fn table(restitution: &Restitution) -> Table {
    let view = restitution.view();
    let language = view.language;
    let normed = restitution.is_normed();
    let columns = Columns { raw_margin: !normed || view.circle.is_some(), normed };
    let mut table_heads = vec![Head { text: label::scale(language), is_number: false }];
    table_heads.extend(heads(language, view.level, columns).into_iter().map(|text| Head { text, is_number: true }));
    let scales = restitution.reading_order().into_iter().filter_map(|idx| view.scales.get(idx));
    Table {
        caption: caption(restitution, columns),
        label: label::same_numbers(language),
        heads: table_heads,
        rows: scales.map(|scale| row(language, scale, columns)).collect(),
    }
}

fn caption(restitution: &Restitution, columns: Columns) -> String {
    let language = restitution.language();
    let n_scales = restitution.view().scales.len();
    let t = if columns.normed {
        language.pick("; note T : moyenne 50, écart type 10", "; T score: mean 50, standard deviation 10")
    } else {
        ""
    };
    language.say(
        &format!("{n_scales} échelles, avec les réponses comptées{}{t}", if t.is_empty() { "" } else { " " }),
        &format!("{n_scales} scales, with the answers counted{t}"),
    )
}

fn heads(language: Language, level: f64, columns: Columns) -> Vec<String> {
    let margin = label::margin_at(language, level);
    let of = |unit: &str| capital(&format!("{margin} ({unit})"));
    let mut heads = vec![label::answered(language), label::raw_points(language)];
    if columns.raw_margin {
        heads.push(of(&label::points(language)));
    }
    if columns.normed {
        heads.extend([label::t_head(language), of("T"), label::rank_head(language)]);
    }
    heads
}

fn row(language: Language, scale: &ScaleView, columns: Columns) -> Row {
    let of = language.pick("sur", "of");
    let counted = format!(
        "{}\u{a0}{of}\u{a0}{}",
        number::count(language, scale.answered.into()),
        number::count(language, scale.n_items.into())
    );
    let prorated = scale.raw.as_ref().is_ok_and(|raw| raw.is_prorated());
    let counted = if prorated { format!("{counted}, {}", label::prorated(language)) } else { counted };
    let mut cells = vec![Cell::number(counted)];
    let n_raw = 1 + usize::from(columns.raw_margin);
    let n_standard = if columns.normed { 3 } else { 0 };
    match &scale.raw {
        Err(reason) => {
            cells.push(Cell::reason(reason.short(language, scale.answered, scale.n_items), n_raw + n_standard));
        }
        Ok(raw) => {
            cells.push(Cell::number(number::raw_of(language, raw)));
            if columns.raw_margin {
                cells.push(match (scale.raw_interval(), &scale.uncertainty) {
                    (Some(interval), _) => Cell::number(number::raw_interval(language, raw, interval)),
                    (None, Err(reason)) => Cell::reason(reason.short(language), 1),
                    (None, Ok(_)) => Cell::number("–".to_owned()),
                });
            }
            if columns.normed {
                cells.extend(standard_cells(language, scale));
            }
        }
    }
    Row { head: typeset(language, &scale.name), is_inner: scale.parent.is_some(), cells }
}

fn standard_cells(language: Language, scale: &ScaleView) -> Vec<Cell> {
    let Some(score) = scale.standard_score() else {
        return vec![Cell::reason(alt::missing_standard(language, scale), 3)];
    };
    let margin = match (scale.t_interval(), &scale.uncertainty) {
        (Some(interval), _) => Cell::number(number::t_interval(language, interval)),
        (None, Err(reason)) => Cell::reason(reason.short(language), 1),
        (None, Ok(_)) => Cell::number("–".to_owned()),
    };
    let rank = number::rank_view(language, score.rank());
    let rank = match (score.rank().value(), scale.uncertainty.as_ref().ok().and_then(|uncertainty| uncertainty.ranks)) {
        (Some(_), Some(ends)) => {
            let ends =
                number::range(language, &number::rank(language, ends.lower()), &number::rank(language, ends.upper()));
            Cell::number(format!("{rank} ({ends})"))
        }
        (Some(_), None) => Cell::number(rank),
        (None, _) => Cell::reason(rank, 1),
    };
    vec![Cell::number(number::t_score(language, score.t())), margin, rank]
}
