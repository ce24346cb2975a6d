//! The settings of providers of identity, and what asks them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tongguan_application::people::{Provider, Providers, SecondFactor, Terms};
use tongguan_gateways::provider::OpenIdClient;
use tongguan_storage::seal::Keyring;

/// How long one answer of a provider is waited for; somebody who signs in waits for three at most.
const WITHIN: Duration = Duration::from_secs(8);

/// The settings under one `[[oidc]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    id: String,
    name_zh: String,
    name_en: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    client_secret_env: Option<String>,
    #[serde(default = "openid")]
    scopes: Vec<String>,
    #[serde(default)]
    second_factor: Whose,
    #[serde(default)]
    amr: Vec<String>,
    #[serde(default)]
    acr: Vec<String>,
}

/// Whose second factor counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Whose {
    #[default]
    Ours,
    Theirs,
}

fn openid() -> Vec<String> {
    vec!["openid".to_owned()]
}

impl ProviderSettings {
    /// Paths are relative to this folder.
    pub fn beside(&mut self, folder: &Path) {
        if let Some(path) = &mut self.client_secret_file {
            *path = folder.join(&path);
        }
    }

    /// The provider.
    ///
    /// # Errors
    /// What is wrong with the settings, or why the secret cannot be read.
    fn provider(&self) -> anyhow::Result<Provider> {
        let secret = self.secret().with_context(|| self.place())?;
        Provider::new(self.terms(secret)).with_context(|| self.place())
    }

    /// Whether they can be used, before it is known whether the secret can be read.
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.second_factor == Whose::Theirs || (self.amr.is_empty() && self.acr.is_empty()),
            "in {}: `amr` and `acr` are for `second_factor = 'theirs'`; take them away, or say that",
            self.place()
        );
        anyhow::ensure!(
            self.client_secret_file.is_some() != self.client_secret_env.is_some(),
            "in {}: give either `client_secret_file`, the file with the client's secret, or \
             `client_secret_env`, the variable of the environment that holds it",
            self.place()
        );
        let somehow = self.terms("is read when the service starts".to_owned());
        Provider::new(somehow).map(drop).with_context(|| self.place())
    }

    fn terms(&self, client_secret: String) -> Terms {
        let second_factor = match self.second_factor {
            Whose::Ours => SecondFactor::Ours,
            Whose::Theirs => {
                SecondFactor::Theirs { methods: self.amr.clone(), classes: self.acr.clone() }
            }
        };
        Terms {
            id: self.id.clone(),
            title: (self.name_zh.clone(), self.name_en.clone()),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret,
            scopes: self.scopes.clone(),
            second_factor,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the settings name the variable, and it is read once"
    )]
    fn secret(&self) -> anyhow::Result<String> {
        let (secret, place) = match (&self.client_secret_file, &self.client_secret_env) {
            (Some(path), _) => {
                let secret = fs::read_to_string(path);
                let secret = secret.with_context(|| format!("cannot read {}", path.display()))?;
                (secret, path.display().to_string())
            }
            (None, Some(name)) => {
                let secret = std::env::var(name);
                let secret = secret.with_context(|| format!("cannot read the variable {name}"))?;
                (secret, format!("the variable {name}"))
            }
            (None, None) => anyhow::bail!("there is no secret of the client"),
        };
        let secret = secret.trim();
        anyhow::ensure!(!secret.is_empty(), "{place} holds no secret");
        Ok(secret.to_owned())
    }

    fn place(&self) -> String {
        format!("`[[oidc]]` `{}`", self.id)
    }
}

/// Whether providers can be used by a service that is reached at an address.
///
/// # Errors
/// What is wrong with the settings.
pub fn check(all: &[ProviderSettings], address: Option<&str>) -> anyhow::Result<()> {
    let Some(first) = all.first() else { return Ok(()) };
    let is_reached = address.is_some_and(|address| {
        let host = address.strip_prefix("http://").map(|host| host.split(':').next());
        address.starts_with("https://") || matches!(host, Some(Some("localhost" | "127.0.0.1")))
    });
    anyhow::ensure!(
        is_reached,
        "{} needs `address`, where providers send browsers back to: 'https://window.example'; 'http://' is for \
         this machine alone",
        first.place()
    );
    for (n, settings) in all.iter().enumerate() {
        settings.check()?;
        anyhow::ensure!(
            !all.iter().take(n).any(|earlier| earlier.id == settings.id),
            "two providers have the `id` {:?}; name one otherwise",
            settings.id
        );
    }
    Ok(())
}

/// The providers, with their secrets.
///
/// # Errors
/// What is wrong with the settings, or which secret cannot be read.
pub fn providers(
    all: &[ProviderSettings],
    address: Option<&str>,
    keyring: &Arc<Keyring>,
) -> anyhow::Result<Arc<Providers>> {
    let all = all.iter().map(ProviderSettings::provider).collect::<anyhow::Result<Vec<_>>>()?;
    let (address, keyring) = (address.unwrap_or_default().to_owned(), keyring.clone());
    let client = Arc::new(OpenIdClient::new(WITHIN));
    Ok(Arc::new(Providers::new(all, address, keyring, client)))
}

/// Their names, for whoever runs the service.
pub fn shown(all: &[ProviderSettings]) -> String {
    match all {
        [] => "none".to_owned(),
        all => all.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id = 'corp'\nname_zh = '单位账号'\nname_en = 'company account'\n\
                        issuer = 'https://id.example'\nclient_id = 'tongguan'\n";

    fn settings(more: &str) -> ProviderSettings {
        toml::from_str(&format!("{GOOD}{more}")).unwrap()
    }

    fn refused(more: &str) -> String {
        let address = Some("https://window.example");
        check(&[settings(more)], address)
            .err()
            .map(|error| format!("{error:#}"))
            .unwrap_or_default()
    }

    #[test]
    fn what_is_wrong_is_told_with_the_provider_that_it_is_of() {
        assert_eq!(refused("client_secret_env = 'X'"), "");
        let file = "client_secret_file = 'x'\n";
        assert_eq!(refused(&format!("{file}second_factor = 'theirs'\namr = ['mfa']")), "");
        for (more, wanted) in [
            ("", "either `client_secret_file`"),
            ("client_secret_file = 'x'\nclient_secret_env = 'X'", "either `client_secret_file`"),
            ("client_secret_env = 'X'\namr = ['mfa']", "are for `second_factor = 'theirs'`"),
            ("client_secret_env = 'X'\nsecond_factor = 'theirs'", "needs `amr` or `acr`"),
            ("client_secret_env = 'X'\nscopes = ['email']", "holds 'openid'"),
        ] {
            let told = refused(more);
            assert!(told.contains(wanted) && told.contains("`[[oidc]]` `corp`"), "{more}: {told}");
        }
    }

    #[test]
    fn providers_send_browsers_back_by_tls_or_to_this_machine() {
        let one = || settings("client_secret_env = 'X'");
        for address in ["https://window.example", "http://localhost:8080", "http://127.0.0.1"] {
            assert!(check(&[one()], Some(address)).is_ok(), "{address}");
        }
        for address in [None, Some("http://window.example"), Some("http://localhost.example")] {
            let told = check(&[one()], address).unwrap_err().to_string();
            assert!(told.contains("needs `address`"), "{told}");
        }
        assert!(check(&[], None).is_ok());
        let twice = check(&[one(), one()], Some("https://window.example")).unwrap_err();
        assert!(twice.to_string().contains("two providers"), "{twice}");
    }

    #[test]
    fn the_secret_is_read_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings("client_secret_file = 'secret'");
        settings.beside(folder.path());
        let missing = settings.provider().err().map(|error| format!("{error:#}")).unwrap();
        assert!(missing.contains("`corp`") && missing.contains("cannot read"), "{missing}");
        fs::write(folder.path().join("secret"), " \n").unwrap();
        let empty = settings.provider().err().map(|error| format!("{error:#}")).unwrap();
        assert!(empty.contains("holds no secret"), "{empty}");
        fs::write(folder.path().join("secret"), "s3cret\n").unwrap();
        assert_eq!(settings.secret().unwrap(), "s3cret");
        assert!(settings.provider().is_ok());
    }
}
