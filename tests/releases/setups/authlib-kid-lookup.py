"""JsonWebSignature().deserialize_compact(token, keys.get(kid)): an unknown kid yields None."""
import base64
import json

from authlib.jose import JsonWebSignature
from shared import checked, key_of, serve, version


def configure(trust):
    keys = {trust.kid: key_of(trust)}

    def verify(token):
        header = token.split(".")[0]
        kid = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))).get("kid")
        return checked(JsonWebSignature().deserialize_compact(token, keys.get(kid))["payload"], trust)

    return verify


serve("Authlib", version("authlib"), configure)
