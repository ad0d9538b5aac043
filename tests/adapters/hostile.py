"""An adapter that verifies HS256, and tries to look better than it is; for tests/cli.rs. Standard library only.

    hostile.py by-heart     accepts the first token that it sees, whenever it comes, and nothing else
    hostile.py cache        accepts whatever has the header and the claims of a token that it accepted before
    hostile.py twice        answers twice where it accepts
    hostile.py sorted       writes the answers to what it read at once with the acceptances first
"""
import base64
import hashlib
import hmac
import json
import os
import sys

how = sys.argv[1]
secret, seen = b"", set()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verifies(token):
    signed, _, signature = token.rpartition(".")
    if how == "by-heart":
        seen.update([] if seen else [token])
        return token in seen
    if how == "cache" and signed in seen:
        return True
    good = hmac.compare_digest(hmac.new(secret, signed.encode(), hashlib.sha256).digest(), decode(signature))
    seen.update([signed] if good else [])
    return good


def claims(token):
    try:
        if verifies(token):
            return json.loads(decode(token.split(".")[1]))
    except (ValueError, IndexError):
        pass
    return None


def answer(message):
    found = claims(message["token"])
    if found is None:
        return json.dumps({"type": "verdict", "id": message["id"], "accepted": False, "error": "invalid"}) + "\n"
    text = json.dumps({"type": "verdict", "id": message["id"], "accepted": True, "claims": found}) + "\n"
    return text * 2 if how == "twice" else text


rest = b""
for chunk in iter(lambda: os.read(0, 1 << 16), b""):
    *lines, rest = (rest + chunk).split(b"\n")
    answers = []
    for message in map(json.loads, lines):
        if message["type"] == "configure":
            secret = decode(message["key"]["secret_base64url"])
            answers.append(json.dumps({"type": "ready", "name": "hostile", "version": "1"}) + "\n")
        else:
            answers.append(answer(message))
    if how == "sorted":
        answers.sort(key=lambda text: '"accepted": true' not in text)
    sys.stdout.write("".join(answers))
    sys.stdout.flush()
