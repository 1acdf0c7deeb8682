"""Summaries of the trials: small enough to ship, enough for every number of the book.

`load_summaries` gives the shipped ones, computed by `tools/build_summaries.py` from the published
trials, or recomputes them from these where a reader asks for other conventions or adds own trials.
"""

import io
import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from gcbook.files.atomic import write_text
from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.files.results import code_of, keep, kept, key_of
from gcbook.files.version import VERSION
from gcbook.paper.experiments import DATASETS, EXPERIMENTS
from gcbook.paper.observers import CLASS, HUMANS, PUBLISHED_SOURCES, as_classes, is_published
from gcbook.stats.agreement import pair_counts
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate, estimate_own
from gcbook.stats.metrics import count_trials
from gcbook.trials.originals import SOURCES, locate_trials
from gcbook.trials.table import read_trials, unmatched_images

_TABLES = ("counts", "pairs", "estimates", "tests")
_DECIMALS = 6
_ABOUT_IMAGES = ("images", "images_in_several_datasets", "wider_by_shared_images")

CODE = f"gcbook {VERSION}"
"""What computes summaries here."""


class SummariesWarning(UserWarning):
    """What a reader should know about the data behind the summaries."""


@dataclass(frozen=True)
class Summaries:
    """All that the chapters show.

    Attributes:
        counts: trials per observer, dataset, condition, category, cue and response
            (`gcbook.stats.metrics.count_trials`).
        pairs: 2 × 2 counts of right and wrong per pair, dataset and condition
            (`gcbook.stats.agreement.pair_counts`).
        estimates: values with intervals (`gcbook.stats.estimates`).
        tests: paired tests (`gcbook.stats.comparisons`); those of a reader's own observers are
            families of their own.
        settings: conventions and resampling that they were made with.
        origin: what they were made of.
    """

    counts: pd.DataFrame
    pairs: pd.DataFrame
    estimates: pd.DataFrame
    tests: pd.DataFrame
    settings: SummarySettings
    origin: "Origin"

    @property
    def provenance(self) -> dict[str, Any]:
        """Sources with commits, settings, version of the code: what ``provenance.json`` holds."""
        origin = asdict(self.origin)
        images = {name: origin.pop(name) for name in _ABOUT_IMAGES}
        return {**origin, **self.settings.as_dict(), **images}

    @property
    def published(self) -> "Summaries":
        """The same without a reader's own observers: what the book's sentences are about."""
        tables = {
            "counts": ["source"],
            "pairs": ["source_a", "source_b"],
            "estimates": ["source", "other_source"],
            "tests": ["a_source", "b_source"],
        }
        kept: dict[str, Any] = {}
        for name, sides in tables.items():
            table: pd.DataFrame = getattr(self, name)
            of_ours = pd.concat([is_published(table[each]) for each in sides], axis=1)
            kept[name] = table[of_ours.all(axis=1)].reset_index(drop=True)
        return replace(self, **kept)

    def without_published(self) -> "Summaries":
        """The same tables, empty: what own observers are put into where nothing is compared."""
        return replace(self, **{name: getattr(self, name).iloc[:0] for name in _TABLES})

    def save(self, folder: Path) -> None:
        """Write four Parquet tables and ``provenance.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _TABLES:
            table: pd.DataFrame = getattr(self, name)
            table.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
        write_text(json.dumps(self.provenance, indent=2) + "\n", folder / "provenance.json")

    def packed(self, notes: Sequence[str] = ()) -> bytes:
        """The same and notes on it as bytes: a line of JSON with the sizes of the tables, these."""
        parts = {}
        for name in _TABLES:
            table: pd.DataFrame = getattr(self, name)
            buffer = io.BytesIO()
            table.to_parquet(buffer, compression="zstd", index=False)
            parts[name] = buffer.getvalue()
        sizes = {name: len(part) for name, part in parts.items()}
        head = {"provenance": self.provenance, "notes": list(notes), "sizes": sizes}
        return b"\n".join([json.dumps(head).encode(), b"".join(parts.values())])

    @classmethod
    def unpacked(cls, content: bytes) -> "tuple[Summaries, list[str]]":
        """What `packed` packed, and its notes."""
        first, _, rest = content.partition(b"\n")
        head, tables = json.loads(first), {}
        for name, size in head["sizes"].items():
            tables[name] = pd.read_parquet(io.BytesIO(rest[:size]))
            rest = rest[size:]
        return cls._with(tables, head["provenance"]), head["notes"]

    @classmethod
    def _with(cls, tables: dict[str, pd.DataFrame], stored: dict[str, Any]) -> "Summaries":
        origin = Origin(**{each.name: stored[each.name] for each in fields(Origin)})
        return cls(**tables, settings=SummarySettings.read(stored), origin=origin)

    @classmethod
    def read(cls, folder: Path | None = None) -> "Summaries":
        """Read what `save` wrote; by default the summaries that come with the package."""
        folder = folder or DATA.path("summaries")
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES}
        stored = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        return cls._with(tables, stored)


@dataclass(frozen=True)
class Origin:
    """What summaries were made of, and by which code.

    Attributes:
        code: its name and version.
        sources: of the trials, by name; what follows is of the published ones alone.
        published: ``repository, commit, content`` of each source of published trials.
        images: how many different images there are, not counting those of edges, silhouettes and
            cue conflicts, which share their exemplars by design and are resampled together.
        images_in_several_datasets: how many of them several datasets hold by chance, which the
            resampling ignores.
        wider_by_shared_images: by what factor the interval of an observer's mean accuracy over
            these datasets would be wider if it did not; the largest.
    """

    code: str
    sources: list[str]
    published: list[dict[str, str]]
    images: int
    images_in_several_datasets: int
    wider_by_shared_images: float

    @classmethod
    def of(cls, trials: pd.DataFrame) -> "Origin":
        """What these trials are."""
        others = trials[~trials["dataset"].isin(["edge", "silhouette", "cue-conflict"])]
        n_datasets = others.groupby("image_id", observed=True)["dataset"].nunique()
        return cls(
            code=CODE,
            sources=sorted(set(trials["source"])),
            published=[
                {"repository": s.repository, "commit": s.commit, "content": s.content}
                for s in SOURCES["trials"]
            ],
            images=len(n_datasets),
            images_in_several_datasets=int((n_datasets > 1).sum()),
            wider_by_shared_images=_wider_by_shared_images(others),
        )


def _wider_by_shared_images(trials: pd.DataFrame) -> float:
    """See `Origin`: standard errors with an image's answers added up, and without."""
    trials = trials.assign(
        right=(trials["response"] == trials["category"]).astype(float),
        who=trials["observer"].astype(str).mask(trials["observer_kind"] == "human", HUMANS),
    )
    here = ["who", "dataset", "condition", "category"]
    # What an image moves the mean over datasets by, within its category.
    moves = trials["right"] - trials.groupby(here, observed=True)["right"].transform("mean")
    moves /= trials.groupby(["who", "dataset"], observed=True)["right"].transform("size")
    moved = trials.assign(moves=moves)
    once = moved.groupby(["who", "dataset", "image_id"], observed=True)["moves"].sum().reset_index()
    added = once.groupby(["who", "image_id"], observed=True)["moves"].sum().reset_index()
    apart, together = (
        each["moves"].pow(2).groupby(each["who"]).sum().pow(0.5) for each in (once, added)
    )
    return round(float((together[apart > 0] / apart[apart > 0]).max()), 4)


def summarise(trials: pd.DataFrame, settings: SummarySettings | None = None) -> Summaries:
    """Compute summaries from trials.

    Values are rounded to six decimals, as in the shipped tables.

    Args:
        settings: conventions and resampling; the benchmark's by default.
    """
    settings = settings or SummarySettings()
    trials = settings.choose(trials)
    if trials.empty:
        raise InputError(f"expected trials of {', '.join(settings.datasets)}; found none.")
    computed = estimate(trials, settings)
    return Summaries(
        count_trials(trials),
        pair_counts(trials),
        computed.estimates.round(_DECIMALS),
        computed.tests.round(_DECIMALS),
        settings,
        Origin.of(trials),
    )


def load_summaries(trials: str = "", settings: SummarySettings | None = None) -> Summaries:
    """The summaries behind a chapter.

    Args:
        trials: own trials to add to the published ones: paths of folders, zips or CSVs, or several
            in one string separated by commas.
        settings: conventions; the shipped summaries are made with the defaults.

    Returns:
        The shipped summaries if nothing differs from how they were made; summaries computed from
        the published trials otherwise. Nothing about published observers differs for the sake of
        own ones.

    Raises:
        DataNotFoundError: the published trials are needed and not on this machine.
        InputError: own trials are not as expected.

    Warns:
        SummariesWarning: own trials cover only part of what is shown.
    """
    settings = settings or SummarySettings()
    own_paths = [part.strip() for part in trials.split(",") if part.strip()]
    if not own_paths and settings == SummarySettings():
        return Summaries.read()
    places = locate_trials()
    own = read_trials(*own_paths) if own_paths else None
    found, notes = _kept(places, own, settings)
    for note in notes:
        warnings.warn(note, SummariesWarning, stacklevel=2)
    return found


def _kept(
    places: Sequence[Path], own: pd.DataFrame | None, settings: SummarySettings
) -> tuple[Summaries, list[str]]:
    """Summaries and what is to be said of own trials: computed once, then kept in the cache.

    Args:
        places: of the published trials, which are what the registry lists.
        own: trials to put beside them.
        settings: conventions and resampling.
    """
    ships = [f"{name} {known}" for name, known in sorted(DATA.listed.items()) if _used(name)]
    mine = b"" if own is None else own.to_csv(index=False).encode()
    code = code_of("stats", "trials", "paper", "files")
    key = key_of(mine, json.dumps(settings.as_dict()), code, *ships)
    content = kept("summaries", key)
    if content is None:
        published, notes = read_trials(*places), list[str]()
        default = settings == SummarySettings()
        found = Summaries.read() if default else summarise(published, settings)
        if own is not None:
            merged = merge_own(published, own)
            notes = list(describe_own(merged, settings))
            found = with_own(found, merged)
        content = found.packed(notes)
        keep("summaries", key, content)
    return Summaries.unpacked(content)


def _used(name: str) -> bool:
    """Whether summaries depend on a file of the package's data."""
    return name.startswith(("summaries/", "registry/")) or name == "observers.csv"


def merge_own(published: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Put own trials beside the published ones.

    A reader's checkout of the toolbox holds the published trials too: what is the same to the
    letter is dropped from the own trials. Any other own observer under the name of a published
    source is kept under the source ``own <source>``. Own people become a class of their own.
    """
    keys = ["source", "dataset", "observer", "image_id"]
    known = published.set_index(keys)["response"]
    answer = known.reindex(pd.MultiIndex.from_frame(own[keys])).set_axis(own.index)
    differs = answer.isna() | (answer != own["response"])
    differing = differs.groupby([own["source"], own["observer"]]).transform("any")
    ours = differing & own["source"].isin(PUBLISHED_SOURCES)
    human = own["observer_kind"] == "human"
    renamed = own.assign(
        source=own["source"].where(~ours, "own " + own["source"]),
        observer_kind=own["observer_kind"].mask(human, CLASS),
    )
    return pd.concat([published, renamed[differing]], ignore_index=True)


def with_own(base: Summaries, merged: pd.DataFrame) -> Summaries:
    """Summaries of published trials with own observers beside them.

    Args:
        base: of the published trials, or empty; with the conventions and the resampling to use.
        merged: from `merge_own`.
    """
    trials = base.settings.choose(merged)
    own = trials[~is_published(trials["source"])]
    if own.empty:
        return base
    pairs = as_classes(pair_counts(trials), "a", "b")
    sides = pairs[["source_a", "source_b"]]
    of_own = ~pd.concat([is_published(sides[name]) for name in sides], axis=1)
    within = (pairs["kind_a"] == CLASS) & (pairs["kind_b"] == CLASS)
    estimates, tests = estimate_own(trials, base.settings)
    found = {
        "counts": count_trials(as_classes(own)),
        "pairs": pairs[of_own.any(axis=1) & ~within],
        "estimates": estimates.round(_DECIMALS),
        "tests": tests.round(_DECIMALS),
    }
    tables = {
        name: pd.concat([each for each in (getattr(base, name), rows) if len(each)] or [rows])
        for name, rows in found.items()
    }
    whole = {name: table.reset_index(drop=True) for name, table in tables.items()}
    sources = sorted({*base.origin.sources, *own["source"]})
    return replace(base, **whole, origin=replace(base.origin, code=CODE, sources=sources))


def describe_own(merged: pd.DataFrame, settings: SummarySettings) -> Iterator[str]:
    """Say what of own trials is partial or cannot be compared, a sentence each.

    Args:
        merged: from `merge_own`.
        settings: which conditions count.
    """
    own = as_classes(merged[~is_published(merged["source"])])
    for observer, rows in own.groupby("observer", sort=True):
        seen = set(rows[["dataset", "condition"]].itertuples(index=False, name=None))
        present = [name for name in DATASETS if name in set(rows["dataset"])]
        part = [
            name
            for name in present
            if not seen.issuperset((name, each) for each in settings.counted(EXPERIMENTS[name]))
        ]
        n_whole = len(present) - len(part)
        if n_whole < len(DATASETS):
            names = [f"{name} in part" if name in part else name for name in present]
            yield (
                f"own trials of {observer}: {n_whole} of {len(DATASETS)} datasets "
                f"({', '.join(names)}); it is missing from what needs others"
            )
    unmatched = unmatched_images(as_classes(merged))
    for row in unmatched[unmatched["observer"].isin(set(own["observer"]))].itertuples():
        yield (
            f"own trials of {row.observer}: {row.n_unmatched} of {row.n_seen} images of "
            f"{row.dataset} were seen by no human (e.g. {row.example}) and count for accuracy alone"
        )


def observer_numbers(summaries: Summaries) -> dict[str, int]:
    """How many humans, networks and trials there are; a human is a person in one dataset.

    Returns:
        ``humans, human_trials, networks`` (distinct names), ``network_trials``,
        ``everywhere`` (networks with all datasets present) and ``datasets``.
    """
    counts = summaries.counts
    human = counts["observer_kind"] == "human"
    people = counts[human].drop_duplicates(["dataset", "source", "observer"])
    models = counts[~human].drop_duplicates(["dataset", "source", "observer"])
    n_datasets = counts["dataset"].nunique()
    seen = models.groupby(["source", "observer"])["dataset"].nunique()
    return {
        "humans": len(people),
        "human_trials": int(counts.loc[human, "n"].sum()),
        "networks": models["observer"].nunique(),
        "network_trials": int(counts.loc[~human, "n"].sum()),
        "everywhere": int((seen == n_datasets).sum()),
        "datasets": n_datasets,
    }
