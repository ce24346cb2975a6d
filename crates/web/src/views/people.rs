//! People who sign in.

use serde::Serialize;
use tongguan_application::people::Person;
use utoipa::ToSchema;

/// Somebody who signs in (人员).
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// The name to sign in with.
    sign_in: String,
    /// The name that others see.
    name: String,
    /// As what: `clerk`, `officer` and so on.
    role: &'static str,
    /// For whom: the number of a party, the four digits of an office, or the name of an authority.
    organisation: String,
    /// Whether a password was chosen.
    has_password: bool,
    /// Whether an account at a provider of identity is linked.
    has_account: bool,
    /// Whether a second factor is set up.
    has_second_factor: bool,
    /// Whether the person was shut out.
    is_shut_out: bool,
    /// When the person was first let in.
    added_at: String,
}

impl PersonView {
    /// Of a person.
    pub fn of(person: &Person) -> Self {
        Self {
            sign_in: person.sign_in.to_string(),
            name: person.name.clone(),
            role: person.standing.role().name(),
            organisation: person.standing.organisation(),
            has_password: person.has_password,
            has_account: person.has_account,
            has_second_factor: person.has_second_factor,
            is_shut_out: person.is_shut_out,
            added_at: person.added_at.to_string(),
        }
    }
}
