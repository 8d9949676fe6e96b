package dev.flotilla.raft.message;

import dev.flotilla.raft.message.Configuration.SpentTicket;
import dev.flotilla.transport.PeerId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the leader: these members come in or change, those go, at once (paper §6: any change).
 *
 * @param put members that are added, or replace the member of the same peer id
 * @param remove members that go; one that is none is no error
 * @param settings what the members agree on from then on; null: as before
 * @param priorities that members have from then on, whatever else of them changes meanwhile; the others keep theirs. Who
 *     is none is refused
 * @param revoke tickets that let nobody in from then on, at most {@link #REVOKE_MAX}
 */
public record MembershipChange(
        List<Member> put,
        List<PeerId> remove,
        @Nullable GroupSettings settings,
        SortedMap<PeerId, Integer> priorities,
        List<SpentTicket> revoke) {
    public static final int REVOKE_MAX = 64;

    public MembershipChange {
        put = List.copyOf(put);
        remove = List.copyOf(remove);
        priorities.values().forEach(Member::checkedPriority);
        priorities = Collections.unmodifiableSortedMap(new TreeMap<>(priorities));
        revoke = List.copyOf(revoke);
        if (revoke.size() > REVOKE_MAX || !revoke.stream().allMatch(SpentTicket::revoked)) {
            throw new IllegalArgumentException("at most " + REVOKE_MAX + " revoked tickets are taken, got " + revoke);
        }
    }

    /** Other members, the same settings. */
    public MembershipChange(List<Member> put, List<PeerId> remove) {
        this(put, remove, null, new TreeMap<>(), List.of());
    }

    public static MembershipChange put(Member member) {
        return new MembershipChange(List.of(member), List.of());
    }

    public static MembershipChange remove(PeerId peerId) {
        return new MembershipChange(List.of(), List.of(peerId));
    }

    /** The same members, other settings. */
    public static MembershipChange settings(GroupSettings settings) {
        return new MembershipChange(List.of(), List.of(), settings, new TreeMap<>(), List.of());
    }

    /** The same members and settings, but {@code peerId} has another {@link Member#priority}. */
    public static MembershipChange priority(PeerId peerId, int priority) {
        return new MembershipChange(List.of(), List.of(), null, new TreeMap<>(Map.of(peerId, priority)), List.of());
    }

    /** Whether it needs a group at {@link FeatureLevel#PRIORITIES}. */
    public boolean namesPriorities() {
        return !priorities.isEmpty() || put.stream().anyMatch(member -> member.priority() != 0);
    }

    /** The same members; {@code ticket} is {@link SpentTicket#revoked}. */
    public static MembershipChange revoke(SpentTicket ticket) {
        return new MembershipChange(List.of(), List.of(), null, new TreeMap<>(), List.of(ticket));
    }
}
