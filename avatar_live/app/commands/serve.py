"""`avatar-live serve`: the show without a window."""

import os
import signal
import sys
import webbrowser
from typing import Annotated, NoReturn

import typer

from avatar_live.app.calibrate import calibrate_in_terminal
from avatar_live.app.faults import ShowError
from avatar_live.app.link_block import live_block
from avatar_live.app.models import ensure_models
from avatar_live.app.options import EdgesOption
from avatar_live.app.settings import check_port
from avatar_live.app.show import PARTS_NEEDED, LocalShow
from avatar_live.app.show_options import ShowOptions, takes_a_show
from avatar_live.app.terminal import OutletLines, Progress, say


@takes_a_show
def serve(
    options: ShowOptions,
    edges: EdgesOption = 0,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open the page in a browser.", rich_help_panel="The network")
    ] = False,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate",
            help="Measure your face first: half a minute in this terminal, kept for this camera and profile.",
            rich_help_panel="The show",
        ),
    ] = False,
) -> None:
    """Examples: [b]avatar-live serve[/b] · [b]avatar-live serve --camera clip.mp4 --avatar me.vrm --size 960x540[/b]"""
    settings = options.kept(options.settings(edges))
    check_port(settings.host, settings.port)
    ensure_models(settings.models_folder, Progress("tracking models"))
    signal.signal(signal.SIGTERM, _as_interrupt)
    with LocalShow(settings, report=say) as show:
        say("Starting the tracker, the stage and the server ...")
        if not calibrate:
            show.go_live()
        show.rehearse()
        if calibrate:
            show.wait_until_ready("tracker", "engine")
            calibrate_in_terminal(show, Progress("calibrating"))
            show.go_live()
        show.wait_until_ready(*PARTS_NEEDED)
        say(live_block(settings, show.token, show.event_url, show.guest_token))
        if not no_open and _has_display():
            webbrowser.open(settings.watch_link)
        _watch(show)


def _watch(show: LocalShow) -> None:
    """Say what drives the avatar, and what the host should know, until somebody stops the show or it cannot go on."""
    driver, notices, outlets = "", dict.fromkeys(("tracker", "engine"), ""), OutletLines()
    while True:
        health = show.health()
        now = health["tracker"].status if "tracker" in health else show.refusals().get("tracker", driver)
        if now != driver:
            driver = now
            say(f"  Driven by    {driver}")
        for part, before in notices.items():
            notices[part] = health[part].notice if part in health else before
            if notices[part] and notices[part] != before:
                say(f"  {notices[part]}")
        for line in outlets.news(health["outlets"].outlets if "outlets" in health else ()):
            say(line)
        if refusal := show.first_refusal():
            raise ShowError(refusal)
        show.wait_for_change(1.0)


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _as_interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
