package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.PeerId;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The peers that one group wants connections to: all members, and the contacts of the ticket until this peer is one.
 * Nobody any more a while after this peer has left. Belongs to the group's loop.
 */
final class Neighbours {
    private final NodeContext node;
    private final GenesisId genesis;
    private final @Nullable Ticket ticket;
    private final long leaveDelayNanos;
    private Set<PeerId> wanted = Set.of();
    private volatile boolean left; // written on the loop
    private long disconnectNanos = Alarm.NEVER; // when the connections of a group that was left are given up

    /**
     * Nobody yet.
     *
     * @param leaveDelayNanos how long what was said last may take to go out
     */
    Neighbours(NodeContext node, GenesisId genesis, @Nullable Ticket ticket, boolean left, long leaveDelayNanos) {
        this.node = node;
        this.genesis = genesis;
        this.ticket = ticket;
        this.left = left;
        this.leaveDelayNanos = leaveDelayNanos;
    }

    /** Whether this peer is out of the group. Any thread. */
    boolean hasLeft() {
        return left;
    }

    boolean includes(PeerId peer) {
        return wanted.contains(peer);
    }

    /** Wants what {@code configuration} asks for; {@code connected} is told who of those that are new is there already. */
    void update(Configuration configuration, Consumer<PeerId> connected) {
        if (left) {
            return;
        }
        Set<PeerId> before = wanted;
        Set<PeerId> now = peers(configuration);
        if (!now.equals(before)) {
            wanted = Set.copyOf(now);
            node.links().want(genesis, wanted);
            for (PeerId peer : wanted) {
                if (!before.contains(peer) && node.links().isConnected(peer)) {
                    connected.accept(peer);
                }
            }
        }
    }

    private Set<PeerId> peers(Configuration configuration) {
        Set<PeerId> peers = new HashSet<>();
        configuration.all().forEach(member -> peers.add(member.peerId()));
        if (ticket != null && !configuration.contains(node.self(), node.storeId())) {
            ticket.contacts().forEach(contact -> peers.add(contact.peerId()));
        }
        peers.remove(node.self());
        return peers;
    }

    /** This peer is no member any longer; what it has said last may still go out. */
    void leave() {
        left = true;
        disconnectNanos = node.nowNanos() + leaveDelayNanos;
    }

    /** The group stops. */
    void stop() {
        node.links().want(genesis, Set.of());
    }

    long nextTickNanos() {
        return disconnectNanos;
    }

    void tick(long nowNanos) {
        if (disconnectNanos <= nowNanos) {
            disconnectNanos = Alarm.NEVER;
            node.links().want(genesis, Set.of());
        }
    }
}
