use engine::norms::{NormKind, Sex, Standardization};

use crate::test_folder::{TestFolder, a_folder};

const CARD: &str = "norms/local.toml";
const VALUES: &str = "norms/local.csv";
const TABLE: &str = "norms/local.table.csv";

fn with_norm() -> TestFolder {
    a_folder().with_norm()
}

#[test]
fn a_norm_is_card_strata_and_values() {
    let loaded = with_norm().load();
    let norm = loaded.norm("LOCAL").unwrap();
    assert_eq!(
        (norm.card().kind, norm.card().standardization, norm.card().n),
        (NormKind::Local, Standardization::Linear, None)
    );
    assert_eq!(norm.group().strata()[0].sex(), Some(Sex::Female));
    assert!(norm.group().has_combined());
    assert_eq!(norm.group().scale_norm(1, 1).unwrap().mean(), Some(6.5));
    assert_eq!((norm.hash().len(), norm.is_local()), (64, false));
    assert_eq!(loaded.nearest_norm("locl"), Some("local"));
}

#[test]
fn impossible_means_and_deviations_are_refused() {
    let row = |values: &str| with_norm().replacing(VALUES, "F,A,6,1.5,100", values);
    row("F,A,10.5,1.5,100").expect(VALUES, "line 2, column mean", "sums or means");
    row("F,A,1.9,1.5,100").expect(VALUES, "line 2, column mean", "sums or means");
    row("F,A,6,0,100").expect(VALUES, "line 2, column sd", "give the standard deviation");
    row("F,A,6,-1,100").expect(VALUES, "line 2, column sd", "give the standard deviation");
    // Scores 2 to 10 with mean 9: √(1·7·100/99) = 2.66, a little more for rounding.
    row("F,A,9,4,100").expect(VALUES, "line 2, column sd", "not exchanged");
    row("F,A,9,2.6,100").expect_none();
    row("F,A,6,,").expect(VALUES, "line 2, column sd", "give the sd");
    row("F,A,6,NaN,").expect(VALUES, "line 2, column sd", "write a number");
    row("F,A,6,1.5,0").expect(VALUES, "line 2, column n", "leave the field blank");
}

#[test]
fn lines_of_unknown_or_repeated_places_are_refused() {
    let folder = with_norm().adding(VALUES, "X,A,6,1,\nf,A,6,1,\nF,AB,6,1,\nF,A,6,1,\n");
    folder.expect(VALUES, "line 6, column stratum", "did you mean `F`?");
    folder.expect(VALUES, "line 7, column stratum", "did you mean `F`?");
    folder.expect(VALUES, "line 8, column scale", "did you mean `A`?");
    folder.expect(VALUES, "line 9, column scale", "keep one");
    assert_eq!(folder.problems().len(), 4, "{:#?}", folder.problems());
}

#[test]
fn every_stratum_needs_every_scale_of_the_norm() {
    let folder = with_norm().replacing(VALUES, "M,B,6.5,1.5,\n", "");
    folder.expect(VALUES, "", "add the line `M,B,…`");
    assert_eq!(folder.problems().len(), 1);
    let folder = with_norm()
        .replacing(CARD, "sex = \"M\"\n", "sex = \"M\"\nage_max = 60\n")
        .adding(CARD, "[[strata]]\nid = \"X\"\nsex = \"M\"\nage_min = 61\n");
    folder.expect(VALUES, "", "add the line `X,A,…`");
    with_norm().with(VALUES, "stratum,scale,mean,sd\n").expect(VALUES, "", "for each stratum and scale");
}

#[test]
fn overlapping_strata_are_refused() {
    let folder = with_norm().adding(CARD, "[[strata]]\nid = \"both\"\n");
    folder.expect(CARD, "strata[both]", "belongs to one stratum");
    let ages = |f: &str, m: &str| {
        with_norm()
            .replacing(CARD, "sex = \"F\"\n", &format!("{f}\n"))
            .replacing(CARD, "sex = \"M\"\n", &format!("{m}\n"))
            .replacing(CARD, "combined = true", "combined = false")
    };
    ages("age_max = 40", "age_min = 40").expect(CARD, "strata[M]", "belongs to one stratum");
    ages("age_max = 40", "age_min = 41").expect_none();
}

#[test]
fn gaps_between_strata_are_warned_of() {
    let ages = |f: &str, m: &str| {
        with_norm()
            .replacing(CARD, "sex = \"F\"\n", &format!("{f}\n"))
            .replacing(CARD, "sex = \"M\"\n", &format!("{m}\n"))
            .replacing(CARD, "combined = true", "combined = false")
    };
    ages("age_max = 40", "age_min = 42").expect_warning(CARD, "strata", "people in the gap");
    ages("sex = \"F\"\nage_max = 40", "sex = \"F\"\nage_min = 41").expect_warning(
        CARD,
        "strata",
        "people outside them",
    );
    ages("sex = \"F\"\nage_max = 40", "sex = \"M\"").expect_warning(CARD, "strata", "people outside them");
}

#[test]
fn strata_are_checked() {
    let stratum = |text: &str| with_norm().adding(CARD, &format!("[[strata]]\n{text}\n"));
    stratum("sex = \"M\"").expect(CARD, "strata, entry 3", "add `id");
    stratum("id = \"é\"").expect(CARD, "strata, entry 3", "letters without accents");
    stratum("id = \"f\"").expect(CARD, "strata[f]", "an id of its own");
    stratum("id = \"x\"\nsex = \"m\"").expect(CARD, "strata[x].sex", "did you mean `M`?");
    stratum("id = \"x\"\nage_min = 130").expect(CARD, "strata[x].age_min", "completed years");
    stratum("id = \"x\"\nage_min = 40\nage_max = 20").expect(CARD, "strata[x]", "correct `age_min`");
    stratum("id = \"x\"\nn = 0").expect(CARD, "strata[x].n", "above 0");
    stratum("id = \"x\"\nages = 3").expect(CARD, "strata[x].ages", "known are");
    let none =
        with_norm().replacing(CARD, "[[strata]]\nid = \"F\"\nsex = \"F\"\n\n[[strata]]\nid = \"M\"\nsex = \"M\"\n", "");
    none.expect(CARD, "strata", "it holds everyone");
}

#[test]
fn combined_strata_need_both_sexes() {
    let folder = with_norm().replacing(CARD, "sex = \"F\"\n", "age_max = 40\n").replacing(
        CARD,
        "sex = \"M\"\n",
        "age_min = 41\n",
    );
    folder.expect(CARD, "combined", "the same age bands");
    let half = with_norm()
        .replacing(CARD, "sex = \"F\"\n", "sex = \"F\"\nage_max = 60\n")
        .replacing(CARD, "sex = \"M\"\n", "sex = \"M\"\nage_max = 60\n")
        .adding(CARD, "[[strata]]\nid = \"X\"\nsex = \"M\"\nage_min = 61\n");
    half.expect_warning(CARD, "combined", "the same age bands");
}

#[test]
fn cards_are_checked() {
    let folder = with_norm()
        .replacing(CARD, "kind = \"local\"", "kind = \"lokal\"\npopulaton = 3")
        .replacing(CARD, "population = \"Nous\"", "population = \" \"")
        .replacing(CARD, "year = 2024", "year = 24")
        .replacing(CARD, "weighting = \"none\"\n", "")
        .replacing(CARD, "standardization = \"linear\"", "standardization = \"lineal\"\ninstrument_version = \"1\"");
    folder.expect(CARD, "kind", "did you mean `local`?");
    folder.expect(CARD, "populaton", "did you mean `population`?");
    folder.expect(CARD, "population", "fill in");
    folder.expect(CARD, "year", "the year of the sample");
    folder.expect(CARD, "weighting", "add `weighting");
    folder.expect(CARD, "standardization", "did you mean `linear`?");
    folder.expect(CARD, "instrument_version", "major.minor.patch");
    with_norm().replacing(CARD, "id = \"local\"", "id = \"locl\"").expect(CARD, "id", "the same name");
}

#[test]
fn a_norm_of_another_major_version_is_refused() {
    let folder = with_norm().replacing(CARD, "year = 2024", "year = 2024\ninstrument_version = \"2.0.0\"");
    folder.expect(CARD, "instrument_version", "build the norm again");
    with_norm().replacing(CARD, "year = 2024", "year = 2024\ninstrument_version = \"1.7.0\"").expect_none();
}

#[test]
fn within_person_scales_have_no_norms() {
    let folder = with_norm().replacing("instrument.toml", "id = \"B\"", "id = \"B\"\nipsative = true");
    folder.expect(VALUES, "line 3, column scale", "delete the lines");
    let centered = with_norm().replacing("instrument.toml", "score = \"sum\"", "score = \"mean\"").replacing(
        "instrument.toml",
        "id = \"B\"",
        "id = \"B\"\ncentered = true",
    );
    centered.expect(VALUES, "line 3, column scale", "delete the lines");
}

#[test]
fn tables_rise_and_stay_within_range() {
    let with = |rows: &str| with_norm().with(TABLE, &format!("stratum,scale,raw,percentile_rank\n{rows}"));
    with("F,A,3,10\nF,A,3,20\n").expect(TABLE, "line 3, column raw", "each once");
    with("F,A,3,10\nF,B,3,20\nF,A,4,9\n").expect(TABLE, "line 4, column percentile_rank", "never has a lower one");
    with("F,A,3,101\n").expect(TABLE, "line 2, column percentile_rank", "from 0 to 100");
    with("F,A,1,10\n").expect(TABLE, "line 2, column raw", "sums or means");
    with("F,A,x,\n").expect(TABLE, "line 2, column raw", "write a number");
    with("X,A,3,10\nX,A,4,11\nF,C,3,5\n").expect(TABLE, "line 2, column stratum", "did you mean `F`?");
}

#[test]
fn a_normalized_norm_needs_tables() {
    let folder = with_norm().replacing(CARD, "\"linear\"", "\"normalized\"");
    folder.expect(TABLE, "", "add the file");
    assert_eq!(folder.problems().len(), 1, "{:#?}", folder.problems());
    let header = "stratum,scale,raw,percentile_rank\n";
    let part = folder.with(TABLE, &format!("{header}F,A,3,10\nF,A,4,40\nM,A,5,50\nF,B,4,20\n"));
    part.expect(TABLE, "", "add the lines `M,B,…`");
    let sound = folder.with(TABLE, &format!("{header}F,A,3,10\nF,A,4,40\nM,A,5,50\nF,B,4,20\nM,B,4,50\n"));
    assert!(sound.without(VALUES).load().norm("local").unwrap().group().scale_norm(0, 0).unwrap().table().is_some());
}

#[test]
fn values_without_card_and_other_files_are_named() {
    with_norm().without(CARD).expect(VALUES, "", "add the card");
    with_norm().with("norms/notes.txt", "x").expect_warning("norms/notes.txt", "", "remove it");
    with_norm().without(VALUES).expect(VALUES, "", "add the file");
}

#[test]
fn a_card_may_speak_other_languages() {
    let with = |words: &str| {
        with_norm().replacing(CARD, "\n[[strata]]\nid = \"F\"", &format!("\n{words}\n[[strata]]\nid = \"F\""))
    };
    let loaded = with("[words.en]\ntitle = \"Local norm\"\npopulation = \"Us\"\nnotes = [\"A remark\"]\n").load();
    let card = loaded.norm("local").unwrap().card();
    assert_eq!(card.words_in("en"), ("Local norm", "Us", &["A remark".to_owned()][..]));
    assert_eq!(card.words_in("fr"), ("Norme locale", "Nous", &[][..]), "its own words, where there are no others");
    with("[words.en]\ntitle = \"Local norm\"\n").expect(CARD, "words.en.population", "add");
    with("[words.English]\ntitle = \"x\"\npopulation = \"y\"\n").expect(CARD, "words.English", "such as fr or en");
    with("[words.en]\ntitel = \"x\"\ntitle = \"x\"\npopulation = \"y\"\n").expect(
        CARD,
        "words.en.titel",
        "did you mean `title`?",
    );
}
