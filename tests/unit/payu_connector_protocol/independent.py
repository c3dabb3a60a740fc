"""The v4 signature written a second time, from the description, by other means.

Nothing of the addon is used: the digest is built block by block as RFC 2104 says.
"""

from hashlib import md5, sha256


def signature(merchant, secret, date, method, path_and_query, body):
    path, _, query = path_and_query.partition("?")
    parts = [merchant, date, method, path, query, md5(body).hexdigest()]
    key = secret.encode("utf-8")
    key = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = sha256(bytes(octet ^ 0x36 for octet in key))
    for part in parts:
        inner.update(part.encode("utf-8"))
    return sha256(bytes(octet ^ 0x5C for octet in key) + inner.digest()).hexdigest()
