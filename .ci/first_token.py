"""Signs the first administrator in by the link in the server's log, and prints the session's token.

Usage: python3 .ci/first_token.py http://127.0.0.1:PORT LOG
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


def call(method, path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def code(url):
    secret = urllib.parse.parse_qs(urllib.parse.urlparse(url).query)["secret"][0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


with open(log, encoding="utf-8") as lines:
    link = re.search(r"/enter/(\S+)", lines.read()).group(1)
entered = call("POST", "/api/v1/links/spend", {"token": link, "password": "a long enough secret", "email": "first@example.org"})
half = entered["token"]
done = call("POST", "/api/v1/me/second-factor", {"code": code(entered["enrolment"]["url"])}, half)
print(done["token"])
