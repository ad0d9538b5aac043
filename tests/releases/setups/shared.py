"""What the set-ups share: the protocol, the release under test, and the work that an operator does around a bare library.

Nothing here knows of attacks. No script in this folder may have the name of a package: it would be imported in its place.
"""
import base64
import importlib.metadata
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "adapters" / "python"))
from gauntlet_adapter import Unsupported, serve  # noqa: E402, F401

version = importlib.metadata.version


def key_of(trust):
    """The key as these libraries take it: the text that the operator holds, or the bytes of the secret."""
    return trust.secret if trust.key_text is None else trust.key_text


def pkcs1(trust):
    """The RSA key as `BEGIN RSA PUBLIC KEY`, as `openssl rsa -RSAPublicKey_out` writes it."""
    if trust.text is not None:
        return trust.text
    if trust.jwk.get("kty") != "RSA":
        raise Unsupported("only RSA keys have this form")
    spki = base64.b64decode("".join(line for line in trust.pem.splitlines() if not line.startswith("-----")))
    outer, _ = _der(spki)           # SubjectPublicKeyInfo ::= SEQUENCE { algorithm, BIT STRING }
    _, bits = _der(outer)
    body, _ = _der(bits)
    text = base64.b64encode(body[1:]).decode()      # the first byte counts the unused bits, always 0
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN RSA PUBLIC KEY-----", *lines, "-----END RSA PUBLIC KEY-----", ""])


def openssh(trust):
    """The EC key as a line of OpenSSH, without comment and without line end."""
    if trust.text is not None:
        return trust.text
    curve = {"P-256": b"nistp256", "P-384": b"nistp384", "P-521": b"nistp521"}.get(trust.jwk.get("crv"))
    if curve is None:
        raise Unsupported("OpenSSH has no line for this key")
    point = b"\4" + _bytes(trust.jwk["x"]) + _bytes(trust.jwk["y"])
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ecdsa-sha2-" + curve, curve, point))
    return "ecdsa-sha2-%s %s" % (curve.decode(), base64.b64encode(blob).decode())


def jwk_text(trust):
    """The JWK as compact JSON, members in the order in which they came."""
    return json.dumps(trust.jwk, separators=(",", ":")) if trust.text is None else trust.text


def checked(claims, trust):
    """The application's own checks, for libraries that leave the claims to it."""
    if isinstance(claims, (str, bytes)):
        claims = json.loads(claims)
    now = time.time()
    if not _is_number(claims.get("exp")) or claims["exp"] <= now:
        raise ValueError("expired")
    if "nbf" in claims and not (_is_number(claims["nbf"]) and claims["nbf"] <= now):
        raise ValueError("not yet valid")
    return addressed(claims, trust)


def addressed(claims, trust):
    """Issuer and audience alone, for libraries that check the times."""
    if trust.issuer is not None and claims.get("iss") != trust.issuer:
        raise ValueError("wrong issuer")
    audiences = claims.get("aud")
    if trust.audience is not None and trust.audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise ValueError("wrong audience")
    return claims


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _der(data):
    """The content of the first DER element, and what follows it."""
    size, start = data[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[2:start], "big")
    return data[start:start + size], data[start + size:]
