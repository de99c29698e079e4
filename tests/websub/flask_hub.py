"""Somebody else's hub and subscriber, Flask-WebSub's: run as `python flask_hub.py hub|subscriber FOLDER`, on a free port.

The address is the first line printed. What the subscriber believes goes into the folder: its subscription, and bodies that
bear the signature of the secret that it gave the hub. Others are dropped by Flask-WebSub itself.
"""

from __future__ import annotations

import itertools
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask_websub.subscriber
from flask import Flask, request
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.subscriber import (
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
    discover,
)
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "known to the hub and to the subscriber"


class Tasks:
    """What the hub needs of Celery: tasks that are done one after another, and not while somebody waits for an answer."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1)

    def task(self, *, bind: bool = False, **options: object) -> Callable[[Callable[..., object]], Task]:
        """Make a task of a function; one that is bound gets the task first."""
        del options
        return lambda work: Task(work, self._worker, bound=bind)


class Task:
    """Something that is done later."""

    def __init__(self, work: Callable[..., object], worker: ThreadPoolExecutor, *, bound: bool) -> None:
        self._work, self._worker, self._bound = work, worker, bound

    def delay(self, *arguments: Any) -> None:
        """Do it when those before it are done."""
        self._worker.submit(self._work, *((self, *arguments) if self._bound else arguments))


def hub(folder: Path) -> Flask:
    """Make a hub that takes pings."""
    app = Flask(__name__)
    app.config["PUBLISH_SUPPORTED"] = True
    made = Hub(SQLite3HubStorage(folder / "hub.sqlite3"), Tasks(), SIGNATURE_ALGORITHM="sha256")
    app.register_blueprint(made.build_blueprint(url_prefix="/hub"))
    return app


def subscriber(folder: Path) -> Flask:
    """Make a subscriber that finds the hub of a feed by itself: `POST /subscribe?feed=…`."""
    app = Flask(__name__)
    # It gives secrets to hubs with a certificate alone; this machine needs none.
    flask_websub.subscriber.is_secure = lambda _: True
    state = folder / "subscriber.sqlite3"
    made = Subscriber(SQLite3SubscriberStorage(state), SQLite3TempSubscriberStorage(state))
    app.register_blueprint(made.build_blueprint(url_prefix="/callbacks"))
    numbers = itertools.count(1)

    def subscribed(topic_url: str, callback_id: str, mode: str) -> None:
        put(folder / mode, f"{topic_url} {callback_id}".encode())

    def heard(_topic: str, _callback: str, body: bytes) -> None:
        put(folder / f"body-{next(numbers)}", body)

    made.add_success_handler(subscribed)
    made.add_listener(heard)

    app.add_url_rule(
        "/subscribe",
        methods=["POST"],
        view_func=lambda: str(made.subscribe(**discover(request.args["feed"]), secret=SECRET)),
    )
    return app


def put(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    staged = path.with_suffix(".new")
    staged.write_bytes(content)
    staged.rename(path)


def main() -> None:
    """Serve until killed."""
    role, folder = sys.argv[1:]
    app = {"hub": hub, "subscriber": subscriber}[role](Path(folder))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    os.write(1, f"http://127.0.0.1:{server.port}/\n".encode())
    server.serve_forever()


if __name__ == "__main__":
    main()
