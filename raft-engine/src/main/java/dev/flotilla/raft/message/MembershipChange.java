package dev.flotilla.raft.message;

import dev.flotilla.transport.PeerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the leader: these members come in or change, those go, at once (paper §6: any change).
 *
 * @param put members that are added, or replace the member of the same peer id
 * @param remove members that go; one that is none is no error
 * @param settings what the members agree on from then on; null: as before
 */
public record MembershipChange(List<Member> put, List<PeerId> remove, @Nullable GroupSettings settings) {
    public MembershipChange {
        put = List.copyOf(put);
        remove = List.copyOf(remove);
    }

    /** Other members, the same settings. */
    public MembershipChange(List<Member> put, List<PeerId> remove) {
        this(put, remove, null);
    }

    public static MembershipChange put(Member member) {
        return new MembershipChange(List.of(member), List.of());
    }

    public static MembershipChange remove(PeerId peerId) {
        return new MembershipChange(List.of(), List.of(peerId));
    }

    /** The same members, other settings. */
    public static MembershipChange settings(GroupSettings settings) {
        return new MembershipChange(List.of(), List.of(), settings);
    }
}
