//! Continuous norms from a file of answers: a model over age for each scale, and the tables by age that it gives.

use engine::model::StratumId;
use engine::norms::continuous::{
    AgedScore, ContinuousConfig, ContinuousFit, CrossValidation, FitError, NoContinuousScore, SizeValidation,
    ValidationError, cross_validate, fit_continuous,
};
use engine::norms::{AgeBand, NormDefinition, NormError, NormGroup, PercentileTable, ScaleNorm, Stratum};
use instruments::NormCurve;
use rand::Rng;

use super::{NormJob, RowCounts, integer_grid};
use crate::error::Result;
use crate::input::Source;

/// Ages and raw scores of everyone, by stratum and scale.
#[derive(Debug, Clone)]
pub struct AgedPeople {
    /// By stratum and scale.
    pub scores: Vec<Vec<Vec<AgedScore>>>,
    /// People with an age and at least one complete scale, by stratum.
    pub people: Vec<u64>,
    /// Rows read.
    pub counts: RowCounts,
    /// People in a stratum whose age is blank or is none.
    pub without_age: u64,
    /// Whether every age is a whole number: completed years.
    pub whole_ages: bool,
}

/// Why a scale has no continuous norm.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoContinuousNorm {
    /// The model cannot be fitted.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The percentile curves cross.
    #[error(transparent)]
    Table(#[from] NoContinuousScore),
    /// Raw scores that are no whole points have no table.
    #[error("its raw scores are not whole points")]
    NotWhole,
    /// It has too few people.
    #[error("n = {n} is too few")]
    TooFew {
        /// People with a complete scale.
        n: usize,
    },
    /// At some age no possible raw score is within the model.
    #[error("at age {age} the model reaches no possible raw score")]
    NothingReached {
        /// The age.
        age: u8,
    },
}

/// The continuous norm of one scale in one stratum.
#[derive(Debug, Clone)]
pub struct ScaleCurve {
    /// Stratum, by sex or everyone.
    pub stratum_idx: usize,
    /// Index of the scale.
    pub scale_idx: usize,
    /// The fit, or why there is none.
    pub fit: std::result::Result<ContinuousFit, NoContinuousNorm>,
}

/// Tables by age and the models they were made from.
#[derive(Debug, Clone)]
pub struct ContinuousTables {
    /// The norm that scores people: a stratum for each year of age.
    pub group: NormGroup,
    /// The models.
    pub curves: Vec<NormCurve>,
}

impl NormJob<'_> {
    /// Reads ages and raw scores of everyone. The strata of the job are by sex or of everyone, without ages.
    ///
    /// # Errors
    /// What reading can meet, and a column of age that is not there.
    pub fn read_ages(&self, source: Source, age_column: &str) -> Result<AgedPeople> {
        let mut scores = vec![vec![Vec::new(); self.instrument.scales().len()]; self.strata.len()];
        let (mut people, mut without_age, mut whole_ages) = (vec![0; self.strata.len()], 0, true);
        let counts = self.each_person(source, &[(age_column, "--continuous")], |person| {
            let age = person.kept.first().and_then(|text| text.replace(',', ".").parse::<f64>().ok());
            let possible = 0.0..=f64::from(engine::norms::Age::MAX_YEARS);
            let Some(age) = age.filter(|age| possible.contains(age)) else {
                without_age += 1;
                return Ok(());
            };
            let mut complete = person.complete().peekable();
            people[person.stratum_idx] += u64::from(complete.peek().is_some());
            whole_ages &= age.fract() == 0.0;
            for (scale_idx, raw) in complete {
                scores[person.stratum_idx][scale_idx].push(AgedScore { age, raw });
            }
            Ok(())
        })?;
        Ok(AgedPeople { scores, people, counts, without_age, whole_ages })
    }

    /// Fits a model for each scale and stratum.
    #[must_use]
    pub fn fit_curves(&self, people: &AgedPeople, config: &ContinuousConfig) -> Vec<ScaleCurve> {
        let mut curves = Vec::new();
        for (stratum_idx, scales) in people.scores.iter().enumerate() {
            for (scale_idx, scores) in scales.iter().enumerate() {
                let fit = if scores.len() < self.min_n.max(1) as usize {
                    Err(NoContinuousNorm::TooFew { n: scores.len() })
                } else if integer_grid(self.instrument, scale_idx).is_none() {
                    Err(NoContinuousNorm::NotWhole)
                } else {
                    fit_continuous(scores, config).map_err(NoContinuousNorm::from)
                };
                curves.push(ScaleCurve { stratum_idx, scale_idx, fit });
            }
        }
        curves
    }

    /// Cross-validates the models of one scale in one stratum.
    ///
    /// # Errors
    /// [`ValidationError`].
    pub fn validate_curve(
        &self,
        people: &AgedPeople,
        (stratum_idx, scale_idx): (usize, usize),
        config: &ContinuousConfig,
        plan: CrossValidation,
        rng: &mut impl Rng,
    ) -> std::result::Result<Vec<SizeValidation>, ValidationError> {
        let scores = people.scores.get(stratum_idx).and_then(|scales| scales.get(scale_idx));
        cross_validate(scores.map_or(&[], Vec::as_slice), config, plan, rng)
    }

    /// Tables for every year of age that all models of a sex cover, at the year where ages are completed years, else at its middle. A
    /// scale is covered when it has a model in every stratum; why it has none is written over its fit.
    ///
    /// # Errors
    /// Every [`NormError`] at once, for example when no scale is covered.
    pub fn tables_of_curves(
        &self,
        people: &AgedPeople,
        curves: &mut [ScaleCurve],
        definition: &NormDefinition,
    ) -> std::result::Result<ContinuousTables, Vec<NormError>> {
        let covered = |curves: &[ScaleCurve], scale_idx: usize| {
            curves.iter().filter(|curve| curve.scale_idx == scale_idx).all(|curve| curve.fit.is_ok())
        };
        let place = |year: u8| if people.whole_ages { f64::from(year) } else { f64::from(year) + 0.5 };
        let mut tables: Vec<Vec<Option<PercentileTable>>> = vec![Vec::new(); curves.len()];
        let mut years_of = vec![Vec::new(); self.strata.len()];
        for (stratum_idx, years) in years_of.iter_mut().enumerate() {
            *years = self.years(curves, stratum_idx);
            for (curve, tables) in curves.iter_mut().zip(&mut tables).filter(|(c, _)| c.stratum_idx == stratum_idx) {
                let (Ok(fit), Some(grid)) = (&curve.fit, integer_grid(self.instrument, curve.scale_idx)) else {
                    continue;
                };
                let norm = &fit.chosen().norm;
                let (youngest, oldest) = norm.reach().ages;
                let table = |year: &u8| match norm.table_at(place(*year).clamp(youngest, oldest), grid) {
                    Ok(Ok(table)) => Ok(Some(table)),
                    Ok(Err(_)) => Err(NoContinuousNorm::NothingReached { age: *year }),
                    Err(reason) => Err(reason.into()),
                };
                match years.iter().map(table).collect() {
                    Ok(made) => *tables = made,
                    Err(reason) => curve.fit = Err(reason),
                }
            }
        }
        let (mut strata, mut values) = (Vec::new(), Vec::new());
        for (stratum_idx, years) in years_of.iter().enumerate() {
            let Some(stratum) = self.strata.get(stratum_idx) else { continue };
            for (year_idx, &year) in years.iter().enumerate() {
                let (Ok(id), Ok(ages)) =
                    (StratumId::new(format!("{}-{year}", stratum.id())), AgeBand::new(Some(year), Some(year)))
                else {
                    continue;
                };
                strata.push(Stratum::new(id, stratum.sex(), ages, None));
                let value = |scale_idx: usize| {
                    let of_scale = |curve: &&(&ScaleCurve, &Vec<Option<PercentileTable>>)| {
                        (curve.0.stratum_idx, curve.0.scale_idx) == (stratum_idx, scale_idx)
                    };
                    let pairs: Vec<_> = curves.iter().zip(&tables).collect();
                    let (_, tables) = pairs.iter().find(of_scale).filter(|_| covered(curves, scale_idx))?;
                    ScaleNorm::new(None, None, None, tables.get(year_idx).cloned().flatten()).ok()
                };
                values.push((0..self.instrument.scales().len()).map(value).collect());
            }
        }
        let group = NormGroup::new(definition.clone(), strata, values)?;
        let models = curves.iter().filter(|curve| covered(curves, curve.scale_idx)).filter_map(|curve| {
            let sex = self.strata.get(curve.stratum_idx)?.sex();
            Some(NormCurve { sex, scale_idx: curve.scale_idx, norm: curve.fit.as_ref().ok()?.chosen().norm.clone() })
        });
        Ok(ContinuousTables { group, curves: models.collect() })
    }

    /// The completed years that every model of a stratum covers.
    fn years(&self, curves: &[ScaleCurve], stratum_idx: usize) -> Vec<u8> {
        let fits =
            curves.iter().filter(|curve| curve.stratum_idx == stratum_idx).filter_map(|curve| curve.fit.as_ref().ok());
        let ages = fits.map(|fit| fit.chosen().norm.reach().ages);
        let common = ages.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)));
        // Ages are from 0 to 120.
        common.map_or_else(Vec::new, |(youngest, oldest)| (youngest.floor() as u8..=oldest.floor() as u8).collect())
    }
}
