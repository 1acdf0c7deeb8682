"""The landing page: its numbers, here and elsewhere."""

from tiny.notebooks import said_by

from gcbook.book.project import find_project

AS_ACCURATE = "f\"{as_accurate['photo-%s']%s:.2f}\""


def test_the_readme_and_the_fair_test_say_the_same():
    home, chapter = said_by("home"), said_by("photographs")
    pixel, latent = (home[f"f\"{{at_seven['photo-{name}']:.2f}}\""] for name in ("pixel", "latent"))
    resnet = home["f\"{small_resnet['shape_bias']:.2f}\""]
    people = chapter["f\"{beside.shape_bias['People']:.2f}\""]
    # Home interpolates values, the chapter each resample.
    as_accurate = [home[AS_ACCURATE % (name, "")] for name in ("pixel", "latent")]
    assert as_accurate == [chapter[AS_ACCURATE % (name, "[0]")] for name in ("pixel", "latent")]
    of_chapter = [chapter[f"f\"{{bias('photo-{name}')[0]:.2f}}\""] for name in ("pixel", "latent")]
    assert [pixel, latent] == of_chapter
    readme = (find_project().root / "README.md").read_text(encoding="utf-8")
    sentence = (
        f"{pixel} on pixels and {latent} on latents against {resnet}, or "
        f"{' and '.join(as_accurate)} for a ResNet that is only as accurate; people have {people}."
    )
    assert sentence.replace("0.", ".") in " ".join(readme.split())
