package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The votes, or PreVotes, of the present campaign (paper §5.2, thesis §9.6), each from the data directory that it came
 * from: that of a member that lost its own counts for nothing.
 */
final class Votes {
    private Map<PeerId, StoreId> granted = Map.of();
    private Map<PeerId, StoreId> refused = Map.of();
    // What was asked last and how it was answered, until a leader is known; decides nothing.
    private @Nullable Campaign campaign;

    /** The campaign that came to nothing so far, for explanations; null if there was none since the last leader. */
    @Nullable
    Campaign campaign() {
        return campaign;
    }

    void begin(long term, boolean preVote) {
        campaign = Campaign.of(term, preVote);
    }

    /** There is a leader: nothing is left to explain. */
    void forget() {
        campaign = null;
    }

    void clear() {
        granted = Map.of();
        refused = Map.of();
    }

    void grant(PeerId voter, StoreId storeId) {
        granted = with(granted, voter, storeId);
        note(voter, Campaign.Answer.GRANTED);
    }

    void refuse(PeerId voter, StoreId storeId) {
        refused = with(refused, voter, storeId);
        note(voter, Campaign.Answer.REFUSED);
    }

    /** For explanations alone. */
    void note(PeerId voter, Campaign.Answer answer) {
        campaign = campaign == null ? null : campaign.with(voter, answer);
    }

    private static Map<PeerId, StoreId> with(Map<PeerId, StoreId> votes, PeerId voter, StoreId storeId) {
        Map<PeerId, StoreId> more = new TreeMap<>(votes);
        more.put(voter, storeId);
        return more;
    }

    /** Whether a quorum of {@code configuration} granted its votes. */
    boolean areQuorum(Configuration configuration) {
        return Quorum.reached(configuration, member -> isIn(granted, member));
    }

    /** Whether so many refused that no quorum can be had. */
    boolean areLost(Configuration configuration) {
        return Quorum.lost(configuration, member -> isIn(refused, member));
    }

    private static boolean isIn(Map<PeerId, StoreId> votes, Member member) {
        return member.storeId().equals(votes.get(member.peerId()));
    }
}
