package dev.flotilla.raft.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.contract.Journal;
import dev.flotilla.consensus.contract.JournalOp;
import dev.flotilla.raft.RaftConsensus;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.contract.PeerTransportContract;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract of every transport, over a queue that delivers twice; and a group that agrees over it. */
@Timeout(60)
class QueueTransportTest extends PeerTransportContract {
    private static final RaftConfig CONFIG =
            RaftConfig.defaults().withElectionTimeout(Duration.ofMillis(300)).withLogKept(1 << 10, 0);

    private final Broker.InMemory broker = new Broker.InMemory();
    private final List<AutoCloseable> open = new ArrayList<>();
    private long starts;

    @Override
    protected List<PeerTransport> transports(int count) {
        List<PeerTransport> transports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            transports.add(transport(Ed25519Credentials.generate()));
        }
        return transports;
    }

    private PeerTransport transport(PeerCredentials credentials) {
        return new QueueTransport(broker, credentials.peerId(), ++starts).start();
    }

    @AfterEach
    void closeBroker() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        broker.close();
    }

    @Test
    void aGroupAgreesOverItAndANewcomerFetchesItsSnapshot() throws Exception {
        RaftNode first = node();
        RaftConsensus<Journal> founder = RaftConsensus.create(first, Journal.codec(), JournalOp.codec(), CONFIG);
        RaftConsensus<Journal> second = join(founder, first);
        assertThat(await(founder.commitState(Journal.of()))).isInstanceOf(Outcome.Applied.class);
        List<CompletableFuture<Outcome<Journal>>> writes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            writes.add((i % 2 == 0 ? founder : second).commitOp(JournalOp.append("line " + i)));
        }
        for (CompletableFuture<Outcome<Journal>> write : writes) {
            assertThat(await(write)).isInstanceOf(Outcome.Applied.class);
        }
        await(founder.group().takeSnapshot());
        await(second.group().takeSnapshot());
        RaftConsensus<Journal> late = join(founder, first);
        Journal journal = await(late.read(Consistency.linearizable())).state();
        assertThat(journal.lines()).hasSize(200);
        assertThat(await(second.read(Consistency.linearizable())).state()).isEqualTo(journal);
    }

    private RaftNode node() throws IOException {
        PeerCredentials credentials = Ed25519Credentials.generate();
        PeerTransport transport = transport(credentials);
        RaftNode node = RaftNode.builder()
                .transport(transport)
                .credentials(credentials)
                .storage(new InMemoryLogStorage(), new InMemorySnapshotStore())
                .start();
        open.add(node);
        open.add(transport);
        return node;
    }

    private RaftConsensus<Journal> join(RaftConsensus<Journal> founder, RaftNode first) throws Exception {
        Ticket ticket = founder.group()
                .invite(
                        "queue",
                        Member.Role.VOTER,
                        Duration.ofHours(1),
                        List.of(new Ticket.Contact(first.peerId(), List.of())));
        RaftConsensus<Journal> member = RaftConsensus.join(node(), ticket, Journal.codec(), JournalOp.codec(), CONFIG);
        assertThat(await(member.group().joined())).isInstanceOf(Outcome.Applied.class);
        return member;
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }
}
