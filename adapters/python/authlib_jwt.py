"""Authlib's authlib.jose as a target: python3 authlib_jwt.py [pinned|lax|by-kid]

pinned   JsonWebToken([alg]).decode(token, key, claims_options=…), then claims.validate(), as its documentation shows
lax      the ready-made authlib.jose.jwt, which lets the token choose among the algorithms that Authlib allows by default
by-kid   as lax, with a key callback that looks the token's kid up: an unknown kid gives None
"""
from gauntlet_adapter import Unsupported, serve, setup, stop

try:
    from importlib.metadata import version
    from authlib.jose import JsonWebSignature, JsonWebToken, jwt
except ImportError as error:
    stop("needs Authlib: pip install Authlib   (%s)" % error)

SETUP = setup()
IMPLEMENTED = JsonWebSignature.ALGORITHMS_REGISTRY


def configure(trust):
    if trust.algorithm not in IMPLEMENTED:
        raise Unsupported("Authlib does not implement %s" % trust.algorithm)
    key = trust.secret if trust.key_text is None else trust.key_text
    if trust.text is None:                  # what becomes of an odd key text shows only when a token comes
        IMPLEMENTED[trust.algorithm].prepare_key(key)
    decoder = JsonWebToken([trust.algorithm] if SETUP == "pinned" else trust.algorithms) \
        if SETUP == "pinned" or trust.algorithms else jwt
    keys = {trust.kid: key}

    def by_kid(header, payload):
        return keys.get(header.get("kid"))

    claims_options = {name: {"essential": True, "value": value}
                      for name, value in (("iss", trust.issuer), ("aud", trust.audience)) if value is not None}

    def verify(token):
        claims = decoder.decode(token, by_kid if SETUP == "by-kid" else key, claims_options=claims_options)
        claims.validate()
        return dict(claims)

    return verify


serve("Authlib", version("Authlib"), configure)
