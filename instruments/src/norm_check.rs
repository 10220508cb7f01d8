//! What is doubtful in a norm that can be read: everything at once, for whoever is about to use it.

use engine::model::Instrument;
use engine::norms::{NormGroup, RawRange, ScaleNorm, Standardization, Stratum};

use crate::loaded::LoadedNorm;

/// Something doubtful in a norm.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NormFinding {
    /// The mean of a stratum cannot occur.
    #[error("scale {scale} in stratum {stratum}: mean {mean} is outside the possible range {lowest} to {highest}")]
    MeanOutside {
        /// Stratum.
        stratum: String,
        /// Scale.
        scale: String,
        /// Mean.
        mean: f64,
        /// Lowest possible raw score.
        lowest: f64,
        /// Highest possible raw score.
        highest: f64,
    },
    /// So few people that a T score is uncertain by several points.
    #[error(
        "scale {scale} in stratum {stratum}: n = {n}, so that T 50 has a standard error of {error:.1} points (at most {allowed})"
    )]
    FewPeople {
        /// Stratum.
        stratum: String,
        /// Scale.
        scale: String,
        /// People.
        n: u32,
        /// Standard error of T 50.
        error: f64,
        /// Largest error that is not remarked on.
        allowed: f64,
    },
    /// The number of people is not known.
    #[error("scale {scale} in stratum {stratum}: n is unknown, and with it how far its scores can be trusted")]
    UnknownN {
        /// Stratum.
        stratum: String,
        /// Scale.
        scale: String,
    },
    /// The table leaves out raw scores over which percentile ranks rise by more than 5.
    #[error(
        "scale {scale} in stratum {stratum}: the table has no row from {after} to {before}; scores between are interpolated"
    )]
    TableGap {
        /// Stratum.
        stratum: String,
        /// Scale.
        scale: String,
        /// Last raw score before the gap.
        after: f64,
        /// First raw score after it.
        before: f64,
    },
    /// The table ends well within the sample: many people would have no normalized score.
    #[error(
        "scale {scale} in stratum {stratum}: the table ends at raw score {end} with percentile rank {rank}; beyond it nobody has a normalized score"
    )]
    TableEnds {
        /// Stratum.
        stratum: String,
        /// Scale.
        scale: String,
        /// Where the table ends.
        end: f64,
        /// Percentile rank there.
        rank: f64,
    },
    /// Mean and percentile table tell of different people.
    #[error(
        "scale {scale} in stratum {stratum}: the percentile rank of the mean is {rank:.1}, which no sample with these values has"
    )]
    MeanAgainstTable {
        /// Stratum.
        stratum: String,
        /// Scale.
        scale: String,
        /// Percentile rank of the mean.
        rank: f64,
    },
    /// Ages between two strata of one sex belong to nobody.
    #[error("ages {from} to {to} ({who}) lie between two strata and have no norm")]
    AgeGap {
        /// Sex, or anyone.
        who: String,
        /// First age without a norm.
        from: u8,
        /// Last age without a norm.
        to: u8,
    },
    /// Percentile curves of a continuous norm cross.
    #[error(
        "scale {scale} ({who}): percentile curves cross at age {age:.1}, T {t_from:.0} to {t_to:.0}; people of that age have no score there"
    )]
    CurvesCross {
        /// Sex, or anyone.
        who: String,
        /// Scale.
        scale: String,
        /// First age at which they cross.
        age: f64,
        /// From this T score on.
        t_from: f64,
        /// To this T score.
        t_to: f64,
    },
}

/// Largest standard error of T 50 that is not remarked on: T points. It is 10/√n, so that 2 needs 25 people.
const LARGEST_ERROR_OF_T: f64 = 2.0;
/// Largest step of percentile ranks over raw scores that a table leaves out, that is not remarked on.
const LARGEST_JUMP: f64 = 5.0;
/// The mean of a sample lies between these percentile ranks, and its table reaches beyond them.
const CENTRAL_RANKS: (f64, f64) = (5.0, 95.0);
/// Ages at which curves are looked at.
const CHECKED_AGES: usize = 101;

/// Everything doubtful in a norm that could be read, in the order of its strata and scales. What makes a norm unreadable (overlapping
/// strata, falling percentile ranks, means outside the range …) was refused when it was loaded.
///
/// A mean that is far from its table: one whose percentile rank is below 5 or above 95.
#[must_use]
pub fn check_norm(instrument: &Instrument, norm: &LoadedNorm) -> Vec<NormFinding> {
    let group = norm.group();
    let name = |idx: usize| instrument.scales().get(idx).map_or_else(String::new, |scale| scale.id.to_string());
    let ranges: Vec<Option<(f64, f64)>> =
        (0..instrument.scales().len()).map(|idx| instrument.possible_range(idx)).collect();
    let raw_ranges: Vec<Option<RawRange>> =
        ranges.iter().map(|range| range.map(|(lowest, highest)| RawRange { lowest, highest })).collect();
    let mut findings: Vec<NormFinding> = group
        .mean_outside(&raw_ranges)
        .into_iter()
        .map(|found| NormFinding::MeanOutside {
            stratum: found.stratum.to_string(),
            scale: name(found.scale_idx),
            mean: found.mean,
            lowest: found.range.lowest,
            highest: found.range.highest,
        })
        .collect();
    // The tables of a continuous norm come from one model of everyone: strata of single years say nothing on their own.
    let continuous = !norm.curves().is_empty();
    for (stratum_idx, stratum) in group.strata().iter().enumerate().filter(|(_, stratum)| !stratum.is_combined()) {
        for (scale_idx, range) in ranges.iter().enumerate() {
            let Some(values) = group.scale_norm(stratum_idx, scale_idx) else { continue };
            let place = (stratum.id().to_string(), name(scale_idx));
            if !continuous {
                findings.extend(size_finding(stratum, values, &place));
            }
            findings.extend(table_findings(group, values, *range, &place));
        }
    }
    findings.extend(age_gaps(group));
    for curve in norm.curves() {
        if let Some(first) = curve.norm.crossings(CHECKED_AGES).first() {
            findings.push(NormFinding::CurvesCross {
                who: curve.sex.map_or_else(|| "anyone".to_owned(), |sex| sex.to_string()),
                scale: name(curve.scale_idx),
                age: first.age,
                t_from: first.t_from,
                t_to: first.t_to,
            });
        }
    }
    findings
}

type Place = (String, String);

fn size_finding(stratum: &Stratum, values: &ScaleNorm, (id, scale): &Place) -> Option<NormFinding> {
    let (stratum_id, scale) = (id.clone(), scale.clone());
    let Some(n) = values.n().or(stratum.n()) else {
        return Some(NormFinding::UnknownN { stratum: stratum_id, scale });
    };
    let error = 10.0 / f64::from(n).sqrt();
    let allowed = LARGEST_ERROR_OF_T;
    (error > allowed).then_some(NormFinding::FewPeople { stratum: stratum_id, scale, n, error, allowed })
}

fn table_findings(
    group: &NormGroup,
    values: &ScaleNorm,
    range: Option<(f64, f64)>,
    (stratum, scale): &Place,
) -> Vec<NormFinding> {
    let mut findings = Vec::new();
    let Some(table) = values.table() else { return findings };
    let (stratum, scale) = (stratum.clone(), scale.clone());
    let points = table.points();
    if let Some(rank) = values.mean().and_then(|mean| table.lookup(mean).ok()).map(|place| place.percentile_rank)
        && !(CENTRAL_RANKS.0..=CENTRAL_RANKS.1).contains(&rank)
    {
        findings.push(NormFinding::MeanAgainstTable { stratum: stratum.clone(), scale: scale.clone(), rank });
    }
    let whole = points.iter().all(|(raw, _)| raw.fract() == 0.0);
    let is_gap = |pair: &&[(f64, f64)]| pair[1].0 - pair[0].0 > 1.0 && pair[1].1 - pair[0].1 > LARGEST_JUMP;
    let gap = points.windows(2).filter(|_| whole).find(is_gap);
    if let Some([(after, _), (before, _)]) = gap {
        findings.push(NormFinding::TableGap {
            stratum: stratum.clone(),
            scale: scale.clone(),
            after: *after,
            before: *before,
        });
    }
    let (lowest, highest) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    let early = [
        points.first().filter(|(raw, rank)| *raw > lowest && *rank > CENTRAL_RANKS.0),
        points.last().filter(|(raw, rank)| *raw < highest && *rank < CENTRAL_RANKS.1),
    ];
    for &(end, rank) in early.into_iter().flatten().filter(|_| group.standardization() == Standardization::Normalized) {
        findings.push(NormFinding::TableEnds { stratum: stratum.clone(), scale: scale.clone(), end, rank });
    }
    findings
}

fn age_gaps(group: &NormGroup) -> Vec<NormFinding> {
    use engine::norms::Sex;
    let mut findings = Vec::new();
    for sex in [None, Some(Sex::Female), Some(Sex::Male)] {
        let of_sex = group.strata().iter().filter(|stratum| !stratum.is_combined() && stratum.sex() == sex);
        let mut bands: Vec<(u8, Option<u8>)> =
            of_sex.map(|stratum| (stratum.ages().youngest().unwrap_or(0), stratum.ages().oldest())).collect();
        bands.sort_unstable();
        for pair in bands.windows(2) {
            if let [(_, Some(oldest)), (next, _)] = pair
                && oldest.saturating_add(1) < *next
            {
                let who = sex.map_or_else(|| "anyone".to_owned(), |sex| sex.to_string());
                findings.push(NormFinding::AgeGap { who, from: oldest + 1, to: next - 1 });
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_folder::a_folder;

    fn findings(card: &str, values: &str, table: Option<&str>, curves: Option<&str>) -> Vec<NormFinding> {
        let card = format!(
            "id = \"n\"\ntitle = \"T\"\nsource = \"S\"\nyear = 2020\nkind = \"local\"\npopulation = \"P\"\nweighting = \"none\"\n{card}"
        );
        let mut folder = a_folder().with("norms/n.toml", &card);
        if !values.is_empty() {
            folder = folder.with("norms/n.csv", &format!("stratum,scale,mean,sd,n\n{values}"));
        }
        if let Some(table) = table {
            folder = folder.with("norms/n.table.csv", &format!("stratum,scale,raw,percentile_rank\n{table}"));
        }
        if let Some(curves) = curves {
            folder =
                folder.with("norms/n.curves.csv", &format!("sex,scale,quantity,t_power,age_power,value\n{curves}"));
        }
        let loaded = folder.load();
        check_norm(loaded.instrument(), loaded.norm("n").unwrap())
    }

    const LINEAR: &str = "standardization = \"linear\"\n";
    const NORMALIZED: &str = "standardization = \"normalized\"\n";

    #[test]
    fn a_sound_norm_has_no_finding() {
        let strata = "[[strata]]\nid = \"all\"\nn = 200\n";
        assert_eq!(findings(&format!("{LINEAR}{strata}"), "all,A,6,1.5,200\nall,B,6,1.5,200\n", None, None), []);
    }

    #[test]
    fn few_or_unknown_people_and_ages_without_a_norm_are_named() {
        let strata = "[[strata]]\nid = \"young\"\nage_max = 20\nn = 16\n[[strata]]\nid = \"old\"\nage_min = 25\n";
        let found = findings(&format!("{LINEAR}{strata}"), "young,A,6,1.5,16\nold,A,6,1.5,\n", None, None);
        assert!(matches!(found[0], NormFinding::FewPeople { n: 16, error: 2.5, .. }), "{found:?}");
        assert!(matches!(found[1], NormFinding::UnknownN { .. }), "{found:?}");
        assert_eq!(found[2], NormFinding::AgeGap { who: "anyone".to_owned(), from: 21, to: 24 });
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn gaps_and_ends_of_a_table_are_named() {
        let strata = "[[strata]]\nid = \"all\"\nn = 200\n";
        let table = "all,A,2,1\nall,A,3,4\nall,A,6,60\nall,A,7,90\n";
        let found = findings(&format!("{NORMALIZED}{strata}"), "all,A,3,1,200\n", Some(table), None);
        assert!(matches!(found[0], NormFinding::MeanAgainstTable { rank: 4.0, .. }), "{found:?}");
        assert!(matches!(found[1], NormFinding::TableGap { after: 3.0, before: 6.0, .. }), "{found:?}");
        assert!(matches!(found[2], NormFinding::TableEnds { end: 7.0, rank: 90.0, .. }), "{found:?}");
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn crossing_curves_are_named() {
        let strata = "[[strata]]\nid = \"all\"\nn = 200\n";
        let table: String = (2..=10).map(|raw| format!("all,A,{raw},{}\n", raw * 9)).collect();
        // The rise with T is 1 − age/40.
        let curves = ",A,coefficient,0,0,0\n,A,coefficient,1,0,1\n,A,coefficient,1,1,-0.025\n,A,age_min,,,20\n,A,age_max,,,60\n\
                      ,A,t_min,,,25\n,A,t_max,,,75\n,A,raw_min,,,2\n,A,raw_max,,,10\n";
        let found = findings(&format!("{NORMALIZED}{strata}"), "", Some(&table), Some(curves));
        let [NormFinding::CurvesCross { age, .. }] = found[..] else { panic!("{found:?}") };
        assert!((age - 40.0).abs() < 1e-9);
    }
}
