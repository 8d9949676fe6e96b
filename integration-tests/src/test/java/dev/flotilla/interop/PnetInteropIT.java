package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Private networks: peers with the same key file talk, whoever dials, and those with another do not (libp2p spec, pnet). */
@Tag("interop")
@ExtendWith(Matrix.class)
class PnetInteropIT {
    private static final int BYTES = 1 << 20;

    static Stream<Arguments> all() {
        return Stream.of(Transport.TCP, Transport.WEB_SOCKET)
                .flatMap(transport -> Implementation.chosenWithAllCommands().stream()
                        .map(implementation -> Arguments.of(transport, implementation)));
    }

    private static OurSide ours(Transport transport, PreSharedKey key) {
        HostBuilder builder = Host.builder(PrivateKey.generate())
                .listen(Multiaddr.parse(transport.listen()))
                .privateNetwork(key);
        return new OurSide(builder, Security.NOISE);
    }

    private static void talk(Side dialler, Side acceptor) throws Exception {
        Multiaddr address = acceptor.addresses().get(0);
        assertThat(dialler.connect(address)).isEqualTo(acceptor.peerId());
        dialler.ping(address);
        Side.Digests echoed = dialler.echo(address, BYTES);
        assertThat(echoed.bytes()).isEqualTo(BYTES);
        assertThat(echoed.received()).isEqualTo(echoed.sent());
    }

    @ParameterizedTest
    @MethodSource("all")
    void thoseWithTheSameKeyTalk(Transport transport, Implementation implementation, @TempDir Path directory)
            throws Exception {
        String row = "private network by " + transport + " × noise";
        Matrix.attempt(row, implementation, "talk", Optional.empty(), () -> {
            PreSharedKey key = PreSharedKey.generate();
            Path file = Files.writeString(directory.resolve("swarm.key"), key.toFile());
            try (ForeignPeer theirs = ForeignPeer.start(
                            implementation, "--listen", transport.argument(), "--pnet", file.toString());
                    OurSide dialler = ours(transport, key);
                    OurSide acceptor = ours(transport, key);
                    OurSide stranger = ours(transport, PreSharedKey.generate())) {
                talk(dialler, theirs);
                talk(theirs, acceptor);
                assertThatThrownBy(() -> stranger.connect(theirs.addresses().get(0)))
                        .isNotNull();
            }
        });
    }
}
