//! `tongguan message check`: what is wrong with messages, and where.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use tongguan_application::intake::Codes;
use tongguan_application::intake::envelope::Envelope;
use tongguan_codelists::Pack;
use tongguan_domain::check;
use tongguan_domain::check::export::{self, Law};
use tongguan_domain::commerce::Filing;
use tongguan_domain::defect::Defect;
use tongguan_messages::read::{self, Document, Reading};
use tongguan_messages::zone::{self, ZoneMessage, ZoneReading};

use super::input::{self, Opened};
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
            all_valid &= verdict.is_valid();
            if self.speech.json {
                writeln!(out, "{}", serde_json::to_string(&verdict.view())?)?;
            } else {
                write!(out, "{}", verdict.text(self.speech.language()))?;
            }
        }
        Ok(if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn judge(&self, file: &Path, pack: &Arc<Pack>) -> Verdict {
        let mut verdict = Verdict {
            file: file.display().to_string(),
            message: None,
            profile: self.profile,
            documents: 0,
            defects: Vec::new(),
            warnings: Vec::new(),
            findings: Vec::new(),
            omitted: 0,
            envelope: None,
        };
        let opened = match input::read(file) {
            Ok(bytes) => input::open(&bytes, |tree| match zone::is_request(tree) {
                true => Ok(Found::Zone(zone::read(tree))),
                false => {
                    read::read(tree, self.profile.into()).map(|read| Found::Ceb(Box::new(read)))
                }
            }),
            Err(defect) => Opened { envelope: None, content: Err(vec![defect]) },
        };
        verdict.envelope = opened.envelope;
        match opened.content {
            Err(defects) => verdict.defects = defects,
            Ok(Err(defect)) => verdict.defects.push(defect),
            Ok(Ok(Found::Ceb(reading))) => verdict.take(*reading, pack),
            Ok(Ok(Found::Zone(reading))) => verdict.take_zone(reading),
        }
        verdict
    }
}

/// What a file holds.
enum Found {
    Ceb(Box<Reading>),
    /// A request of a bonded zone, for which there is one profile alone.
    Zone(ZoneReading),
}

/// What was found in one file.
struct Verdict {
    file: String,
    message: Option<&'static str>,
    profile: Profile,
    documents: usize,
    /// Of the structure; none means valid.
    defects: Vec<Defect>,
    warnings: Vec<Defect>,
    /// Of the content.
    findings: Vec<Defect>,
    omitted: usize,
    envelope: Option<Envelope>,
}

impl Verdict {
    fn is_valid(&self) -> bool {
        self.defects.is_empty()
    }

    fn take(&mut self, reading: Reading, pack: &Pack) {
        let envelope = self.envelope.as_ref();
        let announced = envelope.map_or(Ok(()), |envelope| envelope.check_type(reading.message));
        self.message = Some(reading.message.code());
        self.documents = reading.document_count;
        self.findings = findings(&reading, pack);
        self.defects = announced.err().into_iter().chain(reading.defects).collect();
        self.warnings = reading.warnings;
        self.omitted = reading.omitted;
    }

    fn take_zone(&mut self, reading: ZoneReading) {
        self.message = reading.message.map(ZoneMessage::code);
        self.documents = usize::from(reading.message.is_some());
        self.defects = reading.outcome.err().unwrap_or_default();
        self.warnings = reading.warnings;
    }

    fn view(&self) -> View<'_> {
        let views = |defects: &[Defect]| defects.iter().map(DefectView::from).collect();
        View {
            file: &self.file,
            message: self.message,
            profile: self.profile.name(),
            valid: self.is_valid(),
            documents: self.documents,
            defects: views(&self.defects),
            warnings: views(&self.warnings),
            findings: views(&self.findings),
            omitted: self.omitted,
            envelope: self.envelope.as_ref().map(EnvelopeView::from),
        }
    }

    fn text(&self, language: Language) -> String {
        let profile = match self.profile {
            Profile::Strict => language.pick("严格", "strict"),
            Profile::Tolerant => language.pick("宽松", "tolerant"),
        };
        let message = self.message.unwrap_or(language.pick("类型未知", "unknown"));
        let valid = match self.is_valid() {
            true => language.pick("有效", "valid"),
            false => language.pick("无效", "not valid"),
        };
        let documents = language.pick("单证数", "documents");
        let mut text = format!(
            "{}: {message}, {profile}: {valid}, {documents}: {}\n",
            self.file, self.documents
        );
        for (kind, defects) in [
            (language.pick("错误", "defect"), &self.defects),
            (language.pick("警告", "warning"), &self.warnings),
            (language.pick("业务", "finding"), &self.findings),
        ] {
            for defect in defects {
                let _ = writeln!(text, "  {kind}  {}", line_in(defect, language));
            }
        }
        if self.omitted > 0 {
            let more = language.pick("未列出的错误和警告", "defects and warnings not listed");
            let _ = writeln!(text, "  {more}: {}", self.omitted);
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

/// Values that mean nothing, and broken rules of single documents.
fn findings(reading: &Reading, pack: &Pack) -> Vec<Defect> {
    let documents = reading.documents.iter().flat_map(|document| match &document.outcome {
        Ok(read) => broken_rules(read, pack, &document.pointer),
        Err(defects) => defects.clone(),
    });
    let answers = reading.answers.iter().filter_map(|answer| answer.outcome.as_ref().err());
    documents.chain(answers.flatten().cloned()).collect()
}

/// The law of the day on which an export document says that it was sent: it says no other, and the day of
/// its receipt, by which it will be judged, has not come.
fn law<'p>(pack: &'p Pack, filing: &Filing) -> Law<'p> {
    Law { pack, day: filing.sent_at.china_day() }
}

fn broken_rules(document: &Document, pack: &Pack, pointer: &str) -> Vec<Defect> {
    match document {
        Document::Order(order) => check::check_order(order, pointer),
        Document::Payment(payment) => check::check_payment(payment, pointer),
        Document::Waybill(waybill) => check::check_waybill(waybill, pointer),
        Document::Delivery(delivery) => check::check_delivery(delivery, pointer),
        Document::Declaration(declaration) => {
            let codes = Codes { pack, day: declaration.declared_on };
            check::check_declaration(declaration, &codes, pointer)
        }
        Document::ExportOrder(order) => {
            export::check_export_order(order, law(pack, &order.filing), pointer)
        }
        Document::Collection(collection) => {
            export::check_collection(collection, law(pack, &collection.filing), pointer)
        }
        Document::ExportWaybill(waybill) => {
            export::check_export_waybill(waybill, law(pack, &waybill.filing), pointer)
        }
        Document::ExportDeclaration(declaration) => {
            export::check_export(declaration, law(pack, &declaration.filing), pointer)
        }
        Document::Arrival(report) => export::check_arrival(report, pointer),
        Document::Departure(report) => export::check_departure(report, pointer),
        Document::ExportReturn(request) => {
            export::check_export_return(request, law(pack, &request.filing), pointer)
        }
        Document::ReturnTally(tally) => {
            export::check_return_tally(tally, law(pack, &tally.filing), pointer)
        }
        Document::Return(request) => check::check_return(request, pointer),
        Document::Cancellation(request) => check::check_cancellation(request, pointer),
        Document::ExportCancellation(request) => check::check_export_cancellation(request, pointer),
        Document::MasterBillLink(link) => {
            export::check_master_bill(link, law(pack, &link.filing), pointer)
        }
        Document::Consolidation(request) => {
            // A request says no day of its receipt; it was sent before it came.
            check::consolidation::check_consolidation(request, request.filing.sent_at, pointer)
        }
        Document::WarehouseEntry(entry) => check::check_warehouse_entry(entry, pointer),
        // Nothing is asked yet of what a message says that is not acted upon.
    }
}
