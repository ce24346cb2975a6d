//! An archive of messages: each is handed over like a single one, and all are answered together.

use std::collections::VecDeque;

use axum::body::Bytes;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tongguan_application::reception::Receipt;
use tongguan_domain::ids::DxpId;

use super::archive::{Archive, Listed, Unfit};
use super::{Taken, hand_over, outcome, taken_view};
use crate::Shared;
use crate::caller::aside;
use crate::language::Language;
use crate::problem::{Problem, json_answer};

/// What became of the messages so far.
struct Progress<'s> {
    shared: &'s Shared,
    /// How many bytes of unpacked messages may be on their way at a time.
    window: usize,
    /// Messages on their way, in the order of the archive.
    under_way: VecDeque<(Listed, Result<oneshot::Receiver<Receipt>, Problem>)>,
    bytes: usize,
    settled: Vec<Settled>,
}

/// What became of a message of an archive.
pub struct Settled {
    /// What it is called there.
    pub name: String,
    /// Under what it was taken, or why it was not.
    pub outcome: Result<Taken, Problem>,
}

/// Takes the messages of an archive in, and tells what became of each as JSON.
///
/// # Errors
/// [`Problem::UnfitArchive`], before any of them was handed over.
pub async fn receive(
    shared: &Shared,
    archive: Bytes,
    sender: Option<DxpId>,
    (window, language): (usize, Language),
) -> Result<Response, Problem> {
    let mailbox = sender.as_ref().map(|sender| format!("/mailbox/{sender}"));
    let settled = take(shared, archive, sender, window).await?;
    let taken = settled.iter().filter(|one| one.outcome.is_ok()).count();
    let refused = settled.len() - taken;
    let messages: Vec<_> = settled.iter().map(|one| one.told(language)).collect();
    Ok(json_answer(&json!({
        "messages": messages,
        "taken": taken,
        "refused": refused,
        "mailbox": mailbox,
    })))
}

/// Takes the messages of an archive in; what is wrong with one keeps no other back. So many bytes of unpacked
/// messages may be on their way at a time; so long is the longest, too.
///
/// # Errors
/// [`Problem::UnfitArchive`], before any of them was handed over.
pub async fn take(
    shared: &Shared,
    archive: Bytes,
    sender: Option<DxpId>,
    window: usize,
) -> Result<Vec<Settled>, Problem> {
    let opened = aside(move || Archive::open(archive, window)).await?;
    let mut archive = opened.map_err(Problem::UnfitArchive)?;
    let (under_way, settled) = (VecDeque::new(), Vec::new());
    let mut progress = Progress { shared, window, under_way, bytes: 0, settled };
    for listed in archive.messages().to_vec() {
        progress.make_room_for(listed.bytes).await;
        let wanted = listed.clone();
        let unpacked;
        (archive, unpacked) = aside(move || {
            let unpacked = archive.unpack(&wanted);
            (archive, unpacked)
        })
        .await?;
        progress.hand_over(listed, unpacked, sender.clone());
    }
    while progress.settle_first().await {}
    Ok(progress.settled)
}

impl Settled {
    fn told(&self, language: Language) -> Value {
        let mut told = match &self.outcome {
            Ok(taken) => {
                let mut told = json!(taken_view(taken));
                told["status"] = json!(200);
                told
            }
            Err(problem) => problem.told(language),
        };
        told["name"] = json!(self.name);
        told
    }
}

impl Progress<'_> {
    /// Waits for the first ones until so many bytes more may be on their way.
    async fn make_room_for(&mut self, bytes: usize) {
        while self.bytes.saturating_add(bytes) > self.window {
            if !self.settle_first().await {
                return;
            }
        }
    }

    fn hand_over(
        &mut self,
        listed: Listed,
        unpacked: Result<Vec<u8>, Unfit>,
        sender: Option<DxpId>,
    ) {
        let receipt = unpacked
            .map_err(Problem::UnfitArchive)
            .and_then(|bytes| hand_over(self.shared, listed.name.clone(), sender, bytes));
        self.bytes += listed.bytes;
        self.under_way.push_back((listed, receipt));
    }

    /// Waits until it is known what became of the first message under way; gives whether there was one.
    async fn settle_first(&mut self) -> bool {
        let Some((listed, receipt)) = self.under_way.pop_front() else { return false };
        let outcome = match receipt {
            Ok(receipt) => outcome(self.shared, receipt).await,
            Err(problem) => Err(problem),
        };
        self.bytes -= listed.bytes;
        self.settled.push(Settled { name: listed.name, outcome });
        true
    }
}
