package dev.flotilla.raft.message;

import java.util.List;

/**
 * What one member of a group says to another. Terms are the sender's current term unless said otherwise. A
 * {@code run} numbers a leader's run of replication to one peer within its term and is echoed in answers, so that an
 * answer to an earlier run, for example from before the peer was removed and added again, changes nothing.
 */
public sealed interface RaftMessage {
    /** The term that the message speaks of; 0 if of none. */
    default long term() {
        return 0;
    }

    /**
     * Would you vote for me (thesis §9.6)?
     *
     * @param term that the sender would campaign in: its current term + 1
     */
    record PreVoteRequest(long term, EntryId lastEntry) implements RaftMessage {}

    /**
     * Answer to {@link PreVoteRequest}.
     *
     * @param requestTerm the term of the request
     * @param term the answering peer's current term
     */
    record PreVoteReply(long requestTerm, long term, boolean granted) implements RaftMessage {}

    /**
     * Vote for me (paper figure 2).
     *
     * @param leadershipTransfer whether the leader itself asked for this election (thesis §3.10), so that the
     *     receiver's own view of a living leader does not count
     */
    record RequestVote(long term, EntryId lastEntry, boolean leadershipTransfer) implements RaftMessage {}

    /** Answer to {@link RequestVote}. */
    record VoteReply(long term, boolean granted) implements RaftMessage {}

    /**
     * Log entries that follow {@code prev} (paper figure 2).
     *
     * @param entries consecutive, from {@code prev.index() + 1} on; may be empty, as a probe
     * @param commitIndex the leader's
     */
    record AppendEntries(long term, long run, EntryId prev, List<Entry> entries, long commitIndex)
            implements RaftMessage {
        public AppendEntries {
            entries = List.copyOf(entries);
        }

        /** The index up to which the receiver's log equals the leader's if it accepts. */
        public long lastIndex() {
            return prev.index() + entries.size();
        }
    }

    /** Accepted: the logs are equal up to {@code matchIndex}, the last index that the request carried. */
    record AppendAccepted(long term, long run, long matchIndex) implements RaftMessage {}

    /**
     * Refused: no entry {@code prev} here, or the request's term is old; or {@code damaged}: the entry is here, but at or
     * before it is one whose payload is lost. Both are also said unasked. The former of the entry behind the last one, by
     * who started again and is offered a snapshot, or told by a heartbeat that something is committed, before AppendEntries
     * proved that its log is the leader's; the latter of an entry that a heartbeat calls committed.
     *
     * @param rejectedIndex the request's {@code prev.index()}; of a refusal that nobody asked for, the first index that is
     *     refused
     * @param hint the receiver's newest entry with an index of at most {@code rejectedIndex} and a term of at most the
     *     rejected entry's; the leader need not look after it. If {@code damaged}, the entry before the first damaged one
     */
    record AppendRejected(long term, long run, long rejectedIndex, EntryId hint, boolean damaged)
            implements RaftMessage {
        /** The receiver's log ends before, or goes another way. */
        public AppendRejected(long term, long run, long rejectedIndex, EntryId hint) {
            this(term, run, rejectedIndex, hint, false);
        }
    }

    /**
     * The leader lives.
     *
     * @param round counts the leader's rounds in this term; answers confirm leadership for reads up to it
     * @param commitIndex the smaller of the leader's commit index and what it knows the receiver to have
     */
    record Heartbeat(long term, long run, long round, long commitIndex) implements RaftMessage {}

    /** Answer to {@link Heartbeat}: {@code round} and {@code run} are the request's. */
    record HeartbeatReply(long term, long run, long round) implements RaftMessage {}

    /**
     * All members have the leader's log up to {@code index}, its end, and all of it is committed: fall silent, and rely on
     * the heartbeat of the leader's node from now on.
     *
     * @param round counts with the rounds of heartbeats
     * @param incarnation of the sender's node as of now; 0 until the driver sends the message
     */
    record Quiet(long term, long run, long round, long index, long incarnation) implements RaftMessage {}

    /**
     * Answer to {@link Quiet}: {@code round} and {@code run} are the request's.
     *
     * @param incarnation of the sender's node as of now; 0 until the driver sends the message
     * @param quiet whether the sender is silent now
     */
    record QuietReply(long term, long run, long round, long incarnation, boolean quiet) implements RaftMessage {}

    /**
     * A snapshot is offered in place of entries that the leader has no more (paper §7). The receiver fetches its bytes,
     * beside the frames, from any member that has it. Offered again until it is answered.
     *
     * @param baseIndex the leader's log begins behind it: any snapshot that ends there or later will do
     */
    record InstallSnapshot(long term, long run, SnapshotMeta snapshot, long baseIndex) implements RaftMessage {}

    /**
     * What became of an offered snapshot.
     *
     * @param index where the snapshot ends that the receiver has, or is fetching: the offered one, or another that will
     *     do
     */
    record InstallSnapshotReply(long term, long run, long index, SnapshotProgress progress) implements RaftMessage {}

    /**
     * From a member with damaged entries that hears of no leader, to any other: send me these again. Answered by
     * {@link EntriesFetched}, or not at all by who has not the first of them.
     *
     * @param lastIndex of what is wanted, not before {@code first}
     */
    record FetchEntries(EntryId first, long lastIndex) implements RaftMessage {}

    /**
     * Answer to {@link FetchEntries}: as many as fit, at least one.
     *
     * @param entries consecutive, from the wanted first one on, as the sender's log has them
     */
    record EntriesFetched(List<Entry> entries) implements RaftMessage {
        public EntriesFetched {
            entries = List.copyOf(entries);
        }
    }

    /** Campaign at once; from the leader that hands over (thesis §3.10). */
    record TimeoutNow(long term) implements RaftMessage {}

    /**
     * A request to the leader. Its number is answered, once, by {@link Answer}; or never, if one of them is lost.
     *
     * @param term of the leader that is meant: in no other term may the request be granted, so that its sender knows its
     *     fate once an entry of a later term is committed
     */
    record Forward(long term, RequestId number, Request request) implements RaftMessage {}

    /** Answer to {@link Forward} or {@link JoinRequest}. */
    record Answer(RequestId number, Result result) implements RaftMessage {}

    /** From who is no member yet: let me in with this ticket. Sent with the newcomer's own store id. */
    record JoinRequest(RequestId number, Ticket ticket) implements RaftMessage {}

    /**
     * The one answer to everybody whom the receiver does not know as a member, and for every group that it does not
     * have: the two cannot be told apart.
     */
    record Refusal() implements RaftMessage {}

    /** Answer to {@link Refusal}: the sender's certificates, its own first, each issued by the next one's subject. */
    record Introduction(List<Certificate> chain) implements RaftMessage {
        public Introduction {
            chain = List.copyOf(chain);
        }
    }

    /** From a member without a certificate to its leader: issue one. Answered by {@link CertificateIssued}. */
    record CertificateRequest() implements RaftMessage {}

    /** The receiver's new certificate and the issuer's own chain behind it. */
    record CertificateIssued(List<Certificate> chain) implements RaftMessage {
        public CertificateIssued {
            chain = List.copyOf(chain);
        }
    }

    /** To a former member. */
    record Removed(RemovalNotice notice) implements RaftMessage {}
}
