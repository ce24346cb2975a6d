//! What operations do, in Chinese: their descriptions are in English, for programs as for people.

/// The summary of an operation, where there is one.
pub fn in_chinese(operation: &str) -> Option<&'static str> {
    SUMMARIES.iter().find(|(known, _)| *known == operation).map(|(_, summary)| *summary)
}

const SUMMARIES: &[(&str, &str)] = &[
    ("add_picture", "添加查验照片"),
    ("add_webhook", "添加推送地址"),
    ("answer_guarantee_proposal", "批准或退回担保变更的提议"),
    ("answer_proposal", "答复对清单的提议"),
    ("answer_proposed_change", "批准或退回参数变更"),
    ("answer_unmasking", "答复批量查看个人信息的申请"),
    ("ask_to_unmask", "申请批量查看个人信息"),
    ("assign_case", "认领、接手或交回案件"),
    ("assign_filing", "认领或交回备案申请"),
    ("back_up", "开始备份数据库"),
    ("begin_second_factor", "开始设置第二因素"),
    ("change_password", "更改自己的口令"),
    ("change_person", "更改权限，或禁止登录"),
    ("check_at_gate", "核对卡口前的车辆或包裹可否通行"),
    ("check_message", "校验报文"),
    ("check_response", "核验回执真伪"),
    ("check_seal", "口岸核验封志和车辆"),
    ("compute_tax", "计算税费"),
    ("consolidate_office", "汇总本关区一个月的清单"),
    ("count_stock", "记录盘点结果"),
    ("decide_cancellation", "答复撤单申请"),
    ("decide_filing", "审核备案申请"),
    ("decide_filings", "对多份备案作同一决定"),
    ("demand_payment_evidence", "调取清单的支付原始数据"),
    ("dismiss_relay", "不再转发一份报文"),
    ("end_session", "结束自己的一个会话"),
    ("examine_return", "接受或拒绝退货"),
    ("exchange_export_return", "登记退货换货的订单"),
    ("export_declarations", "下载清单列表（CSV）"),
    ("export_formal_declaration", "下载报关单XML"),
    ("export_parcels", "下载自己的包裹（CSV）"),
    ("file", "申报企业、证书或商品备案"),
    ("file_goods", "以CSV或XLSX批量申报商品备案"),
    ("find_documents", "查找已发送的单证"),
    ("invite", "让人员重设口令和第二因素"),
    ("issue_key", "签发本信箱的访问密钥"),
    ("let_in", "邀请人员"),
    ("list_amendments", "列出报关单须修改的内容"),
    ("list_bills", "列出有包裹入库的提运单"),
    ("list_bonded_lists", "列出账册的核注清单"),
    ("list_books", "列出保税账册"),
    ("list_cancellations", "列出撤单申请"),
    ("list_changes", "列出审计记录"),
    ("list_changes_of_guarantee", "列出一个企业担保的变更"),
    ("list_code_rows", "列出代码表的各行"),
    ("list_code_tables", "列出代码表"),
    ("list_consolidations", "列出汇总申请"),
    ("list_declarations", "列出清单"),
    ("list_export_returns", "列出出口退货"),
    ("list_filings", "列出备案申请"),
    ("list_formal_declarations", "列出报关单"),
    ("list_goods", "列出已备案商品"),
    ("list_guarantee_movements", "列出自己担保的占用与释放"),
    ("list_guarantee_proposals", "列出担保变更的提议"),
    ("list_guarantees", "列出担保"),
    ("list_keys", "列出本信箱的访问密钥"),
    ("list_mail", "列出本信箱的信件"),
    ("list_movements_of_guarantee", "列出一个企业担保的占用与释放"),
    ("list_organisations", "列出单位"),
    ("list_parcels", "列出自己的包裹"),
    ("list_parties", "列出注册企业"),
    ("list_passages", "列出卡口通行记录"),
    ("list_passkeys", "列出自己的通行密钥"),
    ("list_payment_evidence", "列出支付原始数据的调取"),
    ("list_people", "列出人员"),
    ("list_pictures", "列出查验照片"),
    ("list_places", "列出监管作业场所"),
    ("list_proposals", "列出待复核的提议"),
    ("list_proposed_changes", "列出参数变更的提议"),
    ("list_quarantine", "列出待检疫的包裹"),
    ("list_queue", "列出待办"),
    ("list_relayed", "列出转发的清单"),
    ("list_returns", "列出进口退货"),
    ("list_sent", "列出本信箱发出的报文"),
    ("list_sessions", "列出自己的会话"),
    ("list_tax_bills", "列出自己的电子税单"),
    ("list_undeclared", "列出入库未申报的包裹"),
    ("list_unmaskings", "列出批量查看个人信息的申请"),
    ("list_waiting_filings", "列出待审核的备案申请"),
    ("list_webhooks", "列出本信箱的推送地址"),
    ("lodge_bonded_list", "手工申报核注清单"),
    ("look_up_code", "在代码表中查一个代码"),
    ("move_stock", "手工调整保税库存"),
    ("open_book", "登记账册，或更改其区域和期限"),
    ("pause_webhook", "暂停推送"),
    ("prepare_cancellation", "拟制撤单申请报文"),
    ("prepare_return", "拟制退货申请报文"),
    ("propose_change", "提议变更参数"),
    ("propose_guarantee_change", "提议变更担保"),
    ("propose_ruling", "提议须复核的决定"),
    ("prove_response", "取得回执在公开日志中的证明"),
    ("record_passage", "记录卡口通行"),
    ("record_return_arrival", "登记退货运抵"),
    ("register_items", "登记账册的商品"),
    ("register_quarantine", "登记检疫结果"),
    ("remove_passkey", "删除自己的通行密钥"),
    ("remove_webhook", "删除推送地址"),
    ("rename_passkey", "为自己的通行密钥改名"),
    ("replay_webhook", "从信箱的某处起重新推送"),
    ("request_consolidation", "申请汇总一个月的清单"),
    ("resume_webhook", "恢复推送"),
    ("retry_relay", "重新转发一份报文"),
    ("rotate_key", "更换本信箱的访问密钥"),
    ("rotate_webhook", "更换推送的签名密钥"),
    ("rule", "对清单作出决定"),
    ("rule_export_return", "决定出口退货可否入境"),
    ("rule_several", "对多份清单作同一决定"),
    ("seal", "对放行货物施封"),
    ("search", "按任一编号查找清单"),
    ("send_dead_letter", "立即重发一封未送达的信件"),
    ("set_log_level", "更改日志的详细程度"),
    ("show_bill", "比对提运单与其项下已入库的包裹"),
    ("show_board", "查看近期的运行数据"),
    ("show_book", "查看账册的出入与结存"),
    ("show_case", "查看案件"),
    ("show_code", "提交第二因素的验证码"),
    ("show_consolidation", "查看汇总申请的进度"),
    ("show_declaration", "查看清单"),
    ("show_export_return", "查看出口退货"),
    ("show_figures", "查看全部关区的实时数据"),
    ("show_figures_of_office", "查看一个关区的实时数据"),
    ("show_filing", "查看备案申请"),
    ("show_formal_declaration", "查看报关单"),
    ("show_gate_pass", "查看核放单"),
    ("show_guarantee", "查看自己的税款担保"),
    ("show_guarantee_of_party", "查看一个企业的担保"),
    ("show_guarantee_proposal", "查看担保变更的提议"),
    ("show_letter", "查看本信箱的一封信"),
    ("show_party", "查看注册企业"),
    ("show_past", "查看订购人、电商企业和收货地址此前的情况"),
    ("show_payment_evidence", "查看清单的支付原始数据"),
    ("show_person", "查看人员"),
    ("show_persons", "查看清单的个人信息"),
    ("show_persons_of_many", "查看已批准的个人信息"),
    ("show_picture", "查看查验照片"),
    ("show_proposed_change", "查看参数变更的提议"),
    ("show_prospects", "查看一个月可汇总的清单"),
    ("show_relay", "查看转发状况"),
    ("show_relayed", "查看转发的清单"),
    ("show_response", "查看回执是否由此作出"),
    ("show_session", "查看当前调用者"),
    ("show_settings", "查看关区的设置"),
    ("show_system", "查看系统状态"),
    ("show_transit", "查看途中监管的货物"),
    ("show_waiting", "查看待办数量"),
    ("show_webhook", "查看推送地址及未送达的信件"),
    ("sign_out", "结束自己的会话"),
    ("step_bonded_list", "核注清单办理下一步"),
    ("test_webhook", "立即测试推送"),
    ("withdraw_filing", "撤回备案申请"),
    ("withdraw_key", "撤销本信箱的访问密钥"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the operations, as the files beside this one give them.
    fn operations() -> Vec<String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/api");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("summaries.rs") {
                let source = std::fs::read_to_string(path).unwrap();
                let named = source.split("operation_id = \"").skip(1);
                names.extend(named.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
        names.sort();
        names
    }

    #[test]
    fn every_operation_has_its_summary_and_nothing_else_has_one() {
        let operations = operations();
        assert!(operations.len() > 100, "{}", operations.len());
        let known: Vec<_> = SUMMARIES.iter().map(|(operation, _)| *operation).collect();
        assert_eq!(known, operations);
    }
}
