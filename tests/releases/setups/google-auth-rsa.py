"""google.auth.jwt.decode over the rsa package, which serves when cryptography is not installed. The key is PKCS#1 PEM."""
import base64

base64.decodestring = base64.decodebytes    # the name that rsa 3 calls, gone since Python 3.9

from google.auth import jwt  # noqa: E402
from shared import addressed, pkcs1, serve, version  # noqa: E402


def configure(trust):
    key = pkcs1(trust)
    return lambda token: addressed(dict(jwt.decode(token, certs=key, audience=trust.audience)), trust)


serve("rsa", version("rsa"), configure)
