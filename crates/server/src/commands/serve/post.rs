//! The post: responses into the mailboxes of their receivers, and word to those who wait for them.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use tokio::sync::watch;
use tongguan_application::mailboxes::{Distributor, MailError};
use tongguan_application::processes::{Duty, Membership};

use crate::upkeep::Trouble;

/// Another process may have decided or distributed something, of which nobody tells this one.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Two rounds are at least so far apart: under load each then has much to do, and the one writer of a SQLite
/// file is stopped less often; a receiver who waits for mail hardly notices.
const REST: Duration = Duration::from_millis(100);

/// The thread that distributes.
pub struct Post {
    distributor: Distributor,
    news: Receiver<()>,
    mail: watch::Sender<u64>,
    membership: Arc<Membership>,
    /// Where webhooks hear the same.
    webhooks: Option<Sender<()>>,
}

impl Post {
    /// With the end at which it hears that there may be something, and the one at which others hear that
    /// something lies in a mailbox.
    pub fn new(
        distributor: Distributor,
        membership: Arc<Membership>,
        webhooks: Option<Sender<()>>,
    ) -> (Self, Sender<()>, watch::Receiver<u64>) {
        let (told, news) = bounded(1);
        let (mail, came) = watch::channel(0);
        (Self { distributor, news, mail, membership, webhooks }, told, came)
    }

    /// Goes on until nobody can tell it anything any more; what was told last is distributed.
    pub fn run(mut self) {
        let mut trouble = Trouble::default();
        loop {
            let ended = self.news.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Disconnected);
            match self.distribute(ended) {
                Ok(filled) => {
                    trouble.is_over();
                    metrics::counter!("tongguan_mailbox_places_total")
                        .increment(filled.try_into().unwrap_or(0));
                    if filled > 0 {
                        self.mail.send_modify(|times| *times += 1);
                        // Full: it is known already.
                        let _ = self.webhooks.as_ref().map(|webhooks| webhooks.try_send(()));
                    }
                }
                Err(error) => trouble.tell(&error.into()),
            }
            if ended {
                return;
            }
            thread::park_timeout(REST);
        }
    }

    /// One process at a time distributes for all; the others hear of what it did. Whoever ends leaves nothing behind.
    fn distribute(&mut self, ended: bool) -> Result<usize, MailError> {
        if ended || self.membership.share().does(Duty::Mailboxes) {
            return self.distributor.distribute();
        }
        Ok(usize::from(self.distributor.hear()?))
    }
}
