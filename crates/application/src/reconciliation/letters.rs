//! Mailboxes: each counts from 1 without gaps, and every letter is of a response.

use std::collections::BTreeSet;

use tongguan_domain::ids::DxpId;
use tongguan_storage::{Mail, Store};

use super::{Disagreement, Looked, PAGE, Reconciled, ReconciliationError};

/// Looks through all mailboxes.
///
/// # Errors
/// [`ReconciliationError`].
pub(super) fn look(
    store: &Store,
    done: &mut Reconciled,
    tell: &mut dyn FnMut(Looked),
) -> Result<(), ReconciliationError> {
    let mut after: Option<(DxpId, i64)> = None;
    loop {
        let (page, there) = store.read(|view| {
            let page = view.letters_behind(after.as_ref(), PAGE)?;
            let places: BTreeSet<_> = page.iter().map(|mail| (mail.partition, mail.seq)).collect();
            let responses = view.responses(&places.into_iter().collect::<Vec<_>>())?;
            let there: BTreeSet<_> = responses.iter().map(|it| (it.partition, it.seq)).collect();
            Ok::<_, ReconciliationError>((page, there))
        })?;
        if page.is_empty() {
            return Ok(());
        }
        done.letters += page.len() as u64;
        for mail in page {
            follow(&mut after, &mail, done);
            if !there.contains(&(mail.partition, mail.seq)) {
                let (mailbox, n) = (mail.dxp_id.to_string(), mail.n);
                done.note(Disagreement::NoResponse { mailbox, n });
            }
        }
        tell(Looked::Letters(done.letters));
    }
}

/// Notes the first number that is left out between two letters.
fn follow(after: &mut Option<(DxpId, i64)>, mail: &Mail, done: &mut Reconciled) {
    let expected = match after {
        Some((mailbox, n)) if *mailbox == mail.dxp_id => *n + 1,
        _ => 1,
    };
    if mail.n != expected {
        done.note(Disagreement::Gap { mailbox: mail.dxp_id.to_string(), n: expected });
    }
    *after = Some((mail.dxp_id.clone(), mail.n));
}
