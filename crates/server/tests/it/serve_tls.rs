//! `serve`: TLS of its own.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::relay::{relay_everything, released};
use crate::run::tongguan_in;
use crate::serve::{Service, on_sqlite};
use crate::serve_connections::Caller;

/// A certificate for the machine that the tests run on, and its key.
struct Pair {
    certificate: String,
    key: String,
}

impl Pair {
    fn new() -> Self {
        let pair = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        Self { certificate: pair.cert.pem(), key: pair.signing_key.serialize_pem() }
    }

    fn write(&self, folder: &Path) {
        fs::write(folder.join("certificate.pem"), &self.certificate).unwrap();
        fs::write(folder.join("key.pem"), &self.key).unwrap();
    }
}

/// A client that trusts this certificate alone, and shows one of its own where it has one.
fn trusting(certificate: &str, own: Option<&Pair>) -> ureq::Agent {
    let trusted = Certificate::from_pem(certificate.as_bytes()).unwrap();
    let shown = own.map(|own| {
        let certificate = Certificate::from_pem(own.certificate.as_bytes()).unwrap().to_owned();
        let key = PrivateKey::from_pem(own.key.as_bytes()).unwrap();
        ClientCert::new_with_certs(&[certificate], key)
    });
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&[trusted.to_owned()]))
        .client_cert(shown)
        .unversioned_rustls_crypto_provider(Arc::new(default_provider()));
    let agent = ureq::Agent::config_builder().http_status_as_error(false).tls_config(tls.build());
    agent.build().into()
}

const FILES: &str = "[tls]\ncertificate = 'certificate.pem'\nkey = 'key.pem'\n";

/// A service that uses this certificate.
fn service(pair: &Pair, settings: &str) -> Service {
    let place = |folder: &Path| {
        pair.write(folder);
        on_sqlite(folder)
    };
    let mut service = Service::start(place, &format!("{FILES}{settings}"));
    service.agent = trusting(&pair.certificate, None);
    service
}

#[test]
fn a_parcel_is_cleared_over_tls_while_others_misuse_the_port() {
    let settings = "[tls]\nself_signed = ['127.0.0.1']\n[limits]\nhead_seconds = 4\n";
    let mut service = Service::start(on_sqlite, settings);
    assert!(service.base.starts_with("https://127.0.0.1:"), "{}", service.base);
    let file = service.folder.path().join("self-signed.pem");
    let kept = || fs::read_to_string(&file).unwrap();
    let certificate = kept();
    service.agent = trusting(&certificate, None);
    let mut silent = Caller::of(&service);
    let mut broken = Caller::of(&service);
    broken.says("\u{16}\u{3}\u{1}");
    let mut plain = Caller::of(&service);
    plain.says("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(plain.hears().starts_with("HTTP/1.1 400"), "it is told what is spoken here");
    service.clear(1);
    // Whoever never finishes his handshake is left, and nobody waits for him at the end.
    assert_eq!(silent.hears(), "");
    assert_eq!(broken.hears(), "");
    service.start_again();
    assert_eq!(kept(), certificate, "it is made once");
    assert_eq!(service.get("/health", None).status, 200);
}

#[test]
fn tls_1_2_and_1_3_are_spoken() {
    let pair = Pair::new();
    let service = service(&pair, "");
    for (offered, wanted) in [
        (&rustls::version::TLS12, ProtocolVersion::TLSv1_2),
        (&rustls::version::TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[offered])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "127.0.0.1".try_into().unwrap();
        let client = ClientConnection::new(Arc::new(client), name).unwrap();
        let stream = TcpStream::connect(service.base.trim_start_matches("https://")).unwrap();
        let mut stream = StreamOwned::new(client, stream);
        stream.conn.complete_io(&mut stream.sock).unwrap();
        assert_eq!(stream.conn.protocol_version(), Some(wanted));
    }
}

#[test]
fn a_replaced_certificate_is_taken_up_and_a_half_replaced_one_is_not() {
    let (old, new) = (Pair::new(), Pair::new());
    let service = service(&old, "");
    let folder = service.folder.path();
    assert_eq!(service.get("/health", None).status, 200);
    fs::write(folder.join("certificate.pem"), &new.certificate).unwrap();
    let said = || fs::read_to_string(folder.join("stderr")).unwrap();
    while !said().contains("cannot be used with the key") {}
    let health = format!("{}/health", service.base);
    let reached = |agent: ureq::Agent| agent.get(&health).call().is_ok();
    assert!(reached(trusting(&old.certificate, None)), "what was used before goes on being used");
    fs::write(folder.join("key.pem"), &new.key).unwrap();
    while !reached(trusting(&new.certificate, None)) {}
    assert!(!reached(trusting(&old.certificate, None)));
}

/// An authority that clients are trusted for.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A client's certificate that the authority has signed.
fn client_of(authority: &CertifiedIssuer<'static, KeyPair>) -> Pair {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["erp".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    Pair { certificate: certificate.pem(), key: key.serialize_pem() }
}

/// A service that trusts the authority for its clients, with settings before those of TLS and among them.
fn service_for(
    pair: &Pair,
    authority: &CertifiedIssuer<'static, KeyPair>,
    (before, among): (&str, &str),
) -> Service {
    let place = |folder: &Path| {
        pair.write(folder);
        fs::create_dir(folder.join("clients")).unwrap();
        fs::write(folder.join("clients/root.pem"), authority.pem()).unwrap();
        on_sqlite(folder)
    };
    let settings = format!("{before}{FILES}client_authorities = 'clients'\n{among}");
    Service::start(place, &settings)
}

#[test]
fn who_must_show_a_certificate_is_served_with_one_of_a_trusted_authority_alone() {
    let (pair, stranger, authority) = (Pair::new(), Pair::new(), authority());
    let known = client_of(&authority);
    let service = service_for(&pair, &authority, ("", ""));
    let health = format!("{}/health", service.base);
    let reached = |own| trusting(&pair.certificate, own).get(&health).call().is_ok();
    assert!(!reached(None));
    assert!(!reached(Some(&stranger)));
    assert!(reached(Some(&known)));
}

#[test]
fn a_registered_certificate_stands_for_a_program_until_it_is_withdrawn() {
    let (pair, authority) = (Pair::new(), authority());
    let (known, unknown) = (client_of(&authority), client_of(&authority));
    let mut service = service_for(&pair, &authority, ("", "client_certificates = 'optional'\n"));
    let path = service.folder.path().join("erp.pem");
    fs::write(&path, &known.certificate).unwrap();
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let place = service.place.clone();
    let run = |command: &[&str]| {
        let place = place.each_ref().map(String::as_str);
        tongguan_in(path.parent().unwrap(), &[command, &place].concat(), "")
    };
    let register = ["access", "register", "erp.pem", "--json", "--purpose", "ERP", "--mailbox"];
    let register = [&register[..], &[&mailbox, "--scope", "read-mail"]].concat();
    let registered = run(&register);
    assert_eq!(registered.status, 0, "{}", registered.err);
    let registered = registered.json();
    assert_eq!(registered["kind"], "certificate");
    assert_eq!(run(&register).status, 1, "it is registered once");
    let number = registered["number"].as_str().unwrap();

    let session = "/api/v1/session";
    let mailbox = format!("/mailbox/{mailbox}");
    let key = service.key(service.cast.carrier.mailbox());
    assert_eq!(service_with(&mut service, &pair, None).get(session, None).status, 401);
    let by_key = service.get(session, key["key"].as_str());
    assert_eq!(by_key.status, 200, "a key is as good as before");
    let stranger = service_with(&mut service, &pair, Some(&unknown));
    assert_eq!(stranger.get(session, None).status, 401, "the authority alone proves nobody");

    let program = service_with(&mut service, &pair, Some(&known));
    let told = program.get(session, None);
    assert!(told.body.contains(number), "{told:?}");
    assert_eq!(program.get(&mailbox, None).status, 200);
    assert_eq!(program.get("/api/v1/parties", None).problem(), "not-permitted");
    let sent = program.post("/ceb", &[("content-type", "application/xml")], b"<a/>");
    assert_eq!(sent.problem(), "unreadable", "{sent:?}");
    let other = program.get(session, key["key"].as_str());
    assert!(!other.body.contains(number), "a key that is sent besides is meant: {other:?}");
    // A browser shows its certificate to whatever page asks.
    for (name, value) in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("cookie", "a=b")]
    {
        let asked = program.agent.get(format!("{}{session}", program.base)).header(name, value);
        assert_eq!(asked.call().unwrap().status(), 401, "{name}");
    }
    // And what a request says of itself is no certificate.
    let claimed = [("x-client-cert", known.certificate.replace('\n', " "))];
    let claimed = claimed.each_ref().map(|(name, value)| (*name, value.as_str()));
    let unproved = service_with(&mut service, &pair, None);
    assert_eq!(unproved.post(&format!("{mailbox}/1/ack"), &claimed, b"").status, 401);

    let program = service_with(&mut service, &pair, Some(&known));
    assert_eq!(program.get(session, None).status, 200);
    let rotated = run(&["access", "rotate", number]);
    assert!(rotated.err.contains("is a certificate"), "{}", rotated.err);
    assert_eq!(run(&["access", "withdraw", number]).status, 0);
    assert_eq!(program.get(session, None).status, 401, "on the same connection too");
}

/// The service, as a client with this certificate reaches it.
fn service_with<'s>(service: &'s mut Service, of: &Pair, own: Option<&Pair>) -> &'s Service {
    service.agent = trusting(&of.certificate, own);
    service
}

#[test]
fn what_cannot_be_used_is_told_at_start_with_its_file_and_line() {
    let (pair, other) = (Pair::new(), Pair::new());
    let without_end = pair.certificate.replace("-----END CERTIFICATE-----", "");
    let broken = format!("{}\n{}", pair.certificate, pair.certificate.replace("MII", "M!I"));
    let encrypted = other.key.replace("PRIVATE", "ENCRYPTED PRIVATE");
    for (certificate, key, wanted) in [
        (None, Some(&pair.key), vec!["cannot read", "certificate.pem"]),
        (Some(&pair.certificate), Some(&other.key), vec!["certificate.pem", "key.pem", "first"]),
        (Some(&pair.key), Some(&pair.key), vec!["certificate.pem", "`PRIVATE KEY` in line 1"]),
        (Some(&pair.certificate), Some(&encrypted), vec!["key.pem", "openssl pkey"]),
        (Some(&without_end), Some(&pair.key), vec!["certificate.pem", "line 1", "no end"]),
        (Some(&broken), Some(&pair.key), vec!["certificate.pem", "line 1", "Base64"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let settings = format!("listen = '127.0.0.1:0'\ndata = 'data'\n{FILES}");
        fs::write(folder.path().join("tongguan.toml"), settings).unwrap();
        fs::create_dir(folder.path().join("trust")).unwrap();
        let files = [("certificate.pem", certificate), ("key.pem", key)];
        for (name, text) in files.into_iter().filter_map(|(name, text)| Some((name, text?))) {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let run = tongguan_in(folder.path(), &["serve", "--config", "tongguan.toml"], "");
        assert_eq!(run.status, 1, "{}", run.err);
        for wanted in wanted {
            assert!(run.err.contains(wanted), "{wanted}: {}", run.err);
        }
        assert!(!folder.path().join("data").exists(), "nothing was opened");
    }
}

#[test]
fn a_window_that_relays_shows_its_certificate_upstream() {
    let pair = Pair::new();
    let authority = authority();
    let known = client_of(&authority);
    let above = service_for(&pair, &authority, ("windows = ['DXPLOC1']\n", ""));
    let files = tempfile::tempdir().unwrap();
    let access_key = above.key("DXPLOC1");
    let contents = [
        ("access_key", access_key["key"].as_str().unwrap()),
        ("authorities", &pair.certificate),
        ("certificate", &known.certificate),
        ("key", &known.key),
    ];
    let mut settings = format!("[relay]\nmailbox = 'DXPLOC1'\nurl = '{}'\n", above.base);
    for (name, content) in contents {
        let path = files.path().join(name);
        fs::write(&path, content).unwrap();
        settings.push_str(&format!("{name} = '{}'\n", path.display()));
    }
    let mut local = Service::start(on_sqlite, &settings);
    relay_everything(&local);
    local.start_again();
    local.clear(1);
    assert_eq!(released(&local, 1).0.into_values().collect::<Vec<_>>(), [1]);
}
