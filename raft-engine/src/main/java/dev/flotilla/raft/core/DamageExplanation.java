package dev.flotilla.raft.core;

import dev.flotilla.raft.core.Explanation.Block;
import dev.flotilla.raft.core.Explanation.Subject;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.transport.PeerId;
import java.util.List;

/** What a peer waits for whose log is damaged: see {@link Damage}. */
final class DamageExplanation {
    private DamageExplanation() {}

    static Block block(Configuration configuration, PeerId self, long appliedIndex, List<DamagedEntry> damaged) {
        DamagedEntry first = damaged.get(0);
        DamagedEntry last = damaged.get(damaged.size() - 1);
        String which = damaged.size() == 1
                ? "entry " + PeerWords.number(first.index()) + " is damaged here"
                : damaged.size() + " entries from " + PeerWords.number(first.index()) + " to "
                        + PeerWords.number(last.index()) + " are damaged here, the first";
        return new Block(
                Subject.DAMAGE,
                which + " (" + first.place() + "): " + outlook(configuration, self, appliedIndex, damaged),
                List.of());
    }

    private static String outlook(
            Configuration configuration, PeerId self, long appliedIndex, List<DamagedEntry> damaged) {
        if (damaged.get(damaged.size() - 1).index() <= appliedIndex) {
            return "all of it was applied, so a snapshot of this peer's own state is about to take its place;"
                    + " until then this peer does not stand for election";
        }
        boolean isAlone =
                configuration.all().stream().allMatch(member -> member.peerId().equals(self));
        if (isAlone) {
            return "this peer is the only member, so nobody can send it again;"
                    + " put back a copy of its data directory, or begin anew from a backup";
        }
        boolean isConfiguration = damaged.stream().anyMatch(each -> each.kind() == Entry.Kind.CONFIGURATION);
        return (isConfiguration
                        ? "this peer neither votes (a configuration is among it) nor stands for election"
                        : "this peer votes, but does not stand for election,")
                + " until a leader has sent it again, or without a leader any other member, each of which it asks in"
                + " turn; if they have it in a snapshot only, that comes from a leader alone; if nobody has it,"
                + " nothing goes on";
    }
}
