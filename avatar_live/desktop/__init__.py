"""The streamer's window. It knows a show only by `show.Show`; `run_window` opens it and returns when it is closed."""

from avatar_live.desktop.show import Choice, Show

__all__ = ["Choice", "Show", "run_window"]


def run_window(show: Show) -> int:
    """Open the window on a rehearsed show and return the exit code when it is closed."""
    from PySide6.QtWidgets import QApplication  # not at the top: who only describes a show needs no Qt

    from avatar_live.desktop.window import Window

    application = QApplication.instance() or QApplication(["avatar_live"])
    window = Window(show)
    window.show()
    return application.exec()
