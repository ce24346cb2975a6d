"""Bonded stock: its account book, lists and gate passes; and what enters a supervised place."""

from exports import pass_gate, sender
from service import until

ITEM = "0001"


def keep_book(sandbox, officer):
    """The office keeps the book: its term, its goods, a movement by hand, a count."""
    book = f"/api/v1/books/{sandbox.book}"
    holder = sandbox.parties["carrier-and-declarant"]["code"]
    kept = officer.act(book, {"holder": holder, "zone": "沙箱综合保税区", "valid_from": "2026-01-01"}, method="PUT")
    print("books:", len(officer.get("/api/v1/books")["books"]), kept["zone"])
    registered = officer.act(f"{book}/items", {"items": [{
        "item": "0009", "hs_code": "9619001100", "name": "婴儿纸尿裤", "unit": "007", "statutory_unit": "035",
        "statutory_factor": "1.9"}]})
    print("registered goods:", registered["items"], "new or changed:", registered["changed"])
    there = officer.act(f"{book}/items/{ITEM}/movements", {
        "kind": "destroyed", "quantity": "1", "document": "D1", "reason": "damaged by water"})
    counted = officer.act(f"{book}/items/{ITEM}/counts", {
        "counted": str(int(there["on_hand"]) - 1), "document": "C1", "reason": "yearly count"})
    print("in stock:", there["on_hand"], "missing:", counted["quantity"])


def sell(sandbox, officer):
    """A parcel out of bonded stock draws on the book."""
    order = sandbox.send("bonded")
    drawn = until(lambda: officer.get(f"/api/v1/books/{sandbox.book}?item={ITEM}")["items"][0]["issued"])
    print("sold out of stock:", order, "status", officer.get(f"/api/v1/declarations/{order}")["status"],
          drawn[-1]["kind"], drawn[-1]["quantity"])


def bring_in(sandbox, officer, gate):
    """Goods come in: a list that is approved, a gate pass by message, the gate, the stock."""
    lists, number = f"/api/v1/books/{sandbox.book}/lists", sandbox.number("QD")
    officer.act(lists, {"number": number, "lines": [{"item": ITEM, "quantity": "100"}], "reason": "came on paper"})
    step(officer, lists, number, "approve")
    carrier = sandbox.parties["carrier-and-declarant"]
    sandbox.lodge("carrier-and-declarant", sandbox.write("SAS121", {
        "MasterCuscd": sandbox.office, "RltNo": number, "RtlBillNo": number, "EtpsPreentNo": sandbox.number("HF"),
        "AreainEtpsno": carrier["code"], "AreainEtpsNm": carrier["name"], "DclEtpsno": carrier["code"],
        "DclEtpsNm": carrier["name"], "OperCusRegCode": carrier["code"], "sender_id": carrier["mailbox"],
        "message_id": sandbox.number("SBX"), "send_time": sandbox.sent_at()}))
    passed = until(lambda: named_by(officer, lists, number))[0]["gate_pass"]
    print("gate pass:", officer.get(f"/api/v1/gate-passes/{passed}")["state"])
    pass_gate(sandbox, gate, passed)
    step(officer, lists, number, "pass-gate", gate_pass=passed)
    print("list", number, "is", step(officer, lists, number, "admit")["state"])


def named_by(officer, lists, number):
    """The gate passes that name a list."""
    return next(it for it in officer.get(lists)["lists"] if it["number"] == number)["named_by"]


def step(officer, lists, number, what, **more):
    """Takes a list a step further."""
    return officer.act(f"{lists}/{number}/steps", {"step": what, "reason": "in order", **more})


def enter(sandbox, officer):
    """The operator of the supervised place reports what entered (711): the office compares it with the master bill."""
    carrier, bill = sandbox.parties["carrier-and-declarant"], sandbox.number("8")
    sandbox.lodge("carrier-and-declarant", sandbox.write("CEB711", {
        "appTime": sandbox.sent_at(), "customsCode": sandbox.office, "copNo": sandbox.number("RK"),
        "billNo": bill, "operatorCode": carrier["code"], "operatorName": carrier["name"],
        "logisticsCode": carrier["code"], "logisticsName": carrier["name"], **sender(carrier)}))
    compared = until(lambda: officer.get(f"/api/v1/bills/{bill}"), 404)
    print("bill", bill, "entered:", compared["entered"], "in no waybill:", len(compared["over"]))
    print("entered and not declared:", len(officer.get("/api/v1/undeclared")["parcels"]))
