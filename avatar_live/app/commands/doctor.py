"""`avatar-live doctor`: what works here."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from avatar_live.app.doctor import Questions, as_table, examine
from avatar_live.app.network import checked_ice_servers, checked_udp_ports
from avatar_live.app.network_options import HostOption
from avatar_live.app.options import (
    AvatarOption,
    CameraOption,
    DataOption,
    IceOption,
    MicrophoneOption,
    ModelsOption,
    PortOption,
    UdpOption,
)
from avatar_live.app.settings import DATA_FOLDER, DEFAULT_AVATAR, DEFAULT_PORT, MODELS_FOLDER
from avatar_live.app.terminal import Progress


def doctor(
    camera: CameraOption = "auto",
    microphone: MicrophoneOption = "off",
    avatar: AvatarOption = DEFAULT_AVATAR,
    port: PortOption = DEFAULT_PORT,
    host: HostOption = "0.0.0.0",  # noqa: S104  (the same as `serve` would use)
    ice_servers: IceOption = None,
    udp_ports: UdpOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    data_folder: DataOption = DATA_FOLDER,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    questions = Questions(camera, microphone, avatar, host, port, data_folder, models_folder)
    servers, ports = checked_ice_servers(ice_servers or ()), checked_udp_ports(udp_ports)
    questions = replace(questions, ice_servers=servers, udp_ports=ports)
    findings = examine(questions, Progress("looking") if sys.stderr.isatty() else None)
    typer.echo(findings.as_json() if as_json else as_table(findings))
    raise typer.Exit(0 if findings.is_well else 1)
