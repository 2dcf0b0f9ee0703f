"""CSV: headers, delimiters, quotes, types."""

from __future__ import annotations

from decimal import Decimal

import pytest


@pytest.fixture
def imported(bucket, run_import, ddbmock):
    """The items of a CSV text."""

    def imported(text, table=None, **options):
        bucket["in.csv"] = text
        csv = {"InputFormatOptions": {"Csv": options}} if options else {}
        description = run_import("in.csv", table, InputFormat="CSV", **csv)
        assert description["ImportStatus"] == "COMPLETED", description
        return ddbmock.table("target").items

    return imported


def test_the_first_line_names_the_attributes_and_all_but_keys_are_strings(imported):
    assert imported("pk,count,flag\na,1,true\nb,2.50,\n") == [
        {"pk": "a", "count": "1", "flag": "true"},
        {"pk": "b", "count": "2.50"},
    ]


def test_keys_of_table_and_indexes_have_their_types(imported):
    table = {
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
            {"AttributeName": "score", "AttributeType": "N"},
            {"AttributeName": "hash", "AttributeType": "B"},
        ],
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-score",
                "KeySchema": [
                    {"AttributeName": "hash", "KeyType": "HASH"},
                    {"AttributeName": "score", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }
    assert imported("pk,sk,score,hash,more\na,1,2.50,AAE=,3\n", table) == [
        {"pk": "a", "sk": 1, "score": Decimal("2.5"), "hash": b"\x00\x01", "more": "3"}
    ]


@pytest.mark.parametrize("delimiter", [",", ";", ":", "|", "\t", " "])
def test_columns_are_separated_by_the_delimiter_that_is_named(imported, delimiter):
    text = f'pk{delimiter}v\n"a{delimiter}b"{delimiter}c\n'
    assert imported(text, Delimiter=delimiter) == [{"pk": f"a{delimiter}b", "v": "c"}]


def test_with_a_header_list_the_first_line_is_an_item(imported):
    assert imported("a,1\nb,2\n", HeaderList=["pk", "v"]) == [{"pk": "a", "v": "1"}, {"pk": "b", "v": "2"}]


def test_quoted_fields_hold_quotes_delimiters_and_newlines(imported):
    text = 'pk,v\r\n"a","say ""hi"", twice"\r\n"b","two\r\nlines"\r\n'
    assert imported(text) == [{"pk": "a", "v": 'say "hi", twice'}, {"pk": "b", "v": "two\r\nlines"}]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_the_last_line_may_end_as_it_likes(imported, end):
    assert imported(f"pk\na\nb{end}") == [{"pk": "a"}, {"pk": "b"}]


def test_a_row_may_be_shorter_than_the_header(imported):
    assert imported("pk,v,w\na\nb,1\n") == [{"pk": "a"}, {"pk": "b", "v": "1"}]


@pytest.mark.parametrize(
    "row", ["b,1,2", 'b,value "1"', 'b,"open', 'b,"closed"x'], ids=["longer", "bare quote", "open quote", "text behind"]
)
def test_a_row_that_is_no_csv_ends_the_object(bucket, run_import, logged, ddbmock, row):
    bucket["in.csv"] = f"pk,v\na,1\n{row}\nskipped,2\n"
    description = run_import("in.csv", InputFormat="CSV")
    assert (description["ImportedItemCount"], description["ErrorCount"]) == (1, 1)
    assert logged(description)[0]["itemS3Pointer"]["itemIndex"] == 1
    assert [item["pk"] for item in ddbmock.table("target").items] == ["a"]


def test_each_object_has_its_own_header(bucket, run_import, ddbmock):
    bucket["1.csv"] = "pk,v\na,1\n"
    bucket["2.csv"] = "w,pk\n2,b\n"
    run_import(InputFormat="CSV")
    assert ddbmock.table("target").items == [{"pk": "a", "v": "1"}, {"pk": "b", "w": "2"}]


def test_a_number_that_is_none_leaves_the_row_out(bucket, run_import, logged, ddbmock):
    bucket["in.csv"] = "pk\n1\none\n2\n"
    table = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}]}
    description = run_import(None, table, InputFormat="CSV")
    assert logged(description)[0]["errorMessages"] == ["The parameter cannot be converted to a numeric value: one"]
    assert ddbmock.table("target").items == [{"pk": 1}, {"pk": 2}]


def test_a_binary_key_that_is_no_base64_leaves_the_row_out(bucket, run_import, logged, ddbmock):
    bucket["in.csv"] = "pk\nAAE=\n!!\nAg==\n"
    table = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "B"}]}
    description = run_import(None, table, InputFormat="CSV")
    assert (description["ProcessedItemCount"], description["ErrorCount"]) == (3, 1)
    [line] = logged(description)
    assert line["itemS3Pointer"]["itemIndex"] == 1
    assert ddbmock.table("target").items == [{"pk": b"\x00\x01"}, {"pk": b"\x02"}]


def test_an_empty_object_holds_nothing(imported):
    assert imported("") == []
