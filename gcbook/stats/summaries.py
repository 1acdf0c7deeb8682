"""Summaries of the trials: small enough to ship, enough for every number of the book.

`load_summaries` gives the shipped ones, computed by `tools/build_summaries.py` from the published
trials, or recomputes them where a reader asks for other conventions or adds own trials. What
needs resampling needs the trials; without them, counts still give every value, and the intervals
are left out and said to be.

What is recomputed is computed when it is asked for, a part at a time: a chapter on shape bias never
resamples the other sixteen datasets (`gcbook.stats.estimates.PARTS`). With the settings of the
shipped summaries, the published observers' rows are the shipped ones, and only own observers' are
computed. Parts are kept in the cache by a hash of the trials, the settings and the code
(`gcbook.files.kept`).
"""

import io
import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

import gcbook
from gcbook.files.atomic import write_text
from gcbook.files.errors import InputError
from gcbook.files.kept import code_of, keep, kept, key_of
from gcbook.files.manifest import DATA
from gcbook.files.progress import tell_progress
from gcbook.paper.experiments import DATASETS, EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import pair_counts
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import ESTIMATE_KEYS, PARTS, Known, estimate
from gcbook.stats.fromcounts import values_from_counts
from gcbook.stats.metrics import count_trials
from gcbook.trials.originals import SOURCES, find, locate_trials, read_registry
from gcbook.trials.table import read_trials, unmatched_images

_TABLES = ("counts", "pairs", "estimates", "tests")
_DECIMALS = 6
_ABOUT_IMAGES = ("images", "images_in_several_datasets", "wider_by_shared_images")

CODE = f"gcbook {gcbook.__version__}"
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
        tests: paired tests (`gcbook.stats.comparisons`).
        settings: conventions and resampling that they were made with.
        origin: what they were made of.
    """

    counts: pd.DataFrame
    pairs: pd.DataFrame
    estimates: pd.DataFrame
    tests: pd.DataFrame
    settings: SummarySettings
    origin: "Origin"

    def of(self, *metrics: str, published: bool = False) -> pd.DataFrame:
        """The rows of the estimates that are of some metrics.

        Args:
            metrics: as the column ``metric`` names them.
            published: leave out own observers, and with them what would have to be computed.
        """
        del published
        return self.estimates[self.estimates["metric"].isin(metrics)]

    def tests_of(self, metric: str) -> pd.DataFrame:
        """The rows of the tests that are of a metric."""
        return self.tests[self.tests["metric"] == metric]

    @property
    def provenance(self) -> dict[str, Any]:
        """Sources with commits, settings, version of the code: what ``provenance.json`` holds."""
        origin = asdict(self.origin)
        images = {name: origin.pop(name) for name in _ABOUT_IMAGES}
        return {**origin, **self.settings.as_dict(), **images}

    def save(self, folder: Path) -> None:
        """Write four Parquet tables and ``provenance.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _TABLES:
            table: pd.DataFrame = getattr(self, name)
            table.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
        write_text(json.dumps(self.provenance, indent=2) + "\n", folder / "provenance.json")

    @classmethod
    def read(cls, folder: Path | None = None) -> "Summaries":
        """Read what `save` wrote; by default the summaries that come with the package."""
        folder = folder or DATA.path("summaries")
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES}
        stored = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        origin = Origin(**{each.name: stored[each.name] for each in fields(Origin)})
        return cls(**tables, settings=SummarySettings.read(stored), origin=origin)


@dataclass(frozen=True)
class Origin:
    """What summaries were made of, and by which code.

    Attributes:
        code: its name and version.
        sources: of the trials, by name.
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


class _Computed(Summaries):
    """Summaries whose parts are computed when they are first asked for, and kept in the cache."""

    def __init__(
        self,
        published: Callable[[], pd.DataFrame],
        own: pd.DataFrame | None,
        settings: SummarySettings,
    ) -> None:
        """Prepare to compute.

        Args:
            published: reads the published trials.
            own: own trials to put beside them.
            settings: conventions and resampling.
        """
        # The fields of the class above are properties here; only what is given is stored.
        self.__dict__.update(settings=settings, _read=published, _own=own)

    _read: Callable[[], pd.DataFrame]
    _own: pd.DataFrame | None

    @cached_property
    def counts(self) -> pd.DataFrame:
        return self._kept("counts", lambda: {"": count_trials(self._trials)})[""]

    @cached_property
    def pairs(self) -> pd.DataFrame:
        return self._kept("pairs", lambda: {"": pair_counts(self._trials)})[""]

    @cached_property
    def estimates(self) -> pd.DataFrame:
        return self.of(*(metric for metrics in PARTS.values() for metric in metrics))

    @cached_property
    def tests(self) -> pd.DataFrame:
        tables = [each["tests"] for each in self._parts("shape", "accuracy", "agreement")]
        # Without a row the columns have no types.
        return pd.concat([each for each in tables if len(each)] or tables[:1], ignore_index=True)

    @cached_property
    def origin(self) -> Origin:
        return Origin.of(self._trials)

    def of(self, *metrics: str, published: bool = False) -> pd.DataFrame:
        parts = [part for part, those in PARTS.items() if {*metrics} & {*those}]
        if published and self._known:
            table = self._shipped.estimates
        else:
            table = pd.concat([each["estimates"] for each in self._parts(*parts)])
            table = table.sort_values(list(ESTIMATE_KEYS), ignore_index=True)
        return table[table["metric"].isin(metrics)]

    def tests_of(self, metric: str) -> pd.DataFrame:
        part = next(part for part, metrics in PARTS.items() if metric in metrics)
        (found,) = self._parts(part)
        return found["tests"][found["tests"]["metric"] == metric]

    @cached_property
    def said(self) -> Sequence[str]:
        """What a reader should know of own trials."""
        if self._own is None:
            return ()
        found = self._kept("notes", lambda: {"": self._notes()})
        return found[""]["note"].tolist()

    def _notes(self) -> pd.DataFrame:
        assert self._own is not None
        notes = own_notes(self._own, self._all_trials, self.settings)
        return pd.DataFrame({"note": pd.Series(notes, dtype="str")})

    @cached_property
    def _published(self) -> pd.DataFrame:
        return self._read()

    @cached_property
    def _all_trials(self) -> pd.DataFrame:
        return self._published if self._own is None else merge_own(self._published, self._own)

    @cached_property
    def _trials(self) -> pd.DataFrame:
        trials = self.settings.choose(self._all_trials)
        if trials.empty:
            names = ", ".join(self.settings.datasets)
            raise InputError(f"expected trials of {names}; found none.")
        return trials

    @cached_property
    def _shipped(self) -> Summaries:
        return Summaries.read()

    @cached_property
    def _known(self) -> Known | None:
        """The published observers, if own trials change nothing about their shipped rows."""
        if self._own is None or self.settings != self._shipped.settings:
            return None
        found = self._kept("known", lambda: {"": pd.DataFrame({"known": [self._adds_models()]})})
        return Known.of(self._shipped.estimates) if found[""]["known"].item() else None

    def _adds_models(self) -> bool:
        """Whether own trials are of models alone, which are others, and saw no other images."""
        shown, added = self._published, self._all_trials.iloc[len(self._published) :]
        image, who = ["dataset", "condition", "image_id", "category"], ["source", "observer"]
        new = _distinct(added, image) - _distinct(shown, image)
        both = _distinct(added, who) & _distinct(shown, who)
        return not (new or both or (added["observer_kind"] == "human").any())

    @cached_property
    def _key(self) -> str:
        own = b"" if self._own is None else self._own.to_csv(index=False).encode()
        ships = [f"{name} {known}" for name, known in sorted(DATA.listed.items()) if _used(name)]
        code = code_of("stats", "trials", "paper", "files")
        return key_of(own, json.dumps(self.settings.as_dict()), code, *ships)

    def _parts(self, *parts: str) -> list[Mapping[str, pd.DataFrame]]:
        """Rows and tests of some parts; what is missing is computed together."""
        missing = [part for part in parts if self._find(part) is None]
        found = self._compute(missing) if missing else {}
        return [self._kept(part, lambda part=part: found[part]) for part in parts]  # type: ignore[misc]

    def _compute(self, parts: Sequence[str]) -> dict[str, Mapping[str, pd.DataFrame]]:
        with tell_progress("resampling the datasets") as report:
            found = estimate(
                self._trials, self.settings, parts=parts, known=self._known, report=report
            )
        estimates, tests = found.estimates.round(_DECIMALS), found.tests.round(_DECIMALS)
        tables: dict[str, Mapping[str, pd.DataFrame]] = {}
        for part in parts:
            rows = estimates[estimates["metric"].isin(PARTS[part])]
            if self._known:
                shipped = self._shipped.of(*(each for each in PARTS[part] if each != "mean_rank"))
                rows = pd.concat([shipped, rows])
            rows = rows.sort_values(list(ESTIMATE_KEYS), ignore_index=True)
            about = tests[tests["metric"].isin(PARTS[part])].reset_index(drop=True)
            tables[part] = {"estimates": rows, "tests": about}
        return tables

    @cached_property
    def _memory(self) -> dict[str, Mapping[str, pd.DataFrame]]:
        return {}

    def _find(self, name: str) -> Mapping[str, pd.DataFrame] | None:
        """Tables that are in memory or in the cache."""
        if name not in self._memory:
            content = kept("summaries", key_of(self._key, name))
            if content is None:
                return None
            self._memory[name] = _unpacked(content)
        return self._memory[name]

    def _kept(
        self, name: str, compute: Callable[[], Mapping[str, pd.DataFrame]]
    ) -> Mapping[str, pd.DataFrame]:
        """Tables by name, from memory, from the cache, or computed."""
        found = self._find(name)
        if found is None:
            found = self._memory[name] = compute()
            keep("summaries", key_of(self._key, name), _packed(found))
        return found


def _distinct(trials: pd.DataFrame, columns: list[str]) -> set[tuple[str, ...]]:
    return set(trials[columns].drop_duplicates().itertuples(index=False, name=None))


def _used(name: str) -> bool:
    """Whether summaries depend on a file of the package's data."""
    return name.startswith(("summaries/", "registry/")) or name == "observers.csv"


def _packed(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Parquet tables, one after the other, behind a line of JSON that has their names and sizes."""
    parts = {}
    for name, table in tables.items():
        buffer = io.BytesIO()
        table.to_parquet(buffer, compression="zstd", index=False)
        parts[name] = buffer.getvalue()
    head = json.dumps({name: len(part) for name, part in parts.items()})
    return b"\n".join([head.encode(), b"".join(parts.values())])


def _unpacked(content: bytes) -> dict[str, pd.DataFrame]:
    """What `_packed` packed."""
    head, _, rest = content.partition(b"\n")
    tables = {}
    for name, size in json.loads(head).items():
        tables[name] = pd.read_parquet(io.BytesIO(rest[:size]))
        rest = rest[size:]
    return tables


def load_summaries(trials: str = "", settings: SummarySettings | None = None) -> Summaries:
    """The summaries behind a chapter.

    Args:
        trials: own trials to add to the published ones: paths of folders, zips or CSVs, or several
            in one string separated by commas.
        settings: conventions; the shipped summaries are made with the defaults.

    Returns:
        The shipped summaries if nothing differs from how they were made; summaries computed from
        the published trials (and own ones) otherwise. If only a setting differs and the published
        trials are not at hand, values without intervals.

    Raises:
        DataNotFoundError: own trials are given and the published ones are not at hand.
        InputError: own trials are not as expected.

    Warns:
        SummariesWarning: intervals are left out, or own trials cover only part of what is shown.
    """
    settings = settings or SummarySettings()
    own_paths = [part.strip() for part in trials.split(",") if part.strip()]
    if not own_paths and settings == SummarySettings():
        return Summaries.read()
    if own_paths:
        places = locate_trials()
        found = _Computed(lambda: read_published(places), read_trials(*own_paths), settings)
        for note in found.said:
            _tell(note)
        return found
    at_hand = find("trials")
    if at_hand is not None:
        return _Computed(lambda: read_published(at_hand), None, settings)
    if settings.resampling.draws:
        _tell(
            "the published trials are not on this machine, so values come from the shipped counts "
            "and have no intervals; `gcbook fetch trials` gets the trials"
        )
    return _without_intervals(Summaries.read(), settings)


def read_published(places: Sequence[Path]) -> pd.DataFrame:
    """The published trials, as `gcbook.trials.table.read_trials` reads them, or as they were kept.

    Args:
        places: where they are, compared with their registries by `gcbook.trials.originals.find`.
    """
    known = [json.dumps(read_registry(source)) for source in SOURCES["trials"]]
    code = code_of("trials", "paper", "files")
    key = key_of(code, *known, *map(str, places))
    content = kept("trials", key)
    if content is not None:
        return _unpacked(content)[""]
    trials = read_trials(*places)
    keep("trials", key, _packed({"": trials}))
    return trials


def merge_own(published: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Put own trials beside the published ones.

    A reader's checkout of the toolbox holds the published trials too: what is the same to the
    letter is dropped from the own trials. An own observer whose trials differ from published ones
    of the same source and name is kept under the source ``own <source>``.
    """
    keys = ["source", "dataset", "observer", "image_id"]
    known = published.set_index(keys)["response"]
    answer = known.reindex(pd.MultiIndex.from_frame(own[keys])).set_axis(own.index)
    differs = answer.notna() & (answer != own["response"])
    differing = differs.groupby([own["source"], own["observer"]]).transform("any")
    renamed = own.assign(source=own["source"].where(~differing, "own " + own["source"]))
    return pd.concat([published, renamed[answer.isna() | differing]], ignore_index=True)


def _without_intervals(shipped: Summaries, settings: SummarySettings) -> Summaries:
    counts, pairs = settings.choose(shipped.counts), settings.choose(shipped.pairs)
    values = values_from_counts(counts, pairs, settings).round(_DECIMALS)
    without = replace(settings, resampling=replace(settings.resampling, draws=0))
    origin = replace(shipped.origin, code=CODE)
    return Summaries(counts, pairs, values, shipped.tests.iloc[:0], without, origin)


def own_notes(own: pd.DataFrame, merged: pd.DataFrame, settings: SummarySettings) -> Iterator[str]:
    """Say which own observers cover only part of what is shown.

    Args:
        own: their trials.
        merged: these beside the published ones.
        settings: with the conditions that count.
    """
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
    # Of people, the images are enough.
    image = ["dataset", "image_id", "condition", "category"]
    people = merged[merged["observer_kind"] == "human"].drop_duplicates(image)
    models = merged[merged["observer"].isin(set(own["observer"]))]
    models = models[models["observer_kind"] != "human"]
    for row in unmatched_images(pd.concat([people, models])).itertuples():
        yield (
            f"own trials of {row.observer}: {row.n_unmatched} of {row.n_seen} images of "
            f"{row.dataset} were seen by no human (e.g. {row.example}) and count for accuracy alone"
        )


def _tell(message: str) -> None:
    warnings.warn(message, SummariesWarning, stacklevel=4)


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
