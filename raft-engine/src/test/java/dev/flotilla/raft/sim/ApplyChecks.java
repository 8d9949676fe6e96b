package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RequestId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What state machines may be given: state machine safety (paper §5.4.3), and each request once. */
final class ApplyChecks {
    private final Facts facts;
    private final List<@Nullable Long> chains = new ArrayList<>(); // the state after each applied entry, index 1 first
    private final Map<RequestId, Long> appliedRequests = new HashMap<>();
    private final Set<RequestId> lost = new HashSet<>();

    ApplyChecks(Facts facts) {
        this.facts = facts;
    }

    void onApplied(SimPeer peer, Entry entry, @Nullable Command command) {
        if (!facts.isCommitted(entry.id()) && entry.index() <= facts.keptIndex()) {
            throw Violation.of("%s applies %s, which is not committed", peer.name(), entry.id());
        }
        if (command != null) {
            if (lost.contains(command.request()) && !facts.isBroken()) {
                throw Violation.of("%s applied after it was lost", command.request());
            }
            Long index = appliedRequests.putIfAbsent(command.request(), entry.index());
            if (index != null && index != entry.index() && !facts.isBroken()) {
                throw Violation.of("%s applied at %d and at %d", command.request(), entry.index(), index);
            }
        }
        if (!peer.machine().isHollow()) {
            onState(peer, entry.index(), peer.machine().chain());
        }
    }

    void onRestored(SimPeer peer, SimMachine.State state) {
        if (!state.isHollow()) {
            onState(peer, state.meta().index(), state.chain());
        }
    }

    private void onState(SimPeer peer, long index, long chain) {
        while (chains.size() < index) {
            chains.add(null);
        }
        Long known = chains.set((int) index - 1, chain);
        if (known != null && known != chain && index <= facts.keptIndex()) {
            throw Violation.of("the state of %s after %d is another", peer.name(), index);
        }
    }

    /** A request of which its origin knows that it is superseded is applied nowhere. */
    void onLost(RequestId request) {
        if (facts.isBroken()) {
            return; // another one may have been agreed on in its place, and again
        }
        Violation.unless(!appliedRequests.containsKey(request), "%s is superseded, but was applied", request);
        lost.add(request);
    }

    /** The index at which {@code request} was applied; null if it was not. */
    @Nullable
    Long appliedAt(RequestId request) {
        return appliedRequests.get(request);
    }
}
