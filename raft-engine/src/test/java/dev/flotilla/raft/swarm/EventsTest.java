package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static dev.flotilla.raft.swarm.Swarm.note;

import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.driver.GroupEvent;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node's listener is told while a group lives. */
@Timeout(120)
final class EventsTest {
    private static List<GroupEvent> events(Peer peer) {
        List<GroupEvent> events = new CopyOnWriteArrayList<>();
        peer.node.listener((group, event) -> events.add(event));
        return events;
    }

    private static void awaitEvent(List<GroupEvent> events, Predicate<GroupEvent> wanted) throws Exception {
        awaitTrue(() -> events.stream().anyMatch(wanted));
    }

    @Test
    void aLifeIsTold() throws Exception {
        try (Swarm swarm = new Swarm()) {
            // each attempt to fall silent fails that somebody answers late, and the next one comes after that time only
            swarm.config = swarm.config.withQuietAfter(Duration.ofMillis(100));
            swarm.settings = NodeSettings.defaults().withNodeTimeout(Duration.ofMillis(500));
            BrittleLog log = new BrittleLog(new InMemoryLogStorage());
            Peer peer = swarm.add(Ed25519Credentials.generate(), log, new InMemorySnapshotStore());
            List<GroupEvent> events = events(peer);
            peer.create();
            awaitEvent(
                    events,
                    event -> event instanceof GroupEvent.RoleChanged changed
                            && changed.role() == Role.LEADER
                            && peer.id().equals(changed.leader()));

            Peer other = swarm.add().join(peer.invite(Member.Role.VOTER));
            await(other.group.joined());
            awaitEvent(
                    events,
                    event -> event instanceof GroupEvent.MemberBack back
                            && back.peer().equals(other.id()));
            awaitEvent(events, event -> event instanceof GroupEvent.MembersChanged changed && !changed.committed());
            awaitEvent(
                    events,
                    event -> event instanceof GroupEvent.MembersChanged changed
                            && changed.committed()
                            && changed.configuration().voters().contains(other.id()));

            note(peer, "a");
            await(peer.group.takeSnapshot());
            awaitEvent(events, GroupEvent.SnapshotTaken.class::isInstance);
            awaitEvent(events, GroupEvent.FellQuiet.class::isInstance);
            note(peer, "b");
            awaitEvent(events, GroupEvent.Awoke.class::isInstance);

            swarm.network.cut(peer.id(), other.id());
            awaitEvent(
                    events,
                    event -> event instanceof GroupEvent.MemberAbsent absent
                            && absent.peer().equals(other.id()));
            swarm.network.heal();
            log.breakDown();
            var unused = peer.group.propose(Bytes.utf8("c"));
            awaitEvent(
                    events,
                    event -> event instanceof GroupEvent.Stopped stopped
                            && String.valueOf(stopped.cause().getMessage()).contains("no space left on device"));
        }
    }

    @Test
    void anInstalledSnapshotIsTold() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.config = swarm.config.withLogKept(1 << 20, 0);
            swarm.grow(1);
            Peer first = swarm.peers.get(0);
            for (int i = 0; i < 20; i++) {
                note(first, "note " + i);
            }
            await(first.group.takeSnapshot());
            Peer second = swarm.add();
            List<GroupEvent> events = events(second);
            second.join(first.invite(Member.Role.VOTER));
            await(second.group.joined());
            awaitEvent(
                    events,
                    event -> event instanceof GroupEvent.SnapshotReceived received
                            && received.snapshot().index() > 0);
            awaitEvent(events, GroupEvent.SnapshotInstalled.class::isInstance);
        }
    }
}
