"""authlib.jose.jwt.decode(token, pem), then claims.validate(): the module's ready object, algorithms as it comes."""
from authlib.jose import jwt
from shared import addressed, key_of, serve, version


def configure(trust):
    def verify(token):
        claims = jwt.decode(token, key_of(trust))
        claims.validate()
        return addressed(dict(claims), trust)

    return verify


serve("Authlib", version("authlib"), configure)
