package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots that the application begins and ends. */
@Timeout(60)
class DrivenSnapshotTest {
    private static Swarm oneOfAKind() throws Exception {
        Swarm swarm = new Swarm();
        swarm.settings = NodeSettings.defaults().withSnapshots(Long.MAX_VALUE, Long.MAX_VALUE);
        swarm.config = RaftConfig.defaults()
                .withElectionTimeout(Duration.ofMillis(300))
                .withLogKept(1 << 10, 0);
        swarm.add().create();
        return swarm;
    }

    private static EntryId base(Peer peer) {
        try {
            return peer.log.read(peer.group.genesis()).orElseThrow().base();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void onlyWhatLiesAtOrBeforeTheMarkerIsDropped() throws Exception {
        try (Swarm swarm = oneOfAKind()) {
            Peer first = swarm.peers.get(0);
            long before = note(first, "before");
            SnapshotMarker marker = await(first.group.beginSnapshot());
            assertThat(marker.index()).isEqualTo(before);
            assertThat(marker.genesis()).isEqualTo(first.group.genesis());
            assertThat(marker.configuration().voters()).containsExactly(first.id());
            note(first, "since");
            assertThat(base(first)).isEqualTo(EntryId.NONE);

            SnapshotMeta ended = await(first.group.endSnapshot(marker));
            assertThat(ended.lastIncluded()).isEqualTo(marker.lastIncluded());
            awaitTrue(() -> base(first).equals(marker.lastIncluded()));

            Peer late = swarm.add().join(first.invite(Member.Role.VOTER));
            assertThat(await(late.group.joined())).isInstanceOf(Outcome.Applied.class);
            assertThat(late.notebook.restores()).isEqualTo(1);
            assertThat(notes(late)).containsExactly("before", "since");
        }
    }

    @Test
    void aMarkerThatIsNotTheLastOneIsRefused() throws Exception {
        try (Swarm swarm = oneOfAKind()) {
            Peer first = swarm.peers.get(0);
            note(first, "one");
            SnapshotMarker stale = await(first.group.beginSnapshot());
            note(first, "two");
            SnapshotMarker marker = await(first.group.beginSnapshot());
            assertRefused(first, stale, "is not the last that was begun");
            assertThat(await(first.group.endSnapshot(marker)).index()).isEqualTo(marker.index());
            assertRefused(first, marker, "or was ended");
        }
    }

    @Test
    void aMarkerOfAnotherGroupOrAheadOfTheStateIsRefused() throws Exception {
        try (Swarm swarm = oneOfAKind();
                Swarm others = oneOfAKind()) {
            Peer first = swarm.peers.get(0);
            note(first, "one");
            SnapshotMarker marker = await(first.group.beginSnapshot());
            Peer other = others.peers.get(0);
            note(other, "one");
            assertRefused(first, await(other.group.beginSnapshot()), "the marker is of group");
            EntryId ahead = new EntryId(marker.lastIncluded().term(), marker.index() + 1);
            assertRefused(
                    first,
                    new SnapshotMarker(marker.genesis(), ahead, marker.configuration(), marker.configurationId()),
                    "is ahead of the state");
            assertThat(base(first)).isEqualTo(EntryId.NONE);
        }
    }

    @Test
    void aNewerSnapshotStandsForTheOneThatEnds() throws Exception {
        try (Swarm swarm = oneOfAKind()) {
            Peer first = swarm.peers.get(0);
            note(first, "one");
            SnapshotMarker marker = await(first.group.beginSnapshot());
            note(first, "two");
            SnapshotMeta newer = await(first.group.takeSnapshot());
            assertThat(await(first.group.endSnapshot(marker))).isEqualTo(newer);
        }
    }

    @Test
    void aStateMachineThatKeepsItsStateMustHaveKeptItUpToTheMarker() throws Exception {
        try (Swarm swarm = oneOfAKind()) {
            Counter counter = new Counter();
            RaftGroup<Integer> group = swarm.peers.get(0).node.create(counter, swarm.config);
            await(group.propose(Bytes.utf8("one")));
            SnapshotMarker first = await(group.beginSnapshot());
            counter.keep(first.index());
            assertThat(await(group.endSnapshot(first)).index()).isEqualTo(first.index());
            await(group.propose(Bytes.utf8("two")));
            SnapshotMarker second = await(group.beginSnapshot());
            assertThatThrownBy(() -> await(group.endSnapshot(second)))
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("keeps its state up to entry " + first.index());
            counter.keep(second.index());
            assertThat(await(group.endSnapshot(second)).index()).isEqualTo(second.index());
        }
    }

    private static void assertRefused(Peer peer, SnapshotMarker marker, String why) {
        assertThatThrownBy(() -> await(peer.group.endSnapshot(marker)))
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    /** Counts commands, and keeps the count as far as it is told to. */
    private static final class Counter implements StateMachine<Integer> {
        private int count;
        private volatile long keptIndex;

        void keep(long index) {
            keptIndex = index;
        }

        @Override
        public List<Integer> apply(List<Committed> batch) {
            count += batch.size();
            return Collections.nCopies(batch.size(), count);
        }

        @Override
        public long lastApplied() {
            return keptIndex;
        }

        @Override
        public Capture capture() {
            int captured = count;
            return out -> out.write(captured);
        }

        @Override
        public void restore(long index, InputStream in) throws java.io.IOException {
            count = in.read();
        }
    }
}
