"""Measures the local endpoint beside dynalite and dynoxide: `python tests/benchmarks/endpoint.py [--short]`.

Clients in this process keep one connection each and send their next request when the last is answered; the servers
live in processes of their own and are asked in turn, round after round. Every answer is looked at, and at the end the
counters must have counted every update. The others are measured where `servers.py` finds them. The result is printed
as Markdown.
"""

import argparse
import json
import random
import selectors
import socket
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, sleep
from typing import Any, TypeAlias

import servers

Params: TypeAlias = dict[str, Any]

TABLE = "items"
PARTITIONS, ITEMS, COUNTERS = 20, 100, 10
MIX = {"PutItem": 35, "GetItem": 35, "UpdateItem": 15, "Query": 15}
WITH_TRANSACTIONS = {**MIX, "TransactWriteItems": 15}
OTHERS = {"dynalite": servers.dynalite, "dynoxide": servers.dynoxide}
WITHOUT_TRANSACTIONS = {"dynalite"}
KNOWN = {"TransactionCanceledException", "TransactionConflictException"}
CLIENTS = (1, 16)

HEAD = (
    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: DynamoDB_20120810.{operation}\r\n"
    "Content-Type: application/x-amz-json-1.0\r\nUser-Agent: aws-sdk-benchmark/1.0 os/any lang/any\r\n"
    "X-Amz-Date: 20260101T000000Z\r\nAccept-Encoding: identity\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAANYTHING/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0" * 64 + "\r\n"
    "amz-sdk-invocation-id: 00000000-0000-4000-8000-{serial:012d}\r\namz-sdk-request: attempt=1; max=3\r\n"
    "Content-Length: {length}\r\n\r\n"
)


# ---- the work


def key(partition: int, item: int) -> Params:
    return {"pk": {"S": f"partition-{partition:04d}"}, "sk": {"S": f"item-{item:06d}"}}


def counter(number: int) -> Params:
    return {"pk": {"S": "counters"}, "sk": {"S": str(number)}}


def item(partition: int, number: int) -> Params:
    return {**key(partition, number), "name": {"S": "x" * 80}, "rank": {"N": str(number)}, "open": {"BOOL": True}}


def add(number: int, by: int) -> Params:
    return {
        "TableName": TABLE,
        "Key": counter(number),
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": str(by)}},
    }


def some(operation: str, pick: random.Random) -> Params:
    partition, number = pick.randrange(PARTITIONS), pick.randrange(ITEMS)
    if operation == "PutItem":
        return {"TableName": TABLE, "Item": item(partition, number)}
    if operation == "GetItem":
        return {"TableName": TABLE, "Key": key(partition, number)}
    if operation == "UpdateItem":
        return add(pick.randrange(COUNTERS), 1)
    if operation == "Query":
        return {
            "TableName": TABLE,
            "KeyConditionExpression": "pk = :pk AND sk > :sk",
            "ExpressionAttributeValues": {":pk": key(partition, 0)["pk"], ":sk": key(0, number)["sk"]},
            "Limit": 10,
        }
    one, other = pick.sample(range(COUNTERS), 2)
    return {"TransactItems": [{"Update": add(one, 2)}, {"Update": add(other, -1)}]}


def request(operation: str, params: Params, serial: int = 0) -> bytes:
    body = json.dumps(params)
    return (HEAD.format(operation=operation, serial=serial, length=len(body)) + body).encode()


# ---- clients


@dataclass
class Round:
    """What so many clients have met: seconds for each answer by operation, and refusals by code."""

    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[str] = field(default_factory=Counter)
    counted: int = 0
    """By how much the counters must have grown in all."""


class Client:
    """One connection, with one request on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.operation = ""
        self.sent_at = 0.0
        self._read = b""

    def send(self, operation: str, data: bytes) -> None:
        self.operation, self._read, self.sent_at = operation, b"", perf_counter()
        self.socket.sendall(data)

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body, once they are there."""
        data = self.socket.recv(65536)
        if not data:
            raise SystemExit(f"The server has hung up in {self.operation}.")
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return (int(head[9:12]), body) if len(body) >= length else None

    def call(self, operation: str, params: Params) -> Any:
        """Ask and wait."""
        self.send(operation, request(operation, params))
        while (answer := self.receive()) is None:
            pass
        if answer[0] != 200:
            raise SystemExit(f"{operation} failed: {answer[1]!r}")
        return json.loads(answer[1])


def drive(port: int, clients: int, work: list[tuple[str, bytes]]) -> Round:
    """Have all the work done by so many clients at once."""
    done, selector, waiting = Round(), selectors.DefaultSelector(), iter(work)
    with ExitStack() as exits:
        exits.callback(selector.close)
        crew = [Client(port) for _ in range(clients)]
        for client in crew:
            exits.callback(client.socket.close)
            selector.register(client.socket, selectors.EVENT_READ, client)
        began = perf_counter()
        for client in crew:
            client.send(*next(waiting))
        left = len(work)
        while left:
            for ready, _ in selector.select():
                client = ready.data
                answer = client.receive()
                if answer is None:
                    continue
                done.times[client.operation].append(perf_counter() - client.sent_at)
                note(done, client.operation, *answer)
                left -= 1
                following = next(waiting, None)
                if following is not None:
                    client.send(*following)
        done.seconds = perf_counter() - began
    return done


def note(done: Round, operation: str, status: int, body: bytes) -> None:
    """Count what an answer means; an error that DynamoDB does not know ends the benchmark."""
    if status == 200:
        done.counted += operation in ("UpdateItem", "TransactWriteItems")
        return
    code = json.loads(body)["__type"].partition("#")[2]
    if code not in KNOWN:
        raise SystemExit(f"{operation} failed: {status} {body!r}")
    done.refused[code] += 1


# ---- the run


def fill(port: int) -> None:
    """The table, and all the items that are going to be read."""
    client = Client(port)
    client.call(
        "CreateTable",
        {
            "TableName": TABLE,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        },
    )
    while client.call("DescribeTable", {"TableName": TABLE})["Table"]["TableStatus"] != "ACTIVE":
        sleep(0.05)
    for partition in range(PARTITIONS):
        for first in range(0, ITEMS, 25):
            puts = [{"PutRequest": {"Item": item(partition, number)}} for number in range(first, first + 25)]
            client.call("BatchWriteItem", {"RequestItems": {TABLE: puts}})
    client.socket.close()


def counted(port: int) -> int:
    """The sum of all counters."""
    client = Client(port)
    values = [client.call("GetItem", {"TableName": TABLE, "Key": counter(number)}) for number in range(COUNTERS)]
    client.socket.close()
    return sum(int(value["Item"]["n"]["N"]) for value in values if "Item" in value)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="fewer requests")
    short = parser.parse_args().short
    rounds, requests = (1, 1_000) if short else (5, 8_000)
    others = {name: start for name, start in OTHERS.items() if not servers.missing(name)}
    start = {"ours": servers.ours, **others}
    runs = [(name, clients, False) for clients in CLIENTS for name in start]
    runs += [(name, CLIENTS[-1], True) for name in start if name not in WITHOUT_TRANSACTIONS]
    measured: dict[tuple[str, int, bool], list[Round]] = {run: [] for run in runs}
    grown: Counter[str] = Counter()
    with ExitStack() as exits:
        ports = {name: exits.enter_context(server()) for name, server in start.items()}
        for port in ports.values():
            fill(port)
        for number in range(rounds):
            for name, clients, transactions in runs:
                # The same work for every server, another in every round.
                pick = random.Random(number)
                mix = WITH_TRANSACTIONS if transactions else MIX
                names = pick.choices(list(mix), weights=list(mix.values()), k=requests)
                work = [(name, request(name, some(name, pick), serial)) for serial, name in enumerate(names)]
                done = drive(ports[name], clients, work)
                measured[name, clients, transactions].append(done)
                grown[name] += done.counted
        for name, port in ports.items():
            if counted(port) != grown[name]:
                raise SystemExit(f"{name} has lost updates: {counted(port)} counted, {grown[name]} made.")
    print(markdown(measured, requests * rounds))


def markdown(measured: dict[tuple[str, int, bool], list[Round]], requests: int) -> str:
    operations = list(WITH_TRANSACTIONS)
    lines = [
        "| clients | server | requests/s | " + " | ".join(operations) + " |",
        "|---:|---|---:|" + "---:|" * len(operations),
    ]
    for (name, clients, transactions), rounds in measured.items():
        best = max(sum(map(len, done.times.values())) / done.seconds for done in rounds)
        cells = [
            _latency([one for done in rounds for one in done.times.get(operation, [])]) for operation in operations
        ]
        shown = f"{name}, with transactions" if transactions else name
        lines.append(f"| {clients} | {shown} | {best:,.0f} | " + " | ".join(cells) + " |")
    remark = (
        f"{requests:,} requests for each line, all answered, no update lost. Requests/s: the best round; then the "
        "median (99th percentile) of one answer in ms, all rounds. One client process drives all connections, and "
        "shares the machine with the server."
    )
    return "\n".join(lines) + f"\n\n{remark}"


def _latency(times: list[float]) -> str:
    if not times:
        return ""
    times = sorted(times)
    return f"{median(times) * 1e3:.2f} ({times[int(len(times) * 0.99)] * 1e3:.2f})"


if __name__ == "__main__":
    main()
