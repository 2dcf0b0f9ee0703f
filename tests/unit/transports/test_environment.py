from __future__ import annotations

import os

import pytest

from pytest_ddbmock.transports.clients.environment import Environment


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No region, no credentials, no files."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "BOTO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def during(region="eu-west-1"):
    """What the two variables are inside; checks that all is as before outside."""
    before = dict(os.environ)
    environment = Environment(region)
    environment.enter()
    inside = os.environ.get("AWS_DEFAULT_REGION"), os.environ.get("AWS_EC2_METADATA_DISABLED")
    environment.leave()
    assert dict(os.environ) == before
    return inside


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_where_nothing_is_configured_both_are_put_in():
    assert during() == ("eu-west-1", "true")


def test_a_region_in_the_environment_stays(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    assert during() == ("ap-south-1", "true")


def test_a_region_that_the_author_names_wins(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    environment = Environment("eu-west-1", wins=True)
    environment.enter()
    assert os.environ["AWS_DEFAULT_REGION"] == environment.region == "eu-west-1"
    environment.leave()
    assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"


def test_an_empty_region_is_none(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")
    assert during() == ("eu-west-1", "true")


def test_aws_region_is_what_was_meant(monkeypatch):
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert during() == ("ap-south-1", "true")


def test_a_region_in_the_profile_stays(bare):
    write(bare / ".aws" / "config", "[default]\nregion = ap-south-1\n[profile dev]\noutput = json\n")
    assert during() == (None, "true")


def test_the_region_of_another_profile_does_not_count(bare, monkeypatch):
    write(bare / ".aws" / "config", "[default]\nregion = ap-south-1\n[profile dev]\noutput = json\n")
    monkeypatch.setenv("AWS_PROFILE", "dev")
    assert during() == ("eu-west-1", None)


def test_the_region_of_a_named_profile_stays(bare, monkeypatch):
    write(bare / "elsewhere" / "config", "[profile dev]\nregion = ap-south-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(bare / "elsewhere" / "config"))
    monkeypatch.setenv("AWS_PROFILE", "dev")
    assert during()[0] is None


def test_a_config_that_has_changed_is_read_again(bare):
    write(bare / ".aws" / "config", "[default]\noutput = json\n")
    assert during()[0] == "eu-west-1"
    write(bare / ".aws" / "config", "[default]\nregion = ap-south-1\n")
    os.utime(bare / ".aws" / "config", ns=(1, 1))
    assert during()[0] is None


def test_a_config_that_cannot_be_read_is_none(bare):
    write(bare / ".aws" / "config", "region = ap-south-1\n")
    assert during() == ("eu-west-1", "true")


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"])
def test_where_credentials_are_named_the_metadata_service_stays(monkeypatch, name):
    monkeypatch.setenv(name, "x")
    assert during() == ("eu-west-1", None)


@pytest.mark.parametrize(
    "path, text",
    [
        (".aws/credentials", "[default]\naws_access_key_id = x\n"),
        (".aws/config", "[default]\nsso_start_url = https://x\n"),
        (".aws/config", "[default]\ncredential_process = x\n"),
        (".aws/config", "[default]\nrole_arn = x\nsource_profile = y\n"),
    ],
)
def test_where_a_file_gives_credentials_the_metadata_service_stays(bare, path, text):
    write(bare / path, text)
    assert during()[1] is None


def test_the_users_word_on_the_metadata_service_stays(monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
    assert during() == ("eu-west-1", "false")


def test_what_somebody_changed_meanwhile_stays(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "x")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    environment = Environment("eu-west-1")
    environment.enter()
    os.environ["AWS_DEFAULT_REGION"] = "ap-south-1"
    environment.leave()
    assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"


def test_one_inside_the_other_adds_nothing():
    outer, inner = Environment("eu-west-1"), Environment("ap-south-1")
    outer.enter()
    inner.enter()
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    inner.leave()
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    outer.leave()
    assert "AWS_DEFAULT_REGION" not in os.environ


@pytest.mark.parametrize(
    "variables, config, region",
    [
        ({}, "", "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "ap-south-1"}, "", "ap-south-1"),
        ({"AWS_REGION": "ap-south-1"}, "", "ap-south-1"),
        ({}, "[default]\nregion = ap-south-1\n", "ap-south-1"),
    ],
)
def test_it_tells_the_region_of_clients_built_without_one(bare, monkeypatch, variables, config, region):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    write(bare / ".aws" / "config", config)
    environment = Environment("eu-west-1")
    environment.enter()
    assert environment.region == region
    environment.leave()
