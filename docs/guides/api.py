#!/usr/bin/env python3
"""The JSON interface of Tongguan, used from the first check to the release of a parcel.

Python 3 and its standard library are enough. It needs a running service, an enterprise's administrator who
signs in by password alone, and the four messages of one parcel in a folder (order.xml, payment.xml,
waybill.xml, declaration.xml), whose declarant is that enterprise:

    python3 api.py http://127.0.0.1:8080 SIGN_IN PASSWORD FOLDER
"""

import http.cookiejar
import json
import pathlib
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

BASKET = {
    "as_of": "2026-11-22", "mode": "9610", "annual_used": "0.00", "freight": "28.00", "insurance": "0.00",
    "items": [{"line": 1, "hs": "3304990029", "qty": "2", "unit": "011", "total_price": "199.00",
               "net_weight_kg": "0.06"}],
}


class Service:
    """A service, as somebody who signed in or a program with a key sees it."""

    def __init__(self, base, key=None):
        self.base = base.rstrip("/")
        self.headers = {"Accept-Language": "en", "Accept": "application/json"}
        if key:
            self.headers["Authorization"] = f"Bearer {key}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def ask(self, method, path, body=None, kind=None, **headers):
        """The answer as JSON; who is refused learns why."""
        headers = {**self.headers, **headers, **({"Content-Type": kind} if kind else {})}
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method=method)
        while True:
            try:
                with self.opener.open(request, timeout=90) as answer:
                    text = answer.read()
                    return json.loads(text) if text.startswith((b"{", b"[")) else None
            except urllib.error.HTTPError as refused:
                if refused.code in (429, 503):
                    time.sleep(int(refused.headers.get("Retry-After", "1")))
                    continue
                sys.exit(f"{method} {path}: {refused.code} {refused.read().decode()}")

    def get(self, path):
        return self.ask("GET", path)

    def act(self, path, given):
        """Sent again after a broken connection, the same key makes sure that it is done once."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        return self.ask("POST", path, json.dumps(given).encode(), "application/json", **key)

    def sign_in(self, name, password):
        form = urllib.parse.urlencode({"sign_in": name, "password": password, "next": "/account"})
        self.ask("POST", "/sign-in", form.encode(), "application/x-www-form-urlencoded")
        session = self.get("/api/v1/session")
        # What changes something proves with this that it comes from the session's own page.
        self.headers["X-Form-Token"] = session["form_token"]
        return session


def main(base, name, password, folder):
    messages = [pathlib.Path(folder, f"{kind}.xml").read_bytes()
                for kind in ("order", "payment", "waybill", "declaration")]

    anybody = Service(base)
    tax = anybody.ask("POST", "/api/v1/tax", json.dumps(BASKET).encode(), "application/json")
    print("tax of a basket:", tax["totals"]["tax"], tax["regime"])
    for message in messages:
        checked = anybody.ask("POST", "/api/v1/messages/check", message, "application/xml")
        if not checked["valid"]:
            sys.exit(f"not valid: {checked['defects']}")
        print("checked:", checked["type"], "valid")

    administrator = Service(base)
    session = administrator.sign_in(name, password)
    print("signed in:", session["name"], "as", session["role"])
    issued = administrator.act("/api/v1/keys", {
        "purpose": "docs/guides/api.py", "days": 1, "scopes": ["read-mail", "read-parcels"]})
    print("key", issued["number"], "for mailbox", issued["mailbox"])

    program = Service(base, issued["key"])
    for message in messages:
        taken = program.ask("POST", "/ceb", message, "application/xml")
        print("sent:", taken["message"], "received as", taken["message_id"])
    number = wait_for_release(program, f"/mailbox/{issued['mailbox']}?after=0")
    declaration = program.get(f"/api/v1/declarations/{number}")
    print("released:", declaration["invt_no"], "status", declaration["status"], "tax", declaration["tax"])
    for told in declaration["responses"]:
        print("  ", told["at"], told["status"], told["text"])

    path = "/api/v1/codes/currencies?limit=200"
    currencies = []
    while path:
        page = program.get(path)
        currencies += page["items"]
        path = page["next"]
    print("currencies:", len(currencies))

    withdrawn = administrator.ask("DELETE", f"/api/v1/keys/{issued['number']}")
    print("key withdrawn:", withdrawn["withdrawn_at"])
    known = [key for key in administrator.get("/api/v1/keys")["keys"] if key["valid"]]
    print("keys that are valid:", len(known))


def wait_for_release(program, path):
    """Reads the mailbox until a declaration is released (800); gives its number."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        part = program.get(f"{path}&wait=20")
        for message in (message for letter in part["letters"] for message in letter["messages"]):
            if "<returnStatus>800</returnStatus>" in message["xml"]:
                return re.search(r"<invtNo>(\w+)</invtNo>", message["xml"]).group(1)
        path = part["next"]
    sys.exit("no release came within two minutes")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
