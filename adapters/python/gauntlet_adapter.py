"""The adapter protocol of jwt-gauntlet, version 1, for a verifier written in Python. Standard library only.

    from gauntlet_adapter import Unsupported, serve

    def configure(trust):                 # called for each key and policy; see Trust
        if trust.algorithm != "RS256":
            raise Unsupported(trust.algorithm + " is not implemented")
        def verify(token):                # returns the claims (None if the library gives none), raises to refuse
            return my_library.decode(token, trust.key_text)
        return verify

    serve("my_library", "1.2.3", configure)
"""
import base64
import json
import os
import sys


class Unsupported(Exception):
    """Raised by `configure`: the library cannot do this, and str(self) says why. No finding, the case is skipped."""


class Trust:
    """What the verifier is to trust. Whatever was not sent is None."""

    def __init__(self, message):
        key = message.get("key") or {}
        own = message.get("decryption") or {}
        secret = key.get("secret_base64url")
        self.algorithm = message.get("algorithm")
        self.algorithms = message.get("algorithms")     # the operator's list, if it is longer than one
        self.jwk = key.get("jwk")                # dict; public members only, unless kty is oct
        self.pem = key.get("pem")                # SubjectPublicKeyInfo, asymmetric keys only
        self.text = key.get("text")              # the very text that the operator holds, when it is not `pem`
        self.secret = None if secret is None else base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        self.kid = message.get("kid")
        self.issuer = message.get("issuer")
        self.audience = message.get("audience")
        self.decryption_jwk = own.get("jwk")     # the verifier's own private key, for encrypted tokens
        self.decryption_pem = own.get("pem")

    @property
    def key_text(self):
        """The text to hand to the library unchanged: `text` if there is one, else `pem`. None for a plain secret."""
        return self.pem if self.text is None else self.text


def serve(name, version, configure):
    """Answers every line of stdin on stdout until end of input, then returns."""
    out = os.dup(1)
    os.dup2(2, 1)               # whatever the library prints, even from C, goes to stderr and not among the answers
    sys.stdout = sys.stderr
    verify = _unconfigured
    try:
        for lines in _batches():
            answers = []
            for line in lines:
                message = json.loads(line.decode("utf-8", "surrogatepass"))
                if message.get("type") == "configure":
                    verify, answer = _configure(name, version, configure, message)
                elif message.get("type") == "verify":
                    answer = _verdict(verify, message)
                else:
                    print("ignored, unknown type: %.200r" % line, file=sys.stderr)
                    continue
                answers.append(answer)
            _write(out, "".join(answer + "\n" for answer in answers).encode("ascii"))
    except (BrokenPipeError, KeyboardInterrupt):    # the harness is gone, or the user pressed Ctrl-C
        sys.exit(1)


def stop(why):
    """The adapter cannot run at all: says why on stderr and exits 2."""
    print("%s: %s" % (os.path.basename(sys.argv[0]), why), file=sys.stderr)
    sys.exit(2)


def setup(names=("pinned", "lax", "by-kid")):
    """The set-up named on the command line, by default the first of `names`."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else names[0]
    if chosen not in names:
        stop("unknown set-up %r, choose one of %s" % (chosen, ", ".join(names)))
    return chosen


def _batches():
    """Yields the complete lines of each chunk. Waiting for a full buffer would deadlock: the harness waits as well."""
    parts = []                  # of a line that has not ended yet; joined once, so a huge token costs linear time
    for chunk in iter(lambda: os.read(0, 1 << 16), b""):
        head, newline, tail = chunk.rpartition(b"\n")
        if not newline:
            parts.append(chunk)
            continue
        parts.append(head)
        yield [line for line in b"".join(parts).split(b"\n") if line.strip()]
        parts = [tail]
    if b"".join(parts).strip():
        yield [b"".join(parts)]


def _write(out, data):
    view = memoryview(data)
    while view:
        view = view[os.write(out, view):]           # a pipe may take only a part


def _configure(name, version, configure, message):
    try:
        if message.get("protocol") != 1:
            raise Unsupported("this adapter speaks protocol 1, not %r" % message.get("protocol"))
        verify = configure(Trust(message))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:                  # the library refuses this key: an answer, too
        reason = str(error) if isinstance(error, Unsupported) else _describe(error)
        return _unconfigured, json.dumps({"type": "unsupported", "reason": reason})
    return verify, json.dumps({"type": "ready", "name": name, "version": version})


def _verdict(verify, message):
    verdict = {"type": "verdict", "id": message.get("id"), "accepted": False}
    try:
        claims = verify(message.get("token"))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:                  # RecursionError, and panics of Rust extensions (BaseException), are refusals
        verdict["error"] = type(error).__name__
        return json.dumps(verdict)
    verdict["accepted"] = True
    return _with_claims(verdict, claims) if claims is not None else json.dumps(verdict)


def _with_claims(verdict, claims):
    """Claims may hold what JSON cannot: an acceptance must be told all the same, if need be without them."""
    try:
        try:
            return json.dumps(dict(verdict, claims=claims), default=str, allow_nan=False)
        except ValueError:                          # NaN and Infinity become texts
            claims = json.loads(json.dumps(claims, default=str), parse_constant=str)
            return json.dumps(dict(verdict, claims=claims))
    except Exception:                               # nested too deep, circular, too many digits, keys that are no text, …
        return json.dumps(verdict)


def _unconfigured(token):
    raise Unsupported("no key is configured")


def _describe(error):
    try:
        return "%s: %s" % (type(error).__name__, error)
    except Exception:                               # an error whose own text fails
        return type(error).__name__
