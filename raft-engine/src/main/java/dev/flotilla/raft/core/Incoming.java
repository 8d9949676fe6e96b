package dev.flotilla.raft.core;

import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.transport.PeerId;

/** Messages of other peers: whether they are admitted, and which rule each is for. */
final class Incoming {
    private final Group group;
    private final SenderGate gate;
    private final Certificates certificates;
    private final FeatureLevels levels;
    private final Requests requests;
    private final Election election;
    private final Following following;
    private final Acknowledgements acknowledgements;
    private final Quieting quieting;
    private final Refetch refetch;

    Incoming(
            Group group,
            SenderGate gate,
            Certificates certificates,
            FeatureLevels levels,
            Requests requests,
            Election election,
            Following following,
            Acknowledgements acknowledgements,
            Quieting quieting,
            Refetch refetch) {
        this.group = group;
        this.gate = gate;
        this.certificates = certificates;
        this.levels = levels;
        this.requests = requests;
        this.election = election;
        this.following = following;
        this.acknowledgements = acknowledgements;
        this.quieting = quieting;
        this.refetch = refetch;
    }

    void onReceived(Input.Received received) {
        RaftMessage message = received.message();
        if (group.left) {
            return;
        }
        if (message instanceof RaftMessage.JoinRequest join) {
            requests.onJoinRequest(received, join);
        } else if (gate.admits(received.from(), received.storeId(), message)) {
            levels.heard(received.from(), received.storeId(), received.featureLevel());
            if (group.termAndVote.isWithinReach(message.term())) {
                onAdmitted(received, message);
            } else {
                dropOutOfReach(received.from(), message);
            }
        }
    }

    private void dropOutOfReach(PeerId from, RaftMessage message) {
        String reason = "term " + message.term() + " is more than " + TermAndVote.LEAP_MAX
                + " elections after this peer's " + group.term();
        group.trace.dropped(from, message.getClass().getSimpleName(), reason);
    }

    private void onAdmitted(Input.Received received, RaftMessage message) {
        group.touched |=
                group.quiet && !(message instanceof RaftMessage.Quiet || message instanceof RaftMessage.QuietReply);
        if (message instanceof RaftMessage.AppendEntries append) {
            following.onAppendEntries(received.from(), append);
        } else if (message instanceof RaftMessage.Heartbeat heartbeat) {
            following.onHeartbeat(received.from(), heartbeat);
            if (received.from().equals(group.leader())) {
                certificates.ask(received.from());
            }
        } else if (message instanceof RaftMessage.Quiet quiet) {
            quieting.onQuiet(received.from(), quiet);
        } else if (message instanceof RaftMessage.InstallSnapshot install) {
            following.onInstallSnapshot(received.from(), install);
        } else if (message instanceof RaftMessage.PreVoteRequest preVote) {
            election.onPreVoteRequest(received.from(), preVote);
        } else if (message instanceof RaftMessage.RequestVote vote) {
            election.onRequestVote(received.from(), vote);
        } else if (message instanceof RaftMessage.TimeoutNow timeout) {
            election.onTimeoutNow(received.from(), timeout);
        } else if (message instanceof RaftMessage.Forward forward) {
            requests.onForward(received.from(), forward, received.nowMillis());
        } else if (message instanceof RaftMessage.Answer answer) {
            requests.onAnswer(answer);
        } else if (message instanceof RaftMessage.CertificateRequest) {
            certificates.onRequest(received.from(), received.storeId());
        } else if (message instanceof RaftMessage.CertificateIssued issued) {
            certificates.onIssued(received.from(), issued);
        } else if (message instanceof RaftMessage.Removed removed) {
            onRemoved(removed);
        } else if (message instanceof RaftMessage.EntriesFetched fetched) {
            refetch.onFetched(received.from(), fetched);
        } else if (group.configuration().contains(received.from(), received.storeId())) {
            onReply(received, message);
        } else {
            group.trace.dropped(
                    received.from(), message.toString(), "votes, acknowledgements and entries are for members");
        }
    }

    /** Votes and acknowledgements: only those of members in force, with the data directory they are known by, count. */
    private void onReply(Input.Received received, RaftMessage message) {
        if (message instanceof RaftMessage.PreVoteReply reply) {
            election.onPreVoteReply(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.VoteReply reply) {
            election.onVoteReply(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.AppendAccepted reply) {
            acknowledgements.onAccepted(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.AppendRejected reply) {
            acknowledgements.onRejected(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.HeartbeatReply reply) {
            acknowledgements.onHeartbeatReply(received.from(), received.storeId(), reply);
            if (group.isLeader()) {
                certificates.ask(received.from());
            }
        } else if (message instanceof RaftMessage.QuietReply reply) {
            acknowledgements.onQuietReply(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.FetchEntries fetch) {
            refetch.onFetch(received.from(), fetch);
        } else if (message instanceof RaftMessage.InstallSnapshotReply reply) {
            acknowledgements.onSnapshotReply(received.from(), received.storeId(), reply);
        } else {
            throw new AssertionError("unhandled message: " + message);
        }
    }

    private void onRemoved(RaftMessage.Removed removed) {
        if (certificates.isBelievable(removed.notice(), gate::isMember)) {
            election.becomeFollower(group.term(), null);
            group.left = true;
            group.emit(new Effect.LeftGroup(removed.notice()));
        }
    }
}
