package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage.EntriesFetched;
import dev.flotilla.raft.message.RaftMessage.FetchEntries;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Brings damaged entries back from any member, for a peer that hears of no leader: its may be the log that a majority
 * needs, and it does not campaign until that is whole ({@link Damage}). Neither the paper nor the thesis has this.
 *
 * <p>An entry is what its term and index say, whoever has it: the leader of that term made one such entry, and never
 * changed it (leader append-only and log matching, paper figure 3). So an entry that comes takes the place of the damaged
 * one with the same term and index, and of nothing else. No term, vote, match or commit index plays a part, and who sends it
 * may be behind, or have a log that goes another way further on.
 *
 * <p>One member is asked at each election time-out, the next one each time, for what lies between the first damaged entry
 * and the next whole one; whoever helped is asked for more at once. A member reads back for each peer one piece at a time.
 */
final class Refetch {
    private final Group group;
    private final Repair repair;
    private final Set<PeerId> contacts;
    private @Nullable PeerId asked; // last: nobody else's answer is believed
    private Set<PeerId> readingFor = Set.of(); // a set of its own once there is somebody

    /** @param contacts who is asked while it is not known who is a member, as every configuration is damaged */
    Refetch(Group group, Repair repair, Set<PeerId> contacts) {
        this.group = group;
        this.repair = repair;
        this.contacts = contacts;
    }

    // ---- who lacks entries ----

    /** No leader was heard of for an election time-out, who would send what is damaged. */
    void onLeaderMissed() {
        repair.onLeaderMissed();
        DamagedEntry first = group.damage.first();
        NavigableSet<PeerId> others = others();
        if (first != null && !others.isEmpty()) {
            PeerId next = asked == null ? null : others.higher(asked);
            ask(next == null ? others.first() : next, first);
        }
    }

    private NavigableSet<PeerId> others() {
        NavigableSet<PeerId> others = new TreeSet<>();
        group.configuration().all().forEach(member -> others.add(member.peerId()));
        if (others.isEmpty()) {
            others.addAll(contacts);
        }
        others.remove(group.self);
        return others;
    }

    private void ask(PeerId member, DamagedEntry first) {
        asked = member;
        group.send(member, new FetchEntries(first.id(), group.damage.endOfRun(first.index())));
    }

    void onFetched(PeerId from, EntriesFetched answer) {
        if (!from.equals(asked)) {
            return;
        }
        boolean helped = false;
        for (Entry entry : answer.entries()) {
            if (isWanted(entry)) {
                repair.putBack(group.isWitness() ? entry.forWitness() : entry);
                helped = true;
            }
        }
        DamagedEntry next = group.damage.first();
        if (helped && next != null) {
            ask(from, next);
        }
    }

    /** A witness has commands without what they carry, which is no help but to another. */
    private boolean isWanted(Entry entry) {
        return group.damage.contains(entry.index())
                && group.log.contains(entry.id())
                && (!entry.isHollow() || group.isWitness());
    }

    // ---- who has them ----

    /** From a member in force. Who has not the first of them, or has lost it too, says nothing. */
    void onFetch(PeerId from, FetchEntries request) {
        long firstIndex = request.first().index();
        boolean isHere = firstIndex > group.log.base().index()
                && group.log.contains(request.first())
                && !group.damage.isKnown(firstIndex);
        if (!isHere || readingFor.contains(from)) {
            return;
        }
        long lastIndex = Math.min(request.lastIndex(), group.log.lastIndex());
        List<Entry> cached = group.log.cached(firstIndex, lastIndex, group.config.appendBytesMax());
        if (cached.isEmpty()) {
            readingFor = readingFor.isEmpty() ? new TreeSet<>() : readingFor;
            readingFor.add(from);
            group.emit(new Effect.LoadEntries(
                    from, Following.NO_RUN, firstIndex, lastIndex + 1, group.config.appendBytesMax()));
        } else {
            answer(from, cached);
        }
    }

    /** Empty if they were compacted away meanwhile, or are damaged here too. */
    void onLoaded(Input.EntriesLoaded loaded) {
        if (readingFor.remove(loaded.to()) && !loaded.entries().isEmpty()) {
            answer(loaded.to(), loaded.entries());
        }
    }

    private void answer(PeerId to, List<Entry> whole) {
        Configuration configuration = group.configuration();
        boolean isWitness = configuration.member(to).filter(Member::isWitness).isPresent();
        group.send(
                to,
                new EntriesFetched(
                        isWitness ? whole.stream().map(Entry::forWitness).toList() : whole));
    }
}
