"""What Meta's error codes mean for us (DESIGN section 7)."""


class GraphError(Exception):
    """`reason` is fit for the inbox: it never holds a token, and nothing that PostgreSQL does not store."""

    def __init__(self, reason: str):
        self.reason = reason[:300].replace("\x00", "").encode("utf-8", "replace").decode()
        super().__init__(self.reason)


class TokenDead(GraphError):
    """190, 102: stop asking for this page until somebody connects it again."""


class PermissionMissing(GraphError):
    """10, 200-299, 3: the token is good but may not read this."""


class Throttled(GraphError):
    """`wait` is in seconds: how long to leave the page (or account) alone."""

    def __init__(self, reason: str, wait: int):
        super().__init__(reason)
        self.wait = wait


class Temporary(GraphError):
    """1, 2, 5xx, time-outs, a broken answer: try again later."""


class Slow(Temporary):
    """No answer within the time we give one."""


class Garbage(Temporary):
    """An answer that is none: half of one, HTML, the wrong types."""


class Permanent(GraphError):
    """100 and whatever is not known to heal."""


THROTTLED = {4, 17, 32, 341, 613, *range(80000, 80006)}
TOKEN_DEAD = {190, 102}
TEMPORARY = {1, 2}
TOO_MANY = 429
PERMISSION = {3, 10, *range(200, 300)}


def from_answer(status: int, error: dict, wait: int) -> GraphError:
    code = error.get("code")
    code = int(code) if isinstance(code, int) or (isinstance(code, str) and code.isdecimal()) else 0
    reason = f"Meta answered {status}, code {code}: {str(error.get('message', ''))[:150]}"
    if code in THROTTLED or status == TOO_MANY:
        return Throttled(reason, wait)
    for codes, kind in ((TOKEN_DEAD, TokenDead), (PERMISSION, PermissionMissing), (TEMPORARY, Temporary)):
        if code in codes:
            return kind(reason)
    return Temporary(reason) if status >= 500 or error.get("is_transient") is True else Permanent(reason)
