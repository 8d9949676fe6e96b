package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FlotillaCommandTest {
    private final Path directory;

    FlotillaCommandTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return FlotillaCommand.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    private int runHere(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", directory.toString()));
        return run(all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "init",
                "run",
                "create",
                "invite",
                "join",
                "leave",
                "remove",
                "forget",
                "get",
                "set",
                "patch",
                "watch",
                "members",
                "status",
                "snapshot",
                "backup",
                "restore",
                "transfer",
                "priority",
                "dial",
                "ping",
                "identify",
                "perf",
                "relay",
                "recover",
                "demo"
            })
    void everyCommandHasHelpDataAndJson(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: flotilla " + command).contains("--data", "--json", "--help");
        assertThat(err.toString()).isEmpty();
    }

    /** What is wrong with each; ~ stands for nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "~ | a command is missing",
                "nonsense | nonsense",
                "get | Missing required parameter: 'COMMUNITY'",
                "get c /a extra | extra",
                "set c /a | JSON",
                "set c a 1 | not a JSON pointer: 'a'",
                "set c /a~2 1 | not a JSON pointer: '/a~2'",
                "set c /a hello | a text needs quotation marks",
                "set c /a {oops | not JSON",
                "patch c /no/such/file | there is no file /no/such/file",
                "create c --document /no/such/file | there is no file /no/such/file",
                "invite c --expires soon | not a duration: 'soon'",
                "invite c --expires -1h | not a duration",
                "invite c --expires 0s | not a duration",
                "invite c --list --role voter | make no sense with --list or --revoke",
                "invite c --list --revoke 1a | mutually exclusive",
                "watch c --count 0 | --count must be at least 1",
                "watch c --count x | --count",
                "ping nowhere | not a multiaddr: 'nowhere'",
                "ping /ip4/1.2.3.4.5/tcp/1 | /ip4/1.2.3.4.5/tcp/1",
                "ping /ip4/127.0.0.1/tcp/1 | add /p2p/PEER_ID",
                "identify /ip4/127.0.0.1/tcp/99999 | 99999",
                "perf /ip4/127.0.0.1/tcp/1 | add /p2p/PEER_ID",
                "run --listen /ip4/127.0.0.1/udp/1 | /ip4/127.0.0.1/udp/1",
                "run --peer /ip4/127.0.0.1/tcp/1 | add /p2p/PEER_ID",
                "run --listen /ip4/127.0.0.1/tcp/1/p2p-circuit | /p2p/RELAY/p2p-circuit",
                "run --fallback-relay /ip4/127.0.0.1/tcp/1 | --fallback-relay needs --autonat",
                "run --autonat --fallback-relay /ip4/127.0.0.1/tcp/1 | add /p2p/PEER_ID",
                "relay --listen /ip4/127.0.0.1/udp/1 | /ip4/127.0.0.1/udp/1",
                "relay --allow me | not a peer id: 'me'",
                "relay --circuits 0 | circuitsMax must be positive: 0",
                "relay --circuit-bytes 0 | at least one second and one byte",
                "relay --unlimited --circuit-bytes 1 | makes no sense",
                "run --entry-bytes-max 10 | 1024",
                "run --log paper | there is no log 'paper'; there are h2, segments",
                "log | say what to do with the log: show, verify or convert",
                "log convert | --to",
                "log convert --to paper | there is no log 'paper'; there are h2, segments",
                "log show --from 0 | --from must be at least 1",
                "backup c f extra | extra",
                "restore | FILE",
                "restore /no/such/file | there is no file /no/such/file",
                "demo --peers 2 | --peers must be 3 to 7",
                "init --unknown | --unknown",
            })
    void wrongUsageIsOneLineAndExitCode2(String arguments, String named) {
        String[] split = arguments.equals("~") ? new String[0] : arguments.split(" ");

        assertThat(run(split)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().strip().lines()).hasSize(1);
        assertThat(err.toString()).startsWith("error: ").contains(named);
    }

    @Test
    void errorsAreJsonToo() {
        assertThat(run("set", "c", "a", "1", "--json")).isEqualTo(2);
        assertThat(run("get", "--json")).isEqualTo(2);
        assertThat(runHere("status", "--json")).isEqualTo(1);

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines()).hasSize(3).allSatisfy(line -> assertThat(
                        Json.parse(line).path("error").asText())
                .isNotBlank());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create c",
                "invite c",
                "join t",
                "leave c",
                "remove c p",
                "forget c",
                "invite c --list",
                "get c",
                "set c /a 1",
                "watch c",
                "members c",
                "status",
                "snapshot c",
                "backup c",
                "priority c p 5",
                "transfer c"
            })
    void commandsOfTheDaemonSaySoWhenNoneRuns(String arguments) {
        assertThat(runHere(arguments.split(" "))).isEqualTo(1);

        assertThat(err.toString().strip())
                .isEqualTo(
                        "error: no daemon runs on " + directory + "; start one with: flotilla run --data " + directory);
    }

    @Test
    void outputThatGetsLostIsAFailure() {
        PrintWriter full = new PrintWriter(new Writer() {
            @Override
            public void write(char[] characters, int from, int length) throws IOException {
                throw new IOException("no space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });

        assertThat(FlotillaCommand.run(full, new PrintWriter(err), "init", "--data", directory.toString()))
                .isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo("error: not all of the output could be written");
    }

    @Test
    void aNegativePriorityFollowsTwoDashes() {
        assertThat(run("priority", "c", "p", "--data", directory.toString(), "--", "-5"))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("error: no daemon runs on ");
    }

    @Test
    void initPrintsThePeerIdAndDoesItOnce() throws Exception {
        assertThat(runHere("init", "--json")).isZero();
        JsonNode first = Json.parse(out.toString());
        byte[] key = Files.readAllBytes(directory.resolve("identity.key"));

        assertThat(runHere("init")).isEqualTo(1);
        assertThat(err.toString()).contains(first.path("peerId").asText());
        assertThat(Files.readAllBytes(directory.resolve("identity.key"))).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "30s, 30000", "10m, 600000", "2h, 7200000", "7d, 604800000", "PT1H30M, 5400000"})
    void durationsAreReadAsPeopleWriteThem(String text, long millis) throws Exception {
        assertThat(Inputs.duration(text).toMillis()).isEqualTo(millis);
    }
}
