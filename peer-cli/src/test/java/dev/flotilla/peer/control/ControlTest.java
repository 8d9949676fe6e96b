package dev.flotilla.peer.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.peer.community.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands and daemon over real connections on loopback. */
final class ControlTest {
    private final PrivateKey operator = PrivateKey.generate();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final Host daemon = Host.builder(PrivateKey.generate())
            .listen(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"))
            .build();
    private final ControlServer server;

    ControlTest() {
        daemon.start().join();
        server = ControlServer.start(
                daemon,
                operator.peerId(),
                Map.of(
                        "echo", (request, caller) -> request.json().path("value"),
                        "count", ControlTest::count,
                        "wait", this::waitForever,
                        "same",
                                (request, caller) -> {
                                    CompletableFuture<Void> first = caller.gone();
                                    return Json.nodes().booleanNode(first == caller.gone());
                                },
                        "fail",
                                (request, caller) -> {
                                    throw CommandException.failed("it is\nso");
                                },
                        "misuse",
                                (request, caller) -> {
                                    throw CommandException.usage(request.text("absent"));
                                },
                        "break",
                                (request, caller) -> {
                                    throw new IllegalStateException("broken");
                                }));
    }

    private static JsonNode count(Request request, ControlHandler.Caller caller) throws IOException {
        for (int i = 0; i < request.number("to", 0); i++) {
            caller.tell(Json.nodes().numberNode(i));
        }
        return Json.nodes().textNode("done");
    }

    private JsonNode waitForever(Request request, ControlHandler.Caller caller) throws IOException {
        caller.tell(Json.object());
        caller.gone().join();
        gone.complete(null);
        throw new IOException("the caller is gone");
    }

    @AfterEach
    void close() {
        server.close();
        daemon.close();
    }

    @Test
    void theOperatorGetsAnswers() throws Exception {
        try (ControlClient client = connect(operator)) {
            assertThat(client.call(request("echo").put("value", "x"), progress -> true)
                            .asText())
                    .isEqualTo("x");
            String large = "\u00e9".repeat(3_000_000);
            assertThat(client.call(request("echo").put("value", large), progress -> true)
                            .asText())
                    .isEqualTo(large);
        }
    }

    @Test
    void progressComesBeforeTheResultAndCanBeCutShort() throws Exception {
        try (ControlClient client = connect(operator)) {
            List<Integer> seen = new ArrayList<>();
            JsonNode result = client.call(request("count").put("to", 5), progress -> seen.add(progress.asInt()));
            assertThat(seen).containsExactly(0, 1, 2, 3, 4);
            assertThat(result.asText()).isEqualTo("done");

            assertThat(client.call(request("count").put("to", 1_000_000), progress -> progress.asInt() < 3)
                            .asInt())
                    .isEqualTo(3);
        }
    }

    @Test
    void aHandlerIsToldWhenItsCallerIsGone() throws Exception {
        try (ControlClient client = connect(operator)) {
            client.call(request("wait"), progress -> false);
        }
        gone.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whoAsksOftenWhetherTheCallerIsGoneLeavesNothingBehind() throws Exception {
        try (ControlClient client = connect(operator)) {
            assertThat(client.call(request("same"), progress -> true).asBoolean())
                    .isTrue();
        }
    }

    @Test
    void errorsComeAsOneLineWithTheirExitCode() throws Exception {
        try (ControlClient client = connect(operator)) {
            assertFails(client, "fail", 1, "it is so");
            assertFails(client, "misuse", 2, "the command 'misuse' needs 'absent'");
            assertFails(client, "break", 1, "the daemon could not do that: broken");
            assertFails(client, "nonsense", 1, "this daemon knows no command 'nonsense'");
        }
    }

    private static void assertFails(ControlClient client, String command, int exitCode, String line) {
        assertThatThrownBy(() -> client.call(request(command), progress -> true))
                .isInstanceOfSatisfying(CommandException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(exitCode);
                    assertThat(e.line()).startsWith(line);
                });
    }

    @Test
    void whoIsOneTooManyIsToldSo() throws Exception {
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ControlClient client = connect(operator)) {
            for (int i = 0; i < 64; i++) {
                CompletableFuture<Void> begun = new CompletableFuture<>();
                waiting.add(begun);
                threads.execute(() -> {
                    try {
                        client.call(request("wait"), progress -> begun.complete(null));
                    } catch (CommandException | IOException e) {
                        begun.completeExceptionally(e); // once the client is closed
                    }
                });
            }
            CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);

            assertFails(client, "echo", 1, "nothing was done: the daemon does 64 things at once already");
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void nobodyElseGetsAnAnswer() throws Exception {
        try (ControlClient client = connect(PrivateKey.generate())) {
            assertThatThrownBy(() -> client.call(request("echo"), progress -> true))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDaemonThatIsNotThereIsAnIoError() {
        server.close();
        List<Multiaddr> addresses = daemon.listenAddresses();
        daemon.close();

        assertThatThrownBy(() -> ControlClient.connect(operator, daemon.peerId(), addresses))
                .isInstanceOf(IOException.class);
    }

    private ControlClient connect(PrivateKey identity) throws IOException {
        return ControlClient.connect(identity, daemon.peerId(), daemon.listenAddresses());
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode request(String command) {
        return Json.object().put("command", command);
    }
}
