package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.LogKind;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flotilla forget} and {@code leave} where an entry that says who is a member is damaged on this peer's disk. */
final class HiddenMembershipTest {
    // As a record of the segmented log has them, from its first byte on.
    private static final int KIND_AT = 12;
    private static final int INDEX_AT = 24;
    private static final int GROUP_AT = 32;
    private static final int PAYLOAD_AT = 64;
    private static final int CONFIGURATION = 1 << 16 | 2; // an entry, and its kind

    private final Path parent;
    private final Path directory;

    HiddenMembershipTest(@TempDir Path parent) {
        this.parent = parent;
        this.directory = parent.resolve("peer");
    }

    private CommandHarness peer;

    @BeforeEach
    void start() throws Exception {
        peer = CommandHarness.start(directory, LogKind.SEGMENTS);
    }

    @AfterEach
    void close() {
        peer.close();
    }

    /** Flips a bit of the configurations of {@code club} at {@code indexes}, while no daemon runs. */
    private void damage(LongPredicate indexes) throws Exception {
        GenesisId genesis = GenesisId.parse(peer.json("status", "club")
                .path("communities")
                .path(0)
                .path("genesis")
                .asText());
        peer.close();
        Path segment = directory.resolve("log.segments").resolve("0000000000000001.seg");
        byte[] content = Files.readAllBytes(segment);
        List<Integer> found = configurations(content, genesis, indexes);
        assertThat(found).isNotEmpty();
        found.forEach(record -> content[record + PAYLOAD_AT] ^= 1);
        Files.write(segment, content);
        peer = CommandHarness.start(directory);
    }

    private static List<Integer> configurations(byte[] segment, GenesisId genesis, LongPredicate indexes) {
        ByteBuffer records = ByteBuffer.wrap(segment);
        return IntStream.range(0, segment.length - PAYLOAD_AT)
                .filter(at -> records.getInt(at + KIND_AT) == CONFIGURATION)
                .filter(at -> genesis.value().asByteBuffer().equals(records.slice(at + GROUP_AT, GenesisId.SIZE_BYTES)))
                .filter(at -> indexes.test(records.getLong(at + INDEX_AT)))
                .boxed()
                .toList();
    }

    @Test
    void neitherRemovesWhatMayBeAMembers() throws Exception {
        peer.done("create", "club");
        damage(index -> index == 1);
        assertThat(peer.json("members", "club").path("members")).isEmpty();

        assertThat(peer.failed("leave", "club"))
                .isEqualTo(peer.failed("forget", "club"))
                .isEqualTo(
                        "error: refused: damage on this peer's disk hides who the members of 'club' are, so whether this"
                                + " peer is one cannot be told; what only this peer has of its document would be gone for good;"
                                + " try again once another member is up, which puts back what is damaged, see: flotilla status"
                                + " club --explain; if there is none, put back a copy of the data directory; only if nobody needs"
                                + " it any more: flotilla forget club --force");
        assertThat(peer.json("status").path("communities")).hasSize(1);
        assertThat(peer.done("forget", "club", "--force")).startsWith("forgot club");
        assertThat(peer.json("status").path("communities")).isEmpty();
    }

    @Test
    void whoSeesItselfInALaterConfigurationLeaves() throws Exception {
        try (CommandHarness other = CommandHarness.start(parent.resolve("other"))) {
            other.done("create", "club");
            peer.done("join", other.done("invite", "club", "--role", "learner"));
            damage(index -> index == 1);

            assertThat(peer.failed("forget", "club")).contains("leave it first: flotilla leave club");
            assertThat(peer.done("leave", "club")).isEqualTo("left club");
            assertThat(other.json("members", "club").path("members")).hasSize(1);
        }
    }

    @Test
    void aConfigurationThatIsOutOfDateDoesNotMakeItTheOnlyMember() throws Exception {
        peer.done("create", "club");
        try (CommandHarness other = CommandHarness.start(parent.resolve("other"))) {
            other.done("join", peer.done("invite", "club", "--role", "learner"));
        }
        damage(index -> index > 1);
        assertThat(peer.json("members", "club").path("members")).hasSize(1);

        assertThat(peer.failed("leave", "club"))
                .isEqualTo(peer.failed("forget", "club"))
                .contains("damage on this peer's disk hides who the members of 'club' are");
    }
}
