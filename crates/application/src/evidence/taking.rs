//! What a platform uploads (`realTimeDataUpload`) is judged and kept.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::{Certificate, TrustStore, judge};
use tongguan_messages::evidence::answer::Outcome;
use tongguan_messages::evidence::upload::Upload;
use tongguan_messages::evidence::{self as wire};
use tongguan_messages::signature::Policy;
use tongguan_storage::{Backoff, EvidenceDemandRow, EvidenceUploadRow, Register, StorageError, Tx};

use super::courier::key_of;
use super::{Demands, EvidenceError, Stage, by_service, event};
use crate::digest::sha256;
use crate::history::{ChangeKind, change_retried};
use crate::originals::period_of;

/// Faults of fields that are told at once.
const TOLD: usize = 5;

/// What the platform is told, and what is added to that.
pub type Told = (Outcome, String);

impl Demands {
    /// Takes an upload: the text of the form's field. It is kept, or nothing of it is.
    ///
    /// # Errors
    /// [`EvidenceError`]; whether it was kept is not known then, and it may be sent again.
    pub fn take(&self, text: &str, trust: &TrustStore, now: Moment) -> Result<Told, EvidenceError> {
        let upload = match Upload::read(text) {
            Ok(upload) => upload,
            Err(error) => return Ok((Outcome::NoJson, error.to_string())),
        };
        let store = self.enquiries.store();
        let found = store.read(|view| view.evidence_session(&upload.session_id))?;
        let Some(row) = found else { return Ok((Outcome::UnknownSession, String::new())) };
        let told = match self.judged(&upload, &row, trust, now)? {
            Ok(certificate) => match wire::read(&upload) {
                Ok(_) => return self.keep(text, &upload, &row, *certificate.digest(), now),
                Err(defects) => {
                    let first = defects.iter().take(TOLD).map(ToString::to_string);
                    (Outcome::BadField, first.collect::<Vec<_>>().join("; "))
                }
            },
            Err(outcome) => (outcome, String::new()),
        };
        self.note_failure(&row, told.0)?;
        Ok(told)
    }

    /// The platform's certificate that has signed it.
    fn judged(
        &self,
        upload: &Upload,
        row: &EvidenceDemandRow,
        trust: &TrustStore,
        now: Moment,
    ) -> Result<Result<Certificate, Outcome>, EvidenceError> {
        let rows = self.enquiries.store().read(|view| view.certificates_of(row.platform_id))?;
        let good = rows.iter().filter(|row| !row.revoked && !row.delegate);
        let mut known = good.filter_map(|row| Certificate::from_der(&row.der).ok());
        let Some(certificate) = known.find(|certificate| upload.names(certificate)) else {
            return Ok(Err(Outcome::UnknownCertificate));
        };
        if judge(&certificate, trust, now).is_err() {
            return Ok(Err(Outcome::UntrustedCertificate));
        }
        if upload.verify(&certificate, &Policy::china()).is_none() {
            return Ok(Err(Outcome::BadSignature));
        }
        Ok(Ok(certificate))
    }

    /// Keeps it, sealed. What was kept before stands: the same once more is taken, anything else is not.
    fn keep(
        &self,
        text: &str,
        upload: &Upload,
        row: &EvidenceDemandRow,
        certificate: [u8; 32],
        now: Moment,
    ) -> Result<Told, EvidenceError> {
        let digest = sha256(format!("{}\0{}", upload.head(), upload.lists()).as_bytes());
        let key = key_of(row);
        let period = period_of(now);
        let mut writer = self.enquiries.store().small_writer()?;
        let cause = by_service();
        let outcome =
            change_retried(&mut writer, Register::Evidence, &cause, now, |tx: &mut Tx<'_>| {
                let Some(row) = tx.lock_evidence_demand(key)? else {
                    return Ok((Outcome::UnknownSession, Vec::new()));
                };
                match row.digest {
                    Some(kept) if kept == digest => return Ok((Outcome::Taken, Vec::new())),
                    Some(_) => return Ok((Outcome::OtherUpload, Vec::new())),
                    None => {}
                }
                let data_key = tx.data_key(&self.keyring, &period)?;
                let sealed = data_key.seal(place_of_upload(row.declaration_id), text.as_bytes());
                let sealed = sealed.map_err(StorageError::from)?;
                let (partition, declaration_id, n) = key;
                tx.insert(&[EvidenceUploadRow {
                    partition,
                    declaration_id,
                    n,
                    period: period.clone(),
                    key_id: data_key.id(),
                    body: sealed,
                }])?;
                let row = EvidenceDemandRow {
                    state: Stage::Uploaded.code(),
                    next_at: Some(now),
                    uploaded_at: Some(now),
                    digest: Some(digest),
                    certificate: Some(certificate),
                    ..row
                };
                tx.upsert(std::slice::from_ref(&row))?;
                let fields = [
                    ("stage", "uploaded".to_owned()),
                    ("certificate", upload.certificate_no.chars().take(64).collect()),
                ];
                Ok::<_, EvidenceError>((
                    Outcome::Taken,
                    vec![event(&row, ChangeKind::Changed, fields)],
                ))
            })?;
        Ok((outcome, String::new()))
    }

    /// Notes why an upload was not taken, for whoever wonders why nothing comes.
    fn note_failure(&self, row: &EvidenceDemandRow, outcome: Outcome) -> Result<(), StorageError> {
        let (key, failure) = (key_of(row), format!("uploaded, and was told {}", outcome.code()));
        let mut writer = self.enquiries.store().small_writer()?;
        writer.retried(Backoff::default(), |tx| {
            let is_open = |row: &EvidenceDemandRow| row.digest.is_none();
            let Some(row) = tx.lock_evidence_demand(key)?.filter(is_open) else { return Ok(()) };
            tx.upsert(&[EvidenceDemandRow { failure: Some(failure.clone()), ..row }])
        })
    }
}

/// For which place it is sealed. Ids of messages are never below nothing, so what lies at their places does not
/// open here.
pub(crate) const fn place_of_upload(declaration: DeclarationId) -> i64 {
    !declaration.0
}
