package dev.flotilla.raft.core;

import dev.flotilla.raft.core.Explanation.Block;
import dev.flotilla.raft.core.Explanation.Part;
import dev.flotilla.raft.core.Explanation.Subject;
import dev.flotilla.raft.message.Member;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a peer waits for that does not lead: a leader, votes, what its leader has for it. */
final class FollowerExplanation {
    private final CoreStatus status;
    private final CoreDetails details;
    private final PeerWords words;

    FollowerExplanation(CoreStatus status, CoreDetails details, PeerWords words) {
        this.status = status;
        this.details = details;
        this.words = words;
    }

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        PeerId leader = status.leader();
        if (leader == null) {
            blocks.add(election());
        } else {
            silentLeader(blocks, leader);
            if (status.commitIndex() < status.lastEntry().index()) {
                blocks.add(new Block(
                        Subject.COMMIT,
                        "commit stands at " + PeerWords.number(status.commitIndex()) + " of "
                                + PeerWords.number(status.lastEntry().index())
                                + " here; which voters lack what, only the leader "
                                + leader.shortText() + " knows",
                        List.of()));
            }
        }
        LeaderExplanation.applying(blocks, status);
        return blocks;
    }

    private void silentLeader(List<Block> blocks, PeerId leader) {
        for (MemberStatus member : status.members()) {
            if (member.member().peerId().equals(leader) && !words.isHeard(member)) {
                blocks.add(new Block(
                        Subject.CONTACT,
                        "the leader is silent; an election comes if it stays so",
                        List.of(new Part(leader, "leads term " + status.term() + words.contact(member)))));
            }
        }
    }

    // ---- elections ----

    private Block election() {
        Campaign campaign = details.campaign();
        if (status.members().stream().noneMatch(words::decides)) {
            return new Block(Subject.ELECTION, "no leader is known, and the members are not known here yet", List.of());
        }
        if (!details.mayCampaign()) {
            return new Block(Subject.ELECTION, "no leader: this peer cannot stand, a voter has to", parts(null));
        }
        if (campaign == null) {
            return new Block(
                    Subject.ELECTION,
                    "no leader in term " + status.term() + " yet: this peer stands once its time-out is over" + delay(),
                    parts(null));
        }
        return new Block(
                Subject.ELECTION,
                "no leader: this peer asked for votes in term " + campaign.term()
                        + (campaign.preVote() ? " (not binding yet)" : "") + ", needs " + words.majority(),
                parts(campaign));
    }

    /** Why this peer lets others stand first. */
    private String delay() {
        if (details.campaignDelayNanos() == 0) {
            return "";
        }
        int own = status.configuration()
                .member(details.self())
                .map(Member::priority)
                .orElse(0);
        int highest = status.configuration().members().stream()
                .filter(Member::isVoter)
                .mapToInt(Member::priority)
                .max()
                .orElse(0);
        return ", " + PeerWords.seconds(details.campaignDelayNanos()) + " later than others for its priority of " + own
                + ", where the highest is " + highest;
    }

    private List<Part> parts(@Nullable Campaign campaign) {
        List<Part> parts = new ArrayList<>();
        for (MemberStatus member : status.members()) {
            if (words.decides(member)) {
                PeerId peer = member.member().peerId();
                String said = campaign != null
                        ? answer(peer, campaign)
                        : peer.equals(details.self()) ? "is this peer" : "leads not, as far as is known here";
                parts.add(new Part(peer, said + words.connection(peer)));
            }
        }
        return parts;
    }

    private String answer(PeerId peer, Campaign campaign) {
        Campaign.Answer answer = campaign.answers().get(peer);
        if (answer == null) {
            return peer.equals(details.self()) ? "(this peer) has not made its own vote durable" : "did not answer";
        }
        return switch (answer) {
            case GRANTED -> peer.equals(details.self()) ? "(this peer) granted" : "granted";
            case REFUSED ->
                campaign.preVote()
                        ? "refused (it hears a leader, or its log is longer)"
                        : "refused (it voted for another, or its log is longer)";
            case LATER_TERM -> "is in a later term";
        };
    }
}
