package dev.flotilla.raft.message;

import dev.flotilla.raft.message.proto.ProtoAddressed;
import dev.flotilla.raft.message.proto.ProtoAppendAccepted;
import dev.flotilla.raft.message.proto.ProtoAppendEntries;
import dev.flotilla.raft.message.proto.ProtoAppendRejected;
import dev.flotilla.raft.message.proto.ProtoEntriesFetched;
import dev.flotilla.raft.message.proto.ProtoFetchEntries;
import dev.flotilla.raft.message.proto.ProtoHeartbeat;
import dev.flotilla.raft.message.proto.ProtoHeartbeatReply;
import dev.flotilla.raft.message.proto.ProtoInstallSnapshot;
import dev.flotilla.raft.message.proto.ProtoInstallSnapshotReply;
import dev.flotilla.raft.message.proto.ProtoJoinRequest;
import dev.flotilla.raft.message.proto.ProtoPreVoteReply;
import dev.flotilla.raft.message.proto.ProtoPreVoteRequest;
import dev.flotilla.raft.message.proto.ProtoQuiet;
import dev.flotilla.raft.message.proto.ProtoQuietReply;
import dev.flotilla.raft.message.proto.ProtoRequestVote;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages from protobuf, each checked as far as it can be without knowing the receiver's state. The other direction is
 * {@link MessageEncoder}.
 */
final class MessageDecoder {
    private MessageDecoder() {}

    /** The message, or null if this version does not know its kind. */
    static @Nullable RaftMessage message(ProtoAddressed in) {
        return switch (in.getMessageCase()) {
            case PRE_VOTE_REQUEST -> preVoteRequest(in.getPreVoteRequest());
            case PRE_VOTE_REPLY -> preVoteReply(in.getPreVoteReply());
            case REQUEST_VOTE -> requestVote(in.getRequestVote());
            case VOTE_REPLY ->
                new RaftMessage.VoteReply(
                        term(in.getVoteReply().getTerm()), in.getVoteReply().getGranted());
            case APPEND_ENTRIES -> appendEntries(in.getAppendEntries());
            case APPEND_ACCEPTED -> appendAccepted(in.getAppendAccepted());
            case APPEND_REJECTED -> appendRejected(in.getAppendRejected());
            case HEARTBEAT -> heartbeat(in.getHeartbeat());
            case HEARTBEAT_REPLY -> heartbeatReply(in.getHeartbeatReply());
            case QUIET -> quiet(in.getQuiet());
            case QUIET_REPLY -> quietReply(in.getQuietReply());
            case INSTALL_SNAPSHOT -> installSnapshot(in.getInstallSnapshot());
            case INSTALL_SNAPSHOT_REPLY -> installSnapshotReply(in.getInstallSnapshotReply());
            case FETCH_ENTRIES -> fetchEntries(in.getFetchEntries());
            case ENTRIES_FETCHED -> entriesFetched(in.getEntriesFetched());
            case TIMEOUT_NOW ->
                new RaftMessage.TimeoutNow(term(in.getTimeoutNow().getTerm()));
            case FORWARD -> RequestCodec.forward(in.getForward());
            case ANSWER -> RequestCodec.answer(in.getAnswer());
            case JOIN_REQUEST -> joinRequest(in.getJoinRequest());
            case REFUSAL -> new RaftMessage.Refusal();
            case INTRODUCTION -> new RaftMessage.Introduction(MembershipCodec.chain(in.getIntroduction()));
            case CERTIFICATE_REQUEST -> new RaftMessage.CertificateRequest();
            case CERTIFICATE_ISSUED ->
                new RaftMessage.CertificateIssued(MembershipCodec.chain(in.getCertificateIssued()));
            case REMOVED -> new RaftMessage.Removed(MembershipCodec.notice(in.getRemoved()));
            case MESSAGE_NOT_SET -> null;
        };
    }

    private static RaftMessage preVoteRequest(ProtoPreVoteRequest in) {
        long term = term(in.getTerm());
        return new RaftMessage.PreVoteRequest(term, notAfter(term, Wire.entryId(in.getLastEntry())));
    }

    private static RaftMessage preVoteReply(ProtoPreVoteReply in) {
        return new RaftMessage.PreVoteReply(term(in.getRequestTerm()), term(in.getTerm()), in.getGranted());
    }

    private static RaftMessage requestVote(ProtoRequestVote in) {
        long term = term(in.getTerm());
        return new RaftMessage.RequestVote(
                term, notAfter(term, Wire.entryId(in.getLastEntry())), in.getLeadershipTransfer());
    }

    private static RaftMessage appendEntries(ProtoAppendEntries in) {
        long term = term(in.getTerm());
        EntryId prev = notAfter(term, Wire.entryId(in.getPrev()));
        List<Entry> entries = Wire.map(in.getEntriesList(), EntryCodec::entry);
        checkConsecutive(prev, entries, term);
        return new RaftMessage.AppendEntries(
                term, run(in.getRun()), prev, entries, index("commit index", in.getCommitIndex()));
    }

    private static void checkConsecutive(EntryId prev, List<Entry> entries, long term) {
        EntryId before = prev;
        for (Entry entry : entries) {
            if (entry.index() != before.index() + 1) {
                throw new IllegalArgumentException("entry " + entry.id() + " does not follow " + before);
            }
            if (entry.term() < before.term()) {
                throw new IllegalArgumentException("terms fall from entry " + before + " to " + entry.id());
            }
            before = notAfter(term, entry.id());
        }
    }

    private static RaftMessage fetchEntries(ProtoFetchEntries in) {
        EntryId first = Wire.entryId(in.getFirst());
        long last = index("last index", in.getLastIndex());
        if (first.equals(EntryId.NONE) || last < first.index()) {
            throw new IllegalArgumentException("no entries are asked for: from " + first + " to " + last);
        }
        return new RaftMessage.FetchEntries(first, last);
    }

    private static RaftMessage entriesFetched(ProtoEntriesFetched in) {
        List<Entry> entries = Wire.map(in.getEntriesList(), EntryCodec::entry);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("an answer to a request for entries has none");
        }
        checkConsecutive(entries.get(0).id(), entries.subList(1, entries.size()), HardState.TERM_MAX);
        return new RaftMessage.EntriesFetched(entries);
    }

    private static RaftMessage appendAccepted(ProtoAppendAccepted in) {
        return new RaftMessage.AppendAccepted(
                term(in.getTerm()), run(in.getRun()), index("match index", in.getMatchIndex()));
    }

    private static RaftMessage appendRejected(ProtoAppendRejected in) {
        long term = term(in.getTerm());
        return new RaftMessage.AppendRejected(
                term,
                run(in.getRun()),
                index("rejected index", in.getRejectedIndex()),
                notAfter(term, Wire.entryId(in.getHint())),
                in.getDamaged());
    }

    private static RaftMessage heartbeat(ProtoHeartbeat in) {
        return new RaftMessage.Heartbeat(
                term(in.getTerm()), run(in.getRun()), round(in.getRound()), index("commit index", in.getCommitIndex()));
    }

    private static RaftMessage heartbeatReply(ProtoHeartbeatReply in) {
        return new RaftMessage.HeartbeatReply(term(in.getTerm()), run(in.getRun()), round(in.getRound()));
    }

    private static RaftMessage quiet(ProtoQuiet in) {
        return new RaftMessage.Quiet(
                term(in.getTerm()),
                run(in.getRun()),
                round(in.getRound()),
                index("index", in.getIndex()),
                in.getIncarnation());
    }

    private static RaftMessage quietReply(ProtoQuietReply in) {
        return new RaftMessage.QuietReply(
                term(in.getTerm()), run(in.getRun()), round(in.getRound()), in.getIncarnation(), in.getQuiet());
    }

    private static RaftMessage installSnapshot(ProtoInstallSnapshot in) {
        long term = term(in.getTerm());
        SnapshotMeta snapshot = EntryCodec.snapshot(in.getSnapshot());
        notAfter(term, snapshot.lastIncluded());
        long base = index("base index", in.getBaseIndex());
        if (base > snapshot.index()) {
            throw new IllegalArgumentException(
                    "a log that begins after " + base + " needs more than a snapshot up to " + snapshot.index());
        }
        return new RaftMessage.InstallSnapshot(term, run(in.getRun()), snapshot, base);
    }

    private static RaftMessage installSnapshotReply(ProtoInstallSnapshotReply in) {
        return new RaftMessage.InstallSnapshotReply(
                term(in.getTerm()), run(in.getRun()), index("index", in.getIndex()), progress(in.getProgress()));
    }

    private static SnapshotProgress progress(ProtoInstallSnapshotReply.Progress in) {
        return switch (in) {
            case FETCHING -> SnapshotProgress.FETCHING;
            case FAILED -> SnapshotProgress.FAILED;
            case INSTALLED -> SnapshotProgress.INSTALLED;
            case UNRECOGNIZED -> throw new IllegalArgumentException("a snapshot's progress of an unknown kind");
        };
    }

    private static RaftMessage joinRequest(ProtoJoinRequest in) {
        return new RaftMessage.JoinRequest(Wire.requestId(in.getNumber()), MembershipCodec.ticket(in.getTicket()));
    }

    private static long term(long term) {
        return Wire.term(term);
    }

    private static long run(long run) {
        return Wire.atLeastZero("run", run);
    }

    private static long round(long round) {
        return Wire.atLeastZero("round", round);
    }

    private static long index(String what, long index) {
        return Wire.atLeastZero(what, index);
    }

    /** No peer has an entry of a later term than its own (paper §5.1). */
    private static EntryId notAfter(long term, EntryId id) {
        if (id.term() > term) {
            throw new IllegalArgumentException("entry " + id + " is of a later term than its message's " + term);
        }
        return id;
    }
}
