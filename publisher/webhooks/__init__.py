"""Push: from changes to events, from events to deliveries, signed by the Standard Webhooks rules."""

from publisher.webhooks.delivery import EndpointReport, deliver
from publisher.webhooks.payload import event_id, retraction_event, review_event
from publisher.webhooks.receiver import Received, Receiver
from publisher.webhooks.secrets import (
    endpoint_secret,
    find_endpoint,
    keep_new_secret,
    read_secret_file,
    variable,
)
from publisher.webhooks.signing import Secret, VerificationFailed, mint_secret, sign, signed_headers, verify

__all__ = [
    "EndpointReport",
    "Received",
    "Receiver",
    "Secret",
    "VerificationFailed",
    "deliver",
    "endpoint_secret",
    "event_id",
    "find_endpoint",
    "keep_new_secret",
    "mint_secret",
    "read_secret_file",
    "retraction_event",
    "review_event",
    "sign",
    "signed_headers",
    "variable",
    "verify",
]
