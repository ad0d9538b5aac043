"""The application holds the JWK as JSON text: parsed for RS256 tokens, handed over as text otherwise (it also has HS256 issuers)."""
import jwt
from shared import jwk_text, serve, version


def configure(trust):
    text = jwk_text(trust)
    parsed = jwt.PyJWK.from_json(text)

    def verify(token):
        key = parsed if jwt.get_unverified_header(token)["alg"] == "RS256" else text
        return jwt.decode(token, key, algorithms=["HS256", "RS256"], issuer=trust.issuer, audience=trust.audience)

    return verify


serve("PyJWT", version("PyJWT"), configure)
