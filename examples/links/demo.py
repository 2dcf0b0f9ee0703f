"""Short links tried out without an account: ``python demo.py``."""

from datetime import timedelta

from pytest_ddbmock import mock_dynamodb

from links import TABLE, Links


def main() -> None:
    """Shorten a few links, follow them, let a day pass, and show what is left."""
    with mock_dynamodb(region="eu-central-1", tables={TABLE: {"key": "code", "ttl": "expires"}}) as ddb:
        links = Links()
        docs = links.shorten("https://docs.python.org/3/library/unittest.html")
        party = links.shorten("https://example.org/party", lifetime=timedelta(hours=12))
        for code in (docs, docs, party):
            print(code, "->", links.follow(code))

        ddb.clock.tick(days=1)
        print("a day later:")
        for link in ddb.table(TABLE).items:
            print(f"{link['code']} {link['hits']} hits {link['url']}")


if __name__ == "__main__":
    main()
