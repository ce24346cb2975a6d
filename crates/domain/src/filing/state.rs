//! The life of a filing: from the day on which it was filed to the day on which another one replaces it.

use jiff::civil::Date;

use super::{FilingId, FilingStatus};
use crate::time::Moment;

/// Somebody who decides about filings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// The name that audit events have.
    pub sign_in: String,
    /// The name that others see.
    pub name: String,
}

/// That an officer has taken a filing up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Who.
    pub by: Officer,
    /// Since when.
    pub at: Moment,
}

/// What an officer answered, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who.
    pub by: Officer,
    /// When.
    pub at: Moment,
    /// Why, as the enterprise reads it.
    pub reason: String,
}

/// That a filing was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// By whom and when; the reason may be empty where nothing differs from what was filed.
    pub answer: Answer,
    /// The tariff code that counts, of goods: the officer's.
    pub hs_code: Option<Box<str>>,
    /// The last day on which it stands; open-ended when absent.
    pub valid_to: Option<Date>,
}

/// Where a filing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilingState {
    /// Waits for an officer (待审核).
    Filed,
    /// An officer is looking at it (审核中).
    TakenUp(Taken),
    /// Its enterprise has to correct it (退回补正).
    Returned(Answer),
    /// It is not approved (不予备案).
    Refused(Answer),
    /// Its enterprise took it back (已撤回).
    Withdrawn(Moment),
    /// It stands, until its last day (已备案).
    Approved(Approval),
    /// It stood, and does not count for the time being (已暂停).
    Suspended(Approval, Answer),
    /// It stood, until an officer ended it (已终止).
    Ended(Approval, Answer),
    /// It stood, until another filing took its place (已变更).
    Replaced {
        /// How it stood.
        approval: Approval,
        /// What stands now.
        by: FilingId,
        /// Since when.
        at: Moment,
    },
}

/// What happens where a colleague has taken a filing up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// It stays with the colleague.
    IfFree,
    /// It is taken over.
    Over,
}

/// What an officer does about a filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Approves it.
    Approve {
        /// The tariff code that counts, of goods; the proposed one where absent.
        hs_code: Option<Box<str>>,
        /// Its last day.
        valid_to: Option<Date>,
    },
    /// Has its enterprise correct it.
    Return,
    /// Does not approve it.
    Refuse,
    /// Suspends what stands.
    Suspend,
    /// Ends what stands or is suspended.
    End,
    /// Reviews again what was refused; lets stand again what was suspended, ended or has expired.
    Reopen {
        /// Its last day from now on, where it stands again.
        valid_to: Option<Date>,
    },
}

/// An act on a filing, by whom, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What is done.
    pub act: Act,
    /// By whom, when, and why; an empty reason is none.
    pub answer: Answer,
    /// Who filed it: nobody decides about what he filed himself.
    pub filed_by: String,
    /// The tariff code that was proposed, of goods.
    pub proposed_code: Option<Box<str>>,
    /// For how many minutes a filing is his who took it up.
    pub minutes: i64,
}

/// Something cannot be done about a filing where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// It stands elsewhere.
    #[error("the filing is {}, where this cannot be done", .0.name())]
    Elsewhere(FilingStatus),
    /// A colleague has it.
    #[error("`{}` has taken the filing up at {}", .0.by.sign_in, .0.at)]
    Taken(Taken),
    /// Who decides has filed it.
    #[error("nobody decides about what he filed himself")]
    OwnFiling,
    /// There is no reason.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// The officer's tariff code is another than the proposed one, and there is no reason.
    #[error("a reason is needed where the tariff code is another than the proposed one")]
    OtherCode,
    /// Its last day is over already.
    #[error("the last day is over already")]
    Past,
    /// Another filing stands in its place.
    #[error("filing {0} stands in its place")]
    OtherStands(FilingId),
}

impl Taken {
    /// Whether it still counts: it lapses after so many minutes.
    pub fn stands(&self, minutes: i64, now: Moment) -> bool {
        now < self.at.plus_millis(minutes * 60_000)
    }
}

impl Approval {
    /// Whether its last day is over.
    pub fn has_expired(&self, day: Date) -> bool {
        self.valid_to.is_some_and(|last| last < day)
    }
}

impl FilingState {
    /// Where it stands on a day.
    pub fn status(&self, day: Date) -> FilingStatus {
        match self {
            Self::Filed => FilingStatus::Filed,
            Self::TakenUp(_) => FilingStatus::TakenUp,
            Self::Returned(_) => FilingStatus::Returned,
            Self::Refused(_) => FilingStatus::Refused,
            Self::Withdrawn(_) => FilingStatus::Withdrawn,
            Self::Approved(approval) if approval.has_expired(day) => FilingStatus::Expired,
            Self::Approved(_) => FilingStatus::Approved,
            Self::Suspended(..) => FilingStatus::Suspended,
            Self::Ended(..) => FilingStatus::Ended,
            Self::Replaced { .. } => FilingStatus::Replaced,
        }
    }

    /// Whether it waits for an officer.
    pub const fn waits(&self) -> bool {
        matches!(self, Self::Filed | Self::TakenUp(_))
    }

    /// How it stands or stood, once it was approved.
    pub const fn approval(&self) -> Option<&Approval> {
        match self {
            Self::Approved(approval)
            | Self::Suspended(approval, _)
            | Self::Ended(approval, _)
            | Self::Replaced { approval, .. } => Some(approval),
            _ => None,
        }
    }

    /// Who has taken it up, where that has not lapsed.
    pub fn holder(&self, minutes: i64, now: Moment) -> Option<&Taken> {
        match self {
            Self::TakenUp(taken) if taken.stands(minutes, now) => Some(taken),
            _ => None,
        }
    }

    /// An officer takes it up.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn take_up(
        self,
        taken: Taken,
        taking: Taking,
        filed_by: &str,
        minutes: i64,
    ) -> Result<Self, NotAllowed> {
        if taken.by.sign_in == filed_by {
            return Err(NotAllowed::OwnFiling);
        }
        if let Some(holder) = self.holder(minutes, taken.at)
            && holder.by.sign_in != taken.by.sign_in
            && taking == Taking::IfFree
        {
            return Err(NotAllowed::Taken(holder.clone()));
        }
        match self {
            Self::Filed | Self::TakenUp(_) => Ok(Self::TakenUp(taken)),
            other => Err(other.elsewhere(taken.at)),
        }
    }

    /// An officer gives it back. What a colleague has meanwhile stays the colleague's.
    pub fn give_back(self, sign_in: &str) -> Self {
        match self {
            Self::TakenUp(taken) if taken.by.sign_in == sign_in => Self::Filed,
            other => other,
        }
    }

    /// Its enterprise files it again, corrected.
    ///
    /// # Errors
    /// [`NotAllowed::Elsewhere`].
    pub fn correct(self, now: Moment) -> Result<Self, NotAllowed> {
        match self {
            Self::Returned(_) => Ok(Self::Filed),
            other => Err(other.elsewhere(now)),
        }
    }

    /// Its enterprise takes it back.
    ///
    /// # Errors
    /// [`NotAllowed::Elsewhere`].
    pub fn withdraw(self, now: Moment) -> Result<Self, NotAllowed> {
        match self {
            Self::Filed | Self::TakenUp(_) | Self::Returned(_) => Ok(Self::Withdrawn(now)),
            other => Err(other.elsewhere(now)),
        }
    }

    /// Another filing takes its place.
    ///
    /// # Errors
    /// [`NotAllowed::Elsewhere`].
    pub fn replace(self, by: FilingId, at: Moment) -> Result<Self, NotAllowed> {
        match self {
            Self::Approved(approval) | Self::Suspended(approval, _) => {
                Ok(Self::Replaced { approval, by, at })
            }
            other => Err(other.elsewhere(at)),
        }
    }

    /// An officer decides about it.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn review(self, review: Review) -> Result<Self, NotAllowed> {
        let Review { act, answer, filed_by, proposed_code, minutes } = review;
        if answer.by.sign_in == filed_by {
            return Err(NotAllowed::OwnFiling);
        }
        if let Some(holder) = self.holder(minutes, answer.at)
            && holder.by.sign_in != answer.by.sign_in
        {
            return Err(NotAllowed::Taken(holder.clone()));
        }
        let today = answer.at.china_day();
        match (self, act) {
            (Self::Filed | Self::TakenUp(_), Act::Approve { hs_code, valid_to }) => {
                let hs_code = hs_code.or_else(|| proposed_code.clone());
                if hs_code != proposed_code && answer.reason.is_empty() {
                    return Err(NotAllowed::OtherCode);
                }
                approved(Approval { answer, hs_code, valid_to }, today)
            }
            (Self::Filed | Self::TakenUp(_), Act::Return) => reasoned(answer).map(Self::Returned),
            (Self::Filed | Self::TakenUp(_), Act::Refuse) => reasoned(answer).map(Self::Refused),
            (Self::Approved(approval), Act::Suspend) if !approval.has_expired(today) => {
                reasoned(answer).map(|answer| Self::Suspended(approval, answer))
            }
            (Self::Approved(approval) | Self::Suspended(approval, _), Act::End) => {
                reasoned(answer).map(|answer| Self::Ended(approval, answer))
            }
            (Self::Refused(_), Act::Reopen { .. }) => reasoned(answer).map(|_| Self::Filed),
            (Self::Suspended(approval, _) | Self::Ended(approval, _), Act::Reopen { valid_to }) => {
                stands_again(approval, answer, valid_to)
            }
            (Self::Approved(approval), Act::Reopen { valid_to }) if approval.has_expired(today) => {
                stands_again(approval, answer, valid_to)
            }
            (other, _) => Err(other.elsewhere(answer.at)),
        }
    }

    fn elsewhere(&self, now: Moment) -> NotAllowed {
        NotAllowed::Elsewhere(self.status(now.china_day()))
    }
}

fn stands_again(
    approval: Approval,
    answer: Answer,
    valid_to: Option<Date>,
) -> Result<FilingState, NotAllowed> {
    let today = answer.at.china_day();
    let answer = reasoned(answer)?;
    approved(Approval { answer, valid_to, ..approval }, today)
}

fn approved(approval: Approval, today: Date) -> Result<FilingState, NotAllowed> {
    if approval.has_expired(today) {
        return Err(NotAllowed::Past);
    }
    Ok(FilingState::Approved(approval))
}

fn reasoned(answer: Answer) -> Result<Answer, NotAllowed> {
    if answer.reason.is_empty() { Err(NotAllowed::ReasonNeeded) } else { Ok(answer) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn officer(name: &str) -> Officer {
        Officer { sign_in: name.to_owned(), name: name.to_uppercase() }
    }

    fn at(minute: i64) -> Moment {
        Moment::start_of(date(2026, 11, 23)).plus_millis(minute * 60_000)
    }

    fn review(act: Act, by: &str, reason: &str) -> Review {
        Review {
            act,
            answer: Answer { by: officer(by), at: at(0), reason: reason.to_owned() },
            filed_by: "clerk".to_owned(),
            proposed_code: Some("3304990029".into()),
            minutes: 30,
        }
    }

    fn approve(hs_code: Option<&str>) -> Act {
        Act::Approve { hs_code: hs_code.map(Into::into), valid_to: None }
    }

    #[test]
    fn nobody_decides_about_what_he_filed_nor_takes_it_up() {
        let own = FilingState::Filed.review(review(approve(None), "clerk", ""));
        assert_eq!(own, Err(NotAllowed::OwnFiling));
        let taken = Taken { by: officer("clerk"), at: at(0) };
        let own = FilingState::Filed.take_up(taken, Taking::Over, "clerk", 30);
        assert_eq!(own, Err(NotAllowed::OwnFiling));
    }

    #[test]
    fn another_code_than_the_proposed_one_needs_a_reason() {
        let state = FilingState::Filed;
        let refused = state.clone().review(review(approve(Some("3304990099")), "zhang", ""));
        assert_eq!(refused, Err(NotAllowed::OtherCode));
        let approved = state.clone().review(review(approve(None), "zhang", "")).unwrap();
        assert_eq!(approved.approval().unwrap().hs_code.as_deref(), Some("3304990029"));
        let other = review(approve(Some("3304990099")), "zhang", "归类有误");
        let approved = state.review(other).unwrap();
        assert_eq!(approved.approval().unwrap().hs_code.as_deref(), Some("3304990099"));
    }

    #[test]
    fn what_a_colleague_has_is_his_until_it_lapses_or_is_taken_over() {
        let take = |state: FilingState, by: &str, taking, minute| {
            state.take_up(Taken { by: officer(by), at: at(minute) }, taking, "clerk", 30)
        };
        let taken = take(FilingState::Filed, "li", Taking::IfFree, 0).unwrap();
        let held = taken.clone().review(review(approve(None), "zhang", ""));
        assert!(matches!(held, Err(NotAllowed::Taken(it)) if it.by.sign_in == "li"));
        assert!(take(taken.clone(), "zhang", Taking::IfFree, 29).is_err());
        assert!(take(taken.clone(), "zhang", Taking::Over, 29).is_ok());
        assert!(take(taken.clone(), "zhang", Taking::IfFree, 31).is_ok());
        assert_eq!(taken.clone().give_back("zhang"), taken);
        assert_eq!(taken.give_back("li"), FilingState::Filed);
    }

    /// Every act from every state: where it leads, or that it cannot be done there.
    #[test]
    fn each_act_is_possible_where_the_table_says() {
        use FilingStatus as S;
        let act = |name: &str| match name {
            "approve" => approve(None),
            "return" => Act::Return,
            "refuse" => Act::Refuse,
            "suspend" => Act::Suspend,
            "end" => Act::End,
            _ => Act::Reopen { valid_to: None },
        };
        let answer = Answer { by: officer("zhang"), at: at(0), reason: "因".to_owned() };
        let approval = |valid_to| Approval { answer: answer.clone(), hs_code: None, valid_to };
        let expired = Some(date(2026, 11, 22));
        let by = FilingId(2);
        let states = [
            (
                FilingState::Filed,
                [Some(S::Approved), Some(S::Returned), Some(S::Refused), None, None, None],
            ),
            (FilingState::Returned(answer.clone()), [None; 6]),
            (FilingState::Refused(answer.clone()), [None, None, None, None, None, Some(S::Filed)]),
            (FilingState::Withdrawn(at(0)), [None; 6]),
            (
                FilingState::Approved(approval(None)),
                [None, None, None, Some(S::Suspended), Some(S::Ended), None],
            ),
            (
                FilingState::Approved(approval(expired)),
                [None, None, None, None, Some(S::Ended), Some(S::Approved)],
            ),
            (
                FilingState::Suspended(approval(None), answer.clone()),
                [None, None, None, None, Some(S::Ended), Some(S::Approved)],
            ),
            (
                FilingState::Ended(approval(None), answer.clone()),
                [None, None, None, None, None, Some(S::Approved)],
            ),
            (FilingState::Replaced { approval: approval(None), by, at: at(0) }, [None; 6]),
        ];
        for (state, expected) in states {
            let names = ["approve", "return", "refuse", "suspend", "end", "reopen"];
            for (name, expected) in names.into_iter().zip(expected) {
                let next = state.clone().review(review(act(name), "zhang", "因"));
                let found = next.ok().map(|next| next.status(date(2026, 11, 23)));
                assert_eq!(found, expected, "{name} of {state:?}");
            }
        }
    }

    #[test]
    fn a_last_day_that_is_over_is_none() {
        let act = Act::Approve { hs_code: None, valid_to: Some(date(2026, 11, 22)) };
        assert_eq!(FilingState::Filed.review(review(act, "zhang", "")), Err(NotAllowed::Past));
        let act = Act::Approve { hs_code: None, valid_to: Some(date(2026, 11, 23)) };
        let state = FilingState::Filed.review(review(act, "zhang", "")).unwrap();
        assert_eq!(state.status(date(2026, 11, 23)), FilingStatus::Approved);
        assert_eq!(state.status(date(2026, 11, 24)), FilingStatus::Expired);
    }

    #[test]
    fn an_enterprise_corrects_and_takes_back_only_what_is_not_decided() {
        let answer = Answer { by: officer("zhang"), at: at(0), reason: "因".to_owned() };
        let returned = FilingState::Returned(answer.clone());
        assert_eq!(returned.clone().correct(at(1)), Ok(FilingState::Filed));
        assert_eq!(returned.withdraw(at(1)), Ok(FilingState::Withdrawn(at(1))));
        assert!(FilingState::Filed.correct(at(1)).is_err());
        let refused = FilingState::Refused(answer);
        assert!(refused.clone().withdraw(at(1)).is_err() && refused.correct(at(1)).is_err());
    }
}
