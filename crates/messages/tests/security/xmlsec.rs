//! RSA signatures, both ways, with the XML security library that the world uses.

use std::process::Command;

use tongguan_messages::signature::{DigestMethod, SignatureMethod, Style, sign};

use crate::tools::is_installed;
use crate::world::{MESSAGE, RSA_ROOT, party_for, verified};

const STYLES: [Style; 2] = [Style::RSA_SHA1, Style::RSA_SHA256];

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("root.pem", &RSA_ROOT.certificate().to_pem());
        files
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, content: &str) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }
}

#[test]
fn xmlsec_verifies_what_we_sign() {
    if !is_installed("xmlsec1", "our RSA signatures under xmlsec1") {
        return;
    }
    let files = Files::new();
    for style in STYLES {
        let party = party_for(style.method.scheme());
        let message = sign(MESSAGE, &party.key, &party.certificate, style).unwrap();
        let verifies = |message: &str| {
            let message = files.write("message.xml", message);
            let root = files.path("root.pem");
            let output = Command::new("xmlsec1")
                .args(["--verify", "--enabled-key-data", "x509", "--trusted-pem", &root])
                .args(["--verification-gmt-time", "2026-01-01 00:00:00", &message])
                .output()
                .unwrap();
            output.status.success()
        };
        assert!(verifies(&message), "{message}");
        assert!(!verifies(&message.replace("100.00", "999.00")));
    }
}

#[test]
fn we_verify_what_xmlsec_signs() {
    if !is_installed("xmlsec1", "RSA signatures of xmlsec1 under ours") {
        return;
    }
    let files = Files::new();
    for style in STYLES {
        let party = party_for(style.method.scheme());
        let key = files.write("key.pem", &party.key.to_pem().unwrap());
        let certificate = files.write("leaf.pem", &party.certificate.to_pem());
        let template = files.write("template.xml", &template(style.method, style.digest));
        let output = Command::new("xmlsec1")
            .args(["--sign", "--privkey-pem", &format!("{key},{certificate}"), &template])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let message = String::from_utf8(output.stdout).unwrap();
        let form = verified(&message).map(|verified| verified.form.name());
        assert_eq!(form, Ok("strict"), "{message}");
        let changed = message.replace("100.00", "999.00");
        assert!(verified(&changed).is_err());
    }
}

/// A message with an unfilled signature, indented, with comments in it and two transforms.
fn template(method: SignatureMethod, digest: DigestMethod) -> String {
    let canonical = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
    let signature = format!(
        "  <!-- a comment is no content -->
  <Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\" xml:lang=\"zh\">
    <SignedInfo>
      <CanonicalizationMethod Algorithm=\"{canonical}\"/>
      <!-- this one is signed -->
      <SignatureMethod Algorithm=\"{}\"/>
      <Reference URI=\"\">
        <Transforms>
          <Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>
          <Transform Algorithm=\"{canonical}\"/>
        </Transforms>
        <DigestMethod Algorithm=\"{}\"/>
        <DigestValue/>
      </Reference>
    </SignedInfo>
    <SignatureValue/>
    <KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo>
  </Signature>
</ceb:CEB411Message>",
        method.uri(),
        digest.uri(),
    );
    MESSAGE.replace("</ceb:CEB411Message>", &signature)
}
