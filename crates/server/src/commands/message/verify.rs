//! `tongguan message verify`: who signed messages, and whether to believe it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use tongguan_application::checking::{self, SignatureFound, signature};
use tongguan_application::ports::Clock as _;
use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::{Certificate, Revocation, TrustStore, judge};
use tongguan_messages::signature::{Policy, SignatureDefect, Verified};

use super::Speech;
use super::input;
use crate::clock::SystemClock;
use crate::commands::defects::{DefectView, Language, line_in};
use crate::product;

/// Verify the signatures of messages.
///
/// Without --trust the signature alone is judged: that the holder of the certificate in the message
/// signed it, and that nothing was changed. Anybody can make such a certificate. With --trust a
/// message is valid only if one of the authorities issued the certificate and it is not revoked.
///
/// The exit status is 0 only if every message is valid. An unsigned message is not.
#[derive(Debug, Args)]
pub struct Verify {
    /// The messages, bare or in envelopes; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The trusted authorities: certificates (.pem, .crt, .cer) and revocation lists (.crl).
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// When the certificates must be valid: 2026-03-02T10:00:00+08:00, 20260302100000 or 2026-03-02
    /// (both in China); now when absent.
    #[arg(long, value_name = "TIME", requires = "trust", value_parser = moment)]
    at: Option<Moment>,
    /// Accept RSA with SHA-256 too, which the Chinese rules do not know.
    #[arg(long)]
    rsa_sha256: bool,
    #[command(flatten)]
    speech: Speech,
}

impl Verify {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let judge = Judge {
            policy: match self.rsa_sha256 {
                true => Policy::china().with_rsa_sha256(),
                false => Policy::china(),
            },
            trust: self.trust()?,
        };
        let mut out = std::io::stdout().lock();
        let mut all_valid = true;
        for file in &self.files {
            let verdict = judge.file(file);
            all_valid &= verdict.is_valid();
            if self.speech.json {
                writeln!(out, "{}", serde_json::to_string(&verdict.view())?)?;
            } else {
                write!(out, "{}", verdict.text(self.speech.language()))?;
            }
        }
        Ok(if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn trust(&self) -> anyhow::Result<Option<(TrustStore, Moment)>> {
        let Some(folder) = &self.trust else { return Ok(None) };
        std::fs::read_dir(folder)
            .with_context(|| format!("--trust {} is no readable directory", folder.display()))?;
        let store = product::trust(folder)?;
        let at = self.at.unwrap_or_else(|| SystemClock.now());
        Ok(Some(((*store).clone(), at)))
    }
}

fn moment(text: &str) -> Result<Moment, String> {
    let instant = text.parse::<Timestamp>().ok();
    Moment::parse_wire(text)
        .or_else(|| instant.map(|instant| Moment::from_micros(instant.as_microsecond())))
        .or_else(|| text.parse::<Date>().ok().map(Moment::start_of))
        .ok_or_else(|| "not a time; try 2026-03-02T10:00:00+08:00 or 2026-03-02".to_owned())
}

/// What messages are judged by.
struct Judge {
    policy: Policy,
    trust: Option<(TrustStore, Moment)>,
}

impl Judge {
    fn file(&self, file: &Path) -> Verdict {
        let mut verdict = Verdict { file: file.display().to_string(), ..Verdict::default() };
        match input::read(file) {
            Err(defect) => verdict.defects.push(defect),
            Ok(bytes) => {
                let opened = checking::open(&bytes, |tree| self.message(tree, &mut verdict));
                if let Err(defects) = opened.content {
                    verdict.defects = defects;
                }
            }
        }
        verdict
    }

    fn message(&self, tree: &roxmltree::Document<'_>, verdict: &mut Verdict) {
        let SignatureFound { verified, certificate, defects } = signature(tree, &self.policy);
        verdict.verified = verified;
        verdict.defects = defects;
        let Some(certificate) = certificate else { return };
        if let Some((store, at)) = &self.trust {
            let judged = judge(&certificate, store, *at).map(|verdict| verdict.revocation);
            verdict.trusted = Some(judged.is_ok());
            match judged {
                Ok(revocation) => verdict.revocation = Some(revocation),
                Err(defect) => {
                    verdict.defects.push(Defect::from(&SignatureDefect::Certificate(defect)));
                }
            }
        }
        verdict.certificate = Some(certificate);
    }
}

/// What was found in one file.
#[derive(Default)]
struct Verdict {
    file: String,
    verified: Option<Verified>,
    /// The certificate in the message, whether or not its holder signed.
    certificate: Option<Certificate>,
    /// Absent when trust was not judged.
    trusted: Option<bool>,
    revocation: Option<Revocation>,
    defects: Vec<Defect>,
}

impl Verdict {
    fn is_valid(&self) -> bool {
        self.verified.is_some() && self.defects.is_empty()
    }

    /// Whom the certificate names, once it is known that its holder signed.
    fn signer(&self) -> Option<String> {
        let certificate = self.certificate.as_ref().filter(|_| self.verified.is_some())?;
        let name = certificate.common_name().or_else(|| certificate.organisation());
        Some(name.unwrap_or_else(|| certificate.serial()))
    }

    fn view(&self) -> View<'_> {
        View {
            file: &self.file,
            valid: self.is_valid(),
            algorithm: self.verified.as_ref().map(|verified| verified.scheme.name()),
            form: self.verified.as_ref().map(|verified| verified.form.name()),
            signer: self.signer(),
            certificate: self.certificate.as_ref().map(CertificateView::from),
            trusted: self.trusted,
            revocation: self.revocation.map(|revocation| match revocation {
                Revocation::NotListed { .. } => "not-listed",
                Revocation::NotChecked => "not-checked",
            }),
            defects: self.defects.iter().map(DefectView::from).collect(),
        }
    }

    fn text(&self, language: Language) -> String {
        let mut text = format!("{}: ", self.file);
        text += match self.is_valid() {
            true => language.pick("有效", "valid"),
            false => language.pick("无效", "not valid"),
        };
        if let Some(verified) = &self.verified {
            let (scheme, form) = (verified.scheme.name(), verified.form.name());
            let signed_by = language.pick("签名者", "signed by");
            let _ = write!(text, ", {scheme}, {form}, {signed_by} ");
            text += &self.signer().unwrap_or_default();
        }
        text += match (self.trusted, self.revocation) {
            (Some(true), Some(Revocation::NotChecked)) => language.pick(
                "；证书可信，未检查吊销（没有吊销列表）",
                "; the certificate is trusted, revocation was not checked for want of a list",
            ),
            (Some(true), _) => language.pick("；证书可信", "; the certificate is trusted"),
            (Some(false), _) => language.pick("；证书不可信", "; the certificate is not trusted"),
            (None, _) if self.certificate.is_some() => language.pick(
                "；仅验证签名，未判断证书是否可信（见 --trust）",
                "; the signature alone was judged, not whether to trust the certificate (--trust)",
            ),
            (None, _) => "",
        };
        text.push('\n');
        for defect in &self.defects {
            let _ = writeln!(text, "  {}", line_in(defect, language));
        }
        text
    }
}

/// One line of the answer.
#[derive(Debug, Serialize)]
struct View<'v> {
    file: &'v str,
    valid: bool,
    algorithm: Option<&'static str>,
    form: Option<&'static str>,
    signer: Option<String>,
    certificate: Option<CertificateView>,
    trusted: Option<bool>,
    revocation: Option<&'static str>,
    defects: Vec<DefectView>,
}

/// A certificate as JSON.
#[derive(Debug, Serialize)]
struct CertificateView {
    serial: String,
    common_name: Option<String>,
    organisation: Option<String>,
    valid_from: String,
    valid_until: String,
    sha256: String,
}

impl From<&Certificate> for CertificateView {
    fn from(certificate: &Certificate) -> Self {
        let mut sha256 = String::with_capacity(64);
        for byte in certificate.digest() {
            let _ = write!(sha256, "{byte:02x}");
        }
        Self {
            serial: certificate.serial(),
            common_name: certificate.common_name(),
            organisation: certificate.organisation(),
            valid_from: certificate.valid_from().to_string(),
            valid_until: certificate.valid_until().to_string(),
            sha256,
        }
    }
}
