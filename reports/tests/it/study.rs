//! Charts of a study, with invented numbers.

use reports::Error;
use reports::chart::Chart;
use reports::chart::study::distributions::ItemDistribution;
use reports::chart::study::loadings::{LoadingRow, Loadings};
use reports::chart::study::scree::Scree;
use reports::chart::study::without_item::{ItemWithout, WithoutItem};
use reports::chart::study::{Frame, distributions, loadings, scree, without_item};
use reports::text::Language;

fn frame(language: Language) -> Frame {
    let subject = match language {
        Language::French => "exemple 1.0.0, échelle E, 1 248 personnes",
        Language::English => "example 1.0.0, scale E, 1,248 people",
    };
    Frame { language, subject: subject.to_owned() }
}

/// Three factors above chance among fifteen items.
pub fn scree(language: Language) -> Chart {
    let observed = (0..15).map(|idx| [4.1, 2.3, 1.6].get(idx).copied().unwrap_or(1.05 - 0.06 * idx as f64)).collect();
    let random_mean: Vec<f64> = (0..15).map(|idx| 1.3 - 0.043 * idx as f64).collect();
    let random_upper = random_mean.iter().map(|value| value + 0.05).collect();
    scree::chart(&frame(language), &Scree { observed, random_mean, random_upper, n_suggested: 3 }).unwrap()
}

/// Twelve items of three scales.
pub fn loadings(language: Language) -> Chart {
    let items = (0..12).map(|idx| {
        let own = idx / 4;
        let loading = |factor: usize| {
            let side = if idx % 4 == 3 { -1.0 } else { 1.0 };
            if factor == own { side * (0.45 + 0.09 * (idx % 4) as f64) } else { 0.07 * (idx as f64 - 6.0) / 6.0 }
        };
        LoadingRow {
            name: format!("i{:02}", idx + 1),
            group: ["A", "B", "C"][own].to_owned(),
            loadings: (0..3).map(loading).collect(),
        }
    });
    let factors = vec![String::new(); 3];
    loadings::chart(&frame(language), &Loadings { factors, items: items.collect() }).unwrap()
}

/// Thirty-five items of five scales, some loadings beyond 1 as oblique factors may have them.
pub fn loadings_of_many(language: Language) -> Chart {
    let items = (0..35).map(|idx| LoadingRow {
        name: format!("question_{:02}", idx + 1),
        group: format!("{}", idx / 7),
        loadings: (0..5).map(|factor| if factor == idx / 7 { 1.1 - 0.2 * (idx % 7) as f64 } else { 0.04 }).collect(),
    });
    let factors =
        ["Élan vers les autres", "Attention aux autres", "Constance", "Sensibilité aux tensions", "Curiosité"];
    loadings::chart(&frame(language), &Loadings { factors: factors.map(String::from).to_vec(), items: items.collect() })
        .unwrap()
}

/// Four items, one of which nobody answered.
pub fn distributions(language: Language) -> Chart {
    let item =
        |name: &str, counts: &[u64]| ItemDistribution { name: name.to_owned(), lowest: 1, counts: counts.to_vec() };
    let items = [
        item("i01", &[120, 300, 400, 300, 128]),
        item("i02", &[10, 20, 118, 500, 600]),
        item("i03", &[0, 0, 0, 0, 0]),
        item("un_nom_plus_long", &[1000, 200, 40, 8, 0]),
    ];
    distributions::chart(&frame(language), &items).unwrap()
}

/// Six items, one of which would better be left out, and one without spread.
pub fn without_item(language: Language) -> Chart {
    let item = |idx: usize| ItemWithout {
        name: format!("i{idx:02}"),
        alpha: (idx != 4).then_some(if idx == 6 { 0.861 } else { 0.79 + 0.006 * idx as f64 }),
        item_rest: (idx != 4).then_some(if idx == 6 { -0.05 } else { 0.5 - 0.02 * idx as f64 }),
    };
    without_item::chart(&frame(language), &WithoutItem { alpha: 0.832, items: (1..=6).map(item).collect() }).unwrap()
}

#[test]
fn no_text_crosses_another_or_leaves_the_sheet() {
    for language in [Language::French, Language::English] {
        for chart in [scree(language), loadings(language), distributions(language), without_item(language)] {
            assert_eq!(chart.scene().collisions(), Vec::<String>::new(), "{}", chart.title());
        }
    }
}

#[test]
fn the_description_holds_the_numbers() {
    assert!(scree(Language::French).description().contains("4,10"));
    assert!(without_item(Language::English).description().contains("0.861"));
    assert!(loadings(Language::English).description().contains("0.54"));
}

#[test]
fn nothing_or_nonsense_is_refused() {
    let frame = frame(Language::English);
    let empty = Scree { observed: Vec::new(), random_mean: Vec::new(), random_upper: Vec::new(), n_suggested: 0 };
    assert!(matches!(scree::chart(&frame, &empty), Err(Error::NothingToPlot(_))));
    let ragged = Scree { observed: vec![1.0], random_mean: vec![f64::NAN], random_upper: vec![1.0], n_suggested: 0 };
    assert!(scree::chart(&frame, &ragged).is_err());
    assert!(distributions::chart(&frame, &[]).is_err());
    assert!(loadings::chart(&frame, &Loadings { factors: Vec::new(), items: Vec::new() }).is_err());
    assert!(without_item::chart(&frame, &WithoutItem { alpha: f64::NAN, items: Vec::new() }).is_err());
}
