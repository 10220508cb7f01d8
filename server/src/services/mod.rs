//! What the service does, one file a topic: rules first, then reading and writing.
//!
//! - [`life`]: the rules of a bilan's life, pure. [`bilans`]: proposing, consenting, moving on.
//! - [`assignments`]: giving questionnaires. [`answering`]: answering and submitting them.
//! - [`submission`]: from answers to a result. [`results`]: reading them.
//! - [`rounds`]: 360°. [`grants`]: who else may read.
//! - [`release`]: handing over. [`attendance`]: hours. [`transfer`]: another consultant.
//! - [`writing`]: notes, synthesis, remarks.
//! - [`audit`]: what the log holds. [`error`]: why something is not done.

pub mod answering;
pub mod assignments;
pub mod attendance;
pub mod audit;
pub mod bilans;
pub mod consent_text;
pub mod error;
pub mod grants;
pub mod life;
pub mod release;
pub mod results;
pub mod rounds;
pub mod sessions;
pub mod submission;
pub mod transfer;
pub mod writing;
