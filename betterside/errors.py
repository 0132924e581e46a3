"""What a use case refuses, said once: services raise these, each API face writes them in its own shape."""


class DomainError(Exception):
    """A refusal that the caller can understand.

    `fields` maps a field's name, as the service knows it, to the sentence shown beside it.
    `retry_after` is in seconds. `place` is where the input stood, "body" or "query".
    """

    status = 400
    place = "body"
    code = "BAD_REQUEST"
    message = "The request cannot be carried out."

    def __init__(self, message: str = "", *, fields: dict[str, str] | None = None, retry_after: int | None = None):
        self.message = message or self.message
        self.fields = fields or {}
        self.retry_after = retry_after
        super().__init__(self.message)


class Invalid(DomainError):
    """The input breaks a rule; `fields` says which."""

    code = "VALIDATION_ERROR"
    message = "Some fields are not valid."

    def __init__(self, message: str = "", **kwargs):
        fields = kwargs.get("fields") or {}
        super().__init__(message or next(iter(fields.values()), ""), **kwargs)


class NotSignedIn(DomainError):
    status, code = 401, "UNAUTHORIZED"
    message = "Sign in to continue."


class NotAllowed(DomainError):
    status, code = 403, "FORBIDDEN"
    message = "You are not allowed to do this."


class NotFound(DomainError):
    status, code = 404, "NOT_FOUND"
    message = "Not found."


class Conflict(DomainError):
    status, code = 409, "CONFLICT"
    message = "This conflicts with what is stored."


class InvalidTransition(Conflict):
    code = "INVALID_TRANSITION"


class AlreadyExists(Conflict):
    code = "UNIQUE_VIOLATION"


class TooMany(DomainError):
    status, code = 429, "TOO_MANY_REQUESTS"
    message = "Too many tries. Wait a little and try again."


class Unavailable(DomainError):
    status, code = 503, "UNAVAILABLE"
    message = "The service is not available right now. Try again in a moment."
