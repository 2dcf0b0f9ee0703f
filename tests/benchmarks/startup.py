"""Prints the seconds from the first import to the first answer: `python startup.py bare|ours|ours-stores|again`.

One kind in a process, which has to be fresh. `bare` is boto3 with a client and a ready answer, `ours` the same call
with pytest-ddbmock, `ours-stores` with a table, a write and a read instead; `again` is an activation after the first.
"""

import sys
from time import perf_counter

_BEGAN = perf_counter()
REGION = "eu-central-1"


def bare() -> float:
    """Without us."""
    import boto3

    class Response:
        status_code = 200

    client = boto3.client("dynamodb", region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none")
    client.meta.events.register_first("before-call.dynamodb", lambda **_: (Response, {"TableNames": []}))
    assert client.list_tables()["TableNames"] == []
    return perf_counter() - _BEGAN


def ours() -> float:
    """The same with us."""
    import boto3
    from pytest_ddbmock import mock_dynamodb

    with mock_dynamodb():
        client = boto3.client("dynamodb", region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none")
        assert client.list_tables()["TableNames"] == []
        return perf_counter() - _BEGAN


def ours_stores() -> float:
    """With a table, a write and a read."""
    import boto3
    from pytest_ddbmock import mock_dynamodb

    with mock_dynamodb(region=REGION, tables={"orders": "pk"}):
        client = boto3.client("dynamodb", region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none")
        item = {"pk": {"S": "1"}}
        client.put_item(TableName="orders", Item=item)
        assert client.get_item(TableName="orders", Key=item)["Item"] == item
        return perf_counter() - _BEGAN


def again() -> float:
    """An activation, and its end, when there were others before: the fastest of many."""
    ours()
    from pytest_ddbmock import mock_dynamodb

    times = []
    for _ in range(200):
        start = perf_counter()
        with mock_dynamodb():
            pass
        times.append(perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    print({"bare": bare, "ours": ours, "ours-stores": ours_stores, "again": again}[sys.argv[1]]())
