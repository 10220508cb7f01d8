//! The ways out for messages to people; what they say is in [`letters`](super::letters) and [`notices`](super::notices).

pub mod smtp;
pub mod ways_out;

pub use smtp::{Security, Smtp, SmtpSettings};
pub use ways_out::{Delivery, Letter, MailError, Mailer, MemoryMailer, MessageText, NoMailer};
