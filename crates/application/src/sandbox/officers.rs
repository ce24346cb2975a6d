//! Automatic officers: they rule as the end of an order number asks for.
//!
//! They sit at the desk as people do, and nothing that decides knows of them.

use tongguan_codelists::Pack;
use tongguan_domain::declaration::{Detention, Ruling};
use tongguan_domain::ids::OrderNumber;
use tongguan_domain::status::ReturnStatus;

use super::Sandbox;
use crate::deciding::Decides;
use crate::review::{DecideError, Decision, Filter, Place, Queued, ReviewError, decide, queue};

/// Declarations that are looked at at a time.
const PAGE: usize = 100;
/// What every asked-for outcome begins with in an order number: no platform numbers its orders so.
const MARK: &str = "-SANDBOX-";
/// Who rules, in the audit.
const OFFICER: &str = "沙箱自动关员";

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Released, as any parcel is with which nothing is wrong.
    Release,
    /// Left in review, for the enterprise's own officer.
    Review,
    /// Left under examination, for the enterprise's own officer.
    Examine,
    /// Detained after an examination.
    Detain,
    /// Shipped back after an examination.
    ShipBack,
    /// Refused.
    Refuse,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Release, Self::Review, Self::Examine, Self::Detain, Self::ShipBack, Self::Refuse];

    /// What an order number ends with that asks for it; nothing for a release.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Release => "",
            Self::Review => "-SANDBOX-REVIEW",
            Self::Examine => "-SANDBOX-EXAMINE",
            Self::Detain => "-SANDBOX-DETAIN",
            Self::ShipBack => "-SANDBOX-SHIP-BACK",
            Self::Refuse => "-SANDBOX-REFUSE",
        }
    }

    /// What becomes of the parcel, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => ("放行（800）", "released (800)"),
            Self::Review => ("停在人工审核（300）", "left in review (300)"),
            Self::Examine => ("停在查验（500）", "left under examination (500)"),
            Self::Detain => ("查验后扣留（502）", "detained after examination (502)"),
            Self::ShipBack => ("查验后退运（700）", "shipped back after examination (700)"),
            Self::Refuse => ("退单（100）", "refused (100)"),
        }
    }

    /// The one that has this ending.
    pub fn with_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.ending() == ending)
    }

    /// What an order number asks for. One that has the mark and asks for nothing known is left in review.
    fn of(order_no: &OrderNumber) -> Self {
        match order_no.as_str().rfind(MARK) {
            None => Self::Release,
            Some(at) => Self::with_ending(&order_no.as_str()[at..]).unwrap_or(Self::Review),
        }
    }

    /// What an automatic officer does with a declaration that stands so.
    fn ruling(self, status: ReturnStatus) -> Option<(Ruling, &'static str)> {
        let examine = Some((Ruling::Examine, "沙箱：需开箱查验"));
        match (status, self) {
            (ReturnStatus::InReview, Self::Release) => Some((Ruling::Accept, "沙箱：单证相符")),
            (ReturnStatus::InReview, Self::Refuse) => Some((Ruling::Refuse, "沙箱：申报不实")),
            (ReturnStatus::InReview, Self::Examine | Self::Detain | Self::ShipBack) => examine,
            (ReturnStatus::Examined, Self::Detain) => {
                Some((Ruling::Detain(Detention::Investigation), "沙箱：涉嫌走私"))
            }
            (ReturnStatus::Examined, Self::ShipBack) => {
                Some((Ruling::ShipBack, "沙箱：不符合入境要求"))
            }
            _ => None,
        }
    }
}

impl Sandbox {
    /// Has the automatic officers look at everything once; gives how many rulings they made. What they could
    /// not rule on stays where it is.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn rule(&self, desk: &mut dyn Decides, pack: &Pack) -> Result<usize, ReviewError> {
        let mut ruled = 0;
        for status in [ReturnStatus::InReview, ReturnStatus::Examined] {
            let filter = Filter { status: Some(status), ..Filter::default() };
            let mut place: Option<Place> = None;
            loop {
                let page = self.store.read(|view| queue(view, filter, place, PAGE))?;
                for decision in page.rows.iter().filter_map(decision) {
                    match decide(desk, pack, &decision) {
                        Ok(_) => ruled += 1,
                        // Somebody was quicker, or it cannot be: it is looked at again next time.
                        Err(DecideError::Review(error)) => return Err(error),
                        Err(_) => {}
                    }
                }
                match page.next {
                    Some(next) => place = Some(next),
                    None => break,
                }
            }
        }
        Ok(ruled)
    }
}

fn decision(queued: &Queued) -> Option<Decision> {
    let (ruling, reason) = Outcome::of(&queued.order_no).ruling(queued.status)?;
    let (officer, reason) = (OFFICER.to_owned(), reason.to_owned());
    Some(Decision { declaration: queued.id, ruling, officer, reason, approver: None, seen: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_number_asks_for_what_it_ends_with() {
        let of = |number: &str| Outcome::of(&OrderNumber::parse(number).unwrap());
        for outcome in Outcome::ALL {
            assert_eq!(of(&format!("A-1{}", outcome.ending())), outcome);
        }
        assert_eq!(of("REFUSE"), Outcome::Release, "a word alone asks for nothing");
        assert_eq!(of("A-SANDBOX-REFUSED"), Outcome::Review, "what is misspelt is left to people");
    }
}
