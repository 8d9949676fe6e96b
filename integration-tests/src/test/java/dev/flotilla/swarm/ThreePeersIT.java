package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Op;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.transport.Libp2pCredentials;
import dev.flotilla.libp2p.transport.Libp2pTransport;
import dev.flotilla.raft.RaftConsensus;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The classic: three libp2p peers on loopback, a thousand commits, one state. */
@Timeout(120)
class ThreePeersIT {
    private static final Codec<Integer> NUMBER =
            Codec.of("number", 1, number -> Bytes.utf8(number.toString()), bytes -> Integer.valueOf(bytes.utf8()));
    private static final Codec<Op<Integer>> NO_OPERATIONS = Codec.of(
            "none",
            1,
            op -> {
                throw new IllegalArgumentException("states only, got " + op);
            },
            bytes -> {
                throw new IllegalArgumentException("states only, got " + bytes);
            });

    private final List<AutoCloseable> open = new ArrayList<>();

    @Test
    void threePeersAgreeOnAThousandStates() throws Exception {
        List<Host> hosts = List.of(host(), host(), host());
        Host first = hosts.get(0);
        List<RaftConsensus<Integer>> peers = new ArrayList<>();
        peers.add(RaftConsensus.create(node(first, hosts), NUMBER, NO_OPERATIONS, RaftConfig.defaults()));
        Ticket.Contact contact = new Ticket.Contact(
                first.peerId(), List.of(first.listenAddresses().get(0).toString()));
        for (Host other : hosts.subList(1, 3)) {
            Ticket ticket =
                    peers.get(0).group().invite("numbers", Member.Role.VOTER, Duration.ofHours(1), List.of(contact));
            RaftConsensus<Integer> peer =
                    RaftConsensus.join(node(other, hosts), ticket, NUMBER, NO_OPERATIONS, RaftConfig.defaults());
            assertThat(await(peer.group().joined())).isInstanceOf(Outcome.Applied.class);
            peers.add(peer);
        }
        long index = 0;
        for (int update = 0; update < 1000; update++) { // from whichever peer: nobody needs to know who leads
            Outcome<Integer> outcome = await(peers.get(update % 3).commitState(2 * update));
            assertThat(outcome).isInstanceOf(Outcome.Applied.class);
            index = ((Outcome.Applied<Integer>) outcome).index();
        }
        for (RaftConsensus<Integer> peer : peers) {
            assertThat(await(peer.read(Consistency.atLeast(index))).state()).isEqualTo(1998);
            assertThat(peer.currentState()).isEqualTo(1998);
        }
    }

    private Host host() {
        Host host = Host.builder(PrivateKey.generate())
                .listen(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0")))
                .service(new Identify())
                .build();
        host.start().join();
        open.add(0, host);
        return host;
    }

    /** A node that knows where the others are. */
    private RaftNode node(Host host, List<Host> hosts) throws Exception {
        AddressBook book = AddressBook.inMemory();
        hosts.forEach(other -> book.addSeen(other.peerId(), other.listenAddresses()));
        Libp2pTransport transport = Libp2pTransport.start(host, book);
        open.add(0, transport);
        RaftNode node = RaftNode.builder()
                .transport(transport)
                .credentials(new Libp2pCredentials(host.identity()))
                .storage(new InMemoryLogStorage(), new InMemorySnapshotStore())
                .start();
        open.add(0, node); // closed first
        return node;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }
}
