"""Prints a token that says who a visitor is.

HANDOFF_IDENTITY_SECRET=sk_… HANDOFF_WIDGET_KEY=pk_… python3 sign.py user-42
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def token(secret: str, widget_key: str, user: dict) -> str:
    """Says who is signed in, for ten minutes.

    Call it where the page asks for it, for the user of the session: never for
    an id that the browser sends.
    """
    now = int(time.time())
    claims = {
        "sub": user["id"], "aud": widget_key, "iat": now, "exp": now + 600, "jti": secrets.token_hex(16),
        "name": user["name"], "email": user["email"], "plan": user["plan"],
    }
    text = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return text + "." + part(mac)


if __name__ == "__main__":
    anna = {"id": sys.argv[1], "name": "Anna", "email": "anna@example.com", "plan": "pro"}
    print(token(os.environ["HANDOFF_IDENTITY_SECRET"], os.environ["HANDOFF_WIDGET_KEY"], anna))
