package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import java.util.Comparator;
import java.util.Optional;

/**
 * Makes promotable learners of members that should not vote for now, one at a time; once they have caught up they are
 * promoted again.
 *
 * <p>A voter that is away too long keeps the others from surviving another loss, so the leader demotes it if the settings
 * ask for that and enough voters stay. Absence counts by the leader's own clock, from the last answer in its present term:
 * a new leader waits for the whole time anew, and so does one whose group was quiet. Leaders with other settings do no harm: what they start is agreed on as any
 * change is, and what one demotes another promotes.
 *
 * <p>A member that lacks what it has acknowledged to this leader was rolled back to an older copy of its data directory,
 * or its disk lied. Whoever started again says where its log ends before it takes a snapshot or a heartbeat's word
 * ({@link LogMatching}), and refuses entries that do not follow. It may have forgotten votes and committed entries, so it is
 * treated as one that lost its data: it has acknowledged nothing from then on, and learns before it votes again. Where the
 * others are no majority without it, it stays a voter, and counts for what it acknowledges anew.
 *
 * <p>Not noticed is a loss that entries or a snapshot make up for that were on their way already, before a request of the
 * next run of replication arrives: a refusal of before that may be older than the acknowledgement that it contradicts.
 */
final class Demotion {
    private final Group group;
    private final Membership membership;

    Demotion(Group group, Membership membership) {
        this.group = group;
        this.membership = membership;
    }

    /** Starts to demote one member if there is reason to and nothing against it. */
    void demote(Leadership leadership) {
        if (group.quiet || group.configuration().isJoint() || !group.isConfigurationCommitted()) {
            return;
        }
        for (Progress peer : leadership.all()) {
            if (peer.lostIndex() > 0) {
                demote(leadership, peer, "it lacks entries up to " + peer.lostIndex() + " that it acknowledged");
                return;
            }
        }
        longestAway(leadership)
                .ifPresent(peer -> demote(
                        leadership,
                        peer,
                        "away for " + (group.nowNanos - leadership.lastContactNanos(peer)) / 1_000_000_000 + " s"));
    }

    private Optional<Progress> longestAway(Leadership leadership) {
        Configuration present = group.configuration();
        if (group.config.demotionAfterNanos() == 0 || present.voters().size() <= group.config.demotionVotersMin()) {
            return Optional.empty();
        }
        return leadership.all().stream()
                .filter(peer -> present.isVoter(peer.peer, peer.storeId))
                .filter(peer -> group.nowNanos - leadership.lastContactNanos(peer) >= group.config.demotionAfterNanos())
                .min(Comparator.comparingLong(leadership::lastContactNanos));
    }

    private void demote(Leadership leadership, Progress peer, String reason) {
        Member member = group.configuration().member(peer.peer).orElseThrow();
        if (!member.votes()) {
            peer.forgiveLoss(); // it counts for nothing as it is
            return;
        }
        Member demoted = member.isWitness()
                ? Member.witness(peer.peer, peer.storeId, true)
                : Member.learner(peer.peer, peer.storeId, true);
        MembershipChange change = MembershipChange.put(demoted.withPriority(member.priority()));
        if (membership.onChange(leadership, Requester.NOBODY, change, 0)) {
            group.trace.demoted(peer.peer, reason);
            peer.forgiveLoss();
        }
    }
}
