"""What a shell completes after an option whose values are names: formats, renderers, splits, topics, reasons.

In: the beginning of a word.  Out: the names that begin so.  Loads what knows them only when a shell asks.
"""

from collections.abc import Iterable


def formats(incomplete: str) -> list[str]:
    """Forms of an export."""
    from dataset.exports import FORMATS

    return _beginning(FORMATS, incomplete)


def renderers(incomplete: str) -> list[str]:
    """Renderers, those of plug-ins too."""
    from gpu_workers.renderers import RENDERERS

    return _beginning(RENDERERS, incomplete)


def splits(incomplete: str) -> list[str]:
    """The splits of a dataset."""
    from spatial.splits import SPLITS

    return _beginning(SPLITS, incomplete)


def topics(incomplete: str) -> list[str]:
    """Topics of the broker."""
    from schemas.topics import TOPICS

    return _beginning(TOPICS, incomplete)


def stages(incomplete: str) -> list[str]:
    """Stages of the factory."""
    from schemas.events import STAGES

    return _beginning(STAGES, incomplete)


def rejection_reasons(incomplete: str) -> list[str]:
    """Why requests are rejected."""
    from schemas.reasons import REASONS

    return _beginning(REASONS, incomplete)


def flag_reasons(incomplete: str) -> list[str]:
    """Why a reviewer flags something."""
    from dataset.review.verdict_table import REASONS

    return _beginning(REASONS, incomplete)


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
