package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * What must hold after every step of any peer (paper figure 3 and what the design adds), from outside: what is believed
 * is what was emitted, sent and is on the disks, never what a core says about itself, but for its role and commit index.
 */
final class Invariants {
    private final Facts facts;
    private final LogChecks logs;
    private final CommitChecks commits;
    private final SendChecks sends;
    private final ApplyChecks applies;

    Invariants(Facts.Disks disks, DecodedEntries decoded) {
        facts = new Facts(disks, decoded);
        logs = new LogChecks(facts);
        commits = new CommitChecks(facts);
        sends = new SendChecks(facts);
        applies = new ApplyChecks(facts);
    }

    void founded(Entry founding) {
        facts.founded(founding);
    }

    void started(SimPeer peer) {
        commits.started(peer);
    }

    /** {@code peer} became the leader of {@code term}, in the midst of a step. */
    void onLeader(SimPeer peer, long term) {
        commits.onLeader(peer, term);
    }

    /** It is about to write; {@code leads} tells whether it leads, and did before the step. */
    void onPersist(SimPeer peer, Effect.Persist persist, boolean leads) {
        if (leads) {
            logs.onLeaderPersist(peer, persist.entries());
        }
        logs.onPersist(peer, persist);
    }

    /** A step is over, in which {@code peer} won the election of {@code wonTerm}, unless that is 0. */
    void onStepped(SimPeer peer, long wonTerm) {
        if (wonTerm > 0) {
            commits.onElected(peer, wonTerm);
        }
        commits.onStepped(peer);
        logs.onStepped();
    }

    void onSend(SimPeer peer, PeerId to, RaftMessage message) {
        sends.onSend(peer, to, message);
    }

    void onApplied(SimPeer peer, Entry entry, @Nullable Command command) {
        applies.onApplied(peer, entry, command);
    }

    void onRestored(SimPeer peer, SimMachine.State state) {
        applies.onRestored(peer, state);
    }

    /** A client was told that its request was refused. */
    void onRefused(RequestId request) {
        logs.onRefused(request);
    }

    /** A client was told that its request will never be applied. */
    void onLost(RequestId request) {
        applies.onLost(request);
    }

    /** The index at which {@code request} was applied; null if it was not. */
    @Nullable
    Long appliedAt(RequestId request) {
        return applies.appliedAt(request);
    }

    /** How often a leader was elected without something committed, since a promise was broken. */
    long lostEntries() {
        return commits.lost();
    }

    Facts facts() {
        return facts;
    }

    /** A promise was broken: see {@link Promises}. */
    boolean isBroken() {
        return facts.isBroken();
    }

    /** Up to where the members agree for good; {@link Long#MAX_VALUE} unless a promise was broken. */
    long keptIndex() {
        return facts.keptIndex();
    }

    /** The highest index that any peer ever knew to be committed. */
    long commitIndex() {
        return facts.committed.size();
    }
}
