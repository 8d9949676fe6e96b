package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which {@link dev.flotilla.raft.message.FeatureLevel} each member knows, by what it stated last. The group's level rises
 * by a configuration entry, once all members are known to know a newer one, learners too: whoever has the log must be able
 * to read it. It never falls. What a level brings is used once that entry is committed, and not before: until then it may
 * be truncated, and the group be led by, and joined by, somebody who does not know it.
 */
final class FeatureLevels {
    private record Stated(StoreId storeId, int level) {}

    private final Group group;
    private Map<PeerId, Stated> stated = Map.of(); // a map of its own once there is something to note

    FeatureLevels(Group group) {
        this.group = group;
    }

    /** A member said something, in a frame that states {@code level}. */
    void heard(PeerId from, StoreId storeId, int level) {
        if (isHighest()) {
            return; // nothing will ever depend on it
        }
        Stated before = stated.get(from);
        boolean isNews =
                before == null || before.level() != level || !before.storeId().equals(storeId);
        if (isNews && group.configuration().contains(from, storeId)) {
            Map<PeerId, Stated> more = new TreeMap<>(stated);
            more.put(from, new Stated(storeId, level));
            more.keySet().removeIf(peer -> group.configuration().member(peer).isEmpty());
            stated = more;
        }
    }

    private boolean isHighest() {
        return group.configuration().featureLevel() >= group.config.featureLevel();
    }

    /**
     * The level to raise the group to: above the present one, and known by all members, each heard of in this term and
     * lately, so that one that came back with older software is not taken for what it was; 0 if there is none.
     */
    int next(Leadership leadership) {
        Configuration present = group.configuration();
        if (isHighest()) {
            return 0;
        }
        int lowest = group.config.featureLevel();
        for (Member member : present.all()) {
            if (!member.peerId().equals(group.self)) {
                lowest = Math.min(lowest, levelOf(leadership, member));
            }
        }
        return lowest > present.featureLevel() ? lowest : 0;
    }

    private int levelOf(Leadership leadership, Member member) {
        Progress peer = leadership.of(member.peerId());
        Stated last = stated.get(member.peerId());
        boolean isHeard = peer != null && leadership.hears(peer);
        return isHeard && last != null && last.storeId().equals(member.storeId()) ? last.level() : 0;
    }
}
