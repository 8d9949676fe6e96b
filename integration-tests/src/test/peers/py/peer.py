"""A py-libp2p peer for the interoperation tests. What it takes and answers stands in ../README.md."""

import argparse
import hashlib
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

import trio
from libp2p import create_yamux_muxer_option, new_host
from libp2p.crypto.ed25519 import create_new_key_pair
from libp2p.crypto.keys import KeyPair
from libp2p.crypto.serialization import deserialize_private_key
from libp2p.crypto.x25519 import create_new_key_pair as create_new_x25519_key_pair
from libp2p.host.ping import ID as PING, PingService, handle_ping
from libp2p.identity.identify.identify import ID as IDENTIFY
from libp2p.identity.identify.pb.identify_pb2 import Identify
from libp2p.network.stream.exceptions import StreamEOF, StreamReset
from libp2p.peer.peerinfo import info_from_p2p_addr
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE, Transport as Noise
from libp2p.security.tls.transport import PROTOCOL_ID as TLS, TLSTransport
from libp2p.utils.varint import read_length_prefixed_protobuf
from multiaddr import Multiaddr

ECHO = "/echo/1.0.0"
SHA256 = "/flotilla/interop/sha256/1.0.0"
RESET = "/flotilla/interop/reset/1.0.0"
LISTEN = {
    "tcp": "/ip4/127.0.0.1/tcp/0",
    "ws": "/ip4/127.0.0.1/tcp/0/ws",
    "quic-v1": "/ip4/127.0.0.1/udp/0/quic-v1",
}
PIECE_BYTES = 64 * 1024
PATIENCE_SECONDS = 120  # a command is given up after this time


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", default="tcp")
    parser.add_argument("--security", default="noise", choices=["noise", "tls"])
    parser.add_argument("--key")
    parser.add_argument("--pnet")
    return parser.parse_args()


def identity(file):
    if file is None:
        return create_new_key_pair()
    private = deserialize_private_key(Path(file).read_bytes())
    return KeyPair(private, private.get_public_key())


def security_option(name, keys):
    if name == "tls":
        return {TLS: TLSTransport(keys)}
    return {NOISE: Noise(keys, noise_privkey=create_new_x25519_key_pair().private_key)}


def was_reset(stream):
    """What the stream below knows; what it raises says now and then the opposite."""
    muxed = stream.muxed_stream
    return muxed.is_reset() if hasattr(muxed, "is_reset") else muxed.reset_received


async def pieces(stream):
    """What the stream brings, to its end."""
    while True:
        try:
            piece = await stream.read(PIECE_BYTES)
        except (StreamEOF, StreamReset):
            piece = b""
        if piece:
            yield piece
        elif was_reset(stream):
            raise StreamReset("the stream was reset")
        else:
            return


async def read_all(stream):
    return b"".join([piece async for piece in pieces(stream)])


class Peer:
    def __init__(self, host):
        self.host = host
        self.pings = PingService(host)
        self.resets = 0
        host.set_stream_handler(PING, handle_ping)
        host.set_stream_handler(ECHO, self.on_echo)
        host.set_stream_handler(SHA256, self.on_sha256)
        host.set_stream_handler(RESET, self.on_reset)

    # The side that answers.

    async def on_echo(self, stream):
        """Sends back what comes, and counts the streams that were reset."""
        try:
            async for piece in pieces(stream):
                await stream.write(piece)
            await stream.close()
        except StreamReset:
            self.resets += 1
            await stream.reset()

    async def on_sha256(self, stream):
        """Reads to the end and answers with the SHA-256 of all."""
        await stream.write(hashlib.sha256(await read_all(stream)).digest())
        await stream.close()

    async def on_reset(self, stream):
        """Resets the stream as soon as something has come."""
        await stream.read(1)
        await stream.reset()

    # The side that a command asks for.

    async def echo(self, peer, size):
        stream = await self.host.new_stream(peer, [ECHO])
        sent = hashlib.sha256()
        received = hashlib.sha256()
        count = 0

        async def send():
            left = size
            while left > 0:
                piece = os.urandom(min(left, PIECE_BYTES))
                sent.update(piece)
                left -= len(piece)
                await stream.write(piece)
            await stream.close_write()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            async for piece in pieces(stream):
                received.update(piece)
                count += len(piece)
        await stream.close()
        return {"bytes": count, "sent": sent.hexdigest(), "received": received.hexdigest()}

    async def echo_once(self, stream):
        sent = os.urandom(64)
        await stream.write(sent)
        await stream.close_write()
        received = await read_all(stream)
        await stream.close()
        if received != sent:
            raise ValueError(f"{len(received)} other bytes came back")

    async def streams(self, peer, count, parallel):
        """Opens streams one after another or all before the first says anything; each has 64 bytes echoed."""
        if parallel:
            opened = [await self.host.new_stream(peer, [ECHO]) for _ in range(count)]
            async with trio.open_nursery() as nursery:
                for stream in opened:
                    nursery.start_soon(self.echo_once, stream)
        else:
            for _ in range(count):
                await self.echo_once(await self.host.new_stream(peer, [ECHO]))
        return {"count": count}

    async def reset_in_the_midst(self, peer):
        stream = await self.host.new_stream(peer, [ECHO])
        await stream.write(bytes(PIECE_BYTES))
        await stream.read(1)
        await stream.reset()
        return {}

    async def be_reset(self, peer):
        """Whether the other side's reset is seen as one."""
        stream = await self.host.new_stream(peer, [RESET])
        await stream.write(bytes(1))
        try:
            await read_all(stream)
            return {"reset": False}
        except StreamReset:
            return {"reset": True}

    async def half_close(self, peer, size):
        stream = await self.host.new_stream(peer, [SHA256])
        data = os.urandom(size)
        await stream.write(data)
        await stream.close_write()
        received = await read_all(stream)
        await stream.close()
        return {"sent": hashlib.sha256(data).hexdigest(), "received": received.hex()}

    async def identify(self, peer):
        stream = await self.host.new_stream(peer, [IDENTIFY])
        told = Identify()
        told.ParseFromString(await read_length_prefixed_protobuf(stream, use_varint_format=True))
        await stream.close()
        return {
            "peerId": str(peer),
            "agentVersion": told.agent_version,
            "protocolVersion": told.protocol_version,
            "protocols": list(told.protocols),
            "listenAddrs": [str(Multiaddr(address)) for address in told.listen_addrs],
            "observedAddr": str(Multiaddr(told.observed_addr)),
            "signedPeerRecord": told.HasField("signedPeerRecord"),
        }

    async def connect(self, peer):
        connection = self.host.get_network().connections[peer][0]
        return {"peerId": str(connection.muxed_conn.peer_id)}

    async def run(self, request):
        command = request["command"]
        if command == "resets":
            return {"count": self.resets}
        target = info_from_p2p_addr(Multiaddr(request["address"]))
        peer = target.peer_id
        await self.host.connect(target)
        match command:
            case "connect":
                return await self.connect(peer)
            case "identify":
                return await self.identify(peer)
            case "ping":
                return {"micros": 1000 * (await self.pings.ping(peer))[0]}
            case "echo":
                return await self.echo(peer, request["bytes"])
            case "streams":
                return await self.streams(peer, request["count"], request["parallel"])
            case "reset":
                return await self.reset_in_the_midst(peer)
            case "bereset":
                return await self.be_reset(peer)
            case "halfclose":
                return await self.half_close(peer, request["bytes"])
            case "disconnect":
                await self.host.disconnect(peer)
                return {}
        raise ValueError(f"unknown command {command}")


def say(message):
    print(json.dumps(message), flush=True)


async def main():
    options = parse_arguments()
    keys = identity(options.key)
    listen = [Multiaddr(LISTEN[name]) for name in options.listen.split(",")]
    host = new_host(
        key_pair=keys,
        listen_addrs=listen,
        sec_opt=security_option(options.security, keys),
        muxer_opt=create_yamux_muxer_option(),
        psk=None if options.pnet is None else Path(options.pnet).read_text().split()[-1],
    )
    peer = Peer(host)
    async with host.run(listen_addrs=listen):
        say({
            "implementation": f"py-libp2p {version('libp2p')}",
            "peerId": str(host.get_id()),
            "addresses": [str(address) for address in host.get_addrs()],
        })
        async for line in trio.wrap_file(sys.stdin):
            try:
                with trio.fail_after(PATIENCE_SECONDS):
                    say({"ok": await peer.run(json.loads(line))})
            except Exception as error:
                say({"error": f"{type(error).__name__}: {error}"})
    os._exit(0)


trio.run(main)
