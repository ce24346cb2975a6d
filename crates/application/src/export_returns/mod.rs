//! Returns of exported goods, behind what clearing does: what waits for an officer, what an officer decides,
//! and what a consolidation has to leave out.
//!
//! | | |
//! |---|---|
//! | [`of`] | the returns of export declarations |
//! | [`returned_by_line`] | how much of each line is back |
//! | [`to_amend`] | the lines of formal declarations that hold what came back later |
//! | [`amendments`] | the same, of one formal declaration |
//! | [`queue`] | what waits for an officer, page by page |
//! | [`find`] | a return by the number of its export declaration |
//! | [`decide`] | a ruling, or an exchange, committed, with what was told |

mod amend;
mod back;
mod decide;
mod find;

pub use amend::{Amendment, ToAmend, amendments, to_amend};
pub use back::returned_by_line;
pub use decide::{DecideError, Decided, Decision, Verdict, decide};
pub use find::{Found, find, of, queue};
