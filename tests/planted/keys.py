"""Keys as a JWK gives them, and checking a signature with one.

RSA is done by hand, with `pow`: several holes are about what stands in the padding, and no library shows that. ECDSA and Ed25519 go
through the package cryptography.
"""
import base64
import hashlib
import hmac
import json
import math

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

SHA = {256: hashlib.sha256, 384: hashlib.sha384, 512: hashlib.sha512}
ASN1 = {256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}
# The names of the hashes in a DigestInfo (RFC 8017 section 9.2, note 1).
DIGEST_INFO = {
    "md5": "3020300c06082a864886f70d020505000410", "sha1": "3021300906052b0e03021a05000414",
    "sha224": "302d300d06096086480165030402040500041c", "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430", "sha512": "3051300d060960864801650304020305000440",
}
# name of the curve: class, bytes of a number, the algorithm, the order of the base point
CURVES = {
    "P-256": (ec.SECP256R1, 32, "ES256", 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551),
    "P-384": (ec.SECP384R1, 48, "ES384", int("f" * 48 + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16)),
    "P-521": (ec.SECP521R1, 66, "ES512",
              int("1" + "f" * 64 + "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", 16)),
    "secp256k1": (ec.SECP256K1, 32, "ES256K", int("f" * 31 + "ebaaedce6af48a03bbfd25e8cd0364141", 16)),
}
BY_CURVE = {name: curve for curve, (_, _, name, _) in CURVES.items()}
ALGORITHMS = {kind + size for kind in ("HS", "RS", "PS", "ES") for size in ("256", "384", "512")} | {"ES256K", "EdDSA"}


def bits_of(alg):
    return 256 if alg == "EdDSA" else int(alg[2:5])


def family(alg):
    return alg[:2] if alg in ALGORITHMS else None


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def mac(secret, bits, data):
    return hmac.digest(secret, data, "sha%d" % bits)


def pkcs1(info, size):
    """EMSA-PKCS1-v1_5 (RFC 8017 section 9.2) of a whole DigestInfo."""
    return b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info


def info(name, digest):
    return bytes.fromhex(DIGEST_INFO[name]) + digest


def mask(hasher, seed, length):
    """MGF1 (RFC 8017 appendix B.2.1)."""
    blocks = (hasher(seed + i.to_bytes(4, "big")).digest() for i in range(length // hasher().digest_size + 1))
    return b"".join(blocks)[:length]


def pss(message, modulus_bits, data, hasher, masker=None, salt=None, ends=True):
    """EMSA-PSS-VERIFY (RFC 8017 section 9.1.2); any length of salt if `salt` is None, any trailer and top bits without `ends`."""
    size, digest = (modulus_bits + 6) // 8, hasher(data).digest()
    message = message[-size:]
    block, h = message[:-len(digest) - 1], message[-len(digest) - 1:-1]
    top = 0xff >> (8 * size - (modulus_bits - 1))
    if not block or ends and (message[-1] != 0xbc or block[0] & ~top):
        return False
    block = bytes(a ^ b for a, b in zip(block, mask(masker or hasher, h, len(block))))
    block = (bytes([block[0] & top]) + block[1:]).lstrip(b"\0")
    if block[:1] != b"\1" or salt is not None and len(block) - 1 != salt:
        return False
    return hasher(bytes(8) + digest + block[1:]).digest() == h


class Key:
    """A public key or a secret. Raises if the JWK is none."""

    def __init__(self, jwk):
        self.kty, self.curve = jwk["kty"], jwk.get("crv")
        if self.kty == "oct":
            self.secret = decode(jwk["k"])
        elif self.kty == "RSA":
            self.n, self.e = (int.from_bytes(decode(jwk[name]), "big") for name in "ne")
            self.size = (self.n.bit_length() + 7) // 8
        elif self.kty == "EC":
            self.x, self.y = (decode(jwk[name]) for name in "xy")
            curve, self.width, _, self.order = CURVES[self.curve]
            x, y = int.from_bytes(self.x, "big"), int.from_bytes(self.y, "big")
            self.public = ec.EllipticCurvePublicNumbers(x, y, curve()).public_key()
        elif self.kty == "OKP" and self.curve == "Ed25519":
            self.x = decode(jwk["x"])
            self.public = ed25519.Ed25519PublicKey.from_public_bytes(self.x)
        else:
            raise ValueError("not a key")

    def __eq__(self, other):
        return self.numbers() == other.numbers()

    def numbers(self):
        names = ("kty", "curve", "secret", "n", "e", "x", "y")
        return [getattr(self, name, None) for name in names]

    def fits(self, alg):
        kind = {"oct": ("HS",), "RSA": ("RS", "PS"), "EC": ("ES",), "OKP": ("Ed",)}[self.kty]
        return alg in ALGORITHMS and alg[:2] in kind and (self.kty != "EC" or BY_CURVE[alg] == self.curve)

    def recovered(self, signature):
        """What an RSA signature holds, as long as the modulus, whatever the signature's length and size."""
        return pow(int.from_bytes(signature, "big"), self.e, self.n).to_bytes(self.size, "big")

    def textbook(self, alg, data, signature):
        """RSA without a look at the signature's length and size."""
        bits, message = bits_of(alg), self.recovered(signature)
        if alg[:2] == "PS":
            return pss(message, self.n.bit_length(), data, SHA[bits], salt=bits // 8)
        return message == pkcs1(info("sha%d" % bits, SHA[bits](data).digest()), self.size)

    def ecdsa(self, bits, data, r, s):
        try:
            self.public.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(ASN1[bits]))
            return True
        except (InvalidSignature, ValueError):
            return False

    def ed25519(self, data, signature):
        try:
            self.public.verify(signature, data)
            return True
        except InvalidSignature:
            return False

    def verifies(self, alg, data, signature):
        """The algorithm by the book."""
        if not self.fits(alg) or signature is None:
            return False
        if self.kty == "oct":
            return hmac.compare_digest(mac(self.secret, bits_of(alg), data), signature)
        if self.kty == "RSA":
            good = len(signature) == self.size and int.from_bytes(signature, "big") < self.n
            return good and self.textbook(alg, data, signature)
        if self.kty == "EC":
            half = self.width
            r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
            return len(signature) == 2 * half and self.ecdsa(bits_of(alg), data, r, s)
        return self.ed25519(data, signature)


def weakness(key, alg):
    """Why a careful operator does not use this key; None if there is no reason."""
    if not key.fits(alg):
        return "the key is none for " + alg
    if key.kty == "oct":
        return "the secret is shorter than the hash" if len(key.secret) < bits_of(alg) // 8 else None
    if key.kty == "EC":
        return None if len(key.x) == len(key.y) == key.width else "a coordinate has the wrong width"
    if key.kty == "OKP":
        return "the point has small order" if has_small_order(key.x) else None
    n, e = key.n, key.e
    if not 2048 <= n.bit_length() <= 8192 or n % 2 == 0 or e < 3 or e % 2 == 0 or e.bit_length() > 33:
        return "the modulus or the exponent is out of range"
    root = math.isqrt(n)
    squares = ((root + i) ** 2 - n for i in range(1, 17))
    if pow(2, n - 1, n) == 1 or any(math.isqrt(square) ** 2 == square for square in squares):
        return "the modulus has no two distant primes"
    primes = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
    if all(n % p in {pow(65537, i, p) for i in range(p)} for p in primes):
        return "the modulus has the form of CVE-2017-15361"
    return None


def has_small_order(x):
    y = int.from_bytes(x, "little") & ~(1 << 255)
    p = 2 ** 255 - 19
    eight = (0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826,
             0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7)
    return y % p in (0, 1, p - 1) or y in eight


def jwk_of(public):
    """A key of the package cryptography as a JWK."""
    long = lambda number, size: encode(number.to_bytes(size, "big"))
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": long(numbers.n, (numbers.n.bit_length() + 7) // 8), "e": long(numbers.e, 4)}
    if isinstance(public, ec.EllipticCurvePublicKey):
        numbers = public.public_numbers()
        name = next(name for name, (curve, *_) in CURVES.items() if isinstance(numbers.curve, curve))
        return {"kty": "EC", "crv": name, "x": long(numbers.x, CURVES[name][1]), "y": long(numbers.y, CURVES[name][1])}
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}


def of_certificate(der):
    return Key(jwk_of(load_der_x509_certificate(der).public_key()))


def of_value(value):
    """Every key that can be read out of a JSON value: JWK, set, list, JSON text, PEM, certificate."""
    try:
        if isinstance(value, list):
            return [key for item in value for key in of_value(item)]
        if isinstance(value, dict):
            return of_value(value["keys"]) if "keys" in value else [Key(value)]
        if value.lstrip().startswith(("{", "[")):
            return of_value(json.loads(value))
        if "BEGIN CERTIFICATE" in value:
            return [Key(jwk_of(load_pem_x509_certificate(value.encode()).public_key()))]
        return [Key(jwk_of(serialization.load_pem_public_key(value.encode())))]
    except Exception:                       # whatever it is, it is no key
        return []
