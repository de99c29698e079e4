"""The statements of the queue, each made once: to put one together costs more than to carry it out.

Names of parameters begin with an underscore where they would be taken for columns.
"""

from __future__ import annotations

from sqlalchemy import BindParameter, and_, bindparam, case, exists, func, insert, or_, select, update

from publisher.ledger import schema
from publisher.ledger.records import DeliveryState, DisabledWhy

_deliveries, _events, _attempts = schema.deliveries, schema.events, schema.attempts
_endpoints, _forms = schema.endpoints, schema.event_forms
_now: BindParameter[float] = bindparam("_now")
_waits = _deliveries.c.state == DeliveryState.WAITING
# A delivery as it was claimed: whoever claims it later has another token.
_is_last_claim = _deliveries.c.token == bindparam("_token")
_this_claim = (_deliveries.c.id == bindparam("_id"), _is_last_claim)
_this_attempt = (_attempts.c.delivery_id == bindparam("_id"), _attempts.c.token == bindparam("_token"))
_this_address = (_endpoints.c.name == bindparam("_of_name"), _endpoints.c.url == bindparam("_of_url"))

#: The endpoint of each delivery that is on its way. They are few: to have them counted, SQLite would walk through all there are.
UNDER_WAY = select(_deliveries.c.endpoint).where(_deliveries.c.leased_until > _now)

# Due, and nobody's.
_is_free = (
    _deliveries.c.due_at <= _now,
    or_(_deliveries.c.leased_until.is_(None), _deliveries.c.leased_until <= _now),
)
#: Whether something is due that was claimed before without a result.
_claimed = _deliveries.alias("claimed")
# They are few, and found by an index of their own; asked together with the rest, SQLite would take another.
_is_suspect = _deliveries.c.id.in_(select(_claimed.c.id).where(_claimed.c.claims > 0))
SUSPECTED = select(exists().where(_is_suspect, _waits, *_is_free))

_earlier = _deliveries.alias("earlier")
_told_before = exists().where(
    _earlier.c.endpoint == _deliveries.c.endpoint,
    _earlier.c.review_id == _deliveries.c.review_id,
    _earlier.c.id < _deliveries.c.id,
    or_(
        and_(_earlier.c.state == DeliveryState.WAITING, _earlier.c.step == 0),
        _earlier.c.leased_until > _now,
    ),
)
#: What is due to an endpoint, in its order. Of one review the next event goes only when the one before has arrived, or
#: failed once. Where many machines share a database, those who claim do not wait for each other; SQLite has one writer.
DUE = (
    select(
        _deliveries.c.id,
        _deliveries.c.event_id,
        _deliveries.c.review_id,
        _deliveries.c.attempts,
        _deliveries.c.step,
        _deliveries.c.claims,
        _deliveries.c.token,
        _events.c.type,
        _events.c.at,
        func.coalesce(_forms.c.body, _events.c.body).label("body"),
    )
    .join(_events, _events.c.id == _deliveries.c.event_id)
    .outerjoin(_forms, and_(_forms.c.event_id == _events.c.id, _forms.c.form == _deliveries.c.form))
    .where(
        _waits,
        _deliveries.c.endpoint == bindparam("_endpoint"),
        _deliveries.c.claims >= bindparam("_fewest_claims"),
        _deliveries.c.claims <= bindparam("_most_claims"),
        *_is_free,
        ~_told_before,
    )
    .order_by(_deliveries.c.due_at, _deliveries.c.id)
    .limit(bindparam("_most"))
    .with_for_update(of=_deliveries, skip_locked=True)
)
#: The same, of those only that were claimed before without a result.
DUE_SUSPECTS = DUE.where(_is_suspect)

LEASE = (
    update(_deliveries)
    .where(_deliveries.c.id == bindparam("_id"))
    .values(
        token=bindparam("_token"),
        claims=_deliveries.c.claims + 1,
        attempts=_deliveries.c.attempts + 1,
        leased_until=bindparam("_until"),
        courier=bindparam("_courier"),
    )
)
BEGIN_ATTEMPT = insert(_attempts)
SET_ASIDE = (
    update(_deliveries)
    .where(_deliveries.c.id == bindparam("_id"))
    .values(state=DeliveryState.SET_ASIDE, settled_at=_now, leased_until=None, courier=None)
)

#: Ends a claim; where its delivery stands changes only while that waits.
SETTLE = (
    update(_deliveries)
    .where(*_this_claim)
    .values(
        leased_until=None,
        courier=None,
        claims=0,
        **{
            name: case((_waits, bindparam(f"_{name}")), else_=_deliveries.c[name])
            for name in ("state", "step", "due_at", "settled_at")
        },
    )
)
#: A success counts whoever tells it, and whatever became of the delivery meanwhile.
ARRIVED = (
    update(_deliveries)
    .where(_deliveries.c.id == bindparam("_id"), _deliveries.c.state != DeliveryState.DELIVERED)
    .values(state=DeliveryState.DELIVERED, settled_at=bindparam("_settled_at"))
)
END_ATTEMPT = (
    update(_attempts)
    .where(*_this_attempt)
    .values(
        ended_at=bindparam("_ended_at"),
        status=bindparam("_status"),
        kind=bindparam("_kind"),
        outcome=bindparam("_outcome"),
        excerpt=bindparam("_excerpt"),
    )
)

#: Undoes a claim. The try that it was counted as did not take place, even where somebody else has claimed the delivery since.
GIVE_BACK = (
    update(_deliveries)
    .where(_deliveries.c.id == bindparam("_id"))
    .values(
        attempts=_deliveries.c.attempts - 1,
        claims=case(
            # One that was sent again by hand since counts from nothing.
            (and_(_is_last_claim, _deliveries.c.claims > 0), _deliveries.c.claims - 1),
            else_=_deliveries.c.claims,
        ),
        leased_until=case((_is_last_claim, None), else_=_deliveries.c.leased_until),
        courier=case((_is_last_claim, None), else_=_deliveries.c.courier),
    )
)
FORGET_ATTEMPT = _attempts.delete().where(*_this_attempt)

#: How much waits and is due, by endpoint, where somebody has something on the way.
IN_HAND = (
    select(_deliveries.c.endpoint, func.count())
    .where(
        _waits,
        _deliveries.c.due_at <= _now,
        _deliveries.c.endpoint.in_(select(_earlier.c.endpoint).where(_earlier.c.leased_until > _now)),
    )
    .group_by(_deliveries.c.endpoint)
)

#: When each endpoint's next delivery is due, or free again.
NEXT_MOMENTS = (
    select(
        _deliveries.c.endpoint,
        func.min(
            case(
                (_deliveries.c.leased_until > _deliveries.c.due_at, _deliveries.c.leased_until),
                else_=_deliveries.c.due_at,
            )
        ),
    )
    .where(_waits)
    .group_by(_deliveries.c.endpoint)
)

#: What is known of all addresses that endpoints ever had.
ENDPOINTS = select(_endpoints).where(_endpoints.c.name.in_(bindparam("_of_names", expanding=True)))
#: Switches an endpoint on whose name was switched off, at whichever of its addresses that was remembered.
FORGET_BY_HAND = (
    update(_endpoints)
    .where(_endpoints.c.name == bindparam("_of_name"), _endpoints.c.disabled_why == DisabledWhy.BY_HAND)
    .values(disabled_at=None, disabled_why=None)
)
USE_PACE = update(_endpoints).where(*_this_address).values(paced_until=bindparam("_paced_until"))
PUT_STATE = (
    update(_endpoints)
    .where(*_this_address)
    .values(
        {column.name: bindparam(f"_{column.name}") for column in _endpoints.columns if not column.primary_key}
    )
)
#: Begins to know an address of which nothing is known yet.
NEW_ADDRESS = insert(_endpoints).from_select(
    ["name", "url"],
    select(
        bindparam("_of_name", type_=_endpoints.c.name.type), bindparam("_of_url", type_=_endpoints.c.url.type)
    ).where(~exists().where(*_this_address)),
)
