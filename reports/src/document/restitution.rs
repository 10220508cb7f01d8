//! The restitution of one inventory as one HTML file: no script, no request to anyone, light, dark and print.

use std::fmt::Write as _;

use super::table;
use crate::Result;
use crate::chart::{self, Framing, Width};
use crate::markup::{escape, identifier};
use crate::text::caption::caption;
use crate::text::place::Place;
use crate::text::{Language, colon, label, number, sentence, typeset};
use crate::view::{Restitution, ScaleView};

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
    for line in &view.scoring {
        let _ = writeln!(page, "<p class=\"counted\">{}</p>", set(language, line));
    }
    for kind in chart::kinds(restitution) {
        page.push_str("<figure class=\"figure\">\n");
        for (suffix, width) in [("w", Width::Wide), ("n", Width::Narrow)] {
            let id = format!("{}-{kind}-{suffix}", identifier(&view.provenance.instrument_id));
            page.push_str(&chart::lay_out(restitution, kind, width, Framing::Inline)?.inline_svg(&id)?);
        }
        let _ = write!(
            page,
            "<figcaption>{}</figcaption>\n</figure>\n",
            escape(&caption(restitution, kind, Framing::Inline))
        );
    }
    if let Some(order) = view.order.as_ref().filter(|order| !order.differences.is_empty()) {
        let _ = write!(page, "<details><summary>{}</summary>\n<ul>\n", escape(&label::settled_differences(language)));
        for difference in &order.differences {
            let _ = writeln!(page, "<li>{}</li>", set(language, difference));
        }
        page.push_str("</ul>\n");
        for note in &order.notes {
            let _ = writeln!(page, "<p>{}</p>", set(language, note));
        }
        page.push_str("</details>\n");
    }
    let _ = writeln!(page, "<h3>{}</h3>", escape(&label::same_numbers(language)));
    table::write(restitution, page);
    in_plain_words(restitution, page);
    own_words(restitution, page);
    page.push_str("</div>\n");
    margin(restitution, page);
    page.push_str("</section>\n</div>\n</main>\n");
    Ok(())
}

/// What the person wrote in their own words.
fn own_words(restitution: &Restitution, page: &mut String) {
    let view = restitution.view();
    let language = view.language;
    if view.own_words.is_empty() {
        return;
    }
    let _ = write!(page, "<h3>{}</h3>\n<dl class=\"defined\">\n", escape(&label::own_words(language)));
    for words in &view.own_words {
        let _ = writeln!(page, "<dt>{}</dt><dd>{}</dd>", set(language, &words.question), escape(&words.answer));
    }
    page.push_str("</dl>\n");
}

/// Every scale in plain words: what it looks at, where the score stands, what the answers suggest; facets within their domain.
fn in_plain_words(restitution: &Restitution, page: &mut String) {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    let has_words = |scale: &ScaleView| scale.definition.is_some() || scale.sentence.is_some();
    if !scales.iter().any(has_words) {
        return;
    }
    let _ = write!(page, "<h3>{}</h3>\n<ul class=\"said\">\n", escape(&label::in_plain_words(language)));
    let own = restitution.own_scales();
    for &idx in &own {
        let Some(scale) = scales.get(idx).filter(|scale| scale.parent.is_none()) else { continue };
        page.push_str("<li>");
        told(restitution, idx, scale, "h4", page);
        let facets: Vec<usize> = own
            .iter()
            .copied()
            .filter(|&facet| scales.get(facet).is_some_and(|facet| facet.parent == Some(idx)))
            .collect();
        if !facets.is_empty() {
            page.push_str("<ul class=\"facets\">\n");
            for facet_idx in facets {
                let Some(facet) = scales.get(facet_idx) else { continue };
                page.push_str("<li>");
                told(restitution, facet_idx, facet, "h5", page);
                page.push_str("</li>\n");
            }
            page.push_str("</ul>\n");
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ul>\n");
}

/// One scale in plain words, with the scales that tell the same answers in another way.
fn told(restitution: &Restitution, idx: usize, scale: &ScaleView, heading: &str, page: &mut String) {
    let language = restitution.language();
    let place = escape(&place_words(language, scale));
    let name = set(language, &scale.name);
    let _ = writeln!(page, "<{heading}>{name} <span class=\"place\">{place}</span></{heading}>");
    if let Some(definition) = &scale.definition {
        let _ = writeln!(page, "<p class=\"quiet\">{}</p>", set(language, definition));
    }
    if let Some((low, high)) = scale.poles() {
        let ends = [(label::low_end(language), low), (label::high_end(language), high)];
        let ends: Vec<String> = ends.iter().map(|(end, words)| colon(language, end, words)).collect();
        let _ = writeln!(page, "<p class=\"quiet\">{}</p>", set(language, &ends.join(" · ")));
    }
    let beside = restitution.beside(idx);
    let beside: Vec<&ScaleView> = beside.iter().filter_map(|place| restitution.view().scales.get(*place)).collect();
    let mut rules = Vec::new();
    if let Some(sentence) = &scale.sentence {
        let _ = writeln!(page, "<p class=\"voice\">{}</p>", set(language, &sentence.text));
        rules.extend(sentence.rule.as_deref());
    }
    for other in beside {
        let place = colon(language, &other.name, &place_words(language, other));
        let words = other.sentence.as_ref().map(|sentence| set(language, &sentence.text)).unwrap_or_default();
        let _ = writeln!(page, "<p class=\"quiet\">{}</p>\n<p class=\"voice\">{words}</p>", set(language, &place));
        rules.extend(other.sentence.as_ref().and_then(|sentence| sentence.rule.as_deref()));
    }
    if !rules.is_empty() {
        let (where_from, rules) = (escape(&label::where_from(language)), set(language, &rules.join(" ")));
        let _ = writeln!(page, "<details><summary>{where_from}</summary><p>{rules}</p></details>");
    }
}

/// Where the score stands, beside the name of the scale.
fn place_words(language: Language, scale: &ScaleView) -> String {
    if let Some(interval) = scale.t_interval() {
        return Place::of(interval).words(language);
    }
    match &scale.raw {
        Ok(raw) => number::raw_told(language, raw, scale.raw_margin()),
        Err(reason) => reason.short(language, scale.answered, scale.n_items),
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
