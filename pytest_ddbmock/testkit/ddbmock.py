"""`DDBMock`: one mock, the object behind fixture, decorator and context manager."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_ddbmock.clock import PythonClock, to_datetime
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.engine.calls import CallEntry
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.errors import NotImplementedByMock, UsageError
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.testkit import assembly, options
from pytest_ddbmock.testkit.definitions import tables
from pytest_ddbmock.testkit.handles.clock import ClockHandle
from pytest_ddbmock.testkit.handles.faults import Faults
from pytest_ddbmock.testkit.handles.kinesis import Kinesis
from pytest_ddbmock.testkit.handles.s3 import S3, Logs, isolated_stores
from pytest_ddbmock.testkit.handles.tables import TableView
from pytest_ddbmock.testkit.options import DEFAULT_REGION, OptionNames, Options, Refusing, make
from pytest_ddbmock.testkit.python_time import PythonTime
from pytest_ddbmock.testkit.run import Run, Snapshot, borrowed
from pytest_ddbmock.transports import doors
from pytest_ddbmock.transports.clients import handles
from pytest_ddbmock.transports.clients.environment import Environment

__tracebackhide__ = options.__tracebackhide__

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from pytest_ddbmock.testkit.handles.streams import Streams
    from pytest_ddbmock.transports.http.server import HttpServer


class Tables(Mapping[str, TableView]):
    """The tables of a mock by name, as they are at each look."""

    def __init__(self, run: Run, view: Callable[[str], TableView]) -> None:
        self._run = run
        self._view = view

    def _names(self) -> list[str]:
        self._run.engine.run_due()
        return [table.name for table in self._run.engine.catalog.tables(self._run.home)]

    def __getitem__(self, name: str) -> TableView:
        return self._view(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __repr__(self) -> str:
        return f"<tables {', '.join(self._names())}>"


class DDBMock(Refusing):
    """An in-memory DynamoDB: `with DDBMock(region="eu-west-1", tables={"users": "pk"}) as ddb:`, or `start`, `stop`.

    While it is active it answers every DynamoDB call of the process. Options are those of `Options`. Started again, it
    is empty again. Errors: `UsageError` for unknown options and impossible values.
    """

    _called = "ddbmock"
    _planned = frozenset({"capacity"})

    started: ClassVar[deque[DDBMock] | None] = None
    """The last mocks that were started since `remember_started`, in order; None without the plugin."""

    def __init__(self, options: Options | None = None, /, **given: Unpack[OptionNames]) -> None:
        if options is not None and given:
            raise UsageError("pass an Options object or keyword options, not both")
        self.options = options if options is not None else make(given, "DDBMock")
        self.folders: tuple[Path, ...] = ()
        """Where files are looked for before the working directory."""
        self._lend: Callable[[PythonClock], contextlib.AbstractContextManager[Engine]] | None = None
        self._exits: contextlib.ExitStack | None = None
        self._run: Run | None = None

    @classmethod
    def over(cls, engine: Engine, options: Options) -> Self:
        """A mock over an engine with a seed that others start from too: what happens in it is rolled back."""
        mock = cls(options)
        mock._lend = lambda clock: borrowed(engine, clock, assembly.rules_of(options), begins=True)
        return mock

    @classmethod
    def joining(cls, outer: DDBMock) -> Self:
        """A mock over the engine of an active one: what happens in it is rolled back."""
        mock = cls(outer.options)
        engine = outer._running().engine
        mock._lend = lambda clock: borrowed(engine, clock, engine.rules, begins=False)
        return mock

    @classmethod
    def current(cls) -> DDBMock | None:
        """Return the mock that answers now, None if no mock does."""
        backend = doors.current()
        found: DDBMock | None = backend.mock if isinstance(backend, Run) else None
        return found

    @classmethod
    def remember_started(cls) -> None:
        """Keep those mocks in mind that are started from now on, a few, for the report of a test."""
        DDBMock.started = deque(maxlen=10)

    # ---- beginning and end

    def start(self) -> Self:
        """Answer from now on.

        Errors: `UsageError` when it is started already, and for tables and seeds that are not in order.
        """
        if self._exits is not None:
            raise UsageError("this mock is already started; stop it first, or make another one")
        with contextlib.ExitStack() as exits:
            self._run = self._begin(exits)
            doors.open(self._run)
            exits.callback(doors.close, self._run)
            self._exits = exits.pop_all()
        if DDBMock.started is not None:
            DDBMock.started.append(self)
        return self

    def stop(self) -> None:
        """Answer no longer; what was moved, set or rolled back with it is put back.

        Errors: `UsageError` when it is not active, when another mock was started later and not stopped, and for faults
        that never struck; `NotImplementedByMock` when the application has swallowed one.
        """
        self._require_turn()
        complaint = self.complaint()
        self.end()
        if complaint is not None:
            raise complaint

    def end(self) -> None:
        """`stop` without complaints about what happened in between; mocks that were started inside it end with it."""
        exits = self._exits
        if exits is None:
            raise UsageError("this mock is not active: it was stopped already, or never started")
        while (inner := DDBMock.current()) is not self and inner is not None:
            inner.end()
        self._exits = None
        exits.close()

    def complaint(self) -> Exception | None:
        """What must fail the test even though nothing else did."""
        if self._run is None:
            return None
        for failure in (*self._run.bugs, *self._run.unsupported):
            return failure
        if (failed := self._run.pipeline.complaint()) is not None:
            return failed
        if idle := self._run.faults.idle:
            shown = ", ".join(fault.called for fault in idle)
            return UsageError(f"unused faults: {shown} never triggered; was the operation called?")
        if self.is_active and DDBMock.current() is not self:
            return UsageError(
                "mocks end in reverse order: a mock that was started inside this one was not stopped; write `with`"
            )
        return None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        complaint = self.complaint()
        self.end()
        if error is None and complaint is not None:
            raise complaint

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.__exit__(kind, error, trace)

    @property
    def is_active(self) -> bool:
        """Whether it has been started and not stopped; a mock started later may answer in its place."""
        return self._exits is not None

    def build(self) -> Engine:
        """An engine with the tables and the seed of the options, for mocks `over` it.

        Errors: `UsageError` with advice.
        """
        with contextlib.ExitStack() as exits:
            return self._assemble(PythonClock(), self._home(exits))

    def _begin(self, exits: contextlib.ExitStack) -> Run:
        home = self._home(exits)
        clock = PythonClock()
        engine = self._assemble(clock, home) if self._lend is None else exits.enter_context(self._lend(clock))
        python = PythonTime()
        exits.callback(python.stop)
        places = exits.enter_context(isolated_stores(engine, self.options.s3))
        return Run(self, engine, home, clock, python, self._require_turn, places, direct=self.options.direct)

    def _home(self, exits: contextlib.ExitStack) -> Home:
        region = self.options.region
        environment = Environment(region or DEFAULT_REGION, wins=region is not None)
        environment.enter()
        exits.callback(environment.leave)
        return Home(self.options.account, environment.region)

    def _assemble(self, clock: PythonClock, home: Home) -> Engine:
        engine = assembly.new_engine(self.options, clock)
        assembly.populate(engine, home, self.options, self.find)
        return engine

    # ---- tables and items

    def create_table(
        self,
        name: str | Mapping[str, Any],
        key: Any = None,
        sort_key: str | None = None,
        /,
        *,
        region: str | None = None,
        **definition: Any,
    ) -> TableView:
        """Make a table, ready at once: `create_table("orders", "customer", "placed:N", gsi={...}, stream=True)`.

        Keys are strings unless said. The second argument may be a whole definition, the only one CreateTable's
        parameters; the keywords are those of `tables.SHORT_NAMES`. Errors: `UsageError` with advice.
        """
        if isinstance(name, Mapping):
            given: Any = dict(name)
            if key is not None or definition:
                raise UsageError("pass CreateTable's parameters alone, or a name, keys and keywords")
            if "TableName" not in given:
                raise UsageError('a table without a name: put "TableName" into its parameters')
            name = given["TableName"]
        elif isinstance(key, Mapping):
            if sort_key is not None or definition:
                raise UsageError("pass a definition alone, or keys and keywords")
            given = key
        else:
            given = {"key": key if sort_key is None else (key, sort_key), **definition}
        run = self._active()
        home = run.in_region(region)
        assembly.create(run.engine, home, made := tables.parse(name, given))
        return self.table(made.name, region=region)

    def table(self, name: str, *, region: str | None = None) -> TableView:
        """A table as plain Python.

        Errors: `UsageError` with near names when there is none.
        """
        home = self._running().in_region(region)

        def find() -> Table:
            return assembly.find_table(self._running().engine, home, name)

        def load(table: Table, source: Any) -> None:
            from pytest_ddbmock.testkit.definitions import seeds

            run = self._active()
            seeds.load(run.engine, seeds.read_writes(table, source, self.find))

        find()
        return TableView(name, find, load)

    @property
    def tables(self) -> Mapping[str, TableView]:
        """The tables of the mock's Region by name, as plain Python."""
        return Tables(self._running(), self.table)

    def load(self, source: Any) -> None:
        """Load items by table, all or none: `{"users": [...]}`, `{"users": "users.csv"}`, a folder of files named after
        their tables, or one such file. A folder written by `dump` makes its tables too, unless they are there.

        Errors: `UsageError` that names the place and DynamoDB's reason.
        """
        run = self._active()
        assembly.load(run.engine, run.home, source, self.find)

    def dump(self, folder: str | os.PathLike[str]) -> None:
        """Write the tables of the mock's Region into a folder: a `<table>.jsonl` of DynamoDB JSON for each, and their
        definitions.
        """
        run = self._running()
        assembly.dump(run.engine, run.home, Path(folder))

    def snapshot(self) -> Snapshot:
        """The state of the account, to be restored later; costs nothing that grows with the items."""
        run = self._active()
        return run.take_snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Be again as at the snapshot. Snapshots taken after it are void.

        Errors: `UsageError` for a snapshot that is void or another mock's.
        """
        run = self._active()
        run.restore(snapshot)

    def find(self, path: str | os.PathLike[str]) -> Path:
        """Where a file lies: beside the test, above it up to the root of the project, in the working directory.

        Errors: `UsageError` that names the places.
        """
        wanted = Path(path)
        if wanted.is_absolute():
            places: tuple[Path, ...] = (wanted,)
        else:
            places = tuple(folder / wanted for folder in (*self.folders, Path.cwd()))
        for place in places:
            if place.exists():
                return place
        shown = ", ".join(dict.fromkeys(str(place.parent) for place in places))
        raise UsageError(f"file not found: {wanted.name} in {shown}")

    # ---- handles

    def client(
        self, service: str = "dynamodb", *, region: str | None = None, account: str | None = None, **kw: Any
    ) -> Any:
        """A client of `dynamodb` or `dynamodbstreams`: boto3's where it is installed, else botocore's."""
        home = self._active().home
        return handles.client(service, region=region or home.region, account=account or home.account, **kw)

    def resource(
        self, service: str = "dynamodb", *, region: str | None = None, account: str | None = None, **kw: Any
    ) -> Any:
        """A resource of boto3's. Errors: `UsageError` where boto3 is not installed."""
        home = self._active().home
        return handles.resource(service, region=region or home.region, account=account or home.account, **kw)

    def serve(self, host: str = "127.0.0.1", port: int = 0, *, control: bool = False) -> HttpServer:
        """A local HTTP server onto this mock, at `.url`, for whatever is not botocore in this process.

        It ends with its `close`, with the `with` it stands in, or with the mock. Port 0 takes a free one; `control`
        switches the paths of test control on. Errors: `UsageError` where it cannot listen.
        """
        from pytest_ddbmock.testkit.control import Control
        from pytest_ddbmock.transports.http.door import HttpDoor
        from pytest_ddbmock.transports.http.server import HttpServer

        run = self._active()
        assert self._exits is not None, "it is active"
        door = HttpDoor(run, Control(run).answer if control else None)
        server = HttpServer(door.answer, host, port)
        self._exits.callback(server.close)
        return server

    @property
    def clock(self) -> ClockHandle:
        """The time, and moving it."""
        return self._active().clock_handle

    @property
    def time(self) -> datetime.datetime:
        """The time, to be read even when the mock has ended."""
        return to_datetime(self._running().clock.now())

    @property
    def streams(self) -> Streams:
        """Streams by table name."""
        from pytest_ddbmock.testkit.handles.streams import Streams

        run = self._running()
        return Streams(lambda name: assembly.find_table(run.engine, run.home, name), run.pipeline)

    @property
    def kinesis(self) -> Kinesis:
        """Kinesis data streams by ARN, as the destinations of tables."""
        return Kinesis(self._running().pipeline.data_streams)

    @property
    def s3(self) -> S3:
        """The buckets of exports and imports by name; what is written there is not undone by `restore`."""
        run = self._running()
        return S3(run.places.s3, run.home, run.engine.run_due)

    @property
    def logs(self) -> Logs:
        """What imports have logged, by log group and stream."""
        run = self._running()
        return Logs(run.places.logs, run.engine.run_due)

    @property
    def faults(self) -> Faults:
        """Errors to be made to happen."""
        return self._active().faults

    @property
    def calls(self) -> list[CallEntry]:
        """The calls of the application since the test began, oldest first."""
        return list(self._running().scenario.calls.entries)

    # ---- for messages

    @property
    def unsupported(self) -> list[NotImplementedByMock]:
        """What the application asked for and is not supported. A mock that ends with some raises the first, so that no
        test passes because its application swallowed the error; a test that expects one removes it."""
        return [] if self._run is None else self._run.unsupported

    @property
    def account(self) -> str:
        """The AWS account."""
        return self.options.account

    @property
    def region(self) -> str:
        """The Region of tables and handles."""
        return self._running().home.region

    @property
    def all_tables(self) -> list[str]:
        """`name in region` of every table of every Region and account, for messages."""
        return sorted(
            f"{table.name} in {arns.parse_own(table.arn).region}"
            for table in self._running().engine.catalog.all_tables()
        )

    # ----

    def __repr__(self) -> str:
        state = "active" if self.is_active else "not active"
        return f"<{type(self).__name__}, {state}>"

    def _running(self) -> Run:
        if self._run is None:
            raise UsageError("this mock has not been started: write `with mock_dynamodb() as ddb:`, or call start()")
        return self._run

    def _require_turn(self) -> None:
        self._active()
        if DDBMock.current() is not self:
            raise UsageError("mocks end in reverse order, and the last one has the clock: stop the one started later")

    def _active(self) -> Run:
        if self._exits is None:
            raise UsageError("this mock is not active: it was stopped, or never started")
        return self._running()
