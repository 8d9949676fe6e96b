package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.RaftMessage.Answer;
import dev.flotilla.raft.message.RaftMessage.Forward;
import dev.flotilla.raft.message.RaftMessage.JoinRequest;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings requests to the leader, from whichever peer, and answers back (thesis §6.2). */
final class Requests {
    private static final int RELAYED_MAX = 256;
    private static final String WITNESS =
            "this peer is a witness, which votes but keeps no state: ask a member that is none";

    /** What is done with a request on the leader itself. */
    interface AtLeader {
        void onRequest(Requester requester, Request request, long nowMillis);
    }

    private record Appended(Requester requester, EntryId id) {}

    private final Group group;
    private final SenderGate gate;
    private final AtLeader atLeader;
    // Numbers of requests that this peer passes on for somebody else; no other number has this incarnation.
    private final long relayIncarnation;
    private long relays;
    private List<Appended> appended = List.of(); // in this step; a list of its own once there are some
    private @Nullable Map<Long, Requester.Remote> relayed; // null until something is: there may be many groups

    Requests(Group group, SenderGate gate, AtLeader atLeader) {
        this.group = group;
        this.gate = gate;
        this.atLeader = atLeader;
        this.relayIncarnation = group.random.nextLong();
    }

    void onRequested(RequestId id, Request request, long nowMillis) {
        PeerId leader = group.leader();
        Requester local = new Requester.Local(id);
        if (group.left) {
            local.answer(group, new Result.Refused(Result.Reason.NOT_ALLOWED, "this peer was removed from the group"));
        } else if (group.isWitness() && needsState(request)) {
            local.answer(group, new Result.Refused(Result.Reason.NOT_ALLOWED, WITNESS));
        } else if (request instanceof Request.LeaseRead && !group.hasLeaseReads()) {
            local.answer(group, noLeaseReads(group)); // an older leader would not even know what is asked
        } else if (group.isLeader()) {
            atLeader.onRequest(local, request, nowMillis);
        } else if (request instanceof Request.ChangeMembers change
                && tooNew(change.change()).isPresent()) {
            local.answer(group, tooNew(change.change()).get()); // an older leader would overlook what it cannot read
        } else if (leader == null) {
            local.answer(group, noLeader());
        } else if (request instanceof Request.Propose propose && isTooLarge(propose.command())) {
            local.answer(group, tooLarge(propose.command())); // it may fit into no message either
        } else {
            group.emit(new Effect.Forwarded(id, group.term()));
            group.send(leader, new Forward(group.term(), id, request));
        }
    }

    private Optional<Result> tooNew(MembershipChange change) {
        if (!change.revoke().isEmpty() && Tickets.unknownToSome(group).isPresent()) {
            return Tickets.unknownToSome(group);
        }
        Configuration committed = group.committedConfiguration().configuration();
        Optional<Result> forSettings =
                change.settings() == null ? Optional.empty() : ChangeRules.levelForSettings(committed);
        return forSettings.isPresent() || !change.namesPriorities()
                ? forSettings
                : ChangeRules.levelForPriorities(committed);
    }

    private static boolean needsState(Request request) {
        return request instanceof Request.Propose
                || request instanceof Request.ReadIndex
                || request instanceof Request.LeaseRead;
    }

    void onForward(PeerId from, Forward forward, long nowMillis) {
        Requester remote = new Requester.Remote(from, forward.number());
        if (group.isLeader() && forward.term() == group.term()) {
            atLeader.onRequest(remote, forward.request(), nowMillis);
        } else {
            remote.answer(group, noLeader()); // passed on no further: two peers may each hold the other for the leader
        }
    }

    void onAnswer(Answer answer) {
        if (answer.number().incarnation() != relayIncarnation) {
            group.emit(new Effect.Answered(answer.number(), answer.result()));
            return;
        }
        Requester.Remote waiting =
                relayed == null ? null : relayed.remove(answer.number().number());
        if (waiting != null) {
            waiting.answer(group, answer.result());
        }
    }

    /** A newcomer turns to this member. Without a good ticket it is an outsider as any other. */
    void onJoinRequest(Input.Received received, JoinRequest join) {
        PeerId from = received.from();
        Ticket ticket = join.ticket();
        boolean isGood = ticket.genesis().equals(group.genesis)
                && gate.isMember(group.self)
                && group.credentials.verify(ticket.issuer(), ticket.signedBytes(), ticket.signature());
        if (!isGood) {
            gate.refuse(from, received.storeId());
            return;
        }
        group.touched = true;
        Requester newcomer = new Requester.Remote(from, join.number());
        Request request = new Request.Join(from, received.storeId(), received.featureLevel(), ticket);
        PeerId leader = group.leader();
        if (group.isLeader()) {
            atLeader.onRequest(newcomer, request, received.nowMillis());
        } else if (leader == null) {
            newcomer.answer(group, noLeader());
        } else {
            relays++;
            relay(new Requester.Remote(from, join.number()));
            group.send(leader, new Forward(group.term(), new RequestId(relayIncarnation, relays), request));
        }
    }

    /** Why a lease read is refused in a group that has not agreed on them, for all that this peer knows. */
    static Result noLeaseReads(Group group) {
        Configuration committed = group.committedConfiguration().configuration();
        return new Result.Refused(
                Result.Reason.NOT_ALLOWED,
                committed.settings().hasLeaseReads()
                        ? "lease reads wait for feature level " + FeatureLevel.LEASE_READS
                                + ", which some member does not know: the group is at level "
                                + committed.featureLevel()
                        : "the members of this group have not agreed on lease reads");
    }

    private void relay(Requester.Remote asking) {
        Map<Long, Requester.Remote> all = relayed == null ? new LinkedHashMap<>() : relayed;
        relayed = all;
        all.put(relays, asking);
        if (all.size() > RELAYED_MAX) {
            all.remove(all.keySet().iterator().next());
        }
    }

    private Result noLeader() {
        return new Result.Refused(Result.Reason.NO_LEADER, "no leader is known");
    }

    /** Appends a command, or says why not. */
    void propose(Requester requester, Command command) {
        if (isTooLarge(command)) {
            requester.answer(group, tooLarge(command));
            return;
        }
        Bytes payload = EntryCodec.encodeCommand(command);
        if (group.backlog.uncommittedBytes() + payload.size() > group.config.uncommittedBytesMax()
                || group.backlog.unappliedBytes() > group.config.unappliedBytesMax()) {
            requester.answer(
                    group,
                    new Result.Refused(
                            Result.Reason.OVERLOADED,
                            group.backlog.uncommittedBytes() + " bytes wait to be committed and "
                                    + group.backlog.unappliedBytes() + " to be applied"));
            return;
        }
        EntryId id = new EntryId(group.term(), group.log.lastIndex() + 1);
        group.append(new Entry(id, Entry.Kind.COMMAND, payload));
        if (appended.isEmpty()) {
            appended = new ArrayList<>();
        }
        appended.add(new Appended(requester, id));
    }

    /** Answers those whose commands were appended in this step, behind the one Persist of all of them. */
    void tellAppended() {
        List<Appended> told = appended;
        appended = List.of();
        for (Appended each : told) {
            each.requester.answer(group, new Result.Appended(each.id));
        }
    }

    private boolean isTooLarge(Command command) {
        return command.data().size() > group.config.entryBytesMax();
    }

    private Result tooLarge(Command command) {
        return new Result.Refused(
                Result.Reason.TOO_LARGE,
                "the command has " + command.data().size() + " bytes, at most " + group.config.entryBytesMax()
                        + " are allowed");
    }
}
