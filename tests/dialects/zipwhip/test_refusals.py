"""Every operation refuses what every operation must refuse, in the platform's form, and changes nothing."""

from __future__ import annotations

import pytest

from linebook.dialects.zipwhip import ZIPWHIP
from tests.dialects.zipwhip.form import FORM, PROBES
from tests.kit.wire import Case, Probe, Runner, both_engines, standard_refusals

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("case", [case for probe in PROBES for case in standard_refusals(FORM, probe)], ids=str)
async def test_a_refusal_that_every_operation_has(case: Case, guest: Runner) -> None:
    await guest.run(case)


@both_engines
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.operation)
async def test_the_example_of_every_operation_works(probe: Probe, runner: Runner) -> None:
    await runner.run(Case(label=probe.operation, ask=probe.ask, changes=probe.changes))


async def test_every_served_operation_has_its_example() -> None:
    served = {operation.name for operation in ZIPWHIP.operations if operation.handler is not None}
    assert served == {probe.operation for probe in PROBES}
