package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Configuration.SpentTicket;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Changes of the members, one at a time, each by joint consensus (paper §6): an entry with the old and the new list,
 * then one with the new list alone, each in force once appended. A change of settings alone, of the feature level, or of the tickets that are revoked, is
 * one entry that is not joint: joint consensus keeps two disjoint majorities from deciding on their own, and as long as the
 * voters stay the same any two majorities overlap (thesis §4.1). The rules on when a change may begin are the same. Also lets newcomers in by ticket, and makes promotable
 * learners voters once they have caught up (thesis §4.2.1).
 */
final class Membership {
    private final Group group;
    private final ChangeRules rules;
    private final Tickets tickets;
    private final FeatureLevels levels;
    // Who waits for the change that is under way.
    private Requester requester = Requester.NOBODY;

    Membership(Group group, FeatureLevels levels) {
        this.group = group;
        this.rules = new ChangeRules(group);
        this.tickets = new Tickets(group);
        this.levels = levels;
    }

    /** Starts a change, or answers why not. Says whether an entry was appended. */
    boolean onChange(Leadership leadership, Requester asking, MembershipChange change, long nowMillis) {
        return start(leadership, asking, change, new Spending(change.revoke(), nowMillis));
    }

    /**
     * Lets a newcomer in as a learner, on a member's ticket, whose issuer and expiry are judged here and now. A member that
     * comes with another data directory has lost its own, which the new one takes the place of.
     */
    boolean onJoin(Leadership leadership, Requester asking, Request.Join join, long nowMillis) {
        if (group.configuration().contains(join.newcomer(), join.storeId())) {
            answerMember(asking);
            return false;
        }
        String refusal = tickets.refusal(join, nowMillis);
        if (refusal != null) {
            asking.answer(group, new Result.Refused(Result.Reason.NOT_ALLOWED, refusal));
            return false;
        }
        Ticket ticket = join.ticket();
        Optional<Member> before = group.configuration().member(join.newcomer()); // that lost its data
        Member learner =
                newcomer(join).withPriority(before.map(Member::priority).orElse(0));
        SpentTicket spent = SpentTicket.by(join.newcomer(), ticket.nonce(), ticket.expiresAtMillis());
        return start(leadership, asking, MembershipChange.put(learner), new Spending(List.of(spent), nowMillis));
    }

    /** What a newcomer starts as: nobody counts before it has caught up. */
    private static Member newcomer(Request.Join join) {
        return switch (join.ticket().role()) {
            case VOTER -> Member.learner(join.newcomer(), join.storeId(), true);
            case LEARNER -> Member.learner(join.newcomer(), join.storeId(), false);
            case WITNESS -> Member.witness(join.newcomer(), join.storeId(), true);
        };
    }

    private void answerMember(Requester asking) {
        asking.answer(
                group,
                group.isConfigurationCommitted()
                        ? new Result.Done()
                        : new Result.Refused(Result.Reason.BUSY, "the peer is being let in"));
    }

    /** Tickets that are good for nobody, or nobody else, from now on. */
    private record Spending(List<SpentTicket> tickets, long nowMillis) {
        static final Spending NOTHING = new Spending(List.of(), 0);
    }

    private boolean start(Leadership leadership, Requester asking, MembershipChange change, Spending spending) {
        Configuration present = group.configuration();
        List<Member> members = apply(present.members(), change);
        GroupSettings settings = change.settings() == null ? present.settings() : change.settings();
        List<SpentTicket> spent = Tickets.after(present, spending.tickets(), spending.nowMillis());
        boolean isMore = !spent.equals(present.spentTickets()) || !settings.equals(present.settings());
        Optional<Result> verdict = ChangeRules.priorities(present, members, change)
                .or(() -> rules.busy(leadership))
                .or(() -> tickets.judge(change.revoke()))
                .or(() -> rules.judge(leadership, members, isMore));
        if (verdict.isPresent()) {
            asking.answer(group, verdict.get());
            return false;
        }
        if (spent.size() > Configuration.SPENT_TICKETS_MAX) {
            asking.answer(
                    group,
                    new Result.Refused(
                            Result.Reason.BUSY,
                            spent.size() - 1 + " used or revoked tickets have not expired yet; that is the limit"));
            return false;
        }
        requester = asking;
        boolean isJoint = !List.copyOf(present.members()).equals(members);
        append(
                present.withMembers(members, isJoint ? present.members() : List.of(), spent, removed(present, members))
                        .withSettings(settings),
                leadership);
        return true;
    }

    private static List<Member> apply(List<Member> members, MembershipChange change) {
        TreeMap<PeerId, Member> byPeer = new TreeMap<>();
        members.forEach(member -> byPeer.put(member.peerId(), member));
        change.remove().forEach(byPeer::remove);
        change.put().forEach(member -> byPeer.put(member.peerId(), member));
        change.priorities()
                .forEach((peer, priority) ->
                        byPeer.computeIfPresent(peer, (same, member) -> member.withPriority(priority)));
        return List.copyOf(byPeer.values());
    }

    /** Former members, the newest last; who comes back is none. */
    private static List<Member> removed(Configuration present, List<Member> members) {
        List<Member> removed = new ArrayList<>(present.removed());
        for (Member member : present.members()) {
            if (members.stream().noneMatch(each -> each.peerId().equals(member.peerId()))) {
                removed.add(member);
            }
        }
        removed.removeIf(
                former -> members.stream().anyMatch(each -> each.peerId().equals(former.peerId())));
        int surplus = Math.max(0, removed.size() - Configuration.REMOVED_MAX);
        return removed.subList(surplus, removed.size());
    }

    private void append(Configuration configuration, Leadership leadership) {
        EntryId id = new EntryId(group.term(), group.log.lastIndex() + 1);
        group.append(new Entry(id, Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration)));
        leadership.follow(group.configuration());
    }

    /**
     * Goes on with a change once the configuration in force is committed: leaves the joint one, or ends the change. Says
     * whether an entry was appended.
     */
    boolean onCommit(Leadership leadership) {
        if (!group.isConfigurationCommitted()) {
            return false;
        }
        Configuration present = group.configuration();
        if (!present.isJoint()) {
            requester.answer(group, new Result.Done());
            requester = Requester.NOBODY;
            return false;
        }
        if (!leadership.hasCommittedInTerm()) {
            return false;
        }
        append(
                present.withMembers(present.members(), List.of(), present.spentTickets(), present.removed()),
                leadership);
        return true;
    }

    /** Makes one promotable learner that has caught up a voter, or has a witness count. Says whether an entry was appended. */
    boolean promote(Leadership leadership) {
        if (!isSettled(leadership)) {
            return false;
        }
        for (Member member : group.configuration().members()) {
            if (member.promotable() && leadership.hasCaughtUp(member)) {
                if (start(leadership, Requester.NOBODY, MembershipChange.put(promoted(member)), Spending.NOTHING)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Member promoted(Member member) {
        Member promoted = member.isWitness()
                ? Member.witness(member.peerId(), member.storeId(), false)
                : Member.voter(member.peerId(), member.storeId());
        return promoted.withPriority(member.priority());
    }

    /** Why those that have caught up are not promoted all the same. */
    Map<PeerId, String> promotionRefusals(Leadership leadership) {
        Map<PeerId, String> refusals = new TreeMap<>();
        Configuration present = group.configuration();
        for (Member member : present.members()) {
            if (member.promotable() && leadership.hasCaughtUp(member)) {
                List<Member> members = apply(present.members(), MembershipChange.put(promoted(member)));
                Optional<Result> verdict = rules.judge(leadership, members, false);
                if (verdict.isPresent() && verdict.get() instanceof Result.Refused refused) {
                    refusals.put(member.peerId(), refused.detail());
                }
            }
        }
        return refusals;
    }

    /** Whether the next change may begin. */
    private boolean isSettled(Leadership leadership) {
        return !group.configuration().isJoint() && group.isConfigurationCommitted() && leadership.hasCommittedInTerm();
    }

    /** Raises the group's feature level once all members know a newer one. Says whether an entry was appended. */
    boolean raiseFeatureLevel(Leadership leadership) {
        int level = isSettled(leadership) ? levels.next(leadership) : 0;
        if (level > 0) {
            append(group.configuration().withFeatureLevel(level), leadership);
        }
        return level > 0;
    }

    /** This peer leads no more; the change goes on under the next leader, or does not. */
    void abandon() {
        requester.answer(
                group,
                new Result.Refused(
                        Result.Reason.UNDECIDED,
                        "the leader stepped down; whether the change is made is not decided yet"));
        requester = Requester.NOBODY;
    }
}
