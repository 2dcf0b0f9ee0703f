"""Random sequences of changes, marks and rollbacks on a table, compared with plain lists after every step."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytest_ddbmock.engine.commit import Committer
from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.storage.schema import KeySchema, Projection
from pytest_ddbmock.storage.settings import Index, Settings
from pytest_ddbmock.storage.table import Table, TableMark, Write
from pytest_ddbmock.storage.view import View
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.numbers import canonical
from tests.support import brute

TEXTS = ("", "a", "aa", "ab", "b", "\uffff", "\U00010000", "\U0010ffff", "\U0010ffffb")
NUMBERS = ("-1e125", "-2", "-1.5", "0", "1e-130", "0.5", "1", "1.0000000000000000000000000000000000001", "2", "1e125")
BINARIES = (b"", b"\x00", b"a", b"a\xff", b"b", b"\xff", b"\xff\xff")

VALUES: dict[str, tuple[Value, ...]] = {
    "S": tuple(("S", text) for text in TEXTS),
    "N": tuple(("N", canonical(text)) for text in NUMBERS),
    "B": tuple(("B", data) for data in BINARIES),
}
KEY_VALUES = {kind: tuple(value for value in values if value[1]) for kind, values in VALUES.items()}
ANY_VALUE: tuple[Value, ...] = (*VALUES["S"], *VALUES["N"], *VALUES["B"], ("SS", ("x",)), ("NULL", True))
EXPIRIES = ("1799999999", "1800000000.5", "1800000005", "1", "9e99", "-5")

INDEX_KEYS = (
    (("a",), ()),
    (("a",), ("b",)),
    (("a", "b"), ()),
    (("a", "b"), ("c", "d")),
    (("b",), ("c", "a", "d")),
    (("pk",), ("a",)),
    (("pk",), ()),
)
PROJECTIONS = (Projection(), Projection("KEYS_ONLY"), Projection("INCLUDE", ("d", "ttl")))
SECOND = 10**6
RANDOM = st.integers(0, 2**32).map(Random)


class TableMachine(RuleBasedStateMachine):
    """One table; `states` is what it held after each change, by sequence number."""

    @initialize(
        hash_type=st.sampled_from("SNB"),
        range_type=st.sampled_from((None, "S", "N", "B")),
        index_types=st.tuples(*[st.sampled_from("SNB")] * 4),
        projection=st.sampled_from(PROJECTIONS),
        expires=st.booleans(),
    )
    def begin(
        self,
        hash_type: str,
        range_type: str | None,
        index_types: tuple[str, ...],
        projection: Projection,
        expires: bool,
    ) -> None:
        self.now = 1_800_000_000 * SECOND
        self.types = {"pk": hash_type, **dict(zip("abcd", index_types, strict=True))}
        if range_type is not None:
            self.types["sk"] = range_type
        self.schema = self.schema_of(("pk",), ("sk",) if range_type else ())
        local = ()
        if range_type is not None:
            local = (Index("local", False, self.schema_of(("pk",), ("c",)), projection),)
        self.committer = Committer()
        table_settings = Settings(self.types, self.now, indexes=local)
        self.table = Table("t", "arn", "id", self.schema, table_settings, self.committer.seq)
        self.states: dict[int, tuple[int, dict[Any, Item]]] = {0: (self.now, {})}
        self.marks: list[tuple[TableMark, Any]] = []
        self.serial = 0
        if expires:
            self.table.expire_by("ttl")

    def schema_of(self, hash_keys: tuple[str, ...], range_keys: tuple[str, ...]) -> KeySchema:
        return KeySchema(hash_keys, range_keys, {name: self.types[name] for name in hash_keys + range_keys})

    @property
    def held(self) -> dict[Any, Item]:
        return self.states[max(self.states)][1]

    # ---- what happens

    @rule(random=RANDOM, count=st.integers(1, 25))
    def write_some(self, random: Random, count: int) -> None:
        for _ in range(count):
            stored = list(self.held.values())
            kind = random.random()
            if stored and kind < 0.1:
                self.write(random.choice(stored))
            elif stored and kind < 0.3:
                self.write(random.choice(stored), is_delete=True)
            elif kind < 0.35:
                self.write(Item(self.key(random)), is_delete=True)
            else:
                self.write(self.item(random))

    def key(self, random: Random) -> dict[str, Value]:
        # Few partitions, so that many items share one.
        values = {name: KEY_VALUES[self.types[name]] for name in self.schema.names}
        return {name: random.choice(few[:3] if name == "pk" else few) for name, few in values.items()}

    def item(self, random: Random) -> Item:
        attributes = self.key(random)
        for name in "abcd":
            kind = random.random()
            if kind < 0.7:
                attributes[name] = random.choice(KEY_VALUES[self.types[name]][:3])
            elif kind < 0.85:
                attributes[name] = random.choice(ANY_VALUE)
        if random.random() < 0.6:
            attributes["ttl"] = ("N", canonical(random.choice(EXPIRIES)))
        return Item(attributes)

    def write(self, item: Item, *, is_delete: bool = False) -> None:
        key = self.schema.key_of(item)
        [change] = self.committer.commit([Write(self.table, key, None if is_delete else item)], now=self.now)
        after = dict(self.held)
        if is_delete:
            after.pop(key, None)
        else:
            after[key] = item
        self.states[change.seq] = (change.at, after)

    @rule(microseconds=st.integers(-3 * SECOND, 10 * SECOND))
    def move_the_clock(self, microseconds: int) -> None:
        self.now += microseconds

    @rule(keys=st.sampled_from(INDEX_KEYS), projection=st.sampled_from(PROJECTIONS))
    def add_global_index(self, keys: Any, projection: Projection) -> None:
        self.serial += 1
        index = Index(f"global-{self.serial}", True, self.schema_of(*keys), projection)
        self.table.change_settings(indexes=(*self.table.settings.indexes, index))
        self.table.add_view(index)

    @precondition(lambda self: self.table.settings.global_indexes)
    @rule(random=RANDOM)
    def remove_global_index(self, random: Random) -> None:
        gone = random.choice(self.table.settings.global_indexes)
        self.table.change_settings(indexes=tuple(i for i in self.table.settings.indexes if i.name != gone.name))
        del self.table.views[gone.name]

    @rule(random=RANDOM)
    def move_lagging_indexes(self, random: Random) -> None:
        for index in self.table.settings.global_indexes:
            view = self.table.views[index.name]
            for change in self.table.history.since(view.position, random.randrange(20)):
                view.apply(change)

    @rule(attribute=st.sampled_from((None, "ttl", "a")))
    def expire_by(self, attribute: str | None) -> None:
        self.table.expire_by(attribute)

    @rule()
    def mark(self) -> None:
        views = {name: (view, view.position) for name, view in self.table.views.items()}
        self.marks.append((self.table.mark(), (max(self.states), self.table.settings, views, self.table.expiry)))

    @precondition(lambda self: self.marks)
    @rule(stays=st.booleans())
    def roll_back(self, stays: bool) -> None:
        mark, (seq, table_settings, views, expiry) = self.marks[-1] if stays else self.marks.pop()
        self.table.rollback(mark)
        self.states = {number: state for number, state in self.states.items() if number <= seq}
        assert self.table.settings == table_settings
        assert self.table.expiry is expiry
        assert {name: (view, view.position) for name, view in self.table.views.items()} == views

    # ---- what must be true

    @invariant()
    def the_table_holds_what_was_written(self) -> None:
        self.table.check()
        assert {self.schema.key_of(item): item for item in self.table.base} == self.held
        assert len(self.table) == len(self.held)
        for key, item in self.held.items():
            assert self.table.get_at(key) is item

    @invariant()
    def each_index_holds_what_the_table_held_at_its_position(self) -> None:
        for index in self.table.settings.indexes:
            view = self.table.views[index.name]
            seq = max(number for number in self.states if number <= view.position)
            held = [item for item in self.states[seq][1].values() if brute.belongs(item, index.schema)]
            entries = [view.entry(item) for item in held]
            assert sorted(view, key=repr) == sorted(entries, key=repr), index.name
            assert view.bytes == sum(entry.size for entry in entries)
            view.check()

    @rule(random=RANDOM)
    def the_past_is_as_it_was(self, random: Random) -> None:
        moments = sorted({at for at, _ in self.states.values()})
        for moment in (random.choice(moments) + off for off in (0, 1, -1)):
            before = [state for at, state in self.states.values() if at <= moment] or [self.states[0][1]]
            past = self.table.as_of(moment)
            assert {self.schema.key_of(item): item for item in past} == before[-1]
            assert len(past) == len(before[-1])

    @rule(since=st.integers(-(10**15), 10 * SECOND), ahead=st.integers(0, 10**14))
    def what_expires_is_found_in_order(self, since: int, ahead: int) -> None:
        if self.table.expiry is None:
            return
        attribute = self.table.expiry.attribute
        found = list(self.table.expiry.expired(self.now + since, self.now + since + ahead))
        wanted = brute.expired(list(self.held.values()), attribute, self.now + since, self.now + since + ahead)
        assert [item[attribute] for item in found] == [item[attribute] for item in wanted]
        assert sorted(map(repr, found)) == sorted(map(repr, wanted))
        # What it remembers of the last look must hold after any change, any step of the clock and any rollback.
        assert self.table.expiry.has_expired(self.now + since, self.now + since + ahead) == bool(wanted)

    @rule(random=RANDOM, reverse=st.booleans())
    def a_query_reads_the_range_in_order_from_any_start_key(self, random: Random, reverse: bool) -> None:
        for view in self.sides():
            items = list(view)
            for _ in range(4):
                key_range = self.key_range(random, view.schema, items)
                wanted = brute.query(items, view.schema, key_range)
                found = list(view.query(key_range, reverse=reverse))
                in_order = found[::-1] if reverse else found
                assert sorted(map(repr, found)) == sorted(map(repr, wanted))
                sorts = [brute.sort_of(item, view.schema) for item in in_order]
                assert sorts == [brute.sort_of(item, view.schema) for item in wanted]
                assert found == list(view.query(key_range, reverse=not reverse))[::-1]
                for index, item in enumerate(found):
                    assert list(view.query(key_range, after=item, reverse=reverse)) == found[index + 1 :]

    def sides(self) -> list[View]:
        return [self.table.base, *self.table.views.values()]

    def key_range(self, random: Random, schema: KeySchema, items: list[Item]) -> KeyRange:
        item = random.choice(items) if items else None
        if item is None or random.random() < 0.1:
            partition = tuple(random.choice(KEY_VALUES[schema.types[name]]) for name in schema.hash_keys)
        else:
            partition = tuple(item[name] for name in schema.hash_keys)
        fixed = random.randint(0, len(schema.range_keys))
        equals = tuple(
            random.choice(KEY_VALUES[schema.types[name]]) if item is None or random.random() < 0.2 else item[name]
            for name in schema.range_keys[:fixed]
        )
        if fixed == len(schema.range_keys) or random.random() < 0.2:
            return KeyRange(partition, equals)
        kind = schema.types[schema.range_keys[fixed]]
        operator = random.choice(["<", "<=", ">", ">=", "BETWEEN"] + ["begins_with"] * (kind != "N"))
        operands = random.choices(VALUES[kind], k=2 if operator == "BETWEEN" else 1)
        return KeyRange(partition, equals, operator, tuple(sorted(operands, key=brute.comparable)))

    @rule(segments=st.integers(1, 5))
    def a_scan_reads_every_item_once_in_the_same_order_from_any_start_key(self, segments: int) -> None:
        for view in self.sides():
            whole = list(view.scan())
            assert sorted(map(repr, whole)) == sorted(map(repr, view))
            parts = [list(view.scan(segment=segment, segments=segments)) for segment in range(segments)]
            assert [item for part in parts for item in part] == whole
            for segment, part in enumerate(parts):
                for index, item in enumerate(part):
                    assert list(view.scan(after=item, segment=segment, segments=segments)) == part[index + 1 :]
            partitions = [tuple(item[key] for key in view.schema.hash_keys) for item in whole]
            runs = [one for one, before in zip(partitions, [None, *partitions], strict=False) if one != before]
            assert len(runs) == len(set(runs)), "the items of a partition follow each other"


TestTable = TableMachine.TestCase
TestTable.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
