"""Galleries: every picture once, with its words, safe against names that are markup."""

import base64
import re

from gcbook.charts.gallery import Gallery, Picture, Strip

PNG, JPEG = b"\x89PNG....", b"\xff\xd8\xff...."


def gallery():
    first = Picture(PNG, 'A "cat" & <dog>', ("cat <b>", "7 / 0"))
    return Gallery((Strip((first, Picture(JPEG, "bird")), "Row <i>", columns=2),))


def test_every_picture_is_there_once_with_alternative_and_words():
    body = gallery().body
    urls = re.findall(r'src="data:image/(\w+);base64,([^"]*)"', body)
    assert [(kind, base64.b64decode(data)) for kind, data in urls] == [("png", PNG), ("jpeg", JPEG)]
    assert 'alt="A &quot;cat&quot; &amp; &lt;dog&gt;"' in body
    assert "<span>cat &lt;b&gt;</span><span>7 / 0</span>" in body
    assert "Row &lt;i&gt;" in body
    assert "minmax(max(50% - .4rem, 4.2rem),1fr)" in body
