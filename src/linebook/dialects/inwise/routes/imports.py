"""POST /contacts/batchInsert: a file of contacts, and the report of one."""

from __future__ import annotations

from typing import Final

from linebook.core.account import FIRST_COUNTED_LABEL_ID
from linebook.core.author import Author
from linebook.core.phone import national_code
from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.inwise.errors import UnknownId, invalid
from linebook.dialects.inwise.importing import FileImport
from linebook.dialects.inwise.payloads.imports import (
    ERRORS_MAX,
    ImportBody,
    ImportView,
    RowReader,
    column_targets,
    import_view,
    read_group_id,
)
from linebook.dialects.inwise.routes.common import BASE, BUSY, EVERYWHERE, NAME, account_of, error, path_id
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.errors import NotFound
from linebook.services.csv_text import Record, read_records
from linebook.services.kept_imports import Import, get_import, rejects_after
from linebook.services.labels import list_groups


async def imports_insert(call: Call) -> ImportView:
    """Import a file, to its end, and give the report."""
    body: ImportBody = call.params
    records = read_records(body.csv_file or "")
    header = next(records, None)
    if header is None:
        raise MissingParameter("csv_file")
    reader = await _reader(call, body, header)
    author = Author(NAME, call.credential.id)
    return await _view(call, await FileImport(call.runtime, call.account_id, reader, author).run(records))


async def imports_get(call: Call) -> ImportView:
    """Give the report of an import."""
    wanted, account_id = path_id(call), call.account_id
    try:
        return await _view(call, await call.runtime.store.read(lambda tx: get_import(tx, account_id, wanted)))
    except NotFound as missing:
        raise UnknownId("Import", wanted) from missing


async def _view(call: Call, one: Import) -> ImportView:
    rejects = await call.runtime.store.read(lambda tx: rejects_after(tx, call.account_id, one.id, limit=ERRORS_MAX))
    return import_view(one, rejects)


async def _reader(call: Call, body: ImportBody, header: Record) -> RowReader:
    """Check everything but the records, so that nothing is imported when something else is wrong."""
    if not header.is_closed:
        raise InvalidParameter("csv_file", "has a header whose quotes are not closed")
    targets = column_targets(header.cells, body.fields_mapping)
    try:
        national_code(body.country_code, trim=False, add=None)
    except ValueError as wrong:
        raise InvalidParameter("country_code", "is no country code") from wrong
    account = await account_of(call)
    return RowReader(
        header.cells,
        targets,
        region=account.region,
        code=body.country_code,
        trim=bool(body.trim_leading_zero),
        updates=bool(body.updateExistingContacts),
        group_id=await _group_id(call, body.group_id),
        names_are_fields=account.inwise_name_fields,
    )


async def _group_id(call: Call, given: int | str | None) -> int | None:
    group_id = read_group_id(given)
    if group_id is None:
        return None
    groups = await call.runtime.store.read(lambda tx: list_groups(tx, call.account_id))
    may_be_made = group_id < FIRST_COUNTED_LABEL_ID and not call.runtime.settings.inwise_strict_groups
    if not may_be_made and all(group.id != group_id for group in groups):
        raise InvalidParameter("group_id", "does not exist")
    return group_id


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="contacts/batchInsert",
        methods=("POST",),
        path=f"{BASE}/contacts/batchInsert",
        summary="Import a file of contacts",
        evidence=Evidence.DOCUMENTED,
        resource="Imports",
        body=ImportBody,
        result=ImportView,
        handler=imports_insert,
        takes_file=True,
        errors=(
            *EVERYWHERE,
            error(400, "there is no file", "Parameter 'csv_file' was missing."),
            error(
                400, "the mapping names a field or a column that does not exist, or no key", invalid("fields_mapping")
            ),
            error(400, "the group is not a number", invalid("group_id")),
            BUSY,
        ),
        notes=(
            "The answer comes when the import is done; its shape is our choice, no source shows one. A record that "
            "cannot be imported is counted and named in `errors` (the first 1000), the others go on. `skipped` are "
            "records of contacts that were there already and whose data stayed as it was."
        ),
        example={
            "csv_file": (
                "Email,Mobile,Firstname,Lastname\n"
                "contact1@company.example,0541111111,Ada,Lovelace\n"
                "contact2@company.example,0541111112,Charles,Babbage\n"
            ),
            "fields_mapping": [
                {"field_name": "[Email]", "file_column_name": "Email"},
                {"field_name": "[MobileNumber]", "file_column_name": "Mobile"},
                {"field_name": "1", "file_column_name": "Firstname"},
                {"field_name": "2", "file_column_name": "Lastname"},
            ],
            "group_id": "715983",
            "updateExistingContacts": True,
            "country_code": "972",
            "trim_leading_zero": True,
        },
    ),
    Operation(
        name="contacts/batchInsert/get",
        methods=("GET",),
        path=f"{BASE}/contacts/batchInsert/{{id}}",
        summary="The report of an import",
        evidence=Evidence.CHOICE,
        resource="Imports",
        result=ImportView,
        handler=imports_get,
        errors=(
            *EVERYWHERE,
            error(404, "there is no such import", f"{invalid('id')} Import ID #5 was not found."),
            BUSY,
        ),
        example={"id": "1"},
    ),
)
