package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RaftMessage.Introduction;
import dev.flotilla.raft.message.RaftMessage.Refusal;
import dev.flotilla.raft.message.RaftMessage.Removed;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.io.Serial;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Who may speak. A member by the configuration in force may; so may who has shown certificates that lead to one, since
 * this peer's configuration may lag (thesis §4.1); and, before a newcomer knows a configuration, the contacts of its
 * ticket. A former member is told so, in a signed notice; everybody else gets one and the same refusal.
 */
final class SenderGate {
    private static final int REMEMBERED_MAX = 256;

    /** The newest entries of a map that forgets the oldest. */
    private static final class Recent<V> extends LinkedHashMap<PeerId, V> {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerId, V> eldest) {
            return size() > REMEMBERED_MAX;
        }
    }

    private final Group group;
    private final Certificates certificates;
    private final Set<PeerId> contacts;
    // Made when there is something to remember.
    private Map<PeerId, StoreId> admitted = Map.of();
    private Map<PeerId, Long> answeredNanos = Map.of();

    SenderGate(Group group, Certificates certificates, Set<PeerId> contacts) {
        this.group = group;
        this.certificates = certificates;
        this.contacts = contacts;
    }

    /** Whether the message may go on to the protocol; if not it was dealt with here. */
    boolean admits(PeerId from, StoreId storeId, RaftMessage message) {
        if (message instanceof Introduction introduction) {
            onIntroduction(from, storeId, introduction);
            return false;
        }
        if (message instanceof Refusal) {
            onRefusal(from);
            return false;
        }
        if (isKnown(from, storeId)) {
            return true;
        }
        if (message instanceof Removed || isAnsweredLately(from)) {
            return message instanceof Removed && isMember(from);
        }
        refuse(from, storeId);
        return false;
    }

    /** Whether {@code peer} is a member for all this peer knows; the contacts of the ticket count until it knows more. */
    boolean isMember(PeerId peer) {
        Configuration configuration = group.configuration();
        return configuration.member(peer).isPresent()
                || group.committedConfiguration().configuration().member(peer).isPresent()
                || (isNewcomer(configuration) && contacts.contains(peer))
                || admitted.containsKey(peer);
    }

    /**
     * Members of the committed configuration are heard until it is replaced by another committed one: a leader that is
     * being removed has that to commit (paper §6), and nobody is told to go who may be needed still. The leader that this
     * peer follows is heard until there is another: when its own removal is committed it names its successor.
     */
    private boolean isKnown(PeerId from, StoreId storeId) {
        Configuration configuration = group.configuration();
        return configuration.contains(from, storeId)
                || group.committedConfiguration().configuration().contains(from, storeId)
                || from.equals(group.leader())
                || (storeId.equals(admitted.get(from)) && !wasRemoved(from, storeId))
                || (isNewcomer(configuration) && contacts.contains(from));
    }

    /** Until its log names it a newcomer reads of configurations that are long past. */
    private boolean isNewcomer(Configuration configuration) {
        return !configuration.contains(group.self, group.storeId);
    }

    /** The one answer to outsiders; at most one each heartbeat interval, so that two peers never keep each other busy. */
    void refuse(PeerId from, StoreId storeId) {
        answered(from);
        boolean wasRemoved = wasRemoved(from, storeId);
        group.send(from, wasRemoved ? new Removed(certificates.removalNotice(from, storeId)) : new Refusal());
        group.trace.dropped(from, wasRemoved ? "of a removed member" : "of an outsider", "not a member");
    }

    /** For good: who comes back does so with another store id. */
    private boolean wasRemoved(PeerId peer, StoreId storeId) {
        return group.committedConfiguration().configuration().removed().stream()
                .anyMatch(former ->
                        former.peerId().equals(peer) && former.storeId().equals(storeId));
    }

    private void answered(PeerId peer) {
        answeredNanos = answeredNanos.isEmpty() ? new Recent<>() : answeredNanos;
        answeredNanos.put(peer, group.nowNanos);
    }

    private boolean isAnsweredLately(PeerId peer) {
        Long last = answeredNanos.get(peer);
        return last != null && group.nowNanos - last < group.config.heartbeatIntervalNanos();
    }

    /** A member that does not know this peer: it lags, so show what proves this peer's membership. */
    private void onRefusal(PeerId from) {
        if (!certificates.chain().isEmpty() && isMember(from) && !isAnsweredLately(from)) {
            answered(from);
            group.send(from, new Introduction(certificates.chain()));
        }
    }

    private void onIntroduction(PeerId from, StoreId storeId, Introduction introduction) {
        boolean isProven = certificates.isChain(introduction.chain(), from, storeId, this::isMember);
        if (isProven && !wasRemoved(from, storeId)) {
            admitted = admitted.isEmpty() ? new Recent<>() : admitted;
            admitted.put(from, storeId);
        } else {
            group.trace.dropped(from, "Introduction", "its certificates do not lead to a member");
        }
    }
}
