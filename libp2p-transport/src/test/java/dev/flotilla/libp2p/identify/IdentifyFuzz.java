package dev.flotilla.libp2p.identify;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import dev.flotilla.libp2p.identify.pb.Identify;
import dev.flotilla.libp2p.multiformats.Varint;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** {@link IdentifyMessage#decode}: what is kept of it is bounded, whatever comes. */
public final class IdentifyFuzz implements FuzzTarget {
    private static final PrivateKey KEY = PrivateKey.generate();
    private static final int ADDRESSES_MAX = 1_000;
    private static final int TEXT_LENGTH_MAX = 1_024;
    private static final ByteString ADDRESS =
            ByteString.copyFrom(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001").toBytes());
    private static final List<byte[]> SEEDS = List.of(
            delimited(Identify.newBuilder()
                    .setPublicKey(ByteString.copyFrom(KEY.publicKey().toBytes()))
                    .addListenAddrs(ADDRESS)
                    .addListenAddrs(ADDRESS)
                    .setObservedAddr(ADDRESS)
                    .addProtocols("/ipfs/ping/1.0.0")
                    .setAgentVersion("an agent")
                    .setProtocolVersion("ipfs/0.1.0")
                    .build()),
            new byte[0],
            new byte[] {0});

    private static byte[] delimited(Identify message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Varint.writeDelimited(out, message.toByteArray());
        return out.toByteArray();
    }

    public static void fuzzerTestOneInput(byte[] input) {
        new IdentifyFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        PeerInfo info;
        try {
            info = IdentifyMessage.decode(input, KEY.peerId(), PeerInfo.UNKNOWN);
        } catch (UncheckedIOException e) {
            return;
        }
        if (info.listenAddresses().size() > ADDRESSES_MAX
                || info.protocols().size() > ADDRESSES_MAX * 2
                || info.agentVersion().length() > TEXT_LENGTH_MAX
                || info.protocolVersion().length() > TEXT_LENGTH_MAX) {
            throw new AssertionError("more is kept of it than is allowed");
        }
        if (info.listenAddresses().stream().anyMatch(address -> address.peerId().isPresent())) {
            throw new AssertionError("an address still names its peer: " + info.listenAddresses());
        }
    }
}
