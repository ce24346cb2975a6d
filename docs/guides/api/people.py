"""People, keys of programs, webhooks, and one's own account."""

import base64
import hashlib
import hmac
import http.server
import threading
import time
import uuid

from service import Refused, Service, until


def manage_people(administrator):
    """Lets somebody in, changes the role, invites anew."""
    print("acts for:", administrator.all("/api/v1/organisations")[0]["name"])
    name = f"new.clerk-{uuid.uuid4().hex[:8]}"
    person = administrator.act("/api/v1/people", {"sign_in": name, "name": "王芳", "role": "clerk"})
    print("let in:", person["sign_in"])
    administrator.act(f"/api/v1/people/{name}", {"role": "reader"})
    administrator.act(f"/api/v1/people/{name}/invitation")
    print("people:", len(administrator.all("/api/v1/people")), administrator.get(f"/api/v1/people/{name}")["role"])


def replace_key(administrator, issued):
    """Another key takes over, and both are withdrawn."""
    rotated = administrator.act(f"/api/v1/keys/{issued['number']}/rotation", {"days": 1, "overlap_hours": 1})
    print("key", rotated["number"], "takes over")
    administrator.delete(f"/api/v1/keys/{rotated['number']}")
    withdrawn = administrator.delete(f"/api/v1/keys/{issued['number']}")
    known = [key["number"] for key in administrator.get("/api/v1/keys")["keys"] if key["valid"]]
    print("key withdrawn:", withdrawn["withdrawn_at"], "still valid:", issued["number"] in known)


class Receiver(http.server.BaseHTTPRequestHandler):
    """What a webhook posts to; docs/reference/webhooks.md has one that holds signatures against its secret."""

    answer = 204

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing of what it gets."""


def be_told(administrator):
    """What comes into the mailbox is posted to an address of one's own. Says whether the service goes there: without
    `webhooks.http` and `webhooks.networks` in its settings it goes to public addresses alone."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            added = administrator.act("/api/v1/webhooks", {
                "url": f"http://127.0.0.1:{server.server_port}/", "after": 0})
        except Refused as refused:
            print("no webhook:", refused)
            return False
        address = f"/api/v1/webhooks/{added['number']}"
        print("webhook tested:", administrator.act(f"{address}/test")["status"])
        until(lambda: administrator.get(address)["n"] > 0)
        administrator.act(f"{address}/pause")
        administrator.act(f"{address}/replay", {"after": 0})
        administrator.act(f"{address}/resumption")
        administrator.act(f"{address}/secret")
        print("webhooks:", len(administrator.get("/api/v1/webhooks")["webhooks"]))
        administrator.delete(address)
        server.shutdown()
    return True


class DeafReceiver(Receiver):
    """One that takes nothing."""

    answer = 500


def wait_for_dead_letters(sandbox):
    """What a receiver takes nothing of for three days is a dead letter, which is sent again by hand. Says whether the
    time of the sandbox could be moved that far: where others have test enterprises in it, it cannot."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), DeafReceiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        administrator = sandbox.person("administrator")
        address = administrator.act("/api/v1/webhooks", {
            "url": f"http://127.0.0.1:{server.server_port}/", "messages": ["CEB622"], "after": 0})["number"]
        address, tries = f"/api/v1/webhooks/{address}", 0
        while True:
            until(lambda: attempts(administrator, address) > tries)
            tries = attempts(administrator, address)
            if dead := administrator.get(address)["dead_letters"]:
                break
            try:
                sandbox.forward(1)
            except Refused as refused:
                print("no dead letter:", refused)
                return False
            # Sessions end within a day.
            administrator = sandbox.person("administrator")
        again = administrator.act(f"{address}/dead-letters/{dead[0]['n']}/sending")
        print("dead after", dead[0]["attempts"], "attempts; sent again:", again["sent"][0]["status"])
        administrator.delete(address)
        server.shutdown()
    return True


def attempts(administrator, address):
    """How often a webhook has tried in vain to send what comes next, or has given up."""
    webhook = administrator.get(address)
    given_up = [letter["attempts"] for letter in webhook["dead_letters"]]
    return max([webhook["failing"]["attempts"] if webhook["failing"] else 0, *given_up])


def own_account(base, name, password):
    """What everybody does with the own account: here another session ends, a second factor is set up, the password
    changes, and the session ends."""
    own, elsewhere = Service(base), Service(base)
    own.sign_in(name, password)
    elsewhere.sign_in(name, password)
    for session in own.get("/api/v1/account/sessions")["sessions"]:
        if not session["is_own"]:
            own.delete(f"/api/v1/account/sessions/{session['number']}")
    begun = own.act("/api/v1/account/second-factor")
    own.act("/api/v1/account/second-factor/code", {"code": code_of(begun["key"]), "enrolled": begun["enrolled"]})
    own.know_session()
    print("second factor set up")
    print("sessions:", len(own.get("/api/v1/account/sessions")["sessions"]),
          "passkeys:", len(own.get("/api/v1/account/passkeys")["passkeys"]))
    own.act("/api/v1/account/password", {"present": password, "password": uuid.uuid4().hex})
    own.delete("/api/v1/session")
    print("password changed, signed out")


def code_of(key):
    """The code of an authenticator (RFC 6238) that has this key."""
    key = base64.b32decode(key + "=" * (-len(key) % 8))
    digest = hmac.new(key, (int(time.time()) // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7fffffff) % 1_000_000:06}"
