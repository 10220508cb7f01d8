//! Whether the items follow the scales that the instrument declares, in all groups alike.

use engine::cfa::{
    Estimate, FitMeasures, ImproperSolution, InvarianceLevel, MlSolution, SampleMoments, SimpleStructure,
    WlsmvSolution, compare_groups, fit_ml, fit_wlsmv,
};

use super::Items;
use crate::args::analyze::ConfirmArg;
use crate::commands::analyze::material::Material;
use crate::commands::analyze::named::{PlaceNames, named};
use crate::study::{Cell, Study, StudyTable};

/// Fewest complete respondents of a group that is compared.
const FEWEST_IN_GROUP: usize = 50;

/// Fits the declared structure and adds its tables.
pub fn add(study: &mut Study, items: &Items, how: ConfirmArg) {
    let structure = match SimpleStructure::new(items.factors.clone()) {
        Ok(structure) => structure,
        Err(error) => return study.note(format!("no confirmatory model: {}", items.words(&error.to_string()))),
    };
    match how {
        ConfirmArg::None => {}
        ConfirmArg::Ml => {
            let fitted = SampleMoments::of_scores(&items.scores).and_then(|moments| fit_ml(&structure, &moments));
            match fitted {
                Ok(solution) => add_ml(study, items, &solution),
                Err(error) => study.note(format!("no confirmatory model: {}", items.words(&error.to_string()))),
            }
        }
        ConfirmArg::Wlsmv => match fit_wlsmv(&structure, &items.scores) {
            Ok(solution) => add_wlsmv(study, items, &solution),
            Err(error) => study.note(format!("no confirmatory model: {}", items.words(&error.to_string()))),
        },
    }
}

fn fit_table() -> StudyTable {
    let columns = [
        "model",
        "n",
        "parameters",
        "chi2",
        "df",
        "p",
        "cfi",
        "tli",
        "rmsea",
        "rmsea_lower",
        "rmsea_upper",
        "srmr",
        "aic",
        "bic",
    ];
    StudyTable::new("confirmatory_fit", "Declared structure: fit (RMSEA with its 90% interval)", &columns)
}

fn fit_cells(model: &str, n: usize, parameters: usize, fit: &FitMeasures, srmr: f64) -> Vec<Cell> {
    vec![
        Cell::text(model),
        Cell::count(n),
        Cell::count(parameters),
        Cell::with_decimals(fit.chi_squared.statistic, 2),
        Cell::count(fit.chi_squared.df),
        Cell::with_decimals(fit.chi_squared.p_value, 4),
        Cell::number(fit.cfi),
        Cell::number(fit.tli),
        Cell::number(fit.rmsea.map(|rmsea| rmsea.estimate)),
        Cell::number(fit.rmsea.map(|rmsea| rmsea.lower)),
        Cell::number(fit.rmsea.map(|rmsea| rmsea.upper)),
        Cell::number(srmr),
    ]
}

fn loading_table() -> StudyTable {
    let columns = ["factor", "item", "loading", "se", "z", "standardized", "std_se", "residual"];
    StudyTable::new("confirmatory_loadings", "Declared structure: loadings (factor variances 1)", &columns)
}

fn correlation_table() -> StudyTable {
    let title = "Declared structure: correlations of the factors";
    StudyTable::new("factor_correlations", title, &["first", "second", "r", "se"])
}

/// A row of the loadings of an item on its factor.
fn loading_cells(
    items: &Items,
    (factor_idx, item_idx): (usize, usize),
    loading: &Estimate,
    standardized: &Estimate,
    residual: f64,
) -> Vec<Cell> {
    vec![
        Cell::text(items.factor_name(factor_idx)),
        Cell::text(items.name(item_idx)),
        Cell::number(loading.value),
        Cell::number(loading.standard_error),
        Cell::with_decimals(loading.z(), 2),
        Cell::number(standardized.value),
        Cell::number(standardized.standard_error),
        Cell::number(residual),
    ]
}

/// A row of the correlations of two factors.
fn correlation_cells(items: &Items, (first, second): (usize, usize), correlation: &Estimate) -> Vec<Cell> {
    vec![
        Cell::text(items.factor_name(first)),
        Cell::text(items.factor_name(second)),
        Cell::number(correlation.value),
        Cell::number(correlation.standard_error),
    ]
}

fn say_improper(study: &mut Study, items: &Items, improper: &[ImproperSolution]) {
    for found in improper {
        study.note(format!("confirmatory model: {}", items.words(&found.to_string())));
    }
}

fn add_ml(study: &mut Study, items: &Items, solution: &MlSolution) {
    let Some(group) = solution.groups.first() else { return };
    let mut fit = fit_table();
    let mut row = fit_cells("ml", group.n, solution.n_parameters, &solution.fit, solution.srmr);
    row.extend([Cell::with_decimals(solution.aic, 1), Cell::with_decimals(solution.bic, 1)]);
    fit.push(row);
    study.add(fit);
    let mut loadings = loading_table();
    for item in &group.items {
        let residual = item.standardized_residual;
        loadings.push(loading_cells(
            items,
            (item.factor_idx, item.item_idx),
            &item.loading,
            &item.standardized_loading,
            residual,
        ));
    }
    study.add(loadings);
    let mut correlations = correlation_table();
    for pair in &group.factor_pairs {
        correlations.push(correlation_cells(items, (pair.first, pair.second), &pair.correlation));
    }
    study.add(correlations);
    say_improper(study, items, &solution.improper);
}

fn add_wlsmv(study: &mut Study, items: &Items, solution: &WlsmvSolution) {
    let mut fit = fit_table();
    if let Some(adjusted) = &solution.fit {
        fit.push(fit_cells("wlsmv, adjusted", solution.n, solution.n_parameters, adjusted, solution.srmr));
    }
    fit.push(fit_cells("wlsmv, not adjusted", solution.n, solution.n_parameters, &solution.unadjusted, solution.srmr));
    study.add(fit);
    study.note("wlsmv: report the adjusted row; the one that is not adjusted is there to compare with other programs");
    let mut loadings = loading_table();
    for item in &solution.items {
        // With variances of 1 a loading is standardized.
        let (loading, residual) = (&item.loading, item.residual_variance);
        loadings.push(loading_cells(items, (item.factor_idx, item.item_idx), loading, loading, residual));
    }
    study.add(loadings);
    let mut correlations = correlation_table();
    for (first, second, correlation) in &solution.factor_correlations {
        correlations.push(correlation_cells(items, (*first, *second), correlation));
    }
    study.add(correlations);
    say_improper(study, items, &solution.improper);
}

/// Compares the structure between groups of respondents, step by step.
pub fn add_invariance(study: &mut Study, items: &Items, material: &Material, column: &str) {
    let structure = match SimpleStructure::new(items.factors.clone()) {
        Ok(structure) => structure,
        Err(error) => return study.note(format!("no comparison of groups: {}", items.words(&error.to_string()))),
    };
    let values = material.everybody.kept.first().map_or(&[][..], Vec::as_slice);
    let mut names: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    let mut kept = Vec::new();
    let mut moments = Vec::new();
    for name in names {
        let scores =
            items.scores.select_respondents(|row| values.get(row).is_some_and(|value| value == name)).complete();
        let n = scores.n_respondents();
        if n < FEWEST_IN_GROUP {
            study.note(format!("--groups {column}: group {name} has {n} complete respondents, fewer than {FEWEST_IN_GROUP}, and is left out"));
            continue;
        }
        match SampleMoments::of_scores(&scores) {
            Ok(found) => {
                moments.push(found);
                kept.push(format!("{name} ({n})"));
            }
            Err(error) => study.note(format!("--groups {column}: group {name}: {}", items.words(&error.to_string()))),
        }
    }
    if moments.len() < 2 {
        return study.note(format!(
            "--groups {column}: {} of the groups can be compared; at least 2 are needed",
            moments.len()
        ));
    }
    study.setting("groups", kept.join(" "));
    study.note(
        "the steps between groups are fitted by maximum likelihood on the points of the items, whatever --confirm says",
    );
    let compared = match compare_groups(&structure, &moments) {
        Ok(compared) => compared,
        Err(error) => {
            let words = named(&items.words(&error.to_string()), &[PlaceNames { kind: "group", names: &kept }]);
            return study.note(format!("no comparison of groups: {words}"));
        }
    };
    let columns =
        ["equal", "chi2", "df", "cfi", "rmsea", "srmr", "d_chi2", "d_df", "d_p", "d_cfi", "d_rmsea", "d_srmr"];
    let mut table = StudyTable::new("invariance", "Groups: what can be held equal, step by step", &columns);
    for step in &compared.steps {
        let equal = match step.level {
            InvarianceLevel::Configural => "structure",
            InvarianceLevel::Metric => "+ loadings",
            InvarianceLevel::Scalar => "+ intercepts",
            InvarianceLevel::Strict => "+ residuals",
        };
        let (fit, change) = (&step.solution.fit, step.change);
        table.push(vec![
            Cell::text(equal),
            Cell::with_decimals(fit.chi_squared.statistic, 2),
            Cell::count(fit.chi_squared.df),
            Cell::number(fit.cfi),
            Cell::number(fit.rmsea.map(|rmsea| rmsea.estimate)),
            Cell::number(step.solution.srmr),
            Cell::with_decimals(change.map(|change| change.chi_squared.statistic), 2),
            change.map_or(Cell::Empty, |change| Cell::count(change.chi_squared.df)),
            Cell::with_decimals(change.and_then(|change| change.chi_squared.p_value), 4),
            Cell::number(change.and_then(|change| change.cfi)),
            Cell::number(change.and_then(|change| change.rmsea)),
            Cell::number(change.map(|change| change.srmr)),
        ]);
        say_improper(study, items, &step.solution.improper);
    }
    study.add(table);
    study.note("a step that lets CFI fall by more than 0.01 is usually read as not holding (Cheung & Rensvold 2002); raw scores of groups are comparable from equal intercepts on");
}
