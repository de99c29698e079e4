"""Push: from changes to events, from events to deliveries, signed by the Standard Webhooks rules."""

from publisher.webhooks.attempt import ANSWER_LIMIT
from publisher.webhooks.delivery import Correspondence, Round, deliver, recipients
from publisher.webhooks.payload import BODY_LIMIT, event_id, ping_event, retraction_event, review_event
from publisher.webhooks.receiver import Received, Receiver
from publisher.webhooks.rehearsal import Rehearsal, Reply
from publisher.webhooks.reports import EndpointReport, Listener
from publisher.webhooks.rotation import Rotation, keep_new_secret, rotate_secret
from publisher.webhooks.secrets import (
    endpoint_keys,
    endpoint_secret,
    find_endpoint,
    read_key_file,
    read_secret_file,
    variable,
)
from publisher.webhooks.signing import (
    Secret,
    SigningKeys,
    VerificationFailed,
    mint_secret,
    sign,
    signed_headers,
    verify,
)

__all__ = [
    "ANSWER_LIMIT",
    "BODY_LIMIT",
    "Correspondence",
    "EndpointReport",
    "Listener",
    "Received",
    "Receiver",
    "Rehearsal",
    "Reply",
    "Rotation",
    "Round",
    "Secret",
    "SigningKeys",
    "VerificationFailed",
    "deliver",
    "endpoint_keys",
    "endpoint_secret",
    "event_id",
    "find_endpoint",
    "keep_new_secret",
    "mint_secret",
    "ping_event",
    "read_key_file",
    "read_secret_file",
    "recipients",
    "retraction_event",
    "review_event",
    "rotate_secret",
    "sign",
    "signed_headers",
    "variable",
    "verify",
]
