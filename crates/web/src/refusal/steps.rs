//! What could not be decided, in Chinese; the English words are the errors' own.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_domain::bonded::stock::StockRefused;
use tongguan_domain::quarantine::QuarantineRefused;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::transit::TransitRefused;

/// What could not be decided.
pub fn undecidable(why: &Undecidable) -> String {
    match why {
        Undecidable::Series(_) => "编号已用完；请联系系统管理员".to_owned(),
        Undecidable::Overflow(_) | Undecidable::Quantity(_) => "账户数额将超出范围".to_owned(),
        Undecidable::Stock(why) => stock(why),
        Undecidable::NoSuchDeclaration(id) => format!("没有存入清单{id}"),
        Undecidable::NotStored { id, at } => format!("清单{id}现处{}，不能再申报", status(*at)),
        Undecidable::NoGuarantee(id) => format!("清单{id}的担保企业没有担保"),
        Undecidable::MovedOn { id, seen } => {
            format!("清单{id}已不处于{}；请重新查看", status(*seen))
        }
        Undecidable::NotAllowed(why) => format!("清单现处{}，不能作此决定", status(why.at)),
        Undecidable::StepRefused(why) => format!("出口清单现处{}，不能办理此步骤", status(why.at)),
        Undecidable::ExportReturnStepRefused(why) => {
            format!("出口退货申请单现处{}，不能办理此步骤", status(why.at))
        }
        Undecidable::ReturnStepRefused(why) => {
            format!("退货申请单现处{}，不能办理此步骤", status(why.at))
        }
        Undecidable::NoSuchReturn(id) => format!("没有退货申请单{id}"),
        Undecidable::NoSuchExportReturn(id) => format!("没有退货申请单{id}"),
        Undecidable::ExaminedBeforeArrival(id) => {
            format!("清单{id}的货物尚未运抵装载前查验的监管场所")
        }
        Undecidable::Transit(why) => transit(why),
        Undecidable::Quarantine(why) => quarantine(*why),
        Undecidable::NoSuchCancellation(number) => format!("没有等待审核的清单{number}撤销申请"),
        Undecidable::CancelledTooLate { number, .. } => {
            format!("清单{number}已不能撤销；请退回该申请")
        }
        Undecidable::NotCancellable(why) => format!("清单现处{}，不能撤销", status(why.0)),
        Undecidable::NoSuchRelay(message) => format!("报文{}未转发", message.0),
        Undecidable::NotGivenUp(message) => format!("报文{}并未放弃转发", message.0),
        Undecidable::NoWay { id, from, to } => {
            format!("清单{id}现处{}，不能转为{}", status(*from), status(*to))
        }
        Undecidable::RequestStepRefused(_) => "汇总申请单现处状态不能办理此步骤".to_owned(),
        Undecidable::Moved(_) => "所归并的内容已有变动；将按最新情况重新归并".to_owned(),
        Undecidable::NoRate(id) => format!("清单{id}有商品没有税率；请先导入税率"),
        Undecidable::Panicked(_) => "程序出错，未作决定；请联系系统管理员".to_owned(),
    }
}

/// A status by its number and its official name.
fn status(at: ReturnStatus) -> String {
    format!("{}（{}）", at.number(), at.title().0)
}

fn stock(why: &StockRefused) -> String {
    match why {
        StockRefused::Short { wanted, available } => {
            format!("底账数量不足：需要{wanted}，可用{available}")
        }
        StockRefused::NotTaken => "退回数量多于已核扣数量".to_owned(),
        StockRefused::Overflow => "底账数量将超出范围".to_owned(),
    }
}

fn transit(why: &TransitRefused) -> String {
    match why {
        TransitRefused::NotReleased(at) => {
            format!("清单现处{}；只有已放行的货物可以施封", status(*at))
        }
        TransitRefused::SealedAlready(seal) => format!("货物已施封，封志号{seal}"),
        TransitRefused::NotSealed => "货物未施封；请先施封，或核对编号".to_owned(),
        TransitRefused::Step { .. } => "转关现处状态不能办理此步骤".to_owned(),
        TransitRefused::OtherOffice { found, expected, .. } => {
            format!("{found}关不能办理，须由{expected}关办理")
        }
        TransitRefused::VehicleUnknown { vehicle, day } => {
            format!("车辆{vehicle}在{day}没有海关备案；请先导入车辆备案")
        }
        TransitRefused::SealUsed(seal) => {
            format!("封志{seal}已用过，或用于另一车辆；一个封志只用一次")
        }
        TransitRefused::UnderSeal(seal) => {
            format!("货物处于封志{seal}之下；请先拆封，并以拆封退关办理")
        }
    }
}

fn quarantine(why: QuarantineRefused) -> String {
    match why {
        QuarantineRefused::NotSelected => "该包裹未被抽中检疫，无需登记".to_owned(),
        QuarantineRefused::Registered(_) => "该包裹的检疫结果已登记".to_owned(),
        QuarantineRefused::TooLate => "清单已过检疫环节".to_owned(),
    }
}
