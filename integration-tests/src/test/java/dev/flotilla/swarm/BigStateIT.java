package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A state that is larger than any heap that holds it: {@code -Dbig.state.mib} (256) in processes of 96 MiB of heap, whose
 * state machine has none of it in the heap.
 */
class BigStateIT {
    private static final String HEAP = "-Xmx96m";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private static final int SESSIONS_BYTES_MAX = 4096; // the table of sessions, in front of the state in its file

    /** A peer in a process of its own. */
    private static final class Child implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;
        private final BufferedWriter in;

        Child(Path directory) throws IOException {
            Files.createDirectories(directory);
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    HEAP,
                    "-XX:MaxDirectMemorySize=64m",
                    "-XX:+UseSerialGC",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-cp",
                    System.getProperty("java.class.path"),
                    BigStatePeer.class.getName(),
                    directory.toString()));
            process = new ProcessBuilder(command)
                    .redirectError(directory.resolve("errors").toFile())
                    .start();
            out = process.inputReader(StandardCharsets.UTF_8);
            in = process.outputWriter(StandardCharsets.UTF_8);
        }

        void ask(String command) throws IOException {
            in.write(command + "\n");
            in.flush();
        }

        String answer() throws IOException {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("=")) {
                    return line.substring(1);
                }
            }
            throw new AssertionError("the process ended");
        }

        String run(String command) throws IOException {
            ask(command);
            return answer();
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    @Timeout(600)
    void aSnapshotLargerThanTheHeapIsInstalledWithoutAnElection() throws Exception {
        int blocks = Integer.getInteger("big.state.mib", 256);
        try (Child leader = new Child(directory.resolve("leader"));
                Child second = new Child(directory.resolve("second"));
                Child newcomer = new Child(directory.resolve("newcomer"))) {
            acquaint(List.of(leader, second, newcomer));
            assertThat(leader.run("create")).isEqualTo("created");
            assertThat(second.run("join " + leader.run("invite"))).isEqualTo("Applied");
            assertThat(leader.run("grow " + blocks)).isEqualTo("grown");
            long bytes = (long) blocks * BigStateMachine.BLOCK_BYTES;
            assertThat(Long.parseLong(leader.run("snapshot"))).isBetween(bytes, bytes + SESSIONS_BYTES_MAX);
            String before = leader.run("status");
            assertThat(before).startsWith("LEADER ").endsWith(" voters=2 snapshots=0");

            newcomer.ask("join " + leader.run("invite"));
            assertThat(newcomer.answer()).isEqualTo("Applied");

            assertThat(newcomer.run("restored"))
                    .as("bytes of the state in the snapshot that the newcomer installed")
                    .isEqualTo(String.valueOf(bytes));
            assertThat(newcomer.run("digest"))
                    .startsWith(bytes + ":")
                    .isEqualTo(leader.run("digest"))
                    .isEqualTo(second.run("digest"));
            assertThat(leader.run("status")) // in the term that it led before
                    .isEqualTo(before.replace("voters=2 snapshots=0", "voters=3 snapshots=1"));
        }
    }

    private static void acquaint(List<Child> children) throws IOException {
        for (Child one : children) {
            String address = one.run("address");
            for (Child other : children) {
                if (!other.equals(one)) {
                    assertThat(other.run("know " + address)).isEqualTo("known");
                }
            }
        }
    }
}
