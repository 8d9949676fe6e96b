package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.sim.Names;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a peer says whose log is damaged. */
final class DamageExplanationTest {
    private static DamagedEntry damaged(long index, Entry.Kind kind) {
        return new DamagedEntry(new EntryId(9, index), kind, "file a offset " + index);
    }

    private static Member voter(String name) {
        return Member.voter(Names.peer(name), Names.store(Names.peer(name), 1));
    }

    private static String said(Configuration configuration, DamagedEntry... entries) {
        Explanation.Block block = DamageExplanation.block(configuration, Names.peer("n1"), 49, List.of(entries));
        assertThat(block.subject()).isEqualTo(Explanation.Subject.DAMAGE);
        return block.toString();
    }

    private static Configuration two() {
        return Configuration.of(List.of(voter("n1"), voter("n2")));
    }

    @Test
    void damageIsNamedWithItsPlaceAndWhatItMeans() {
        assertThat(said(two(), damaged(50, Entry.Kind.COMMAND), damaged(52, Entry.Kind.NOOP)))
                .isEqualTo(
                        "2 entries from 50 to 52 are damaged here, the first (file a offset 50): this peer votes, but"
                                + " does not stand for election, until a leader has sent it again, or without a leader any"
                                + " other member, each of which it asks in turn; if they have it in a snapshot only, that"
                                + " comes from a leader alone; if nobody has it, nothing goes on");
    }

    @Test
    void whoCannotReadAConfigurationSaysThatItDoesNotVote() {
        assertThat(said(two(), damaged(50, Entry.Kind.CONFIGURATION)))
                .startsWith("entry 50 is damaged here (file a offset 50): this peer neither votes (a configuration is");
    }

    @Test
    void whatWasAppliedIsReplacedByTheState() {
        assertThat(said(two(), damaged(48, Entry.Kind.COMMAND), damaged(49, Entry.Kind.COMMAND)))
                .contains("all of it was applied, so a snapshot of this peer's own state is about to take its place");
    }

    @Test
    void theOnlyMemberIsToldThatNobodyCanHeal() {
        assertThat(said(Configuration.of(List.of(voter("n1"))), damaged(50, Entry.Kind.COMMAND)))
                .contains("this peer is the only member, so nobody can send it again; put back a copy");
    }
}
