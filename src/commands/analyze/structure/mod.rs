//! `bilan analyze structure`: how many factors, which items load on which, and whether the declared scales hold.

mod confirmatory;
mod exploratory;

use anyhow::bail;
use engine::factor::parallel::MOST_DRAWS;
use engine::stats::{ItemColumn, ItemScores};

use super::material::{Material, hand_over, pick_table};
use super::named::{PlaceNames, named};
use crate::args::analyze::{ConfirmArg, StructureArgs};
use crate::study::Study;

/// The items under study, side by side.
pub struct Items {
    names: Vec<String>,
    /// The scales that the items belong to, one a factor.
    factor_names: Vec<String>,
    /// The items of each factor, as places in `scores`.
    pub factors: Vec<Vec<usize>>,
    /// The points of everybody.
    pub scores: ItemScores,
}

impl Items {
    /// The items of the lowest scales asked for; an item of two scales stays with the first, one without spread is left out,
    /// and both are said.
    fn collect(material: &Material, study: &mut Study) -> anyhow::Result<Self> {
        let (mut names, mut factor_names, mut factors) = (Vec::new(), Vec::new(), Vec::new());
        let mut columns: Vec<ItemColumn> = Vec::new();
        let (mut unanswered, mut constant) = (Vec::new(), Vec::new());
        for scale_idx in material.lowest_scales() {
            let id = material.scale_id(scale_idx);
            let scores = match material.item_scores(scale_idx) {
                Ok(scores) => scores,
                Err(error) => {
                    study.note(error.to_string());
                    continue;
                }
            };
            let mut factor = Vec::new();
            for (name, column) in material.item_ids(scale_idx).into_iter().zip(scores.columns()) {
                let n_points = column.counts().iter().filter(|&&count| count > 0).count();
                if names.iter().any(|known| known == name) {
                    study.note(format!("item {name} of scale {id} belongs to another scale too, and stays there"));
                } else if n_points == 0 {
                    unanswered.push(name);
                } else if n_points == 1 {
                    constant.push(name);
                } else {
                    factor.push(columns.len());
                    names.push(name.to_owned());
                    columns.push(column.clone());
                }
            }
            if !factor.is_empty() {
                factor_names.push(id.to_owned());
                factors.push(factor);
            }
        }
        for (left_out, why) in [(unanswered, "answered by nobody"), (constant, "answered by everybody alike")] {
            if !left_out.is_empty() {
                study.note(format!("{why}, and left out: {}", left_out.join(", ")));
            }
        }
        if columns.len() < 3 {
            let mut words = format!("{} items with spread are left to study; at least 3 are needed", columns.len());
            study.notes.iter().for_each(|note| words.push_str(&format!("\n  {note}")));
            bail!("{words}");
        }
        Ok(Self { names, factor_names, factors, scores: ItemScores::new(columns)? })
    }

    /// Name of an item.
    #[must_use]
    pub fn name(&self, item_idx: usize) -> &str {
        self.names.get(item_idx).map_or("", String::as_str)
    }

    /// Name of the scale behind a declared factor.
    #[must_use]
    pub fn factor_name(&self, factor_idx: usize) -> &str {
        self.factor_names.get(factor_idx).map_or("", String::as_str)
    }

    /// The scale that an item stands in.
    #[must_use]
    pub fn scale_of(&self, item_idx: usize) -> &str {
        let factor = self.factors.iter().position(|items| items.contains(&item_idx));
        factor.map_or("", |factor_idx| self.factor_name(factor_idx))
    }

    /// A message of the engine, which knows items and factors by their place, with their names.
    #[must_use]
    pub fn words(&self, message: &str) -> String {
        let place_names =
            [PlaceNames { kind: "item", names: &self.names }, PlaceNames { kind: "factor", names: &self.factor_names }];
        named(message, &place_names)
    }
}

/// Runs the study.
///
/// # Errors
/// Whatever is wrong with the arguments, the input or the place of the output.
pub fn run(args: &StructureArgs) -> anyhow::Result<()> {
    if args.factors == Some(0) {
        bail!("--factors 0: at least 1 is extracted; leave it out for as many as there are scales");
    }
    if !(1..=MOST_DRAWS).contains(&args.draws) {
        bail!("--draws {}: from 1 to {MOST_DRAWS} random data sets can be drawn", args.draws);
    }
    let keep: Vec<String> = args.groups.iter().cloned().collect();
    let material = Material::read(&args.study, &keep)?;
    let mut study = material.study("structure");
    let items = Items::collect(&material, &mut study)?;
    let charts = exploratory::add(&mut study, &items, &material, args)?;
    if args.confirm != ConfirmArg::None {
        confirmatory::add(&mut study, &items, args.confirm);
    }
    if let Some(column) = &args.groups {
        confirmatory::add_invariance(&mut study, &items, &material, column);
    }
    pick_table(&mut study, &args.study)?;
    if let Some(path) = &args.study.plot {
        exploratory::draw(&charts, &items, &material, args, path)?;
    }
    hand_over(study, &args.study)
}
