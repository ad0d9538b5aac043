"""jwe.JWE().deserialize(token, key) with a symmetric key, claims checked by the application."""
from jwcrypto import jwe, jwk
from shared import checked, serve, version


def configure(trust):
    key = jwk.JWK(kty="oct", k=(trust.decryption_jwk or trust.jwk)["k"])

    def verify(token):
        message = jwe.JWE()
        message.deserialize(token, key)
        return checked(message.payload, trust)

    return verify


serve("jwcrypto", version("jwcrypto"), configure)
