package dev.flotilla.raft.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.machine.StateMachineContract;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every state machine; and a group whose peer dies between the ledger's write and the engine's. */
@Timeout(60)
class LedgerTest extends StateMachineContract {
    @TempDir
    Path directory = Path.of("set by JUnit");

    @Override
    protected StateMachine<?> open() throws IOException {
        return Ledger.open(directory.resolve("ledger"));
    }

    @Override
    protected StateMachine<?> another() throws IOException {
        return Ledger.open(directory.resolve("another"));
    }

    @Override
    protected boolean isDurable() {
        return true;
    }

    @Override
    protected List<Bytes> commands() {
        return List.of(Bytes.utf8("ada 100"), Bytes.utf8("bob 20"), Bytes.utf8("ada -30"), Bytes.utf8("bob 5"));
    }

    /** The ledger is ahead of the engine's newest snapshot, or behind the log, at whichever entry the peer died. */
    @Test
    void whatIsGivenAgainAfterACrashIsNotCountedTwice() throws Exception {
        InMemoryNetwork network = new InMemoryNetwork();
        PeerCredentials credentials = Ed25519Credentials.generate();
        GenesisId genesis = null;
        byte[] ledgerBefore = new byte[0];
        for (int life = 0; life < 4; life++) {
            Path file = directory.resolve("accounts");
            if (life == 3) {
                Files.write(file, ledgerBefore); // this time the log had the entries, and the ledger not yet
            }
            Ledger ledger = Ledger.open(file);
            assertThat(ledger.lastApplied() > 0).isEqualTo(life > 0);
            try (PeerTransport transport = network.join(credentials.peerId());
                    JournaledLog log = JournaledLog.open(directory.resolve("log"));
                    RaftNode node = RaftNode.builder()
                            .transport(transport)
                            .credentials(credentials)
                            .storage(log, FileSnapshotStore.open(directory.resolve("snapshots")))
                            .start()) {
                RaftConfig config = RaftConfig.defaults().withElectionTimeout(Duration.ofMillis(300));
                RaftGroup<Long> group =
                        genesis == null ? node.create(ledger, config) : node.open(genesis, ledger, config);
                genesis = group.genesis();
                assertThat(await(group.read(Consistency.linearizable(), () -> ledger.balance("ada")))
                                .state())
                        .isEqualTo(life * 20L);
                add(group, life * 20L + 10);
                if (life == 1) {
                    await(group.takeSnapshot());
                }
                ledgerBefore = Files.readAllBytes(file);
                add(group, life * 20L + 20);
            }
        }
    }

    private static void add(RaftGroup<Long> group, long balance) throws Exception {
        assertThat(await(group.propose(Bytes.utf8("ada 10"))))
                .isInstanceOfSatisfying(Outcome.Applied.class, applied -> assertThat(applied.result())
                        .isEqualTo(balance));
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }
}
