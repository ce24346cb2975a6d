//! From read documents to what the writer takes: parties resolved, checks made, tax assessed.

mod cancellations;
mod consolidation;
mod export_returns;
mod exports;
mod facility;
mod movement;
mod returns;

use std::sync::Arc;

use jiff::civil::Date;
use tongguan_domain::check;
use tongguan_domain::commerce::{DeliveryStatus, Filing, Order, Payment, Waybill};
use tongguan_domain::declaration::ImportDeclaration;
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::{
    DeclarationFacts, DeclarationParties, DeliveryFacts, Mode, OrderFacts, PaymentFacts,
    WaybillFacts,
};
use tongguan_domain::ids::{DxpId, PartyId};
use tongguan_domain::party::{PartyCode, Role};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Document, ReadDocument, Reading};
use tongguan_storage::Partition;

use super::signer::{self, Signer};
use super::{Intake, KeyedMarker, Received, assess, listeners};
use crate::clearing::incoming::{Filed, FiledDocument, FiledFacts, Incoming, Submitted};
use crate::clearing::record::{
    AnswerTo, Billing, ClaimKey, DocumentKey, DocumentKind, DossierKey, Source,
};

/// Makes a submission of each document of a message.
pub fn submit(
    intake: &Intake,
    reading: &Reading,
    contents: &[[u8; 16]],
    signer: &Result<Signer, Defect>,
    received: &Received,
    sender: &DxpId,
) -> Vec<Incoming> {
    let subscribers = listeners(reading);
    let documents = reading.documents.iter().zip(contents);
    documents
        .map(|(document, content)| {
            let judge = Judge {
                intake,
                message: reading.message,
                at: received.at,
                day: received.at.china_day(),
                pointer: &document.pointer,
                content: *content,
            };
            let filed = match (signer, &document.outcome) {
                (Err(defect), _) => judge.turned_away(document, vec![defect.clone()]),
                (Ok(_), Err(defects)) => judge.turned_away(document, defects.clone()),
                (Ok(signer), Ok(parsed)) => judge
                    .file(parsed, signer)
                    .unwrap_or_else(|defects| judge.turned_away(document, defects)),
            };
            Incoming::Document(Submitted {
                source: Source {
                    message: received.id,
                    ordinal: u16::try_from(document.ordinal).unwrap_or(u16::MAX),
                },
                answer: Arc::new(AnswerTo {
                    mailbox: sender.clone(),
                    subscribers: subscribers.clone(),
                    quote: document.quote.clone(),
                    billing: billing(document),
                }),
                filed,
            })
        })
        .collect()
}

/// Judges one document by itself.
struct Judge<'i> {
    intake: &'i Intake,
    message: MessageType,
    /// When it was received.
    at: Moment,
    /// That day in China: registrations are judged then.
    day: Date,
    pointer: &'i str,
    content: [u8; 16],
}

type Defects = Vec<Defect>;

impl Judge<'_> {
    /// Nothing of it can be trusted as a key: the order number, if any, only says where the answer
    /// stands.
    fn turned_away(&self, document: &ReadDocument, defects: Defects) -> Filed {
        let partition = Partition::of_text(document.quote.name());
        Filed::TurnedAway { message: self.message, partition, defects }
    }

    fn file(&self, document: &Document, signer: &Signer) -> Result<Filed, Defects> {
        match document {
            Document::Order(order) => self.order(order, signer),
            Document::Payment(payment) => self.payment(payment, signer),
            Document::Waybill(waybill) => self.waybill(waybill, signer),
            Document::Delivery(delivery) => self.delivery(delivery, signer),
            Document::Declaration(declaration) => self.declaration(declaration, signer),
            Document::ExportOrder(order) => self.export_order(order, signer),
            Document::Collection(collection) => self.collection(collection, signer),
            Document::ExportWaybill(waybill) => self.export_waybill(waybill, signer),
            Document::ExportDeclaration(declaration) => {
                self.export_declaration(declaration, signer)
            }
            Document::Arrival(report) => self.arrival(report, signer),
            Document::Departure(report) => self.departure(report, signer),
            Document::ExportReturn(request) => self.export_return(request, signer),
            Document::ReturnTally(tally) => self.return_tally(tally, signer),
            Document::Cancellation(request) => self.cancellation(request, signer),
            Document::ExportCancellation(request) => self.export_cancellation(request, signer),
            Document::Return(request) => self.import_return(request, signer),
            Document::MasterBillLink(link) => self.master_bill(link, signer),
            Document::Consolidation(request) => self.consolidation(request, signer),
            Document::WarehouseEntry(entry) => self.warehouse_entry(entry, signer),
        }
    }

    fn order(&self, order: &Order, signer: &Signer) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/OrderHead/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let platform = parties.acting(&order.platform.code, Role::Platform, &head("ebpCode"));
        let merchant = parties.acting(&order.merchant.code, Role::Merchant, &head("ebcCode"));
        let institution = order
            .payment
            .institution
            .as_ref()
            .and_then(|code| parties.acting(code, Role::PaymentInstitution, &head("payCode")));
        let (Some(platform), Some(merchant)) = (platform, merchant) else {
            return Err(parties.defects);
        };
        let senders = [
            (Role::Merchant, merchant, &order.merchant.code),
            (Role::Platform, platform, &order.platform.code),
        ];
        self.check_signer(signer, &senders, &head("ebcCode"))?;
        let mut defects = parties.defects;
        defects.extend(check::check_order(order, self.pointer));
        let marker = KeyedMarker(&self.intake.keyring);
        let facts =
            || FiledFacts::Order(OrderFacts::of(order, platform, merchant, institution, &marker));
        let dossier = DossierKey::of_order(&order.order_no);
        let key =
            DocumentKey { dossier, kind: DocumentKind::Order, party: platform, number: "".into() };
        Ok(self.filed(key, &order.filing, defects, facts))
    }

    fn payment(&self, payment: &Payment, signer: &Signer) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/PaymentHead/{name}", self.pointer);
        let mut parties = Parties::new(self);
        let code = &payment.institution.code;
        let institution = parties.acting(code, Role::PaymentInstitution, &head("payCode"));
        let platform = parties.acting(&payment.platform.code, Role::Platform, &head("ebpCode"));
        let (Some(institution), Some(platform)) = (institution, platform) else {
            return Err(parties.defects);
        };
        let senders = [(Role::PaymentInstitution, institution, code)];
        self.check_signer(signer, &senders, &head("payCode"))?;
        let defects = check::check_payment(payment, self.pointer);
        let marker = KeyedMarker(&self.intake.keyring);
        let facts =
            || FiledFacts::Payment(PaymentFacts::of(payment, institution, platform, &marker));
        let key = DocumentKey {
            dossier: DossierKey::of_order(&payment.order_no),
            kind: DocumentKind::Payment,
            party: institution,
            number: payment.transaction.as_str().into(),
        };
        Ok(self.filed(key, &payment.filing, defects, facts))
    }

    fn waybill(&self, waybill: &Waybill, signer: &Signer) -> Result<Filed, Defects> {
        let pointer = format!("{}/LogisticsHead/logisticsCode", self.pointer);
        let mut parties = Parties::new(self);
        let code = &waybill.carrier.code;
        let Some(carrier) = parties.acting(code, Role::Carrier, &pointer) else {
            return Err(parties.defects);
        };
        self.check_signer(signer, &[(Role::Carrier, carrier, code)], &pointer)?;
        let defects = check::check_waybill(waybill, self.pointer);
        let marker = KeyedMarker(&self.intake.keyring);
        let claim = ClaimKey {
            kind: DocumentKind::Waybill,
            party: carrier,
            number: waybill.number.as_str().into(),
        };
        let dossier = match &waybill.order_no {
            Some(order_no) => DossierKey::of_order(order_no),
            None => DossierKey::of_claim(&claim),
        };
        let facts = || FiledFacts::Waybill(WaybillFacts::of(waybill, carrier, &marker));
        let ClaimKey { kind, party, number } = claim;
        Ok(self.filed(
            DocumentKey { dossier, kind, party, number },
            &waybill.filing,
            defects,
            facts,
        ))
    }

    fn delivery(&self, delivery: &DeliveryStatus, signer: &Signer) -> Result<Filed, Defects> {
        let pointer = format!("{}/logisticsCode", self.pointer);
        let mut parties = Parties::new(self);
        let code = &delivery.carrier.code;
        let Some(carrier) = parties.acting(code, Role::Carrier, &pointer) else {
            return Err(parties.defects);
        };
        self.check_signer(signer, &[(Role::Carrier, carrier, code)], &pointer)?;
        let defects = check::check_delivery(delivery, self.pointer);
        let number: Arc<str> = delivery.number.as_str().into();
        let claim =
            ClaimKey { kind: DocumentKind::Waybill, party: carrier, number: number.clone() };
        let key = DocumentKey {
            dossier: DossierKey::of_claim(&claim),
            kind: DocumentKind::Delivery,
            party: carrier,
            number,
        };
        let facts = || FiledFacts::Delivery(DeliveryFacts::of(delivery, carrier));
        Ok(self.filed(key, &delivery.filing, defects, facts))
    }

    fn declaration(
        &self,
        declaration: &ImportDeclaration,
        signer: &Signer,
    ) -> Result<Filed, Defects> {
        let head = |name: &str| format!("{}/InventoryHead/{name}", self.pointer);
        let mut resolve = Parties::new(self);
        let parties = (
            resolve.acting(&declaration.platform.code, Role::Platform, &head("ebpCode")),
            resolve.acting(&declaration.merchant.code, Role::Merchant, &head("ebcCode")),
            resolve.acting(&declaration.carrier.code, Role::Carrier, &head("logisticsCode")),
            resolve.acting(&declaration.declarant.code, Role::Declarant, &head("agentCode")),
            resolve.guarantor(&declaration.guarantor, &head("assureCode")),
        );
        let (Some(platform), Some(merchant), Some(carrier), Some(declarant), Some(guarantor)) =
            parties
        else {
            return Err(resolve.defects);
        };
        let parties = DeclarationParties { platform, merchant, carrier, declarant, guarantor };
        let senders = [
            (Role::Declarant, declarant, &declaration.declarant.code),
            (Role::Merchant, merchant, &declaration.merchant.code),
        ];
        self.check_signer(signer, &senders, &head("agentCode"))?;
        let key = DocumentKey {
            dossier: DossierKey::of_order(&declaration.order_no),
            kind: DocumentKind::Declaration,
            party: platform,
            number: "".into(),
        };
        let verdict = self.lodging(declaration, parties);
        Ok(Filed::Document(Box::new(FiledDocument {
            key,
            name: match &declaration.reference {
                Some(reference) => reference.to_string(),
                None => declaration.filing.guid.to_string(),
            },
            filing: declaration.filing.clone(),
            content: self.content,
            verdict,
        })))
    }

    fn lodging(
        &self,
        declaration: &ImportDeclaration,
        parties: DeclarationParties,
    ) -> Result<FiledFacts, Defects> {
        let pack = &self.intake.knowledge.pack;
        let codes = assess::Codes { pack, day: declaration.declared_on };
        let mut defects = check::check_declaration(declaration, &codes, self.pointer);
        defects.extend(assess::check_guarantor(declaration, &parties, self.pointer));
        let mode = match Mode::from_wire(&declaration.mode) {
            Some(mode) if defects.is_empty() => mode,
            _ => return Err(defects),
        };
        let marker = KeyedMarker(&self.intake.keyring);
        let facts = DeclarationFacts::of(declaration, mode, parties, &marker);
        let identity = self.intake.identities.check(&declaration.buyer);
        assess::lodging(facts, identity, pack, self.pointer).map(FiledFacts::Declaration)
    }

    fn check_signer(
        &self,
        signer: &Signer,
        senders: &[(Role, PartyId, &PartyCode)],
        pointer: &str,
    ) -> Result<(), Defects> {
        signer::check(signer, self.message, senders, pointer).map_err(|defect| vec![defect])
    }

    fn filed(
        &self,
        key: DocumentKey,
        filing: &Filing,
        defects: Defects,
        facts: impl FnOnce() -> FiledFacts,
    ) -> Filed {
        Filed::Document(Box::new(FiledDocument {
            key,
            name: filing.guid.to_string(),
            filing: filing.clone(),
            content: self.content,
            verdict: if defects.is_empty() { Ok(facts()) } else { Err(defects) },
        }))
    }
}

/// Resolves the parties of one document and collects what is wrong with them.
struct Parties<'j> {
    judge: &'j Judge<'j>,
    defects: Defects,
}

impl<'j> Parties<'j> {
    fn new(judge: &'j Judge<'j>) -> Self {
        Self { judge, defects: Vec::new() }
    }

    fn acting(&mut self, code: &PartyCode, role: Role, pointer: &str) -> Option<PartyId> {
        let registry = &self.judge.intake.knowledge.registry;
        match registry.acting(code, role, self.judge.day, pointer) {
            Ok(party) => Some(party.id),
            Err(defect) => {
                self.defects.push(defect);
                None
            }
        }
    }

    /// A guarantor needs to be registered; whether its guarantee is good is decided at release.
    fn guarantor(&mut self, code: &PartyCode, pointer: &str) -> Option<PartyId> {
        let registry = &self.judge.intake.knowledge.registry;
        let party = registry.named(code).map(|party| party.id);
        if party.is_none() {
            let rule = &tongguan_domain::official::party::CODE_INVALID;
            self.defects.push(Defect::at(rule, pointer).found(code));
        }
        party
    }
}

/// What a declaration's tax bill quotes of it.
fn billing(document: &ReadDocument) -> Option<Billing> {
    let Ok(Document::Declaration(declaration)) = &document.outcome else { return None };
    Some(Billing {
        order_no: declaration.order_no.as_str().into(),
        waybill_no: declaration.waybill_no.as_str().into(),
        carrier: declaration.carrier.code.as_str().into(),
        guarantor: declaration.guarantor.as_str().into(),
    })
}
