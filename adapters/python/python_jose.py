"""python-jose as a target: python3 python_jose.py [pinned|lax|by-kid]

pinned   jwt.decode(token, key, algorithms=[alg], issuer=…, audience=…) as its README shows
lax      the same without a list of algorithms, which python-jose takes as: whatever the token says
by-kid   as lax, and the key is looked up by the token's kid: an unknown kid gives None
"""
from gauntlet_adapter import Unsupported, serve, setup, stop

try:
    from importlib.metadata import version
    from jose import jwk, jwt
    from jose.constants import ALGORITHMS
except ImportError as error:
    stop("needs python-jose: pip install 'python-jose[cryptography]'   (%s)" % error)

SETUP = setup()
IMPLEMENTED = ALGORITHMS.HMAC | ALGORITHMS.RSA_DS | ALGORITHMS.EC_DS \
    if hasattr(ALGORITHMS, "RSA_DS") else ALGORITHMS.SUPPORTED      # releases before 3.3 knew no encryption


def configure(trust):
    if trust.algorithm not in IMPLEMENTED:
        raise Unsupported("python-jose does not implement %s" % trust.algorithm)
    if SETUP == "pinned" and trust.secret == b"":
        raise Unsupported("the application refuses an empty secret")
    key = trust.secret if trust.key_text is None else trust.key_text
    if trust.text is None:                  # what becomes of an odd key text shows only when a token comes
        jwk.construct(key, trust.algorithm)
    algorithms = [trust.algorithm] if SETUP == "pinned" else trust.algorithms
    keys = {trust.kid: key}
    # python-jose refuses an aud that nobody asked for; an operator without an audience has to say so.
    options = {"verify_aud": trust.audience is not None}

    def verify(token):
        used = keys.get(jwt.get_unverified_header(token).get("kid")) if SETUP == "by-kid" else key
        return jwt.decode(token, used, algorithms=algorithms, options=options,
                          issuer=trust.issuer, audience=trust.audience)

    return verify


serve("python-jose", version("python-jose"), configure)
