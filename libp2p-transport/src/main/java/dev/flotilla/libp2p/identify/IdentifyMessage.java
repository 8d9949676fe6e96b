package dev.flotilla.libp2p.identify;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.identify.pb.Identify;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What goes over an identify stream: one or more messages, each behind its length, that the receiver merges. None is
 * sent larger than 4 KiB, since rust-libp2p takes no more.
 */
final class IdentifyMessage {
    private static final int MESSAGE_BYTES_MAX = 4000;
    private static final int MESSAGES_MAX = 10;
    private static final int ADDRESSES_MAX = 500;
    private static final int PROTOCOLS_MAX = 1024;
    private static final int TEXT_LENGTH_MAX = 256;
    private static final String PROTOCOL_VERSION = "ipfs/0.1.0";

    private IdentifyMessage() {}

    /**
     * What {@code host} says to the peer behind {@code connection}; the signed record comes last, in a message of its own
     * where it does not fit.
     */
    static byte[] encode(Host host, OwnRecord record, Connection connection) {
        Pages pages = new Pages();
        Identify.Builder self = Identify.newBuilder()
                .setPublicKey(ByteString.copyFrom(host.identity().publicKey().toBytes()))
                .setProtocolVersion(PROTOCOL_VERSION)
                .setAgentVersion(host.agentVersion());
        if (!connection.isRelayed()) { // what is seen there is the relay's address, not the peer's
            self.setObservedAddr(ByteString.copyFrom(connection.remoteAddress().toBytes()));
        }
        pages.add(self.build());
        boolean local = connection.remoteAddress().isLoopback();
        List<Multiaddr> addresses = host.reachableAddresses().stream()
                .filter(address -> local || !address.isLoopback())
                .limit(ADDRESSES_MAX)
                .toList();
        addresses.forEach(address -> pages.add(Identify.newBuilder()
                .addListenAddrs(ByteString.copyFrom(address.toBytes()))
                .build()));
        host.protocols().stream()
                .limit(PROTOCOLS_MAX)
                .forEach(protocol ->
                        pages.add(Identify.newBuilder().addProtocols(protocol).build()));
        pages.add(Identify.newBuilder()
                .setSignedPeerRecord(ByteString.copyFrom(record.of(addresses)))
                .build());
        return pages.encode();
    }

    /** Pieces of a message, on as many pages as they need. */
    private static final class Pages {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private Identify.Builder page = Identify.newBuilder();
        private int pageBytes;

        void add(Identify piece) {
            if (pageBytes > 0 && pageBytes + piece.getSerializedSize() > MESSAGE_BYTES_MAX) {
                endPage();
            }
            page.mergeFrom(piece);
            pageBytes += piece.getSerializedSize();
        }

        private void endPage() {
            try {
                page.build().writeDelimitedTo(out);
            } catch (IOException e) {
                throw new UncheckedIOException("writing to memory failed", e);
            }
            page = Identify.newBuilder();
            pageBytes = 0;
        }

        byte[] encode() {
            endPage();
            return out.toByteArray();
        }
    }

    /**
     * Reads what {@code peer} said; fields that it left out stay as {@code before}.
     *
     * @throws UncheckedIOException if the bytes are malformed, or the public key in them is not the peer's
     */
    static PeerInfo decode(byte[] bytes, PeerId peer, PeerInfo before) {
        try {
            Identify message = merge(bytes);
            if (message.hasPublicKey() && !keyBelongsTo(peer, message.getPublicKey())) {
                throw new IOException("the identify message of " + peer + " carries another peer's key");
            }
            return toPeerInfo(message, peer, before);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Identify merge(byte[] bytes) throws IOException {
        Identify.Builder merged = Identify.newBuilder();
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        for (int i = 0; in.available() > 0; i++) {
            if (i == MESSAGES_MAX) {
                throw new IOException("more than " + MESSAGES_MAX + " identify messages");
            }
            Identify next = Identify.parseDelimitedFrom(in);
            if (next == null) {
                throw new InvalidProtocolBufferException("the identify message is cut off");
            }
            merged.mergeFrom(next);
        }
        return merged.build();
    }

    private static boolean keyBelongsTo(PeerId peer, ByteString key) {
        if (peer.carriesKey()
                && ByteString.copyFrom(peer.toBytes()).substring(2).equals(key)) {
            return true; // the peer has proven this very key
        }
        try {
            return PublicKey.fromBytes(key.toByteArray()).peerId().equals(peer);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static PeerInfo toPeerInfo(Identify message, PeerId peer, PeerInfo before) {
        List<Multiaddr> addresses = message.getListenAddrsList().stream()
                .limit(ADDRESSES_MAX)
                .flatMap(bytes -> Stream.ofNullable(address(bytes)))
                .filter(address ->
                        address.peerId().map(named -> named.equals(peer)).orElse(true))
                .map(Multiaddr::withoutPeerId)
                .filter(address -> !address.isEmpty())
                .distinct()
                .toList();
        List<String> protocols = message.getProtocolsList().stream()
                .filter(protocol -> protocol.length() <= TEXT_LENGTH_MAX)
                .limit(PROTOCOLS_MAX)
                .distinct()
                .toList();
        Multiaddr observed = address(message.getObservedAddr());
        return new PeerInfo(
                message.getListenAddrsCount() > 0 ? addresses : before.listenAddresses(),
                message.getProtocolsCount() > 0 ? protocols : before.protocols(),
                observed != null ? observed.withoutPeerId() : before.observedAddress(),
                message.hasProtocolVersion() ? shorten(message.getProtocolVersion()) : before.protocolVersion(),
                message.hasAgentVersion() ? shorten(message.getAgentVersion()) : before.agentVersion(),
                message.hasSignedPeerRecord()
                        ? Bytes.wrap(message.getSignedPeerRecord().toByteArray())
                        : before.signedPeerRecord());
    }

    private static String shorten(String text) {
        return Objects.requireNonNull(text).substring(0, Math.min(text.length(), TEXT_LENGTH_MAX));
    }

    /** Null for an address of a kind that is not known here: it alone is dropped, not the message. */
    private static @Nullable Multiaddr address(ByteString bytes) {
        try {
            return bytes.isEmpty() ? null : Multiaddr.fromBytes(bytes.toByteArray());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
