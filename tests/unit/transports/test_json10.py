from __future__ import annotations

import base64
import json
import zlib

import pytest

from pytest_ddbmock import errors
from pytest_ddbmock.transports import json10


def test_a_request_is_a_json_object():
    assert json10.decode(b'{"TableName": "t\\u00e9", "n": [1, 2.5, null, true]}') == {
        "TableName": "té",
        "n": [1, 2.5, None, True],
    }


def test_characters_beyond_the_basic_plane_are_read():
    assert json10.decode(json.dumps({"x": "😀"}).encode()) == {"x": "😀"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"{} {}",
        b'{"x": NaN}',
        b'{"x": -Infinity}',
        b"\xff\xfe",
        b'{"x": "\\ud83d"}',
        b'{"x": "\\uDE00"}',
        b'{"x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"x": ' + b"9" * 10_000 + b"}",
    ],
    ids=range(13),
)
def test_anything_else_is_a_serialization_exception_without_text(body):
    with pytest.raises(errors.DynamoDBError) as caught:
        json10.decode(body)
    assert (caught.value.code, caught.value.message) == ("SerializationException", None)
    assert json10.error_body(caught.value) == {"__type": "com.amazon.coral.service#SerializationException"}


@pytest.mark.parametrize(
    "error, body",
    [
        (
            errors.validation("x"),
            {"__type": "com.amazon.coral.validate#ValidationException", "message": "x"},
        ),
        (
            errors.serialization("x"),
            {"__type": "com.amazon.coral.service#SerializationException", "Message": "x"},
        ),
        (
            errors.access_denied("x"),
            {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "x"},
        ),
        (
            errors.resource_not_found("x"),
            {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "x"},
        ),
        (
            errors.conditional_check_failed({"pk": {"B": b"\xff"}}),
            {
                "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
                "message": "The conditional request failed",
                "Item": {"pk": {"B": b"\xff"}},
            },
        ),
        (
            errors.DynamoDBError("TransactionCanceledException", "x", CancellationReasons=[{"Code": "None"}]),
            {
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "x",
                "CancellationReasons": [{"Code": "None"}],
            },
        ),
        (errors.unknown_operation(), {"__type": "com.amazon.coral.service#UnknownOperationException"}),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_errors_are_spelled_as_the_service_spells_them(error, body):
    assert json10.error_body(error) == body


def test_an_http_answer_carries_base64_length_and_checksum():
    answer = json10.http_answer({"Item": {"b": {"B": b"\x00\xff"}, "s": {"BS": [b"1"]}}})
    assert json.loads(answer.body) == {
        "Item": {"b": {"B": base64.b64encode(b"\x00\xff").decode()}, "s": {"BS": ["MQ=="]}}
    }
    assert answer.status == 200
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["x-amz-crc32"] == str(zlib.crc32(answer.body))
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"


def test_an_http_refusal_has_the_errors_status():
    assert json10.http_refusal(errors.internal_server_error()).status == 500
    assert json10.http_refusal(errors.validation("x")).status == 400


def test_request_ids_look_like_awss_and_differ():
    ids = {json10.request_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(one) == 52 and one.isalnum() and one.isupper() and one.isascii() for one in ids)


@pytest.mark.parametrize(
    "target, expected",
    [
        ("DynamoDB_20120810.PutItem", ("dynamodb", "PutItem")),
        (b"DynamoDBStreams_20120810.GetRecords", ("dynamodbstreams", "GetRecords")),
    ],
)
def test_the_target_names_service_and_operation(target, expected):
    assert json10.split_target(target) == expected


@pytest.mark.parametrize("target", [None, "", "PutItem", "DynamoDB_20111205.PutItem", "DynamoDB_20120810.", b"\xff.x"])
def test_any_other_target_is_an_unknown_operation(target):
    with pytest.raises(errors.DynamoDBError) as caught:
        json10.split_target(target)
    assert caught.value.code == "UnknownOperationException"
