//! Errors of the exchange platform (交换平台; table 7-1): four digits.

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Exchange;
    FORMAT = 1, "exchange-format", "报文格式错误", "the message is malformed";
    SCHEMA = 2, "exchange-schema", "数据包不能通过schema验证", "the message does not pass the schema";
    OTHER_FORMAT = 999, "exchange-other-format", "其他格式错误", "another error of format";
    SIGNATURE_INVALID = 1001, "exchange-signature-invalid", "数字签名无效", "the digital signature is invalid";
    SIGNATURE_EXPIRED = 1002, "exchange-signature-expired", "数字签名过期", "the digital signature has expired";
    DECRYPTION = 1003, "exchange-decryption", "报文解密错误", "the message cannot be decrypted";
    SIGNATURE_MISMATCH = 1004, "exchange-signature-mismatch", "签名与数据不符", "the signature does not match the content";
    OTHER_SECURITY = 1999, "exchange-other-security", "其他安全错误", "another error of security";
    RECEIVER_UNKNOWN = 2001, "exchange-receiver-unknown", "指定的接收方不存在", "the receiver named does not exist";
    RECEIVER_DIFFERS = 2002, "exchange-receiver-differs", "地址不匹配，报文的实际接收方与该报文的“接收方”定义不同", "the actual receiver is not the one that the message names";
    OTHER_BUSINESS = 2999, "exchange-other-business", "其他业务逻辑错误", "another error of business logic";
    SYSTEM = 3001, "exchange-system", "数据库、中间件等系统错误", "a database or other system failed";
    CONNECTION = 3002, "exchange-connection", "远程连接错误", "a remote connection failed";
    TIMEOUT = 3003, "exchange-timeout", "远程连接超时", "a remote connection timed out";
    OTHER_SYSTEM = 3999, "exchange-other-system", "其他系统级错误", "another system error";
}
