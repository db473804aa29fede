import os
import stat

import pytest

from kafo.records.durable import sync_disk, sync_folder, write_whole


def test_it_writes_a_file_whole_and_leaves_no_draft(tmp_path):
    path = tmp_path / "new" / "folder" / "file.txt"
    write_whole(path, b"one")
    write_whole(path, b"two", durable=False)
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["file.txt"]


def test_it_keeps_the_old_file_and_no_draft_when_the_new_one_cannot_be_put_there(tmp_path):
    (tmp_path / "taken" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_whole(tmp_path / "taken", b"a file where a folder is")
    assert os.listdir(tmp_path) == ["taken"]


def test_it_keeps_a_secret_file_to_its_owner(tmp_path):
    write_whole(tmp_path / "secret", b"x", mode=0o600)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_it_waits_for_the_disk_and_says_when_there_is_none(tmp_path):
    write_whole(tmp_path / "file", b"x", durable=False)
    sync_folder(tmp_path)
    sync_disk(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_disk(tmp_path / "missing")
