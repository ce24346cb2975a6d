"""A service as a program sees it, and the test enterprise of a sandbox."""

import http.cookiejar
import io
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import zipfile

# What was asked of the JSON interface: method and address.
ASKED = set()
# How long what comes by itself is waited for, in seconds.
PATIENCE = 120


class Refused(Exception):
    """The service has refused something: the status, and why."""

    def __init__(self, asked, status, why):
        super().__init__(f"{asked}: {status} {why}")
        self.status = status


class Service:
    """A service, as somebody who signed in or a program with a key sees it."""

    def __init__(self, base, key=None):
        self.base = base.rstrip("/")
        self.headers = {"Accept-Language": "en", "Accept": "application/json"}
        if key:
            self.headers["Authorization"] = f"Bearer {key}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def open(self, method, path, body=None, kind=None, **headers):
        """The whole answer, and where it came from; whoever is refused learns why."""
        headers = {**self.headers, **headers, **({"Content-Type": kind} if kind else {})}
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method=method)
        ASKED.add((method, path.split("?")[0]))
        while True:
            try:
                with self.opener.open(request, timeout=90) as answer:
                    return answer.read(), answer.geturl()
            except urllib.error.HTTPError as refused:
                if refused.code not in (429, 503):
                    raise Refused(f"{method} {path}", refused.code, refused.read().decode()) from None
                time.sleep(int(refused.headers.get("Retry-After", "1")))

    def ask(self, method, path, body=None, kind=None, **headers):
        """The answer as JSON, or as the text or bytes that it is."""
        answer, _ = self.open(method, path, body, kind, **headers)
        if answer.startswith((b"{", b"[")):
            return json.loads(answer)
        try:
            return answer.decode()
        except UnicodeDecodeError:
            return answer

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

    def act(self, path, given=None, method="POST"):
        """Sent again after a broken connection, the same key makes sure that it is done once."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        return self.ask(method, path, json.dumps(given).encode(), "application/json", **key)

    def delete(self, path):
        return self.ask("DELETE", path)

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


class Sandbox:
    """A test enterprise of a sandbox: its parties, its people on both sides, and its office."""

    def __init__(self, base):
        self.anybody = Service(base)
        _, page = self.anybody.open("POST", "/sandbox", b"", "application/x-www-form-urlencoded")
        self.home = urllib.parse.urlsplit(page).path
        self.made = 0
        self.know()

    def know(self):
        """What the page of the enterprise tells, for programs."""
        told = self.anybody.get(f"{self.home}/enterprise.json")
        self.office, self.place, self.book = told["office"], told["place"], told["book"]
        self.parties, self.people, self.password = told["parties"], told["people"], told["password"]
        return told

    def person(self, post):
        """Somebody of the enterprise or the office, who has signed in."""
        person = Service(self.anybody.base)
        person.sign_in(self.people[post], self.password)
        return person

    def program(self, party):
        """A program of a party, with the key of its mailbox."""
        return Service(self.anybody.base, self.parties[party]["key"])

    def messages(self):
        """The signed messages of a first parcel, in the order in which they are sent."""
        files, _ = self.anybody.open("GET", f"{self.home}/files")
        with zipfile.ZipFile(io.BytesIO(files)) as files:
            return [files.read(f"parcel/{name}.xml") for name in ("CEB311", "CEB411", "CEB511", "CEB621")]

    def send(self, flow, ending=""):
        """Has the sandbox send a parcel; gives its order number, whose ending says what it comes to."""
        form = urllib.parse.urlencode({"flow": flow, "ending": ending})
        self.anybody.open("POST", f"{self.home}/parcels", form.encode(), "application/x-www-form-urlencoded")
        return self.know()["orders"][-1]

    def sign(self, party, message):
        """The message with the signature of a party. Outside a sandbox you sign with your own key."""
        return self.anybody.ask("POST", f"{self.home}/signatures/{party}", message.encode(), "application/xml")

    def lodge(self, party, message):
        """Signs a message and sends it."""
        return self.anybody.ask("POST", "/ceb", self.sign(party, message).encode(), "application/xml")

    def write(self, kind, values):
        """A message: the sample of its type with a number of its own, and with other texts in some elements."""
        message = self.anybody.get(f"/developers/messages/{kind}/sample")
        # Some samples are signed; what is changed has to be signed anew.
        message = re.sub(r"<ds:Signature.*</ds:Signature>", "", message, flags=re.DOTALL)
        self.made += 1
        message = re.sub(r'guid="[^"]+"', f'guid="{str(uuid.uuid4()).upper()}"', message, count=1)
        return filled(message, {"guid": str(uuid.uuid4()).upper(), **values})

    def sent_at(self):
        """The time of the sandbox, in China, as messages have it."""
        return re.sub(r"\D", "", self.know()["now"][:19])

    def number(self, kind):
        """A number of its own for something of this enterprise."""
        self.made += 1
        return f"{kind}{self.office}{self.made:06}"

    def forward(self, days):
        """Moves the time of the sandbox; refused where others have test enterprises in it."""
        form = urllib.parse.urlencode({"days": days})
        self.anybody.open("POST", f"{self.home}/time", form.encode(), "application/x-www-form-urlencoded")


def filled(message, values):
    """The message with these texts in the elements of these names."""
    for name, value in values.items():
        message = re.sub(rf"(<(?:\w+:)?{name}>)[^<]*(</)", rf"\g<1>{value}\g<2>", message)
    return message


def until(look, *refusals):
    """Looks until there is something: what one has done is seen by others a moment later."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            found = look()
        except Refused as refused:
            if refused.status not in refusals or time.monotonic() > deadline:
                raise
            found = None
        if found:
            return found
        if time.monotonic() > deadline:
            raise Refused("waiting", 0, f"nothing came within {PATIENCE} seconds")
        time.sleep(0.2)
