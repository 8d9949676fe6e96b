package dev.flotilla.peer.daemon;

import dev.flotilla.peer.community.DocumentCommand;
import dev.flotilla.peer.community.DocumentMachine;
import dev.flotilla.peer.community.Verdict;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.Ticket;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The communities of this peer, by the names that it gives them. One that cannot be opened is stopped, and hinders no
 * other. Thread-safe; changes wait for the disk.
 */
final class Communities {
    private static final int GENESIS_DIGITS_SHOWN = 8;
    private static final Logger LOG = LoggerFactory.getLogger(Communities.class);

    private final RaftNode node;
    private final CommunityNames names;
    private final IssuedTickets tickets;
    private final RaftConfig config;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Community> open = new TreeMap<>();
    private final Map<String, StoppedCommunity> stopped = new TreeMap<>();
    private final Map<String, Community> founding = new TreeMap<>(); // no name is in two of the three
    private final Set<GenesisId> forgetting = new HashSet<>();

    private Communities(RaftNode node, CommunityNames names, IssuedTickets tickets, RaftConfig config) {
        this.node = node;
        this.names = names;
        this.tickets = tickets;
        this.config = config;
    }

    /**
     * Opens every community that is on disk. One whose name was lost gets one from its genesis id; one that cannot be
     * opened is stopped.
     *
     * @throws IOException if the log itself fails, which is all communities' trouble
     */
    static Communities open(RaftNode node, CommunityNames names, RaftConfig config) throws IOException {
        names.endFoundings();
        Communities communities = new Communities(node, names, IssuedTickets.open(node), config);
        for (GenesisId genesis : node.groups()) {
            Optional<String> name = names.name(genesis);
            if (name.isEmpty()) {
                name = Optional.of("unnamed-" + genesis.toString().substring(0, GENESIS_DIGITS_SHOWN));
                names.put(name.get(), genesis);
                LOG.warn("a community on disk has no name, it is now called {} genesis={}", name.get(), genesis);
            }
            communities.reopen(name.get(), genesis);
        }
        for (String name : names.all().keySet()) {
            if (!communities.isTaken(name)) {
                LOG.warn("community {} is not on disk, its name is dropped", name);
                names.remove(name);
            }
        }
        return communities;
    }

    private synchronized void reopen(String name, GenesisId genesis) throws IOException {
        DocumentMachine machine = new DocumentMachine();
        try {
            open.put(name, community(name, node.open(genesis, machine, config), machine));
        } catch (IOException e) {
            node.groups(); // fails if the log does
            stop(StoppedCommunity.of(name, genesis, e));
        } catch (RuntimeException e) { // a newer feature level than this software knows, say
            LOG.debug("community {} does not start", name, e);
            stop(StoppedCommunity.of(name, genesis, e));
        }
    }

    private void stop(StoppedCommunity community) {
        stopped.put(community.name(), community);
        LOG.error("community {} does not start: {}; {}", community.name(), community.reason(), community.advice());
    }

    private Community community(String name, RaftGroup<Verdict> group, DocumentMachine machine) {
        group.listener(new CommunityLog(name, node.peerId()));
        return new Community(name, group, machine);
    }

    /** How large a patch may be, as JSON without blanks, to fit into an entry. */
    int patchBytesMax() {
        return config.entryBytesMax() - DocumentCommand.OVERHEAD_BYTES;
    }

    /** All that are open and complete, by name. */
    synchronized Collection<Community> all() {
        return List.copyOf(open.values());
    }

    /** All that are stopped, by name. */
    synchronized Collection<StoppedCommunity> allStopped() {
        return List.copyOf(stopped.values());
    }

    /** The stopped community of that name. */
    synchronized Optional<StoppedCommunity> stopped(String name) {
        return Optional.ofNullable(stopped.get(name));
    }

    private synchronized boolean isTaken(String name) {
        return open.containsKey(name) || stopped.containsKey(name) || founding.containsKey(name);
    }

    /**
     * The community of that name; the error is the same whether it exists elsewhere or nowhere.
     *
     * @throws CommandException if there is none, it is stopped, or it is not complete yet
     */
    synchronized Community get(String name) throws CommandException {
        Community community = open.get(name);
        if (community != null) {
            return community;
        }
        StoppedCommunity dead = stopped.get(name);
        if (dead != null) {
            throw dead.refusal();
        } else if (founding.containsKey(name)) {
            throw CommandException.failed(
                    "community '" + name + "' is being made and not complete yet; try again once the"
                            + " command that makes it has ended, or start the daemon again if none runs");
        }
        throw CommandException.failed(
                "no community '" + name + "' here; see what there is with: flotilla status, or join it with a ticket");
    }

    /**
     * A new community with this peer as its only voter. It gets its name when {@link #keep} is called, and is found by
     * nobody before; should the process end until then, nothing is left of it at the next start. Nor is anything if it
     * cannot be made.
     */
    synchronized Community create(String name) throws CommandException, IOException {
        if (isTaken(name)) {
            throw CommandException.failed("there is a community '" + name + "' here already; choose another name");
        }
        GenesisId genesis = GenesisId.draw(random);
        names.beginFounding(name, genesis);
        DocumentMachine machine = new DocumentMachine();
        try {
            Community community =
                    community(name, node.create(genesis, machine, config, GroupSettings.DEFAULT), machine);
            founding.put(name, community);
            return community;
        } catch (IOException | RuntimeException e) {
            takeBack(name, e);
            throw e;
        }
    }

    /** If that fails too, it is done at the next start, or when the name is to be used again. */
    private void takeBack(String name, Exception failure) {
        try {
            names.takeBackFounding(name);
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Gives a created community its name, on disk and for every command. */
    synchronized void keep(Community community) throws IOException {
        names.put(community.name(), community.group().genesis());
        names.endFounding(community.name());
        founding.remove(community.name());
        open.put(community.name(), community);
    }

    /** Removes a created community that was not kept. */
    void giveUp(Community community) throws CommandException, IOException {
        forget(founding, community.name(), community, community.group().genesis());
    }

    /** The community that {@code ticket} leads to, under {@code name}; an unfinished join goes on. */
    synchronized Community join(Ticket ticket, String name) throws CommandException, IOException {
        Optional<String> known = names.name(ticket.genesis());
        if (known.isPresent() && isTaken(known.get())) {
            return joinAgain(known.get(), name);
        }
        if (isTaken(name)) {
            throw CommandException.failed("there is another community '" + name
                    + "' here, with another genesis; name the new one: flotilla join TICKET --as NAME");
        }
        DocumentMachine machine = new DocumentMachine();
        names.put(name, ticket.genesis());
        try {
            Community community = community(name, node.join(ticket, machine, config), machine);
            open.put(name, community);
            return community;
        } catch (IOException | RuntimeException e) {
            names.remove(name);
            throw e;
        }
    }

    private Community joinAgain(String known, String name) throws CommandException {
        if (!known.equals(name)) {
            throw CommandException.failed("that community is here already, it is called '" + known + "'");
        }
        return get(known);
    }

    /**
     * Closes the community and removes all of it from this peer's disk. Should the process end amid, all of it is there at
     * the next start, or nothing is, and what else has its genesis id goes then: the log comes first, in one write.
     */
    void forget(Community community) throws CommandException, IOException {
        forget(open, community.name(), community, community.group().genesis());
    }

    /** The same for one that does not run. */
    void forget(StoppedCommunity community) throws CommandException, IOException {
        forget(stopped, community.name(), community, community.genesis());
    }

    /** Once only: another one of that genesis id may be here as soon as it is done. */
    private <C> void forget(Map<String, C> from, String name, C community, GenesisId genesis)
            throws CommandException, IOException {
        synchronized (this) {
            if (from.get(name) != community || !forgetting.add(genesis)) {
                throw CommandException.failed("another command has forgotten '" + name + "' or is about to");
            }
        }
        try {
            Answers.await(node.forget(genesis));
            tickets.forget(genesis);
            synchronized (this) {
                from.remove(name);
                names.remove(name);
                names.endFounding(name);
            }
        } finally {
            synchronized (this) {
                forgetting.remove(genesis);
            }
        }
    }

    /** What this peer issued for any of them. */
    IssuedTickets tickets() {
        return tickets;
    }

    /** Tells every watcher that there is no more to see, so that their commands end. */
    void endWatches() {
        new ArrayList<>(all()).forEach(community -> community.machine().feed().close());
    }
}
