from __future__ import annotations

import contextlib
import os

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_ddbmock import DDBMock, Options, UsageError, mock_dynamodb
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.testkit.handles import faults as fault_handle
from pytest_ddbmock.transports import doors


@pytest.fixture
def ddb():
    with mock_dynamodb() as mock:
        yield mock


def names(client=None):
    return (client or boto3.client("dynamodb")).list_tables()["TableNames"]


# ---- beginning and end


def test_a_mock_answers_between_start_and_stop():
    mock = mock_dynamodb(tables={"users": "pk"})
    mock.start()
    assert mock.is_active
    assert names() == ["users"]
    mock.stop()
    assert not mock.is_active
    assert doors.current() is None


def test_a_mock_that_is_started_again_is_empty_again():
    mock = mock_dynamodb()
    with mock:
        mock.create_table("users", "pk")
    with mock:
        assert names() == []


def test_a_second_start_is_refused():
    with mock_dynamodb() as mock, pytest.raises(UsageError, match="already started"):
        mock.start()


def test_a_stop_without_a_start_is_refused():
    mock = mock_dynamodb()
    with pytest.raises(UsageError, match="not active"):
        mock.stop()


@pytest.mark.parametrize(
    "use",
    [
        lambda mock: mock.client(),
        lambda mock: mock.create_table("users", "pk"),
        lambda mock: mock.table("users"),
        lambda mock: mock.clock,
        lambda mock: mock.load({}),
        lambda mock: mock.faults,
        lambda mock: mock.calls,
    ],
)
def test_a_mock_that_was_not_started_says_so(use):
    with pytest.raises(UsageError, match=r"start|not active"):
        use(mock_dynamodb())


def test_what_a_mock_held_can_be_read_after_its_end():
    with mock_dynamodb(tables={"users": "pk"}, seed={"users": [{"pk": "a"}]}) as mock:
        names()
    assert mock.table("users").items == [{"pk": "a"}]
    assert [call.operation for call in mock.calls] == ["ListTables"]
    with pytest.raises(UsageError, match="not active"):
        mock.client()


def test_inner_mocks_are_empty_and_answer_until_they_end():
    with mock_dynamodb(tables={"outer": "pk"}):
        with mock_dynamodb(tables={"inner": "pk"}):
            assert names() == ["inner"]
        assert names() == ["outer"]


def test_mocks_end_in_reverse_order():
    outer, inner = mock_dynamodb(tables={"outer": "pk"}), mock_dynamodb()
    outer.start()
    inner.start()
    with pytest.raises(UsageError, match="reverse order"):
        outer.stop()
    assert names() == []
    inner.stop()
    assert names() == ["outer"]
    outer.stop()


def test_a_mock_that_cannot_be_built_leaves_nothing_behind():
    before = dict(os.environ)
    with pytest.raises(UsageError), mock_dynamodb(tables={"users": "ts:Number"}):
        pass
    assert doors.current() is None
    assert dict(os.environ) == before


def test_a_mock_can_be_an_async_context_manager():
    async def run():
        async with mock_dynamodb(tables={"users": "pk"}):
            return names()

    import asyncio

    assert asyncio.run(run()) == ["users"]


def test_the_environment_is_as_before_when_the_mock_ends(monkeypatch, tmp_path):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EC2_METADATA_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    before = dict(os.environ)
    with mock_dynamodb(region="eu-west-1"):
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert dict(os.environ) == before


# ---- options


def test_options_are_keywords_or_one_object():
    assert DDBMock(Options(region="eu-west-1")).options == DDBMock(region="eu-west-1").options
    with pytest.raises(UsageError, match="not both"):
        DDBMock(Options(), region="eu-west-1")


def test_unknown_options_are_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match='unknown option "tabels"; did you mean "tables"'):
        mock_dynamodb(tabels={})


def test_without_a_region_the_environments_is_taken(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    with mock_dynamodb(tables={"users": "pk"}) as mock:
        assert mock.region == "ap-south-1"
        assert names() == ["users"]


def test_a_region_that_is_said_wins_over_the_environments(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    with mock_dynamodb(region="eu-west-1", tables={"users": "pk"}) as mock:
        assert names(mock.client()) == ["users"]
        assert names(boto3.client("dynamodb")) == ["users"]
        assert names(boto3.client("dynamodb", region_name="ap-south-1")) == []
    assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"


def test_accounts_and_regions_are_separate(ddb):
    ddb.create_table("users", "pk")
    ddb.create_table("orders", "pk", region="eu-west-1")
    assert names(ddb.client(region="eu-west-1")) == ["orders"]
    assert names(ddb.client(account="111122223333")) == []
    assert ddb.table("orders", region="eu-west-1").items == []


@pytest.mark.parametrize("name", ["capacity"])
def test_what_comes_later_is_refused_by_name(ddb, name):
    with pytest.raises(UsageError, match=f"ddbmock.{name} is not available yet"):
        getattr(ddb, name)


def test_what_comes_later_is_refused_by_name_on_faults(ddb):
    with pytest.raises(UsageError, match="not available yet"):
        ddb.faults.unprocessed("BatchWriteItem")


def test_what_never_comes_is_an_attribute_error(ddb):
    with pytest.raises(AttributeError):
        ddb.nonsense  # noqa: B018


# ---- tables


def test_a_table_is_ready_at_once(ddb):
    ddb.create_table("users", "pk", "sk")
    described = ddb.client().describe_table(TableName="users")["Table"]
    assert described["TableStatus"] == "ACTIVE"
    assert described["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]


def test_a_table_is_ready_at_once_even_where_changes_take_time():
    with mock_dynamodb(pace=30) as mock:
        assert mock.create_table("users", "pk").items == []
        mock.client().create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        status = mock.client().describe_table(TableName="orders")["Table"]["TableStatus"]
        assert status == "CREATING"
        mock.clock.tick(30)
        assert mock.client().describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"


def test_a_table_has_all_that_its_definition_says(ddb):
    ddb.create_table(
        "orders",
        "customer",
        "placed:N",
        gsi={"by-status": ("status", "placed:N"), "by-sku": {"key": "sku", "projection": ["price"]}},
        lsi={"by-total": "total:N"},
        stream="NEW_AND_OLD_IMAGES",
        ttl="expires",
        pitr=True,
        billing=(5, 5),
    )
    client = ddb.client()
    table = client.describe_table(TableName="orders")["Table"]
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == {"by-status", "by-sku"}
    assert [index["IndexName"] for index in table["LocalSecondaryIndexes"]] == ["by-total"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    ttl = client.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.parametrize(
    "make",
    [
        lambda ddb: ddb.create_table("users", "pk"),
        lambda ddb: ddb.create_table("users", ("pk",)),
        lambda ddb: ddb.create_table("users", {"key": "pk"}),
        lambda ddb: ddb.create_table({"TableName": "users", "key": "pk"}),
        lambda ddb: ddb.create_table(
            {
                "TableName": "users",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            }
        ),
    ],
)
def test_every_form_of_definition_is_taken(ddb, make):
    view = make(ddb)
    view.load([{"pk": "a"}])
    assert ddb.table("users").items == [{"pk": "a"}]


@pytest.mark.parametrize(
    "make, advice",
    [
        (lambda ddb: ddb.create_table("users"), "no key"),
        (lambda ddb: ddb.create_table("users", "pk", gis={}), 'did you mean "gsi"'),
        (lambda ddb: ddb.create_table("users", {"key": "pk"}, ttl="x"), "a definition alone"),
        (lambda ddb: ddb.create_table({"key": "pk"}), "without a name"),
        (lambda ddb: ddb.create_table({"TableName": "users", "key": "pk"}, "pk"), "parameters alone"),
        (lambda ddb: ddb.create_table("u", "pk"), 'table "u": DynamoDB rejected it: .*length'),
        (lambda ddb: ddb.create_table("us ers", "pk"), "DynamoDB rejected it"),
        (
            lambda ddb: ddb.create_table({"TableName": "users", "KeySchema": [], "BilingMode": ""}),
            'CreateTable has no parameter "BilingMode"; did you mean "BillingMode"',
        ),
    ],
)
def test_a_bad_definition_is_refused_with_advice(ddb, make, advice):
    with pytest.raises(UsageError, match=advice):
        make(ddb)
    assert list(ddb.tables) == []


def test_a_table_that_is_there_already_is_refused(ddb):
    ddb.create_table("users", "pk")
    with pytest.raises(UsageError, match=r'table "users": DynamoDB rejected it: .*already exists'):
        ddb.create_table("users", "pk")


def test_an_unknown_table_is_refused_with_the_nearest_name(ddb):
    ddb.create_table("users", "pk")
    ddb.create_table("orders", "pk", region="eu-west-1")
    with pytest.raises(UsageError, match='unknown table "usrs" in us-east-1; did you mean "users"'):
        ddb.table("usrs")
    with pytest.raises(UsageError, match='unknown table "orders" in us-east-1, but one in eu-west-1'):
        ddb.table("orders")


def test_tables_are_a_mapping_of_what_is_there_now(ddb):
    tables = ddb.tables
    assert dict(tables) == {}
    ddb.create_table("users", "pk")
    ddb.create_table("orders", "pk")
    assert list(tables) == ["orders", "users"]
    assert "users" in tables
    assert tables["users"].name == "users"


def test_making_tables_and_loading_is_no_call_of_the_application(ddb):
    ddb.create_table("users", "pk", ttl="expires").load([{"pk": "a"}])
    assert ddb.calls == []


def test_making_tables_and_loading_strikes_no_fault(ddb):
    with ddb.faults.throttle("PutItem") as fault:
        ddb.create_table("users", "pk").load([{"pk": "a"}])
        assert fault.hits == 0
        with pytest.raises(ddb.client().exceptions.ProvisionedThroughputExceededException):
            ddb.client().put_item(TableName="users", Item={"pk": {"S": "b"}})


# ---- calls


def test_calls_are_those_of_the_application_in_order(ddb):
    ddb.create_table("users", "pk")
    users = ddb.resource().Table("users")
    users.put_item(Item={"pk": "a"})
    users.get_item(Key={"pk": "a"})
    assert [(call.operation, call.table) for call in ddb.calls] == [("PutItem", "users"), ("GetItem", "users")]
    assert "test_ddbmock.py" in str(ddb.calls[0].origin)
    assert ddb.calls[0].attempts == 1


# ---- faults


def test_throttles_go_through_botocores_retries(ddb):
    ddb.create_table("users", "pk")
    before = ddb.clock.now
    with ddb.faults.throttle("PutItem", times=2) as fault:
        ddb.client().put_item(TableName="users", Item={"pk": {"S": "a"}})
    assert fault.hits == 2
    assert [call.attempts for call in ddb.calls] == [3]
    assert ddb.table("users").items == [{"pk": "a"}]
    assert ddb.clock.now >= before


def test_a_fault_is_active_from_the_call_on_and_ends_with_its_block(ddb):
    ddb.create_table("users", "pk")
    fault = ddb.faults.throttle("GetItem")
    client = ddb.client()
    with pytest.raises(client.exceptions.ProvisionedThroughputExceededException):
        client.get_item(TableName="users", Key={"pk": {"S": "a"}})
    with fault:
        pass
    assert "Item" not in client.get_item(TableName="users", Key={"pk": {"S": "a"}})


def test_a_fault_may_be_for_one_table(ddb):
    for name in ("users", "orders"):
        ddb.create_table(name, "pk")
    with ddb.faults.throttle("PutItem", times=1, table="orders") as fault:
        ddb.client().put_item(TableName="users", Item={"pk": {"S": "a"}})
        assert fault.hits == 0
        ddb.client().put_item(TableName="orders", Item={"pk": {"S": "a"}})
        assert fault.hits == 1


@pytest.mark.parametrize(
    "script, advice",
    [
        (lambda faults: faults.throttle("PutItme"), 'did you mean "PutItem"'),
        (lambda faults: faults.throttle("PutItem", times=0), "times=0"),
        (lambda faults: faults.throttle("PutItem", table="users"), 'unknown table "users"'),
        (lambda faults: faults.error("PutItme", "InternalServerError"), 'did you mean "PutItem"'),
        (lambda faults: faults.error("PutItem", "InternalServerErr"), 'did you mean "InternalServerError"'),
        (
            lambda faults: faults.error("GetItem", "TransactionConflictException"),
            "not an error that GetItem may return",
        ),
        (lambda faults: faults.error("PutItem", "ValidationException"), "not an error that PutItem may return"),
        (
            lambda faults: faults.error("TransactGetItems", "TransactionCanceledException"),
            'did you mean "TransactionConflictException"',
        ),
        (lambda faults: faults.error("PutItem", None), "not an error that PutItem may return"),
        (lambda faults: faults.error("PutItem", "InternalServerError", times=-1), "times=-1"),
        (lambda faults: faults.error("PutItem", "InternalServerError", table="users"), 'unknown table "users"'),
        (lambda faults: faults.hold("users", "a"), 'unknown table "users"'),
        (lambda faults: faults.hold("orders", ("a", "b")), r"pk \(S\); .* has 2 of 1"),
        (lambda faults: faults.hold("orders", 1), r"pk \(S\), not 1"),
    ],
)
def test_a_fault_that_cannot_strike_is_refused(ddb, script, advice):
    ddb.create_table("orders", "pk")
    with pytest.raises(UsageError, match=advice):
        script(ddb.faults)


def test_a_fault_that_never_struck_is_reported_at_the_end():
    mock = mock_dynamodb().start()
    with mock.faults.throttle("PutItem", times=2):
        pass
    with pytest.raises(UsageError, match=r'unused faults: throttle\("PutItem", times=2\)'):
        mock.stop()
    assert not mock.is_active


def test_errors_are_scripted_by_the_name_of_their_exception(ddb):
    ddb.create_table("users", "pk")
    client = ddb.client(config=Config(retries={"total_max_attempts": 1}))
    for code in ("RequestLimitExceeded", "ThrottlingException", "InternalServerError", "TransactionConflictException"):
        fault = ddb.faults.error("PutItem", code, times=1)
        for outcome in (code, None):
            try:
                client.put_item(TableName="users", Item={"pk": {"S": "a"}})
            except ClientError as error:
                assert error.response["Error"]["Code"] == outcome
            else:
                assert outcome is None
        assert fault.hits == 1


def test_retryable_errors_go_through_botocores_retries(ddb):
    ddb.create_table("users", "pk")
    with ddb.faults.error("PutItem", "InternalServerError", times=2) as fault:
        ddb.client().put_item(TableName="users", Item={"pk": {"S": "a"}})
    assert fault.hits == 2
    assert [call.attempts for call in ddb.calls] == [3]


@pytest.mark.parametrize("operation", sorted({name for _, name in OPERATIONS}))
def test_every_operation_may_fail_on_the_services_side(operation):
    assert {"InternalServerError", "ThrottlingException"} <= set(fault_handle.errors_of(operation))


def test_tables_may_meet_the_limits_of_the_account(ddb):
    with (
        ddb.faults.error("CreateTable", "LimitExceededException"),
        pytest.raises(ClientError, match="Subscriber limit exceeded"),
    ):
        ddb.client(config=Config(retries={"total_max_attempts": 1})).create_table(
            TableName="users",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    assert not ddb.tables


def test_a_held_key_that_nobody_wanted_is_reported_at_the_end():
    mock = mock_dynamodb().start()
    mock.create_table("users", "pk")
    with mock.faults.hold("users", "a"):
        pass
    with pytest.raises(UsageError, match=r"unused faults: hold\(\"users\", 'a'\)"):
        mock.stop()


def test_what_is_not_served_is_raised_again_at_the_end(ddb):
    with (
        pytest.raises(NotImplementedError, match="ListContributorInsights"),
        mock_dynamodb(),
        contextlib.suppress(Exception),  # as applications do
    ):
        boto3.client("dynamodb").list_contributor_insights()
    with mock_dynamodb() as mock:
        with pytest.raises(NotImplementedError, match="ListContributorInsights"):
            boto3.client("dynamodb").list_contributor_insights()
        mock.unsupported.clear()  # this test is about the refusal


def test_an_error_in_the_block_is_not_covered_by_complaints():
    with pytest.raises(ZeroDivisionError), mock_dynamodb() as mock:
        mock.faults.throttle("PutItem")
        raise ZeroDivisionError


# ---- snapshots


def test_a_snapshot_can_be_restored_again_and_again(ddb):
    users = ddb.create_table("users", "pk")
    users.load([{"pk": "a"}])
    snapshot = ddb.snapshot()
    for name in ("b", "c"):
        users.load([{"pk": name}])
        ddb.create_table(name * 3, "pk")
        ddb.restore(snapshot)
        assert users.items == [{"pk": "a"}]
        assert list(ddb.tables) == ["users"]


def test_a_snapshot_is_void_once_an_earlier_one_is_restored(ddb):
    first, second = ddb.snapshot(), ddb.snapshot()
    ddb.restore(first)
    with pytest.raises(UsageError, match="void"):
        ddb.restore(second)
    with mock_dynamodb() as other, pytest.raises(UsageError, match="another mock"):
        other.restore(first)
