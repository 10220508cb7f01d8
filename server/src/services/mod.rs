//! What the service does, one file a topic: rules first, then reading and writing.
//!
//! - [`life`]: the rules of a bilan's life, pure. [`bilans`]: proposing, consenting, moving on.
//! - [`assignments`]: giving questionnaires. [`answering`]: answering and submitting them.
//! - [`submission`]: from answers to a result. [`results`]: reading them.
//! - [`rounds`]: 360°. [`grants`]: who else may read.
//! - [`release`]: handing over. [`attendance`]: hours. [`transfer`]: another consultant.
//! - [`writing`]: notes, synthesis, remarks.
//! - [`ending`]: ended, refused, abandoned, erased. [`destruction`]: what goes, keys first, and the receipt. [`agreements`] and
//!   [`follow_up`]: what lives on. [`scheduler`]: what time does by itself. [`notices`]: what it sends.
//! - [`audit_log`]: closing and deleting its segments. [`audit`]: what the log holds. [`error`]: why something is not done.

pub mod agreements;
pub mod answering;
pub mod assignments;
pub mod attendance;
pub mod audit;
pub mod audit_log;
pub mod bilans;
pub mod consent_text;
pub mod destruction;
pub mod ending;
pub mod error;
pub mod follow_up;
pub mod grants;
pub mod life;
pub mod notices;
pub mod release;
pub mod results;
pub mod rounds;
pub mod scheduler;
pub mod sessions;
pub mod submission;
pub mod transfer;
pub mod writing;
