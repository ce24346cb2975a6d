//! Who may know whom: the tables behind `tidy`'s rules on crates and on the modules of `domain`.
//!
//! A new line here is a decision about the design, so it is made in a commit that says why.

/// A crate of ours, and what its manifest may name.
#[derive(Debug)]
pub struct Layer {
    /// The directory under `crates/`; the package is called `tongguan-` and this.
    pub name: &'static str,
    /// The crates of ours that it may depend on.
    pub ours: &'static [&'static str],
    /// The crates of others that it may depend on.
    pub others: Others,
}

/// The crates of others that a layer may depend on.
#[derive(Debug)]
pub enum Others {
    /// Only these, because the layer is pure: no input or output, no clock, no randomness.
    Only(&'static [&'static str]),
    /// Any, chosen with care.
    Any,
}

/// Every crate under `crates/`, lowest first: each may depend only on crates above it in this list.
pub const LAYERS: &[Layer] = &[
    // Servers and disks that tests break; it knows nothing of ours, so the lowest layers may test with it.
    Layer { name: "testbed", ours: &[], others: Others::Any },
    Layer {
        name: "codelists",
        ours: &[],
        others: Others::Only(&["csv", "jiff", "rust_decimal", "sha2", "thiserror"]),
    },
    Layer {
        name: "domain",
        ours: &["codelists"],
        others: Others::Only(&["hmac", "jiff", "rust_decimal", "sha2", "thiserror"]),
    },
    Layer {
        name: "messages",
        ours: &["codelists", "domain"],
        others: Others::Only(&[
            "aws-lc-rs",
            "base64",
            "const-oid",
            "der",
            "jiff",
            "memchr",
            "pkcs1",
            "pkcs8",
            "rand_core",
            "roxmltree",
            "rsa",
            "rust_decimal",
            "serde",
            "serde_json",
            "sha1",
            "sha2",
            "signature",
            "sm2",
            "sm3",
            "spki",
            "thiserror",
            "x509-cert",
        ]),
    },
    // The verifiable log's tree and formats; of parcels it knows nothing.
    Layer {
        name: "transparency",
        ours: &[],
        others: Others::Only(&["aws-lc-rs", "base64", "serde", "serde_json", "thiserror"]),
    },
    // Months that are over, as files that other engines read; of parcels it knows nothing.
    Layer { name: "archive", ours: &[], others: Others::Any },
    // Laws for a stranger's bytes, and what libFuzzer runs; nothing that ships knows it.
    Layer { name: "fuzz", ours: &["domain", "messages"], others: Others::Any },
    Layer { name: "storage", ours: &["testbed", "codelists", "domain"], others: Others::Any },
    Layer {
        name: "application",
        ours: &["testbed", "archive", "codelists", "domain", "messages", "transparency", "storage"],
        others: Others::Any,
    },
    Layer {
        name: "gateways",
        ours: &[
            "testbed",
            "application",
            "archive",
            "codelists",
            "domain",
            "messages",
            "transparency",
        ],
        others: Others::Any,
    },
    Layer {
        name: "web",
        ours: &["application", "codelists", "domain", "messages", "transparency"],
        others: Others::Any,
    },
    Layer {
        name: "testkit",
        ours: &[
            "testbed",
            "application",
            "archive",
            "codelists",
            "domain",
            "gateways",
            "messages",
            "storage",
            "transparency",
            "web",
        ],
        others: Others::Any,
    },
    // The product in simulated time and under faults; nothing that ships knows it.
    Layer {
        name: "simulation",
        ours: &["application", "domain", "gateways", "messages", "storage", "testkit"],
        others: Others::Any,
    },
    Layer {
        name: "server",
        ours: &[
            "application",
            "archive",
            "codelists",
            "domain",
            "gateways",
            "messages",
            "storage",
            "testkit",
            "transparency",
            "web",
        ],
        others: Others::Any,
    },
];

/// The modules of `domain` that every other one may use. Each may use those before it.
pub const VOCABULARY: &[&str] = &[
    "ids",
    "money",
    "quantity",
    "time",
    "month",
    "numbering",
    "person",
    "party",
    "mark",
    "defect",
    "official",
    "status",
];

/// The other modules of `domain`, each with those that it may use besides the vocabulary, all of
/// them above it in this list.
pub const DOMAIN: &[(&str, &[&str])] = &[
    ("registry", &[]),
    ("place", &[]),
    ("commerce", &[]),
    ("ledger", &[]),
    ("tax", &[]),
    ("allowance", &[]),
    ("guarantee", &[]),
    ("tax_bill", &[]),
    ("lane", &[]),
    ("declaration", &["commerce", "allowance", "tax_bill", "lane"]),
    ("movement", &["commerce", "declaration"]),
    ("quarantine", &["lane"]),
    ("transit", &[]),
    ("access", &[]),
    ("cancellation", &["commerce", "declaration"]),
    ("returns", &["commerce", "declaration"]),
    ("facility", &["commerce"]),
    ("facts", &["commerce", "declaration", "movement", "cancellation", "returns", "facility"]),
    // What is left of a release is counted in what is kept of its goods.
    ("settlement", &["allowance", "tax_bill", "declaration", "returns", "facts"]),
    // Which closed declarations may be consolidated follows from what is kept of them.
    ("consolidation", &["commerce", "declaration", "facts"]),
    ("statistics", &["facts"]),
    // A bonded list asks for something as every document does: new, change, delete.
    ("bonded", &["commerce", "facts"]),
    (
        "check",
        &[
            "commerce",
            "declaration",
            "movement",
            "cancellation",
            "returns",
            "consolidation",
            "facility",
            "facts",
        ],
    ),
    // Judged like a single document, by the same law of the day, but against what was exported.
    ("readmission", &["declaration", "returns", "facts", "check"]),
    // Of what left, without what came back.
    ("formal", &["consolidation", "readmission", "facts"]),
    ("positive_list", &["allowance", "facts"]),
    ("matching", &["facts"]),
    ("listing", &["commerce", "declaration", "facts", "matching", "check"]),
    // Held against order and payment as the match holds a declaration.
    ("evidence", &["facts"]),
    // Goods are filed as lists are made of them, and a platform the address at which it is asked.
    ("filing", &["listing", "evidence"]),
    ("risk", &["declaration", "facts", "lane", "matching"]),
    (
        "clearance",
        &[
            "registry",
            "commerce",
            "ledger",
            "tax",
            "allowance",
            "guarantee",
            "tax_bill",
            "lane",
            "declaration",
            "facts",
            "check",
            "matching",
            "risk",
        ],
    ),
];

/// The layer of that directory under `crates/`.
pub fn layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.name == name)
}

/// Whether the layer is pure.
pub fn is_pure(name: &str) -> bool {
    layer(name).is_some_and(|layer| matches!(layer.others, Others::Only(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_depend_only_on_crates_above_them() {
        for (position, layer) in LAYERS.iter().enumerate() {
            let above: Vec<&str> = LAYERS[..position].iter().map(|layer| layer.name).collect();
            for used in layer.ours {
                let place = LAYERS.iter().position(|other| other.name == *used);
                assert!(above.contains(used), "{} names {used}, at {place:?}", layer.name);
            }
        }
    }

    #[test]
    fn domain_modules_use_only_modules_above_them() {
        for (position, (name, used)) in DOMAIN.iter().enumerate() {
            let above: Vec<&str> = DOMAIN[..position].iter().map(|(name, _)| *name).collect();
            assert!(used.iter().all(|module| above.contains(module)), "{name} uses {used:?}");
            assert!(!VOCABULARY.contains(name), "{name} is vocabulary already");
        }
    }

    #[test]
    fn the_lowest_layers_are_pure() {
        let pure: Vec<&str> =
            LAYERS.iter().map(|layer| layer.name).filter(|name| is_pure(name)).collect();
        assert_eq!(pure, ["codelists", "domain", "messages", "transparency"]);
        assert!(!is_pure("unheard-of"));
    }
}
