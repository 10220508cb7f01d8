//! The numbers of a restitution as a table: answers counted, points, T score, margin, rank.

use std::fmt::Write as _;

use crate::markup::escape;
use crate::text::{Language, alt, capital, label, number, typeset};
use crate::view::{Restitution, ScaleView};

/// Which columns the table has.
#[derive(Debug, Clone, Copy)]
struct Columns {
    raw_margin: bool,
    normed: bool,
}

/// Appends the table in its own region, which a narrow screen scrolls.
pub(super) fn write(restitution: &Restitution, page: &mut String) {
    let view = restitution.view();
    let language = view.language;
    let normed = restitution.is_normed();
    let columns = Columns { raw_margin: !normed || view.circle.is_some(), normed };
    let caption = escape(&caption(restitution, columns));
    let _ = write!(
        page,
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n<caption>{caption}</caption>\n<thead><tr><th scope=\"col\">{}</th>",
        escape(&label::same_numbers(language)),
        escape(&label::scale(language)),
    );
    for head in heads(language, view.level, columns) {
        let _ = write!(page, "<th scope=\"col\" class=\"n\">{}</th>", escape(&head));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for scale in restitution.reading_order().into_iter().filter_map(|idx| view.scales.get(idx)) {
        row(language, scale, columns, page);
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
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

fn row(language: Language, scale: &ScaleView, columns: Columns, page: &mut String) {
    let class = if scale.parent.is_some() { " class=\"facet\"" } else { "" };
    let _ = write!(page, "<tr><th scope=\"row\"{class}>{}</th>", escape(&typeset(language, &scale.name)));
    let of = language.pick("sur", "of");
    let counted = format!(
        "{}\u{a0}{of}\u{a0}{}",
        number::count(language, scale.answered.into()),
        number::count(language, scale.n_items.into())
    );
    let prorated = scale.raw.as_ref().is_ok_and(|raw| raw.is_prorated());
    number_cell(&if prorated { format!("{counted}, {}", label::prorated(language)) } else { counted }, page);
    let n_raw = 1 + usize::from(columns.raw_margin);
    let n_standard = if columns.normed { 3 } else { 0 };
    match &scale.raw {
        Err(reason) => reason_cell(&reason.short(language, scale.answered, scale.n_items), n_raw + n_standard, page),
        Ok(raw) => {
            number_cell(&number::raw_of(language, raw), page);
            if columns.raw_margin {
                match (scale.raw_interval(), &scale.uncertainty) {
                    (Some(interval), _) => number_cell(&number::raw_interval(language, raw, interval), page),
                    (None, Err(reason)) => reason_cell(&reason.short(language), 1, page),
                    (None, Ok(_)) => number_cell("–", page),
                }
            }
            if columns.normed {
                standard_cells(language, scale, page);
            }
        }
    }
    page.push_str("</tr>\n");
}

fn standard_cells(language: Language, scale: &ScaleView, page: &mut String) {
    let Some(score) = scale.standard_score() else {
        reason_cell(&alt::missing_standard(language, scale), 3, page);
        return;
    };
    number_cell(&number::t_score(language, score.t()), page);
    match (scale.t_interval(), &scale.uncertainty) {
        (Some(interval), _) => number_cell(&number::t_interval(language, interval), page),
        (None, Err(reason)) => reason_cell(&reason.short(language), 1, page),
        (None, Ok(_)) => number_cell("–", page),
    }
    let rank = number::rank_view(language, score.rank());
    match (score.rank().value(), scale.uncertainty.as_ref().ok().and_then(|uncertainty| uncertainty.ranks)) {
        (Some(_), Some(ends)) => {
            let ends =
                number::range(language, &number::rank(language, ends.lower()), &number::rank(language, ends.upper()));
            number_cell(&format!("{rank} ({ends})"), page);
        }
        (Some(_), None) => number_cell(&rank, page),
        (None, _) => reason_cell(&rank, 1, page),
    }
}

fn number_cell(text: &str, page: &mut String) {
    let _ = write!(page, "<td class=\"n\">{}</td>", escape(text));
}

/// A reason where numbers would be, over as many columns as it replaces.
fn reason_cell(text: &str, n_columns: usize, page: &mut String) {
    let span = if n_columns > 1 { format!(" colspan=\"{n_columns}\"") } else { String::new() };
    let _ = write!(page, "<td class=\"why\"{span}>{}</td>", escape(text));
}
