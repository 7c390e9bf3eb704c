import json
from pathlib import Path

import pytest

from auth.audit import Act
from config.loader import load
from server.settings_record import record_changes
from storage import audit, instance
from storage.audit import AuditRow
from storage.store import Store


def _start(store: Store, folder: Path, text: str = "") -> None:
    (folder / "deedbox.toml").write_text(text)
    record_changes(store, load(folder, None, {}, environment={}))


def _audited(store: Store) -> list[AuditRow]:
    with store.read() as unit:
        return audit.page(unit, after_id=0, limit=10)


def test_what_changed_is_on_record_by_name_only(store: Store, tmp_path: Path) -> None:
    _start(store, tmp_path)
    _start(store, tmp_path, "[devices]\nper_user = 5\n[tracking]\nretention_days = 4711\n")
    _start(store, tmp_path, "[devices]\nper_user = 5\n[tracking]\nretention_days = 4711\n")

    [row] = _audited(store)
    assert row.act == Act.SETTING_CHANGED
    assert json.loads(row.details) == {"settings": ["devices.per_user", "tracking.retention_days"]}


@pytest.mark.parametrize("text", ["[server]\nport = 8081", "[limits]\nxml_depth = 32"])
def test_what_is_no_matter_of_access_is_not(store: Store, tmp_path: Path, text: str) -> None:
    _start(store, tmp_path)
    _start(store, tmp_path, text)

    assert _audited(store) == []


def test_a_setting_that_a_new_version_brings_did_not_change(store: Store, tmp_path: Path) -> None:
    with store.write() as unit:
        instance.put(unit, "settings.on_record", '{"devices.per_user": "3"}')

    _start(store, tmp_path)

    [row] = _audited(store)
    assert json.loads(row.details) == {"settings": ["devices.per_user"]}


def test_no_password_is_remembered(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEDBOX_MAIL__PASSWORD", "geheim")
    record_changes(store, load(tmp_path, None, {}))

    with store.read() as unit:
        assert "geheim" not in (instance.find(unit, "settings.on_record") or "")
