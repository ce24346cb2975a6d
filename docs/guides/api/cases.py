"""What waits for officers: rulings, second officers, pictures, persons, requests to cancel."""

import struct
import zlib

from service import until


def look_around(officer, supervisor, number):
    """What an officer of an office sees."""
    office = officer.get("/api/v1/session")["organisation"]
    print("waits for an officer:", officer.get("/api/v1/queue/waiting")["queues"])
    print("declared and released here:", len(officer.all("/api/v1/declarations?status=800")), "as a table:",
          len(officer.get("/api/v1/declarations.csv").splitlines()), "lines")
    print("master bills:", len(officer.all("/api/v1/bills")))
    for known in officer.get(f"/api/v1/declarations/{number}/past")["past"]:
        print("known of the", known["whom"], "from before:", known["declarations"], "declarations")
    print("found:", officer.get(f"/api/v1/search?number={number}")["declarations"][0]["status"])
    for path, what in (("undeclared", "parcels"), ("settings", "settings"), (f"figures/{office}", "hours")):
        told = officer.get(f"/api/v1/{path}")
        lists = [told] if isinstance(told, list) else [it for it in told.values() if isinstance(it, list)]
        print(f"{path}:", sum(map(len, lists)), what)
    print("what was done last:", supervisor.get("/api/v1/audit?limit=3")["items"][0]["at"])


def decide(sandbox, officer):
    """Takes a case on, decides about it as it was read, and decides the same about several."""
    order = sandbox.send("import", "-SANDBOX-REVIEW")
    assert order in [it["order_no"] for it in officer.all("/api/v1/queue?status=300")]
    address = f"/api/v1/declarations/{order}"
    officer.act(f"{address}/assignment", {"act": "take"})
    case = officer.get(f"{address}/case")
    ruled = officer.act(f"{address}/ruling", {"ruling": "accept", "reason": "in-order", "seen": case["seen"]})
    print("ruled:", order, "status", ruled["status"])
    several = [{"number": sandbox.send("import", "-SANDBOX-REVIEW")} for _ in range(2)]
    ruled = officer.act("/api/v1/queue/rulings", {
        "declarations": several, "ruling": "refuse", "reason": "classification"})
    print("ruled at once:", [it["decided"]["status"] for it in ruled["declarations"]])


def let_go(sandbox, officer, supervisor):
    """What customs keeps is let go by two: one proposes, another approves."""
    address = f"/api/v1/declarations/{sandbox.send('import', '-SANDBOX-DETAIN')}"
    officer.act(f"{address}/proposal", {"ruling": "accept", "reason": "in-order"})
    print("waits for a second officer:", len(supervisor.all("/api/v1/proposals")))
    case = supervisor.act(f"{address}/proposal/answer", {})
    print("detained, and let go:", case["status"])


def examine(sandbox, supervisor):
    """A picture of goods that are examined."""
    address = f"/api/v1/declarations/{sandbox.send('import', '-SANDBOX-EXAMINE')}/pictures"
    picture = supervisor.ask("POST", address, grey_square(), "application/octet-stream")
    shown = supervisor.get(f"{address}/{picture['n']}")
    print("pictures:", len(supervisor.get(address)["pictures"]), picture["media_type"], len(shown), "bytes")


def cancel(sandbox, administrator, officer):
    """A declarant asks to cancel a declaration; where the office reviews such requests, an officer decides."""
    order = sandbox.send("import", "-SANDBOX-REVIEW")
    request = administrator.act(f"/api/v1/declarations/{order}/cancellation-request", {"reason": "the buyer withdrew"})
    sandbox.lodge("carrier-and-declarant", request["xml"])
    waiting = until(lambda: officer.all("/api/v1/cancellations"))[0]["invt_no"]
    decided = officer.act(f"/api/v1/cancellations/{waiting}/decision", {"verdict": "approve", "reason": "in-order"})
    print("cancelled:", request["type"], "status", decided["status"])


def demand_evidence(officer, number):
    """Asks the platform for what was paid."""
    demanded = officer.act(f"/api/v1/declarations/{number}/payment-evidence", {"reason": "price"})
    print("payment evidence:", demanded["demands"][0]["stage"],
          len(officer.get(f"/api/v1/declarations/{number}/payment-evidence")["demands"]),
          len(officer.all("/api/v1/payment-evidence")))


def see_persons(officer, supervisor, number):
    """Persons are masked; who needs to see them says why, and of many asks another officer."""
    why = {"reason": "data-subject", "words": "the buyer asks what is kept"}
    persons = officer.act(f"/api/v1/declarations/{number}/persons", why)
    print("persons of", number, "in", len(persons["documents"]), "documents")
    asked = officer.act("/api/v1/unmaskings", {"declarations": [number], **why})
    print("requests:", len(officer.get("/api/v1/unmaskings")))
    supervisor.act(f"/api/v1/unmaskings/{asked['number']}/answer", {})
    seen = officer.act(f"/api/v1/unmaskings/{asked['number']}/persons")
    print("persons of many:", len(seen))


def grey_square():
    """A picture (PNG) of eight by eight points."""
    def part(kind, content):
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    points = b"".join(b"\0" + b"\x80" * 8 for _ in range(8))
    return (b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
            + part(b"IDAT", zlib.compress(points)) + part(b"IEND", b""))
