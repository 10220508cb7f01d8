//! What the service does, one file a topic: rules first, then reading and writing.
//!
//! - [`life`]: the rules of a bilan's life, pure. [`bilans`]: proposing, consenting, moving on.
//! - [`assignments`]: giving questionnaires. [`answering`]: answering and submitting them.
//! - [`submission`]: from answers to a result. [`results`]: reading them.
//! - [`rounds`]: 360°. [`grants`]: who else may read.
//! - [`desk`]: what waits for the consultant. [`release`]: handing over. [`attendance`]: hours. [`transfer`]: another consultant.
//! - [`export`]: what the beneficiary takes away and brings back.
//! - [`paper`]: answers on paper. [`sending`]: messages that wait.
//! - [`writing`]: notes, synthesis, remarks.
//! - [`signin`]: password and second factor. [`sessions`]: who calls. [`links`]: invitations, returns, shares; [`outbox`], [`letters`].
//! - [`houses`], [`people`], [`resets`], [`programs`]: what administrators do. [`employers`]: found by name. [`addresses`]: whom an e-mail address leads to.
//! - [`accesses`]: what a beneficiary sees of the log. [`replies`]: repeated requests.
//! - [`declarations`], [`scores`], [`jobs`], [`local_norms`]: bulk scoring, on [`crate::bulk`].
//! - [`archive`] writes and reads exports, [`mailing`] the messages and their ways out.
//! - [`ending`]: ended, refused, abandoned, erased. [`destruction`]: what goes, keys first, and the receipt. [`agreements`] and
//!   [`follow_up`]: what lives on. [`scheduler`]: what time does by itself. [`notices`]: what it sends.
//! - [`retention`], [`register`], [`master_key`], [`overview`], [`backups`], [`receipt_check`]: for administrators.
//! - [`audit_log`]: closing and deleting its segments. [`audit_check`]: whether it is whole. [`audit`]: what the log holds. [`error`]: why something is not done.

pub mod accesses;
pub mod addresses;
pub mod agreements;
pub mod answering;
pub mod archive;
pub mod assignments;
pub mod attendance;
pub mod audit;
pub mod audit_check;
pub mod audit_log;
pub mod backups;
pub mod bilans;
pub mod consent_text;
pub mod declarations;
pub mod desk;
pub mod destruction;
pub mod employers;
pub mod ending;
pub mod error;
pub mod export;
pub mod follow_up;
pub mod grants;
pub mod houses;
pub mod jobs;
pub mod letters;
pub mod life;
pub mod links;
pub mod local_norms;
pub mod mailing;
pub mod master_key;
pub mod notices;
pub mod outbox;
pub mod overview;
pub mod paper;
pub mod papers;
pub mod people;
pub mod programs;
pub mod receipt_check;
pub mod register;
pub mod release;
pub mod replies;
pub mod resets;
pub mod results;
pub mod retention;
pub mod rounds;
pub mod scheduler;
pub mod scores;
pub mod sending;
pub mod sessions;
pub mod signin;
pub mod submission;
pub mod transfer;
pub mod writing;
