package dev.flotilla.libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.pb.Identify;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What peers say about themselves, well-formed or not. */
class IdentifyMessageTest {
    private static final PrivateKey PEER = PrivateKey.generate();
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001");

    private static ByteString bytes(Multiaddr address) {
        return ByteString.copyFrom(address.toBytes());
    }

    private static byte[] delimited(Identify... messages) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Identify message : messages) {
            message.writeDelimitedTo(out);
        }
        return out.toByteArray();
    }

    private static PeerInfo decode(byte[] message) {
        return IdentifyMessage.decode(message, PEER.peerId(), PeerInfo.UNKNOWN);
    }

    @Test
    void mergesMessagesAndStripsPeerIds() throws IOException {
        PeerInfo info = decode(delimited(
                Identify.newBuilder()
                        .setPublicKey(ByteString.copyFrom(PEER.publicKey().toBytes()))
                        .addListenAddrs(bytes(ADDRESS.withPeerId(PEER.peerId())))
                        .setObservedAddr(
                                bytes(ADDRESS.withPeerId(PrivateKey.generate().peerId())))
                        .build(),
                Identify.newBuilder().setAgentVersion("x/1").addProtocols("/a").build()));
        assertThat(info.listenAddresses()).containsExactly(ADDRESS);
        assertThat(info.observedAddress()).isEqualTo(ADDRESS);
        assertThat(info.agentVersion()).isEqualTo("x/1");
        assertThat(info.protocols()).containsExactly("/a");
    }

    @Test
    void dropsAddressesThatItCannotRead() throws IOException {
        PeerInfo info = decode(delimited(Identify.newBuilder()
                .addListenAddrs(ByteString.fromHex("ffff7f00"))
                .addListenAddrs(bytes(ADDRESS.withPeerId(PrivateKey.generate().peerId())))
                .addListenAddrs(bytes(ADDRESS))
                .build()));
        assertThat(info.listenAddresses()).containsExactly(ADDRESS);
    }

    @Test
    void aPushChangesOnlyWhatItNames() throws IOException {
        PeerInfo before = decode(delimited(Identify.newBuilder()
                .setAgentVersion("x/1")
                .addListenAddrs(bytes(ADDRESS))
                .build()));
        PeerInfo after = IdentifyMessage.decode(
                delimited(Identify.newBuilder().addProtocols("/new").build()), PEER.peerId(), before);
        assertThat(after.agentVersion()).isEqualTo("x/1");
        assertThat(after.listenAddresses()).containsExactly(ADDRESS);
        assertThat(after.protocols()).containsExactly("/new");
    }

    @Test
    void refusesAnotherPeersKey() throws IOException {
        byte[] message = delimited(Identify.newBuilder()
                .setPublicKey(
                        ByteString.copyFrom(PrivateKey.generate().publicKey().toBytes()))
                .build());
        assertThatThrownBy(() -> decode(message)).hasMessageContaining("another peer's key");
    }

    @Test
    void survivesRandomBytes() {
        Random random = new Random(12);
        for (int i = 0; i < 5000; i++) {
            byte[] junk = new byte[random.nextInt(60)];
            random.nextBytes(junk);
            try {
                assertThat(decode(junk)).isNotNull();
            } catch (UncheckedIOException e) {
                assertThat(e.getCause()).isNotNull();
            }
        }
    }

    @Test
    void sendsNoMessageOfMoreThan4KiB() throws IOException {
        try (Hosts hosts = new Hosts()) {
            Host a = hosts.start();
            Host b = hosts.start();
            for (int i = 0; i < 300; i++) {
                a.handle(new ProtocolId("/some/protocol/with/a/name/" + i), Stream::reset);
            }
            Connection connection = Hosts.connect(b, a);
            ByteArrayInputStream sent = new ByteArrayInputStream(
                    IdentifyMessage.encode(a, new OwnRecord(a.identity(), () -> 1), connection));
            int messages = 0;
            for (Identify next = Identify.parseDelimitedFrom(sent);
                    next != null;
                    next = Identify.parseDelimitedFrom(sent)) {
                assertThat(next.getSerializedSize()).isLessThanOrEqualTo(4096);
                messages++;
            }
            assertThat(messages).isBetween(2, 10);
            Hosts.awaitUntil("identified", () -> connection.peerInfo().isPresent());
            assertThat(connection.peerInfo().orElseThrow().protocols()).contains("/some/protocol/with/a/name/299");
        }
    }
}
