//! Keys and what they seal, as people and machines read it.

use std::io::Write as _;

use serde_json::{Value, json};
use tongguan_application::keys::{Damaged, KeyId, Listed, Resealed, SealedBy};
use tongguan_domain::time::Moment;

/// Tells what was sealed anew, and what was not.
///
/// # Errors
/// When nobody reads it.
pub fn tell_resealed(
    as_json: bool,
    key: KeyId,
    resealed: &Resealed,
    left: &[(KeyId, SealedBy)],
) -> anyhow::Result<()> {
    let Resealed {
        bundles,
        pictures,
        evidence,
        second_factors,
        webhook_secrets,
        answers,
        log_secrets,
        damaged,
    } = resealed;
    let mut out = std::io::stdout().lock();
    if as_json {
        let damaged: Vec<_> = damaged.iter().map(Damaged::to_string).collect();
        let left = left.iter().map(|(key, sealed)| {
            let mut left = sealed_json(sealed);
            left["key"] = json!(key.to_string());
            left
        });
        let said = json!({
            "key": key.to_string(),
            "bundles": bundles,
            "pictures": pictures,
            "evidence": evidence,
            "second_factors": second_factors,
            "webhook_secrets": webhook_secrets,
            "answers": answers,
            "log_secrets": log_secrets,
            "damaged": damaged,
            "left": left.collect::<Vec<_>>(),
        });
        writeln!(out, "{said}")?;
        return Ok(());
    }
    writeln!(
        out,
        "sealed anew with key {key}: {bundles} bundles of messages, {pictures} pictures, \
         {evidence} uploads of payment evidence, {second_factors} second factors, \
         {webhook_secrets} secrets of webhooks, {answers} kept answers, {log_secrets} secrets of the verifiable log"
    )?;
    for damaged in damaged {
        writeln!(
            out,
            "damaged: {damaged} does not open with the key that it names, and stays as it is; put it back \
             from a backup"
        )?;
    }
    for (key, sealed) in left {
        writeln!(out, "key {key} still seals {sealed}: run `keys reseal` again")?;
    }
    Ok(())
}

/// A key, and what it seals.
pub fn as_json(one: &Listed, sealed: &SealedBy) -> Value {
    let row = &one.row;
    let mut said = sealed_json(sealed);
    let at = |at: Option<Moment>| at.map(|at| at.to_string());
    said["key"] = json!(row.key_id.to_string());
    said["cipher"] = json!(row.cipher);
    said["state"] = json!(one.state().name());
    said["added_at"] = json!(row.added_at.to_string());
    said["seals_since"] = json!(at(row.seals_since));
    said["retired_at"] = json!(at(row.retired_at));
    said["in_file"] = json!(one.is_in_file);
    said
}

fn sealed_json(sealed: &SealedBy) -> Value {
    json!({
        "bundles": sealed.bundles,
        "pictures": sealed.pictures,
        "evidence": sealed.evidence,
        "second_factors": sealed.secrets.second_factors,
        "webhook_secrets": sealed.secrets.webhook_secrets,
        "answers": sealed.secrets.answers,
        "log_secrets": sealed.secrets.log_secrets,
    })
}
