//! Zstandard, level 1: a signed message shrinks to a fifth or less, and higher levels cost more than the
//! bytes they save.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

/// No body is longer, whatever its frame says: a message has at most 32 MiB.
pub(super) const LONGEST_BODY: usize = 64 << 20;

thread_local! {
    // A context is some 100 KiB to set up and clear; kept, it saves more than it compresses.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

pub(super) fn compress(body: &[u8]) -> std::io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(1)?),
        };
        compressor.compress(body)
    })
}

pub(super) fn decompress(compressed: &[u8]) -> std::io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        let length = Decompressor::upper_bound(compressed).unwrap_or(LONGEST_BODY);
        decompressor.decompress(compressed, length.min(LONGEST_BODY))
    })
}
