"""YAML files of named entries: the paper's claims, and the margins."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gcbook.files.errors import GcbookError

T = TypeVar("T", bound=BaseModel)


def read_entries(path: Path, model: type[T]) -> dict[str, T]:
    """A YAML file of named entries, each checked against a model.

    Raises:
        GcbookError: naming file, entry and what is wrong with it; a name that stands twice too.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """Refuses a key that stands twice; YAML forbids it, and PyYAML keeps the last."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            mapping = super().construct_mapping(node, deep)
            keys = [key.value for key, _ in node.value]
            if twice := sorted({key for key in keys if keys.count(key) > 1}):
                raise yaml.YAMLError(f"{', '.join(twice)} stands twice{node.start_mark}")
            return mapping

    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader) or {}  # a SafeLoader
    except yaml.YAMLError as error:
        raise GcbookError(f"{path}: {error}") from None
    if not isinstance(entries, dict):
        raise GcbookError(f"{path}: expected named claims, found {type(entries).__name__}.")
    made = {}
    for name, entry in entries.items():
        try:
            made[str(name)] = model.model_validate(entry)
        except ValidationError as error:
            wrong = [
                f"{'.'.join(map(str, each['loc'])) or 'entry'}: "
                f"{each['msg'].removeprefix('Value error, ')}"
                for each in error.errors()
            ]
            raise GcbookError(f"{path}: {name}: {'; '.join(wrong)}.") from None
    return made
