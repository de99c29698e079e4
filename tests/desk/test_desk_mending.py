"""What a run mends is one edit, and `undo` takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import publisher
from tests.conftest import POST

if TYPE_CHECKING:
    from tests.conftest import MakeSite

URL = "https://www.vudu.com/content/movies/details/The-Matrix/9254"
OLD = POST.replace("kind: rent\n", f"kind: rent\n    url: {URL}\n")
ID = "4c768283-9939-45ec-b325-53b5be6f9ce5"


def test_one_undo_takes_back_the_fixes_of_a_run(make_site: MakeSite) -> None:
    """In every post, byte for byte; then there is nothing left to take back."""
    before = {
        f"{name}.md": OLD.replace(ID, ID[:-1] + str(number)).replace(
            "title: Karmalink", f"title: Karmalink {name}"
        )
        for number, name in enumerate("ab")
    }
    site = make_site(before)
    mended = [file.file.name for file in publisher.mend_posts(site)]
    texts = {name: (site.posts / name).read_text("utf-8") for name in before}

    assert mended == ["a.md", "b.md"]
    assert not any(URL in text for text in texts.values())
    taken_back = publisher.undo(site)
    assert (taken_back.command, len(taken_back.files)) == ("validate --fix", 2)
    assert {name: (site.posts / name).read_text("utf-8") for name in before} == before
    assert list(publisher.undoable(site)) == []


def test_what_cannot_be_remembered_is_not_mended(make_site: MakeSite) -> None:
    """An edit that nothing could take back is not made, and it is said why."""
    site = make_site({"a.md": OLD})
    site.state.mkdir(exist_ok=True)
    (site.state / "undo").write_text("in the way", encoding="utf-8")

    (mended,) = publisher.mend_posts(site)

    assert mended.obstacle is not None
    assert "cannot be written" in mended.obstacle.message
    assert (site.posts / "a.md").read_text("utf-8") == OLD
