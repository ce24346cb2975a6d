//! Chance for selectivity: HMAC of the declaration's id under a secret of the office, so that it can be
//! replayed here and not foretold outside.

use std::fmt;
use std::sync::Arc;

use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::lane::Draw;
use tongguan_storage::seal::Keyring;

use crate::clearing::decide::Draws;

/// Draws from the installation's key.
pub struct KeyedDraws(pub Arc<Keyring>);

impl Draws for KeyedDraws {
    fn draw(&self, office: OfficeCode, declaration: DeclarationId) -> Draw {
        self.of("draw", office, declaration)
    }

    fn sample(&self, office: OfficeCode, declaration: DeclarationId) -> Draw {
        self.of("sample", office, declaration)
    }

    fn evidence(&self, office: OfficeCode, declaration: DeclarationId) -> Draw {
        self.of("evidence", office, declaration)
    }
}

impl KeyedDraws {
    fn of(&self, what: &str, office: OfficeCode, declaration: DeclarationId) -> Draw {
        let mark = self.0.fingerprint(&format!("{what}/{office}"), &declaration.to_string());
        Draw(u16::from_be_bytes([mark[0], mark[1]]))
    }
}

impl fmt::Debug for KeyedDraws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedDraws")
    }
}
