//! `tongguan message convert`: messages to JSON and back, and order lines to messages.

mod columns;
mod lines;
mod orders;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use tongguan_application::checking;
use tongguan_application::ports::Clock as _;
use tongguan_domain::defect::{Defect, Rule};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::json::{self, Converted, Json, Refused};
use tongguan_messages::write::Style;
use tongguan_messages::xml::{Limits, Reason, Refusal};

use super::{Profile, Speech, input, message_type, write_out};
use crate::clock::SystemClock;
use crate::commands::defects::{DefectView, line_in};
use orders::OrderLines;

/// Convert a message to JSON, JSON to a message, or a CSV file of order lines to messages.
///
/// Which of the first two is seen from the file. A message is taken out of its DxpMsg envelope and
/// loses its signature, which JSON does not hold: sign what comes back with `tongguan message sign`.
/// Elements keep their names on the wire, and numbers are strings, so that nothing else is lost.
///
/// Nothing is written unless everything can be; what is wrong is told on standard error, with --json
/// as one object on standard output.
#[derive(Debug, Args)]
pub struct Convert {
    /// The message as XML or JSON, or with --orders the CSV file; `-` for standard input.
    #[arg(value_name = "FILE", required_unless_present = "schema")]
    file: Option<PathBuf>,
    /// Print the JSON Schema of a message instead, such as CEB311 or 311.
    #[arg(long, value_name = "TYPE", value_parser = message_type, conflicts_with_all = ["file", "orders"])]
    schema: Option<MessageType>,
    #[command(flatten)]
    orders: OrderLines,
    /// How strictly the message is judged.
    #[arg(long, value_enum, default_value_t = Profile::Tolerant)]
    profile: Profile,
    /// Write XML without white space between elements.
    #[arg(long)]
    compact: bool,
    /// Where the result is written; standard output when absent. Several messages are written to
    /// NAME-1.xml, NAME-2.xml and so on.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    speech: Speech,
}

/// The file is neither of the two.
static NEITHER_XML_NOR_JSON: Rule = Rule {
    code: "neither-xml-nor-json",
    official: None,
    zh: "既不是XML也不是JSON；CSV订单请加--orders CEB311或CEB303",
    en: "it is neither XML nor JSON; for a CSV file of order lines add --orders CEB311 or CEB303",
};

impl Convert {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if let Some(message) = self.schema {
            write_out(&json::schema(message).to_pretty(), self.out.as_deref())?;
            return Ok(ExitCode::SUCCESS);
        }
        let Some(file) = &self.file else { anyhow::bail!("name a file, or --schema TYPE") };
        match self.converted(file) {
            Ok(made) => {
                self.tell(&made)?;
                self.write(&made)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(refused) => {
                self.refuse(file, &refused)?;
                Ok(ExitCode::FAILURE)
            }
        }
    }

    fn converted(&self, file: &Path) -> Result<Vec<Converted<String>>, Refused> {
        let bytes = input::read(file)?;
        let limit = Limits::default().bytes;
        if bytes.len() > limit {
            // What was read of it is only its beginning.
            let refusal = Refusal { reason: Reason::TooLarge { limit }, position: limit };
            return Err(Defect::from(refusal).into());
        }
        if let Some(message) = self.orders.message() {
            let now = SystemClock.now();
            return self.orders.convert(&bytes, message, now, self.profile.into(), self.style());
        }
        let text = bytes.trim_ascii_start();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
        match text.first() {
            Some(b'<') => Ok(vec![self.to_json(&bytes)?]),
            Some(b'{' | b'[') => Ok(vec![self.to_message(text)?]),
            _ => Err(Defect::at(&NEITHER_XML_NOR_JSON, "").into()),
        }
    }

    fn to_json(&self, bytes: &[u8]) -> Result<Converted<String>, Refused> {
        let opened = checking::open(bytes, |tree| json::from_message(tree, self.profile.into()));
        let converted =
            opened.content.map_err(|defects| Refused { defects, omitted: 0 }).flatten()?;
        if let Some(envelope) = &opened.envelope {
            envelope.check_type(converted.message)?;
        }
        let Converted { message, content, warnings, findings } = converted;
        Ok(Converted { message, content: content.to_pretty(), warnings, findings })
    }

    fn to_message(&self, text: &[u8]) -> Result<Converted<String>, Refused> {
        let text = str::from_utf8(text).map_err(|error| {
            Defect::at(&json::rules::NOT_JSON, format!("byte {}", error.valid_up_to()))
                .found("UTF-8 is expected")
        })?;
        json::to_message(&Json::parse(text)?, self.profile.into(), self.style())
    }

    const fn style(&self) -> Style {
        if self.compact { Style::Compact } else { Style::Indented }
    }

    /// Tells what was tolerated, and what would be refused by whoever acts on the message.
    fn tell(&self, made: &[Converted<String>]) -> anyhow::Result<()> {
        let language = self.speech.language();
        let mut err = std::io::stderr().lock();
        for converted in made {
            for (kind, defects) in [
                (language.pick("警告", "warning"), &converted.warnings),
                (language.pick("业务", "finding"), &converted.findings),
            ] {
                for defect in defects {
                    writeln!(err, "{kind}  {}", line_in(defect, language))?;
                }
            }
        }
        Ok(())
    }

    fn write(&self, made: &[Converted<String>]) -> anyhow::Result<()> {
        let [one] = made else {
            let many = made.len();
            let out = self.out.as_deref().with_context(|| {
                format!("there are {many} messages: say with --out FILE where they go")
            })?;
            for (number, converted) in (1..).zip(made) {
                write_out(&converted.content, Some(&numbered(out, number)))?;
            }
            return Ok(());
        };
        write_out(&one.content, self.out.as_deref())
    }

    fn refuse(&self, file: &Path, refused: &Refused) -> anyhow::Result<()> {
        let file = file.display().to_string();
        if self.speech.json {
            let defects = refused.defects.iter().map(DefectView::from).collect();
            let view = RefusedView { file: &file, defects, omitted: refused.omitted };
            writeln!(std::io::stdout().lock(), "{}", serde_json::to_string(&view)?)?;
            return Ok(());
        }
        let language = self.speech.language();
        let mut err = std::io::stderr().lock();
        for defect in &refused.defects {
            writeln!(err, "{file}: {}", line_in(defect, language))?;
        }
        if refused.omitted > 0 {
            let more = language.pick("未列出的错误", "defects not listed");
            writeln!(err, "{file}: {more}: {}", refused.omitted)?;
        }
        Ok(())
    }
}

/// Why nothing was converted.
#[derive(Debug, Serialize)]
struct RefusedView<'v> {
    file: &'v str,
    defects: Vec<DefectView>,
    omitted: usize,
}

/// `orders.xml` as `orders-1.xml`.
fn numbered(file: &Path, number: usize) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let extension = file.extension().map(|it| format!(".{}", it.to_string_lossy()));
    file.with_file_name(format!("{stem}-{number}{}", extension.unwrap_or_default()))
}
