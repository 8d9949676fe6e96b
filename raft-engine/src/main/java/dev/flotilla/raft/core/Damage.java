package dev.flotilla.raft.core;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What of this peer's log is damaged: entries whose payload is lost, while their term and index, and the hard state, are
 * intact (else the peer does not start, or counts as wiped). Neither the paper nor the thesis has this; the rules follow
 * from what each proof of theirs rests on.
 *
 * <ul>
 *   <li><b>It votes.</b> Leader completeness (paper §5.4.3) rests on two things: that a voter gives one vote a term, which
 *       the hard state sees to, and that one that acknowledged a committed entry refuses whoever lacks it, for which it
 *       compares the term and index of its last entry, damaged or not. Payloads play no part. But while a configuration is
 *       among the damaged entries it does not know whether lease reads are agreed on, and so for how long its answers
 *       promised its vote to the leader (thesis §6.4.1): for as long as any promise may last it then grants none but to
 *       whom the leader itself hands over.
 *   <li><b>It never campaigns</b>, neither by time-out nor on TimeoutNow: a leader must be able to give every entry of its
 *       log to the others and to its own state machine. Who finds damage while it leads steps down and names a successor.
 *       Every leader's log is whole, then, and has all that is committed. It may stand again once what was put back is
 *       durable, for it must not lose that by a crash in office.
 *   <li><b>It is counted for nothing from the first damaged entry on.</b> AppendEntries proves that the logs are equal up to
 *       its {@code prev}; the peer refuses it where something at or before {@code prev} is damaged, and says so, with the
 *       last entry before the damage as the hint. The leader begins a new run, in which the peer has acknowledged nothing,
 *       so that no answer given before the damage was known counts any more, and sends again from the hint on. This is not
 *       a data directory that was rolled back: that one lacks entries altogether, has forgotten votes perhaps, says
 *       nothing of damage, and is demoted ({@link Demotion}). A leader of an older version, which does not know the word,
 *       demotes for both: that is safe too, and costs a vote for a while.
 *   <li><b>An entry is put back</b> only by one with the same term and index, which is the same entry (log matching, paper
 *       §5.3). Where the leader's log has another term there the ordinary conflict rule applies: the damaged entry goes,
 *       with all that follow it.
 *   <li><b>It applies nothing from the first damaged entry on</b> until that is durable again, whatever is committed.
 *   <li><b>What a snapshot contains need not be put back</b>: the log is compacted up to there. So it is with a snapshot of
 *       the peer's own, and with one that the leader sends because its log begins behind the damage.
 *   <li><b>What was applied already is in the state</b>, which is intact and agreed on: the peer takes a snapshot of that at
 *       once, and needs nobody for it. So the only voter of a group heals itself and leads again.
 * </ul>
 *
 * <p>A peer that finds damage while it follows tells its leader with the next heartbeat that calls a damaged entry committed:
 * heartbeats carry no more than what the leader believes the peer to have. Who hears of no leader asks the other members
 * ({@link Refetch}), who give entries and no snapshots. So what all of them have compacted away comes only with the next
 * leader's snapshot. That is no obstacle as long as another voter can win: one whose log is as long as this peer's, since this
 * peer votes, or any with the votes of a majority that does not need it. Where this peer's log is longer than that of every
 * other voter that is up, and its vote is needed, nobody can, and nothing goes on until one that is down comes back, or an
 * operator puts back a copy of the data directory, or recovers the group on another peer. The same is so where no other
 * member has what is damaged at all.
 */
final class Damage {
    // By index; made when there is something to keep.
    private NavigableMap<Long, DamagedEntry> lost = Collections.emptyNavigableMap();
    private NavigableMap<Long, Long> putBack = Collections.emptyNavigableMap(); // the Persist that makes it durable

    boolean isNone() {
        return lost.isEmpty() && putBack.isEmpty();
    }

    /** Up to where every entry is here, durable or about to be; MAX_VALUE if nothing is lost. */
    long wholeIndex() {
        return lost.isEmpty() ? Long.MAX_VALUE : lost.firstKey() - 1;
    }

    /** Up to where every entry is durable as far as damage is concerned; MAX_VALUE if none is. */
    long durableIndex() {
        return putBack.isEmpty() ? wholeIndex() : Math.min(wholeIndex(), putBack.firstKey() - 1);
    }

    /** Whether the entry at {@code index} is lost. */
    boolean contains(long index) {
        return lost.containsKey(index);
    }

    /** Whether the entry at {@code index} is lost, or put back and not durable yet. */
    boolean isKnown(long index) {
        return lost.containsKey(index) || putBack.containsKey(index);
    }

    /** Whether this peer may not know who is a member, and on what settings the members agreed. */
    boolean hidesConfiguration() {
        return lost.values().stream().anyMatch(entry -> entry.kind() == Entry.Kind.CONFIGURATION);
    }

    /** What is lost, in order. */
    List<DamagedEntry> lost() {
        return List.copyOf(lost.values());
    }

    /** The first that is lost; null if none is. */
    @Nullable
    DamagedEntry first() {
        return lost.isEmpty() ? null : lost.firstEntry().getValue();
    }

    /** The last index of those that are lost without a gap from {@code index} on. */
    long endOfRun(long index) {
        long end = index;
        while (lost.containsKey(end + 1)) {
            end++;
        }
        return end;
    }

    int size() {
        return lost.size() + putBack.size();
    }

    void found(DamagedEntry entry) {
        if (isNone()) {
            lost = new TreeMap<>();
            putBack = new TreeMap<>();
        }
        lost.put(entry.index(), entry);
    }

    /** These came without their commands, which this peer is meant to have. Returns those that were not lost already. */
    List<DamagedEntry> foundHollow(List<DamagedEntry> entries) {
        List<DamagedEntry> news =
                entries.stream().filter(entry -> !contains(entry.index())).toList();
        news.forEach(entry -> {
            found(entry);
            putBack.remove(entry.index()); // without its command
        });
        return news;
    }

    /** This peer is meant to have no commands. Returns the indexes of those that lacked nothing else. */
    List<Long> forgetHollow() {
        List<Long> hollow = lost.values().stream()
                .filter(Hollow::isHollow)
                .map(DamagedEntry::index)
                .toList();
        hollow.forEach(lost::remove);
        return hollow;
    }

    /** The entry at {@code index} is here again, and durable with the Persist of that number. */
    void putBack(long index, long persistNumber) {
        lost.remove(index);
        putBack.put(index, persistNumber);
    }

    /** Returns the indexes that are whole again for good. */
    List<Long> durable(long persistNumber) {
        List<Long> whole = new ArrayList<>();
        putBack.forEach((index, number) -> {
            if (number <= persistNumber) {
                whole.add(index);
            }
        });
        whole.forEach(putBack::remove); // none if nothing is kept
        return whole;
    }

    /** Returns the indexes that are needed no longer, since the log ends at {@code index} now. */
    List<Long> truncatedAfter(long index) {
        return isNone() ? List.of() : forget(lost.tailMap(index, false), putBack.tailMap(index, false));
    }

    /** Returns the indexes that are needed no longer, since the log begins after {@code index} now. */
    List<Long> compactedTo(long index) {
        return isNone() ? List.of() : forget(lost.headMap(index, true), putBack.headMap(index, true));
    }

    private static List<Long> forget(NavigableMap<Long, DamagedEntry> ofLost, NavigableMap<Long, Long> ofPutBack) {
        List<Long> forgotten = new ArrayList<>(ofLost.keySet());
        forgotten.addAll(ofPutBack.keySet());
        ofLost.clear();
        ofPutBack.clear();
        forgotten.sort(null);
        return forgotten;
    }

    /** The last index, not after {@code index}, that is lost or not durable yet; 0 if there is none. */
    long lastNotAfter(long index) {
        Long ofLost = lost.floorKey(index);
        Long ofPutBack = putBack.floorKey(index);
        return Math.max(ofLost == null ? 0 : ofLost, ofPutBack == null ? 0 : ofPutBack);
    }
}
