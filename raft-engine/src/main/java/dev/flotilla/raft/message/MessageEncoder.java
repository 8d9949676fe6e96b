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
import dev.flotilla.raft.message.proto.ProtoNothing;
import dev.flotilla.raft.message.proto.ProtoPreVoteReply;
import dev.flotilla.raft.message.proto.ProtoPreVoteRequest;
import dev.flotilla.raft.message.proto.ProtoQuiet;
import dev.flotilla.raft.message.proto.ProtoQuietReply;
import dev.flotilla.raft.message.proto.ProtoRequestVote;
import dev.flotilla.raft.message.proto.ProtoTimeoutNow;
import dev.flotilla.raft.message.proto.ProtoVoteReply;

/**
 * Messages to protobuf. AppendEntries are sent by {@link AppendEntriesWriter}, which is held to what this makes of them. The
 * other direction is {@link MessageDecoder}.
 */
final class MessageEncoder {
    private MessageEncoder() {}

    static ProtoAddressed toProto(Envelope.Addressed addressed) {
        ProtoAddressed.Builder out = ProtoAddressed.newBuilder().setGenesis(Wire.toProto(addressed.genesis()));
        RaftMessage message = addressed.message();
        if (!putReplication(message, out) && !putElection(message, out) && !putMembership(message, out)) {
            throw new AssertionError("unhandled message: " + message);
        }
        return out.build();
    }

    private static boolean putReplication(RaftMessage message, ProtoAddressed.Builder out) {
        if (message instanceof RaftMessage.AppendEntries append) {
            out.setAppendEntries(toProto(append));
        } else if (message instanceof RaftMessage.AppendAccepted accepted) {
            out.setAppendAccepted(ProtoAppendAccepted.newBuilder()
                    .setTerm(accepted.term())
                    .setRun(accepted.run())
                    .setMatchIndex(accepted.matchIndex()));
        } else if (message instanceof RaftMessage.AppendRejected rejected) {
            out.setAppendRejected(ProtoAppendRejected.newBuilder()
                    .setTerm(rejected.term())
                    .setRun(rejected.run())
                    .setRejectedIndex(rejected.rejectedIndex())
                    .setHint(Wire.toProto(rejected.hint()))
                    .setDamaged(rejected.damaged()));
        } else if (message instanceof RaftMessage.Heartbeat heartbeat) {
            out.setHeartbeat(ProtoHeartbeat.newBuilder()
                    .setTerm(heartbeat.term())
                    .setRun(heartbeat.run())
                    .setRound(heartbeat.round())
                    .setCommitIndex(heartbeat.commitIndex()));
        } else if (message instanceof RaftMessage.HeartbeatReply reply) {
            out.setHeartbeatReply(ProtoHeartbeatReply.newBuilder()
                    .setTerm(reply.term())
                    .setRun(reply.run())
                    .setRound(reply.round()));
        } else if (message instanceof RaftMessage.Quiet quiet) {
            out.setQuiet(ProtoQuiet.newBuilder()
                    .setTerm(quiet.term())
                    .setRun(quiet.run())
                    .setRound(quiet.round())
                    .setIndex(quiet.index())
                    .setIncarnation(quiet.incarnation()));
        } else if (message instanceof RaftMessage.QuietReply reply) {
            out.setQuietReply(ProtoQuietReply.newBuilder()
                    .setTerm(reply.term())
                    .setRun(reply.run())
                    .setRound(reply.round())
                    .setIncarnation(reply.incarnation())
                    .setQuiet(reply.quiet()));
        } else if (message instanceof RaftMessage.InstallSnapshot install) {
            out.setInstallSnapshot(ProtoInstallSnapshot.newBuilder()
                    .setTerm(install.term())
                    .setRun(install.run())
                    .setSnapshot(EntryCodec.toProto(install.snapshot()))
                    .setBaseIndex(install.baseIndex()));
        } else if (message instanceof RaftMessage.InstallSnapshotReply reply) {
            out.setInstallSnapshotReply(ProtoInstallSnapshotReply.newBuilder()
                    .setTerm(reply.term())
                    .setRun(reply.run())
                    .setIndex(reply.index())
                    .setProgress(toProto(reply.progress())));
        } else {
            return putRepair(message, out);
        }
        return true;
    }

    private static boolean putRepair(RaftMessage message, ProtoAddressed.Builder out) {
        if (message instanceof RaftMessage.FetchEntries fetch) {
            out.setFetchEntries(ProtoFetchEntries.newBuilder()
                    .setFirst(Wire.toProto(fetch.first()))
                    .setLastIndex(fetch.lastIndex()));
        } else if (message instanceof RaftMessage.EntriesFetched fetched) {
            out.setEntriesFetched(
                    ProtoEntriesFetched.newBuilder().addAllEntries(Wire.map(fetched.entries(), EntryCodec::toProto)));
        } else {
            return false;
        }
        return true;
    }

    private static ProtoInstallSnapshotReply.Progress toProto(SnapshotProgress progress) {
        return switch (progress) {
            case FETCHING -> ProtoInstallSnapshotReply.Progress.FETCHING;
            case FAILED -> ProtoInstallSnapshotReply.Progress.FAILED;
            case INSTALLED -> ProtoInstallSnapshotReply.Progress.INSTALLED;
        };
    }

    private static ProtoAppendEntries toProto(RaftMessage.AppendEntries append) {
        return ProtoAppendEntries.newBuilder()
                .setTerm(append.term())
                .setRun(append.run())
                .setPrev(Wire.toProto(append.prev()))
                .addAllEntries(Wire.map(append.entries(), EntryCodec::toProto))
                .setCommitIndex(append.commitIndex())
                .build();
    }

    private static boolean putElection(RaftMessage message, ProtoAddressed.Builder out) {
        if (message instanceof RaftMessage.PreVoteRequest request) {
            out.setPreVoteRequest(ProtoPreVoteRequest.newBuilder()
                    .setTerm(request.term())
                    .setLastEntry(Wire.toProto(request.lastEntry())));
        } else if (message instanceof RaftMessage.PreVoteReply reply) {
            out.setPreVoteReply(ProtoPreVoteReply.newBuilder()
                    .setRequestTerm(reply.requestTerm())
                    .setTerm(reply.term())
                    .setGranted(reply.granted()));
        } else if (message instanceof RaftMessage.RequestVote request) {
            out.setRequestVote(ProtoRequestVote.newBuilder()
                    .setTerm(request.term())
                    .setLastEntry(Wire.toProto(request.lastEntry()))
                    .setLeadershipTransfer(request.leadershipTransfer()));
        } else if (message instanceof RaftMessage.VoteReply reply) {
            out.setVoteReply(ProtoVoteReply.newBuilder().setTerm(reply.term()).setGranted(reply.granted()));
        } else if (message instanceof RaftMessage.TimeoutNow timeoutNow) {
            out.setTimeoutNow(ProtoTimeoutNow.newBuilder().setTerm(timeoutNow.term()));
        } else {
            return false;
        }
        return true;
    }

    private static boolean putMembership(RaftMessage message, ProtoAddressed.Builder out) {
        if (message instanceof RaftMessage.Forward forward) {
            out.setForward(RequestCodec.toProto(forward));
        } else if (message instanceof RaftMessage.Answer answer) {
            out.setAnswer(RequestCodec.toProto(answer));
        } else if (message instanceof RaftMessage.JoinRequest join) {
            out.setJoinRequest(ProtoJoinRequest.newBuilder()
                    .setNumber(Wire.toProto(join.number()))
                    .setTicket(MembershipCodec.toProto(join.ticket())));
        } else if (message instanceof RaftMessage.Refusal) {
            out.setRefusal(ProtoNothing.getDefaultInstance());
        } else if (message instanceof RaftMessage.Introduction introduction) {
            out.setIntroduction(MembershipCodec.toProto(introduction.chain()));
        } else if (message instanceof RaftMessage.CertificateRequest) {
            out.setCertificateRequest(ProtoNothing.getDefaultInstance());
        } else if (message instanceof RaftMessage.CertificateIssued issued) {
            out.setCertificateIssued(MembershipCodec.toProto(issued.chain()));
        } else if (message instanceof RaftMessage.Removed removed) {
            out.setRemoved(MembershipCodec.toProto(removed.notice()));
        } else {
            return false;
        }
        return true;
    }
}
