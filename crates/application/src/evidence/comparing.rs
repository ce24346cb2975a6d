//! What was uploaded is opened and held against the documents of the order.

use std::sync::Arc;

use tongguan_domain::defect::Defect;
use tongguan_domain::evidence::rules::LATE;
use tongguan_domain::evidence::{Documents, Named, PaymentEvidence, compare};
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::Certificate;
use tongguan_messages::evidence as wire;
use tongguan_messages::evidence::upload::{SignedForm, Upload};
use tongguan_messages::signature::Policy;
use tongguan_storage::{EvidenceDemandRow, EvidenceKey};

use super::compared::{Compared, Facts};
use super::courier::Courier;
use super::taking::place_of_upload;
use super::{EvidenceError, Stage, event};
use crate::clearing::record::{self, DocumentKind, DocumentRecord};
use crate::history::ChangeKind;
use crate::intake::KeyedMarker;
use crate::originals::{Archive, OriginalError, element};
use crate::review;

impl Courier {
    /// Compares what was uploaded upon a demand, unless somebody has.
    pub(super) fn compare(&self, key: EvidenceKey) -> Result<(), EvidenceError> {
        let Some((row, upload)) = self.opened(key)? else { return Ok(()) };
        let damaged = || EvidenceError::Damaged(row.declaration_id);
        // It was read before it was kept.
        let upload = Upload::read(&upload).map_err(|_| damaged())?;
        let evidence = wire::read(&upload).map_err(|_| damaged())?;
        let documents = review::documents(self.store(), row.declaration_id)?.unwrap_or_default();
        let order = live(&documents, DocumentKind::Order);
        let payment = live(&documents, DocumentKind::Payment);
        let paid_at = payment.map(|document| self.paid_at(document)).transpose()?.flatten();
        let facts = |document: Option<&DocumentRecord>| document?.facts.clone();
        let (order, payment) = (facts(order), facts(payment));
        let held_against = Documents {
            order_no: &row.order_no,
            order: match order.as_deref() {
                Some(record::Facts::Order(facts)) => Some(facts),
                _ => None,
            },
            payment: match payment.as_deref() {
                Some(record::Facts::Payment(facts)) => Some(facts),
                _ => None,
            },
            paid_at,
        };
        let marker = KeyedMarker(&self.keyring);
        let compared = compare(&evidence, self.named(&evidence)?, held_against, &marker);
        let is_compact = self.form(&row, &upload)? == Some(SignedForm::Compact);
        let facts = Facts::of(&evidence, &row.order_no, compared.payer, is_compact, paid_at);
        let mut findings = compared.findings;
        findings.extend(late(&row));
        self.found(key, &Compared { facts: Some(facts), findings })
    }

    /// The demand and what was uploaded, opened; nothing where it is compared already.
    fn opened(
        &self,
        key: EvidenceKey,
    ) -> Result<Option<(EvidenceDemandRow, String)>, EvidenceError> {
        let (partition, declaration, n) = key;
        // In one view: what is sealed anew meanwhile is seen as it was, with its key.
        let (row, upload, data_key) = self.store().read(|view| {
            let rows = view.evidence_demands(&[(partition, declaration)])?;
            let upload = view.evidence_upload(key)?;
            let data_key = match &upload {
                Some(it) => view.known_data_key(&self.keyring, &it.period, it.key_id)?,
                None => None,
            };
            Ok::<_, EvidenceError>((rows.into_iter().find(|row| row.n == n), upload, data_key))
        })?;
        let Some(row) = row.filter(is_uploaded) else { return Ok(None) };
        let damaged = || EvidenceError::Damaged(declaration);
        let upload = upload.ok_or_else(damaged)?;
        let data_key = data_key.ok_or_else(damaged)?;
        let bytes = data_key
            .open(place_of_upload(declaration), &upload.body)
            .map_err(|source| EvidenceError::Sealed { declaration, source })?;
        let text = String::from_utf8(bytes).map_err(|_| damaged())?;
        Ok(Some((row, text)))
    }

    fn named(&self, evidence: &PaymentEvidence) -> Result<Named, EvidenceError> {
        let registry = self.enquiries.registry()?;
        let party = |code: &PartyCode| -> Option<PartyId> { registry.named(code).map(|it| it.id) };
        Ok(Named { platform: party(&evidence.platform), institution: party(&evidence.institution) })
    }

    /// 支付时间, which stands in the original of the payment document alone.
    fn paid_at(&self, document: &DocumentRecord) -> Result<Option<Moment>, EvidenceError> {
        let mut archive = Archive::new(self.store().clone(), Arc::clone(&self.keyring));
        let bytes = match archive.of_message(document.source.message) {
            Ok(bytes) => bytes,
            Err(OriginalError::NotKept(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let text = element::within(&bytes, document.source.ordinal, |_, document| {
            let mut within = document.descendants();
            let time = within.find(|node| node.tag_name().name() == "payTime")?;
            time.text().map(str::to_owned)
        });
        Ok(text.flatten().and_then(|text| Moment::parse_wire(text.trim())))
    }

    fn form(
        &self,
        row: &EvidenceDemandRow,
        upload: &Upload,
    ) -> Result<Option<SignedForm>, EvidenceError> {
        let rows = self.store().read(|view| view.certificates_of(row.platform_id))?;
        let der = rows.iter().find(|known| Some(known.digest) == row.certificate);
        let certificate = der.and_then(|known| Certificate::from_der(&known.der).ok());
        Ok(certificate.and_then(|certificate| upload.verify(&certificate, &Policy::china())))
    }

    fn found(&self, key: EvidenceKey, compared: &Compared) -> Result<(), EvidenceError> {
        let codes: Vec<_> = compared.findings.iter().map(|finding| finding.rule.code).collect();
        self.tell(key, |row| {
            if !is_uploaded(&row) {
                return Ok(None);
            }
            let row = EvidenceDemandRow {
                state: Stage::Compared.code(),
                next_at: None,
                findings: Some(i64::try_from(codes.len()).unwrap_or(i64::MAX)),
                body: Some(compared.stored().encode()?),
                ..row
            };
            let fields = [("stage", "compared".to_owned()), ("findings", codes.join(" "))];
            let entry = event(&row, ChangeKind::Changed, fields);
            Ok(Some((row, entry)))
        })
    }
}

fn is_uploaded(row: &EvidenceDemandRow) -> bool {
    row.state == Stage::Uploaded.code()
}

/// The newest document of a kind that counts.
fn live(documents: &[DocumentRecord], kind: DocumentKind) -> Option<&DocumentRecord> {
    let of_kind =
        |document: &&DocumentRecord| document.key.kind == kind && document.state.is_live();
    documents.iter().filter(of_kind).max_by_key(|document| document.sent_at)
}

fn late(row: &EvidenceDemandRow) -> Option<Defect> {
    let (uploaded_at, deadline) = row.uploaded_at.zip(row.answer_by)?;
    let defect = || {
        let late = Defect::at(&LATE, "").found(uploaded_at.to_wire_seconds());
        late.expected(deadline.to_wire_seconds())
    };
    (deadline < uploaded_at).then(defect)
}
