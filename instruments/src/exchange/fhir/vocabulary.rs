//! The names that both directions share: standard extensions, our own ones, and the link ids of what is no item.

/// A text in another language, on any primitive element.
pub(crate) const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
/// The number of an answer option, in R5.
pub(crate) const ITEM_WEIGHT: &str = "http://hl7.org/fhir/StructureDefinition/itemWeight";
/// The number of an answer option, in R4.
pub(crate) const ORDINAL_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/ordinalValue";
/// The same, as it was named for questionnaires before.
pub(crate) const ORDINAL_VALUE_OLD: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-ordinalValue";
/// How an item is shown: a slider, say.
pub(crate) const ITEM_CONTROL: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
/// The code system of [`ITEM_CONTROL`].
pub(crate) const ITEM_CONTROL_SYSTEM: &str = "http://hl7.org/fhir/questionnaire-item-control";
/// Lowest number allowed.
pub(crate) const MIN_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
/// Highest number allowed.
pub(crate) const MAX_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";

/// A file of the folder, as an attachment.
pub(crate) const FILE: &str = "urn:bilan:file";
/// The words about a scale.
pub(crate) const SCALE: &str = "urn:bilan:scale";
/// On the questionnaire: an answer format. On an item: the name of its answer format.
pub(crate) const RESPONSE_SCALE: &str = "urn:bilan:response-scale";
/// The option is the right answer.
pub(crate) const CORRECT: &str = "urn:bilan:correct";
/// The forced-choice block of a group or an item.
pub(crate) const BLOCK: &str = "urn:bilan:block";
/// A group that is a section, with its id and time limit.
pub(crate) const SECTION: &str = "urn:bilan:section";
/// A displayed text that is the instruction of what it stands in.
pub(crate) const INSTRUCTION: &str = "urn:bilan:instruction";

/// The system of our instruments' ids.
pub(crate) const INSTRUMENT_SYSTEM: &str = "urn:bilan:instrument";
/// The system of the ids of people in a file of answers.
pub(crate) const RESPONDENT_SYSTEM: &str = "urn:bilan:respondent";
/// What the addresses of our questionnaires begin with.
pub(crate) const QUESTIONNAIRE_PREFIX: &str = "urn:bilan:questionnaire:";
/// What the systems of the codes of answer formats begin with.
pub(crate) const CODES_PREFIX: &str = "urn:bilan:codes:";

/// The link id of the instruction. Item ids never begin with `_`.
pub(crate) const INSTRUCTION_LINK: &str = "_instruction";

/// The link id of a section's group.
pub(crate) fn section_link(id: &str) -> String {
    format!("_section.{id}")
}

/// The link id of a section's instruction.
pub(crate) fn section_instruction_link(id: &str) -> String {
    format!("_section-instruction.{id}")
}

/// The link id of the group of a block, by the item that it begins with.
pub(crate) fn block_link(first_item: &str) -> String {
    format!("_block.{first_item}")
}

/// The system of the codes of an answer format.
pub(crate) fn code_system(instrument: &str, response_scale: &str) -> String {
    format!("{CODES_PREFIX}{instrument}:{response_scale}")
}
