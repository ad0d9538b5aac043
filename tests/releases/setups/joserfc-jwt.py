"""jwt.decode(token, OctKey.import_key(secret), algorithms=[alg]), claims checked by the application."""
from joserfc import jwt
from joserfc.jwk import OctKey
from shared import checked, key_of, serve, version


def configure(trust):
    key = OctKey.import_key(key_of(trust))
    return lambda token: checked(jwt.decode(token, key, algorithms=[trust.algorithm]).claims, trust)


serve("joserfc", version("joserfc"), configure)
