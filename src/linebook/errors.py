"""The errors of the domain: one root, a flat list, the docstring as default message. No wire format belongs here."""

from __future__ import annotations

import inspect


class LinebookError(Exception):
    """Something went wrong in linebook."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))

    @property
    def message(self) -> str:
        """The sentence for a person."""
        return str(self.args[0])


class DomainError(LinebookError):
    """A rule of the book refuses this request. It concerns one request and never its neighbours in a batch."""


class NotFound(DomainError):
    """There is no such thing in this account."""


class ContactNotFound(NotFound):
    """There is no such contact in this account."""


class ContactExists(DomainError):
    """A contact with this key exists already."""

    def __init__(self, contact_id: int) -> None:
        super().__init__()
        self.contact_id = contact_id


class KeyConflict(DomainError):
    """A key given for this contact belongs to another one."""

    def __init__(self, *, email_owner: int | None, phone_owner: int | None) -> None:
        super().__init__()
        self.email_owner = email_owner
        self.phone_owner = phone_owner


class InvalidMember(DomainError):
    """A member of the request has a value that cannot be used."""

    def __init__(self, member: str, message: str) -> None:
        super().__init__(f"{member}: {message}")
        self.member = member
        self.reason = message


class InvalidFile(DomainError):
    """The file cannot be read."""


class CannotExport(DomainError):
    """This kind of file has no room for what is to be written into it."""


class NotPossible(DomainError):
    """This cannot be done in the state that things are in."""


class NotOurs(DomainError):
    """Somebody else works on this now."""


class SetRefused(DomainError):
    """One contact of a set is refused, so that none of the set was stored."""

    def __init__(self, index: int, reason: DomainError) -> None:
        super().__init__(reason.message)
        self.index = index
        self.reason = reason


class IdTaken(DomainError):
    """The chosen id is in use, or outside the range that may be chosen."""


class NameTaken(DomainError):
    """The name is in use already."""


class AddressTaken(DomainError):
    """The address belongs to a line already."""


class CredentialTaken(DomainError):
    """This secret is registered already."""


class GroupNotFound(NotFound):
    """There is no such group in this account."""


class MessageNotFound(NotFound):
    """There is no such message in this account."""


class OperatorNotFound(NotFound):
    """There is no such operator on this line."""


class WebhookNotFound(NotFound):
    """There is no such webhook in this account."""


class ConversationNotFound(NotFound):
    """There is no such conversation on this line."""


class SendRefused(DomainError):
    """The message cannot be sent, for a reason that nobody named. It may work later."""

    code = -1
    """The send code that names the reason."""


class OptedOut(SendRefused):
    """A recipient asked for silence, or is blocked."""

    code = -1234

    def __init__(self, numbers: tuple[str, ...]) -> None:
        super().__init__()
        self.numbers = numbers


class SendUnavailable(SendRefused):
    """The message cannot be taken just now."""

    code = -855


class AttachmentUnreadable(SendRefused):
    """A file cannot be sent: it is gone, empty, too large, or of a type that no carrier takes."""

    code = -704


class NoCarrier(SendRefused):
    """The line has no carrier that can be used."""

    code = -700


class MessageTooLong(SendRefused):
    """The text is longer than a line takes."""

    code = -394

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The text has more than {limit_bytes} bytes.")
        self.limit_bytes = limit_bytes


class NoRoute(SendRefused):
    """A number is not complete, so that no carrier can be found for it."""

    code = -124


class NotAuthenticated(DomainError):
    """The credential is missing, unknown, expired or revoked."""


class LoginRefused(DomainError):
    """The user name or the password is wrong."""


class TooManyLogins(DomainError):
    """Too many failed logins. Wait before the next try."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class NotPermitted(DomainError):
    """The caller's role does not permit this."""


class Unavailable(LinebookError):
    """The hub cannot do this now. Nothing was changed that was not acknowledged; try again shortly."""

    retry_after_s = 1


class GateFull(Unavailable):
    """Too many writes are waiting. Try again shortly."""


class StorageUnavailable(Unavailable):
    """The database cannot be reached, or is locked or full."""


class StorageConflict(LinebookError):
    """Two transactions of different processes met. The same work, run again, succeeds."""


class StorageRefused(LinebookError):
    """The database refused a statement for what was in it."""


class StorageUnusable(LinebookError):
    """The database cannot be used at all: foreign, newer, corrupt or missing. A person has to act."""


class SecretUnreadable(LinebookError):
    """A sealed secret cannot be opened: it was sealed under a key that this server does not have."""


class SettingsError(LinebookError):
    """A setting has a value that cannot be used, or a name that is not known."""
