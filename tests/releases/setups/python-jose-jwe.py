"""jwe.decrypt(token, private_pem), claims checked by the application."""
from jose import jwe
from shared import Unsupported, checked, serve, version


def configure(trust):
    if trust.decryption_pem is None:
        raise Unsupported("needs the verifier's decryption key")
    return lambda token: checked(jwe.decrypt(token, trust.decryption_pem), trust)


serve("python-jose", version("python-jose"), configure)
