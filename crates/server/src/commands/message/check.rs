//! `tongguan message check`: what is wrong with messages, and where.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use tongguan_application::checking::{Checked, check};
use tongguan_application::intake::envelope::Envelope;
use tongguan_codelists::Pack;
use tongguan_domain::defect::Defect;

use super::input;
use super::{Profile, Speech};
use crate::commands::defects::{DefectView, Language, line_in};

/// Check messages: their structure, and what can be said of each document by itself.
///
/// A message is valid when its structure is what the profile accepts. What breaks a business rule
/// (a finding) does not make it invalid. Messages in DxpMsg envelopes are checked with their
/// envelopes. Signatures are not verified here: see `tongguan message verify`.
///
/// The exit status is 0 only if every message is valid. A file that cannot be read is reported like
/// any other, and the rest is checked.
#[derive(Debug, Args)]
pub struct Check {
    /// The messages; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How strictly the structure is judged.
    #[arg(long, value_enum, default_value_t = Profile::Tolerant)]
    profile: Profile,
    #[command(flatten)]
    speech: Speech,
}

impl Check {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let pack = Pack::builtin();
        let mut out = std::io::stdout().lock();
        let mut all_valid = true;
        for file in &self.files {
            let verdict = self.judge(file, &pack);
            all_valid &= verdict.checked.is_valid();
            if self.speech.json {
                writeln!(out, "{}", serde_json::to_string(&verdict.view())?)?;
            } else {
                write!(out, "{}", verdict.text(self.speech.language()))?;
            }
        }
        Ok(if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn judge(&self, file: &Path, pack: &Arc<Pack>) -> Verdict {
        let checked = match input::read(file) {
            Ok(bytes) => check(&bytes, self.profile.into(), pack),
            Err(defect) => Checked { defects: vec![defect], ..Checked::default() },
        };
        Verdict { file: file.display().to_string(), profile: self.profile, checked }
    }
}

/// What was found in one file.
struct Verdict {
    file: String,
    profile: Profile,
    checked: Checked,
}

impl Verdict {
    fn view(&self) -> View<'_> {
        let views = |defects: &[Defect]| defects.iter().map(DefectView::from).collect();
        View {
            file: &self.file,
            message: self.checked.message,
            profile: self.profile.name(),
            valid: self.checked.is_valid(),
            documents: self.checked.documents,
            defects: views(&self.checked.defects),
            warnings: views(&self.checked.warnings),
            findings: views(&self.checked.findings),
            omitted: self.checked.omitted,
            envelope: self.checked.envelope.as_ref().map(EnvelopeView::from),
        }
    }

    fn text(&self, language: Language) -> String {
        let profile = match self.profile {
            Profile::Strict => language.pick("严格", "strict"),
            Profile::Tolerant => language.pick("宽松", "tolerant"),
        };
        let checked = &self.checked;
        let message = checked.message.unwrap_or(language.pick("类型未知", "unknown"));
        let valid = match checked.is_valid() {
            true => language.pick("有效", "valid"),
            false => language.pick("无效", "not valid"),
        };
        let documents = language.pick("单证数", "documents");
        let mut text = format!(
            "{}: {message}, {profile}: {valid}, {documents}: {}\n",
            self.file, checked.documents
        );
        for (kind, defects) in [
            (language.pick("错误", "defect"), &checked.defects),
            (language.pick("警告", "warning"), &checked.warnings),
            (language.pick("业务", "finding"), &checked.findings),
        ] {
            for defect in defects {
                let _ = writeln!(text, "  {kind}  {}", line_in(defect, language));
            }
        }
        if checked.omitted > 0 {
            let more = language.pick("未列出的错误和警告", "defects and warnings not listed");
            let _ = writeln!(text, "  {more}: {}", checked.omitted);
        }
        text
    }
}

/// One line of the answer.
#[derive(Debug, Serialize)]
struct View<'v> {
    file: &'v str,
    #[serde(rename = "type")]
    message: Option<&'static str>,
    profile: &'static str,
    valid: bool,
    documents: usize,
    defects: Vec<DefectView>,
    warnings: Vec<DefectView>,
    findings: Vec<DefectView>,
    omitted: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    envelope: Option<EnvelopeView<'v>>,
}

/// The envelope that the message came in.
#[derive(Debug, Serialize)]
struct EnvelopeView<'v> {
    number: Option<&'v str>,
    sender: Option<&'v str>,
    message_type: &'v str,
}

impl<'v> From<&'v Envelope> for EnvelopeView<'v> {
    fn from(envelope: &'v Envelope) -> Self {
        Self {
            number: envelope.number.as_deref(),
            sender: envelope.sender.as_ref().map(tongguan_domain::ids::DxpId::as_str),
            message_type: &envelope.message_type,
        }
    }
}
