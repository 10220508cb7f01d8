//! The ways out for messages: by SMTP, into memory for tests, or none, where links are handed over by people.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use lettre::Address;

use crate::clock::Timestamp;
use crate::ids::Id;

/// What a message says.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// A message on its way to one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// A random identity, the same when it is sent again, so that a mailbox can tell.
    pub id: Id,
    /// Where to.
    pub to: Address,
    /// What it says.
    pub text: MessageText,
    /// When it was written.
    pub written_at: Timestamp,
}

impl std::fmt::Debug for Letter {
    /// Neither the address nor the words are printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The mail server took it.
    Sent,
    /// There is no mail server: what it says is shown once, to be handed over another way.
    ToHandOver,
}

/// Why a letter did not leave. Neither the address nor what the mail server said of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The mail server refused it for good.
    #[error("the mail server refuses this message for good; check the address")]
    Refused,
    /// The mail server cannot take it now.
    #[error("the mail server cannot take the message now; it will be tried again")]
    NotNow,
    /// The mail server cannot be reached.
    #[error("the mail server cannot be reached; it will be tried again")]
    Unreachable,
    /// It cannot be written as mail.
    #[error("the message cannot be written as mail")]
    Malformed,
    /// The settings do not go together.
    #[error("{0}")]
    Settings(&'static str),
}

impl MailError {
    /// Whether trying again later may help.
    #[must_use]
    pub fn may_pass(self) -> bool {
        matches!(self, Self::NotNow | Self::Unreachable)
    }
}

/// A way out for messages.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends a letter, or says that it is to be handed over.
    async fn send(&self, letter: &Letter) -> Result<Delivery, MailError>;
}

/// No way out: what a letter says is shown once to whoever hands it over.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _: &Letter) -> Result<Delivery, MailError> {
        Ok(Delivery::ToHandOver)
    }
}

/// Keeps letters in memory, for tests; it can be told to fail.
#[derive(Debug, Default)]
pub struct MemoryMailer {
    letters: Mutex<Vec<Letter>>,
    failure: Mutex<Option<MailError>>,
}

impl MemoryMailer {
    /// All letters so far.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From here on every letter fails so, until told `None`.
    pub fn fail_with(&self, failure: Option<MailError>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    async fn send(&self, letter: &Letter) -> Result<Delivery, MailError> {
        if let Some(failure) = *self.failure.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(failure);
        }
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
        Ok(Delivery::Sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        let text = MessageText { subject: "S".to_owned(), body: "SECRET".to_owned() };
        let to = "lea@exemple.fr".parse().unwrap();
        Letter { id: Id::from_bytes([1; 16]), to, text, written_at: Timestamp::from_millis(0) }
    }

    #[tokio::test]
    async fn letters_are_kept_or_fail_or_are_handed_over() {
        let mailer = MemoryMailer::default();
        assert_eq!(mailer.send(&letter()).await, Ok(Delivery::Sent));
        mailer.fail_with(Some(MailError::NotNow));
        assert_eq!(mailer.send(&letter()).await, Err(MailError::NotNow));
        assert_eq!(mailer.letters(), [letter()]);
        assert_eq!(NoMailer.send(&letter()).await, Ok(Delivery::ToHandOver));
        assert!(MailError::NotNow.may_pass() && !MailError::Refused.may_pass());
    }

    #[test]
    fn a_letter_that_is_printed_tells_nothing() {
        let printed = format!("{:?}", letter());
        assert!(!printed.contains("SECRET") && !printed.contains("lea"), "{printed}");
    }
}
