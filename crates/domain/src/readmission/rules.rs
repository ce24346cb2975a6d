//! The rules for exported goods that come back. The specification numbers none of them.

use crate::defect::unnumbered;

unnumbered! {
    /// The declaration that is named exists.
    DECLARATION_MISSING "export-return-declaration-missing" "出口清单[{declaration}]不存在" "export declaration [{declaration}] does not exist";
    /// A change keeps to its declaration.
    DECLARATION_CHANGED "export-return-declaration-changed" "变更不能改为另一清单[{declaration}]" "a change cannot turn to another declaration [{declaration}]";
    /// Only goods that left come back.
    NOT_CLOSED "export-return-not-closed" "出口清单[{declaration}]未结关，不能申请退货" "export declaration [{declaration}] is not closed, so nothing of it can come back";
    /// Who exported takes back.
    MERCHANT_DIFFERS "export-return-merchant" "电商企业与出口清单不一致" "the merchant is not the export declaration's";
    /// The mode of the return follows from that of the export.
    MODE_DIFFERS "export-return-mode" "贸易方式{found}应为{expected}" "the mode must be {expected}, not {found}";
    /// Some modes have no return by list.
    MODE_NOT_BY_LIST "export-return-mode-not-by-list" "监管方式{found}出口的商品不适用退货申请单" "goods exported under {found} do not come back by list";
    /// Within a year of the release.
    LATE "export-return-late" "退货应在{expected}前运抵，现为{found}" "the goods had to be back by {expected}, and it is {found}";
    /// Within the district, or across districts where law lets them.
    DISTRICT "export-return-district" "出口申报地海关{expected}的商品不能跨关区退至{found}" "goods declared at {expected} cannot come back in the district of {found}";
    /// The line exists.
    LINE_UNKNOWN "export-return-line" "出口清单没有商品序号{found}" "the export declaration has no line {found}";
    /// The goods are those declared.
    GOODS_DIFFER "export-return-goods" "第{line}项申报为{found}，出口清单为{expected}" "line {line} says {found} where the export declaration says {expected}";
    /// No more than was declared and has not come back.
    EXCEEDS "export-return-quantity" "第{line}项退货数量{found}超过可退数量{expected}" "of line {line} {expected} can come back, not {found}";
}
