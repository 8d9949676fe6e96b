package dev.flotilla.peer.daemon;

import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.transport.PeerId;
import java.util.Set;

/** Whether this peer is a member of a community, by its own log. */
enum OwnMembership {
    MEMBER,
    NONE,
    /** Damage hides it: what may be a member's vote and acknowledgements must not be taken for leavings. */
    UNTOLD;

    /** A configuration that may be out of date is believed only if somebody else can be asked for its successors. */
    static OwnMembership of(CoreStatus status, PeerId self) {
        if (status.left()) {
            return NONE;
        }
        boolean isMember = status.configuration().member(self).isPresent();
        boolean isLastVoter = status.configuration().voters().equals(Set.of(self));
        if (status.configurationHidden() && (!isMember || isLastVoter)) {
            return UNTOLD;
        }
        return isMember ? MEMBER : NONE;
    }

    /** What speaks against removing the community while it is {@link #UNTOLD}, and what to do. */
    static String refusal(String community) {
        return "refused: damage on this peer's disk hides who the members of '" + community
                + "' are, so whether this peer"
                + " is one cannot be told; what only this peer has of its document would be gone for good; try again once"
                + " another member is up, which puts back what is damaged, see: "
                + Suggestion.of("status", community, "--explain")
                + "; if there is none, put back a copy of the data directory; only if nobody needs it any more: "
                + Suggestion.of("forget", community, "--force");
    }
}
