"""jwcrypto as a target: python3 jwcrypto_jwt.py [pinned|lax|by-kid]

pinned   JWT(jwt=token, key=key, algs=[alg], check_claims=…) as its documentation shows
lax      the same without algs: the token chooses among the algorithms that jwcrypto allows by default
by-kid   as lax, and the key is looked up by the token's kid: an unknown kid gives None

jwcrypto looks at exp and nbf by itself only as long as check_claims is not used. With it, each claim named must be
there: exp is, nbf cannot be named without refusing every token that has none. Hence nobody looks at nbf here.
"""
import base64
import json

from gauntlet_adapter import Unsupported, serve, setup, stop

try:
    from importlib.metadata import version
    from jwcrypto import jwk, jws, jwt
except ImportError as error:
    stop("needs jwcrypto: pip install jwcrypto   (%s)" % error)

SETUP = setup()


def configure(trust):
    if trust.algorithm not in jws.default_allowed_algs:
        raise Unsupported("jwcrypto does not implement %s" % trust.algorithm)
    if trust.key_text is not None:
        key = jwk.JWK.from_pem(trust.key_text.encode("utf-8"))
    else:
        key = jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(trust.secret).rstrip(b"=").decode())
    keys = {trust.kid: key}
    algs = [trust.algorithm] if SETUP == "pinned" else trust.algorithms
    check_claims = {"exp": None}            # None: there, and not over
    check_claims.update((name, value) for name, value in (("iss", trust.issuer), ("aud", trust.audience))
                        if value is not None)

    def verify(token):
        # With no key at all, JWT() reads without verifying; asking it for the claims then fails.
        used = keys.get(jwt.JWT(jwt=token).token.jose_header.get("kid")) if SETUP == "by-kid" else key
        return json.loads(jwt.JWT(jwt=token, key=used, algs=algs, check_claims=check_claims).claims)

    return verify


serve("jwcrypto", version("jwcrypto"), configure)
