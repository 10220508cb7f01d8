//! `instrument.toml`: what the instrument is, its answer formats, its scales as they are declared.

use engine::model::{InstrumentId, ResponseKind, ResponseScale, Rounding, ScaleId, Version};

use crate::about::{About, Administration, Evidence, Kind, Language, Supervision};
use crate::load::toml_file::{choice, inside, needed_text, parse, report_unknown};
use crate::load::{Need, Reading};
use crate::problem::{ID_RULE, Problem, Problems, given, not_an_id};
use crate::schema::{CircleFile, InstrumentFile, MissingFile, ResponseScaleFile, ScaleFile, ScoringFile, SectionFile};

/// The file read here.
pub(crate) const FILE: &str = "instrument.toml";

/// The most scales, answer formats, languages or sections: far above what anyone needs, and few enough to be checked in a second.
const MOST: usize = 1000;

/// `instrument.toml`, read. What is wrong in it is reported and left out.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub id: Option<InstrumentId>,
    pub version: Option<Version>,
    pub about: Option<About>,
    pub languages: Vec<Language>,
    /// Name and format; `None` where the format is wrong.
    pub response_scales: Vec<(String, Option<ResponseScale>)>,
    pub scales: Vec<ScaleDraft>,
    pub circle: Option<Vec<String>>,
    /// Parts of the questionnaire as they are declared; [`crate::load::sections`] reads them.
    pub sections: Vec<SectionFile>,
}

/// A scale as it is declared.
#[derive(Debug, Clone)]
pub(crate) struct ScaleDraft {
    pub id: ScaleId,
    pub score: Score,
    /// Whether the scale itself says how it is scored.
    pub says_score: bool,
    pub missing: MissingDraft,
    /// Whether the scale itself says what happens to missing answers.
    pub says_missing: bool,
    pub rounding: Rounding,
    pub includes: Option<Vec<String>>,
    pub components: Option<Vec<(String, f64)>>,
    pub centered: bool,
    pub ipsative: bool,
}

impl ScaleDraft {
    /// `scales[N1].missing`.
    pub(crate) fn place_of(&self, key: &str) -> String {
        format!("scales[{}].{key}", self.id)
    }
}

/// What a scale counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Score {
    Sum,
    Mean,
    Correct,
}

const SCORES: &[(&str, Score)] = &[("sum", Score::Sum), ("mean", Score::Mean), ("correct", Score::Correct)];

const ROUNDINGS: &[(&str, Rounding)] =
    &[("none", Rounding::None), ("half-up", Rounding::HalfUp), ("half-even", Rounding::HalfEven)];

/// The kinds of answer formats with their words in the files.
pub(crate) const RESPONSE_KINDS: &[(&str, ResponseKind)] = &[
    ("likert", ResponseKind::Likert),
    ("dichotomous", ResponseKind::Dichotomous),
    ("choice", ResponseKind::Choice),
    ("rank", ResponseKind::Rank),
    ("most-least", ResponseKind::MostLeast),
    ("slider", ResponseKind::Slider),
    ("numeric", ResponseKind::Numeric),
    ("text", ResponseKind::Text),
];

/// The rule for missing answers as it is declared, before the number of items is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingDraft {
    Reject,
    Prorate(Minimum),
    MeanOfAnswered(Minimum),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    Reject,
    Prorate,
    MeanOfAnswered,
}

const POLICIES: &[(&str, Policy)] =
    &[("reject", Policy::Reject), ("prorate", Policy::Prorate), ("mean-of-answered", Policy::MeanOfAnswered)];

/// The fewest answered items, as it is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Minimum {
    Count(u16),
    Fraction { numerator: u16, denominator: u16 },
}

impl Minimum {
    /// The count for a scale of `n_items`; fractions are rounded up.
    pub(crate) fn of(self, n_items: usize) -> u16 {
        match self {
            Self::Count(count) => count,
            Self::Fraction { numerator, denominator } => {
                let share = (n_items as u64 * u64::from(numerator)).div_ceil(u64::from(denominator));
                u16::try_from(share).unwrap_or(u16::MAX)
            }
        }
    }
}

/// Reads `instrument.toml`. `None` when nothing can be read from it.
pub(crate) fn read(reading: &mut Reading<'_>) -> Option<Manifest> {
    let bytes = reading.bytes(FILE, Need::Required)?;
    let problems = &mut reading.problems;
    let file: InstrumentFile = parse(FILE, &bytes, problems)?;
    report_unknown(FILE, "", &file.unknown, InstrumentFile::KEYS, problems);
    let n_languages = file.languages.as_ref().map_or(0, Vec::len);
    let counts = [
        ("scales", file.scales.len()),
        ("response_scales", file.response_scales.len()),
        ("languages", n_languages),
        ("sections", file.sections.len()),
    ];
    if let Some((key, count)) = counts.into_iter().find(|(_, count)| *count > MOST) {
        let message = format!("{count} entries; at most {MOST} are possible");
        problems.error(FILE, key, message, "look for what went into the file by mistake");
        return None;
    }
    let id = problems.keep(needed_text(FILE, "id", file.id.as_ref())).and_then(|text| {
        let id = InstrumentId::new(text);
        problems.keep(id.map_err(|invalid| Problem::error(FILE, "id", not_an_id(&invalid), ID_RULE)))
    });
    let version = problems.keep(needed_text(FILE, "version", file.version.as_ref())).and_then(|text| {
        let message = format!("{} is not a version", given(&text));
        let version = text.parse::<Version>();
        problems.keep(
            version.map_err(|_| Problem::error(FILE, "version", message, "write major.minor.patch, such as \"1.0.0\"")),
        )
    });
    let languages = read_languages(file.languages.as_deref(), problems);
    let about = read_about(&file, languages.clone(), problems);
    let response_scales = file
        .response_scales
        .iter()
        .map(|(name, entry)| (name.clone(), read_response_scale(name, entry, problems)))
        .collect();
    let scales = read_scales(&file, problems);
    let circle = file.circle.and_then(|circle| read_circle(circle, problems));
    Some(Manifest { id, version, about, languages, response_scales, scales, circle, sections: file.sections })
}

fn read_languages(tags: Option<&[String]>, problems: &mut Problems) -> Vec<Language> {
    let Some(tags) = tags else {
        let remedy =
            "add `languages = [\"fr\", \"en\"]`, or `languages = []` for a published key whose wording is imported";
        problems.error(FILE, "languages", "the key is missing", remedy);
        return Vec::new();
    };
    let mut languages: Vec<Language> = Vec::new();
    for tag in tags {
        match Language::new(tag) {
            Some(language) if languages.contains(&language) => {
                problems.error(FILE, "languages", format!("{} stands twice", given(tag)), "keep one of them");
            }
            Some(language) => languages.push(language),
            None => {
                let message = format!("{} is not a language", given(tag));
                problems.error(FILE, "languages", message, "use a tag such as \"fr\", \"en\" or \"fr-CA\"");
            }
        }
    }
    languages
}

fn read_about(file: &InstrumentFile, languages: Vec<Language>, problems: &mut Problems) -> Option<About> {
    let mut word = |key: &str, text: &Option<String>| problems.keep(needed_text(FILE, key, text.as_ref()));
    let kind = word("kind", &file.kind);
    let evidence = word("evidence", &file.evidence);
    let administration = word("administration", &file.administration);
    let supervision = word("supervision", &file.supervision);
    let license = word("license", &file.license);
    let purpose = word("purpose", &file.purpose);
    let kind = kind.and_then(|word| problems.keep(choice(FILE, "kind", &word, Kind::WORDS)));
    let evidence = evidence.and_then(|word| problems.keep(choice(FILE, "evidence", &word, Evidence::WORDS)));
    let administration =
        administration.and_then(|word| problems.keep(choice(FILE, "administration", &word, Administration::WORDS)));
    let supervision =
        supervision.and_then(|word| problems.keep(choice(FILE, "supervision", &word, Supervision::WORDS)));
    let authors = file.authors.clone().unwrap_or_default();
    if authors.is_empty() || authors.iter().any(|author| author.trim().is_empty()) {
        problems.error(FILE, "authors", "nobody is named, or a name is blank", "name the authors: `authors = [\"…\"]`");
    }
    let sources = file.sources.clone().unwrap_or_default();
    if sources.iter().any(|source| source.trim().is_empty()) {
        problems.error(FILE, "sources", "a source is blank", "fill it in or delete it");
    }
    if sources.is_empty() && evidence.is_some_and(|evidence| evidence != Evidence::OriginalNotStandardized) {
        let message = "a published instrument without a source";
        problems.error(FILE, "sources", message, "name where it was published: `sources = [\"…\"]`");
    }
    if file.minutes == Some(0) {
        problems.error(FILE, "minutes", "0 minutes", "give the usual time needed, or leave the key out");
    }
    Some(About {
        kind: kind?,
        languages,
        authors,
        license: license?,
        sources,
        evidence: evidence?,
        purpose: purpose?,
        administration: administration?,
        supervision: supervision?,
        minutes: file.minutes,
    })
}

fn read_response_scale(name: &str, entry: &ResponseScaleFile, problems: &mut Problems) -> Option<ResponseScale> {
    let path = format!("response_scales.{name}");
    report_unknown(FILE, &path, &entry.unknown, ResponseScaleFile::KEYS, problems);
    // The name stands before a colon in the files of wording, and is an id like all others.
    if let Err(invalid) = ScaleId::new(name) {
        problems.error(FILE, path.as_str(), not_an_id(&invalid), ID_RULE);
    }
    let place = inside(&path, "kind");
    let word = problems.keep(needed_text(FILE, &place, entry.kind.as_ref()))?;
    let kind = problems.keep(choice(FILE, &place, &word, RESPONSE_KINDS))?;
    let (lowest, highest) = match (kind, entry.lowest, entry.highest) {
        (ResponseKind::Text, _, _) => (0.0, 0.0),
        (_, Some(lowest), Some(highest)) => (lowest, highest),
        _ => {
            let remedy = "give the code of the lowest and of the highest answer: `lowest = 1`, `highest = 5`";
            problems.error(FILE, path.as_str(), "`lowest` or `highest` is missing", remedy);
            return None;
        }
    };
    let scale = ResponseScale::new(kind, lowest, highest);
    problems.keep(scale.map_err(|error| {
        Problem::error(FILE, path.as_str(), error.to_string(), "correct `kind`, `lowest` and `highest`")
    }))
}

fn read_scales(file: &InstrumentFile, problems: &mut Problems) -> Vec<ScaleDraft> {
    let general = file.scoring.clone().unwrap_or_default();
    report_unknown(FILE, "scoring", &general.unknown, ScoringFile::KEYS, problems);
    let general = Rules {
        score: general.score.and_then(|word| problems.keep(choice(FILE, "scoring.score", &word, SCORES))),
        missing: general.missing.and_then(|missing| read_missing("scoring.missing", &missing, problems)),
        rounding: general.rounding.and_then(|word| problems.keep(choice(FILE, "scoring.rounding", &word, ROUNDINGS))),
    };
    let mut scales: Vec<ScaleDraft> = Vec::with_capacity(file.scales.len());
    for (idx, entry) in file.scales.iter().enumerate() {
        if problems.is_full() {
            break;
        }
        let unnamed = format!("scales, entry {}", idx + 1);
        let Some(text) = entry.id.as_deref() else {
            problems.error(FILE, unnamed, "the scale has no id", "add `id = \"…\"`");
            continue;
        };
        let id = ScaleId::new(text.trim());
        let id = id.map_err(|invalid| Problem::error(FILE, unnamed, not_an_id(&invalid), ID_RULE));
        let Some(id) = problems.keep(id) else { continue };
        if scales.iter().any(|scale| scale.id.eq_ignore_case(id.as_str())) {
            let message = format!("scale `{id}` stands twice");
            problems.error(
                FILE,
                format!("scales[{id}]"),
                message,
                "give each scale an id of its own; ids must differ in more than case",
            );
            continue;
        }
        scales.push(read_scale(id, entry, &general, problems));
    }
    scales
}

/// `[scoring]`, read; what it leaves out is needed on the scales.
struct Rules {
    score: Option<Score>,
    missing: Option<MissingDraft>,
    rounding: Option<Rounding>,
}

fn read_scale(id: ScaleId, entry: &ScaleFile, general: &Rules, problems: &mut Problems) -> ScaleDraft {
    let path = format!("scales[{id}]");
    report_unknown(FILE, &path, &entry.unknown, ScaleFile::KEYS, problems);
    let is_composite = entry.components.is_some();
    let own_score =
        entry.score.as_deref().map(|word| problems.keep(choice(FILE, &inside(&path, "score"), word, SCORES)));
    let own_missing = entry.missing.as_ref().map(|missing| read_missing(&inside(&path, "missing"), missing, problems));
    let own_rounding = entry
        .rounding
        .as_deref()
        .and_then(|word| problems.keep(choice(FILE, &inside(&path, "rounding"), word, ROUNDINGS)));
    // What is declared nowhere is reported once a scale; what is declared wrongly was reported already.
    if own_score.is_none() && general.score.is_none() && !is_composite {
        problems.error(
            FILE,
            inside(&path, "score"),
            "how the scale is scored is not said",
            "add `score = \"sum\"` (sum, mean, correct) here or in [scoring]",
        );
    }
    if own_missing.is_none() && general.missing.is_none() && !is_composite {
        let remedy = "add `missing = { policy = \"reject\" }` (reject, prorate, mean-of-answered) here or in [scoring]";
        problems.error(FILE, inside(&path, "missing"), "what happens to missing answers is not said", remedy);
    }
    ScaleDraft {
        id,
        says_score: own_score.is_some(),
        score: own_score.flatten().or(general.score).unwrap_or(Score::Sum),
        says_missing: own_missing.is_some(),
        missing: own_missing.flatten().or(general.missing).unwrap_or(MissingDraft::Reject),
        rounding: own_rounding.or(general.rounding).unwrap_or(Rounding::None),
        includes: entry.includes.clone(),
        components: entry.components.as_ref().map(|components| components.clone().into_iter().collect()),
        centered: entry.centered.unwrap_or(false),
        ipsative: entry.ipsative.unwrap_or(false),
    }
}

fn read_missing(path: &str, missing: &MissingFile, problems: &mut Problems) -> Option<MissingDraft> {
    report_unknown(FILE, path, &missing.unknown, MissingFile::KEYS, problems);
    let place = inside(path, "policy");
    let word = problems.keep(needed_text(FILE, &place, missing.policy.as_ref()))?;
    let policy = problems.keep(choice(FILE, &place, &word, POLICIES))?;
    let place = inside(path, "min_answered");
    let minimum = match (policy, &missing.min_answered) {
        (Policy::Reject, None) => return Some(MissingDraft::Reject),
        (Policy::Reject, Some(_)) => {
            problems.error(
                FILE,
                place,
                "with `reject` all items are needed",
                "delete `min_answered`, or choose another policy",
            );
            return None;
        }
        (_, None) => {
            let remedy = "add a count or a fraction: `min_answered = \"4/5\"`";
            problems.error(FILE, place, "the fewest answered items are not given", remedy);
            return None;
        }
        (_, Some(value)) => problems.keep(read_minimum(value).ok_or_else(|| {
            let message = format!("{} is neither a count above 0 nor a fraction up to 1", given(&value.to_string()));
            Problem::error(FILE, place, message, "write a count such as 8, or a fraction such as \"4/5\"")
        }))?,
    };
    Some(match policy {
        Policy::Reject => MissingDraft::Reject,
        Policy::Prorate => MissingDraft::Prorate(minimum),
        Policy::MeanOfAnswered => MissingDraft::MeanOfAnswered(minimum),
    })
}

fn read_minimum(value: &toml::Value) -> Option<Minimum> {
    match value {
        toml::Value::Integer(count) => u16::try_from(*count).ok().filter(|count| *count > 0).map(Minimum::Count),
        toml::Value::String(text) => {
            let (numerator, denominator) = text.split_once('/')?;
            let (numerator, denominator) = (numerator.trim().parse().ok()?, denominator.trim().parse().ok()?);
            (0 < numerator && numerator <= denominator).then_some(Minimum::Fraction { numerator, denominator })
        }
        _ => None,
    }
}

fn read_circle(circle: CircleFile, problems: &mut Problems) -> Option<Vec<String>> {
    report_unknown(FILE, "circle", &circle.unknown, CircleFile::KEYS, problems);
    if circle.order.is_none() {
        problems.error(FILE, "circle.order", "the key is missing", "name the scales: `order = [\"R\", \"I\", …]`");
    }
    circle.order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_folder::a_folder;

    #[test]
    fn fractions_are_rounded_up() {
        let fraction = |numerator, denominator| Minimum::Fraction { numerator, denominator };
        // 24 × 5/6 = 20; 10 × 5/6 = 8.33; 4 × 3/4 = 3; 1 × 1/1000 is still one answer.
        assert_eq!(fraction(5, 6).of(24), 20);
        assert_eq!(fraction(5, 6).of(10), 9);
        assert_eq!(fraction(3, 4).of(4), 3);
        assert_eq!(fraction(1, 1000).of(1), 1);
        assert_eq!(Minimum::Count(7).of(3), 7);
    }

    #[test]
    fn minimums_that_cannot_be_met_or_ask_for_nothing_are_refused() {
        for text in ["\"0/5\"", "\"6/5\"", "\"4/0\"", "\"80%\"", "0", "-1", "0.8", "70000", "\"\""] {
            let folder = a_folder().replacing("instrument.toml", "\"1/2\"", text);
            folder.expect("instrument.toml", "scoring.missing.min_answered", "a fraction such as \"4/5\"");
        }
    }

    #[test]
    fn every_slip_in_the_manifest_is_reported_at_once() {
        let folder = a_folder()
            .replacing("instrument.toml", "kind = \"personality\"", "kind = \"personnality\"")
            .replacing("instrument.toml", "version = \"1.0.0\"", "version = \"1.0\"\nlisense = \"x\"")
            .replacing("instrument.toml", "evidence = \"original-not-standardized\"", "evidence = \"published\"")
            .replacing("instrument.toml", "languages = [\"fr\"]", "languages = [\"fr\", \"fr\", \"French\"]")
            .replacing("instrument.toml", "minutes = 2", "minutes = 0");
        folder.expect("instrument.toml", "kind", "did you mean `personality`?");
        folder.expect("instrument.toml", "version", "major.minor.patch");
        folder.expect("instrument.toml", "lisense", "did you mean `license`?");
        folder.expect("instrument.toml", "sources", "where it was published");
        folder.expect("instrument.toml", "languages", "keep one of them");
        folder.expect("instrument.toml", "languages", "use a tag");
        folder.expect("instrument.toml", "minutes", "leave the key out");
    }

    #[test]
    fn missing_keys_are_named() {
        let folder = a_folder().with(
            "instrument.toml",
            "id = \"é\"\nauthors = []\n[[scales]]\n[[scales]]\nid = \"A\"\n[[scales]]\nid = \"a\"",
        );
        folder.expect("instrument.toml", "id", "letters without accents");
        for key in ["version", "kind", "license", "evidence", "purpose", "administration", "supervision"] {
            folder.expect("instrument.toml", key, &format!("add `{key} = \"…\"`"));
        }
        folder.expect("instrument.toml", "languages", "languages = []");
        folder.expect("instrument.toml", "authors", "name the authors");
        folder.expect("instrument.toml", "scales, entry 1", "add `id");
        folder.expect("instrument.toml", "scales[A].score", "add `score");
        folder.expect("instrument.toml", "scales[A].missing", "add `missing");
        folder.expect("instrument.toml", "scales[a]", "an id of its own");
    }

    #[test]
    fn values_of_the_wrong_type_are_placed_by_line() {
        let folder = a_folder().replacing("instrument.toml", "version = \"1.0.0\"", "version = 1.0");
        folder.expect("instrument.toml", "line 2", "quotation marks");
        a_folder().with("instrument.toml", "id = \"x\"\n[[scales\n").expect("instrument.toml", "line 2", "correct");
        a_folder().without("instrument.toml").expect("instrument.toml", "", "add the file");
    }

    #[test]
    fn answer_formats_are_checked() {
        let with = |text: &str| a_folder().replacing("instrument.toml", "lowest = 1\nhighest = 5", text);
        with("lowest = 5\nhighest = 1").expect("instrument.toml", "response_scales.agree5", "correct `kind`");
        with("lowest = 1").expect("instrument.toml", "response_scales.agree5", "`lowest = 1`");
        with("lowest = 1\nhighest = 5\nhigest = 5").expect(
            "instrument.toml",
            "response_scales.agree5.higest",
            "did you mean `highest`?",
        );
        let folder = a_folder().replacing("instrument.toml", "kind = \"likert\"", "kind = \"likart\"");
        folder.expect("instrument.toml", "response_scales.agree5.kind", "did you mean `likert`?");
    }

    #[test]
    fn missing_rules_are_checked() {
        let with =
            |text: &str| a_folder().replacing("instrument.toml", "policy = \"prorate\", min_answered = \"1/2\"", text);
        with("policy = \"prorat\", min_answered = 1").expect(
            "instrument.toml",
            "scoring.missing.policy",
            "did you mean `prorate`?",
        );
        with("policy = \"prorate\"").expect("instrument.toml", "scoring.missing.min_answered", "add a count");
        with("policy = \"reject\", min_answered = 2").expect(
            "instrument.toml",
            "scoring.missing.min_answered",
            "delete",
        );
        with("policy = \"reject\", minimum = 2").expect("instrument.toml", "scoring.missing.minimum", "known are");
    }
}
