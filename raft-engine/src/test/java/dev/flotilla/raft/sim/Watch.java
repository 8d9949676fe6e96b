package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at every step of one group: has it checked, counts what is rare, and remembers the agreed configuration. */
final class Watch {
    private static final int MANY = 6;

    private final SimGroup group;
    private final Environment environment;
    private final Tally tally;
    private final Invariants invariants;

    private @Nullable Configuration agreed; // the newest that was applied anywhere
    private long agreedIndex;

    // What the step that is under way changed.
    private Role roleBefore = Role.FOLLOWER;
    private long wonTerm; // 0 if no election was won
    private boolean leadershipEnded;

    Watch(SimGroup group) {
        this.group = group;
        this.environment = group.environment();
        this.tally = environment.tally();
        this.invariants = group.invariants();
    }

    /** The newest configuration that any peer applied; null before the first. */
    @Nullable
    Configuration agreed() {
        return agreed;
    }

    // ---- steps ----

    void stepping(SimPeer peer) {
        roleBefore = peer.role();
        wonTerm = 0;
        leadershipEnded = false;
    }

    void roleChanged(SimPeer peer, Role role, long term, @Nullable PeerId leader) {
        group.note(() -> peer.name() + " is " + role + " term=" + term + " leader=" + MessageText.name(leader));
        if (role == Role.FOLLOWER && peer.role() == Role.CANDIDATE && term == peer.term() && leader == null) {
            tally.count(Occurrence.ELECTION_WITHOUT_WINNER);
        }
        if (role == Role.LEADER && peer.role() != Role.LEADER) {
            invariants.onLeader(peer, term);
            wonTerm = term;
            tally.count(Occurrence.ELECTION_WON);
            if (peer.featureLevel() < FeatureLevel.NEWEST) {
                tally.count(Occurrence.OLD_SOFTWARE_LEADS);
            }
            if (isContradicted(peer)) {
                tally.count(Occurrence.ELECTION_WON_LOGS_DIVERGED);
            }
        } else if (role != Role.LEADER && peer.role() == Role.LEADER) {
            leadershipEnded = true;
            tally.count(Occurrence.LEADER_STEPPED_DOWN);
        }
    }

    /** Whether somebody who runs has entries that the winner does not have, and will lose them. */
    private boolean isContradicted(SimPeer winner) {
        for (SimPeer other : group.life().peers()) {
            EntryId last = other.log().last();
            if (other.isUp()
                    && last.index() > winner.log().base().index()
                    && !winner.log().contains(last)) {
                return true;
            }
        }
        return false;
    }

    void damaged(SimPeer peer, List<DamagedEntry> entries) {
        group.note(() -> peer.name() + " has damaged entries "
                + entries.stream().map(DamagedEntry::id).toList());
        if (!peer.disk().isDamaged()) {
            tally.count(Occurrence.HOLLOW_ENTRIES_LACKING);
            return;
        }
        tally.count(Occurrence.LOG_DAMAGED);
        if (peer.isUp()) {
            tally.count(Occurrence.LOG_DAMAGE_FOUND_RUNNING);
        }
    }

    void emitted(SimPeer peer, Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            group.note(() -> peer.name() + " persists " + persist.number() + " " + text(persist));
            if (!persist.putBack().isEmpty()) {
                boolean wereHollow = persist.putBack().stream()
                        .anyMatch(entry -> !entry.isHollow()
                                && peer.log().entry(entry.index()).isHollow());
                tally.count(wereHollow ? Occurrence.HOLLOW_ENTRIES_RETURNED : Occurrence.LOG_REPAIRED_FROM_PEERS);
            }
            onPersist(peer, persist);
        } else if (effect instanceof Effect.InstallSnapshot install) {
            group.note(() -> peer.name() + " installs " + install.number() + " "
                    + install.snapshot().lastIncluded() + (install.keepLog() ? " keeping the log" : ""));
            tally.count(install.keepLog() ? Occurrence.SNAPSHOT_INSTALLED_LOG_KEPT : Occurrence.SNAPSHOT_INSTALLED);
        } else if (effect instanceof Effect.TakeSnapshot) {
            environment.note(() -> peer.name() + " takes a snapshot in place of damaged entries");
            tally.count(Occurrence.LOG_DAMAGE_IN_STATE);
        } else if (effect instanceof Effect.SendEarly) {
            tally.count(Occurrence.WINDOW_SENT_EARLY);
        } else if (effect instanceof Effect.LoadEntries) {
            tally.count(Occurrence.ENTRIES_LOADED);
        } else if (effect instanceof Effect.Compact) {
            tally.count(Occurrence.LOG_COMPACTED);
        } else if (effect instanceof Effect.Watch watch) {
            group.note(() -> peer.name() + (watch.incarnations().isEmpty() ? " wakes" : " falls silent"));
            tally.count(watch.incarnations().isEmpty() ? Occurrence.GROUP_WOKEN : Occurrence.GROUP_QUIET);
        } else if (effect instanceof Effect.LeftGroup) {
            tally.count(Occurrence.LEFT_GROUP);
        }
    }

    private static String text(Effect.Persist persist) {
        return "term=" + persist.hardState().term() + " vote="
                + MessageText.name(persist.hardState().votedFor()) + " " + MessageText.entries(persist.entries())
                + (persist.putBack().isEmpty() ? "" : " puts back " + MessageText.entries(persist.putBack()));
    }

    private void onPersist(SimPeer peer, Effect.Persist persist) {
        if (!persist.entries().isEmpty()
                && persist.entries().get(0).index() <= peer.log().lastIndex()) {
            tally.count(Occurrence.CONFLICT_TRUNCATED);
        }
        invariants.onPersist(peer, persist, roleBefore == Role.LEADER && !leadershipEnded);
    }

    void stepped(SimPeer peer, Input input, List<Effect> effects) {
        tally.count(Occurrence.STEP);
        boolean isFetched =
                input instanceof Input.Received received && received.message() instanceof RaftMessage.EntriesFetched;
        boolean isPutBack = effects.stream()
                .anyMatch(effect -> effect instanceof Effect.Persist persist
                        && !persist.putBack().isEmpty());
        if (isFetched && isPutBack) {
            tally.count(Occurrence.LOG_REPAIRED_WITHOUT_LEADER);
        }
        long committed = invariants.commitIndex();
        invariants.onStepped(peer, wonTerm);
        boolean isCommitted = invariants.commitIndex() > committed;
        if (isCommitted && peer.role() == Role.LEADER && peer.configuration().isJoint()) {
            tally.count(Occurrence.COMMITTED_BY_JOINT_QUORUM);
        }
        if (isCommitted && peer.configuration().voters().size() >= MANY) {
            tally.count(Occurrence.COMMITTED_BY_MANY);
        }
    }

    /** Its process is about to crash; of its writes under way the first {@code surviving} will be on its disk. */
    void crashing(SimPeer peer, int surviving) {
        if (surviving < peer.disk().pendingWrites()) {
            tally.count(Occurrence.CRASH_LOST_WRITES);
        }
        if (surviving > 0) {
            tally.count(Occurrence.CRASH_KEPT_UNTOLD_WRITES);
        }
        if (peer.role() == Role.LEADER && peer.disk().pendingWrites() > 0) {
            tally.count(Occurrence.LEADER_CRASHED_BEFORE_DURABLE);
        }
        if (peer.role() == Role.LEADER && peer.configuration().isJoint()) {
            tally.count(Occurrence.JOINT_LEADER_CRASHED);
        }
    }

    // ---- what is agreed ----

    void applied(SimPeer peer, Entry entry) {
        if (entry.kind() == Entry.Kind.CONFIGURATION && entry.index() > agreedIndex) {
            agreedIndex = entry.index();
            Configuration next = group.decoded().configuration(entry);
            group.note(() -> "agreed: " + entry.id() + " " + MessageText.of(next));
            count(agreed == null ? next : agreed, next);
            agreed = next;
        }
    }

    private void count(Configuration before, Configuration next) {
        if (next.isJoint()) {
            tally.count(Occurrence.JOINT_CONFIGURATION);
        }
        if (next.featureLevel() > before.featureLevel()) {
            tally.count(Occurrence.LEVEL_RAISED);
        }
        if (!next.settings().equals(before.settings())) {
            tally.count(Occurrence.LEASE_CHANGED);
        }
        for (Member member : next.members()) {
            Optional<Member> previously = before.member(member.peerId());
            if (previously.isPresent() && !previously.get().storeId().equals(member.storeId())) {
                tally.count(Occurrence.STORE_REPLACED);
            }
        }
        for (Member member : before.members()) {
            int later = next.member(member.peerId()).map(Member::priority).orElse(member.priority());
            if (later != member.priority()) {
                tally.count(Occurrence.PRIORITY_CHANGED);
            }
        }
        for (Member member : next.previous()) {
            Optional<Member> later = next.members().stream()
                    .filter(each -> each.peerId().equals(member.peerId()))
                    .findFirst();
            if (later.isEmpty() && group.life().peer(member.peerId()).role() == Role.LEADER) {
                tally.count(Occurrence.LEADER_REMOVED);
            } else if (later.isPresent()
                    && later.get().isWitness()
                    && later.get().votes()
                    && !member.votes()) {
                tally.count(Occurrence.WITNESS_COUNTS);
            } else if (later.isPresent() && later.get().isVoter() && !member.isVoter()) {
                tally.count(Occurrence.LEARNER_PROMOTED);
            }
        }
    }
}
