"""`mock_dynamodb`: a mock around functions, classes, test cases and blocks."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.ddbmock import DDBMock
from pytest_ddbmock.testkit.options import OptionNames, Options, make

__tracebackhide__ = options.__tracebackhide__

if TYPE_CHECKING:
    import unittest

    from typing_extensions import Unpack

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class MockDynamoDB(DDBMock):
    """A mock that also decorates: each call of what it decorates has a fresh, empty mock of the same options."""

    def __call__(self, target: Decorated) -> Decorated:
        """Decorate a function, a coroutine function, a generator function (a fixture) or a class of tests."""
        decorated: Decorated = decorate(target, self.options)
        return decorated


@overload
def mock_dynamodb(target: Decorated, /) -> Decorated: ...
@overload
def mock_dynamodb(**options: Unpack[OptionNames]) -> MockDynamoDB: ...
def mock_dynamodb(target: Any = None, /, **options: Any) -> Any:
    """A mock: `@mock_dynamodb`, `@mock_dynamodb(region="eu-west-1")`, `with mock_dynamodb() as ddb:`.

    Errors: `UsageError` for unknown options, and for what cannot be decorated.
    """
    made = make(options, "mock_dynamodb")
    if target is None:
        return MockDynamoDB(made)
    if isinstance(target, Options):
        return MockDynamoDB(target)
    return decorate(target, made)


def decorate(target: Any, options: Options) -> Any:
    """What runs with a fresh mock each time."""
    if isinstance(target, type):
        test_case = getattr(sys.modules.get("unittest"), "TestCase", None)  # whoever has made one has imported it
        if test_case is not None and issubclass(target, test_case):
            return _decorate_test_case(target, options)
        return _decorate_class(target, options)
    if hasattr(target, "_pytestfixturefunction") or type(target).__name__ == "FixtureFunctionDefinition":
        raise UsageError("write @mock_dynamodb below @pytest.fixture, next to the function")
    if not callable(target):
        raise UsageError(f"mock_dynamodb decorates functions and classes, not {target!r}; options have names")
    return _decorate_function(target, options)


# ---- functions


def _decorate_function(function: Callable[..., Any], options: Options) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(function):
        return _decorate_async_generator(function, options)

    @functools.wraps(function)
    async def run_coroutine(*args: Any, **kwargs: Any) -> Any:
        with DDBMock(options):
            return await function(*args, **kwargs)

    @functools.wraps(function)
    def run_generator(*args: Any, **kwargs: Any) -> Any:
        with DDBMock(options):
            return (yield from function(*args, **kwargs))

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with DDBMock(options):
            return function(*args, **kwargs)

    if inspect.iscoroutinefunction(function):
        return run_coroutine
    return run_generator if inspect.isgeneratorfunction(function) else run


def _decorate_async_generator(function: Callable[..., Any], options: Options) -> Callable[..., Any]:
    @functools.wraps(function)
    async def run(*args: Any, **kwargs: Any) -> Any:
        with DDBMock(options):
            generator = function(*args, **kwargs)
            try:
                value = await generator.__anext__()
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:
                        await generator.aclose()
                        raise
                    except BaseException as error:  # `yield from`, which async generators lack
                        value = await generator.athrow(error)
                    else:
                        value = await generator.asend(sent)
            except StopAsyncIteration:
                return

    return run


# ---- classes


class _ClassMock:
    """The mock of a whole class, for what its class-wide setup makes; its tests join it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._mocks: dict[type, DDBMock] = {}

    def start(self, cls: type) -> None:
        self._mocks[cls] = DDBMock(self._options).start()

    def stop(self, cls: type) -> None:
        if cls in self._mocks:
            self._mocks.pop(cls).stop()

    def for_test(self, cls: type) -> DDBMock:
        """A fresh mock, or one that joins the class's."""
        mock = self._mocks.get(cls)
        return DDBMock(self._options) if mock is None or DDBMock.current() is not mock else DDBMock.joining(mock)


def _decorate_test_case(cls: type[unittest.TestCase], options: Options) -> type[unittest.TestCase]:
    """`run` is setUp, test, tearDown and cleanups; a class with a setUpClass has a mock that its tests join."""
    mocks = _ClassMock(options)
    original_run, original_debug = cls.run, cls.debug

    @functools.wraps(original_run)
    def run(self: unittest.TestCase, result: Any = None) -> Any:
        mock = mocks.for_test(type(self))
        try:
            mock.start()
        except Exception:
            if result is None:
                raise
            result.startTest(self)
            result.addError(self, sys.exc_info())
            result.stopTest(self)
            return result
        try:
            # Cleanups run after tearDown, the first one last; what fails there fails the test.
            self.addCleanup(_complain, self, mock)
            return original_run(self, result)
        finally:
            mock.end()

    @functools.wraps(original_debug)
    def debug(self: unittest.TestCase) -> None:
        with mocks.for_test(type(self)):
            original_debug(self)

    cls.run = run  # type: ignore[method-assign]
    cls.debug = debug  # type: ignore[method-assign]
    nothing: Any = sys.modules["unittest"].TestCase.setUpClass
    if cls.setUpClass.__func__ is not nothing.__func__:  # type: ignore[attr-defined]
        original_set_up = cls.setUpClass.__func__  # type: ignore[attr-defined]

        @functools.wraps(original_set_up)
        def set_up_class(cls: type[unittest.TestCase]) -> None:
            mocks.start(cls)
            cls.addClassCleanup(mocks.stop, cls)
            original_set_up(cls)

        cls.setUpClass = classmethod(set_up_class)  # type: ignore[assignment]
    return cls


def _complain(test: unittest.TestCase, mock: DDBMock) -> None:
    has_failed = not getattr(getattr(test, "_outcome", None), "success", True)
    if not has_failed and (complaint := mock.complaint()) is not None:
        raise complaint


def _decorate_class(cls: type, options: Options) -> type:
    """pytest's classes: `setup_method` comes before the fixtures of the class, `teardown_method` after them."""
    inner = [one for name, one in vars(cls).items() if isinstance(one, type) and name.startswith("Test")]
    if not inner and not any(name.startswith("test") for name in dir(cls)):
        raise UsageError(
            f"{cls.__name__} has no tests to decorate; decorate functions, or write `with mock_dynamodb():`"
        )
    for one in inner:
        decorate(one, options)
    mocks = _ClassMock(options)
    # By test: several, because pytest has the tests of an inner class set up by the outer class too.
    running: dict[int, list[DDBMock]] = {}
    set_up, tear_down = getattr(cls, "setup_method", None), getattr(cls, "teardown_method", None)

    def setup_method(self: Any, method: Any) -> None:
        mock = mocks.for_test(type(self)).start()
        try:
            _call(set_up, self, method)
        except BaseException:  # pytest then calls no teardown
            mock.end()
            raise
        running.setdefault(id(self), []).append(mock)

    def teardown_method(self: Any, method: Any) -> None:
        mock = running[id(self)].pop()
        if not running[id(self)]:
            del running[id(self)]
        try:
            _call(tear_down, self, method)
        except BaseException:
            mock.end()
            raise
        mock.stop()

    cls.setup_method = setup_method  # type: ignore[attr-defined]
    cls.teardown_method = teardown_method  # type: ignore[attr-defined]
    if hasattr(cls, "setup_class"):
        set_up_class, tear_down_class = _bound(cls, "setup_class"), _bound(cls, "teardown_class")

        def setup_class(cls: type) -> None:
            mocks.start(cls)
            try:
                set_up_class(cls)
            except BaseException:
                mocks.stop(cls)
                raise

        def teardown_class(cls: type) -> None:
            try:
                tear_down_class(cls)
            finally:
                mocks.stop(cls)

        cls.setup_class = classmethod(setup_class)
        cls.teardown_class = classmethod(teardown_class)  # type: ignore[attr-defined]
    return cls


def _call(function: Callable[..., Any] | None, self: Any, method: Any) -> None:
    """A `setup_method` or `teardown_method` as pytest calls it: with the test method if it takes one."""
    if function is not None:
        takes_method = len(inspect.signature(function).parameters) > 1
        function(self, *([method] if takes_method else []))


def _bound(cls: type, name: str) -> Callable[[type], None]:
    """A `setup_class` or `teardown_class`, a class method or not, to be called with the class; may be missing."""
    found = inspect.getattr_static(cls, name, None)
    if isinstance(found, classmethod):
        return found.__func__
    function = getattr(cls, name, None)
    return lambda cls: (
        None if function is None else function(*([cls] if inspect.signature(function).parameters else []))
    )
