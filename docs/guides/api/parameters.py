"""What one proposes and another decides: settings, guarantees, filings."""

from service import until


def settle(proposer, supervisor, change):
    """Proposes a setting or rows of a table, has a supervisor approve it, and waits until it holds."""
    proposed = proposer.act("/api/v1/proposed-changes", {"reason": "to be tried", **change})
    address = f"/api/v1/proposed-changes/{proposed['n']}"
    supervisor.act(f"{address}/answer", {"answer": "approve"})
    until(lambda: proposer.get(address)["standing"] == "done")
    print("holds:", change.get("setting") or change.get("table"), change["value"].replace("\n", " "),
          "of", len(proposer.all("/api/v1/proposed-changes")))


def guarantees(sandbox, officer, supervisor):
    """What an officer sees of guarantees, and proposes; another approves it."""
    code = sandbox.parties["platform"]["code"]
    party = officer.all(f"/api/v1/guarantees?q={code}")[0]["party"]
    granted = officer.get(f"/api/v1/guarantees/{party}")["guarantee"]["granted"]
    proposed = officer.act(f"/api/v1/guarantees/{party}/proposals", {
        "granted": str(int(float(granted)) + 1000), "reason": "a new document"})
    waiting = len(officer.all("/api/v1/guarantee-proposals"))
    print("a guarantee of", granted, "to be", proposed["after"]["granted"], "waits:", waiting)
    address = f"/api/v1/guarantee-proposals/{proposed['n']}"
    supervisor.act(f"{address}/answer", {"answer": "approve"})
    print("answered:", officer.get(address)["standing"], "held and given back:",
          len(officer.all(f"/api/v1/guarantees/{party}/movements")), "changed:",
          len(officer.all(f"/api/v1/guarantees/{party}/changes")))


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
    print("taken back:", administrator.delete(f"/api/v1/filings/{second}")["status"])
    print("to review:", len(officer.all("/api/v1/filing-review")))
    officer.act(f"/api/v1/filings/{first}/assignment", {"act": "take"})
    officer.act(f"/api/v1/filings/{first}/decisions", {"decision": "approve"})
    officer.act("/api/v1/filing-review", {"filings": [third], "decision": "approve"})
    print("filing:", administrator.get(f"/api/v1/filings/{first}")["status"],
          "registered goods:", len(administrator.all("/api/v1/goods")))
