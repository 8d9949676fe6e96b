package dev.flotilla.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.PrivateKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The example of the module's README: what stands between the two marks is shown there. */
class TwoHostsExampleTest {
    // README: begin
    static final ProtocolId GREETING = new ProtocolId("/greeting/1.0.0");

    static String greet() throws Exception {
        try (Host ada = Host.builder(PrivateKey.generate())
                        .listen(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"))
                        .build();
                Host bob = Host.builder(PrivateKey.generate()).build()) {
            ada.handle(GREETING, stream -> stream.readToEnd(1_000).thenAccept(name -> {
                stream.write(("hello, " + new String(name, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
                stream.finish();
            }));
            ada.start().get();
            bob.start().get();
            bob.connect(ada.peerId(), ada.listenAddresses()).get(); // secured: it is ada, or it fails
            Stream stream = bob.newStream(ada.peerId(), GREETING).get();
            stream.write("bob".getBytes(StandardCharsets.UTF_8)).get();
            stream.finish();
            return new String(stream.readToEnd(1_000).get(), StandardCharsets.UTF_8);
        }
    }
    // README: end

    @Test
    void twoHostsGreetEachOther() throws Exception {
        assertThat(greet()).isEqualTo("hello, bob");
    }

    @Test
    void itIsWhatTheReadmeShows() throws IOException {
        String source = Files.readString(Path.of("src/test/java/dev/flotilla/libp2p/TwoHostsExampleTest.java"));
        String shown = source.substring(source.indexOf("// README: begin") + 16, source.indexOf("// README: end"));
        String code = shown.strip()
                .lines()
                .map(line -> line.replaceFirst("^ {4}", ""))
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + code + "\n```");
    }
}
