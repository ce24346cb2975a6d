//! TLS: certificates and keys from files or made for a trial, read again when they change.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustls::crypto::aws_lc_rs;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::{self, PemObject, SectionKind};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::Deserialize;
use tokio::sync::watch;
use tongguan_application::ports::Clock;

use super::self_signed;
use crate::upkeep::Trouble;

/// The settings under `[tls]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    self_signed: Option<Vec<String>>,
    client_authorities: Option<PathBuf>,
    #[serde(default)]
    client_certificates: ClientCertificates,
    /// For how many days browsers are told to speak nothing but TLS with this host.
    pub hsts_days: Option<u32>,
}

/// Who has to show a certificate, where there are authorities of clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClientCertificates {
    /// Everybody.
    #[default]
    Required,
    /// Nobody; one that is shown must be good.
    Optional,
}

/// What TLS is spoken with.
pub struct Credentials {
    source: Source,
    client_authorities: Option<PathBuf>,
    client_certificates: ClientCertificates,
    clock: Arc<dyn Clock>,
}

/// Where certificate and key come from.
enum Source {
    /// Files that somebody keeps up to date.
    Files { certificate: PathBuf, key: PathBuf },
    /// One that is made for these names and addresses, and kept in a file with its key.
    SelfSigned { names: Vec<String>, file: PathBuf },
}

/// The contents of the files.
#[derive(PartialEq, Eq)]
struct Contents {
    certificate: (PathBuf, Vec<u8>),
    key: (PathBuf, Vec<u8>),
    client_authorities: Option<Vec<(PathBuf, Vec<u8>)>>,
}

impl TlsSettings {
    /// Paths are relative to this folder.
    pub fn beside(&mut self, folder: &Path) {
        let Self { certificate, key, client_authorities, .. } = self;
        for path in [certificate, key, client_authorities].into_iter().flatten() {
            *path = folder.join(&path);
        }
    }

    /// What TLS is spoken with. A certificate for a trial is kept beside `sealing_key`.
    ///
    /// # Errors
    /// When it is not said where certificate and key come from, or said twice.
    pub fn credentials(
        &self,
        sealing_key: &Path,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Credentials> {
        let source = match (&self.certificate, &self.key, &self.self_signed) {
            (Some(certificate), Some(key), None) => {
                Source::Files { certificate: certificate.clone(), key: key.clone() }
            }
            (None, None, Some(names)) if !names.is_empty() => Source::SelfSigned {
                names: names.clone(),
                file: sealing_key.with_file_name(self_signed::FILE),
            },
            _ => anyhow::bail!(
                "`[tls]` needs either `certificate` and `key`, both files in PEM, or `self_signed`, the \
                 names and addresses of a trial: ['localhost', '127.0.0.1']"
            ),
        };
        anyhow::ensure!(
            self.client_certificates == ClientCertificates::Required
                || self.client_authorities.is_some(),
            "`tls.client_certificates` says who shows a certificate, and `tls.client_authorities` is \
             missing: the folder of those who sign them"
        );
        Ok(Credentials {
            source,
            client_authorities: self.client_authorities.clone(),
            client_certificates: self.client_certificates,
            clock,
        })
    }
}

impl Credentials {
    /// Reads what there is now, and looks every so often, as long as somebody speaks TLS with it, whether it
    /// was changed. What cannot be used is told of, and what was used before goes on being used: two files
    /// are not replaced at the same moment.
    ///
    /// # Errors
    /// Which file cannot be used, why, and what to do.
    pub fn open(self, every: Duration) -> anyhow::Result<watch::Receiver<Arc<ServerConfig>>> {
        let mut used = self.read()?;
        let (tell, told) = watch::channel(Arc::new(used.settings(self.client_certificates)?));
        std::thread::spawn(move || {
            let mut trouble = Trouble::default();
            while !tell.is_closed() {
                std::thread::park_timeout(every);
                match self.read().and_then(|found| self.taken_up(found, &mut used)) {
                    Ok(Some(settings)) => drop(tell.send_replace(Arc::new(settings))),
                    Ok(None) => trouble.is_over(),
                    Err(error) => trouble.tell(&error),
                }
            }
        });
        Ok(told)
    }

    /// What was found, where it is something else than what is used.
    fn taken_up(
        &self,
        found: Contents,
        used: &mut Contents,
    ) -> anyhow::Result<Option<ServerConfig>> {
        if found == *used {
            return Ok(None);
        }
        let settings = found.settings(self.client_certificates)?;
        tracing::info!(certificate = %found.certificate.0.display(), "a new certificate is in use");
        *used = found;
        Ok(Some(settings))
    }

    fn read(&self) -> anyhow::Result<Contents> {
        let (certificate, key) = match &self.source {
            Source::Files { certificate, key } => (contents(certificate)?, contents(key)?),
            Source::SelfSigned { names, file } => {
                self_signed::keep(file, names, self.clock.now())?;
                (contents(file)?, contents(file)?)
            }
        };
        let client_authorities = self.client_authorities.as_deref().map(folder).transpose()?;
        Ok(Contents { certificate, key, client_authorities })
    }
}

impl Contents {
    fn settings(&self, demanded: ClientCertificates) -> anyhow::Result<ServerConfig> {
        let Self { certificate, key, client_authorities } = self;
        let chain: Vec<CertificateDer<'static>> = items(certificate, "CERTIFICATE")?;
        let mut keys: Vec<PrivateKeyDer<'static>> = items(key, "PRIVATE KEY")?;
        let (certificate, key) = (certificate.0.display(), key.0.display());
        anyhow::ensure!(keys.len() == 1, "{key} holds {} keys; leave the one", keys.len());
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("cannot speak TLS 1.2 and 1.3")?;
        let builder = match client_authorities {
            Some(files) => builder.with_client_cert_verifier(verifier(files, demanded)?),
            None => builder.with_no_client_auth(),
        };
        let mut settings = builder.with_single_cert(chain, keys.remove(0)).with_context(|| {
            format!(
                "the certificate in {certificate} cannot be used with the key in {key}; give the \
                 certificate of this key first, and those that signed it behind it"
            )
        })?;
        settings.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(settings)
    }
}

/// Asks every caller for a certificate of one of these authorities.
fn verifier(
    files: &[(PathBuf, Vec<u8>)],
    demanded: ClientCertificates,
) -> anyhow::Result<Arc<dyn ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for file in files {
        for certificate in items::<CertificateDer<'static>>(file, "CERTIFICATE")? {
            let added = roots.add(certificate);
            added.with_context(|| format!("cannot use an authority in {}", file.0.display()))?;
        }
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = match demanded {
        ClientCertificates::Required => builder,
        ClientCertificates::Optional => builder.allow_unauthenticated(),
    };
    builder
        .build()
        .context("`tls.client_authorities` holds no certificate of an authority (*.pem, *.crt)")
}

fn contents(path: &Path) -> anyhow::Result<(PathBuf, Vec<u8>)> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok((path.to_owned(), bytes))
}

fn folder(path: &Path) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let cannot = || format!("cannot read `tls.client_authorities` in {}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.extension().is_some_and(|it| it == "pem" || it == "crt") {
            files.push(contents(&path)?);
        }
    }
    files.sort();
    Ok(files)
}

/// The sections of a file that are what is wanted.
fn items<T: PemObject>((path, text): &(PathBuf, Vec<u8>), wanted: &str) -> anyhow::Result<Vec<T>> {
    let mut items = Vec::new();
    let sections = sections(text);
    for (at, section) in <(SectionKind, Vec<u8>)>::pem_slice_iter(text).enumerate() {
        let line = || sections.get(at).map_or(1, |(line, _)| *line);
        let (kind, der) = section.map_err(|error| {
            let what = match error {
                pem::Error::MissingSectionEnd { .. } => "has no end",
                pem::Error::Base64Decode(_) => "is no Base64",
                _ => "cannot be read",
            };
            let path = path.display();
            anyhow::anyhow!("{path}: the section that begins in line {} {what}", line())
        })?;
        items.extend(T::from_pem(kind, der));
    }
    if items.is_empty() {
        let path = path.display();
        let held = sections.iter().map(|(line, name)| format!("`{name}` in line {line}"));
        let held: Vec<_> = held.collect();
        let held = if held.is_empty() { "nothing in PEM".to_owned() } else { held.join(", ") };
        let remedy = if held.contains("ENCRYPTED") {
            "; take its password off (openssl pkey -in FILE -out NEW) and keep it to its owner (chmod 600)"
        } else {
            ""
        };
        anyhow::bail!("{path} holds no `{wanted}`, but {held}{remedy}");
    }
    Ok(items)
}

/// The line in which each section begins, and its name.
fn sections(text: &[u8]) -> Vec<(usize, String)> {
    let text = String::from_utf8_lossy(text);
    let begin = |line: &str| {
        let name = line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
        Some(name.to_owned())
    };
    (1..).zip(text.lines()).filter_map(|(n, line)| Some((n, begin(line)?))).collect()
}
