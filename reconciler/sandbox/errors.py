"""The two error shapes: the platform's and the registry's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Documentation, "Errors"; 413 is recorded.
TYPE_OF_STATUS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}

# NestJS' words for a status.
REASON_OF_STATUS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Payload Too Large",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


class ApiError(Exception):
    """An answer with an error status; rendered in the shape of the surface it happens on."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str | None = None,
        code: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind or TYPE_OF_STATUS.get(status, "api_error")
        self.code = code
        self.extra = dict(extra or {})


def invalid(message: str, *, code: str | None = None) -> ApiError:
    """400 `invalid_request_error`."""
    return ApiError(400, message, code=code)


def not_found(message: str) -> ApiError:
    """404 `not_found_error`; also what another workspace's object answers."""
    return ApiError(404, message)


def platform_body(error: ApiError, request_id: str) -> dict[str, Any]:
    """`{type: error, error: {type, message, …, details?}, request_id}` (SDK, documentation)."""
    inner: dict[str, Any] = {"type": error.kind, "message": error.message, **error.extra}
    if error.code:
        inner["details"] = {"error_code": error.code}
    return {"type": "error", "error": inner, "request_id": request_id}


def registry_status(error: ApiError) -> int:
    """The registry answers a body it can't accept with 422 (recorded), not 400."""
    return 422 if error.status == 400 else error.status


def registry_body(error: ApiError) -> dict[str, Any]:
    """`{statusCode, message, error}`, the NestJS shape (recorded)."""
    status = registry_status(error)
    return {
        "statusCode": status,
        "message": error.message,
        "error": REASON_OF_STATUS.get(status, "Error"),
    }
