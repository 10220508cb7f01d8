//! `quality.toml`: what the indices of response quality compare a person with.

use engine::model::Instrument;
use engine::quality::{ItemPair, Moments, PairRule, QualityPlan, QualityReference, ReferenceError, ReferenceParts};

use crate::load::toml_file::{inside, needed_text, parse, report_unknown};
use crate::load::{Need, Reading};
use crate::problem::{Problem, Problems, did_you_mean, given};
use crate::schema::{QualityFile, QualityItemFile, QualityPairFile};

/// The file read here.
pub(crate) const FILE: &str = "quality.toml";

/// Reads `quality.toml`, where there is one and the instrument is sound.
pub(crate) fn read(reading: &mut Reading<'_>, instrument: Option<&Instrument>) -> Option<QualityReference> {
    let bytes = reading.bytes(FILE, Need::Optional)?;
    let problems = &mut reading.problems;
    let file: QualityFile = parse(FILE, &bytes, problems)?;
    report_unknown(FILE, "", &file.unknown, QualityFile::KEYS, problems);
    let instrument = instrument?;
    let plan = QualityPlan::of(instrument);
    let ids: Vec<&str> = plan
        .items()
        .iter()
        .filter_map(|item| instrument.items().get(item.item_idx))
        .map(|item| item.id.as_str())
        .collect();
    let source = problems.keep(needed_text(FILE, "source", file.source.as_ref()));
    let n = problems.keep(read_n(file.n));
    let rule = problems.keep(read_rule(file.critical_r));
    let items_fit = check_items(&file.items, &ids, problems);
    let moments = if items_fit { read_moments(&file.items, &ids, problems) } else { None };
    let pairs = read_pairs(&file.pairs, &ids, problems);
    let popularity = file.items.iter().map(|item| item.popularity.clone()).collect();
    let parts = ReferenceParts { source: source?, n: n?, rule: rule?, pairs: pairs?, moments: moments?, popularity };
    let found = QualityReference::new(&plan, parts);
    found.map_err(|errors| errors.iter().for_each(|error| problems.push(problem_of(error, &ids)))).ok()
}

fn read_n(n: Option<i64>) -> Result<u64, Problem> {
    let Some(n) = n else {
        return Err(Problem::error(FILE, "n", "the key is missing", "add `n = …`, the number of people"));
    };
    u64::try_from(n).ok().filter(|n| *n >= 2).ok_or_else(|| {
        Problem::error(FILE, "n", format!("{n} people make no reference"), "give the number of people, from 2")
    })
}

fn read_rule(critical: Option<f64>) -> Result<PairRule, Problem> {
    let remedy = "give the correlation beyond which a pair counts, such as 0.6";
    let Some(critical) = critical else {
        return Err(Problem::error(FILE, "critical_r", "the key is missing", remedy));
    };
    PairRule::beyond(critical).map_err(|error| Problem::error(FILE, "critical_r", error.to_string(), remedy))
}

/// Whether the items are those of the instrument, in its order.
fn check_items(items: &[QualityItemFile], ids: &[&str], problems: &mut Problems) -> bool {
    let mut all = true;
    for (at, item) in items.iter().enumerate() {
        if problems.is_full() {
            return false;
        }
        let name = item.id.as_deref().unwrap_or_default();
        let place = place_of(at, name);
        report_unknown(FILE, &place, &item.unknown, QualityItemFile::KEYS, problems);
        if ids.get(at) == Some(&name) {
            continue;
        }
        all = false;
        let place = inside(&place, "id");
        if item.id.is_none() {
            problems.error(FILE, place, "the key is missing", "add `id = \"…\"`, the id of an item");
        } else if ids.contains(&name) {
            let message = format!("item {} does not stand here in items.csv", given(name));
            problems.error(FILE, place, message, "list every item once, in the order of items.csv");
        } else {
            let message = format!("{} is no item in ordered categories or with a right option", given(name));
            problems.error(FILE, place, message, did_you_mean(name, ids.iter().copied(), "delete it"));
        }
    }
    if items.len() < ids.len() {
        let message = format!("{} items of {}", items.len(), ids.len());
        problems.error(FILE, "items", message, "list every item once, in the order of items.csv");
        all = false;
    }
    all && items.len() == ids.len()
}

/// Means and covariances: `Some(None)` where no item has any.
#[expect(clippy::option_option, reason = "outside: whether it can be read; inside: whether it is known")]
fn read_moments(items: &[QualityItemFile], ids: &[&str], problems: &mut Problems) -> Option<Option<Moments>> {
    let n_known = items.iter().filter(|item| item.mean.is_some() || item.covariances.is_some()).count();
    if n_known == 0 {
        return Some(None);
    }
    let k = items.len();
    let mut means = Vec::with_capacity(k);
    let mut rows = Vec::with_capacity(k);
    for (at, (item, id)) in items.iter().zip(ids).enumerate() {
        if problems.is_full() {
            return None;
        }
        let place = |key: &str| inside(&place_of(at, id), key);
        let remedy = "give mean and covariances of all items, or of none";
        match item.mean {
            Some(mean) => means.push(mean),
            None => problems.error(FILE, place("mean"), "the key is missing", remedy),
        }
        match &item.covariances {
            Some(row) if row.len() == at + 1 => rows.push(row),
            Some(row) => {
                let message = format!("{} numbers, but {} are expected here", row.len(), at + 1);
                let remedy = "give the covariances with the items before it, in their order, then its own variance";
                problems.error(FILE, place("covariances"), message, remedy);
            }
            None => problems.error(FILE, place("covariances"), "the key is missing", remedy),
        }
    }
    let is_whole = means.len() == k && rows.len() == k;
    let of_pair = |first: usize, second: usize| rows.get(second).and_then(|row| row.get(first)).copied();
    let at = |i: usize, j: usize| of_pair(i.min(j), i.max(j)).unwrap_or(f64::NAN);
    is_whole.then(|| Some(Moments::from_rows(means, at)))
}

fn read_pairs(pairs: &[QualityPairFile], ids: &[&str], problems: &mut Problems) -> Option<Vec<ItemPair>> {
    let mut read = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        if problems.is_full() {
            return None;
        }
        let place = format!("pairs[{at}]");
        report_unknown(FILE, &place, &pair.unknown, QualityPairFile::KEYS, problems);
        let mut item = |key: &str, name: &Option<String>| {
            let place = inside(&place, key);
            let name = problems.keep(needed_text(FILE, &place, name.as_ref()))?;
            let found = ids.iter().position(|id| **id == name);
            if found.is_none() {
                let remedy = did_you_mean(&name, ids.iter().copied(), "name an item that is listed under items");
                problems.error(FILE, place, format!("unknown item {}", given(&name)), remedy);
            }
            found
        };
        let (first, second) = (item("first", &pair.first), item("second", &pair.second));
        if pair.r.is_none() {
            problems.error(FILE, inside(&place, "r"), "the key is missing", "give the correlation of the two items");
        }
        if let (Some(first), Some(second), Some(correlation)) = (first, second, pair.r) {
            read.push(ItemPair { first, second, correlation });
        }
    }
    (read.len() == pairs.len()).then_some(read)
}

/// A problem of the contents, with its place in the file.
fn problem_of(error: &ReferenceError, ids: &[&str]) -> Problem {
    let id = |item: usize| ids.get(item).copied().unwrap_or_default();
    let of_item = |item: usize, key: &str| inside(&place_of(item, id(item)), key);
    let (place, message, remedy) = match error {
        ReferenceError::Mean { item, given, lowest, highest } => (
            of_item(*item, "mean"),
            format!("mean {given} is outside {lowest} to {highest}"),
            "give the mean of the answers as given, before any key".to_owned(),
        ),
        ReferenceError::MeanAndPopularity { item, given, expected } => (
            of_item(*item, "mean"),
            format!("mean {given}, but the popularity of the item gives {expected:.4}"),
            "give mean and popularity of the same answers, before any key".to_owned(),
        ),
        ReferenceError::Covariance { first, second, given } => (
            of_item(*second, "covariances"),
            format!("covariance {given} with `{}` is not possible", id(*first)),
            "give sample covariances in points, and a variance not below 0 as the last number".to_owned(),
        ),
        ReferenceError::Popularity { item, expected } => (
            of_item(*item, "popularity"),
            "these are not the shares at or above each category from the second on".to_owned(),
            format!("give {expected} numbers between 0 and 1 that do not rise"),
        ),
        ReferenceError::Pair { pair } => (
            format!("pairs[{pair}]"),
            "no pair of two items beyond the critical correlation".to_owned(),
            "name the item first that comes first in items.csv, and delete pairs within critical_r".to_owned(),
        ),
        other => (String::new(), other.to_string(), "write the file again from the sample".to_owned()),
    };
    Problem::error(FILE, place, message, remedy)
}

fn place_of(at: usize, id: &str) -> String {
    if id.is_empty() { format!("items[{at}]") } else { format!("items[{id}]") }
}

/// A reference for the folder of the tests.
#[cfg(test)]
pub(crate) const SAMPLE: &str = r#"source = "Essai"
n = 40
critical_r = 0.5

[[items]]
id = "i1"
mean = 3.2
covariances = [1.3]
popularity = [0.9, 0.7, 0.4, 0.2]

[[items]]
id = "i2"
mean = 2.9
covariances = [0.8, 1.2]
popularity = [0.8, 0.6, 0.3, 0.2]

[[items]]
id = "i3"
mean = 3
covariances = [-0.1, 0.2, 1.1]
popularity = [1, 0.5, 0.5, 0]

[[items]]
id = "i4"
mean = 2.5
covariances = [0.0, 0.1, -0.7, 1.0]

[[pairs]]
first = "i1"
second = "i2"
r = 0.64

[[pairs]]
first = "i3"
second = "i4"
r = -0.667
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_folder::{TestFolder, a_folder};

    fn folder() -> TestFolder {
        a_folder().with(FILE, SAMPLE)
    }

    #[test]
    fn a_reference_is_read() {
        let loaded = folder().load();
        assert_eq!(loaded.warnings(), []);
        let reference = loaded.quality().unwrap();
        assert_eq!((reference.parts().n, reference.parts().source.as_str()), (40, "Essai"));
        assert_eq!(reference.parts().pairs[1], ItemPair { first: 2, second: 3, correlation: -0.667 });
        assert!(reference.mahalanobis().is_ok_and(|found| found.rank() == 4));
        // The second item is turned: its lowest category is the highest step.
        let steps = reference.steps(0).unwrap().popularity();
        assert!((steps[1][0] - 0.8).abs() < 1e-12 && (steps[1][3] - 0.2).abs() < 1e-12, "{steps:?}");
        // Nothing is known of the fourth item's popularity, so that its scale has no person fit.
        assert!(reference.steps(1).is_none());
        assert!(a_folder().load().quality().is_none());
    }

    #[test]
    fn slips_are_named_with_place_and_remedy() {
        folder().replacing(FILE, "critical_r", "critical").expect(FILE, "critical", "`critical_r`");
        folder().replacing(FILE, "n = 40", "n = 1").expect(FILE, "n", "from 2");
        folder().replacing(FILE, "n = 40\n", "").expect(FILE, "n", "number of people");
        folder().replacing(FILE, "\"Essai\"", "\" \"").expect(FILE, "source", "fill in");
        folder().replacing(FILE, "= 0.5\n", "= 1.5\n").expect(FILE, "critical_r", "such as 0.6");
        folder().replacing(FILE, "id = \"i2\"", "id = \"j2\"").expect(FILE, "items[j2].id", "did you mean");
        folder().replacing(FILE, "id = \"i2\"", "id = \"i3\"").expect(FILE, "items[i3].id", "order of items.csv");
        folder().replacing(FILE, "id = \"i2\"\n", "").expect(FILE, "items[1].id", "id of an item");
        folder().replacing(FILE, "mean = 3.2", "mean = 6").expect(FILE, "items[i1].mean", "before any key");
        folder().replacing(FILE, "mean = 3.2", "mean = 3.3").expect(FILE, "items[i1].mean", "same answers");
        folder().replacing(FILE, "mean = 3.2\n", "").expect(FILE, "items[i1].mean", "or of none");
        folder().replacing(FILE, "mean = 3.2\n", "men = 3.2\n").expect(FILE, "items[i1].men", "did you mean `mean`");
        folder().replacing(FILE, "[0.8, 1.2]", "[0.8]").expect(FILE, "items[i2].covariances", "its own variance");
        folder().replacing(FILE, "[0.8, 1.2]", "[1.8, 1.2]").expect(FILE, "items[i2].covariances", "in points");
        folder().replacing(FILE, "[0.8, 1.2]", "[nan, 1.2]").expect(FILE, "items[i2].covariances", "in points");
        folder().replacing(FILE, "[1.3]", "[-1.3]").expect(FILE, "items[i1].covariances", "not below 0");
        folder().replacing(FILE, "0.9, 0.7", "0.6, 0.7").expect(FILE, "items[i1].popularity", "4 numbers");
        folder().replacing(FILE, "r = 0.64", "r = 0.44").expect(FILE, "pairs[0]", "critical_r");
        folder().replacing(FILE, "r = 0.64", "").expect(FILE, "pairs[0].r", "correlation");
        folder().replacing(FILE, "first = \"i1\"", "first = \"i9\"").expect(FILE, "pairs[0].first", "did you mean");
        folder().replacing(FILE, "first = \"i1\"", "first = \"i2\"").expect(FILE, "pairs[0]", "comes first");
        let cut = SAMPLE.find("[[items]]\nid = \"i4\"").unwrap();
        a_folder().with(FILE, &SAMPLE[..cut]).expect(FILE, "items", "list every item once");
        a_folder().with(FILE, "source = 3\n").expect(FILE, "line 1", "quotation marks");
    }

    #[test]
    fn pairs_alone_make_a_reference() {
        let text = SAMPLE.lines().filter(|line| !line.starts_with("mean") && !line.starts_with("cov"));
        let loaded = a_folder().with(FILE, &text.collect::<Vec<_>>().join("\n")).load();
        let reference = loaded.quality().unwrap();
        assert!(reference.mahalanobis().is_err());
        assert_eq!(reference.parts().pairs.len(), 2);
    }
}
