//! The post: responses into the mailboxes of their receivers, and word to those who wait for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select};
use tokio::sync::watch;
use tongguan_application::mailboxes::{Distributor, MailError};
use tongguan_application::processes::{Duty, Membership};
use tongguan_application::refusals::Reason;
use tongguan_messages::ceb::MessageType;

use super::listening::Listening;
use crate::upkeep::Trouble;

/// Another process may have decided or distributed something, of which nobody may tell this one.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Two rounds are at least so far apart: under load each then has much to do, and the one writer of a SQLite
/// file is stopped less often; a receiver who waits for mail hardly notices.
const REST: Duration = Duration::from_millis(100);

/// The thread that distributes.
pub struct Post {
    distributor: Distributor,
    news: Receiver<()>,
    /// What other processes tell.
    others: Listening,
    mail: watch::Sender<u64>,
    membership: Arc<Membership>,
    /// Where webhooks hear the same.
    webhooks: Option<Sender<()>>,
}

/// Why it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Woken {
    /// Something was decided here.
    News,
    /// Another process told something.
    Told,
    /// It is time.
    Nothing,
    /// Nothing more is decided here.
    Ended,
}

/// What a look led to.
struct Done {
    /// Places of mailboxes that were filled, as far as is known.
    filled: usize,
    /// Whether it was this process that filled them.
    by_us: bool,
}

impl Post {
    /// With the end at which it hears that there may be something, and the one at which others hear that
    /// something lies in a mailbox.
    pub fn new(
        distributor: Distributor,
        (membership, others): (Arc<Membership>, Listening),
        webhooks: Option<Sender<()>>,
    ) -> (Self, Sender<()>, watch::Receiver<u64>) {
        let (told, news) = bounded(1);
        let (mail, came) = watch::channel(0);
        (Self { distributor, news, others, mail, membership, webhooks }, told, came)
    }

    /// Goes on until nobody can tell it anything any more; what was told last is distributed.
    pub fn run(mut self) {
        let mut trouble = Trouble::default();
        loop {
            let woken = self.wait();
            metrics::counter!("tongguan_signals_total").increment((woken == Woken::Told).into());
            let ended = woken == Woken::Ended;
            let distributed = self.distribute(ended);
            // Those who distribute for us, or wait for what we distributed. What is only heard is not told on.
            let is_news = distributed.as_ref().is_ok_and(|it| it.by_us || woken == Woken::News);
            if is_news && self.others.is_on() {
                self.distributor.tell();
            }
            match distributed.map(|done| done.filled) {
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

    fn wait(&self) -> Woken {
        select! {
            recv(self.news) -> news => if news.is_ok() { Woken::News } else { Woken::Ended },
            recv(self.others.heard) -> _ => Woken::Told,
            default(LOOK_EVERY) => Woken::Nothing,
        }
    }

    /// One process at a time distributes for all; the others hear of what it did. Whoever ends leaves nothing behind.
    fn distribute(&mut self, ended: bool) -> Result<Done, MailError> {
        if ended || self.membership.share().does(Duty::Mailboxes) {
            let distributed = self.distributor.distribute();
            tell_refused(self.distributor.take_refused());
            let filled = distributed?;
            return Ok(Done { filled, by_us: filled > 0 });
        }
        Ok(Done { filled: usize::from(self.distributor.hear()?), by_us: false })
    }
}

/// By the words of the catalogue and of the messages, so that there is an end of them.
fn tell_refused(refused: BTreeMap<Reason, i64>) {
    for ((message, code), count) in refused {
        let message = message.map_or("none", MessageType::code);
        metrics::counter!("tongguan_refused_total", "message" => message, "code" => code)
            .increment(count.unsigned_abs());
    }
}
