"""jwt.decode(token, pem) where the operator holds `BEGIN RSA PUBLIC KEY`; algorithms left out, as documented then."""
import collections
import collections.abc

# Releases of that time look for these where Python 3.10 has them no more.
for name in ("Iterable", "Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))

import jwt  # noqa: E402
from shared import pkcs1, serve, version  # noqa: E402


def configure(trust):
    key = pkcs1(trust)
    return lambda token: jwt.decode(token, key, issuer=trust.issuer, audience=trust.audience)


serve("PyJWT", version("PyJWT"), configure)
