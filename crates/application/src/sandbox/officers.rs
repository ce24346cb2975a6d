//! Automatic officers: they rule as the end of an order number asks for.
//!
//! They sit at the desk as people do, and nothing that decides knows of them.

use tongguan_codelists::Pack;
use tongguan_domain::declaration::{Detention, Ruling};
use tongguan_domain::filing::{Act, FilingId, FilingState, Matter, Officer};
use tongguan_domain::ids::OrderNumber;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::StorageError;

use super::{Sandbox, cause};
use crate::deciding::Decides;
use crate::filing::{self, FilingError, Scope};
use crate::review::{
    DecideError, Decision, Direction, Filter, Place, Queued, ReviewError, decide, queue,
};

/// Declarations that are looked at at a time.
const PAGE: usize = 100;
/// Filings that are looked at at a time.
const PAGE_OF_FILINGS: i64 = 100;
/// What every asked-for outcome begins with in an order number: no platform numbers its orders so.
const MARK: &str = "-SANDBOX-";
/// Who rules, in the audit.
pub(super) const OFFICER: &str = "沙箱自动关员";

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
    /// Waits for its payment, an export for its waybill, until the time for that is over: nobody rules on it.
    Expire,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Release,
        Self::Review,
        Self::Examine,
        Self::Detain,
        Self::ShipBack,
        Self::Refuse,
        Self::Expire,
    ];

    /// What an order number ends with that asks for it; nothing for a release.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Release => "",
            Self::Review => "-SANDBOX-REVIEW",
            Self::Examine => "-SANDBOX-EXAMINE",
            Self::Detain => "-SANDBOX-DETAIN",
            Self::ShipBack => "-SANDBOX-SHIP-BACK",
            Self::Refuse => "-SANDBOX-REFUSE",
            Self::Expire => "-SANDBOX-EXPIRE",
        }
    }

    /// What becomes of the parcel, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => {
                ("放行（800；出口随后离境，899）", "released (800); an export leaves then (899)")
            }
            Self::Review => ("停在人工审核（300）", "left in review (300)"),
            Self::Examine => ("停在查验（500）", "left under examination (500)"),
            Self::Detain => (
                "查验后扣留（502；出口停在查验）",
                "detained after examination (502); an export is left there (500)",
            ),
            Self::ShipBack => (
                "查验后退运（700；出口为退单）",
                "shipped back after examination (700); an export is refused (100)",
            ),
            Self::Refuse => ("退单（100）", "refused (100)"),
            Self::Expire => (
                "等待支付单（出口为运单），期限届满后退单（100）",
                "waits for its payment, an export for its waybill; refused when the time for that is over (100)",
            ),
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
    fn ruling(self, status: ReturnStatus, direction: Direction) -> Option<(Ruling, &'static str)> {
        let examine = Some((Ruling::Examine, "沙箱：需开箱查验"));
        match (status, self) {
            // Exports are neither detained nor shipped back: they have not left.
            (ReturnStatus::Examined, Self::ShipBack) if direction == Direction::Export => {
                Some((Ruling::Refuse, "沙箱：不符合出境要求"))
            }
            (ReturnStatus::Examined, Self::Detain) if direction == Direction::Export => None,
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

impl Sandbox {
    /// Has the automatic officers decide about every filing that nobody has taken up; gives how many they decided.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn review_filings(&self, now: Moment) -> Result<usize, StorageError> {
        let (mut decided, mut after) = (0, FilingId(0));
        loop {
            let page = self
                .store
                .read(|view| filing::waiting(view, Scope::All, None, after, PAGE_OF_FILINGS))?;
            let Some(last) = page.last() else { return Ok(decided) };
            after = last.id;
            for filing in page.iter().filter(|filing| filing.state == FilingState::Filed) {
                let Some((act, reason)) = answer(&filing.matter) else { continue };
                let name = OFFICER.to_owned();
                let decision = filing::Decision {
                    filing: filing.id,
                    act,
                    officer: Officer { sign_in: name.clone(), name },
                    cause: cause(),
                    reason: reason.to_owned(),
                    minutes: 0,
                    office: None,
                };
                match filing::decide(&self.store, decision, now) {
                    Ok(_) => decided += 1,
                    Err(FilingError::Storage(error)) => return Err(error),
                    // Somebody was quicker, or it cannot be: it is looked at again next time.
                    Err(_) => {}
                }
            }
        }
    }
}

/// What an automatic officer answers to a filing: what the item number of goods, or the name of an enterprise,
/// ends with asks for it. Nothing where it is left to people.
fn answer(matter: &Matter) -> Option<(Act, &'static str)> {
    let asking = match matter {
        Matter::Goods(goods) => &*goods.item_no,
        Matter::Enterprise(enterprise) => &enterprise.name,
        Matter::Certificate(_) => "",
    };
    match asking.rfind(MARK).map(|at| &asking[at..]) {
        None => Some((Act::Approve { hs_code: None, valid_to: None }, "沙箱：准予备案")),
        Some("-SANDBOX-RETURN") => Some((Act::Return, "沙箱：请补正后重新提交")),
        Some("-SANDBOX-REFUSE") => Some((Act::Refuse, "沙箱：不予备案")),
        Some(_) => None,
    }
}

fn decision(queued: &Queued) -> Option<Decision> {
    let (ruling, reason) = Outcome::of(&queued.order_no).ruling(queued.status, queued.direction)?;
    let (officer, reason) = (OFFICER.to_owned(), reason.to_owned());
    Some(Decision { declaration: queued.id, ruling, officer, reason, approver: None, seen: None })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;
    use tongguan_domain::filing::{FilingStatus, GoodsReader, read_enterprise};
    use tongguan_storage::seal::Keyring;

    use super::*;
    use crate::desk::{Desk, noon};
    use crate::history::Actor;
    use crate::people::{People, Policy};
    use crate::registry::snapshot;
    use crate::sandbox::{Kind, Post, authority};

    on_both_engines! {
        the_filings_of_a_test_enterprise_are_answered_as_they_ask,
    }

    fn the_filings_of_a_test_enterprise_are_answered_as_they_ask(desk: &Desk) {
        let (store, now) = (desk.store.clone(), noon(1));
        let keyring = Arc::new(Keyring::from_master(&[3; 32]));
        let people = Arc::new(People::open(&store, keyring, Policy::default()).unwrap());
        let authority = authority(now).unwrap();
        let sandbox = Sandbox::new(store.clone(), people, authority, Box::new(|_| Ok(())));
        let enterprise = sandbox.enterprise(&sandbox.found(now).unwrap()).unwrap();
        let registry = store.read(snapshot).unwrap();
        let code = &enterprise.member(Kind::Merchant).party.code;
        let party = registry.named(code).unwrap().id;
        let reader = GoodsReader::new(&Pack::builtin(), date(2026, 11, 1));
        let goods = |item: &str| {
            let texts = [
                ("itemNo", item),
                ("gcode", "3304990029"),
                ("gname", "面霜"),
                ("gmodel", "50ml"),
                ("unit", "件"),
                ("unit1", "千克"),
                ("qty1", "1"),
                ("netWeight", "1"),
            ];
            Matter::Goods(Box::new(reader.read(&texts.into_iter().collect()).unwrap()))
        };
        let matters = ["A", "B-SANDBOX-RETURN", "C-SANDBOX-REVIEW"].map(goods).to_vec();
        let clerk = Post::Clerk.sign_in(enterprise.number).unwrap();
        let filer = filing::Filer { party, by: Actor::named(&clerk), office: None };
        filing::file(&store, &filer, matters, now).unwrap();
        assert_eq!(sandbox.review_filings(now).unwrap(), 2);
        assert_eq!(sandbox.review_filings(now).unwrap(), 0, "what is left is left to people");
        let query = filing::Query::default();
        let all = store
            .read(|view| filing::list(view, Scope::Party(party), &query, None, 9, now))
            .unwrap();
        let statuses: Vec<_> = all.iter().map(|one| one.state.status(now.china_day())).collect();
        assert_eq!(statuses, [FilingStatus::Filed, FilingStatus::Returned, FilingStatus::Approved]);
    }

    #[test]
    fn goods_and_names_ask_for_what_they_end_with() {
        let of = |name: &str| {
            let texts =
                [("name", name), ("credit_code", "91350100M000100Y43"), ("roles", "merchant")];
            let filed = read_enterprise(&texts.into_iter().collect(), &[]).unwrap();
            answer(&Matter::Enterprise(filed)).map(|(act, _)| act)
        };
        assert!(matches!(of("某某商贸"), Some(Act::Approve { .. })));
        assert_eq!(of("某某-SANDBOX-RETURN"), Some(Act::Return));
        assert_eq!(of("某某-SANDBOX-REFUSE"), Some(Act::Refuse));
        assert_eq!(of("某某-SANDBOX-REVIEW"), None, "it is left to the enterprise's own officer");
    }

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
