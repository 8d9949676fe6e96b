package dev.flotilla.libp2p;

import dev.flotilla.libp2p.fuzz.FuzzTarget;
import java.util.List;
import java.util.stream.Stream;

/** {@link Multiaddr#fromBytes}: what is taken has a text that is taken for the same address. */
public final class MultiaddrBytesFuzz implements FuzzTarget {
    private static final List<byte[]> SEEDS = MultiaddrTextFuzz.TEXTS.stream()
            .map(text -> Multiaddr.parse(text).toBytes())
            .toList();

    public static void fuzzerTestOneInput(byte[] input) {
        new MultiaddrBytesFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return Stream.concat(SEEDS.stream(), Stream.of(new byte[0])).toList();
    }

    @Override
    public void run(byte[] input) {
        Multiaddr address;
        try {
            address = Multiaddr.fromBytes(input);
        } catch (IllegalArgumentException e) {
            return;
        }
        check(address);
    }

    static void check(Multiaddr address) {
        if (!Multiaddr.fromBytes(address.toBytes()).equals(address)) {
            throw new AssertionError("its bytes are another address: " + address);
        }
        String text = address.toString();
        if (!address.isEmpty() && !Multiaddr.parse(text).toString().equals(text)) {
            throw new AssertionError("its text is another address: " + address);
        }
        address.peerId();
        address.withoutPeerId();
        address.tcpSocketAddress();
    }
}
