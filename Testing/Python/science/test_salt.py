"""The secret of the pseudonyms: made once, kept for its user alone, never lost silently."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from radioimmuno import salt

SCRIPT = "from radioimmuno.salt import find_salt; found = find_salt(); print(found.value.hex(), found.note)"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv(salt.ENVIRONMENT, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    salt._stored_salt.cache_clear()
    yield tmp_path / "settings"
    salt._stored_salt.cache_clear()


def test_the_salt_is_made_at_first_use_and_stays(home):
    first = salt.find_salt()
    salt._stored_salt.cache_clear()
    assert salt.find_salt() == first
    assert len(first.value) == 32
    assert first.note == ""
    assert [file.name for file in (home / "radioimmuno").iterdir()] == ["salt"]


def test_only_its_user_can_read_it(home):
    salt.find_salt()
    assert stat.S_IMODE((home / "radioimmuno" / "salt").stat().st_mode) == 0o600


def test_the_environment_s_salt_wins_and_nothing_is_kept(home, monkeypatch):
    monkeypatch.setenv(salt.ENVIRONMENT, "of the hospital")
    assert salt.find_salt() == salt.Salt(b"of the hospital")
    assert not home.exists()


def test_processes_that_begin_together_have_one_salt(home):
    environment = {key: value for key, value in os.environ.items() if key != salt.ENVIRONMENT}
    command = [sys.executable, "-c", SCRIPT]
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({process.communicate(timeout=60)[0] for process in running}) == 1


def test_where_it_cannot_be_kept_it_is_of_this_run_and_says_so(home):
    home.write_text("a file where the folder should be")
    found = salt.find_salt()
    assert "this run only" in found.note
    assert salt.find_salt() == found
    assert home.read_text() == "a file where the folder should be"


@pytest.mark.parametrize("content", ["", "not hexadecimal", "ab12"])
def test_a_damaged_salt_is_left_alone_and_says_so(home, content):
    file = home / "radioimmuno" / "salt"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert "damaged" in salt.find_salt().note
    assert file.read_text() == content


def test_a_settings_folder_without_a_full_path_does_not_count(home, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", "settings")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert salt.settings_folder() == tmp_path / ".config" / "radioimmuno"


def test_the_salt_is_not_printed():
    assert "secret" not in repr(salt.Salt(b"secret"))
