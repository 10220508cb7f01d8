//! Packages that other systems made.

use super::{Files, expect, import};
use crate::Problem;
use crate::exchange::support::{completed, load_files};

fn item(identifier: &str, declaration: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"{identifier}\" title=\"t\" \
         adaptive=\"false\" time-dependent=\"false\" xml:lang=\"en-US\">{declaration}<qti-item-body>{body}</qti-item-body>\
         </qti-assessment-item>"
    )
}

fn declared(base_type: &str, inner: &str) -> String {
    format!(
        "<qti-response-declaration identifier=\"R\" cardinality=\"single\" base-type=\"{base_type}\">{inner}</qti-response-declaration>"
    )
}

fn choice(attributes: &str, options: &[(&str, &str)]) -> String {
    let option =
        |(id, label): &(&str, &str)| format!("<qti-simple-choice identifier=\"{id}\">{label}</qti-simple-choice>\n");
    let options: String = options.iter().map(option).collect();
    format!(
        "<qti-choice-interaction response-identifier=\"R\" {attributes}><qti-prompt>Which <b>one</b>?</qti-prompt>{options}</qti-choice-interaction>"
    )
}

fn package() -> Files {
    let right = declared("identifier", "<qti-correct-response><qti-value>B</qti-value></qti-correct-response>");
    let mapped = declared(
        "identifier",
        "<qti-mapping default-value=\"0\"><qti-map-entry map-key=\"no\" mapped-value=\"1\"/><qti-map-entry map-key=\"so\" mapped-value=\"2\"/>\
         <qti-map-entry map-key=\"yes\" mapped-value=\"3\"/></qti-mapping>",
    );
    let three = [("no", "No"), ("so", "So so"), ("yes", "Yes")];
    let items = [
        (
            "q 1",
            item(
                "q 1",
                &right,
                &format!(
                    "<p>Look:</p> {}",
                    choice("max-choices=\"1\" shuffle=\"true\"", &[("A", "one"), ("B", "two"), ("C", "three")])
                ),
            ),
        ),
        ("q2", item("q2", &mapped, &choice("max-choices=\"1\"", &three))),
        (
            "q3",
            item(
                "q3",
                &declared("string", ""),
                "<qti-extended-text-interaction response-identifier=\"R\"><qti-prompt>Why?</qti-prompt></qti-extended-text-interaction>",
            ),
        ),
        (
            "q4",
            item(
                "q4",
                &declared("float", ""),
                "<p>How much? <qti-text-entry-interaction response-identifier=\"R\"/></p>",
            ),
        ),
        (
            "q5",
            item(
                "q5",
                &declared("integer", ""),
                "<qti-slider-interaction response-identifier=\"R\" lower-bound=\"0\" upper-bound=\"10\" step=\"2\"><qti-prompt>How far?</qti-prompt></qti-slider-interaction>",
            ),
        ),
        (
            "q6",
            item(
                "q6",
                &declared("identifier", ""),
                "<qti-order-interaction response-identifier=\"R\"><qti-simple-choice identifier=\"a\">a</qti-simple-choice></qti-order-interaction>",
            ),
        ),
        ("q7", item("q7", "", &choice("max-choices=\"0\"", &three))),
        ("old", "<assessmentItem xmlns=\"http://www.imsglobal.org/xsd/imsqti_v2p2\"/>".to_owned()),
        ("bomb", "<!DOCTYPE a [<!ENTITY x \"y\">]><qti-assessment-item>&x;</qti-assessment-item>".to_owned()),
    ];
    let mut files = Files::new();
    let mut resources = String::new();
    let mut references = String::new();
    for (number, (_, xml)) in items.iter().enumerate() {
        let path = format!("items/n{number}.xml");
        resources += &format!(
            "<resource identifier=\"r{number}\" type=\"imsqti_item_xmlv3p0\" href=\"{path}\"><file href=\"{path}\"/></resource>"
        );
        references += &format!("<qti-assessment-item-ref identifier=\"n{number}\" href=\"../{path}\"/>");
        files.insert(path, xml.clone().into_bytes());
    }
    resources += "<resource identifier=\"t\" type=\"imsqti_test_xmlv3p0\" href=\"tests/t.xml\"/>";
    resources += "<resource identifier=\"p\" type=\"webcontent\" href=\"pictures/p.png\"/><resource identifier=\"x\" type=\"webcontent\" href=\"none\"/>";
    let test = format!(
        "<qti-assessment-test identifier=\"my test\" title=\"My test\"><qti-outcome-declaration identifier=\"S\"/>\
         <qti-test-part identifier=\"p\"><qti-assessment-section identifier=\"s1\" title=\"Part\" visible=\"true\">\
         <qti-rubric-block view=\"candidate\"><qti-content-body><p>Take</p><p>care.</p></qti-content-body></qti-rubric-block>\
         <qti-rubric-block view=\"scorer\"><p>secret</p></qti-rubric-block>{references}</qti-assessment-section></qti-test-part></qti-assessment-test>"
    );
    files.insert("tests/t.xml".into(), test.into_bytes());
    files.insert("pictures/p.png".into(), vec![0]);
    files.insert("forgotten.txt".into(), vec![0]);
    files.insert(
        "imsmanifest.xml".into(),
        format!("<manifest><resources>{resources}</resources></manifest>").into_bytes(),
    );
    files
}

#[test]
fn a_package_from_elsewhere_becomes_a_folder() {
    let imported = import(&package());
    assert!(!imported.problems.iter().any(Problem::is_error), "{:#?}", imported.problems);
    assert_eq!(imported.id, "my-test");
    let text = |file: &str| String::from_utf8(imported.files[file].clone()).unwrap();
    let expected = "item,response_scale,correct\ni1,options3,2\nq2,options3-2,\nq3,words,\nq4,number,\nq5,number-2,\nq7,options3-3,\n";
    assert_eq!(text("items.csv"), expected);
    assert!(text("exchange.csv").contains("option,options3-2:3,,yes") && text("exchange.csv").contains("item,i1,,q 1"));
    let mut files = completed(&imported.files);
    // An instruction is needed; the language is that of the items.
    let words = String::from_utf8(files["text.en-US.csv"].clone()).unwrap();
    files.insert("text.en-US.csv".into(), (words + "instruction,,Go\n").into_bytes());
    let loaded = load_files(&files);
    let en = loaded.wording("en-US").unwrap();
    assert_eq!((en.item(0), en.item(3), en.item(4)), (Some("Look:\nWhich one?"), Some("How much?"), Some("How far?")));
    let part = en.section(0).unwrap();
    assert_eq!(
        (en.title(), part.title.as_str(), part.instruction.as_deref()),
        ("My test", "Part", Some("Take\ncare."))
    );
    assert_eq!(en.options("options3-2"), [(1, "No".into()), (2, "So so".into()), (3, "Yes".into())]);
    let bounds: Vec<(f64, f64)> = [3, 4]
        .map(|idx| loaded.instrument().items()[idx].responses)
        .map(|scale| (scale.lowest(), scale.highest()))
        .into();
    assert_eq!(bounds, [(-1_000_000.0, 1_000_000.0), (0.0, 10.0)]);
}

#[test]
fn what_has_no_place_is_told() {
    let imported = import(&package());
    for (place, message) in [
        ("items/n0.xml", "options are shuffled"),
        ("items/n0.xml", "markup `b`"),
        ("items/n3.xml", "not bounded"),
        ("items/n4.xml", "`step` of a slider"),
        ("items/n5.xml", "qti-order-interaction, which is not read; the item is left out"),
        ("items/n6.xml", "several options may be chosen"),
        ("items/n7.xml", "the item is of QTI 2"),
        ("items/n8.xml", "no XML that can be read"),
        ("tests/t.xml", "qti-outcome-declaration"),
        ("tests/t.xml", "a rubric that respondents do not read"),
        ("pictures/p.png", "a file of type webcontent"),
        ("forgotten.txt", "a file that the manifest does not name"),
        ("imsmanifest.xml", "a resource without a file"),
        ("version", "has no version"),
        ("scales", "no scoring came along"),
    ] {
        expect(&imported.problems, place, message);
    }
}

#[test]
fn a_package_without_a_manifest_is_looked_through() {
    let mut files = package();
    files.remove("imsmanifest.xml");
    let (with, without) = (import(&package()), import(&files));
    assert_eq!(with.files["items.csv"], without.files["items.csv"]);
    expect(&without.problems, "", "the package has none");
}
