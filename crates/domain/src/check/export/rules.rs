//! The rules of the checks of export documents, in the order of the documents. The specification numbers
//! none of them.

use crate::defect::unnumbered;

unnumbered! {
    /// A currency that no table holds.
    CURRENCY "export-currency" "币制{found}不在币制代码表内" "{found} is not in the table of currencies";
    /// No amount is below zero.
    NEGATIVE "export-negative-amount" "金额不应为负：{found}" "an amount is negative: {found}";
    /// Something was collected.
    AMOUNT "export-collected-amount" "收款金额应大于0，实为{found}" "the amount collected must be more than 0, not {found}";
    /// Quantities above zero.
    LINE_QUANTITY "export-line-quantity" "数量应大于0，实为{found}" "a line's quantities must be more than 0, not {found}";
    /// Total = price × quantity.
    LINE_TOTAL "export-line-total" "总价{found}与单价×数量不符" "a line's total {found} is not price × quantity";
    /// No line number stands twice.
    LINE_REPEATED "export-line-repeated" "表体序号{found}重复" "line number {found} stands twice";
    /// Lines are numbered from 1 without gap.
    LINE_GAP "export-line-number" "表体序号应为{expected}，实为{found}" "the line should be numbered {expected}, not {found}";
    /// Weights above zero.
    WEIGHT "export-weight" "毛重、净重应大于0，实为{found}" "gross and net weight must be more than 0, not {found}";
    /// Net ≤ gross.
    NET_WEIGHT "export-net-weight" "净重{found}大于毛重{expected}" "the net weight {found} exceeds the gross weight {expected}";
    /// At least one package.
    PACKAGES "export-packages" "件数应大于0，实为{found}" "there must be at least one package, not {found}";
    /// An export declaration.
    DIRECTION "export-direction" "进出口标记应为E，实为{found}" "the direction must be E, not {found}";
    /// 9610, 1210, 9710 or 9810.
    MODE "export-mode" "监管方式{found}不适用于跨境电商出口清单" "supervision mode {found} does not apply to export by list";
    /// A code that no table holds.
    CODE "export-unknown-code" "代码{found}不在{expected}内" "{found} is not in the table of {expected}";
    /// Needed for export from a zone.
    ZONE "export-zone" "特殊区域出口应填报账册编号、区内企业代码和名称" "export from a zone needs account book and zone enterprise";
    /// Needed on each line for export from a zone.
    ACCOUNT_ITEM "export-account-item" "特殊区域出口应填报账册备案料号" "export from a zone needs the account book's item number on each line";
    /// Ten digits, of which a simplified declaration needs the first four to be of the tariff.
    HS "export-hs-code" "商品编码应为10位数字，实为{found}" "an HS code has ten digits, unlike {found}";
    /// Price and total above zero.
    PRICE "export-line-price" "单价、总价应大于0，实为{found}" "a line's price and total must be more than 0, not {found}";
    /// The same unit has the same quantity.
    SAME_UNIT "export-same-unit" "申报单位与法定单位相同时数量应相同：{found}，{expected}" "declared and statutory unit agree but the quantities do not: {found}, {expected}";
    /// Second unit and second quantity go together.
    SECOND_UNIT "export-second-unit" "第二单位为空时第二数量应为空，有值时第二数量应为正数" "the second unit and a positive second quantity go together";
    /// Goods with export duty leave the list route for a formal declaration.
    DUTY "export-duty" "商品{found}应征出口关税，不适用清单申报，请办理报关单申报" "goods {found} pay export duty: declare them formally, not by list";
    /// Goods that need a licence name it.
    LICENCE_MISSING "export-licence" "商品{found}属出口许可证管理，应填报许可证件号" "goods {found} need an export licence, and its number";
    /// A simplified declaration holds no goods with licence or duty.
    SIMPLIFIED "export-simplified" "商品{found}涉证或涉税，不适用简化申报，申报业务类型应为B" "goods {found} need a licence or pay duty, so they cannot be declared in simplified form: use B";
    /// A simplified declaration names no licence.
    SIMPLIFIED_LICENCE "export-simplified-licence" "简化申报不应填报许可证件号" "a simplified declaration names no licence";
    /// A parcel stands once in a report.
    PARCEL_REPEATED "export-parcel-repeated" "物流运单编号{found}重复" "waybill {found} stands twice";
    /// An arrival names its parcels, or the bill all of whose parcels arrived.
    WHOLE_BILL "export-whole-bill" "未填报物流运单编号时应填报提运单号" "name the waybills that arrived, or the bill all of whose parcels did";
    /// B2B goods leave by list up to a value.
    LIST_LIMIT "export-list-limit" "清单总价{found}超过{expected}，不适用清单申报，请办理报关单申报" "the goods are worth {found}, more than {expected}: declare them formally, not by list";
}
