package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.consensus.ConsensusException;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.Request;
import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is left on this peer of a community that it does not belong to any more, or that is gone. A member of a
 * living one leaves it first: what it acknowledged and voted counts there.
 */
final class ForgetOperations {
    private final Communities communities;
    private final PeerId self;

    ForgetOperations(Communities communities, PeerId self) {
        this.communities = communities;
        this.self = self;
    }

    Map<String, ControlHandler> handlers() {
        return Map.of("forget", this::forget);
    }

    private JsonNode forget(Request request, Caller caller) throws CommandException, IOException {
        Optional<StoppedCommunity> stopped = communities.stopped(request.text("community"));
        if (stopped.isPresent()) {
            return forget(stopped.get(), request.flag("force"));
        }
        Community community = communities.get(request.text("community"));
        String objection = objection(community, caller);
        if (objection != null && !request.flag("force")) {
            throw CommandException.failed(objection);
        }
        communities.forget(community);
        return forgotten(community.name(), community.group().genesis());
    }

    /** Nobody can tell whether it lives, nor whether this peer was a member: it must be insisted on. */
    private JsonNode forget(StoppedCommunity community, boolean force) throws CommandException, IOException {
        if (!force) {
            throw CommandException.failed("refused: '" + community.name() + "' is stopped on this peer ("
                    + community.reason() + "), so whether it lives cannot be told; what only this peer has of its"
                    + " document would be gone for good; " + community.advice());
        }
        communities.forget(community);
        return forgotten(community.name(), community.genesis());
    }

    private static JsonNode forgotten(String name, GenesisId genesis) {
        return Json.object().put("forgotten", name).put("genesis", genesis.toString());
    }

    /**
     * What speaks against it unless it is insisted on, and how it is; null if nothing does.
     *
     * @throws CommandException if it must not be
     */
    private @Nullable String objection(Community community, Caller caller) throws CommandException, IOException {
        String name = community.name();
        String insist = ": " + Suggestion.of("forget", name, "--force");
        CoreStatus status;
        try {
            status = Answers.await(community.group().status(), caller);
        } catch (IllegalStateException e) { // it stopped on this peer
            return "refused: '" + name + "' stopped on this peer (" + e.getMessage()
                    + "), so whether it lives cannot be told; start the daemon again, or, if it is gone for good"
                    + insist;
        }
        OwnMembership own = OwnMembership.of(status, self);
        if (own == OwnMembership.NONE) {
            return null;
        } else if (own == OwnMembership.UNTOLD) {
            return OwnMembership.refusal(name);
        } else if (isAlone(status)) {
            return "refused: this peer is the only member of '" + name
                    + "', its document would be gone for good; keep it with: " + Suggestion.of("backup", name)
                    + ", then" + insist;
        }
        String silence = silence(community, status, caller);
        if (OwnMembership.of(Answers.await(community.group().status(), caller), self) == OwnMembership.NONE) {
            return null; // it was removed meanwhile, or has just heard of it
        } else if (silence == null) {
            throw CommandException.failed("refused: this peer is a member of '" + name
                    + "', and the others are there; leave it first: " + Suggestion.of("leave", name));
        }
        return "refused: this peer is a member of '" + name + "', which does not answer (" + silence
                + "); if it comes back it may lack this peer's vote, and what only this peer has of its document; only if"
                + " so many voters are gone for good that the rest is no majority, and flotilla recover is not what you"
                + " want" + insist;
    }

    private static boolean isAlone(CoreStatus status) {
        return status.configuration().all().size() == 1;
    }

    /** Why the community cannot be heard; null if it can. */
    private @Nullable String silence(Community community, CoreStatus status, Caller caller) throws IOException {
        Optional<Member> member = status.configuration().member(self);
        if (member.filter(Member::isWitness).isPresent()) {
            return silenceToWitness(community, caller);
        }
        try {
            Answers.await(community.group().read(Consistency.linearizable(), () -> true), caller);
            return null;
        } catch (ConsensusException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** A witness cannot read: it asks for a change of nothing, which a leader that its quorum answers says yes or no to. */
    private static @Nullable String silenceToWitness(Community community, Caller caller) throws IOException {
        MembershipChange nothing = new MembershipChange(List.of(), List.of());
        Outcome<Void> outcome = Answers.await(community.group().changeMembers(nothing), caller);
        if (outcome instanceof Outcome.Rejected<Void> rejected) {
            return rejected.reason() == Outcome.Reason.NO_LEADER ? "no leader was found" : null;
        }
        return outcome instanceof Outcome.Unknown<Void> unknown ? unknown.detail() : null;
    }
}
