//! The life of a job: receiving → waiting → running → done or failed, and the day its files are deleted.

use batch::Counts;
use serde::{Deserialize, Serialize};

use super::super::entitlement::Entitled;
use super::super::scoring_problem::ScoringProblem;
use crate::clock::{DAY_MS, Timestamp};
use crate::ids::Id;

/// How long the files of a job stay after its end.
pub const KEPT_MS: i64 = DAY_MS;
/// How long an upload may stand still, or a job wait or run, before its files are deleted.
pub const IDLE_MS: i64 = DAY_MS;

/// What a job is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum JobState {
    /// The input is coming.
    Receiving,
    /// The input is whole; nobody works on it yet.
    Waiting,
    /// Being scored.
    Running {
        /// Bytes of input taken in.
        done: u64,
        /// Bytes of input.
        total: u64,
    },
    /// Scored.
    Done {
        /// Rows read, scored and rejected.
        counts: JobCounts,
        /// Bytes of output.
        output_bytes: u64,
    },
    /// Not scored.
    Failed {
        /// Why; it repeats no answer.
        problem: ScoringProblem,
    },
}

/// Rows read, scored and rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCounts {
    /// Rows of the input.
    pub read: u64,
    /// Rows with scores.
    pub scored: u64,
    /// Rows that could not be scored.
    pub rejected: u64,
}

impl From<Counts> for JobCounts {
    fn from(counts: Counts) -> Self {
        Self { read: counts.read, scored: counts.scored, rejected: counts.rejected }
    }
}

/// What happens to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEvent {
    /// A part of the input was stored; the size is the whole input's.
    Received {
        /// Bytes stored so far.
        received: u64,
        /// Bytes of the whole.
        total: u64,
    },
    /// Work begins.
    Started,
    /// Work goes on.
    Progressed {
        /// Bytes of input taken in.
        done: u64,
    },
    /// Work is over.
    Finished {
        /// Rows read, scored and rejected.
        counts: JobCounts,
        /// Bytes of output.
        output_bytes: u64,
    },
    /// Work failed.
    Failed {
        /// Why.
        problem: ScoringProblem,
    },
    /// The process that worked on it is gone: it waits again.
    Interrupted,
}

/// An event that does not go with the state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {state} cannot be {event}")]
pub struct StateError {
    /// What the job is doing.
    pub state: &'static str,
    /// What was to happen.
    pub event: &'static str,
}

/// A job: which files, in what state, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The job.
    pub id: Id,
    /// The organisation whose rows they are.
    pub organisation: Id,
    /// File of input.
    pub input: Id,
    /// File of output.
    pub output: Id,
    /// Bytes of the input.
    pub input_bytes: u64,
    /// What it is doing.
    pub state: JobState,
    /// When that was last known to be so.
    pub since: Timestamp,
    /// Until when the rows may be kept at most.
    pub entitled_until: Option<Timestamp>,
}

impl Job {
    /// A new job, whose input is to come.
    #[must_use]
    pub fn new(entitled: Entitled, [id, input, output]: [Id; 3], input_bytes: u64, now: Timestamp) -> Self {
        Self {
            id,
            organisation: entitled.organisation(),
            input,
            output,
            input_bytes,
            state: JobState::Receiving,
            since: now,
            entitled_until: entitled.until(),
        }
    }

    /// The job after an event.
    ///
    /// # Errors
    /// [`StateError`] when the event does not go with the state; the job is as before.
    pub fn after(&self, event: JobEvent, now: Timestamp) -> Result<Self, StateError> {
        use JobState::{Done, Failed, Receiving, Running, Waiting};
        let refused = StateError { state: word_of(&self.state), event: event.word() };
        let state = match (&self.state, event) {
            (Receiving, JobEvent::Received { received, total }) if received >= total => Waiting,
            (Receiving, JobEvent::Received { .. }) => Receiving,
            (Waiting, JobEvent::Started) => Running { done: 0, total: self.input_bytes },
            (Running { done: before, total }, JobEvent::Progressed { done }) => {
                Running { done: done.clamp(*before, *total), total: *total }
            }
            (Running { .. }, JobEvent::Finished { counts, output_bytes }) => Done { counts, output_bytes },
            (Receiving | Waiting | Running { .. }, JobEvent::Failed { problem }) => Failed { problem },
            (Running { .. }, JobEvent::Interrupted) => Waiting,
            _ => return Err(refused),
        };
        Ok(Self { state, since: now, ..self.clone() })
    }

    /// When all its files are deleted, unless something happens before: a day after the end, or after nothing moved
    /// for a day; never after the end of the declared agreements.
    #[must_use]
    pub fn deleted_at(&self) -> Timestamp {
        let kept = match self.state {
            JobState::Done { .. } | JobState::Failed { .. } => KEPT_MS,
            JobState::Receiving | JobState::Waiting | JobState::Running { .. } => IDLE_MS,
        };
        let by_state = self.since.plus(kept);
        self.entitled_until.map_or(by_state, |until| until.min(by_state))
    }

    /// Files that serve nothing from here on, and may be deleted at once.
    #[must_use]
    pub fn spent_files(&self) -> Vec<Id> {
        match self.state {
            JobState::Done { .. } => vec![self.input],
            JobState::Failed { .. } => vec![self.input, self.output],
            JobState::Receiving | JobState::Waiting | JobState::Running { .. } => Vec::new(),
        }
    }
}

fn word_of(state: &JobState) -> &'static str {
    match state {
        JobState::Receiving => "receiving its rows",
        JobState::Waiting => "waiting",
        JobState::Running { .. } => "running",
        JobState::Done { .. } => "done",
        JobState::Failed { .. } => "failed",
    }
}

impl JobEvent {
    fn word(&self) -> &'static str {
        match self {
            Self::Received { .. } => "given more rows",
            Self::Started => "started",
            Self::Progressed { .. } => "moved on",
            Self::Finished { .. } => "finished",
            Self::Failed { .. } => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::entitlement::{Basis, Declaration};
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const COUNTS: JobCounts = JobCounts { read: 3, scored: 2, rejected: 1 };

    fn job(basis: Basis) -> Job {
        let id = |byte| Id::from_bytes([byte; 16]);
        let declaration = Declaration { organisation: id(1), declared_by: id(2), declared_at: NOW, basis };
        let entitled = Declaration::check(Some(&declaration), id(1), NOW).unwrap();
        Job::new(entitled, [id(3), id(4), id(5)], 100, NOW)
    }

    fn received(n: u64) -> JobEvent {
        JobEvent::Received { received: n, total: 100 }
    }

    #[test]
    fn a_job_goes_from_receiving_to_done() {
        let job = job(Basis::Anonymous);
        let job = job.after(received(50), NOW).unwrap();
        assert_eq!(job.state, JobState::Receiving);
        let job = job.after(received(100), NOW).unwrap();
        assert_eq!(job.state, JobState::Waiting);
        let job = job.after(JobEvent::Started, NOW).unwrap().after(JobEvent::Progressed { done: 70 }, NOW).unwrap();
        let job = job.after(JobEvent::Progressed { done: 60 }, NOW).unwrap();
        assert_eq!(job.state, JobState::Running { done: 70, total: 100 }, "progress never goes back");
        let end = NOW.plus(500);
        let job = job.after(JobEvent::Finished { counts: COUNTS, output_bytes: 9 }, end).unwrap();
        assert_eq!(job.deleted_at(), end.plus(DAY_MS));
        assert_eq!(job.spent_files(), [job.input]);
    }

    #[test]
    fn a_job_that_is_over_stays_so() {
        let job = job(Basis::Anonymous).after(received(100), NOW).unwrap().after(JobEvent::Started, NOW).unwrap();
        let failed = job.after(JobEvent::Failed { problem: ScoringProblem::internal() }, NOW).unwrap();
        let done = job.after(JobEvent::Finished { counts: COUNTS, output_bytes: 9 }, NOW).unwrap();
        for over in [failed, done] {
            let events = [
                received(1),
                JobEvent::Started,
                JobEvent::Progressed { done: 1 },
                JobEvent::Interrupted,
                JobEvent::Finished { counts: COUNTS, output_bytes: 1 },
                JobEvent::Failed { problem: ScoringProblem::internal() },
            ];
            for event in events {
                assert!(over.after(event, NOW).is_err());
            }
        }
        let message = job.after(JobEvent::Started, NOW).unwrap_err().to_string();
        assert_eq!(message, "a job that is running cannot be started");
    }

    #[test]
    fn an_interrupted_job_waits_again() {
        let job = job(Basis::Anonymous).after(received(100), NOW).unwrap().after(JobEvent::Started, NOW).unwrap();
        assert_eq!(job.after(JobEvent::Interrupted, NOW).unwrap().state, JobState::Waiting);
    }

    #[test]
    fn no_file_outlives_the_agreements_that_it_rests_on() {
        let until = NOW.plus(1_000);
        assert_eq!(job(Basis::LiveAgreement { ends: until }).deleted_at(), until);
        assert_eq!(job(Basis::Anonymous).deleted_at(), NOW.plus(IDLE_MS));
    }
}
