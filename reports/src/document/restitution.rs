//! The restitution of one inventory as one HTML file: no script, no request to anyone, light, dark and print.

use std::fmt::Write as _;

use super::table;
use crate::Result;
use crate::chart::{self, Framing, Width};
use crate::markup::{escape, identifier};
use crate::text::caption::caption;
use crate::text::place::Place;
use crate::text::{Language, colon, label, number, sentence, typeset};
use crate::view::{Restitution, ScaleView, SentenceView};

static STYLE: &str = include_str!("../../assets/restitution.css");

/// The sign of the project: an interval with its point on the average band.
const SIGN: &str = "<svg viewBox=\"0 0 52 20\" aria-hidden=\"true\" focusable=\"false\"><rect x=\"12\" y=\"2\" width=\"24\" height=\"16\" \
    fill=\"currentColor\" opacity=\".14\"/><path d=\"M4 10H44M4 5V15M44 5V15\" stroke=\"currentColor\" stroke-width=\"2\" fill=\"none\"/>\
    <circle cx=\"29\" cy=\"10\" r=\"5\" fill=\"currentColor\"/></svg>";

/// The page.
///
/// # Errors
/// Those of [`chart::lay_out`] and [`chart::Chart::inline_svg`].
pub fn html(restitution: &Restitution) -> Result<String> {
    let mut page = head(restitution);
    opening(restitution, &mut page);
    in_brief(restitution, &mut page);
    chapter(restitution, &mut page)?;
    provenance(restitution, &mut page);
    page.push_str("</body>\n</html>\n");
    Ok(page)
}

/// A text of the view or of this crate, typeset and escaped.
fn set(language: Language, text: &str) -> String {
    escape(&typeset(language, text))
}

fn head(restitution: &Restitution) -> String {
    let view = restitution.view();
    let language = view.language;
    let made_by = &view.provenance;
    let mut metas = vec![
        ("bilan:instrument", made_by.instrument_id.clone()),
        ("bilan:instrument-version", made_by.instrument_version.clone()),
        ("bilan:engine-version", made_by.engine_version.clone()),
    ];
    metas.extend(made_by.norm_id.iter().map(|id| ("bilan:norm", id.clone())));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n",
        language.code()
    );
    for (name, content) in metas {
        let _ = writeln!(page, "<meta name=\"{name}\" content=\"{}\">", escape(&content));
    }
    let title = set(language, &format!("{} – {}", view.title, view.instrument_label));
    let _ = write!(page, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n");
    let _ = writeln!(page, "<a class=\"skip\" href=\"#contenu\">{}</a>", escape(&label::skip(language)));
    page
}

fn opening(restitution: &Restitution, page: &mut String) {
    let view = restitution.view();
    let language = view.language;
    page.push_str("<main id=\"contenu\">\n");
    if view.simulated {
        let banner = escape(&label::simulated_banner(language));
        let _ = writeln!(page, "<div class=\"simulated\" role=\"note\"><p class=\"wrap\">{banner}</p></div>");
    }
    let occasion = view.occasion.clone().unwrap_or_else(|| label::personal(language));
    let kicker = [Some(occasion), view.person_label.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let _ = write!(
        page,
        "<div class=\"wrap\">\n<div class=\"brand\">{SIGN}<span>bilan</span></div>\n<div class=\"opening\">\n\
         <p class=\"quiet\">{}</p>\n<h1>{}</h1>\n<p class=\"voice\">{}</p>\n</div>\n",
        set(language, &kicker),
        set(language, &view.title),
        set(language, &label::owner(language)),
    );
}

fn in_brief(restitution: &Restitution, page: &mut String) {
    let language = restitution.language();
    let _ = write!(
        page,
        "<section class=\"chapter\" aria-labelledby=\"bref\">\n<header><h2 id=\"bref\">{}</h2></header>\n<div class=\"body\"><ol class=\"keys\">\n",
        escape(&label::in_brief(language))
    );
    for sentence in sentence::in_brief(restitution) {
        let _ = writeln!(page, "<li><span>{}</span></li>", set(language, &sentence));
    }
    page.push_str("</ol></div>\n");
    let has_interval = restitution.view().scales.iter().any(|scale| scale.uncertainty.is_ok());
    if has_interval {
        let _ = writeln!(
            page,
            "<aside class=\"margin\" aria-labelledby=\"marge\"><div><h3 id=\"marge\">{}</h3><p>{}</p></div></aside>",
            escape(&label::how_to_read_margin(language)),
            escape(&sentence::margin_explained(restitution)),
        );
    }
    page.push_str("</section>\n");
}

fn chapter(restitution: &Restitution, page: &mut String) -> Result<()> {
    let view = restitution.view();
    let language = view.language;
    let _ = write!(
        page,
        "<section class=\"chapter\" aria-labelledby=\"inventaire\">\n<header><h2 id=\"inventaire\">{}</h2>\n<p class=\"status\">{}</p>\n",
        set(language, &view.instrument_label),
        escape(&label::status_line(view)),
    );
    if !view.description.trim().is_empty() {
        let _ = writeln!(page, "<p class=\"voice\">{}</p>", set(language, &view.description));
    }
    page.push_str("</header>\n<div class=\"body\">\n");
    if let Some(order) = &view.order
        && !sentence::in_brief(restitution).contains(&order.sentence)
    {
        let _ = writeln!(page, "<p class=\"voice\">{}</p>", set(language, &order.sentence));
    }
    for kind in chart::kinds(restitution) {
        page.push_str("<figure class=\"figure\">\n");
        for (suffix, width) in [("w", Width::Wide), ("n", Width::Narrow)] {
            let id = format!("{}-{kind}-{suffix}", identifier(&view.provenance.instrument_id));
            page.push_str(&chart::lay_out(restitution, kind, width, Framing::Inline)?.inline_svg(&id)?);
        }
        let _ = write!(page, "<figcaption>{}</figcaption>\n</figure>\n", escape(&caption(restitution, kind)));
    }
    let _ = writeln!(page, "<h3>{}</h3>", escape(&label::same_numbers(language)));
    table::write(restitution, page);
    definitions(restitution, page);
    sentences(restitution, page);
    page.push_str("</div>\n");
    margin(restitution, page);
    page.push_str("</section>\n</div>\n</main>\n");
    Ok(())
}

fn definitions(restitution: &Restitution, page: &mut String) {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    let order = restitution.reading_order();
    let defined: Vec<(&str, &str)> = order
        .iter()
        .filter_map(|idx| scales.get(*idx))
        .filter_map(|scale| Some((scale.name.as_str(), scale.definition.as_deref()?)))
        .collect();
    if defined.is_empty() {
        return;
    }
    let _ = write!(page, "<h3>{}</h3>\n<dl class=\"defined\">\n", escape(&label::what_scales_mean(language)));
    for (name, definition) in defined {
        let _ = writeln!(page, "<dt>{}</dt><dd>{}</dd>", set(language, name), set(language, definition));
    }
    page.push_str("</dl>\n");
}

fn sentences(restitution: &Restitution, page: &mut String) {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    let order = restitution.reading_order();
    let said =
        order.iter().filter_map(|idx| scales.get(*idx)).filter_map(|scale| Some((scale, scale.sentence.as_ref()?)));
    let said: Vec<(&ScaleView, &SentenceView)> = said.collect();
    if said.is_empty() {
        return;
    }
    let _ = write!(page, "<h3>{}</h3>\n<ul class=\"said\">\n", escape(&label::in_plain_words(language)));
    for (scale, sentence) in said {
        let place = place_words(language, scale);
        let place = if place.is_empty() { place } else { format!(" <span class=\"place\">{}</span>", escape(&place)) };
        let _ = write!(
            page,
            "<li><h4>{}{place}</h4>\n<p class=\"voice\">{}</p>\n",
            set(language, &scale.name),
            set(language, &sentence.text)
        );
        if let Some(rule) = &sentence.rule {
            let (where_from, rule) = (escape(&label::where_from(language)), set(language, rule));
            let _ = writeln!(page, "<details><summary>{where_from}</summary><p>{rule}</p></details>");
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ul>\n");
}

/// Where the score stands, beside the name of the scale.
fn place_words(language: Language, scale: &ScaleView) -> String {
    if let Some(interval) = scale.t_interval() {
        return Place::of(interval).words(language);
    }
    match (&scale.raw, scale.raw_interval()) {
        (Ok(raw), Some(interval)) => {
            format!("{} ({})", number::raw_of(language, raw), number::raw_interval(language, raw, interval))
        }
        (Ok(raw), None) => number::raw_of(language, raw),
        (Err(reason), _) => reason.short(language, scale.answered, scale.n_items),
    }
}

fn margin(restitution: &Restitution, page: &mut String) {
    let view = restitution.view();
    let language = view.language;
    let _ = writeln!(page, "<aside class=\"margin\" aria-label=\"{}\">", escape(&label::about_results(language)));
    let _ = write!(page, "<div class=\"not\"><h3>{}</h3>\n<ul>\n", escape(&label::what_not_said(language)));
    for (what, why) in sentence::limits(restitution) {
        let _ = writeln!(page, "<li><strong>{}</strong> {}</li>", escape(&what), escape(&why));
    }
    for limit in &view.limits {
        let _ = writeln!(page, "<li>{}</li>", set(language, limit));
    }
    page.push_str("</ul></div>\n");
    if let Some(norm) = &view.norm {
        let _ = write!(page, "<div><h3>{}</h3>\n<dl class=\"card\">\n", escape(&label::norm_card(language)));
        for (term, description) in label::norm_facts(language, norm) {
            let _ = writeln!(page, "<dt>{}</dt><dd>{}</dd>", escape(&term), set(language, &description));
        }
        page.push_str("</dl></div>\n");
    }
    list(language, &label::measurement(language), &sentence::measurement_notes(restitution), page);
    list(language, &label::answers(language), &view.quality, page);
    page.push_str("</aside>\n");
}

fn list(language: Language, heading: &str, lines: &[String], page: &mut String) {
    if lines.is_empty() {
        return;
    }
    let _ = write!(page, "<div><h3>{}</h3>\n<ul>\n", escape(heading));
    for line in lines {
        let _ = writeln!(page, "<li>{}</li>", set(language, line));
    }
    page.push_str("</ul></div>\n");
}

fn provenance(restitution: &Restitution, page: &mut String) {
    let view = restitution.view();
    let language = view.language;
    let version = |version: &str| format!("version\u{a0}{version}");
    let mut made_by = vec![format!("{}, {}", view.instrument_label, version(&view.provenance.instrument_version))];
    if let Some(norm) = &view.norm {
        let known = norm.version.as_ref().map(|number| format!(", {}", version(number))).unwrap_or_default();
        made_by.push(colon(language, &label::norm(language), &format!("{}{known}", norm.title)));
    }
    made_by.push(format!("{}\u{a0}{}", label::engine(language), view.provenance.engine_version));
    if view.simulated {
        made_by.push(label::simulated(language));
    }
    let _ =
        writeln!(page, "<footer class=\"foot\"><p class=\"wrap\">{}</p></footer>", set(language, &made_by.join(" · ")));
}
