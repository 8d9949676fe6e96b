package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;

/**
 * Members with software of different ages (design, version negotiation; {@link FeatureLevel}): the group's level rises
 * only to what all of them know, learners too, so that no member ever has to stop because of it, and nobody is asked for
 * what it would not understand.
 */
final class LevelRules {
    private final SimGroup group;
    private int levelBefore; // of the group, as the peer that steps knew it before

    LevelRules(SimGroup group) {
        this.group = group;
    }

    void stepping(SimPeer peer) {
        levelBefore = peer.configuration().featureLevel();
    }

    void emitted(SimPeer peer, Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            for (Entry entry : persist.entries()) {
                boolean isMade = peer.role() == Role.LEADER && entry.term() == peer.term();
                if (isMade && entry.kind() == Entry.Kind.CONFIGURATION) {
                    checkRise(peer, entry, group.decoded().configuration(entry));
                }
            }
        }
    }

    private void checkRise(SimPeer peer, Entry entry, Configuration next) {
        if (next.featureLevel() > levelBefore) {
            next.all()
                    .forEach(member -> Violation.unless(
                            group.life().peer(member.peerId()).featureLevel() >= next.featureLevel(),
                            "%s makes entry %s, which raises the group to feature level %d; %s knows %d",
                            peer.name(),
                            entry.id(),
                            next.featureLevel(),
                            Names.of(member.peerId()),
                            group.life().peer(member.peerId()).featureLevel()));
        }
    }

    /** What is asked of {@code to} it must be able to read. */
    static void checkSent(SimPeer from, SimPeer to, RaftMessage message) {
        if (message instanceof RaftMessage.Forward forward) {
            int needed = levelOf(forward.request());
            Violation.unless(
                    to.featureLevel() >= needed,
                    "%s asks %s, whose feature level is %d, for what needs %d: %s",
                    from.name(),
                    to.name(),
                    to.featureLevel(),
                    needed,
                    forward.request());
        }
    }

    private static int levelOf(Request request) {
        if (request instanceof Request.LeaseRead) {
            return FeatureLevel.LEASE_READS;
        } else if (request instanceof Request.ChangeMembers asked) {
            MembershipChange change = asked.change();
            return !change.revoke().isEmpty()
                    ? FeatureLevel.REVOKED_TICKETS
                    : change.namesPriorities()
                            ? FeatureLevel.PRIORITIES
                            : change.settings() != null ? FeatureLevel.LEASE_READS : FeatureLevel.FIRST;
        }
        return FeatureLevel.FIRST;
    }

    /** Whether {@code peer} may stop since its software is older than the group: only one that is no voter of it. */
    boolean mayStop(SimPeer peer) {
        Configuration agreed = group.watch().agreed();
        boolean votes = agreed != null
                && agreed.all().stream()
                        .anyMatch(member -> member.votes() && member.storeId().equals(peer.storeId()));
        return !votes && peer.featureLevel() < FeatureLevel.NEWEST;
    }
}
