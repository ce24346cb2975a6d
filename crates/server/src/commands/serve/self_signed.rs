//! A certificate for a trial, which nobody but this process has signed.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use jiff::civil::Date;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};
use tongguan_domain::time::Moment;

/// What the file is called, beside the key that messages are sealed with.
pub const FILE: &str = "self-signed.pem";
/// How many days a certificate is used.
const DAYS: i64 = 90;

/// Sees to it that the file holds a certificate for these names that is valid today, and its key. It says in
/// its first line for whom and until when it is; one that was made for others, or whose time is over, is
/// replaced.
///
/// # Errors
/// What cannot be written, or which name is none.
pub fn keep(file: &Path, names: &[String], now: Moment) -> anyhow::Result<()> {
    let today = now.china_day();
    let title = format!("tongguan, for a trial: {}; until ", names.join(", "));
    let kept = fs::read_to_string(file).unwrap_or_default();
    let until = kept.lines().next().and_then(|line| line.strip_prefix(&title));
    if until.and_then(|day| day.parse::<Date>().ok()).is_some_and(|until| today < until) {
        return Ok(());
    }
    let until = now.plus_days(DAYS).china_day();
    let pem = make(names, now.plus_days(-1).china_day(), until)?;
    write(file, &format!("{title}{until}\n{pem}"))
        .with_context(|| format!("cannot write {}; check its directory", file.display()))
}

/// A certificate and its key.
fn make(names: &[String], from: Date, until: Date) -> anyhow::Result<String> {
    let mut params = CertificateParams::new(names).with_context(|| {
        format!(
            "`tls.self_signed` names {names:?}, not all of which are names of hosts or addresses"
        )
    })?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Tongguan, for a trial");
    [params.not_before, params.not_after] = [from, until].map(|day| {
        let [month, day_of_month] = [day.month(), day.day()].map(i8::unsigned_abs);
        date_time_ymd(day.year().into(), month, day_of_month)
    });
    let key = KeyPair::generate().context("cannot make a key for the trial's certificate")?;
    let certificate = params.self_signed(&key).context("cannot sign the trial's certificate")?;
    Ok(format!("{}{}", certificate.pem(), key.serialize_pem()))
}

/// Whole or not at all, and for its owner alone.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = file.with_extension("draft");
    // What an earlier process may have left behind when it was killed.
    drop(fs::remove_file(&draft));
    let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    fs::rename(&draft, file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_is_made_once_for_its_owner_and_anew_for_other_names_and_when_its_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let now = Moment::parse_wire("20260302095900").unwrap();
        let kept = |names: &[&str], now| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            keep(&file, &names, now).unwrap();
            fs::read_to_string(&file).unwrap()
        };
        let first = kept(&["localhost", "127.0.0.1"], now);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
        assert_eq!(kept(&["localhost", "127.0.0.1"], now.plus_days(DAYS - 1)), first);
        let other = kept(&["localhost"], now);
        assert_ne!(other, first);
        assert_ne!(kept(&["localhost"], now.plus_days(DAYS)), other);
    }

    #[test]
    fn what_is_no_name_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let now = Moment::parse_wire("20260302095900").unwrap();
        let error = keep(&folder.path().join(FILE), &["通关".to_owned()], now).unwrap_err();
        assert!(format!("{error:#}").contains("tls.self_signed"), "{error:#}");
    }
}
