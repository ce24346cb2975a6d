//! One declaration being decided: its record, its document, and what it is told.

use std::sync::Arc;

use tongguan_codelists::AllowanceYear;
use tongguan_domain::allowance::AllowanceKey;
use tongguan_domain::declaration::{Assessed, Entered, ImportState, Lodged, Release, Reservation};
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::DeclarationFacts;
use tongguan_domain::guarantee::Guarantee;
use tongguan_domain::lane::Lane;
use tongguan_domain::money::Money;
use tongguan_domain::status::ReturnStatus;
use tongguan_messages::ceb::TaxBillStatus;

use super::reply::Replying;
use super::{Circumstances, Undecidable, allowance, delivery, goods, stock};
use crate::clearing::outcome::{Account, Bill, Cause, EvidenceDrawn, Posting, Subject};
use crate::clearing::record::{
    ClaimKey, DeclarationRecord, DocumentKind, DocumentRecord, DocumentState, Facts,
};
use crate::clearing::working_set::Draft;

/// A declaration being decided. [`Case::close`] puts everything back into the draft.
pub struct Case {
    /// The declaration.
    pub record: DeclarationRecord,
    /// The document that it is.
    pub document: DocumentRecord,
    /// What it is told.
    pub replying: Replying,
}

impl Case {
    /// Takes up a stored declaration.
    pub fn reopen(
        draft: &Draft<'_>,
        circumstances: &Circumstances<'_>,
        record: &Arc<DeclarationRecord>,
    ) -> Option<Self> {
        let document = draft.document(&record.document)?;
        let mut replying = Replying::to_stored(circumstances, document, &record.answer);
        replying.number(record.provisional_no.clone());
        if let Some(number) = record.state.number() {
            replying.declared(number.clone());
        }
        Some(Self {
            record: DeclarationRecord::clone(record),
            document: DocumentRecord::clone(document),
            replying,
        })
    }

    /// Refuses the declaration: what it held is given back, and its order may be declared anew.
    pub fn refuse(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        defects: &[Defect],
    ) -> Result<(), Undecidable> {
        self.replying.refuse(defects);
        self.end(draft, circumstances, ImportState::Refused, DocumentState::Refused)
    }

    /// Ends the declaration before its release.
    pub fn end(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        state: ImportState,
        document: DocumentState,
    ) -> Result<(), Undecidable> {
        self.give_back(draft)?;
        if !state.is_live() {
            self.free_waybill(draft, circumstances);
        }
        self.document.state = document;
        self.move_to(state)
    }

    /// Takes the declaration back to where it was before it was declared, because it was changed.
    pub fn take_back(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        assessed: &Assessed,
    ) -> Result<(), Undecidable> {
        self.give_back(draft)?;
        self.free_waybill(draft, circumstances);
        self.move_to(ImportState::Stored(assessed.clone()))
    }

    /// Changes the state, by one of the ways there are.
    pub fn move_to(&mut self, state: ImportState) -> Result<(), Undecidable> {
        let before = &self.record.state;
        if before.way_to(&state).is_none() {
            let (from, to) = (before.status(), state.status());
            return Err(Undecidable::NoWay { id: self.record.id, from, to });
        }
        self.record.state = state;
        Ok(())
    }

    /// Enters a matched declaration (120) and sends it down its lane.
    pub fn enter(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
    ) -> Result<(), Undecidable> {
        let ImportState::Waiting { lodged, .. } = &self.record.state else { return Ok(()) };
        let lodged = lodged.clone();
        let facts = self.record.facts.clone();
        let wanted = stock::wanted(draft, circumstances, &facts).and_then(|wanted| {
            let is_of_book = !wanted.drawn.is_empty();
            Ok((goods::of_import(draft, circumstances, &facts, is_of_book)?, wanted))
        });
        let (remark, wanted) = match wanted {
            Ok(wanted) => wanted,
            Err(defects) => {
                self.replying.say(ReturnStatus::Sent, "发送海关成功");
                return self.refuse(draft, circumstances, &defects);
            }
        };
        stock::hold(draft, &wanted.drawn)?;
        self.record.stock = wanted.drawn;
        let partition = self.document.key.dossier.partition;
        let number =
            circumstances.serials.declaration_number(partition, facts.office, circumstances.at)?;
        self.replying.say(ReturnStatus::Sent, "发送海关成功");
        self.replying.declared(number.clone());
        self.replying.say(ReturnStatus::Entered, "[Code:1800;Desc:逻辑校验通过]");
        let price =
            if wanted.priced_otherwise { "; 单价超出账册备案价格区间" } else { "" };
        self.send_down(draft, circumstances, Entered { number, lodged }, [price, &remark])
    }

    /// Sends an entered declaration down its lane. What an officer is to look at of `price` and `goods` is empty
    /// where there is nothing.
    fn send_down(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        entered: Entered,
        [price, goods]: [&str; 2],
    ) -> Result<(), Undecidable> {
        let facts = self.record.facts.clone();
        let is_asked = self.draw_evidence(draft, circumstances);
        let hs_codes = facts.items.iter().map(|item| &*item.hs_code);
        let draw = circumstances.draws.draw(facts.office, self.record.id);
        let office = circumstances.office(facts.office);
        match office.selectivity.select(facts.merchant, hs_codes, draw) {
            Lane::Red => {
                self.replying.say(ReturnStatus::Examined, format!("查验{goods}"));
                self.move_to(ImportState::UnderExamination(entered))
            }
            Lane::Yellow => self.review(entered, goods),
            Lane::Green if entered.lodged.tax.is_none() => {
                self.review(entered, &format!("; 商品税率或清单备注条件待人工确认{goods}"))
            }
            Lane::Green if !price.is_empty() || !goods.is_empty() => {
                self.review(entered, &format!("{price}{goods}"))
            }
            Lane::Green if is_asked && office.evidence_review => {
                self.review(entered, "; 正在调取支付相关原始数据")
            }
            Lane::Green if draft.has_findings(facts.office, facts.platform) => {
                self.review(entered, "; 该平台近期支付数据核查有异常")
            }
            Lane::Green => self.accept(draft, circumstances, entered),
        }
    }

    /// Has the platform asked for payment evidence where chance chooses the declaration; says whether it does.
    fn draw_evidence(&self, draft: &mut Draft<'_>, circumstances: &Circumstances<'_>) -> bool {
        let DeclarationFacts { office, platform, order_no, .. } = &*self.record.facts;
        let settled = circumstances.office(*office);
        let rate = u32::from(settled.evidence_per_10_000);
        // A draw is a keyed hash: offices that want none pay for none.
        if rate == 0 || circumstances.draws.evidence(*office, self.record.id).position() >= rate {
            return false;
        }
        draft.ask_for_evidence(EvidenceDrawn {
            declaration: self.record.id,
            office: *office,
            platform: *platform,
            order_no: order_no.clone(),
            minutes: settled.evidence_minutes,
        });
        true
    }

    /// The defects if a year has turned since the declaration was lodged, and the buyer's new year has
    /// no room for it.
    pub fn no_room(
        &self,
        draft: &Draft<'_>,
        circumstances: &Circumstances<'_>,
        lodged: &Lodged,
    ) -> Result<Vec<Defect>, Undecidable> {
        let reserved = &lodged.reservation;
        let key = self.counted_for(circumstances, reserved.key);
        if key == reserved.key {
            return Ok(Vec::new());
        }
        let wanted = Reservation { key, ..reserved.clone() };
        allowance::over_limits(draft, &wanted, lodged.annual_limit, &self.record.facts.items)
    }

    /// Finishes the review (399) and releases as soon as the parcel has entered, where the office wants to
    /// know it in a supervised place, and the guarantee allows.
    pub fn accept(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        entered: Entered,
    ) -> Result<(), Undecidable> {
        let id = self.record.id;
        let tax = entered.lodged.tax.as_ref().ok_or(Undecidable::NoRate(id))?.total;
        let defects = self.no_room(draft, circumstances, &entered.lodged)?;
        if !defects.is_empty() {
            return self.refuse(draft, circumstances, &defects);
        }
        if self.awaits_entry(draft, circumstances) {
            self.replying.say(ReturnStatus::Reviewed, "审结; 包裹尚未入库，待放行");
            return self.move_to(ImportState::AwaitingEntry(entered));
        }
        let guarantor = self.record.facts.guarantor;
        let guarantee = draft.guarantee(guarantor).ok_or(Undecidable::NoGuarantee(id))?;
        if let Some(held) = guarantee.hold(tax, circumstances.at) {
            if !matches!(self.record.state, ImportState::AwaitingEntry(_)) {
                self.replying.say(ReturnStatus::Reviewed, "审结");
            }
            return self.release(draft, circumstances, entered, held);
        }
        let mut reason = format!(
            "审结; 税款担保可用余额不足，待放行：应缴税款{tax}，可用余额{}",
            guarantee.free(circumstances.at)
        );
        if guarantee.queued > Money::ZERO {
            reason.push_str(&format!("，在前排队税款{}", guarantee.queued));
        }
        self.replying.say(ReturnStatus::Reviewed, reason);
        draft.set_guarantee(guarantor, guarantee.queue(tax)?);
        self.move_to(ImportState::AwaitingGuarantee(entered))
    }

    /// Releases the goods (800) with their tax bill; `held` is the guarantee with the tax held against
    /// it. That the year has room for the goods is found out before, by [`Self::no_room`].
    pub fn release(
        &mut self,
        draft: &mut Draft<'_>,
        circumstances: &Circumstances<'_>,
        entered: Entered,
        held: Guarantee,
    ) -> Result<(), Undecidable> {
        let Entered { number, lodged } = entered;
        let tax = lodged.tax.ok_or(Undecidable::NoRate(self.record.id))?;
        stock::draw(draft, &self.record, number.as_str())?;
        let year = self.counted_for(circumstances, lodged.reservation.key);
        let used = allowance::spend(draft, lodged.reservation, year)?;
        draft.set_guarantee(self.record.facts.guarantor, held);
        self.post(
            draft,
            Account::AllowanceUsed(used.key),
            Account::AllowanceFree(used.key),
            used.amount,
        );
        let guarantor = self.record.facts.guarantor;
        let (held, free) = (Account::GuaranteeHeld(guarantor), Account::GuaranteeFree(guarantor));
        self.post(draft, held, free, tax.total);
        self.replying.say(ReturnStatus::Released, "[Code:2600;Desc:放行]");
        let declaration = self.record.id;
        let bill_number = format!("{number}_0");
        let owed = tax.clone();
        let status = TaxBillStatus::Issued;
        self.replying.bill(|at| Bill {
            declaration,
            n: 1,
            number: bill_number,
            status,
            at,
            tax: owed,
        });
        let release = Release { number, released_at: circumstances.at, used, tax };
        self.move_to(ImportState::Released(release))?;
        self.close_if_delivered(draft)
    }

    /// Closes a released declaration whose parcel was signed for already (899).
    pub fn close_if_delivered(&mut self, draft: &Draft<'_>) -> Result<(), Undecidable> {
        match delivery::is_delivered(draft, &waybill_claim(&self.record.facts)) {
            true => self.finish("结关"),
            false => Ok(()),
        }
    }

    /// Closes a released declaration (899).
    pub fn finish(&mut self, text: &str) -> Result<(), Undecidable> {
        if let ImportState::Released(release) = self.record.state.clone() {
            self.move_to(ImportState::Closed(release))?;
            self.replying.say(ReturnStatus::Closed, text);
        }
        Ok(())
    }

    /// Puts the case back and sends what it was told.
    pub fn close(mut self, draft: &mut Draft<'_>, cause: Cause) {
        let subject = Subject::Declaration(self.record.id);
        self.document.replied_at = self.replying.send(draft, &self.document.key, subject, cause);
        self.document.facts = Some(Arc::new(Facts::Declaration(self.record.id)));
        draft.set_document(self.document);
        draft.set_declaration(self.record);
    }

    fn review(&mut self, entered: Entered, why: &str) -> Result<(), Undecidable> {
        self.replying.say(ReturnStatus::InReview, format!("[Code:1200;Desc:待人工审核]{why}"));
        self.move_to(ImportState::InReview(entered))
    }

    /// Gives back what the declaration holds of its buyer's year, its place before the guarantee, and its
    /// bonded stock.
    fn give_back(&mut self, draft: &mut Draft<'_>) -> Result<(), Undecidable> {
        if let Some(held) = self.record.state.reservation() {
            allowance::give_back(draft, held)?;
        }
        self.leave_guarantee_queue(draft)?;
        stock::let_go(draft, &mut self.record)
    }

    fn free_waybill(&self, draft: &mut Draft<'_>, circumstances: &Circumstances<'_>) {
        let mut claim = draft.claim(&waybill_claim(&self.record.facts), circumstances.at);
        if claim.declaration == Some(self.record.id) {
            claim.declaration = None;
            draft.set_claim(claim);
        }
    }

    /// Whether the office releases only what has entered a supervised place, and this has not. Bonded goods
    /// come out of one.
    fn awaits_entry(&self, draft: &Draft<'_>, circumstances: &Circumstances<'_>) -> bool {
        let facts = &self.record.facts;
        let claim = || draft.claim(&waybill_claim(facts), circumstances.at);
        circumstances.office(facts.office).release_after_entry
            && !facts.mode.is_bonded()
            && claim().arrived_at.is_none()
    }

    fn leave_guarantee_queue(&self, draft: &mut Draft<'_>) -> Result<(), Undecidable> {
        if let ImportState::AwaitingGuarantee(entered) = &self.record.state {
            let tax = entered.lodged.tax.as_ref().map_or(Money::ZERO, |tax| tax.total);
            let guarantor = self.record.facts.guarantor;
            if let Some(guarantee) = draft.guarantee(guarantor) {
                draft.set_guarantee(guarantor, guarantee.leave_queue(tax)?);
            }
        }
        Ok(())
    }

    /// The allowance that a release at this moment counts for, by the office's setting.
    fn counted_for(
        &self,
        circumstances: &Circumstances<'_>,
        reserved: AllowanceKey,
    ) -> AllowanceKey {
        let facts = &self.record.facts;
        match circumstances.settings.allowance_year(facts.office, facts.declared_on) {
            AllowanceYear::Release => {
                AllowanceKey { year: circumstances.at.china_day().year(), ..reserved }
            }
            AllowanceYear::Lodging => reserved,
        }
    }

    /// Posts an amount, unless it is nothing.
    pub fn post(&self, draft: &mut Draft<'_>, debit: Account, credit: Account, amount: Money) {
        if amount > Money::ZERO {
            draft.post(Posting { declaration: self.record.id, debit, credit, amount });
        }
    }
}

/// The claim of the waybill that a declaration names.
pub fn waybill_claim(facts: &DeclarationFacts) -> ClaimKey {
    ClaimKey {
        kind: DocumentKind::Waybill,
        party: facts.carrier,
        number: facts.waybill_no.as_str().into(),
    }
}
