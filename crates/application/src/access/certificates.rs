//! Certificates (客户端证书) by which programs are known to TLS, each registered for a mailbox by its bytes.

use tongguan_domain::time::Moment;
use tongguan_messages::certificate::ClientCertificate;
use tongguan_storage::{AccessKeyRow, Register, Writer};

use super::{AccessError, AccessKey, NewKey, added, new_row};
use crate::history::{Cause, change};

/// Lets a certificate stand for a key, until its own time is over or the key's.
///
/// # Errors
/// [`AccessError::CertificateKnown`], [`AccessError::CertificateOver`], or another [`AccessError`].
pub fn register(
    writer: &mut Writer,
    certificate: &ClientCertificate,
    new: NewKey<'_>,
    cause: &Cause,
    now: Moment,
) -> Result<AccessKey, AccessError> {
    if certificate.valid_until() <= now {
        return Err(AccessError::CertificateOver);
    }
    let new = NewKey { expires_at: new.expires_at.min(certificate.valid_until()), ..new };
    let row = AccessKeyRow { is_certificate: true, ..new_row(*certificate.digest(), new, now) };
    change(writer, Register::People, cause, now, |tx| {
        if tx.insert_absent(std::slice::from_ref(&row))? == 0 {
            return Err(AccessError::CertificateKnown);
        }
        Ok(((), vec![added(&row)]))
    })?;
    Ok(row.into())
}
