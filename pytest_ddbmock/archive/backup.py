"""Backups: what a table was when one was asked for, or when it was deleted; the items are shared, not copied.

Source: "On-demand backup and restore for DynamoDB"; captured answers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pytest_ddbmock.archive.recovery import Image
from pytest_ddbmock.clock import DAY
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.storage.table import Table

USER, SYSTEM = "USER", "SYSTEM"
CREATING, AVAILABLE, DELETED = "CREATING", "AVAILABLE", "DELETED"

SYSTEM_BACKUP_LIFE = 35 * DAY
SYSTEM_ID = "00000000"


class Backup(NamedTuple):
    """A backup; moments in microseconds, `size` in bytes. `kind` is the BackupType."""

    id: str
    arn: str
    name: str
    kind: str
    created_at: int
    available_at: int
    expires_at: int | None
    table_name: str
    table_id: str
    table_arn: str
    size: int
    image: Image

    def status(self, now: int) -> str:
        """The BackupStatus at `now` in microseconds."""
        return CREATING if now < self.available_at else AVAILABLE

    def backdated(self, now: int) -> Backup:
        """Return the same, made at `now` if it was made later, with what was still to come as long after it."""
        by = max(0, self.created_at - now)
        return self._replace(
            created_at=self.created_at - by,
            available_at=self.available_at - by,
            expires_at=None if self.expires_at is None else self.expires_at - by,
            image=self.image._replace(settings=self.image.settings.backdated(now)),
        )


class Backups:
    """The backups of all accounts. They outlive their tables."""

    def __init__(self) -> None:
        self._by_id: dict[Home, dict[tuple[str, str], Backup]] = {}

    def of(self, home: Home) -> list[Backup]:
        """The backups of an account in a Region, oldest first: an id begins with the moment of its making."""
        return sorted(self._by_id.get(home, {}).values(), key=lambda backup: backup.id)

    def find(self, home: Home, table_name: str, backup_id: str) -> Backup | None:
        """The backup that an ARN ends with."""
        return self._by_id.get(home, {}).get((table_name, backup_id))

    def add(self, home: Home, backup: Backup) -> None:
        """Enter a new backup."""
        self._by_id.setdefault(home, {})[backup.table_name, backup.id] = backup

    def remove(self, home: Home, backup: Backup) -> None:
        """Strike a backup out, if it is there."""
        self._by_id.get(home, {}).pop((backup.table_name, backup.id), None)

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        for backups in self._by_id.values():
            for key, backup in backups.items():
                backups[key] = backup.backdated(now)

    def mark(self) -> Any:
        """Protocol `Restorable`."""
        return {home: dict(backups) for home, backups in self._by_id.items()}

    def rollback(self, mark: Any) -> None:
        """Protocol `Restorable`."""
        self._by_id = {home: dict(backups) for home, backups in mark.items()}


def create(engine: Accounts, home: Home, table: Table, name: str, now: int) -> Backup:
    """Back up what `table` holds now."""
    return _add(engine, home, table, name, USER, engine.hex_id(8), now, None)


def keep_deleted(engine: Accounts, home: Home, table: Table, now: int) -> None:
    """What DynamoDB does when a table with point-in-time recovery is deleted: a backup that stays for 35 days."""
    if table.settings.recovery is None:
        return
    expires_at = now + SYSTEM_BACKUP_LIFE
    backup = _add(engine, home, table, f"{table.name}$DeletedTableBackup", SYSTEM, SYSTEM_ID, now, expires_at)
    engine.agenda.add(expires_at, lambda due: engine.state(Backups).remove(home, backup))


def _add(
    engine: Accounts, home: Home, table: Table, name: str, kind: str, suffix: str, now: int, expires_at: int | None
) -> Backup:
    backups = engine.state(Backups)
    taken = {backup.id.partition("-")[0] for backup in backups.of(home)}
    millisecond = now // 1000
    while f"{millisecond:014d}" in taken:
        millisecond += 1
    backup_id = f"{millisecond:014d}-{suffix}"
    backup = Backup(
        id=backup_id,
        arn=arns.backup_arn(table.arn, backup_id),
        name=name,
        kind=kind,
        created_at=now,
        available_at=now + engine.rules.pace if kind == USER else now,
        expires_at=expires_at,
        table_name=table.name,
        table_id=table.id,
        table_arn=table.arn,
        size=table.base.bytes,
        image=Image(table.schema, table.settings, tuple(table.base)),
    )
    backups.add(home, backup)
    return backup


def is_under_way(engine: Accounts, home: Home, table: Table, now: int) -> bool:
    """Whether a backup of a table is being made."""
    backups = engine.state(Backups).of(home)
    return any(backup.table_id == table.id and backup.status(now) == CREATING for backup in backups)


def is_being_restored(engine: Accounts, backup: Backup) -> bool:
    """Whether a table is being made from a backup."""
    restoring = (table.settings.restored for table in engine.catalog.all_tables())
    return any(restored is not None and restored.backup_arn == backup.arn for restored in restoring)
