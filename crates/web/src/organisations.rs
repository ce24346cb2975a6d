//! For whom somebody is let in, as pages and the JSON interface are told it.

use std::sync::Arc;

use tongguan_domain::access::{Role, Standing};

use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;
use crate::wording::Wording;

/// What stands for an enterprise that is not registered yet and will file itself.
pub const NEW: &str = "new";

/// What somebody is to be, of those whom the caller manages. Who runs the system names a registered party, or
/// [`NEW`]; `present` is what the person is until now, whose organisation stays as it is.
///
/// # Errors
/// [`Problem::Field`] at `/role` or `/organisation`.
pub async fn standing(
    shared: &Shared,
    caller: &Caller,
    role: &str,
    organisation: &str,
    present: Option<Standing>,
) -> Result<Standing, Problem> {
    let own = caller.standing.organisation();
    let organisation = match caller.standing {
        Standing::System => organisation.trim().to_owned(),
        _ if organisation.is_empty() => own,
        _ => organisation.to_owned(),
    };
    let is_new = caller.standing == Standing::System && organisation == NEW;
    let organisation = if is_new {
        let enquiries = Arc::clone(&shared.access.enquiries);
        blocking(move || enquiries.next_party()).await?.to_string()
    } else {
        organisation
    };
    let standing = Standing::parse(role, &organisation).map_err(|_| not_given())?;
    // Programs have keys and do not sign in.
    if !caller.standing.manages(standing) || standing.role() == Role::Program {
        return Err(not_given());
    }
    let party = match standing {
        Standing::Enterprise { party, .. } | Standing::Facility(party) => party,
        _ => return Ok(standing),
    };
    let stays = present.is_some_and(|present| present.organisation() == organisation);
    if caller.standing != Standing::System || stays || is_new {
        return Ok(standing);
    }
    let enquiries = Arc::clone(&shared.access.enquiries);
    if blocking(move || enquiries.is_registered(party)).await? {
        return Ok(standing);
    }
    let why = Wording::new(
        format!("没有编号为{organisation}的单位；请在“单位”页查找，或填写new表示尚未备案的新企业"),
        format!(
            "No organisation has the number {organisation}. Look it up under Organisations, or say {NEW} for an enterprise \
             that is not registered yet"
        ),
    );
    Err(Problem::Field { pointer: "/organisation".to_owned(), why })
}

/// The role is none that the caller gives, or does not go with the organisation.
fn not_given() -> Problem {
    let why = Wording::new(
        "您不能给予该角色，或单位与角色不符：企业填单位编号，关员填四位关区代码，其他监管部门填其名称",
        "You do not give that role, or the organisation does not go with it: the number of a party, the four digits of an \
         office, or the name of an authority",
    );
    Problem::Field { pointer: "/role".to_owned(), why }
}
