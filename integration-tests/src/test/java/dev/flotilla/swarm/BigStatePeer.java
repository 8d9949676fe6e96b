package dev.flotilla.swarm;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.transport.Libp2pCredentials;
import dev.flotilla.libp2p.transport.Libp2pTransport;
import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.message.TicketCodec;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.h2.H2LogStorage;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A peer with a {@link BigStateMachine}, as a process of its own: reads one command a line and answers each with one line
 * that begins with {@code =}.
 */
final class BigStatePeer {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Host host;
    private final AddressBook book = AddressBook.inMemory();
    private final RaftNode node;
    private final BigStateMachine machine;
    private @Nullable RaftGroup<Long> group;

    private BigStatePeer(Path directory) throws Exception {
        PrivateKey identity = PrivateKey.generate();
        host = Host.builder(identity)
                .listen(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0")))
                .service(new Identify())
                .build();
        host.start().join();
        node = RaftNode.builder()
                .transport(Libp2pTransport.start(host, book))
                .credentials(new Libp2pCredentials(identity))
                .storage(H2LogStorage.open(directory.resolve("log.mv")), FileSnapshotStore.open(directory))
                .settings(NodeSettings.defaults().withSnapshots(Long.MAX_VALUE, Long.MAX_VALUE))
                .start();
        machine = new BigStateMachine(directory.resolve("state"));
    }

    public static void main(String[] arguments) throws Exception {
        BigStatePeer peer = new BigStatePeer(Path.of(arguments[0]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = peer.run(line.split(" "));
            } catch (Exception e) {
                answer = "failed: " + e;
            }
            System.out.println("=" + answer);
        }
        System.exit(0);
    }

    private String run(String[] words) throws Exception {
        return switch (words[0]) {
            case "address" -> host.peerId() + " " + host.listenAddresses().get(0);
            case "know" -> {
                book.addSeen(PeerId.parse(words[1]), List.of(Multiaddr.parse(words[2])));
                yield "known";
            }
            case "create" -> {
                group = node.create(machine, config());
                await(group().joined());
                yield "created";
            }
            case "invite" -> invite();
            case "join" -> {
                group = node.join(TicketCodec.parse(words[1]), machine, config());
                yield String.valueOf(await(group().joined()).getClass().getSimpleName());
            }
            case "grow" -> grow(Integer.parseInt(words[1]));
            case "snapshot" -> String.valueOf(await(group().takeSnapshot()).sizeBytes());
            case "restored" -> String.valueOf(machine.restoredBytes());
            case "status" -> status();
            case "digest" -> {
                await(group().read(Consistency.linearizable(), () -> "up to date")); // and nobody writes any more
                yield machine.digest();
            }
            default -> throw new IllegalArgumentException("what is '" + words[0] + "'?");
        };
    }

    private static RaftConfig config() {
        return RaftConfig.defaults().withLogKept(1 << 20, 0);
    }

    private RaftGroup<Long> group() {
        RaftGroup<Long> present = group;
        if (present == null) {
            throw new IllegalStateException("there is no group yet");
        }
        return present;
    }

    private String invite() {
        Ticket.Contact self = new Ticket.Contact(
                host.peerId(), List.of(host.listenAddresses().get(0).toString()));
        return TicketCodec.format(group().invite("big", Member.Role.VOTER, Duration.ofHours(1), List.of(self)));
    }

    private String grow(int blocks) throws Exception {
        for (int i = 0; i < blocks; i++) {
            Bytes seed = Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(i).array());
            Outcome<Long> outcome = await(group().propose(seed));
            if (!(outcome instanceof Outcome.Applied)) {
                throw new IllegalStateException(String.valueOf(outcome));
            }
        }
        return "grown";
    }

    private String status() throws Exception {
        CoreStatus status = await(group().status());
        return status.role() + " term=" + status.term() + " voters="
                + status.configuration().voters().size() + " snapshots=" + node.snapshotsServed();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
