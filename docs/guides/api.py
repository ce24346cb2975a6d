#!/usr/bin/env python3
"""The JSON interface of Tongguan, used from the first check to the release of a parcel.

Python 3 and its standard library are enough. It needs a running service, an enterprise's administrator and a
supervisor of the office, who sign in by the same password alone, and the four messages of one parcel in a folder
(order.xml, payment.xml, waybill.xml, declaration.xml, or as a sandbox names them), whose declarant is that enterprise.
The page of a test enterprise in a sandbox has the line with all of that:

    python3 api.py http://127.0.0.1:8080 ADMINISTRATOR SUPERVISOR PASSWORD FOLDER

At the end it holds what it has asked against the service's own description: an operation that it neither uses nor
names in LEFT_OUT is an error.
"""

import base64
import hashlib
import hmac
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

# Operations that this script leaves out, and why.
LEFT_OUT = {
    **dict.fromkeys(["rule", "register_quarantine", "seal", "show_transit", "check_seal"],
                    "needs a parcel that waits for an officer; this one is released at once"),
    **dict.fromkeys(["decide_cancellation", "record_return_arrival", "examine_return"],
                    "needs a request by message, and an office that decides about it"),
    **dict.fromkeys(["show_export_return", "rule_export_return", "exchange_export_return"],
                    "needs an export that left and comes back"),
    **dict.fromkeys(["show_consolidation", "consolidate_office", "show_formal_declaration",
                     "export_formal_declaration", "list_amendments"],
                    "needs exports that left in the month"),
    **dict.fromkeys(["show_book", "open_book", "move_stock", "count_stock", "list_bonded_lists",
                     "lodge_bonded_list", "step_bonded_list", "show_gate_pass"],
                    "needs bonded stock, which this enterprise has not"),
    **dict.fromkeys(["add_webhook", "show_webhook", "remove_webhook", "replay_webhook", "rotate_webhook",
                     "test_webhook", "pause_webhook", "resume_webhook", "send_dead_letter"],
                    "needs a receiver at a public address"),
    "show_guarantee": "this enterprise guarantees for nobody",
    "show_bill": "needs a bill of which something entered a supervised place",
    **dict.fromkeys(["ask_to_unmask", "answer_unmasking", "show_persons_of_many", "propose_change",
                     "show_proposed_change", "answer_proposed_change"],
                    "needs two officers"),
    **dict.fromkeys(["show_system", "set_log_level", "back_up", "show_relay", "retry_relay", "dismiss_relay"],
                    "is for whoever runs the service"),
    **dict.fromkeys(["propose_ruling", "answer_proposal", "rule_several"],
                    "needs a parcel that waits for an officer; this one is released at once"),
    **dict.fromkeys(["rename_passkey", "remove_passkey"],
                    "needs a passkey, which is added in a browser"),
    **dict.fromkeys(["add_picture", "show_picture"],
                    "needs a parcel that is examined; this one is released at once"),
    "prepare_cancellation": "needs a parcel that is not released yet; this one is released at once",
    "prove_response": "its proof is there a second after it; docs/reference/log.md says what to do with it",
    **dict.fromkeys(["check_at_gate", "list_passages", "record_passage"],
                    "is for whoever stands at the gate of a supervised place"),
    "show_relayed": "needs a window upstream; this one decides by itself",
}
# What was asked: method and address.
ASKED = set()


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
        ASKED.add((method, path.split("?")[0]))
        while True:
            try:
                with self.opener.open(request, timeout=90) as answer:
                    text = answer.read()
                    return json.loads(text) if text.startswith((b"{", b"[")) else text.decode()
            except urllib.error.HTTPError as refused:
                if refused.code in (429, 503):
                    time.sleep(int(refused.headers.get("Retry-After", "1")))
                    continue
                sys.exit(f"{method} {path}: {refused.code} {refused.read().decode()}")

    def get(self, path):
        return self.ask("GET", path)

    def all(self, path):
        """Everything that a list has, page by page."""
        items = []
        while path:
            page = self.get(path)
            items += page["items"]
            path = page["next"]
        return items

    def act(self, path, given):
        """Sent again after a broken connection, the same key makes sure that it is done once."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        return self.ask("POST", path, json.dumps(given).encode(), "application/json", **key)

    def sign_in(self, name, password):
        form = urllib.parse.urlencode({"sign_in": name, "password": password, "next": "/account"})
        self.ask("POST", "/sign-in", form.encode(), "application/x-www-form-urlencoded")
        return self.know_session()

    def know_session(self):
        """Who that is; another session begins with each way in that is added."""
        session = self.get("/api/v1/session")
        # What changes something proves with this that it comes from the session's own page.
        self.headers["X-Form-Token"] = session["form_token"]
        return session


def main(base, name, supervisor, password, folder):
    messages = [(file if (file := pathlib.Path(folder, f"{kind}.xml")).exists()
                 else pathlib.Path(folder, f"{message}.xml")).read_bytes()
                for kind, message in (("order", "CEB311"), ("payment", "CEB411"), ("waybill", "CEB511"),
                                      ("declaration", "CEB621"))]

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

    is_genuine(anybody, program, f"/mailbox/{issued['mailbox']}?after=0")
    look_up(program)
    read_lists(program, administrator, number)
    manage_people(administrator)
    officer = Service(base)
    signed_in = officer.sign_in(supervisor, password)
    print("signed in:", signed_in["role"])
    file_goods(administrator, officer)
    at_the_office(officer, number, signed_in["organisation"])

    own_account(officer, supervisor, password)

    rotated = administrator.act(f"/api/v1/keys/{issued['number']}/rotation", {"days": 1, "overlap_hours": 1})
    print("key", rotated["number"], "takes over")
    administrator.ask("DELETE", f"/api/v1/keys/{rotated['number']}")
    withdrawn = administrator.ask("DELETE", f"/api/v1/keys/{issued['number']}")
    print("key withdrawn:", withdrawn["withdrawn_at"])
    known = [key for key in administrator.get("/api/v1/keys")["keys"] if key["valid"]]
    print("keys that are valid:", len(known))
    hold_against(anybody.get("/api/v1/openapi.json"))


def is_genuine(anybody, program, mailbox):
    """Whether responses are what the service made, for whoever is shown one."""
    response = program.get(mailbox)["letters"][0]["messages"][0]["xml"]
    checked = anybody.ask("POST", "/api/v1/responses/check", response.encode(), "application/xml")
    changed = anybody.ask("POST", "/api/v1/responses/check", response.replace("return", "Return", 1).encode(),
                          "application/xml")
    known = anybody.get(f"/api/v1/responses/{checked['guid']}")
    print("response:", checked["verdict"], "changed:", changed["verdict"], "number alone:", known["verdict"])


def look_up(program):
    """Code tables, and who is registered."""
    print("live figures:", ", ".join(program.get("/api/v1/figures")))
    tables = program.get("/api/v1/codes")["tables"]
    currencies = program.all("/api/v1/codes/currencies?limit=200")
    print("code tables:", len(tables), "currencies:", len(currencies))
    print("142 is", program.get("/api/v1/codes/currencies/142"))
    parties = program.all("/api/v1/parties")
    print("supervised places:", len(program.all("/api/v1/places")))
    own = program.get(f"/api/v1/parties/{parties[0]['codes'][0]}")
    print("acting for:", own["name"])


def read_lists(program, administrator, number):
    """What an enterprise has: parcels, bills, documents, requests, formal declarations, accounts."""
    parcel = listed(program, "/api/v1/parcels?status=800,899")[0]
    print("parcel:", parcel["order_no"], "status", parcel["status"])
    print("as a table:", len(program.get("/api/v1/parcels.csv").splitlines()), "lines")
    found = program.get(f"/api/v1/documents?kind=order&number={parcel['order_no']}")["documents"]
    print("order sent:", found[0]["sent_at"])
    for name in ("returns", "export-returns", "cancellations", "consolidations", "formal-declarations"):
        print(f"{name}:", len(program.all(f"/api/v1/{name}")))
    print("to consolidate:", program.get("/api/v1/consolidations/prospects?month=2026-10")["prospects"])
    requested = administrator.act("/api/v1/consolidations", {"month": "2026-10"})
    print("requested:", requested["prospects"])
    print("webhooks:", len(administrator.get("/api/v1/webhooks")["webhooks"]))
    letter = administrator.all("/api/v1/mail")[-1]["n"]
    for message in administrator.get(f"/api/v1/mail/{letter}")["messages"]:
        print("first letter:", message["type"], message["status"], len(message["parts"]), "parts")
    about = administrator.get(f"/api/v1/mail?declaration={number}")["items"]
    print("letters about", number, [letter["n"] for letter in about])
    sent = administrator.all("/api/v1/mail/sent?type=CEB621")
    print("declarations sent:", len(sent), "the last one lies at", sent[0]["file"])
    request = administrator.act(f"/api/v1/declarations/{number}/return-request", {
        "reason": "the buyer sends it back", "goods": [{"line": 1, "quantity": "1"}]})
    print("to be signed and sent:", request["type"], request["reference"])
    print("held of the own guarantee:", len(administrator.all("/api/v1/guarantee/movements")))
    bills = administrator.all("/api/v1/tax-bills")
    print("tax bills:", len(bills), "books:", len(administrator.get("/api/v1/books")["books"]))


def manage_people(administrator):
    """Lets somebody in, changes the role, invites anew."""
    print("acts for:", administrator.all("/api/v1/organisations")[0]["name"])
    name = f"new.clerk-{uuid.uuid4().hex[:8]}"
    person = administrator.act("/api/v1/people", {"sign_in": name, "name": "王芳", "role": "clerk"})
    print("let in:", person["sign_in"])
    administrator.act(f"/api/v1/people/{name}", {"role": "reader"})
    administrator.act(f"/api/v1/people/{name}/invitation", None)
    print("people:", len(administrator.all("/api/v1/people")), administrator.get(f"/api/v1/people/{name}")["role"])


def file_goods(administrator, officer):
    """An enterprise files the goods of a table, and an officer decides about them.

    In a sandbox, the end of an item number leaves them to an officer; elsewhere it says nothing.
    """
    table = ("itemNo,gcode,gname,gmodel,unit,unit1,qty1,netWeight\n"
             "CREAM-SANDBOX-REVIEW,3304990029,面霜,50ml/瓶,瓶,千克,0.05,0.05\n"
             "MASK-SANDBOX-REVIEW,3304990029,面膜,25ml/片,片,千克,0.03,0.03\n")
    report = administrator.ask("POST", "/api/v1/filings/goods", table.encode(), "text/csv")
    print("filed:", report["filed"], "left:", report["left"])
    administrator.act("/api/v1/filings", {"goods": {
        "itemNo": "SERUM-SANDBOX-REVIEW", "gcode": "3304990029", "gname": "精华液", "gmodel": "30ml/瓶", "unit": "瓶",
        "unit1": "千克", "qty1": "0.03", "netWeight": "0.03"}})
    first, second, third = (it["number"] for it in administrator.all("/api/v1/filings?kind=goods&status=filed"))
    withdrawn = administrator.ask("DELETE", f"/api/v1/filings/{second}")
    print("taken back:", withdrawn["status"])
    print("to review:", len(officer.all("/api/v1/filing-review")))
    officer.act(f"/api/v1/filings/{first}/assignment", {"act": "take"})
    officer.act(f"/api/v1/filings/{first}/decisions", {"decision": "approve"})
    officer.act("/api/v1/filing-review", {"filings": [third], "decision": "approve"})
    print("filing:", administrator.get(f"/api/v1/filings/{first}")["status"],
          "registered goods:", len(administrator.all("/api/v1/goods")))


def at_the_office(officer, number, office):
    """What an officer looks at."""
    print("waits for an officer:", len(officer.all("/api/v1/queue")), officer.get("/api/v1/queue/waiting")["queues"])
    print("waits for a second officer:", len(officer.all("/api/v1/proposals")))
    print("declared here:", len(officer.all("/api/v1/declarations?status=800")), "as a table:",
          len(officer.get("/api/v1/declarations.csv").splitlines()), "lines")
    print("relayed upstream:", len(officer.all("/api/v1/relayed")))
    print("master bills:", len(officer.all("/api/v1/bills")))
    print("pictures:", len(officer.get(f"/api/v1/declarations/{number}/pictures")["pictures"]))
    guarantees(officer)
    print("found:", officer.get(f"/api/v1/search?number={number}")["declarations"][0]["status"])
    for path, what in (("quarantine", "parcels"), ("undeclared", "parcels"), ("settings", "settings"),
                       ("proposed-changes", "proposals"), ("unmaskings", "requests"), (f"figures/{office}", "hours")):
        told = officer.get(f"/api/v1/{path}")
        lists = [told] if isinstance(told, list) else [it for it in told.values() if isinstance(it, list)]
        print(f"{path}:", sum(map(len, lists)), what)
    case = officer.get(f"/api/v1/declarations/{number}/case")
    officer.act(f"/api/v1/declarations/{number}/assignment", {"act": "take"})
    officer.act(f"/api/v1/declarations/{number}/assignment", {"act": "give-back"})
    print("case:", ", ".join(case), "taken on and given back")
    for known in officer.get(f"/api/v1/declarations/{number}/past")["past"]:
        print("known of the", known["whom"], "from before:", known["declarations"], "declarations")
    print("what was done last:", officer.get("/api/v1/audit?limit=3")["items"][0]["at"])
    demanded = officer.act(f"/api/v1/declarations/{number}/payment-evidence", {"reason": "price"})
    print("payment evidence:", demanded["demands"][0]["stage"],
          len(officer.get(f"/api/v1/declarations/{number}/payment-evidence")["demands"]),
          len(officer.all("/api/v1/payment-evidence")))
    persons = officer.act(f"/api/v1/declarations/{number}/persons", {
        "reason": "data-subject", "words": "the buyer asks what is kept"})
    print("persons of", number, "seen for a reason:", len(persons))


def guarantees(officer):
    """What an officer sees of guarantees, and proposes; another officer would approve it."""
    party = officer.all("/api/v1/guarantees")[0]["party"]
    granted = officer.get(f"/api/v1/guarantees/{party}")["guarantee"]["granted"]
    proposed = officer.act(f"/api/v1/guarantees/{party}/proposals", {
        "granted": str(int(float(granted)) + 1000), "reason": "a new document"})
    print("a guarantee of", granted, "to be", proposed["after"]["granted"], "waits:",
          len(officer.all("/api/v1/guarantee-proposals")))
    address = f"/api/v1/guarantee-proposals/{proposed['n']}"
    officer.act(f"{address}/answer", {"answer": "turn-down", "reason": "a mistake"})
    print("answered:", officer.get(address)["standing"], "held and given back:",
          len(officer.all(f"/api/v1/guarantees/{party}/movements")), "changed:",
          len(officer.all(f"/api/v1/guarantees/{party}/changes")))


def own_account(officer, name, password):
    """What everybody does with the own account: here another session ends, a second factor is set up, the password
    changes, and the session ends."""
    elsewhere = Service(officer.base)
    elsewhere.sign_in(name, password)
    for session in officer.get("/api/v1/account/sessions")["sessions"]:
        if not session["is_own"]:
            officer.ask("DELETE", f"/api/v1/account/sessions/{session['number']}")
    begun = officer.act("/api/v1/account/second-factor", None)
    officer.act("/api/v1/account/second-factor/code", {"code": code_of(begun["key"]), "enrolled": begun["enrolled"]})
    officer.know_session()
    print("second factor set up")
    print("sessions:", len(officer.get("/api/v1/account/sessions")["sessions"]),
          "passkeys:", len(officer.get("/api/v1/account/passkeys")["passkeys"]))
    officer.act("/api/v1/account/password", {"present": password, "password": uuid.uuid4().hex})
    officer.ask("DELETE", "/api/v1/session")
    print("password changed, signed out")


def code_of(key):
    """The code of an authenticator (RFC 6238) that has this key."""
    key = base64.b32decode(key + "=" * (-len(key) % 8))
    digest = hmac.new(key, (int(time.time()) // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7fffffff) % 1_000_000:06}"


def listed(program, path):
    """Lists are kept beside clearing: what was released just now may be there a moment later."""
    while not (items := program.all(path)):
        time.sleep(0.2)
    return items


def hold_against(described):
    """Every operation is used here, or left out with a reason."""
    forgotten = []
    for path, item in described["paths"].items():
        is_it = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
        for method, operation in item.items():
            used = any(asked == method.upper() and is_it.fullmatch(to) and (to == path or to not in described["paths"])
                       for asked, to in ASKED)
            name = operation["operationId"]
            if not used and name not in LEFT_OUT:
                forgotten.append(name)
            if used and name in LEFT_OUT:
                forgotten.append(f"{name}, which is used")
    if forgotten:
        sys.exit(f"neither used nor left out with a reason: {', '.join(forgotten)}")
    print("operations left out:", len(LEFT_OUT))


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
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
