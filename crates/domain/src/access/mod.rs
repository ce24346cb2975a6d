//! Who may do what (权限): people and programs, what they are to the window, and what that lets them do.
//!
//! A [`Standing`] says for whom somebody acts and as what; [`Permission::of`] is the table of what a role may
//! do; [`Reach`] says whose records. All three are pure: whoever asks has the answer without a database.

mod permission;
mod sign_in;
mod standing;

pub use permission::Permission;
pub use sign_in::{BadSignIn, SignIn};
pub use standing::{Authority, BadStanding, Reach, Role, Standing};
