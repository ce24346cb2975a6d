//! What can be wrong with what is filed: the catalogue.

use crate::defect::unnumbered;

unnumbered! {
    /// A field that must say something says nothing.
    MISSING "filing-missing" "必填项未填：请填写{zh}" "this must not be empty: give {en}";
    /// A field does not say what it should.
    MALFORMED "filing-malformed" "“{found}”不合要求：请填写{zh}" "`{found}` is not what it should be: give {en}";
    /// A code of a table that has no such code.
    UNKNOWN_CODE "filing-unknown-code" "“{found}”不在{zh}中：请填写其代码或名称" "`{found}` is not in {en}: give its code or its Chinese name";
    /// Two fields go together.
    TOGETHER "filing-together" "须与“{zh}”同时填写，或两项都不填" "it goes with {en}: give both or neither";
    /// A role asks for a licence.
    LICENCE "filing-licence" "{zh}须填写许可证号" "a {en} has to give the number of its licence";
    /// Who is no platform has no address at which a platform is asked.
    PLATFORMS_ONLY "filing-platforms-only" "只有电商平台填写支付原始数据开放接口地址：请删去，或增加平台类型" "only a platform is asked for payment evidence: leave it out, or add the role";
    /// A certificate cannot be read.
    UNREADABLE "filing-certificate-unreadable" "证书无法读取：{zh}；请粘贴一份完整证书的PEM，或其DER的base64" "the certificate cannot be read: {en}; paste the PEM of one certificate, or its DER in base64";
    /// A certificate may not sign any more, or never might.
    UNFIT "filing-certificate-unfit" "证书不能用于签名：{zh}；请换用有效的证书" "the certificate may not sign: {en}; file one that may";
    /// A certificate is another party's.
    OF_ANOTHER "filing-certificate-of-another" "该证书已登记给其他企业；请使用本企业的证书" "the certificate is registered for another party; file one of your own";
    /// It is registered as it is filed.
    UNCHANGED "filing-unchanged" "与已备案内容相同，无需再报" "it is registered like this already; there is nothing to file";
    /// Another filing of the same waits.
    WAITS "filing-waits" "已有同一事项的备案申请（{found}）在办；请先撤回或等待审结" "filing {found} of the same is under way; withdraw it, or wait until it is decided";
    /// The same stands twice in what was sent.
    REPEATED "filing-repeated" "与第{found}行重复；请只保留一行" "it stands in row {found} already; keep one of them";
    /// An enterprise files other things before it is registered itself.
    NOT_REGISTERED "filing-not-registered" "贵企业尚未备案：请先办理企业备案" "your enterprise is not registered yet: file the enterprise first";
    /// A code names another party.
    CODE_TAKEN "filing-code-taken" "代码“{found}”已登记给其他企业；请核对" "the code `{found}` is registered for another party; check it";
    /// A file is too long.
    FILE_TOO_LONG "filing-file-too-long" "文件过大（上限{expected}）；请分成几个文件" "the file is too long; {expected} is the most: send it in parts";
    /// A file is no table.
    NOT_A_TABLE "filing-file-unreadable" "文件无法读取：应为CSV（UTF-8或GB18030）或XLSX；{found}" "the file cannot be read: it has to be CSV (UTF-8 or GB18030) or XLSX; {found}";
    /// A file has too many rows.
    TOO_MANY_ROWS "filing-too-many-rows" "超过{expected}行；请分成几个文件" "there are more than {expected} rows: send them in parts";
    /// A file has no row.
    NO_ROWS "filing-no-rows" "文件中没有商品；请在表头之下逐行填写" "there are no goods in the file: write one in each row below the first";
    /// A column that is not known.
    UNKNOWN_COLUMN "filing-unknown-column" "不认识的列“{found}”；请按模板的列名填写，或删去该列" "there is no column `{found}`: name the columns as the template does, or leave it out";
    /// A column that must be there is not.
    COLUMN_MISSING "filing-column-missing" "缺少列“{expected}”；请按模板补上" "the column `{expected}` is missing: add it as the template has it";
    /// A column stands twice.
    COLUMN_TWICE "filing-column-twice" "列“{found}”出现两次；请删去一列" "the column `{found}` stands twice: leave one out";
    /// A row has more cells than there are columns.
    CELL_WITHOUT_COLUMN "filing-cell-without-column" "该行的格数多于表头；文字内有逗号时请加引号" "the row has more cells than there are columns: put quotation marks around a text with a comma";
}
