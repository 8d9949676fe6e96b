package dev.flotilla.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Op;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of the README: what stands between the two marks is shown there. */
@Timeout(60)
class ReadmeExampleTest {
    // README: begin
    record Add(String name) implements Op<List<String>> {
        @Override
        public List<String> applyTo(List<String> names) {
            return Stream.concat(names.stream(), Stream.of(name)).toList();
        }
    }

    static final Codec<List<String>> NAMES =
            Codec.of("names", 1, names -> Bytes.utf8(String.join("\n", names)), bytes -> bytes.utf8()
                    .lines()
                    .toList());
    static final Codec<Op<List<String>>> ADDS =
            Codec.of("add", 1, op -> Bytes.utf8(((Add) op).name()), bytes -> new Add(bytes.utf8()));

    static List<String> agree(RaftNode here, RaftNode there, List<Ticket.Contact> contacts) throws Exception {
        try (var ours = RaftConsensus.create(here, NAMES, ADDS, RaftConfig.defaults())) {
            ours.commitState(List.of("Ada")).get();
            Ticket ticket = ours.group().invite("names", Member.Role.VOTER, Duration.ofHours(1), contacts);

            // At the other peer, which needs nothing but the ticket:
            try (var theirs = RaftConsensus.join(there, ticket, NAMES, ADDS, RaftConfig.defaults())) {
                theirs.group().joined().get();
                theirs.commitOp(new Add("Grace")).get(); // Applied[index=7, result=[Ada, Grace]], from any peer
                return ours.read(Consistency.linearizable()).get().state(); // [Ada, Grace]
            }
        }
    }
    // README: end

    @Test
    void theExampleOfTheReadmeRuns() throws Exception {
        try (TestSwarm swarm = new TestSwarm()) {
            RaftNode here = swarm.start();
            assertThat(agree(here, swarm.start(), TestSwarm.contact(here))).containsExactly("Ada", "Grace");
        }
    }

    @Test
    void theReadmeShowsThisVeryCode() throws IOException {
        Path module = Path.of("").toAbsolutePath();
        String source = Files.readString(module.resolve("src/test/java/dev/flotilla/raft/ReadmeExampleTest.java"));
        String shown = source.substring(source.indexOf("// README: begin") + 16, source.indexOf("// README: end"));
        String readme = Files.readString(module.resolveSibling("README.md"));
        assertThat(withoutSpace(readme)).contains(withoutSpace(shown));
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s", "");
    }
}
