"""Trust: which certificates are believed, and the words for those that are not."""

from __future__ import annotations

import ssl

from requests.utils import DEFAULT_CA_BUNDLE_PATH


def trusting_context() -> ssl.SSLContext:
    """Make the context for all connections; this takes tens of milliseconds, so do it once.

    It trusts the authorities of requests, and those of the machine, where an operator may have added one.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


# By OpenSSL's X509_V_ERR_… numbers, which keep their meaning while its wording changes.
_CERTIFICATE_FAULTS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "comes from an authority that is not trusted here",
    20: "comes from an authority that is not trusted here",
    21: "comes without its chain, or from an authority that is not trusted here",
    62: "is for another name",
    64: "is for another address",
}


def handshake_fault(error: OSError | ValueError) -> str:
    """Say what went wrong in a TLS handshake, to be read after the host's name."""
    if isinstance(error, ssl.SSLCertVerificationError):
        words = _CERTIFICATE_FAULTS.get(error.verify_code, f"was not accepted: {error.verify_message}")
        return f"showed a certificate that {words}"
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "no reason given").replace("_", " ")
        return f"could not agree on tls: {reason}"
    return "broke off the tls handshake"
