"""Fetching the illusions, against a small server on this machine that answers as Commons does."""

import errno
import hashlib
import io
import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from tiny.command import call
from tiny.server import Server, running

from gcbook.files.errors import GcbookError
from gcbook.illusions import commons
from gcbook.illusions.commons import ILLUSIONS, RECORD, fetch_illusions, find_illusions
from gcbook.stimuli.images import decode_image
from gcbook.trials.fetch import FetchError


def png(grey, side=80):
    stream = io.BytesIO()
    Image.fromarray(np.full((side, side), grey, np.uint8)).save(stream, format="PNG")
    return stream.getvalue()


class Commons(Server):
    """A server with four pictures: the first as it was uploaded, the others made smaller."""

    def __init__(self):
        super().__init__(self.answer)
        self.pictures = {f"/{each.name}.png": png(50 * i) for i, each in enumerate(ILLUSIONS)}
        self.hashes = {}
        self.unknown = set()

    def answer(self, asked):
        asked = urlsplit(asked)
        if asked.path == "/w/api.php":
            return json.dumps(self.describe(parse_qs(asked.query))).encode()
        return self.pictures.get(asked.path)

    def describe(self, query):
        assert query["prop"] == ["imageinfo"]
        assert query["iiurlwidth"] == ["960"]
        pages = []
        for title in query["titles"][0].split("|"):
            illusion = next(each for each in ILLUSIONS if title == f"File:{each.title}")
            if illusion.name in self.unknown:
                pages.append({"title": title, "missing": True})
                continue
            place = f"/{illusion.name}.png"
            sha1 = hashlib.sha1(self.pictures.get(place, b"")).hexdigest()
            about = {
                "thumburl": self.url + place,
                "url": self.url + (place if illusion == ILLUSIONS[0] else "/larger.svg"),
                "sha1": self.hashes.get(illusion.name, sha1),
                "extmetadata": {"LicenseShortName": {"value": "Public domain"}},
            }
            pages.append({"title": title, "imageinfo": [about]})
        return {"query": {"pages": pages}}


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GCBOOK_DATA_DIR", raising=False)
    monkeypatch.setattr(commons, "RETRIES", 0)
    with running(Commons()) as served:
        yield served


def test_pictures_come_once_with_a_record_and_their_licences(server, tmp_path):
    said = []
    paths = fetch_illusions(base_url=server.url, report=said.append)
    assert [path.name for path in paths] == [f"{each.name}.png" for each in ILLUSIONS]
    woman = decode_image(paths[3].read_bytes(), "woman")
    assert woman.shape == (80, 80, 3)
    assert woman[0, 0, 0] == pytest.approx(150 / 255)
    assert all(agent.startswith("gcbook/") for agent in server.agents)
    record = json.loads((tmp_path / "cache/illusions" / RECORD).read_text())
    assert record["rock"]["licence"] == "Public domain"
    # The paper says otherwise of one of them.
    assert [("the paper says CC BY-SA 3.0" in line) for line in said] == [False, True, False, False]

    asked = len(server.requests)
    assert fetch_illusions(base_url=server.url) == paths
    assert len(server.requests) == asked


def test_a_changed_picture_is_fetched_again_and_others_are_not(server):
    paths = fetch_illusions(base_url=server.url)
    paths[2].write_bytes(png(255))
    assert "vegetables" not in find_illusions()
    server.requests.clear()
    fetch_illusions(base_url=server.url)
    assert [urlsplit(each).path for each in server.requests] == ["/w/api.php", "/vegetables.png"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda s: s.unknown.add("woman"), "may have been renamed"),
        (lambda s: s.hashes.update({"rabbit-duck": "0" * 40}), "does not match the known hash"),
        (lambda s: s.pictures.update({"/rock.png": b"<html>sign in</html>"}), "expected an image"),
        (lambda s: s.pictures.update({"/rock.png": png(0, 20)}), "at least 64 pixels"),
        (lambda s: s.pictures.pop("/rock.png"), r"answered 404[^.]*\. Run `gcbook fetch"),
    ],
)
def test_what_is_not_as_described_is_refused(server, spoil, message):
    spoil(server)
    with pytest.raises(FetchError, match=message):
        fetch_illusions(base_url=server.url)
    assert len(find_illusions()) == 3


def test_one_bad_picture_keeps_no_other_from_coming(server):
    removed = server.pictures.pop("/vegetables.png")
    with pytest.raises(FetchError, match=r"^1 of 4 illusions .*as .*vegetables\.png\.$"):
        fetch_illusions(base_url=server.url)
    assert list(find_illusions()) == ["rabbit-duck", "rock", "woman"]
    server.pictures["/vegetables.png"] = removed
    assert len(fetch_illusions(base_url=server.url)) == 4


def test_a_full_disk_is_told_with_what_to_do(server, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pooch.core.shutil.move", full)
        with pytest.raises(FetchError, match=r"No space left on device\); .*GCBOOK_CACHE_DIR"):
            fetch_illusions(base_url=server.url, report=lambda line: None)
    assert not find_illusions()


def test_offline_the_message_says_what_to_do(server):
    server.stop()
    with pytest.raises(FetchError, match=r"File:Visage_dans_un_rocher\.jpg as"):
        fetch_illusions(base_url=server.url)


def test_pictures_in_the_data_folder_count(server, tmp_path, monkeypatch):
    folder = tmp_path / "data/illusions"
    folder.mkdir(parents=True)
    (folder / "rock.png").write_bytes(png(9))
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path / "data"))
    assert find_illusions() == {"rock": folder / "rock.png"}
    # What no browser of pictures would open does not count.
    (folder / "woman.svg").write_text("<svg/>")
    assert find_illusions() == {"rock": folder / "rock.png"}


@pytest.mark.parametrize("written", ["{", "[]", '{"rock": 3}', '{"other": {}}'])
def test_a_record_that_is_none_is_refused(written, tmp_path, monkeypatch):
    folder = tmp_path / "illusions"
    folder.mkdir()
    (folder / RECORD).write_text(written)
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("GCBOOK_DATA_DIR", raising=False)
    with pytest.raises(GcbookError, match="found something else; delete the file"):
        find_illusions()


def test_the_command_says_makers_and_files(server, monkeypatch, capsys):
    real = commons.fetch_illusions
    monkeypatch.setattr(
        commons, "fetch_illusions", lambda report: real(base_url=server.url, report=report)
    )
    status, out, err = call(capsys, "fetch", "illusions")
    assert status == 0
    assert [line.rpartition("/")[2] for line in out.split()] == [
        f"{each.name}.png" for each in ILLUSIONS
    ]
    assert "W. E. Hill" in err
