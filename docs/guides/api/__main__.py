#!/usr/bin/env python3
"""The JSON interface of Tongguan, used from the first check of a message to goods that come back.

Python 3.8 and its standard library are enough. It needs the address of a running sandbox, and gets a test enterprise
there: docs/reference/sandbox.md says what that is, docs/guides/newcomer.md how to start one.

    python3 docs/guides/api http://127.0.0.1:8080

Each theme is a file beside this one, and each step of it a function to copy. At the end it holds what it has asked
against the service's own description: an operation that it neither uses nor names in LEFT_OUT is an error.
"""

import re
import sys

import bonded
import cases
import exports
import parameters
import parcels
import people
from service import ASKED, Refused, Sandbox

# Operations that no test enterprise can try, and why.
LEFT_OUT = {
    **dict.fromkeys(["show_system", "show_board", "set_log_level", "back_up"],
                    "is for whoever runs the service, and holds for everybody in it"),
    **dict.fromkeys(["show_relay", "retry_relay", "dismiss_relay", "show_relayed"],
                    "needs a window upstream; a sandbox decides by itself"),
    **dict.fromkeys(["rename_passkey", "remove_passkey"],
                    "needs a passkey, which a browser adds on a page"),
}
# What needs a sandbox that posts to this machine (`webhooks.http`, `webhooks.networks`), and whose time is one's own.
OF_WEBHOOKS = {"show_webhook", "remove_webhook", "replay_webhook", "rotate_webhook", "test_webhook", "pause_webhook",
               "resume_webhook", "list_webhooks"}


def main(base):
    sandbox = Sandbox(base)
    print("test enterprise:", sandbox.home, "office", sandbox.office)
    posts = ("clerk", "administrator", "gate", "officer", "risk-manager", "supervisor")
    clerk, administrator, gate, officer, proposer, supervisor = map(sandbox.person, posts)

    parcels.compute_and_check(sandbox)
    program, issued, number = parcels.clear(sandbox, administrator)
    parcels.look_up(program)
    parcels.read_lists(program, administrator, number)
    parcels.guarantee(sandbox)
    parcels.give_back(sandbox, administrator, supervisor, number)

    people.manage_people(administrator)
    is_told = people.be_told(administrator)
    people.replace_key(administrator, issued)

    parameters.file_goods(administrator, officer)
    parameters.guarantees(sandbox, officer, supervisor)
    parameters.settle(proposer, supervisor, {"setting": "review_cancellations", "value": "true"})

    cases.look_around(officer, supervisor, number)
    cases.decide(sandbox, officer)
    cases.let_go(sandbox, officer, supervisor)
    cases.examine(sandbox, supervisor)
    cases.cancel(sandbox, administrator, officer)
    cases.demand_evidence(officer, number)
    cases.see_persons(officer, supervisor, number)

    exports.seal(sandbox, officer, supervisor, proposer, gate)
    exports.quarantine(sandbox, supervisor, proposer)
    formal, export = exports.consolidate(sandbox, clerk, officer)
    exports.come_back(sandbox, clerk, supervisor, formal, export)

    bonded.keep_book(sandbox, officer)
    bonded.sell(sandbox, officer)
    bonded.bring_in(sandbox, officer, gate)
    bonded.enter(sandbox, officer)

    people.own_account(base, sandbox.people["supervisor"], sandbox.password)
    is_patient = is_told and people.wait_for_dead_letters(sandbox)
    not_here = (set() if is_told else OF_WEBHOOKS) | (set() if is_patient else {"send_dead_letter"})
    hold_against(sandbox.anybody.get("/api/v1/openapi.json"), not_here)


def hold_against(described, not_here):
    """Every operation is used here, or left out with a reason."""
    forgotten = []
    for path, item in described["paths"].items():
        is_it = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
        for method, operation in item.items():
            used = any(asked == method.upper() and is_it.fullmatch(to) and (to == path or to not in described["paths"])
                       for asked, to in ASKED)
            name = operation["operationId"]
            if not used and name not in LEFT_OUT and name not in not_here:
                forgotten.append(name)
            if used and name in LEFT_OUT:
                forgotten.append(f"{name}, which is used")
    if forgotten:
        sys.exit(f"neither used nor left out with a reason: {', '.join(forgotten)}")
    count = sum(len(item) for item in described["paths"].values())
    print("operations:", count, "left out:", len(LEFT_OUT), "not possible in this sandbox:", len(not_here))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except Refused as refused:
        sys.exit(str(refused))
