//! Requests of bonded zones: read, their parties resolved, their signer checked.
//!
//! What fails here is answered by a technical receipt that says why; a format refusal (900) is CEB's.

use roxmltree::Document as Tree;
use tongguan_domain::bonded::declared::ZoneParties;
use tongguan_domain::bonded::review::{DECLARANT_WRONG, PARTY_UNKNOWN, STORED_ONLY};
use tongguan_domain::commerce::Stage;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DxpId, PartyId};
use tongguan_domain::party::{NamedParty, Party, Role};
use tongguan_domain::time::Moment;
use tongguan_messages::zone::answer::{Intake as Taken, Receipt, ZoneAnswer};
use tongguan_messages::zone::{self, ZoneDocument, ZoneMessage, ZoneReading};
use tongguan_storage::{self as storage, Partition};

use super::envelope::Envelope;
use super::{Intake, Opened, Received, Refused, Summary};
use crate::clearing::batch::Notice;
use crate::clearing::decide::zone_reason;
use crate::clearing::incoming::Incoming;
use crate::clearing::record::Source;
use crate::clearing::rows;
use crate::clearing::write::response_kind;
use crate::clearing::zone::ZoneSubmitted;

impl Intake {
    pub(super) fn open_zone(
        &mut self,
        tree: &Tree<'_>,
        envelope: Option<&Envelope>,
        received: &Received,
        message: &mut storage::Message,
    ) -> Result<Opened, Refused> {
        let reading = zone::read(tree);
        message.kind = reading.message.map(|kind| kind.code().to_owned());
        message.guid = Some(reading.envelope.number.to_string()).filter(|it| !it.is_empty());
        let mailbox = envelope
            .and_then(|envelope| envelope.sender.clone())
            .or_else(|| received.sender.clone())
            .or_else(|| DxpId::parse(&reading.envelope.sender).ok());
        message.sender = mailbox.as_ref().map(ToString::to_string);
        let source = Source { message: received.id, ordinal: 1 };
        match self.judge_zone(tree, &reading, received.at, message) {
            Ok((declared, holder)) => {
                let (content, fingerprint) = (reading.content, reading.fingerprint());
                let submitted =
                    ZoneSubmitted { source, mailbox, content, fingerprint, holder, declared };
                let summary = Summary { documents: 1, ..Summary::default() };
                Ok((vec![Incoming::Zone(Box::new(submitted))], Vec::new(), summary))
            }
            Err(defects) => {
                let notice = turned_away(&reading, mailbox, source, &defects);
                let summary = Summary { refused: defects, ..Summary::default() };
                Ok((Vec::new(), vec![notice], summary))
            }
        }
    }

    /// What the message declares, and for whom.
    fn judge_zone(
        &mut self,
        tree: &Tree<'_>,
        reading: &ZoneReading,
        at: Moment,
        message: &mut storage::Message,
    ) -> Result<(ZoneDocument, PartyId), Vec<Defect>> {
        let (kind, document) = match (reading.message, &reading.outcome) {
            (_, Err(defects)) => return Err(defects.clone()),
            (Some(kind), Ok(document)) => (kind, document.clone()),
            (None, Ok(_)) => return Err(Vec::new()),
        };
        if reading.stage == Stage::Stored {
            return Err(vec![Defect::at(&STORED_ONLY, "/BussinessData/DelcareFlag")]);
        }
        let signer = super::signer::verify_zone(self, tree, kind, at).map_err(|it| vec![it])?;
        message.verdict = Some(signer.verdict());
        let (parties, pointer) = match &document {
            ZoneDocument::List(list) => (&list.parties, "InvtMessage/InvtHeadType"),
            ZoneDocument::Pass(pass) => (&pass.parties, "PassPortMessage/PassportHead"),
        };
        let (holder, declarant) = self.zone_parties(kind, parties, at, pointer)?;
        let named = [
            (Role::Declarant, declarant, &parties.declarant.code),
            (Role::Merchant, holder, &parties.holder.code),
        ];
        super::signer::check_zone(&signer, &named, &format!("{pointer}/DclEtpsno"))
            .map_err(|defect| vec![defect])?;
        Ok((document, holder))
    }

    /// The holder, which may be registered in any role, and the declarant, which is the holder or
    /// registered as one.
    fn zone_parties(
        &self,
        kind: ZoneMessage,
        parties: &ZoneParties,
        at: Moment,
        pointer: &str,
    ) -> Result<(PartyId, PartyId), Vec<Defect>> {
        let (registry, day) = (&self.knowledge.registry, at.china_day());
        let active = |named: &NamedParty| {
            registry.named(&named.code).filter(|party: &&Party| party.is_active_on(day))
        };
        let element = if kind == ZoneMessage::Inv101 { "BizopEtpsno" } else { "AreainEtpsno" };
        let (holder, declarant) = (active(&parties.holder), active(&parties.declarant));
        let mut defects = Vec::new();
        if holder.is_none() {
            let defect = Defect::at(&PARTY_UNKNOWN, format!("{pointer}/{element}"));
            defects.push(defect.found(&parties.holder.code));
        }
        let at = format!("{pointer}/DclEtpsno");
        match declarant {
            None => defects.push(Defect::at(&PARTY_UNKNOWN, at).found(&parties.declarant.code)),
            Some(party) if holder.is_some_and(|holder| holder.id == party.id) => {}
            Some(party) if party.may_act(Role::Declarant, day) => {}
            Some(_) => {
                defects.push(Defect::at(&DECLARANT_WRONG, at).found(&parties.declarant.code));
            }
        }
        match (holder, declarant) {
            (Some(holder), Some(declarant)) if defects.is_empty() => Ok((holder.id, declarant.id)),
            _ => Err(defects),
        }
    }
}

/// The most reasons that a receipt gives.
const REASONS: usize = 20;

fn turned_away(
    reading: &ZoneReading,
    mailbox: Option<DxpId>,
    source: Source,
    defects: &[Defect],
) -> Notice {
    let reasons: Vec<_> = defects.iter().take(REASONS).map(zone_reason).collect();
    let answer = ZoneAnswer::Receipt(Receipt {
        provisional_no: None,
        reference: reading.reference.chars().take(64).collect::<String>().into(),
        text: reasons.join("；"),
        outcome: Taken::Refused,
    });
    Notice {
        partition: Partition::of_text(&reading.reference),
        kind: response_kind::ZONE,
        mailbox,
        source,
        body: rows::write_zone_answer(&answer).encode().unwrap_or_default(),
    }
}
