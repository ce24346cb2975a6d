//! Consolidation (汇总申报), decided: requests as they come in, and what was merged of them.

mod portion;
mod request;

pub(super) use portion::NOTHING;
pub use portion::RESULT_LINES;
pub(super) use request::request;

use tongguan_domain::consolidation::Reached;
use tongguan_domain::ids::ConsolidationNumber;
use tongguan_domain::time::Moment;
use tongguan_storage::Partition;

use super::{Circumstances, Undecidable};
use crate::clearing::consolidation::{Consolidating, RequestKey};
use crate::clearing::working_set::Draft;
use crate::numbering::Series;

/// A portion does not fit the request as it stands: it was merged from something older. It is merged
/// anew from what stands now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Moved {
    /// The request is not stored.
    #[error("request to consolidate {} is not stored", .0.reference)]
    NoSuchRequest(RequestKey),
    /// It has come farther, or has ended.
    #[error("request to consolidate {} stands at {now:?}, not at {then:?}", key.reference)]
    Elsewhere {
        /// The request.
        key: RequestKey,
        /// Where it was when it was read.
        then: Option<Reached>,
        /// Where it is.
        now: Option<Reached>,
    },
    /// A declaration was consolidated by another request, or its goods came back.
    #[error("declaration {0} cannot be consolidated any more")]
    Taken(String),
}

/// Carries a command out.
pub(super) fn consolidate(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    consolidating: &Consolidating,
) -> Result<(), Undecidable> {
    match consolidating {
        Consolidating::Open(opening) => request::open(draft, circumstances, opening),
        Consolidating::Portion(portion) => portion::merged(draft, circumstances, portion),
    }
}

/// The official numbers that a command may need, each with how many of it.
pub fn wanted(consolidating: &Consolidating, at: Moment) -> Vec<(Series, i64)> {
    match consolidating {
        Consolidating::Open(opening) => {
            let bucket = Partition::of_party(opening.merchant);
            vec![(Series::consolidation(bucket, at), 1)]
        }
        Consolidating::Portion(portion) => {
            let Some(form) = portion.forms.first() else { return Vec::new() };
            let bucket = Partition::of_party(form.head.merchant);
            let count = i64::try_from(portion.forms.len()).unwrap_or(i64::MAX);
            let formal = Series::formal(bucket, portion.office, at);
            vec![(Series::consolidation(bucket, at), count), (formal, count)]
        }
    }
}

/// A number of a request or of a result.
fn sum_no(
    circumstances: &Circumstances<'_>,
    partition: Partition,
) -> Result<ConsolidationNumber, Undecidable> {
    Ok(circumstances.serials.consolidation_number(partition, circumstances.at)?)
}
