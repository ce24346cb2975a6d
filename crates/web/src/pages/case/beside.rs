//! Order, payment, waybill and declaration beside each other: a row for each datum that several of them say.

mod export;
mod import;

use maud::{Markup, html};
use rust_decimal::Decimal;
use tongguan_application::enquiry::CaseFile;
use tongguan_application::review::Particulars;
use tongguan_codelists::Table;
use tongguan_domain::mark::Mark;
use tongguan_domain::money::Amount;

use crate::pages::shell::Visit;
use crate::pages::words::{code, data, money, official};

/// Chinese and English.
type Words = (&'static str, &'static str);

/// The documents, in the order of the columns; the last is the declaration.
const DOCUMENTS: usize = 4;

/// What a document says of a datum.
#[derive(Debug, Clone)]
enum Said {
    /// It has not come.
    NoDocument,
    /// It does not say, or has no place for it.
    Nothing,
    /// It has no such line of goods, which counts as a difference.
    NoLine,
    /// To be read; nobody compares it.
    Shown(String),
    /// To be compared.
    Compared(String),
    /// A code of a table, to be compared.
    Coded(Table, String),
    /// An amount and the code of its currency, to be read.
    Money(Amount, String),
    /// Personal data, compared by mark and never shown.
    Personal(Mark),
    /// Words of our own in its place.
    Remark(Words),
}

/// One datum.
#[derive(Debug)]
struct Row {
    label: Words,
    said: [Said; DOCUMENTS],
}

/// Rows that belong together: those of the whole parcel, or of one line of goods.
#[derive(Debug)]
struct Group {
    title: Option<String>,
    rows: Vec<Row>,
}

/// How a datum compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Differs,
    NotCompared,
}

impl Said {
    /// What is compared, where something is.
    fn key(&self) -> Option<String> {
        match self {
            Self::Compared(text) | Self::Coded(_, text) => Some(text.clone()),
            Self::Personal(mark) => Some(format!("{:02x?}", mark.to_bytes())),
            Self::NoLine => Some(String::new()),
            Self::NoDocument
            | Self::Nothing
            | Self::Shown(_)
            | Self::Money(..)
            | Self::Remark(_) => None,
        }
    }

    fn compared(text: impl ToString) -> Self {
        Self::Compared(text.to_string())
    }

    fn shown(text: impl ToString) -> Self {
        Self::Shown(text.to_string())
    }
}

impl Row {
    const fn new(label: Words, said: [Said; DOCUMENTS]) -> Self {
        Self { label, said }
    }

    /// What waybill and declaration say of the weights, in kilograms; the declaration of an import says no gross
    /// weight.
    fn weights(waybill: Said, gross: Said, net: Decimal) -> [Self; 2] {
        let said = |waybill, declared| [Said::Nothing, Said::Nothing, waybill, declared];
        let net = Said::shown(net.normalize());
        [
            Self::new(("毛重（千克）", "Gross weight (kg)"), said(waybill, gross)),
            Self::new(("净重（千克）", "Net weight (kg)"), said(Said::Nothing, net)),
        ]
    }

    fn verdict(&self) -> Verdict {
        let mut keys = self.said.iter().filter_map(Said::key);
        let Some(first) = keys.next() else { return Verdict::NotCompared };
        let rest: Vec<_> = keys.collect();
        match rest.as_slice() {
            [] => Verdict::NotCompared,
            rest if rest.iter().all(|key| *key == first) => Verdict::Same,
            _ => Verdict::Differs,
        }
    }

    /// With whose personal data the others' are compared: the declaration's, or the first that has any.
    fn reference(&self) -> Option<usize> {
        self.said.iter().rposition(|said| matches!(said, Said::Personal(_)))
    }
}

/// The comparison of a case.
pub fn comparison(visit: &Visit, file: &CaseFile) -> Markup {
    let (columns, groups): ([Words; DOCUMENTS], _) = match &file.case.picture.particulars {
        Particulars::Import { record, .. } => (
            [
                ("订单", "Order"),
                ("支付单", "Payment"),
                ("运单", "Waybill"),
                ("清单", "Declaration"),
            ],
            import::groups(file, record),
        ),
        Particulars::Export { record, .. } => (
            [
                ("订单", "Order"),
                ("收款单", "Collection"),
                ("运单", "Waybill"),
                ("清单", "Declaration"),
            ],
            export::groups(file, record),
        ),
    };
    let differing: usize = groups
        .iter()
        .map(|group| group.rows.iter().filter(|row| row.verdict() == Verdict::Differs).count())
        .sum();
    html! {
        p { (summary(visit, differing)) }
        div.table tabindex="0" role="region" aria-label=(visit.say("单证并列", "Documents side by side")) {
            table.beside {
                caption { (visit.say("各单证所载，逐项比对", "What each document says, datum by datum")) }
                thead { tr {
                    th scope="col" { (visit.say("项目", "Datum")) }
                    @for column in columns { th scope="col" { (official(visit, column)) } }
                    th scope="col" { (visit.say("比对", "Result")) }
                } }
                @for group in &groups { (body(visit, file, group)) }
            }
        }
    }
}

fn summary(visit: &Visit, differing: usize) -> Markup {
    match differing {
        0 => html! {
            span.tag.good { (visit.say("无差异", "No difference")) }
            " " (visit.say("已到单证的各项一致。", "What has come agrees."))
        },
        count => html! {
            span.tag.warn { (visit.say("有差异", "Differences")) }
            " " (visit.say(format!("{count}项不一致，表中已标明。"), format!("{count} data differ and are marked in the table.")))
        },
    }
}

fn body(visit: &Visit, file: &CaseFile, group: &Group) -> Markup {
    html! {
        tbody {
            @if let Some(title) = &group.title {
                tr { th.line scope="rowgroup" colspan=(DOCUMENTS + 2) { (data(title)) } }
            }
            @for row in &group.rows { (line(visit, file, row)) }
        }
    }
}

fn line(visit: &Visit, file: &CaseFile, row: &Row) -> Markup {
    let (verdict, reference) = (row.verdict(), row.reference());
    let day = file.case.picture.lodged_at.china_day();
    html! {
        tr {
            th scope="row" { (visit.language.of(row.label)) }
            @for (column, said) in row.said.iter().enumerate() {
                td.differs[verdict == Verdict::Differs && said.key().is_some()] {
                    @match said {
                        Said::Coded(table, text) => {
                            (code(visit, &file.pack, *table, text, day))
                        }
                        Said::Money(amount, currency) => {
                            (money(visit, &file.pack, *amount, currency, day))
                        }
                        said => { (cell(visit, row, column, said, reference)) }
                    }
                }
            }
            td { (match verdict {
                Verdict::Same => html! { span.tag.good { (visit.say("一致", "Same")) } },
                Verdict::Differs => html! { span.tag.warn { (visit.say("不一致", "Differs")) } },
                Verdict::NotCompared => html! { span.muted { (visit.say("不比对", "Not compared")) } },
            }) }
        }
    }
}

fn cell(visit: &Visit, row: &Row, column: usize, said: &Said, reference: Option<usize>) -> Markup {
    let muted = |words: Words| html! { span.muted { (visit.language.of(words)) } };
    match said {
        Said::NoDocument => muted(("未到", "has not come")),
        Said::Nothing => muted(("—", "—")),
        Said::NoLine => html! { strong { (visit.say("无此项", "no such line")) } },
        Said::Shown(text) | Said::Compared(text) | Said::Coded(_, text) => data(text),
        Said::Money(amount, currency) => html! { (amount) " (" (currency) ")" },
        Said::Remark(words) => muted(*words),
        Said::Personal(_) if reference == Some(column) => muted(("***（已遮蔽）", "*** (masked)")),
        Said::Personal(_) => {
            let of_reference = reference.and_then(|at| row.said.get(at)).and_then(Said::key);
            match said.key() == of_reference {
                true => muted(("***（相同）", "*** (the same)")),
                false => html! { strong { (visit.say("***（不同）", "*** (another)")) } },
            }
        }
    }
}
