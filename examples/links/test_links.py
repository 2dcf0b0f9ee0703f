"""Short links under unittest: the decorator on a class, on a method, and the context manager."""

import contextlib
import io
import unittest
from datetime import timedelta

import boto3
from pytest_ddbmock import mock_dynamodb

import demo
from links import TABLE, Links

TABLES = {TABLE: {"key": "code", "ttl": "expires"}}


@mock_dynamodb(region="eu-central-1", tables=TABLES)
class LinksTest(unittest.TestCase):
    def setUp(self) -> None:
        self.links = Links()

    def test_a_link_leads_where_it_should(self) -> None:
        code = self.links.shorten("https://example.org/")

        self.assertEqual(self.links.follow(code), "https://example.org/")

    def test_hits_are_counted(self) -> None:
        code = self.links.shorten("https://example.org/")
        self.links.follow(code)
        self.links.follow(code)

        item = boto3.resource("dynamodb").Table(TABLE).get_item(Key={"code": code})["Item"]
        self.assertEqual(item["hits"], 2)

    def test_a_code_nobody_made_is_refused(self) -> None:
        with self.assertRaises(KeyError):
            self.links.follow("nobody")

    def test_every_test_starts_with_an_empty_table(self) -> None:
        self.assertEqual(boto3.resource("dynamodb").Table(TABLE).scan()["Count"], 0)


class LifetimeTest(unittest.TestCase):
    def test_a_link_ends_with_its_lifetime(self) -> None:
        with mock_dynamodb(region="eu-central-1", tables=TABLES) as ddb:
            links = Links()
            code = links.shorten("https://example.org/party", lifetime=timedelta(hours=12))

            ddb.clock.tick(hours=11)
            self.assertEqual(links.follow(code), "https://example.org/party")

            ddb.clock.tick(hours=2)
            with self.assertRaises(KeyError):
                links.follow(code)


class DemoTest(unittest.TestCase):
    def test_the_demonstration_runs(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            demo.main()

        self.assertIn("2 hits https://docs.python.org", out.getvalue())
        self.assertNotIn("party", out.getvalue().split("a day later:")[1])
