//! `tongguan message list`: export lists from orders, waybills and registered goods.

mod goods;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;
use tongguan_application::checking;
use tongguan_application::ports::Clock as _;
use tongguan_domain::commerce::{Action, ExportOrder, ExportWaybill, Filing, Stage};
use tongguan_domain::declaration::{BondedStock, ExportDeclaration, StatisticsFlag, Transport};
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::ExportMode;
use tongguan_domain::ids::{FunctionalReference, Guid, OfficeCode};
use tongguan_domain::listing::{Register, Terms, export_list};
use tongguan_domain::party::{NamedParty, PartyCode};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{Transfer, ceb603};
use tongguan_messages::content::derived_guid;
use tongguan_messages::read::{self, Document, Reading};
use tongguan_messages::write::{Envelope, Style};

use super::{input, write_out};
use crate::clock::SystemClock;
use crate::commands::defects::line;

/// Make export lists (CEB603) from orders (CEB303), waybills (CEB505) and registered goods.
///
/// What the match compares is taken from the documents, so that a list matches them; statutory
/// quantities follow from the register of goods, and what nobody can know is asked for here. The
/// message is unsigned: sign it with `tongguan message sign`.
///
/// Columns of the register and examples: docs/reference/message.md
#[derive(Debug, Args)]
pub struct List {
    /// A message of orders (CEB303).
    #[arg(long, value_name = "FILE")]
    order: PathBuf,
    /// A message of waybills (CEB505).
    #[arg(long, value_name = "FILE")]
    waybill: PathBuf,
    /// The register of goods, a CSV file.
    #[arg(long, value_name = "CSV")]
    goods: PathBuf,
    /// Which waybill is whose, where there are several: ORDER=WAYBILL; may be given several times.
    #[arg(long, value_name = "ORDER=WAYBILL")]
    pair: Vec<String>,
    /// The customs office of declaration, four digits.
    #[arg(long, value_name = "CODE", value_parser = OfficeCode::parse)]
    office: OfficeCode,
    /// The customs office where the goods leave; that of declaration when absent.
    #[arg(long, value_name = "CODE", value_parser = OfficeCode::parse)]
    port: Option<OfficeCode>,
    /// The supervision mode: 9610, 9710 or 9810.
    #[arg(long, value_name = "MODE", default_value = "9610", value_parser = mode)]
    mode: ExportMode,
    /// Declare in simplified form (A), instead of for consolidation (B).
    #[arg(long)]
    simplified: bool,
    /// Who declares: its code and name.
    #[arg(long, value_name = "CODE=NAME", value_parser = party)]
    declarant: NamedParty,
    /// Who makes or sells the goods: its code and name; the merchant when absent.
    #[arg(long, value_name = "CODE=NAME", value_parser = party)]
    producer: Option<NamedParty>,
    /// The country of destination, three digits.
    #[arg(long, value_name = "CODE")]
    country: String,
    /// The port of destination; the country when absent.
    #[arg(long, value_name = "CODE")]
    destination_port: Option<String>,
    /// The mode of transport, such as 5 for air.
    #[arg(long, value_name = "CODE")]
    transport: String,
    /// The kind of packing.
    #[arg(long, value_name = "CODE", default_value = "2")]
    packaging: String,
    /// The licence that the goods need.
    #[arg(long, value_name = "NUMBER")]
    licence: Option<String>,
    /// The supervised place, where the office has several.
    #[arg(long, value_name = "CODE")]
    facility: Option<String>,
    /// The declarant's own number of the list; the order number when absent.
    #[arg(long, value_name = "NUMBER")]
    reference: Option<String>,
    /// The day of export, such as 2026-03-02; today when absent.
    #[arg(long, value_name = "DAY")]
    export_on: Option<Date>,
    /// The declarant's mailbox on the exchange platform (dxpId).
    #[arg(long, value_name = "ID")]
    mailbox: String,
    /// Where the message is written; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn mode(text: &str) -> Result<ExportMode, String> {
    ExportMode::from_wire(text)
        .filter(|mode| *mode != ExportMode::Zone)
        .ok_or_else(|| "lists are made for 9610, 9710 and 9810".to_owned())
}

fn party(text: &str) -> Result<NamedParty, String> {
    let (code, name) = text.split_once('=').ok_or("CODE=NAME is expected")?;
    let code = PartyCode::parse(code).map_err(|error| error.to_string())?;
    Ok(NamedParty { code, name: name.to_owned() })
}

impl List {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let register = goods::read(&self.goods)?;
        let orders = documents(&self.order, "orders (CEB303)", |document| match document {
            Document::ExportOrder(order) => Some(*order),
            _ => None,
        })?;
        let waybills = documents(&self.waybill, "waybills (CEB505)", |document| match document {
            Document::ExportWaybill(waybill) => Some(*waybill),
            _ => None,
        })?;
        let mut lists = Vec::new();
        let mut refused = Vec::new();
        for (order, waybill) in self.pairs(&orders, &waybills)? {
            match self.list(order, waybill, &register, now)? {
                Ok(list) => lists.push(list),
                Err(defects) => refused.extend(
                    defects.iter().map(|it| format!("order {}: {}", order.order_no, line(it))),
                ),
            }
        }
        anyhow::ensure!(refused.is_empty(), "no list was made\n{}", refused.join("\n"));
        let written = self.written(&lists).map_err(|defects| unwritable(&defects))?;
        write_out(&written, self.out.as_deref())?;
        Ok(ExitCode::SUCCESS)
    }

    /// Orders with their waybills.
    fn pairs<'d>(
        &self,
        orders: &'d [ExportOrder],
        waybills: &'d [ExportWaybill],
    ) -> anyhow::Result<Vec<(&'d ExportOrder, &'d ExportWaybill)>> {
        if let ([order], [waybill], []) = (orders, waybills, &*self.pair) {
            return Ok(vec![(order, waybill)]);
        }
        anyhow::ensure!(
            !self.pair.is_empty(),
            "there are {} orders and {} waybills: say which belong together with --pair ORDER=WAYBILL",
            orders.len(),
            waybills.len()
        );
        let pairs = self.pair.iter().map(|pair| {
            let unknown = || format!("--pair {pair}: no such order or waybill in the messages");
            let (order_no, number) = pair.split_once('=').with_context(unknown)?;
            let order = orders.iter().find(|order| order.order_no.as_str() == order_no);
            let waybill = waybills.iter().find(|waybill| waybill.number.as_str() == number);
            order.zip(waybill).with_context(unknown)
        });
        pairs.collect()
    }

    fn list(
        &self,
        order: &ExportOrder,
        waybill: &ExportWaybill,
        register: &Register,
        now: Moment,
    ) -> anyhow::Result<Result<ExportDeclaration, Vec<Defect>>> {
        let reference = self.reference.as_deref().unwrap_or(order.order_no.as_str());
        let said = ["CEB603", order.order_no.as_str(), waybill.number.as_str(), reference];
        let terms = Terms {
            filing: Filing {
                guid: Guid::parse(&derived_guid(said))?,
                action: Action::Create,
                sent_at: now,
                stage: Stage::Declared,
            },
            reference: FunctionalReference::parse(reference)
                .context("name the list with --reference")?,
            office: self.office,
            port: self.port.unwrap_or(self.office),
            exported_on: self.export_on.unwrap_or_else(|| now.china_day()),
            statistics: match self.simplified {
                true => StatisticsFlag::Simplified,
                false => StatisticsFlag::Consolidated,
            },
            declarant: self.declarant.clone(),
            producer: self.producer.clone(),
            bonded: BondedStock::default(),
            mode: self.mode,
            transport: Transport { mode: self.transport.as_str().into(), ..Transport::default() },
            facility: self.facility.as_deref().map(Into::into),
            licence: self.licence.as_deref().map(Into::into),
            destination_country: self.country.as_str().into(),
            destination_port: self
                .destination_port
                .as_ref()
                .unwrap_or(&self.country)
                .as_str()
                .into(),
            packaging: self.packaging.as_str().into(),
        };
        Ok(export_list(order, waybill, register, terms))
    }

    /// The message, from the declarant.
    fn written(&self, lists: &[ExportDeclaration]) -> Result<String, Vec<Defect>> {
        let guids = lists.iter().map(|list| list.filing.guid.as_str());
        let guid = derived_guid(["CEB603Message"].into_iter().chain(guids));
        let transfer = Transfer {
            code: self.declarant.code.as_str().into(),
            name: self.declarant.name.as_str().into(),
            mode: "DXP".into(),
            dxp_id: self.mailbox.as_str().into(),
            note: None,
        };
        let style = Style::Indented;
        let envelope = Envelope { guid: &guid, transfer: &transfer, subscriptions: &[], style };
        ceb603::write(&envelope, lists)
    }
}

/// The documents of a message, all of that kind and none with a fault.
fn documents<T>(
    file: &Path,
    kind: &str,
    take: impl Fn(Document) -> Option<T>,
) -> anyhow::Result<Vec<T>> {
    let shown = file.display();
    let refused = |defects: &[Defect]| {
        let lines: Vec<_> =
            defects.iter().map(|defect| format!("{shown}: {}", line(defect))).collect();
        anyhow::anyhow!("{shown} cannot be used\n{}", lines.join("\n"))
    };
    let bytes = input::read(file).map_err(|defect| refused(&[defect]))?;
    let opened = checking::open(&bytes, |tree| read::read(tree, read::Profile::Tolerant));
    let reading = opened.content.map_err(|defects| refused(&defects))?;
    let Reading { documents, defects, .. } = reading.map_err(|defect| refused(&[defect]))?;
    if !defects.is_empty() {
        return Err(refused(&defects));
    }
    let mut taken = Vec::new();
    for document in documents {
        let document = document.outcome.map_err(|defects| refused(&defects))?;
        taken.push(take(document).with_context(|| format!("{shown} is no message of {kind}"))?);
    }
    anyhow::ensure!(!taken.is_empty(), "{shown} is no message of {kind}");
    Ok(taken)
}

fn unwritable(defects: &[Defect]) -> anyhow::Error {
    let lines: Vec<_> = defects.iter().map(line).collect();
    anyhow::anyhow!("the list does not fit the schema\n{}", lines.join("\n"))
}
