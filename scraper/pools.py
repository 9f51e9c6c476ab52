"""An adapter of `requests` over connection pools of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool


class PooledAdapter(HTTPAdapter):
    """Takes its connections, direct and through proxies, from `pools`, by scheme."""

    pools: ClassVar[Mapping[str, type[HTTPConnectionPool]]]

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager: Any = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self.pools
        return manager
