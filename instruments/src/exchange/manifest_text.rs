//! `instrument.toml` for a questionnaire that comes from elsewhere, with remarks on what a psychologist has to complete.

use std::fmt::Write as _;

use engine::model::ResponseKind;

use crate::exchange::form::{Form, kind_word};
use crate::exchange::manifest_merge::number_value;
use crate::load::manifest::FILE;
use crate::problem::Problems;

/// Writes `instrument.toml`; what is assumed is told as warnings.
pub(crate) fn write(form: &Form, languages: &[String], problems: &mut Problems) -> Vec<u8> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let list = |texts: &[String]| format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "));
    let assumed = |key: &str, value: &str, remedy: &str, problems: &mut Problems| {
        problems.warning(FILE, key, format!("the other system does not say it; `{value}` is assumed"), remedy);
    };
    let mut known = |key: &str, text: &Option<String>, otherwise: &str, remedy: &str| match text {
        Some(text) => text.clone(),
        None => {
            assumed(key, otherwise, remedy, problems);
            otherwise.to_owned()
        }
    };
    let authors = known("authors", &form.authors, "unknown", "name the authors");
    let license =
        known("license", &form.license, "unknown", "say under which license it may be used, before it is used");
    let purpose = known("purpose", &form.purpose, "imported", "say why it is asked");
    for (key, value, remedy) in [
        (
            "kind",
            "reflection",
            "say what it is about: interests, values, motivation, personality, aptitude, entourage …",
        ),
        (
            "evidence",
            "original-not-standardized",
            "write `published` or `standardized` with its `sources`, where it is",
        ),
        ("administration", "self-report", "write `other-report` or `performance` where it is"),
        ("supervision", "controlled", "write `open`, `supervised` or `managed` where it is"),
    ] {
        assumed(key, value, remedy, problems);
    }
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "id = {}\nversion = {}\nkind = \"reflection\"  # assumed\nlanguages = {}\nauthors = {}\nlicense = {}\nsources = []\n\
         evidence = \"original-not-standardized\"  # assumed\npurpose = {}\nadministration = \"self-report\"  # assumed\n\
         supervision = \"controlled\"  # assumed\n\n\
         # To score it: [scoring], [[scales]] and keys.csv, as instruments/FORMAT.md says.\n",
        quoted(&form.id),
        quoted(&form.version),
        list(languages),
        list(&[authors]),
        quoted(&license),
        quoted(&purpose),
    );
    for scale in &form.response_scales {
        let kind = scale.responses.kind();
        let _ = write!(text, "\n[response_scales.{}]\nkind = \"{}\"\n", quoted(&scale.name), kind_word(kind));
        if kind != ResponseKind::Text {
            let (lowest, highest) = (number_value(scale.responses.lowest()), number_value(scale.responses.highest()));
            let _ = write!(text, "lowest = {lowest}\nhighest = {highest}\n");
        }
    }
    for section in &form.sections {
        let item = |idx: usize| quoted(form.items.get(idx).map_or("", |item| item.id.as_str()));
        let (first, last) = (item(section.first), item(section.last));
        let _ = write!(text, "\n[[sections]]\nid = {}\nfirst = {first}\nlast = {last}\n", quoted(&section.id));
        if let Some(seconds) = section.seconds {
            let _ = writeln!(text, "seconds = {seconds}");
        }
    }
    text.into_bytes()
}
