"""python_jwt.verify_jwt(token, key, [alg]); checks_optional because the tokens come from an issuer that sets no nbf."""
import python_jwt
from jwcrypto.jwk import JWK
from shared import addressed, key_of, serve, version


def configure(trust):
    key = JWK(**trust.jwk) if trust.secret is not None else JWK.from_pem(key_of(trust).encode())
    return lambda token: addressed(
        python_jwt.verify_jwt(token, key, [trust.algorithm], checks_optional=True)[1], trust)


serve("python-jwt", version("python-jwt"), configure)
