"""JsonWebSignature().deserialize_json(token, pem), which deserialize() calls for a token that is JSON."""
from authlib.jose import JsonWebSignature
from shared import checked, key_of, serve, version


def configure(trust):
    return lambda token: checked(JsonWebSignature().deserialize(token, key_of(trust))["payload"], trust)


serve("Authlib", version("authlib"), configure)
