//! A package in the layout of the npm packages, with invented sentences.

use std::fs;
use std::path::{Path, PathBuf};

use engine::model::{Keying, ScoreRule};
use instruments::Catalog;
use serde_json::{Value, json};

/// The items of the key in the order of administration: text, facet and direction.
pub fn questions(language: &str) -> Vec<Value> {
    let loaded = Catalog::bundled().find("ipip-neo-120").unwrap();
    let instrument = loaded.instrument();
    let of_item = |item_idx: usize| {
        let facets = instrument.scales().iter().filter(|scale| scale.id.as_str().len() == 2);
        let keyed = facets.filter_map(|scale| match &scale.rule {
            ScoreRule::Keyed { items, .. } => {
                let entry = items.iter().find(|entry| entry.item_idx == item_idx)?;
                Some((scale.id.as_str(), entry.keying))
            }
            _ => None,
        });
        keyed.into_iter().next().unwrap()
    };
    let question = |item_idx: usize| {
        let (facet, keying) = of_item(item_idx);
        let (domain, number) = facet.split_at(1);
        json!({
            "id": format!("question-{item_idx}"),
            "text": format!("{language}, number {}", item_idx + 1),
            "keyed": if keying == Keying::Forward { "plus" } else { "minus" },
            "domain": domain,
            "facet": number.parse::<u8>().unwrap(),
        })
    };
    (0..instrument.items().len()).map(question).collect()
}

/// Writes an unpacked package with these languages; `change` may spoil the questions of one.
pub fn written(folder: &Path, languages: &[&str], change: impl Fn(&str, &mut Vec<Value>)) -> PathBuf {
    let package = folder.join("package");
    for language in languages {
        let place = package.join("data").join(language);
        fs::create_dir_all(&place).unwrap();
        let mut questions = questions(language);
        change(language, &mut questions);
        fs::write(place.join("questions.json"), serde_json::to_vec(&questions).unwrap()).unwrap();
        // What would run is there, and nobody runs it.
        fs::write(place.join("choices.js"), "process.exit(1)").unwrap();
    }
    fs::write(package.join("package.json"), r#"{"name": "@invented/questions", "version": "2.0.1"}"#).unwrap();
    package
}

/// The archive that `npm pack` would make of a package.
pub fn packed(package: &Path) -> PathBuf {
    let archive = package.with_extension("tgz");
    let file = flate2::write::GzEncoder::new(fs::File::create(&archive).unwrap(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(file);
    tar.append_dir_all("package", package).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    archive
}
