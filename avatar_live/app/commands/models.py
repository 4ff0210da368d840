"""`avatar-live models`: the tracking models."""

from pathlib import Path
from typing import Annotated

import typer

from avatar_live.app.models import describe_models, ensure_models
from avatar_live.app.options import ModelsOption
from avatar_live.app.settings import MODELS_FOLDER
from avatar_live.app.terminal import Progress


def models(
    source: Annotated[
        Path | None,
        typer.Argument(help="A .task file, a folder of them or the mediapipe 0.10.21 wheel to take them from."),
    ] = None,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    ensure_models(models_folder, Progress("tracking models"), source)
    typer.echo(f"{models_folder}\n{describe_models(models_folder)}")
