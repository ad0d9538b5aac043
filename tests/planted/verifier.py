"""A verifier as a set of rules, strict by default; a planted hole replaces one of them.

It is the deliberately vulnerable verifier once more, in another language and by other libraries, so that what fells the one need not fell the
other. The rules: `read` takes the wire text apart, `header` judges members other than alg and kid, `authentic` decides who made the
token, `claims` judges the claims. Each refuses by giving something false, or by raising.
"""
import json
import re
import time

from keys import ALGORITHMS, Key, decode as lax_decode, encode, mac

BASE64URL = re.compile(r"(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?", re.A)
MAX_LEN = 256 * 1024


class Refused(Exception):
    """The token is not taken; the text says why."""


def decode(segment):
    """Base64url without padding, line breaks or stray bits (RFC 7515 section 2, RFC 4648 section 3.5)."""
    if not BASE64URL.fullmatch(segment):
        raise Refused("a segment is no base64url")
    return lax_decode(segment)


def decode_or_none(segment):
    return lax_decode(segment) if BASE64URL.fullmatch(segment) else None


def unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Refused("a name stands twice in one object")
    return members


def finite(text):
    number = float(text)
    if number - number != 0:
        raise Refused("a number is too large")
    return number


def number(text):
    finite(text)
    return int(text)


def no_constant(text):
    raise Refused(text + " is no JSON")


STRICT_JSON = json.JSONDecoder(object_pairs_hook=unique, parse_float=finite, parse_int=number, parse_constant=no_constant)


def strict_json(data):
    """JSON to the letter: UTF-8, names unique, nothing behind it, no half of a surrogate pair."""
    text = data.decode()
    value = STRICT_JSON.decode(text)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def strict_object(data):
    value = strict_json(data)
    if type(value) is not dict:
        raise Refused("not a JSON object")
    return value


class Jws:
    """A token as some rule has read it."""

    def __init__(self, header_bytes, payload, signature_text, data, header=None, whole=None):
        self.header_bytes, self.payload, self.text, self.input = header_bytes, payload, signature_text, data.encode()
        self.header = strict_object(header_bytes) if header is None else header
        self.signature = decode_or_none(signature_text)
        self.json = whole                       # the whole of a JSON serialisation

    @property
    def alg(self):
        alg = self.header.get("alg")
        return alg if isinstance(alg, str) else None

    @property
    def known(self):
        return self.alg if self.alg in ALGORITHMS else None

    @property
    def unsigned(self):
        return self.text == ""

    @property
    def bytes(self):
        return self.signature or b""

    def member(self, name):
        value = self.header.get(name)
        return value if isinstance(value, str) else None

    def has_mac(self, *secrets):
        """Whether the signature is a MAC by the header's HS* under one of these."""
        alg = self.known
        if not alg or alg[:2] != "HS" or self.signature is None:
            return False
        return any(mac(s.encode() if isinstance(s, str) else s, int(alg[2:]), self.input) == self.signature for s in secrets)

    def signed_by(self, key):
        return bool(self.known) and key.verifies(self.known, self.input, self.signature)

    def claims_or_none(self):
        try:
            return json.loads(self.payload)
        except ValueError:
            return None

    def pairs(self):
        """The members of the header, duplicates kept."""
        try:
            pairs = json.loads(self.header_bytes, object_pairs_hook=Pairs)
        except ValueError:
            return []
        return pairs if isinstance(pairs, Pairs) else []


class Pairs(list):
    """An object with its members in order."""


def compact(token):
    """Three segments, strictly decoded (RFC 7515 section 7.1)."""
    jws = loose(token)
    if jws.signature is None:
        raise Refused("the signature is no base64url")
    return jws


def loose(token):
    """Three segments, the signature in whatever state."""
    segments = token.split(".")
    if len(segments) != 3 or len(token) > MAX_LEN:
        raise Refused("there are not three segments")
    return of(*segments)


def of(header, payload, signature, lax_header=None):
    return Jws(decode(header), decode(payload), signature, header + "." + payload, lax_header)


class Setup:
    """What a verifier was told."""

    def __init__(self, trust):
        self.alg, self.kid, self.issuer, self.audience = trust.algorithm, trust.kid, trust.issuer, trust.audience
        self.key, self.pem, self.jwk = Key(trust.jwk), trust.pem or "", trust.jwk
        self.hmac = self.key.kty == "oct"

    def names_own(self, j):
        """Exactly the configured algorithm, and no other key."""
        return j.header.get("alg") == self.alg and ("kid" not in j.header or j.header["kid"] == self.kid)

    def signed(self, j):
        return self.key.verifies(self.alg, j.input, j.signature)

    def exact(self, j):
        return self.names_own(j) and self.signed(j)

    def names_alg(self, j):
        return j.alg == self.alg

    def unknown_kid(self, j):
        return "kid" in j.header and j.header["kid"] != self.kid


HEADER_TYPES = {"cty": str, "jku": str, "x5u": str, "x5t": str, "x5t#S256": str, "jwk": dict, "x5c": list}


def typ(header):
    value = header.get("typ", "JWT")
    return isinstance(value, str) and value.lower() in ("jwt", "application/jwt")


def header_members(s, j):
    """Every header rule apart from alg and kid: RFC 7515 sections 4.1.2 to 4.1.11, RFC 7797 section 7."""
    h = j.header
    return not any(name in h for name in ("crit", "b64", "enc", "zip")) and typ(h) \
        and all(name not in h or type(h[name]) is kind for name, kind in HEADER_TYPES.items())


def issuer(s, claims):
    return claims.get("iss") == s.issuer if s.issuer is not None else type(claims.get("iss", "")) is str


def audience(s, claims):
    aud = claims.get("aud")
    texts = [aud] if isinstance(aud, str) else aud
    if aud is None and s.audience is None:
        return "aud" not in claims
    return type(texts) is list and all(type(t) is str for t in texts) and (s.audience is None or s.audience in texts)


def times(s, claims):
    """Numbers all; not on or after exp, not before nbf (RFC 7519 sections 4.1.4 to 4.1.6)."""
    if any(name in claims and type(claims[name]) not in (int, float) for name in ("iat", "exp", "nbf")):
        return False
    now = time.time()
    return now < claims.get("exp", now + 1) and now >= claims.get("nbf", now)


def hold(s, j, *rules):
    claims = strict_object(j.payload)
    return all(rule(s, claims) for rule in rules)


COPIED = ("iss", "sub", "aud", "exp", "nbf", "iat", "jti")


def all_claims(s, j):
    claims = strict_object(j.payload)
    agree = all(name not in j.header or same(j.header[name], claims.get(name)) for name in COPIED)
    texts = all(type(claims.get(name, "")) is str for name in ("sub", "jti"))
    return agree and texts and issuer(s, claims) and audience(s, claims) and times(s, claims)


def same(a, b):
    """Equal in value and type: to Python, 1 is True."""
    return json.dumps(a) == json.dumps(b)


class Rules:
    def __init__(self, authentic=Setup.exact, read=compact, header=header_members, claims=all_claims):
        self.authentic, self.read, self.header, self.claims = authentic, read, header, claims

    def verifier(self, setup):
        def verify(token):
            j = self.read(token)
            # The cheapest first: some of the mathematics below takes milliseconds.
            for name, rule in (("header", self.header), ("claims", self.claims), ("signature", self.authentic)):
                if not rule(setup, j):
                    raise Refused("the " + name)
            return j.claims_or_none()
        return verify


def segments_of(header_bytes, payload):
    return encode(header_bytes) + "." + encode(payload)
