//! How long somebody took: seconds a step, and the active time without pauses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;

/// Longer than this between two events, in milliseconds, is a pause: it counts as no time at all.
pub const PAUSE_MS: i64 = 5 * 60_000;

/// When a step was first displayed and first answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTimes {
    /// The position, from 1.
    pub position: u32,
    /// When the page with it was first fetched.
    pub shown: Timestamp,
    /// When its first answer came; `None` without one.
    pub answered: Option<Timestamp>,
}

/// The time of one assessment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Timing {
    /// The answered steps, in the order of positions.
    pub steps: Vec<StepSeconds>,
    /// Seconds between all displays and answers, without pauses.
    pub active_seconds: f64,
    /// Number of pauses.
    pub n_pauses: u32,
    /// Seconds of all pauses.
    pub pause_seconds: f64,
}

/// The time of one step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepSeconds {
    /// The position, from 1.
    pub position: u32,
    /// Seconds to its answer; `None` when a pause fell in between, or the order of the times is impossible.
    pub seconds: Option<f64>,
}

impl Timing {
    /// Works out the times of an assessment.
    ///
    /// The time of a step runs from its first display to its first answer; where another step of the same page was answered in
    /// between, from that answer on, so that the steps of a page do not count each other's time.
    #[must_use]
    pub fn of(times: &[StepTimes]) -> Self {
        let mut events: Vec<i64> = times.iter().map(|step| step.shown.as_millis()).collect();
        events.extend(times.iter().filter_map(|step| step.answered).map(Timestamp::as_millis));
        events.sort_unstable();
        let (mut active, mut pauses, mut n_pauses) = (0_i64, 0_i64, 0);
        for pair in events.windows(2) {
            let [before, after] = pair else { continue };
            let gap = after.saturating_sub(*before);
            if gap > PAUSE_MS {
                pauses = pauses.saturating_add(gap);
                n_pauses += 1;
            } else {
                active = active.saturating_add(gap);
            }
        }
        let mut answers: Vec<i64> = times.iter().filter_map(|step| step.answered).map(Timestamp::as_millis).collect();
        answers.sort_unstable();
        let seconds_of = |step: &StepTimes| {
            let (shown, answered) = (step.shown.as_millis(), step.answered?.as_millis());
            let before = answers.iter().rev().find(|&&other| other < answered).copied();
            let since = answered.checked_sub(before.map_or(shown, |before| before.max(shown)))?;
            Some(StepSeconds {
                position: step.position,
                seconds: (0..=PAUSE_MS).contains(&since).then_some(seconds(since)),
            })
        };
        let mut steps: Vec<StepSeconds> = times.iter().filter_map(seconds_of).collect();
        steps.sort_by_key(|step| step.position);
        Self { steps, active_seconds: seconds(active), n_pauses, pause_seconds: seconds(pauses) }
    }
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(position: u32, shown: i64, answered: Option<i64>) -> StepTimes {
        let at = |seconds: i64| Timestamp::from_millis(1_800_000_000_000 + seconds * 1000);
        StepTimes { position, shown: at(shown), answered: answered.map(at) }
    }

    #[test]
    fn steps_of_a_page_do_not_count_each_others_time() {
        // One page at 0 s, answers at 4, 10 and 12 s; a second page at 13 s, answered at 20 s, and a step left blank.
        let times =
            [step(1, 0, Some(4)), step(3, 0, Some(12)), step(2, 0, Some(10)), step(4, 13, Some(20)), step(5, 13, None)];
        let timing = Timing::of(&times);
        let each: Vec<_> = timing.steps.iter().map(|step| (step.position, step.seconds)).collect();
        assert_eq!(each, [(1, Some(4.0)), (2, Some(6.0)), (3, Some(2.0)), (4, Some(7.0))]);
        assert_eq!((timing.active_seconds, timing.n_pauses), (20.0, 0));
    }

    #[test]
    fn pauses_are_cut_out() {
        // An answer after 10 s, then 301 s of nothing, then 5 s.
        let timing = Timing::of(&[step(1, 0, Some(10)), step(2, 0, Some(311)), step(3, 311, Some(316))]);
        assert_eq!((timing.active_seconds, timing.n_pauses, timing.pause_seconds), (15.0, 1, 301.0));
        assert_eq!(timing.steps[1].seconds, None);
        // Exactly five minutes are no pause.
        assert_eq!(Timing::of(&[step(1, 0, Some(300))]).active_seconds, 300.0);
    }

    #[test]
    fn impossible_times_give_no_seconds() {
        let timing = Timing::of(&[step(1, 10, Some(3))]);
        assert_eq!(timing.steps[0].seconds, None);
        assert_eq!(Timing::of(&[]), Timing::default());
        let far = StepTimes {
            position: 1,
            shown: Timestamp::from_millis(i64::MIN),
            answered: Some(Timestamp::from_millis(i64::MAX)),
        };
        assert_eq!(Timing::of(&[far]).steps, []);
    }

    #[test]
    fn a_changed_answer_of_a_later_page_does_not_touch_others() {
        let timing = Timing::of(&[step(1, 0, Some(4)), step(2, 5, Some(9))]);
        assert_eq!(timing.steps[1].seconds, Some(4.0));
    }
}
