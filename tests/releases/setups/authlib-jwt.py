"""JsonWebToken([alg]).decode(token, pem), then claims.validate()."""
from authlib.jose import JsonWebToken
from shared import addressed, key_of, serve, version


def configure(trust):
    jwt = JsonWebToken([trust.algorithm])

    def verify(token):
        claims = jwt.decode(token, key_of(trust))
        claims.validate()
        return addressed(dict(claims), trust)

    return verify


serve("Authlib", version("authlib"), configure)
