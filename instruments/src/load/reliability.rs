//! `reliability.csv`: reliability coefficients with their group.

use engine::model::StratumId;

use crate::load::scales::ScaleFacts;
use crate::load::toml_file::choice;
use crate::load::{Need, Reading};
use crate::loaded::{Coefficient, LoadedNorm, ReliabilityEstimate};
use crate::problem::{Problem, Problems, did_you_mean, given, nearest};
use crate::table::{Columns, Row, Table};

/// The file read here.
pub(crate) const FILE: &str = "reliability.csv";

const COLUMNS: Columns = Columns {
    required: &["scale", "coefficient", "value", "stratum", "sd", "n", "source"],
    optional: &[],
    max_rows: 10_000,
};

/// The word for everyone.
const EVERYONE: &str = "all";

/// Reads `reliability.csv`, where there is one. One list a scale.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    scales: &[ScaleFacts],
    norms: &[LoadedNorm],
) -> Vec<Vec<ReliabilityEstimate>> {
    let mut estimates = vec![Vec::new(); scales.len()];
    let Some(bytes) = reading.bytes(FILE, Need::Optional) else { return estimates };
    let problems = &mut reading.problems;
    let Some(table) = Table::read(FILE, &bytes, COLUMNS, problems) else { return estimates };
    let strata: Vec<&StratumId> =
        norms.iter().flat_map(|norm| norm.group.strata()).map(|stratum| stratum.id()).collect();
    for row in table.rows() {
        if problems.is_full() {
            break;
        }
        let Some((scale_idx, estimate)) = read_estimate(&row, scales, &strata, problems) else { continue };
        let Some(list) = estimates.get_mut(scale_idx) else { continue };
        let is_same = |known: &&ReliabilityEstimate| {
            known.coefficient == estimate.coefficient
                && known.group == estimate.group
                && known.source == estimate.source
        };
        if list.iter().find(is_same).is_some() {
            let message = "this scale, coefficient and group stand twice, from the same source";
            problems.push(row.error("coefficient", message, "keep one of the two lines"));
        } else {
            list.push(estimate);
        }
    }
    estimates
}

fn read_estimate(
    row: &Row<'_>,
    scales: &[ScaleFacts],
    strata: &[&StratumId],
    problems: &mut Problems,
) -> Option<(usize, ReliabilityEstimate)> {
    let name = row.get("scale");
    let scale_idx = scales.iter().position(|scale| scale.id == name);
    if scale_idx.is_none() {
        let known = scales.iter().map(|scale| scale.id.as_str());
        let remedy = did_you_mean(name, known, "declare the scale in instrument.toml, or delete the line");
        problems.push(row.error("scale", format!("unknown scale {}", given(name)), remedy));
    }
    let scale = scale_idx.and_then(|idx| scales.get(idx));
    let coefficient =
        problems.keep(choice(FILE, &row.place_of("coefficient"), row.get("coefficient"), Coefficient::WORDS));
    // DESIGN §2.10: ipsative scores have no alpha. Their stability over time can be known.
    if scale.is_some_and(|scale| scale.ipsative) && coefficient.is_some_and(|known| known != Coefficient::Retest) {
        let message = format!("scale `{name}` compares within the person only and has no internal consistency");
        problems.push(row.error("coefficient", message, "delete the line, or give a retest coefficient"));
    }
    let value = problems.keep(row.needed_number("value")).and_then(|value| problems.keep(check_value(row, value)));
    let range = scale.and_then(|scale| scale.range);
    let sd = problems.keep(row.needed_number("sd")).and_then(|sd| problems.keep(check_sd(row, sd, range)));
    let n = problems.keep(row.count("n"));
    let (group, source) = (row.get("stratum"), row.get("source"));
    if group.is_empty() {
        problems.push(row.error(
            "stratum",
            "the group is missing",
            "write `all`, a stratum of a norm, or the group in words",
        ));
    }
    if source.is_empty() {
        problems.push(row.error(
            "source",
            "the source is missing",
            "say where the coefficient was published, or who computed it from what",
        ));
    }
    let stratum = strata.iter().find(|stratum| stratum.as_str() == group).map(|stratum| (*stratum).clone());
    if stratum.is_none() && group != EVERYONE && !group.contains(' ') {
        let known = strata.iter().map(|stratum| stratum.as_str()).chain([EVERYONE]);
        if let Some(near) = nearest(group, known) {
            let message = format!("{} is no stratum of a norm of this instrument, and is read as words", given(group));
            problems.push(Problem {
                severity: crate::Severity::Warning,
                ..row.error("stratum", message, format!("did you mean `{near}`?"))
            });
        }
    }
    let (group, source) = (group.to_owned(), source.to_owned());
    Some((
        scale_idx?,
        ReliabilityEstimate { coefficient: coefficient?, value: value?, sd: sd?, n: n?, stratum, group, source },
    ))
}

fn check_value(row: &Row<'_>, value: f64) -> Result<f64, Problem> {
    if value > 0.0 && value < 1.0 {
        return Ok(value);
    }
    let message = format!("reliability {value} is outside 0 to 1");
    Err(row.error("value", message, "write a number above 0 and below 1, such as 0.87"))
}

fn check_sd(row: &Row<'_>, sd: f64, range: Option<(f64, f64)>) -> Result<f64, Problem> {
    if sd <= 0.0 {
        let message = format!("standard deviation {sd} is not above 0");
        return Err(row.error("sd", message, "give the standard deviation of the raw score in the same group"));
    }
    match range {
        Some((lowest, highest)) if sd > largest_sd(lowest, highest) => {
            let message = format!("standard deviation {sd} is not possible for scores from {lowest} to {highest}");
            Err(row.error("sd", message, "give the standard deviation of the raw score as this instrument scores it"))
        }
        _ => Ok(sd),
    }
}

/// The largest sample SD (n − 1) of numbers within two limits: two people, one at each end.
pub(crate) fn largest_sd(lowest: f64, highest: f64) -> f64 {
    // √2/2 of the range; a little more for printed digits.
    (highest - lowest) * std::f64::consts::FRAC_1_SQRT_2 * 1.001
}

#[cfg(test)]
mod tests {
    use crate::loaded::Coefficient;
    use crate::test_folder::{TestFolder, a_folder};

    fn with(rows: &str) -> TestFolder {
        a_folder().with_norm().with("reliability.csv", &format!("scale,coefficient,value,stratum,sd,n,source\n{rows}"))
    }

    #[test]
    fn estimates_keep_the_order_of_the_file() {
        let loaded =
            with("B,alpha,0.8,all,1.5,,Study\nA,alpha,0.8,M,1.5,120,Study\nA,retest,0.7,40 students,1.4,40,Study\n")
                .load();
        let estimates = loaded.reliability(0);
        assert_eq!(estimates.len(), 2);
        assert_eq!((estimates[0].stratum.as_ref().unwrap().as_str(), estimates[0].n), ("M", Some(120)));
        assert_eq!(
            (estimates[1].coefficient, &estimates[1].stratum, estimates[1].group.as_str()),
            (Coefficient::Retest, &None, "40 students")
        );
        assert_eq!(loaded.scale_reliability()[1][0].value, 0.8);
        assert_eq!(loaded.warnings(), []);
    }

    #[test]
    fn estimates_are_checked() {
        let folder = with(
            "AB,alpha,0.8,all,1,,s\nA,alfa,0.8,all,1,,s\nA,alpha,1,all,0,0,s\nA,alpha,,all,,x,\nA,alpha,87,,99,,s\n",
        );
        folder.expect("reliability.csv", "line 2, column scale", "did you mean `A`?");
        folder.expect("reliability.csv", "line 3, column coefficient", "did you mean `alpha`?");
        folder.expect("reliability.csv", "line 4, column value", "such as 0.87");
        folder.expect("reliability.csv", "line 4, column sd", "in the same group");
        folder.expect("reliability.csv", "line 4, column n", "above 0");
        folder.expect("reliability.csv", "line 5, column value", "give the value");
        folder.expect("reliability.csv", "line 5, column sd", "give the sd");
        folder.expect("reliability.csv", "line 5, column source", "where the coefficient was published");
        folder.expect("reliability.csv", "line 6, column stratum", "write `all`");
        folder.expect("reliability.csv", "line 6, column sd", "as this instrument scores it");
    }

    #[test]
    fn a_line_given_twice_and_a_near_stratum_are_named() {
        with("A,alpha,0.8,all,1,,s\nA,alpha,0.7,all,1,,s\n").expect(
            "reliability.csv",
            "line 3, column coefficient",
            "keep one",
        );
        with("A,alpha,0.8,N,1,,s\n").expect_warning("reliability.csv", "line 2, column stratum", "did you mean `F`?");
    }

    #[test]
    fn ipsative_scales_have_no_alpha() {
        let folder =
            with("A,alpha,0.8,all,1,,s\n").replacing("instrument.toml", "id = \"A\"", "id = \"A\"\nipsative = true");
        folder.expect("reliability.csv", "line 2, column coefficient", "retest");
    }
}
