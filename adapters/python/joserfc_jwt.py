"""joserfc as a target: python3 joserfc_jwt.py [pinned|lax|by-kid]

pinned   jwt.decode(token, key, algorithms=[alg]), then JWTClaimsRegistry(…).validate(claims), as its documentation shows
lax      every algorithm that joserfc implements, and the type of the key is guessed from its text
by-kid   as lax, with a typed key and a key callback that looks the token's kid up: an unknown kid gives None

`none` is never in the list: who puts it there asks for it, and joserfc obeys.
"""
from gauntlet_adapter import Unsupported, serve, setup, stop

try:
    from importlib.metadata import version
    from joserfc import jwk, jwt
    from joserfc.jws import JWSRegistry
except ImportError as error:
    stop("needs joserfc: pip install joserfc   (%s)" % error)

SETUP = setup()
IMPLEMENTED = sorted(set(JWSRegistry.algorithms) - {"none"})
CAN_GUESS = hasattr(jwk, "import_key")      # older releases want to be told the type
import_key = jwk.import_key if CAN_GUESS else jwk.JWKRegistry.import_key
KEY_TYPES = {"HS": "oct", "RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


def configure(trust):
    if trust.algorithm not in IMPLEMENTED:
        raise Unsupported("joserfc does not implement %s" % trust.algorithm)
    text = trust.secret if trust.key_text is None else trust.key_text
    key = import_key(text, None if SETUP == "lax" and CAN_GUESS else KEY_TYPES[trust.algorithm[:2]])
    keys = {trust.kid: key}

    def by_kid(token):
        return keys.get(token.headers().get("kid"))

    found = by_kid if SETUP == "by-kid" else key
    algorithms = [trust.algorithm] if SETUP == "pinned" else trust.algorithms or IMPLEMENTED
    registry = jwt.JWTClaimsRegistry(
        **{name: {"essential": True, "value": value}
           for name, value in (("iss", trust.issuer), ("aud", trust.audience)) if value is not None})

    def verify(token):
        claims = jwt.decode(token, found, algorithms=algorithms).claims
        registry.validate(claims)
        return claims

    return verify


serve("joserfc", version("joserfc"), configure)
