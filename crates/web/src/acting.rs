//! What handlers that act have in common, of pages and of the interface: the declaration that a number names,
//! and the desk.

use std::sync::Arc;

use tongguan_application::deciding::Decides;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::review::Found;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;

use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::problem::Problem;
use crate::trace::part;

/// The one declaration within reach that goes by a number.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Ambiguous`].
pub async fn named(
    shared: &Shared,
    reach: Reach,
    number: String,
) -> Result<DeclarationId, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    match blocking(move || enquiries.find(reach, &number, now)).await? {
        Found::One(id) => Ok(id),
        Found::Nothing => Err(Problem::NotFound),
        Found::Several(ids) => {
            Err(Problem::Ambiguous(ids.iter().map(ToString::to_string).collect()))
        }
    }
}

/// Acts at the desk of the running service, on a thread that may wait.
///
/// # Errors
/// Why it was not done.
pub async fn act<T, E>(
    shared: &Shared,
    caller: &Caller,
    work: impl FnOnce(&mut dyn Decides) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    let mut desk = shared.access.desk(Some(caller.actor()));
    let acting = tokio::task::spawn_blocking(move || work(&mut desk));
    part("decide", acting).await.map_err(|_| Problem::OutcomeUnknown)?.map_err(Into::into)
}

/// Changes what is changed by a transaction of its own, on a thread that may wait.
///
/// # Errors
/// Why it was not done.
pub async fn record<T, E>(
    shared: &Shared,
    work: impl FnOnce(&Enquiries) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    let enquiries = Arc::clone(&shared.access.enquiries);
    aside(move || work(&enquiries)).await?.map_err(Into::into)
}

/// Who acts, for the audit.
pub fn actor(caller: &Caller) -> String {
    caller.audit_name()
}
