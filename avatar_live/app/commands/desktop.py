"""`avatar-live desktop`: the streamer's window."""

import typer

from avatar_live.app.faults import ShowError
from avatar_live.app.models import ensure_models
from avatar_live.app.probes import probe
from avatar_live.app.show import LocalShow
from avatar_live.app.show_options import ShowOptions, takes_a_show
from avatar_live.app.terminal import Progress, say


@takes_a_show
def desktop(options: ShowOptions) -> None:
    from avatar_live.app.desk import DeskShow
    from avatar_live.desktop import run_window

    settings = options.settings()
    if not probe("screen").works:
        raise ShowError(
            "No window can be opened here: start `python3 live.py serve`, which needs no screen. Where there is one, "
            "DISPLAY or WAYLAND_DISPLAY has to name it, and Qt's xcb plugin needs the system's libxcb-cursor0."
        )
    settings = options.kept(settings)
    ensure_models(settings.models_folder, Progress("tracking models"))
    with LocalShow(settings, has_preview=True, report=say) as show:
        show.rehearse()
        raise typer.Exit(run_window(DeskShow(show)))
