//! The end of the month: what left is merged into formal declarations (汇总申报), as `tongguan consolidate`
//! does it.

use serde::Serialize;
use tongguan_application::clearing::consolidation::FormalRecord;
use tongguan_application::clearing::rows::read_formal;
use tongguan_application::consolidation::Plan;
use tongguan_application::deciding::Directly;
use tongguan_application::learning::Learned;
use tongguan_codelists::Pack;
use tongguan_domain::month::Month;

use super::super::stage::Stage;
use super::super::sums::Sums;
use crate::commands::consolidate::carry_out;

/// What a month was merged into.
#[derive(Debug, Default, Serialize)]
pub struct Consolidation {
    /// In which the goods left; absent where nothing was exported.
    pub month: Option<String>,
    /// The last day for it, by the law.
    pub due_on: Option<String>,
    /// Declarations that went into formal ones.
    pub declarations: u64,
    /// The formal declarations, in order of their numbers.
    pub formal_declarations: Vec<Formal>,
}

/// A formal declaration (报关单).
#[derive(Debug, Serialize)]
pub struct Formal {
    /// 报关单编号.
    pub number: String,
    /// 收发货人: its code.
    pub merchant: String,
    /// 申报地海关.
    pub office: String,
    /// Declarations in it.
    pub declarations: usize,
    /// Its lines.
    pub lines: usize,
    /// What it is worth, by currency.
    pub value: Sums,
}

impl Consolidation {
    /// Consolidates what left in a month.
    ///
    /// # Errors
    /// When it cannot be carried out, or what was made cannot be read.
    pub fn of(stage: &Stage, decides: &mut Directly<'_>, month: Month) -> anyhow::Result<Self> {
        let store = &stage.product.store;
        let learned = store.read(Learned::load)?;
        let plan = Plan { month, office: None, merchant: None };
        let (_, _, done) = carry_out(decides, &learned, plan, true)?;
        let rows = store.read(|view| view.all_formal_declarations())?;
        let formal = rows.into_iter().map(|row| Ok(Formal::of(&read_formal(row)?, &learned.pack)));
        let mut formal_declarations = formal.collect::<anyhow::Result<Vec<_>>>()?;
        formal_declarations.sort_by(|one, other| one.number.cmp(&other.number));
        let due_on = learned.pack.consolidation_deadline(month.first_day());
        Ok(Self {
            month: Some(month.to_string()),
            due_on: due_on.map(|day| day.to_string()),
            declarations: done.declarations,
            formal_declarations,
        })
    }

    /// What all of them are worth, by currency.
    pub fn value(&self) -> Sums {
        let mut sums = Sums::default();
        for formal in &self.formal_declarations {
            sums.add_all(&formal.value);
        }
        sums
    }
}

impl Formal {
    fn of(record: &FormalRecord, pack: &Pack) -> Self {
        let mut value = Sums::default();
        let day = record.made_at.china_day();
        for line in &record.form.lines {
            value.add(line.value.value(), &line.goods.currency, pack, day);
        }
        Self {
            number: record.number.to_string(),
            merchant: record.merchant.code.to_string(),
            office: record.office.to_string(),
            declarations: record.declarations.len(),
            lines: record.form.lines.len(),
            value,
        }
    }
}
