"""Sixteen clients at once: no update is lost, and nobody hears of an error that DynamoDB does not know."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from pytest_ddbmock.engine.request import DYNAMODB
from pytest_ddbmock.operations import OPERATIONS
from tests.support.wires import Wire

CLIENTS = 16
ROUNDS = 12
KNOWN = {"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"}


class Client(threading.Thread):
    """Does its rounds, and counts what should have come of them."""

    def __init__(self, number: int, wire: Wire) -> None:
        super().__init__()
        self.number = number
        self.wire = wire
        self.added: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for number in range(ROUNDS):
                self.do(number)
        except BaseException as failure:
            self.failure = failure

    def call(self, operation: str, **params: Any) -> Any:
        answer = self.wire.call(operation, {"TableName": "counters", **params})
        if answer.status == 200:
            return answer.json
        self.refused[answer.json["__type"].partition("#")[2]] += 1
        return None

    def do(self, number: int) -> None:
        own = {"pk": {"S": f"client-{self.number}"}, "sk": {"S": f"{number:03d}"}}
        assert self.call("PutItem", Item={**own, "n": {"N": str(number)}}) == {}
        assert self.call("GetItem", Key=own)["Item"]["n"] == {"N": str(number)}
        page = self.call(
            "Query",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": own["pk"]},
            ConsistentRead=True,
        )
        assert page["Count"] == number + 1
        self.add(f"shared-{number % 3}")
        first = {"pk": {"S": "first-wins"}, "sk": {"S": str(number)}}
        if self.call("PutItem", Item=first, ConditionExpression="attribute_not_exists(pk)") is not None:
            self.added[f"first-wins-{number}"] += 1
        if (DYNAMODB, "TransactWriteItems") in OPERATIONS:
            self.transfer(number)

    def add(self, name: str) -> None:
        answer = self.call("UpdateItem", Key=key(name), **ADD)
        if answer is not None:
            self.added[name] += 1

    def transfer(self, number: int) -> None:
        """One from one account to another, both or none."""
        names = f"account-{number % 2}", f"account-{2 + number % 3}"
        moves = [
            {
                "Update": {
                    "TableName": "counters",
                    "Key": key(name),
                    **ADD,
                    "ExpressionAttributeValues": {":n": {"N": by}},
                }
            }
            for name, by in zip(names, ("-1", "1"), strict=True)
        ]
        answer = self.wire.call("TransactWriteItems", {"TransactItems": moves})
        if answer.status == 200:
            self.added[names[0]] -= 1
            self.added[names[1]] += 1
        else:
            self.refused[answer.json["__type"].partition("#")[2]] += 1


ADD = {"UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}


def key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": "-"}}


def test_sixteen_clients_lose_nothing(new_wire: Callable[[], Wire], ddbmock: Any) -> None:
    counters = ddbmock.create_table("counters", "pk", "sk")
    clients = [Client(number, new_wire()) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(60)

    assert [client.failure for client in clients] == [None] * CLIENTS
    assert set().union(*(client.refused for client in clients)) <= KNOWN
    added: Counter[str] = Counter()
    for client in clients:
        added.update(client.added)  # negative counts too
    assert sum(count for name, count in added.items() if name.startswith("shared")) == CLIENTS * ROUNDS
    winners = {name: count for name, count in added.items() if name.startswith("first-wins")}
    assert winners == {f"first-wins-{number}": 1 for number in range(ROUNDS)}
    stored = {item["pk"]: item["n"] for item in counters.items if item["sk"] == "-"}
    assert stored == {name: count for name, count in added.items() if name.startswith(("shared", "account"))}
    assert len(counters) == len(stored) + CLIENTS * ROUNDS + ROUNDS
