package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Member;
import dev.flotilla.transport.PeerId;
import java.util.Comparator;

/**
 * Who gives way to whom where several peers ask for PreVotes at one time, as all do that see their leader's process gone:
 * those of a higher priority go first, then comes an order that each peer works out alike and that differs from group to
 * group, so that one peer does not take over all groups of a node. It decides nothing but that: who disagrees about it
 * merely collides with others, as the paper has it (§5.2).
 */
final class Succession {
    private static final int GOLDEN = 0x9E3779B9; // spreads small differences over all bits

    private Succession() {}

    /** Whether {@code one} goes before {@code other}. */
    static boolean isBefore(Group group, PeerId one, PeerId other) {
        Comparator<PeerId> order = Comparator.<PeerId, Integer>comparing(
                        peer -> group.configuration()
                                .member(peer)
                                .map(Member::priority)
                                .orElse(0),
                        Comparator.reverseOrder())
                .thenComparing(peer -> place(group, peer))
                .thenComparing(Comparator.naturalOrder());
        return order.compare(one, other) < 0;
    }

    private static int place(Group group, PeerId peer) {
        int mixed = (group.genesis.hashCode() ^ peer.hashCode()) * GOLDEN;
        return (mixed ^ mixed >>> 15) * GOLDEN;
    }
}
