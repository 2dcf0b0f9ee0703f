from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ddbmock import UsageError, mock_dynamodb

ITEMS = [
    {"pk": "a", "sk": Decimal(1), "name": "Åsa\u2028\x85\n", "tags": {"x", "y"}, "raw": b"\x00\xff"},
    {"pk": "a", "sk": Decimal("2.5"), "list": [None, True, {"n": Decimal("0.1")}], "numbers": {Decimal(1), Decimal(2)}},
]


@pytest.fixture
def ddb(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with mock_dynamodb() as mock:
        yield mock


@pytest.fixture
def users(ddb):
    return ddb.create_table("users", "pk", "sk:N", gsi={"by-age": "age:N"})


def write(name, text):
    Path(name).write_text(text, encoding="utf-8")
    return name


# ---- sources


def test_items_come_from_a_list(users):
    users.load(ITEMS)
    assert users.items == ITEMS


def test_items_come_from_any_iterable(users):
    users.load({"pk": "a", "sk": number} for number in range(3))
    assert len(users) == 3


def test_items_may_be_dynamodb_json(users):
    users.load(
        [{"pk": {"S": "a"}, "sk": {"N": "1"}, "raw": {"B": b"x"}}, {"Item": {"pk": {"S": "b"}, "sk": {"N": "1"}}}]
    )
    assert users.items == [{"pk": "a", "sk": 1, "raw": b"x"}, {"pk": "b", "sk": 1}]


def test_a_plain_map_that_looks_like_dynamodb_json_is_a_map(users):
    users.load([{"pk": "a", "sk": 1, "map": {"S": "x"}}])
    assert users["a", 1]["map"] == {"S": "x"}


@pytest.mark.parametrize(
    "name, text",
    [
        ("u.json", '[{"pk": "a", "sk": 1, "price": 0.10}]'),
        ("u.json", '[{"pk": {"S": "a"}, "sk": {"N": "1"}, "price": {"N": "0.1"}}]'),
        ("u.json", '{"Items": [{"pk": {"S": "a"}, "sk": {"N": "1"}, "price": {"N": "0.1"}}], "Count": 1}'),
        ("u.jsonl", '{"pk": "a", "sk": 1, "price": 0.1}\n'),
        ("u.jsonl", '\n{"Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "price": {"N": "0.1"}}}\n\n'),
        ("u.jsonl", '\ufeff{"pk": "a", "sk": 1, "price": 0.1}'),
    ],
)
def test_items_come_from_files(users, name, text):
    users.load(write(name, text))
    assert users.items == [{"pk": "a", "sk": 1, "price": 0.1}]


def test_numbers_in_files_are_exact(users):
    number = "0.12345678901234567890123456789012345678"
    users.load(write("u.jsonl", f'{{"pk": "a", "sk": {number}}}'))
    assert users.items[0]["sk"] == Decimal(number)


def test_cells_of_csv_are_texts_but_for_keys(users):
    users.load(write("u.csv", 'pk,sk,age,name,zip\na,1,36,"Lovelace, Ada",0123\nb,2,,,\n'))
    assert users.items == [
        {"pk": "a", "sk": 1, "age": 36, "name": "Lovelace, Ada", "zip": "0123"},
        {"pk": "b", "sk": 2},
    ]


def test_a_path_may_be_a_path_object(users, tmp_path):
    write("u.jsonl", '{"pk": "a", "sk": 1}')
    users.load(tmp_path / "u.jsonl")
    assert len(users) == 1


def test_loading_replaces_items_of_the_same_key(users):
    users.load([{"pk": "a", "sk": 1, "old": 1}])
    users.load([{"pk": "a", "sk": 1, "new": 1}])
    assert users.items == [{"pk": "a", "sk": 1, "new": 1}]


def test_indexes_see_what_was_loaded(ddb, users):
    users.load([{"pk": "a", "sk": 1, "age": 36}])
    found = ddb.client().query(
        TableName="users",
        IndexName="by-age",
        KeyConditionExpression="age = :age",
        ExpressionAttributeValues={":age": {"N": "36"}},
    )
    assert found["Count"] == 1


# ---- bad seeds


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("u.jsonl", '{"pk": "a", "sk": 1}\n{"pk": "a"}', r"u.jsonl, line 2: .*Missing the key sk in the item"),
        ("u.jsonl", '{"pk": "a", "sk": "1"}', r"line 1: .*Type mismatch for key sk expected: N actual: S"),
        ("u.jsonl", '{"pk": "", "sk": 1}', r"line 1: .*empty string value"),
        ("u.jsonl", '{"pk": "a", "sk": 1, "age": "x"}', r"line 1: .*by-age"),
        ("u.jsonl", '{"pk": "a", "sk": 1}\n{"pk": "a", "sk": 1.0}', r"line 2: the same key as .*u.jsonl, line 1"),
        ("u.jsonl", '{"pk": "a", "sk": 1', r"line 1: invalid JSON"),
        ("u.jsonl", "[1]", r"line 1: invalid item"),
        ("u.jsonl", '{"pk": "a", "sk": NaN}', r"line 1: DynamoDB has no number NaN"),
        ("u.jsonl", '{"pk": "a", "sk": 1e200}', r"line 1: .*Number overflow"),
        ("u.jsonl", '{"pk": {"S": "a"}, "sk": 1}', r"line 1: "),
        ("u.jsonl", '{"pk": {"S": "a"}, "sk": {"N": "1"}, "b": {"B": "?"}}', r"line 1: "),
        ("u.jsonl", '{"pk": "a", "sk": 1, "x": "' + "x" * 410_000 + '"}', r"line 1: .*Item size"),
        ("u.json", '[{"pk": "a", "sk": 1}, {}]', r"u.json, \[1\]: "),
        ("u.json", '{"pk": "a"}', r"u.json: it holds no list of items"),
        ("u.json", "[" * 100_000, r"u.json: "),
        ("u.csv", "pk,sk\na,x\n", r"u.csv, line 2: .*numeric value: x"),
        ("u.csv", "pk,sk\na,1,2\n", r"u.csv, line 2: more cells"),
        ("u.csv", 'pk,sk\n"a', r"u.csv, line 2: "),
        ("u.csv", "pk,sk,pk\na,1,b\n", r"u.csv: its first line does not name each attribute once"),
        ("u.csv", "", r"u.csv: its first line"),
        ("u.yaml", "", r"items are read from .json, .jsonl, .csv"),
    ],
)
def test_a_bad_file_is_refused_with_its_place_and_dynamodbs_reason(users, name, text, said):
    with pytest.raises(UsageError, match=said):
        users.load(write(name, text))
    assert users.items == []


def test_a_file_that_is_no_text_is_refused(users):
    Path("u.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"u.jsonl: invalid UTF-8"):
        users.load("u.jsonl")


def test_a_file_that_is_not_there_is_refused_with_the_places(users, tmp_path):
    with pytest.raises(UsageError, match=f"file not found: u.jsonl in {tmp_path}"):
        users.load("u.jsonl")


@pytest.mark.parametrize("source", [{"pk": "a", "sk": 1}, 5, None, b"u.jsonl"])
def test_what_is_no_list_of_items_is_refused(users, source):
    with pytest.raises(UsageError, match="use a list of dicts or a path"):
        users.load(source)


@pytest.mark.parametrize("item", [1, "a", ["pk"], {"pk": "a", "sk": 1, "x": set()}, {"pk": "a", "sk": 1, "": 1}])
def test_a_bad_item_of_a_list_is_refused_with_its_place(users, item):
    with pytest.raises(UsageError, match=r'items of "users", \[1\]: '):
        users.load([{"pk": "a", "sk": 0}, item])
    assert users.items == []


# ---- several tables


def test_items_are_loaded_by_table(ddb, users):
    orders = ddb.create_table("orders", "id")
    ddb.load({"users": ITEMS, "orders": write("o.jsonl", '{"id": "1"}')})
    assert (len(users), len(orders)) == (2, 1)


def test_nothing_is_loaded_where_one_table_is_wrong(ddb, users):
    with pytest.raises(UsageError, match=r'unknown table "usrs".*did you mean "users"'):
        ddb.load({"users": ITEMS, "usrs": []})
    assert users.items == []


def test_a_folder_holds_a_file_for_each_table(ddb, users):
    orders = ddb.create_table("orders", "id")
    Path("seed").mkdir()
    write("seed/users.csv", "pk,sk\na,1\n")
    write("seed/orders.jsonl", '{"id": "1"}')
    write("seed/README.md", "not an item")
    ddb.load("seed")
    assert (len(users), len(orders)) == (1, 1)


def test_a_file_is_named_after_its_table(ddb, users):
    ddb.load(write("users.csv", "pk,sk\na,1\n"))
    assert len(users) == 1


def test_a_folder_with_two_files_for_a_table_is_refused(ddb, users):
    Path("seed").mkdir()
    write("seed/users.csv", "")
    write("seed/users.jsonl", "")
    with pytest.raises(UsageError, match='two files for table "users"'):
        ddb.load("seed")


def test_an_empty_folder_is_refused(ddb):
    Path("seed").mkdir()
    with pytest.raises(UsageError, match="no items found"):
        ddb.load("seed")


def test_a_seed_is_an_option(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("seed").mkdir()
    write("seed/users.csv", "pk\na\n")
    for seed in ({"users": [{"pk": "a"}]}, {"users": "seed/users.csv"}, "seed"):
        with mock_dynamodb(tables={"users": "pk"}, seed=seed) as mock:
            assert mock.table("users").items == [{"pk": "a"}]


# ---- dumps


def test_a_dump_is_read_back_with_its_tables(ddb, users, tmp_path):
    users.load(ITEMS)
    ddb.create_table("orders", "id", stream="KEYS_ONLY", ttl="expires", pitr=True, billing=(3, 4))
    ddb.dump("out/deep")
    with mock_dynamodb() as other:
        other.load("out/deep")
        assert other.table("users").items == ITEMS
        client = other.client()
        orders = client.describe_table(TableName="orders")["Table"]
        assert orders["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
        assert orders["ProvisionedThroughput"]["WriteCapacityUnits"] == 4
        ttl = client.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]
        assert ttl["AttributeName"] == "expires"
        other.dump("again")
    for name in ("@tables.json", "users.jsonl", "orders.jsonl"):
        assert Path("again", name).read_bytes() == Path("out/deep", name).read_bytes()


def test_a_dump_is_dynamodb_json_a_line_for_each_item_in_key_order(ddb, users):
    users.load([{"pk": "b", "sk": 1}, {"pk": "a", "sk": 1, "raw": b"\x00"}])
    ddb.dump("out")
    lines = Path("out/users.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "raw": {"B": "AA=="}}},
        {"Item": {"pk": {"S": "b"}, "sk": {"N": "1"}}},
    ]


def test_tables_that_are_there_already_are_filled(ddb, users):
    users.load(ITEMS)
    ddb.dump("out")
    with mock_dynamodb(tables={"users": ("pk", "sk:N")}) as other:
        other.load("out")
        assert other.table("users").items == ITEMS


numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6)
scalars = st.none() | st.booleans() | st.text() | st.binary() | numbers
sets = st.sets(st.text(), min_size=1) | st.sets(st.binary(), min_size=1) | st.sets(numbers, min_size=1)
values = st.recursive(
    scalars | sets, lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner), max_leaves=5
)
keys = st.tuples(st.text(min_size=1, max_size=20), numbers)
attributes = st.dictionaries(
    st.text(min_size=1).filter(lambda name: name not in ("pk", "sk", "age")), values, max_size=4
)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(keys, attributes, max_size=5))
def test_whatever_is_stored_survives_a_dump(content):
    items = [{"pk": pk, "sk": sk, **rest} for (pk, sk), rest in content.items()]
    with tempfile.TemporaryDirectory() as folder:
        with mock_dynamodb(tables={"users": ("pk", "sk:N")}, seed={"users": items}) as mock:
            stored = mock.table("users").items
            mock.dump(folder)
        with mock_dynamodb() as other:
            other.load(folder)
            assert other.table("users").items == stored
    assert len(stored) == len(items)
