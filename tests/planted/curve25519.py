"""Ed25519 from RFC 8032 section 5.1, with the freedom that holes need: a prefix, any message, the cofactor, points of small order."""
import functools
import hashlib

P = 2 ** 255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
NEUTRAL = (0, 1, 1, 0)


def add(a, b):
    x, y, z, w = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P, 2 * a[2] * b[2] % P, 2 * D * a[3] * b[3] % P
    e, f, g, h = y - x, z - w, z + w, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def point(data):
    """A point of 32 bytes, canonical or not; None if there is none."""
    number = int.from_bytes(data, "little")
    y, sign = (number & (1 << 255) - 1) % P, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    x = P - x if x & 1 != sign and x else x
    return x, y, 1, x * y % P


@functools.lru_cache(64)
def doublings(data):
    start = point(data)
    table = [start]
    for _ in range(255 if start else 0):
        table.append(add(table[-1], table[-1]))
    return table if start else None


def times(scalar, table):
    total, bit = NEUTRAL, 0
    while scalar:
        if scalar & 1:
            total = add(total, table[bit])
        scalar, bit = scalar >> 1, bit + 1
    return total


def equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


BASE = (4 * pow(5, -1, P) % P).to_bytes(32, "little")


def verifies(key, signature, tried, cofactor):
    """Whether S B = R + k A, times the cofactor, for one of several (prefix, message)."""
    a, r, s = doublings(key), point(signature[:32]), int.from_bytes(signature[32:], "little") % ORDER
    if a is None or r is None:
        return False
    left = times(s, doublings(BASE))
    for prefix, message in tried:
        k = int.from_bytes(hashlib.sha512(prefix + signature[:32] + key + message).digest(), "little") % ORDER
        right, sides = add(r, times(k, a)), left
        for _ in range(cofactor.bit_length() - 1):
            sides, right = add(sides, sides), add(right, right)
        if equal(sides, right):
            return True
    return False
