package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.transport.Libp2pCredentials;
import dev.flotilla.peer.community.DocumentMachine;
import dev.flotilla.peer.community.DocumentPieces;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.Request;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.metrics.InMemoryMetrics;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.raft.storage.log.NodeLog;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A community that is made, by {@code create} or {@code restore}, in a process that ends at any step. */
final class FoundingTest {
    private static final JsonNode DOCUMENT = Json.parse("{\"a\":[1,2,3],\"b\":{\"c\":\"" + "x".repeat(100) + "\"}}");
    private static final int PATCH_BYTES_MAX = 150; // so that there are several

    private final PrivateKey identity = PrivateKey.generate();
    private final Path directory;

    FoundingTest(@TempDir Path directory) {
        this.directory = directory;
    }

    /** A daemon's node, without its host. */
    private final class Peer implements AutoCloseable {
        private final DataDirectory data = DataDirectory.open(directory);
        private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
        private final AtomicInteger openingsToFail = new AtomicInteger();
        private final LogStorage log = brittle(NodeLog.open(data), writesLeft);
        private final PeerTransport transport = new InMemoryNetwork().join(identity.peerId());
        private final RaftNode node = RaftNode.builder()
                .transport(transport)
                .credentials(new Libp2pCredentials(identity))
                .storage(log, unreadable(FileSnapshotStore.open(data.snapshots()), openingsToFail))
                .start();
        private final CommunityNames names = CommunityNames.open(node);
        private final Communities communities = Communities.open(node, names, RaftConfig.defaults());

        Peer() throws Exception {}

        JsonNode document(String name) throws Exception {
            Community community = communities.get(name);
            return Answers.awaitRead(
                            community.group().read(Consistency.linearizable(), community.machine()::document),
                            name,
                            NOBODY)
                    .state();
        }

        JsonNode ask(String command) throws Exception {
            Map<String, ControlHandler> handlers = new HashMap<>();
            handlers.putAll(new DocumentOperations(communities).handlers());
            handlers.putAll(new MembershipOperations(communities, NO_NETWORK).handlers());
            handlers.putAll(new TicketOperations(communities, NO_NETWORK).handlers());
            handlers.putAll(new ForgetOperations(communities, node.peerId()).handlers());
            handlers.putAll(new BackupOperations(communities).handlers());
            handlers.putAll(new StatusOperations(communities, NO_NETWORK, new InMemoryMetrics(1)).handlers());
            ObjectNode request = Json.object().put("community", "club").put("pointer", "");
            request.set("patch", Json.parse("[{\"op\":\"add\",\"path\":\"/a\",\"value\":1}]"));
            return Objects.requireNonNull(handlers.get(command)).handle(new Request(request), NOBODY);
        }

        /** Nothing that was not written is written any more: each write is on disk before its step ends. */
        @Override
        public void close() throws IOException {
            node.close();
            transport.close();
            log.close();
            data.close();
        }
    }

    /** Fails once so many writes were made, as if the process had ended there. */
    private static LogStorage brittle(LogStorage log, AtomicInteger writesLeft) {
        return failing(LogStorage.class, log, method -> {
            if (method.equals("write") && writesLeft.getAndDecrement() <= 0) {
                throw new IOException("the process has ended");
            }
        });
    }

    /** Fails so many times when a group is opened, whose log is on disk by then. */
    private static SnapshotStore unreadable(SnapshotStore snapshots, AtomicInteger openingsToFail) {
        return failing(SnapshotStore.class, snapshots, method -> {
            if (method.equals("newest") && openingsToFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IOException("cannot read the folder of snapshots");
            }
        });
    }

    private interface Failure {
        void before(String method) throws IOException;
    }

    private static <T> T failing(Class<T> type, T whole, Failure failure) {
        return type.cast(Proxy.newProxyInstance(
                FoundingTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    failure.before(method.getName());
                    try {
                        return method.invoke(whole, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private static final Network NO_NETWORK = (Network) Proxy.newProxyInstance(
            FoundingTest.class.getClassLoader(), new Class<?>[] {Network.class}, (proxy, method, arguments) -> {
                throw new AssertionError("nothing here needs the network: " + method);
            });

    private static final Caller NOBODY = new Caller() {
        @Override
        public void tell(JsonNode progress) {}

        @Override
        public CompletableFuture<Void> gone() {
            return new CompletableFuture<>();
        }
    };

    /** What {@link Founding} does, as far as the process lives. */
    private static void found(Peer peer, int steps) throws Exception {
        List<JsonNode> pieces = DocumentPieces.of(DOCUMENT, PATCH_BYTES_MAX);
        assertThat(pieces).hasSize(2);
        if (steps == 1) {
            peer.names.beginFounding("club", GenesisId.draw(new Random(1)));
        } else if (steps > 1) {
            Community community = peer.communities.create("club");
            for (JsonNode piece : pieces.subList(0, Math.min(pieces.size(), steps - 2))) {
                DocumentOperations.propose(community, piece, NOBODY);
            }
            if (steps == 5) {
                peer.names.put("club", community.group().genesis());
            } else if (steps == 6) {
                peer.communities.keep(community);
            }
        }
    }

    @Test
    void aFoundingThatWasInterruptedLeavesNothing() throws Exception {
        for (int steps = 0; steps <= 4; steps++) {
            try (Peer peer = new Peer()) {
                peer.communities.keep(peer.communities.create("other" + steps)); // which must not suffer
                found(peer, steps);
            }
            try (Peer peer = new Peer()) {
                assertThat(peer.node.groups()).as("after " + steps + " steps").hasSize(steps + 1);
                assertThat(peer.names.all()).hasSize(steps + 1).doesNotContainKey("club");
                assertThat(peer.communities.all()).hasSize(steps + 1);
                assertThat(peer.node.keys("foundings")).isEmpty();
            }
        }
        try (Peer peer = new Peer()) { // the name is free
            new Founding(peer.communities).found("club", DOCUMENT, NOBODY);
            assertThat(peer.document("club")).isEqualTo(DOCUMENT);
        }
    }

    @Test
    void aFoundingIsWholeOrNotAtAllWhereverItEnds() throws Exception {
        boolean complete = false;
        for (int writes = 0; !complete; writes++) {
            try (Peer peer = new Peer()) {
                peer.writesLeft.set(writes);
                new Founding(peer.communities).found("club", DOCUMENT, NOBODY);
                complete = peer.node.keys("foundings").isEmpty();
            } catch (IOException | UncheckedIOException | CommandException e) {
                assertThat(writes).as("writes until a founding is complete").isLessThan(50);
            }
            try (Peer peer = new Peer()) {
                assertThat(peer.node.keys("foundings")).isEmpty();
                assertThat(peer.names.all().keySet()).isSubsetOf("club");
                assertThat(peer.names.all().values()).containsExactlyElementsOf(peer.node.groups());
                if (peer.names.all().containsKey("club")) {
                    assertThat(peer.document("club")).isEqualTo(DOCUMENT);
                    peer.communities.forget(peer.communities.get("club"));
                }
            }
        }
    }

    @Test
    void aFoundingThatIsGivenUpLeavesNoRow() throws Exception {
        try (Peer peer = new Peer()) {
            peer.communities.giveUp(peer.communities.create("club"));
            assertThat(peer.node.keys("foundings")).isEmpty();
            assertThat(peer.node.groups()).isEmpty();
            peer.communities.create("club"); // the name is free
        }
    }

    /** Else somebody could join, or rely on a change, and all of it would be gone if the founding fails or is interrupted. */
    @Test
    void nobodyUsesItBeforeItIsComplete() throws Exception {
        try (Peer peer = new Peer()) {
            Community community = peer.communities.create("club");
            for (String command : List.of("invite", "patch", "get", "watch", "forget", "leave", "backup", "members")) {
                assertThatThrownBy(() -> peer.ask(command))
                        .as(command)
                        .isInstanceOf(CommandException.class)
                        .hasMessageStartingWith("community 'club' is being made and not complete yet; try again");
            }
            assertThatThrownBy(() -> peer.communities.create("club")).hasMessageContaining("'club' here already");
            assertThat(peer.communities.all()).isEmpty();

            peer.communities.keep(community);
            peer.ask("patch");
            assertThat(peer.document("club")).isEqualTo(Json.parse("{\"a\":1}"));
            assertThat(peer.communities.all()).containsExactly(community);
        }
    }

    @Test
    void whatIsKeptIsNotGivenUp() throws Exception {
        try (Peer peer = new Peer()) {
            Community community = peer.communities.create("club");
            peer.communities.keep(community);
            assertThatThrownBy(() -> peer.communities.giveUp(community)).isInstanceOf(CommandException.class);
            assertThat(peer.communities.get("club")).isSameAs(community);
        }
    }

    /** Of a join that failed, say, before the process ended: its group is on disk, and its name was taken back. */
    @Test
    void anotherGroupWithoutANameIsNoPartOfIt() throws Exception {
        GenesisId other;
        try (Peer peer = new Peer()) {
            other = peer.node
                    .create(new DocumentMachine(), RaftConfig.defaults())
                    .genesis();
            found(peer, 3);
        }
        try (Peer peer = new Peer()) {
            assertThat(peer.node.groups()).containsExactly(other);
            assertThat(peer.names.all()).containsValue(other).hasSize(1).doesNotContainKey("club");
        }
    }

    @Test
    void aRowThatIsDamagedIsNamed() throws Exception {
        try (Peer peer = new Peer()) {
            Answers.await(peer.node.put("foundings", "club", Bytes.utf8("?")));
            assertThatThrownBy(peer.names::endFoundings)
                    .isInstanceOf(IOException.class)
                    .hasMessage("the log's table of foundings is damaged at 'club'");
        }
    }

    /** As older versions left them behind, who did not say of which group they are. */
    @Test
    void aRowOfAnOlderVersionIsEnded() throws Exception {
        GenesisId genesis;
        try (Peer peer = new Peer()) {
            Community community = peer.communities.create("club");
            peer.communities.keep(community);
            genesis = community.group().genesis();
            Answers.await(peer.node.put("foundings", "club", Bytes.utf8("1")));
        }
        try (Peer peer = new Peer()) {
            assertThat(peer.node.keys("foundings")).isEmpty();
            assertThat(peer.communities.get("club").group().genesis()).isEqualTo(genesis);
        }
    }

    @Test
    void aCommunityThatDoesNotOpenIsTakenBackAtOnce() throws Exception {
        try (Peer peer = new Peer()) {
            peer.openingsToFail.set(1);
            assertThatThrownBy(() -> peer.communities.create("club"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the folder of snapshots");
            assertThat(peer.node.groups()).isEmpty();
            assertThat(peer.node.keys("foundings")).isEmpty();
        }
    }

    /** Neither when it fails nor at the next start, but when the name is used again. */
    @Test
    void whatCouldNotBeTakenBackIsNotForgotten() throws Exception {
        try (Peer peer = new Peer()) {
            GenesisId left = peer.node
                    .create(new DocumentMachine(), RaftConfig.defaults())
                    .genesis();
            Answers.await(peer.node.put("foundings", "club", left.value()));
            Community community = peer.communities.create("club");
            assertThat(peer.node.groups())
                    .containsExactly(community.group().genesis())
                    .doesNotContain(left);
        }
    }

    @Test
    void aFoundingThatWasCompleteIsKept() throws Exception {
        for (int steps = 5; steps <= 6; steps++) {
            GenesisId genesis;
            try (Peer peer = new Peer()) {
                found(peer, steps);
                genesis = onlyGroup(peer);
            }
            try (Peer peer = new Peer()) {
                assertThat(peer.names.all()).containsOnlyKeys("club").containsValue(genesis);
                assertThat(peer.document("club")).isEqualTo(DOCUMENT);
                assertThat(peer.node.keys("foundings")).isEmpty();
                peer.communities.forget(peer.communities.get("club"));
            }
        }
    }

    private static GenesisId onlyGroup(Peer peer) throws IOException {
        assertThat(peer.node.groups()).hasSize(1);
        return peer.node.groups().iterator().next();
    }

    @Test
    void whatIsTakenBackMayBeInterruptedToo() throws Exception {
        try (Peer peer = new Peer()) {
            found(peer, 3);
            Answers.await(peer.node.forget(onlyGroup(peer)));
        }
        try (Peer peer = new Peer()) {
            assertThat(peer.node.groups()).isEmpty();
            assertThat(peer.node.keys("foundings")).isEmpty();
        }
    }

    /** As older versions left them behind: nothing tells that the document is not complete. */
    @Test
    void aCommunityWithoutANameGetsOne() throws Exception {
        try (Peer peer = new Peer()) {
            peer.communities.create("club");
            peer.names.endFounding("club");
        }
        try (Peer peer = new Peer()) {
            assertThat(peer.names.all().keySet()).singleElement().asString().startsWith("unnamed-");
        }
    }
}
