//! Formal declarations (报关单) as a file for the general-trade system.
//!
//! Customs publishes no format for what consolidation hands over, so this one is ours; its elements and
//! their order are described in `docs/reference/formal-declaration.md`.

use tongguan_domain::formal::{FormalDeclaration, FormalLine, Measured};
use tongguan_domain::ids::{
    ConsolidatedNumber, ConsolidationNumber, FormalDeclarationNumber, OfficeCode,
};
use tongguan_domain::party::NamedParty;
use tongguan_domain::time::Moment;

use crate::write::escape;

/// The namespace of the file; its last part is the version of the format.
pub const NAMESPACE: &str = "urn:tongguan:formal-declaration:1";

/// A formal declaration and whom it concerns.
#[derive(Debug, Clone, Copy)]
pub struct FormalDocument<'f> {
    /// 报关单编号.
    pub number: &'f FormalDeclarationNumber,
    /// 汇总统一编号.
    pub consolidated_no: &'f ConsolidatedNumber,
    /// 汇总申请编号.
    pub request: &'f ConsolidationNumber,
    /// When it was made.
    pub made_at: Moment,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 申报企业, 电商企业, 报关单位.
    pub parties: [&'f NamedParty; 3],
    /// What it says.
    pub form: &'f FormalDeclaration,
}

/// Writes the file, an element a line.
pub fn write(document: FormalDocument<'_>) -> String {
    let mut out = Lines::default();
    out.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.open(&format!("FormalDeclaration xmlns=\"{NAMESPACE}\""));
    write_head(&mut out, document);
    for (line, number) in document.form.lines.iter().zip(1..) {
        write_line(&mut out, line, number);
    }
    out.close("FormalDeclaration");
    out.text
}

fn write_head(out: &mut Lines, document: FormalDocument<'_>) {
    let FormalDocument { number, consolidated_no, request, made_at, office, parties, form } =
        document;
    out.open("Head");
    out.leaf("number", number.as_str());
    out.leaf("consolidatedNo", consolidated_no.as_str());
    out.leaf("requestNo", request.as_str());
    out.leaf("madeAt", &made_at.to_string());
    out.leaf("office", &office.to_string());
    for (name, party) in ["declarant", "merchant", "formalDeclarant"].into_iter().zip(parties) {
        out.open(name);
        out.leaf("code", party.code.as_str());
        out.leaf("name", &party.name);
        out.close(name);
    }
    out.leaf("producer", &form.head.producer);
    out.leaf("transportMode", &form.head.transport_mode);
    out.leaf("arrivalCountry", &form.head.arrival_country);
    out.leaf("exitOffice", &form.head.exit_office.to_string());
    out.leaf("grossWeightKg", &form.gross_weight_kg.to_string());
    out.leaf("netWeightKg", &form.net_weight_kg.to_string());
    out.close("Head");
}

fn write_line(out: &mut Lines, line: &FormalLine, number: u32) {
    out.open("Line");
    out.leaf("number", &number.to_string());
    out.leaf("hsCode", &line.goods.hs_code);
    out.leaf("name", &line.goods.name);
    if let Some(name) = &line.goods.item_name {
        out.leaf("itemName", name);
    }
    out.leaf("destination", &line.goods.destination);
    out.leaf("currency", &line.goods.currency);
    out.leaf("value", &line.value.value().to_string());
    out.measured("declared", &line.declared);
    out.measured("statutory", &line.statutory);
    if let Some(second) = &line.second {
        out.measured("second", second);
    }
    for source in &line.sources {
        out.open("Source");
        out.leaf("declarationNo", source.declaration.as_str());
        out.leaf("line", &source.line.to_string());
        out.close("Source");
    }
    out.close("Line");
}

/// XML in the making, an element a line.
#[derive(Default)]
struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }

    fn open(&mut self, tag: &str) {
        self.indent();
        self.text.extend(["<", tag, ">\n"]);
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.text.extend(["</", name, ">\n"]);
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.indent();
        self.text.extend(["<", name, ">"]);
        escape(&mut self.text, text);
        self.text.extend(["</", name, ">\n"]);
    }

    fn measured(&mut self, name: &str, measured: &Measured) {
        self.open(name);
        self.leaf("quantity", &measured.quantity.to_string());
        self.leaf("unit", &measured.unit);
        self.close(name);
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use tongguan_domain::formal::{Goods, Head, LineOf};
    use tongguan_domain::ids::{DeclarationNumber, PartyId};
    use tongguan_domain::money::Amount;
    use tongguan_domain::party::PartyCode;

    use super::*;

    #[test]
    fn a_formal_declaration_is_written_whole_and_escaped() {
        let party =
            NamedParty { code: PartyCode::parse("330196E005").unwrap(), name: "A&B".into() };
        let two = Measured { quantity: Decimal::TWO, unit: "011".into() };
        let form = FormalDeclaration {
            head: Head {
                merchant: PartyId(5),
                producer: "NO".into(),
                transport_mode: "5".into(),
                arrival_country: "502".into(),
                exit_office: OfficeCode::parse("2910").unwrap(),
            },
            gross_weight_kg: Decimal::new(9, 1),
            net_weight_kg: Decimal::new(7, 1),
            lines: vec![FormalLine {
                goods: Goods {
                    hs_code: "6214100000".into(),
                    name: "围巾<1>".into(),
                    item_name: None,
                    destination: "502".into(),
                    currency: "142".into(),
                },
                declared: two.clone(),
                statutory: two,
                second: Some(Measured { quantity: Decimal::new(5, 1), unit: "035".into() }),
                value: Amount::new(Decimal::new(5000, 2)),
                sources: vec![LineOf {
                    declaration: DeclarationNumber::parse("29162026E000000001").unwrap(),
                    line: 1,
                }],
            }],
        };
        let text = write(FormalDocument {
            number: &FormalDeclarationNumber::parse("291620260000000256").unwrap(),
            consolidated_no: &ConsolidatedNumber::parse("S20260402000000001").unwrap(),
            request: &ConsolidationNumber::parse("S20260402000000002").unwrap(),
            made_at: Moment::parse_wire("20260402090000").unwrap(),
            office: OfficeCode::parse("2916").unwrap(),
            parties: [&party; 3],
            form: &form,
        });
        assert_eq!(text, include_str!("../tests/golden/formal-declaration.xml"));
        roxmltree::Document::parse(&text).unwrap();
    }
}
