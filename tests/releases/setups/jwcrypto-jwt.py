"""jwt.JWT(key=keys, jwt=token) without algs; the keys include the operator's own private key, if there is one."""
import json

from jwcrypto import jwk, jwt
from shared import serve, version


def configure(trust):
    key = jwk.JWK(**{"kid": trust.kid, **trust.jwk} if trust.kid is not None else trust.jwk)
    if trust.decryption_jwk is not None:
        issuer, key = key, jwk.JWK(**trust.decryption_jwk)
        if key.thumbprint() != issuer.thumbprint():     # the operator does not sign its own tokens: a set of both keys
            own, key = key, jwk.JWKSet()
            key.add(issuer)
            key.add(own)
    wanted = {"exp": None}
    if trust.issuer is not None:
        wanted["iss"] = trust.issuer
    if trust.audience is not None:
        wanted["aud"] = trust.audience
    return lambda token: json.loads(jwt.JWT(key=key, jwt=token, check_claims=wanted).claims)


serve("jwcrypto", version("jwcrypto"), configure)
