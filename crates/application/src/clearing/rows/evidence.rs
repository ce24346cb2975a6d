//! Rows of what platforms are to be asked for.

use tongguan_domain::time::Moment;
use tongguan_storage::EvidenceDemandRow;

use crate::clearing::outcome::EvidenceDrawn;
use crate::evidence::{Asking, Stage, new_row};

/// The demands that chance made. One that is there already stays: a declaration that is entered again after it was
/// changed is asked about once.
pub fn evidence_demands(drawn: &[EvidenceDrawn], at: Moment) -> Vec<EvidenceDemandRow> {
    let row = |drawn: &EvidenceDrawn| {
        new_row(
            &Asking {
                declaration: drawn.declaration,
                office: drawn.office,
                platform: drawn.platform,
                order_no: drawn.order_no.clone(),
                minutes: drawn.minutes,
            },
            Stage::DRAWN,
            at,
        )
    };
    drawn.iter().map(row).collect()
}
