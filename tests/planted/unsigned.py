"""Holes in taking a token apart, signatures that nobody looks at, `none`, and JSON serialisations."""
import json
import unicodedata

from verifier import Jws, Refused, Rules, Setup, compact, decode, loose, of, segments_of, typ

exact = Setup.exact
ignored = lambda s, j: True
FALSY = ["", "null", "undefined", "none", "None", "nil", "false", "0", "[]", "{}", "NaN"]
TWINS = str.maketrans("оοᵒօпᵎոеᵉЕОΟ", "oooonnneeeoo")


def two_or_three(token):
    return loose(token + "." if token.count(".") == 1 else token)


def cut_at_nul(token):
    return two_or_three(token.split("\0")[0].split("%00")[0])


def null_if_malformed(token):
    segments = token.split(".")
    if len(segments) == 3 and all(segments):
        return compact(token)
    payload = decode(segments[1]) if len(segments) > 1 else b""
    return Jws(b"{}", payload, "", "", header={}, whole="null")


def any_piece(token):
    first, *rest = token.split() or [""]
    j = loose(first)
    j.json = rest
    return j


def a_piece_is_signed(s, j):
    def good(piece):
        try:
            return s.exact(compact(piece))
        except Exception:
            return False
    return s.exact(j) or any(good(piece) for piece in j.json)


def last_three(token):
    return of(*token.split(".")[-3:])


def first_three(token):
    return of(*token.split(".")[:3])


def split_twice(token):
    j = last_three(token)
    j.payload = decode(token.split(".")[1])
    return j


def with_duplicates(token):
    """A header with duplicates, the last of them kept."""
    header, payload, signature = token.split(".")
    return of(header, payload, signature, dict(json.loads(decode(header))))


def any_header(token):
    """A header of any JSON; what is no object has no members."""
    header, payload, signature, *more = (token + "." * (token.count(".") == 1)).split(".")
    value = json.loads(decode(header))
    if more:
        raise Refused("segments")
    return of(header, payload, signature, value if isinstance(value, dict) else {})


def none_as(reading):
    return lambda s, j: s.exact(j) or j.unsigned and j.alg is not None and reading(j.alg) == "none"


def normalised(alg):
    """By compatibility, without what has no width, look-alikes of two more alphabets folded."""
    seen = (c for c in unicodedata.normalize("NFKC", alg) if unicodedata.category(c) not in ("Cf", "Mn", "Me"))
    return "".join(seen).translate(TWINS).lower()


def falsy_alg(s, j):
    return not j.header.get("alg") or s.exact(j)


def unknown_alg(s, j):
    return j.alg is not None and not j.known and j.alg.lower() != "none" or s.exact(j)


def two_algs(s, j):
    algs = [value for name, value in j.pairs() if name.lower() == "alg" and isinstance(value, str)]
    return s.alg in algs and any(alg.lower() == "none" for alg in algs) or s.exact(j)


def alg_in_claims(s, j):
    claims = j.claims_or_none()
    alg = claims.get("alg") if j.alg is None and isinstance(claims, dict) else None
    return isinstance(alg, str) and alg.lower() == "none" and j.unsigned or s.exact(j)


def entry_of(whole, entry):
    protected, signature = (entry.get(name) if isinstance(entry.get(name), str) else "" for name in ("protected", "signature"))
    header_bytes, payload = decode(protected) if protected else b"{}", decode(whole["payload"])
    header = json.loads(header_bytes)
    # The unprotected header wins, which RFC 7515 section 7.2.1 does not want to be possible.
    header.update(entry["header"] if isinstance(entry.get("header"), dict) else {})
    return Jws(header_bytes, payload, signature, protected + "." + whole["payload"], header, whole)


def entries(j):
    """Every signature of a JSON serialisation."""
    if j.json is None:
        return [j]
    items = j.json.get("signatures", [j.json])
    return [entry_of(j.json, item) for item in items if isinstance(item, dict)]


def serialised(token):
    """A JSON serialisation, flattened or general, or a compact one."""
    if not token.lstrip().startswith("{"):
        return two_or_three(token)
    whole = json.loads(token)
    items = whole.get("signatures")
    first = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else whole
    return entry_of(whole, first)


def no_signature_is_bad(s, j):
    items = (j.json or {}).get("signatures") or []
    signed = [item for item in items if isinstance(item, dict) and "signature" in item]
    return j.json is not None and "signature" not in j.json and not signed or s.exact(j)


def no_text_no_signature(s, j):
    items = [] if j.json is None else j.json.get("signatures", [j.json])
    return any(isinstance(item, dict) and not isinstance(item.get("signature"), str) for item in items) or s.exact(j)


def json_alg(s, j):
    if j.json is None:
        return s.exact(j)
    own = Jws(j.header_bytes, j.payload, j.text, segments_of(j.header_bytes, j.payload), j.header)
    return any(e.alg == "none" or e.has_mac("", s.pem) for e in [*entries(j), own])


HOLES = {
    "signature-ignored": Rules(ignored, two_or_three, ignored, ignored),
    "empty-signature": Rules(lambda s, j: j.unsigned or s.exact(j), loose),
    "two-segments": Rules(lambda s, j: j.unsigned and s.names_own(j) or s.exact(j), two_or_three),
    "malformed-is-null": Rules(lambda s, j: j.json == "null" or s.exact(j), null_if_malformed),
    "falsy-signature": Rules(lambda s, j: j.text in FALSY or s.exact(j), loose),
    "decode-error-lost": Rules(lambda s, j: j.signature is None or s.exact(j), loose),
    "cut-at-nul": Rules(lambda s, j: j.unsigned or s.exact(j), cut_at_nul),
    "any-piece": Rules(a_piece_is_signed, any_piece),
    "split-twice": Rules(read=split_twice),
    "extra-segments": Rules(read=first_three),
    "leading-segments": Rules(read=last_three),
    "no-signature-is-bad": Rules(no_signature_is_bad, serialised),
    "json-accepted": Rules(lambda s, j: any(s.exact(e) for e in entries(j)), serialised),
    "json-signature-untyped": Rules(no_text_no_signature, serialised),
    "json-alg": Rules(json_alg, serialised),
    "none": Rules(none_as(str), two_or_three),
    "none-any-case": Rules(none_as(str.lower), two_or_three),
    "none-with-signature": Rules(lambda s, j: (j.alg or "").lower() == "none" and not j.unsigned or s.exact(j), loose),
    "none-trimmed": Rules(none_as(str.strip)),
    "none-at-nul": Rules(none_as(lambda alg: alg.lstrip("\0").split("\0")[0])),
    "none-normalised": Rules(none_as(normalised)),
    "alg-falsy": Rules(falsy_alg, any_header, ignored),
    "alg-not-text": Rules(lambda s, j: "alg" in j.header and j.alg is None or s.exact(j)),
    "alg-unknown": Rules(unknown_alg, loose),
    "no-key-unsigned": Rules(lambda s, j: s.unknown_kid(j) and j.unsigned or s.exact(j), any_header, ignored),
    "alg-twice": Rules(two_algs, with_duplicates, ignored),
    "alg-in-claims": Rules(alg_in_claims),
    "crit-ignored": Rules(header=lambda s, j: typ(j.header)),
}
