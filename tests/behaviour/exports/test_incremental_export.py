"""Incremental exports: what a period has done to each item."""

from __future__ import annotations

import datetime
import gzip
import json

import pytest

UTC = datetime.timezone.utc
START = datetime.datetime(2030, 1, 1, 10, 30, tzinfo=UTC)
END = datetime.datetime(2030, 1, 1, 11, 0, tzinfo=UTC)


@pytest.fixture
def changes(put, client, ddbmock):
    """A period between 10:30 and 11:00 in which each kind of change has happened."""

    def delete(key):
        client.delete_item(TableName="orders", Key={"pk": {"S": key}, "sk": {"N": "1"}})

    put("untouched")
    put("updated", v={"N": "1"})
    put("deleted", v={"N": "1"})
    put("replaced", v={"N": "1"})
    ddbmock.clock.move_to(START)
    put("updated", v={"N": "2"})
    put("inserted", v={"N": "1"})
    put("came and went")
    delete("came and went")
    delete("replaced")
    ddbmock.clock.tick(minutes=5)
    put("updated", v={"N": "3"})
    put("replaced", v={"N": "2"})
    delete("deleted")
    ddbmock.clock.move_to(END)
    put("updated", v={"N": "4"})
    put("too late")
    ddbmock.clock.tick(minutes=10)


@pytest.fixture
def incremental(export, written, changes):
    """The lines of an incremental export by key."""

    def incremental(view_type=None, **more):
        specification = {"ExportFromTime": START, "ExportToTime": END}
        if view_type is not None:
            specification["ExportViewType"] = view_type
        description = export(ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=specification, **more)
        return {line["Keys"]["pk"]["S"]: line for line in written(description)}

    return incremental


def image(key, v=None):
    return {"pk": {"S": key}, "sk": {"N": "1"}, **({} if v is None else {"v": {"N": v}})}


def metadata(moment):
    return {"WriteTimestampMicros": {"N": str(int(moment.timestamp()) * 10**6)}}


def test_each_item_is_told_with_what_it_was_and_what_it_became(incremental):
    later = START + datetime.timedelta(minutes=5)
    assert incremental() == {
        "updated": {
            "Metadata": metadata(later),
            "Keys": image("updated"),
            "OldImage": image("updated", "1"),
            "NewImage": image("updated", "3"),
        },
        "inserted": {
            "Metadata": metadata(START),
            "Keys": image("inserted"),
            "NewImage": image("inserted", "1"),
        },
        "deleted": {"Metadata": metadata(later), "Keys": image("deleted"), "OldImage": image("deleted", "1")},
        "replaced": {
            "Metadata": metadata(later),
            "Keys": image("replaced"),
            "OldImage": image("replaced", "1"),
            "NewImage": image("replaced", "2"),
        },
    }


def test_new_images_alone_tell_no_old_ones(incremental):
    lines = incremental("NEW_IMAGE")
    assert set(lines) == {"updated", "inserted", "deleted", "replaced"}
    assert all("OldImage" not in line for line in lines.values())
    assert "NewImage" not in lines["deleted"]


def test_an_incremental_export_puts_its_data_into_a_folder_for_all(incremental, bucket):
    incremental(S3Prefix="p")
    data = [key for key in bucket if key.endswith(".gz")]
    assert len(data) == 4
    assert all(key.startswith("p/AWSDynamoDB/data/") for key in data)
    assert len([key for key in bucket if key.startswith("p/AWSDynamoDB/0")]) == 5


def test_the_summary_of_an_incremental_export(incremental, bucket, client, arn):
    incremental()
    [key] = [key for key in bucket if key.endswith("manifest-summary.json")]
    summary = json.loads(bucket[key])
    assert summary["version"] == "2023-08-01"
    assert summary["exportFromTime"] == "2030-01-01T10:30:00.000Z"
    assert summary["exportToTime"] == "2030-01-01T11:00:00.000Z"
    assert summary["outputView"] == "NEW_AND_OLD_IMAGES"
    assert summary["exportType"] == "INCREMENTAL_EXPORT"
    assert "exportTime" not in summary
    assert client.list_exports()["ExportSummaries"][0]["ExportType"] == "INCREMENTAL_EXPORT"


def test_records_in_ion(export, changes, bucket):
    export(
        ExportFormat="ION",
        ExportType="INCREMENTAL_EXPORT",
        IncrementalExportSpecification={"ExportFromTime": START, "ExportToTime": END},
    )
    lines = [
        line for key in bucket if key.endswith(".ion.gz") for line in gzip.decompress(bucket[key]).decode().splitlines()
    ]
    moment = int(START.timestamp() + 300) * 10**6
    assert (
        f'$ion_1_0 {{Record:{{Keys:{{pk:"deleted",sk:1.}},Metadata:{{WriteTimestampMicros:{moment}.}},'
        'OldImage:{pk:"deleted",sk:1.,v:1.}}}' in lines
    )


def test_a_period_without_an_end_goes_on_to_the_latest_restorable_moment(export, written, changes):
    description = export(ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification={"ExportFromTime": START})
    specification = description["IncrementalExportSpecification"]
    assert specification["ExportToTime"] == END + datetime.timedelta(minutes=5)
    assert specification["ExportViewType"] == "NEW_AND_OLD_IMAGES"
    assert "too late" in {line["Keys"]["pk"]["S"] for line in written(description)}


def test_a_period_without_an_end_ends_with_a_whole_second(export, put, ddbmock):
    ddbmock.clock.move_to(END + datetime.timedelta(microseconds=123_456))
    description = export(ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification={"ExportFromTime": START})
    assert description["IncrementalExportSpecification"]["ExportToTime"] == END - datetime.timedelta(minutes=5)


def test_periods_that_follow_one_another_tell_each_change_once(export, written, changes, ddbmock):
    ddbmock.clock.tick(minutes=20)

    def keys(start, end):
        specification = {"ExportFromTime": start, "ExportToTime": end}
        lines = written(export(ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=specification))
        return {line["Keys"]["pk"]["S"] for line in lines}

    assert "too late" not in keys(START, END)
    assert keys(END, END + datetime.timedelta(minutes=15)) == {"updated", "too late"}


def test_a_period_may_end_at_the_present_second(ddbmock, client):
    ddbmock.clock.freeze()
    ddbmock.clock.move_to("2030-01-01T10:00")
    ddbmock.create_table("fresh", "pk", pitr=True)
    ddbmock.clock.tick(minutes=30)
    arn = client.describe_table(TableName="fresh")["Table"]["TableArn"]
    now = ddbmock.clock.now
    period = {"ExportFromTime": now - datetime.timedelta(minutes=20), "ExportToTime": now}
    started = client.export_table_to_point_in_time(
        TableArn=arn, S3Bucket="exports", ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=period
    )
    assert started["ExportDescription"]["IncrementalExportSpecification"]["ExportToTime"] == now
