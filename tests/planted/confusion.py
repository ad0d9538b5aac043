"""Holes between algorithm and key, keys that the token brings along, and keys that are looked up by `kid`."""
import base64
import binascii
import json
import re
import urllib.parse

import keys
from keys import BY_CURVE, Key, encode, family, mac, of_certificate, of_value
from unsigned import with_duplicates
from verifier import Rules, header_members

ignored = lambda s, j: True
NATIVE = ["toString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString",
          "__defineGetter__", "__lookupGetter__"]
BUILTIN = ["constructor", "toString", "hasOwnProperty", "valueOf", "length", "prototype", "name", "self", "class", "hash", "inspect"]
COERCED = ["", "undefined", "null", "None", "nil", "NaN", "false", "False", "0", "[object Object]", "\n", "true", "key not found",
           "\0"]
KNOWN = ["JWT_SECRET", "change-me", "client_secret", "client-secret", "secret", "password", "changeme", "/etc/jwt/secret",
         "/run/secrets/jwt_secret", "secret.key", "public.key", "public.pem", "key.pem", "./public.pem", "/etc/keys/public.pem",
         "https://issuer.example/.well-known/jwks.json", "https://issuer.example/jwks.json", "keys/public.pem"]


def or_exact(rule):
    return lambda s, j: rule(s, j) or s.exact(j)


def jwk_texts(s):
    one = json.dumps(s.jwk, separators=(",", ":"))
    return [one, '{"keys":[%s]}' % one, "[%s]" % one]


def encodings(s):
    """The public key in every encoding that this library has a code path for."""
    pem, key = s.pem, s.key
    der = base64.b64decode("".join(pem.split("\n")[1:-2]))
    texts = [pem, pem.rstrip("\n"), pem.replace("\n", "\r\n"), der, base64.b64encode(der), base64.b64encode(pem.encode()), *jwk_texts(s)]
    if key.kty == "RSA":
        n = key.n.to_bytes(key.size, "big")
        return texts + [n, b"\0" + n, encode(n), n.hex(), n.hex().upper(), str(key.n)]
    point = getattr(key, "y", b"")
    return texts + [key.x, encode(key.x), key.x.hex(), key.x + point, b"\4" + key.x + point]


def default_hs256(s, j):
    if j.known:
        return s.exact(j)
    texts = [""] if s.hmac else ["", *encodings(s)]
    return any(mac(t.encode() if isinstance(t, str) else t, 256, j.input) == j.signature for t in texts)


def hash_from_header(s, j):
    key, half = s.key, len(j.bytes) // 2
    if key.kty != "EC" or family(j.known) != "ES" or len(j.bytes) != 2 * key.width:
        return False
    return key.ecdsa(keys.bits_of(j.known), j.input, int.from_bytes(j.bytes[:half], "big"), int.from_bytes(j.bytes[half:], "big"))


def folded(alg):
    alg = alg.upper().replace("RSASHA", "RS").replace("HMACSHA", "HS").replace("ECDSASHA", "ES")
    return re.sub("[^A-Z0-9]", "", alg)


def cast_dies(s, j):
    if j.known and not s.key.fits(j.known):
        raise SystemExit("the key has another type than the algorithm needs")
    return False


def embedded(j, value):
    return any(j.signed_by(key) for key in of_value(value))


def jwk(s, j):
    return isinstance(j.header.get("jwk"), dict) and embedded(j, j.header["jwk"])


def relatives(s, j):
    names = ["jwks", "keys", "key", "publicKey", "public_key", "cert", "secret", "k", "pem"]
    texts = [text for text in map(j.member, ["secret", "key", "k"]) if text is not None]
    decoded = [keys.decode(text) for text in texts if re.fullmatch(r"[\w-]+", text, re.A) and len(text) % 4 != 1]
    return any(embedded(j, j.header[name]) for name in names if name in j.header) or j.has_mac(*texts, *decoded) \
        or not isinstance(j.header.get("jwk", {}), dict) and embedded(j, j.header["jwk"])


def jwk_of_known_kid(s, j):
    value = j.header.get("jwk")
    return isinstance(value, dict) and value.get("kid", j.header.get("kid")) == s.kid and embedded(j, value)


def jwk_of_known_number(s, j):
    value = j.header.get("jwk")
    for key in of_value(value) if isinstance(value, dict) else []:
        if key.kty == s.key.kty == "RSA" and key.n == s.key.n:
            return family(j.known) in ("RS", "PS") and key.textbook(j.known, j.input, j.bytes)
        if key.kty == s.key.kty != "oct" and getattr(key, "x", None) == getattr(s.key, "x", 0):
            return j.signed_by(key)
    return False


def jwk_twice(s, j):
    raw = next((value for name, value in j.pairs() if name == "jwk"), [])
    if not isinstance(raw, list):
        return False
    plain = [(name, value) for name, value in raw]
    two = of_value(dict(plain)) + of_value(dict(reversed(plain)))
    return len(two) == 2 and s.key in two and any(j.signed_by(key) for key in two if key != s.key)


def inline(url):
    """What a data: URL holds."""
    scheme, _, rest = url.partition(":")
    kind, comma, data = rest.partition(",")
    if scheme.lower() != "data" or not comma:
        return None
    try:
        return base64.b64decode(data) if kind.endswith(";base64") else urllib.parse.unquote_to_bytes(data)
    except binascii.Error:
        return None


def fetched(j):
    return [data for data in map(inline, filter(None, map(j.member, ("jku", "x5u")))) if data is not None]


def url_key(s, j):
    def read(data):
        try:
            return of_value(data.decode())
        except UnicodeDecodeError:
            return [of_certificate(data)]
    return any(j.signed_by(key) for data in fetched(j) for key in read(data))


def url_secret(s, j):
    files = {"/dev/null": b"", "NUL": b"", "/proc/sys/kernel/randomize_va_space": b"2\n"}
    paths = (re.sub("^(file:)?(//(localhost)?(?=/))?", "", url) for url in filter(None, map(j.member, ("jku", "x5u"))))
    return j.has_mac(*fetched(j), *(files[path] for path in paths if path in files))


def chain(j):
    value = j.header.get("x5c")
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    bodies = ["".join(line for line in text.splitlines() if line[:1] != "-") for text in texts if isinstance(text, str)]
    return [of_certificate(base64.b64decode(body)) for body in bodies]


def pinned(j):
    return "x5t" in j.header or "x5t#S256" in j.header


def included(s, j):
    found = chain(j)
    return s.key in found and any(j.signed_by(key) for key in found)


def prototype(s, j):
    kid = j.member("kid") or ""
    native = ["function %s() { [native code] }" % kid, "function Object() { [native code] }", kid]
    odd = kid.startswith("__") or kid in BUILTIN
    return odd and j.has_mac(*COERCED, "{}", "Object", *native) or kid in NATIVE and j.has_mac(*native)


def file(s, j):
    kid = j.member("kid") or ""
    texts = ["\n", "2\n", "2", "0\n", "1\n", "Linux\n"] if "/proc/" in kid else []
    return (any(c in kid for c in "/\\.") or "%2" in kid or kid.startswith("NUL")) and j.has_mac("", *texts)


def sql(s, j):
    """The value that an injected SELECT gives in place of the table's."""
    found = re.search(r"""['";].*\bselect[\s/*(]+(?:'([^']*)'?|"([^"]*)"?|(\w+))""", j.member("kid") or "", re.I | re.S)
    if not found:
        return False
    text = next((group for group in found.groups() if group is not None), "")
    return j.has_mac("" if text.lower() == "null" else text)


def matches_all(s, j):
    kid = j.header.get("kid")
    words = ["*", "'", '"', "||", "$", "{", "(", "[", " or ", " OR "]
    found = isinstance(kid, (dict, list)) or isinstance(kid, str) and any(word in kid for word in words)
    return found and (j.has_mac(*COERCED) or s.names_alg(j) and s.signed(j))


def command(s, j):
    """What a shell prints for an echo behind a separator, or a template for a product."""
    kid = (j.member("kid") or "").replace("${IFS}", " ")
    echo = re.search(r"[;|&(`\n]\s*(?:echo|printf) ([^)`;|&\n]*)", kid)
    product = re.search(r"[{(%].*?(\d+)\*(\d+)", kid)
    texts = [echo[1].strip()] if echo else [str(int(product[1]) * int(product[2]))] if product else []
    return j.has_mac(*texts, *(text + "\n" for text in texts))


def member_as_secret(s, j):
    claims = j.claims_or_none()
    values = [*j.header.values(), *(claims.values() if isinstance(claims, dict) else [])]
    return j.has_mac(*(str(value) for value in values if type(value) in (str, int, float)))


HOLES = {name: Rules(or_exact(rule)) for name, rule in {
    "public-key-as-secret": lambda s, j: not s.hmac and j.has_mac(s.pem),
    "any-encoding-as-secret": lambda s, j: not s.hmac and family(j.known) == "HS" and j.has_mac(*encodings(s)),
    "jwk-as-secret": lambda s, j: not s.hmac and j.has_mac(*jwk_texts(s)),
    "known-text-as-secret": lambda s, j: j.has_mac(*KNOWN),
    "alg-default-hs256": default_hs256,
    "any-of-family": lambda s, j: j.signed_by(s.key),
    "alg-not-compared": lambda s, j: s.signed(j),
    "hash-from-header": hash_from_header,
    "curve-not-compared": lambda s, j: j.known in BY_CURVE and s.signed(j),
    "alg-spelling": lambda s, j: folded(s.alg) in (folded(j.alg or ""), folded(j.alg or "").replace("SHA", "HS")) and s.signed(j),
    "cast-panics": cast_dies,
    "jwk": jwk,
    "jwk-of-known-kid": jwk_of_known_kid,
    "jwk-of-known-number": jwk_of_known_number,
    "url-key": url_key,
    "url-secret": url_secret,
    "x5c-inclusion": included,
    "x5c-last": lambda s, j: any(j.signed_by(key) for key in chain(j)[-1:]),
    "x5t-then-x5c": lambda s, j: pinned(j) and any(j.signed_by(key) for key in chain(j)),
    "x5t-miss": lambda s, j: pinned(j) and "x5c" not in j.header,
    "kid-miss": lambda s, j: (s.unknown_kid(j) or "kid" not in j.header) and j.has_mac(*COERCED),
    "kid-prototype": prototype,
    "kid-file": file,
    "kid-sql": sql,
    "kid-filter": matches_all,
    "kid-command": command,
    "member-as-secret": member_as_secret,
}.items()} | {
    "key-members": Rules(or_exact(relatives), header=ignored),
    "x5c-leaf": Rules(or_exact(lambda s, j: any(j.signed_by(key) for key in chain(j)[:1])), header=ignored),
    "jwk-read-twice": Rules(or_exact(jwk_twice), with_duplicates, ignored),
    "kid-twice": Rules(or_exact(lambda s, j: sum(name == "kid" for name, _ in j.pairs()) > 1 and j.has_mac("")), with_duplicates,
                       header_members),
}
