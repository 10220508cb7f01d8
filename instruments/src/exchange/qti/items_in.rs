//! An item file, read in its own language.

use std::collections::{BTreeMap, BTreeSet};

use engine::model::ResponseKind;
use roxmltree::Node;

use crate::exchange::form::kind_of;
use crate::exchange::losses::Losses;
use crate::exchange::qti::vocabulary as names;
use crate::exchange::qti::xml_in::{child, elements, inside, language_of, parse, text_of};

/// An item as its file says it.
#[derive(Debug)]
pub(crate) struct ReadItem {
    pub identifier: String,
    pub language: Option<String>,
    pub text: Option<String>,
    pub shape: Shape,
    /// Name and kind of the answer format of ours.
    pub declared: Option<(String, ResponseKind)>,
    pub block: Option<String>,
}

/// How an item is answered.
#[derive(Debug)]
pub(crate) enum Shape {
    /// By one of several options.
    Options(Vec<Choice>),
    /// By a number; `None` where the item sets no bound.
    Number { lowest: Option<f64>, highest: Option<f64>, is_slider: bool },
    /// By a text.
    Text,
}

/// An option.
#[derive(Debug)]
pub(crate) struct Choice {
    pub identifier: String,
    pub label: Option<String>,
    pub weight: Option<f64>,
    pub is_correct: bool,
}

/// Why a file gives no item.
pub(crate) type NoItem = (String, &'static str);

/// Interactions with options.
const CHOICES: &[&str] = &["qti-choice-interaction", "qti-inline-choice-interaction"];

/// Interactions with a text or a number that is typed in.
const ENTRIES: &[&str] = &["qti-text-entry-interaction", "qti-extended-text-interaction"];

const SLIDER: &str = "qti-slider-interaction";

/// Reads an item file.
pub(crate) fn read_item(text: &str, place: &str, losses: &mut Losses) -> Result<ReadItem, NoItem> {
    const EXPORT: &str = "export it again as QTI 3.0";
    let document = parse(text).map_err(|reason| (format!("this is no XML that can be read: {reason}"), EXPORT))?;
    let item = document.root_element();
    match item.tag_name().name() {
        "qti-assessment-item" => {}
        "assessmentItem" => return Err(("the item is of QTI 2".to_owned(), "convert the package to QTI 3.0 first")),
        name => {
            return Err((
                format!("the file holds `{}`, not an item", name.chars().take(60).collect::<String>()),
                EXPORT,
            ));
        }
    }
    let identifier = item.attribute("identifier").unwrap_or_default().trim().to_owned();
    let body = child(item, "qti-item-body").ok_or_else(|| ("the item has no body".to_owned(), EXPORT))?;
    report(item, body, place, losses);
    let interactions: Vec<Node<'_, '_>> = body
        .descendants()
        .filter(|node| node.is_element() && node.tag_name().name().ends_with("-interaction"))
        .collect();
    let is_read = |node: &&Node<'_, '_>| {
        let name = node.tag_name().name();
        CHOICES.contains(&name) || ENTRIES.contains(&name) || name == SLIDER
    };
    let Some(interaction) = interactions.iter().find(is_read).copied() else {
        let kinds: Vec<&str> = interactions.iter().map(|node| node.tag_name().name()).take(3).collect();
        let message = match kinds.as_slice() {
            [] => "the item has nothing to answer".to_owned(),
            kinds => format!(
                "the item is answered by {}, which is not read",
                kinds.join(", ").chars().take(200).collect::<String>()
            ),
        };
        return Err((message, "ask it in another way, or leave it out"));
    };
    for other in interactions.iter().filter(|other| **other != interaction) {
        losses.add(format!("a second interaction, {}", other.tag_name().name()), place);
    }
    let mut lost = |name: &str| losses.add(format!("markup `{}`", name.chars().take(40).collect::<String>()), place);
    let texts =
        [text_of(body, &mut lost), child(interaction, "qti-prompt").and_then(|prompt| text_of(prompt, &mut lost))];
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    let declaration = declaration_of(item, interaction);
    let shape = shape_of(interaction, declaration, place, losses);
    let attribute = |name: &str| interaction.attribute(name).map(str::to_owned);
    let kind = interaction.attribute(names::KIND).and_then(kind_of);
    Ok(ReadItem {
        identifier,
        language: language_of(item).or_else(|| language_of(body)),
        text: (!texts.is_empty()).then(|| texts.join("\n")),
        shape,
        declared: attribute(names::RESPONSE_SCALE).zip(kind),
        block: attribute(names::BLOCK),
    })
}

/// What an item says beside its declarations, body and scoring.
fn report(item: Node<'_, '_>, body: Node<'_, '_>, place: &str, losses: &mut Losses) {
    const READ: &[&str] =
        &["qti-response-declaration", "qti-outcome-declaration", "qti-item-body", "qti-response-processing"];
    for inner in elements(item).filter(|inner| !READ.contains(&inner.tag_name().name())) {
        losses.add(inner.tag_name().name().chars().take(60).collect::<String>(), place);
    }
    for rubric in body.descendants().filter(|node| node.tag_name().name() == "qti-rubric-block") {
        losses.add(format!("{} of an item", rubric.tag_name().name()), place);
    }
    if item.attribute("adaptive") == Some("true") {
        losses.add("that the item is adaptive", place);
    }
    let processing = child(item, "qti-response-processing");
    let is_plain = |processing: Node<'_, '_>| {
        let template = processing.attribute("template").unwrap_or_default();
        let is_known = template.contains("match_correct") || template.contains("map_response");
        let is_ours = elements(processing).all(|rule| rule.tag_name().name() == "qti-set-outcome-value");
        if processing.has_attribute("template") { is_known } else { is_ours }
    };
    if processing.is_some_and(|processing| !is_plain(processing)) {
        losses.add("scoring rules (qti-response-processing)", place);
    }
}

/// The response declaration of an interaction.
fn declaration_of<'a, 'i: 'a>(item: Node<'a, 'i>, interaction: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let identifier = interaction.attribute("response-identifier");
    let mut declarations = elements(item).filter(|inner| inner.tag_name().name() == "qti-response-declaration");
    declarations.find(|declaration| declaration.attribute("identifier") == identifier)
}

fn number(node: Node<'_, '_>, attribute: &str) -> Option<f64> {
    node.attribute(attribute)?.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

fn shape_of(interaction: Node<'_, '_>, declaration: Option<Node<'_, '_>>, place: &str, losses: &mut Losses) -> Shape {
    let name = interaction.tag_name().name();
    if name == SLIDER {
        for key in ["step", "orientation", "reverse"].iter().filter(|key| interaction.has_attribute(**key)) {
            losses.add(format!("`{key}` of a slider"), place);
        }
        let (lowest, highest) = (number(interaction, "lower-bound"), number(interaction, "upper-bound"));
        return Shape::Number { lowest, highest, is_slider: true };
    }
    let base_type = declaration.and_then(|declaration| declaration.attribute("base-type")).unwrap_or("string");
    if ENTRIES.contains(&name) {
        if matches!(base_type, "integer" | "float") {
            let (lowest, highest) = (number(interaction, names::LOWEST), number(interaction, names::HIGHEST));
            return Shape::Number { lowest, highest, is_slider: false };
        }
        if declaration.is_some_and(|declaration| child(declaration, "qti-correct-response").is_some()) {
            losses.add("the right answer to a free text", place);
        }
        return Shape::Text;
    }
    let most = interaction.attribute("max-choices").unwrap_or("1");
    let is_multiple = declaration.and_then(|declaration| declaration.attribute("cardinality")) == Some("multiple");
    if name == "qti-choice-interaction" && (most != "1" || is_multiple) {
        losses.add("that several options may be chosen", place);
    }
    if interaction.attribute("min-choices").is_some_and(|least| least != "0") {
        losses.add("that an answer is required", place);
    }
    if interaction.attribute("shuffle") == Some("true") {
        losses.add("that options are shuffled", place);
    }
    Shape::Options(choices_of(interaction, declaration, place, losses))
}

fn choices_of(
    interaction: Node<'_, '_>,
    declaration: Option<Node<'_, '_>>,
    place: &str,
    losses: &mut Losses,
) -> Vec<Choice> {
    let correct: BTreeSet<&str> = declaration
        .and_then(|declaration| child(declaration, "qti-correct-response"))
        .into_iter()
        .flat_map(elements)
        .filter_map(|value| value.text().map(str::trim))
        .collect();
    let mapping = declaration.and_then(|declaration| child(declaration, "qti-mapping"));
    let entries = mapping.into_iter().flat_map(elements);
    let weights: BTreeMap<&str, Option<f64>> =
        entries.filter_map(|entry| Some((entry.attribute("map-key")?.trim(), number(entry, "mapped-value")))).collect();
    // What is not in the mapping counts as its default says.
    let weight_of =
        |identifier: &str| weights.get(identifier).copied().unwrap_or_else(|| number(mapping?, "default-value"));
    let is_choice = |node: &Node<'_, '_>| {
        node.is_element() && matches!(node.tag_name().name(), "qti-simple-choice" | "qti-inline-choice")
    };
    let mut choices = Vec::new();
    for node in interaction.descendants().filter(is_choice) {
        let identifier = node.attribute("identifier").unwrap_or_default().trim().to_owned();
        let mut lost =
            |name: &str| losses.add(format!("markup `{}`", name.chars().take(40).collect::<String>()), place);
        let label = text_of(node, &mut lost);
        let (weight, is_correct) = (weight_of(&identifier), correct.contains(identifier.as_str()));
        choices.push(Choice { identifier, label, weight, is_correct });
    }
    choices
}

/// The first item or test of a file, by its root element.
pub(crate) fn root_name(text: &str) -> Option<String> {
    let document = parse(text).ok()?;
    inside(document.root(), "qti-assessment-item")
        .or_else(|| inside(document.root(), "qti-assessment-test"))
        .map(|node| node.tag_name().name().to_owned())
}
