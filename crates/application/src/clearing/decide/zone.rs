//! Deciding bonded lists and gate passes that came by message, and telling what officers did about them.
//!
//! A document that is wrong is answered and leaves nothing behind. Where the reader, the parties or a
//! repeated number of the enterprise stand in the way, the technical receipt says so; what the account book
//! stands against, the review says.

mod repetition;
mod told;

use std::sync::Arc;

use tongguan_domain::bonded::StockKey;
use tongguan_domain::bonded::declared::{CarriedGoods, DeclaredList, DeclaredPass};
use tongguan_domain::bonded::list::{BondedList, BondedListState, BondedListStep};
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::bonded::review::{
    CHANGE_NOT_TAKEN, NOT_DELETABLE, NamedList, ORIGINAL_MISSING, REFERENCE_TAKEN, review_list,
    review_pass,
};
use tongguan_domain::commerce::Action;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{BondedListNumber, GatePassNumber, ZoneProvisionalNumber};
use tongguan_messages::zone::answer::{
    Intake, Receipt, Review, ReviewResult, ZoneAnswer, list_standing, pass_standing,
};
use tongguan_messages::zone::{ZoneDocument, ZoneMessage};

use super::{Circumstances, Undecidable};
use crate::clearing::outcome::{Cause, Entry, Subject, ZoneVerdict};
use crate::clearing::working_set::Draft;
use crate::clearing::zone::{
    By, ListRecord, Lodged, NamedBy, PassRecord, Referenced, ZoneSubmitted, ZoneTold,
};
use crate::numbering::{Series, SeriesExhausted};

pub use told::{news, reason};
use told::{pass_told, refused, tell_steps};

/// Where a bonded list stands in its message.
const LIST_AT: &str = "/Signature/Object/Package/DataInfo/BussinessData/InvtMessage";
/// Where a gate pass stands in its message.
const PASS_AT: &str = "/Signature/Object/Package/DataInfo/BussinessData/PassPortMessage";
/// Who reviews what needs no officer.
const MACHINE: &str = "自动审核";

/// Decides a bonded list or gate pass.
pub fn submitted(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    document: &ZoneSubmitted,
) -> Result<(), Undecidable> {
    let mut desk = Desk { draft, circumstances, document };
    if let Some(standing) = desk.acted_on_already() {
        desk.repeat(&standing);
        return Ok(());
    }
    match &document.declared {
        ZoneDocument::List(list) => match list.action {
            Action::Create => desk.lodge_list(list),
            Action::Change => desk.refuse(Defect::at(&CHANGE_NOT_TAKEN, LIST_AT)),
            Action::Delete => desk.withdraw_list(list),
        },
        ZoneDocument::Pass(pass) => match pass.action {
            Action::Create => desk.lodge_pass(pass),
            Action::Change => desk.refuse(Defect::at(&CHANGE_NOT_TAKEN, PASS_AT)),
            Action::Delete => desk.give_up_pass(pass),
        },
    }
}

/// One document that is decided.
struct Desk<'d, 's, 'b> {
    draft: &'d mut Draft<'s>,
    circumstances: &'d Circumstances<'b>,
    document: &'d ZoneSubmitted,
}

impl Desk<'_, '_, '_> {
    fn lodge_list(&mut self, list: &DeclaredList) -> Result<(), Undecidable> {
        if let Some(Referenced::List(key)) = self.draft.referenced(&self.document.reference())
            && let Some(standing) = self.draft.list(key).cloned()
            && !is_free_again(standing.state)
            && let Some(lodged) = &standing.lodged
        {
            if lodged.content != self.document.content {
                return self.refuse(taken(lodged, LIST_AT, "InvtHeadType/EtpsInnerInvtNo"));
            }
            self.repeat_list(&standing);
            return Ok(());
        }
        let provisional_no = self.provisional_number()?;
        self.receive(&provisional_no);
        let day = self.circumstances.at.china_day();
        let stocks = &*self.draft;
        let registered = |item: &_| {
            let key = StockKey { book: list.book.clone(), item: Clone::clone(item) };
            stocks.stock(&key).map(|record| (&*record.item, record.stock))
        };
        let book = stocks.account_book(&list.book);
        let reviewed = review_list(list, self.document.holder, day, book, registered, LIST_AT);
        let reviewed = match reviewed {
            Ok(reviewed) => reviewed,
            Err(defects) => {
                let review = self.review(ZoneMessage::Inv201, &provisional_no, list.action);
                self.tell(refused(review, &defects));
                self.note(ZoneVerdict::Refused);
                return Ok(());
            }
        };
        let partition = self.document.partition();
        let series = Series::bonded_list(partition, list.office, self.circumstances.at);
        let number = self.circumstances.serials.zone_number(series, BondedListNumber::parse)?;
        let standing = list_standing(list, (number.as_str(), &provisional_no), ("", ""));
        let formal = list.is_declared_formally.then_some(None);
        let why = match &*reviewed.for_an_officer {
            [] => "INV101".to_owned(),
            prices => prices.iter().map(reason).collect::<Vec<_>>().join("；"),
        };
        let mut record = ListRecord {
            list: BondedList { book: list.book.clone(), number, lines: reviewed.lines },
            state: BondedListState::Lodged,
            gate_pass: None,
            named_by: Vec::new(),
            steps: vec![(BondedListState::Lodged, self.circumstances.at, by(&why))],
            lodged: Some(self.lodged(provisional_no, standing, formal)),
        };
        if reviewed.for_an_officer.is_empty() {
            let step = record.take(BondedListStep::Approve, by(MACHINE), self.circumstances.at);
            debug_assert!(step.is_ok(), "a lodged list can be approved");
        }
        self.note(match record.state {
            BondedListState::Lodged => ZoneVerdict::ForAnOfficer,
            _ => ZoneVerdict::Approved,
        });
        self.draft.lodge(record.key());
        self.draft.set_referenced(self.document.reference(), Referenced::List(record.key()));
        tell_steps(self.draft, self.circumstances, record)
    }

    fn withdraw_list(&mut self, list: &DeclaredList) -> Result<(), Undecidable> {
        let named = self.draft.referenced(&self.document.reference()).cloned();
        let record = match &named {
            Some(Referenced::List(key)) => self.draft.list(key).cloned(),
            _ => None,
        };
        let is_it = |record: &Arc<ListRecord>| {
            list.number.as_ref().is_none_or(|number| *number == record.list.number)
        };
        let Some(record) = record.filter(is_it) else {
            let defect = Defect::at(&ORIGINAL_MISSING, LIST_AT).found(&list.reference);
            return self.refuse(defect);
        };
        if record.state == BondedListState::Withdrawn {
            self.repeat_list(&record);
            return Ok(());
        }
        let mut record = ListRecord::clone(&record);
        let at = self.circumstances.at;
        if !record.named_by.is_empty()
            || record.take(BondedListStep::Withdraw, by("INV101"), at).is_err()
        {
            return self.refuse(Defect::at(&NOT_DELETABLE, LIST_AT).found(&record.list.number));
        }
        if let Some(lodged) = &mut record.lodged {
            lodged.messages.push(self.document.fingerprint);
            let number = lodged.provisional_no.clone();
            self.receive(&number);
        }
        self.note(ZoneVerdict::Ended);
        tell_steps(self.draft, self.circumstances, record)
    }

    fn lodge_pass(&mut self, pass: &DeclaredPass) -> Result<(), Undecidable> {
        if let Some(Referenced::Pass(number)) = self.draft.referenced(&self.document.reference())
            && let Some(standing) = self.draft.pass(number).cloned()
            && standing.state != GatePassState::GivenUp
        {
            if standing.lodged.content != self.document.content {
                let at = "PassportHead/EtpsPreentNo";
                return self.refuse(taken(&standing.lodged, PASS_AT, at));
            }
            self.repeat_pass(&standing);
            return Ok(());
        }
        let provisional_no = self.provisional_number()?;
        self.receive(&provisional_no);
        let records = self.named_lists(pass);
        let named: Vec<_> = records.iter().filter_map(|list| self.named(list)).collect();
        let kept_as = |goods: &CarriedGoods| {
            let book = records.first()?.list.book.clone();
            let stock = self.draft.stock(&StockKey { book, item: goods.item.clone() })?;
            let unit = goods.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty());
            stock.item.kept_as(unit.unwrap_or(&stock.item.unit), goods.quantity)
        };
        let reviewed = review_pass(pass, self.document.holder, &named, kept_as, PASS_AT);
        let carried = match reviewed {
            Ok(carried) => carried,
            Err(defects) => {
                let review = self.review(ZoneMessage::Sas221, &provisional_no, pass.action);
                self.tell(refused(review, &defects));
                self.note(ZoneVerdict::Refused);
                return Ok(());
            }
        };
        let partition = self.document.partition();
        let series = Series::gate_pass(partition, pass.office, self.circumstances.at);
        let number = self.circumstances.serials.zone_number(series, GatePassNumber::parse)?;
        let standing = pass_standing(pass, (number.as_str(), &provisional_no), "");
        let record = PassRecord {
            number: number.clone(),
            state: GatePassState::Approved,
            since: self.circumstances.at,
            by: None,
            lists: records.iter().map(|list| list.key()).collect(),
            lodged: self.lodged(provisional_no, standing, None),
        };
        for list in records {
            let mut list = ListRecord::clone(&list);
            let (pass, carried) = (number.clone(), carried.clone());
            list.named_by.push(NamedBy { pass, carried, passed: false });
            self.draft.set_list(list);
        }
        self.draft.set_referenced(self.document.reference(), Referenced::Pass(number));
        self.note(ZoneVerdict::Approved);
        let told = pass_told(&record, ZoneMessage::Sas221, Action::Create, self.circumstances.at);
        self.draft.set_pass(record);
        self.tell(told);
        Ok(())
    }

    fn give_up_pass(&mut self, pass: &DeclaredPass) -> Result<(), Undecidable> {
        let named = self.draft.referenced(&self.document.reference()).cloned();
        let record = match &named {
            Some(Referenced::Pass(number)) => self.draft.pass(number).cloned(),
            _ => None,
        };
        let is_it = |record: &Arc<PassRecord>| {
            pass.number.as_ref().is_none_or(|number| *number == record.number)
        };
        let Some(record) = record.filter(is_it) else {
            let defect = Defect::at(&ORIGINAL_MISSING, PASS_AT).found(&pass.reference);
            return self.refuse(defect);
        };
        if record.state == GatePassState::GivenUp {
            self.repeat_pass(&record);
            return Ok(());
        }
        let Ok(state) = record.state.give_up() else {
            return self.refuse(Defect::at(&NOT_DELETABLE, PASS_AT).found(&record.number));
        };
        for key in &record.lists {
            if let Some(list) = self.draft.list(key).cloned() {
                let mut list = ListRecord::clone(&list);
                list.named_by.retain(|named_by| named_by.pass != record.number);
                self.draft.set_list(list);
            }
        }
        let since = self.circumstances.at;
        let mut record = PassRecord { state, since, ..PassRecord::clone(&record) };
        record.lodged.messages.push(self.document.fingerprint);
        self.receive(&record.lodged.provisional_no);
        self.note(ZoneVerdict::Ended);
        let told = pass_told(&record, ZoneMessage::Sas221, Action::Delete, since);
        self.draft.set_pass(record);
        self.tell(told);
        Ok(())
    }

    /// The lists that a gate pass names: of several with one number, those of the enterprise come first.
    fn named_lists(&self, pass: &DeclaredPass) -> Vec<Arc<ListRecord>> {
        let of = |list: &ListRecord| {
            let book = self.draft.account_book(&list.list.book);
            book.is_some_and(|book| book.holder == self.document.holder)
        };
        let named = |number: &BondedListNumber| {
            let lists = self.draft.lists_numbered(number);
            let own = lists.iter().find(|list| of(list));
            own.or(lists.first()).map(|list| Arc::clone(list))
        };
        pass.lists.iter().filter_map(named).collect()
    }

    fn named(&self, list: &ListRecord) -> Option<NamedList> {
        let book = self.draft.account_book(&list.list.book)?;
        let (parts, whole): (Vec<_>, Vec<_>) =
            list.named_by.iter().partition(|named_by| !named_by.carried.is_empty());
        let number = |named_by: &[&NamedBy]| named_by.first().map(|named_by| named_by.pass.clone());
        Some(NamedList {
            number: list.list.number.clone(),
            holder: book.holder,
            office: book.office,
            state: list.state,
            whole: number(&whole),
            part: number(&parts),
            left: list.left(|_| true),
        })
    }

    fn provisional_number(&self) -> Result<ZoneProvisionalNumber, SeriesExhausted> {
        let series = Series::zone_provisional(self.document.partition(), self.circumstances.at);
        self.circumstances.serials.zone_number(series, ZoneProvisionalNumber::parse)
    }

    fn lodged(
        &self,
        provisional_no: ZoneProvisionalNumber,
        standing: Vec<(Box<str>, Box<str>)>,
        formal: Option<Option<Box<str>>>,
    ) -> Lodged {
        let mut messages = self.acted_on();
        messages.push(self.document.fingerprint);
        Lodged {
            provisional_no,
            reference: self.document.reference().reference,
            holder: self.document.holder,
            mailbox: self.document.mailbox.clone(),
            source: self.document.source,
            content: self.document.content,
            messages,
            standing,
            formal,
            told: 0,
        }
    }

    fn review(
        &self,
        message: ZoneMessage,
        provisional_no: &ZoneProvisionalNumber,
        action: Action,
    ) -> Review {
        Review {
            message,
            provisional_no: provisional_no.clone(),
            number: None,
            action,
            result: ReviewResult::Refused,
            at: self.circumstances.at,
            notes: Vec::new(),
            standing: Vec::new(),
        }
    }

    /// The technical receipt of a document that is taken in.
    fn receive(&mut self, provisional_no: &ZoneProvisionalNumber) {
        let reference = self.document.reference().reference.as_str().into();
        self.tell(ZoneAnswer::Receipt(Receipt {
            provisional_no: Some(provisional_no.clone()),
            reference,
            text: "处理成功".to_owned(),
            outcome: Intake::Taken,
        }));
    }

    /// The technical receipt of a document that is not.
    fn refuse(&mut self, defect: Defect) -> Result<(), Undecidable> {
        self.tell(ZoneAnswer::Receipt(Receipt {
            provisional_no: None,
            reference: self.document.reference().reference.as_str().into(),
            text: reason(&defect).into(),
            outcome: Intake::Refused,
        }));
        self.note(ZoneVerdict::TurnedAway);
        Ok(())
    }

    /// The audit entry of what became of the document; a repetition decides nothing and has none.
    fn note(&mut self, verdict: ZoneVerdict) {
        self.draft.note(Entry {
            partition: self.document.partition(),
            subject: Subject::Zone(self.document.reference(), verdict),
            cause: Cause::Document(self.document.source),
            statuses: Vec::new(),
        });
    }

    fn tell(&mut self, answer: ZoneAnswer) {
        let ZoneSubmitted { source, mailbox, .. } = self.document;
        let (partition, mailbox) = (self.document.partition(), mailbox.clone());
        self.draft.tell(ZoneTold { partition, mailbox, source: *source, answer });
    }
}

/// Whether the enterprise's number may name another list, because what it named came to nothing.
const fn is_free_again(state: BondedListState) -> bool {
    matches!(
        state,
        BondedListState::Refused | BondedListState::Withdrawn | BondedListState::NotAdmitted
    )
}

fn taken(lodged: &Lodged, at: &str, element: &str) -> Defect {
    let defect = Defect::at(&REFERENCE_TAKEN, format!("{at}/{element}"));
    defect.found(&lodged.reference).expected(&lodged.provisional_no)
}

fn by(reason: &str) -> By {
    By { officer: MACHINE.into(), reason: reason.into() }
}
