//! The layout of the npm packages that carry the wordings of the IPIP-NEO-120: in `data/<lang>/questions.json` a list of items in
//! the order of administration, each with its text, domain, facet and keying. Their scripts, answer labels among them, are not read.

use serde::Deserialize;

use super::package::{MANIFEST, Package};
use super::{ForeignItem, ForeignWording, Found, ItemName};
use crate::about::Language;
use crate::problem::{Problem, Problems, given};

/// One item of `questions.json`; other fields are left alone.
#[derive(Debug, Deserialize)]
struct Question {
    text: String,
    keyed: String,
    domain: String,
    facet: u8,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    name: String,
    version: String,
}

/// Reads every language of a package.
pub(super) fn read(package: &Package) -> Found {
    let mut problems = Problems::default();
    let manifest = package.get(MANIFEST).and_then(|bytes| serde_json::from_slice::<Manifest>(bytes).ok());
    let source = manifest.map_or_else(|| "npm".to_owned(), |known| format!("{} {}", known.name, known.version));
    let mut wordings = Vec::new();
    for (file, bytes) in package.iter().filter(|(file, _)| *file != MANIFEST) {
        let tag = file.split('/').nth(1).unwrap_or_default();
        let Some(language) = Language::new(tag) else {
            let message = format!("the folder {} is not called after a language", given(tag));
            problems.warning(file, "", message, "rename it to a language tag, such as fr or pt-br");
            continue;
        };
        let questions: Vec<Question> = match serde_json::from_slice(bytes) {
            Ok(questions) => questions,
            Err(error) => {
                let message = format!("it is no list of items with text, keyed, domain and facet: {error}");
                problems.push(Problem::error(
                    file,
                    "",
                    message,
                    "fetch the package again, or write a CSV file item,language,text",
                ));
                continue;
            }
        };
        let items =
            questions.into_iter().zip(1..).filter_map(|(question, nth)| item(file, nth, question, &mut problems));
        let items: Vec<ForeignItem> = items.collect();
        wordings.push(ForeignWording { language, file: file.clone(), source: source.clone(), items });
    }
    if problems.any_error() { Err(problems.into_list()) } else { Ok(wordings) }
}

fn item(file: &str, nth: usize, question: Question, problems: &mut Problems) -> Option<ForeignItem> {
    let place = format!("item {nth} of the list");
    let is_reversed = match question.keyed.as_str() {
        "plus" => false,
        "minus" => true,
        other => {
            let message = format!("keyed {} is neither plus nor minus", given(other));
            problems.error(file, place, message, "correct the field `keyed`");
            return None;
        }
    };
    let scale = format!("{}{}", question.domain, question.facet);
    Some(ForeignItem { place, name: ItemName::Nth { scale, is_reversed }, text: question.text })
}
