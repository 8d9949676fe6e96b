package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.driver.GroupEvent;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.log.LogCheck;
import dev.flotilla.raft.storage.log.NodeLog;
import dev.flotilla.raft.storage.segment.StoredRecords;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers with logs on real disks, of which bits flip, repair them from each other. */
@Timeout(120)
class RepairTest {
    private static final int NOTES = 30;
    private static final int H2_NOTES = 200; // so that the first ones are in a page of their own

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private LogKind kind = LogKind.SEGMENTS;
    private final Swarm swarm = new Swarm();
    private final List<PeerCredentials> credentials = new ArrayList<>();

    @AfterEach
    void stopAll() throws IOException {
        swarm.close();
    }

    private Path home(PeerCredentials owner) {
        return directory.resolve(owner.peerId().shortText().substring(2));
    }

    private Peer start(PeerCredentials owner) throws IOException {
        try (DataDirectory data = DataDirectory.open(home(owner), kind)) {
            return swarm.add(owner, NodeLog.open(data), FileSnapshotStore.open(data.snapshots()));
        }
    }

    private void stop(Peer peer) throws IOException {
        swarm.peers.remove(peer);
        peer.stop();
    }

    /** Three voters who agree on some notes. */
    private void threeWithNotes() throws Exception {
        for (int i = 0; i < 3; i++) {
            credentials.add(Ed25519Credentials.generate());
            Peer peer = start(credentials.get(i));
            if (i == 0) {
                peer.create();
            } else {
                peer.join(swarm.peers.get(0).invite(Member.Role.VOTER));
            }
            await(peer.group.joined());
        }
        for (int i = 0; i < NOTES; i++) {
            note(swarm.peers.get(i % 3), text(i));
        }
        for (Peer peer : swarm.peers) {
            assertThat(notes(peer)).hasSize(NOTES);
        }
    }

    private static String text(int number) {
        return "note " + number + " of the day";
    }

    private StoredRecords records(PeerCredentials owner) throws IOException {
        try (Stream<Path> all = Files.walk(home(owner))) {
            return StoredRecords.of(all.filter(file -> file.endsWith("log.segments"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    /** Flips one bit where those bytes stand first in the peer's log; says in which file. */
    private Path flip(PeerCredentials owner, byte[] bytes) throws IOException {
        Path log = records(owner).file();
        String content = new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1);
        int at = content.indexOf(new String(bytes, StandardCharsets.ISO_8859_1));
        assertThat(at).isPositive();
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {(byte) (bytes[0] ^ 1)}), at);
        }
        return log;
    }

    private static List<GroupEvent> events(Peer peer) {
        List<GroupEvent> events = new CopyOnWriteArrayList<>();
        peer.node.listener((group, event) -> events.add(event));
        return events;
    }

    private static void awaitRepair(List<GroupEvent> events) throws Exception {
        awaitTrue(() -> events.stream()
                .anyMatch(event -> event instanceof GroupEvent.LogRepaired repaired && repaired.left() == 0));
    }

    private LogCheck check(PeerCredentials owner) throws IOException {
        try (DataDirectory data = DataDirectory.openExisting(home(owner))) {
            return LogCheck.of(data);
        }
    }

    @Test
    void aFlippedBitInTheMiddleOfALogIsHealedByTheOthers() throws Exception {
        threeWithNotes();
        GenesisId genesis = swarm.peers.get(0).group.genesis();
        Peer damaged = swarm.follower();
        PeerCredentials owner = damaged.credentials;
        stop(damaged);
        Path file = flip(owner, text(NOTES / 2).getBytes(StandardCharsets.UTF_8));
        assertThat(check(owner).problems()).hasSize(1).first().asString().contains(file + " offset ");
        note(swarm.peers.get(0), "while it is away");

        Peer back = start(owner);
        List<GroupEvent> events = events(back);
        back.open(genesis);
        awaitTrue(() -> !events.isEmpty());
        assertThat(events.stream().filter(GroupEvent.LogDamaged.class::isInstance))
                .singleElement()
                .satisfies(event -> {
                    GroupEvent.LogDamaged found = (GroupEvent.LogDamaged) event;
                    assertThat(found.entries()).singleElement().satisfies(entry -> assertThat(entry.place())
                            .startsWith("file " + file + " offset "));
                });
        awaitRepair(events);
        assertThat(notes(back)).hasSize(NOTES + 1).isEqualTo(notes(swarm.peers.get(0)));
        assertThat(back.log.damage(genesis).isNone()).isTrue();
        assertThat(await(back.group.status()).configuration().isVoter(back.id()))
                .isTrue();
        stop(back);
        LogCheck after = check(owner);
        assertThat(after.problems()).isEmpty();
        assertThat(after.entries()).isGreaterThan(NOTES);
    }

    /** MVStore has what is damaged in a part of its file that was written long before the newest. */
    @Test
    void aFlippedBitInAnH2LogIsHealedByTheOthersAndKeepsNoGroupFromOpening() throws Exception {
        kind = LogKind.H2;
        threeWithNotes();
        for (int i = NOTES; i < H2_NOTES; i++) {
            note(swarm.peers.get(0), text(i));
        }
        GenesisId genesis = swarm.peers.get(0).group.genesis();
        Peer damaged = swarm.follower();
        assertThat(notes(damaged)).hasSize(H2_NOTES);
        PeerCredentials owner = damaged.credentials;
        stop(damaged);
        Path file;
        try (DataDirectory data = DataDirectory.openExisting(home(owner))) {
            file = data.logFile();
        }
        flipAll(file, text(NOTES / 2).getBytes(StandardCharsets.UTF_8));
        assertThat(check(owner).problems()).singleElement().asString().contains("is damaged: file " + file);

        Peer back = start(owner);
        List<GroupEvent> events = events(back);
        back.open(genesis);
        awaitRepair(events);
        assertThat(notes(back)).isEqualTo(notes(swarm.peers.get(0)));
        stop(back);
        assertThat(check(owner).problems()).isEmpty();
    }

    /** Of the copies that MVStore left behind, one is the present one. */
    private static void flipAll(Path file, byte[] bytes) throws IOException {
        byte[] content = Files.readAllBytes(file);
        String all = new String(content, StandardCharsets.ISO_8859_1);
        String sought = new String(bytes, StandardCharsets.ISO_8859_1);
        for (int at = all.indexOf(sought); at >= 0; at = all.indexOf(sought, at + 1)) {
            content[at] ^= 1;
        }
        Files.write(file, content);
    }

    /** The leader meets the damage when it reads back what a follower lacks that was away. */
    @Test
    void aLeaderThatMeetsDamageGivesWayAndIsHealed() throws Exception {
        swarm.config = RaftConfig.defaults()
                .withElectionTimeout(Duration.ofMillis(300))
                .withLogKept(1 << 10, 0);
        threeWithNotes();
        Peer leader = swarm.leader();
        Peer away = swarm.follower();
        Peer other = swarm.peers.stream()
                .filter(peer -> peer != leader && peer != away)
                .findFirst()
                .orElseThrow();
        List<GroupEvent> events = events(leader);
        swarm.network.cut(List.of(away.id()), List.of(leader.id(), other.id()));
        for (int i = 0; i < NOTES; i++) {
            note(leader, text(NOTES + i));
        }
        flip(leader.credentials, text(NOTES + NOTES / 2).getBytes(StandardCharsets.UTF_8));
        swarm.network.heal();
        assertThat(notes(away)).hasSize(2 * NOTES);
        boolean wasRead = leader.log.damage(leader.group.genesis()).isNone()
                && events.stream().noneMatch(GroupEvent.LogDamaged.class::isInstance);
        if (!wasRead) { // else another led when the follower came back
            awaitRepair(events);
            assertThat(events)
                    .anyMatch(event ->
                            event instanceof GroupEvent.RoleChanged changed && changed.role() == Role.FOLLOWER);
        }
        note(leader, "after");
        for (Peer peer : swarm.peers) {
            assertThat(notes(peer)).hasSize(2 * NOTES + 1);
        }
    }

    /** A follower, back with its log and cut off from the others: it does not know what of that is agreed on. */
    private Peer restartedApart(GenesisId genesis) throws Exception {
        Peer away = swarm.follower();
        stop(away);
        swarm.network.cut(List.of(away.id()), swarm.peers.stream().map(Peer::id).toList());
        return start(away.credentials).open(genesis);
    }

    /** It reads back what it has not applied yet when it hears what is agreed on, and goes on once that is put back. */
    @Test
    void aPeerThatMeetsDamageWhileItAppliesIsHealed() throws Exception {
        swarm.config = RaftConfig.defaults()
                .withElectionTimeout(Duration.ofMillis(300))
                .withLogKept(1 << 10, 0);
        threeWithNotes();
        GenesisId genesis = swarm.peers.get(0).group.genesis();
        Peer back = restartedApart(genesis);
        List<GroupEvent> events = events(back);
        flip(back.credentials, text(NOTES / 2).getBytes(StandardCharsets.UTF_8));
        assertThat(back.log.damage(genesis).isNone()).isTrue();
        swarm.network.heal();
        awaitRepair(events);
        assertThat(events).anyMatch(GroupEvent.LogDamaged.class::isInstance);
        assertThat(notes(back)).hasSize(NOTES).isEqualTo(notes(swarm.peers.get(0)));
        assertThat(back.log.damage(genesis).isNone()).isTrue();
    }

    /** As when it starts: nobody can tell what is lost, so that nothing can be put back. */
    @Test
    void aPeerThatMeetsARecordWithoutAHeadStopsAndSaysWhere() throws Exception {
        swarm.config = RaftConfig.defaults()
                .withElectionTimeout(Duration.ofMillis(300))
                .withLogKept(1 << 10, 0);
        threeWithNotes();
        GenesisId genesis = swarm.peers.get(0).group.genesis();
        Peer back = restartedApart(genesis);
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        back.group.listener(new RaftGroup.GroupListener() {
            @Override
            public void failed(Throwable cause) {
                failed.complete(cause);
            }
        });
        StoredRecords records = records(back.credentials);
        records.flipHead(records.entries(genesis, Entry.Kind.COMMAND, id -> id.index() == NOTES / 2)
                .get(0));
        swarm.network.heal();
        assertThat(await(failed))
                .hasMessageContaining("the head of entry " + NOTES / 2 + " of group " + genesis + " cannot be read")
                .hasMessageContaining("file " + records.file() + " offset ");
        note(swarm.leader(), "without it");
    }

    /** One voter with some notes. */
    private Peer oneWithNotes() throws Exception {
        credentials.add(Ed25519Credentials.generate());
        Peer voter = start(credentials.get(0));
        voter.create();
        for (int i = 0; i < NOTES; i++) {
            note(voter, text(i));
        }
        return voter;
    }

    private Peer joinAsLearner(Peer voter) throws Exception {
        credentials.add(Ed25519Credentials.generate());
        Peer learner = start(credentials.get(1));
        learner.join(voter.invite(Member.Role.LEARNER));
        return learner;
    }

    /** It meets the damage when it reads back what a learner lacks; its own state has what is lost. */
    @Test
    void theOnlyVoterReplacesWhatItLostByItsState() throws Exception {
        swarm.config = RaftConfig.defaults()
                .withElectionTimeout(Duration.ofMillis(300))
                .withLogKept(1 << 10, 0);
        Peer voter = oneWithNotes();
        List<GroupEvent> events = events(voter);
        flip(voter.credentials, text(NOTES / 2).getBytes(StandardCharsets.UTF_8));
        Peer learner = joinAsLearner(voter);
        awaitRepair(events);
        assertThat(events)
                .anyMatch(GroupEvent.LogDamaged.class::isInstance)
                .anyMatch(GroupEvent.SnapshotTaken.class::isInstance)
                .anyMatch(event -> event instanceof GroupEvent.RoleChanged changed && changed.role() == Role.FOLLOWER);
        note(voter, "after");
        await(learner.group.joined());
        assertThat(notes(learner)).hasSize(NOTES + 1).isEqualTo(notes(voter));
        assertThat(voter.log.damage(voter.group.genesis()).isNone()).isTrue();
    }

    /** It meets the damage when it starts, has no state yet, and nobody can lead before it is healed. */
    @Test
    void theOnlyVoterIsHealedByItsLearner() throws Exception {
        Peer voter = oneWithNotes();
        GenesisId genesis = voter.group.genesis();
        Peer learner = joinAsLearner(voter);
        await(learner.group.joined());
        note(voter, "before");
        assertThat(notes(learner)).hasSize(NOTES + 1);
        stop(voter);
        flip(credentials.get(0), text(NOTES / 2).getBytes(StandardCharsets.UTF_8));

        Peer back = start(credentials.get(0));
        List<GroupEvent> events = events(back);
        back.open(genesis);
        awaitRepair(events);
        note(back, "after");
        assertThat(notes(back)).hasSize(NOTES + 2).isEqualTo(notes(learner));
        assertThat(back.log.damage(genesis).isNone()).isTrue();
    }

    @Test
    void aDamagedHardStateIsRefusedUntilTheGroupIsForgottenAndJoinedAnew() throws Exception {
        threeWithNotes();
        GenesisId genesis = swarm.peers.get(0).group.genesis();
        Peer damaged = swarm.follower();
        PeerCredentials owner = damaged.credentials;
        stop(damaged);
        StoredRecords records = records(owner);
        records.flipPayload(records.hardState(genesis));
        Peer back = start(owner);
        assertThatThrownBy(() -> back.open(genesis))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the hard state of group " + genesis + " is damaged: file ")
                .hasMessageContaining(" offset ")
                .hasMessageContaining("RaftNode.forget");
        await(back.node.forget(genesis));
        back.join(swarm.leader().invite(Member.Role.VOTER));
        await(back.group.joined());
        assertThat(notes(back)).hasSize(NOTES);
    }
}
