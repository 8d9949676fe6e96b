package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether a change of the members may start. What would leave the group without anybody to decide, or with a majority
 * that its leader does not hear now, is refused with the reason before anything is appended: a joint configuration that
 * cannot be committed cannot be left either (paper §6; RATIS-1912 is a group that stalled so).
 */
final class ChangeRules {
    private final Group group;

    ChangeRules(Group group) {
        this.group = group;
    }

    /** Whether it is too early for any change; empty if it is not. */
    Optional<Result> busy(Leadership leadership) {
        Configuration present = group.configuration();
        if (present.isJoint() || !group.isConfigurationCommitted()) {
            return refused(Result.Reason.BUSY, "another membership change is under way");
        }
        if (!leadership.hasCommittedInTerm()) {
            return refused(Result.Reason.BUSY, "the leader is new and has not committed an entry of its term yet");
        }
        return Optional.empty();
    }

    /**
     * Why the change to these must not be made, or that it was made already; empty if it can start.
     *
     * @param isMore whether something else than the members changes
     */
    Optional<Result> judge(Leadership leadership, List<Member> members, boolean isMore) {
        Configuration present = group.configuration();
        Optional<Result> busy = busy(leadership);
        if (busy.isPresent()) {
            return busy;
        }
        if (List.copyOf(present.members()).equals(members)) {
            return isMore ? Optional.empty() : Optional.of(new Result.Done());
        }
        return notAllowed(present, members)
                .or(() -> witnesses(present, members))
                .or(() -> newVoters(leadership, present, members))
                .or(() -> quorums(leadership, present, members));
    }

    /** Why these priorities cannot be agreed on. */
    static Optional<Result> priorities(Configuration present, List<Member> members, MembershipChange change) {
        Optional<Result> level = change.namesPriorities() ? levelForPriorities(present) : Optional.empty();
        if (level.isPresent()) {
            return level;
        }
        for (PeerId peer : change.priorities().keySet()) {
            if (members.stream().noneMatch(member -> member.peerId().equals(peer))) {
                return refused(Result.Reason.NOT_ALLOWED, peer + " is no member, so it has no priority");
            }
        }
        return members.stream()
                .filter(member -> member.isWitness() && member.priority() != 0)
                .findFirst()
                .flatMap(witness -> refused(
                        Result.Reason.NOT_ALLOWED,
                        witness.peerId() + " is a witness, which never leads, so it has no priority"));
    }

    /** An older leader would overlook settings, and say that all was done. */
    static Optional<Result> levelForSettings(Configuration present) {
        return present.featureLevel() >= FeatureLevel.LEASE_READS
                ? Optional.empty()
                : refused(
                        Result.Reason.NOT_ALLOWED,
                        "settings are taken at the leader alone until feature level " + FeatureLevel.LEASE_READS
                                + ", which some member does not know: the group is at level "
                                + present.featureLevel());
    }

    /** Why there can be no priorities at all yet: some member would drop them. */
    static Optional<Result> levelForPriorities(Configuration present) {
        return present.featureLevel() >= FeatureLevel.PRIORITIES
                ? Optional.empty()
                : refused(
                        Result.Reason.NOT_ALLOWED,
                        "priorities wait for feature level " + FeatureLevel.PRIORITIES
                                + ", which some member does not know: the group is at level " + present.featureLevel());
    }

    /** What must never be, whoever can be heard. */
    private static Optional<Result> notAllowed(Configuration present, List<Member> members) {
        Optional<Member> formerly = members.stream()
                .filter(member -> present.removed().stream().anyMatch(former -> isSameStore(former, member)))
                .findFirst();
        if (formerly.isPresent()) { // it was told to go, or will be, and that is for good
            return refused(
                    Result.Reason.NOT_ALLOWED,
                    formerly.get().peerId() + " was removed: it must forget the group and join anew");
        }
        if (members.stream().noneMatch(Member::isVoter)) {
            return refused(
                    Result.Reason.NOT_ALLOWED, "the last voter cannot go: nobody would be left to decide anything");
        }
        if (members.size() > Configuration.MEMBERS_MAX) {
            return refused(Result.Reason.NOT_ALLOWED, "a group has at most " + Configuration.MEMBERS_MAX + " members");
        }
        return Optional.empty();
    }

    /**
     * There is a voter in every majority, so witnesses are never more than voters; those that have still to catch up are
     * counted, as they will be let vote without anybody's asking. And nobody becomes a witness or stops to be one: its log
     * has entries without commands, which must never be led with.
     */
    private static Optional<Result> witnesses(Configuration present, List<Member> members) {
        long witnesses = members.stream().filter(Member::isWitness).count();
        long voters = members.stream().filter(Member::isVoter).count();
        if (witnesses > voters) {
            return refused(
                    Result.Reason.NOT_ALLOWED,
                    witnesses + " witnesses for " + voters + " voters are too many: a majority of witnesses alone could"
                            + " agree on what nobody has");
        }
        for (Member member : members) {
            boolean isOther = present.members().stream()
                    .anyMatch(each -> isSameStore(each, member) && each.isWitness() != member.isWitness());
            if (isOther) {
                return refused(
                        Result.Reason.NOT_ALLOWED,
                        "a witness keeps no commands, so " + member.peerId() + " cannot become "
                                + (member.isWitness() ? "one" : "anything else")
                                + ": remove it, and let it forget the group and join anew");
            }
        }
        return Optional.empty();
    }

    /**
     * Nobody votes before it has caught up (thesis §4.2.1): a majority of empty logs, let in at once, would commit nothing
     * until they are full. So newcomers come in as learners, any number at once, and become voters later, any number at
     * once.
     */
    private Optional<Result> newVoters(Leadership leadership, Configuration present, List<Member> members) {
        for (Member member : members) {
            Optional<Member> before = present.members().stream()
                    .filter(each -> isSameStore(each, member))
                    .findFirst();
            boolean isNewVoter = member.votes() && before.filter(Member::votes).isEmpty();
            if (isNewVoter && before.isEmpty()) {
                return refused(
                        Result.Reason.NOT_ALLOWED,
                        member.peerId() + " is no member yet: let it in as a promotable "
                                + (member.isWitness() ? "witness, which counts" : "learner, which becomes a voter")
                                + " once it has caught up");
            }
            if (isNewVoter && !leadership.hasCaughtUp(member)) {
                return refused(
                        Result.Reason.BUSY,
                        member.peerId() + " cannot vote before it has caught up: it has "
                                + leadership.matchIndex(member) + " of " + group.log.lastIndex() + " entries");
            }
        }
        return Optional.empty();
    }

    /** Both lists of the joint configuration must agree on it, and the new one must go on alone after that. */
    private static Optional<Result> quorums(Leadership leadership, Configuration present, List<Member> members) {
        List<Member> goneForGood = present.members().stream()
                .filter(member -> members.stream()
                        .anyMatch(each -> each.peerId().equals(member.peerId()) && !isSameStore(each, member)))
                .toList(); // its owner says so itself: it speaks with another data directory
        return quorum(leadership, present.members(), goneForGood, "present")
                .or(() -> quorum(leadership, members, List.of(), "future"));
    }

    private static Optional<Result> quorum(
            Leadership leadership, List<Member> members, List<Member> goneForGood, String which) {
        boolean isHeard = Quorum.reached(
                Configuration.of(members), member -> !goneForGood.contains(member) && leadership.hears(member));
        if (isHeard) {
            return Optional.empty();
        }
        List<Member> voters = members.stream().filter(Member::votes).toList();
        List<Member> missing = voters.stream()
                .filter(member -> goneForGood.contains(member) || !leadership.hears(member))
                .toList();
        return refused(
                Result.Reason.BUSY,
                "the change would cost the quorum: of the " + voters.size() + " " + which + " voters this leader hears "
                        + (voters.size() - missing.size()) + ", without " + names(missing));
    }

    private static String names(List<Member> members) {
        return members.stream().map(member -> member.peerId().toString()).collect(Collectors.joining(", "));
    }

    private static boolean isSameStore(Member one, Member other) {
        return one.peerId().equals(other.peerId()) && one.storeId().equals(other.storeId());
    }

    private static Optional<Result> refused(Result.Reason reason, String detail) {
        return Optional.of(new Result.Refused(reason, detail));
    }
}
