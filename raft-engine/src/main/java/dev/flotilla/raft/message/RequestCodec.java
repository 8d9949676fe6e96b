package dev.flotilla.raft.message;

import dev.flotilla.raft.message.proto.ProtoAnswer;
import dev.flotilla.raft.message.proto.ProtoForward;
import dev.flotilla.raft.message.proto.ProtoJoin;
import dev.flotilla.raft.message.proto.ProtoNothing;
import dev.flotilla.raft.message.proto.ProtoReadAt;
import dev.flotilla.raft.message.proto.ProtoRefused;
import dev.flotilla.raft.message.proto.ProtoTransfer;
import org.jspecify.annotations.Nullable;

/** Forwarded requests and their answers: records to protobuf and back. A kind that is not known yet becomes null. */
final class RequestCodec {
    private RequestCodec() {}

    static ProtoForward toProto(RaftMessage.Forward forward) {
        ProtoForward.Builder proto =
                ProtoForward.newBuilder().setTerm(forward.term()).setNumber(Wire.toProto(forward.number()));
        Request request = forward.request();
        if (request instanceof Request.Propose propose) {
            proto.setPropose(EntryCodec.toProto(propose.command()));
        } else if (request instanceof Request.ReadIndex) {
            proto.setReadIndex(ProtoNothing.getDefaultInstance());
        } else if (request instanceof Request.LeaseRead) {
            proto.setLeaseRead(ProtoNothing.getDefaultInstance());
        } else if (request instanceof Request.ChangeMembers changeMembers) {
            proto.setChangeMembers(MembershipCodec.toProto(changeMembers.change()));
        } else if (request instanceof Request.Transfer transfer) {
            proto.setTransfer(toProto(transfer));
        } else if (request instanceof Request.Join join) {
            proto.setJoin(ProtoJoin.newBuilder()
                    .setNewcomer(Wire.toProto(join.newcomer()))
                    .setStoreId(Wire.toProto(join.storeId()))
                    .setFeatureLevel(join.featureLevel())
                    .setTicket(MembershipCodec.toProto(join.ticket())));
        } else {
            throw new AssertionError("unhandled request: " + request);
        }
        return proto.build();
    }

    private static ProtoTransfer toProto(Request.Transfer transfer) {
        ProtoTransfer.Builder proto = ProtoTransfer.newBuilder();
        if (transfer.target() != null) {
            proto.setTarget(Wire.toProto(transfer.target()));
        }
        return proto.build();
    }

    static RaftMessage.@Nullable Forward forward(ProtoForward proto) {
        Request request =
                switch (proto.getRequestCase()) {
                    case PROPOSE -> new Request.Propose(EntryCodec.command(proto.getPropose()));
                    case READ_INDEX -> new Request.ReadIndex();
                    case LEASE_READ -> new Request.LeaseRead();
                    case CHANGE_MEMBERS -> new Request.ChangeMembers(MembershipCodec.change(proto.getChangeMembers()));
                    case TRANSFER -> transfer(proto.getTransfer());
                    case JOIN -> join(proto.getJoin());
                    case REQUEST_NOT_SET -> null;
                };
        return request == null
                ? null
                : new RaftMessage.Forward(Wire.term(proto.getTerm()), Wire.requestId(proto.getNumber()), request);
    }

    private static Request transfer(ProtoTransfer proto) {
        return new Request.Transfer(proto.getTarget().isEmpty() ? null : Wire.peerId(proto.getTarget()));
    }

    private static Request join(ProtoJoin proto) {
        return new Request.Join(
                Wire.peerId(proto.getNewcomer()),
                Wire.storeId(proto.getStoreId()),
                Wire.featureLevel(proto.getFeatureLevel()),
                MembershipCodec.ticket(proto.getTicket()));
    }

    static ProtoAnswer toProto(RaftMessage.Answer answer) {
        ProtoAnswer.Builder proto = ProtoAnswer.newBuilder().setNumber(Wire.toProto(answer.number()));
        Result result = answer.result();
        if (result instanceof Result.Appended appended) {
            proto.setAppended(Wire.toProto(appended.id()));
        } else if (result instanceof Result.ReadAt readAt) {
            proto.setReadAt(
                    ProtoReadAt.newBuilder().setIndex(readAt.index()).setConfirmedAgoNanos(readAt.confirmedAgoNanos()));
        } else if (result instanceof Result.Done) {
            proto.setDone(ProtoNothing.getDefaultInstance());
        } else if (result instanceof Result.Refused refused) {
            proto.setRefused(ProtoRefused.newBuilder()
                    .setReason(refused.reason().number())
                    .setDetail(cut(refused.detail())));
        } else {
            throw new AssertionError("unhandled result: " + result);
        }
        return proto.build();
    }

    /** A detail is for people, who can do without the end of a long one. */
    private static String cut(String detail) {
        int max = Result.Refused.DETAIL_LENGTH_MAX;
        return detail.length() <= max ? detail : detail.substring(0, detail.offsetByCodePoints(0, max / 2 - 2)) + "...";
    }

    static RaftMessage.@Nullable Answer answer(ProtoAnswer proto) {
        Result result =
                switch (proto.getResultCase()) {
                    case APPENDED -> appended(Wire.entryId(proto.getAppended()));
                    case READ_AT ->
                        new Result.ReadAt(
                                Wire.atLeastZero("read index", proto.getReadAt().getIndex()),
                                Wire.atLeastZero(
                                        "nanoseconds since", proto.getReadAt().getConfirmedAgoNanos()));
                    case DONE -> new Result.Done();
                    case REFUSED -> refused(proto.getRefused());
                    case RESULT_NOT_SET -> null;
                };
        return result == null ? null : new RaftMessage.Answer(Wire.requestId(proto.getNumber()), result);
    }

    private static Result appended(EntryId id) {
        if (id.equals(EntryId.NONE)) {
            throw new IllegalArgumentException("nothing is appended as entry " + id);
        }
        return new Result.Appended(id);
    }

    private static Result refused(ProtoRefused proto) {
        Wire.atMost("characters of detail", proto.getDetail().length(), Result.Refused.DETAIL_LENGTH_MAX);
        return new Result.Refused(Result.Reason.of(proto.getReason()), proto.getDetail());
    }
}
