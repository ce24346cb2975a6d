//! What code tables and their columns are called: their own names are for files and programs.

use maud::{Markup, html};
use tongguan_codelists::Table;

use crate::pages::shell::Visit;

/// A table: its title, and the name by which files and programs know it.
pub fn table(visit: &Visit, table: Table) -> Markup {
    html! { (visit.language.of(title(table))) " " code.muted { (table.name()) } }
}

/// A column: its title, and the name by which files and programs know it.
pub fn column(visit: &Visit, name: &str) -> Markup {
    html! {
        @if let Some(words) = known(name) { (visit.language.of(words)) " " }
        code.muted { (name) }
    }
}

/// What a table is called.
pub const fn title(table: Table) -> (&'static str, &'static str) {
    match table {
        Table::Parameters => ("法定参数", "Numbers, days and choices of law"),
        Table::Rates => ("税率", "Rates"),
        Table::ProvisionalDuties => ("暂定关税税率", "Provisional duties"),
        Table::HsCodes => ("商品编码", "Tariff codes"),
        Table::PositiveList => ("零售进口商品清单", "Positive list"),
        Table::Modes => ("监管方式", "Supervision modes"),
        Table::Units => ("计量单位", "Units"),
        Table::Currencies => ("币制", "Currencies"),
        Table::Countries => ("国别地区", "Countries and areas"),
        Table::Offices => ("关区", "Customs offices"),
        Table::SmallLists => ("其他代码", "Short lists"),
        Table::ExportMeasures => ("出口管理措施", "Measures on exports"),
        Table::Calendar => ("工作日历", "Calendar"),
        Table::MergeKeys => ("归并条件", "Keys of consolidation"),
        Table::ReturnModes => ("退货监管方式", "Modes of return"),
        Table::ReturnDistricts => ("退货关区", "Districts of return"),
        Table::GoodsClasses => ("商品类别", "Classes of goods"),
        Table::Interceptions => ("检疫截留", "Quarantine before entry"),
        Table::Vehicles => ("备案车辆", "Vehicles under seal"),
        Table::CancellableStates => ("可撤销状态", "States that can be cancelled"),
    }
}

/// What a column is called, of those that tables have.
pub fn known(name: &str) -> Option<(&'static str, &'static str)> {
    let words = match name {
        "id" => ("编号", "Number of the row"),
        "code" => ("代码", "Code"),
        "zh" => ("中文名称", "Chinese name"),
        "en" => ("英文名称", "English name"),
        "iso" => ("ISO代码", "ISO code"),
        "hs" => ("商品编码", "Tariff code"),
        "hs8" => ("八位税号", "Tariff line"),
        "prefix" => ("编码前缀", "Beginning of the code"),
        "unit" => ("单位", "Unit"),
        "unit1" => ("法定计量单位", "Statutory unit"),
        "unit2" => ("第二计量单位", "Second unit"),
        "dimension" => ("量纲", "Dimension"),
        "factor" => ("换算", "Factor"),
        "duty" => ("关税税率", "Duty"),
        "ct_rate" => ("消费税税率", "Consumption tax"),
        "ct_per_unit" => ("消费税单位税额", "Consumption tax per unit"),
        "ct_unit" => ("消费税计税单位", "Unit of the consumption tax"),
        "ct_from" => ("消费税适用价格", "Price from which it is due"),
        "ct_below_rate" => ("低于该价格的税率", "Rate below that price"),
        "ct_below_per_unit" => ("低于该价格的单位税额", "Amount per unit below that price"),
        "litres_per_tonne" => ("每吨升数", "Litres of a tonne"),
        "vat" => ("增值税", "VAT"),
        "parameter" => ("参数", "Parameter"),
        "value" => ("值", "Value"),
        "control" => ("限制", "Limit"),
        "remark" => ("备注", "Remark"),
        "regime" => ("计税方式", "How it is taxed"),
        "list" => ("代码表", "List"),
        "measure" => ("措施", "Measure"),
        "country" => ("国别地区", "Country"),
        "day" => ("日期", "Day"),
        "kind" => ("类别", "Kind"),
        "key" => ("条件", "Key"),
        "mode" => ("监管方式", "Supervision mode"),
        "returned" => ("退货监管方式", "Mode of return"),
        "flow" => ("流向", "Flow"),
        "district" => ("关区", "District"),
        "class" => ("类别", "Class"),
        "plate" => ("车牌", "Plate"),
        "direction" => ("进出口", "Direction"),
        "status" => ("状态", "Status"),
        "valid_from" => ("有效期起", "From"),
        "valid_to" => ("有效期止", "To"),
        "source" => ("出处", "Source"),
        "confidence" => ("可信度", "Confidence"),
        _ => return None,
    };
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_title() {
        for table in Table::ALL {
            for name in table.columns() {
                assert!(known(name).is_some(), "{table}: {name}");
            }
        }
    }
}
