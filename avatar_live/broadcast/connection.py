"""A connection to a peer as aiortc makes it, over the network that we have."""

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

from avatar_live import clock
from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.broadcast.network import Network
from avatar_live.protocol.ice import issued


def new_connection(network: Network) -> RTCPeerConnection:
    """Return a new connection that knows the servers."""
    servers = [issued(server, clock.wall_s()) for server in network.ice_servers]
    connection = RTCPeerConnection(
        RTCConfiguration([RTCIceServer(one.url, one.username or None, one.credential or None) for one in servers])
    )
    internals.end_connecting_quietly(connection)
    return connection


def prepare(connection: RTCPeerConnection, network: Network) -> None:
    """Let a connection gather as we want it; call it once the remote description is set."""
    internals.gather_soon(connection)
    if network.ports is not None:
        internals.use_ports(connection, network.ports)
    if network.allow_loopback:
        internals.include_loopback(connection)
    internals.drop_malformed(connection)
