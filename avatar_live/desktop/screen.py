"""The screen that a window opens on."""

from PySide6.QtGui import QGuiApplication


def find_screen() -> str:
    """Return the name of the screen. Qt ends the process where there is none: ask in one that may be lost."""
    QGuiApplication(["avatar_live"])
    return QGuiApplication.primaryScreen().name()
