"""PyJWT as a target: python3 pyjwt.py [pinned|lax|by-kid]

pinned   jwt.decode(token, key, algorithms=[…]) as its README shows
lax      the same with every algorithm that PyJWT implements allowed, so that the token chooses
by-kid   as lax, and the key is looked up by the token's kid: an unknown kid gives None
"""
from gauntlet_adapter import Unsupported, serve, setup, stop

try:
    import jwt
    from importlib.metadata import version
    from jwt.algorithms import get_default_algorithms
except ImportError as error:
    stop("needs PyJWT: pip install 'PyJWT[crypto]'   (%s)" % error)

SETUP = setup()
IMPLEMENTED = get_default_algorithms()      # without the package cryptography, only HMAC and none


def configure(trust):
    if trust.algorithm not in IMPLEMENTED:
        raise Unsupported("PyJWT does not implement %s" % trust.algorithm)
    key = trust.secret if trust.key_text is None else trust.key_text
    # An odd key text that this algorithm cannot load may still serve another that a token chooses: let the tokens tell.
    if SETUP == "pinned" or trust.text is None:
        IMPLEMENTED[trust.algorithm].prepare_key(key)
    algorithms = [trust.algorithm] if SETUP == "pinned" else trust.algorithms or sorted(IMPLEMENTED)
    keys = {trust.kid: key}
    # PyJWT refuses an aud that nobody asked for; an operator without an audience has to say so.
    options = {"verify_aud": trust.audience is not None}

    def verify(token):
        used = keys.get(jwt.get_unverified_header(token).get("kid")) if SETUP == "by-kid" else key
        return jwt.decode(token, used, algorithms=algorithms, options=options,
                          issuer=trust.issuer, audience=trust.audience)

    return verify


serve("PyJWT", version("PyJWT"), configure)
