package dev.flotilla.benchmark;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.message.TicketCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/**
 * The groups of one Flotilla peer. The first peer creates them, and leaves each of the others a file beside its directory:
 * of every group its id and a ticket. A peer keeps that file, since it says which group has which number.
 */
final class FlotillaGroups {
    private static final int JOINS_MAX = 16; // at the same time

    private final RaftNode node;
    private final Contender.Place place;
    private final IntFunction<StateMachine<Boolean>> machines;
    private final RaftConfig config = RaftConfig.defaults();
    private final List<RaftGroup<Boolean>> groups = new ArrayList<>(); // by number
    private final AtomicReferenceArray<CoreStatus> statuses;

    /** Not entered yet; {@code machines} gives each group its own. */
    FlotillaGroups(RaftNode node, Contender.Place place, IntFunction<StateMachine<Boolean>> machines) {
        this.node = node;
        this.place = place;
        this.machines = machines;
        this.statuses = new AtomicReferenceArray<>(place.groups());
    }

    RaftGroup<Boolean> group(int number) {
        return groups.get(number);
    }

    boolean leads(int group) {
        CoreStatus status = statuses.get(group);
        return status != null && status.role() == Role.LEADER;
    }

    boolean follows(int group) {
        CoreStatus status = statuses.get(group);
        return status != null && status.leader() != null;
    }

    /** Returns once this peer is a voter of all of them. */
    void enter(Ticket.Contact self) throws Exception {
        if (!node.groups().isEmpty()) {
            for (String line : Files.readAllLines(list(place.number()))) {
                add(node.open(GenesisId.parse(line.split(" ", 2)[0]), machines.apply(groups.size()), config));
            }
        } else if (place.number() == 0) {
            create(self);
        } else {
            join();
        }
        for (RaftGroup<Boolean> group : groups) {
            group.joined().get(Wait.patience(place.groups()).toSeconds(), TimeUnit.SECONDS);
        }
    }

    private void add(RaftGroup<Boolean> group) {
        int number = groups.size();
        groups.add(group);
        group.listener(new RaftGroup.GroupListener() {
            @Override
            public void changed(CoreStatus status) {
                statuses.set(number, status);
            }
        });
        var unused = group.status().thenAccept(status -> statuses.compareAndSet(number, null, status));
    }

    private void create(Ticket.Contact self) throws Exception {
        for (int i = 0; i < place.groups(); i++) {
            add(node.create(machines.apply(i), config));
        }
        for (RaftGroup<Boolean> group : groups) {
            group.joined().get(Wait.patience(place.groups()).toSeconds(), TimeUnit.SECONDS);
        }
        for (int peer = 0; peer < place.ports().size(); peer++) {
            List<String> lines = new ArrayList<>();
            for (RaftGroup<Boolean> group : groups) {
                Ticket ticket = group.invite("benchmark", Member.Role.VOTER, Duration.ofHours(1), List.of(self));
                lines.add(group.genesis() + " " + TicketCodec.format(ticket));
            }
            Path draft = Files.write(place.directory().resolve("list"), lines);
            Files.move(draft, list(peer), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** A few at a time, and not in the order of the next peer, since a group lets in one at a time. */
    private void join() throws IOException, InterruptedException {
        Path list = list(place.number());
        Wait.until("the tickets at " + list, Wait.patience(place.groups()), () -> Files.exists(list));
        List<String> lines = Files.readAllLines(list);
        Semaphore room = new Semaphore(JOINS_MAX);
        List<RaftGroup<Boolean>> joining = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            int number = place.number() % 2 == 1 ? i : lines.size() - 1 - i;
            room.acquire();
            String ticket = lines.get(number).split(" ", 2)[1];
            RaftGroup<Boolean> group = node.join(TicketCodec.parse(ticket), machines.apply(number), config);
            CompletableFuture<Outcome<Void>> joined = group.joined();
            var unused = joined.whenComplete((outcome, failure) -> room.release());
            joining.add(place.number() % 2 == 1 ? joining.size() : 0, group);
        }
        joining.forEach(this::add);
    }

    private Path list(int peer) {
        return place.directory().resolveSibling("groups-" + peer);
    }
}
