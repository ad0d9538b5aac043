"""jwt.decode with all default algorithms, where the operator holds the EC key as a line of OpenSSH."""
import jwt
from shared import openssh, serve, version


def configure(trust):
    key = openssh(trust)
    algorithms = list(jwt.algorithms.get_default_algorithms())
    return lambda token: jwt.decode(token, key, algorithms=algorithms, issuer=trust.issuer, audience=trust.audience)


serve("PyJWT", version("PyJWT"), configure)
