"""Exports: through quarantine and the gate, under seal, out of the country, into a formal declaration, and back."""

from parameters import settle
from service import until


def seal(sandbox, officer, supervisor, proposer, gate):
    """A released export passes the gate, goes to the port under seal, and is looked at there."""
    order = sandbox.send("export", "-SANDBOX-REVIEW")
    ruled = officer.act(f"/api/v1/declarations/{order}/ruling", {"ruling": "accept", "reason": "in-order"})
    vehicle, number = f"浙A0{sandbox.office}", sandbox.number("FZ")
    settle(proposer, supervisor, {"table": "vehicles", "value":
        f"plate,zh,valid_from,source\n{vehicle},沙箱运输,2026-01-01,sandbox {sandbox.office}\n"})
    sealing = {"declarations": [order], "seal": number, "vehicle": vehicle}
    # The vehicle is known to whoever decides a moment after it is registered.
    until(lambda: not officer.act("/api/v1/transits", sealing)["refused"])
    print("export", order, "status", ruled["status"], "under seal:",
          len(officer.get(f"/api/v1/transits/{number}")["transits"]))
    pass_gate(sandbox, gate, number)
    seen = supervisor.act(f"/api/v1/transits/{number}/check", {"broken": False, "vehicle": vehicle})
    print("at the port:", seen["transits"][0]["state"])


def pass_gate(sandbox, gate, number):
    """Whoever stands at the gate looks whether something may pass, and records that it does."""
    check = until(lambda: [it for it in [gate.get(f"/api/v1/gate?number={number}")] if it["may_pass"]], 404)[0]
    passage = gate.act("/api/v1/gate/passages", {"place": sandbox.place, "number": number, "seen": check["seen"]})
    passages = gate.get(f"/api/v1/gate/passages?place={sandbox.place}")["passages"]
    print("passes the gate:", passage["way"], number, "of", len(passages))


def quarantine(sandbox, supervisor, proposer):
    """Quarantine looks at an export before it enters the supervised place."""
    settle(proposer, supervisor, {"setting": "quarantine_per_10_000", "value": "10000"})
    # It holds for whatever is decided after somebody who decides has heard of it.
    due = until(lambda: sandbox.send("export", "-SANDBOX-REVIEW") and supervisor.get("/api/v1/quarantine")["parcels"])
    passed = supervisor.act(f"/api/v1/declarations/{due[0]['id']}/quarantine", {
        "finding": "passed", "reason": "in-order"})
    print("quarantine passed:", due[0]["waybill_no"], "status", passed["status"])
    settle(proposer, supervisor, {"setting": "quarantine_per_10_000", "value": "0"})


def consolidate(sandbox, clerk, officer):
    """Exports that left are merged into a formal declaration, for their merchant or for the office; gives its number
    and the export's."""
    order = sandbox.send("export")
    month = sandbox.know()["now"][:7]
    prospects = f"/api/v1/consolidations/prospects?month={month}"
    until(lambda: clerk.get(prospects)["prospects"])
    clerk.act("/api/v1/consolidations", {"month": month})
    formal = until(lambda: clerk.all("/api/v1/formal-declarations"))[0]["number"]
    request = clerk.all("/api/v1/consolidations")[0]["number"]
    print("consolidated:", request, clerk.get(f"/api/v1/consolidations/{request}")["state"])
    print("formal declaration:", formal, len(clerk.get(f"/api/v1/formal-declarations/{formal}")["lines"]), "lines",
          len(clerk.get(f"/api/v1/formal-declarations/{formal}/xml")), "characters of XML")
    sandbox.send("export")
    until(lambda: officer.get(prospects)["prospects"])
    print("by the office:", officer.act("/api/v1/consolidations/office", {"month": month})["prospects"])
    return formal, clerk.get(f"/api/v1/declarations/{order}")


def come_back(sandbox, clerk, supervisor, formal, export):
    """Goods of an export come back on another flight than was asked for (213, 215): an officer lets them in."""
    merchant, carrier = (sandbox.parties[name] for name in ("merchant", "carrier-and-declarant"))
    number = export["invt_no"]
    values = {
        "appTime": sandbox.sent_at(), "customsCode": sandbox.office, "portCode": sandbox.office,
        "ebpCode": sandbox.parties["platform"]["code"], "ebpName": sandbox.parties["platform"]["name"],
        "ebcCode": merchant["code"], "ebcName": merchant["name"], "invtNo": number,
        "logisticsNo": export["facts"]["waybill_no"],
        **{f"{role}{what.capitalize()}": carrier[what] for role in ("logistics", "agent", "operator")
           for what in ("code", "name")},
    }
    request = sandbox.write("CEB213", {**values, "coElNo": sandbox.number("RET"), **sender(merchant)})
    tally = sandbox.write("CEB215", {
        **values, "coElNo": sandbox.number("TAL"), "trafName": "XX0009", **sender(carrier)})
    sandbox.lodge("merchant", request)
    sandbox.lodge("carrier-and-declarant", tally)
    until(lambda: supervisor.all("/api/v1/export-returns"))
    ruled = supervisor.act(f"/api/v1/export-returns/{number}/ruling", {"ruling": "accept", "reason": "in-order"})
    clerk.act(f"/api/v1/export-returns/{number}/exchange", {"order_no": "EXCHANGE-1"})
    shown = clerk.get(f"/api/v1/export-returns/{number}")
    print("came back:", number, "status", ruled["status"], "to amend:", shown["to_amend"])
    amended = clerk.get(f"/api/v1/formal-declarations/{formal}/amendments")["lines"]
    print("amendments of", formal, len(amended))


def sender(party):
    """Who sends a message."""
    return {"copCode": party["code"], "copName": party["name"], "dxpId": party["mailbox"]}
