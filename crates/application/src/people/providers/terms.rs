//! A provider, as the operator names it.

/// How a provider is called, reached and believed.
#[derive(Clone)]
pub struct Terms {
    /// Its name in addresses and in the audit: `corp`.
    pub id: String,
    /// What people see, in Chinese and English.
    pub title: (String, String),
    /// Its address, exactly as it writes it itself.
    pub issuer: String,
    /// What this service is called there.
    pub client_id: String,
    /// By which it proves that there.
    pub client_secret: String,
    /// What is asked for; `openid` is among it.
    pub scopes: Vec<String>,
    /// Whose second factor counts.
    pub second_factor: SecondFactor,
}

/// Whose second factor counts (第二因素).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactor {
    /// Ours alone.
    Ours,
    /// Theirs too, where the ID token says so.
    Theirs {
        /// Any of these among its methods (`amr`) does.
        methods: Vec<String>,
        /// Any of these as its class (`acr`) does.
        classes: Vec<String>,
    },
}

/// Terms that can be used.
#[derive(Clone)]
pub struct Provider(Terms);

/// Why terms cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTerms {
    /// The name.
    #[error("`id` is {0:?}; it has 1 to 20 small letters, digits and hyphens, such as 'corp'")]
    Id(String),
    /// A title is empty or too long.
    #[error("`name_zh` and `name_en` have 1 to 40 characters each: people see them on the button")]
    Title,
    /// The issuer is no address, or one without TLS.
    #[error(
        "`issuer` is {0:?}; it begins with 'https://', has no query, and is written exactly as the provider writes \
         it in its metadata; 'http://' is for this machine alone"
    )]
    Issuer(String),
    /// The client has no name or no secret.
    #[error(
        "the provider gives `client_id` and the client's secret when this service is registered there"
    )]
    Client,
    /// What is asked for is not what OpenID Connect knows.
    #[error("`scopes` holds 'openid' and words without blanks")]
    Scopes,
    /// Nothing would ever say that two factors were shown.
    #[error(
        "`second_factor = 'theirs'` needs `amr` or `acr`: the values by which the provider says that two factors \
         were shown"
    )]
    SecondFactor,
}

impl Provider {
    /// Terms that can be used.
    ///
    /// # Errors
    /// [`BadTerms`].
    pub fn new(terms: Terms) -> Result<Self, BadTerms> {
        let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=20).contains(&terms.id.len()) || !terms.id.chars().all(is_id) {
            return Err(BadTerms::Id(terms.id));
        }
        let titles = [&terms.title.0, &terms.title.1];
        if titles.iter().any(|it| it.trim().is_empty() || it.chars().count() > 40) {
            return Err(BadTerms::Title);
        }
        if !is_safe(&terms.issuer, true) || terms.issuer.contains(['?', '#']) {
            return Err(BadTerms::Issuer(terms.issuer));
        }
        if terms.client_id.is_empty() || terms.client_secret.is_empty() {
            return Err(BadTerms::Client);
        }
        let is_word = |it: &String| !it.is_empty() && it.chars().all(|c| c.is_ascii_graphic());
        if !terms.scopes.iter().any(|it| it == "openid") || !terms.scopes.iter().all(is_word) {
            return Err(BadTerms::Scopes);
        }
        match &terms.second_factor {
            SecondFactor::Theirs { methods, classes }
                if methods.is_empty() && classes.is_empty() =>
            {
                Err(BadTerms::SecondFactor)
            }
            _ => Ok(Self(terms)),
        }
    }

    /// Its name in addresses and in the audit.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// What people see, in Chinese and English.
    pub fn title(&self) -> (&str, &str) {
        (&self.0.title.0, &self.0.title.1)
    }

    /// Its address, exactly as it writes it itself.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    pub(super) fn client_id(&self) -> &str {
        &self.0.client_id
    }

    pub(super) fn client_secret(&self) -> &str {
        &self.0.client_secret
    }

    pub(super) fn scopes(&self) -> String {
        self.0.scopes.join(" ")
    }

    /// The classes that it is asked for, the best first.
    pub(super) fn classes(&self) -> Option<String> {
        match &self.0.second_factor {
            SecondFactor::Theirs { classes, .. } if !classes.is_empty() => Some(classes.join(" ")),
            _ => None,
        }
    }

    /// Whether what an ID token says of methods and class stands for two factors here.
    pub(super) fn takes_for_two(&self, methods: &[&str], class: Option<&str>) -> bool {
        let has = |listed: &[String], said: &str| listed.iter().any(|it| it == said);
        match &self.0.second_factor {
            SecondFactor::Ours => false,
            SecondFactor::Theirs { methods: listed, classes } => {
                methods.iter().any(|said| has(listed, said))
                    || class.is_some_and(|said| has(classes, said))
            }
        }
    }

    /// Whether an address that the provider names may be asked: by TLS, unless the provider itself is on this machine.
    pub(super) fn may_name(&self, url: &str) -> bool {
        is_safe(url, self.0.issuer.starts_with("http://"))
    }
}

/// Whether what is sent to an address is read by nobody else: it goes by TLS, or where `or_here`, stays on this
/// machine.
fn is_safe(url: &str, or_here: bool) -> bool {
    let is_printable = url.len() <= 500 && url.chars().all(|c| c.is_ascii_graphic());
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let is_host = !host.is_empty() && !authority.contains('@');
    is_printable && is_host && (scheme == "https" || (scheme == "http" && or_here && is_here))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms {
            id: "corp".to_owned(),
            title: ("单位账号".to_owned(), "company account".to_owned()),
            issuer: "https://id.example/realm".to_owned(),
            client_id: "tongguan".to_owned(),
            client_secret: "secret".to_owned(),
            scopes: vec!["openid".to_owned()],
            second_factor: SecondFactor::Ours,
        }
    }

    #[test]
    fn terms_that_cannot_be_used_say_why() {
        let refused = |change: &dyn Fn(&mut Terms)| {
            let mut terms = terms();
            change(&mut terms);
            Provider::new(terms).err().map(|bad| bad.to_string()).unwrap_or_default()
        };
        assert_eq!(refused(&|_| {}), "");
        for id in ["", "Corp", "a/b", "a-name-of-21-letters-x"] {
            assert!(refused(&|it| it.id = id.to_owned()).starts_with("`id`"), "{id}");
        }
        assert!(refused(&|it| it.title.1 = " ".to_owned()).starts_with("`name_zh`"));
        assert!(refused(&|it| it.client_secret = String::new()).contains("`client_id`"));
        assert!(refused(&|it| it.scopes = vec!["email".to_owned()]).starts_with("`scopes`"));
        assert!(refused(&|it| it.scopes.push("a b".to_owned())).starts_with("`scopes`"));
        let nothing = SecondFactor::Theirs { methods: Vec::new(), classes: Vec::new() };
        assert!(refused(&|it| it.second_factor = nothing.clone()).contains("`amr`"));
    }

    #[test]
    fn providers_are_asked_by_tls_or_on_this_machine() {
        for issuer in
            ["https://id.example", "http://127.0.0.1:8081/x", "http://localhost", "http://[::1]:1"]
        {
            let terms = Terms { issuer: issuer.to_owned(), ..terms() };
            assert!(Provider::new(terms).is_ok(), "{issuer}");
        }
        for issuer in [
            "http://id.example",
            "http://127.0.0.1.id.example",
            "http://localhost@id.example",
            "https://",
            "https://id.example?x",
            "https://id.example/#x",
            "id.example",
            "ftp://id.example",
        ] {
            let terms = Terms { issuer: issuer.to_owned(), ..terms() };
            assert!(matches!(Provider::new(terms), Err(BadTerms::Issuer(_))), "{issuer}");
        }
        let provider = Provider::new(terms()).unwrap();
        assert!(provider.may_name("https://elsewhere.example/keys"));
        assert!(!provider.may_name("http://127.0.0.1/keys"), "none of ours by way of metadata");
    }

    #[test]
    fn only_what_is_listed_stands_for_two_factors() {
        let theirs = SecondFactor::Theirs {
            methods: vec!["mfa".to_owned()],
            classes: vec!["gold".to_owned()],
        };
        let provider = Provider::new(Terms { second_factor: theirs, ..terms() }).unwrap();
        assert!(provider.takes_for_two(&["pwd", "mfa"], None));
        assert!(provider.takes_for_two(&[], Some("gold")));
        assert!(!provider.takes_for_two(&["gold"], Some("mfa")));
        assert!(!provider.takes_for_two(&["pwd", "MFA"], Some("silver")));
        let ours = Provider::new(terms()).unwrap();
        assert!(!ours.takes_for_two(&["mfa"], Some("gold")));
    }
}
