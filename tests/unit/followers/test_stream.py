"""`followers.stream`: numbers, iterators and the window over a history."""

from __future__ import annotations

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.followers.stream import ShardIterator
from tests.support.accounts import Account


def test_sequence_numbers_rise_and_have_twenty_one_digits():
    numbers = [streams.sequence_number(seq) for seq in (0, 1, 9, 10, 10**9)]
    assert all(len(number) == 21 for number in numbers)
    assert sorted(numbers, key=int) == numbers
    assert [streams.seq_of(number) for number in numbers] == [0, 1, 9, 10, 10**9]


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "\u0663" * 21, "\u00b2"])
def test_what_is_no_number_stands_for_no_change(text):
    assert streams.seq_of(text) is None


def test_an_iterator_survives_the_way_to_the_caller_and_back():
    iterator = ShardIterator("arn:x", "shardId-1", 17, 1_800_000_000_000_000, "1.2")
    text = iterator.encode()
    assert text.startswith("arn:x|1|")
    assert streams.decode_iterator(text) == iterator


@pytest.mark.parametrize("text", ["", "|1|", "arn:x|1|AAAA", "\ud800|1|\ud800", "arn:x|1|" + "A" * 2000])
def test_what_no_stream_has_given_is_no_iterator(text):
    with pytest.raises(DynamoDBError) as caught:
        streams.decode_iterator(text)
    assert (caught.value.code, caught.value.message) == ("ValidationException", "Invalid ShardIterator")


def test_a_long_run_of_writes_that_change_nothing_is_read_over_in_one_page():
    account = Account()
    table = account.create("orders", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    for _ in range(2500):
        account.call("PutItem", TableName="orders", Item={"pk": {"S": "a"}})
    account.call("PutItem", TableName="orders", Item={"pk": {"S": "b"}})
    stream = table.settings.stream
    [shard] = streams.shards(table, stream)
    page = streams.read(table, stream, shard, stream.start, account.clock.moment, limit=10)
    assert [change.new["pk"][1] for change in page.changes] == ["a", "b"]
    assert page.position == table.history.last_seq
    assert not page.is_last
