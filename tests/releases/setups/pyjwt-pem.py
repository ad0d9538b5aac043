"""jwt.decode(token, pem, algorithms=[alg], issuer=…, audience=…), the documented usage."""
import jwt
from shared import key_of, serve, version


def configure(trust):
    return lambda token: jwt.decode(
        token, key_of(trust), algorithms=[trust.algorithm], issuer=trust.issuer, audience=trust.audience)


serve("PyJWT", version("PyJWT"), configure)
