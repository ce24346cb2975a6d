//! An enterprise as it files itself (企业备案).

use super::rules::{LICENCE, PLATFORMS_ONLY};
use super::texts::{Reading, Texts, bounded};
use crate::defect::Defect;
use crate::evidence::PlatformAddress;
use crate::party::{CodeKind, PartyCode, Role, Roles};

/// What an enterprise says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledEnterprise {
    /// 企业名称.
    pub name: String,
    /// 海关注册编码 and 统一社会信用代码, customs code first; never empty.
    pub codes: Vec<PartyCode>,
    /// What it wants to act as; never empty.
    pub roles: Roles,
    /// The number of the licence that a role asks for (金融许可证, 支付业务许可证, 快递业务经营许可证).
    pub licence: Option<Box<str>>,
    /// Where a platform is asked for payment evidence (`platDataOpen`).
    pub payment_url: Option<PlatformAddress>,
}

/// Roles that ask for a licence (公告2018年第194号).
const LICENSED: [Role; 2] = [Role::PaymentInstitution, Role::Carrier];
/// The longest name that documents can carry.
const LONGEST_NAME: usize = 100;

/// Reads what an enterprise says of itself: `name`, `customs_code`, `credit_code`, `roles` between commas,
/// `licence`, `payment_url`. It has one code at least; a code that it has already, one of `own`, is good as it is.
///
/// # Errors
/// All that is wrong, by field.
pub fn read_enterprise(texts: &Texts, own: &[PartyCode]) -> Result<FiledEnterprise, Vec<Defect>> {
    let mut reading = Reading::of(texts);
    let name = ("企业名称，至多100字", "its registered name, at most 100 characters");
    let name = reading.required("name", name, bounded(LONGEST_NAME));
    let code = |kind| {
        move |text: &str| {
            let code = PartyCode::parse(text).ok()?;
            (code.kind() == kind || own.contains(&code)).then_some(code)
        }
    };
    let expected = ("海关注册编码（10位）", "its customs code, 10 characters");
    let customs = reading.optional("customs_code", expected, code(CodeKind::CustomsCode));
    let expected = (
        "统一社会信用代码（18位，校验位正确）",
        "its unified social credit code, 18 characters with the right check character",
    );
    let credit = match reading.has("customs_code") {
        true => reading.optional("credit_code", expected, code(CodeKind::CreditCode)),
        false => reading.required("credit_code", expected, code(CodeKind::CreditCode)),
    };
    let expected = ("至少一种企业类型", "one role at least, between commas");
    let roles = reading.required("roles", expected, |text| {
        let roles = text.split(',').map(|name| Role::named(name.trim()));
        roles.collect::<Option<Roles>>()
    });
    let expected = ("许可证号，至多60字", "the number of its licence, at most 60 characters");
    let licence = reading.optional("licence", expected, bounded(60));
    let expected = (
        "网址，如https://shop.example/platDataOpen，至多500个字符",
        "an address such as https://shop.example/platDataOpen, at most 500 characters",
    );
    let payment_url = reading.optional("payment_url", expected, PlatformAddress::parse);
    if reading.has("payment_url") && roles.is_some_and(|it| !it.contains(Role::Platform)) {
        reading.note(&PLATFORMS_ONLY, "payment_url", "", ("", ""));
    }
    let licensed = LICENSED.into_iter().find(|role| roles.is_some_and(|it| it.contains(*role)));
    if let Some(role) = licensed
        && !reading.has("licence")
    {
        reading.note(&LICENCE, "licence", "", (role.zh(), role.name()));
    }
    match (name, roles) {
        (Some(name), Some(roles)) if reading.defects.is_empty() => {
            let codes = customs.into_iter().chain(credit).collect();
            Ok(FiledEnterprise { name: name.into(), codes, roles, licence, payment_url })
        }
        _ => Err(reading.defects),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(texts: &[(&str, &str)]) -> Vec<(String, &'static str)> {
        let defects = read_enterprise(&texts.iter().copied().collect(), &[]).unwrap_err();
        defects.into_iter().map(|defect| (defect.pointer, defect.rule.code)).collect()
    }

    #[test]
    fn an_enterprise_is_named_by_its_codes_and_a_carrier_needs_its_licence() {
        let texts = [
            ("name", "某某物流有限公司"),
            ("customs_code", "3301960a2b"),
            ("credit_code", "91350100M000100Y43"),
            ("roles", "carrier, declarant"),
            ("licence", "国邮20180001"),
        ];
        let filed = read_enterprise(&texts.iter().copied().collect(), &[]).unwrap();
        assert_eq!(filed.codes[0].as_str(), "3301960A2B");
        assert!(filed.roles.contains(Role::Carrier) && filed.roles.contains(Role::Declarant));
        let asked_at =
            |roles, url| [("name", "某"), texts[1], ("roles", roles), ("payment_url", url)];
        let url = "https://shop.example/platDataOpen";
        let filed = asked_at("platform", url).into_iter().collect();
        let filed = read_enterprise(&filed, &[]).unwrap();
        assert_eq!(filed.payment_url.unwrap().as_str(), url);
        let place = "payment_url".to_owned();
        assert_eq!(wrong(&asked_at("merchant", url)), [(place.clone(), "filing-platforms-only")]);
        assert_eq!(wrong(&asked_at("platform", "shop")), [(place, "filing-malformed")]);
        assert_eq!(wrong(&texts[..4]), [("licence".to_owned(), "filing-licence")]);
        assert_eq!(
            wrong(&[("credit_code", "91350100M000100Y44"), ("roles", "king")]),
            [
                ("name".to_owned(), "filing-missing"),
                ("credit_code".to_owned(), "filing-malformed"),
                ("roles".to_owned(), "filing-malformed"),
            ]
        );
        let made_up = [("name", "某"), ("customs_code", "PORT-00001"), ("roles", "merchant")];
        assert_eq!(wrong(&made_up), [("customs_code".to_owned(), "filing-malformed")]);
        let own = [PartyCode::parse("PORT-00001").unwrap()];
        let filed = read_enterprise(&made_up.into_iter().collect(), &own).unwrap();
        assert_eq!(filed.codes, own, "a code that it has is good, and one is enough");
    }
}
