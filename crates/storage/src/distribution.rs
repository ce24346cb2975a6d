//! Over which hosts a PostgreSQL database could be spread, and by which column: the tests hold schema and statements
//! to it, so that nothing is built that only one host can do.

/// Where the rows of a table would lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    /// On the host that this column names, beside all rows with the same value. Grows with the parcels.
    By(&'static str),
    /// On every host: little, changed by people, read by all.
    Everywhere,
    /// On one host. Grows with what people do, or not at all.
    OneHost,
}

/// Where the rows of a table of this key would lie: by partition or bucket where the key begins with one.
pub fn distribution(table: &str, key: &[String]) -> Distribution {
    if let Some((.., column)) = BY_OTHERS.iter().find(|(name, _)| *name == table) {
        return Distribution::By(column);
    }
    if EVERYWHERE.contains(&table) {
        return Distribution::Everywhere;
    }
    match key.first().map(String::as_str) {
        Some("partition") => Distribution::By("partition"),
        Some("bucket") => Distribution::By("bucket"),
        _ => Distribution::OneHost,
    }
}

/// Tables that grow with the parcels and are read by something else than their partition. No batch writes them: lists
/// and mailboxes are kept beside clearing.
const BY_OTHERS: [(&str, &str); 8] = [
    ("examination_finding", "declaration_id"),
    ("mail_read", "dxp_id"),
    ("mailbox", "dxp_id"),
    ("office_parcel", "office"),
    ("passage_parcel", "declaration_id"),
    ("picture", "declaration_id"),
    ("picture_body", "declaration_id"),
    ("sent_message", "dxp_id"),
];

/// Registers.
const EVERYWHERE: [&str; 8] = [
    "certificate",
    "code_row",
    "data_key",
    "party",
    "party_code",
    "registered_goods",
    "setting",
    "supervised_place",
];
