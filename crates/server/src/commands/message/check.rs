//! `tongguan message check`: what is wrong with messages, and where.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use tongguan_application::checking::{self, Checked};
use tongguan_codelists::Pack;
use tongguan_web::views::check::CheckedView;

use super::input;
use super::{Profile, Speech};
use crate::commands::defects::{Language, line_in};

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
            let judged = self.judge(file, &pack);
            all_valid &= judged.verdict.is_valid();
            if self.speech.json {
                writeln!(out, "{}", serde_json::to_string(&judged.view())?)?;
            } else {
                write!(out, "{}", judged.text(self.speech.language()))?;
            }
        }
        Ok(if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn judge(&self, file: &Path, pack: &Arc<Pack>) -> Judged {
        let verdict = match input::read(file) {
            Ok(bytes) => checking::check(&bytes, self.profile.into(), pack),
            Err(defect) => Checked { defects: vec![defect], ..Checked::default() },
        };
        Judged { file: file.display().to_string(), profile: self.profile, verdict }
    }
}

/// What was found in one file.
struct Judged {
    file: String,
    profile: Profile,
    verdict: Checked,
}

impl Judged {
    fn view(&self) -> View<'_> {
        View { file: &self.file, verdict: CheckedView::of(&self.verdict, self.profile.into()) }
    }

    fn text(&self, language: Language) -> String {
        let profile = match self.profile {
            Profile::Strict => language.pick("严格", "strict"),
            Profile::Tolerant => language.pick("宽松", "tolerant"),
        };
        let verdict = &self.verdict;
        let message = verdict.message.unwrap_or(language.pick("类型未知", "unknown"));
        let valid = match verdict.is_valid() {
            true => language.pick("有效", "valid"),
            false => language.pick("无效", "not valid"),
        };
        let documents = language.pick("单证数", "documents");
        let mut text = format!(
            "{}: {message}, {profile}: {valid}, {documents}: {}\n",
            self.file, verdict.documents
        );
        for (kind, defects) in [
            (language.pick("错误", "defect"), &verdict.defects),
            (language.pick("警告", "warning"), &verdict.warnings),
            (language.pick("业务", "finding"), &verdict.findings),
        ] {
            for defect in defects {
                let _ = writeln!(text, "  {kind}  {}", line_in(defect, language));
            }
        }
        if verdict.omitted > 0 {
            let more = language.pick("未列出的错误和警告", "defects and warnings not listed");
            let _ = writeln!(text, "  {more}: {}", verdict.omitted);
        }
        text
    }
}

/// One line of the answer.
#[derive(Debug, Serialize)]
struct View<'v> {
    file: &'v str,
    #[serde(flatten)]
    verdict: CheckedView,
}
