package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who granted a peer its vote or PreVote, by term. Each grant stands for the data directory that it came from: what a peer
 * says from a new one, as whom it is no member, takes nothing back that it said from the former.
 */
final class Grants {
    private record Voter(PeerId peer, StoreId storeId) {}

    private final Map<Long, Set<Voter>> byTerm = new HashMap<>();

    void add(long term, PeerId voter, StoreId storeId) {
        byTerm.computeIfAbsent(term, each -> new HashSet<>()).add(new Voter(voter, storeId));
    }

    /** Whether those and {@code candidate} itself are a majority of the voters, in both lists of a joint configuration. */
    boolean areQuorum(long term, PeerId candidate, Configuration configuration) {
        Set<Voter> granted = byTerm.getOrDefault(term, Set.of());
        return isMajority(configuration.members(), granted, candidate)
                && (!configuration.isJoint() || isMajority(configuration.previous(), granted, candidate));
    }

    private static boolean isMajority(List<Member> members, Set<Voter> granted, PeerId candidate) {
        List<Member> voters = members.stream().filter(Member::votes).toList();
        long willing = voters.stream()
                .filter(member -> member.peerId().equals(candidate)
                        || granted.contains(new Voter(member.peerId(), member.storeId())))
                .count();
        return willing > voters.size() / 2;
    }
}
