//! The declarations of an office (清单), as its page and the JSON interface ask for them, and as a file.

use std::sync::Arc;

use axum::response::Response;
use serde::Deserialize;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::parcels::{DeclaredFilter, ParcelPage, ParcelsError};
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, OfficeCode, PartyId};
use tongguan_domain::party::Party;
use tongguan_domain::registry::Registry;
use utoipa::IntoParams;

use crate::Shared;
use crate::caller::blocking;
use crate::language::Language;
use crate::parcels::{self, file_of};
use crate::problem::Problem;

/// Which declarations are wanted, as an address says it; all within reach where it says nothing.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Numbers of statuses (回执状态), separated by commas; at most ten.
    #[param(example = "300,500", pattern = "^([0-9]+(,[0-9]+)*)?$")]
    pub status: String,
    /// `import` or `export`.
    #[param(example = "import", pattern = "^(import|export)?$")]
    pub direction: String,
    /// Lodged on this day or later, in China.
    #[param(example = "2026-11-01")]
    pub from: String,
    /// Lodged on this day or earlier.
    #[param(example = "2026-11-30")]
    pub to: String,
    /// Lodged at this office (申报地海关). An officer has the own one, and nothing is listed of another.
    #[param(example = "2916", pattern = "^([0-9]{4})?$")]
    pub office: String,
    /// A code of the enterprise that is platform, merchant or declarant, or its number; of one that nobody knows
    /// nothing is listed.
    #[param(example = "330196M002", max_length = 60)]
    pub party: String,
}

/// What is looked for, within whose reach.
#[derive(Debug, Clone)]
pub struct Sought {
    reach: Reach,
    filter: DeclaredFilter,
    party: String,
}

impl Wanted {
    /// What is looked for, by whoever has such a reach.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for a part that does not read.
    pub fn sought(&self, reach: Reach) -> Result<Sought, Problem> {
        let office = match self.office.as_str() {
            "" => None,
            code => Some(OfficeCode::parse(code).map_err(|_| Problem::Malformed("office"))?),
        };
        let parcels = self.parcels().filter()?;
        let filter = DeclaredFilter { parcels, office, party: None };
        Ok(Sought { reach, filter, party: self.party.trim().to_owned() })
    }

    /// What it shares with the list of an enterprise.
    pub fn parcels(&self) -> parcels::Wanted {
        let Self { status, direction, from, to, .. } = self.clone();
        parcels::Wanted { status, direction, from, to, number: String::new() }
    }
}

impl Sought {
    /// A page of it.
    fn page(
        &self,
        enquiries: &Enquiries,
        behind: Option<DeclarationId>,
        most: usize,
    ) -> Result<ParcelPage, ParcelsError> {
        let mut filter = self.filter.clone();
        if !self.party.is_empty() {
            match named(&*enquiries.registry()?, &self.party) {
                None => return Ok(ParcelPage::default()),
                party => filter.party = party,
            }
        }
        enquiries.declared(self.reach, &filter, behind, most)
    }
}

/// A page of what is looked for, and who is registered.
///
/// # Errors
/// What cannot be read.
pub async fn listed(
    shared: &Shared,
    sought: Sought,
    behind: Option<DeclarationId>,
    most: usize,
) -> Result<(ParcelPage, Arc<Registry>), Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let listing = move || {
        let page = sought.page(&enquiries, behind, most)?;
        Ok::<_, ParcelsError>((page, enquiries.registry()?))
    };
    blocking(listing).await
}

/// Everything that is looked for, as a file that is written while it is read.
///
/// # Errors
/// As [`file_of`].
pub async fn file(
    shared: &Shared,
    sought: Sought,
    language: Language,
) -> Result<Response, Problem> {
    let list = move |enquiries: &Enquiries, behind, most| sought.page(enquiries, behind, most);
    file_of(shared, "declarations.csv", language, list).await
}

fn named(registry: &Registry, code: &str) -> Option<PartyId> {
    let is_named = |party: &&Party| {
        party.id.to_string() == code || party.codes.iter().any(|known| known.as_str() == code)
    };
    registry.parties().find(is_named).map(|party| party.id)
}
