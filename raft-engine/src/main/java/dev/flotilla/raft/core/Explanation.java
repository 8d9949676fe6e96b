package dev.flotilla.raft.core;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a group waits for right now on this peer, peer by peer, in words. A pure function of what a core and its links
 * know; a follower knows less than its leader, and says so.
 *
 * @param blocks what waits, the gravest first; empty if nothing does
 */
public record Explanation(List<Block> blocks) {
    /** What waits. */
    public enum Subject {
        /** Everything: this peer is no member. */
        MEMBERSHIP_LOST,
        /** Entries of this peer's own log are damaged. */
        DAMAGE,
        /** There is no leader. */
        ELECTION,
        /** Entries are not agreed on. */
        COMMIT,
        /** What is agreed on is not in the state yet. */
        APPLY,
        /** A change of the members is not over. */
        MEMBERSHIP,
        /** A member is to vote and may not yet. */
        PROMOTION,
        /** Leadership is being handed over. */
        TRANSFER,
        /** A snapshot is on its way. */
        SNAPSHOT,
        /** A member is not heard of; the others may well do without. */
        CONTACT
    }

    /** What the links to other nodes know. */
    public interface Connections {
        /** Why there is no connection to {@code peer}, in words; null if there is one. */
        @Nullable
        String trouble(PeerId peer);
    }

    /** One peer's part: {@code text} goes on where its name ends. */
    public record Part(PeerId peer, String text) {
        @Override
        public String toString() {
            return peer.shortText() + " " + text;
        }
    }

    /** One thing that waits, in one sentence, and what of each peer it waits for. */
    public record Block(Subject subject, String summary, List<Part> parts) {
        public Block {
            parts = List.copyOf(parts);
        }

        /** In one line. */
        @Override
        public String toString() {
            return parts.isEmpty()
                    ? summary
                    : summary + ": " + parts.stream().map(Part::toString).collect(Collectors.joining("; "));
        }
    }

    public Explanation {
        blocks = List.copyOf(blocks);
    }

    /** The same of a peer some of whose entries are {@code damaged}, in order. */
    public static Explanation of(
            CoreStatus status, CoreDetails details, List<DamagedEntry> damaged, Connections connections) {
        List<Block> blocks = new ArrayList<>();
        if (!status.left() && !damaged.isEmpty()) {
            blocks.add(DamageExplanation.block(status.configuration(), details.self(), status.lastApplied(), damaged));
        }
        blocks.addAll(of(status, details, connections).blocks());
        return new Explanation(blocks);
    }

    /** Of the group that {@code status} and {@code details} show, both of the same moment. */
    public static Explanation of(CoreStatus status, CoreDetails details, Connections connections) {
        List<Block> blocks = new ArrayList<>();
        CoreDetails.Office office = details.office();
        PeerWords words = new PeerWords(status, details, connections);
        if (status.left()) {
            blocks.add(new Block(Subject.MEMBERSHIP_LOST, "this peer was removed from the group", List.of()));
        } else if (details.lacksState()) {
            blocks.add(new Block(
                    Subject.DAMAGE,
                    "this data directory was a witness's and has no state, but the group counts on one here, so it"
                            + " acknowledges nothing: remove this peer, have it forget the group and join anew",
                    List.of()));
        } else if (office != null) {
            blocks.addAll(new LeaderExplanation(status, details, office, words).blocks());
        } else {
            blocks.addAll(new FollowerExplanation(status, details, words).blocks());
        }
        return new Explanation(blocks);
    }

    public boolean isBlocked() {
        return !blocks.isEmpty();
    }

    /** A line for each thing that waits, or one that says that nothing does. */
    public List<String> lines() {
        return blocks.isEmpty()
                ? List.of("nothing is blocked")
                : blocks.stream().map(Block::toString).toList();
    }

    @Override
    public String toString() {
        return String.join("\n", lines());
    }
}
