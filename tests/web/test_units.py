"""The page's own unit tests pass, its sources are typed, and its packages come from anywhere."""

from pages import WEB, npm


def test_the_pages_unit_tests_pass() -> None:
    npm("test")


def test_the_pages_types_hold() -> None:
    npm("run", "check")


def test_the_lock_file_names_no_address_to_fetch_from() -> None:
    assert '"resolved"' not in (WEB / "package-lock.json").read_text(encoding="utf-8")
