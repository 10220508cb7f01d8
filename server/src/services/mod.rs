//! What the service does, one file a topic: rules first, then reading and writing.
//!
//! - [`life`]: the rules of a bilan's life, pure. [`bilans`]: proposing, consenting, moving on.
//! - [`assignments`]: giving questionnaires. [`answering`]: answering and submitting them.
//! - [`submission`]: from answers to a result. [`results`]: reading them.
//! - [`rounds`]: 360°. [`grants`]: who else may read.
//! - [`release`]: handing over. [`attendance`]: hours. [`transfer`]: another consultant.
//! - [`writing`]: notes, synthesis, remarks.
//! - [`signin`]: password and second factor. [`sessions`]: who calls. [`links`]: invitations, returns, shares; [`outbox`], [`letters`].
//! - [`houses`], [`people`], [`resets`], [`programs`]: what administrators do. [`addresses`]: whom an e-mail address leads to.
//! - [`accesses`]: what a beneficiary sees of the log. [`replies`]: repeated requests. [`leftovers`]: what ends by itself.
//! - [`audit`]: what the log holds. [`error`]: why something is not done.

pub mod accesses;
pub mod addresses;
pub mod answering;
pub mod assignments;
pub mod attendance;
pub mod audit;
pub mod bilans;
pub mod consent_text;
pub mod error;
pub mod grants;
pub mod houses;
pub mod leftovers;
pub mod letters;
pub mod life;
pub mod links;
pub mod outbox;
pub mod people;
pub mod programs;
pub mod release;
pub mod replies;
pub mod resets;
pub mod results;
pub mod rounds;
pub mod sessions;
pub mod signin;
pub mod submission;
pub mod transfer;
pub mod writing;
