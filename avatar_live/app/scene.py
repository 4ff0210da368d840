"""What the host may be seen in, checked before the stage is asked for it."""

from avatar_live.app.faults import ShowError
from avatar_live.app.settings import path_of
from avatar_live.signals.scene import (
    LIGHTS,
    SHOTS,
    BackdropError,
    Footage,
    LightName,
    ShotName,
    parse_backdrop,
)


def checked_backdrop(spec: str) -> str:
    """Return the backdrop, a file's path made whole. Raises ShowError when it cannot be shown."""
    spec = spec.strip()
    try:
        backdrop = parse_backdrop(spec)
        if not isinstance(backdrop, Footage):
            return spec
        from avatar_live.stage.footage import check_footage  # pictures and videos take a while to load

        whole = Footage(path_of(spec))  # a link keeps its name, which tells its kind
        check_footage(whole)
    except BackdropError as error:
        raise ShowError(str(error)) from error
    return str(whole.path)


def checked_light(light: str) -> LightName:
    """Return the light. Raises ShowError when there is none of this name."""
    for name in LIGHTS:
        if name == light:
            return name
    raise ShowError(f'There is no light "{light}": use {_words(LIGHTS)}.')


def checked_shot(shot: str) -> ShotName:
    """Return the shot. Raises ShowError when there is none of this name."""
    for name in SHOTS:
        if name == shot:
            return name
    raise ShowError(f'There is no shot "{shot}": use {_words(SHOTS)}.')


def _words(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
