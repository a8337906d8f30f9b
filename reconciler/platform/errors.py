"""What can go wrong outside.

    PlatformError
    ├── AccessRefused       a key would go to a host it must not go to, or the key is not accepted
    ├── OriginMismatch      this is not the world that the lock or the target speaks of
    ├── LockHeld            another process applies to the same target
    ├── ReadFailed          something could not be read: unknown, which is not absent
    │   ├── NotFound        the platform says that there is no such object
    │   └── BadArchive      a skill's archive can't be used
    └── WriteFailed         a write was certainly not carried out
        ├── Moved           … because the object is not what the plan saw
        ├── Throttled       … because of a rate limit that did not pass in time
        ├── Halt            … and no other write will be: spend limit, billing, a dead key
        ├── Stopped         … because the run was interrupted while it waited
        └── OutcomeUnknown  the exception: the answer was lost, and looking did not tell

Messages never hold a secret: they pass through `redact.Redactor.mask`.
"""

from __future__ import annotations


class PlatformError(Exception):
    """`code` is dotted and a promise; `hint` says what to do about it."""

    code = "platform.failed"
    hint = ""

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.hint
        self.code = code or self.code


class AccessRefused(PlatformError):
    code = "access.refused"


class OriginMismatch(PlatformError):
    code = "origin.mismatch"
    hint = "check the key, the target and the lock: they belong to different worlds"


class LockHeld(PlatformError):
    code = "lock.held"
    hint = "wait for the other run to end; the lock ends with its process"


class ReadFailed(PlatformError):
    """`status` is the HTTP status, 0 if there was no answer."""

    code = "read.failed"

    def __init__(self, message: str, hint: str = "", *, code: str = "", status: int = 0) -> None:
        super().__init__(message, hint, code=code)
        self.status = status


class NotFound(ReadFailed):
    code = "read.not_found"


class BadArchive(ReadFailed):
    code = "read.bad_archive"


class WriteFailed(PlatformError):
    """`status` is the HTTP status, 0 if nothing was sent."""

    code = "write.refused"

    def __init__(self, message: str, hint: str = "", *, code: str = "", status: int = 0) -> None:
        super().__init__(message, hint, code=code)
        self.status = status


class Moved(WriteFailed):
    code = "write.moved"


class Throttled(WriteFailed):
    code = "write.throttled"
    hint = "run apply again later"


class Halt(WriteFailed):
    code = "write.halted"


class Stopped(WriteFailed):
    code = "write.stopped"


class OutcomeUnknown(WriteFailed):
    code = "write.outcome_unknown"
    hint = "run plan again, it lists what is there before anything is sent"
