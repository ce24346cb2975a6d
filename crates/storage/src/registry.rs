//! Parties, their codes and certificates, settings and code tables.

use tongguan_domain::ids::{DxpId, PartyId};
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A registered party (企业).
    pub struct PartyRow in "party", key 1 {
        /// Its id.
        party_id: PartyId,
        /// The registered name.
        name: String,
        /// Its roles, as bits of [`tongguan_domain::party::Roles`].
        roles: u8,
        /// Whether it is suspended.
        suspended: bool,
        /// First day of the registration, as its midnight in China.
        valid_from: Moment,
        /// Last day of the registration, as its midnight in China; open-ended when absent.
        valid_to: Option<Moment>,
        /// The mailbox for its responses.
        mailbox: Option<DxpId>,
        /// Where a platform is asked for payment evidence (`platDataOpen`).
        payment_url: Option<String>,
    }
}

row! {
    /// A code that documents may name a party by.
    pub struct PartyCodeRow in "party_code", key 1 {
        /// The code.
        code: PartyCode,
        /// The party.
        party_id: PartyId,
        /// Its place among the party's codes, from 0.
        place: i64,
    }
}

row! {
    /// A certificate that a party signs with, or one of its delegates. A certificate is the own one of one
    /// party at most.
    pub struct CertificateRow in "certificate", key 2 {
        /// Whose it is.
        party_id: PartyId,
        /// SHA-256 of the DER encoding.
        digest: [u8; 32],
        /// The DER encoding.
        der: Vec<u8>,
        /// Valid from.
        valid_from: Moment,
        /// Valid to.
        valid_to: Moment,
        /// Whether its use was stopped here, whatever the revocation lists say.
        revoked: bool,
        /// Whether it signs nothing but the declaring of what the party has stored.
        delegate: bool,
    }
}

row! {
    /// A setting of an office, a party or the whole system.
    pub struct Setting in "setting", key 2 {
        /// `system`, `office:0100` …
        scope: String,
        /// Its name.
        name: String,
        /// Its value, in the form that its reader documents.
        value: String,
    }
}

row! {
    /// A dated row of a code table, laid over the built-in tables.
    pub struct CodeRow in "code_row", key 3 {
        /// The table.
        table_name: String,
        /// The key in it.
        key: String,
        /// First day, as its midnight in China.
        valid_from: Moment,
        /// Last day, as its midnight in China; open-ended when absent.
        valid_to: Option<Moment>,
        /// The row, in JSON.
        row_json: String,
        /// Where it was published.
        source: String,
    }
}

impl Replaceable for PartyRow {}
impl Replaceable for PartyCodeRow {}
impl Replaceable for CertificateRow {}
impl Replaceable for Setting {}
impl Replaceable for CodeRow {}

impl View<'_> {
    /// Every party, by id.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parties(&mut self) -> Result<Vec<PartyRow>, StorageError> {
        self.select("ORDER BY party_id", &[])
    }

    /// A party.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn party(&mut self, party: PartyId) -> Result<Option<PartyRow>, StorageError> {
        Ok(self.load(&[(party,)])?.pop())
    }

    /// Those of these parties that there are, by id.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parties_named(&mut self, parties: &[PartyId]) -> Result<Vec<PartyRow>, StorageError> {
        let keys: Vec<_> = parties.iter().map(|party| (*party,)).collect();
        self.load(&keys)
    }

    /// The codes of these parties.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn codes_of(&mut self, parties: &[PartyId]) -> Result<Vec<PartyCodeRow>, StorageError> {
        let keys: Vec<_> = parties.iter().map(|party| (*party,)).collect();
        self.select_each(
            "FROM {rows} JOIN party_code ON party_code.party_id = k.party_id",
            &["party_id"],
            &keys,
        )
    }

    /// Every code, by party and place.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn party_codes(&mut self) -> Result<Vec<PartyCodeRow>, StorageError> {
        self.select("ORDER BY party_id, place, code", &[])
    }

    /// Every certificate, by party.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn certificates(&mut self) -> Result<Vec<CertificateRow>, StorageError> {
        self.select("ORDER BY party_id, digest", &[])
    }

    /// The certificates of a party, by digest.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn certificates_of(&mut self, party: PartyId) -> Result<Vec<CertificateRow>, StorageError> {
        self.load(&[(party,)])
    }

    /// Every setting, by scope and name.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn settings(&mut self) -> Result<Vec<Setting>, StorageError> {
        self.select("ORDER BY scope, name", &[])
    }

    /// All rows of a code table, by key and first day.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn code_rows(&mut self, table: &str) -> Result<Vec<CodeRow>, StorageError> {
        self.select("WHERE table_name = $1 ORDER BY key, valid_from", &[table.cell()])
    }
}

impl Tx<'_> {
    /// Takes codes away from parties; gives how many there were.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_party_codes(&mut self, codes: &[(&PartyCode,)]) -> Result<u64, StorageError> {
        self.delete::<PartyCodeRow, _>(codes)
    }

    /// Takes settings back to their defaults: `(scope, name)`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_settings(&mut self, settings: &[(&str, &str)]) -> Result<u64, StorageError> {
        self.delete::<Setting, _>(settings)
    }

    /// Takes rows out of a code table: `(table, key, first day)`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_code_rows(&mut self, rows: &[(&str, &str, Moment)]) -> Result<u64, StorageError> {
        self.delete::<CodeRow, _>(rows)
    }
}
