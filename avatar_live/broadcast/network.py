"""How a peer's packets find us: the addresses and ports that we offer, and the servers that help."""

from dataclasses import dataclass
from typing import Final, Self

from avatar_live.channels.processes import NetworkPlan
from avatar_live.protocol.ice import IceServer


@dataclass(frozen=True, slots=True)
class Network:
    """Say what every connection uses; without `ports` the system gives any."""

    ice_servers: tuple[IceServer, ...] = ()
    ports: range | None = None
    allow_loopback: bool = False

    @classmethod
    def planned(cls, plan: NetworkPlan, *, allow_loopback: bool) -> Self:
        """Return the network of a plan."""
        ports = None if plan.udp_ports is None else range(plan.udp_ports[0], plan.udp_ports[1] + 1)
        return cls(plan.ice_servers, ports, allow_loopback)


PLAIN: Final = Network()
