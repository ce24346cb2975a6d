//! `tongguan message sign`: puts a signature under a message.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tongguan_application::checking;
use tongguan_domain::defect::Defect;
use tongguan_messages::certificate::Certificate;
use tongguan_messages::certificate::key::{Scheme, SigningKey};
use tongguan_messages::signature::{Policy, SignatureDefect, Style, sign, verify};

use super::{input, write_out};
use crate::commands::defects::line;

/// Sign a message.
///
/// The message is written as it is, line ends made LF, with the signature as the last child of its
/// root, in an export message before its extension. It must be bare, not in an envelope, and not
/// signed yet.
#[derive(Debug, Args)]
pub struct Sign {
    /// The message; `-` for standard input.
    file: PathBuf,
    /// The secret key: PKCS#8 in PEM, unencrypted.
    #[arg(long, value_name = "PEM")]
    key: PathBuf,
    /// The key's certificate, X.509 in PEM.
    #[arg(long, value_name = "PEM")]
    certificate: PathBuf,
    /// How it is signed; sm2 for SM2 keys and rsa-sha1 for RSA keys when absent.
    #[arg(long, value_enum)]
    style: Option<Manner>,
    /// Where the signed message is written; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How a message is signed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Manner {
    /// SM2 with SM3, as the standard of 2022-05 prefers.
    Sm2,
    /// SM2 as signers of the field write it: other names, a SHA-1 digest, white space added later.
    Sm2Field,
    /// RSA with SHA-1, for certificates issued before 2022-07-01.
    RsaSha1,
    /// RSA with SHA-256, an extension.
    RsaSha256,
}

impl From<Manner> for Style {
    fn from(manner: Manner) -> Self {
        match manner {
            Manner::Sm2 => Self::SM2,
            Manner::Sm2Field => Self::SM2_FIELD,
            Manner::RsaSha1 => Self::RSA_SHA1,
            Manner::RsaSha256 => Self::RSA_SHA256,
        }
    }
}

impl Sign {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let key = signing_key(&self.key)?;
        let certificate = Certificate::from_pem(&text(&self.certificate)?).with_context(|| {
            format!("cannot use the certificate in {}", self.certificate.display())
        })?;
        let style = self.style.unwrap_or(match key {
            SigningKey::Sm2(_) => Manner::Sm2,
            SigningKey::Rsa(_) => Manner::RsaSha1,
        });
        let style = Style::from(style);
        self.check_pair(&key, &certificate, style.method.scheme())?;
        let signed = sign(&self.message()?, &key, &certificate, style)
            .with_context(|| format!("cannot sign {}", self.file.display()))?;
        warn_of_refusal(&signed);
        write_out(&signed, self.out.as_deref())?;
        Ok(ExitCode::SUCCESS)
    }

    /// That the certificate is the key's: a signature that nobody can verify helps nobody.
    fn check_pair(
        &self,
        key: &SigningKey,
        certificate: &Certificate,
        scheme: Scheme,
    ) -> anyhow::Result<()> {
        let probe = b"tongguan";
        let value = key.sign(scheme, probe).with_context(|| {
            format!("choose another --style for the key in {}", self.key.display())
        })?;
        anyhow::ensure!(
            certificate.key().verify(scheme, probe, &value),
            "the certificate in {} does not belong to the key in {}",
            self.certificate.display(),
            self.key.display(),
        );
        Ok(())
    }

    fn message(&self) -> anyhow::Result<String> {
        let file = self.file.display();
        let refused = |defects: &[Defect]| {
            let lines: Vec<_> = defects.iter().map(line).collect();
            anyhow::anyhow!("cannot sign {file}: {}", lines.join("; "))
        };
        let bytes = input::read(&self.file).map_err(|defect| refused(&[defect]))?;
        let opened = checking::open(&bytes, |_| ());
        anyhow::ensure!(
            opened.envelope.is_none(),
            "cannot sign {file}: it is an envelope; sign the business message before it is put in one"
        );
        opened.content.map_err(|defects| refused(&defects))?;
        String::from_utf8(bytes).with_context(|| format!("cannot sign {file}: it is not UTF-8"))
    }
}

/// Says when the Chinese rules do not accept what was written.
fn warn_of_refusal(signed: &str) {
    let judged = checking::open(signed.as_bytes(), |tree| verify(tree, &Policy::china(), None));
    if let Ok(Err(SignatureDefect::NotAllowed(scheme))) = judged.content {
        eprintln!(
            "warning: the Chinese rules do not accept {scheme} with this certificate; \
             docs/reference/message.md says which they accept"
        );
    }
}

/// Reads a secret key.
pub fn signing_key(file: &Path) -> anyhow::Result<SigningKey> {
    SigningKey::from_pem(&text(file)?)
        .with_context(|| format!("cannot use the key in {}", file.display()))
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
