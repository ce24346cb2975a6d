//! The owner (信箱所有者): what is done with the webhooks of one mailbox in a running service.

use std::sync::Arc;

use tongguan_domain::ids::DxpId;
use tongguan_storage::StorageError;

use crate::history::Cause;

use super::{Courier, DeadLetter, NewWebhook, Sent, Webhook, WebhookError, WebhookNumber};

/// The webhooks of a mailbox, for whoever acts for its owner. What is of another mailbox is as if it were not
/// there.
pub struct Owner {
    courier: Arc<Courier>,
    mailbox: DxpId,
    cause: Cause,
}

/// A webhook, and what its owner looks at besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The webhook.
    pub webhook: Webhook,
    /// The last place of its mailbox; 0 for none.
    pub last: i64,
    /// The letters that it did not take, by their places.
    pub dead_letters: Vec<DeadLetter>,
}

impl Owner {
    /// Of a mailbox, for whom audit events name.
    pub const fn new(courier: Arc<Courier>, mailbox: DxpId, cause: Cause) -> Self {
        Self { courier, mailbox, cause }
    }

    /// The webhooks, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn list(&self) -> Result<Vec<Webhook>, StorageError> {
        self.courier.store().read(|view| super::list(view, Some(&self.mailbox)))
    }

    /// One of them.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn progress(&self, number: WebhookNumber) -> Result<Progress, WebhookError> {
        let webhook = self.own(number)?;
        self.courier.store().read(|view| {
            let dead_letters = super::dead_letters(view, number)?;
            Ok(Progress { webhook, last: view.last_mail(&self.mailbox)?, dead_letters })
        })
    }

    /// Adds one that is sent these messages, all where none is named, behind place `after`, behind the last one
    /// where absent; gives it, and its secret.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn add(
        &self,
        url: String,
        message_types: Vec<String>,
        after: Option<i64>,
    ) -> Result<(Webhook, String), WebhookError> {
        let new = NewWebhook { mailbox: self.mailbox.clone(), url, message_types, after };
        let (courier, now) = (&self.courier, self.courier.now());
        let mut writer = courier.writer();
        super::add(&mut writer, courier.keyring(), courier.sender(), &new, &self.cause, now)
    }

    /// As [`super::pause`].
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn pause(&self, number: WebhookNumber) -> Result<Webhook, WebhookError> {
        self.own(number)?;
        super::pause(&mut self.courier.writer(), number, &self.cause, self.courier.now())
    }

    /// As [`super::resume`].
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn resume(&self, number: WebhookNumber) -> Result<Webhook, WebhookError> {
        self.own(number)?;
        super::resume(&mut self.courier.writer(), number, &self.cause, self.courier.now())
    }

    /// As [`super::rotate`].
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn rotate(&self, number: WebhookNumber) -> Result<(Webhook, String), WebhookError> {
        self.own(number)?;
        let now = self.courier.now();
        super::rotate(&mut self.courier.writer(), self.courier.keyring(), number, &self.cause, now)
    }

    /// As [`super::replay`].
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn replay(&self, number: WebhookNumber, after: i64) -> Result<Webhook, WebhookError> {
        self.own(number)?;
        super::replay(&mut self.courier.writer(), number, after, &self.cause, self.courier.now())
    }

    /// As [`super::remove`].
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn remove(&self, number: WebhookNumber) -> Result<Webhook, WebhookError> {
        self.own(number)?;
        super::remove(&mut self.courier.writer(), number, &self.cause, self.courier.now())
    }

    /// As [`Courier::test`]; waits for the receiver.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn test(&self, number: WebhookNumber) -> Result<Sent, WebhookError> {
        self.own(number)?;
        self.courier.test(number)
    }

    /// As [`Courier::send_dead_letter`]; waits for the receiver.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn send_dead_letter(
        &self,
        number: WebhookNumber,
        n: i64,
    ) -> Result<Vec<Sent>, WebhookError> {
        self.own(number)?;
        self.courier.send_dead_letter(number, n, &self.cause)
    }

    /// A webhook of the mailbox. It stays of that mailbox, so what follows need not look again.
    fn own(&self, number: WebhookNumber) -> Result<Webhook, WebhookError> {
        let webhook = self.courier.store().read(|view| super::find(view, number))?;
        match webhook.mailbox == self.mailbox {
            true => Ok(webhook),
            false => Err(WebhookError::Unknown(number)),
        }
    }
}
