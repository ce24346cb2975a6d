//! What can be wrong with a parcel, each with its name and the answer it must lead to.

/// Whose answer shows a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answered {
    /// The order's (312).
    Order,
    /// The payment's (412).
    Payment,
    /// The waybill's (512).
    Waybill,
    /// The declaration's (622).
    Declaration,
    /// That of the second order, payment, waybill or declaration that the fault consists of.
    Extra,
    /// The refusal of a whole message (900).
    Message,
}

/// What a fault must lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Whose last answer shows it.
    pub answered: Answered,
    /// The status of that answer.
    pub status: i32,
    /// Words in that answer.
    pub says: &'static str,
    /// The last status of the declaration; absent where it is never answered.
    pub declaration: Option<i32>,
}

macro_rules! faults {
    ($( $(#[$doc:meta])* $fault:ident $name:literal $answered:ident $status:literal $says:literal $declaration:expr; )+) => {
        /// What is wrong with a parcel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault { $( $(#[$doc])* $fault, )+ }

        impl Fault {
            /// Every fault.
            pub const ALL: &[Self] = &[ $( Self::$fault, )+ ];

            /// Its name, in kebab-case.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$fault => $name, )+ }
            }

            /// What it must lead to.
            pub const fn expected(self) -> Expected {
                match self {
                    $( Self::$fault => Expected {
                        answered: Answered::$answered,
                        status: $status,
                        says: $says,
                        declaration: $declaration,
                    }, )+
                }
            }
        }
    };
}

faults! {
    /// The payment is not of the order's amount.
    AmountsDiffer "amounts-differ" Declaration 100 "[Code:1332;" Some(100);
    /// The declaration names the buyer otherwise than the order.
    BuyerNameDiffers "buyer-name-differs" Declaration 100 "[Code:13127;" Some(100);
    /// The declaration has another identity number than the order.
    BuyerNumberDiffers "buyer-number-differs" Declaration 100 "订购人证件号码不一致" Some(100);
    /// The declaration has another telephone number than the order.
    BuyerTelephoneDiffers "buyer-telephone-differs" Declaration 100 "[Code:130126;" Some(100);
    /// Another institution paid than the order names.
    InstitutionDiffers "institution-differs" Declaration 100 "[Code:13035;" Some(100);
    /// The order names another transaction.
    TransactionDiffers "transaction-differs" Declaration 100 "支付交易编号不一致" Some(100);
    /// The declaration lacks a line of the order.
    LineCountDiffers "line-count-differs" Declaration 100 "[Code:1320;" Some(100);
    /// A line of the declaration is called otherwise than in the order.
    LineDiffers "line-differs" Declaration 100 "[Code:1322;" Some(100);
    /// The declaration names another merchant.
    MerchantDiffers "merchant-differs" Declaration 100 "电商企业不一致" Some(100);
    /// The waybill goes to somebody else.
    ConsigneeDiffers "consignee-differs" Declaration 100 "收货人" Some(100);
    /// The declaration goes to another address.
    AddressDiffers "address-differs" Declaration 100 "收货地址不一致" Some(100);
    /// The declared freight is not the order's.
    FreightDiffers "freight-differs" Declaration 100 "清单运费" Some(100);
    /// The order's goods are worth more than its lines.
    GoodsValueDiffers "goods-value-differs" Declaration 100 "清单商品总价" Some(100);
    /// The waybill belongs to another order.
    WaybillOfOtherOrder "waybill-of-other-order" Declaration 100 "订单编号与清单不一致" Some(100);
    /// Nobody can tell whether the buyer is who he says, and somebody else paid.
    UnverifiedOtherPayer "unverified-other-payer" Declaration 100 "支付人与订购人不一致" Some(100);
    /// Name and identity number do not belong together.
    IdentityMismatch "identity-mismatch" Declaration 100 "姓名与证件号码不匹配" Some(100);
    /// The identity number's check character is wrong.
    WrongCheckDigit "wrong-check-digit" Declaration -621001 "订购人证件号码无效" Some(-621_001);
    /// Several pieces above the single limit.
    SingleLimit "single-limit" Declaration -621005 "超过单笔限额" Some(-621_005);
    /// One piece of exactly the yearly limit.
    PieceAtAnnualLimit "piece-at-annual-limit" Declaration -621005 "不低于年度限值" Some(-621_005);
    /// The buyer has used the year's allowance.
    AnnualLimit "annual-limit" Declaration 100 "[Code:1313;" Some(100);
    /// Goods that are not on the positive list.
    NotListed "not-listed" Declaration 100 "不在跨境电子商务零售进口商品清单内" Some(100);
    /// Direct purchase of goods that the list admits from bonded stock only.
    BondedGoodsOnly "bonded-goods-only" Declaration 100 "仅限以贸易方式" Some(100);
    /// More of something than the list admits.
    OverQuantity "over-quantity" Declaration 100 "超过清单规定" Some(100);
    /// More than the list admits of something for a year, with what the buyer had in another parcel.
    OverYearlyQuantity "over-yearly-quantity" Declaration 100 "年已计入" Some(100);
    /// The list admits other goods of this code.
    OtherGoodsName "other-goods-name" Declaration 100 "清单仅限" Some(100);
    /// No rate is known: an officer must look.
    NoRate "no-rate" Declaration 300 "待人工" Some(300);
    /// The guarantor has nothing to do with the parcel.
    ForeignGuarantor "foreign-guarantor" Declaration 100 "担保企业编号" Some(100);
    /// The guarantee is too small for the tax.
    GuaranteeTooLow "guarantee-too-low" Declaration 399 "税款担保" Some(399);
    /// Nobody of that code is registered.
    UnknownParty "unknown-party" Declaration -10102 "无效企业代码" Some(-10_102);
    /// Net weight above gross weight.
    NetAboveGross "net-above-gross" Declaration -621001 "大于毛重" Some(-621_001);
    /// A line's total is not price × quantity.
    LineTotal "line-total" Declaration -621001 "与单价×数量不符" Some(-621_001);
    /// No such country.
    UnknownCountry "unknown-country" Declaration -621001 "不在国家" Some(-621_001);
    /// Bonded import without account book.
    NoAccountBook "no-account-book" Declaration -621001 "保税进口应填报账册" Some(-621_001);
    /// Direct purchase without flight.
    NoFlight "no-flight" Declaration -621001 "直购进口应填报" Some(-621_001);
    /// Two pieces under one declaration.
    TwoPieces "two-pieces" Declaration -621001 "件数应为1" Some(-621_001);
    /// What was paid is not the sum of the order.
    OrderSum "order-sum" Order -301008 "实际支付金额" Some(2);
    /// The payer's identity number has a wrong check character.
    PayerCheckDigit "payer-check-digit" Payment -401009 "支付人证件号码无效" Some(2);
    /// A waybill of two pieces.
    WaybillPieces "waybill-pieces" Waybill -504011 "运单件数" Some(2);
    /// The declaration is not signed.
    UnsignedDeclaration "unsigned-declaration" Declaration -621029 "验签失败" Some(-621_029);
    /// The order is not signed.
    UnsignedOrder "unsigned-order" Order -301020 "验签失败" Some(2);
    /// The payment is not signed.
    UnsignedPayment "unsigned-payment" Payment -1001 "验签失败" Some(2);
    /// The waybill is not signed.
    UnsignedWaybill "unsigned-waybill" Waybill -1001 "验签失败" Some(2);
    /// A registered party signed that has nothing to do with the declaration.
    SignedByAnother "signed-by-another" Declaration -621015 "没有权限进行操作" Some(-621_015);
    /// Signed with a certificate of an authority that nobody trusts.
    UntrustedSigner "untrusted-signer" Declaration -621029 "验签失败" Some(-621_029);
    /// Changed after it was signed.
    ChangedAfterSigning "changed-after-signing" Declaration -621029 "验签失败" Some(-621_029);
    /// A second order of the same number.
    DuplicateOrder "duplicate-order" Extra -301010 "已存在相同编号的订单" Some(800);
    /// A second declaration of the same order.
    DuplicateDeclaration "duplicate-declaration" Extra -621004 "已经申报过" Some(800);
    /// A change of the order that is older than the order.
    OutdatedOrder "outdated-order" Extra -301014 "旧报文数据" Some(800);
    /// The same transaction is said to pay for another order.
    PaymentReused "payment-reused" Extra -401007 "已存在相同编号的支付单" Some(800);
    /// The same waybill number for another order.
    WaybillReused "waybill-reused" Extra -504012 "物流运单已存在" Some(800);
    /// The very same message again: answered by the same responses.
    SameMessageAgain "same-message-again" Declaration 800 "放行" Some(800);
    /// The order comes last.
    LateOrder "late-order" Declaration 800 "放行" Some(800);
    /// The order never comes.
    MissingOrder "missing-order" Declaration 2 "订单信息" Some(2);
    /// The payment never comes.
    MissingPayment "missing-payment" Declaration 2 "支付信息" Some(2);
    /// The waybill never comes.
    MissingWaybill "missing-waybill" Declaration 2 "运单信息" Some(2);
    /// The declaration's message ends in the middle.
    TruncatedMessage "truncated-message" Message -1 "报文格式错误" None;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_fault_has_a_name_of_its_own() {
        let names: HashSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
    }
}
