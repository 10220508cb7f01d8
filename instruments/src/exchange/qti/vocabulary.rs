//! The names that both directions share.

use engine::model::ItemId;

/// Items and tests.
pub(crate) const ITEMS_NAMESPACE: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";
/// Where the schema of items and tests stands; nothing is fetched from there.
pub(crate) const ITEMS_SCHEMA: &str = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd";
/// The manifest.
pub(crate) const MANIFEST_NAMESPACE: &str = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1";
/// Where the schema of the manifest stands; nothing is fetched from there.
pub(crate) const MANIFEST_SCHEMA: &str =
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd";
/// What XML Schema calls itself in instances.
pub(crate) const INSTANCE_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// `xml:lang` and its like.
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// The template that scores the right answer.
pub(crate) const MATCH_CORRECT: &str = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml";
/// The template that scores by the mapping.
pub(crate) const MAP_RESPONSE: &str = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml";

/// The manifest of a package.
pub(crate) const MANIFEST: &str = "imsmanifest.xml";
/// The part of a package that other systems do not read.
pub(crate) const OWN: &str = "bilan/";
/// The files of the instrument's folder.
pub(crate) const FOLDER: &str = "bilan/folder/";
/// Words that have no place in items and tests: `bilan/words.<lang>.csv`.
pub(crate) const WORDS: &str = "bilan/words.";
/// The items with their answer formats, for packages whose `data-` attributes another system has taken out.
pub(crate) const ITEMS: &str = "bilan/items.csv";
/// The words of a language that the questionnaire cannot be given in: `bilan/names.<lang>.csv`.
pub(crate) const NAMES: &str = "bilan/names.";

/// The type of an item in the manifest.
pub(crate) const ITEM_TYPE: &str = "imsqti_item_xmlv3p0";
/// The type of a test in the manifest.
pub(crate) const TEST_TYPE: &str = "imsqti_test_xmlv3p0";

/// The name of the answer format, on an interaction.
pub(crate) const RESPONSE_SCALE: &str = "data-bilan-response-scale";
/// The kind of the answer format, on an interaction.
pub(crate) const KIND: &str = "data-bilan-kind";
/// The lowest number, on an interaction that has no place for it.
pub(crate) const LOWEST: &str = "data-bilan-lowest";
/// The highest number, on an interaction that has no place for it.
pub(crate) const HIGHEST: &str = "data-bilan-highest";
/// The block of an item, on its interaction.
pub(crate) const BLOCK: &str = "data-bilan-block";
/// What a rubric or a section is for us.
pub(crate) const ROLE: &str = "data-bilan-role";
/// A rubric that says what the questionnaire is about.
pub(crate) const DESCRIPTION: &str = "description";
/// A section that stands for a questionnaire without parts.
pub(crate) const WHOLE: &str = "whole";
/// The identifier of that section.
pub(crate) const WHOLE_IDENTIFIER: &str = "_whole";

/// An id as an identifier of XML, which never begins with a digit.
pub(crate) fn identifier(id: &str) -> String {
    if id.starts_with(|c: char| c.is_ascii_alphabetic()) { id.to_owned() } else { format!("_{id}") }
}

/// The id of such an identifier; others stay as they are.
pub(crate) fn id_of(identifier: &str) -> &str {
    let id = identifier.strip_prefix('_').filter(|id| id.starts_with(|c: char| c.is_ascii_digit()));
    id.filter(|id| ItemId::new(*id).is_ok()).unwrap_or(identifier)
}

/// The identifier of a code.
pub(crate) fn choice_identifier(code: i64) -> String {
    format!("c{code}")
}

/// The code of such an identifier, as text.
pub(crate) fn code_of(identifier: &str) -> Option<&str> {
    identifier.strip_prefix('c').filter(|code| code.parse::<i64>().is_ok_and(|number| number.to_string() == *code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_lead_back() {
        for id in ["i1", "7.b", "E10", "0"] {
            assert_eq!(id_of(&identifier(id)), id);
        }
        assert_eq!((id_of("_abc"), id_of("_")), ("_abc", "_"));
        assert_eq!((code_of("c-1"), code_of("c01"), code_of("choice"), code_of("3")), (Some("-1"), None, None, None));
    }
}
