package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.segment.StoredRecords;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flotilla forget} and {@code leave} where an entry that says who is a member is damaged on this peer's disk. */
final class HiddenMembershipTest {
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
        StoredRecords records = StoredRecords.of(directory.resolve("log.segments"));
        List<Integer> found = records.entries(genesis, Entry.Kind.CONFIGURATION, id -> indexes.test(id.index()));
        assertThat(found).isNotEmpty();
        for (int record : found) {
            records.flipPayload(record);
        }
        peer = CommandHarness.start(directory);
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
