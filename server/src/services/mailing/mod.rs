//! Messages to people by e-mail: what they say ([`message`]), and the ways out ([`ways_out`]).
//!
//! A message holds no personal detail but the name that its recipient chose to be called by: no result, no name of a
//! questionnaire, and nothing that would tell a bystander what the service is for.

pub mod message;
pub mod smtp;
pub mod ways_out;

pub use message::{ChosenName, Link, Message, MessageText, Notice, ShareCode, TextError};
pub use smtp::{Security, Smtp, SmtpSettings};
pub use ways_out::{Delivery, Letter, MailError, Mailer, MemoryMailer, NoMailer};
