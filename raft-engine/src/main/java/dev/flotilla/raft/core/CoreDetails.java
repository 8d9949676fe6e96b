package dev.flotilla.raft.core;

import dev.flotilla.transport.PeerId;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Explanation} needs to know of a {@link RaftCore} beside its {@link CoreStatus}.
 *
 * @param self this peer
 * @param electionTimeoutNanos who was not heard of for so long counts as absent
 * @param mayCampaign whether this peer may stand for election
 * @param lacksState whether it has what a witness has, but is meant to have a state
 * @param campaignDelayNanos how much longer it waits before it stands than a voter of the highest priority
 * @param campaign that came to nothing so far, null if there was none since a leader was known
 * @param office of a leader, else null
 */
public record CoreDetails(
        PeerId self,
        long electionTimeoutNanos,
        boolean mayCampaign,
        boolean lacksState,
        long campaignDelayNanos,
        @Nullable Campaign campaign,
        @Nullable Office office) {
    static CoreDetails of(Group group, ElectionTimer timer, Election election, Leading leading) {
        return new CoreDetails(
                group.self,
                group.config.electionTimeoutNanos(),
                election.mayCampaign(),
                group.lacksState(),
                timer.delayNanos(),
                election.campaign(),
                leading.details());
    }

    /**
     * What only a leader knows.
     *
     * @param firstIndex of its first entry: nothing is read or reconfigured before that is committed
     * @param promotionLagEntries who lags by no more may vote
     * @param transferTarget who is to lead next, null unless a transfer is under way
     * @param transferTold whether it was told to campaign
     * @param inFlightBytes of entries sent to each other member and not answered
     * @param snapshotIndexes where the snapshot ends that is on its way to a member
     * @param promotionRefusals why those that have caught up may not vote yet
     */
    public record Office(
            long firstIndex,
            long promotionLagEntries,
            @Nullable PeerId transferTarget,
            boolean transferTold,
            Map<PeerId, Long> inFlightBytes,
            Map<PeerId, Long> snapshotIndexes,
            Map<PeerId, String> promotionRefusals) {
        public Office {
            inFlightBytes = Collections.unmodifiableMap(new TreeMap<>(inFlightBytes));
            snapshotIndexes = Collections.unmodifiableMap(new TreeMap<>(snapshotIndexes));
            promotionRefusals = Collections.unmodifiableMap(new TreeMap<>(promotionRefusals));
        }

        static Office of(Group group, Leadership office, Transfer transfer, Membership membership) {
            Map<PeerId, Long> inFlight = new TreeMap<>();
            Map<PeerId, Long> snapshots = new TreeMap<>();
            for (Progress peer : office.all()) {
                inFlight.put(peer.peer, peer.inFlightBytes());
                if (peer.state() == MemberStatus.State.SNAPSHOT) {
                    snapshots.put(peer.peer, peer.snapshotIndex());
                }
            }
            return new Office(
                    office.firstIndex,
                    group.config.promotionLagEntries(),
                    transfer.target(),
                    transfer.isTold(),
                    inFlight,
                    snapshots,
                    membership.promotionRefusals(office));
        }
    }
}
