"""How a peer's packets find us: the addresses and ports that we offer, and the servers that help."""

from dataclasses import dataclass
from typing import Final, Self

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

from avatar_live import clock
from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.channels.processes import NetworkPlan
from avatar_live.protocol.ice import IceServer, issued


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

    def connection(self) -> RTCPeerConnection:
        """Return a new connection that knows the servers."""
        servers = [issued(server, clock.wall_s()) for server in self.ice_servers]
        connection = RTCPeerConnection(
            RTCConfiguration([RTCIceServer(one.url, one.username or None, one.credential or None) for one in servers])
        )
        internals.end_connecting_quietly(connection)
        return connection

    def prepare(self, connection: RTCPeerConnection) -> None:
        """Let a connection gather as we want it; call it once the remote description is set."""
        internals.gather_soon(connection)
        if self.ports is not None:
            internals.use_ports(connection, self.ports)
        if self.allow_loopback:
            internals.include_loopback(connection)


PLAIN: Final = Network()
