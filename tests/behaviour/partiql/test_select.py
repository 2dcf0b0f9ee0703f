"""SELECT through boto3: what is read, in which order and pages, and what that costs."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def orders(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table(
        "orders",
        "customer",
        "placed:N",
        gsi={"by-status": ("status", "placed:N"), "by-sku": {"key": "sku", "projection": ["price"]}},
        lsi={"by-total": {"key": "total:N", "projection": ["sku"]}},
    )
    for customer, placed, status, total in [
        ("c1", 1, "NEW", 30),
        ("c1", 2, "SENT", 10),
        ("c1", 3, "NEW", 20),
        ("c2", 1, "SENT", 5),
        ("c3", 7, "NEW", 1),
    ]:
        item = {
            "customer": {"S": customer},
            "placed": {"N": str(placed)},
            "status": {"S": status},
            "total": {"N": str(total)},
            "sku": {"S": f"sku-{placed}"},
            "price": {"N": "9.5"},
            "tags": {"SS": ["x", f"t{placed}"]},
            "lines": {"L": [{"M": {"name": {"S": f"line {placed}"}}}]},
            "note": {"NULL": True},
        }
        if customer == "c2":
            del item["note"]
        client.put_item(TableName="orders", Item=item)


def run(client: Any, text: str, *parameters: Any, **options: Any) -> Any:
    if parameters:
        options["Parameters"] = list(parameters)
    return client.execute_statement(Statement=text, **options)


def keys(answer: Any) -> list[tuple[str, str]]:
    return [(item["customer"]["S"], item["placed"]["N"]) for item in answer["Items"]]


def pages(client: Any, text: str, **options: Any) -> list[list[tuple[str, str]]]:
    found = []
    while True:
        answer = run(client, text, **options)
        found.append(keys(answer))
        if "NextToken" not in answer:
            return found
        options["NextToken"] = answer["NextToken"]


ALL = {("c1", "1"), ("c1", "2"), ("c1", "3"), ("c2", "1"), ("c3", "7")}


@pytest.mark.parametrize(
    "where, found",
    [
        ("customer = 'c1'", [("c1", "1"), ("c1", "2"), ("c1", "3")]),
        ("'c1' = customer AND placed > 1", [("c1", "2"), ("c1", "3")]),
        ("customer = 'c1' AND placed BETWEEN 2 AND 3", [("c1", "2"), ("c1", "3")]),
        ("customer = 'c1' AND placed > 1 AND placed < 3", [("c1", "2")]),
        ("customer = 'c1' AND placed IN [1, 3]", [("c1", "1"), ("c1", "3")]),
        ("customer = 'c1' AND placed = 2", [("c1", "2")]),
        ("customer = 'c1' AND placed = 2 AND status = 'NEW'", []),
        ("customer = 'c1' AND status = 'NEW'", [("c1", "1"), ("c1", "3")]),
        ("customer = 'c1' AND NOT status = 'NEW'", [("c1", "2")]),
        ("customer = 'c1' AND contains(tags, 't2')", [("c1", "2")]),
        ("customer = 'c1' AND lines[0].name = 'line 3'", [("c1", "3")]),
        ("customer = 'c1' AND size(lines) = 1 AND attribute_type(total, 'N')", [("c1", "1"), ("c1", "2"), ("c1", "3")]),
        ("customer = 'nobody'", []),
        ("customer IN ['c2', 'c1'] AND placed = 1", [("c2", "1"), ("c1", "1")]),
        ("customer = 'c3' OR customer = 'c2'", [("c3", "7"), ("c2", "1")]),
        ("(customer = 'c1' AND placed = 3) OR (customer = 'c1' AND placed = 1)", [("c1", "1"), ("c1", "3")]),
        ("customer = 'c1' AND NOT placed = 2 OR customer = 'c1' AND sku = 'sku-2'", [("c1", n) for n in "123"]),
        ("customer = 'c1' AND NOT placed IN [1, 2] OR customer = 'c1' AND sku = 'sku-1'", [("c1", "1"), ("c1", "3")]),
        ("customer = 'c1' AND placed <> 1 OR customer = 'c2'", [("c1", "2"), ("c1", "3"), ("c2", "1")]),
    ],
)
def test_a_condition_on_the_partition_key_reads_its_items_in_order(
    client: Any, orders: None, where: str, found: list[tuple[str, str]]
) -> None:
    assert keys(run(client, f"SELECT * FROM orders WHERE {where}")) == found


@pytest.mark.parametrize(
    "where, found",
    [
        ("total >= 10", {("c1", "1"), ("c1", "2"), ("c1", "3")}),
        ("note IS MISSING", {("c2", "1")}),
        ("note IS NOT MISSING AND note IS NULL AND placed > 2", {("c1", "3"), ("c3", "7")}),
        ("customer > 'c1'", {("c2", "1"), ("c3", "7")}),
        ("customer = 'c2' OR status = 'NEW'", {("c1", "1"), ("c1", "3"), ("c2", "1"), ("c3", "7")}),
        ("begins_with(sku, 'sku-1')", {("c1", "1"), ("c2", "1")}),
        ("status != 'NEW'", {("c1", "2"), ("c2", "1")}),
    ],
)
def test_any_other_condition_scans(client: Any, orders: None, where: str, found: set[tuple[str, str]]) -> None:
    assert set(keys(run(client, f"SELECT * FROM orders WHERE {where}"))) == found


def test_without_a_condition_all_items_come(client: Any, orders: None) -> None:
    assert set(keys(run(client, 'SELECT * FROM "orders"'))) == ALL


def test_parameters_stand_in_order(client: Any, orders: None) -> None:
    answer = run(client, "SELECT * FROM orders WHERE customer = ? AND placed > ?", {"S": "c1"}, {"N": "2"})
    assert keys(answer) == [("c1", "3")]


def test_projected_paths_come_under_their_last_name(client: Any, orders: None) -> None:
    text = "SELECT total, lines[0].name, lines[0], gone, \"status\" FROM orders WHERE customer = 'c3'"
    assert run(client, text)["Items"] == [
        {
            "total": {"N": "1"},
            "name": {"S": "line 7"},
            "lines[0]": {"M": {"name": {"S": "line 7"}}},
            "status": {"S": "NEW"},
        }
    ]
    assert run(client, "SELECT gone FROM orders WHERE customer = 'c3'")["Items"] == [{}]


@pytest.mark.parametrize(
    "text, found",
    [
        ("customer = 'c1' ORDER BY placed", [("c1", "1"), ("c1", "2"), ("c1", "3")]),
        ("customer = 'c1' ORDER BY placed DESC", [("c1", "3"), ("c1", "2"), ("c1", "1")]),
        ("customer IN ['c3', 'c1', 'c2'] AND placed < 3 ORDER BY customer", [("c1", "1"), ("c1", "2"), ("c2", "1")]),
        ("customer IN ['c3', 'c1', 'c2'] AND placed = 1 ORDER BY customer DESC", [("c2", "1"), ("c1", "1")]),
        ("customer IN ['c1', 'c2'] ORDER BY customer DESC, placed DESC", [("c2", "1"), *[("c1", n) for n in "321"]]),
    ],
)
def test_order_by_keys(client: Any, orders: None, text: str, found: list[tuple[str, str]]) -> None:
    assert keys(run(client, f"SELECT * FROM orders WHERE {text}")) == found


@pytest.mark.parametrize(
    "text, message",
    [
        ("SELECT * FROM orders ORDER BY placed", "Must have WHERE clause in the statement when using ORDER BY clause."),
        (
            "SELECT * FROM orders WHERE customer = 'c1' ORDER BY total",
            "Attribute total in ORDER BY clause must be part of the primary key",
        ),
        (
            "SELECT * FROM orders WHERE total = 1 ORDER BY placed",
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ),
        (
            "SELECT * FROM orders WHERE customer IN ['c1', 'c2'] ORDER BY placed",
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.",
        ),
        ("SELECT * FROM gone", "Requested resource not found"),
        ("SELECT COUNT(*) FROM gone WHERE foo(a)", "Requested resource not found"),
        ('SELECT * FROM "gone"."index"', "Requested resource not found"),
        ('SELECT * FROM "orders"."gone"', "The table does not have the specified index"),
        ('SELECT COUNT(*) FROM "orders"."gone"', "The table does not have the specified index"),
        (
            "SELECT * FROM orders WHERE customer = 'c1' AND sku = 'x' OR customer = 'c1' AND placed = 2",
            "Overlapping conditions with range keys are not supported in where clause",
        ),
        ("SELECT * FROM gone WHERE", "Statement wasn't well formed, can't be processed: Unexpected term"),
        ("SELECT * FROM gone g", "Aliasing is not supported"),
        (
            "SELECT * FROM gone WHERE a = {'x': 1e200}",
            "Number overflow. Attempting to store a number with magnitude larger than supported range under root.x",
        ),
        ("SELECT * FROM orders WHERE foo(total)", "Unrecognized function: foo at 1:28:3"),
        ("SELECT attribute_exists(a) FROM orders", "Unexpected path component at 1:8:16"),
        (
            "SELECT * FROM orders WHERE attribute_exists('total')",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "SELECT * FROM orders WHERE attribute_exists()",
            "Incorrect number of operands for operator or function; operator or function: attribute_exists, "
            "number of operands: 0",
        ),
        (
            "SELECT * FROM orders WHERE customer = 1",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "SELECT * FROM orders WHERE customer = ''",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: customer",
        ),
        (
            "SELECT * FROM orders WHERE total < true",
            "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
        ),
        (
            "SELECT * FROM orders WHERE customer = 'c1' AND placed BETWEEN 2 AND 1",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
        ),
        (
            'SELECT note FROM "orders"."by-sku" WHERE sku = \'x\'',
            "One or more parameter values were invalid: Global secondary index by-sku does not project [note]",
        ),
        (
            'SELECT * FROM "orders"."by-sku" WHERE sku = \'x\' AND note IS NULL',
            "One or more parameter values were invalid: Secondary index by-sku does not project one or more filter "
            "attributes: [note]",
        ),
        (
            'SELECT note, tags, total FROM "orders"."by-sku"',
            "One or more parameter values were invalid: Global secondary index by-sku does not project "
            "[note, tags, total]",
        ),
        (
            'SELECT * FROM "orders"."by-sku" WHERE total = 1 OR attribute_exists(note) AND size(tags) > 1',
            "One or more parameter values were invalid: Secondary index by-sku does not project one or more filter "
            "attributes: [total, note, tags]",
        ),
        (
            "SELECT * FROM orders WHERE customer.name = 'x'",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: customer",
        ),
        ("SELECT COUNT(*) FROM orders", "Unexpected path component at 1:8:5"),
        ("SELECT * FROM orders WHERE a = ?", "Number of parameters in request and statement don't match."),
        (
            "EXISTS(SELECT * FROM orders WHERE customer = 'c1' AND placed = 1)",
            "The EXISTS function is only supported in ExecuteTransaction.",
        ),
    ],
)
def test_refusals(refused: Any, orders: None, text: str, message: str) -> None:
    code = "ResourceNotFoundException" if "resource not found" in message else "ValidationException"
    assert refused("execute_statement", Statement=text) == f"{code}: {message}"


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "BETWEEN 1 AND"])
@pytest.mark.parametrize(
    "value, tag",
    [
        ("true", "BOOL"),
        ("null", "NULL"),
        ("[1]", "L"),
        ("{'a': 1}", "M"),
        ("<<'a'>>", "SS"),
        ("<<1>>", "NS"),
        ("?", "BS"),
    ],
)
def test_only_strings_numbers_and_binary_values_have_an_order(
    refused: Any, orders: None, operator: str, value: str, tag: str
) -> None:
    request: dict[str, Any] = {"Statement": f"SELECT * FROM orders WHERE customer = 'c1' AND total {operator} {value}"}
    if value == "?":
        request["Parameters"] = [{"BS": [b"a"]}]
    name = operator.split()[0]
    assert refused("execute_statement", **request) == (
        f"ValidationException: Incorrect operand type for operator or function; operator or function: {name}, "
        f"operand type: {tag}"
    )


def test_values_of_all_types_can_be_equal_and_other_types_never_are(client: Any, orders: None) -> None:
    def found(condition: str) -> int:
        return len(run(client, f"SELECT * FROM orders WHERE customer = 'c1' AND {condition}")["Items"])

    assert found("tags = <<'t1', 'x'>>") == 1 and found("tags <> <<'x', 't1'>>") == 2
    assert found("lines = [{'name': 'line 1'}]") == 1
    assert found("note = null") == 3 and found("note = false") == 0
    assert found("status < 1") == 0 and found("total > 'x'") == 0 and found("total = '30'") == 0


def test_an_unknown_index_is_reported_before_a_consistent_read(refused: Any, orders: None) -> None:
    text = 'SELECT * FROM "orders"."gone"'
    assert refused("execute_statement", Statement=text, ConsistentRead=True) == (
        "ValidationException: The table does not have the specified index"
    )


def test_consistent_reads_are_not_for_global_indexes(client: Any, refused: Any, orders: None) -> None:
    text = 'SELECT * FROM "orders"."by-status" WHERE status = \'NEW\''
    assert refused("execute_statement", Statement=text, ConsistentRead=True) == (
        "ValidationException: Strongly consistent read is not supported on Global Secondary Indexes"
    )
    answer = run(
        client, "SELECT * FROM orders WHERE customer = 'c1'", ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
    )
    assert answer["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": 1.0}


def test_an_index_is_read_in_its_own_order(client: Any, orders: None) -> None:
    text = 'SELECT * FROM "orders"."by-status" WHERE status = \'NEW\' AND placed > 1 ORDER BY placed DESC'
    answer = run(client, text, ReturnConsumedCapacity="INDEXES")
    assert keys(answer) == [("c3", "7"), ("c1", "3")]
    assert answer["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"by-status": {"CapacityUnits": 0.5}}
    local = run(client, 'SELECT customer, placed FROM "orders"."by-total" WHERE customer = \'c1\'')
    assert keys(local) == [("c1", "2"), ("c1", "3"), ("c1", "1")]
    fetched = run(client, 'SELECT note FROM "orders"."by-total" WHERE customer = \'c1\' AND total = 10')
    assert fetched["Items"] == [{"note": {"NULL": True}}]


def test_pages_go_on_from_their_token(client: Any, orders: None) -> None:
    query = "SELECT * FROM orders WHERE customer = 'c1' ORDER BY placed DESC"
    assert pages(client, query, Limit=2) == [[("c1", "3"), ("c1", "2")], [("c1", "1")]]
    assert pages(client, query, Limit=3) == [[("c1", "3"), ("c1", "2"), ("c1", "1")], []]
    scanned = pages(client, "SELECT * FROM orders", Limit=2)
    assert [len(page) for page in scanned] == [2, 2, 1] and {key for page in scanned for key in page} == ALL
    assert pages(client, "SELECT * FROM orders WHERE customer = 'c1' AND status = 'SENT'", Limit=1) == [
        [],
        [("c1", "2")],
        [],
        [],
    ]
    several = pages(client, "SELECT * FROM orders WHERE customer IN ['c2', 'c1', 'c3']", Limit=2)
    assert several == [[("c2", "1"), ("c1", "1")], [("c1", "2"), ("c1", "3")], [("c3", "7")]]


def test_an_index_is_paged(client: Any, orders: None) -> None:
    answer = run(client, 'SELECT * FROM "orders"."by-status" WHERE status = \'NEW\'', Limit=1)
    assert answer["LastEvaluatedKey"] == {"customer": {"S": "c1"}, "placed": {"N": "1"}, "status": {"S": "NEW"}}
    assert pages(client, 'SELECT * FROM "orders"."by-status" WHERE status = \'NEW\'', Limit=1) == [
        [("c1", "1")],
        [("c1", "3")],
        [("c3", "7")],
        [],
    ]


def test_a_full_key_needs_no_next_page(client: Any, orders: None) -> None:
    answer = run(client, "SELECT * FROM orders WHERE customer = 'c1' AND placed = 1", Limit=1)
    assert keys(answer) == [("c1", "1")] and "NextToken" not in answer and "LastEvaluatedKey" not in answer


def test_ten_partitions_of_an_in_list_make_a_page(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("things", "pk")
    names = [f"p{number:02}" for number in range(25)]
    for name in names:
        client.put_item(TableName="things", Item={"pk": {"S": name}})
    wanted = ", ".join(f"'{name}'" for name in names)
    sizes = []
    token: dict[str, Any] = {}
    while True:
        answer = client.execute_statement(
            Statement=f"SELECT * FROM things WHERE pk IN [{wanted}]", ReturnConsumedCapacity="TOTAL", **token
        )
        sizes.append(len(answer["Items"]))
        assert answer["ConsumedCapacity"]["CapacityUnits"] == sizes[-1] * 0.5
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert sizes == [10, 10, 5]
    with pytest.raises(ClientError, match="too many operands"):
        many = ", ".join(f"'{number}'" for number in range(51))
        client.execute_statement(Statement=f"SELECT * FROM things WHERE pk IN [{many}]")


def test_large_items_end_a_page_at_a_megabyte(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("things", "pk", "sk")
    for number in range(5):
        client.put_item(
            TableName="things", Item={"pk": {"S": "p"}, "sk": {"S": str(number)}, "x": {"S": "x" * 300_000}}
        )
    first = client.execute_statement(Statement="SELECT sk FROM things WHERE pk = 'p'")
    assert len(first["Items"]) == 4 and first["LastEvaluatedKey"] == {"pk": {"S": "p"}, "sk": {"S": "3"}}
    rest = client.execute_statement(Statement="SELECT sk FROM things WHERE pk = 'p'", NextToken=first["NextToken"])
    assert rest["Items"] == [{"sk": {"S": "4"}}] and "NextToken" not in rest


def test_a_token_belongs_to_its_statement_and_parameters(client: Any, refused: Any, orders: None) -> None:
    text = "SELECT * FROM orders WHERE customer = ?"
    token = run(client, text, {"S": "c1"}, Limit=1)["NextToken"]
    mismatch = "ValidationException: NextToken does not match request"
    invalid = "ValidationException: Invalid NextToken"

    def try_token(text: str, parameter: str, token: str) -> str:
        answer: str = refused("execute_statement", Statement=text, Parameters=[{"S": parameter}], NextToken=token)
        return answer

    assert try_token(text, "c2", token) == mismatch
    assert try_token(text + " ", "c1", token) == mismatch
    assert try_token(text, "c1", token[:-4]) == invalid
    assert try_token(text, "c1", "A" + token[1:]) == invalid
    assert try_token(text, "c1", "none at all") == invalid
    assert try_token("DELETE FROM orders WHERE customer = ? AND placed = 1", "c1", token) == invalid


def test_a_token_is_invalid_for_another_table_of_the_same_name(ddbmock: Any, client: Any, refused: Any) -> None:
    ddbmock.create_table("things", "pk", "sk")
    for number in "12":
        client.put_item(TableName="things", Item={"pk": {"S": "p"}, "sk": {"S": number}})
    text = "SELECT * FROM things WHERE pk = 'p'"
    token = client.execute_statement(Statement=text, Limit=1)["NextToken"]
    client.delete_table(TableName="things")
    ddbmock.create_table("things", "pk", "other:N")
    assert refused("execute_statement", Statement=text, NextToken=token) == "ValidationException: Invalid NextToken"


@pytest.mark.parametrize(
    "options, message",
    [
        (
            {"Limit": 0},
            "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        ({"Statement": ""}, "Member must have length greater than or equal to 1"),
        ({"Statement": "x" * 8193}, "Member must have length less than or equal to 8192"),
        ({"Parameters": []}, "Member must have length greater than or equal to 1"),
        ({"Parameters": [{"N": "x"}]}, "The parameter cannot be converted to a numeric value: x"),
    ],
)
def test_malformed_requests(refused: Any, orders: None, options: dict[str, Any], message: str) -> None:
    given = {"Statement": "SELECT * FROM orders", **options}
    answer = refused("execute_statement", **given)
    assert answer.startswith("ValidationException: ") and answer.endswith(message)


def test_scripted_faults_strike_statements(ddbmock: Any, client: Any, orders: None) -> None:
    with ddbmock.faults.throttle("ExecuteStatement"), pytest.raises(ClientError) as caught:
        run(client, "SELECT * FROM orders")
    assert caught.value.response["Error"]["Code"] in ("ThrottlingException", "ProvisionedThroughputExceededException")
