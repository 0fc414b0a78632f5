"""The spec of a setting that names a network."""

from dataclasses import dataclass
from typing import Any

from dreamlab.config.specs import Spec
from dreamlab.zoo import check_network


@dataclass(frozen=True, kw_only=True)
class NetworkName(Spec):
    """The name of a network on offer, trained or not; None if that is the default."""

    def check(self, name: str, value: Any) -> str | None:
        if value is self.default is None:
            return None
        named: str = super().check(name, value)
        check_network(named)
        return named
