"""A parcel, from the first check of its messages to its release, and what is listed of it."""

import json
import re

from service import Service, until

BASKET = {
    "as_of": "2026-11-22", "mode": "9610", "annual_used": "0.00", "freight": "28.00", "insurance": "0.00",
    "items": [{"line": 1, "hs": "3304990029", "qty": "2", "unit": "011", "total_price": "199.00",
               "net_weight_kg": "0.06"}],
}


def compute_and_check(sandbox):
    """What anybody may: the tax of a basket, and whether messages are right before they are sent."""
    tax = sandbox.anybody.ask("POST", "/api/v1/tax", json.dumps(BASKET).encode(), "application/json")
    print("tax of a basket:", tax["totals"]["tax"], tax["regime"])
    for message in sandbox.messages():
        checked = sandbox.anybody.ask("POST", "/api/v1/messages/check", message, "application/xml")
        assert checked["valid"], checked["defects"]
        print("checked:", checked["type"], "valid")


def clear(sandbox, administrator):
    """Sends a parcel with a key of its own and reads the mailbox until it is released; gives its number."""
    issued = administrator.act("/api/v1/keys", {
        "purpose": "docs/guides/api", "days": 1, "scopes": ["read-mail", "read-parcels"]})
    print("key", issued["number"], "for mailbox", issued["mailbox"])
    program = Service(sandbox.anybody.base, issued["key"])
    for message in sandbox.messages():
        taken = program.ask("POST", "/ceb", message, "application/xml")
        print("sent:", taken["message"], "received as", taken["message_id"])
    mailbox = f"/mailbox/{issued['mailbox']}?after=0"
    number = wait_for_release(program, mailbox)
    declaration = program.get(f"/api/v1/declarations/{number}")
    print("released:", declaration["invt_no"], "status", declaration["status"], "tax", declaration["tax"])
    for told in declaration["responses"]:
        print("  ", told["at"], told["status"], told["text"])
    is_genuine(sandbox.anybody, program.get(mailbox)["letters"][0]["messages"][0]["xml"])
    return program, issued, number


def wait_for_release(program, path):
    """Reads the mailbox until a declaration is released (800); gives its number."""
    while True:
        part = program.get(f"{path}&wait=20")
        for message in (message for letter in part["letters"] for message in letter["messages"]):
            if "<returnStatus>800</returnStatus>" in message["xml"]:
                return re.search(r"<invtNo>(\w+)</invtNo>", message["xml"]).group(1)
        path = part["next"]


def is_genuine(anybody, response):
    """Whether a response is what the service made, for whoever is shown one; and its proof, once it is logged."""
    changed = response.replace("return", "Return", 1)
    shown, forged = (anybody.ask("POST", "/api/v1/responses/check", text.encode(), "application/xml")
                     for text in (response, changed))
    known = anybody.get(f"/api/v1/responses/{shown['guid']}")
    print("response:", shown["verdict"], "changed:", forged["verdict"], "number alone:", known["verdict"])
    proof = until(lambda: anybody.ask("POST", "/api/v1/responses/proof", response.encode(), "application/xml"), 404, 409)
    print("proof:", ", ".join(proof))


def look_up(program):
    """Code tables, and who is registered."""
    print("live figures:", ", ".join(program.get("/api/v1/figures")))
    tables = program.get("/api/v1/codes")["tables"]
    currencies = program.all("/api/v1/codes/currencies?limit=200")
    print("code tables:", len(tables), "currencies:", len(currencies))
    print("142 is", program.get("/api/v1/codes/currencies/142"))
    print("supervised places:", len(program.all("/api/v1/places")))
    parties = program.all("/api/v1/parties")
    own = program.get(f"/api/v1/parties/{parties[0]['codes'][0]}")
    print("acting for:", own["name"])


def read_lists(program, administrator, number):
    """What an enterprise has: parcels, documents, letters, requests, bills, accounts."""
    # Lists are kept beside clearing: what was released just now may be there a moment later.
    parcel = until(lambda: program.all("/api/v1/parcels?status=800,899"))[0]
    print("parcel:", parcel["order_no"], "status", parcel["status"])
    print("as a table:", len(program.get("/api/v1/parcels.csv").splitlines()), "lines")
    found = program.get(f"/api/v1/documents?kind=order&number={parcel['order_no']}")["documents"]
    print("order sent:", found[0]["sent_at"])
    for name in ("returns", "export-returns", "cancellations", "consolidations", "formal-declarations", "relayed"):
        print(f"{name}:", len(program.all(f"/api/v1/{name}")))
    letter = administrator.all("/api/v1/mail")[-1]["n"]
    for message in administrator.get(f"/api/v1/mail/{letter}")["messages"]:
        print("first letter:", message["type"], message["status"], len(message["parts"]), "parts")
    about = administrator.get(f"/api/v1/mail?declaration={number}")["items"]
    print("letters about", number, [letter["n"] for letter in about])
    sent = administrator.all("/api/v1/mail/sent?type=CEB621")
    print("declarations sent:", len(sent), "the last one lies at", sent[0]["file"])
    print("tax bills:", len(administrator.all("/api/v1/tax-bills")))


def guarantee(sandbox):
    """The platform guarantees for the tax, and sees what is held of it."""
    platform = sandbox.program("platform")
    print("guarantee:", platform.get("/api/v1/guarantee"))
    print("held and given back:", len(platform.all("/api/v1/guarantee/movements")))


def give_back(sandbox, administrator, examiner, number):
    """The buyer sends goods of an import back: the request is written here, signed by the declarant and sent."""
    request = administrator.act(f"/api/v1/declarations/{number}/return-request", {
        "reason": "the buyer sends it back", "goods": [{"line": 1, "quantity": "1"}]})
    sandbox.lodge("carrier-and-declarant", request["xml"])
    back = until(lambda: examiner.all("/api/v1/returns"))[0]["pre_no"]
    examiner.act(f"/api/v1/returns/{back}/arrival", {"packages": 1})
    examined = examiner.act(f"/api/v1/returns/{back}/examination", {})
    print("return:", request["type"], request["reference"], "status", examined["status"])
