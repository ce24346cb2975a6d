//! Where an archive lies: a directory, or a bucket of a store of objects.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use serde::Deserialize;
use tongguan_archive::shelf::Shelf;
use tongguan_domain::month::Month;
use tongguan_gateways::s3::{Location, S3, S3Settings};

use crate::clock::SystemClock;

/// Where a month's archive lies when nobody says.
const DEFAULT: &str = "tongguan-archive";
/// The region where nobody says one.
const REGION: &str = "us-east-1";

/// Where the archive is.
#[derive(Debug, Args)]
pub struct To {
    /// The directory of the archive, or s3://BUCKET/PREFIX; ./tongguan-archive when absent.
    #[arg(long = "dir", visible_alias = "to", value_name = "PLACE", default_value = DEFAULT)]
    pub location: String,
    /// Who keeps the bucket: https://s3.example; AWS_ENDPOINT_URL when absent, or AWS itself.
    #[arg(long, value_name = "URL")]
    s3_endpoint: Option<String>,
    /// The region of the bucket; AWS_REGION when absent, or us-east-1.
    #[arg(long, value_name = "REGION")]
    s3_region: Option<String>,
    /// A file with access_key_id and secret_access_key as TOML; the variables AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY when absent.
    #[arg(long, value_name = "FILE")]
    s3_keys: Option<PathBuf>,
}

/// The file of the keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

impl To {
    /// The place itself; whether anything is there is not looked at.
    pub fn shelf(&self) -> anyhow::Result<Shelf> {
        if !self.location.starts_with("s3://") {
            let asks_a_store =
                self.s3_endpoint.is_some() || self.s3_region.is_some() || self.s3_keys.is_some();
            anyhow::ensure!(
                !asks_a_store,
                "`{}` is a directory, and --s3-… say how a bucket is asked: name one with --dir s3://BUCKET/PREFIX",
                self.location
            );
            return Ok(Shelf::at(&self.location)?);
        }
        let location = Location::parse(&self.location)?;
        let Keys { access_key_id, secret_access_key, session_token } = self.keys()?;
        let settings = S3Settings {
            location,
            endpoint: self.s3_endpoint.clone().or_else(|| variable("AWS_ENDPOINT_URL")),
            region: (self.s3_region.clone())
                .or_else(|| variable("AWS_REGION"))
                .unwrap_or_else(|| REGION.to_owned()),
            key: access_key_id,
            secret: secret_access_key,
            token: session_token,
        };
        Ok(Shelf::of(Arc::new(S3::open(settings, Arc::new(SystemClock))?)))
    }

    /// The month that is named, or all.
    pub fn months(&self, month: Option<Month>) -> anyhow::Result<(Shelf, Vec<String>)> {
        let shelf = self.shelf()?;
        let months = match month {
            Some(month) => vec![month.to_string()],
            None => shelf.months()?,
        };
        let none = || format!("there is no archived month in {}", self.location);
        Ok((shelf, Some(months).filter(|months| !months.is_empty()).with_context(none)?))
    }

    fn keys(&self) -> anyhow::Result<Keys> {
        if let Some(path) = &self.s3_keys {
            let text = std::fs::read_to_string(path);
            let text = text.with_context(|| format!("cannot read {}", path.display()))?;
            // What is wrong with it would be quoted with the key.
            return toml::from_str(&text).ok().with_context(|| {
                let path = path.display();
                format!("{path} does not hold access_key_id and secret_access_key as TOML")
            });
        }
        let known = |name| {
            let advice = || format!("there is no {name}: set it, or name a file with --s3-keys");
            variable(name).with_context(advice)
        };
        Ok(Keys {
            access_key_id: known("AWS_ACCESS_KEY_ID")?,
            secret_access_key: known("AWS_SECRET_ACCESS_KEY")?,
            session_token: variable("AWS_SESSION_TOKEN"),
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge, where keys come in as other programs take them"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
