package dev.flotilla.raft.core;

import dev.flotilla.transport.PeerId;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What there is to say of one peer, or of a majority, in an {@link Explanation}. */
final class PeerWords {
    private static final double NANOS_PER_SECOND = 1e9;

    private final CoreStatus status;
    private final CoreDetails details;
    private final Explanation.Connections connections;

    PeerWords(CoreStatus status, CoreDetails details, Explanation.Connections connections) {
        this.status = status;
        this.details = details;
        this.connections = connections;
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / NANOS_PER_SECOND);
    }

    /** " (a, b)" of what is known, or nothing. */
    private static String inBrackets(@Nullable String first, @Nullable String second) {
        if (first == null && second == null) {
            return "";
        }
        return " (" + (first == null ? "" : first) + (first != null && second != null ? ", " : "")
                + (second == null ? "" : second) + ")";
    }

    /** When it was heard of last, if that is long ago, and what is wrong with its connection, in brackets. */
    String contact(MemberStatus member) {
        PeerId peer = member.member().peerId();
        if (peer.equals(details.self())) {
            return "";
        }
        String heard = isHeard(member)
                ? null
                : member.lastContactNanos() < 0
                        ? "not heard of yet"
                        : "last heard " + seconds(member.lastContactNanos()) + " ago";
        return inBrackets(heard, connections.trouble(peer));
    }

    /** What is wrong with the connection, in brackets. */
    String connection(PeerId peer) {
        return inBrackets(peer.equals(details.self()) ? null : connections.trouble(peer), null);
    }

    boolean isHeard(MemberStatus member) {
        return member.member().peerId().equals(details.self())
                || (member.lastContactNanos() >= 0
                        && (status.quiet() || member.lastContactNanos() < details.electionTimeoutNanos()));
    }

    /** "2 of 3 voters", and of the former ones too while two lists decide. */
    String majority() {
        var configuration = status.configuration();
        String now = majority(configuration.electors());
        return now + " voters"
                + (configuration.isJoint()
                        ? " and " + majority(configuration.previousElectors()) + " former voters"
                        : "");
    }

    private static String majority(Set<PeerId> electors) {
        return (electors.size() / 2 + 1) + " of " + electors.size();
    }

    /** Whether {@code member} has a say in what is agreed on, by either list. */
    boolean decides(MemberStatus member) {
        PeerId peer = member.member().peerId();
        return status.configuration().electors().contains(peer)
                || status.configuration().previousElectors().contains(peer);
    }
}
