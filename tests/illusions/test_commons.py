"""Fetching the illusions, against a small server on this machine that answers as Commons does."""

import io
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from PIL import Image
from tiny.server import Server, running

from gcbook.illusions import commons
from gcbook.illusions.commons import ILLUSIONS, fetch_illusions, find_illusions
from gcbook.stimuli.images import decode_image
from gcbook.trials.fetch import FetchError


def png(grey, side=80):
    stream = io.BytesIO()
    Image.fromarray(np.full((side, side), grey, np.uint8)).save(stream, format="PNG")
    return stream.getvalue()


class Commons(Server):
    """A server with four pictures."""

    def __init__(self):
        super().__init__(self.answer)
        self.pictures = {each.name: png(50 * i) for i, each in enumerate(ILLUSIONS)}

    def answer(self, asked):
        asked = urlsplit(asked)
        assert asked.query == "width=960"
        title = unquote(asked.path).removeprefix("/wiki/Special:FilePath/")
        (name,) = (each.name for each in ILLUSIONS if each.title == title)
        return self.pictures.get(name)


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GCBOOK_DATA_DIR", raising=False)
    monkeypatch.setattr(commons, "RETRIES", 0)
    with running(Commons()) as served:
        yield served


def test_pictures_come_once(server):
    said = []
    paths = fetch_illusions(base_url=server.url, report=said.append)
    names = ["rabbit-duck.png", "rock.jpg", "vegetables.jpg", "woman.png"]
    assert [path.name for path in paths] == names
    woman = decode_image(paths[3].read_bytes(), "woman")
    assert woman.shape == (80, 80, 3)
    assert woman[0, 0, 0] == pytest.approx(150 / 255)
    assert all(agent.startswith("gcbook/") for agent in server.agents)
    assert len(said) == 4
    assert said[1].startswith("a rock with a face: Mirabeau, CC BY-SA 3.0, https://commons.")
    asked = len(server.requests)
    assert fetch_illusions(base_url=server.url) == paths
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    ("rock", "message"),
    [
        (b"<html>sign in</html>", "expected an image"),
        (None, r"answered 404[^.]*\. Run `gcbook fetch"),
    ],
)
def test_one_bad_picture_is_refused_and_keeps_no_other_from_coming(server, rock, message):
    good = server.pictures["rock"]
    server.pictures["rock"] = rock
    with pytest.raises(FetchError, match=rf"^1 of 4 illusions .*{message}.*rock\.png\.$"):
        fetch_illusions(base_url=server.url)
    assert list(find_illusions()) == ["rabbit-duck", "vegetables", "woman"]
    server.pictures["rock"] = good
    assert len(fetch_illusions(base_url=server.url)) == 4


def test_pictures_in_the_data_folder_count(server, tmp_path, monkeypatch):
    folder = tmp_path / "data/illusions"
    folder.mkdir(parents=True)
    (folder / "rock.png").write_bytes(png(9))
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path / "data"))
    assert find_illusions() == {"rock": folder / "rock.png"}
    # What no browser of pictures would open does not count.
    (folder / "woman.svg").write_text("<svg/>")
    assert find_illusions() == {"rock": folder / "rock.png"}
