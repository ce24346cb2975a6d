//! An archive of messages: each is handed over like a single one, and all are answered together.

use std::collections::VecDeque;

use axum::body::Bytes;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tongguan_application::reception::Receipt;
use tongguan_domain::ids::DxpId;

use super::archive::{Archive, Listed, Unfit};
use super::{hand_over, outcome, taken_view};
use crate::Shared;
use crate::caller::aside;
use crate::language::Language;
use crate::problem::{Problem, json_answer};

/// What an archive is taken with.
pub struct Bounds {
    /// How many bytes of unpacked messages may be on their way at a time; so long is the longest, too.
    pub window: usize,
    /// The language of what is said of single messages.
    pub language: Language,
}

/// What became of the messages so far.
struct Progress<'s> {
    shared: &'s Shared,
    bounds: Bounds,
    /// Messages on their way, in the order of the archive.
    under_way: VecDeque<(Listed, Result<oneshot::Receiver<Receipt>, Problem>)>,
    bytes: usize,
    told: Vec<Value>,
    taken: usize,
}

/// Takes the messages of an archive in; what is wrong with one keeps no other back.
///
/// # Errors
/// [`Problem::UnfitArchive`], before any of them was handed over.
pub async fn receive(
    shared: &Shared,
    archive: Bytes,
    sender: Option<DxpId>,
    bounds: Bounds,
) -> Result<Response, Problem> {
    let longest = bounds.window;
    let opened = aside(move || Archive::open(archive, longest)).await?;
    let mut archive = opened.map_err(Problem::UnfitArchive)?;
    let (under_way, told) = (VecDeque::new(), Vec::new());
    let mut progress = Progress { shared, bounds, under_way, bytes: 0, told, taken: 0 };
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
    let refused = progress.told.len() - progress.taken;
    Ok(json_answer(&json!({
        "messages": progress.told,
        "taken": progress.taken,
        "refused": refused,
        "mailbox": sender.map(|sender| format!("/mailbox/{sender}")),
    })))
}

impl Progress<'_> {
    /// Waits for the first ones until so many bytes more may be on their way.
    async fn make_room_for(&mut self, bytes: usize) {
        while self.bytes.saturating_add(bytes) > self.bounds.window {
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
        let mut told = match outcome {
            Ok(taken) => {
                self.taken += 1;
                let mut told = json!(taken_view(&taken));
                told["status"] = json!(200);
                told
            }
            Err(problem) => problem.told(self.bounds.language),
        };
        told["name"] = json!(listed.name);
        self.told.push(told);
        true
    }
}
