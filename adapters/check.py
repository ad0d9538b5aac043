"""Checks the adapters over pipes, without jwt-gauntlet: python3 adapters/check.py [python] [node] [rust]

Needs the libraries that the adapters need, `cryptography`, and for Rust `cargo build --release -p jwt-gauntlet-adapters`. Every adapter in
every set-up must take genuine tokens, refuse broken ones, answer every line in order, whatever it holds, and exit 0 at end of input.
"""
import base64
import hashlib
import hmac
import json
import os
import select
import subprocess
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = os.path.dirname(os.path.abspath(__file__))
LANGUAGES = sys.argv[1:] or ["python", "node", "rust"]
TARGET = os.environ.get("CARGO_TARGET_DIR") or os.path.join(HERE, "..", "target")
RUST = os.path.join(os.path.abspath(TARGET), "release", "jwt-gauntlet-adapter-rust")
COMMANDS = {
    "python": {name: [sys.executable, "python/%s.py" % name]
               for name in ("pyjwt", "authlib_jwt", "joserfc_jwt", "python_jose", "jwcrypto_jwt")},
    "node": {name: ["node", "node/%s.mjs" % name]
             for name in ("jsonwebtoken", "jose", "jws", "fast-jwt", "node-jose", "jsrsasign")},
    "rust": {"rust " + name: [RUST, name] for name in ("jsonwebtoken", "jwt-simple", "jwt-compact", "biscuit", "jwt")},
}
ADAPTERS = {name: command for language in LANGUAGES for name, command in COMMANDS[language].items()}
ALGORITHMS = [family + size for family in ("HS", "RS", "PS", "ES") for size in ("256", "384", "512")] + ["ES256K", "EdDSA"]
SECP256K1_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
MISSING = {
    "python_jose": {"PS256", "PS384", "PS512", "ES256K", "EdDSA"},
    "jsonwebtoken": {"ES256K", "EdDSA"}, "jws": {"ES256K", "EdDSA"}, "node-jose": {"ES256K", "EdDSA"},
    "jsrsasign": {"ES256K", "EdDSA"}, "jose": {"ES256K"}, "fast-jwt": {"ES256K"},
    "rust jsonwebtoken": {"ES512", "ES256K"}, "rust jwt-simple": {"ES512"}, "rust jwt-compact": {"ES384", "ES512", "ES256K"},
    "rust biscuit": {"ES512", "ES256K", "EdDSA"}, "rust jwt": set(ALGORITHMS) - {"HS256", "HS384", "HS512"},
}
# What the Rust crates are told by their caller, they cannot be led to take from the token.
SETUPS = {"rust": ("pinned",)}
SECRET = bytes(range(64))
RSA = rsa.generate_private_key(65537, 2048)
EC = {name: ec.generate_private_key(curve()) for name, curve in
      {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1, "ES256K": ec.SECP256K1}.items()}
ED = ed25519.Ed25519PrivateKey.generate()
CLAIMS = {"iss": "https://issuer.example", "aud": "https://api.example", "sub": "user", "exp": 4102444800}
passed = failed = 0


def check(what, good):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("failed: " + what)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def private_key(alg):
    return RSA if alg[:2] in ("RS", "PS") else ED if alg == "EdDSA" else EC[alg]


def signature(alg, data):
    if alg[:2] == "HS":
        return hmac.new(SECRET, data, getattr(hashlib, "sha" + alg[2:])).digest()
    key = private_key(alg)
    if alg == "EdDSA":
        return key.sign(data)
    sha = getattr(hashes, "SHA" + alg[2:5])()
    if alg[:2] == "RS":
        return key.sign(data, padding.PKCS1v15(), sha)
    if alg[:2] == "PS":
        return key.sign(data, padding.PSS(padding.MGF1(sha), sha.digest_size), sha)
    size = (key.key_size + 7) // 8
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(sha)))
    # RFC 8812 takes either s; a library that follows Bitcoin takes the lower one alone.
    if alg == "ES256K":
        s = min(s, SECP256K1_ORDER - s)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def token(alg, claims=None, flip=0):
    header = json.dumps({"alg": alg, "typ": "JWT", "kid": "key-1"}).encode()
    body = b64(header) + "." + b64((claims or json.dumps(CLAIMS)).encode())
    mark = bytearray(signature(alg, body.encode())) if alg != "none" else bytearray()
    if flip:
        mark[len(mark) // 2] ^= flip
    return body + "." + b64(bytes(mark))


def configure(alg):
    if alg[:2] == "HS":
        key = {"jwk": {"kty": "oct", "k": b64(SECRET)}, "secret_base64url": b64(SECRET)}
    else:
        pem = private_key(alg).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        key = {"jwk": {}, "pem": pem.decode()}      # none of these adapters reads the JWK
    return {"type": "configure", "protocol": 1, "algorithm": alg, "key": key, "kid": "key-1",
            "issuer": CLAIMS["iss"], "audience": CLAIMS["aud"], "later": "member"}


def questions(alg, pinned):
    """What to ask after configuring `alg`: (name, token, expected), where None expects any verdict."""
    def claims(text):
        return json.dumps(CLAIMS)[:-1] + ', "x": ' + text + "}"
    yield "genuine", token(alg), True
    yield "flipped", token(alg, flip=4), False
    yield "none", token("none"), False if pinned else None
    yield "another issuer", token(alg, json.dumps(dict(CLAIMS, iss="https://evil.example"))), False
    yield "another audience", token(alg, json.dumps(dict(CLAIMS, aud="https://evil.example"))), False
    yield "expired", token(alg, json.dumps(dict(CLAIMS, exp=1000000000))), False
    if alg != ALGORITHMS[0]:        # texts and claims are read alike for all of them, and some verify few signatures a second
        return
    for name, text in (("empty", ""), ("dot", "."), ("dots", ".."), ("NUL", "\x00"), ("1 MB", "A" * (1 << 20)),
                       ("surrogate", "\ud800.\udfff.x"), ("no ASCII", "é.ü.ß"), ("deep header", b64(b"[" * 99999) + "..")):
        yield name, text, False
    for name, text in (("surrogate", '"\\ud800"'), ("NaN", "NaN"), ("1e999", "1e999"), ("long number", "9" * 9999),
                       ("nested 500", "[" * 500 + "]" * 500), ("nested 99999", "[" * 99999 + "]" * 99999)):
        yield name + " claim", token(alg, claims(text)), None


def no_constant(text):
    raise ValueError(text + " is no JSON")


def converse(command, lines, folder=HERE):
    """Everything in flight at once. Returns the answers and the exit code."""
    run = subprocess.run(command, input="".join(json.dumps(line) + "\n" for line in lines).encode(), cwd=folder,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300)
    return [json.loads(line, parse_constant=no_constant) for line in run.stdout.decode("ascii").splitlines()], run.returncode


def check_adapter(name, setup):
    lines, expected = [], []
    for alg in ALGORITHMS:
        lines.append(configure(alg))
        expected.append((alg, "unsupported" if alg in MISSING.get(name, ()) else "ready"))
        asked = [] if alg in MISSING.get(name, ()) else list(questions(alg, setup == "pinned"))
        asked += [("genuine %d" % n, token("HS256"), True) for n in range(256)] if alg == "HS256" else []
        for what, text, good in asked:
            lines.append({"type": "verify", "id": len(lines), "token": text, "later": 1})
            expected.append((alg + " " + what, good))
    answers, code = converse(ADAPTERS[name] + [setup], lines)
    check("%s %s: exit code %d" % (name, setup, code), code == 0)
    check("%s %s: %d answers to %d lines" % (name, setup, len(answers), len(lines)), len(answers) == len(lines))
    for line, answer, (what, good) in zip(lines, answers, expected):
        if line["type"] == "configure":
            right = answer["type"] == good
        else:
            right = answer["type"] == "verdict" and answer["id"] == line["id"] and good in (None, answer["accepted"])
            right = right and ("error" not in answer if answer["accepted"] else "claims" not in answer)
        check("%s %s: %s: %.300s" % (name, setup, what, answer), right)


def check_waiting(name):
    """One question at a time: the adapter must not wait for more input before it answers."""
    with subprocess.Popen(ADAPTERS[name], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as adapter:
        for line in (configure("HS256"), {"type": "verify", "id": 1, "token": token("HS256")}):
            adapter.stdin.write(json.dumps(line).encode() + b"\n")
            adapter.stdin.flush()
            ready = select.select([adapter.stdout], [], [], 20)[0]
            answer = adapter.stdout.readline() if ready else b""
            # Nothing is the end of a program that could not start, for a library that is missing.
            check(name + ": answers at once", answer and json.loads(answer)["type"] != "unsupported")


TOY = """
import os
from gauntlet_adapter import Unsupported, serve
class Panic(BaseException): pass
class Mute(Exception):
    def __str__(self): raise ValueError
def fail(error): raise error
def configure(trust):
    if trust.kid == "unsupported": raise Unsupported("because")
    if trust.kid == "mute": raise Mute
    ring = []; ring.append(ring)
    claims = {"none": lambda: None, "nan": lambda: {"a": float("nan")}, "bytes": lambda: {"a": b"b"}, "ring": lambda: ring,
              "key": lambda: {b"a": 1}, "surrogate": lambda: "\\ud800", "digits": lambda: 9 ** 9999,
              "print": lambda: print("noise"), "fd": lambda: os.write(1, b"noise") and None,
              "text": lambda: [trust.key_text, trust.secret.decode()], "panic": lambda: fail(Panic()),
              "mute": lambda: fail(Mute()), "memory": lambda: fail(MemoryError())}
    return lambda token: claims[token]()
serve("toy", "1", configure)
"""


def check_protocol():
    """The shared module alone, without site-packages."""
    lines = [{"type": "verify", "id": 0, "token": "before configure"}]
    expected = [{"accepted": False, "error": "Unsupported"}]
    for protocol, kid, answer in ((1, "unsupported", {"type": "unsupported", "reason": "because"}),
                                  (1, "mute", {"type": "unsupported", "reason": "Mute"}),
                                  (2, "", {"type": "unsupported"}), (1, "", {"type": "ready", "name": "toy", "version": "1"})):
        lines.append(dict(configure("HS256"), protocol=protocol, kid=kid, key={"text": "T", "pem": "P", "secret_base64url": "Uw"}))
        expected.append(answer)
    for name, claims in (("none", None), ("nan", {"a": "NaN"}), ("bytes", {"a": "b'b'"}), ("ring", None), ("key", None),
                         ("surrogate", "\ud800"), ("digits", None), ("print", None), ("fd", None), ("text", ["T", "S"])):
        lines.append({"type": "verify", "id": name, "token": name})
        expected.append({"accepted": True, "claims": claims, "id": name})
    for name, error in (("panic", "Panic"), ("mute", "Mute"), ("memory", "MemoryError"), ("other", "KeyError")):
        lines.append({"type": "verify", "id": name, "token": name})
        expected.append({"accepted": False, "error": error, "id": name})
    answers, code = converse([sys.executable, "-S", "-c", TOY], lines, os.path.join(HERE, "python"))
    check("toy: exit code %d, %d answers" % (code, len(answers)), code == 0 and len(answers) == len(lines))
    for answer, wanted in zip(answers, expected):
        check("toy: %s, not %s" % (answer, wanted), all(answer.get(member) == value for member, value in wanted.items()))


if "python" in LANGUAGES:
    check_protocol()
for adapter in ADAPTERS:
    check_waiting(adapter)
    for setup in SETUPS.get(adapter.split()[0], ("pinned", "lax", "by-kid")):
        check_adapter(adapter, setup)
    wrong = subprocess.run(ADAPTERS[adapter] + ["nonsense"], cwd=HERE, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    check(adapter + ": unknown set-up", wrong.returncode == 2 and b"nonsense" in wrong.stderr)
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
