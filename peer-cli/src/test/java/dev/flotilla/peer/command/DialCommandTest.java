package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.NetworkSettings;
import io.netty.handler.codec.quic.Quic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DialCommandTest {
    private final Path directory;

    DialCommandTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private static List<JsonNode> steps(CommandHarness daemon) {
        return daemon.done("dial", daemon.address(), "--json")
                .lines()
                .map(Json::parse)
                .toList();
    }

    @Test
    void eachStepIsShownInItsOrderWithItsTime() throws CommandException {
        try (CommandHarness daemon = CommandHarness.start(directory)) {
            List<JsonNode> steps = steps(daemon);

            assertThat(steps)
                    .extracting(step -> step.path("step").asText())
                    .containsExactly(
                            "dialling",
                            "connected",
                            "security_agreed",
                            "secured",
                            "muxer_agreed",
                            "established",
                            "identified");
            assertThat(steps).extracting(step -> step.path("millis").asDouble()).isSorted();
            assertThat(steps.get(2).path("detail").asText()).isIn("/tls/1.0.0", "/noise");
            assertThat(daemon.address()).endsWith(steps.get(3).path("detail").asText());
            assertThat(steps.get(4).path("detail").asText()).isEqualTo("/yamux/1.0.0");
            assertThat(daemon.done("dial", daemon.address()))
                    .contains("ms  connected by tcp", "ms  agreed to share it by /yamux/1.0.0", "/ipfs/ping/1.0.0");
        }
    }

    @Test
    void aTransportThatSecuresByItselfHasFewerSteps() throws CommandException {
        Assumptions.assumeTrue(Quic.isAvailable(), "there is no native library for QUIC here");
        NetworkSettings quic =
                NetworkSettings.defaults().withListen(List.of(Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1")));
        try (CommandHarness daemon = CommandHarness.start(directory, quic)) {
            assertThat(steps(daemon))
                    .extracting(step -> step.path("step").asText())
                    .containsExactly("dialling", "secured", "established", "identified");
        }
    }

    @Test
    void whatWentWrongIsShownWhereItDid() throws CommandException {
        String address;
        try (CommandHarness daemon = CommandHarness.start(directory)) {
            address = daemon.address();
        }
        CommandHarness.Run run = CommandHarness.runAlone("dial", address);

        assertThat(run.code()).isEqualTo(CommandException.FAILED);
        assertThat(run.out()).contains("dialling /ip4/127.0.0.1/tcp/", "failed at /ip4/127.0.0.1/tcp/", ": refused");
        assertThat(run.error()).contains("cannot reach");
    }
}
