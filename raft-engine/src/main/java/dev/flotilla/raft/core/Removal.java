package dev.flotilla.raft.core;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage.Removed;
import java.util.List;

/**
 * Tells those who are no members any longer, with a signed notice: once their removal is committed a leader sends them
 * nothing else (paper §6), and without it they would wait for one, or disturb it, for ever.
 */
final class Removal {
    private final Group group;
    private final Certificates certificates;
    private EntryId toldOf = EntryId.NONE; // the configuration whose removed members were told

    Removal(Group group, Certificates certificates) {
        this.group = group;
        this.certificates = certificates;
    }

    /** The configuration in force is committed. */
    void tellRemoved() {
        RaftLog.Configured present = group.log.configured();
        if (!present.id().equals(toldOf)) {
            toldOf = present.id();
            present.configuration().removed().forEach(this::tell);
        }
    }

    /** Whoever asks to have a removed data directory back has not heard, or not told it, that it is out for good. */
    void tellFormer(List<Member> asked) {
        for (Member former : group.committedConfiguration().configuration().removed()) {
            boolean isAsked = asked.stream()
                    .anyMatch(each -> each.peerId().equals(former.peerId())
                            && each.storeId().equals(former.storeId()));
            if (isAsked) {
                tell(former);
            }
        }
    }

    private void tell(Member former) {
        if (!former.peerId().equals(group.self)) {
            group.send(former.peerId(), new Removed(certificates.removalNotice(former.peerId(), former.storeId())));
        }
    }

    /** A leader that has just committed its own removal needs nobody else's word for it. */
    void leaveIfRemoved() {
        if (!group.configuration().contains(group.self, group.storeId)) {
            group.left = true;
            group.emit(new Effect.LeftGroup(certificates.removalNotice(group.self, group.storeId)));
        }
    }
}
