//! Reading one document: its head, and its lines where it has them.

use roxmltree::Node;
use tongguan_domain::defect::{Defect, Rule};

use super::kept::KeptElement;
use super::place::Place;
use super::report::Report;
use super::row::{Row, read_row, refuse_attributes, refuse_stray_text, unknown};
use super::{Cells, in_namespace, rules};
use crate::NAMESPACE;
use crate::table::{Body, Entity, Layout, Occurs};

/// The texts of one document.
pub(crate) struct Rows<'t> {
    pub(crate) head: Row<'t>,
    pub(crate) lines: Vec<Row<'t>>,
}

impl Rows<'_> {
    /// Every line through `read`; nothing when one of them cannot be used.
    pub(crate) fn lines<T>(
        &self,
        entity: &'static Entity,
        place: &Place<'_>,
        rule: &'static Rule,
        findings: &mut Vec<Defect>,
        read: impl Fn(&mut Cells<'_, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for (index, row) in self.lines.iter().enumerate() {
            let place = place.nth(entity.name, index + 1);
            lines.extend(read(&mut Cells::new(row, place, rule, findings)));
        }
        (lines.len() == self.lines.len()).then_some(lines)
    }
}

/// Reads a document's element as its layout has it.
pub(crate) fn read_rows<'t>(
    node: Node<'t, '_>,
    layout: &'static Layout,
    place: &Place<'_>,
    report: &mut Report,
    kept: &mut Vec<KeptElement>,
) -> Rows<'t> {
    let body = layout.body;
    if let Body::Flat(entity) = body {
        return Rows { head: read_row(node, entity, place, report, kept), lines: Vec::new() };
    }
    refuse_attributes(node, place, report);
    let head = body.head();
    let (mut head_row, mut lines, mut count) = (None, Vec::new(), 0);
    let most = if let Body::HeadAndLines { lines, .. } = body { lines.max } else { 0 };
    for child in node.children() {
        if child.is_text() {
            refuse_stray_text(child, place, report);
        }
        if !child.is_element() {
            continue;
        }
        let name = child.tag_name().name();
        let known = in_namespace(child, NAMESPACE);
        if known && name == head.name {
            let place = place.child(head.name);
            if head_row.is_some() {
                report.refuse(|| Defect::at(&rules::ELEMENT_REPEATED, place.to_string()));
                continue;
            }
            if count > 0 {
                report.tolerate(|| Defect::at(&rules::ELEMENTS_OUT_OF_ORDER, place.to_string()));
            }
            head_row = Some(read_row(child, head, &place, report, kept));
        } else if let Some(line) = body.line().filter(|line| known && name == line.name) {
            count += 1;
            if count <= most {
                lines.push(read_row(child, line, &place.nth(line.name, count), report, kept));
            }
        } else {
            report.tolerate(|| unknown(child, place));
            if report.is_tolerant() {
                KeptElement::keep(child, place, kept);
            }
        }
    }
    if head_row.is_none() {
        let pointer = || place.child(head.name).to_string();
        report.refuse(|| Defect::at(&rules::ELEMENT_MISSING, pointer()));
    }
    if let Body::HeadAndLines { line, lines, .. } = body {
        count_lines(count, lines, layout, &place.child(line.name), report);
    }
    Rows { head: head_row.unwrap_or_else(|| Row::empty(head)), lines }
}

fn count_lines(
    count: usize,
    lines: Occurs,
    layout: &'static Layout,
    place: &Place<'_>,
    report: &mut Report,
) {
    if count < lines.min {
        report.refuse(|| Defect::at(layout.faults.no_lines, place.to_string()));
    } else if count > lines.max {
        report.refuse(|| {
            Defect::at(&rules::TOO_MANY_ELEMENTS, place.to_string())
                .found(count)
                .expected(lines.max)
        });
    }
}
