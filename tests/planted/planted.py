"""A verifier with one planted hole, as an adapter: python3 planted.py HOLE

The holes are those of the deliberately vulnerable verifiers (`jwt-gauntlet list --targets`) that one token can fell under the usual key. `sound` has none; `--list` names all.
Needs the package cryptography. Nobody should trust a token because of this.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "..", "adapters", "python"))

import confusion
import keys
import mathematics
import unsigned
from gauntlet_adapter import Unsupported, serve, stop
from verifier import Rules, Setup

HOLES = {"sound": Rules(), **unsigned.HOLES, **confusion.HOLES, **mathematics.HOLES}


def configure(trust):
    if trust.text is not None or trust.algorithms:
        raise Unsupported("keys are taken as JWK and for one algorithm only")
    setup = Setup(trust)
    reason = keys.weakness(setup.key, trust.algorithm)
    if reason:
        raise Unsupported(reason)
    return HOLES[name].verifier(setup)


name = sys.argv[1] if len(sys.argv) > 1 else "sound"
if name == "--list":
    print("\n".join(HOLES))
elif name in HOLES:
    serve("planted/" + name, "1", configure)
else:
    stop("there is no hole %r; --list names them" % name)
