//! What a filing that stands registers, and what one that stands no more takes away.

use std::collections::HashMap;

use tongguan_domain::filing::{
    Approval, FiledCertificate, FiledEnterprise, FiledGoods, FilingState, Matter,
};
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::Standing;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::filing::StoredGoods;
use tongguan_storage::{CertificateRow, RegisteredGoodsRow, StorageError, Tx, View};

use super::{Filing, FilingError};
use crate::history::Cause;
use crate::registry::{Registered, amend};

/// Registers what the filing's state says, in the transaction that wrote it. A filing that never stood
/// registers nothing.
pub(super) fn register(
    tx: &mut Tx<'_>,
    filing: &Filing,
    cause: &Cause,
    now: Moment,
) -> Result<(), FilingError> {
    let (approval, stands) = match &filing.state {
        FilingState::Approved(approval) => (approval, Stands::Yes),
        FilingState::Suspended(approval, _) => (approval, Stands::Suspended),
        FilingState::Ended(approval, _) => (approval, Stands::No),
        _ => return Ok(()),
    };
    match &filing.matter {
        Matter::Enterprise(filed) => {
            amend(tx, filing.party, cause, now, |one| enterprise(one, filed, approval, stands, now))
        }
        Matter::Certificate(filed) => amend(tx, filing.party, cause, now, |one| {
            let row = certificate_row(filing.party, filed);
            one.certificates.retain(|other| other.digest != row.digest);
            one.certificates.push(CertificateRow { revoked: stands != Stands::Yes, ..row });
            one.certificates.sort_by_key(|row| row.digest);
        }),
        Matter::Goods(filed) => Ok(goods(tx, filing, filed, approval, stands, now)?),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Yes,
    Suspended,
    No,
}

fn enterprise(
    one: &mut Registered,
    filed: &FiledEnterprise,
    approval: &Approval,
    stands: Stands,
    now: Moment,
) {
    if stands == Stands::Yes {
        with_enterprise(one, filed);
    }
    one.party.standing = if stands == Stands::Yes { Standing::Active } else { Standing::Suspended };
    one.party.valid_to =
        if stands == Stands::No { Some(now.china_day()) } else { approval.valid_to };
}

/// The party as the filing wants it.
pub(super) fn with_enterprise(one: &mut Registered, filed: &FiledEnterprise) {
    one.party.name.clone_from(&filed.name);
    one.party.codes.clone_from(&filed.codes);
    one.party.roles = filed.roles;
    one.payment_url.clone_from(&filed.payment_url);
}

pub(super) fn certificate_row(party: PartyId, filed: &FiledCertificate) -> CertificateRow {
    CertificateRow {
        party_id: party,
        digest: filed.digest,
        der: filed.der.to_vec(),
        valid_from: filed.valid_from,
        valid_to: filed.valid_to,
        revoked: false,
        delegate: false,
    }
}

fn goods(
    tx: &mut Tx<'_>,
    filing: &Filing,
    filed: &FiledGoods,
    approval: &Approval,
    stands: Stands,
    now: Moment,
) -> Result<(), StorageError> {
    if stands == Stands::No {
        return tx.delete_registered_goods(&[(filing.party, &*filed.item_no)]).map(drop);
    }
    let mut counts = filed.clone();
    if let Some(code) = &approval.hs_code {
        counts.goods.hs_code.clone_from(code);
    }
    let row = RegisteredGoodsRow {
        suspended: stands == Stands::Suspended,
        valid_to: approval.valid_to.map(Moment::start_of),
        filing_id: Some(filing.id),
        ..goods_row(filing.party, &counts, now)?
    };
    tx.upsert(&[row])
}

/// The row of goods that stand without an end.
pub(super) fn goods_row(
    party: PartyId,
    goods: &FiledGoods,
    now: Moment,
) -> Result<RegisteredGoodsRow, StorageError> {
    Ok(RegisteredGoodsRow {
        party_id: party,
        item_no: goods.item_no.to_string(),
        hs_code: goods.goods.hs_code.to_string(),
        name: goods.goods.name.to_string(),
        suspended: false,
        valid_to: None,
        filing_id: None,
        changed_at: now,
        body: StoredGoods::from(goods).encode().map_err(|error| damaged(&error))?,
    })
}

/// Goods as they are registered, by item number.
pub(super) fn standing_goods(
    view: &mut View<'_>,
    keys: &[(PartyId, &str)],
) -> Result<HashMap<String, Matter>, StorageError> {
    let rows = view.registered_goods(keys)?;
    let goods = rows.into_iter().map(|row| {
        let goods = read_goods(&row)?;
        Ok((row.item_no, Matter::Goods(Box::new(goods))))
    });
    goods.collect()
}

pub(super) fn read_goods(row: &RegisteredGoodsRow) -> Result<FiledGoods, StorageError> {
    let stored = StoredGoods::decode(&row.body).and_then(FiledGoods::try_from);
    stored.map_err(|error| damaged(&error))
}

fn damaged(error: &StoredError) -> StorageError {
    let reason = error.to_string();
    StorageError::Corrupt { table: "registered_goods", column: "body", reason }
}
