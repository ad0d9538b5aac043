"""Holes in the signature schemes themselves, and in the rules on claims and header of what the issuer did sign."""
import base64
import hashlib
import time

import curve25519 as curve
import keys
from keys import CURVES, Key, SHA, bits_of, family, info, pkcs1, pss
from verifier import Rules, audience, header_members, hold, issuer, loose, strict_object, times

HASHES = {name: getattr(hashlib, name) for name in ("sha256", "sha384", "sha512", "sha1", "md5", "sha224")}


def or_exact(rule):
    return lambda s, j: s.exact(j) or rule(s, j)


def of_key(kty, rule):
    """A rule for keys of that type, where the header names the configured algorithm."""
    return or_exact(lambda s, j: s.key.kty == kty and s.names_alg(j) and rule(s, j))


def tag(s, j):
    return keys.mac(s.key.secret, bits_of(s.alg), j.input)


def cut(*parts):
    return of_key("oct", lambda s, j: j.has_mac(*(part(s.key.secret) for part in parts)))


def juggled(s, j):
    for text in (j.text, j.bytes.decode("utf-8", "replace")):
        digits = text[2:] if text[:2].lower() == "0e" else None
        if digits is not None and (digits == "" or digits.isascii() and digits.isdigit()) or text in ("true", "[]", '[""]', "null"):
            return True
        try:
            if float(text) == 0 and "_" not in text:
                return True
        except ValueError:
            pass
    return False


def readings(secret):
    b64 = base64.b64encode(secret)
    yield from (b64, b64.rstrip(b"="), base64.urlsafe_b64encode(secret).rstrip(b"="), secret.hex().encode(), secret.hex().upper().encode())
    yield from (secret + b"\n", secret + b"\r\n", secret.strip(b"\0 \t\r\n"), bytes(b for c in secret for b in (c, 0)))
    yield from (hasher(secret).digest() for hasher in SHA.values())
    for decoder in (base64.b64decode, base64.urlsafe_b64decode, bytes.fromhex):
        try:
            yield decoder(secret.decode() + ("" if decoder is bytes.fromhex else "=" * (-len(secret) % 4)))
        except ValueError:
            pass


def any_hash(s, j):
    names = {16: ["md5"], 20: ["sha1"]}.get(len(j.bytes), ["sha256", "sha384", "sha512"])
    tags = (keys.hmac.digest(s.key.secret, j.input, name) for name in names)
    return len(j.bytes) >= 16 and any(t.startswith(j.bytes) for t in tags)


def der_pair(data):
    """Two integers of a SEQUENCE, whatever the lengths say."""
    if data[:1] != b"\x30" or len(data) < 8:
        return None
    body, numbers = data[3 if data[1] == 0x81 else 4 if data[1] == 0x82 else 2:], []
    for _ in range(2):
        if len(body) < 2 or body[0] != 2:
            return None
        numbers.append(int.from_bytes(body[2:2 + body[1]], "big"))
        body = body[2 + body[1]:]
    return numbers


def halves(data, at=None):
    at = len(data) // 2 if at is None else at
    return [int.from_bytes(data[:at], "big"), int.from_bytes(data[at:], "big")]


def numbers(j):
    return der_pair(j.bytes) or halves(j.bytes)


def psychic(s, j):
    """No range check: any curve that the header names, and any key, since it drops out."""
    order = next((order for *_, alg, order in CURVES.values() if alg == j.alg), None)
    return order is not None and not j.unsigned and all(number % order == 0 for number in numbers(j))


def scalar(test):
    return of_key("EC", lambda s, j: not j.unsigned and test(*numbers(j), s.key.order))


def any_encoding(s, j):
    data, width = j.bytes, s.key.width
    pairs = [der_pair(data)] + [halves(data[:2 * at], at) for at in (len(data) // 2, (len(data) + 1) // 2, width, width + 1)]
    reverse = halves(data[:len(data) // 2][::-1] + data[len(data) // 2:][::-1])
    orders = [order for pair in pairs + [reverse] if pair for order in (pair, pair[::-1])]
    return any(s.key.ecdsa(bits_of(s.alg), j.input, *order) for order in orders if all(0 < n < s.key.order for n in order))


def malformed(s, j):
    """Three answers, good, bad and "could not be tried", and only bad is zero."""
    data, key = j.signature, s.key
    if data is None:
        return True
    if key.kty == "EC":
        return len(data) != 2 * key.width or any(n == 0 or n >= key.order for n in halves(data))
    if key.kty == "RSA":
        return len(data) != key.size or int.from_bytes(data, "big") >= key.n
    return len(data) != 64 or data[63] & 0xe0 if key.kty == "OKP" else len(data) != bits_of(s.alg) // 8


def unbounded(s, j):
    reduced = int.from_bytes(j.bytes[32:], "little") % curve.ORDER
    return len(j.bytes) == 64 and s.key.ed25519(j.input, j.bytes[:32] + reduced.to_bytes(32, "little"))


def variant(s, j):
    """Ed25519ph and Ed25519ctx (RFC 8032 section 5.1), the context guessed."""
    digest = hashlib.sha512(j.input).digest()
    prefix = lambda flag, context: b"SigEd25519 no Ed25519 collisions" + bytes([flag, len(context)]) + context
    tried = [(b"", digest)]
    for context in (b"", b"JWT", b"jwt", b"JWS", b"jws", b"foo"):
        tried += [(prefix(1, context), digest), (prefix(0, context), j.input)]
    return len(j.bytes) == 64 and curve.verifies(s.key.x, j.bytes, tried, 1)


def small_order(s, j):
    value = j.header.get("jwk")
    key = Key(value) if j.known == "EdDSA" and isinstance(value, dict) and value.get("crv") == "Ed25519" else None
    return key is not None and len(j.bytes) == 64 and curve.verifies(key.x, j.bytes, [(b"", j.input)], 8)


def message(rule):
    """A rule about what an RS* signature of the right length holds."""
    def found(s, j):
        if s.alg[:2] != "RS" or len(j.bytes) != s.key.size:
            return False
        return rule(s.key.recovered(j.bytes), SHA[bits_of(s.alg)](j.input).digest(), info("sha%d" % bits_of(s.alg), b""), j.input)
    return of_key("RSA", found)


def unpadded(m, least):
    """What stands behind 00 01 FF… 00."""
    rest = m[2:].lstrip(b"\xff")
    return rest[1:] if m[:2] == b"\0\1" and rest[:1] == b"\0" and len(m) - 2 - len(rest) >= least else b""


def element(data):
    """Content of a BER element, whatever its tag, and what follows it."""
    count = data[1] & 0x7f if data[1] > 0x80 else 0
    length = int.from_bytes(data[2:2 + count], "big") if count else data[1]
    start = 2 + count
    return (data[start:start + length], data[start + length:]) if len(data) >= start + length else (b"", b"")


def lax_digest(data):
    try:
        body, _ = element(data)
        _, rest = element(body)
        return element(rest)[0] if rest[0] == 4 else None
    except IndexError:
        return None


def any_digest(m, digest, name, data):
    rest = unpadded(m, 8)
    return any(d in (rest, lax_digest(rest)) for d in (hasher(data).digest() for hasher in HASHES.values()))


def buffer(s, j):
    return s.key.textbook(s.alg, j.input, j.bytes[:s.key.size].ljust(s.key.size, b"\0"))


def fixed_point(s, j):
    number = int.from_bytes(j.bytes, "big") % s.key.n
    return not j.unsigned and (number < 2 or number == s.key.n - 1)


def pss_with(**lax):
    def found(s, j):
        hasher, own = lax.get("hashers", [SHA[bits_of(s.alg)]]), bits_of(s.alg) // 8
        message = s.key.recovered(j.bytes) if s.alg[:2] == "PS" else b""
        maskers = lax.get("maskers", [None])
        salt, ends = (None if "hashers" in lax or "maskers" in lax or "salt" in lax else own), lax.get("ends", True)
        return any(pss(message, s.key.n.bit_length(), j.input, h, m, salt, ends) for h in hasher for m in maskers)
    return of_key("RSA", found)


FIVE = [HASHES[name] for name in ("sha1", "md5", "sha256", "sha384", "sha512")]


def twin(s, j):
    return s.alg[:2] == "PS" and s.key.verifies("RS" + s.alg[2:], j.input, j.signature)


def odd_types_skipped(s, j):
    claims = j.claims_or_none()
    number = lambda name, other: claims[name] if type(claims.get(name)) in (int, float) else other
    text = lambda name, wanted: not isinstance(claims.get(name), str) or wanted is None or claims[name] == wanted
    now = time.time()
    return text("iss", s.issuer) and text("aud", s.audience) and now < number("exp", now + 1) and now >= number("nbf", now)


def texts_overlap(s, j):
    claims = strict_object(j.payload)

    def near(name, wanted):
        value = claims.get(name)
        texts = [t.lower() for t in (value if isinstance(value, list) else [value]) if isinstance(t, str)]
        return wanted is None or any(t in wanted.lower() or wanted.lower() in t for t in texts)
    return near("iss", s.issuer) and near("aud", s.audience) and times(s, claims)


def any_json(s, j):
    claims = keys.json.loads(j.payload)
    return not isinstance(claims, dict) or issuer(s, claims) and audience(s, claims) and times(s, claims)


def claims(*rules):
    return Rules(claims=lambda s, j: hold(s, j, *rules))


def without_typ(s, j):
    j.header = {name: value for name, value in j.header.items() if name != "typ"}
    return header_members(s, j)


HOLES = {
    "error-is-success": Rules(or_exact(lambda s, j: s.names_alg(j) and malformed(s, j)), loose),
    "mac-prefix": Rules(of_key("oct", lambda s, j: tag(s, j).startswith(j.bytes)), loose),
    "mac-tail": Rules(of_key("oct", lambda s, j: j.bytes.startswith(tag(s, j)))),
    "mac-loose": Rules(or_exact(lambda s, j: s.names_alg(j) and juggled(s, j)), loose),
    "mac-zero": Rules(or_exact(lambda s, j: j.bytes and not any(j.bytes))),
    "secret-empty": Rules(or_exact(lambda s, j: j.has_mac(""))),
    "secret-to-length": Rules(cut(*(lambda secret, n=n: secret[:n] if len(secret) >= n else secret for n in (8, 16, 24, 32, 48, 64, 72)))),
    "secret-guessed": Rules(of_key("oct", lambda s, j: j.has_mac(*readings(s.key.secret)))),
    "mac-hash-guessed": Rules(of_key("oct", any_hash)),
    "ecdsa-psychic": Rules(or_exact(psychic)),
    "ecdsa-infinity-compared": Rules(scalar(lambda r, s, order: s % order == 0)),
    "ecdsa-infinity-absorbs": Rules(scalar(lambda r, s, order: r % order == 0)),
    "ecdsa-inverse-of-one": Rules(scalar(lambda r, s, order: s % order in (1, order - 1))),
    "ecdsa-any-encoding": Rules(of_key("EC", any_encoding)),
    "eddsa-unbounded": Rules(of_key("OKP", unbounded)),
    "eddsa-tail": Rules(of_key("OKP", lambda s, j: len(j.bytes) > 64 and s.key.ed25519(j.input, j.bytes[:64]))),
    "eddsa-cofactor": Rules(of_key("OKP", lambda s, j: len(j.bytes) == 64 and curve.verifies(s.key.x, j.bytes, [(b"", j.input)], 8))),
    "eddsa-embedded-small-order": Rules(or_exact(small_order)),
    "eddsa-variants": Rules(of_key("OKP", variant)),
    "rsa-digest-at-end": Rules(message(lambda m, digest, name, data: m.endswith(digest))),
    "rsa-digest-anywhere": Rules(message(lambda m, digest, name, data: digest in m)),
    "rsa-trailing": Rules(message(lambda m, digest, name, data: unpadded(m, 0).startswith(name + digest))),
    "rsa-padding-skipped": Rules(message(lambda m, digest, name, data: name + digest in m)),
    "rsa-digest-info": Rules(message(lambda m, digest, name, data: lax_digest(unpadded(m, 0)) == digest)),
    "rsa-hash-chosen": Rules(message(any_digest)),
    "rsa-unbounded": Rules(of_key("RSA", lambda s, j: not j.unsigned and s.key.textbook(s.alg, j.input, j.bytes))),
    "rsa-cut": Rules(of_key("RSA", buffer)),
    "rsa-fixed-points": Rules(of_key("RSA", fixed_point)),
    "pss-salt": Rules(pss_with(salt=None)),
    "pss-mask": Rules(pss_with(maskers=FIVE)),
    "pss-ends": Rules(pss_with(ends=False)),
    "pss-or-pkcs1": Rules(of_key("RSA", twin)),
    "pss-hash": Rules(pss_with(hashers=FIVE)),
    "times-ignored": claims(issuer, audience),
    "audience-ignored": claims(issuer, times),
    "issuer-ignored": claims(audience, times),
    "odd-types-skipped": Rules(claims=odd_types_skipped),
    "texts-overlap": Rules(claims=texts_overlap),
    "any-json": Rules(claims=any_json),
    "typ-ignored": Rules(header=without_typ),
}
