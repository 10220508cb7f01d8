"""Brings people and their documents into an empty server, so that a run against it meets something.

Prints JSON: tokens by role, and identifiers by the name of the path parameter.

Usage: python3 .ci/fill.py http://127.0.0.1:PORT LOG
"""
import base64
import hashlib
import hmac
import json
import re
import struct
import sys
import time
import urllib.parse
import urllib.request

base, log = sys.argv[1:]
PASSWORD = "a long enough secret"
INSTRUMENT = "interests-60"


def call(method, path, body=None, token=None):
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + "/api/v1" + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def code(secret):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def enter(link, **more):
    """Somebody of staff spends a link and sets up the second factor; gives her token."""
    entered = call("POST", "/links/spend", {"token": link, "password": PASSWORD, **more})
    return call("POST", "/me/second-factor", {"code": code(entered["enrolment"]["secret"])}, entered["token"])["token"]


def first_administrator():
    with open(log, encoding="utf-8") as lines:
        link = re.search(r"/enter/(\S+)", lines.read()).group(1)
    return enter(link, email="first@example.org")


def staff(administrator, kind, role):
    """Somebody in a house of her own; gives house, account and token."""
    house = call("POST", "/tenants", {"kind": kind, "name": f"House of {role}"}, administrator)["id"]
    user = {"tenant": house, "role": role, "name": role, "email": f"{role}@example.org", "language": "en"}
    invited = call("POST", "/users", user, administrator)
    return house, invited["user"]["id"], enter(invited["link"]["token"])


def beneficiary(consultant):
    """Somebody whose bilan has begun, with a finished and a begun questionnaire, a result she sees, and a note."""
    wanted = {"name": "Bea", "language": "en", "funding": {"by": "beneficiary"}}
    bilan = call("POST", "/bilans", wanted, consultant)["id"]
    path = f"/bilans/{bilan}"
    link = call("POST", f"{path}/invitation", None, consultant)["link"]["token"]
    token = call("POST", "/links/spend", {"token": link, "password": PASSWORD})["token"]
    text = call("GET", "/consent-text?lang=en")
    call("POST", f"{path}/consent", {"language": "en", "hash": text["hash"]}, token)
    for phase in ["preliminary", "investigation"]:
        call("POST", f"{path}/phase", {"to": phase}, consultant)
    choice = {"instrument": INSTRUMENT, "language": "en", "purpose": "To know"}
    done, begun = [call("POST", f"{path}/assignments", choice, consultant)["id"] for _ in range(2)]
    for assignment in [done, begun]:
        call("POST", f"/assignments/{assignment}/start", {}, token)
        call("GET", f"/assignments/{assignment}/page?from=1&n=50", None, token)
    for position in range(1, 61):
        if position == 51:
            call("GET", f"/assignments/{done}/page?from=51&n=10", None, token)
        call("PUT", f"/assignments/{done}/answers/{position}", {"option": 1 + position % 5}, token)
    result = call("POST", f"/assignments/{done}/submission", None, token)["result"]
    call("POST", f"{path}/release", {"what": "result", "result": result, "in_interview": True}, consultant)
    note = call("POST", f"{path}/notes", {"text": "A note"}, consultant)["id"]
    grant = {"basis": "agreement", "recipient": "A friend", "purpose": "To talk", "classes": ["results"], "days": 30}
    given = call("POST", f"{path}/grants", grant, token)["id"]
    ids = {"bilan": bilan, "assignment": begun, "result": result, "note": note, "grant": given, "position": 1}
    return ids, token


administrator = first_administrator()
_, account, consultant = staff(administrator, "centre", "consultant")
qualified = {"qualifications": [{"instrument": INSTRUMENT, "evidence": "certificate"}]}
call("PUT", f"/users/{account}/qualifications", qualified, administrator)
_, _, clerk = staff(administrator, "organisation", "clerk")
ids, person = beneficiary(consultant)
ids |= {"user": account, "instrument": INSTRUMENT, "chart": "main.svg"}
tokens = {"administrator": administrator, "consultant": consultant, "beneficiary": person, "clerk": clerk}
print(json.dumps({"tokens": tokens, "ids": ids}))
