# ruff: noqa: E501  (a text of AWS is easier to find on one line)
"""TagResource, UntagResource, ListTagsOfResource, and tags of a new table."""

from __future__ import annotations

import pytest

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
OOMPV = "ValidationException: One or more parameter values were invalid: "


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def create(client, **more):
    return client.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def listed(client):
    return {tag["Key"]: tag["Value"] for tag in client.list_tags_of_resource(ResourceArn=ARN)["Tags"]}


def test_tags_are_set_replaced_and_removed(client):
    create(client)
    client.tag_resource(ResourceArn=ARN, Tags=tags(team="a", stage="test"))
    client.tag_resource(ResourceArn=ARN, Tags=tags(team="b", empty=""))
    assert listed(client) == {"team": "b", "stage": "test", "empty": ""}
    client.untag_resource(ResourceArn=ARN, TagKeys=["stage", "unknown"])
    assert listed(client) == {"team": "b", "empty": ""}


def test_a_table_is_created_with_tags_which_only_their_list_shows(client):
    made = create(client, Tags=tags(team="a"))["TableDescription"]
    assert "Tags" not in made
    assert listed(client) == {"team": "a"}


def test_tags_are_gone_with_their_table(client):
    create(client, Tags=tags(team="a"))
    client.delete_table(TableName="orders")
    create(client)
    assert listed(client) == {}


@pytest.mark.parametrize("count", [0, 11, 30, 50])
def test_all_tags_are_in_one_answer(client, count):
    many = {f"key{n:02}": str(n) for n in range(count)}
    create(client, Tags=tags(**many))
    answer = client.list_tags_of_resource(ResourceArn=ARN)
    assert {tag["Key"]: tag["Value"] for tag in answer["Tags"]} == many
    assert "NextToken" not in answer


@pytest.mark.parametrize("text", ["Größe", "日本語", "a b", "_.:/=+-@", "x" * 128])
def test_keys_and_values_may_be_of_any_script(client, text):
    create(client)
    client.tag_resource(ResourceArn=ARN, Tags=[{"Key": text, "Value": text * 2}])
    assert listed(client) == {text: text * 2}


KEY = "ValidationException: The Tag Key provided is invalid, Key: "
VALUE = "ValidationException: The Tag Value provided is invalid, Value: "
TOO_MANY = "ValidationException: Number of Tags exceed the current limit for the provided ResourceArn"
BAD_TAGS = [
    (tags(**{"": "x"}), KEY),
    ([{"Value": "x"}], f"{KEY}null"),
    (tags(**{"x" * 129: "x"}), KEY + "x" * 129),
    (tags(**{"a,b": "x"}), f"{KEY}a,b"),
    (tags(**{"a🙂": "x"}), f"{KEY}a🙂"),
    (tags(**{"aws:mine": "x"}), "ValidationException: Tag Key cannot be prefixed with aws:, Key: aws:mine"),
    ([{"Key": "a"}], f"{VALUE}null"),
    (tags(a="x" * 257), VALUE + "x" * 257),
    (tags(a="50%"), f"{VALUE}50%"),
    ([*tags(a="1"), *tags(a="1")], "ValidationException: Duplicate Tag Keys provided as input: Duplicate Tag Key found a"),
    (tags(**{f"k{n}": "" for n in range(51)}), TOO_MANY),
]  # fmt: skip


@pytest.mark.parametrize("given, message", BAD_TAGS)
def test_bad_tags_are_refused_all_together(client, refused, given, message):
    create(client, Tags=tags(team="a"))
    assert refused("tag_resource", ResourceArn=ARN, Tags=[*tags(good="yes"), *given][-51:]) == message
    assert listed(client) == {"team": "a"}


@pytest.mark.parametrize("given, message", BAD_TAGS)
def test_bad_tags_prevent_a_new_table(client, given, message):
    with pytest.raises(client.exceptions.ClientError) as caught:
        create(client, Tags=given)
    assert message.endswith(caught.value.response["Error"]["Message"])
    assert client.list_tables()["TableNames"] == []


def test_a_table_has_fifty_tags(client, refused):
    create(client, Tags=tags(**{f"k{n}": "" for n in range(50)}))
    client.tag_resource(ResourceArn=ARN, Tags=tags(k1="changed"))
    assert refused("tag_resource", ResourceArn=ARN, Tags=tags(one="more")) == TOO_MANY
    assert refused("untag_resource", ResourceArn=ARN, TagKeys=[f"k{n}" for n in range(51)]) == TOO_MANY


def test_something_must_be_asked_for(client, refused):
    create(client)
    nothing = "needs to be provided as Input."
    assert refused("tag_resource", ResourceArn=ARN, Tags=[]) == f"ValidationException: Atleast one Tag {nothing}"
    assert (
        refused("untag_resource", ResourceArn=ARN, TagKeys=[]) == f"ValidationException: Atleast one Tag Key {nothing}"
    )


GHOST = ARN.replace("orders", "ghost")
ARNS = [
    ("orders", f"{OOMPV}ARNs must start with 'arn:': orders"),
    ("arn:aws:s3:::bucket", f"{OOMPV}Provided Arn is not a DynamoDB resource arn: arn:aws:s3:::bucket"),
    (f"{ARN}/index/byg", f"{OOMPV}Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {ARN}/index/byg"),
    (ARN.replace("us-east-1", "eu-west-1"), f"ValidationException: Invalid TableArn: Invalid ResourceArn provided as input {ARN.replace('us-east-1', 'eu-west-1')}"),
    (ARN.replace("123456789012", "210987654321"), "AccessDeniedException: Access is denied"),
    (GHOST, f"ResourceNotFoundException: Requested resource not found: ResourceArn: {GHOST} not found"),
    (f"{ARN}/stream/2015-05-11T21:21:33.291", f"ResourceNotFoundException: Requested resource not found: ResourceArn: {ARN}/stream/2015-05-11T21:21:33.291 not found"),
]  # fmt: skip
METHODS = [
    ("tag_resource", {"Tags": tags(a="b")}),
    ("untag_resource", {"TagKeys": ["a"]}),
    ("list_tags_of_resource", {}),
]


@pytest.mark.parametrize("method, params", METHODS)
@pytest.mark.parametrize("arn, message", ARNS)
def test_the_resource_must_be_a_table_of_the_account(client, refused, method, params, arn, message):
    create(client)
    assert refused(method, ResourceArn=arn, **params) == message


@pytest.mark.parametrize("token", ["", "x", "eA==", "🙂"])
def test_every_token_is_invalid(client, refused, token):
    create(client)
    assert refused("list_tags_of_resource", ResourceArn=ARN, NextToken=token).startswith("ValidationException: ")


@pytest.mark.ddbmock(pace=5)
def test_a_table_that_is_being_created_cannot_be_tagged(client, refused):
    create(client)
    message = f"ResourceNotFoundException: Requested resource not found: ResourceArn: {ARN} not found"
    assert refused("tag_resource", ResourceArn=ARN, Tags=tags(a="b")) == message


@pytest.mark.ddbmock(pace=1)
def test_tags_settle_for_a_moment_when_changes_take_time(client, refused, ddbmock_clock):
    ddbmock_clock.freeze()
    create(client)
    ddbmock_clock.tick(seconds=1)
    client.tag_resource(ResourceArn=ARN, Tags=tags(a="1"))
    client.tag_resource(ResourceArn=ARN, Tags=tags(a="1"))
    client.tag_resource(ResourceArn=ARN, Tags=tags(a="1", b="2"))
    locked = "LimitExceededException: Subscriber limit exceeded: Table tags are being updated: orders"
    assert refused("tag_resource", ResourceArn=ARN, Tags=tags(a="2")) == locked
    assert refused("untag_resource", ResourceArn=ARN, TagKeys=["a"]) == locked
    assert refused("delete_table", TableName="orders") == (
        "ResourceInUseException: Attempt to change a resource which is still in use: Table tags are being updated: orders"
    )
    ddbmock_clock.tick(seconds=1.5)
    client.untag_resource(ResourceArn=ARN, TagKeys=["a"])
    ddbmock_clock.tick(seconds=1.5)
    client.delete_table(TableName="orders")


@pytest.mark.ddbmock(pace=1)
def test_the_former_tags_are_listed_for_three_seconds_when_changes_take_time(client, ddbmock_clock):
    ddbmock_clock.freeze()
    create(client, Tags=tags(a="1"))
    ddbmock_clock.tick(seconds=1)
    assert listed(client) == {"a": "1"}
    client.tag_resource(ResourceArn=ARN, Tags=tags(b="2"))
    assert listed(client) == {"a": "1"}
    ddbmock_clock.tick(seconds=2)
    client.tag_resource(ResourceArn=ARN, Tags=tags(a="3"))
    ddbmock_clock.tick(seconds=2.9)
    assert listed(client) == {"a": "1"}
    ddbmock_clock.tick(seconds=0.1)
    assert listed(client) == {"a": "3", "b": "2"}
