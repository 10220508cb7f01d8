//! From declared scales and keys to the scoring rules of the engine.

mod engine_problems;
mod includes;

use engine::model::{Instrument, InstrumentParts, KeyedItem, MissingPolicy, ResponseKind, Scale, ScoreRule, Statistic};

use self::engine_problems::Known;
use self::includes::{check_own_keys, items_of, report_cycles, resolve_includes};
use crate::load::items::{self, Items};
use crate::load::keys::Keys;
use crate::load::manifest::{FILE, Manifest, MissingDraft, ScaleDraft, Score};
use crate::problem::{Problem, Problems, did_you_mean, given};

/// The scales, built. The instrument is there when nothing was wrong with it.
#[derive(Debug)]
pub(crate) struct Scored {
    pub instrument: Option<Instrument>,
    /// For each scale the scales it includes.
    pub facets: Vec<Option<Vec<usize>>>,
    pub circle: Option<Vec<usize>>,
    /// For each scale whether its scores compare within the person only.
    ipsative: Vec<bool>,
}

/// What the files about scales need to know of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScaleFacts {
    pub id: String,
    /// Lowest and highest raw score; `None` where the instrument is not sound.
    pub range: Option<(f64, f64)>,
    pub ipsative: bool,
}

impl Scored {
    /// What the files about scales need to know of them.
    pub(crate) fn scale_facts(&self, manifest: &Manifest) -> Vec<ScaleFacts> {
        let facts = |(idx, scale): (usize, &ScaleDraft)| ScaleFacts {
            id: scale.id.to_string(),
            range: self.instrument.as_ref().and_then(|instrument| instrument.possible_range(idx)),
            ipsative: self.ipsative.get(idx).copied().unwrap_or(false),
        };
        manifest.scales.iter().enumerate().map(facts).collect()
    }
}

/// Builds the scoring rules and the engine's instrument.
pub(crate) fn build(manifest: &Manifest, items: &Items, keys: &Keys, problems: &mut Problems) -> Scored {
    let includes: Vec<Option<Vec<usize>>> =
        manifest.scales.iter().map(|scale| resolve_includes(manifest, scale, problems)).collect();
    let cyclic = report_cycles(manifest, &includes, problems);
    let mut scales = Vec::with_capacity(manifest.scales.len());
    for (scale_idx, draft) in manifest.scales.iter().enumerate() {
        if problems.is_full() {
            break;
        }
        check_own_keys(draft, keys.of_scale.get(scale_idx), problems);
        let keyed = if cyclic {
            Vec::new()
        } else {
            let mut keyed = items_of(scale_idx, manifest, &includes, keys, problems);
            keyed.sort_by_key(|entry| entry.item_idx);
            keyed
        };
        scales.push(build_scale(draft, &keyed, manifest, items, problems));
    }
    let ipsative = spread_ipsative(&mut scales, &includes);
    let circle = resolve_circle(manifest, problems);
    let parts = manifest.id.clone().zip(manifest.version).map(|(id, version)| InstrumentParts {
        id,
        version,
        items: items.items.clone(),
        scales,
    });
    let instrument = parts.filter(|_| !cyclic).and_then(|parts| {
        let instrument = Instrument::new(parts);
        let known = Known { manifest, items, keys, includes: &includes };
        instrument
            .map_err(|errors| errors.iter().filter_map(|error| known.place(error)).for_each(|p| problems.push(p)))
            .ok()?
            .with_forced_blocks(items.forced_blocks())
            .map_err(|error| problems.error(FILE, "", error.to_string(), "correct the column `block` of items.csv"))
            .ok()
    });
    Scored { instrument, facets: includes, circle, ipsative }
}

fn scale_idx(manifest: &Manifest, id: &str) -> Option<usize> {
    manifest.scales.iter().position(|scale| scale.id.as_str() == id)
}

fn unknown_scale(manifest: &Manifest, place: String, id: &str) -> Problem {
    let known = manifest.scales.iter().map(|scale| scale.id.as_str());
    let remedy = did_you_mean(id, known, "declare the scale, or take its name out");
    Problem::error(FILE, place, format!("unknown scale {}", given(id)), remedy)
}

fn build_scale(
    draft: &ScaleDraft,
    keyed: &[KeyedItem],
    manifest: &Manifest,
    items: &Items,
    problems: &mut Problems,
) -> Scale {
    let of_others = |kind: ResponseKind| kind.is_ipsative();
    let is_ranked =
        keyed.iter().filter_map(|entry| items.items.get(entry.item_idx)).any(|item| of_others(item.responses.kind()));
    if is_ranked && !draft.ipsative {
        let message = "its items are ranks or forced choices, whose scores compare within the person only";
        problems.error(FILE, draft.place_of("ipsative"), message, "add `ipsative = true`");
    }
    let rule = match (&draft.components, draft.centered, draft.score) {
        (Some(components), ..) => build_composite(draft, components, manifest, problems),
        (None, true, Score::Mean) => ScoreRule::Centered { items: keyed.to_vec() },
        (None, true, _) => {
            let message = "a centered scale is a mean of items minus the person's mean";
            problems.error(FILE, draft.place_of("centered"), message, "add `score = \"mean\"`, or delete `centered`");
            ScoreRule::Centered { items: keyed.to_vec() }
        }
        (None, false, Score::Sum) => ScoreRule::Keyed { items: keyed.to_vec(), statistic: Statistic::Sum },
        (None, false, Score::Mean) => ScoreRule::Keyed { items: keyed.to_vec(), statistic: Statistic::Mean },
        (None, false, Score::Correct) => build_correct(draft, keyed, items, problems),
    };
    let missing = match draft.missing {
        _ if draft.components.is_some() => MissingPolicy::Reject,
        MissingDraft::Reject => MissingPolicy::Reject,
        MissingDraft::Prorate(minimum) => MissingPolicy::Prorate { min_answered: minimum.of(keyed.len()) },
        MissingDraft::MeanOfAnswered(minimum) => {
            MissingPolicy::MeanOfAnswered { min_answered: minimum.of(keyed.len()) }
        }
    };
    let ipsative = draft.ipsative || draft.centered || is_ranked;
    Scale { id: draft.id.clone(), rule, missing, rounding: draft.rounding, ipsative }
}

fn build_composite(
    draft: &ScaleDraft,
    components: &[(String, f64)],
    manifest: &Manifest,
    problems: &mut Problems,
) -> ScoreRule {
    let place = draft.place_of("components");
    for (key, given) in [("score", draft.says_score), ("missing", draft.says_missing), ("centered", draft.centered)] {
        if given {
            let message =
                "a composite adds up the scores of other scales and needs all of them: it has no such rule of its own";
            problems.error(FILE, draft.place_of(key), message, format!("delete `{key}` here"));
        }
    }
    let mut resolved: Vec<(usize, f64)> = Vec::with_capacity(components.len());
    for (name, weight) in components {
        if problems.is_full() {
            break;
        }
        match scale_idx(manifest, name) {
            Some(idx) => resolved.push((idx, *weight)),
            None => problems.push(unknown_scale(manifest, place.clone(), name)),
        }
    }
    // In the instrument's order, so that a sum does not depend on the order of keys in a file.
    resolved.sort_by_key(|(idx, _)| *idx);
    ScoreRule::Composite { components: resolved }
}

fn build_correct(draft: &ScaleDraft, keyed: &[KeyedItem], items: &Items, problems: &mut Problems) -> ScoreRule {
    let mut resolved = Vec::with_capacity(keyed.len());
    for entry in keyed {
        let Some(item) = items.items.get(entry.item_idx) else { continue };
        let line = items.lines.get(entry.item_idx).copied().unwrap_or_default();
        match items.correct.get(entry.item_idx).copied().flatten() {
            Some(category) => resolved.push((entry.item_idx, category)),
            None => {
                let message = format!("item `{}` counts on scale `{}`, but has no correct answer", item.id, draft.id);
                let remedy = "give the code of the right answer in the column `correct`";
                problems.error(items::FILE, format!("line {line}, column correct"), message, remedy);
            }
        }
    }
    let is_plain = |entry: &KeyedItem| entry.keying == engine::model::Keying::Forward && entry.weight == 1.0;
    if !keyed.iter().all(is_plain) {
        let message = "correct answers are counted: one point each, in one direction";
        problems.error(FILE, draft.place_of("score"), message, "give its items the sign `+` and no weight in keys.csv");
    }
    ScoreRule::Correct { items: resolved }
}

/// A scale made of within-person scores, as their composite or as a domain over them, is itself one.
fn spread_ipsative(scales: &mut [Scale], includes: &[Option<Vec<usize>>]) -> Vec<bool> {
    let mut ipsative: Vec<bool> = scales.iter().map(|scale| scale.ipsative).collect();
    // Domains may include domains: repeat until nothing changes, at most once a scale.
    for _ in 0..scales.len() {
        let is_one = |idx: usize| ipsative.get(idx).copied().unwrap_or(false);
        let made_of_one = |(idx, scale): (usize, &Scale)| {
            let of_components = match &scale.rule {
                ScoreRule::Composite { components } => components.iter().any(|(component, _)| is_one(*component)),
                _ => false,
            };
            let included = includes.get(idx).and_then(Option::as_ref).into_iter().flatten();
            is_one(idx) || of_components || included.copied().any(is_one)
        };
        let spread: Vec<bool> = scales.iter().enumerate().map(made_of_one).collect();
        if spread == ipsative {
            break;
        }
        ipsative = spread;
    }
    for (scale, ipsative) in scales.iter_mut().zip(&ipsative) {
        scale.ipsative = *ipsative;
    }
    ipsative
}

fn resolve_circle(manifest: &Manifest, problems: &mut Problems) -> Option<Vec<usize>> {
    const PLACE: &str = "circle.order";
    let names = manifest.circle.as_ref()?;
    let mut order: Vec<usize> = Vec::with_capacity(names.len());
    for name in names {
        if problems.is_full() {
            break;
        }
        match scale_idx(manifest, name) {
            None => problems.push(unknown_scale(manifest, PLACE.to_owned(), name)),
            Some(idx) if order.contains(&idx) => {
                problems.error(FILE, PLACE, format!("scale `{name}` stands twice"), "keep one of them");
            }
            Some(idx) => order.push(idx),
        }
    }
    if names.len() < 3 {
        problems.error(FILE, PLACE, format!("{} scales make no circle", names.len()), "name three scales or more");
    }
    Some(order)
}

#[cfg(test)]
mod tests {
    use engine::model::{MissingPolicy, ScoreRule};

    use crate::test_folder::{TestFolder, a_folder};

    /// The folder with one more scale.
    fn with_scale(text: &str) -> TestFolder {
        a_folder()
            .adding("instrument.toml", &format!("\n[[scales]]\n{text}\n"))
            .adding("text.fr.csv", "scale,D,Domaine\n")
    }

    #[test]
    fn a_domain_takes_over_the_items_of_its_facets() {
        let folder = with_scale(
            "id = \"D\"\nincludes = [\"B\", \"A\"]\nmissing = { policy = \"prorate\", min_answered = \"5/6\" }",
        );
        let loaded = folder.load();
        let scale = &loaded.instrument().scales()[2];
        assert_eq!(scale.rule.item_indices(), [0, 1, 2, 3]);
        // 4 × 5/6 = 3.3, rounded up.
        assert_eq!(scale.missing, MissingPolicy::Prorate { min_answered: 4 });
        assert_eq!((loaded.facets(2), loaded.facets(0)), (Some([1, 0].as_slice()), None));
    }

    #[test]
    fn a_domain_of_domains_counts_every_item_once() {
        let folder =
            with_scale("id = \"D\"\nincludes = [\"A\", \"B\"]\n[[scales]]\nid = \"T\"\nincludes = [\"D\", \"A\"]")
                .adding("text.fr.csv", "scale,T,Total\n");
        assert_eq!(folder.load().instrument().scales()[3].rule.item_indices(), [0, 1, 2, 3]);
    }

    #[test]
    fn unknown_and_circular_includes_are_refused() {
        with_scale("id = \"D\"\nincludes = [\"A\", \"A1\", \"A\"]").expect(
            "instrument.toml",
            "scales[D].includes",
            "did you mean `A`?",
        );
        with_scale("id = \"D\"\nincludes = [\"A\", \"A\"]").expect(
            "instrument.toml",
            "scales[D].includes",
            "keep one of them",
        );
        with_scale("id = \"D\"\nincludes = []").expect("instrument.toml", "scales[D].includes", "name the scales");
        with_scale("id = \"D\"\nincludes = [\"D\"]").expect(
            "instrument.toml",
            "scales[D].includes",
            "take one of the two out",
        );
        let folder = with_scale("id = \"D\"\nincludes = [\"T\"]\n[[scales]]\nid = \"T\"\nincludes = [\"A\", \"D\"]");
        folder.expect("instrument.toml", "scales[T].includes", "take one of the two out");
        let both = with_scale("id = \"D\"\nincludes = [\"A\"]\ncomponents = { A = 1.0 }");
        both.expect("instrument.toml", "scales[D]", "keep one of the two");
    }

    #[test]
    fn a_domain_has_no_keys_of_its_own() {
        let folder = with_scale("id = \"D\"\nincludes = [\"A\"]").adding("keys.csv", "D,i3,+,\n");
        folder.expect("keys.csv", "line 6, column scale", "delete its lines");
    }

    #[test]
    fn facets_that_disagree_on_an_item_make_no_domain() {
        let folder = with_scale("id = \"D\"\nincludes = [\"A\", \"B\"]").adding("keys.csv", "B,i1,-,\n");
        folder.expect("instrument.toml", "scales[D].includes", "use `components`");
    }

    #[test]
    fn composites_are_weighted_sums_in_the_order_of_the_instrument() {
        let loaded = with_scale("id = \"D\"\ncomponents = { B = -0.5, A = 1 }").load();
        assert_eq!(
            loaded.instrument().scales()[2].rule,
            ScoreRule::Composite { components: vec![(0, 1.0), (1, -0.5)] }
        );
    }

    #[test]
    fn composites_are_checked() {
        let composite = |text: &str| with_scale(&format!("id = \"D\"\ncomponents = {text}"));
        composite("{ A = 1, B1 = 1 }").expect("instrument.toml", "scales[D].components", "did you mean `B`?");
        composite("{ A = 0 }").expect("instrument.toml", "scales[D].components", "other than 0");
        composite("{ A = nan }").expect("instrument.toml", "scales[D].components", "other than 0");
        composite("{}").expect("instrument.toml", "scales[D].components", "name the scales");
        composite("{ D = 1 }").expect("instrument.toml", "scales[D].components", "name the scales");
        composite("{ A = 1 }\nscore = \"sum\"").expect("instrument.toml", "scales[D].score", "delete `score`");
        composite("{ A = 1 }\n[[scales]]\nid = \"E\"\nincludes = [\"D\"]").expect(
            "instrument.toml",
            "scales[E].includes",
            "use `components`",
        );
    }

    #[test]
    fn items_and_scales_that_nothing_counts_are_named() {
        let folder =
            a_folder().replacing("keys.csv", "B,i4,+,\n", "").adding("instrument.toml", "\n[[scales]]\nid = \"D\"\n");
        folder.expect("items.csv", "line 5, column item", "give it a line in keys.csv");
        folder.expect("instrument.toml", "scales[D]", "give its items in keys.csv");
        let none = a_folder().with("items.csv", "item,response_scale\n").with("keys.csv", "scale,item,sign\n");
        none.expect("items.csv", "", "add the items");
    }

    #[test]
    fn minimums_and_policies_must_fit_the_scale() {
        let with =
            |text: &str| a_folder().replacing("instrument.toml", "policy = \"prorate\", min_answered = \"1/2\"", text);
        with("policy = \"prorate\", min_answered = 3").expect(
            "instrument.toml",
            "scales[A].missing.min_answered",
            "within these limits",
        );
        with("policy = \"mean-of-answered\", min_answered = 1").expect(
            "instrument.toml",
            "scales[A].missing.policy",
            "prorate",
        );
    }

    #[test]
    fn right_answers_are_counted_only_where_they_are_known() {
        let folder = a_folder().replacing("instrument.toml", "score = \"sum\"", "score = \"correct\"");
        folder.expect("items.csv", "line 2, column correct", "the code of the right answer");
        folder.expect("instrument.toml", "scales[A].score", "the sign `+`");
        let sound = folder
            .with("items.csv", "item,response_scale,correct\ni1,agree5,1\ni2,agree5,5\ni3,agree5,2\ni4,agree5,3\n")
            .replacing("keys.csv", "A,i2,-,", "A,i2,+,");
        assert_eq!(sound.load().instrument().scales()[0].rule, ScoreRule::Correct { items: vec![(0, 0), (1, 4)] });
    }

    #[test]
    fn centered_scales_are_means() {
        let folder = a_folder().replacing("instrument.toml", "id = \"A\"", "id = \"A\"\ncentered = true");
        folder.expect("instrument.toml", "scales[A].centered", "score = \"mean\"");
        let mean = folder.replacing("instrument.toml", "score = \"sum\"", "score = \"mean\"").load();
        assert!(matches!(mean.instrument().scales()[0].rule, ScoreRule::Centered { .. }));
        assert!(mean.instrument().scales()[0].ipsative);
    }

    #[test]
    fn ranked_items_make_ipsative_scales() {
        let folder = a_folder()
            .replacing("instrument.toml", "kind = \"likert\"", "kind = \"rank\"")
            .with("items.csv", "item,response_scale,block\ni1,agree5,a\ni2,agree5,a\ni3,agree5,a\ni4,agree5,a\n");
        folder.expect("instrument.toml", "scales[A].ipsative", "add `ipsative = true`");
    }

    #[test]
    fn scales_made_of_ipsative_ones_are_ipsative() {
        let others = "id = \"T\"\nincludes = [\"D\"]\n[[scales]]\nid = \"D\"\nincludes = [\"A\"]\n\
                      [[scales]]\nid = \"X\"\ncomponents = { T = 1, B = 1 }\n[[scales]]\nid = \"Y\"\ncomponents = { B = 1 }";
        let folder = with_scale(others)
            .replacing("instrument.toml", "id = \"A\"", "id = \"A\"\nipsative = true")
            .adding("text.fr.csv", "scale,T,T\nscale,X,X\nscale,Y,Y\n");
        let ipsative: Vec<bool> = folder.load().instrument().scales().iter().map(|scale| scale.ipsative).collect();
        assert_eq!(ipsative, [true, false, true, true, true, false]);
    }

    #[test]
    fn a_circle_names_scales() {
        let with = |order: &str| a_folder().adding("instrument.toml", &format!("\n[circle]\n{order}\n"));
        with("order = [\"A\", \"B\", \"A1\"]").expect("instrument.toml", "circle.order", "did you mean `A`?");
        with("order = [\"A\", \"B\", \"A\"]").expect("instrument.toml", "circle.order", "keep one of them");
        with("order = [\"A\", \"B\"]").expect("instrument.toml", "circle.order", "three scales or more");
        with("oder = [\"A\", \"B\"]").expect("instrument.toml", "circle.oder", "did you mean `order`?");
        with("").expect("instrument.toml", "circle.order", "name the scales");
    }

    #[test]
    fn free_text_is_never_scored() {
        let folder = a_folder().replacing("instrument.toml", "kind = \"likert\"", "kind = \"text\"");
        folder.expect("keys.csv", "line 2, column item", "free text");
        let reflection = a_folder()
            .replacing("instrument.toml", "kind = \"likert\"", "kind = \"text\"")
            .with(
                "text.fr.csv",
                "element,id,text\ntitle,,T\ninstruction,,I\nitem,i1,a\nitem,i2,b\nitem,i3,c\nitem,i4,d\n",
            )
            .without("keys.csv");
        let reflection =
            reflection.replacing("instrument.toml", "[[scales]]\nid = \"A\"\n\n[[scales]]\nid = \"B\"\n", "");
        assert_eq!(reflection.load().instrument().scales(), []);
    }
}
