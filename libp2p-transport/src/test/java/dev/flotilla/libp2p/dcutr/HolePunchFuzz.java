package dev.flotilla.libp2p.dcutr;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.dcutr.pb.HolePunch;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import java.util.List;

/** Whatever addresses the other side tells, few are dialled, and none over a relay or in a private network. */
public final class HolePunchFuzz implements FuzzTarget {
    private static final int ADDRESSES_MAX = 16;
    private static final List<byte[]> SEEDS = List.of(
            message("/ip4/1.2.3.4/tcp/4001", "/ip6/2001:db8::1/tcp/4001", "/ip4/10.0.0.1/tcp/4001"),
            message("/ip4/1.2.3.4/tcp/4001/p2p-circuit", "/ip4/1.2.3.4/udp/4001/quic-v1"),
            HolePunch.newBuilder().setType(HolePunch.Type.SYNC).build().toByteArray());

    public static void fuzzerTestOneInput(byte[] input) {
        new HolePunchFuzz().run(input);
    }

    private static byte[] message(String... addresses) {
        HolePunch.Builder message = HolePunch.newBuilder().setType(HolePunch.Type.CONNECT);
        for (String address : addresses) {
            message.addObsAddrs(ByteString.copyFrom(Multiaddr.parse(address).toBytes()));
        }
        return message.build().toByteArray();
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        HolePunch message;
        try {
            message = HolePunch.parseFrom(input);
        } catch (InvalidProtocolBufferException e) {
            return; // the stream is reset
        }
        List<Multiaddr> theirs = PunchAddresses.theirs(message, PunchAddresses::isPublic);
        if (theirs.size() > ADDRESSES_MAX) {
            throw new AssertionError(theirs.size() + " addresses");
        }
        for (Multiaddr address : theirs) {
            boolean isPublic = address.ipAddress()
                    .filter(ip -> !ip.isSiteLocalAddress() && !ip.isLoopbackAddress())
                    .isPresent();
            if (!isPublic || address.has(MultiaddrProtocol.P2P_CIRCUIT)) {
                throw new AssertionError("to be dialled: " + address);
            }
        }
    }
}
