"""The examples that need a platform's own client: run as they are printed."""

from __future__ import annotations

from linebook.testing import Account, Hub
from tests.test_examples import ELSEWHERE, run, variables


def test_sendblues_client_runs_unchanged(linebook_hub: Hub, linebook_account: Account) -> None:
    assert {"sendblue_client.py"} == ELSEWHERE
    ended = run("python", "examples/sendblue_client.py", **variables(linebook_account))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1] == "sendblue client: the contact is there, one of 1"
    assert linebook_hub.state(linebook_account).contacts == 1
