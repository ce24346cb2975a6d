//! The collector: fetches what upstream answers and hands it over, message by message.

use std::sync::Arc;

use crate::ports::{NotSent, Upstream};

/// Fetches what comes from upstream.
pub struct Collector {
    upstream: Arc<dyn Upstream>,
}

/// Something was not collected; it comes again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCollected {
    /// It could not be fetched or put away.
    #[error("nothing can be had from upstream: {0}")]
    Upstream(#[from] NotSent),
    /// It could not be kept here.
    #[error("what came from upstream was not kept: {0}")]
    NotKept(String),
}

impl Collector {
    /// From this window.
    pub fn new(upstream: Arc<dyn Upstream>) -> Self {
        Self { upstream }
    }

    /// Fetches what is there, and puts it away upstream once `keep` has kept all of its messages for good, each
    /// under the name of its place. Gives how many messages were kept.
    ///
    /// # Errors
    /// [`NotCollected`]; what was put away stays so.
    pub fn collect(
        &self,
        keep: &mut dyn FnMut(String, Vec<u8>) -> Result<(), String>,
    ) -> Result<usize, NotCollected> {
        let mut kept = 0;
        for arrived in self.upstream.fetch()? {
            for (message, n) in arrived.messages.into_iter().zip(1..) {
                keep(format!("upstream/{}/{n}", arrived.place), message)
                    .map_err(NotCollected::NotKept)?;
                kept += 1;
            }
            self.upstream.done(&arrived.place)?;
        }
        Ok(kept)
    }
}
