package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is known of one group from outside, ever: who led, which entries were made, and which are committed. */
final class Facts {
    /** An entry that exists somewhere, and which one it follows. */
    record Known(EntryId prev, Entry.Kind kind, Bytes payload) {}

    /** An entry that is committed, and a term by which it was. */
    record Committed(EntryId id, long byTerm) {}

    /** Finds the disk of a member's data directory, also when it is gone. */
    interface Disks {
        @Nullable
        SimDisk of(Member member);
    }

    final Disks disks;
    final DecodedEntries decoded;
    final Map<Long, Set<PeerId>> leaders = new HashMap<>(); // by term: one, until a promise is broken
    final Map<EntryId, Known> entries = new HashMap<>();
    final List<Committed> committed = new ArrayList<>(); // index 1 first
    final Map<SimPeer, Long> commitIndexes = new HashMap<>(); // of the present life
    private long keptIndex = Long.MAX_VALUE; // up to where the members agree for good

    Facts(Disks disks, DecodedEntries decoded) {
        this.disks = disks;
        this.decoded = decoded;
    }

    /** The entry that a group is created with is there from the start, and committed. */
    void founded(Entry founding) {
        entries.put(founding.id(), new Known(EntryId.NONE, founding.kind(), founding.payload()));
        committed.add(new Committed(founding.id(), founding.term()));
    }

    /** A promise was broken: what lies behind {@code index} may be lost, and another thing agreed on in its place. */
    void broken(long index) {
        keptIndex = index;
    }

    boolean isBroken() {
        return keptIndex < Long.MAX_VALUE;
    }

    /** Up to where what is committed is so for good: {@link Long#MAX_VALUE}, as long as no promise is broken. */
    long keptIndex() {
        return keptIndex;
    }

    /** Whether {@code peer} stood for that term at any time, as its disk says. */
    boolean stood(SimPeer peer, long term) {
        return peer.disk().votedFor(peer.id(), term);
    }

    boolean isLeader(PeerId peer, long term) {
        return leaders.getOrDefault(term, Set.of()).contains(peer);
    }

    boolean isCommitted(EntryId id) {
        return id.index() <= committed.size()
                && committed.get((int) id.index() - 1).id().equals(id);
    }

    /** Whether the disks of a majority of the voters, in both lists of a joint configuration, agree (paper §6). */
    boolean isQuorum(Configuration configuration, Predicate<SimDisk> agrees) {
        return isMajority(configuration.members(), agrees)
                && (!configuration.isJoint() || isMajority(configuration.previous(), agrees));
    }

    private boolean isMajority(List<Member> members, Predicate<SimDisk> agrees) {
        int voters = 0;
        int agreeing = 0;
        for (Member member : members) {
            if (member.votes()) {
                voters++;
                SimDisk disk = disks.of(member);
                agreeing += disk != null && agrees.test(disk) ? 1 : 0;
            }
        }
        return agreeing > voters / 2;
    }
}
