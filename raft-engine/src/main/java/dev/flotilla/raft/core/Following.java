package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RaftMessage.AppendAccepted;
import dev.flotilla.raft.message.RaftMessage.AppendEntries;
import dev.flotilla.raft.message.RaftMessage.AppendRejected;
import dev.flotilla.raft.message.RaftMessage.Heartbeat;
import dev.flotilla.raft.message.RaftMessage.HeartbeatReply;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshot;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshotReply;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.SnapshotProgress;
import dev.flotilla.transport.PeerId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a peer follows its leader: takes entries, commit indexes and snapshots (paper figure 2 and figure 13). */
final class Following {
    // Of answers to an older term: they prove nothing but that a newer one exists. If their receiver should lead that
    // one,
    // the run of the request would mean another there.
    static final long NO_RUN = 0;

    /** A snapshot on its way, and who offered it last: told of its end. */
    private record Fetching(SnapshotMeta snapshot, PeerId leader, long term, long run) {}

    private final Group group;
    private final Repair repair;
    private final Election election;
    private final LogMatching matching;
    private @Nullable Fetching fetching;

    Following(Group group, Repair repair, Election election) {
        this.group = group;
        this.repair = repair;
        this.election = election;
        this.matching = new LogMatching(group);
    }

    /** Paper figure 2, AppendEntries, receiver. */
    void onAppendEntries(PeerId from, AppendEntries request) {
        if (request.term() < group.term()) { // so that a leader of old learns of the newer term
            group.send(
                    from,
                    new AppendRejected(group.term(), NO_RUN, request.prev().index(), EntryId.NONE));
            return;
        }
        election.followLeader(from, request.term());
        matching.requireNoConflict(from, request);
        if (!isPrevHere(request.prev())) {
            EntryId hint = group.log.newestNotAfter(
                    request.prev().index(), request.prev().term());
            group.send(
                    from,
                    new AppendRejected(
                            group.term(), request.run(), request.prev().index(), hint));
            return;
        }
        if (isBehindDamage(request.prev())) {
            tellOfDamage(from, request.run(), request.prev().index());
            return;
        }
        request.entries().forEach(this::take);
        matching.proven(from, request.lastIndex());
        group.commitment.advanceCommitIndex(
                Math.max(group.commitIndex(), Math.min(request.commitIndex(), request.lastIndex())));
        if (lacksSomeOf(request)) {
            onLacking(from, request);
        } else {
            group.send(from, new AppendAccepted(group.term(), request.run(), request.lastIndex()));
        }
    }

    private boolean lacksSomeOf(AppendEntries request) {
        return group.lacksState() || request.lastIndex() > group.damage.wholeIndex();
    }

    /**
     * A configuration that came says that this peer lacks what was none of its business before ({@link Hollow}). Nothing
     * that it could say is true, or helps, if it has no state.
     */
    private void onLacking(PeerId leader, AppendEntries request) {
        if (!group.lacksState()) {
            tellOfDamage(leader, request.run(), request.prev().index());
        }
    }

    private boolean isBehindDamage(EntryId prev) {
        return prev.index() > group.damage.wholeIndex();
    }

    /** The entry at {@code index} is here, but not everything before it, or not what it holds: see {@link Damage}. */
    private void tellOfDamage(PeerId leader, long run, long index) {
        EntryId whole = group.log.idAt(group.damage.wholeIndex());
        group.send(leader, new AppendRejected(group.term(), run, index, whole, true));
    }

    /** What lies at or before the log's base is committed, and so equal on every peer: see {@link LogMatching}. */
    private boolean isPrevHere(EntryId prev) {
        return prev.index() <= group.log.base().index() || group.log.contains(prev);
    }

    /** An entry that is here already stays; one that conflicts goes, with all that follow it (paper §5.3). */
    private void take(Entry entry) {
        boolean isHere = entry.index() <= group.log.base().index() || group.log.contains(entry.id());
        if (isHere && !group.damage.contains(entry.index())) {
            return;
        }
        if (isHere) {
            if (!entry.isHollow() || !group.needsCommands()) {
                repair.putBack(entry);
            }
            return;
        }
        if (entry.index() <= group.log.lastIndex()) {
            group.truncateAfter(entry.index() - 1);
        }
        group.append(entry);
    }

    /** What a heartbeat calls committed is so here only where this log was proven to be the leader's: {@link LogMatching}. */
    void onHeartbeat(PeerId from, Heartbeat request) {
        if (request.term() < group.term()) {
            group.send(from, new HeartbeatReply(group.term(), NO_RUN, 0));
            return;
        }
        election.followLeader(from, request.term());
        long known = Math.min(request.commitIndex(), group.log.lastIndex());
        group.commitment.advanceCommitIndex(Math.max(group.commitIndex(), Math.min(known, matching.provenIndex(from))));
        group.send(from, new HeartbeatReply(group.term(), request.run(), request.round()));
        if (known > group.damage.wholeIndex()) { // the leader believes that it is here
            tellOfDamage(from, request.run(), known);
        } else if (request.commitIndex() > group.commitIndex() && !group.lacksState()) {
            tellOfEnd(from, request.run());
        }
    }

    /**
     * Where the log ends, unasked: the leader relies on what an earlier life of this peer acknowledged. If that is more, it
     * learns of the loss; else it proves what is here.
     */
    private void tellOfEnd(PeerId leader, long run) {
        EntryId last = group.log.last();
        group.send(leader, new AppendRejected(group.term(), run, last.index() + 1, last));
    }

    /**
     * Paper figure 13; the bytes come beside, from whoever has them. What is on its way already goes on, whichever leader
     * began it, if the present one's log goes on behind it: a transfer may outlast its leader, and begun anew with each
     * it would never end.
     */
    void onInstallSnapshot(PeerId from, InstallSnapshot request) {
        if (request.term() < group.term()) {
            reply(from, NO_RUN, request.snapshot().index(), SnapshotProgress.FAILED);
            return;
        }
        election.followLeader(from, request.term());
        if (group.lacksState()) {
            return;
        }
        matching.requireNoConflict(from, request.snapshot().lastIncluded());
        if (!matching.isProven(from)) { // the snapshot may make up for a loss that would stay unknown
            tellOfEnd(from, request.run());
        }
        if (request.snapshot().index() <= group.commitment.wholeCommitIndex()) {
            reply(from, request.run(), request.snapshot().index(), SnapshotProgress.INSTALLED);
            return;
        }
        if (group.isForWitness(request.snapshot().configuration())) { // which has no bytes to fetch
            group.install(request.snapshot());
            reply(from, request.run(), request.snapshot().index(), SnapshotProgress.INSTALLED);
            return;
        }
        group.log.requireKnown(new RaftLog.Configured(
                request.snapshot().configurationId(), request.snapshot().configuration()));
        SnapshotMeta underWay = fetching == null ? null : fetching.snapshot;
        boolean goesOn =
                underWay != null && (underWay.equals(request.snapshot()) || underWay.index() >= request.baseIndex());
        SnapshotMeta wanted = underWay != null && goesOn ? underWay : request.snapshot();
        fetching = new Fetching(wanted, from, request.term(), request.run());
        if (!goesOn) {
            group.emit(new Effect.ReceiveSnapshot(wanted, sources(wanted, from)));
        }
        reply(from, request.run(), wanted.index(), SnapshotProgress.FETCHING);
    }

    /** Who may have it: the members that this peer knows, and those that the snapshot names; the leader last. */
    private List<PeerId> sources(SnapshotMeta snapshot, PeerId leader) {
        Set<PeerId> sources = new LinkedHashSet<>();
        Stream.of(snapshot.configuration(), group.configuration())
                .flatMap(configuration -> configuration.all().stream())
                .filter(member -> !member.isWitness()) // which has no state
                .forEach(member -> sources.add(member.peerId()));
        sources.remove(group.self);
        sources.remove(leader);
        sources.add(leader);
        return List.copyOf(sources);
    }

    /** What a snapshot holds is committed, whatever became of the leader that offered it. */
    void onSnapshotReceived(SnapshotMeta snapshot) {
        Fetching ended = end(snapshot);
        if (ended == null || group.isLeader()) {
            return; // a leader has all that is committed in its log
        }
        if (snapshot.index() > group.commitment.wholeCommitIndex()) {
            group.install(snapshot);
        }
        reply(ended, SnapshotProgress.INSTALLED);
    }

    void onSnapshotNotReceived(SnapshotMeta snapshot) {
        Fetching ended = end(snapshot);
        if (ended != null) {
            reply(ended, SnapshotProgress.FAILED);
        }
    }

    private @Nullable Fetching end(SnapshotMeta snapshot) {
        Fetching ended = fetching;
        if (ended == null || !ended.snapshot.equals(snapshot)) {
            return null; // another took its place
        }
        fetching = null;
        return ended;
    }

    /** In a later term the run would mean another; the leader of that one offers again. */
    private void reply(Fetching ended, SnapshotProgress progress) {
        if (ended.term == group.term()) {
            reply(ended.leader, ended.run, ended.snapshot.index(), progress);
        }
    }

    private void reply(PeerId to, long run, long index, SnapshotProgress progress) {
        group.send(to, new InstallSnapshotReply(group.term(), run, index, progress));
    }
}
