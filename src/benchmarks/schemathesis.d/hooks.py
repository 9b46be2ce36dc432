"""What must hold of every answer of the broker, beyond what its description says."""

import schemathesis

# What may be true of a pool that is used: everything else of 5xx is the broker's fault.
BUSY = {"pool-full", "no-room", "too-many-waiting", "quarantined", "not-made", "client-gone"}


@schemathesis.check
def no_failure_of_ours(ctx, response, case):
    if response.status_code < 500 or case.operation.path.startswith("/health/"):
        return
    try:
        code = response.json()["errors"][0]["code"]
    except (ValueError, KeyError, IndexError, TypeError):
        raise AssertionError(f"{response.status_code} without a code: {response.text[:200]}")
    assert response.status_code == 503 and code in BUSY, f"{response.status_code} {code}"
    assert "retry-after" in response.headers, f"{code} without Retry-After"
