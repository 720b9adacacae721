"""The platforms that are fuzzed. A platform adds itself with the form and the probes that its wire cases use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from linebook.dialects.base import Dialect, Operation
from linebook.dialects.heymarket import HEYMARKET
from linebook.dialects.inwise import INWISE
from linebook.dialects.sendblue import SENDBLUE
from linebook.dialects.zipwhip import ZIPWHIP
from linebook.runtime import Runtime
from tests.dialects.heymarket import form as heymarket
from tests.dialects.heymarket.tenants import add_tenant as add_heymarket_tenant
from tests.dialects.inwise import form as inwise
from tests.dialects.inwise.tenants import add_tenant as add_inwise_tenant
from tests.dialects.sendblue import form as sendblue
from tests.dialects.sendblue.tenants import add_tenant as add_sendblue_tenant
from tests.dialects.zipwhip import form as zipwhip
from tests.dialects.zipwhip.tenants import add_tenant as add_zipwhip_tenant
from tests.kit.wire import Form, Probe, Tenant


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One platform: its dialect, how its answers look, a request per operation that works, and who asks.

    `form_of` gives how an operation is called, where that is not the same for all. `ends_credential` names the
    operations that end the credential they are called with.
    """

    dialect: Dialect
    form_of: Callable[[Probe], Form]
    probes: tuple[Probe, ...]
    add_tenant: Callable[[Runtime], Tenant]
    ends_credential: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name of the dialect."""
        return self.dialect.name

    def operation(self, probe: Probe) -> Operation:
        """Give what a probe is a request for."""
        return next(one for one in self.dialect.operations if one.name == probe.operation)


TARGETS: Final = (
    Target(
        dialect=HEYMARKET,
        form_of=heymarket.form_of,
        probes=heymarket.PROBES,
        add_tenant=add_heymarket_tenant,
    ),
    Target(
        dialect=INWISE,
        form_of=inwise.form_of,
        probes=inwise.PROBES,
        add_tenant=add_inwise_tenant,
    ),
    Target(
        dialect=SENDBLUE,
        form_of=lambda _probe: sendblue.FORM,
        probes=sendblue.PROBES,
        add_tenant=add_sendblue_tenant,
    ),
    Target(
        dialect=ZIPWHIP,
        form_of=lambda _probe: zipwhip.FORM,
        probes=zipwhip.PROBES,
        add_tenant=add_zipwhip_tenant,
        ends_credential=frozenset({"user/logout"}),
    ),
)
