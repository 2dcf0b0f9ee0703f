"""Index keys in TransactWriteItems: an empty one rejects the request, one of the wrong type is a reason."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ON_PUT = (
    "ValidationException: One or more parameter values are not valid. A value specified for a secondary index key is "
    "not supported. The AttributeValue for a key attribute cannot contain an empty {} value. IndexName: {}, "
    "IndexKey: {}"
)
ON_UPDATE = (
    "ValidationException: One or more parameter values are not valid. The update expression attempted to update a "
    "secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an "
    "empty {} value."
)
EMPTIES = [
    ("g", {"S": ""}, "string", "by-g"),
    ("b", {"B": b""}, "binary", "by-b-g"),
    ("l", {"S": ""}, "string", "by-l"),
]
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


@pytest.fixture(autouse=True)
def indexed(ddbmock: Any) -> None:
    ddbmock.create_table("indexed", "pk", "sk", gsi={"by-g": "g", "by-b-g": ("b:B", "g")}, lsi={"by-l": "l"})


def put(condition: str | None = None, **attributes: Any) -> dict[str, Any]:
    rest = {} if condition is None else {"ConditionExpression": condition}
    return {"Put": {"TableName": "indexed", "Item": {**KEY, **attributes}, **rest}}


def update(expression: str, condition: str | None = None, **values: Any) -> dict[str, Any]:
    action: dict[str, Any] = {"TableName": "indexed", "Key": KEY, "UpdateExpression": expression}
    if values:
        action["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    if condition is not None:
        action["ConditionExpression"] = condition
    return {"Update": action}


@pytest.mark.parametrize("name, value, kind, index", EMPTIES)
def test_an_empty_index_key_rejects_the_whole_request(
    refusal: Any, actions: Any, name: str, value: Any, kind: str, index: str
) -> None:
    first = "by-b-g" if name == "g" else index
    text = ON_PUT.format(kind, first, name)
    assert refusal(put(**{name: value})) == text
    assert refusal(actions.put("other"), put(**{name: value})) == text
    assert refusal(update(f"SET {name} = :v", v=value)) == ON_UPDATE.format(kind)
    assert refusal(update(f"SET x = :x, {name} = :v REMOVE y", v=value, x={"N": "1"})) == ON_UPDATE.format(kind)


def test_an_empty_index_key_is_found_before_conditions_and_reasons(refusal: Any, actions: Any) -> None:
    fails = "attribute_exists(nothing)"
    wrong_type = put(g={"N": "1"})
    assert refusal(put(fails, g={"S": ""})) == ON_PUT.format("string", "by-b-g", "g")
    assert refusal(update("SET g = :v", fails, v={"S": ""})) == ON_UPDATE.format("string")
    other = {"Put": {**wrong_type["Put"], "Item": {**KEY, "pk": {"S": "other"}, "g": {"N": "1"}}}}
    assert refusal(other, update("SET g = :v", v={"S": ""})) == ON_UPDATE.format("string")
    assert refusal(actions.check("absent", "attribute_exists(pk)"), put(l={"S": ""})).startswith("ValidationException")


@pytest.mark.parametrize("value", [{"NULL": True}, {"N": "1"}, {"B": b""}, {"L": []}, {"BOOL": False}])
def test_an_index_key_of_the_wrong_type_is_a_reason(reasons: Any, value: Any) -> None:
    message = (
        "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: "
        f"{next(iter(value))} IndexName: by-b-g"
    )
    wanted = [{"Code": "ValidationError", "Message": message}]
    assert reasons(put(g=value)) == wanted
    assert reasons(update("SET g = :v", v=value)) == wanted


@pytest.fixture
def execute(ddbmock: Any, client: Any) -> Any:
    """The error of an ExecuteTransaction that must be rejected and must change nothing."""

    def execute(*statements: str) -> Any:
        before = ddbmock.table("indexed").items
        with pytest.raises(ClientError) as caught:
            client.execute_transaction(TransactStatements=[{"Statement": statement} for statement in statements])
        assert ddbmock.table("indexed").items == before
        return caught.value.response

    return execute


WHERE = "WHERE pk = 'a' AND sk = 'b'"


@pytest.mark.parametrize(
    "statement, message",
    [
        ("INSERT INTO \"indexed\" VALUE {'pk': 'a', 'sk': 'b', 'g': ''}", ON_PUT.format("string", "by-b-g", "g")),
        (f"UPDATE \"indexed\" SET x = 1 SET l = '' {WHERE}", ON_UPDATE.format("string")),
    ],
)
def test_a_transaction_of_statements_has_the_same_rule(client: Any, execute: Any, statement: str, message: str) -> None:
    client.put_item(TableName="indexed", Item={**KEY, "pk": {"S": "other"}})
    other = "DELETE FROM \"indexed\" WHERE pk = 'other' AND sk = 'b'"
    response = execute(other, statement)
    assert f"{response['Error']['Code']}: {response['Error']['Message']}" == message
    assert "CancellationReasons" not in response
    wrong_type = execute(other, statement.replace("''", "7"))
    assert [reason["Code"] for reason in wrong_type["CancellationReasons"]][1] != "None"


def test_a_table_key_is_named_before_an_index_key(refusal: Any) -> None:
    message = refusal({"Put": {"TableName": "indexed", "Item": {"pk": {"S": ""}, "sk": {"S": "b"}, "g": {"S": ""}}}})
    assert message.endswith("cannot contain an empty string value. Key: pk")


def test_empty_values_elsewhere_are_stored(client: Any, write: Any) -> None:
    write(put(g={"S": "g"}, x={"S": ""}, m={"M": {}}))
    write(update("SET y = :v, m.g = :v", v={"S": ""}))
    item = client.get_item(TableName="indexed", Key=KEY)["Item"]
    assert (item["x"], item["y"], item["m"]) == ({"S": ""}, {"S": ""}, {"M": {"g": {"S": ""}}})
