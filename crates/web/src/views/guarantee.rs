//! Guarantees as customs sees them: whose, what became of them, what was proposed.

use serde::Serialize;
use tongguan_application::guarantees::{
    Listed, Movement, MovementCause, MovementKind, MovementPlace, Proposal,
};
use tongguan_application::registry::standing_name;
use tongguan_domain::guarantee::Terms;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use utoipa::ToSchema;

use super::registry::GuaranteeView;

/// A guarantee, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuarantorView {
    /// The guarantor's number.
    party: i64,
    /// Its name.
    name: String,
    /// Its codes.
    codes: Vec<String>,
    /// The guarantee.
    guarantee: GuaranteeView,
}

/// Something that was held of a guarantee or given back (担保占用与恢复).
#[derive(Debug, Serialize, ToSchema)]
pub struct GuaranteeMovementView {
    /// When.
    at: String,
    /// `held` for goods that were released, `given-back` for goods that went back.
    kind: &'static str,
    /// How much, in CNY.
    amount: String,
    /// The declaration.
    declaration: String,
    /// Its 清单编号, or 预录入编号 before it has one.
    number: String,
    /// What led to it: `document`, `officer`, `command`, `time`, or `guarantee` where it was raised or reinstated;
    /// absent where the audit does not say.
    cause: Option<&'static str>,
    /// The officer, for customs alone.
    officer: Option<String>,
}

/// What customs grants (担保内容).
#[derive(Debug, Serialize, ToSchema)]
struct TermsView {
    /// The sum, in CNY.
    granted: String,
    /// The first day.
    #[schema(format = Date)]
    valid_from: String,
    /// The last day; open-ended where absent.
    #[schema(format = Date)]
    valid_to: Option<String>,
    /// `active` or `suspended`.
    standing: &'static str,
    /// The number of the guarantee document.
    reference: Option<String>,
}

/// A change of a guarantee (担保更改) that was proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuaranteeProposalView {
    /// Its number.
    n: i64,
    /// The guarantor's number.
    party: i64,
    /// What held when it was proposed.
    before: TermsView,
    /// What is to hold.
    after: TermsView,
    /// Why.
    reason: String,
    /// Who has proposed it.
    proposed_by: String,
    /// When.
    proposed_at: String,
    /// `waits`, `approved` or `turned-down`.
    standing: &'static str,
    /// Who has answered.
    answered_by: Option<String>,
    /// When.
    answered_at: Option<String>,
    /// Why it was turned down.
    refusal: Option<String>,
}

impl GuarantorView {
    /// Of a guarantee.
    pub fn of(listed: &Listed) -> Self {
        Self {
            party: listed.guarantee.party_id.0,
            name: listed.name.clone(),
            codes: listed.codes.clone(),
            guarantee: GuaranteeView::of(&listed.guarantee),
        }
    }
}

impl GuaranteeMovementView {
    /// Of a movement; officers are named to customs.
    pub fn of(movement: &Movement) -> Self {
        let (cause, officer) = match &movement.cause {
            None => (None, None),
            Some(MovementCause::Document) => (Some("document"), None),
            Some(MovementCause::Officer(name)) => (Some("officer"), Some(name.clone())),
            Some(MovementCause::Command) => (Some("command"), None),
            Some(MovementCause::Time) => (Some("time"), None),
            Some(MovementCause::Guarantee) => (Some("guarantee"), None),
        };
        Self {
            at: movement.place.at.to_string(),
            kind: match movement.kind {
                MovementKind::Held => "held",
                MovementKind::GivenBack => "given-back",
            },
            amount: movement.amount.to_string(),
            declaration: movement.place.declaration.to_string(),
            number: movement.number.clone(),
            cause,
            officer,
        }
    }

    /// For those who see no officer's name.
    #[must_use]
    pub fn without_officer(self) -> Self {
        Self { officer: None, ..self }
    }
}

/// The place of a movement, as `next` and addresses give it: `1795363200000000-17-4711`.
pub fn place_text(place: MovementPlace) -> String {
    format!("{}-{}-{}", place.at.micros(), place.seq, place.declaration.0)
}

/// A place again; nothing for what is none.
pub fn read_place(text: &str) -> Option<MovementPlace> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok().filter(|part| *part >= 0));
    let mut next = || parts.next().flatten();
    let (at, seq, declaration) = (next()?, next()?, next()?);
    let place =
        MovementPlace { at: Moment::from_micros(at), seq, declaration: DeclarationId(declaration) };
    (place_text(place) == text).then_some(place)
}

impl TermsView {
    fn of(terms: &Terms) -> Self {
        Self {
            granted: terms.granted.to_string(),
            valid_from: terms.valid_from.to_string(),
            valid_to: terms.valid_to.map(|day| day.to_string()),
            standing: standing_name(terms.standing),
            reference: terms.reference.clone(),
        }
    }
}

impl GuaranteeProposalView {
    /// Of a proposal.
    pub fn of(proposal: &Proposal) -> Self {
        let answer = proposal.answer.as_ref();
        Self {
            n: proposal.n,
            party: proposal.party.0,
            before: TermsView::of(&proposal.before),
            after: TermsView::of(&proposal.after),
            reason: proposal.reason.clone(),
            proposed_by: proposal.proposed_by.clone(),
            proposed_at: proposal.proposed_at.to_string(),
            standing: match answer {
                None => "waits",
                Some(answer) if answer.refusal.is_some() => "turned-down",
                Some(_) => "approved",
            },
            answered_by: answer.map(|answer| answer.by.clone()),
            answered_at: answer.map(|answer| answer.at.to_string()),
            refusal: answer.and_then(|answer| answer.refusal.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_was_given_is_read_again_and_nothing_else() {
        let place = MovementPlace {
            at: Moment::from_micros(1_795_363_200_000_000),
            seq: 17,
            declaration: DeclarationId(4711),
        };
        assert_eq!(read_place(&place_text(place)), Some(place));
        for text in ["", "1", "1-2", "1-2-3-4", "-1-2-3", "a-2-3", "1-2-03"] {
            assert_eq!(read_place(text), None, "{text}");
        }
    }
}
