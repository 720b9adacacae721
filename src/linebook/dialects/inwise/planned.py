"""The platform's calls that are known and not served yet; a served call leaves this list."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Evidence, Operation


def _planned(name: str, method: str, summary: str, resource: str, *, evidence: Evidence, notes: str = "") -> Operation:
    return Operation(
        name=name,
        methods=(method,),
        path=f"/rest/v1/{name}",
        summary=summary,
        evidence=evidence,
        resource=resource,
        notes=notes,
    )


_SMS: Final = "Transactional SMS"
_EMAIL: Final = "Transactional e-mail"
_TWIN: Final = "Not documented; the twin of the SMS call."

_DOCUMENTED: Final = Evidence.DOCUMENTED
_INFERRED: Final = Evidence.INFERRED

PLANNED: Final[tuple[Operation, ...]] = (
    _planned("transactional/sms/send", "POST", "Send texts, now or later", _SMS, evidence=_DOCUMENTED),
    _planned("transactional/sms/info", "GET", "What became of one text", _SMS, evidence=_DOCUMENTED),
    _planned("transactional/sms/search", "GET", "Find texts that were sent", _SMS, evidence=_DOCUMENTED),
    _planned("transactional/emails/send", "POST", "Send an e-mail", _EMAIL, evidence=_DOCUMENTED),
    _planned("transactional/emails/sendTemplate", "POST", "Send a stored template", _EMAIL, evidence=_DOCUMENTED),
    _planned("transactional/emails/info", "GET", "What became of an e-mail", _EMAIL, evidence=_INFERRED, notes=_TWIN),
    _planned("transactional/emails/search", "GET", "Find sent e-mails", _EMAIL, evidence=_INFERRED, notes=_TWIN),
)
