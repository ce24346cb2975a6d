//! What is given out of the log: heads, tiles, and the bundle that proves a response.

use std::sync::{Arc, Mutex, PoisonError};

use tongguan_storage::seal::Keyring;
use tongguan_storage::stored::logged::decode_places;
use tongguan_storage::{LogHeadRow, LogRow, Response, Store, View};
use tongguan_transparency::bundle::Bundle;
use tongguan_transparency::commitment::{Salt, leaf};
use tongguan_transparency::hash::Hash;
use tongguan_transparency::proof::inclusion;
use tongguan_transparency::tile::AskedTile;
use tongguan_transparency::tree::Node;

use super::made_from::made_from;
use super::record::of_response;
use super::salts::AllSalts;
use super::source::{Place, Source};
use super::tiles::Tiles;
use super::{LogError, from_row};
use crate::clearing::write::response_kind;
use crate::delivery::{Outgoing, RenderError, Rendered, complete, guid_of, place_in, render};
use crate::originals::{Archive, OriginalError, period_of};

/// Gives proofs; shared by everybody who does.
pub struct Proofs {
    store: Store,
    archive: Mutex<Archive>,
    keyring: Arc<Keyring>,
    with_parcel_numbers: bool,
}

/// A response of ours that is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedResponse {
    /// What proves it.
    pub bundle: Bundle,
    /// The mailboxes that it lies in.
    pub mailboxes: Vec<String>,
}

/// Why a response is not proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoProof {
    /// This service made no message of that number.
    Unknown,
    /// It is under no signed head yet.
    NotYet,
    /// The month's secrets are destroyed, or the message that it quotes is kept no longer.
    Forgotten,
    /// What is stored is not what was logged.
    Altered,
}

/// What proves a response of ours, and what that is made from.
struct Found {
    outgoing: Outgoing,
    /// Which of its row's messages.
    n: u8,
    record: Vec<u8>,
    attachments: Vec<Vec<u8>>,
    salt: Salt,
    index: u64,
    path: Vec<Hash>,
    head: String,
    key: String,
}

impl Proofs {
    /// Of a store. `with_parcel_numbers` as for [`crate::delivery::Follower::open`].
    pub fn new(store: &Store, keyring: Arc<Keyring>, with_parcel_numbers: bool) -> Self {
        let archive = Mutex::new(Archive::new(store.clone(), Arc::clone(&keyring)));
        Self { store: store.clone(), archive, keyring, with_parcel_numbers }
    }

    /// The newest head, with its signatures; nothing before the log was begun.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn head(&self) -> Result<Option<String>, LogError> {
        let heads = self.store.read(|view| view.log_heads())?;
        Ok(heads.into_iter().next().map(|head| head.note))
    }

    /// The public half of the log's key, as others write it down; nothing before the log was begun.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn key(&self) -> Result<Option<String>, LogError> {
        Ok(self.store.read(|view| view.verifiable_log())?.map(|log| log.verifier))
    }

    /// The hashes of a tile, as far as a signed head is over them.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn tile(&self, asked: AskedTile) -> Result<Option<Vec<u8>>, LogError> {
        let width = u64::from(asked.width);
        let hashes = self.store.read(|view| {
            let signed = view.log_heads()?.first().map_or(0, |head| from_row(head.size));
            if asked.tile.width(signed) < width {
                return Ok::<_, LogError>(None);
            }
            Ok(Some(Tiles::default().read(view, asked.tile)?.clone()))
        })?;
        let hashes = hashes.map(|it| it.into_iter().take(usize::from(asked.width)));
        Ok(hashes.map(|it| it.flat_map(|hash| hash.0).collect()))
    }

    /// The bundle that proves the response of that number.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn of_response(&self, guid: &str) -> Result<Result<ProvedResponse, NoProof>, LogError> {
        let guid = guid.to_ascii_uppercase();
        // Rendered when the reader is given back, because it may need one of its own.
        let found = self.store.read(|view| self.found(view, &guid))?;
        let found = match found {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        let Found { outgoing, n, record, mut attachments, salt, index, path, head, key } = found;
        let rendered = match self.rendered(&outgoing, (&guid, n), &mut attachments)? {
            Ok(rendered) => rendered,
            Err(why) => return Ok(Err(why)),
        };
        // What we make is UTF-8.
        let Ok(response) = String::from_utf8(rendered.xml) else {
            return Ok(Err(NoProof::Unknown));
        };
        let bundle = Bundle { guid, response, record, attachments, salt, index, path, head, key };
        Ok(Ok(ProvedResponse { bundle, mailboxes: rendered.mailboxes }))
    }

    fn found(&self, view: &mut View<'_>, guid: &str) -> Result<Result<Found, NoProof>, LogError> {
        let Some((partition, seq, n)) = place_in(guid) else { return Ok(Err(NoProof::Unknown)) };
        let row = view.responses(&[(partition, seq)])?.pop();
        let outgoing = row.map(|row| complete(view, row)).transpose()?.flatten();
        let Some(outgoing) = outgoing.filter(|it| guid_of(it, n) == guid) else {
            return Ok(Err(NoProof::Unknown));
        };
        let place = Place { source: Source::Responses, partition, seq };
        let index = match index_of(view, &place)? {
            Ok(index) => index,
            Err(why) => return Ok(Err(why)),
        };
        let Some((log, head)) = head_over(view, index)? else { return Ok(Err(NoProof::NotYet)) };
        let (record, attachments) = recorded(view, &outgoing.response)?;
        let period = period_of(outgoing.response.recorded_at);
        // Asked each time: what was destroyed must not live on here.
        let salt = AllSalts::new(Arc::clone(&self.keyring)).of(view, &place, &period)?;
        let Some(salt) = salt else { return Ok(Err(NoProof::Forgotten)) };
        let mut tiles = Tiles::default();
        if tiles.node(view, Node { level: 0, index })? != leaf(&salt, &record) {
            return Ok(Err(NoProof::Altered));
        }
        let path = inclusion(index, from_row(head.size), &mut |node| tiles.node(view, node))?;
        let (head, key) = (head.note, log.verifier);
        Ok(Ok(Found { outgoing, n, record, attachments, salt, index, path, head, key }))
    }

    /// The message of that number; the one that it quotes whole goes with it.
    fn rendered(
        &self,
        outgoing: &Outgoing,
        (guid, n): (&str, u8),
        attachments: &mut Vec<Vec<u8>>,
    ) -> Result<Result<Rendered, NoProof>, LogError> {
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let is_refusal = outgoing.response.kind == response_kind::MALFORMED;
        let open = &mut |message: &_| {
            let original = archive.original(message)?;
            if is_refusal {
                attachments.push(original.clone());
            }
            Ok(original)
        };
        let rendered = match render(outgoing, self.with_parcel_numbers, open) {
            Err(RenderError::Original(OriginalError::NotKept(_))) => {
                return Ok(Err(NoProof::Forgotten));
            }
            rendered => rendered?,
        };
        let message = rendered.into_iter().nth(usize::from(n).saturating_sub(1));
        let is_ours =
            |it: &Rendered| std::str::from_utf8(&it.xml).is_ok_and(|it| it.contains(guid));
        // What is passed on bears another number, and is no message of ours.
        Ok(message.filter(is_ours).ok_or(NoProof::Unknown))
    }
}

/// Which leaf tells of a response.
fn index_of(view: &mut View<'_>, place: &Place) -> Result<Result<u64, NoProof>, LogError> {
    let Place { source, partition, seq } = *place;
    let run = view.log_run_reaching(partition, &source.to_string(), seq)?;
    let Some(run) = run else { return Ok(Err(NoProof::NotYet)) };
    let at =
        decode_places(&run.seqs)?.binary_search(&seq).ok().and_then(|at| u64::try_from(at).ok());
    // Behind it others were logged, and it was not: it was put in later.
    Ok(at.map(|at| from_row(run.first_leaf) + at).ok_or(NoProof::Altered))
}

/// The best head over a leaf: one that a witness has signed, or the newest.
fn head_over(view: &mut View<'_>, index: u64) -> Result<Option<(LogRow, LogHeadRow)>, LogError> {
    let mut heads = view.log_heads()?;
    heads.retain(|head| from_row(head.size) > index);
    let cosigned = heads.iter().position(|head| head.cosigned).unwrap_or(0);
    let head = (cosigned < heads.len()).then(|| heads.swap_remove(cosigned));
    Ok(view.verifiable_log()?.zip(head))
}

/// What is logged of a response, and what it is made from, each as it is hashed.
fn recorded(view: &mut View<'_>, row: &Response) -> Result<(Vec<u8>, Vec<Vec<u8>>), LogError> {
    let made_from = made_from(view, std::slice::from_ref(row))?.pop().unwrap_or_default();
    let record = of_response(row.clone(), &made_from)?.encode()?;
    let attachments = made_from.iter().map(|it| it.encode()).collect::<Result<_, _>>()?;
    Ok((record, attachments))
}
